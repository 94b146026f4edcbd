"""Where certificates to be changed come from: the examples, the program's own, and random ones."""

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from support import ROOT, require, run

sys.path.insert(0, str(ROOT / "certificates"))

from making.chance import Chance
from making.files import read_table

# Small networks, and a few of CIFAR-10.
INSTANCES = (
    [f"acasxu_{n}" for n in (11, 12, 13, 14, 16, 17, 18, 19, 20, 22)]
    + [f"test_0{n}" for n in (1, 2, 3, 4, 5)]
    + [f"safenlp_0{n}" for n in range(1, 9)]
    + [f"rl_benchmarks_0{n}" for n in range(1, 7)]
    + [f"planted_0{n}" for n in (1, 2, 4, 5, 6, 7)]
    + [
        "reach_prob_density_01",
        "cifar10_resnet_01",
        "marabou_cifar10_01",
        "oval21_03",
        "mnist_fc_01",
        "eran_01",
    ]
)
LONGEST = 600_000  # bytes of a line that is changed


@dataclass
class Original:
    """A certificate, the model that it is about, and where it comes from."""

    model: Path
    value: dict
    source: str


def certificates_in(path):
    """The certificates of a file, without the lines that have none."""
    for line in Path(path).read_bytes().decode().split("\n"):
        value = json.loads(line) if line.strip() else None
        if isinstance(value, dict) and "format" not in value:
            value = value.get("certificate")
        if value and len(line) <= LONGEST:
            yield value


def examples(args):
    """The examples that both checkers accept, but for those about tokens, whose claims are of another kind: test_tokens.py looks at these."""
    folder = ROOT / "certificates/examples"
    for name in sorted({row["file"] for row in read_table(folder / "expected.csv")}):
        rows = {int(r["line"]): r for r in read_table(folder / "expected.csv") if r["file"] == name}
        for number, line in enumerate(
            (folder / name).read_bytes().decode().rstrip("\n").split("\n"), 1
        ):
            if rows[number]["result"] == "accepted" and not rows[number]["no_rule"]:
                value = json.loads(line)
                value = value if "format" in value else value["certificate"]
                if value["claim"]["region"]["kind"] == "tokens":
                    continue
                yield Original(folder / rows[number]["model"], value, "examples")


def demo(args):
    """What `surety demo` writes of its digits."""
    folder = args.work / "demo"
    if not (folder / "certificates.jsonl").exists():
        run([args.surety, "demo", "--out", folder])
    require(folder / "certificates.jsonl", "the demo's certificates")
    for value in certificates_in(folder / "certificates.jsonl"):
        yield Original(folder / "digits.onnx", value, "digits")


def benchmarks(args):
    """What `surety verify` writes of instances; an empty file where it writes none."""
    with open(args.shared / "benchmarks/instances.csv", newline="") as file:
        rows = {r["id"]: r for r in csv.DictReader(file)}
    for name in INSTANCES:
        row, path = rows[name], args.work / f"{name}.jsonl"
        model, prop = (args.shared / "benchmarks" / row[key] for key in ("onnx", "vnnlib"))
        if not path.exists():
            done = run(
                [args.surety, "verify", model, prop, "--timeout", "60", "--certificate", path], 120
            )
            print(
                f"{name}: {done.stdout.split(chr(10), 1)[0]}, {done.seconds:.0f} s", file=sys.stderr
            )
            path.touch()
        for value in certificates_in(path):
            yield Original(model, value, row["family"])


def chance(args):
    """Random certificates of random networks, whether they are accepted or not."""
    for seed in range(args.random):
        made, values = Chance(1000 * args.seed + seed).certificates(4)
        path = args.work / f"{made.name}.onnx"
        path.write_bytes(made.data)
        for value in values:
            yield Original(path, value, "random")


SOURCES = {"examples": examples, "demo": demo, "benchmarks": benchmarks, "random": chance}
