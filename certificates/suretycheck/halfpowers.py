"""x^(h / 2) for numbers above 0, and the clipping between two limits, as shapes: see shapes.py, whose arguments are used."""
import math
from fractions import Fraction

import numpy as np

from . import Rejected
from .shapes import Convex, Shape

DIGITS = 200  # binary digits of a root at least
HALVES = (1, *range(-8, 0))


def root(x):
    """A rational interval that holds the root of x > 0, of one unit in 2^DIGITS of it: floor(root(floor(y))) = floor(root(y)) for any y >= 0."""
    shift = max(0, DIGITS + 2 - (x.numerator.bit_length() - x.denominator.bit_length()) // 2)
    whole, rest = divmod(x.numerator << 2 * shift, x.denominator)
    n = math.isqrt(whole)
    exact = rest == 0 and n * n == whole
    return Fraction(n, 1 << shift), Fraction(n if exact else n + 1, 1 << shift)


def half_power(x, halves):
    """A rational interval that holds x^(halves / 2) for x > 0."""
    if halves % 2 == 0:
        return (x ** (halves // 2),) * 2
    ends = [r ** halves for r in root(x)]
    return min(ends), max(ends)


class HalfPower(Convex):
    """For h < 0 it falls and is convex, for h = 1 it rises and is concave."""

    def __init__(self, halves):
        self.halves = halves

    def value(self, x):
        if x <= 0:
            raise Rejected("a power or a root of an interval that is not wholly above 0")
        return half_power(x, self.halves)

    def slope(self, x):
        ends = [Fraction(self.halves, 2) * y for y in half_power(x, self.halves - 2)]
        return min(ends), max(ends)

    def pieces(self, l, u):
        return [(l, u, 1 if self.halves < 0 else -1, 0)]

    def interval(self, l, u):
        first, last = self.value(l), self.value(u)
        return (last[0], first[1]) if self.halves < 0 else (first[0], last[1])

    def line(self, l, u, sign):
        self.value(l)
        return super().line(l, u, sign)

    def best(self, l, u, sign):
        """Tangents and chords change places for the concave one."""
        return super().best(l, u, sign if self.halves < 0 else -sign)

    def near(self, x):
        return np.asarray(x, float) ** (self.halves / 2)

    def near_slope(self, x):
        return self.halves / 2 * np.asarray(x, float) ** (self.halves / 2 - 1)

    def point(self, l, u):
        return math.sqrt(l) * math.sqrt(u)


class Clipped(Shape):
    """min(max(x, least), most) with least < most; a limit that is None is missing."""

    def __init__(self, least, most):
        self.limits = [limit for limit in (least, most) if limit is not None]
        self.least, self.most = least, most

    def value(self, x):
        if self.least is not None:
            x = max(x, self.least)
        if self.most is not None:
            x = min(x, self.most)
        return x, x

    def slope(self, x):
        """One slope of a line that touches."""
        inside = Fraction(self.value(x)[0] == x)
        return inside, inside

    def near(self, x):
        return np.clip(np.asarray(x, float), -np.inf if self.least is None else float(self.least), np.inf if self.most is None else float(self.most))

    def near_slope(self, x):
        return (self.near(x) == x).astype(float)

    def best(self, l, u, sign):
        """Chords from the limits to the other end are among the slopes, too: the line touches at a bend and at an end."""
        places = np.array([l, u] + [float(x) for x in self.limits if l < x < u])
        values, middle = sign * self.near(places), (l + u) / 2
        pairs = [(i, j) for i in range(len(places)) for j in range(i) if places[i] != places[j]]
        slopes = np.array([0.0, sign] + [(values[i] - values[j]) / (places[i] - places[j]) for i, j in pairs])
        heights = (values - slopes[:, None] * places).min(axis=1) + slopes * middle
        heights[~np.isfinite(heights)] = -np.inf
        return sign * slopes[int(heights.argmax())]

    def line(self, l, u, sign):
        """f(x) - s x is linear between the ends and the limits that lie between them, so it is least at one of these, and so is its negative."""
        with np.errstate(all="ignore"):
            s = 0.0 if l == u else float(self.best(float(l), float(u), sign))
        s = Fraction(s if math.isfinite(s) else 0.0)
        return s, sign * min(sign * (self.value(x)[0] - s * x) for x in [l, u] + [x for x in self.limits if l < x < u])
