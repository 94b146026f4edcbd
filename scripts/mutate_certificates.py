#!/usr/bin/env python3
"""Changes certificates in many ways and looks whether checkers still accept them, and if so, why that is right.

    python3 scripts/mutate_certificates.py [--each 100] [--work results/mutations] [--both N] [--json FILE]

Certificates are those of certificates/examples, of `surety demo`, of instances of benchmarks/ (`surety
verify --certificate`), made once into the folder `--work`, and random ones of random networks
(certificates/making/chance.py). Each kind of change (certificates/making/changes) is made `--each`
times, and surety-check is run over what comes out. A changed certificate that it accepts is harmless
only where one of these is shown:

    same        the claim is the same as before, exactly, and so is proved by the certificate as it was
    follows     the claim follows from the one before: a smaller region, fewer meanings, fewer or stricter conditions
    proved      checker.py, which shares nothing with surety-check, proves the changed claim too,
                by the same proof or by the same over parts of the region

ONNX Runtime is given inputs of the region of every accepted claim that is not the same, and of every
certificate as it was; a certificate of a claim that one of them violates is false. So are some of the
rejected ones tried: "shown false" counts what that finds, as a measure of the search. With `--both`,
N certificates, changed and unchanged, are given to both checkers, and their answers compared.

Exit status 1 where a certificate is false, an accepted change has no explanation, or the checkers
disagree on more than how tight their bounds are. Needs numpy, onnx and onnxruntime.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from mutation_corpus import SOURCES
from mutation_judging import Attack, Mutant, Second, disagreement, explain, is_refuted
from support import ROOT, parser, require, table, write_json

from making.changes import KINDS
from making.truth import claim_of


def mutants(originals, each, seed):
    """`each` changes of every kind, spread over the originals; fewer where a kind has less to change."""
    by_model = defaultdict(list)
    for original in originals:
        by_model[original.model].append(original)
    models = sorted({o.value["claim"]["network"]["sha256"]: o.model for o in originals}.values())
    for place, (name, change) in enumerate([*KINDS.items(), ("another model", None)]):
        rng, made, seen, tries = random.Random(1000 * seed + place), 0, set(), 0
        order = rng.sample(originals, len(originals))
        while made < each and tries < 40 * each:
            original = order[tries % len(order)]
            tries += 1
            model = original.model
            if change is None:
                model = rng.choice(models)
                if model.name.removesuffix(".gz") == original.model.name.removesuffix(".gz"):
                    continue
                changed = original.value
            else:
                copy = json.loads(json.dumps(original.value))
                other = json.loads(json.dumps(rng.choice(by_model[original.model]).value))
                changed = change(copy, rng, other)
                if not changed or changed in (original.value, json.dumps(original.value)):
                    continue
            line = changed if isinstance(changed, str) else json.dumps(changed)
            if "\n" in line or (model, line) in seen:
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
        path.write_text(
            "".join(m.line + "\n" for m in group), encoding="utf-8", errors="surrogatepass"
        )
        done = subprocess.run(
            [args.check, path, "--model", model, "--json"], capture_output=True, text=True
        )
        if done.returncode not in (0, 1):
            sys.exit(
                f"surety-check ended with {done.returncode} on {path} and {model}: {done.stderr.strip()[-300:]}"
            )
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        for answer in answers[:-1]:
            mutant = group[answer["line"] - 1]
            mutant.answer, mutant.reason = answer["result"], answer.get("reason", "")
        for mutant in group:
            mutant.answer = mutant.answer or "aside"


def compare(found, second, args):
    """Both checkers over some of the mutants."""
    rng = random.Random(args.seed)
    chosen = [m for m in rng.sample(found, len(found)) if second.can(m)][: args.both]
    tight, differences, agreed = Counter(), [], Counter()
    for mutant in chosen:
        if (other := disagreement(mutant, second)) is None:
            agreed[mutant.answer] += 1
        elif other[0]:
            tight[f"surety-check {mutant.answer}"] += 1
        else:
            differences.append((mutant, other[1]))
    counts = ", ".join(f"{n} {answer}" for answer, n in sorted(agreed.items()))
    print(
        f"\nBoth checkers, {len(chosen)} certificates: they agree on {sum(agreed.values())} ({counts}), and differ in tightness on {sum(tight.values())} ({dict(tight)})."
    )
    return differences


def main():
    arguments = parser(__doc__)
    arguments.add_argument(
        "--check",
        type=Path,
        default=ROOT / ".build/release/surety-check",
        help="the checker (default .build/release/surety-check)",
    )
    arguments.add_argument(
        "--work",
        type=Path,
        default=ROOT / "results/mutations",
        help="where certificates are made (default %(default)s)",
    )
    arguments.add_argument(
        "--each", type=int, default=100, help="mutants of each kind (default %(default)s)"
    )
    arguments.add_argument(
        "--both",
        type=int,
        default=0,
        metavar="N",
        help="give N of them to checker.py as well, and compare",
    )
    arguments.add_argument(
        "--random",
        type=int,
        default=100,
        help="random networks, of four certificates each (default %(default)s)",
    )
    arguments.add_argument(
        "--tries",
        type=int,
        default=300,
        help="inputs that are tried on a changed claim (default %(default)s)",
    )
    arguments.add_argument(
        "--attacked",
        type=int,
        default=20,
        help="rejected changes of each kind whose claims are tried too (default %(default)s)",
    )
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
        sys.exit(
            f"{len(wrong)} certificates are not accepted as they are: {wrong[0].model}: {wrong[0].reason}"
        )
    originals = [m.original for m in unchanged if m.answer == "accepted"]
    counts = Counter(o.source for o in originals)
    print(
        f"{len(originals)} accepted certificates: "
        + ", ".join(f"{n} {source}" for source, n in sorted(counts.items()))
    )
    found = [
        m for m in mutants(originals, args.each, args.seed) if not args.only or args.only in m.kind
    ]
    check(found, args)
    second, rows, bad, differences = Second(), [], [], []
    attack = Attack(second, args.tries)
    for mutant in unchanged:
        claim = claim_of(mutant.original.value, second.model(mutant.model))
        if (
            mutant.answer == "accepted"
            and claim
            and attack.refute(mutant, mutant.original.value, claim) not in (None, "near")
        ):
            bad.append(("FALSE", mutant))
    for name in dict.fromkeys(m.kind for m in found):
        group = [m for m in found if m.kind == name]
        fates = Counter()
        for mutant in group:
            fate = explain(mutant, second, attack) if mutant.answer == "accepted" else mutant.answer
            fates[fate] += 1
            if (
                mutant.answer == "accepted"
                and second.can(mutant)
                and (other := disagreement(mutant, second))
                and not other[0]
            ):
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
        print(
            f"{time.monotonic() - start:.0f} s: {name}: {dict(fates)}", file=sys.stderr, flush=True
        )
    header = (
        "change",
        "made",
        "rejected",
        "shown false",
        "same",
        "follows",
        "proved",
        "not explained",
    )
    rows.append(("all", *(sum(row[i] for row in rows) for i in range(1, 8))))
    table(header, rows)
    for number, (fate, mutant) in enumerate(bad, 1):
        path = args.work / f"bad_{number}.jsonl"
        path.write_text(mutant.line + "\n", encoding="utf-8", errors="surrogatepass")
        print(
            f"{fate}: {mutant.kind}, {mutant.model}: {path}; checker.py: {second.known.get((mutant.model, mutant.line), 'not run')}"
        )
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
