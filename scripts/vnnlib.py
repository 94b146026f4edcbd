"""A small, independent reader and evaluator of VNN-LIB 1.0 properties, for replaying witnesses.

It shares no code with Surety, on purpose. Numbers are exact: constants are read as fractions, and
inputs and outputs are floats, which are fractions too, so that `holds` has no rounding of its own.
"""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np

from support import read_bytes

TOKEN = re.compile(r"[()]|[^\s()]+")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")


def expressions(text):
    """The top-level s-expressions of a text as nested lists of strings, comments dropped."""
    stack = [[]]
    for token in TOKEN.findall(re.sub(r";[^\n\r]*", "", text)):
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            if not stack:
                raise ValueError("a closing parenthesis without its opening one")
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    if len(stack) != 1:
        raise ValueError("a missing closing parenthesis")
    return stack[0]


class Property:
    """A VNN-LIB property: how many inputs and outputs it declares, and what it asserts."""

    def __init__(self, text):
        self.names, self.assertions = set(), []
        for expression in expressions(text):
            if expression[0] == "declare-const":
                self.names.add(expression[1])
            elif expression[0] == "assert":
                self.assertions.append(prepared(expression[1]))
        self.inputs = sum(name.startswith("X_") for name in self.names)
        self.outputs = sum(name.startswith("Y_") for name in self.names)

    @classmethod
    def read(cls, path):
        """Reads a `.vnnlib` or `.vnnlib.gz` file."""
        return cls(read_bytes(Path(path)).decode())

    def holds(self, inputs, outputs, rounded_box=False):
        """Whether flat float inputs and outputs satisfy every assertion, in exact arithmetic.

        With `rounded_box`, what an assertion says about an input is taken as float32 stores it: the
        constant in `X_i <= c` is rounded to float32 first, and any other comparison with an input
        may be missed by 1e-6. Assertions about outputs alone stay exact.
        """
        value = {f"X_{i}": Fraction(float(v)) for i, v in enumerate(inputs)}
        value.update((f"Y_{i}", Fraction(float(v))) for i, v in enumerate(outputs))
        return all(satisfied(a, value, rounded_box) for a in self.assertions)

    def box(self):
        """The smallest box around all inputs that the assertions allow, as two float64 arrays.

        A disjunction counts as the hull of its parts; a missing bound is infinite.
        """
        found = {}
        for assertion in self.assertions:
            found = intersection(found, bounds(assertion))
        sides = [found.get(f"X_{i}", (-np.inf, np.inf)) for i in range(self.inputs)]
        return np.array([s[0] for s in sides], float), np.array([s[1] for s in sides], float)


def prepared(expression):
    """The expression with numerals turned into fractions, so that each is parsed once."""
    if isinstance(expression, list):
        return [expression[0]] + [prepared(part) for part in expression[1:]]
    return Fraction(expression) if NUMBER.match(expression) else expression


def term(expression, value):
    """The value of an arithmetic expression."""
    if isinstance(expression, Fraction):
        return expression
    if isinstance(expression, str):
        return value[expression]
    parts = [term(part, value) for part in expression[1:]]
    if expression[0] == "+":
        return sum(parts, Fraction(0))
    if expression[0] == "-":
        return -parts[0] if len(parts) == 1 else parts[0] - sum(parts[1:], Fraction(0))
    if expression[0] == "*":
        product = Fraction(1)
        for part in parts:
            product *= part
        return product
    raise ValueError(f"unknown operator {expression[0]}")


def mentions_input(expression):
    """Whether an expression reads any input."""
    if isinstance(expression, list):
        return any(mentions_input(part) for part in expression[1:])
    return isinstance(expression, str) and expression.startswith("X_")


def satisfied(expression, value, rounded_box):
    """Whether an assertion holds; see `Property.holds`."""
    kind = expression[0]
    if kind == "and":
        return all(satisfied(part, value, rounded_box) for part in expression[1:])
    if kind == "or":
        return any(satisfied(part, value, rounded_box) for part in expression[1:])
    if kind == "=":
        return all(satisfied([k, *expression[1:]], value, rounded_box) for k in ("<=", ">="))
    if kind not in ("<=", ">=", "<", ">"):
        raise ValueError(f"unknown operator {kind}")
    smaller, larger = expression[1:] if kind[0] == "<" else expression[:0:-1]
    low, high = term(smaller, value), term(larger, value)
    if low < high or (low == high and kind.endswith("=")):
        return True
    if not rounded_box or not (mentions_input(smaller) or mentions_input(larger)):
        return False
    slack = Fraction(1, 10**6)
    if isinstance(smaller, Fraction) and isinstance(larger, str):
        smaller, slack = Fraction(float(np.float32(smaller))), 0
    elif isinstance(smaller, str) and isinstance(larger, Fraction):
        larger, slack = Fraction(float(np.float32(larger))), 0
    return term(smaller, value) <= term(larger, value) + slack


def bounds(expression):
    """What an assertion says about single inputs: name -> (lower, upper)."""
    kind, parts = expression[0], expression[1:]
    if kind == "and":
        found = {}
        for part in parts:
            found = intersection(found, bounds(part))
        return found
    if kind == "or":
        all_found = [bounds(part) for part in parts]
        names = set.intersection(*(set(found) for found in all_found)) if all_found else set()
        return {
            n: (min(f[n][0] for f in all_found), max(f[n][1] for f in all_found)) for n in names
        }
    if kind == "=":
        return intersection(bounds(["<=", *parts]), bounds([">=", *parts]))
    if kind not in ("<=", ">=", "<", ">"):
        raise ValueError(f"unknown operator {kind}")
    smaller, larger = parts if kind[0] == "<" else parts[::-1]
    if isinstance(smaller, Fraction) and isinstance(larger, str) and larger.startswith("X_"):
        return {larger: (float(smaller), np.inf)}
    if isinstance(larger, Fraction) and isinstance(smaller, str) and smaller.startswith("X_"):
        return {smaller: (-np.inf, float(larger))}
    return {}


def intersection(a, b):
    """The bounds that hold when both do."""
    result = dict(a)
    for name, (lower, upper) in b.items():
        other = result.get(name, (-np.inf, np.inf))
        result[name] = max(lower, other[0]), min(upper, other[1])
    return result


def read_witness(text):
    """The inputs of a witness in the competition's format, flat, as written (float64).

    The text is `((X_0 1.5) (X_1 2) ... (Y_0 0.1) ...)`, after the line with the verdict.
    """
    values = {}
    for found in re.finditer(r"\(\s*(X_\d+)\s+([^\s()]+)\s*\)", text):
        values[int(found[1][2:])] = float(found[2])
    if sorted(values) != list(range(len(values))):
        raise ValueError("the witness skips an input")
    return np.array([values[i] for i in range(len(values))])


def replay(network, specification, text):
    """How a witness fares in ONNX Runtime: "exact", "rounded box" or what is wrong with it.

    The inputs are rounded to float32 first; see `Property.holds` for the two good answers.
    """
    try:
        inputs = read_witness(text).astype(np.float32)
    except ValueError as problem:
        return f"unreadable: {problem}"
    if len(inputs) != specification.inputs:
        return f"{len(inputs)} inputs instead of {specification.inputs}"
    if not np.isfinite(inputs).all():
        return "an input is not finite"
    outputs = network(inputs)
    if not np.isfinite(outputs).all():
        return "an output is not finite"
    if specification.holds(inputs, outputs):
        return "exact"
    if specification.holds(inputs, outputs, rounded_box=True):
        return "rounded box"
    return "the assertions do not hold"
