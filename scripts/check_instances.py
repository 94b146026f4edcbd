#!/usr/bin/env python3
"""Has the certificates of the benchmark instances written and proved again, and prints what they cost.

    python3 scripts/check_instances.py [--timeout-cap 60] [--id acasxu_01] [--out results/certificates]

For each row of benchmarks/instances.csv: calls

    surety verify MODEL PROPERTY --timeout T --json --certificate FILE
    surety-check FILE --model MODEL

and records the verdict, the seconds to find it and to find its proof, the size of the certificate,
what it is about (`real`, `binary32`), whether the checker accepts it and in how many seconds, as
whole processes; or why there is none. A verdict that contradicts `expected` is **wrong**.

Writes OUT.csv after every instance and prints a table at the end, with the ratio of the seconds to
check and to find. Exit status 1 when an answer was wrong, a certificate was rejected, or a run
failed. The two programs lie in one folder.
"""

import csv
import json
import statistics
import sys
import tempfile
from pathlib import Path

from support import instances, parser, require, run, table

FIELDS = [
    "id",
    "verdict",
    "find_s",
    "proof_s",
    "check_s",
    "bytes",
    "meaning",
    "accepted",
    "note",
]


def examine(args, row):
    """Runs one instance; the record has the keys of FIELDS."""
    model = args.shared / "benchmarks" / row["onnx"]
    specification = args.shared / "benchmarks" / row["vnnlib"]
    limit = min(float(row["timeout_s"]), args.timeout_cap)
    record = dict.fromkeys(FIELDS, "")
    record["id"] = row["id"]
    with tempfile.TemporaryDirectory() as folder:
        certificate = Path(folder) / "certificate.jsonl"
        done = run(
            [
                *[args.surety, "verify", model, specification, "--timeout", f"{limit:g}"],
                *["--json", "--certificate", certificate, *args.options],
            ],
            limit + args.grace,
        )
        if done.code is None:
            return {**record, "verdict": "killed", "note": f"after {limit + args.grace:g} s"}
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            lines = done.stderr.strip().splitlines() or ["no JSON"]
            return {**record, "verdict": "error", "note": lines[-1][:200]}
        record["verdict"] = answer["verdict"]
        if {answer["verdict"], row["expected"]} == {"sat", "unsat"}:
            record["note"] = f"WRONG: expected {row['expected']}"
        if answer["verdict"] not in ("sat", "unsat"):
            return record
        proof = answer.get("proof_seconds", 0.0)
        record["find_s"] = round(done.seconds - proof, 3)
        record["proof_s"] = round(proof, 3)
        record["meaning"] = " ".join(answer.get("meaning", []))
        # The file is emptied at the start, so that none of an earlier run is taken for this one's.
        if not certificate.exists() or certificate.stat().st_size == 0:
            record["note"] = record["note"] or answer.get("no_certificate", "no certificate")
            return record
        record["bytes"] = certificate.stat().st_size
        checked = run([args.surety.parent / "surety-check", certificate, "--model", model], 600)
        record["check_s"] = round(checked.seconds, 3)
        record["accepted"] = {0: "yes", 1: "no"}.get(checked.code, "error")
        if checked.code != 0:
            lines = (checked.stdout + checked.stderr).strip().splitlines() or ["killed"]
            record["note"] = lines[0][:200]
    return record


def save(args, records):
    """Writes the records beside their place and renames them."""
    args.out.parent.mkdir(parents=True, exist_ok=True)
    beside = args.out.with_suffix(".csv.part")
    with open(beside, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(records)
    beside.replace(args.out.with_suffix(".csv"))


def totals(records):
    """What all certificates together come to, in sentences."""
    decided = [r for r in records if r["verdict"] in ("sat", "unsat")]
    accepted = [r for r in decided if r["accepted"] == "yes"]
    yield f"{len(decided)} of {len(records)} decided, {len(accepted)} with an accepted certificate"
    if accepted:
        ratios = [r["check_s"] / max(r["find_s"], 1e-3) for r in accepted]
        slower = [r["id"] for r, ratio in zip(accepted, ratios, strict=True) if ratio > 1]
        sizes = [r["bytes"] for r in accepted]
        yield (
            f"size: median {statistics.median(sizes):.0f}, most {max(sizes)} bytes; seconds to check / to find:"
            f" median {statistics.median(ratios):.2f}, most {max(ratios):.2f};"
            f" {sum(r['check_s'] for r in accepted):.1f} / {sum(r['find_s'] for r in accepted):.1f} in all"
        )
        yield f"checking takes longer than finding: {', '.join(slower) or 'nowhere'}"


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--family", action="append", help="only this family (repeatable)")
    arguments.add_argument("--id", action="append", help="only this instance (repeatable)")
    arguments.add_argument(
        "--timeout-cap", type=float, default=60, help="seconds at most (default %(default)s)"
    )
    arguments.add_argument(
        "--grace", type=float, default=30, help="seconds past the limit before a kill"
    )
    arguments.add_argument(
        "--options", default="", type=str.split, help="further options, in one string"
    )
    arguments.add_argument(
        "--out", type=Path, default=Path("results/certificates"), help="name of the results"
    )
    args = arguments.parse_args()
    require(args.surety, "the program")
    rows, records = instances(args), []
    for row in rows:
        record = examine(args, row)
        records.append(record)
        save(args, records)
        print(
            f"{len(records)}/{len(rows)} " + ", ".join(f"{v}" for v in record.values() if v != ""),
            file=sys.stderr,
        )
    table(FIELDS, [[r[f] for f in FIELDS] for r in records])
    for sentence in totals(records):
        print(sentence)
    bad = [
        r
        for r in records
        if r["accepted"] in ("no", "error")
        or r["note"].startswith("WRONG")
        or r["verdict"] in ("killed", "error")
    ]
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
