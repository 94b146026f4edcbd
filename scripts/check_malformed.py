#!/usr/bin/env python3
"""Runs `surety verify` on the malformed and the unusual inputs and checks how it answers.

    python3 scripts/check_malformed.py [--json results/malformed.json]

Every broken file of benchmarks/malformed must give exit status 2, exactly one line on standard
error that begins with `surety: error:`, names the file and mentions what its README asks for, no
stack trace, nothing on standard output, and end within the limit. A few files may be answered
instead, where the README says so.

Every file of benchmarks/syntax is valid: exit status 0 and one of `unsat`, `sat` and `unknown` on
the first line. The files that state the same query as malformed/ok.vnnlib must give its verdict, an
`unsat` must not be contradicted by any of 2,000 sampled inputs, and a witness must replay in ONNX
Runtime. Exit status 1 when a check failed. Needs numpy; without onnx and onnxruntime no verdict is
checked by running the network, and the last line says so.
"""

import importlib.util
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

from support import Session, parser, require, run, table, write_json
from vnnlib import Property, replay

# What the one line must mention, as regular expressions, all of them, whatever the case.
MENTIONS = {
    "truncated.onnx": ["truncat|protobuf|not (a )?valid"],
    "empty.onnx": ["empty|no graph"],
    "not_onnx.onnx": ["onnx|protobuf"],
    # Its operator is read by now.
    "unsupported_op.onnx": [],
    "custom_domain_op.onnx": [r"com\.example|domain"],
    "nan_weight.onnx": [r"\bW1\b", "nan|finite"],
    "inf_weight.onnx": [r"\bW1\b", "finite|inf"],
    "shape_mismatch.onnx": [r"\bfc1\b", r"\b8\b", r"\b7\b"],
    "missing_initializer.onnx": [r"\bb1\b"],
    "cycle.onnx": ["cycl|sorted|order"],
    "future_opset.onnx": ["opset", "99"],
    "short_raw_data.onnx": [r"\bW0\b"],
    "huge_dims.onnx": [r"\bW1\b"],
    "corrupt.onnx.gz": ["gzip"],
    "fake.onnx.gz": ["gzip"],
    "unbalanced.vnnlib": [r"\b10\b"],
    "bad_operator.vnnlib": ["=>", r"\b10\b"],
    "lower_above_upper.vnnlib": ["X_0"],
    "missing_bound.vnnlib": ["X_1", "upper"],
    "unknown_variable.vnnlib": ["Z_0", r"\b11\b"],
    "too_many_inputs.vnnlib": [r"\b3\b|three", r"\b2\b|two"],
    "huge_exponent.vnnlib": ["X_0", "finite"],
    "nan_bound.vnnlib": ["number|nan", r"\b7\b"],
    "empty.vnnlib": ["empty|declare"],
    "no_output_constraint.vnnlib": ["output"],
    "corrupt.vnnlib.gz": ["gzip"],
}
# Verdicts that the README allows instead of an error. "right": that of ok.onnx with ok.vnnlib.
ALLOWED = {
    "future_opset.onnx": "right",
    "fake.onnx.gz": "right",
    "unsupported_op.onnx": "right",
    "lower_above_upper.vnnlib": "unsat",
    "no_output_constraint.vnnlib": "sat",
}
EQUIVALENT = {
    "constant_left",
    "scientific",
    "crlf",
    "one_line",
    "comments",
    "declared_out_of_order",
}
# What running a network needs.
CAN_RUN = all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))
TRACE = re.compile(r"Fatal error|Stack dump|Thread \d+ crashed|backtrace|^#\d+ |  at /", re.M)


def readme_rows(folder):
    """(file, file to use it with, last column) of the table in a folder's README."""
    for line in (folder / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) >= 3 and cells[0].startswith("`"):
            yield cells[0].strip("`"), cells[1].strip("`"), cells[-1]


def verify(args, model, specification):
    """Runs the program: what it did, its verdict, and the text of the result file."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.txt"
        done = run(
            [
                args.surety,
                "verify",
                model,
                specification,
                "--timeout",
                f"{args.timeout:g}",
                "--complete",
                args.complete,
                "--result",
                result,
            ],
            args.timeout + 10,
        )
        text = result.read_text() if result.exists() else ""
        left = [p.name for p in Path(folder).iterdir() if p != result]
    return done, done.stdout.lstrip().split("\n", 1)[0].strip(), text, left


def complaints(name, done, text, left):
    """What is wrong with the way a broken input was refused."""
    lines = done.stderr.strip("\n").split("\n") if done.stderr.strip() else []
    found = []
    if done.code is None:
        return ["did not end"]
    if done.code != 2:
        found.append(f"exit {done.code}")
    if len(lines) != 1:
        found.append(f"{len(lines)} lines on stderr")
    if not lines or not lines[0].startswith("surety: error:"):
        found.append("no `surety: error:`")
    if TRACE.search(done.stderr):
        found.append("a stack trace")
    if done.stdout.strip() and done.stdout.strip() != "error":
        found.append("output on stdout")
    if re.match(r"\s*(un)?sat\b", text):
        found.append("a verdict in the result file")
    if left:
        found.append(f"left {', '.join(left)} behind")
    line = lines[0] if lines else ""
    if name not in line:
        found.append("does not name the file")
    # The file's own name and folder must not count as the mention.
    rest = re.sub(r"\S*" + re.escape(name), "", line)
    found += [
        f"does not mention {m}" for m in MENTIONS.get(name, []) if not re.search(m, rest, re.I)
    ]
    return found


def contradicted(session, specification, generator, count=2000):
    """Whether a sampled input satisfies the assertions, so that `unsat` is wrong."""
    lower, upper = specification.box()
    for _ in range(count):
        x = np.clip(generator.uniform(lower, upper), lower, upper).astype(np.float32)
        if specification.holds(x, session(x)):
            return True
    return False


def judge(model, specification, done, verdict, text, allowed):
    """What is wrong with an answer to a valid query."""
    found = []
    if done.code != 0:
        lines = done.stderr.strip().splitlines()
        return [f"exit {done.code}: {lines[-1] if lines else ''}"]
    if verdict not in allowed:
        found.append(f"verdict {verdict!r}, not one of {', '.join(sorted(allowed))}")
    if TRACE.search(done.stderr):
        found.append("a stack trace")
    if not CAN_RUN:
        return found
    session, reader = Session(model), Property.read(specification)
    if verdict == "sat":
        witness = replay(session, reader, text.split("\n", 1)[-1])
        if witness not in ("exact", "rounded box"):
            found.append(f"witness: {witness}")
    elif verdict == "unsat" and contradicted(session, reader, np.random.default_rng(0)):
        found.append("unsat, but a sampled input satisfies the assertions")
    return found


def malformed(args):
    """The rows of benchmarks/malformed, `ok` first."""
    folder, right = args.shared / "benchmarks/malformed", None
    for name, partner, wish in readme_rows(folder):
        pair = (folder / name, folder / partner)
        model, specification = pair if ".onnx" in name else pair[::-1]
        done, verdict, text, left = verify(args, model, specification)
        line = (done.stderr.strip().splitlines() or [""])[-1]
        if name in ("ok.onnx", "ok.vnnlib"):
            problems = judge(model, specification, done, verdict, text, {"sat", "unsat", "unknown"})
            right = verdict if right is None else right
        elif done.code == 0 and name in ALLOWED:
            allowed = {right} if ALLOWED[name] == "right" else {ALLOWED[name]}
            problems = (
                [] if verdict in allowed else [f"verdict {verdict!r}, not {', '.join(allowed)}"]
            )
        else:
            problems = complaints(name, done, text, left)
        yield {
            "file": f"malformed/{name}",
            "wish": wish,
            "exit": done.code,
            "verdict": verdict,
            "seconds": round(done.seconds, 3),
            "peak_mb": round(done.peak_mb, 1),
            "message": line,
            "problems": problems,
        }


def syntax(args, right):
    """The rows of benchmarks/syntax."""
    folder = args.shared / "benchmarks/syntax"
    acas = args.shared / "benchmarks/acasxu/onnx/ACASXU_run2a_1_1_batch_2000.onnx"
    for name, partner, feature in readme_rows(folder):
        specification = folder / name
        model = (folder / partner).resolve() if partner.endswith(".onnx") else acas
        done, verdict, text, _ = verify(args, model, specification)
        problems = judge(model, specification, done, verdict, text, {"sat", "unsat", "unknown"})
        if specification.stem in EQUIVALENT and verdict != right:
            problems.append(f"verdict {verdict!r}, but {right!r} for malformed/ok.vnnlib")
        yield {
            "file": f"syntax/{name}",
            "wish": f"valid: {feature}",
            "exit": done.code,
            "verdict": verdict,
            "seconds": round(done.seconds, 3),
            "peak_mb": round(done.peak_mb, 1),
            "message": (done.stderr.strip().splitlines() or [""])[-1],
            "problems": problems,
        }


def main():
    arguments = parser(__doc__)
    arguments.add_argument(
        "--timeout", type=float, default=20, help="seconds a run (default %(default)s)"
    )
    arguments.add_argument("--complete", choices=["bab", "milp", "none"], default="none")
    arguments.add_argument("--json", metavar="FILE", help="also write the rows as JSON")
    args = arguments.parse_args()
    require(args.surety, "the program")
    require(args.shared / "benchmarks/malformed/README.md", "the malformed inputs")
    rows = list(malformed(args))
    # ok.vnnlib's own verdict is what the equivalent files must repeat.
    right = next(r["verdict"] for r in rows if r["file"] == "malformed/ok.vnnlib")
    rows += syntax(args, right)
    base = str(args.shared)
    table(
        ["file", "exit", "verdict", "s", "MB", "check", "message", "a good tool (its README)"],
        [
            [
                r["file"],
                r["exit"],
                r["verdict"] or "-",
                f"{r['seconds']:.2f}",
                f"{r['peak_mb']:.0f}",
                "; ".join(r["problems"]) or "pass",
                r["message"].replace(base, "..."),
                r["wish"],
            ]
            for r in rows
        ],
    )
    for folder in ("malformed", "syntax"):
        listed = {r["file"].split("/")[1] for r in rows if r["file"].startswith(folder)} | {
            "README.md"
        }
        missing = {p.name for p in (args.shared / "benchmarks" / folder).iterdir()} - listed
        if missing:
            rows.append(
                {"file": folder, "problems": [f"not in its README: {', '.join(sorted(missing))}"]}
            )
            print(f"\n{folder}: not in its README, not run: {', '.join(sorted(missing))}")
    failed = sum(bool(r["problems"]) for r in rows)
    unchecked = "" if CAN_RUN else " Without onnxruntime no network was run to check a verdict."
    print(f"\n{len(rows) - failed} of {len(rows)} pass.{unchecked}")
    if args.json:
        write_json(args.json, rows)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
