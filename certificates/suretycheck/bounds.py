"""Intervals through the network, and functions of it backward; what rounding may change is charged where it arises.

A backward row is a promise: function(x) >= sum over tensors of row_T . T + constant, for every input of the part and, under `binary32`,
every execution. A step replaces a node's output by its inputs. Coefficients may be anything; if a step stores p for the exact q, then
q x >= p x - |q - p| |x|max, and |q - p| |x|max is taken from the constant. That is the whole theory; the rest is bounds of |q - p|.
"""
from fractions import Fraction

import numpy as np

from . import Rejected, curves, shapes
from .arithmetic import FLOAT32, TINY32, fractions
from .distances import product, root
from .products import Planes, product_interval, product_step

BATCH = 2 ** 24  # numbers in the rows of a pass that are taken back at once


class Empty(Exception):
    """No input lies in the part: some interval, each of which holds every value of the part, has its lower end above its upper end."""


class Bounds:
    """The intervals of a part of the region. `base`: intervals over a larger part, or None; `cuts`: (node, element, at, below) of the part."""

    def __init__(self, net, region, numbers, binary32, base=None, cuts=()):
        self.net, self.region, self.numbers, self.binary32 = net, region, numbers, binary32
        self.base, self.cuts = base, {}
        for name, element, at, below in cuts:
            self.cuts.setdefault(name, []).append((element, at, below))
        self.lower, self.upper, self._charges, self._size, self._fused, self._bent = {}, {}, {}, {}, {}, {}
        self.balls = {}  # node: (the ends of its value at the middle of the region, its largest distance from there)

    # ---- intervals

    def run(self, passes=()):
        """Intervals of all nodes in the file's order; a pass is made as soon as its node has its interval."""
        passes = dict(passes)
        self._keep(self.net.input, *self.numbers.ends(self.region.lower, self.region.upper))
        for node in self.net.order:
            self._keep(node.name, *self._interval(node))
            if node.name in passes:
                self._pass(node, passes[node.name])
            elif node.differs and isinstance(passes.get(node.inputs[0]), str):
                self._pass(node, passes[node.inputs[0]])
        return self

    def size(self, name):
        """At least |x| for each element."""
        if name not in self._size:
            self._size[name] = np.maximum(np.abs(self.lower[name]), np.abs(self.upper[name]))
        return self._size[name]

    def _keep(self, name, lower, upper):
        if self.base is not None:
            lower, upper = np.maximum(lower, self.base.lower[name]), np.minimum(upper, self.base.upper[name])
        for element, at, below in self.cuts.get(name, ()):
            if below:
                upper[element] = min(upper[element], self.numbers.upper(at))
            else:
                lower[element] = max(lower[element], self.numbers.lower(at))
        self.numbers.finite(lower, name), self.numbers.finite(upper, name)
        if (lower > upper).any():
            raise Empty
        self.lower[name], self.upper[name] = lower, upper
        if self.binary32 and max(lower.max(), upper.max(), -lower.min()) > 2.0 ** 127:
            raise Rejected(f"float32 may overflow at {name}")

    def _interval(self, node):
        """The interval of a node by those of what it reads. ReLU, LeakyRelu and maxima are monotone, so their ends are values at ends."""
        if node.kind == "affine":
            return self._affine_interval(node)
        if node.kind == "product":
            return product_interval(self, node)
        lower, upper = self.lower[node.inputs[0]], self.upper[node.inputs[0]]
        if node.kind == "relu":
            return np.maximum(lower, lower * 0), np.maximum(upper, upper * 0)
        if node.kind == "leaky":
            alpha, charge = self.numbers.nearest(np.array([node.alpha], dtype=object))[0][0], self._leaky_charge(node)
            low, high = np.where(lower < 0, self.numbers.down(alpha * lower), lower), np.where(upper < 0, self.numbers.up(alpha * upper), upper)
            return np.where(lower < 0, self.numbers.down(low - charge), low), np.where(lower < 0, self.numbers.up(high + charge), high)
        if node.kind == "max":
            return lower[node.windows].max(axis=1), upper[node.windows].max(axis=1)
        if self.binary32 and node.kind not in ("sign", "abs", "clip"):
            raise Rejected(f"no rule for {node.kind} under binary32: the standard states no accuracy (node {node.name})")
        if node.curve is None:
            return curves.curve_interval(self.numbers, node.kind, lower, upper)
        return shapes.curve_interval(self.numbers, node.curve, lower, upper)

    def _leaky_charge(self, node):
        """binary32: one product, of a negative x: u32 |alpha x| + 2^-150, and its own rounding in u32 |fl| form is less than twice that."""
        lower = self.lower[node.inputs[0]]
        if not self.binary32:
            return lower * 0
        most = self.numbers.up(self.numbers.up(np.abs(np.minimum(lower, lower * 0)) * self.numbers.upper(node.alpha)) * self.numbers.upper(2 * FLOAT32))
        return np.where(lower < 0, self.numbers.up(most + self.numbers.upper(TINY32)), lower * 0)

    def _affine_interval(self, node):
        """y >= sum of w+ lower + w- upper + b. The computed sum is off by at most gamma_n (|w| |x|max + |b|) (T2): n counts the terms of all
        inputs, and additions. A node that moves or negates numbers has one term, computed exactly."""
        numbers = self.numbers
        constant, radius = numbers.nearest(node.constant, node.radius)
        uncertain = self._uncertain(node, radius)
        low = high = constant
        for name, linear in zip(node.inputs, node.linear):
            w, lower, upper = linear.parts(numbers), self.lower[name], self.upper[name]
            low = low + (linear.forward(lower, w["plus"]) + linear.forward(upper, w["minus"]))
            high = high + (linear.forward(upper, w["plus"]) + linear.forward(lower, w["minus"]))
        if node.exact:
            return low, high
        if not self.binary32 and self._whole(node):
            return low, high
        charge = more = numbers.zeros(node.size)
        if node.positive:
            return self._positive_interval(node, low, high)
        for name, linear in zip(node.inputs, node.linear):
            factor = numbers.charge(2 * linear.terms + len(node.inputs) + 3, linear)
            if factor and node.layer:
                charge = charge + factor * linear.forward(self.size(name), linear.parts(numbers)["abs"])
            elif factor:  # by the sizes of what each end is the sum of, of which one may be large and the other small
                w, lower, upper = linear.parts(numbers), np.abs(self.lower[name]), np.abs(self.upper[name])
                charge = charge + factor * (linear.forward(lower, w["plus"]) - linear.forward(upper, w["minus"]))
                more = more + factor * (linear.forward(upper, w["plus"]) - linear.forward(lower, w["minus"]))
        n = sum(linear.terms for linear in node.linear)
        more = charge if node.layer else more

        def whole(charge):
            charge = numbers.above(charge + numbers.gamma(len(node.inputs) + 1) * np.abs(constant), 2 * n + 10)
            return numbers.up(charge + uncertain)
        return numbers.down(low - whole(charge)), numbers.up(high + whole(more))

    def _whole(self, node):
        """Whether the ends of an affine node are computed exactly: sums of products of whole numbers of which no partial sum exceeds 2^53. A sum
        of sizes that is computed as at most 2^52 is not above 2^53."""
        if self.numbers.exact or node.constant.dtype == object or not all(linear.whole for linear in node.linear):
            return False
        total = np.abs(node.constant)
        for name, linear in zip(node.inputs, node.linear):
            ends = self.lower[name], self.upper[name]
            if not all((end == np.rint(end)).all() for end in ends):
                return False
            total = total + linear.forward(self.size(name), linear.parts(self.numbers)["abs"])
        return bool((node.constant == np.rint(node.constant)).all() and (2 * total <= 2.0 ** 52).all())

    def _positive_interval(self, node, low, high):
        """1 + a sum of numbers from 0 on: each end is off by a part of itself (T2), so that one that is large does no harm to the other."""
        gamma = self.numbers.gamma(2 * node.linear[0].terms + 4)
        low, high = self.numbers.down(low - low * gamma * 2), self.numbers.up(high + high * gamma * 2)
        return np.maximum(low, low * 0 + 1), high

    def _uncertain(self, node, radius):
        """How far an affine node's result may be from its map of the inputs: the constant's radius, and float32 rounding."""
        known = radius if radius is not None else self.numbers.zeros(node.size)
        return self.numbers.up(known + self._execution(node)) if self.binary32 else known

    def _execution(self, node):
        """binary32: at most |y - (W x + b)| for every execution, in any order, fused or not (T2 with u = 2^-24).

        For a layer, V = |W| |x|max + |b| and the error is at most gamma32_N V + underflow, N counting the terms of one output and the node's own
        roundings. Elementwise nodes (sums, factors, batch normalisation) may be fused with what they read: then roundings of the partial sums
        there act here, so V, N and the underflow are passed on from what they read instead of |x|max: V = |W| V_before + |b|, N adds up.
        Each product, and each coefficient that is folded, may lose 2^-149 to underflow; N (1 + X) of them, X the largest number read, each grown
        by `amplify` at most. Additions do not underflow. An intermediate result is at most 2 amplify (X + offset + V) and must not overflow."""
        numbers, carried = self.numbers, [self._carried(name, node.layer) for name in node.inputs]
        if node.trouble:
            raise Rejected(f"no rule for node {node.name} under binary32: {node.trouble}")
        constant, _ = numbers.nearest(node.constant if node.magnitude is None else node.magnitude, None)
        value = numbers.up(np.abs(constant))
        largest = Fraction(1)
        for linear, (before, _, _, reach) in zip(node.linear, carried):
            value = numbers.above(value + numbers.above(linear.forward(before, linear.parts(numbers)["abs"]), linear.terms + 3), 2)
            weights = np.abs(linear.parts(numbers)["all"]).max()
            largest = max(largest, Fraction(weights))
        count = sum(c[1] for c in carried) + node.rounds + sum(linear.terms if node.layer else 0 for linear in node.linear)
        reach = max([Fraction(c[3]) for c in carried] + [Fraction(c[0].max()) for c in carried] + [largest])
        underflow = largest * 2 * sum(c[2] for c in carried)
        top = Fraction(self.numbers.finite(value, node.name).max())
        if node.exact:
            self._fused[node.name] = (value, count, underflow, max(reach, top))
            return numbers.zeros(node.size)
        underflow += count * TINY32 * node.amplify * (1 + reach)
        self.check_float32(node, count, 2 * node.amplify * (reach + node.offset + top + underflow))
        self._fused[node.name] = (value, count, underflow, max(reach, top))
        gamma = numbers.upper(count * FLOAT32 / (1 - count * FLOAT32))
        return numbers.up(numbers.above(gamma * value, 2) + numbers.upper(underflow))

    def check_float32(self, node, count, most):
        """The bounds of float32's rounding hold for sums that are not too long, of numbers that are not too large."""
        if count >= 2 ** 22 or most >= 2 ** 127:
            raise Rejected(f"float32 may overflow at {node.name}")

    def keep_fused(self, node, value, count, underflow, reach):
        self._fused[node.name] = (value, count, underflow, reach)

    def _carried(self, name, fresh):
        """What a node meets in an input: bounds of the numbers (or of the sums inside), roundings so far, underflow, and the largest number."""
        if not fresh and name in self._fused:
            return self._fused[name]
        return self.size(name), 0, Fraction(0), Fraction(1)

    # ---- functions

    def _pass(self, node, chosen):
        """Bounds of elements of a node from both sides, by rows that go back to the input."""
        numbers, lower, upper = self.numbers, self.lower[node.name], self.upper[node.name]
        if isinstance(chosen, str):
            bent = [n.kind for n in self.net.readers[node.name] if n.kind != "affine" or n.differs]
            chosen = np.flatnonzero((lower < 0) & (upper > 0) if bent and all(kind in ("relu", "leaky") for kind in bent) else lower < upper)
        step = max(1, BATCH // (2 * max([n.size for n in self.net.order] + [len(lower)])))
        lower, upper = lower.copy(), upper.copy()
        for start in range(0, len(chosen), step):
            part = chosen[start:start + step]
            rows = numbers.zeros(2 * len(part), node.size)
            rows[np.arange(len(part)), part] += 1
            rows[len(part) + np.arange(len(part)), part] -= 1
            found = self.function({node.name: rows}, numbers.zeros(2 * len(part)))
            numbers.finite(found, node.name)
            lower[part] = np.maximum(lower[part], found[:len(part)])
            upper[part] = np.minimum(upper[part], -found[len(part):])
        self._size.pop(node.name, None)
        self._keep(node.name, lower, upper)

    def function(self, rows, constant, slopes=None, added=None, affine_only=False):
        """At most the minima of functions: `rows` by tensor, and constants. `slopes`: {node that a ReLU or LeakyRelu reads: {row: (elements, values)}};
        `added`: {node: array of rational coefficients to add}, from multipliers; `affine_only`: end in intervals at nodes that are not affine."""
        numbers, slopes, added = self.numbers, slopes or {}, added or {}
        rows, extras = dict(rows), {}
        for name, exact in added.items():
            extras[name], away = numbers.nearest(exact)
            rows.setdefault(name, extras[name] * 0)
            if away is not None:
                constant = numbers.down(constant - numbers.high_dot(away, self.size(name)))
        for node in reversed(self.net.order):
            row = rows.pop(node.name, None)
            if row is None:
                continue
            if node.name in extras:
                row, constant = self._sum(row, extras[node.name], node.name, constant)
            numbers.finite(row, node.name)
            if node.kind == "affine":
                constant = self._affine_step(node, row, rows, constant)
            elif node.kind in ("max",) or affine_only:
                constant = self._end(node.name, row, constant)
            elif node.kind == "product":
                constant = product_step(self, node, self._bent_once(node, Planes), row, rows, constant)
            else:
                constant = self._line_step(node, row, rows, constant, slopes)
        row = rows.pop(self.net.input, None)
        if row is None:
            return constant
        numbers.finite(row, self.net.input)
        name = self.net.input
        return numbers.down(constant + self.region.minima(numbers, row, self.lower[name], self.upper[name]))

    def _sum(self, row, other, name, constant):
        """row + other, and what its rounding may change (T1)."""
        total = row + other
        return total, self.numbers.down(constant - self.numbers.high_dot(self.numbers.lost(total), self.size(name)))

    def _put(self, rows, name, row, constant):
        if name in rows:
            row, constant = self._sum(rows[name], row, name, constant)
        rows[name] = row
        return constant

    def _end(self, name, row, constant):
        """row . x >= row+ . lower + row- . upper."""
        least = self._least(row, constant, self.lower[name], self.upper[name])
        if name not in self.balls:
            return least
        # row . x >= row . middle - |row| |x - middle|
        lower, upper, distance = self.balls[name]
        numbers, value = self.numbers, self._least(row, constant, lower, upper)
        square = (row * row).sum(axis=1) if numbers.exact else numbers.above((row * row).sum(axis=1), row.shape[1] + 2)
        fall = [product(root(s), distance) for s in square]
        return np.maximum(least, numbers.down(value - (fractions(fall) if numbers.exact else np.array(fall))))

    def _least(self, row, constant, lower, upper):
        numbers, zero = self.numbers, row * 0
        constant = numbers.down(constant + numbers.low_dot(np.maximum(row, zero), lower))
        return numbers.down(constant + numbers.low_dot(np.minimum(row, zero), upper))

    def _affine_step(self, node, row, rows, constant):
        """a (W x + b) = a' x + (a W - a') x + a b with |(a W - a') x| <= gamma |a| (|W| |x|max) (T2): one vector for the node and the part."""
        numbers = self.numbers
        if node.name not in self._charges:
            near, radius = numbers.nearest(node.constant, node.radius)
            vector, underflow = self._uncertain(node, radius), numbers.zeros(1)
            for name, linear in zip(node.inputs, node.linear):
                terms = 0 if node.exact and linear.back_terms == 1 else linear.back_terms
                factor = numbers.charge(terms, linear)
                if factor:
                    moved = linear.forward(self.size(name), linear.parts(numbers)["abs"])
                    vector = numbers.up(vector + numbers.above(factor * moved, linear.terms + 4))
                    # each of the products of the step may lose 2^-1075, for each element of the input
                    underflow = numbers.above(underflow + terms * numbers.lost(numbers.zeros(1)) * self.size(name).sum(), self.net.size(name) + 4)
            self._charges[node.name] = near, numbers.finite(vector, node.name), numbers.finite(underflow, node.name)
        near, vector, underflow = self._charges[node.name]
        if (near != 0).any():
            constant = numbers.down(constant + numbers.low_dot(row, near))
        constant = numbers.down(numbers.down(constant - numbers.high_dot(row, vector)) - underflow)
        for name, linear in zip(node.inputs, node.linear):
            constant = self._put(rows, name, linear.back(row, linear.parts(numbers)["all"]), constant)
        return constant

    def _line_step(self, node, row, rows, constant, slopes):
        """a f(x) >= a (s x + t): the line below where a > 0, the line above where a < 0."""
        numbers, name, zero = self.numbers, node.inputs[0], row * 0
        (below, below_end), (above, above_end) = self._bent_once(node, Bounds._lines)
        if name in slopes and node.kind in ("relu", "leaky"):
            unstable = (self.lower[name] < 0) & (self.upper[name] > 0)
            below = np.broadcast_to(below, row.shape).copy()
            alpha = numbers.lower(node.alpha)
            for r, (chosen, values) in slopes[name].items():
                mine = unstable[chosen]
                # Any slope from alpha to 1 is right, so what rounding makes of this one is only kept between them.
                below[r, chosen[mine]] = np.clip(alpha + (1 - alpha) * values[mine], alpha, 1)
        positive, negative = np.maximum(row, zero), np.minimum(row, zero)
        constant = numbers.down(constant + numbers.low_dot(positive, below_end))
        constant = numbers.down(constant + numbers.low_dot(negative, above_end))
        if node.kind == "leaky" and self.binary32:
            constant = numbers.down(constant - numbers.high_dot(row, self._leaky_charge(node)))
        new = positive * below + negative * above
        constant = numbers.down(constant - numbers.high_dot(numbers.lost(new), self.size(name)))
        return self._put(rows, name, new, constant)

    def _bent_once(self, node, make):
        """Lines or planes: made once for a node, as what it reads has its last interval when the first row comes to it."""
        if node.name not in self._bent:
            self._bent[node.name] = make(self, node)
        return self._bent[node.name]

    def _lines(self, node):
        """Slopes and intercepts of the lines below and above, for the interval of what the node reads.

        f = max(x, alpha x), 0 <= alpha <= 1, is convex: s x with alpha <= s <= 1 is below it. Above, f(x) - s x is convex for every s, so its
        maximum is at an end: the intercept is max(f(l) - s l, f(u) - s u), rounded up. s near (f(u) - f(l)) / (u - l) is the page's line."""
        numbers, name = self.numbers, node.inputs[0]
        lower, upper = self.lower[name], self.upper[name]
        if node.curve is not None:
            return shapes.curve_lines(numbers, node.curve, lower, upper)
        if node.kind not in ("relu", "leaky"):
            return curves.curve_lines(numbers, node.kind, lower, upper)
        alpha = numbers.lower(node.alpha)  # a float32 number, or 0: exact
        zero = lower * 0
        one = zero + 1
        off, on = upper <= 0, lower >= 0
        unstable = ~off & ~on
        below = np.where(on | (unstable & (upper > -lower)), one, zero + alpha)
        left = numbers.up(lower * alpha)  # at least f(l)
        slope = numbers.slope(np.where(unstable, upper - left, zero), np.where(unstable, upper - lower, one))
        slope = np.where(unstable, slope, np.where(on, one, zero + alpha))
        at_left = numbers.up(left + numbers.up(-lower * slope))
        at_right = numbers.up(upper + numbers.up(-upper * slope))
        end = np.where(unstable, np.maximum(at_left, at_right), zero)
        return (below, zero), (slope, end)
