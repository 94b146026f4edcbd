#!/usr/bin/env python3
"""Times complete verification by other tools and by Surety, alternately, and prints the ratios.

    python3 scripts/compare_verifiers.py --family acasxu --nnenum DIR --abcrown DIR --peer-python PYTHON

For every instance of benchmarks/instances.csv that the filters leave, in turn:

    surety verify MODEL PROPERTY --timeout LIMIT --threads N
    python -m nnenum.nnenum MODEL PROPERTY LIMIT RESULT          (with --nnenum: the repository)
    python abcrown.py --config CONFIG --device cpu ...           (with --abcrown: the repository)

alpha,beta-CROWN runs with the configuration that its authors made for the family (CONFIGS below). A row gives
the verdict and the wall seconds of each whole process, and in brackets the seconds that a peer counts itself,
without the start of its Python. A process that did not answer within --limit counts as that limit.

**Run it on an idle machine**: a row that began while other processes used more than --idle cores is marked `BUSY`.
Exit status 1 when two tools contradict each other, or ours contradicts `expected`.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from compare_speed import busy_cores
from support import instances, parser, read_bytes, require, run, table, write_json

CONFIGS = {
    "acasxu": "vnncomp21/acasxu",
    "cifar10_resnet": "vnncomp21/cifar10-resnet",
    # Its own configuration for oval21 needs CPLEX.
    "oval21": "vnncomp21/cifar10-resnet",
    "mnist_fc": "vnncomp22/mnistfc",
    "sri_resnet_a": "vnncomp22/resnet_A",
    "sri_resnet_b": "vnncomp22/resnet_B",
    "marabou_cifar10": "vnncomp21/marabou_cifar10",
    "eran": "vnncomp21/eran_mlp",
    "cifar_biasfield": "vnncomp22/cifar_biasfield",
    "vit": "vnncomp23/vit",
    "verivital": "vnncomp21/verivital",
    "safenlp": "vnncomp24/safenlp",
    "yolo": "vnncomp24/yolo-xiangruzh",
}
WORDS = {"holds": "unsat", "violated": "sat", "safe": "unsat", "unsafe": "sat"}


def verdict(text):
    """The verdict that a result's first word states."""
    word = (text.split() or [""])[0].lower()
    word = WORDS.get(word, word)
    return word if word in ("unsat", "sat") else "timeout" if word == "timeout" else "unknown"


def ours(args, row, files, result):
    limit = f"{args.limit:g}"
    done = run(
        [args.surety, "verify", *files, "--timeout", limit, "--threads", args.threads],
        args.limit + 10,
    )
    return done, verdict(done.stdout), None


def nnenum(args, row, files, result):
    done = run(
        [args.peer_python, "-m", "nnenum.nnenum", *files, f"{args.limit:g}", result],
        args.limit + 10,
        {
            "PYTHONPATH": str(args.nnenum / "src"),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        },
    )
    text = result.read_text() if result.exists() else ""
    counted = re.search(r"Runtime: ([0-9.]+)", done.stdout)
    return done, verdict(text), counted and float(counted[1])


def abcrown(args, row, files, result):
    folder = args.abcrown / "complete_verifier"
    config = folder / "exp_configs" / (CONFIGS[row["family"]] + ".yaml")
    command = [args.peer_python, folder / "abcrown.py", "--config", config, "--device", "cpu"]
    command += ["--onnx_path", files[0], "--vnnlib_path", files[1]]
    command += ["--results_file", result, "--timeout", f"{args.limit:g}"]
    done = run(
        command,
        args.limit + 10,
        {"OMP_NUM_THREADS": str(args.threads), "PYTHONPATH": str(folder)},
    )
    text = result.read_text() if result.exists() else ""
    said = re.search(r"Result: (\S+)", done.stdout)
    counted = re.search(r"^Time: ([0-9.]+)", done.stdout, re.MULTILINE)
    return done, verdict(said[1] if said else text), counted and float(counted[1])


def measure(args, row, name, call):
    """One run of one tool."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for key in ("onnx", "vnnlib"):
            source = args.shared / "benchmarks" / row[key]
            # The peers read plain files alone.
            if name != "ours" and source.suffix == ".gz":
                plain = Path(folder) / source.stem
                plain.write_bytes(read_bytes(source))
                source = plain
            files.append(source)
        busy = busy_cores()
        done, answer, counted = call(args, row, files, Path(folder) / "result.txt")
    if answer not in ("unsat", "sat"):
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        note = lines[-1][:160] if lines else ""
        failed = done.code is not None and done.seconds < 0.9 * args.limit
        return {
            "verdict": "failed" if failed and answer != "timeout" else "timeout",
            "seconds": args.limit,
            "wall": done.seconds,
            "note": note,
            "busy": busy,
        }
    return {
        "verdict": answer,
        "seconds": min(done.seconds, args.limit),
        "counted": counted,
        "peak_mb": done.peak_mb,
        "busy": busy,
    }


def cell(values):
    counted = f" ({values['counted']:.1f})" if values.get("counted") is not None else ""
    return f"{values['verdict']} {values['seconds']:.2f}{counted}"


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--family", action="append", help="only this family (repeatable)")
    arguments.add_argument("--id", action="append", help="only this instance (repeatable)")
    arguments.add_argument("--peer-python", default=sys.executable, help="the peers' Python")
    arguments.add_argument("--nnenum", type=Path, help="the repository of nnenum")
    arguments.add_argument("--abcrown", type=Path, help="the repository of alpha,beta-CROWN")
    arguments.add_argument("--limit", type=float, default=60, help="seconds an instance and tool")
    arguments.add_argument("--threads", type=int, default=os.cpu_count(), help="of each tool")
    arguments.add_argument("--idle", type=float, default=0.2, help="cores others may use")
    arguments.add_argument("--out", default="results/verifiers.json", help="default %(default)s")
    args = arguments.parse_args()
    require(args.surety, "the program")
    args.shared, args.surety = args.shared.resolve(), args.surety.resolve()
    tools = {"ours": ours}
    for name, call in (("nnenum", nnenum), ("abcrown", abcrown)):
        if getattr(args, name):
            setattr(args, name, getattr(args, name).resolve())
            tools[name] = call
    rows = instances(args)
    records, wrong = [], False
    for row in rows:
        runs = {name: measure(args, row, name, call) for name, call in tools.items()}
        answers = {r["verdict"] for r in runs.values()} & {"unsat", "sat"}
        contradicts = len(answers) > 1 or {runs["ours"]["verdict"], row["expected"]} == {
            "sat",
            "unsat",
        }
        busy = any((r["busy"] or 0) > args.idle for r in runs.values())
        wrong |= contradicts
        notes = ["CONTRADICTION"] * contradicts + ["BUSY"] * busy
        records.append(
            {"id": row["id"], "expected": row["expected"], "runs": runs, "notes": notes}
        )
        write_json(args.out, {"limit": args.limit, "threads": args.threads, "instances": records})
        print(row["id"], *(f"{n}: {cell(r)}" for n, r in runs.items()), *notes, file=sys.stderr)
    table(
        ["instance", "expected", *tools, "note"],
        [
            [r["id"], r["expected"], *(cell(v) for v in r["runs"].values()), "; ".join(r["notes"])]
            for r in records
        ],
    )
    print()
    total = {name: sum(r["runs"][name]["seconds"] for r in records) for name in tools}
    solved = {
        name: sum(r["runs"][name]["verdict"] in ("unsat", "sat") for r in records)
        for name in tools
    }
    table(
        ["tool", "solved", "total s", "total / ours"],
        [[n, solved[n], f"{total[n]:.1f}", f"{total[n] / total['ours']:.1f}x"] for n in tools],
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
