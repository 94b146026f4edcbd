"""Operations that are not affine: curves, powers, products of two nodes, and the parts of a softmax."""
import math
from fractions import Fraction

import numpy as np

from . import shapes
from .halfpowers import HALVES, Clipped, HalfPower
from .linear import Sparse
from .network import Node, Part, gather
from .tensors import places, refuse
from .waves import Wave

CURVES = {"exp": shapes.Exponential(), "sin": Wave(0), "cos": Wave(1), "sign": shapes.Sign(), "abs": shapes.Absolute(), "reciprocal": shapes.Reciprocal(), "sqrt": HalfPower(1)}
MOST = 2 ** 26  # products


def relu(net, name, inputs, attributes):
    return Node(name, "relu", inputs[:1], net.shapes[inputs[0]])


def leaky_relu(net, name, inputs, attributes):
    alpha = Fraction(attributes.get("alpha", float(np.float32(0.01))))
    if not 0 <= alpha <= 1:
        refuse(name, "LeakyRelu with a slope that is not from 0 to 1")
    return Node(name, "leaky", inputs[:1], net.shapes[inputs[0]], alpha=alpha)


def curve(kind):
    def make(net, name, inputs, attributes):
        (read,) = inputs
        return Node(name, kind, [read], net.shapes[read], curve=CURVES.get(kind))
    return make


def power(net, name, inputs, attributes):
    read, exponent = inputs
    if read in net.constants or exponent not in net.constants:
        refuse(name, "Pow with an exponent that is not constant, or of a constant")
    exponents, shape = net.constants[exponent], net.shapes[read]
    n = exponents.reshape(-1)[0]
    if (exponents != n).any() or np.broadcast_shapes(exponents.shape, shape) != tuple(shape):
        refuse(name, "Pow with an exponent that is not one number")
    if n in range(2, 17):
        return Node(name, "pow", [read], shape, curve=shapes.Power(int(n)))
    if 2 * Fraction(float(n)) not in HALVES:
        refuse(name, "Pow with an exponent that is neither a whole number from 2 to 16 nor 1/2 nor a half of a whole number from -8 to -1")
    return Node(name, "pow", [read], shape, curve=HalfPower(int(2 * n)))


def clip(net, name, inputs, attributes):
    """Limits that are the largest floats, or beyond, are how exporters write none: but x is as exact as it is, so they are refused."""
    read, *limits = inputs
    if net.opset < 11:
        limits = [attributes.get("min"), attributes.get("max")]
    elif any(i and i not in net.constants or i and net.constants[i].size != 1 for i in limits):
        refuse(name, "Clip with limits that are not constant, or not one number")
    else:
        limits = [net.constants[i].reshape(-1)[0] if i else None for i in limits]
    least, most = (None if x is None else float(x) for x in (limits + [None, None])[:2])
    if read in net.constants or any(x is not None and not abs(x) < 2.0 ** 127 for x in (least, most)):
        refuse(name, "Clip of a constant, or with a limit of 2^127 or more")
    if least == 0 and most is None:
        return relu(net, name, [read], {})
    if least is not None and most is not None and not least < most:
        refuse(name, "Clip with limits that cross")
    return Node(name, "clip", [read], net.shapes[read], curve=Clipped(*(None if x is None else Fraction(x) for x in (least, most))))


def product(net, name, inputs, left, right, shape):
    """Sums of products of two nodes; `left`, `right`: the elements that are multiplied, a row for each sum."""
    if left.size > MOST:
        refuse(name, f"{left.size} products")
    same = (left == right) & (inputs[0] == inputs[1])
    return Node(name, "product", list(inputs), shape, pairs=(left, right, same))


def reciprocal_of(net, name, read):
    """The reciprocal by which a quotient multiplies, as a node without a name."""
    part = Part(name, "the divisor's reciprocal")
    net.put(Node(part, "reciprocal", [read], net.shapes[read], curve=CURVES["reciprocal"]))
    return part


def softmax(net, name, inputs, attributes):
    (read,) = inputs
    elements = places(net, read)
    axis = attributes.get("axis", 1 if net.opset < 13 else -1)
    if not -elements.ndim <= axis < elements.ndim:
        refuse(name, "Softmax along such an axis")
    axis %= elements.ndim
    if net.opset < 13:  # one group for each index of the dimensions before the axis
        groups = elements.reshape(math.prod(elements.shape[:axis]), -1)
    else:
        groups = np.moveaxis(elements, axis, -1).reshape(-1, elements.shape[axis])
    shape, count = net.shapes[read], groups.shape[1]
    if count == 1:
        node = gather(name, read, np.full(shape, -1), shape, constant=np.ones(elements.size), size_in=elements.size)
        node.trouble = "the standard states no accuracy of Softmax"
        return node
    first = np.repeat(groups, count - 1, axis=1).reshape(-1)  # i, for each j that is not i
    others = np.stack([np.delete(groups, i, axis=1) for i in range(count)], axis=1).reshape(-1)
    index = np.stack([others, first], axis=1)
    if index.size > MOST:
        refuse(name, f"{len(index)} differences")
    weights = np.broadcast_to(np.array([1.0, -1.0]), index.shape)
    differences, powers, total = (Part(name, what) for what in ("the differences", "the exponentials", "the sum"))
    net.put(Node(differences, "affine", [read], (len(index),), [Sparse(index, weights, elements.size)], np.zeros(len(index)), differs=True,
                 trouble="the standard states no accuracy of Softmax"))
    net.put(Node(powers, "exp", [differences], (len(index),), curve=shapes.Capped()))
    rows = np.empty((elements.size, count - 1), np.int64)
    rows[groups.reshape(-1)] = np.arange(len(index)).reshape(-1, count - 1)
    net.put(Node(total, "affine", [powers], shape, [Sparse(rows, np.ones(rows.shape), len(index))], np.ones(elements.size), positive=True))
    group = np.empty(elements.size, np.int64)
    group[groups.reshape(-1)] = np.repeat(np.arange(len(groups)), count)
    return Node(name, "reciprocal", [total], shape, curve=shapes.Share(), compared=(read, group))
