"""Writes Tests/Fixtures/onnx-reading.json: models that test how a file is read, with right outputs.

Usage: python scripts/make_reading_fixtures.py

Needs the Python packages onnx, ml_dtypes and numpy. The outputs are those of the ONNX reference evaluator, in the precision of the
model; the committed file was made with onnx 1.23.2 and numpy 2.4.6. Each entry has a name, the model in base64, the
input and the output, flattened, and how near the output must be.
"""

import base64
import json
import pathlib

import ml_dtypes
import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

random = np.random.default_rng(11)
cases = []
node = helper.make_node
i64 = lambda *v: np.array(v, dtype=np.int64)
f32 = lambda *v: np.array(v, dtype=np.float32)


def weights(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def case(name, nodes, shape, constants=None, opset=21, kind=TensorProto.FLOAT, x=None, y=None, tolerance=2e-6, high=1.0):
    """Adds a model that maps tensor x to tensor y; y is given where the evaluator lacks the opset."""
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", kind, shape)], [helper.make_tensor_value_info("y", kind, None)],
        [v if isinstance(v, TensorProto) else numpy_helper.from_array(np.asarray(v), k) for k, v in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8 if opset < 21 else 10
    if x is None:
        x = random.uniform(-high, high, shape)
    x = np.asarray(x).astype(helper.tensor_dtype_to_np_dtype(kind))
    if y is None:
        (y,) = ReferenceEvaluator(model).run(None, {"x": x})
    elif callable(y):
        y = y(x)
    y = np.asarray(y)
    if not np.isfinite(y.astype(float)).all():
        raise ValueError(f"{name}: the output is not finite")
    cases.append({
        "name": name, "model": base64.b64encode(model.SerializeToString()).decode(),
        "input": [float(v) for v in x.ravel()], "shape": list(y.shape),
        "output": [float(v) for v in y.ravel().astype(float)], "tolerance": tolerance,
    })


# Broadcasting before opset 7: the second operand's axes are the first's from `axis` on.
channel = weights(3)
case("Add opset 6 by channel", [node("Add", ["x", "c"], ["y"], broadcast=1, axis=1)], [1, 3, 2, 2], {"c": channel}, 6,
     y=lambda x: x + channel.reshape(1, 3, 1, 1))
case("Mul opset 6 at the end", [node("Mul", ["x", "c"], ["y"], broadcast=1)], [2, 3], {"c": channel}, 6, y=lambda x: x * channel)
case("Sub opset 6 of one shape", [node("Sub", ["x", "c"], ["y"])], [1, 3], {"c": channel.reshape(1, 3)}, 6, y=lambda x: x - channel)
case("Div opset 6 by rows", [node("Div", ["x", "c"], ["y"], broadcast=1, axis=0)], [3, 2], {"c": channel + 3}, 6,
     y=lambda x: x / (channel + 3).reshape(3, 1))
case("Pow opset 6", [node("Pow", ["x", "c"], ["y"], broadcast=1)], [2, 3], {"c": f32(2)}, 6, y=lambda x: x * x)

# Integers: quotients are cut towards zero, sums wrap, and floats of them are exact.
case("Integer division truncates", [node("Div", ["a", "b"], ["q"]), node("Cast", ["q"], ["f"], to=1), node("Add", ["x", "f"], ["y"])],
     [1, 4], {"a": i64(7, -7, 7, -7), "b": i64(2, 2, -2, -2)}, y=lambda x: x + f32(3, -3, -3, 3))
case("Small integers wrap", [node("Add", ["a", "b"], ["s"]), node("Cast", ["s"], ["f"], to=1), node("Add", ["x", "f"], ["y"])],
     [1, 2], {"a": np.array([200, 3], np.uint8), "b": np.array([100, 4], np.uint8)}, y=lambda x: x + f32(44, 7))
case("Integer powers", [node("Pow", ["a", "b"], ["p"]), node("Cast", ["p"], ["f"], to=1), node("Add", ["x", "f"], ["y"])],
     [1, 2], {"a": i64(3, -2), "b": i64(4, 5)}, y=lambda x: x + f32(81, -32))
case("A cast to integers truncates", [node("Cast", ["a"], ["i"], to=7), node("Cast", ["i"], ["f"], to=1), node("Add", ["x", "f"], ["y"])],
     [1, 2], {"a": f32(2.7, -2.7)}, y=lambda x: x + f32(2, -2))
case("Mean of three", [node("Mean", ["x", "c", "c"], ["y"])], [1, 3], {"c": channel.reshape(1, 3)}, tolerance=1e-7)

# Constants are folded in the arithmetic of their type, or stay a computation.
case("A sum that single precision absorbs", [node("Add", ["a", "b"], ["s"]), node("Sub", ["s", "a"], ["d"]), node("Add", ["x", "d"], ["y"])],
     [1, 2], {"a": f32(1e9), "b": f32(0.7)})
case("Constants through a curve", [node("Exp", ["a"], ["e"]), node("Mul", ["x", "e"], ["y"])], [1, 3], {"a": f32(0.3, -1.2, 2.0)})
case("A product of constants", [node("MatMul", ["a", "b"], ["w"]), node("Add", ["x", "w"], ["y"])], [2, 2], {"a": weights(2, 3), "b": weights(3, 2)})
case("A sum of constants", [node("ReduceSum", ["a"], ["s"], keepdims=0), node("Mul", ["x", "s"], ["y"])], [1, 2], {"a": weights(5)}, opset=13)
case("A constant output", [node("Shape", ["x"], ["s"]), node("Cast", ["s"], ["f"], to=1), node("Exp", ["f"], ["y"])], [1, 3], tolerance=1e-6)
case("Half-precision weights", [node("Cast", ["w"], ["f"], to=1), node("MatMul", ["x", "f"], ["y"])], [1, 3], {"w": weights(3, 4).astype(np.float16)})
brain = weights(3, 4).astype(ml_dtypes.bfloat16)
case("bfloat16 weights", [node("Cast", ["w"], ["f"], to=1), node("MatMul", ["x", "f"], ["y"])], [1, 3],
     {"w": helper.make_tensor("w", TensorProto.BFLOAT16, [3, 4], brain.tobytes(), raw=True)}, y=lambda x: x @ brain.astype(np.float32))
case("Rounding to half precision", [node("Cast", ["a"], ["h"], to=10), node("Cast", ["h"], ["f"], to=1), node("Add", ["x", "f"], ["y"])],
     [1, 4], {"a": f32(0.1, 1e-6, 65503.9, -3e-8)}, tolerance=1e-7)

# Double precision.
case("Double precision", [node("Gemm", ["x", "w", "b"], ["h"], transB=1), node("Relu", ["h"], ["r"]), node("MatMul", ["r", "v"], ["y"])],
     [1, 1], {"w": np.array([[1e8], [1e8]]), "b": np.array([5.0, 0.0]), "v": np.array([[1.0], [-1.0]])}, kind=TensorProto.DOUBLE,
     x=[[0.7]], tolerance=1e-12)

# Minus infinity in front of a softmax.
lower = np.where(np.tril(np.ones((4, 4))) > 0, 0, -np.inf).astype(np.float32)
case("Causal mask added", [node("Add", ["x", "m"], ["s"]), node("Softmax", ["s"], ["y"], axis=-1)], [2, 4, 4], {"m": lower}, high=3.0)
case("Causal mask by Where", [node("Where", ["c", "x", "n"], ["s"]), node("Softmax", ["s"], ["y"], axis=-1)], [2, 4, 4],
     {"c": lower == 0, "n": np.float32(-np.inf)}, high=3.0)
case("Causal mask the other way round", [node("Where", ["c", "n", "x"], ["s"]), node("Softmax", ["s"], ["y"], axis=-1)], [4, 4],
     {"c": lower != 0, "n": np.float32(-np.inf)}, high=3.0)
case("Mask of another axis", [node("Add", ["m", "x"], ["s"]), node("Softmax", ["s"], ["y"], axis=1)], [2, 4, 3],
     {"m": f32(0, -np.inf, 0.5, 0).reshape(4, 1)}, high=3.0)
case("Mask that moves", [node("Add", ["x", "m"], ["s"]), node("Transpose", ["s"], ["t"], perm=[0, 2, 1]), node("Unsqueeze", ["t", "a"], ["u"]),
     node("Mul", ["u", "k"], ["v"]), node("Softmax", ["v"], ["y"], axis=-2)], [2, 4, 4], {"m": lower, "a": i64(0), "k": f32(0.5)}, high=3.0)
case("Mask before opset 13", [node("Add", ["x", "m"], ["s"]), node("Softmax", ["s"], ["y"], axis=1)], [2, 2, 2],
     {"m": f32(0, -np.inf, 0, 0).reshape(2, 2)}, opset=11, high=3.0,
     y=lambda x: (lambda e: (e / e.sum(1, keepdims=True)).reshape(2, 2, 2))(np.exp(x.reshape(2, 4)) * f32(1, 0, 1, 1)))
case("Two masks", [node("Add", ["x", "m"], ["s"]), node("Add", ["s", "k"], ["t"]), node("Softmax", ["t"], ["y"], axis=-1)], [4, 4],
     {"m": lower, "k": np.where(np.eye(4)[::-1] > 0, 0, 1).astype(np.float32)}, high=3.0)

# Integers that stand for floats.
w = random.integers(-128, 128, (3, 4)).astype(np.int8)
case("int8 weights by channel", [node("DequantizeLinear", ["w", "s"], ["f"], axis=1), node("MatMul", ["x", "f"], ["y"])], [2, 3],
     {"w": w, "s": (weights(4) + 2) / 90})
case("uint8 weights with a zero point", [node("DequantizeLinear", ["w", "s", "z"], ["f"]), node("MatMul", ["x", "f"], ["y"])], [2, 3],
     {"w": w.view(np.uint8), "s": np.float32(0.013), "z": np.uint8(117)})
case("Activations in int8", [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["y"])], [1, 9],
     {"s": np.float32(0.05), "z": np.int8(5)}, x=np.linspace(-9, 9, 9).reshape(1, 9) / 1.3)
case("Ties of activations", [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["y"])], [1, 8],
     {"s": np.float32(0.5), "z": np.uint8(3)}, x=[[0.25, 0.75, 1.25, -0.25, -0.75, -1.75, 126.25, 200.0]])
case("A quantized layer", [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["a"]),
     node("DequantizeLinear", ["w", "t"], ["f"], axis=1), node("MatMul", ["a", "f"], ["h"]), node("Relu", ["h"], ["y"])], [2, 3],
     {"s": np.float32(0.02), "z": np.uint8(128), "w": w, "t": (weights(4) + 2) / 90})
case("Activations in 4 bits", [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["y"])], [1, 5],
     {"s": np.float32(0.25), "z": helper.make_tensor("z", TensorProto.INT4, [], [1])}, x=[[-3, -0.6, 0.1, 0.9, 3]])
case("Weights in 4 bits", [node("DequantizeLinear", ["w", "s"], ["f"]), node("MatMul", ["x", "f"], ["y"])], [1, 3],
     {"w": helper.make_tensor("w", TensorProto.UINT4, [3, 1], [3, 15, 8]), "s": np.float32(0.25)}, y=lambda x: x @ (f32(3, 15, 8) * 0.25).reshape(3, 1))

# Powers with an exponent for each element, and rounding up.
case("Powers of each element", [node("Pow", ["x", "e"], ["y"])], [2, 3], {"e": f32(2, 1, 3)})
case("Powers that broadcast the base", [node("Pow", ["x", "e"], ["y"])], [2, 1], {"e": f32(2, 0, 3, 2).reshape(1, 4)})
case("Rounding up", [node("Ceil", ["x"], ["y"])], [1, 5], x=[[-1.5, -0.2, 0.0, 0.3, 2.0]])

case("Products of extents", [node("Shape", ["x"], ["s"]), node("ReduceProd", ["s"], ["p"], keepdims=0), node("Cast", ["p"], ["f"], to=1),
     node("Div", ["x", "f"], ["y"])], [2, 3])

path = pathlib.Path(__file__).parent.parent / "Tests/Fixtures/onnx-reading.json"
path.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(f"{len(cases)} cases, {path.stat().st_size} bytes")
