"""Sums of products of two nodes: z_n = sum_t x_nt y_nt, with x in the first input and y in the second.

A row a of z becomes rows of x and y by planes (docs/certificates.md): below a product y_l x + x_l y - x_l y_l, since (x - x_l)(y - y_l) >= 0; above it
y_u x + x_l y - x_l y_u, since (x - x_l)(y_u - y) >= 0; for x y = x^2 below m x + m y - m^2, for any m, since (x - m)^2 >= 0. Slopes are ends of
intervals, so nothing is lost but by the rounding of sums (T2): a vector for the node, as of an affine one.
"""
from fractions import Fraction

import numpy as np

from .arithmetic import FLOAT32, TINY32
from .linear import Sparse


def product_interval(bounds, node):
    """The sums of the products' intervals, which lie between products of ends; a square is not below 0."""
    numbers = bounds.numbers
    left, right, same = node.pairs
    (xl, xu), (yl, yu) = ((bounds.lower[name][index], bounds.upper[name][index]) for name, index in zip(node.inputs, (left, right)))
    ends = [xl * yl, xl * yu, xu * yl, xu * yu]
    low, high = np.minimum.reduce(ends), np.maximum.reduce(ends)
    # x^2 lies between 0, or the smaller square of an end, and the larger square of an end
    least = np.where((xl <= 0) & (xu >= 0), xl * 0, np.minimum(ends[0], ends[3]))
    low, high = np.where(same, least, low), np.where(same, np.maximum(ends[0], ends[3]), high)
    size = np.maximum.reduce([abs(end) for end in ends]).sum(axis=1)
    n = left.shape[1]
    charge = numbers.above(numbers.gamma(n + 2) * size, n + 4)
    if bounds.binary32:
        charge = numbers.up(charge + execution(bounds, node))
    # signs of factors, as products may underflow: where each product is known to be on one side of 0, so is the sum, in every execution, too
    above = (((xl >= 0) & (yl >= 0)) | ((xu <= 0) & (yu <= 0)) | same).all(axis=1)
    below = (((xl >= 0) & (yu <= 0)) | ((xu <= 0) & (yl >= 0))).all(axis=1)
    lower, upper = numbers.down(low.sum(axis=1) - charge), numbers.up(high.sum(axis=1) + charge)
    lower, upper = np.where(above, np.maximum(lower, lower * 0), lower), np.where(below, np.minimum(upper, upper * 0), upper)
    if numbers.exact:  # products of long rationals are cut short
        lower, upper = (np.array([short(x) for x in ends], dtype=object) for short, ends in ((numbers.short_lower, lower), (numbers.short_upper, upper)))
    return lower, upper


def sizes(bounds, node):
    """At least the sums of |x| |y|."""
    numbers = bounds.numbers
    left, right, _ = node.pairs
    x, y = (bounds.size(name)[index] for name, index in zip(node.inputs, (left, right)))
    return numbers.above((x * y).sum(axis=1), left.shape[1] + 3)


def execution(bounds, node):
    """binary32: at most |z - sum x y| for every execution (T2 with u = 2^-24). Factors are floats. As of a layer: what follows may be taken as part
    of the sum, for which the sizes, the roundings, the underflow of each product (and of a factor that is folded into x), and the largest number
    are kept."""
    numbers = bounds.numbers
    value, count = numbers.finite(sizes(bounds, node), node.name), node.pairs[0].shape[1] + 1
    reach = max([Fraction(1)] + [Fraction(bounds.size(name).max()) for name in node.inputs])
    underflow = count * TINY32 * (1 + reach)
    bounds.check_float32(node, count, 2 * (reach + Fraction(value.max()) + underflow))
    bounds.keep_fused(node, value, count, underflow, max(reach, Fraction(value.max())))
    gamma = numbers.upper(count * FLOAT32 / (1 - count * FLOAT32))
    return numbers.up(numbers.above(gamma * value, 2) + numbers.upper(underflow))


class Planes:
    """The planes of a node's products over the intervals of a part, and what rounding may change."""

    def __init__(self, bounds, node):
        numbers = bounds.numbers
        left, right, same = node.pairs
        (xl, xu), (yl, yu) = ((bounds.lower[name][index], bounds.upper[name][index]) for name, index in zip(node.inputs, (left, right)))
        half = Fraction(1, 2) if numbers.exact else 0.5
        middle = xl * half + xu * half
        # slopes of x and of y, below and above
        self.below, self.above = (np.where(same, middle, yl), np.where(same, middle, xl)), (yu, xl)
        self.maps = [Sparse(index, index, bounds.net.size(name)) for name, index in zip(node.inputs, (left, right))]
        self.ends = [self._sum(numbers, -x * y, sign) for (y, x), sign in ((self.below, 1), (self.above, -1))]
        vector, self.underflow = numbers.zeros(node.size), numbers.zeros(1)
        for place, (linear, name) in enumerate(zip(self.maps, node.inputs)):
            steep = np.maximum(abs(self.below[place]), abs(self.above[place]))
            moved = (steep * bounds.size(name)[linear.index]).sum(axis=1)
            vector = vector + numbers.gamma(2 * linear.back_terms + 4) * moved
            self.underflow = numbers.above(self.underflow + 2 * linear.back_terms * numbers.lost(numbers.zeros(1)) * bounds.size(name).sum(), len(bounds.size(name)) + 4)
        self.vector = numbers.above(vector, 2 * left.shape[1] + 8)
        if bounds.binary32:
            self.vector = numbers.up(self.vector + execution(bounds, node))
        numbers.finite(self.vector, node.name), numbers.finite(self.underflow, node.name)

    def _sum(self, numbers, terms, sign):
        """At most the sums of products that were rounded once each; at least, for the sign -1."""
        n = terms.shape[1]
        charge = numbers.above(numbers.gamma(n + 2) * abs(terms).sum(axis=1), n + 4)
        return numbers.down(terms.sum(axis=1) - charge) if sign > 0 else numbers.up(terms.sum(axis=1) + charge)


def product_step(bounds, node, planes, row, rows, constant):
    numbers, zero = bounds.numbers, row * 0
    positive, negative = np.maximum(row, zero), np.minimum(row, zero)
    constant = numbers.down(constant + numbers.low_dot(positive, planes.ends[0]))
    constant = numbers.down(constant + numbers.low_dot(negative, planes.ends[1]))
    constant = numbers.down(numbers.down(constant - numbers.high_dot(row, planes.vector)) - planes.underflow)
    for place, (linear, name) in enumerate(zip(planes.maps, node.inputs)):
        new = linear.back(positive, planes.below[place]) + linear.back(negative, planes.above[place])
        constant = bounds._put(rows, name, new, constant)
    return constant
