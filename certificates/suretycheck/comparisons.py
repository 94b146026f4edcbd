"""Comparisons of two nodes: a step of the difference of what they read, 1 where it holds and 0 elsewhere, as the standard's booleans count once cast.

The difference is a node without a name, bounded as every sum is. Where its interval decides the comparison, the value is known: `x > 0` needs a lower
end above 0, `x >= 0` one that is at least 0, and they fail from an upper end of at most 0, or below 0. Elsewhere the value lies from 0 to 1.
"""
from fractions import Fraction

import numpy as np

from . import shapes
from .linear import Sparse
from .network import Node, Part, gather
from .tensors import places, refuse

ROUNDED = "scores that are computed with rounding may compare otherwise"


class Step(shapes.Shape):
    """Rises from 0 to 1 at 0; `closed`: 1 at 0 itself."""

    def __init__(self, closed):
        self.closed = closed

    def value(self, x):
        y = Fraction(int(x > 0 or self.closed and x == 0))
        return y, y

    def line(self, l, u, sign):
        """The end of the interval: a line of slope 0."""
        return Fraction(0), self.value(l if sign > 0 else u)[0]


def comparison(turned, closed):
    """`turned`: whether the second input is to be the larger one."""
    def make(net, name, inputs, attributes):
        from .operations import add
        if len(inputs) != 2:
            refuse(name, "a comparison of another number of tensors than two")
        part = Part(name, "the difference")
        difference = add(-1.0)(net, part, inputs[::-1] if turned else list(inputs), attributes)
        difference.trouble = ROUNDED
        net.put(difference)
        return Node(name, "step", [part], difference.shape, curve=Step(closed), trouble=ROUNDED)
    return make


def cast(net, name, inputs, attributes):
    """Only of a comparison, whose 0 and 1 are numbers of the network's type then."""
    (read,) = inputs
    if read in net.constants or read not in net.nodes or net.nodes[read].kind != "step" or attributes.get("to") != (11 if net.double else 1):
        refuse(name, "a Cast that is not of a comparison to the network's floats")
    return gather(name, read, places(net, read), net.shapes[read], size_in=net.size(read))


def where(net, name, inputs, attributes):
    """By a comparison c: `c a + (1 - c) b`."""
    from .operations import add, multiply
    if len(inputs) != 3 or inputs[0] not in net.nodes or net.nodes[inputs[0]].kind != "step":
        refuse(name, "a Where whose condition is not a comparison")
    holds, *branches = inputs
    fails, *chosen = (Part(name, what) for what in ("the condition's complement", "the first choice", "the second choice"))
    elements = places(net, holds)
    net.put(Node(fails, "affine", [holds], net.shapes[holds], [Sparse(elements.reshape(-1, 1), np.full((elements.size, 1), -1.0), net.size(holds))],
                 np.ones(elements.size), rounds=1, trouble=ROUNDED))
    for mark, branch, part in zip((holds, fails), branches, chosen):
        net.put(multiply(net, part, [mark, branch], attributes))
    node = add(1.0)(net, name, chosen, attributes)
    node.trouble = ROUNDED
    return node
