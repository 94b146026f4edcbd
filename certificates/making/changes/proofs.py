"""Changes of proofs."""
import numpy as np

from ..parts import INTERVAL, array
from .finding import element, is_array, is_linear, kind, named, pick, places, set_at, stored, with_numbers


@kind("the proof of another line")
def other_proof(value, rng, other):
    if other is None or other["proof"] == value["proof"]:
        return None
    value["proof"] = other["proof"]
    return value


@kind("another rule")
def rule(value, rng, other):
    return set_at(value["proof"] if rng.random() < 0.5 else value, rng, named("rule"),
                  lambda v: rng.choice([r for r in ("interval", "linear", "lipschitz", "tree", "each", "empty", "counterexample", "trusted") if r != v])) and value


@kind("all but the intervals removed")
def only_intervals(value, rng, other):
    if value["proof"]["rule"] in ("interval", "counterexample"):
        return None
    value["proof"] = dict(INTERVAL)
    return value


@kind("a pass removed")
def pass_removed(value, rng, other):
    return set_at(value, rng, lambda k, v: k == "passes" and v, lambda v: v[:(i := rng.randrange(len(v)))] + v[i + 1:])


@kind("passes in another order")
def pass_order(value, rng, other):
    return set_at(value, rng, lambda k, v: k == "passes" and len(v) > 1, lambda v: rng.choice([v[::-1], v[1:] + v[:1], v + v[:1]]))


@kind("the elements of a pass changed")
def pass_elements(value, rng, other):
    passes = places(value, lambda k, v: isinstance(v, dict) and set(v) == {"node", "elements"})
    if not passes:
        return None
    holder, key = rng.choice(passes)
    old = holder[key]["elements"]
    few = array([] if rng.random() < 0.3 else [rng.randrange(4)], "u32")
    holder[key]["elements"] = few if isinstance(old, str) else rng.choice([few, "unstable", array(stored(old)[::2], "u32")])
    return value if holder[key]["elements"] != old else None


@kind("another node's name")
def node_name(value, rng, other):
    names = sorted({h[k] for h, k in places(value, named("node"))} | {value["claim"]["network"]["input"], value["claim"]["network"]["output"], "nowhere"})
    return set_at(value, rng, named("node"), lambda v: rng.choice([n for n in names if n != v]))


@kind("an element out of range")
def out_of_range(value, rng, other):
    def change(v):
        if isinstance(v, int):
            return rng.choice([-1, 10 ** 6, 2 ** 31, 2 ** 40])
        return element(v, rng, lambda x: rng.choice([10 ** 6, 2 ** 31, 2 ** 32 - 1])) if isinstance(v, dict) else None
    return set_at(value, rng, lambda k, v: k in ("element", "elements", "input") and (isinstance(v, int) or is_array(k, v) and v["dtype"] == "u32"), change)


@kind("an element twice")
def element_twice(value, rng, other):
    return set_at(value, rng, lambda k, v: k == "elements" and is_array(k, v), lambda v: array(np.append(stored(v), stored(v)[:1]), "u32") if stored(v).size else None)


def is_slopes(key, value):
    return isinstance(value, dict) and "values" in value and "node" in value


@kind("a slope changed")
def slope(value, rng, other):
    found = pick(value, rng, is_slopes)
    if found is None:
        return None
    holder, key = found
    return set_at(holder[key], rng, named("values"), lambda v: element(v, rng, lambda x: rng.choice([0, 255, 255 - x]))) and value


@kind("all slopes turned")
def all_slopes(value, rng, other):
    found = places(value, is_slopes)
    for holder, key in found:
        holder[key]["values"] = with_numbers(holder[key]["values"], 255 - stored(holder[key]["values"]))
    return value if found else None


@kind("slopes removed")
def slopes_removed(value, rng, other):
    found = places(value, lambda k, v: k == "slopes" and v)
    for holder, key in found:
        holder[key] = []
    return value if found else None


@kind("slopes of another row")
def slopes_row(value, rng, other):
    found = pick(value, rng, is_slopes)
    if found is None:
        return None
    found[0][found[1]]["row"] += rng.choice([-1, 1, 3, 1000])
    return value


@kind("fewer slopes than elements")
def fewer_slopes(value, rng, other):
    found = pick(value, rng, is_slopes)
    if found is None:
        return None
    return set_at(found[0][found[1]], rng, named("values"), lambda v: with_numbers(v, stored(v).reshape(-1)[:-1]) if stored(v).size else None) and value


@kind("a norm changed")
def norm(value, rng, other):
    return set_at(value, rng, named("norm"), lambda v: v * rng.choice([0.0, 0.5, 0.99, 0.999999, -1.0]) if isinstance(v, (int, float)) else None)


@kind("a norm of another map")
def norm_of_other(value, rng, other):
    found = places(value, lambda k, v: k == "norms" and len(v) > 1)
    if not found:
        return None
    norms = found[0][0][found[0][1]]
    first, second = rng.sample(range(len(norms)), 2)
    which = rng.choice([("norm",), ("node", "source"), ("source",)])
    for field in which:
        norms[first][field], norms[second][field] = norms[second][field], norms[first][field]
    return value


@kind("a norm removed or twice")
def norm_count(value, rng, other):
    return set_at(value, rng, lambda k, v: k == "norms" and v, lambda v: rng.choice([v[1:], v[:-1], v + v[:1]]))


@kind("a weight changed")
def weight(value, rng, other):
    found = [h for holder, key in places(value["proof"], named("weights")) for combinations in holder[key] for h in combinations if h]
    if not found:
        linears = places(value, is_linear)
        if not linears:
            return None
        holder, key = rng.choice(linears)
        holder[key]["weights"] = rng.choice([[], [[[0]]], [[[1]]], [[[1, 1]]], [[[2]], [[2]]]])
        return value
    chosen = rng.choice(found)
    chosen[rng.randrange(len(chosen))] = rng.choice([0, -1, -1e-9, 0.5, 3, 1e300, "1", None])
    return value


def is_multipliers(key, value):
    return isinstance(value, dict) and set(value) == {"row", "values"}


def change_multipliers(value, rng, change):
    found = pick(value, rng, is_multipliers)
    if found is None or not stored(found[0][found[1]]["values"]).size:
        return None
    return set_at(found[0][found[1]], rng, named("values"), change) and value


@kind("a multiplier changed")
def multiplier(value, rng, other):
    return change_multipliers(value, rng, lambda v: element(v, rng, lambda x: rng.choice([0, x * 2, x / 2, x + 0.1, x + 10])))


@kind("a multiplier negated")
def multiplier_negated(value, rng, other):
    return change_multipliers(value, rng, lambda v: element(v, rng, lambda x: -x if x else -1))


@kind("a multiplier too many or too few")
def multiplier_count(value, rng, other):
    return change_multipliers(value, rng, lambda v: with_numbers(v, rng.choice([stored(v)[:-1], np.append(stored(v), 0)])))


@kind("multipliers of another row")
def multiplier_row(value, rng, other):
    found = pick(value, rng, is_multipliers)
    if found is None:
        return None
    found[0][found[1]]["row"] += rng.choice([-1, 1, 1000])
    return value
