#!/usr/bin/env python3
"""Compares Surety's evaluation with ONNX Runtime's, float32, on every network of the shared folder.

    python3 scripts/compare_onnxruntime.py [--json results/onnxruntime.json]

Networks: those of benchmarks/instances.csv and of reference/models. Inputs: five for each, drawn
from a fixed seed: three inside the box of the network's first property, one at a corner of it and
one from the box of twice its width. Symbolic dimensions count as 1. The error of an output vector y
is max |ours - y| / max(max |y|, 1e-6). Calls `surety evaluate MODEL --input FILE.json --json`,
where the file holds an array of flat arrays, and expects {"outputs": [[...], ...]}.

Exit status 1 when a network fails or exceeds the tolerance. Needs numpy, onnx and onnxruntime.
"""

import csv
import json
import sys

import numpy as np

from support import Session, answer, floats, json_file, parser, require, run, table, write_json
from vnnlib import Property


def networks(shared):
    """(name, model file, lower, upper) of every network, each file once."""
    seen = set()
    with open(shared / "benchmarks/instances.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["onnx"] not in seen:
                seen.add(row["onnx"])
                box = Property.read(shared / "benchmarks" / row["vnnlib"]).box()
                yield row["onnx"], shared / "benchmarks" / row["onnx"], *box
    for path in sorted((shared / "reference/bounds").glob("*.json")):
        reference = json.loads(path.read_text())
        instance, model = reference["instances"][0], f"reference/models/{reference['model']}"
        yield model, shared / model, np.array(instance["lower"]), np.array(instance["upper"])


def samples(lower, upper, generator):
    """Five float32 inputs in and around a box, shape (5, inputs); an open side ends near 1."""
    lower, upper = np.maximum(lower, -1e6), np.minimum(upper, 1e6)
    lower = np.where(lower <= -1e6, np.minimum(-1, upper - 1), lower)
    upper = np.where(upper >= 1e6, np.maximum(1, lower + 1), upper)
    center, radius = (lower + upper) / 2, (upper - lower) / 2
    inside = generator.uniform(-1, 1, (3, len(center)))
    corner = generator.choice([-1.0, 1.0], (1, len(center)))
    around = generator.uniform(-2, 2, (1, len(center)))
    return (center + radius * np.concatenate([inside, corner, around])).astype(np.float32)


def compare(surety, model, inputs, limit):
    """The largest relative error over some inputs, and the number of outputs."""
    session = Session(model)
    expected = [session(x).astype(np.float64) for x in inputs]
    with json_file([floats(x) for x in inputs]) as path:
        done = run([surety, "evaluate", model, "--input", path, "--json"], limit)
    outputs = answer(done)["outputs"]
    if [len(y) for y in outputs] != [len(y) for y in expected]:
        raise ValueError(f"{[len(y) for y in outputs]} outputs, not {[len(y) for y in expected]}")
    ours = [np.array([np.nan if v is None else v for v in y], float) for y in outputs]
    errors = [
        np.abs(a - b).max() / max(np.abs(b).max(), 1e-6)
        for a, b in zip(ours, expected, strict=True)
    ]
    return float(np.max(errors)), len(expected[0])


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--tolerance", type=float, default=1e-5, help="default %(default)s")
    arguments.add_argument("--only", default="", help="networks whose name contains this")
    arguments.add_argument(
        "--seed", type=int, default=0, help="of the inputs (default %(default)s)"
    )
    arguments.add_argument("--limit", type=float, default=300, help="seconds a network")
    arguments.add_argument("--json", metavar="FILE", help="also write the rows as JSON")
    args = arguments.parse_args()
    require(args.surety, "the program")
    require(args.shared, "the shared folder")
    rows = []
    for name, model, lower, upper in networks(args.shared):
        if args.only not in name:
            continue
        inputs = samples(lower, upper, np.random.default_rng(args.seed))
        row = {"network": name, "inputs": inputs.shape[1], "outputs": 0, "error": None, "note": ""}
        try:
            row["error"], row["outputs"] = compare(args.surety, model, inputs, args.limit)
        except Exception as problem:  # one broken network never stops the rest
            row["note"] = str(problem)[:160]
        # A NaN compares false, so it fails.
        row["passed"] = row["error"] is not None and row["error"] <= args.tolerance
        rows.append(row)
        print(f"{len(rows)} {name}: {'pass' if row['passed'] else 'FAIL'}", file=sys.stderr)
    table(
        ["network", "inputs", "outputs", "max relative error", "verdict", "note"],
        [
            [
                r["network"],
                r["inputs"],
                r["outputs"],
                "-" if r["error"] is None else f"{r['error']:.2e}",
                "pass" if r["passed"] else "FAIL",
                r["note"],
            ]
            for r in rows
        ],
    )
    passed = sum(r["passed"] for r in rows)
    print(f"\n{passed} of {len(rows)} networks agree to {args.tolerance:g}.")
    if args.json:
        write_json(args.json, {"tolerance": args.tolerance, "seed": args.seed, "networks": rows})
    sys.exit(0 if passed == len(rows) else 1)


if __name__ == "__main__":
    main()
