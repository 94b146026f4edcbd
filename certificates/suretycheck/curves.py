"""Sigmoid and tanh: enclosures of their values and lines that are proved to be below or above. Only for the meaning `real`.

Python's decimal arithmetic rounds exp correctly (libmpdec); tanh x = 2 sigmoid(2 x) - 1, and sigmoid(-x) = 1 - sigmoid(x).
"""
import decimal
import math
from fractions import Fraction

import numpy as np

FAR = 700  # beyond, a value is only known to be between those at FAR and the limits
DECIMALS = decimal.Context(prec=45, Emin=-10 ** 6, Emax=10 ** 6)


def sigmoid(x):
    """A rational interval that holds sigmoid(x): exp, a sum and a quotient, each with a relative error of 10^-44 at most, and as much for x."""
    if x > FAR:
        return sigmoid(Fraction(FAR))[0], Fraction(1)
    if x < -FAR:
        return Fraction(0), sigmoid(Fraction(-FAR))[1]
    x = Fraction(x)
    # |x| <= 700, so x's own relative error of 10^-44 moves exp(-x) by 701 x 10^-44 at most
    power = DECIMALS.exp(DECIMALS.divide(-x.numerator, x.denominator))
    value = Fraction(DECIMALS.divide(1, DECIMALS.add(1, power)))
    return value * (1 - Fraction(1, 10 ** 40)), min(Fraction(1), value * (1 + Fraction(1, 10 ** 40)))


def value(kind, x):
    """A rational interval that holds f(x)."""
    if kind == "sigmoid":
        return sigmoid(x)
    low, high = sigmoid(2 * Fraction(x))
    return 2 * low - 1, 2 * high - 1


def derivative(kind, low, high):
    """A rational interval that holds f'(x), given one for f(x): s (1 - s) or 1 - t^2, both with ends from the ends of f."""
    ends = [(y * (1 - y) if kind == "sigmoid" else 1 - y * y) for y in (low, high)]
    middle = Fraction(1, 2) if kind == "sigmoid" else Fraction(0)
    top = derivative(kind, middle, middle)[1] if low < middle < high else max(ends)
    return min(ends), top


def curve_interval(numbers, kind, lower, upper):
    """Both functions rise."""
    low = np.array([numbers.lower(value(kind, Fraction(x))[0]) for x in lower], dtype=object if numbers.exact else float)
    high = np.array([numbers.upper(value(kind, Fraction(x))[1]) for x in upper], dtype=object if numbers.exact else float)
    return low, high


def curve_lines(numbers, kind, lower, upper):
    """(slopes, intercepts) of lines below and above. By symmetry f(x) = 2 c - f(-x), a line above on [l, u] is one below on [-u, -l]."""
    twice = 1 if kind == "sigmoid" else 0
    below = [line_below(kind, Fraction(l), Fraction(u)) for l, u in zip(lower, upper)]
    above = [line_below(kind, -Fraction(u), -Fraction(l)) for l, u in zip(lower, upper)]

    def array(values):
        return np.array(values, dtype=object if numbers.exact else float)

    return ((array([numbers.lower(s) for s, _ in below]), array([numbers.lower(t) for _, t in below])),
            (array([numbers.lower(s) for s, _ in above]), array([numbers.upper(twice - t) for _, t in above])))


def line_below(kind, l, u):
    """A slope (a float's value) and an intercept of a line below f on [l, u].

    f is convex for x <= 0 and concave for x >= 0. With g(x) = f(x) - s x: for x >= 0, g is concave, so its least value is at an end; for x <= 0,
    f is above its tangent at any p <= 0, so g(x) >= f(p) + f'(p) (x - p) - s x, which is linear in x, so its least value is at an end."""
    s, p = slope_and_point(kind, float(l), float(u))
    s, p = Fraction(s), min(max(Fraction(p), l), min(u, Fraction(0)))
    least = []
    if u > 0:
        least += [value(kind, x)[0] - s * x for x in (max(l, Fraction(0)), u)]
    if l < 0:
        low, high = value(kind, p)
        for x in (l, min(u, Fraction(0))):
            least += [low + d * (x - p) - s * x for d in derivative(kind, low, high)]
    if not least:  # l = u = 0
        least = [value(kind, Fraction(0))[0]]
    return s, min(least)


def slope_and_point(kind, l, u):
    """A good slope, and the point where it touches; nothing depends on how good."""
    scale = 2.0 if kind == "sigmoid" else 1.0  # sigmoid(x) = (1 + tanh(x / 2)) / 2, so f' = (1 - tanh^2(x / scale)) / scale^2

    def f(x):
        return math.tanh(x / scale) / scale

    def rise(x):
        return (1 - math.tanh(x / scale) ** 2) / scale ** 2

    if not u - l > 1e-9:
        return rise((l + u) / 2), l
    chord = (f(u) - f(l)) / (u - l)
    if l >= 0:
        return chord, l
    if u <= 0:
        return rise((l + u) / 2), (l + u) / 2
    if chord <= rise(l):
        return chord, l
    low, high = l, 0.0  # the tangent at d <= 0 that meets the curve at u
    for _ in range(50):
        d = (low + high) / 2
        low, high = (low, d) if rise(d) * (u - d) > f(u) - f(d) else (d, high)
    return rise(low), low
