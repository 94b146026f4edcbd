"""The inputs that a claim is about: a box of what the network reads, for the norms 1 and 2 with a ball inside."""
from fractions import Fraction
from math import prod

import numpy as np

from . import Rejected
from .arithmetic import Floats
from .distances import root
from .reading import exact_array, fields, listed, number


class Region:
    """`lower`, `upper`: rationals; `norm`: None, "1" or "2"; `middle`, `spread`: the ball is |(x - middle) * spread|_norm <= epsilon."""

    def __init__(self, value, shape):
        size = prod(shape)
        kind = value.get("kind") if isinstance(value, dict) else None
        self.norm = None
        if kind == "box":
            fields(value, "the region", ("kind", "lower", "upper"))
            self.lower, self.upper = (exact_array(value[end], f"the region's {end}", size) for end in ("lower", "upper"))
            self.middle, self.spread = (self.lower + self.upper) / 2, self.lower * 0 + 1
        elif kind == "pixels":
            self._pixels(value, shape, size)
        else:
            raise Rejected(f"the region has the unknown kind {kind!r}")
        if (self.lower > self.upper).any():
            raise Rejected("the region is empty: a lower end is above its upper end")

    def _pixels(self, value, shape, size):
        fields(value, "the region", ("kind", "center", "epsilon", "norm", "lowest", "highest", "mean", "std"))
        center = exact_array(value["center"], "the region's center", size)
        self.epsilon = number(value["epsilon"], "epsilon")
        if self.epsilon < 0:
            raise Rejected("epsilon is below 0")
        if value["norm"] not in ("inf", "1", "2"):
            raise Rejected(f"the region has the unknown norm {value['norm']!r}")
        lower, upper = center - self.epsilon, center + self.epsilon
        if value["lowest"] is not None:
            lower = np.maximum(lower, number(value["lowest"], "lowest"))
        if value["highest"] is not None:
            upper = np.minimum(upper, number(value["highest"], "highest"))
        mean, std = ([number(x, key) for x in listed(value[key], key)] for key in ("mean", "std"))
        own = shape[1:] if shape[0] == 1 else shape  # without the batch
        if len(mean) != len(std) or len(mean) not in (0, 1, *own[:1]):
            raise Rejected(f"there are {len(mean)} means and {len(std)} stds for an input of the shape {list(shape)}")
        if any(s <= 0 for s in std):
            raise Rejected("a std is not above 0")
        each = size // max(len(mean), 1)
        mean = np.repeat(np.array(mean or [Fraction(0)], dtype=object), each)
        std = np.repeat(np.array(std or [Fraction(1)], dtype=object), each)
        self.lower, self.upper = (lower - mean) / std, (upper - mean) / std
        self.middle, self.spread = (center - mean) / std, std
        if value["norm"] != "inf":
            self.norm = value["norm"]

    def distance(self):
        """At least the largest distance in l2 from the middle, in pixels. An l1 ball lies in the l2 ball of its radius."""
        away = np.maximum(np.maximum(self.upper - self.middle, self.middle - self.lower), 0) * self.spread
        distance = root((away * away).sum())
        return min(distance, Floats().upper(self.epsilon)) if self.norm else distance

    def factors(self):
        """At least what the network reads of a pixel's change, for each element; None where that is the change."""
        if all(s == 1 for s in self.spread):
            return None
        return np.array([Floats().upper(1 / s) for s in self.spread])

    def contains(self, x):
        if (x < self.lower).any() or (x > self.upper).any():
            return False
        away = np.abs((x - self.middle) * self.spread) if self.norm else None
        return {None: lambda: True, "1": lambda: away.sum() <= self.epsilon, "2": lambda: (away * away).sum() <= self.epsilon ** 2}[self.norm]()

    def minima(self, numbers, rows, lower, upper):
        """At most the minima of the rows over the part of the region between `lower` and `upper`."""
        zero = rows * 0
        best = numbers.down(numbers.low_dot(np.maximum(rows, zero), lower) + numbers.low_dot(np.minimum(rows, zero), upper))
        if self.norm is None or self.epsilon == 0 or len(rows) == 0:
            return best
        middle, away = numbers.nearest(self.middle)
        spread, _ = numbers.ends(self.spread, self.spread)  # at most the std: the ball only grows
        epsilon = numbers.upper(self.epsilon)
        # z = x - middle lies in [low, high] and has |spread z| <= epsilon
        low, high = numbers.down(lower - middle), numbers.up(upper - middle)
        if away is not None:
            low, high = numbers.down(low - away), numbers.up(high + away)
        base = numbers.low_dot(rows, middle)
        if away is not None:
            base = numbers.down(base - numbers.high_dot(rows, away))
        ball = self._dual_1 if self.norm == "1" else self._dual_2
        for i, row in enumerate(rows):
            if not (row != 0).any():
                continue
            best[i] = max(best[i], numbers.down(base[i] + ball(numbers, row, low, high, spread, epsilon)))
        return best

    def _dual_1(self, numbers, row, low, high, spread, epsilon):
        """Weak duality: for each t >= 0, min row z >= -t epsilon + sum_i min over [low_i, high_i] of (row_i z + t spread_i |z|); a convex
        function of z, linear on both sides of 0, so its minimum is at an end or at 0. t is searched in floats; every t is right."""
        def points(t):
            price = t * spread
            candidates = np.stack([low, high, np.clip(row * 0, low, high)])
            values = row * candidates + price * np.abs(candidates)
            chosen = values.argmin(axis=0)
            return candidates[chosen, np.arange(len(row))], values.min(axis=0), price

        t = search(lambda t: float((spread * np.abs(points(t)[0])).sum() - epsilon), float(np.max(np.abs(row) / spread)))
        t = Fraction(t) if numbers.exact else t
        _, values, price = points(t)
        size = np.maximum(np.abs(low), np.abs(high))
        rounding = numbers.gamma(3 + len(row)) * numbers.above((np.abs(row) + price) * size, 4)
        total = numbers.down(values.sum() - numbers.above(rounding.sum(), len(row) + 4))
        return numbers.down(total - numbers.up(t * epsilon))

    def _dual_2(self, numbers, row, low, high, spread, epsilon):
        """Weak duality with t > 0: min row z >= -t epsilon^2 / 2 + sum_i min over [low_i, high_i] of f_i(z) = row_i z + p_i z^2 / 2,
        p_i = t spread_i^2. With `end` the end of [low_i, high_i] where row_i z is least, three bounds of f_i, of which each is right:
        row_i end; where the lowest point of f_i is not before the end (by more than rounding), f_i(end); and -row_i^2 / (2 p_i) always.
        Only numbers from 2^-400 to 2^400 use the last two, so that nothing underflows."""
        def tame(x):
            return (np.abs(x) >= 2.0 ** -300) & (np.abs(x) <= 2.0 ** 300)

        end = np.where(row > 0, low, high)
        falls = ((row > 0) == (end < 0)) & tame(row) & tame(end)

        def parts(t):
            price = t * spread * spread
            usable = falls & tame(price)
            return price, usable, usable & (np.abs(row) >= price * np.abs(end) * (1 + Fraction(1, 2 ** 30) if numbers.exact else 1 + 2.0 ** -30))

        def excess(t):
            price, usable, beyond = parts(t)
            z = np.where(usable & ~beyond, -row / price, np.where(row == 0, row, end))
            return float((spread * spread * z * z).sum() - epsilon * epsilon)

        t = search(excess, float(np.sqrt(float(((row / spread) ** 2).sum()))) / float(epsilon) * 2)
        t = Fraction(t) if numbers.exact else t
        price, usable, beyond = parts(t)
        half = Fraction(1, 2) if numbers.exact else 0.5
        square = np.where(usable, np.where(beyond, price * end * end, row / price * row) * half, row * 0)
        values = np.where(usable, np.where(beyond, row * end + square, -square), row * end)
        ball = numbers.up(numbers.up(t * epsilon) * epsilon * half)
        rounding = numbers.above(numbers.gamma(10 + len(row)) * (np.abs(row * end) + 2 * square).sum(), len(row) + 12)
        return numbers.down(numbers.down(values.sum() - rounding) - ball)


def search(excess, highest):
    """A t from 0 to `highest` near which the falling function `excess` crosses 0."""
    low, high = 0.0, highest
    for _ in range(60):
        middle = (low + high) / 2
        if excess(middle) > 0:
            low = middle
        else:
            high = middle
    return high
