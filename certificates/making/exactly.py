"""Networks run node by node in numbers of 60 digits, or in doubles: written down anew, so that no checker's reading of an operation is trusted.

    run(data, x)            the flattened output, as Decimals with relative errors far below 10^-40
    run(data, x, float)     the same in doubles, to search with
"""
import decimal
import functools
import itertools
import math
from fractions import Fraction

import numpy as np
import onnx
from onnx import helper, numpy_helper

CONTEXT = decimal.Context(prec=60, Emin=-10 ** 7, Emax=10 ** 7)
D = decimal.Decimal


def decimal_of(x):
    x = Fraction(float(x)) if isinstance(x, (float, np.floating)) else Fraction(x)
    return CONTEXT.divide(D(x.numerator), D(x.denominator))


@functools.cache
def pi(digits):
    """By arctan(1/5) and arctan(1/239)."""
    one = 10 ** (digits + 10)

    def arctan(k):
        return sum((-1) ** n * one // ((2 * n + 1) * k ** (2 * n + 1)) for n in range(digits + 20))
    return D(16 * arctan(5) - 4 * arctan(239)).scaleb(-digits - 10, decimal.Context(prec=digits + 20, Emin=-10 ** 6, Emax=10 ** 6))


def sine(x, shift=0):
    """sin(x + shift pi / 2) by its series, around the nearest multiple of 2 pi, with 40 digits more than asked for."""
    with decimal.localcontext(decimal.Context(prec=140, Emin=-10 ** 7, Emax=10 ** 7)):
        circle = 2 * pi(130)
        x = x + shift * circle / 4
        x -= (x / circle).to_integral_value() * circle
        term, total, n = x, x, 1
        while abs(term) > D(10) ** -120:
            term *= -x * x / ((n + 1) * (n + 2))
            total, n = total + term, n + 2
    return CONTEXT.plus(total)


EXACTLY = {"Exp": CONTEXT.exp, "Sin": sine, "Cos": lambda x: sine(x, 1), "Sign": lambda x: D((x > 0) - (x < 0)), "Reciprocal": lambda x: CONTEXT.divide(1, x),
           "Sigmoid": lambda x: CONTEXT.divide(1, 1 + CONTEXT.exp(-x)), "Tanh": lambda x: CONTEXT.divide(CONTEXT.exp(2 * x) - 1, CONTEXT.exp(2 * x) + 1) if x < 0
           else CONTEXT.divide(1 - CONTEXT.exp(-2 * x), 1 + CONTEXT.exp(-2 * x))}
IN_DOUBLES = {"Exp": np.exp, "Sin": np.sin, "Cos": np.cos, "Sign": np.sign, "Reciprocal": np.reciprocal, "Sigmoid": lambda x: 1 / (1 + np.exp(-x)), "Tanh": np.tanh}


class Model:
    def __init__(self, data, kind=D):
        self.graph, self.kind = (parsed := onnx.load_model_from_string(data)).graph, kind
        self.opset = parsed.opset_import[0].version
        self.constants = {t.name: self.tensor(numpy_helper.to_array(t)) for t in self.graph.initializer}
        self.shape = [d.dim_value or 1 for d in self.graph.input[0].type.tensor_type.shape.dim]
        self.nodes = [(n.op_type, list(n.input), n.output[0], {a.name: helper.get_attribute_value(a) for a in n.attribute}) for n in self.graph.node]

    def tensor(self, array):
        array = np.asarray(array)
        if array.dtype.kind in "iu":
            return array
        return array.astype(float) if self.kind is float else np.asarray(np.frompyfunc(decimal_of, 1, 1)(array), object)

    def run(self, x):
        with decimal.localcontext(CONTEXT), np.errstate(all="ignore"):
            values = {**self.constants, self.graph.input[0].name: self.tensor(np.asarray(x, float if self.kind is float else object)).reshape(self.shape)}
            for op, reads, out, attributes in self.nodes:
                values[out] = np.asarray(self.node(op, [values[r] for r in reads], attributes))
            return values[self.graph.output[0].name].reshape(-1)

    def node(self, op, v, a):
        x = v[0] if v else None
        if op == "Gemm":
            y = np.matmul(x, v[1].T if a.get("transB") else v[1])
            return y + v[2] if len(v) > 2 else y
        if op in ("MatMul", "Add", "Sub", "Mul", "Div"):
            return {"MatMul": np.matmul, "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide}[op](x, v[1])
        if op in EXACTLY:
            return IN_DOUBLES[op](x) if self.kind is float else np.asarray(np.frompyfunc(EXACTLY[op], 1, 1)(x), object)
        if op == "Softmax":
            axis = a.get("axis", 1 if self.opset < 13 else -1)
            flat = x.reshape(math.prod(x.shape[:axis % x.ndim]), -1) if self.opset < 13 else np.moveaxis(x, axis, -1)
            power = self.node("Exp", [flat - flat.max(axis=-1, keepdims=True)], {})
            share = power / power.sum(axis=-1, keepdims=True)
            return share.reshape(x.shape) if self.opset < 13 else np.moveaxis(share, -1, axis)
        if op == "ConvTranspose":
            return transposed(x, v[1], v[2] if len(v) > 2 else None, a)
        if op == "Pow":
            return x ** int(np.asarray(v[1]).reshape(-1)[0])
        simple = {"Relu": lambda: np.maximum(x, x * 0), "LeakyRelu": lambda: np.where(x < 0, x * (a["alpha"] if self.kind is float else decimal_of(a["alpha"])), x),
                  "Abs": lambda: abs(x), "Neg": lambda: -x, "Identity": lambda: x, "Flatten": lambda: x.reshape(math.prod(x.shape[:a.get("axis", 1)]), -1),
                  "Reshape": lambda: x.reshape([int(k) for k in v[1]]), "Transpose": lambda: x.transpose(a["perm"]), "Concat": lambda: np.concatenate(v, a["axis"]),
                  "ReduceSum": lambda: x.sum(axis=tuple(int(k) for k in v[1]), keepdims=bool(a.get("keepdims", 1))),
                  "ConstantOfShape": lambda: self.tensor(np.zeros([int(k) for k in x])), "Gather": lambda: np.take(x, v[1], axis=a.get("axis", 0))}
        return simple[op]()


def transposed(x, w, bias, a):
    """Each input adds its multiples of the kernel to the output; the pads are cut off."""
    n, groups, space = x.ndim - 2, a.get("group", 1), x.shape[2:]
    strides, dilations, more = a.get("strides", [1] * n), a.get("dilations", [1] * n), a.get("output_padding", [0] * n)
    pads, kernel = a.get("pads", [0] * (2 * n)), w.shape[2:]
    full = [s * (i - 1) + m + (k - 1) * d + 1 for s, i, m, k, d in zip(strides, space, more, kernel, dilations)]
    out = a.get("output_shape") or ([i * s for i, s in zip(space, strides)] if a.get("auto_pad", b"").startswith(b"SAME") else None)
    if out:
        total = [f - o for f, o in zip(full, out)]
        begin = [t // 2 if a.get("auto_pad") == b"SAME_UPPER" else t - t // 2 for t in total]
    else:
        begin, out = pads[:n], [f - b - e for f, b, e in zip(full, pads[:n], pads[n:])]
    y = np.zeros([1, groups * w.shape[1], *full], x.dtype) + x.reshape(-1)[0] * 0
    each, made = x.shape[1] // groups, w.shape[1]
    for c, o in itertools.product(range(x.shape[1]), range(made)):
        for place in itertools.product(*map(range, space)):
            for tap in itertools.product(*map(range, kernel)):
                to = tuple(s * p + d * t for s, p, d, t in zip(strides, place, dilations, tap))
                y[(0, c // each * made + o, *to)] += x[(0, c, *place)] * w[(c, o, *tap)]
    y = y[(slice(None),) * 2 + tuple(slice(b, b + o) for b, o in zip(begin, out))]
    return y if bias is None else y + bias.reshape([1, -1] + [1] * n)


def run(data, x, kind=D):
    return Model(data, kind).run(x)
