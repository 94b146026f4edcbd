"""One function for each ONNX operation that the checker has a rule for."""
import math
from fractions import Fraction

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from . import Rejected
from .arithmetic import fractions
from .comparisons import cast, comparison, where
from .layers import conv_transpose, convolution, gemm, matmul, window
from .linear import Sparse
from .network import Node, gather, rational_root
from .nonlinear import clip, curve, leaky_relu, power, product, reciprocal_of, relu, softmax
from .tensors import constant_input, places, refuse, scaled, shape_of, spread, whole

# ---- operations that only move elements: the same function works on constants and on the places of elements

def reshape(net, name, array, inputs, attributes):
    target = whole(constant_input(net, inputs, 1, name), name)
    if not attributes.get("allowzero", 0):
        target = [array.shape[i] if t == 0 else t for i, t in enumerate(target)]
    return array.reshape(target)


def flatten(net, name, array, inputs, attributes):
    axis = attributes.get("axis", 1)
    axis += array.ndim if axis < 0 else 0
    return array.reshape(math.prod(array.shape[:axis]), -1)


def transpose(net, name, array, inputs, attributes):
    return array.transpose(attributes.get("perm"))


def identity(net, name, array, inputs, attributes):
    return array


def dropout(net, name, array, inputs, attributes):
    if len(inputs) > 2 and np.any(constant_input(net, inputs, 2, name)):
        refuse(name, "Dropout in training")
    return array


def axes_of(net, name, inputs, attributes, place=1):
    return whole(attributes["axes"] if "axes" in attributes else constant_input(net, inputs, place, name), name)


def squeeze(net, name, array, inputs, attributes):
    axes = axes_of(net, name, inputs, attributes)
    return array.squeeze(tuple(axes) if axes is not None else None)


def unsqueeze(net, name, array, inputs, attributes):
    return np.expand_dims(array, tuple(axes_of(net, name, inputs, attributes)))


def slicing(net, name, array, inputs, attributes):
    if "starts" in attributes:
        starts, ends, axes, steps = attributes["starts"], attributes["ends"], attributes.get("axes"), None
    else:
        starts, ends, axes, steps = (whole(constant_input(net, inputs, i, name), name) for i in (1, 2, 3, 4))
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    if not len(starts) == len(ends) == len(axes) == len(steps):
        refuse(name, "Slice with lists of several lengths")
    for start, end, axis, step in zip(starts, ends, axes, steps):
        if step <= 0:
            refuse(name, "Slice with a step that is not above 0")
        cut = [slice(None)] * array.ndim
        cut[axis] = slice(start, end, step)
        array = array[tuple(cut)]
    return array


def gathering(net, name, array, inputs, attributes):
    index = constant_input(net, inputs, 1, name)
    if index.dtype.kind != "i":
        refuse(name, "Gather with indices that are not whole")
    return np.take(array, index, axis=attributes.get("axis", 0))


MOVES = {"Reshape": reshape, "Flatten": flatten, "Transpose": transpose, "Identity": identity, "Dropout": dropout, "Squeeze": squeeze,
         "Unsqueeze": unsqueeze, "Slice": slicing, "Gather": gathering}


def moving(function):
    def make(net, name, inputs, attributes):
        if inputs[0] in net.constants:
            refuse(name, "a constant that is moved by inputs")
        moved = function(net, name, places(net, inputs[0]), inputs, attributes)
        return gather(name, inputs[0], moved, moved.shape, size_in=net.size(inputs[0]))
    return make


def split(net, name, inputs, attributes, count):
    """The places of the elements of each output."""
    array, axis = places(net, inputs[0]), attributes.get("axis", 0)
    sizes = whole(attributes["split"] if "split" in attributes else constant_input(net, inputs, 1, name), name)
    extent = array.shape[axis]
    if attributes.get("num_outputs", count) != count or sizes is None and extent % count:
        refuse(name, "Split into such parts")
    sizes = [extent // count] * count if sizes is None else sizes
    if len(sizes) != count or min(sizes) < 1 or sum(sizes) != extent:
        refuse(name, "Split into such parts")
    return np.split(array, np.cumsum(sizes)[:-1], axis)


def pad(net, name, inputs, attributes):
    array = places(net, inputs[0])
    if attributes.get("mode", b"constant") != b"constant":
        refuse(name, "Pad of another mode than constant")
    pads = whole(attributes["pads"] if "pads" in attributes else constant_input(net, inputs, 1, name), name)
    value = attributes.get("value", 0.0) if "pads" in attributes else constant_input(net, inputs, 2, name, np.zeros(1)).reshape(-1)[0]
    axes = whole(constant_input(net, inputs, 3, name), name)
    axes = [a % array.ndim for a in axes] if axes is not None else range(array.ndim)
    if len(pads) != 2 * len(axes) or min(pads) < 0 or not math.isfinite(value):
        refuse(name, "Pad with such pads")
    widths = [(0, 0)] * array.ndim
    for i, axis in enumerate(axes):
        widths[axis] = (pads[i], pads[i + len(axes)])
    index = np.pad(array, widths, constant_values=-1)
    return gather(name, inputs[0], index, index.shape, constant=np.where(index < 0, float(value), 0.0), size_in=array.size)


def concat(net, name, inputs, attributes):
    axis, parts, constants, variables = attributes["axis"], [], [], [i for i in dict.fromkeys(inputs) if i not in net.constants]
    for read in inputs:
        if read in net.constants:
            parts.append(np.full(net.constants[read].shape, -1))
            constants.append(net.constants[read].astype(float))
        else:
            parts.append(places(net, read) + 2 ** 40 * variables.index(read))
            constants.append(np.zeros(net.shapes[read]))
    index, constant = np.concatenate(parts, axis), np.concatenate(constants, axis)
    flat = index.reshape(-1, 1)
    linear = []
    for number, read in enumerate(variables):
        mine = np.where((flat >= 0) & (flat // 2 ** 40 == number), flat % 2 ** 40, -1)
        linear.append(Sparse(mine, (mine >= 0).astype(float), net.size(read)))
    return Node(name, "affine", variables, index.shape, linear, constant.reshape(-1), exact=True)


# ---- elementwise arithmetic

def add(sign):
    def make(net, name, inputs, attributes):
        shape = np.broadcast_shapes(*(shape_of(net, read) for read in inputs))
        node = Node(name, "affine", [], shape, constant=np.zeros(math.prod(shape)), rounds=1)
        for read, factor in zip(inputs, (1.0, sign), strict=True):
            if read in net.constants:
                node.constant = factor * np.broadcast_to(net.constants[read], shape).reshape(-1)
            else:
                index = spread(net, read, shape)
                node.inputs.append(read)
                node.linear.append(Sparse(index, np.full(index.shape, factor), net.size(read)))
        if len(node.inputs) == 2 and node.inputs[0] == node.inputs[1]:
            node = scaled(net, name, inputs[0], np.full(shape, 1 + sign), shape)
            node.rounds, node.amplify = 1, Fraction(3)
        return node
    return make


def multiply(net, name, inputs, attributes):
    constants = [read for read in inputs if read in net.constants]
    if len(inputs) != 2:
        refuse(name, "Mul of another number of tensors than two")
    shape = np.broadcast_shapes(*(shape_of(net, i) for i in inputs))
    if not constants:
        return product(net, name, inputs, spread(net, inputs[0], shape), spread(net, inputs[1], shape), shape)
    read = inputs[1] if inputs[0] in net.constants else inputs[0]
    factors = np.broadcast_to(net.constants[constants[0]], shape)
    node = scaled(net, name, read, factors, shape)
    node.rounds, node.amplify = 1, 1 + Fraction(float(np.abs(factors).max()))
    return node


def divide(net, name, inputs, attributes):
    if len(inputs) != 2:
        refuse(name, "Div of another number of tensors than two")
    if inputs[1] not in net.constants:
        return multiply(net, name, [inputs[0], reciprocal_of(net, name, inputs[1])], attributes)
    divisor = net.constants[inputs[1]]
    shape = np.broadcast_shapes(*(shape_of(net, i) for i in inputs))
    size = np.abs(divisor)
    if (size == 0).any():
        refuse(name, "a division by 0")
    inverse = np.broadcast_to(np.asarray(1 / fractions(divisor), object), shape)
    node = scaled(net, name, inputs[0], inverse, shape)
    node.rounds, node.amplify = 3, 1 + Fraction(1) / Fraction(float(size.min()))
    if size.max() > 2.0 ** 125 or size.min() < 2.0 ** -125:
        node.trouble = "the reciprocal of a divisor may leave the normal numbers"
    return node


def negate(net, name, inputs, attributes):
    return gather(name, inputs[0], places(net, inputs[0]), net.shapes[inputs[0]], -1.0, size_in=net.size(inputs[0]))


def batch_normalization(net, name, inputs, attributes):
    scale, bias, mean, variance = (fractions(constant_input(net, inputs, i, name)) for i in (1, 2, 3, 4))
    if attributes.get("training_mode", 0) or attributes.get("spatial", 1) != 1:
        refuse(name, "BatchNormalization in training, or not spatial")
    shape, (channels,) = net.shapes[inputs[0]], scale.shape
    if len(shape) < 2 or not shape[1] == channels == len(bias) == len(mean) == len(variance):
        refuse(name, "BatchNormalization of such shapes")
    variance = variance + Fraction(attributes.get("epsilon", float(np.float32(1e-5))))
    if min(variance) <= 0:
        refuse(name, "a variance that is not above 0")
    inverse = np.array([1 / rational_root(v) for v in variance], dtype=object)
    factor, relative = scale * inverse, Fraction(1, 2 ** 198)  # the root's 2^-200, and a little for its reciprocal

    def everywhere(values):
        return np.broadcast_to(np.asarray(values, object).reshape((1, channels) + (1,) * (len(shape) - 2)), shape)

    node = scaled(net, name, inputs[0], everywhere(factor), shape, relative)
    node.constant = everywhere(bias - mean * factor).reshape(-1)
    node.radius = everywhere(np.abs(mean * factor) * relative * 2).reshape(-1)
    node.magnitude = everywhere((np.abs(mean * factor) + np.abs(bias)) * (1 + relative * 2)).reshape(-1)
    node.rounds, node.offset = 9, max(np.abs(mean))  # square root 2, quotient, two products, sums
    node.amplify = (1 + max(np.abs(scale))) * (1 + max(inverse)) * 2
    return node


def pool_windows(net, name, read, attributes):
    """For each output of a pooling node its window's elements (-1 where it lies in the padding, -2 beyond it), and the shape."""
    kernel, shape = list(attributes["kernel_shape"]), net.shapes[read]
    strides, dilations, before, after = window(name, attributes, kernel)
    if len(shape) != len(kernel) + 2:
        refuse(name, "pooling of such shapes")
    index = np.pad(places(net, read), [(0, 0), (0, 0)] + list(zip(before, after)), constant_values=-1)
    spans = [d * (k - 1) + 1 for d, k in zip(dilations, kernel)]
    index = sliding_window_view(index, spans, axis=tuple(range(2, index.ndim)))
    index = index[(slice(None),) * 2 + tuple(slice(None, None, s) for s in strides) + tuple(slice(None, None, d) for d in dilations)]
    out = index.shape[:len(shape)]
    return index.reshape(math.prod(out), -1), out


def mean(net, name, read, index, shape, counts):
    inverse = np.array([Fraction(1, int(c)) for c in counts], dtype=object).reshape(-1, 1) * (index >= 0)
    node = Node(name, "affine", [read], shape, [Sparse(index, inverse * Fraction(1), net.size(read))], np.zeros(len(index)), layer=True, rounds=3)
    node.amplify = Fraction(int(max(counts)))
    return node


def average_pool(net, name, inputs, attributes):
    index, shape = pool_windows(net, name, inputs[0], attributes)
    inside = (index >= 0).sum(axis=1)
    if inside.min() == 0:
        refuse(name, "a window that lies in the padding")
    return mean(net, name, inputs[0], index, shape, inside * 0 + index.shape[1] if attributes.get("count_include_pad", 0) else inside)


def max_pool(net, name, inputs, attributes):
    index, shape = pool_windows(net, name, inputs[0], attributes)
    if (index >= 0).sum(axis=1).min() == 0 or attributes.get("storage_order", 0):
        refuse(name, "such a MaxPool")
    first = index.max(axis=1, keepdims=True)  # an element of the window stands for the padding, which is never the largest
    return Node(name, "max", inputs[:1], shape, windows=np.where(index < 0, first, index))


def reduce(average):
    def make(net, name, inputs, attributes):
        array, axes = places(net, inputs[0]), axes_of(net, name, inputs, attributes)
        if not axes:
            if attributes.get("noop_with_empty_axes", 0):
                refuse(name, "a reduction without axes")
            axes = range(array.ndim)
        axes = sorted(a % array.ndim if -array.ndim <= a < array.ndim else refuse(name, "such axes") for a in axes)
        if len(set(axes)) != len(axes):
            refuse(name, "such axes")
        kept = [a for a in range(array.ndim) if a not in axes]
        count = math.prod(array.shape[a] for a in axes)
        index = array.transpose(kept + axes).reshape(-1, count)
        shape = [1 if a in axes else s for a, s in enumerate(array.shape) if a in kept or attributes.get("keepdims", 1)]
        if average:
            return mean(net, name, inputs[0], index, tuple(shape), [count] * len(index))
        linear = Sparse(index, np.ones(index.shape), net.size(inputs[0]))
        return Node(name, "affine", inputs[:1], tuple(shape), [linear], np.zeros(len(index)), layer=True)
    return make


def no_node(net, name, inputs, attributes):
    refuse(name, "a node of this operation that is not constant")


POOL = "kernel_shape strides pads dilations auto_pad ceil_mode"
OPERATIONS = {
    "Gemm": (gemm, "alpha beta transA transB"), "MatMul": (matmul, ""), "Add": (add(1.0), ""), "Sub": (add(-1.0), ""), "Mul": (multiply, ""),
    "Div": (divide, ""), "Neg": (negate, ""), "Conv": (convolution, "kernel_shape strides pads dilations group auto_pad"),
    "BatchNormalization": (batch_normalization, "epsilon momentum spatial training_mode"), "Relu": (relu, ""), "LeakyRelu": (leaky_relu, "alpha"),
    "Sigmoid": (curve("sigmoid"), ""), "Tanh": (curve("tanh"), ""), "Flatten": (moving(flatten), "axis"),
    "Reshape": (moving(reshape), "allowzero"), "Transpose": (moving(transpose), "perm"), "Concat": (concat, "axis"),
    "Slice": (moving(slicing), "starts ends axes"), "Gather": (moving(gathering), "axis"), "Pad": (pad, "mode pads value"),
    "AveragePool": (average_pool, POOL + " count_include_pad"), "MaxPool": (max_pool, POOL + " storage_order"),
    "ReduceSum": (reduce(False), "axes keepdims noop_with_empty_axes"), "ReduceMean": (reduce(True), "axes keepdims noop_with_empty_axes"),
    "Identity": (moving(identity), ""), "Dropout": (moving(dropout), "ratio seed"), "Squeeze": (moving(squeeze), "axes"),
    "Unsqueeze": (moving(unsqueeze), "axes"), "Constant": (no_node, "value value_float value_floats value_int value_ints"),
    "Split": (no_node, "axis split num_outputs"), "ConstantOfShape": (no_node, "value"), "Shape": (no_node, "start end"), "Exp": (curve("exp"), ""), "Sin": (curve("sin"), ""), "Cos": (curve("cos"), ""),
    "Sign": (curve("sign"), ""), "Abs": (curve("abs"), ""), "Reciprocal": (curve("reciprocal"), ""), "Pow": (power, ""), "Softmax": (softmax, "axis"),
    "Sqrt": (curve("sqrt"), ""), "Clip": (clip, "min max"),
    "Greater": (comparison(False, False), ""), "GreaterOrEqual": (comparison(False, True), ""), "Less": (comparison(True, False), ""),
    "LessOrEqual": (comparison(True, True), ""), "Cast": (cast, "to"), "Where": (where, ""),
    "ConvTranspose": (conv_transpose, "kernel_shape strides pads dilations group auto_pad output_padding output_shape"),
}
