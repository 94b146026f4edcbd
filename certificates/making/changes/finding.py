"""Finding parts of a certificate, and replacing them."""
import base64
from fractions import Fraction

import numpy as np

from ..parts import TYPES, array

KINDS = {}


def kind(name):
    """Lists a change by its name."""
    def keep(change):
        KINDS[name] = change
        return change
    return keep


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
