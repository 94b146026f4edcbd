"""What the measuring scripts share: paths, ONNX Runtime, child processes, tables."""
import argparse
import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent


def parser(documentation):
    """An argument parser whose help is the script's docstring, with the options of every script."""
    made = argparse.ArgumentParser(
        description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("SURETY_SHARED", ROOT / "../shared")),
        help="the folder with benchmarks/ and reference/ (default $SURETY_SHARED, or ../shared)")
    made.add_argument(
        "--surety", type=Path, default=ROOT / ".build/release/surety",
        help="the program under test (default .build/release/surety)")
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
            raw, options, providers=["CPUExecutionProvider"])

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


def run(command, limit=None, environment=None):
    """Runs a command to its end, or kills it and its children after `limit` seconds."""
    with contextlib.ExitStack() as stack:
        out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        start = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            env=None if environment is None else {**os.environ, **environment},
            start_new_session=True)
        late = threading.Event()

        def kill():
            late.set()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

        timer = threading.Timer(limit, kill) if limit else None
        if timer:
            timer.daemon = True
            timer.start()
        # wait4 gives this child's own peak memory, which subprocess does not.
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        if timer:
            timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        unit = 1 if sys.platform == "darwin" else 1024
        return Run(
            None if late.is_set() else child.returncode, *texts, seconds,
            usage.ru_maxrss * unit / 2**20)


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
        line = " | ".join(c.ljust(w) for c, w in zip(row, widths))
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
