#!/usr/bin/env python3
"""Times bounds by auto_LiRPA and by Surety, alternately, and prints the ratios.

    python3 scripts/compare_speed.py --cifar DIR --peer-python PYTHON --peer-path AUTO_LIRPA

For every network, batch, radius and method, in each round: first the peer, by peers/bounds.py of
the shared folder, then ours, by

    surety-bench bounds NETWORK --shared DIR --cifar DIR --batch B --eps E --method M --threads N

Both print one JSON line with "network", "batch", "eps", "method", "median_ms", "min_ms", "repeats",
"mean_lower" and "certified", measured in float32 after a warm-up. Methods are written as the peer
writes them (`alpha-CROWN-full`); ours are called in lower case.

A row gives the median over the rounds of each side's median, their ratio (peer / ours: larger is
better for us), the mean lower margin of both and whether ours are at least as tight, the number of
certified images, and the peak memory of both processes. `*` marks a peer figure of fewer than 5
repeats. The ratio of a row that is looser says nothing. Exit status 1 when a run failed.

**Run it on an idle machine.** Two threads of the peer wait for each other by spinning: on a busy
machine its small networks were measured 30 times slower, and the ratio flatters us. So the cores
that other processes use are measured before every run; a row of more than --idle cores is marked
`BUSY`, is not evidence, and makes the exit status 1. --wait waits for an idle machine first.

Needs numpy; the peer's Python needs torch, onnx and numpy.
"""

import itertools
import json
import os
import statistics
import sys
import time
from pathlib import Path

from support import ROOT, parser, require, run, table, write_json

NETWORKS = "mnist-net_256x4,cifar_wide,resnet_2b,resnet_4b"
METHODS = "IBP,CROWN-IBP,CROWN,alpha-CROWN-fixed,alpha-CROWN-full"


def busy_cores(seconds=1.0):
    """How many cores the whole machine uses now, or None where the system does not say."""

    def ticks():
        fields = [int(v) for v in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return sum(fields), fields[3] + fields[4]

    try:
        total, idle = ticks()
        time.sleep(seconds)
        later, later_idle = ticks()
    except OSError:
        return None
    return (os.cpu_count() or 1) * (1 - (later_idle - idle) / max(later - total, 1))


def calm(args):
    """The cores in use before a run, after waiting at most --wait seconds for an idle machine."""
    deadline = time.monotonic() + args.wait
    busy = busy_cores()
    while busy is not None and busy > args.idle and time.monotonic() < deadline:
        busy = busy_cores()
    return busy


def measured(done):
    """The JSON line of a finished process, with its peak memory, or {"failed": why}."""
    if done.code is None:
        return {"failed": "time limit"}
    for line in reversed(done.stdout.splitlines()):
        if line.startswith("{"):
            return {**json.loads(line), "peak_mb": done.peak_mb, "process_s": done.seconds}
    lines = done.stderr.strip().splitlines()
    return {"failed": f"exit {done.code}: {lines[-1][:120] if lines else 'no JSON line'}"}


def peer(args, network, batch, eps, method):
    """One run of the peer's script."""
    environment = {
        "BATCH": str(batch),
        "EPS": eps,
        "METHODS": method,
        "THREADS": str(args.threads),
        "OMP_NUM_THREADS": str(args.threads),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if args.peer_path:
        environment["PYTHONPATH"] = str(args.peer_path)
    # Calls of a millisecond settle down only after many; both sides are called as often.
    start = (
        "import runpy, sys; sys.path.insert(0, sys.argv[1]); import common; "
        f"common.timed.__defaults__ = ({args.repeats}, common.timed.__defaults__[1]); "
        "sys.argv = sys.argv[2:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    folder = args.shared / "peers"
    return measured(
        run(
            [args.peer_python, "-c", start, folder, folder / "bounds.py", args.cifar, network],
            args.limit,
            environment,
        )
    )


def ours(args, network, batch, eps, method):
    """One run of surety-bench."""
    return measured(
        run(
            [
                args.bench,
                "bounds",
                network,
                "--shared",
                args.shared,
                "--cifar",
                args.cifar,
                "--batch",
                batch,
                "--eps",
                f"{eps}/255",
                "--method",
                method.lower(),
                "--threads",
                args.threads,
                "--repeats",
                args.repeats,
            ],
            args.limit,
        )
    )


def combined(runs):
    """The median over rounds of one side, or why there is none."""
    good = [r for r in runs if "failed" not in r]
    if not good:
        return {"failed": runs[0]["failed"] if runs else "not run"}
    return {
        "median_ms": statistics.median(r["median_ms"] for r in good),
        "min_ms": min(r["min_ms"] for r in good),
        "repeats": min(r["repeats"] for r in good),
        "mean_lower": good[-1]["mean_lower"],
        "certified": good[-1]["certified"],
        "peak_mb": max(r["peak_mb"] for r in good),
        "rounds": len(good),
        "busy_cores": max((r["busy_cores"] or 0.0 for r in good), default=0.0),
    }


def compared(row, tolerance):
    """The row with the ratio, and whether ours are at least as tight."""
    a, b = row["peer"], row["ours"]
    if "failed" in a or "failed" in b:
        return row
    slack = tolerance * max(1.0, abs(a["mean_lower"]))
    row["ratio"] = a["median_ms"] / b["median_ms"]
    row["as_tight"] = b["mean_lower"] >= a["mean_lower"] - slack
    row["memory_ratio"] = a["peak_mb"] / b["peak_mb"]
    return row


def cells(row):
    """A row of the table."""

    def side(values, key, style):
        return format(values[key], style) if key in values else "-"

    a, b = row["peer"], row["ours"]
    star = "*" if a.get("repeats", 5) < 5 else ""
    loads = [v["busy_cores"] for v in (a, b) if "busy_cores" in v]
    notes = [f"BUSY: {max(loads, default=0):.1f} cores"] if row["busy"] else []
    notes += [f"{name}: {v['failed']}" for name, v in (("peer", a), ("ours", b)) if "failed" in v]
    tight = {True: "yes", False: "NO", None: "-"}[row.get("as_tight")]
    return [
        row["network"],
        row["batch"],
        row["eps"],
        row["method"],
        side(a, "median_ms", ".2f") + star,
        side(b, "median_ms", ".2f"),
        f"{row['ratio']:.1f}x" if "ratio" in row else "-",
        side(a, "mean_lower", ".5f"),
        side(b, "mean_lower", ".5f"),
        tight,
        f"{a.get('certified', '-')} / {b.get('certified', '-')}",
        f"{side(a, 'peak_mb', '.0f')} / {side(b, 'peak_mb', '.0f')}",
        "; ".join(notes),
    ]


def main():
    arguments = parser(__doc__)
    arguments.add_argument(
        "--bench",
        type=Path,
        default=ROOT / ".build/release/surety-bench",
        help="our program (default .build/release/surety-bench)",
    )
    arguments.add_argument(
        "--cifar", type=Path, required=True, help="the folder with test_batch.bin"
    )
    arguments.add_argument(
        "--peer-python", default=sys.executable, help="the Python that has torch"
    )
    arguments.add_argument("--peer-path", type=Path, help="the folder with the package auto_LiRPA")
    arguments.add_argument("--networks", default=NETWORKS, help="default %(default)s")
    arguments.add_argument("--methods", default=METHODS, help="default %(default)s")
    arguments.add_argument("--batches", default="1,32", help="default %(default)s")
    arguments.add_argument("--eps", default="1,2", help="in 1/255 (default %(default)s)")
    arguments.add_argument("--threads", type=int, default=2, help="of both (default %(default)s)")
    arguments.add_argument("--rounds", type=int, default=1, help="peer and ours, this often")
    arguments.add_argument("--repeats", type=int, default=5, help="timed calls a process")
    arguments.add_argument("--limit", type=float, default=900, help="seconds a process")
    arguments.add_argument("--tolerance", type=float, default=1e-4, help="of the mean lower margin")
    arguments.add_argument("--idle", type=float, default=0.2, help="cores others may use")
    arguments.add_argument("--wait", type=float, default=0, help="seconds to wait for that")
    arguments.add_argument("--skip-peer", action="store_true", help="ours only")
    arguments.add_argument("--skip-ours", action="store_true", help="the peer only")
    arguments.add_argument("--out", default="results/speed.json", help="default %(default)s")
    args = arguments.parse_args()
    # The peer's script reads its own folder, so a relative path must not depend on where it runs.
    args.shared, args.cifar = args.shared.resolve(), args.cifar.resolve()
    args.peer_path = args.peer_path and args.peer_path.resolve()
    require(args.cifar / "test_batch.bin", "CIFAR-10")
    if not args.skip_ours:
        require(args.bench, "surety-bench")
    if not args.skip_peer:
        require(args.shared / "peers/bounds.py", "the peer's script")
    rows, failed = [], False
    for network, batch, eps, method in itertools.product(
        args.networks.split(","),
        args.batches.split(","),
        args.eps.split(","),
        args.methods.split(","),
    ):
        runs = {"peer": [], "ours": []}
        for _ in range(args.rounds):
            for name, call in (("peer", peer), ("ours", ours)):
                # A side that failed once would fail again.
                if not getattr(args, f"skip_{name}") and not any("failed" in r for r in runs[name]):
                    busy = calm(args)
                    done = call(args, network, batch, eps, method)
                    runs[name].append({**done, "busy_cores": busy})
        row = {
            "network": network,
            "batch": int(batch),
            "eps": f"{eps}/255",
            "method": method,
            **{name: combined(r) for name, r in runs.items()},
            "runs": runs,
        }
        row["busy"] = any(
            (r["busy_cores"] or 0.0) > args.idle for side in runs.values() for r in side
        )
        failed |= row["busy"]
        rows.append(compared(row, args.tolerance))
        failed |= any("failed" in r for side in runs.values() for r in side)
        write_json(args.out, {"threads": args.threads, "rounds": args.rounds, "rows": rows})
        print(" ".join(str(c) for c in cells(row)), file=sys.stderr)
    table(
        [
            "network",
            "batch",
            "eps",
            "method",
            "peer ms",
            "ours ms",
            "ratio",
            "peer lower",
            "ours lower",
            "as tight",
            "certified p/o",
            "peak MB p/o",
            "note",
        ],
        [cells(r) for r in rows],
    )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
