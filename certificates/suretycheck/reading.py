"""Strict reading: JSON without recursion, fields, exact numbers and arrays. Whatever the page does not name is refused."""
import base64
import re
from fractions import Fraction

import numpy as np

from . import Rejected
from .arithmetic import fractions

SPACE = re.compile(r"[ \t\r\n]*")
STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WORDS = {"true": True, "false": False, "null": None}


MOST = 2 ** 1024 - 2 ** 970 - 1  # what rounds to a double
DEEPEST = 500  # values within each other


def parse_json(text):
    """The value of a JSON text (RFC 8259). A stack instead of recursion: trees may be deep. Keys that occur twice are refused."""
    stack, place = [], 0
    while True:
        place = SPACE.match(text, place).end()
        if len(stack) >= DEEPEST:
            raise Rejected(f"values nest deeper than {DEEPEST}")
        if text.startswith("{", place) or text.startswith("[", place):
            opened = {} if text[place] == "{" else []
            place = SPACE.match(text, place + 1).end()
            stack.append([opened, None])
            if not text.startswith("}" if isinstance(opened, dict) else "]", place):
                place = _key(text, place, stack[-1])
                continue
        else:
            value, place = _scalar(text, place)
            if not stack:
                return _end(text, place, value)
            _add(stack[-1], value)
        while True:  # after a value, or in front of the bracket that closes an empty container
            place = SPACE.match(text, place).end()
            closing = "}" if isinstance(stack[-1][0], dict) else "]"
            if text.startswith(closing, place):
                value, place = stack.pop()[0], place + 1
                if not stack:
                    return _end(text, place, value)
                _add(stack[-1], value)
            elif text.startswith(",", place):
                place = _key(text, SPACE.match(text, place + 1).end(), stack[-1])
                break
            else:
                raise Rejected(f"not JSON at character {place + 1}")


def _key(text, place, frame):
    if isinstance(frame[0], list):
        return place
    match = STRING.match(text, place)
    colon = SPACE.match(text, match.end()).end() if match else place
    if not match or not text.startswith(":", colon):
        raise Rejected(f"not JSON at character {place + 1}")
    frame[1] = _unescape(match.group(1))
    if frame[1] in frame[0]:
        raise Rejected(f"the key {frame[1]!r} occurs twice in an object")
    return colon + 1


def _add(frame, value):
    if isinstance(frame[0], list):
        frame[0].append(value)
    else:
        frame[0][frame[1]] = value


def _end(text, place, value):
    if SPACE.match(text, place).end() != len(text):
        raise Rejected(f"not JSON at character {place + 1}")
    return value


def _unescape(body):
    if "\\" not in body:
        return body
    text = ESCAPE.sub(lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "u" else PLAIN.get(m[1], m[1]), body)
    try:  # two escapes may be one character
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise Rejected("a string has half a surrogate pair") from None


def _scalar(text, place):
    if match := STRING.match(text, place):
        return _unescape(match.group(1)), match.end()
    if match := NUMBER.match(text, place):
        # A whole number of 400 digits is beyond doubles, and so is not read as an int.
        value = float(match[0]) if match[1] or match[2] or match.end() - place > 400 else int(match[0])
        if abs(value) > MOST or value in (float("inf"), -float("inf")):
            raise Rejected("a JSON number is too large")
        return value, match.end()
    for word, value in WORDS.items():
        if text.startswith(word, place):
            return value, place + len(word)
    raise Rejected(f"not JSON at character {place + 1}")


def fields(value, what, required, optional=()):
    """The fields of an object, after a check that none is missing or unknown."""
    if not isinstance(value, dict):
        raise Rejected(f"{what} is not an object")
    for name in required:
        if name not in value:
            raise Rejected(f"{what} has no field {name!r}")
    for name in value:
        if name not in required and name not in optional:
            raise Rejected(f"{what} has an unknown field {name!r}")
    return value


def listed(value, what):
    if not isinstance(value, list):
        raise Rejected(f"{what} is not a list")
    return value


def whole(value):
    """A whole number, whether it is written 1, 1.0 or 1e0; None for any other value."""
    return int(value) if type(value) is int or type(value) is float and value.is_integer() else None


def index(value, what, limit):
    number = whole(value)
    if number is None or not 0 <= number < limit:
        raise Rejected(f"{what} is not a number from 0 to {limit - 1}: {value!r}")
    return number


def weight(value, what):
    """A JSON number that is not negative, as a rational."""
    if type(value) not in (int, float) or value < 0:
        raise Rejected(f"{what} is not a number of at least 0: {value!r}")
    return Fraction(value)


DECIMAL = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?")
QUOTIENT = re.compile(r"(-?[0-9]+)/([0-9]+)")
HEXADECIMAL = re.compile(r"-?0x([0-9a-fA-F]+)(?:\.([0-9a-fA-F]+))?[pP]([+-]?[0-9]{1,4})")


def number(value, what):
    """An exact number of the page: a string that is a decimal, a fraction or a hexadecimal float, of limited length."""
    if not isinstance(value, str) or len(value) > 2020:
        raise Rejected(f"{what} is not an exact number (a string)")
    if (match := QUOTIENT.fullmatch(value)) and int(match[2]) != 0 and len(value.lstrip("-")) <= 201:
        return Fraction(int(match[1]), int(match[2]))
    for pattern, base, radix in ((DECIMAL, 10, 10), (HEXADECIMAL, 2, 16)):
        if match := pattern.fullmatch(value):
            digits, places, power = match[1] + (match[2] or ""), len(match[2] or ""), int(match[3] or 0)
            if len(digits) <= 2000 and abs(power) <= 2000:
                size = Fraction(int(digits, radix), radix ** places) * Fraction(base) ** power
                return -size if value[0] == "-" else size
    raise Rejected(f"{what} is not an exact number: {value[:60]!r}")


TYPES = {"f64": "<f8", "f32": "<f4", "u8": "u1", "u16": "<u2", "u32": "<u4"}


def raw_array(value, what, types, scaled=False):
    """The numbers of an array, flattened, as they are stored, and the scale."""
    fields(value, what, ("dtype", "shape", "data"), ("scale",) if scaled else ())
    if value["dtype"] not in types:
        raise Rejected(f"{what} has the dtype {value['dtype']!r}, not {' or '.join(types)}")
    shape = [index(x, f"the shape of {what}", 2 ** 31) for x in listed(value["shape"], f"the shape of {what}")]
    try:
        data = base64.b64decode(value["data"].encode("ascii"), validate=True)
    except (ValueError, AttributeError):
        raise Rejected(f"the data of {what} is not base64") from None
    if base64.b64encode(data).decode() != value["data"]:
        raise Rejected(f"the data of {what} is not base64 as it is written")
    dtype, size = np.dtype(TYPES[value["dtype"]]), 1
    for dimension in shape:
        size *= dimension
    if len(data) != size * dtype.itemsize:
        raise Rejected(f"{what} holds {len(data)} bytes, not {size * dtype.itemsize}")
    array = np.frombuffer(data, dtype)
    if not np.isfinite(array).all():
        raise Rejected(f"{what} holds a NaN or an infinity")
    return array, number(value["scale"], f"the scale of {what}") if "scale" in value else None


def exact_array(value, what, size):
    """An array of `size` elements as rationals."""
    array, scale = raw_array(value, what, tuple(TYPES), scaled=True)
    if len(array) != size:
        raise Rejected(f"{what} has {len(array)} elements, not {size}")
    wide = array.astype(np.float64) if array.dtype.kind == "f" else array.astype(object)
    return fractions(wide) if scale is None else fractions(wide) * scale


def elements(value, what, limit):
    """Distinct numbers of elements."""
    array = raw_array(value, what, ("u32",))[0].astype(np.int64)
    if (array >= limit).any():
        raise Rejected(f"{what} names element {array.max()} of {limit}")
    if len(np.unique(array)) != len(array):
        raise Rejected(f"{what} names an element twice")
    return array
