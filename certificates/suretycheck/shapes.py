"""Functions of one number: enclosures of their values and slopes, and lines that are proved to be below or above. For the meaning `real`.

Everything is in rationals. A shape is cut into pieces on each of which it is convex or concave, except for `slack`: its second derivative is
at least -slack, or at most slack. With g(x) = f(x) - s x on a piece [a, b] of that kind:

  convex:  f(x) >= f(p) + f'(p) (x - p) - slack (x - p)^2 / 2 for any p of the piece, which is linear in x but for the slack, so that the least
           value of g is at least that of the tangent at a or b, less slack (b - a)^2 / 2;
  concave: f(x) >= the chord less slack (b - a)^2 / 8, so that the least value of g is at least that at a or b, less slack (b - a)^2 / 2.

A line above f is one below -f, turned round: convex and concave pieces change places. No choice of the slope s or of p can make a line wrong.
"""
import decimal
import math
from fractions import Fraction

import numpy as np

from . import Rejected

FAR = 1500  # beyond, exponentials are not computed, of which doubles hold none
DECIMALS = decimal.Context(prec=45, Emin=-10 ** 6, Emax=10 ** 6)
CAP = 300  # the exponentials of a softmax are computed as if they stayed as they are here
LOST = Fraction(1, 2 ** 430)  # 1 / (1 + exp(CAP)) is less, since exp(300) > 2^432


def exponential(x):
    """A rational interval that holds exp(x): libmpdec rounds exp correctly, and x is rounded by 10^-44 of itself, which moves exp by 10^-40 of itself."""
    if x == 0:
        return Fraction(1), Fraction(1)
    if x > FAR:
        raise Rejected("a number is too large: an exponential of more than 1500")
    if x < -FAR:
        return Fraction(0), exponential(Fraction(-FAR))[1]
    _, digits, places = DECIMALS.exp(DECIMALS.divide(x.numerator, x.denominator)).as_tuple()
    n = int("".join(map(str, digits)))
    if places >= 0:
        low = high = n * 10 ** places << 200
        shift = 200
    else:  # n 10^places in multiples of 2^-shift, of which it has more than 2^200
        shift = (10 ** -places).bit_length() + 200
        low = (n << shift) // 10 ** -places
        high = low + 1
    return Fraction(low - low // 10 ** 38 - 1, 1 << shift), Fraction(high + high // 10 ** 38 + 1, 1 << shift)


def low_of(pair, sign):
    """At most sign y, for y in the pair's interval."""
    return pair[0] if sign > 0 else -pair[1]


class Shape:
    """`value`, `slope`: rational intervals of f and a derivative; `pieces`: (a, b, 1 convex or -1 concave or 0 linear, slack);
    `near`, `near_slope`: float arrays, by which a slope is chosen."""

    def interval(self, l, u):
        """For functions that rise."""
        return self.value(l)[0], self.value(u)[1]

    def line(self, l, u, sign):
        """A slope (a float's value) and an intercept of a line below f on [l, u], or above it for the sign -1."""
        with np.errstate(all="ignore"):
            s = 0.0 if l == u else float(self.best(float(l), float(u), sign))
        s = Fraction(s if math.isfinite(s) else 0.0)
        return s, sign * min(self.least(l, u, s, sign))

    def least(self, l, u, s, sign):
        """Numbers of which the smallest is at most sign (f(x) - s x) on [l, u]."""
        for a, b, bend, slack in self.pieces(l, u):
            lost = slack * (b - a) ** 2 / 2
            if bend * sign > 0:
                p = min(max(self.touch(a, b, s), a), b)
                at, ends = low_of(self.value(p), sign), self.slope(p)
                for d in ends if ends[0] != ends[1] else ends[:1]:
                    for x in (a, b):
                        yield at + sign * (d * (x - p) - s * x) - lost
            else:
                for x in (a, b):
                    yield low_of(self.value(x), sign) - sign * s * x - lost

    def best(self, l, u, sign):
        """The slope, of the chord or of a tangent, with which the line is nearest in the middle."""
        x = np.linspace(l, u, 49)
        y, middle = sign * self.near(x), (l + u) / 2
        slopes = sign * np.append(self.near_slope(x), [(self.near(np.float64(u)) - self.near(np.float64(l))) / (u - l) if u - l > 1e-6 * (1 + abs(l)) else 0.0, 0.0])
        heights = (y - slopes[:, None] * x).min(axis=1) + slopes * middle
        heights[~np.isfinite(heights)] = -np.inf
        return sign * slopes[int(heights.argmax())]

    def touch(self, a, b, s):
        """Where the slope is about s, on a piece on which it rises or falls."""
        low, high = float(a), float(b)
        rises = self.near_slope(np.float64(high)) >= self.near_slope(np.float64(low))
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if (self.near_slope(np.float64(middle)) < s) == rises else (low, middle)
        return Fraction((low + high) / 2)


class Convex(Shape):
    """Tangents at a point below, and chords above."""

    def pieces(self, l, u):
        return [(l, u, 1, 0)]

    def best(self, l, u, sign):
        if sign > 0:
            return self.near_slope(np.float64(self.point(l, u)))
        if not u - l > 1e-9 * (1 + abs(l)):
            return self.near_slope(np.float64(l / 2 + u / 2))
        return (self.near(np.float64(u)) - self.near(np.float64(l))) / (u - l)

    def touch(self, a, b, s):
        return Fraction(self.point(float(a), float(b)))

    def point(self, l, u):
        return l / 2 + u / 2


class Exponential(Convex):
    near = near_slope = staticmethod(np.exp)

    def value(self, x):
        return exponential(x)

    slope = value


class Capped(Exponential):
    """exp(min(x, CAP)), which rises to a constant. What a softmax makes of it differs by LOST at most: see Share."""

    def value(self, x):
        return exponential(min(x, Fraction(CAP)))

    def slope(self, x):
        """From the left: at CAP, too, that of the convex piece, which ends there."""
        return self.value(x)

    def pieces(self, l, u):
        return [(l, min(u, Fraction(CAP)), 1, 0)] * (l < CAP) + [(max(l, Fraction(CAP)), u, 0, 0)] * (u > CAP or l == u == CAP)

    def point(self, l, u):
        """Not so far from l that the tangent is negative there."""
        return min(l / 2 + u / 2, l + 0.99)

    def near(self, x):
        return np.exp(np.minimum(x, CAP))

    near_slope = near

    def best(self, l, u, sign):
        if l >= CAP:
            return 0.0
        return super().best(l, u if sign > 0 else min(u, CAP), sign)


class Reciprocal(Convex):
    def value(self, x):
        if x <= 0:
            raise Rejected("a reciprocal of an interval that is not wholly above 0")
        return 1 / x, 1 / x

    def slope(self, x):
        return -1 / x ** 2, -1 / x ** 2

    def interval(self, l, u):
        high = self.value(l)[1]
        return self.value(u)[0], high

    def near(self, x):
        return 1 / x

    def near_slope(self, x):
        return -1 / x / x

    def point(self, l, u):
        return math.sqrt(l) * math.sqrt(u)


class Share(Reciprocal):
    """What a softmax gives, y = 1 / (1 + S), read from 1 + S' with each exponential of S' capped. If none was changed, y = 1 / (1 + S'). Else
    S > S' >= exp(CAP), so that y and 1 / (1 + S') are both above 0 and below LOST. So y <= 1 / (1 + S') <= y + LOST, and 0 <= y <= 1."""

    def interval(self, l, u):
        low, high = super().interval(l, u)
        return max(low - LOST, Fraction(0)), min(high, Fraction(1))

    def line(self, l, u, sign):
        s, t = super().line(l, u, sign)
        return s, t - LOST if sign > 0 else t


class Absolute(Convex):
    near = staticmethod(np.abs)
    near_slope = staticmethod(np.sign)

    def value(self, x):
        return abs(x), abs(x)

    def slope(self, x):
        """One slope of a line that touches: at 0, where there are many, that of 0."""
        sign = Fraction((x > 0) - (x < 0))
        return sign, sign

    def interval(self, l, u):
        return max(l, -u, Fraction(0)), max(-l, u)

    def point(self, l, u):
        return u if u > -l else l


class Power(Shape):
    """x^n: convex for an even n; for an odd one concave up to 0 and convex from there."""

    def __init__(self, n):
        self.n = n

    def value(self, x):
        return x ** self.n, x ** self.n

    def slope(self, x):
        return self.n * x ** (self.n - 1), self.n * x ** (self.n - 1)

    def near(self, x):
        return np.asarray(x, float) ** self.n

    def near_slope(self, x):
        return self.n * np.asarray(x, float) ** (self.n - 1)

    def interval(self, l, u):
        if self.n % 2:
            return l ** self.n, u ** self.n
        return (Fraction(0) if l <= 0 <= u else min(l ** self.n, u ** self.n)), max(l ** self.n, u ** self.n)

    def pieces(self, l, u):
        if self.n % 2 == 0:
            return [(l, u, 1, 0)]
        zero = Fraction(0)
        return [(l, min(u, zero), -1, 0)] * (l < 0) + [(max(l, zero), u, 1, 0)] * (u >= 0)


class Sign(Shape):
    def value(self, x):
        sign = Fraction((x > 0) - (x < 0))
        return sign, sign

    def line(self, l, u, sign):
        """Below, for a slope s >= 0: -1 - s x >= -1 where x < 0, 0 at 0, and 1 - s x >= 1 - s u where x > 0. Above by symmetry."""
        if sign < 0:
            s, t = self.line(-u, -l, 1)
            return s, -t
        s = 2 / float(u) if l < 0 < u and u > -l else 1 / float(u) if l == 0 < u else 0.0
        s = Fraction(s if math.isfinite(s) else 0.0)
        values = [Fraction(-1)] * (l < 0) + [Fraction(0)] * (l <= 0 <= u) + [1 - s * u] * (u > 0)
        return s, min(values)


def curve_interval(numbers, shape, lower, upper):
    pairs = [shape.interval(Fraction(l), Fraction(u)) for l, u in zip(lower, upper)]
    kind = object if numbers.exact else float
    return np.array([numbers.short_lower(l) for l, _ in pairs], dtype=kind), np.array([numbers.short_upper(u) for _, u in pairs], dtype=kind)


def curve_lines(numbers, shape, lower, upper):
    """(slopes, intercepts) of lines below and above."""
    kind, found = object if numbers.exact else float, []
    for sign, outward in ((1, numbers.short_lower), (-1, numbers.short_upper)):
        lines = [shape.line(Fraction(l), Fraction(u), sign) for l, u in zip(lower, upper)]
        found.append((np.array([numbers.lower(s) for s, _ in lines], dtype=kind), np.array([outward(t) for _, t in lines], dtype=kind)))
    return tuple(found)
