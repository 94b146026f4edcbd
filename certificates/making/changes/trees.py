"""Changes of trees, of parts of `each`, and of counterexamples."""
from ..parts import EMPTY, INTERVAL, LINEAR
from .finding import element, is_cut, is_leaf, kind, named, number_text, places, set_at


@kind("a leaf removed")
def leaf_removed(value, rng, other):
    holders = [(h, k) for h, k in places(value, is_leaf) if k in ("below", "above", "root")]
    if not holders:
        return None
    holder, key = rng.choice(holders)
    if rng.random() < 0.5:
        del holder[key]
    else:
        holder[key] = rng.choice([None, {}, []])
    return value


@kind("a leaf called empty")
def leaf_empty(value, rng, other):
    return set_at(value, rng, is_leaf, lambda v: EMPTY)


@kind("a leaf proved by intervals")
def leaf_intervals(value, rng, other):
    return set_at(value, rng, is_leaf, lambda v: {"leaf": rng.choice([INTERVAL, LINEAR])})


@kind("the two sides of a cut swapped")
def sides(value, rng, other):
    return set_at(value, rng, is_cut, lambda v: {**v, "below": v["above"], "above": v["below"]})


@kind("a cut moved")
def cut_moved(value, rng, other):
    return set_at(value, rng, lambda k, v: k == "at", lambda v: repr(number_text(v) + rng.choice([-1, 1]) * rng.choice([1e-3, 0.1, 1, 1e3])))


@kind("a cut at another element")
def cut_element(value, rng, other):
    return set_at(value, rng, lambda k, v: k in ("element", "input") and isinstance(v, int), lambda v: v + rng.choice([-1, 1, 2]))


@kind("a subtree made one leaf")
def collapsed(value, rng, other):
    def change(v):
        branch = v
        while "leaf" not in branch:
            branch = branch[rng.choice(["below", "above"])]
        return branch
    return set_at(value, rng, is_cut, change)


@kind("the parts of each changed")
def parts(value, rng, other):
    if value["proof"]["rule"] != "each":
        return None
    proofs = value["proof"]["proofs"]
    choice = rng.randrange(4)
    if choice == 0:
        proofs.pop(rng.randrange(len(proofs)))
    elif choice == 1:
        found = rng.choice(proofs)["conditions"]
        if found:
            found.pop()
    elif choice == 2:
        proofs.append(rng.choice(proofs))
    else:
        first, second = rng.choice(proofs), rng.choice(proofs)
        first["conditions"], second["conditions"] = second["conditions"], first["conditions"]
        if first["conditions"] == second["conditions"]:
            return None
    return value


def counterexample_of(value):
    return value["proof"] if value["proof"]["rule"] == "counterexample" else None


@kind("a counterexample moved a little")
def counterexample_moved(value, rng, other):
    proof = counterexample_of(value)
    return proof and set_at(proof, rng, named("input"), lambda v: element(v, rng, lambda x: x + rng.choice([-1, 1]) * (1 if v["dtype"][0] == "u" else rng.choice([1e-9, 1e-3, 0.1])))) and value


@kind("a counterexample outside of the region")
def counterexample_outside(value, rng, other):
    proof = counterexample_of(value)
    return proof and set_at(proof, rng, named("input"), lambda v: element(v, rng, lambda x: 255 - x if v["dtype"] == "u8" else rng.choice([-1e4, 1e4]) + x)) and value


@kind("the counterexample of another line")
def counterexample_other(value, rng, other):
    if counterexample_of(value) is None or other is None:
        return None
    region = other["claim"]["region"]
    value["proof"]["input"] = region["lower" if region["kind"] == "box" else "center"]
    return value
