"""What checker.py and inputs say of a changed certificate that surety-check accepts."""

import json
from dataclasses import dataclass
from pathlib import Path

from mutation_corpus import Original
from support import Session, read_bytes

import checker
from making.truth import Search, claim_of, finer, follows, refutation
from suretycheck.arithmetic import fractions
from suretycheck.proofs import Model

# What checker.py is given: bytes of a line times weights of the network; more where nothing else explains why a change is accepted.
MOST_WORK, MOST_ALONE = 1_000_000_000, 50_000_000_000
# Reasons of either checker that say no more than that its bounds were not good enough.
NOT_TIGHT = (
    "is not shown impossible",
    "is not excluded",
    "satisfies no condition for certain",
    "is not shown to violate",
)


@dataclass
class Mutant:
    """A changed certificate as a line, and what surety-check answers: accepted, rejected, or aside."""

    kind: str
    original: Original
    model: Path
    line: str
    answer: str = ""
    reason: str = ""


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
            weights = model.network(network["input"], network["output"])[0].weights
        except checker.Rejected:
            return False
        return weights * len(mutant.line) <= most

    def answer(self, mutant):
        """(answer, reason) for a mutant."""
        key = mutant.model, mutant.line
        if key not in self.known:
            reason = checker.verdict(
                mutant.line.encode("utf-8", "surrogatepass"), self.model(mutant.model)
            )
            self.known[key] = (
                ("accepted", "")
                if reason is None
                else ("aside", "")
                if reason is checker.WITHOUT
                else ("rejected", reason)
            )
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
        return (
            value if not isinstance(value, dict) or "format" in value else value.get("certificate")
        )
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
        print(
            f"FALSE: {mutant.kind}, {mutant.model}\n{mutant.line[:2000]}\n{json.dumps(found)[:2000]}"
        )
        return "FALSE"
    if old is not None and follows(new, old):
        return "follows"
    if second.can(mutant, MOST_ALONE) and second.answer(mutant)[0] == "accepted":
        return "proved"
    # Lines of curves are each checker's own, and those of the other may be better.
    more = finer(value, new) if second.can(mutant) and new.verdict == "holds" else None
    if more and checker.verdict(json.dumps(more).encode(), model) is None:
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
    return any(
        text in why for text in NOT_TIGHT
    ), f"{mutant.kind}: surety-check {mutant.answer}, checker.py {answer}: {why}"
