"""Changes of the region."""
import numpy as np

from ..parts import array
from .finding import kind, named, number_text, scaled, set_at, stored, with_numbers


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
