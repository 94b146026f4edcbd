#!/usr/bin/env python3
"""Runs `surety verify` on the benchmark instances and checks every verdict and every witness.

    python3 scripts/run_instances.py [--family acasxu] [--timeout-cap 60] [--out results/instances]

For each row of benchmarks/instances.csv: calls

    surety verify MODEL PROPERTY --timeout T --complete MODE --result FILE

and records the verdict, wall time and peak memory. An answer is **wrong** when it contradicts
`expected` (`sat` for `unsat` or the reverse), when the first lines of the output and of FILE
differ, or when the witness of a `sat` does not replay: rounded to float32 it must lie in the box
and satisfy the assertions by ONNX Runtime's float32 outputs, judged in exact arithmetic by a
separate reader of VNN-LIB. A box end that float32 cannot represent may be met after rounding it
("rounded box").

Writes OUT.csv and OUT.json after every instance, prints a table per family, continues after
failures. Exit status 1 when an answer was wrong or a run failed. Needs numpy, onnx and onnxruntime.
"""

import collections
import concurrent.futures
import csv
import statistics
import sys
import tempfile
import threading
from pathlib import Path

from support import Session, instances, parser, require, run, table, write_json
from vnnlib import Property, replay

VERDICTS = ("unsat", "sat", "unknown", "timeout")
FIELDS = [
    "id",
    "family",
    "expected",
    "verdict",
    "wrong",
    "replay",
    "wall_s",
    "peak_mb",
    "timeout_s",
    "exit",
    "note",
]


def first_line(text):
    """The first line of a text, without spaces around it."""
    return text.lstrip().split("\n", 1)[0].strip()


def verify(args, row):
    """Runs one instance; the record has the keys of FIELDS."""
    model = args.shared / "benchmarks" / row["onnx"]
    specification = args.shared / "benchmarks" / row["vnnlib"]
    limit = min(float(row["timeout_s"]), args.timeout_cap)
    record = {
        "id": row["id"],
        "family": row["family"],
        "expected": row["expected"],
        "timeout_s": limit,
        "wrong": "",
        "replay": "",
        "note": "",
    }
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.txt"
        done = run(
            [
                args.surety,
                "verify",
                model,
                specification,
                "--timeout",
                f"{limit:g}",
                "--complete",
                args.complete,
                "--result",
                result,
                *args.options,
            ],
            limit + args.grace,
        )
        text = result.read_text() if result.exists() else ""
    record.update(wall_s=round(done.seconds, 3), peak_mb=round(done.peak_mb, 1), exit=done.code)
    printed, verdict = first_line(done.stdout), first_line(text)
    if done.code is None:
        return {
            **record,
            "verdict": "killed",
            "note": f"still running {args.grace:g} s after its limit",
        }
    # Status 1 says that a limit was reached, which is no failure.
    unanswered = done.code == 1 and verdict in ("unknown", "timeout")
    if verdict not in VERDICTS or (done.code != 0 and not unanswered):
        lines = done.stderr.strip().splitlines() or [f"verdict {verdict!r}"]
        return {**record, "verdict": "error", "note": lines[-1][:200]}
    record["verdict"] = verdict
    if printed != verdict:
        record["wrong"] = f"printed {printed[:40]!r}, but the result file says {verdict!r}"
    if verdict == "sat":
        record["replay"] = replay(
            Session(model), Property.read(specification), text.split("\n", 1)[-1]
        )
        if record["replay"] not in ("exact", "rounded box"):
            record["wrong"] = f"witness: {record['replay']}"
    if {verdict, row["expected"]} == {"sat", "unsat"}:
        record["wrong"] = f"expected {row['expected']}" + (
            f" ({row['note']})" if row["note"] else ""
        )
    return record


def safely(args, row):
    """`verify`, with any failure of ours turned into a record."""
    try:
        return verify(args, row)
    except Exception as problem:
        return {
            "id": row["id"],
            "family": row["family"],
            "expected": row["expected"],
            "wrong": "",
            "replay": "",
            "verdict": "failed",
            "wall_s": 0.0,
            "peak_mb": 0.0,
            "exit": "",
            "timeout_s": "",
            "note": f"{type(problem).__name__}: {problem}"[:200],
        }


def save(args, records):
    """Writes both result files, each beside its place and then renamed."""
    write_json(args.out.with_suffix(".json"), {"complete": args.complete, "instances": records})
    beside = args.out.with_suffix(".csv.part")
    with open(beside, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(records)
    beside.replace(args.out.with_suffix(".csv"))


def summary(records):
    """A row per family, and one for all."""
    families = collections.defaultdict(list)
    for record in records:
        families[record["family"]].append(record)
    rows = []
    for name, group in [*families.items(), ("all", records)]:
        count = collections.Counter(r["verdict"] for r in group)
        failed = count["error"] + count["killed"] + count["failed"]
        times = [r["wall_s"] for r in group]
        rows.append(
            [
                name,
                len(group),
                f"{count['unsat'] + count['sat']} ({count['unsat']}/{count['sat']})",
                count["unknown"],
                count["timeout"],
                failed,
                sum(bool(r["wrong"]) for r in group),
                f"{sum(times):.1f}",
                f"{statistics.median(times):.2f}",
                f"{max(r['peak_mb'] for r in group):.0f}",
            ]
        )
    table(
        [
            "family",
            "instances",
            "decided (unsat/sat)",
            "unknown",
            "timeout",
            "failed",
            "wrong",
            "total s",
            "median s",
            "peak MB",
        ],
        rows,
    )


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--binary", dest="surety", type=Path, help="the same as --surety")
    arguments.add_argument("--family", action="append", help="only this family (repeatable)")
    arguments.add_argument("--id", action="append", help="only this instance (repeatable)")
    arguments.add_argument(
        "--timeout-cap", type=float, default=float("inf"), help="seconds at most"
    )
    arguments.add_argument(
        "--grace", type=float, default=10, help="seconds past the limit before a kill"
    )
    arguments.add_argument("--complete", choices=["bab", "milp", "none"], default="none")
    arguments.add_argument(
        "--options", default="", type=str.split, help="further options, in one string"
    )
    arguments.add_argument("--jobs", type=int, default=1, help="runs at once (default %(default)s)")
    arguments.add_argument(
        "--out", type=Path, default=Path("results/instances"), help="name of the results"
    )
    args = arguments.parse_args()
    require(args.surety, "the program")
    rows = instances(args)
    records, lock = [], threading.Lock()
    args.out.parent.mkdir(parents=True, exist_ok=True)

    def one(row):
        record = safely(args, row)
        with lock:
            records.append(record)
            save(args, records)
            print(
                f"{len(records)}/{len(rows)} {record['id']}: {record['verdict']}"
                + f" in {record['wall_s']:.2f} s"
                + (f", WRONG: {record['wrong']}" if record["wrong"] else "")
                + (f", {record['note']}" if record["note"] else ""),
                file=sys.stderr,
            )

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(one, rows))
    order = {row["id"]: i for i, row in enumerate(rows)}
    records.sort(key=lambda r: order[r["id"]])
    save(args, records)
    summary(records)
    bad = [r for r in records if r["wrong"] or r["verdict"] in ("error", "killed", "failed")]
    if bad:
        print()
        table(
            ["instance", "verdict", "what is wrong"],
            [[r["id"], r["verdict"], r["wrong"] or r["note"]] for r in bad],
        )
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
