"""The ONNX file as a list of nodes: affine ones as linear maps, and the few others. Constants are folded only where that is exact."""
import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import onnx
from onnx import numpy_helper

from . import Rejected, Unreadable
from .linear import Sparse

LIMIT = 2 ** 27  # elements of a tensor


@dataclass(frozen=True)
class Part:
    """The name of a node that is a part of one of the file's, which no certificate can name."""

    of: str
    what: str

    def __str__(self):
        return f"{self.of} ({self.what})"


@dataclass
class Node:
    """One node. `affine`: the sum of `linear` maps of its inputs, plus `constant` (known up to `radius`, where it is no float).

    `exact`: it moves or negates numbers, so no execution rounds. `layer`: a sum over many inputs, of which an execution reads floats; other
    affine nodes may be fused with what they read. `rounds`: roundings beside those of the sum; `amplify`: at least the factors by which an
    intermediate result of float32 may exceed, or what underflows may grow to, the result; `magnitude` and `offset`: numbers which the
    constant was made of; `trouble`: why no execution in float32 can be bounded. `pairs`: of a node of products, the elements of its two inputs that
    are multiplied, a row for each sum, and where they are the same number. Of a softmax: `differs`: the differences, of which a pass over what
    they read bounds those that are not single numbers; `positive`: 1 + a sum of numbers from 0 on; `compared`: what the softmax reads, and the
    group of each element."""

    name: object
    kind: str
    inputs: list
    shape: tuple
    linear: list = field(default_factory=list)
    constant: object = None
    radius: object = None
    exact: bool = False
    layer: bool = False
    rounds: int = 0
    amplify: Fraction = Fraction(1)
    magnitude: object = None
    offset: Fraction = Fraction(0)
    trouble: str = ""
    alpha: Fraction = Fraction(0)
    windows: object = None
    curve: object = None
    pairs: object = None
    differs: bool = False
    positive: bool = False
    compared: object = None

    @property
    def size(self):
        return math.prod(self.shape)


def parse(data):
    try:
        return onnx.load_model_from_string(data)
    except Exception as error:
        raise Unreadable(f"the model is not ONNX: {type(error).__name__}") from None


class Network:
    """The nodes that the output depends on, in the file's order; `nodes` by name. `double`: it computes in float64, not in float32."""

    def __init__(self, model, input_name, output_name):
        graph = model.graph
        versions = [o.version for o in model.opset_import if o.domain in ("", "ai.onnx")]
        if len(versions) != 1:
            raise Rejected(f"the model is of the opsets {versions}; expected one")
        self.opset = versions[0]
        if not 7 <= self.opset <= 26 or graph.sparse_initializer or model.functions:
            raise Rejected(f"the model is of opset {self.opset}, or has functions or sparse initializers")
        self.constants, self.shapes, self.nodes, self.order, self.same = {}, {}, {}, [], {}
        for tensor in graph.initializer:
            self._new(tensor.name)
            self.constants[tensor.name] = None
        positions, read = needed_nodes(graph, output_name)
        self.read = read
        inputs = [i for i in graph.input if i.name not in self.constants]
        if [i.name for i in inputs] != [input_name]:
            raise Rejected(f"the model reads {[i.name for i in inputs]}, not {input_name!r} alone")
        self.double = inputs[0].type.tensor_type.elem_type == onnx.TensorProto.DOUBLE
        for tensor in graph.initializer:
            if tensor.name in read:
                self.constants[tensor.name] = to_array(tensor, self.double)
        if output_name not in [o.name for o in graph.output]:
            raise Rejected(f"the model has no output {output_name!r}")
        self.input = input_name
        self.shapes[input_name] = input_shape(inputs[0])
        for position in positions:
            self._add(graph.node[position])
        self.output = self.node_of(output_name)
        if self.output not in self.shapes:
            raise Rejected(f"the output {output_name!r} is not computed from the input")
        self.readers = {name: [n for n in self.order if name in n.inputs] for name in self.shapes}

    @property
    def weights(self):
        return sum(4 * node.pairs[0].size if node.pairs else sum(linear.weights.size for linear in node.linear) for node in self.order)

    def size(self, name):
        return math.prod(self.shapes[name])

    def node_of(self, name):
        """The node whose value a tensor has: the output of an Identity is another name of what it reads."""
        return self.same.get(name, name)

    def _new(self, name):
        if not name or name in self.constants or name in self.shapes or name in self.same:
            raise Rejected(f"the tensor {name!r} is made twice")

    def _add(self, proto):
        from .folding import fold
        from .operations import OPERATIONS
        name = proto.output[0]
        self._new(name)
        if proto.domain not in ("", "ai.onnx") or proto.op_type not in OPERATIONS:
            raise Rejected(f"no rule for {proto.op_type} (node {name})")
        if any(proto.output[1:]) and proto.op_type not in ("Dropout", "Split"):  # a batch normalisation with five outputs is one in training
            raise Rejected(f"no rule for {proto.op_type} with several outputs (node {name})")
        inputs = [self.node_of(read) for read in proto.input]
        while inputs and not inputs[-1]:
            inputs.pop()
        for read in inputs:
            if read and read not in self.constants and read not in self.shapes:
                raise Rejected(f"node {name} reads {read!r}, which no node before it makes")
        try:
            make, allowed = OPERATIONS[proto.op_type]
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in proto.attribute}
            if len(attributes) != len(proto.attribute):
                raise Rejected(f"node {name} states an attribute twice")
            if unknown := set(attributes) - set(allowed.split()):
                raise Rejected(f"no rule for {proto.op_type} with {', '.join(sorted(unknown))} (node {name})")
            if proto.op_type == "Shape":
                shape = self.constants[inputs[0]].shape if inputs[0] in self.constants else self.shapes[inputs[0]]
                self.constants[name] = np.array(shape[attributes.get("start", 0):attributes.get("end")], np.int64)
                return
            if all(not read or read in self.constants for read in inputs):
                found = fold(self, proto, inputs, attributes)
                if isinstance(found, Node):
                    self.put(found)
                else:
                    self.constants[name] = finite(found, name)
                return
            if proto.op_type == "Split":
                return self._split(proto, inputs, attributes)
            node = make(self, name, inputs, attributes)
            if proto.op_type in ("Identity", "Dropout"):
                self.same[name] = inputs[0]
                return
        except (ValueError, IndexError, TypeError, KeyError, AttributeError, OverflowError, MemoryError) as error:
            raise Rejected(f"node {name} ({proto.op_type}) is not as the standard says: {error}") from None
        self.put(node)

    def _split(self, proto, inputs, attributes):
        """A node for each output that is read; those behind the first have no name that a certificate could use."""
        from .operations import split
        for place, (output, part) in enumerate(zip(proto.output, split(self, proto.output[0], inputs, attributes, len(proto.output)))):
            if place:
                self._new(output)
            if place == 0 or output in self.read:
                key = Part(proto.output[0], f"output {place}") if place else output
                self.put(gather(key, inputs[0], part, part.shape, size_in=self.size(inputs[0])))
                if place:
                    self.same[output] = key

    def put(self, node):
        if node.size > LIMIT or node.size == 0:
            raise Rejected(f"node {node.name} has {node.size} elements")
        self.shapes[node.name], self.nodes[node.name] = tuple(node.shape), node
        self.order.append(node)


def needed_nodes(graph, output):
    """The positions of the nodes that the output depends on, and the tensors that they read; only first outputs may be used."""
    makers = {}
    for position, node in enumerate(graph.node):
        for place, name in enumerate(node.output):
            if name in makers:
                raise Rejected(f"the tensor {name!r} is made twice")
            if name:
                makers[name] = (position, place)
    needed, waiting, seen = set(), [output], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in makers:
            position, place = makers[name]
            node = graph.node[position]
            if place and node.op_type != "Split":
                raise Rejected(f"no rule for output {place} of {node.op_type} (node {node.output[0]})")
            needed.add(position)
            waiting.extend(node.input)
    return sorted(needed), seen


def input_shape(value):
    kind = value.type.tensor_type
    if kind.elem_type not in (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE) or not kind.HasField("shape"):
        raise Rejected("the input is not a tensor of float32 or float64 of known shape")
    shape = [d.dim_value if d.HasField("dim_value") else 0 for d in kind.shape.dim]
    if len(shape) > 1 and shape[0] <= 0:
        shape[0] = 1
    if not shape or min(shape) <= 0 or math.prod(shape) > LIMIT:
        raise Rejected(f"the input has the shape {shape}")
    return tuple(shape)


def to_array(tensor, double=False):
    """A constant tensor: floats, of the network's own width, as float64, whole numbers as int64; everything else is refused."""
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        raise Rejected(f"the tensor {tensor.name!r} lies in another file")
    try:
        array = numpy_helper.to_array(tensor)
    except Exception as error:
        raise Rejected(f"the tensor {tensor.name!r} cannot be read: {type(error).__name__}") from None
    return known(array, tensor.name, double)


def known(array, name, double=False):
    array = np.asarray(array)
    if array.dtype == (np.float64 if double else np.float32):
        return finite(array.astype(np.float64), name)
    if array.dtype in (np.int64, np.int32, np.bool_):
        return array.astype(np.int64)
    raise Rejected(f"the constant {name!r} is neither float{64 if double else 32}, as the input is, nor whole numbers but {array.dtype}")


def finite(array, name):
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise Rejected(f"the constant {name!r} holds a NaN or an infinity")
    return array


def gather(name, read, index, shape, signs=1.0, constant=None, size_in=None):
    """A node each of whose elements is one element of its input (or of `constant`, where the index is -1)."""
    index = np.asarray(index, np.int64).reshape(-1, 1)
    weights = np.broadcast_to(np.asarray(signs, float).reshape(-1, 1), index.shape) * (index >= 0)
    constant = np.zeros(len(index)) if constant is None else constant.reshape(-1)
    return Node(name, "affine", [read], tuple(shape), [Sparse(index, weights, size_in)], constant, exact=True)


def rational_root(x):
    """A rational within 2^-200 of the square root of a positive rational, relatively: isqrt loses less than 1 of at least 2^210."""
    shift = 2 * (220 + x.denominator.bit_length())
    return Fraction(math.isqrt((x.numerator << shift) // x.denominator), 2 ** (shift // 2))

