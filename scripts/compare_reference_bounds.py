#!/usr/bin/env python3
"""Compares Surety's bounds with the reference bounds of auto_LiRPA, float64.

    python3 scripts/compare_reference_bounds.py [--json results/reference_bounds.json]

For every instance of reference/bounds and every method: calls

    surety bounds MODEL --center BOX.json --method M --precision double --margins LABEL --json

with BOX.json = {"lower": [...], "upper": [...]}, and compares the output bounds and the margin
bounds. Two columns say by how much ours are looser and tighter than the reference, at the worst
element, relative to max(|reference|, 1e-6 * the largest |reference| of that vector).

* IBP, CROWN-IBP and CROWN: `equal` when both are within the tolerance; `tighter` when only the
  first is, which intersecting a method with a cheaper one explains; else `LOOSER`, a failure. Where
  CROWN is not equal, it is also compared with the reference's `CROWN-sparse`, which takes IBP's
  bounds for the neurons that IBP proves stable.
* alpha-CROWN: the mean lower margin, ours beside the reference's; `LOOSER` when ours is smaller.
* The vision transformer has other relaxations than ours: its rows are shown and never fail.

Exit status 1 when a row failed. Needs numpy.
"""

import json
import sys

import numpy as np

from support import answer, json_file, parser, require, run, table, write_json

METHODS = ["IBP", "CROWN-IBP", "CROWN", "alpha-CROWN"]


def looser_and_tighter(ours, reference):
    """The worst relative shortfall and gain of {"lower", "upper"} against the reference's."""
    looser = tighter = 0.0
    for side, sign in (("lower", 1.0), ("upper", -1.0)):
        theirs = np.array(reference[side], float)
        mine = np.array([np.nan if v is None else v for v in ours[side]], float)
        if mine.shape != theirs.shape:
            raise ValueError(f"{len(mine)} {side} bounds instead of {len(theirs)}")
        if not np.isfinite(mine).all():
            raise ValueError(f"a {side} bound is not finite")
        scale = np.maximum(np.abs(theirs), 1e-6 * np.abs(theirs).max())
        gain = sign * (mine - theirs) / np.maximum(scale, 1e-300)
        looser, tighter = max(looser, float(-gain.min())), max(tighter, float(gain.max()))
    return looser, tighter


def verdict(looser, tighter, tolerance):
    if looser > tolerance:
        return "LOOSER"
    return "equal" if tighter <= tolerance else "tighter"


def against(ours, bounds, tolerance):
    """Shortfall, gain and verdict over outputs and margins together."""
    pairs = [
        looser_and_tighter(got, {side: bounds[f"{what}_{side}"] for side in ("lower", "upper")})
        for what, got in (("output", ours), ("margin", ours["margins"]))
    ]
    looser, tighter = max(p[0] for p in pairs), max(p[1] for p in pairs)
    return looser, tighter, verdict(looser, tighter, tolerance)


def compare(args, model, instance, method):
    """One row: what ours and the reference say about one instance by one method."""
    reference = instance["bounds"][method]
    with json_file({"lower": instance["lower"], "upper": instance["upper"]}) as path:
        done = run(
            [
                args.surety,
                "bounds",
                model,
                "--center",
                path,
                "--method",
                method.lower(),
                "--precision",
                "double",
                "--margins",
                instance["label"],
                "--json",
                *args.options,
            ],
            args.limit,
        )
    ours = answer(done)
    mean = float(np.mean(ours["margins"]["lower"]))
    row = {"seconds": done.seconds, "peak_mb": done.peak_mb, "mean_lower": mean}
    if reference is None:
        return {**row, "verdict": "no reference"}
    row["reference_mean_lower"] = float(np.mean(reference["margin_lower"]))
    if method == "alpha-CROWN":
        slack = args.tolerance * max(1.0, abs(row["reference_mean_lower"]))
        fine = mean >= row["reference_mean_lower"] - slack
        return {**row, "verdict": "at least as tight" if fine else "LOOSER"}
    row["looser"], row["tighter"], row["verdict"] = against(ours, reference, args.tolerance)
    sparse = instance["bounds"].get("CROWN-sparse")
    if method == "CROWN" and row["verdict"] != "equal" and sparse:
        *_, kind = against(ours, sparse, args.tolerance)
        row["against_sparse"] = kind
    return row


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--tolerance", type=float, default=1e-6, help="default %(default)s")
    arguments.add_argument("--only", default="", help="references whose file name contains this")
    arguments.add_argument("--methods", default=",".join(METHODS), help="default %(default)s")
    arguments.add_argument("--limit", type=float, default=600, help="seconds a call")
    arguments.add_argument(
        "--options",
        default="",
        type=str.split,
        help="further options of `surety bounds`, in one string",
    )
    arguments.add_argument("--json", metavar="FILE", help="also write the rows as JSON")
    args = arguments.parse_args()
    require(args.surety, "the program")
    require(args.shared, "the shared folder")
    rows = []
    for file in sorted((args.shared / "reference/bounds").glob("*.json")):
        if args.only not in file.stem:
            continue
        reference = json.loads(file.read_text())
        model = args.shared / "reference/models" / reference["model"]
        comparable = "vit" not in file.stem
        for instance in reference["instances"]:
            for method in args.methods.split(","):
                row = {"file": file.stem, "instance": instance["name"], "method": method}
                try:
                    row.update(compare(args, model, instance, method))
                except Exception as problem:  # one broken row never stops the rest
                    row.update(verdict="FAILED", note=str(problem)[:160])
                row["passed"] = row["verdict"] not in ("LOOSER", "FAILED") or (
                    not comparable and row["verdict"] == "LOOSER"
                )
                rows.append(row)
                print(f"{file.stem} {instance['name']} {method}: {row['verdict']}", file=sys.stderr)

    def number(row, key, style):
        return format(row[key], style) if key in row else "-"

    table(
        [
            "reference",
            "instance",
            "method",
            "looser by",
            "tighter by",
            "mean lower margin",
            "reference's",
            "seconds",
            "verdict",
            "note",
        ],
        [
            [
                r["file"],
                r["instance"],
                r["method"],
                number(r, "looser", ".1e"),
                number(r, "tighter", ".1e"),
                number(r, "mean_lower", ".6g"),
                number(r, "reference_mean_lower", ".6g"),
                number(r, "seconds", ".2f"),
                r["verdict"],
                r.get("note", "")
                or (
                    f"against CROWN-sparse: {r['against_sparse']}" if "against_sparse" in r else ""
                ),
            ]
            for r in rows
        ],
    )
    optimised = [r for r in rows if r["method"] == "alpha-CROWN" and "reference_mean_lower" in r]
    if optimised:
        ours = np.mean([r["mean_lower"] for r in optimised])
        theirs = np.mean([r["reference_mean_lower"] for r in optimised])
        print(
            f"\nalpha-CROWN, mean lower margin over {len(optimised)} instances: "
            f"ours {ours:.6g}, reference {theirs:.6g}."
        )
    failed = sum(not r["passed"] for r in rows)
    print(f"\n{len(rows) - failed} of {len(rows)} rows pass at relative {args.tolerance:g}.")
    if args.json:
        write_json(args.json, {"tolerance": args.tolerance, "rows": rows})
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
