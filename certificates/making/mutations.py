"""Changes of certificates, by name: each takes a certificate and makes one that should be rejected, or true all the same.

A change gets a copy of the certificate, a random.Random, and another certificate about the same model; it returns the changed value, a line of
text, or None where there is nothing to change.
"""
import base64
import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Callable

import numpy as np

from .parts import EMPTY, INTERVAL, LINEAR, TYPES, array

KINDS = {}


@dataclass
class Kind:
    name: str
    change: Callable


def kind(name):
    def keep(change):
        KINDS[name] = Kind(name, change)
        return change
    return keep


# ---- finding and changing parts


def places(value, test, holder=None, key=None):
    """(holder, key) of all values within a value that pass a test."""
    found, waiting = [], [(holder, key, value)]
    while waiting:
        holder, key, value = waiting.pop()
        if holder is not None and test(key, value):
            found.append((holder, key))
        if isinstance(value, dict):
            waiting.extend((value, k, v) for k, v in value.items())
        elif isinstance(value, list):
            waiting.extend((value, i, v) for i, v in enumerate(value))
    return found


def pick(value, rng, test):
    found = places(value, test)
    return rng.choice(found) if found else None


def set_at(value, rng, test, change):
    """Replaces one of the parts that pass a test; None where there is none, or the change returns none."""
    found = pick(value, rng, test)
    if found is None:
        return None
    holder, key = found
    new = change(holder[key])
    if new is None or new == holder[key]:
        return None
    holder[key] = new
    return value


def is_array(key, value):
    return isinstance(value, dict) and "dtype" in value


def is_cut(key, value):
    return isinstance(value, dict) and "cut" in value


def is_leaf(key, value):
    return isinstance(value, dict) and "leaf" in value


def is_linear(key, value):
    return isinstance(value, dict) and value.get("rule") == "linear"


def has(name):
    return lambda key, value: isinstance(value, dict) and name in value


def named(name):
    return lambda key, value: key == name


def stored(value):
    return np.frombuffer(base64.b64decode(value["data"]), TYPES[value["dtype"]]).reshape(value["shape"]).copy()


def with_numbers(value, numbers):
    return {**array(numbers, value["dtype"]), **({"scale": value["scale"]} if "scale" in value else {})}


def element(value, rng, change):
    """An array with one number changed."""
    numbers = stored(value)
    if not numbers.size:
        return None
    flat = numbers.reshape(-1)
    place = rng.randrange(flat.size)
    new = change(flat[place].item())
    with np.errstate(all="ignore"):
        flat[place] = new if numbers.dtype.kind == "f" else max(0, min(int(new), np.iinfo(numbers.dtype).max))
    return with_numbers(value, numbers)


def number_text(text):
    """An exact number as a float, for changes that need no exactness."""
    return float.fromhex(text) if "x" in text else float(Fraction(text))


def scaled(text, factor):
    return repr(number_text(text) * factor)


# ---- the text


@kind("a digit of the line")
def digit(value, rng, other):
    text = json.dumps(value)
    found = [i for i, c in enumerate(text) if c.isdigit()]
    place = rng.choice(found)
    return text[:place] + rng.choice([c for c in "0123456789" if c != text[place]]) + text[place + 1:]


@kind("a byte of the line")
def byte(value, rng, other):
    text = json.dumps(value)
    place = rng.randrange(len(text))
    return text[:place] + chr(rng.randrange(0x20, 0x7f)) + text[place + 1:]


@kind("the line cut off")
def cut_off(value, rng, other):
    text = json.dumps(value)
    return text[:rng.randrange(1, len(text))]


@kind("a field twice")
def twice(value, rng, other):
    """Written by a mark, since a dict has no field twice."""
    found = pick(value, rng, lambda key, v: isinstance(v, dict) and v)
    holder, key = found
    name = rng.choice(list(holder[key]))
    again = f"{json.dumps(name)}: {json.dumps(holder[key][name])}"
    holder[key] = {"\u0000mark": 0, **holder[key]}
    return json.dumps(value).replace('"\\u0000mark": 0', again)


@kind("an unknown field")
def unknown_field(value, rng, other):
    return set_at(value, rng, lambda key, v: isinstance(v, dict), lambda v: {**v, "note": rng.choice([0, None, "x", []])})


@kind("a field removed")
def removed_field(value, rng, other):
    holder, key = pick(value, rng, lambda key, v: isinstance(key, str) and key != "words")
    del holder[key]
    return value


@kind("another version")
def version(value, rng, other):
    value["version"] = rng.choice([0, 2, 3, -1, "1", None, 10])
    return value


# ---- arrays


@kind("a character of base64")
def base64_character(value, rng, other):
    def change(text):
        if not text:
            return None
        place = rng.randrange(len(text))
        return text[:place] + rng.choice("ABCZabcz0189+/=* \n") + text[place + 1:]
    return set_at(value, rng, named("data"), change)


@kind("a NaN in an array")
def nan(value, rng, other):
    return set_at(value, rng, lambda k, v: is_array(k, v) and v["dtype"][0] == "f", lambda v: element(v, rng, lambda x: rng.choice([np.nan, np.inf])))


@kind("another dtype")
def dtype(value, rng, other):
    return set_at(value, rng, named("dtype"), lambda v: rng.choice([t for t in TYPES if t != v]))


@kind("the dtype that has the same size")
def same_size(value, rng, other):
    return set_at(value, rng, lambda k, v: k == "dtype" and v in ("f32", "u32"), lambda v: "u32" if v == "f32" else "f32")


@kind("another shape")
def shape(value, rng, other):
    return set_at(value, rng, lambda k, v: k == "shape" and v, lambda v: rng.choice([v[:-1], v + [2], [v[0] + 1] + v[1:], [-1]]))


@kind("a scale changed")
def scale(value, rng, other):
    return set_at(value, rng, is_array, lambda v: {**v, "scale": rng.choice(["2", "1/254", "-1", "0", "1/3", "1.0001"])})


# ---- the claim


@kind("another digest")
def digest(value, rng, other):
    def change(text):
        place = rng.randrange(64)
        return text[:place] + rng.choice([c for c in "0123456789abcdef" if c != text[place]]) + text[place + 1:]
    return set_at(value, rng, named("sha256"), change)


@kind("another name of input or output")
def network_name(value, rng, other):
    name = rng.choice(["input", "output"])
    value["claim"]["network"][name] += rng.choice(["x", "0", "_1"])
    return value


@kind("a meaning added")
def meaning_added(value, rng, other):
    missing = [m for m in ("real", "binary32") if m not in value["claim"]["meaning"]]
    if not missing:
        return None
    value["claim"]["meaning"] += missing
    return value


@kind("a meaning removed")
def meaning_removed(value, rng, other):
    if len(value["claim"]["meaning"]) < 2:
        return None
    value["claim"]["meaning"].remove(rng.choice(value["claim"]["meaning"]))
    return value


@kind("the verdict turned")
def verdict(value, rng, other):
    value["claim"]["verdict"] = {"holds": "violated", "violated": "holds"}[value["claim"]["verdict"]]
    return value


def box_of(value):
    region = value["claim"]["region"]
    return region if region["kind"] == "box" else None


def doubles(value):
    """A region's array as doubles, where it is one without a scale."""
    return None if "scale" in value else stored(value).astype(float)


def move_box(value, rng, change):
    """`change(lower, upper, place)` changes the ends in place."""
    region = box_of(value)
    if region is None or (lower := doubles(region["lower"])) is None or (upper := doubles(region["upper"])) is None:
        return None
    flat = lower.reshape(-1), upper.reshape(-1)
    change(*flat, rng.randrange(flat[0].size))
    region["lower"], region["upper"] = array(lower), array(upper)
    return value


@kind("a region widened at one element")
def widened(value, rng, other):
    def outward(lower, upper, place):
        width = max(upper[place] - lower[place], 0.01 * (1 + abs(upper[place]))) * rng.choice([0.01, 0.3, 3])
        if rng.random() < 0.5:
            lower[place] -= width
        else:
            upper[place] += width
    return move_box(value, rng, outward)


@kind("a region widened at all elements")
def widened_everywhere(value, rng, other):
    def change(lower, upper, place):
        width = np.maximum(upper - lower, 0.01) * rng.choice([0.05, 0.5, 2])
        lower -= width
        upper += width
    return move_box(value, rng, change)


@kind("a region shrunk")
def shrunk(value, rng, other):
    def change(lower, upper, place):
        middle = (lower[place] + upper[place]) / 2
        (lower if rng.random() < 0.5 else upper)[place] = middle
    return move_box(value, rng, change)


@kind("a region moved")
def moved(value, rng, other):
    def change(lower, upper, place):
        step = rng.choice([-1, 1]) * rng.choice([0.1, 1, 5]) * max(upper[place] - lower[place], 0.1)
        lower[place] += step
        upper[place] += step
    return move_box(value, rng, change)


@kind("the ends of a region swapped")
def swapped_ends(value, rng, other):
    region = box_of(value)
    if region is None or region["lower"] == region["upper"]:
        return None
    region["lower"], region["upper"] = region["upper"], region["lower"]
    return value


@kind("the region of another line")
def other_region(value, rng, other):
    if other is None or other["claim"]["region"] == value["claim"]["region"]:
        return None
    value["claim"]["region"] = other["claim"]["region"]
    return value


def pixels_of(value):
    region = value["claim"]["region"]
    return region if region["kind"] == "pixels" else None


@kind("epsilon enlarged")
def epsilon(value, rng, other):
    region = pixels_of(value)
    return region and set_at(region, rng, named("epsilon"), lambda v: scaled(v, rng.choice([1.001, 1.2, 2, 5, 20]))) and value


@kind("another norm")
def norm(value, rng, other):
    region = pixels_of(value)
    return region and set_at(region, rng, named("norm"), lambda v: rng.choice([n for n in ("inf", "2", "1", "0") if n != v])) and value


@kind("a mean or std changed")
def normalisation(value, rng, other):
    region = pixels_of(value)
    if region is None:
        return None
    key = rng.choice(["mean", "std"])
    if region[key] and rng.random() < 0.7:
        place = rng.randrange(len(region[key]))
        region[key][place] = repr(number_text(region[key][place]) * rng.choice([0.5, 2, -1]) + rng.choice([0, 0.25]))
    else:
        region["mean"], region["std"] = rng.choice([([], ["1"]), (["0"], []), (["1/2"], ["1/4"]), (["0.01"], ["1"]), (["0"], ["1.01"])])
    return value


@kind("a limit of pixels changed")
def limit(value, rng, other):
    region = pixels_of(value)
    if region is None:
        return None
    region[rng.choice(["lowest", "highest"])] = rng.choice([None, "-1", "2", "1/2", "-100", "100"])
    return value


@kind("the center moved")
def center(value, rng, other):
    region = pixels_of(value)
    if region is None:
        return None
    numbers = stored(region["center"])
    flat = numbers.reshape(-1)
    if numbers.dtype.kind == "u":
        flat[rng.randrange(flat.size)] ^= 1 << rng.randrange(8)
    else:
        flat[rng.randrange(flat.size)] += rng.choice([-1, -0.1, 0.01, 0.5])
    region["center"] = with_numbers(region["center"], numbers)
    return value


@kind("another label")
def label(value, rng, other):
    return set_at(value, rng, named("label"), lambda v: rng.choice([n for n in range(-1, 12) if n != v]))


@kind("a bound of a constraint moved")
def bound(value, rng, other):
    return set_at(value, rng, named("bound"), lambda v: repr(number_text(v) + rng.choice([-1, 1]) * rng.choice([1e-6, 0.01, 1, 100])))


@kind("a coefficient changed")
def coefficient(value, rng, other):
    terms = [(holder[key], i) for holder, key in places(value, lambda k, v: k in ("outputs", "inputs")) for i in range(len(holder[key]))]
    if not terms:
        return None
    terms, place = rng.choice(terms)
    terms[place][1] = repr(number_text(terms[place][1]) * rng.choice([-1, 0.5, 2, 0, 1.001]))
    return value


@kind("another output")
def output(value, rng, other):
    terms = [term for holder, key in places(value, named("outputs")) for term in holder[key]]
    if not terms:
        return None
    rng.choice(terms)[0] += rng.choice([-1, 1, 2, 100])
    return value


@kind("strictness turned")
def strictness(value, rng, other):
    return set_at(value, rng, has("bound"), lambda v: {**v, "strict": not v.get("strict", False)})


def conditions_of(value):
    return value["claim"]["property"].get("conditions")


@kind("a constraint removed")
def constraint_removed(value, rng, other):
    found = [c for c in conditions_of(value) or [] if c]
    if not found:
        return None
    chosen = rng.choice(found)
    chosen.pop(rng.randrange(len(chosen)))
    return value


@kind("a condition removed")
def condition_removed(value, rng, other):
    found = conditions_of(value)
    if not found:
        return None
    found.pop(rng.randrange(len(found)))
    return value


@kind("a condition added")
def condition_added(value, rng, other):
    found = conditions_of(value)
    if found is None:
        return None
    more = rng.choice([[], [{"outputs": [[0, "1"]], "bound": "100000"}], [{"outputs": [[0, "0"]], "bound": "0"}], *((conditions_of(other) or []) if other else [])])
    if more in found:
        return None
    found.insert(rng.randrange(len(found) + 1), more)
    return value


@kind("the property of another line")
def other_property(value, rng, other):
    if other is None or other["claim"]["property"] == value["claim"]["property"]:
        return None
    value["claim"]["property"] = other["claim"]["property"]
    return value


# ---- the proof


@kind("the proof of another line")
def other_proof(value, rng, other):
    if other is None or other["proof"] == value["proof"]:
        return None
    value["proof"] = other["proof"]
    return value


@kind("another rule")
def rule(value, rng, other):
    return set_at(value["proof"] if rng.random() < 0.5 else value, rng, named("rule"),
                  lambda v: rng.choice([r for r in ("interval", "linear", "tree", "each", "empty", "counterexample", "trusted") if r != v])) and value


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


# ---- trees


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


# ---- each, counterexamples


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
