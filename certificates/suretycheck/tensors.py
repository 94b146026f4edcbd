"""What functions of several ONNX operations need: the places of elements, constants, and nodes that scale."""
import numpy as np

from . import Rejected
from .linear import Sparse
from .network import Node


def places(net, name):
    """The numbers of a tensor's elements, in its shape."""
    return np.arange(net.size(name)).reshape(net.shapes[name])


def refuse(name, what):
    raise Rejected(f"no rule for {what} (node {name})")


def constant_input(net, inputs, place, name, default=None):
    if place >= len(inputs) or not inputs[place]:
        return default
    if inputs[place] not in net.constants:
        refuse(name, f"an input {place} that is not constant")
    return net.constants[inputs[place]]


def whole(values, name):
    if values is None:
        return None
    array = np.asarray(values)
    if array.dtype.kind != "i":
        refuse(name, "numbers that should be whole")
    return [int(v) for v in array.reshape(-1)]


def spread(net, read, shape):
    return np.broadcast_to(places(net, read), shape).reshape(-1, 1)


def shape_of(net, read):
    return net.constants[read].shape if read in net.constants else net.shapes[read]


def scaled(net, name, read, factors, shape, relative=0):
    index = spread(net, read, shape)
    return Node(name, "affine", [read], shape, [Sparse(index, factors.reshape(-1, 1), net.size(read), relative)], np.zeros(len(index)))
