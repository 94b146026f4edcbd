"""Changes of the text, and of arrays wherever they stand."""
import json

import numpy as np

from ..parts import TYPES
from .finding import element, is_array, kind, named, pick, set_at


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
