"""Two kinds of numbers for the same bounds: float64 with its rounding charged, and exact rationals.

Theorems used (N. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., chapters 2 to 4), for round-to-nearest, u = 2^-53:

  (T1) fl(x op y) = (x op y)(1 + d) + e, |d| <= u, |e| <= 2^-1075, d e = 0; e = 0 for sums; also |fl(z) - z| <= u |fl(z)| + |e|.
  (T2) a sum of n products, in any order, fused or not: |fl(s) - s| <= gamma_n sum |a_i b_i| + 2 n 2^-1075, gamma_n = n u / (1 - n u).
  (T3) gamma_j + gamma_k <= gamma_(j+k): a coefficient with a relative error gamma_k counts as k more roundings.
  (T4) float neighbours: nextafter(fl(z), -inf) <= z <= nextafter(fl(z), inf).

An overflow gives an infinity or a NaN, which `finite` refuses; so no theorem is used where it does not hold.
"""
from fractions import Fraction

import numpy as np

from . import Rejected

to_fraction = np.frompyfunc(Fraction, 1, 1)
TINY = 2.0 ** -1074
FLOAT32 = Fraction(1, 2 ** 24)  # rounding in float32, relative
TINY32 = Fraction(1, 2 ** 149)


def fractions(array):
    """The same numbers as an array of rationals."""
    array = np.asarray(array)
    return np.asarray(to_fraction(array), object).reshape(array.shape)


def row_dot(a, t):
    """For each row of a, the sum of its products with t (a vector, or a row for each row of a)."""
    return a @ t if t.ndim == 1 else (a * t).sum(axis=-1)


class Floats:
    """float64 numbers; every method that bounds something says by which theorem."""

    exact = False

    def __init__(self):
        small, one = np.array([TINY, 2.0 ** -1022]), np.array([1.0])
        if not (small * 1.0 > 0).all() or small[1] * 0.5 == 0 or (one + 2.0 ** -53)[0] != 1 or (one + 3 * 2.0 ** -54)[0] <= 1:
            raise Rejected("this machine does not round to nearest with subnormal numbers")

    def zeros(self, *shape):
        return np.zeros(shape)

    def lower(self, x):
        """The largest float that is at most the rational x."""
        value = self._near(x)
        return float(np.nextafter(value, -np.inf)) if Fraction(value) > x else value

    def upper(self, x):
        return -self.lower(-Fraction(x))

    def _near(self, x):
        try:
            return float(x)
        except OverflowError:
            raise Rejected("a number is too large for float64") from None

    short_lower, short_upper = lower, upper

    def ends(self, lower, upper):
        """Arrays of rationals as floats, outward."""
        return (np.array([self.lower(x) for x in lower], dtype=float), np.array([self.upper(x) for x in upper], dtype=float))

    def nearest(self, values, radius=None):
        """Floats near `values` (floats, or rationals known up to `radius`), and how far at most they are from the true numbers."""
        if values.dtype != object:
            return values, None
        near = np.array([self._near(x) for x in values.ravel()], dtype=float).reshape(values.shape)
        away = abs(fractions(near) - values) + (0 if radius is None else radius)
        return near, np.array([self.upper(x) for x in away.ravel()], dtype=float).reshape(values.shape)

    def weights(self, values):
        """Coefficients as floats, and the number of roundings in them: rationals with a relative error of 2^-200 at most are rounded once, so 2."""
        if values.dtype != object:
            return values, 0
        near = np.array([self._near(x) for x in values.ravel()], dtype=float).reshape(values.shape)
        if ((near != 0) & (np.abs(near) < 2.0 ** -1000)).any():
            raise Rejected("a coefficient is too small for float64")
        return near, 2

    def gamma(self, n):
        """At least gamma_n: n u / (1 - n u) <= n u (1 + 2 n u) <= 1.0001 n u where n u <= 2^-20."""
        if n > 2 ** 30:
            raise Rejected("a sum has too many terms")
        return n * 2.0 ** -53 * 1.0001

    def charge(self, n, linear):
        """The factor that a product of n terms with a linear map's coefficients is charged (T2, T3)."""
        return self.gamma(n + linear.parts(self)["roundings"])

    def above(self, s, n):
        """At least the exact value of a sum of non-negative products that was computed as s with n roundings.

        By T2 the exact value is at most (s + n 2^-1075) / (1 - gamma_n); 1 + n 2^-51 is a float, and 4 n u covers 1.2 n u and the two
        roundings here; 4 n 2^-1074 covers what underflows, here too."""
        return (s + 4 * n * TINY) * (1 + n * 2.0 ** -51)

    def down(self, x):
        return np.nextafter(x, -np.inf)

    def up(self, x):
        return np.nextafter(x, np.inf)

    def lost(self, x):
        """At least the rounding error of a result x of one operation (T1)."""
        return self.above(np.abs(x) * 2.0 ** -53, 2)

    def low_dot(self, a, t):
        """At most the sums over a row of a_i t_i (T2, T4)."""
        n = t.shape[-1]
        charge = self.above(self.gamma(n) * row_dot(np.abs(a), np.abs(t)), n + 3)
        return self.down(row_dot(a, t) - charge)

    def high_dot(self, a, v):
        """At least the sums over a row of |a_i| v_i, for v_i >= 0."""
        return self.above(row_dot(np.abs(a), v), v.shape[-1] + 1)

    def finite(self, array, what):
        if not np.isfinite(array).all():
            raise Rejected(f"numbers overflow at {what}")
        return array

    def slope(self, numerator, denominator):
        return numerator / denominator


class Exact:
    """Rationals: the same formulas with u = 0. Slopes are cut to 64 bits, so that denominators grow slowly; intercepts are exact for them."""

    exact = True

    def zeros(self, *shape):
        array = np.empty(shape, object)
        array[...] = Fraction(0)
        return array

    def lower(self, x):
        return Fraction(x)

    upper = lower

    def short_lower(self, x):
        """At most x, and near it: with 200 binary digits where x is long."""
        x = Fraction(x)
        shift = 200 - x.numerator.bit_length() + x.denominator.bit_length()
        if x.denominator.bit_length() < 400 and x.numerator.bit_length() < 400:
            return x
        if shift < 0:
            return Fraction(x.numerator // (x.denominator << -shift) << -shift)
        return Fraction((x.numerator << shift) // x.denominator, 1 << shift)

    def short_upper(self, x):
        return -self.short_lower(-Fraction(x))

    def ends(self, lower, upper):
        return np.array(lower, dtype=object), np.array(upper, dtype=object)

    def nearest(self, values, radius=None):
        return (values if values.dtype == object else fractions(values)), radius

    def weights(self, values):
        return (values if values.dtype == object else fractions(values)), 0

    def gamma(self, n):
        return Fraction(0)

    def charge(self, n, linear):
        return Fraction(linear.relative)

    def above(self, s, n):
        """Only coefficients with a relative error of 2^-200 make a sum inexact."""
        return s + s * Fraction(1, 2 ** 150)

    def down(self, x):
        return x

    up = down

    def lost(self, x):
        return x * 0

    def low_dot(self, a, t):
        return row_dot(a, t)

    def high_dot(self, a, v):
        return row_dot(np.abs(a), v)

    def finite(self, array, what):
        return array

    def slope(self, numerator, denominator):
        return np.asarray(np.frompyfunc(lambda p, q: Fraction(round(p / q * 2 ** 64), 2 ** 64), 2, 1)(numerator, denominator), object)
