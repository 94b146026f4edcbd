#!/usr/bin/env python3
"""Changes certificates in many ways and looks whether checkers still accept them, and if so, why that is right.

    python3 scripts/mutate_certificates.py [--each 100] [--work results/mutations] [--both N] [--json FILE]

Certificates are those of certificates/examples, of `surety demo`, of instances of benchmarks/ (`surety verify --certificate`), made
once into the folder `--work`, and random ones of random networks (certificates/making/chance.py). Each kind of change (certificates/making/mutations.py) is made `--each` times, and surety-check is run over
what comes out. A changed certificate that it accepts is harmless only where one of these is shown:

    same        the claim is the same as before, exactly, and so is proved by the certificate as it was
    follows     the claim follows from the one before: a smaller region, fewer meanings, fewer or stricter conditions
    proved      checker.py, which shares nothing with surety-check, proves the changed claim too

ONNX Runtime is given inputs of the region of every accepted claim that is not the same, and a certificate of a claim that one of them
violates is false. So are some of the rejected ones tried; "shown false" counts what that finds, as a measure of the search. With `--both`, N certificates, changed and unchanged, are given to both checkers, and their answers compared.

Exit status 1 where a certificate is false, an accepted change has no explanation, or the checkers disagree on more than how tight their
bounds are. Needs numpy, onnx and onnxruntime.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from support import ROOT, Session, parser, read_bytes, require, run, table, write_json

sys.path.insert(0, str(ROOT / "certificates"))

import checker
from making.chance import Chance
from making.files import read_table
from making.mutations import KINDS
from making.truth import Search, claim_of, follows, refutation
from suretycheck.arithmetic import fractions
from suretycheck.proofs import Model

# Small networks, and a few of CIFAR-10.
INSTANCES = (
    [f"acasxu_{n}" for n in (11, 12, 13, 14, 16, 17, 18, 19, 20, 22)]
    + [f"test_0{n}" for n in (1, 2, 3, 4, 5)]
    + [f"safenlp_0{n}" for n in range(1, 9)]
    + [f"rl_benchmarks_0{n}" for n in range(1, 7)]
    + [f"planted_0{n}" for n in (1, 2, 4, 5, 6, 7)]
    + ["reach_prob_density_01", "cifar10_resnet_01", "marabou_cifar10_01", "oval21_03", "mnist_fc_01", "eran_01"]
)
LONGEST = 600_000  # bytes of a line that is changed
# What checker.py is given: bytes of a line times weights of the network; more where nothing else explains why a change is accepted.
MOST_WORK, MOST_ALONE = 1_000_000_000, 50_000_000_000
# Reasons of either checker that say no more than that its bounds were not good enough.
NOT_TIGHT = ("is not shown impossible", "is not excluded", "satisfies no condition for certain", "is not shown to violate")


@dataclass
class Original:
    model: Path
    value: dict
    source: str


@dataclass
class Mutant:
    kind: str
    original: Original
    model: Path
    line: str
    answer: str = ""
    reason: str = ""


def certificates_in(path):
    """The certificates of a file, without the lines that have none."""
    for line in Path(path).read_bytes().decode().split("\n"):
        value = json.loads(line) if line.strip() else None
        if isinstance(value, dict) and "format" not in value:
            value = value.get("certificate")
        if value and len(line) <= LONGEST:
            yield value


def examples(args):
    folder = ROOT / "certificates/examples"
    for name in sorted({row["file"] for row in read_table(folder / "expected.csv")}):
        rows = {int(r["line"]): r for r in read_table(folder / "expected.csv") if r["file"] == name}
        for number, line in enumerate((folder / name).read_bytes().decode().rstrip("\n").split("\n"), 1):
            if rows[number]["result"] == "accepted" and not rows[number]["no_rule"]:
                value = json.loads(line)
                value = value if "format" in value else value["certificate"]
                yield Original(folder / rows[number]["model"], value, "examples")


def demo(args):
    folder = args.work / "demo"
    if not (folder / "certificates.jsonl").exists():
        run([args.surety, "demo", "--out", folder])
    require(folder / "certificates.jsonl", "the demo's certificates")
    for value in certificates_in(folder / "certificates.jsonl"):
        yield Original(folder / "digits.onnx", value, "digits")


def benchmarks(args):
    import csv

    with open(args.shared / "benchmarks/instances.csv", newline="") as file:
        rows = {r["id"]: r for r in csv.DictReader(file)}
    for name in INSTANCES:
        row, path = rows[name], args.work / f"{name}.jsonl"
        model, prop = (args.shared / "benchmarks" / row[key] for key in ("onnx", "vnnlib"))
        if not path.exists():
            done = run([args.surety, "verify", model, prop, "--timeout", "60", "--certificate", path], 120)
            print(f"{name}: {done.stdout.split(chr(10), 1)[0]}, {done.seconds:.0f} s", file=sys.stderr)
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


def mutants(originals, each, seed):
    """`each` changes of every kind, spread over the originals; fewer where a kind has less to change."""
    by_model = defaultdict(list)
    for original in originals:
        by_model[original.model].append(original)
    models = sorted(by_model)
    for place, (name, kind) in enumerate([*KINDS.items(), ("another model", None)]):
        rng, made, seen, tries = random.Random(1000 * seed + place), 0, set(), 0
        order = rng.sample(originals, len(originals))
        while made < each and tries < 40 * each:
            original = order[tries % len(order)]
            tries += 1
            model = original.model
            if kind is None:
                model = rng.choice([m for m in models if m != original.model])
                changed = original.value
            else:
                copy = json.loads(json.dumps(original.value))
                other = json.loads(json.dumps(rng.choice(by_model[original.model]).value))
                changed = kind.change(copy, rng, other)
                if not changed or changed == original.value:
                    continue
            line = changed if isinstance(changed, str) else json.dumps(changed)
            if "\n" in line or (model, line) in seen or line == json.dumps(original.value):
                continue
            seen.add((model, line))
            made += 1
            yield Mutant(name, original, model, line)


def check(found, args):
    """Lets surety-check answer all mutants, a file for each model."""
    by_model = defaultdict(list)
    for mutant in found:
        by_model[mutant.model].append(mutant)
    for model, group in by_model.items():
        path = args.work / "mutants.jsonl"
        path.write_text("".join(m.line + "\n" for m in group), encoding="utf-8", errors="surrogatepass")
        done = subprocess.run([args.check, path, "--model", model, "--json"], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit(f"surety-check ended with {done.returncode} on {path} and {model}: {done.stderr.strip()[-300:]}")
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        for answer in answers[:-1]:
            mutant = group[answer["line"] - 1]
            mutant.answer, mutant.reason = answer["result"], answer.get("reason", "")
        for mutant in group:
            mutant.answer = mutant.answer or "aside"


class Second:
    """checker.py, with the models read once."""

    def __init__(self):
        self.models, self.known = {}, {}

    def model(self, path):
        if path not in self.models:
            self.models[path] = Model(read_bytes(path))
        return self.models[path]

    def can(self, mutant, most=MOST_WORK):
        """Whether the work is small enough."""
        model = self.model(mutant.model)
        network = mutant.original.value["claim"]["network"]
        try:
            weights = model.network(network["input"], network["output"]).weights
        except checker.Rejected:
            return False
        return weights * len(mutant.line) <= most

    def answer(self, mutant):
        """(answer, reason) for a mutant."""
        key = mutant.model, mutant.line
        if key not in self.known:
            reason = checker.verdict(mutant.line.encode("utf-8", "surrogatepass"), self.model(mutant.model))
            self.known[key] = ("accepted", "") if reason is None else ("aside", "") if reason is checker.WITHOUT else ("rejected", reason)
        return self.known[key]


class Attack:
    """Inputs given to the network by ONNX Runtime, to find one that a claim is wrong about."""

    def __init__(self, second, tries):
        self.second, self.tries, self.sessions = second, tries, {}

    def refute(self, mutant, value, claim):
        """The opposite, where an input shows it: an execution in single precision, of which a claim for `binary32` means each, or a
        counterexample that checker.py accepts; "near" where ONNX Runtime alone sees a violation of exact numbers; or None."""
        if claim.verdict == "violated":
            return None
        if mutant.model not in self.sessions:
            self.sessions[mutant.model] = Session(mutant.model)
        session = self.sessions[mutant.model]
        search = Search(
            lambda x: session.session.run([session.output], {session.name: x})[0].ravel(),
            claim,
            session.shape,
            claim.net.double,
            len(mutant.line),
        )
        excess, x = search.best(self.tries)
        if excess < 0:
            return None
        opposite = refutation(value, x)
        # Sums of outputs and bounds are doubles here, so that what is nearly a tie may not be a violation.
        inside = claim.region.contains(fractions(x.astype(float)))
        if inside and "binary32" in claim.meaning and excess > 1e-12 * (1 + search.size()):
            return opposite
        for meaning in claim.meaning:
            opposite["claim"]["meaning"] = [meaning]
            text = json.dumps(opposite).encode()
            if checker.verdict(text, self.second.model(mutant.model)) is None:
                return opposite
        return "near"


def value_of(mutant):
    """The certificate of a mutant's line; None where it has none."""
    try:
        value = json.loads(mutant.line)
        return value if not isinstance(value, dict) or "format" in value else value.get("certificate")
    except (ValueError, RecursionError):
        return None


def explain(mutant, second, attack):
    """Why an accepted mutant is harmless: same, follows or proved; else "unexplained" or "FALSE"."""
    value, model = value_of(mutant), second.model(mutant.model)
    new, old = claim_of(value, model), claim_of(mutant.original.value, model)
    if new is None:
        return "unexplained"
    if old is not None and follows(new, old) and follows(old, new):
        return "same"
    found = attack.refute(mutant, value, new)
    if found not in (None, "near"):
        print(f"FALSE: {mutant.kind}, {mutant.model}\n{mutant.line[:2000]}\n{json.dumps(found)[:2000]}")
        return "FALSE"
    if old is not None and follows(new, old):
        return "follows"
    if second.can(mutant, MOST_ALONE) and second.answer(mutant)[0] == "accepted":
        return "proved"
    return "unexplained"


def is_refuted(mutant, second, attack):
    """Whether the claim of a rejected mutant is shown to be false."""
    value = value_of(mutant)
    claim = claim_of(value, second.model(mutant.model))
    return claim is not None and attack.refute(mutant, value, claim) not in (None, "near")


def disagreement(mutant, second):
    """How the answers of the checkers differ, or None: (whether it is about tightness alone, text)."""
    answer, reason = second.answer(mutant)
    if answer == mutant.answer:
        return None
    why = reason or mutant.reason
    return any(text in why for text in NOT_TIGHT), f"{mutant.kind}: surety-check {mutant.answer}, checker.py {answer}: {why}"


def compare(found, second, args):
    """Both checkers over some of the mutants."""
    rng = random.Random(args.seed)
    chosen = [m for m in rng.sample(found, len(found)) if second.can(m)][: args.both]
    tight, differences, agreed = Counter(), [], Counter()
    for mutant in chosen:
        if (found := disagreement(mutant, second)) is None:
            agreed[mutant.answer] += 1
        elif found[0]:
            tight[f"surety-check {mutant.answer}"] += 1
        else:
            differences.append((mutant, found[1]))
    counts = ", ".join(f"{n} {answer}" for answer, n in sorted(agreed.items()))
    print(f"\nBoth checkers, {len(chosen)} certificates: they agree on {sum(agreed.values())} ({counts}), and differ in tightness on {sum(tight.values())} ({dict(tight)}).")
    return differences


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--check", type=Path, default=ROOT / ".build/release/surety-check", help="the checker (default .build/release/surety-check)")
    arguments.add_argument("--work", type=Path, default=ROOT / "results/mutations", help="where certificates are made (default %(default)s)")
    arguments.add_argument("--each", type=int, default=100, help="mutants of each kind (default %(default)s)")
    arguments.add_argument("--both", type=int, default=0, metavar="N", help="give N of them to checker.py as well, and compare")
    arguments.add_argument("--random", type=int, default=100, help="random networks, of four certificates each (default %(default)s)")
    arguments.add_argument("--tries", type=int, default=300, help="inputs that are tried on a changed claim (default %(default)s)")
    arguments.add_argument("--attacked", type=int, default=20, help="rejected changes of each kind whose claims are tried too (default %(default)s)")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--sources", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    arguments.add_argument("--only", metavar="WORD", help="only kinds whose name has a word")
    arguments.add_argument("--json", type=Path, metavar="FILE", help="also write the rows as JSON")
    args = arguments.parse_args()
    require(args.check, "the checker")
    if {"demo", "benchmarks"} & set(args.sources):
        require(args.surety, "the program")
    args.work.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    originals = [o for name in args.sources for o in SOURCES[name](args)]
    unchanged = [Mutant("unchanged", o, o.model, json.dumps(o.value)) for o in originals]
    check(unchanged, args)
    if wrong := [m for m in unchanged if m.answer != "accepted" and m.original.source != "random"]:
        sys.exit(f"{len(wrong)} certificates are not accepted as they are: {wrong[0].model}: {wrong[0].reason}")
    originals = [m.original for m in unchanged if m.answer == "accepted"]
    counts = Counter(o.source for o in originals)
    print(f"{len(originals)} accepted certificates: " + ", ".join(f"{n} {source}" for source, n in sorted(counts.items())))
    found = [m for m in mutants(originals, args.each, args.seed) if not args.only or args.only in m.kind]
    check(found, args)
    second, rows, bad, differences = Second(), [], [], []
    attack = Attack(second, args.tries)
    for mutant in unchanged:
        claim = claim_of(mutant.original.value, second.model(mutant.model))
        if mutant.answer == "accepted" and claim and attack.refute(mutant, mutant.original.value, claim) not in (None, "near"):
            bad.append(("FALSE", mutant))
    for name in dict.fromkeys(m.kind for m in found):
        group = [m for m in found if m.kind == name]
        fates = Counter()
        for mutant in group:
            fate = explain(mutant, second, attack) if mutant.answer == "accepted" else mutant.answer
            fates[fate] += 1
            if mutant.answer == "accepted" and second.can(mutant) and (other := disagreement(mutant, second)) and not other[0]:
                differences.append((mutant, other[1]))
            if fate in ("FALSE", "unexplained"):
                bad.append((fate, mutant))
            elif fate == "rejected" and fates["false"] + fates["not refuted"] < args.attacked:
                fates["false" if is_refuted(mutant, second, attack) else "not refuted"] += 1
        rows.append(
            (
                name,
                len(group),
                fates["rejected"] + fates["aside"],
                fates["false"],
                fates["same"],
                fates["follows"],
                fates["proved"],
                fates["FALSE"] + fates["unexplained"],
            )
        )
        print(f"{time.monotonic() - start:.0f} s: {name}: {dict(fates)}", file=sys.stderr, flush=True)
    header = ("change", "made", "rejected", "shown false", "same", "follows", "proved", "not explained")
    rows.append(("all", *(sum(row[i] for row in rows) for i in range(1, 8))))
    table(header, rows)
    for number, (fate, mutant) in enumerate(bad, 1):
        path = args.work / f"bad_{number}.jsonl"
        path.write_text(mutant.line + "\n", encoding="utf-8", errors="surrogatepass")
        print(f"{fate}: {mutant.kind}, {mutant.model}: {path}; checker.py: {second.known.get((mutant.model, mutant.line), 'not run')}")
    if args.both:
        differences += compare(found + unchanged, second, args)
    for number, (mutant, text) in enumerate(differences, 1):
        path = args.work / f"different_{number}.jsonl"
        path.write_text(mutant.line + "\n", encoding="utf-8", errors="surrogatepass")
        print(f"The checkers differ: {text[:300]}: {path} {mutant.model}")
    if args.json:
        write_json(args.json, [dict(zip(header, row, strict=True)) for row in rows])
    print(f"{time.monotonic() - start:.0f} s")
    sys.exit(1 if bad or differences else 0)


if __name__ == "__main__":
    main()
