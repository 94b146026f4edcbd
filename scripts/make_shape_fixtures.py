"""Writes Tests/Fixtures/onnx-shapes.json: models of windows, resizing, data movement and recurrence, with outputs.

Beside it, onnx-shapes-refused.json holds models that must be refused, with a part of the message.

Usage: python scripts/make_shape_fixtures.py

Needs the Python packages onnx, onnxruntime and numpy. The committed file was made with onnx 1.23.2,
onnxruntime 1.32.0 and numpy 2.4.6. Outputs are those of ONNX Runtime; each must also be that of the standard's
reference evaluator, but for the cases marked `alone`, where the comment says why. Cases marked `reference` are
those that ONNX Runtime does not run. The format is that of make_onnx_fixtures.py.
"""

import base64
import itertools
import json
import pathlib

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

random = np.random.default_rng(12)
cases = []
ort.set_default_logger_severity(4)


def weights(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def i64(*v):
    return np.array(v, dtype=np.int64)


def f32(*v):
    return np.array(v, dtype=np.float32)


def node(op, inputs, outputs=("y",), **attributes):
    return helper.make_node(op, list(inputs), list(outputs), name=f"{op} {outputs[-1]}", **attributes)


def model_of(nodes, shape, constants, opset):
    """A model that maps tensor x to tensor y."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    return model


def case(name, nodes, shape, constants=None, opset=13, alone=False, reference=False):
    """Adds a model with its output."""
    model = model_of(nodes, shape, constants, opset)
    data = model.SerializeToString()
    x = random.uniform(-1, 1, shape).astype(np.float32)
    y = None
    if not reference:
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        y = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"]).run(["y"], {"x": x})[0]
    if not alone:
        expected = ReferenceEvaluator(model).run(["y"], {"x": x})[0]
        y = expected if y is None else y
        np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5, err_msg=name)
    if not np.isfinite(y).all():
        raise ValueError(f"{name}: the output is not finite")
    cases.append(
        {
            "name": name,
            "model": base64.b64encode(data).decode(),
            "input": [float(f"{v:.9g}") for v in x.ravel().astype(float)],
            "shape": list(y.shape),
            "output": [float(f"{v:.9g}") for v in y.ravel().astype(float)],
        }
    )


def one(name, op, shape, constants=None, order=None, opset=13, alone=False, reference=False, **attributes):
    """Adds a model of one node that reads x and constants."""
    inputs = order or ["x"] + list(constants or {})
    case(name, [node(op, inputs, **attributes)], shape, constants, opset, alone, reference)


refusals = []


def refused(part, op, shape, constants=None, order=None, opset=13, outputs=("y",), **attributes):
    """Adds a model that must be refused with a message of which a part is given."""
    nodes = [node(op, order or ["x"] + list(constants or {}), outputs, **attributes)]
    model = model_of(nodes, shape, constants, opset)
    name = f"{op}: {part}"
    refusals.append({"name": name, "part": part, "model": base64.b64encode(model.SerializeToString()).decode()})


# Poolings. The reference evaluator puts some last windows elsewhere under ceil_mode, and pads before the end under
# auto_pad in MaxPool; the standard's text is what ONNX Runtime does, so those are compared with it alone.
extents = {1: [7], 2: [6, 7], 3: [4, 5, 6]}
for axes, stride, pads, ceil, count, dilation in itertools.product(
    [1, 2, 3], [2, 3], [(0, 0), (1, 1), (0, 1)], [0, 1], [0, 1], [1, 2]
):
    if axes == 3 and (stride == 3 or pads == (0, 1)):
        continue
    shape = [1, 1] + extents[axes]
    attributes = {
        "kernel_shape": [2] * axes if dilation == 2 else [3] * (axes - 1) + [2],
        "strides": [stride] * axes,
        "pads": [pads[0]] * axes + [pads[1]] * axes,
        "ceil_mode": ceil,
    }
    if dilation > 1:
        attributes["dilations"] = [dilation] * axes
    kind = f"{axes} axes, stride {stride}, pads {pads}, ceil {ceil}, dilation {dilation}"
    one(f"AveragePool, {kind}, count {count}", "AveragePool", shape, opset=22 if dilation > 1 else 11, alone=True,
        count_include_pad=count, **attributes)
    if count == 0:
        one(f"MaxPool, {kind}", "MaxPool", shape, opset=12, alone=True, **attributes)
for op, mode, ceil in itertools.product(["AveragePool", "MaxPool"], ["SAME_UPPER", "SAME_LOWER", "VALID"], [0, 1]):
    one(f"{op}, {mode}, ceil {ceil}", op, [1, 2, 5, 6], opset=12, alone=True, kernel_shape=[3, 2], strides=[2, 2],
        auto_pad=mode, ceil_mode=ceil)
one("AveragePool of PyTorch", "AveragePool", [1, 1, 6, 6], opset=18, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
one("AveragePool, a window larger than the image", "AveragePool", [1, 1, 2, 2], opset=18, alone=True,
    kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
for op in ["GlobalAveragePool", "GlobalMaxPool"]:
    for shape in [[1, 2, 5], [1, 2, 3, 4], [1, 2, 3, 2, 3]]:
        # The reference evaluator reduces too much in GlobalMaxPool.
        one(f"{op} of {len(shape) - 2} axes", op, shape, alone=op == "GlobalMaxPool")

# Convolutions over one and three axes.
for name, attributes in {
    "plain": {}, "strides": {"strides": [2, 1, 2]}, "pads": {"pads": [1, 0, 2, 1, 1, 0]},
    "dilations": {"dilations": [2, 1, 2], "pads": [1, 1, 1, 1, 1, 1]}, "groups": {"group": 2, "pads": [1] * 6},
    "SAME_UPPER": {"auto_pad": "SAME_UPPER", "strides": [2, 2, 2]},
    "SAME_LOWER": {"auto_pad": "SAME_LOWER", "strides": [2, 2, 2]},
}.items():
    group = attributes.get("group", 1)
    one(f"Conv of three axes, {name}", "Conv", [1, 2, 4, 5, 4], {"w": weights(4, 2 // group, 3, 2, 2), "b": weights(4)},
        **attributes)
for name, attributes in {
    "plain": {}, "strides": {"strides": [2, 1, 3]}, "pads": {"pads": [1, 0, 0, 1, 1, 0]},
    "dilations": {"dilations": [2, 1, 2]}, "groups": {"group": 2},
    "output_padding": {"strides": [2, 3, 2], "output_padding": [1, 2, 0]},
    "SAME_UPPER": {"auto_pad": "SAME_UPPER", "strides": [2, 2, 2]},
}.items():
    group = attributes.get("group", 1)
    # The reference evaluator lacks some attributes over three axes.
    one(f"ConvTranspose of three axes, {name}", "ConvTranspose", [1, 2, 3, 2, 3],
        {"w": weights(2, 3, 3, 2, 2), "b": weights(3 * group)}, alone=True, **attributes)
one("Conv of one axis, groups", "Conv", [1, 4, 9], {"w": weights(2, 2, 3)}, group=2, strides=[2], dilations=[2], pads=[2, 1])
one("ConvTranspose of one axis, all", "ConvTranspose", [1, 4, 5], {"w": weights(4, 2, 3)}, alone=True, group=2,
    strides=[3], output_padding=[2], dilations=[2], pads=[1, 0])
one("Conv of two examples", "Conv", [2, 1, 3, 3, 3], {"w": weights(2, 1, 2, 2, 2)})

# Resizing.
transforms = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
for mode, transform in itertools.product(["nearest", "linear", "cubic"], transforms):
    for sizes in [[8, 3], [2, 9]]:
        one(f"Resize, {mode}, {transform}, to {sizes}", "Resize", [1, 1, 4, 5], {"z": i64(1, 1, *sizes)},
            ["x", "", "", "z"], mode=mode, coordinate_transformation_mode=transform)
    one(f"Resize, {mode}, {transform}, of two axes alone", "Resize", [1, 2, 4, 5], {"z": i64(6, 7)},
        ["x", "", "", "z"], opset=18, axes=[2, 3], mode=mode, coordinate_transformation_mode=transform)
    if transform != "align_corners":
        one(f"Resize, {mode}, {transform}, by scales", "Resize", [1, 1, 4, 5], {"s": f32(1, 1, 2.3, 0.7)},
            ["x", "", "s"], mode=mode, coordinate_transformation_mode=transform)
        one(f"Resize, {mode}, {transform}, one extent kept", "Resize", [1, 1, 3, 5], {"s": f32(1, 1, 1.3, 2)},
            ["x", "", "s"], mode=mode, coordinate_transformation_mode=transform)
for rounding in ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]:
    one(f"Resize, {rounding}", "Resize", [1, 1, 4, 5], {"s": f32(1, 1, 1.5, 0.7)}, ["x", "", "s"], nearest_mode=rounding)
for mode in ["linear", "cubic"]:
    one(f"Resize, {mode}, antialias", "Resize", [1, 1, 7, 5], {"z": i64(1, 1, 3, 8)}, ["x", "", "", "z"], opset=18,
        mode=mode, antialias=1)
    one(f"Resize, {mode}, antialias, exclude_outside", "Resize", [1, 1, 7, 5], {"z": i64(1, 1, 3, 2)}, ["x", "", "", "z"],
        opset=18, mode=mode, antialias=1, exclude_outside=1)
    for value in [0.0, 10.0]:
        one(f"Resize, {mode}, tf_crop_and_resize, {value}", "Resize", [1, 1, 4, 5],
            {"r": f32(0, 0, -0.2, 0.3, 1, 1, 0.8, 1.1), "z": i64(1, 1, 5, 7)}, ["x", "r", "", "z"], mode=mode,
            coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=value)
one("Resize, nearest, tf_crop_and_resize", "Resize", [1, 1, 4, 5], {"r": f32(-0.2, 0.3, 0.8, 1.1), "z": i64(5, 7)},
    ["x", "r", "", "z"], opset=18, axes=[2, 3], coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=3.0)
one("Resize, cubic, coefficient", "Resize", [1, 1, 4, 5], {"z": i64(1, 1, 7, 9)}, ["x", "", "", "z"], mode="cubic",
    cubic_coeff_a=-0.5, exclude_outside=1)
for policy in ["not_larger", "not_smaller"]:
    one(f"Resize, {policy} of two axes", "Resize", [1, 1, 3, 5], {"z": i64(7, 8)}, ["x", "", "", "z"], opset=18,
        axes=[2, 3], keep_aspect_ratio_policy=policy)
# The reference evaluator rounds some places to the pixel before.
one("Resize, half_pixel_symmetric", "Resize", [1, 1, 7, 5], {"s": f32(1, 1, 0.75, 1.3)}, ["x", "", "s"], opset=19,
    alone=True, mode="linear", coordinate_transformation_mode="half_pixel_symmetric")
# The reference evaluator has left this mode out.
one("Resize, tf_half_pixel_for_nn", "Resize", [1, 1, 4, 5], {"r": f32(), "s": f32(1, 1, 1.5, 0.6)}, ["x", "r", "s"],
    opset=11, alone=True, coordinate_transformation_mode="tf_half_pixel_for_nn")
one("Resize of one axis", "Resize", [1, 2, 6], {"z": i64(1, 2, 9)}, ["x", "", "", "z"], mode="linear")
one("Resize of three axes", "Resize", [1, 1, 3, 4, 2], {"z": i64(1, 1, 5, 3, 4)}, ["x", "", "", "z"], mode="linear")
one("Upsample, linear", "Upsample", [1, 1, 3, 4], {"s": f32(1, 1, 2, 1.5)}, opset=9, mode="linear", alone=True)
one("Upsample opset 7", "Upsample", [1, 1, 3, 4], opset=7, mode="nearest", scales=[1.0, 1.0, 2.0, 1.5], alone=True)

# Sampling at constant places.
for mode, padding, align in itertools.product(["linear", "nearest", "cubic"], ["zeros", "border", "reflection"], [0, 1]):
    one(f"GridSample, {mode}, {padding}, align {align}", "GridSample", [1, 2, 4, 5],
        # Beyond the border, cubic, ONNX Runtime and the reference evaluator differ.
        {"g": (weights(1, 3, 4, 2) * (0.7 if (mode, padding) == ("cubic", "border") else 1.4)).astype(np.float32)}, opset=20, mode=mode, padding_mode=padding, align_corners=align)
one("GridSample of two examples", "GridSample", [2, 1, 3, 3], {"g": weights(2, 2, 2, 2)}, opset=16)
one("GridSample of three axes", "GridSample", [1, 1, 3, 2, 4], {"g": weights(1, 2, 2, 2, 3)}, opset=20, mode="linear")

# Elements moved.
for mode in ["DCR", "CRD"]:
    one(f"DepthToSpace, {mode}", "DepthToSpace", [1, 8, 2, 3], blocksize=2, mode=mode)
one("SpaceToDepth", "SpaceToDepth", [1, 2, 4, 6], blocksize=2)
for upper, k in itertools.product([0, 1], [-1, 0, 2]):
    one(f"Trilu, upper {upper}, {k}", "Trilu", [2, 3, 4], {"k": np.array(k, np.int64)}, opset=14, upper=upper)
one("Trilu by default", "Trilu", [3, 3], opset=14)
one("ReverseSequence", "ReverseSequence", [4, 3, 2], {"n": i64(4, 1, 3)}, opset=10)
one("ReverseSequence, batch first", "ReverseSequence", [3, 4, 2], {"n": i64(2, 4, 0)}, opset=10, batch_axis=0, time_axis=1)
one("GatherElements", "GatherElements", [3, 3], {"i": i64(0, 2, -1, 1, 1, 0).reshape(3, 2)}, axis=1)
one("GatherND", "GatherND", [2, 3, 4], {"i": i64(0, 1, 1, -1).reshape(2, 2)}, opset=12)
one("GatherND with batches", "GatherND", [2, 3, 4], {"i": i64(2, 0).reshape(2, 1)}, opset=12, batch_dims=1)
one("ScatterElements", "ScatterElements", [3, 3], {"i": i64(0, 2, 1, -1).reshape(2, 2), "u": weights(2, 2)}, axis=1)
one("ScatterElements, add", "ScatterElements", [3, 3], {"i": i64(0, 2, 1, 1).reshape(2, 2), "u": weights(2, 2)}, opset=18,
    axis=1, reduction="add")
one("ScatterElements of x", "ScatterElements", [2, 2], {"d": weights(3, 3), "i": i64(0, 2, 1, 0).reshape(2, 2)},
    ["d", "i", "x"])
one("ScatterND", "ScatterND", [4, 3], {"i": i64(1, 3).reshape(2, 1), "u": weights(2, 3)})
one("ScatterND, add", "ScatterND", [4, 3], {"i": i64(1, 1).reshape(2, 1), "u": weights(2, 3)}, opset=18, reduction="add")
for reduction in ["mul", "max", "min"]:
    one(f"ScatterElements, {reduction}", "ScatterElements", [3, 3], {"i": i64(0, 2, 1, 1).reshape(2, 2), "u": weights(2, 2)},
        opset=18, axis=1, reduction=reduction)
    one(f"ScatterND, {reduction}, x twice", "ScatterND", [2, 3], {"d": weights(4, 3), "i": i64(1, 1).reshape(2, 1)},
        ["d", "i", "x"], opset=18, reduction=reduction)
for exclusive, reverse in itertools.product([0, 1], [0, 1]):
    one(f"CumSum, exclusive {exclusive}, reverse {reverse}", "CumSum", [2, 4, 3], {"a": np.array(1, np.int64)},
        opset=14, exclusive=exclusive, reverse=reverse)
one("CumSum from the end", "CumSum", [3], {"a": np.array(-1, np.int64)}, opset=14)
for mode, pads in itertools.product(["constant", "reflect", "edge", "wrap"], [(1, 2, 2, 1), (0, 3, 1, 0)]):
    one(f"Pad, {mode}, {pads}", "Pad", [3, 4], {"p": i64(*pads), "v": np.float32(0.5)}, opset=19, mode=mode)
one("Pad of one axis by reflection", "Pad", [2, 4], {"p": i64(1, 2), "a": i64(-1)}, ["x", "p", "", "a"], opset=19, mode="reflect")
one("Slice reversed", "Slice", [3, 5], {"s": i64(-1, 4), "e": i64(-(2**63), 0), "a": i64(0, 1), "t": i64(-1, -2)})
case("Split, the last part shorter", [node("Split", ["x"], ["a", "b", "c"], axis=1, num_outputs=3),
     node("Concat", ["c", "a", "b"], axis=1)], [2, 5], opset=18)

# Einstein sums.
for equation, shape, other in [
    ("ij->ji", [2, 3], None), ("ii->i", [3, 3], None), ("ii", [3, 3], None), ("ij->i", [2, 3], None),
    ("ij->", [2, 3], None), ("...ij->...ji", [2, 3, 4], None), ("ij,jk->ik", [2, 3], [3, 4]), ("ij,jk", [2, 3], [3, 4]),
    ("bij,bjk->bik", [2, 3, 4], [2, 4, 2]), ("bij,jk->bik", [2, 3, 4], [4, 2]), ("...ij,jk->...ik", [2, 3, 4], [4, 2]),
    ("...ij,...jk->...ik", [2, 1, 3, 4], [1, 5, 4, 2]), ("i,j->ij", [3], [4]), ("i,i->", [4], [4]), ("ij,ij->ij", [2, 3], [2, 3]),
    ("bhqd,bhkd->bhqk", [1, 2, 3, 4], [1, 2, 5, 4]), ("bhqk,bhkd->bqhd", [1, 2, 3, 5], [1, 2, 5, 4]), ("ijk,k->ji", [2, 3, 4], [4]),
    ("ij,k->i", [2, 3], [4]), ("iij,jk->ik", [3, 3, 2], [2, 4]),
]:
    if other is None:
        one(f"Einsum {equation}", "Einsum", shape, equation=equation)
    else:
        one(f"Einsum {equation}, {shape} by {other}", "Einsum", shape, {"c": weights(*other)}, equation=equation)
        one(f"Einsum {equation}, {other} of {shape}", "Einsum", other, {"c": weights(*shape)}, ["c", "x"], equation=equation)
case("Einsum of two variables", [node("Neg", ["x"], ["n"]), node("Einsum", ["x", "n"], equation="bij,bkj->bik")], [2, 3, 4])
one("Einsum of three", "Einsum", [2, 3], {"c": weights(3, 4), "d": weights(4, 2)}, equation="ij,jk,kl->il")

# Recurrences, unrolled. The reference evaluator has one direction only, and not every attribute.
for op, gates in [("LSTM", 4), ("GRU", 3), ("RNN", 1)]:
    for direction in ["forward", "reverse", "bidirectional"]:
        count = 2 if direction == "bidirectional" else 1
        w = {"w": weights(count, gates * 3, 2), "r": weights(count, gates * 3, 3), "b": weights(count, gates * 6)}
        one(f"{op}, {direction}", op, [4, 2, 2], w, opset=14, alone=True, hidden_size=3, direction=direction)
        state = {"n": np.array([4, 4], np.int32), "h": weights(count, 2, 3)}
        if op == "LSTM":
            state["c"] = weights(count, 2, 3)
        case(f"{op}, {direction}, last state", [node(op, ["x", *w, *state], ["", "y"], hidden_size=3, direction=direction)],
             [4, 2, 2], w | state, opset=14, alone=True)
    w = {"w": weights(1, gates * 3, 2), "r": weights(1, gates * 3, 3)}
    one(f"{op} without bias", op, [3, 1, 2], w, opset=14, alone=True, hidden_size=3)
    one(f"{op}, batch first", op, [1, 3, 2], w, opset=14, reference=True, hidden_size=3, layout=1)
    one(f"{op}, activations", op, [3, 1, 2], w, opset=14, alone=True, hidden_size=3,
        activations=["Sigmoid", "Relu", "Tanh"][-3 if op == "LSTM" else -2 if op == "GRU" else -1:] if op != "RNN" else ["Relu"])
w = {"w": weights(1, 9, 2), "r": weights(1, 9, 3), "b": weights(1, 18)}
one("GRU, linear_before_reset", "GRU", [4, 2, 2], w, opset=14, alone=True, hidden_size=3, linear_before_reset=1)
w = {"w": weights(1, 12, 2), "r": weights(1, 12, 3), "b": weights(1, 24)}
case("LSTM with peepholes", [node("LSTM", ["x", "w", "r", "b", "", "", "", "p"], hidden_size=3)], [4, 2, 2],
     w | {"p": weights(1, 9)}, opset=14, alone=True)
one("LSTM, input_forget", "LSTM", [4, 2, 2], w, opset=14, alone=True, hidden_size=3, input_forget=1)
case("LSTM, last cell", [node("LSTM", ["x", "w", "r", "b"], ["", "", "y"], hidden_size=3)], [4, 2, 2], w, opset=14, alone=True)

# What is read in two ways, or not at all.
refused("auto_pad SAME_UPPER with dilations or pixels that no window sees", "AveragePool", [1, 1, 6, 6], opset=22, kernel_shape=[2, 2],
        dilations=[2, 2], auto_pad="SAME_UPPER")
refused("auto_pad SAME_LOWER with dilations or pixels that no window sees", "MaxPool", [1, 1, 6, 6], kernel_shape=[2, 2],
        strides=[3, 3], auto_pad="SAME_LOWER")
refused("larger than its input", "MaxPool", [1, 1, 3, 3], kernel_shape=[4, 4])
refused("1 to 3 are", "MaxPool", [1, 1, 3, 3, 3, 3], kernel_shape=[2] * 4)
refused("its output of indices is not supported", "MaxPool", [1, 1, 3, 3], kernel_shape=[2, 2], outputs=("m", "y"))
for transform in ["align_corners", "tf_crop_and_resize"]:
    refused("place pixels differently", "Resize", [1, 1, 4, 4], {"r": f32(0, 0, 0, 0, 1, 1, 1, 1), "s": f32(1, 1, 0.6, 0.6)},
            mode="linear", coordinate_transformation_mode=transform)
refused("place pixels differently", "Resize", [1, 1, 3, 3], {"s": f32(1, 1, 1.3, 1.2)}, ["x", "", "s"], mode="linear")
refused("place pixels differently", "Resize", [1, 1, 5, 4], {"s": f32(1, 1, 1.1, 0.5)}, ["x", "", "s"], opset=18, mode="linear",
        antialias=1)
refused("not defined before opset 11", "Resize", [1, 1, 4, 5], {"s": f32(1, 1, 0.75, 0.6)}, opset=10)
refused("is read in two ways", "Slice", [4], {"s": i64(3), "e": i64(2**63 - 1), "a": i64(0), "t": i64(-1)})
refused("mode wrap with the negative pads", "Pad", [2, 4], {"p": i64(0, -1, 1, 2)}, opset=19, mode="wrap")
refused("strides that no kernel fills is read in two ways", "ConvTranspose", [1, 1, 3, 3], {"w": weights(1, 1, 2, 2)},
        strides=[3, 3], auto_pad="SAME_UPPER")
refused("larger than its input", "Conv", [1, 1, 2, 4, 4], {"w": weights(1, 1, 3, 2, 2)})
refused("scales and sizes are both missing", "Resize", [1, 1, 4, 5])
refused("grid depends on the input", "GridSample", [1, 2, 2, 2], order=["x", "x"], opset=20)
refused("replaced twice", "ScatterND", [4, 3], {"i": i64(1, 1).reshape(2, 1), "u": weights(2, 3)})
refused("outside axis 1", "GatherElements", [2, 2], {"i": i64(0, 2).reshape(2, 1)}, axis=1)
refused("equation ij,jk for 1 operands", "Einsum", [2, 3], equation="ij,jk")
refused("axis j has extents 3 and 4", "Einsum", [2, 3], {"c": weights(4, 2)}, equation="ij,jk->ik")
w = {"w": weights(1, 12, 2), "r": weights(1, 12, 3)}
refused("attribute clip", "LSTM", [4, 2, 2], w, hidden_size=3, clip=1.0)
refused("the whole sequence", "LSTM", [4, 2, 2], w | {"n": np.array([4, 3], np.int32)}, ["x", "w", "r", "", "n"], hidden_size=3)
refused("activations Softsign", "LSTM", [4, 2, 2], w, hidden_size=3, activations=["Softsign", "Tanh", "Tanh"])

root = pathlib.Path(__file__).resolve().parent.parent
for name, entries in [("onnx-shapes.json", cases), ("onnx-shapes-refused.json", refusals)]:
    path = root / "Tests" / "Fixtures" / name
    path.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in entries) + "\n]\n")
    print(f"{name}: {len(entries)} models, {path.stat().st_size} bytes")
