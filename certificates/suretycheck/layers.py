"""Layers: matrices, convolutions and transposed convolutions."""
import math
from fractions import Fraction

import numpy as np

from .arithmetic import fractions
from .linear import Convolution, Dense, Sparse, Transposed
from .network import Node
from .nonlinear import MOST, product
from .tensors import constant_input, refuse, shape_of


def gemm(net, name, inputs, attributes):
    matrix, alpha, beta = constant_input(net, inputs, 1, name), attributes.get("alpha", 1.0), attributes.get("beta", 1.0)
    shape = net.shapes.get(inputs[0], ())
    if attributes.get("transA", 0) or len(shape) != 2 or matrix.ndim != 2:
        refuse(name, "Gemm of such a form")
    matrix = times(net, alpha, matrix.T if attributes.get("transB", 0) else matrix)
    bias = times(net, beta, np.broadcast_to(constant_input(net, inputs, 2, name, np.zeros(1)), (shape[0], matrix.shape[1])))
    if matrix.shape[0] != shape[1]:
        refuse(name, "Gemm of shapes that do not fit")
    node = Node(name, "affine", inputs[:1], bias.shape, [Dense(np.ascontiguousarray(matrix), shape[0])], bias.reshape(-1), layer=True, rounds=2)
    node.trouble = "" if alpha == beta == 1 else "Gemm has factors"
    return node


def times(net, factor, values):
    """A factor times constants: the product of two float32 numbers is a float64 number, that of others is kept as a rational."""
    if factor == 1:
        return values
    return fractions(values) * Fraction(factor) if net.double else factor * values


def matmul(net, name, inputs, attributes):
    left, right = inputs
    if left not in net.constants and right not in net.constants:
        shape, x, y = sums_of_products(name, net.shapes[left], net.shapes[right])
        return product(net, name, inputs, x, y, shape)
    read = right if left in net.constants else left
    matrix, shape = net.constants[left].T if read == right else net.constants[right], net.shapes[read]
    if matrix.ndim == 2 and (read == left or len(shape) == 2) and matrix.shape[0] == shape[0 if read == right else -1]:
        lead = math.prod(shape) // matrix.shape[0]
        shape = matrix.shape[1:] + shape[1:] if read == right else shape[:-1] + matrix.shape[1:]
        linear = Dense(matrix, lead, read == right)
    else:
        shape, x, y = sums_of_products(name, shape_of(net, left), shape_of(net, right))
        weights, index = (net.constants[left].reshape(-1)[x], y) if read == right else (net.constants[right].reshape(-1)[y], x)
        linear = Sparse(index, weights, net.size(read))
    return Node(name, "affine", [read], shape, [linear], np.zeros(math.prod(shape)), layer=True, rounds=1)


def sums_of_products(name, left, right):
    """The shape that MatMul gives, and the elements of both tensors that each of its elements multiplies."""
    if not left or not right:
        refuse(name, "MatMul of a number")
    x, y = (np.arange(math.prod(shape)).reshape(shape) for shape in (left, right))
    x, y = x[None] if x.ndim == 1 else x, y[:, None] if y.ndim == 1 else y
    if x.shape[-1] != y.shape[-2]:
        refuse(name, "MatMul of shapes that do not fit")
    lead = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    whole = lead + (x.shape[-2], y.shape[-1], x.shape[-1])
    if math.prod(whole) > MOST:
        refuse(name, f"{math.prod(whole)} products")
    shape = lead + x.shape[-2:-1] * (len(left) > 1) + y.shape[-1:] * (len(right) > 1)
    x, y = x[..., :, None, :], np.swapaxes(y, -1, -2)[..., None, :, :]
    return shape, *(np.broadcast_to(e, whole).reshape(-1, whole[-1]) for e in (x, y))


def window(name, attributes, kernel):
    """Strides, dilations and pads before and after, for a kernel."""
    n = len(kernel)
    if attributes.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID", b"") or attributes.get("ceil_mode", 0):
        refuse(name, "auto_pad or ceil_mode")
    strides, dilations = (list(attributes.get(key, [1] * n)) for key in ("strides", "dilations"))
    pads = list(attributes.get("pads", [0] * (2 * n)))
    if attributes.get("auto_pad") == b"VALID" and any(pads):
        refuse(name, "VALID with pads")
    if n < 1 or len(strides) != n or len(dilations) != n or len(pads) != 2 * n or min(strides + dilations + list(kernel)) < 1 or min(pads) < 0:
        refuse(name, "such a window")
    return strides, dilations, pads[:n], pads[n:]


def convolution(net, name, inputs, attributes):
    weights, shape = constant_input(net, inputs, 1, name), net.shapes.get(inputs[0], ())
    groups, kernel = attributes.get("group", 1), weights.shape[2:]
    strides, dilations, before, after = window(name, attributes, kernel)
    if (len(shape) != len(kernel) + 2 or shape[0] != 1 or groups < 1 or weights.shape[0] % groups or shape[1] != groups * weights.shape[1]
            or list(attributes.get("kernel_shape", kernel)) != list(kernel)):
        refuse(name, "Conv of such shapes")
    bias = constant_input(net, inputs, 2, name, np.zeros(weights.shape[0]))
    grouped = weights.reshape((groups, weights.shape[0] // groups) + weights.shape[1:])
    linear = Convolution(grouped, shape[1:], strides, dilations, before, after)
    if min(linear.out) < 1 or bias.shape != (weights.shape[0],):
        refuse(name, "Conv of shapes that do not fit")
    constant = np.repeat(bias, math.prod(linear.out))
    return Node(name, "affine", inputs[:1], (1,) + linear.shape_out, [linear], constant, layer=True, rounds=1)


def conv_transpose(net, name, inputs, attributes):
    weights, shape = constant_input(net, inputs, 1, name), net.shapes.get(inputs[0], ())
    groups, kernel, space = attributes.get("group", 1), weights.shape[2:], shape[2:]
    if (len(shape) != weights.ndim or shape[0] != 1 or groups < 1 or weights.shape[0] != shape[1] or shape[1] % groups
            or list(attributes.get("kernel_shape", kernel)) != list(kernel)):
        refuse(name, "ConvTranspose of such shapes")
    strides, dilations, before, after, out = transposed_window(net, name, attributes, kernel, space)
    channels = groups * weights.shape[1]
    bias = constant_input(net, inputs, 2, name, np.zeros(channels))
    if bias.shape != (channels,) or min(out) < 1:
        refuse(name, "ConvTranspose of shapes that do not fit")
    grouped = weights.reshape((groups, weights.shape[0] // groups) + weights.shape[1:])
    linear = Transposed(grouped, space, (channels,) + out, strides, dilations, before, after)
    return Node(name, "affine", inputs[:1], (1, channels) + out, [linear], np.repeat(bias, math.prod(out)), layer=True, rounds=1)


def transposed_window(net, name, attributes, kernel, space):
    """Strides, dilations, pads before and after, and the output's extents, as the standard computes them from each other."""
    n, auto = len(kernel), attributes.get("auto_pad", b"NOTSET") or b"NOTSET"
    strides, dilations = (list(attributes.get(key, [1] * n)) for key in ("strides", "dilations"))
    pads, more = list(attributes.get("pads", [0] * (2 * n))), list(attributes.get("output_padding", [0] * n))
    out = list(attributes["output_shape"]) if attributes.get("output_shape") else None
    if (n < 1 or not n == len(strides) == len(dilations) == len(more) or len(pads) != 2 * n or min(strides + dilations + list(kernel)) < 1
            or min(pads + more) < 0 or any(m >= max(s, d) for m, s, d in zip(more, strides, dilations)) or out and len(out) != n
            or auto not in (b"NOTSET", b"VALID", b"SAME_UPPER", b"SAME_LOWER") or auto != b"NOTSET" and any(pads) or auto == b"VALID" and out):
        refuse(name, "such a window of a ConvTranspose")
    whole = [s * (i - 1) + m + (k - 1) * d + 1 for s, i, m, k, d in zip(strides, space, more, kernel, dilations)]
    if auto in (b"SAME_UPPER", b"SAME_LOWER") and out is None:
        out = [i * s for i, s in zip(space, strides)]
    if out is None:
        out = [w - b - a for w, b, a in zip(whole, pads[:n], pads[n:])]
    else:
        total = [w - o for w, o in zip(whole, out)]
        if min(total) < 0 or net.opset < 11 and any(t % 2 for t in total):  # older texts do not agree on which side has one more
            refuse(name, "a ConvTranspose with such an output_shape")
        first = [t // 2 if auto == b"SAME_UPPER" else t - t // 2 for t in total]
        pads = first + [t - f for t, f in zip(total, first)]
    return strides, dilations, pads[:n], pads[n:], tuple(out)
