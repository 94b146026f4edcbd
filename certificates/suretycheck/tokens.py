"""Networks of tokens, read for the rule `tokens`: the file as steps, each of which has a row of numbers for each token of a text.

The nodes that the output depends on are taken in the order of the file. What a node computes is a step, or a piece of one (`Piece`): a half of a turn, the
scores of an attention. A node that makes neither of what it reads has no rule, and is refused by name.
"""
import math
from dataclasses import dataclass, field

import numpy as np
import onnx

from . import Rejected
from .network import LIMIT, needed_nodes, to_array

HIDDEN = 1e9  # what a mask takes off at least from what is not to be read
FAR = 2.0 ** 300


@dataclass
class Step:
    """`kind`: embedding, layer, shift, sum, scale, relu, gate, turn or attention; `inputs`: steps; `data`: what the kind needs."""

    name: str
    kind: str
    inputs: list
    width: int
    data: object = None


@dataclass
class Piece:
    """What is no row for each token: `what` it is, of which steps, and what else is known of it."""

    what: str
    of: tuple
    data: dict = field(default_factory=dict)


def refuse(node, why):
    raise Rejected(f"no rule for {node.op_type} here: {why} (node {node.output[0]})")


class Tokens:
    """`steps` in order, `last`: the last layer, `table`: the rows of the embedding, `names`: the step of a tensor, `parts`: in how many parts attention
    reads a layer."""

    def __init__(self, model, input_name, output_name):
        graph = model.graph
        versions = {o.domain: o.version for o in model.opset_import}
        self.opset = versions.get("", versions.get("ai.onnx", 0))
        if not 7 <= self.opset <= 26 or graph.sparse_initializer or model.functions:
            raise Rejected(f"the model is of opset {self.opset}, or has functions or sparse initializers")
        made = [t.name for t in graph.initializer] + [o for n in graph.node for o in n.output if o]
        inputs = [i for i in graph.input if i.name not in {t.name for t in graph.initializer}]
        if len(set(made)) != len(made) or input_name in made:
            raise Rejected("a tensor is made twice")
        if [i.name for i in inputs] != [input_name]:
            raise Rejected(f"the model reads {[i.name for i in inputs]}, not {input_name!r} alone")
        self.input, shape = input_name, text_shape(inputs[0])
        self.count, self.rank = shape[-1], len(shape) + 1  # the rank of rows
        if output_name not in [o.name for o in graph.output]:
            raise Rejected(f"the model has no output {output_name!r}")
        positions, read = needed_nodes(graph, output_name)
        self.values = {t.name: to_array(t) for t in graph.initializer if t.name in read}
        self.steps, self.parts, self.names = [], {}, {}
        self.table = self.embedding = None
        for position in positions:
            node = graph.node[position]
            self.values[node.output[0]] = self.value(node)
        self.finish(output_name)

    def value(self, node):
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        make = OPERATIONS.get(node.op_type)
        if node.domain not in ("", "ai.onnx") or make is None or len(attributes) != len(node.attribute):
            refuse(node, "it is no step of a transformer of tokens")
        reads = [self.operand(node, name) for name in node.input]
        try:
            value = make(self, node, reads, attributes)
        except (ValueError, IndexError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise Rejected(f"node {node.output[0]} ({node.op_type}) is not as the standard says: {error}") from None
        if isinstance(value, Step):
            if value.width * self.count > LIMIT:
                refuse(node, "it is too large")
            self.names[node.output[0]] = len(self.steps)
            self.steps.append(value)
            return len(self.steps) - 1
        if isinstance(value, int):
            self.names[node.output[0]] = value
        return value

    def operand(self, node, name):
        if name == self.input:
            return Piece("input", ())
        if name not in self.values:
            refuse(node, f"it reads {name!r}, which no node before it makes")
        return self.values[name]

    def width(self, step):
        return self.steps[step].width

    def finish(self, output):
        last = self.values.get(output)
        if not isinstance(last, int):
            raise Rejected("the output has no row for each token")
        while self.steps[last].kind == "scale":
            if self.steps[last].data <= 0:
                raise Rejected("the outputs are multiplied by a number that is not above 0")
            last = self.steps[last].inputs[0]
        if self.steps[last].kind != "layer" or last in self.parts:
            raise Rejected("the output is no layer's, times a number perhaps")
        self.last = last
        needed = {last}
        for step in range(last, -1, -1):
            if step in needed:
                needed.update(self.steps[step].inputs)
        self.needed = sorted(needed)
        self.layers = [s for s in self.needed if self.steps[s].kind == "layer" and s != last]


def text_shape(value):
    kind = value.type.tensor_type
    if kind.elem_type not in (onnx.TensorProto.INT64, onnx.TensorProto.INT32) or not kind.HasField("shape"):
        raise Rejected("the input is no text of whole numbers")
    shape = [d.dim_value if d.HasField("dim_value") else 0 for d in kind.shape.dim]
    if len(shape) > 1 and shape[0] <= 0:
        shape[0] = 1
    if not shape or min(shape) <= 0 or math.prod(shape) != shape[-1]:
        raise Rejected(f"the input has the shape {shape}, which is not one text")
    return shape


# ---- what is read

def is_rows(value):
    return isinstance(value, int)


def is_piece(value, what):
    return isinstance(value, Piece) and value.what == what


def is_constant(value):
    return isinstance(value, np.ndarray)


def number(value):
    """The one number of a constant of floats; None for anything else."""
    return float(value.reshape(-1)[0]) if is_constant(value) and value.dtype.kind == "f" and value.size == 1 else None


def pairs(reads):
    """Both orders of two operands."""
    if len(reads) != 2:
        raise ValueError("another number of operands than two")
    return (reads, reads[::-1])


def scaled_of(tokens, value):
    """A step as a multiple of another: (the other, the factor)."""
    step = tokens.steps[value]
    return (step.inputs[0], step.data) if step.kind == "scale" else (value, None)


def factor(node, value):
    if not 1 / FAR < abs(value) < FAR:
        refuse(node, f"the factor {value} is 0, or of extreme size")
    return value


def gather(tokens, node, reads, attributes):
    axis = attributes.get("axis", 0)
    if is_constant(reads[0]) and is_piece(reads[1], "input"):
        if tokens.table is not None or axis not in (0, -2) or reads[0].ndim != 2 or reads[0].dtype.kind != "f":
            refuse(node, "it is a second embedding, or one of no matrix")
        tokens.table, tokens.embedding = reads[0], node.output[0]
        return Step(node.output[0], "embedding", [], reads[0].shape[1])
    if is_rows(reads[0]) and is_constant(reads[1]) and reads[1].dtype.kind == "i" and reads[1].ndim == 1 and axis in (-1, tokens.rank - 1):
        width = tokens.width(reads[0])
        if (reads[1] < -width).any() or (reads[1] >= width).any() or len(reads[1]) != width:
            refuse(node, "features are left out, or there are none such")
        order = reads[1] % width
        if (order[order] != np.arange(width)).any() or (order == np.arange(width)).any():
            refuse(node, "features do not change places in pairs")
        return Piece("swapped", (reads[0],), {"order": order})
    refuse(node, "it picks neither tokens nor the partners of features")


def matmul(tokens, node, reads, attributes):
    left, right = reads
    if is_rows(left) and is_constant(right) and right.dtype.kind == "f" and right.ndim == 2:
        if right.shape[0] != tokens.width(left):
            refuse(node, "a matrix that does not fit")
        return Step(node.output[0], "layer", [left], right.shape[1], right)
    if is_piece(left, "heads") and is_piece(right, "heads"):
        heads, size = left.data["heads"], left.data["size"]
        if left.data["order"] == [1, 0, 2] and right.data["order"] == [1, 2, 0] and right.data["heads"] == heads and right.data["size"] == size:
            return Piece("scores", left.of + right.of, {"heads": heads, "scales": [], "causal": False})
    if is_piece(left, "weights") and is_piece(right, "heads") and right.data["order"] == [1, 0, 2] and right.data["heads"] == left.data["heads"]:
        return Piece("mixed", left.of + right.of, {**left.data, "order": [1, 0, 2], "size": right.data["size"]})
    refuse(node, "a product of neither a row and a matrix, nor queries and keys, nor shares and values")


def multiply(tokens, node, reads, attributes):
    for x, y in pairs(reads):
        if (value := number(y)) is not None:
            if is_rows(x):
                return Step(node.output[0], "scale", [x], tokens.width(x), factor(node, value))
            if is_piece(x, "scores") and not x.data["causal"]:
                return Piece("scores", x.of, {**x.data, "scales": x.data["scales"] + [factor(node, value)]})
        if is_constant(y) and y.dtype.kind == "f":
            source = x if is_rows(x) else x.of[0] if is_piece(x, "swapped") else None
            if source is not None and y.shape == (tokens.count, tokens.width(source)):
                return Piece("half", (source,), {"order": None if is_rows(x) else x.data["order"], "table": y})
        if is_rows(x) and is_piece(y, "share"):
            base, k = scaled_of(tokens, x)
            if x == y.of[0] or base == y.of[0]:
                return Step(node.output[0], "gate", [y.of[0]], tokens.width(x), (1.0 if x == y.of[0] else k, y.data["sharpness"]))
    refuse(node, "a product of another form")


def divide(tokens, node, reads, attributes):
    x, value = reads[0], number(reads[1])
    if value is None:
        refuse(node, "a division by more than one number")
    inverse = 1 / factor(node, value)
    if is_rows(x):
        # The quotient is rounded once; a scale is allowed that (token_bounds.py).
        return Step(node.output[0], "scale", [x], tokens.width(x), inverse)
    if is_piece(x, "scores") and not x.data["causal"]:
        return Piece("scores", x.of, {**x.data, "scales": x.data["scales"] + [inverse]})
    refuse(node, "a division of another form")


def add(tokens, node, reads, attributes):
    for x, y in pairs(reads):
        if is_rows(x) and is_rows(y):
            if tokens.width(x) != tokens.width(y):
                refuse(node, "rows of two lengths")
            return Step(node.output[0], "sum", [x, y], tokens.width(x), 1.0)
        if is_rows(x) and is_constant(y) and y.dtype.kind == "f":
            return shift(tokens, node, x, y)
        if is_piece(x, "half") and is_piece(y, "half") and x.of == y.of and x.data["order"] is None and y.data["order"] is not None:
            return Step(node.output[0], "turn", list(x.of), tokens.width(x.of[0]), (y.data["order"], x.data["table"], y.data["table"]))
        if is_piece(x, "erf") and number(y) == 1:
            return Piece("share", x.of, x.data)
        if is_piece(x, "scores") and not x.data["causal"] and is_constant(y) and is_mask(y, tokens.count):
            return Piece("scores", x.of, {**x.data, "causal": True})
    refuse(node, "a sum of another form")


def subtract(tokens, node, reads, attributes):
    x, y = reads
    if is_rows(x) and is_rows(y) and tokens.width(x) == tokens.width(y):
        return Step(node.output[0], "sum", [x, y], tokens.width(x), -1.0)
    if is_rows(x) and is_constant(y) and y.dtype.kind == "f":
        return shift(tokens, node, x, -y)
    refuse(node, "a difference of another form")


def shift(tokens, node, x, values):
    shape = [1] * (tokens.rank - 2) + [tokens.count, tokens.width(x)]
    if list(np.broadcast_shapes(values.shape, shape)) != shape:
        refuse(node, "a sum that has more numbers than rows have")
    return Step(node.output[0], "shift", [x], tokens.width(x), np.broadcast_to(values, shape).reshape(tokens.count, -1))


def is_mask(values, count):
    """Whether the tokens behind a token, and no others, have a lot taken off."""
    if values.dtype.kind != "f" or values.size != count * count or values.shape[-2:] != (count, count):
        return False
    later = np.triu(np.ones((count, count), bool), 1)
    values = values.reshape(count, count)
    return bool((values[later] <= -HIDDEN).all() and (values[~later] == 0).all())


def target(tokens, shape, wanted):
    """The shape that a Reshape makes of another."""
    if not is_constant(wanted) or wanted.dtype.kind != "i":
        raise ValueError("a shape that is not constant")
    found = [shape[i] if t == 0 else int(t) for i, t in enumerate(wanted.reshape(-1))]
    if -1 in found:
        found[found.index(-1)] = math.prod(shape) // -math.prod(found)
    if math.prod(found) != math.prod(shape) or min(found) < 1:
        raise ValueError(f"{shape} does not become {found}")
    return found


def reshape(tokens, node, reads, attributes):
    x, lead = reads[0], [1] * (tokens.rank - 2)
    if attributes.get("allowzero", 0):
        refuse(node, "zeros that are no axes of what is read")
    if is_rows(x):
        found = target(tokens, lead + [tokens.count, tokens.width(x)], reads[1])
        if len(found) == tokens.rank + 1 and found[:-2] == lead + [tokens.count]:
            return Piece("heads", (x,), {"heads": found[-2], "size": found[-1], "order": [0, 1, 2]})
    if is_piece(x, "mixed") and x.data["order"] == [0, 1, 2]:
        found = target(tokens, lead + [tokens.count, x.data["heads"], x.data["size"]], reads[1])
        if found == lead + [tokens.count, x.data["heads"] * x.data["size"]]:
            return attention(tokens, node, x)
    refuse(node, "it neither takes heads apart nor puts them side by side")


def attention(tokens, node, x):
    heads, sources = x.data["heads"], []
    for step in x.of:
        between, layer = [], step
        while tokens.steps[layer].kind in ("turn", "scale"):
            if tokens.steps[layer].kind == "turn":
                order, size = tokens.steps[layer].data[0], tokens.width(layer) // heads
                if (order // size != np.arange(len(order)) // size).any():
                    refuse(node, "features are turned across heads")
            between.append(layer)
            layer = tokens.steps[layer].inputs[0]
        if tokens.steps[layer].kind != "layer":
            refuse(node, "queries, keys and values are not layers, turned or scaled perhaps")
        if tokens.parts.setdefault(layer, heads) != heads:
            refuse(node, "a layer is read by attention of other heads")
        sources.append((layer, between))
    data = {"heads": heads, "scales": x.data["scales"], "causal": x.data["causal"], "sources": sources}
    return Step(node.output[0], "attention", list(x.of), heads * x.data["size"], data)


def transpose(tokens, node, reads, attributes):
    x, lead = reads[0], tokens.rank - 2
    order = list(attributes["perm"]) if "perm" in attributes else list(range(lead + 3))[::-1]
    if not (is_piece(x, "heads") or is_piece(x, "mixed")) or order[:lead] != list(range(lead)) or sorted(order) != list(range(lead + 3)):
        refuse(node, "it is no part of an attention")
    own = x.data["order"]
    return Piece(x.what, x.of, {**x.data, "order": [own[i - lead] for i in order[lead:]]})


def softmax(tokens, node, reads, attributes):
    axis = attributes.get("axis", -1 if tokens.opset >= 13 else 1)
    if not is_piece(reads[0], "scores") or axis not in (-1, tokens.rank):
        refuse(node, "it is not of the scores of an attention, along the tokens that are read")
    return Piece("weights", reads[0].of, {k: reads[0].data[k] for k in ("heads", "scales", "causal")})


def erf(tokens, node, reads, attributes):
    if not is_rows(reads[0]):
        refuse(node, "it is of no rows")
    base, sharpness = scaled_of(tokens, reads[0])
    if sharpness is None or sharpness <= 0:
        refuse(node, "it is not of x times a number above 0")
    return Piece("erf", (base,), {"sharpness": sharpness})


def gelu(tokens, node, reads, attributes):
    if attributes.get("approximate", b"none") != b"none" or not is_rows(reads[0]):
        refuse(node, "an approximation")
    return Step(node.output[0], "gate", [reads[0]], tokens.width(reads[0]), (0.5, math.sqrt(0.5)))


def relu(tokens, node, reads, attributes):
    if not is_rows(reads[0]):
        refuse(node, "it is of no rows")
    return Step(node.output[0], "relu", [reads[0]], tokens.width(reads[0]))


def negate(tokens, node, reads, attributes):
    if not is_rows(reads[0]):
        refuse(node, "it is of no rows")
    return Step(node.output[0], "scale", [reads[0]], tokens.width(reads[0]), -1.0)


def identity(tokens, node, reads, attributes):
    return reads[0]


def constant(tokens, node, reads, attributes):
    return to_array(attributes["value"])


OPERATIONS = {"Gather": gather, "MatMul": matmul, "Mul": multiply, "Div": divide, "Add": add, "Sub": subtract, "Reshape": reshape,
              "Transpose": transpose, "Softmax": softmax, "Erf": erf, "Gelu": gelu, "Relu": relu, "Neg": negate, "Identity": identity,
              "Constant": constant}
