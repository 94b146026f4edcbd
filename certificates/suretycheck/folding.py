"""Constants that are computed from constants: only where no execution rounds, so that they are exact under every meaning."""
import numpy as np

from .arithmetic import fractions
from .network import Node, known, to_array
from .operations import MOVES
from .tensors import refuse, whole

LIMIT = 2 ** 24  # elements of a constant that is made
MOST = 2 ** 20  # products of rationals


def fold(net, proto, inputs, attributes):
    """The value of a node that reads only constants."""
    name, op = proto.output[0], proto.op_type
    values = [net.constants[read] if read else None for read in inputs]
    if op == "Constant":
        (key, value), = attributes.items()
        if key == "value":
            return to_array(value, net.double)
        return known(np.asarray(value, np.float32 if "float" in key else np.int64), name, net.double)
    if op == "ConstantOfShape":
        shape = whole(values[0], name)
        if min(shape, default=1) < 0 or np.prod(shape, dtype=float) > LIMIT:
            refuse(name, "ConstantOfShape of such a shape")
        value = to_array(attributes["value"], net.double) if "value" in attributes else known(np.zeros(1, np.float32), name, net.double)
        return np.full(shape, value.reshape(1)[0])
    if op in MOVES:
        return MOVES[op](net, name, values[0], inputs, attributes)
    if op == "Concat":
        return np.concatenate(values, attributes["axis"])
    if op == "Neg":
        return -values[0]
    if op == "Relu" and values[0].dtype.kind == "f":
        return np.maximum(values[0], 0.0)
    if op in ("Add", "Sub", "Mul", "Div") and all(v.dtype.kind == "f" for v in values):
        a, b = map(fractions, values)
        if op == "Div" and (values[1] == 0).any():
            refuse(name, "a division by 0")
        return exact(net, name, np.asarray(a + b if op == "Add" else a - b if op == "Sub" else a * b if op == "Mul" else a / b, object))
    if op in ("Add", "Sub", "Mul") and all(v.dtype.kind == "i" for v in values):
        a, b = (v.astype(object) for v in values)
        found = np.asarray(a + b if op == "Add" else a - b if op == "Sub" else a * b, object)
        if any(abs(v) >= 2 ** 31 for v in found.reshape(-1)):  # of int32, as far as is known here
            refuse(name, "whole numbers that may overflow")
        return found.astype(np.int64)
    if op == "MatMul" and all(v.dtype.kind == "f" for v in values):
        return matmul(net, name, *values)
    refuse(name, f"{op} of constants")


def exact(net, name, values):
    """Rationals as the network's floats, of which each must be one."""
    rounded = values.astype(np.float64 if net.double else np.float32).astype(np.float64)
    if np.isfinite(rounded).all() and (fractions(rounded) == values).all():
        return rounded
    refuse(name, f"constants whose combination is not exact in float{64 if net.double else 32}:")


def matmul(net, name, left, right):
    """Sums in any order are exact if all products are multiples of a power of 2 of which the sum of their sizes is at most 2^24 (2^53) times as much.
    Where they are not, the product stays a node that reads nothing, of which the meaning `real` knows the value."""
    from .layers import sums_of_products
    shape, x, y = sums_of_products(name, left.shape, right.shape)
    if x.size > MOST:
        refuse(name, f"{x.size} products of constants")
    products = np.asarray(fractions(left.reshape(-1))[x] * fractions(right.reshape(-1))[y], object)
    for row in products:
        unit = max(p.denominator for p in row)  # powers of 2
        if sum(abs(p) for p in row) * unit > 2 ** (53 if net.double else 24) or unit > 2 ** (1074 if net.double else 149):
            values = np.asarray(products.sum(axis=1), object).reshape(-1)
            return Node(name, "affine", [], shape, constant=values, trouble="constants are multiplied with rounding")
    return exact(net, name, products.sum(axis=1).reshape(shape))
