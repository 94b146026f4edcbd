"""What the measuring scripts share: paths, ONNX Runtime, child processes, tables."""

import argparse
import contextlib
import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent


def parser(documentation):
    """An argument parser whose help is the script's docstring, with the options of every script."""
    made = argparse.ArgumentParser(
        description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument(
        "--shared",
        type=Path,
        default=Path(os.environ.get("SURETY_SHARED", ROOT / "../shared")),
        help="the folder with benchmarks/ and reference/ (default $SURETY_SHARED, or ../shared)",
    )
    made.add_argument(
        "--surety",
        type=Path,
        default=ROOT / ".build/release/surety",
        help="the program under test (default .build/release/surety)",
    )
    return made


def read_bytes(path):
    """The bytes of a file, unpacked where its name ends in `.gz`."""
    raw = Path(path).read_bytes()
    return gzip.decompress(raw) if str(path).endswith(".gz") else raw


class Session:
    """A network in ONNX Runtime, float32 on the CPU, as a function of flat arrays."""

    def __init__(self, path):
        import onnx
        import onnxruntime

        raw = read_bytes(path)
        graph = onnx.load_from_string(raw).graph
        constants = {tensor.name for tensor in graph.initializer}
        source = next(value for value in graph.input if value.name not in constants)
        self.name, self.output = source.name, graph.output[0].name
        # A symbolic or zero dimension counts as 1.
        self.shape = [max(d.dim_value, 1) for d in source.type.tensor_type.shape.dim]
        self.size = int(np.prod(self.shape))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            raw, options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, inputs):
        """The first output for one flat input, flat, float32."""
        array = np.asarray(inputs, np.float32).reshape(self.shape)
        return self.session.run([self.output], {self.name: array})[0].ravel()


@dataclass
class Run:
    """What a child process did."""

    code: int | None  # None: killed after its limit
    stdout: str
    stderr: str
    seconds: float
    peak_mb: float


# Runs in a bare Python of a few megabytes: Linux counts the memory of the process that starts a
# program to that program's peak, and this one is large once ONNX Runtime is loaded.
LAUNCHER = """
import json, os, sys, time
start = time.perf_counter()
try:
    child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
except OSError as problem:
    sys.exit(f"cannot start {sys.argv[2]}: {problem.strerror}")
_, status, usage = os.wait4(child, 0)
report = {"code": os.waitstatus_to_exitcode(status), "seconds": time.perf_counter() - start,
          "maxrss": usage.ru_maxrss}
with open(sys.argv[1], "w") as file:
    json.dump(report, file)
"""


def run(command, limit=None, environment=None):
    """Runs a command to its end, or kills it and its children after `limit` seconds.

    The seconds are the child's own wall time. Its peak memory has a floor of about 10 MB.
    """
    with tempfile.TemporaryDirectory() as folder:
        report, out, err = (Path(folder) / name for name in ("report", "out", "err"))
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            start = time.perf_counter()
            launcher = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", LAUNCHER, report, *(str(c) for c in command)],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
            try:
                launcher.wait(limit)
            except BaseException as reason:
                # The session holds the launcher, its child and whatever the child started.
                os.killpg(launcher.pid, signal.SIGKILL)
                launcher.wait()
                if not isinstance(reason, subprocess.TimeoutExpired):
                    raise
            seconds = time.perf_counter() - start
        texts = [path.read_bytes().decode(errors="replace") for path in (out, err)]
        if launcher.returncode == -signal.SIGKILL:
            return Run(None, *texts, seconds, 0.0)
        if not report.exists():
            raise OSError(texts[1].strip() or "the launcher failed")
        usage = json.loads(report.read_text())
        unit = 1 if sys.platform == "darwin" else 1024
        return Run(usage["code"], *texts, usage["seconds"], usage["maxrss"] * unit / 2**20)


def instances(args):
    """The rows of benchmarks/instances.csv that `--family` and `--id` leave; ends the script without any."""
    path = args.shared / "benchmarks/instances.csv"
    require(path, "the list of instances")
    with open(path, newline="") as file:
        rows = [
            r
            for r in csv.DictReader(file)
            if (not args.family or r["family"] in args.family)
            and (not args.id or r["id"] in args.id)
        ]
    if not rows:
        sys.exit(f"{Path(sys.argv[0]).name}: no instance is left after the filters")
    return rows


def floats(values):
    """A flat list of numbers that JSON writes without loss."""
    return [float(v) for v in np.asarray(values).ravel()]


@contextlib.contextmanager
def json_file(value):
    """A temporary JSON file, removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "value.json"
        path.write_text(json.dumps(value))
        yield path


def answer(done):
    """The JSON object that a command printed, or a ValueError with its error line."""
    if done.code is None:
        raise ValueError("killed after its time limit")
    if done.code != 0:
        lines = done.stderr.strip().splitlines()
        raise ValueError(f"exit {done.code}: {lines[-1] if lines else 'nothing on stderr'}")
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError as problem:
        raise ValueError(f"not JSON: {problem}") from None


def table(header, rows, file=None):
    """Prints a Markdown table with aligned columns."""
    cells = [[str(c) for c in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for index, row in enumerate(cells):
        line = " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True))
        print(f"| {line} |", file=file)
        if index == 0:
            print("|" + "|".join("-" * (w + 2) for w in widths) + "|", file=file)


def write_json(path, value):
    """Writes a JSON file beside its place and renames it, making folders where needed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(value, indent=1) + "\n")
    beside.replace(path)


def require(path, what):
    """Ends the script with one line where something it needs is missing."""
    if not Path(path).exists():
        sys.exit(f"{Path(sys.argv[0]).name}: {what} not found: {path}")
