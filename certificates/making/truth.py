"""Why a changed certificate may be accepted: it claims what was claimed before, or less; and a search for inputs that refute it."""

import numpy as np
from suretycheck import Rejected
from suretycheck.proofs import Claim

from .parts import array, input_cut, leaf


def claim_of(certificate, model):
    """The claim as checker.py reads it, or None where it cannot."""
    try:
        with np.errstate(all="ignore"):
            return Claim(certificate["claim"], model)
    except (Rejected, KeyError, TypeError, AttributeError):
        return None


def follows(new, old):
    """Whether a claim follows from another about the same model that is true."""
    if new.verdict != old.verdict or not set(new.meaning) <= set(old.meaning):
        return False
    if new.verdict == "violated":
        return contains(new.region, old.region) and all(any(implied(o, n) for n in new.conditions) for o in old.conditions)
    return contains(old.region, new.region) and all(any(implied(n, o) for o in old.conditions) for n in new.conditions)


def contains(outer, inner):
    """Whether a region is shown to contain another: box in box, or ball in ball around the same center."""
    if (inner.lower < outer.lower).any() or (inner.upper > outer.upper).any():
        return False
    if outer.norm is None:
        return True
    return (inner.norm is not None and inner.norm <= outer.norm and inner.epsilon <= outer.epsilon
            and (inner.middle == outer.middle).all() and (inner.spread == outer.spread).all())


def implied(new, old):
    """Whether all constraints of `old` follow from those of `new`: for each there is one of the same sums that is at least as strict."""
    def one(n, o):
        return trimmed(n[0]) == trimmed(o[0]) and trimmed(n[1]) == trimmed(o[1]) and (n[2] < o[2] or n[2] == o[2] and (n[3] or not o[3]))
    return all(any(one(n, o) for n in new) for o in old)


def trimmed(sums):
    return {place: value for place, value in sums.items() if value}


class Search:
    """Inputs of a claim's region, run through the network by ONNX Runtime, for one whose output satisfies a condition by the most."""

    def __init__(self, run, claim, shape, double, seed):
        self.run, self.claim, self.shape, self.rng = run, claim, shape, np.random.default_rng(seed)
        self.kind = np.float64 if double else np.float32
        region = claim.region
        low, high = (np.array([float(v) for v in end]) for end in (region.lower, region.upper))
        self.low, self.high = low.astype(self.kind), high.astype(self.kind)
        self.low = np.where(self.low < low, np.nextafter(self.low, self.kind(np.inf)), self.low)
        self.high = np.where(self.high > high, np.nextafter(self.high, self.kind(-np.inf)), self.high)
        if region.norm:
            self.middle, self.spread = (np.array([float(v) for v in values]) for values in (region.middle, region.spread))

    def inside(self, x):
        """The nearest input of the region, or nearly."""
        region, x = self.claim.region, np.clip(x, self.low, self.high)
        if region.norm:
            away = (x - self.middle) * self.spread
            size = np.abs(away).sum() if region.norm == "1" else np.sqrt((away * away).sum())
            if size > float(region.epsilon) * (1 - 1e-6):
                x = self.middle + (x - self.middle) * (float(region.epsilon) * (1 - 1e-6) / size)
            x = np.clip(x, self.low, self.high)
        return x.astype(self.kind)

    def excess(self, x):
        """How far the best condition is satisfied: at least 0 where the output violates the property."""
        y, best = self.run(x.reshape(self.shape)).astype(float), -np.inf
        for condition in self.claim.conditions:
            least = np.inf
            for outputs, inputs, bound, _ in condition:
                total = sum(float(c) * y[i] for i, c in outputs.items()) + sum(float(c) * float(x[i]) for i, c in inputs.items())
                least = min(least, float(bound) - total)
            best = max(best, least)
        return best

    def size(self):
        """The largest number of the constraints, beside which rounding is small."""
        return max((abs(float(number)) for condition in self.claim.conditions for c in condition for number in (c[2], *c[0].values(), *c[1].values())), default=0)

    def points(self, count):
        yield self.low
        yield self.high
        yield (self.low + (self.high - self.low) / 2)
        for number in range(count):
            share = self.rng.random(len(self.low))
            yield np.where(share < 0.5, self.low, self.high) if number % 2 else self.low + share * (self.high.astype(float) - self.low)

    def best(self, count):
        """(excess, input): the best of some points, made better by moving elements to their ends."""
        with np.errstate(all="ignore"):
            value, x = max(((self.excess(p), p) for p in map(self.inside, self.points(count))), key=lambda pair: pair[0])
            for _ in range(count):
                step = np.where(self.rng.random(len(x)) < max(1.5 / len(x), 0.1 * self.rng.random()), np.where(self.rng.random(len(x)) < 0.5, self.low, self.high), x)
                if (found := self.excess(candidate := self.inside(step))) > value:
                    value, x = found, candidate
        return value, x


def refutation(certificate, x):
    """The certificate that says the opposite: the input as a counterexample."""
    dtype = "f64" if x.dtype == np.float64 else "f32"
    return {**certificate, "claim": {**certificate["claim"], "verdict": "violated"}, "proof": {"rule": "counterexample", "input": array(x, dtype)}}


def finer(certificate, claim, cuts=4):
    """The same claim with the proof made over sixteen parts of the region, where lines are nearer; None for other proofs than one tree."""
    proof = certificate["proof"]
    if proof.get("rule") not in ("interval", "linear", "tree"):
        return None
    root = proof["root"] if proof["rule"] == "tree" else leaf(proof)

    def parts(lower, upper, cuts):
        if cuts == 0:
            return root
        place = int(np.argmax(upper - lower))
        middle = (lower[place] + upper[place]) / 2
        below, above = upper.copy(), lower.copy()
        below[place] = above[place] = middle
        return input_cut(place, float(middle).hex(), parts(lower, below, cuts - 1), parts(above, upper, cuts - 1))

    ends = [np.array([float(v) for v in end]) for end in (claim.region.lower, claim.region.upper)]
    return {**certificate, "proof": {**{k: v for k, v in proof.items() if k == "passes" and proof["rule"] == "tree"}, "rule": "tree", "root": parts(*ends, cuts)}}
