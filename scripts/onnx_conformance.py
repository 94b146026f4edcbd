#!/usr/bin/env python3
"""Runs the ONNX standard's own tests through `surety evaluate`: pass, refused (with the reason) or WRONG.

    python3 scripts/onnx_conformance.py [--only conv] [--table] [--json results/onnx.json]

The tests are those of the `onnx` package: one for each reading of each operator (`onnx.backend.test.case.node`), and
the files under `onnx/backend/test/data`. The first input of floats is the network's input, the others get their values
by --fix; every output of floats is asked for by --output. Where all inputs are floats, the test runs again with
--join-inputs, so that all of them vary; a refusal there is not counted, a wrong value is.

Not applicable, and counted apart: tests without an input or an output of finite floats, and tests with an operator that
is not listed. --table prints the table of docs/operators.md. Exit status 1 when a value is wrong. Needs numpy and onnx.
"""

import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

from support import parser, require, table, write_json

# Refused by name with the reason: what they give jumps from place to place. They are not listed as read.
NEVER_READ = {"Hardmax", "ArgMax", "ArgMin"}

FLOATS = {"float16": 4e-3, "bfloat16": 4e-2, "float32": 0, "float64": 0}


def main():
    options = parser(__doc__)
    options.add_argument("--only", help="only tests whose name contains this")
    options.add_argument("--table", action="store_true", help="print the table of operators")
    options.add_argument("--refused", action="store_true", help="list every refusal")
    options.add_argument("--json", type=Path, help="a file for all results")
    options.add_argument("--jobs", type=int, default=2, help="how many tests at a time")
    args = options.parse_args()
    require(args.surety, "surety")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = [c for c in tests() if not args.only or args.only in c.name]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(lambda case: examine(args.surety, case), cases))
    report(results, args)
    if args.json:
        write_json(args.json, results)
    sys.exit(any(r["outcome"] == "WRONG" for r in results))


class Case:
    """A test: a model with inputs and the outputs that are right."""

    def __init__(self, name, model, inputs, outputs, rtol, atol):
        self.name, self.model, self.inputs, self.outputs = name, model, inputs, outputs
        self.rtol, self.atol = rtol, atol


def tests():
    """All tests, those of nodes first."""
    import onnx
    from onnx import numpy_helper
    from onnx.backend.test.case.node import collect_testcases
    from onnx.backend.test.loader import load_model_tests

    for case in collect_testcases(None):
        if case.model is not None:
            for inputs, outputs in case.data_sets:
                yield Case(case.name, case.model, inputs, outputs, case.rtol, case.atol)
    for kind in ["simple", "pytorch-converted", "pytorch-operator"]:
        for case in load_model_tests(kind=kind):
            folder = Path(case.model_dir)
            model = onnx.load(folder / "model.onnx")
            for data in sorted(folder.glob("test_data_set_*")):
                sides = []
                for side in ["input", "output"]:
                    arrays = []
                    for index in range(len(list(data.glob(f"{side}_*.pb")))):
                        tensor = onnx.TensorProto()
                        tensor.ParseFromString((data / f"{side}_{index}.pb").read_bytes())
                        try:
                            arrays.append(numpy_helper.to_array(tensor))
                        except Exception:
                            arrays.append(None)
                    sides.append(arrays)
                yield Case(f"{kind}/{case.name}", model, *sides, case.rtol, case.atol)


def is_number(value):
    return isinstance(value, np.ndarray | np.generic) and (
        str(value.dtype) in FLOATS or value.dtype.kind in "iub"
    )


def is_float(value):
    return is_number(value) and str(value.dtype) in FLOATS


def examine(surety, case):
    """What became of a test."""
    graph = case.model.graph
    operators = sorted({node.op_type for node in graph.node})
    result = {"test": case.name, "operators": operators, "opset": opset(case.model)}

    def ended(outcome, reason=""):
        return {**result, "outcome": outcome, "reason": reason}

    if NEVER_READ.intersection(operators):
        return ended("not applicable", "an operator that is not listed")
    known = {tensor.name for tensor in graph.initializer}
    names = [value.name for value in graph.input]
    if len(case.inputs) < len(names):
        names = [name for name in names if name not in known]
    if any(not is_number(value) for value in case.inputs):
        return ended("not applicable", "an input is not a tensor of numbers")
    inputs = dict(zip(names, case.inputs))
    floats = [name for name, value in inputs.items() if is_float(value) and value.size]
    if not floats:
        return ended("not applicable", "no input of floats")
    if any(is_float(v) and not np.isfinite(v.astype(float)).all() for v in inputs.values()):
        return ended("not applicable", "an input is not finite")
    outputs = [
        (value.name, array)
        for value, array in zip(graph.output, case.outputs)
        if is_float(array) and array.size
    ]
    if not outputs:
        return ended("not applicable", "no output of floats")
    if any(not np.isfinite(array.astype(float)).all() for _, array in outputs):
        return ended("not applicable", "an output is not finite")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "model.onnx").write_bytes(case.model.SerializeToString())
        fixed = []
        for index, (name, value) in enumerate(inputs.items()):
            if name != floats[0]:
                number = np.asarray(value)
                kept = number.astype(np.float64 if is_float(number) else np.int64)
                np.save(path / f"{index}.npy", kept)
                fixed += ["--fix", f"{name}={path}/{index}.npy"]
        ways = [(fixed, [inputs[floats[0]]])]
        if len(floats) == len(inputs) > 1:
            ways.append((["--join-inputs"], list(inputs.values())))
        refusal, passed = None, False
        for words, values in ways:
            flat = np.concatenate([np.asarray(v).astype(np.float64).ravel() for v in values])
            (path / "input.json").write_text(json.dumps(flat.tolist()))
            for name, right in outputs:
                chosen = words + ["--output", name] * (len(graph.output) > 1)
                found, reason = evaluate(surety, path, chosen)
                if found is None:
                    if re.search(
                        "unsupported operator|unknown operator domain|names no opset|is not a tensor", reason
                    ):
                        return ended("not applicable", reason)
                    if floats[0] != names[0] and "only a constant is supported" in reason:
                        return ended("not applicable", "the data are not floats")
                    if reason.startswith("CRASH"):
                        return ended("WRONG", reason)
                    refusal = refusal or reason
                    continue
                wrong = difference(case, found, right)
                if wrong:
                    return ended("WRONG", f"{name} {' '.join(words)[:60]}: {wrong}")
                passed = True
            if refusal and words is fixed:
                return ended("refused", refusal)
            refusal = None
    return ended("pass" if passed else "refused")


def evaluate(surety, folder, words):
    """The outputs, or None with the reason."""
    command = [surety, "evaluate", folder / "model.onnx", "--input", folder / "input.json", *words]
    done = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode == 0:
        return json.loads(done.stdout)["outputs"][0], ""
    line = (done.stderr.strip().splitlines() or ["no error line"])[-1]
    line = line.replace(str(folder) + "/", "").replace("surety: ", "")
    return None, line if done.returncode == 2 else f"CRASH exit {done.returncode}: {line}"


def difference(case, found, right):
    """What is wrong with the numbers, or None."""
    found = np.array([float(v) for v in found])
    loose = FLOATS[str(right.dtype)]
    right = right.astype(np.float64).ravel()
    if found.shape != right.shape:
        return f"{found.size} numbers, not {right.size}"
    near = np.isclose(
        found, right, rtol=max(case.rtol, loose), atol=max(case.atol, loose, 1e-6), equal_nan=True
    )
    if near.all():
        return None
    at = int(np.argmin(near))
    return f"element {at} is {found[at]:.9g}, not {right[at]:.9g}"


def opset(model):
    return next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)


def report(results, args):
    """Prints what is wrong, why tests were refused, and the totals."""
    for result in results:
        if result["outcome"] == "WRONG" or (args.refused and result["outcome"] == "refused"):
            print(f"{result['outcome']} {result['test']} (opset {result['opset']}): {result['reason']}")
    reasons = collections.Counter(
        re.sub(r"node \S+ |[\d.x\[\], -]+", " ", r["reason"].split(": ", 1)[-1])[:110]
        for r in results
        if r["outcome"] == "refused"
    )
    for reason, count in reasons.most_common():
        print(f"refused {count:4} x {reason}")
    if args.table:
        operators = collections.defaultdict(collections.Counter)
        for result in results:
            if result["outcome"] != "not applicable":
                for operator in result["operators"]:
                    operators[operator][result["outcome"]] += 1
        table(
            ["operator", "pass", "refused", "wrong"],
            [(name, c["pass"], c["refused"], c["WRONG"]) for name, c in sorted(operators.items())],
        )
    totals = collections.Counter(r["outcome"] for r in results)
    print(", ".join(f"{totals[k]} {k}" for k in ["pass", "refused", "WRONG", "not applicable"]))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
