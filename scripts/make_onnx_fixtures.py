"""Writes Tests/Fixtures/onnx-operators.json: small models with the outputs ONNX Runtime gives.

Usage: python scripts/make_onnx_fixtures.py

Needs the Python packages onnx, onnxruntime and numpy. The committed file was made with onnx 1.23.2,
onnxruntime 1.32.0 and numpy 2.4.6. Each entry has a name, the model in base64, the input and the output,
flattened.
"""

import base64
import json
import pathlib

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(7)
cases = []


def weights(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def case(name, nodes, shape, constants=None, opset=13, low=-1.0, high=1.0):
    """Adds a model that maps tensor x to tensor y."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    data = model.SerializeToString()
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    fixed = [d if isinstance(d, int) else 1 for d in shape]
    x = random.uniform(low, high, fixed).astype(np.float32)
    (y,) = session.run(["y"], {"x": x})
    if not np.isfinite(y).all():
        raise ValueError(f"{name}: the output is not finite")
    cases.append(
        {
            "name": name,
            "model": base64.b64encode(data).decode(),
            "input": [float(v) for v in x.ravel()],
            "shape": list(y.shape),
            "output": [float(f"{v:.9g}") for v in y.ravel().astype(float)],
        }
    )


def one(name, op, shape, constants=None, order=None, opset=13, low=-1.0, high=1.0, **attributes):
    """Adds a model of one node that reads x and constants."""
    inputs = order or ["x"] + list(constants or {})
    case(name, [helper.make_node(op, inputs, ["y"], name="it", **attributes)], shape, constants, opset, low, high)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs, outputs, **attributes)


i64 = lambda *v: np.array(v, dtype=np.int64)
f32 = lambda *v: np.array(v, dtype=np.float32)

# Functions of one element.
for op in ["Relu", "Sigmoid", "Tanh", "Erf", "Exp", "Abs", "Sign", "Floor", "Sin", "Cos", "Neg", "Identity",
           "Elu", "LeakyRelu", "Softplus", "HardSigmoid"]:
    one(op, op, [1, 7], low=-3, high=3)
for op in ["Log", "Sqrt", "Reciprocal"]:
    one(op, op, [2, 3], low=0.2, high=3)
one("LeakyRelu 0.3", "LeakyRelu", [1, 7], alpha=0.3)
one("HardSigmoid with attributes", "HardSigmoid", [1, 7], alpha=0.4, beta=0.3, low=-3, high=3)
one("HardSwish", "HardSwish", [1, 7], opset=14, low=-5, high=5)
one("Gelu", "Gelu", [1, 7], opset=20, low=-3, high=3)
one("Gelu by tanh", "Gelu", [1, 7], opset=20, approximate="tanh", low=-3, high=3)
one("PRelu of one slope", "PRelu", [1, 3, 2], {"s": f32(0.25)})
one("PRelu by channel", "PRelu", [1, 3, 2], {"s": weights(3, 1)})
one("Softmax", "Softmax", [2, 3, 4], axis=1)
one("Softmax by default", "Softmax", [2, 3, 4])
one("Softmax opset 9", "Softmax", [2, 3, 4], opset=9, axis=1)
one("Softmax opset 9, last axis", "Softmax", [2, 3, 4], opset=9, axis=2)
one("LogSoftmax", "LogSoftmax", [2, 5], axis=-1)
one("Clip opset 6", "Clip", [1, 9], opset=8, min=-0.5, max=0.25)
one("Clip", "Clip", [1, 9], {"lo": np.float32(-0.5), "hi": np.float32(0.25)})
one("Clip without lower bound", "Clip", [1, 9], {"hi": np.float32(0.25)}, ["x", "", "hi"])
one("Clip with infinite bound", "Clip", [1, 9], {"lo": np.float32(-0.5), "hi": np.float32(np.inf)})
one("Dropout opset 8", "Dropout", [1, 4], opset=8, ratio=0.5)
one("Dropout", "Dropout", [1, 4], {"r": np.float32(0.5)})
one("Cast", "Cast", [1, 4], to=1)

# Arithmetic.
for op in ["Add", "Sub", "Mul", "Div"]:
    one(f"{op} a constant", op, [2, 3], {"c": weights(3) + 2})
    one(f"{op} from a constant", op, [2, 3], {"c": weights(2, 1)}, ["c", "x"], low=0.5, high=2)
    one(f"{op} with broadcasting of x", op, [2, 1], {"c": weights(4, 1, 3) + 2})
    case(f"{op} of two variables", [node("Slice", ["x", "a", "b", "k"], ["p"]), node("Slice", ["x", "b", "c", "k"], ["q"]),
         node(op, ["p", "q"], ["y"])], [1, 6], {"a": i64(0), "b": i64(3), "c": i64(6), "k": i64(1)}, low=0.5, high=2)
case("Square", [node("Mul", ["x", "x"], ["y"])], [1, 5])
one("Pow 2", "Pow", [1, 5], {"e": np.float32(2)})
one("Pow 3", "Pow", [1, 5], {"e": f32(3)})
one("Pow 0.5", "Pow", [1, 5], {"e": f32(0.5)}, low=0.1)
one("Pow -1", "Pow", [1, 5], {"e": f32(-1)}, low=0.1)
one("Pow of a constant", "Pow", [1, 5], {"b": f32(2.5)}, ["b", "x"])
for op in ["Max", "Min"]:
    one(f"{op} with a constant", op, [2, 5], {"c": weights(5)})
    one(f"{op} with zero", op, [2, 5], {"c": np.float32(0)})
    case(f"{op} of two variables", [node("Neg", ["x"], ["n"]), node(op, ["x", "n"], ["y"])], [1, 5])
    case(f"{op} of three", [node("Neg", ["x"], ["n"]), node(op, ["x", "n", "c"], ["y"])], [1, 5], {"c": f32(0.3)})
case("Sum", [node("Neg", ["x"], ["n"]), node("Sum", ["x", "n", "c", "x"], ["y"])], [1, 5], {"c": weights(5)})
case("Mean", [node("Neg", ["x"], ["n"]), node("Mean", ["x", "n", "c", "x"], ["y"])], [1, 5], {"c": weights(5)})

# Products.
one("MatMul", "MatMul", [2, 3], {"w": weights(3, 4)})
one("MatMul of a vector", "MatMul", [3], {"w": weights(3, 4)})
one("MatMul by a vector", "MatMul", [2, 3], {"w": weights(3)})
one("MatMul of a stack", "MatMul", [2, 4, 3], {"w": weights(3, 5)})
one("MatMul from a constant", "MatMul", [3, 4], {"w": weights(2, 3)}, ["w", "x"])
one("MatMul from a constant on a stack", "MatMul", [2, 3, 4], {"w": weights(5, 3)}, ["w", "x"])
one("MatMul from a constant on a vector", "MatMul", [3], {"w": weights(5, 3)}, ["w", "x"])
one("MatMul by a stack of constants", "MatMul", [2, 4, 3], {"w": weights(2, 3, 5)})
one("MatMul by a larger stack", "MatMul", [4, 3], {"w": weights(2, 3, 5)})
one("MatMul from a stack of constants", "MatMul", [2, 3, 4], {"w": weights(2, 5, 3)}, ["w", "x"])
case("MatMul of two variables", [node("Transpose", ["x"], ["t"], perm=[0, 2, 1]), node("MatMul", ["x", "t"], ["y"])], [2, 3, 4])
case("MatMul of two vectors", [node("Neg", ["x"], ["n"]), node("MatMul", ["x", "n"], ["y"])], [4])
one("Gemm", "Gemm", [1, 3], {"w": weights(3, 4), "b": weights(4)})
one("Gemm transB", "Gemm", [2, 3], {"w": weights(4, 3), "b": weights(4)}, transB=1)
case("One square matrix both ways", [node("Gemm", ["x", "w"], ["h"], transB=1), node("MatMul", ["h", "w"], ["y"])],
     [2, 3], {"w": weights(3, 3)})
one("Gemm transA", "Gemm", [3, 2], {"w": weights(3, 4), "b": weights(1, 4)}, transA=1)
one("Gemm alpha beta", "Gemm", [2, 3], {"w": weights(4, 3), "b": weights(4)}, transB=1, alpha=0.5, beta=2.0)
one("Gemm with a matrix added", "Gemm", [2, 3], {"w": weights(3, 4), "b": weights(2, 4)})
one("Gemm with a column added", "Gemm", [2, 3], {"w": weights(3, 4), "b": weights(2, 1)})
one("Gemm with a scalar added", "Gemm", [2, 3], {"w": weights(3, 4), "b": np.float32(0.5)})
one("Gemm without addend", "Gemm", [2, 3], {"w": weights(3, 4)})
one("Gemm of a constant", "Gemm", [3, 4], {"w": weights(2, 3), "b": weights(4)}, ["w", "x", "b"], alpha=0.5)
one("Gemm with a variable added", "Gemm", [2, 4], {"a": weights(2, 3), "w": weights(3, 4)}, ["a", "w", "x"], beta=0.5)

# Convolutions, pooling, normalisation.
for name, attributes in {
    "plain": {}, "strides": {"strides": [2, 1]}, "pads": {"pads": [1, 0, 2, 1]},
    "dilations": {"dilations": [2, 2], "pads": [1, 1, 1, 1]}, "SAME_UPPER": {"auto_pad": "SAME_UPPER", "strides": [2, 2]},
    "SAME_LOWER": {"auto_pad": "SAME_LOWER", "strides": [2, 2]}, "VALID": {"auto_pad": "VALID"},
}.items():
    one(f"Conv, {name}", "Conv", [1, 2, 6, 5], {"w": weights(3, 2, 3, 2), "b": weights(3)}, **attributes)
    if name != "dilations":
        one(f"MaxPool, {name}", "MaxPool", [1, 2, 6, 5], kernel_shape=[3, 2], **attributes)
        one(f"AveragePool, {name}", "AveragePool", [1, 2, 6, 5], kernel_shape=[3, 2], **attributes)
one("Conv, groups", "Conv", [1, 4, 6, 5], {"w": weights(6, 2, 3, 3)}, group=2)
one("Conv, depthwise", "Conv", [2, 3, 6, 5], {"w": weights(3, 1, 3, 3)}, group=3, kernel_shape=[3, 3])
one("Conv of one axis", "Conv", [1, 3, 9], {"w": weights(4, 3, 3), "b": weights(4)}, strides=[2], pads=[1, 2])
one("MaxPool, dilations", "MaxPool", [1, 2, 7, 7], kernel_shape=[2, 2], dilations=[2, 3])
one("MaxPool, ceil_mode", "MaxPool", [1, 2, 6, 5], kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1)
one("AveragePool, ceil_mode", "AveragePool", [1, 2, 6, 5], kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1)
one("AveragePool, count_include_pad", "AveragePool", [1, 2, 6, 5], kernel_shape=[3, 2], pads=[1, 1, 1, 1], count_include_pad=1)
one("MaxPool of one axis", "MaxPool", [1, 2, 9], kernel_shape=[3], strides=[2], pads=[1, 1])
one("AveragePool of one axis", "AveragePool", [1, 2, 9], kernel_shape=[3], strides=[2], pads=[1, 1])
one("GlobalMaxPool", "GlobalMaxPool", [1, 2, 4, 3])
one("GlobalAveragePool", "GlobalAveragePool", [1, 2, 4, 3])
for name, attributes in {
    "plain": {}, "strides": {"strides": [2, 1]}, "pads": {"pads": [1, 0, 1, 1]}, "dilations": {"dilations": [2, 3]},
    "output_padding": {"strides": [2, 3], "output_padding": [1, 2]},
    "output_shape": {"strides": [2, 2], "output_shape": [8, 7]}, "SAME_UPPER": {"auto_pad": "SAME_UPPER", "strides": [2, 2]},
}.items():
    one(f"ConvTranspose, {name}", "ConvTranspose", [1, 2, 4, 4], {"w": weights(2, 3, 3, 3), "b": weights(3)}, **attributes)
one("ConvTranspose, groups", "ConvTranspose", [1, 4, 4, 3], {"w": weights(4, 3, 3, 2)}, group=2, strides=[2, 2])
one("ConvTranspose of one axis", "ConvTranspose", [1, 2, 5], {"w": weights(2, 3, 3)}, strides=[2])
statistics = {"s": weights(3), "b": weights(3), "m": weights(3), "v": abs(weights(3)) + 0.1}
one("BatchNormalization opset 9", "BatchNormalization", [1, 3, 2, 2], statistics, opset=9, epsilon=0.1, momentum=0.9)
one("BatchNormalization", "BatchNormalization", [2, 3], statistics, opset=15)
one("BatchNormalization of one axis", "BatchNormalization", [2, 3, 4], statistics, opset=15, epsilon=0.001)

# Reductions.
one("ReduceMean", "ReduceMean", [2, 3, 4], opset=11, axes=[1], keepdims=0)
one("ReduceMean of all", "ReduceMean", [2, 3, 4], opset=11)
one("ReduceMean opset 18", "ReduceMean", [2, 3, 4], {"a": i64(-1, 0)}, opset=18)
one("ReduceSum opset 11", "ReduceSum", [2, 3, 4], opset=11, axes=[-1], keepdims=0)
one("ReduceSum", "ReduceSum", [2, 3, 4], {"a": i64(2, 0)}, keepdims=0)
one("ReduceSum of nothing", "ReduceSum", [2, 3, 4], noop_with_empty_axes=1)

# Shapes.
one("Reshape", "Reshape", [2, 3, 4], {"s": i64(0, -1)})
one("Flatten", "Flatten", [2, 3, 4], axis=2)
one("Flatten from the end", "Flatten", [2, 3, 4], axis=-1)
one("Flatten all", "Flatten", [2, 3], axis=2)
one("Squeeze opset 11", "Squeeze", [1, 3, 1, 2], opset=11, axes=[2])
one("Squeeze", "Squeeze", [1, 3, 1, 2], {"a": i64(-2)})
one("Squeeze of all", "Squeeze", [1, 3, 1, 2])
one("Unsqueeze opset 11", "Unsqueeze", [2, 3], opset=11, axes=[0, 2])
one("Unsqueeze", "Unsqueeze", [2, 3], {"a": i64(-1, 1)})
one("Transpose", "Transpose", [2, 3, 4], perm=[2, 0, 1])
one("Transpose by default", "Transpose", [2, 3, 4])

# Elements picked and joined.
one("Slice opset 9", "Slice", [3, 5], opset=9, starts=[1], ends=[-1], axes=[1])
one("Slice opset 9 without axes", "Slice", [3, 5], opset=9, starts=[1, 0], ends=[9, 2])
one("Slice", "Slice", [3, 9], {"s": i64(1), "e": i64(2**63 - 1), "a": i64(-1), "p": i64(3)})
one("Slice backwards", "Slice", [3, 9], {"s": i64(-2), "e": i64(-2**63), "a": i64(1), "p": i64(-2)})
one("Gather", "Gather", [3, 4], {"i": np.array([[0, -1], [2, 2]], dtype=np.int64)}, axis=1)
one("Gather of one", "Gather", [3, 4], {"i": np.array(-2, dtype=np.int32)})
case("Split opset 11", [node("Split", ["x"], ["a", "b"], axis=1, split=[2, 3]), node("Concat", ["b", "a"], ["y"], axis=1)], [2, 5], opset=11)
case("Split", [node("Split", ["x", "s"], ["a", "b"], axis=-1), node("Concat", ["b", "a"], ["y"], axis=-1)], [2, 5], {"s": i64(1, 4)})
case("Split into equal parts", [node("Split", ["x"], ["a", "b"]), node("Sub", ["a", "b"], ["y"])], [4, 3])
case("Split opset 18", [node("Split", ["x"], ["a", "b"], axis=1, num_outputs=2), node("Concat", ["b", "a"], ["y"], axis=1)], [2, 5], opset=18)
case("Concat with constants", [node("Neg", ["x"], ["n"]), node("Concat", ["c", "x", "d", "n"], ["y"], axis=1)], [2, 3],
     {"c": weights(2, 1), "d": weights(2, 2)})
case("Concat with one variable", [node("Concat", ["x", "z"], ["y"], axis=0)], [2, 3], {"z": np.zeros((1, 3), np.float32)})
one("Pad opset 9", "Pad", [1, 2, 3], opset=9, pads=[0, 1, 2, 0, 0, 1])
one("Pad opset 9 with a value", "Pad", [1, 2, 3], opset=9, pads=[0, 1, 2, 0, 0, 1], value=0.5)
one("Pad", "Pad", [2, 3], {"p": i64(0, 1, 2, 0), "v": np.float32(1.5)})
one("Pad by a negative amount", "Pad", [2, 5], {"p": i64(0, -1, 1, -2)})
one("Pad by reflection", "Pad", [2, 4], {"p": i64(0, 3, 1, 2)}, mode="reflect")
one("Pad by the edge", "Pad", [2, 4], {"p": i64(0, 3, 1, 2)}, mode="edge")
one("Pad of one axis", "Pad", [2, 4], {"p": i64(1, 2), "a": i64(1)}, ["x", "p", "", "a"], opset=18)
one("Expand", "Expand", [3, 1], {"s": i64(2, 1, 4)})
one("Tile", "Tile", [2, 3], {"r": i64(2, 3)})
one("Upsample", "Upsample", [1, 2, 3, 2], {"s": f32(1, 1, 2, 3)}, opset=9, mode="nearest")
one("Resize opset 10", "Resize", [1, 2, 3, 2], {"s": f32(1, 1, 2, 3)}, opset=10, mode="nearest")
for mode in ["asymmetric", "half_pixel", "align_corners"]:
    for rounding in ["floor", "round_prefer_floor", "round_prefer_ceil"]:
        one(f"Resize, {mode}, {rounding}", "Resize", [1, 1, 3, 5], {"s": f32(1, 1, 3, 2)}, ["x", "", "s"],
            coordinate_transformation_mode=mode, nearest_mode=rounding)
one("Resize to sizes", "Resize", [1, 1, 4, 4], {"z": i64(1, 1, 7, 2)}, ["x", "", "", "z"])
one("Where of x", "Where", [2, 3], {"m": np.array([[True], [False]]), "c": weights(3)}, ["m", "x", "c"])
one("Where everywhere", "Where", [1, 3], {"m": np.array([[True], [True]]), "c": weights(3)}, ["m", "x", "c"])

# Limits, activations, comparisons, normalisations and reductions. They draw from numbers of their own, so that the
# cases after them stay the same.
random, others = np.random.default_rng(12), random
for low, high, name in [(-1e30, 1e30, "huge"), (-0.5, 0.5, "near"), (0.0, 6.0, "of a ReLU6")]:
    one(f"Clip, bounds {name}", "Clip", [1, 9], {"l": np.float32(low), "h": np.float32(high)}, low=-8, high=8)
case("Clip with bounds that cross", [node("Clip", ["x", "l", "h"], ["c"]), node("Add", ["c", "x"], ["y"])], [1, 5],
     {"l": np.float32(0.5), "h": np.float32(-0.5)})
case("Clip without an upper bound", [node("Clip", ["x", "l"], ["y"])], [1, 5], {"l": np.float32(0.25)})
case("Clip without a lower bound", [node("Clip", ["x", "", "h"], ["y"])], [1, 5], {"h": np.float32(0.25)})
case("Clip to infinity", [node("Clip", ["x", "l", "h"], ["y"])], [1, 5], {"l": f32(-np.inf)[0], "h": f32(np.inf)[0]})
one("Clip opset 10", "Clip", [1, 5], opset=10, min=-0.25, max=0.5)
case("Clip by variables", [node("ReduceSum", ["x"], ["s"], keepdims=0), node("Clip", ["x", "s"], ["y"])], [1, 5])
one("Max with a huge constant", "Max", [1, 5], {"c": np.float32(-1e30)}, low=-1, high=1)
one("Max with constants", "Max", [2, 5], {"c": weights(5)})
one("Min with constants that broadcast", "Min", [1, 5], {"c": weights(3, 1)})
one("Max with infinite constants", "Max", [1, 3], {"c": f32(-np.inf, 0.25, -np.inf)})
case("Max and Min of variables", [
    node("Mul", ["x", "c"], ["a"]), node("Neg", ["x"], ["b"]), node("Max", ["x", "a", "b"], ["p"]),
    node("Min", ["a", "x", "b"], ["q"]), node("Add", ["p", "q"], ["y"])], [2, 5], {"c": weights(5)})
case("Max of numbers of very different size", [
    node("Mul", ["x", "c"], ["a"]), node("Max", ["x", "a"], ["y"])], [1, 6], {"c": f32(-1e30, 1e-30, 1e20, -1e20, 2, -2)})
case("Max and Min in a row", [node("Max", ["x", "l"], ["a"]), node("Min", ["a", "h"], ["y"])], [1, 9],
     {"l": np.float32(-0.25), "h": np.float32(0.5)})
one("LeakyRelu, steep", "LeakyRelu", [1, 7], alpha=1e20)
one("LeakyRelu, negative", "LeakyRelu", [1, 7], alpha=-0.5)
one("PRelu for channels", "PRelu", [1, 3, 2, 2], {"s": f32(0.25, -0.5, 30).reshape(3, 1, 1)})
one("PRelu of one", "PRelu", [1, 5], {"s": f32(0.2)})
one("Elu with alpha", "Elu", [1, 7], alpha=-0.7, low=-3, high=3)
one("Selu", "Selu", [1, 7], low=-3, high=3)
one("Celu", "Celu", [1, 7], alpha=0.6, low=-3, high=3)
one("ThresholdedRelu", "ThresholdedRelu", [1, 9], alpha=0.5, low=-3, high=3)
one("ThresholdedRelu below 0", "ThresholdedRelu", [1, 9], alpha=-0.5, low=-3, high=3)
one("Shrink", "Shrink", [1, 9], lambd=0.5, bias=0.2)
one("Mish", "Mish", [1, 9], opset=18, low=-5, high=5)
one("Softplus, wide", "Softplus", [1, 9], low=-90, high=90)
for op in ["Softsign", "Tan", "Atan", "Sinh", "Cosh", "Asinh", "Round", "Ceil"]:
    one(op, op, [1, 9], low=-1.4, high=1.4)
for op in ["Asin", "Acos", "Atanh"]:
    one(op, op, [1, 9], low=-0.99, high=0.99)
one("Acosh", "Acosh", [1, 9], low=1, high=9)
one("Mod", "Mod", [1, 9], {"d": np.float32(0.75)}, fmod=1, low=-3, high=3)
for exponent in [3, -2, 0, 1.5, -0.5]:
    one(f"Pow {exponent}", "Pow", [1, 5], {"e": np.float32(exponent)}, low=0.2, high=2)
one("LogSoftmax of large numbers", "LogSoftmax", [2, 5], axis=-1, low=-400, high=400)
one("LogSoftmax of the first axis", "LogSoftmax", [3, 5], axis=0)
one("LogSoftmax opset 11", "LogSoftmax", [2, 3, 4], opset=11, axis=1)
for op in ["ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp", "ReduceProd"]:
    one(f"{op} opset 12", op, [2, 3, 4], opset=12, axes=[-2], keepdims=0)
    one(f"{op} of two axes", op, [2, 3, 4], {"a": i64(2, 0)}, opset=20 if op in ["ReduceMax", "ReduceMin"] else 18)
    one(f"{op} of all", op, [2, 3, 4], opset=18)
    one(f"{op} of nothing", op, [2, 3, 4], opset=18, noop_with_empty_axes=1)
one("ReduceLogSum", "ReduceLogSum", [2, 3, 4], opset=12, axes=[1], low=0.1, high=1)
one("ReduceLogSumExp of large numbers", "ReduceLogSumExp", [2, 5], opset=12, axes=[1], low=-400, high=400)
for op in ["Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal"]:
    case(f"{op} of x", [node("Round", ["x"], ["r"]), node(op, ["r", "c"], ["b"]), node("Cast", ["b"], ["y"], to=1)],
         [3, 4], {"c": f32(0)}, low=-2, high=2)
case("Logic of x", [
    node("Greater", ["x", "c"], ["g"]), node("Less", ["d", "x"], ["l"]), node("And", ["g", "l"], ["a"]),
    node("Or", ["g", "m"], ["o"]), node("Xor", ["a", "o"], ["e"]), node("Not", ["e"], ["n"]), node("Cast", ["n"], ["y"], to=1)],
    [4, 4], {"c": f32(-0.3), "d": f32(0.2), "m": np.array([True, False, True, False])})
case("Where by x", [node("Greater", ["x", "c"], ["g"]), node("Neg", ["x"], ["n"]), node("Where", ["g", "x", "n"], ["y"])],
     [2, 5], {"c": f32(0.2)})
case("Where by x with constants", [node("Greater", ["x", "c"], ["g"]), node("Where", ["g", "k", "x"], ["y"])],
     [2, 5], {"c": f32(0.2), "k": weights(5)})
case("Softplus as exported", [
    node("Greater", ["x", "t"], ["g"]), node("Exp", ["x"], ["e"]), node("Add", ["e", "o"], ["s"]), node("Log", ["s"], ["l"]),
    node("Where", ["g", "x", "l"], ["y"])], [1, 9], {"t": f32(20), "o": f32(1)}, low=-30, high=30)
one("LayerNormalization", "LayerNormalization", [2, 3, 4], {"s": weights(4), "b": weights(4)}, opset=17)
one("LayerNormalization of two axes", "LayerNormalization", [2, 3, 4], {"s": weights(3, 4)}, opset=17, axis=1, epsilon=0.01)
one("InstanceNormalization", "InstanceNormalization", [1, 3, 4, 2], {"s": weights(3), "b": weights(3)})
one("GroupNormalization", "GroupNormalization", [1, 4, 3, 2], {"s": weights(4), "b": weights(4)}, opset=21, num_groups=2)
one("MeanVarianceNormalization", "MeanVarianceNormalization", [1, 3, 4, 2])
one("RMSNormalization", "RMSNormalization", [2, 3, 4], {"s": weights(4)}, opset=23)
one("LpNormalization", "LpNormalization", [2, 5], axis=1)
one("LpNormalization by magnitudes", "LpNormalization", [2, 5], axis=0, p=1)
one("Mean of three", "Mean", [1, 5], {"a": weights(5), "b": weights(5)})
random = others

# Constants that are computed.
case("Shape arithmetic", [
    node("Shape", ["x"], ["s"]), node("Gather", ["s", "i"], ["n"]), node("Unsqueeze", ["n", "z"], ["n1"]),
    node("Mul", ["n1", "two"], ["m"]), node("Concat", ["m", "minus"], ["t"], axis=0), node("Reshape", ["x", "t"], ["y"])],
    ["batch", 2, 6], {"i": np.array(1, dtype=np.int64), "z": i64(0), "two": i64(2), "minus": i64(-1)})
case("Integer division", [
    node("Shape", ["x"], ["s"]), node("Div", ["s", "two"], ["h"]), node("Cast", ["h"], ["f"], to=1),
    node("ReduceSum", ["f"], ["r"], keepdims=1), node("Mul", ["x", "r"], ["y"])], [3, 5], {"two": i64(2)})
case("ConstantOfShape", [
    node("Shape", ["x"], ["s"]),
    node("ConstantOfShape", ["s"], ["c"], value=helper.make_tensor("v", TensorProto.FLOAT, [1], [0.5])),
    node("Add", ["x", "c"], ["y"])], [2, 3])
case("Constant attributes", [
    node("Constant", [], ["a"], value_float=0.5), node("Constant", [], ["b"], value_floats=[1.0, 2.0, 3.0]),
    node("Constant", [], ["k"], value_ints=[3, 2]), node("Mul", ["x", "a"], ["p"]), node("Add", ["p", "b"], ["q"]),
    node("Reshape", ["q", "k"], ["y"])], [2, 3])
case("Range, Equal, Where and Expand", [
    node("Range", ["zero", "three", "one"], ["r"]), node("Equal", ["r", "one"], ["e"]),
    node("Where", ["e", "big", "small"], ["w"]), node("Expand", ["w", "s"], ["f"]), node("Mul", ["x", "f"], ["y"])],
    [2, 3], {"zero": np.int64(0), "three": np.int64(3), "one": np.int64(1), "big": np.float32(5), "small": np.float32(0.5), "s": i64(2, 3)})
case("Comparisons and logic", [
    node("Less", ["c", "h"], ["l"]), node("Not", ["l"], ["n"]), node("Greater", ["c", "g"], ["k"]),
    node("And", ["n", "k"], ["b"]), node("Or", ["b", "l"], ["o"]), node("Cast", ["o"], ["f"], to=1),
    node("Mul", ["x", "f"], ["y"])], [1, 4], {"c": f32(-1, 0, 1, 2), "h": f32(0.5), "g": f32(1.5)})
case("Floor, Ceil, Round and Mod", [
    node("Floor", ["c"], ["f"]), node("Ceil", ["c"], ["g"]), node("Round", ["c"], ["r"]), node("Mod", ["c", "d"], ["m"], fmod=1),
    node("Sum", ["x", "f", "g", "r", "m"], ["y"])], [1, 4], {"c": f32(-1.5, 0.5, 1.2, 2.7), "d": f32(1)})
case("NonZero and Size", [
    node("NonZero", ["c"], ["n"]), node("Squeeze", ["n", "z"], ["i"]), node("Gather", ["x", "i"], ["g"], axis=1),
    node("Size", ["x"], ["k"]), node("Cast", ["k"], ["f"], to=1), node("Mul", ["g", "f"], ["y"])],
    [1, 4], {"c": f32(0, 1, 0, 2), "z": i64(0)})
half = np.array([0.5, -1.25, 3.0], dtype=np.float16)
case("Types of constants", [
    node("Cast", ["h"], ["a"], to=1), node("Cast", ["d"], ["b"], to=1), node("Cast", ["i"], ["c"], to=1),
    node("Sum", ["x", "a", "b", "c"], ["y"])], [1, 3], {"h": half, "d": np.array([1.0, 2.0, 3.5]), "i": np.array([1, 2, 3], dtype=np.int32)})

root = pathlib.Path(__file__).resolve().parent.parent
path = root / "Tests" / "Fixtures" / "onnx-operators.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(f"{len(cases)} models, {path.stat().st_size} bytes")
