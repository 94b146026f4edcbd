"""Sine and cosine as shapes: sin(x + quarters pi / 2), with pi to 256 binary digits.

Numbers are whole multiples of 2^-192, "units". The argument of the series is off by less than 8 of them: what is cut off of x, pi's error times
the multiple of pi (2^60 times 2^-256 at most), and halves. Each of fewer than 60 terms of the series is off by less than 8 more, and what follows
the last one that is not 0 is less than that. So an enclosure of 1024 units to both sides holds the value; both functions change no faster than x.
"""
import math
from fractions import Fraction

import numpy as np

from .shapes import Shape

BITS, MORE = 192, 64
LARGE = 2 ** 58  # beyond, nothing is known but -1 and 1
WIDE = 7  # above 2 pi


def arctan_inverse(k, bits):
    """arctan(1 / k) in multiples of 2^-bits, off by less than `bits` of them: each term is off by less than 2, and fewer than bits / 2 count."""
    total, power, n = 0, (1 << bits) // k, 1
    while power:
        total += (power if n % 4 == 1 else -power) // n
        power //= k * k
        n += 2
    return total


# Machin: pi = 16 arctan(1/5) - 4 arctan(1/239); off by less than 20 (BITS + MORE + 32) 2^-(BITS + MORE + 32), so less than 1 unit after the shift and one more for it
PI = (16 * arctan_inverse(5, BITS + MORE + 32) - 4 * arctan_inverse(239, BITS + MORE + 32)) >> 32
CIRCLE = Fraction(PI, 2 ** (BITS + MORE))
CLOSE = Fraction(1, 2 ** 180)  # more than the error of any multiple of pi here


def wave(x, quarters):
    """A rational interval that holds sin(x + quarters pi / 2)."""
    if abs(x) > LARGE:
        return Fraction(-1), Fraction(1)
    n = (x.numerator << BITS) // x.denominator + (quarters * PI >> (MORE + 1))
    turns = (2 * (n << MORE) + PI) // (2 * PI)
    r = n - (turns * PI >> MORE)
    term, total, k, square = r, r, 1, r * r >> BITS
    while term:
        term = -(term * square >> BITS) // ((k + 1) * (k + 2))
        total += term
        k += 2
    total = -total if turns % 2 else total
    one = Fraction(1)
    return max(Fraction(total - 1024, 2 ** BITS), -one), min(Fraction(total + 1024, 2 ** BITS), one)


class Wave(Shape):
    def __init__(self, quarters):
        self.quarters = quarters

    def value(self, x):
        return wave(x, self.quarters)

    def slope(self, x):
        return wave(x, self.quarters + 1)

    def near(self, x):
        return np.sin(np.asarray(x, float) + self.quarters * (math.pi / 2))

    def near_slope(self, x):
        return np.cos(np.asarray(x, float) + self.quarters * (math.pi / 2))

    def tame(self, l, u):
        return u - l < WIDE and max(-l, u) < LARGE

    def reaches(self, l, u, place):
        """Whether x + quarters pi / 2 may be (place + 2 k) pi, for a whole k and some x of [l, u]."""
        first, last = ((x / CIRCLE + Fraction(self.quarters, 2) - place) / 2 for x in (l, u))
        return math.floor(last + CLOSE) >= math.ceil(first - CLOSE)

    def interval(self, l, u):
        one = Fraction(1)
        if not self.tame(l, u):
            return -one, one
        (a, b), (c, d) = self.value(l), self.value(u)
        return (-one if self.reaches(l, u, Fraction(3, 2)) else min(a, c)), (one if self.reaches(l, u, Fraction(1, 2)) else max(b, d))

    def pieces(self, l, u):
        """Cuts next to the multiples of pi: |f''| = |f| is at most the distance to one, so what is on the wrong side of it bends less than CLOSE."""
        first = math.floor(l / CIRCLE + Fraction(self.quarters, 2))
        start, k = l, first
        while True:
            end = (k + 1 - Fraction(self.quarters, 2)) * CIRCLE
            # sin >= 0 from k pi to (k + 1) pi for an even k
            yield start, min(max(end, start), u), (1 if k % 2 else -1), CLOSE
            if end >= u:
                return
            start, k = max(end, start), k + 1

    def line(self, l, u, sign):
        if not self.tame(l, u):
            return Fraction(0), Fraction(-sign)
        return super().line(l, u, sign)
