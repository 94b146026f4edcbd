"""Tests of the second checker: python3 -m unittest discover certificates"""
import base64
import contextlib
import copy
import csv
import gzip
import hashlib
import io
import itertools
import json
import math
import os
import random
import sys
import tempfile
import unittest
from fractions import Fraction

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import checker
from suretycheck import Rejected
from suretycheck.arithmetic import Exact, Floats, fractions
from suretycheck.bounds import Bounds, Empty
from suretycheck.curves import line_below, value
from suretycheck.distances import Maps, balls, is_norm
from suretycheck.proofs import Checker, Model
from suretycheck.reading import number, parse_json
from suretycheck.region import Region

np.seterr(all="ignore")


def array(values, dtype="f64", **more):
    values = np.asarray(values, {"f64": "<f8", "f32": "<f4", "u8": "u1", "u32": "<u4"}[dtype])
    return {"dtype": dtype, "shape": list(values.shape), "data": base64.b64encode(values.tobytes()).decode(), **more}


def model_of(nodes, constants, shape, outputs, opset=13, name="y", kind=np.float32):
    """An ONNX file of nodes (operation, inputs, output, attributes) and constants that are floats of a kind or whole."""
    made = [helper.make_node(op, reads, [out] if isinstance(out, str) else out, **attributes) for op, reads, out, attributes in nodes]
    tensors = [numpy_helper.from_array(np.asarray(v) if np.asarray(v).dtype.kind == "i" else np.asarray(v, kind), k) for k, v in constants.items()]
    floats = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    graph = helper.make_graph(made, "g", [helper.make_tensor_value_info("x", floats, shape)], [helper.make_tensor_value_info(name, floats, outputs)], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString()


def dense(layers, leaky=None):
    """A network of Gemm and Relu; layers are (matrix of outputs x inputs, bias)."""
    nodes, constants, read = [], {}, "x"
    for i, (w, b) in enumerate(layers):
        last = i + 1 == len(layers)
        constants.update({f"w{i}": w, f"b{i}": b})
        nodes.append(("Gemm", [read, f"w{i}", f"b{i}"], "y" if last else f"h{i}", {"transB": 1}))
        if not last:
            nodes.append(("LeakyRelu", [f"h{i}"], f"r{i}", {"alpha": leaky}) if leaky else ("Relu", [f"h{i}"], f"r{i}", {}))
        read = f"r{i}"
    return model_of(nodes, constants, [1, layers[0][0].shape[1]], [1, layers[-1][0].shape[0]])


def layers_of(rng, sizes, scale=lambda rng, shape: rng.standard_normal(shape)):
    return [(scale(rng, (m, n)).astype(np.float32), scale(rng, (m,)).astype(np.float32)) for n, m in zip(sizes, sizes[1:])]


def exact_dense(layers, x):
    """The network's output in rationals, written down anew."""
    x = [Fraction(float(v)) if not isinstance(v, Fraction) else v for v in x]
    for i, (w, b) in enumerate(layers):
        x = [sum((Fraction(float(a)) * v for a, v in zip(row, x)), Fraction(float(c))) for row, c in zip(w, b)]
        if i + 1 < len(layers):
            x = [max(v, Fraction(0)) for v in x]
    return x


def certificate(data, region, prop, proof, meaning=("real",), verdict="holds"):
    return {"format": "surety-certificate", "version": 1, "proof": proof, "claim": {
        "network": {"sha256": hashlib.sha256(data).hexdigest(), "input": "x", "output": "y"}, "meaning": list(meaning), "region": region,
        "property": prop, "verdict": verdict, "words": "for people"}}


def box(lower, upper):
    return {"kind": "box", "lower": array(lower), "upper": array(upper)}


def at_most(place, bound, strict=False, coefficient="1"):
    """The property whose violations are outputs with coefficient * Y_place <= bound."""
    return {"kind": "conditions", "conditions": [[{"outputs": [[place, coefficient]], "bound": bound, "strict": strict}]]}


def reason(value, data, exact=False):
    return checker.verdict(json.dumps(value).encode(), Model(data), exact)


LINEAR = {"rule": "linear"}


class Case(unittest.TestCase):
    def accepted(self, value, data, **more):
        self.assertIsNone(reason(value, data, **more))

    def rejected(self, value, data, text=""):
        found = reason(value, data)
        self.assertIsNotNone(found, "a false or broken certificate was accepted")
        self.assertIn(text, found)


def bounds_of(data, lower, upper, numbers=None, binary32=False, passes="unstable", cuts=(), base=None):
    net, _ = Model(data).network("x", "y")
    region = Region(box(lower, upper), net.shapes["x"])
    nodes = {n.inputs[0]: passes for n in net.order if n.kind in ("relu", "leaky", "sigmoid", "tanh") and n.inputs[0] in net.nodes} if passes else {}
    return Bounds(net, region, numbers or Floats(), binary32, base, cuts).run(nodes)


def output_minima(bounds, affine_only=False):
    """Lower bounds of each output and of its negative."""
    output, numbers = bounds.net.output, bounds.numbers
    n = bounds.net.size(output)
    rows = numbers.zeros(2 * n, n)
    rows[np.arange(n), np.arange(n)] += 1
    rows[n + np.arange(n), np.arange(n)] -= 1
    return bounds.function({output: rows}, numbers.zeros(2 * n), affine_only=affine_only)


class Soundness(Case):
    """Bounds against exact values at corners, ends and points."""

    def hold(self, layers, lower, upper, rng, points=12):
        data = dense(layers)
        points = [lower, upper] + [np.where(rng.random(len(lower)) < 0.5, lower, upper) for _ in range(points)]
        points += [[Fraction(float(l)) + (Fraction(float(u)) - Fraction(float(l))) * Fraction(int(rng.integers(0, 17)), 16) for l, u in zip(lower, upper)]
                   for _ in range(points[0].size)]
        values = [exact_dense(layers, p) for p in points]
        for binary32, numbers, passes in itertools.product((False, True), (Floats(), Exact()), ("unstable", None)):
            try:
                bounds = bounds_of(data, lower, upper, numbers, binary32, passes)
            except Rejected as error:
                self.assertIn("overflow", str(error))
                continue
            for found in (output_minima(bounds), output_minima(bounds, True)):
                n = len(found) // 2
                for y in values:
                    for i in range(n):
                        self.assertLessEqual(Fraction(found[i]) if np.isfinite(float(found[i])) else -10 ** 400, y[i])
                        self.assertLessEqual(y[i], -Fraction(found[n + i]) if np.isfinite(float(found[n + i])) else 10 ** 400)
            for y in values:
                for i in range(len(y)):
                    self.assertTrue(Fraction(bounds.lower["y"][i]) <= y[i] <= Fraction(bounds.upper["y"][i]))

    def test_random_networks(self):
        for seed in range(6):
            rng = np.random.default_rng(seed)
            layers = layers_of(rng, [3, 5, 4, 2])
            middle = rng.standard_normal(3)
            self.hold(layers, middle - 0.3, middle + 0.4, rng)

    def test_hostile_weights(self):
        def wild(rng, shape):
            return rng.standard_normal(shape) * 10.0 ** rng.integers(-30, 31, shape)

        def subnormal(rng, shape):
            return rng.integers(-9, 10, shape) * 2.0 ** rng.choice([-149, -140, -126, 0, 20], shape)

        for seed, scale in itertools.product(range(5), (wild, subnormal)):
            rng = np.random.default_rng(seed)
            layers = layers_of(rng, [2, 3, 3, 2], scale)
            self.hold(layers, np.array([-1.0, 2.0 ** -140]), np.array([2.0, 2.0 ** 30]), rng, points=5)

    def test_cancellation_behind_a_gate(self):
        big = 2.0 ** 24
        layers = [(np.float32([[1, 0], [1, 1]]), np.float32([big, 0])), (np.float32([[1, -1], [1, -1]]), np.float32([-big, -big])),
                  (np.float32([[1, -1], [2.0 ** 60, 1]]), np.float32([0, 0]))]
        for low, high in (([-1, -1], [1, 1]), ([1e-9, 1], [2e-9, 1]), ([-big, -3], [2.0 ** 54, 5])):
            self.hold(layers, np.array(low, float), np.array(high, float), np.random.default_rng(1))

    def test_boxes_of_one_unit(self):
        rng = np.random.default_rng(3)
        layers = layers_of(rng, [3, 4, 2])
        for scale in (1e-300, 1e-40, 1.0, 1e15):
            lower = rng.standard_normal(3) * scale
            self.hold(layers, lower, np.nextafter(lower, np.inf), rng, points=4)

    def test_exact_arithmetic_decides_a_tie(self):
        data = dense([(np.float32([[1, 1], [1, -1]]), np.float32([0, 0])), (np.float32([[1, 1]]), np.float32([0]))])
        # y = relu(a + b) + relu(a - b), least 0 on the box; "y < 0" is impossible, "y <= 0" is not
        region = box([-1, -1], [1, 1])
        self.accepted(certificate(data, region, at_most(0, "0", True), LINEAR), data)
        self.rejected(certificate(data, region, at_most(0, "0", False), LINEAR), data, "not shown impossible")
        self.accepted(certificate(data, region, at_most(0, "0", True), LINEAR), data, exact=True)

    def test_a_bound_near_the_minimum_is_found(self):
        data = dense([(np.float32([[2, -1]]), np.float32([0.5]))])  # least -2 - 1 + 0.5 on [-1, 1]^2
        for meaning in (["real"], ["binary32"], ["real", "binary32"]):
            self.accepted(certificate(data, box([-1, -1], [1, 1]), at_most(0, "-2.51"), LINEAR, meaning), data)
            self.rejected(certificate(data, box([-1, -1], [1, 1]), at_most(0, "-2.49"), LINEAR, meaning), data)

    def test_every_order_of_float32_sums_lies_in_the_intervals(self):
        rng = np.random.default_rng(5)
        for trial in range(40):
            layers = layers_of(rng, [6, 8, 3], lambda r, s: r.standard_normal(s) * 10.0 ** r.integers(-3, 4, s))
            x = rng.standard_normal(6).astype(np.float32)
            bounds = bounds_of(dense(layers), x, x, binary32=True)
            found = output_minima(bounds)
            for _ in range(50):
                v = x
                for i, (w, b) in enumerate(layers):
                    out = []
                    for row, c in zip(w, b):
                        terms = [(a, z) for a, z in zip(row, v)] + [(c, np.float32(1))]
                        rng.shuffle(terms)
                        total = np.float32(0)
                        for a, z in terms:
                            fused = rng.random() < 0.5  # float64 holds the product exactly; its sum is rounded twice, close to a fused step
                            total = np.float32(float(total) + float(a) * float(z)) if fused else np.float32(total + np.float32(a * z))
                        out.append(total)
                    v = np.array(out, np.float32) if i + 1 == len(layers) else np.maximum(np.array(out, np.float32), np.float32(0))
                self.assertTrue((found[:3] <= v).all() and (v <= -found[3:]).all())
        self.assertGreater(float((-found[3:] - found[:3]).max()), 0)

    def test_a_folded_batch_normalisation_lies_in_the_intervals(self):
        rng = np.random.default_rng(6)
        data, v = normalised(rng)
        x = rng.standard_normal(16).astype(np.float32)
        found = output_minima(bounds_of(data, x, x, binary32=True))
        n = len(found) // 2
        inverse = (v["scale"] / np.sqrt(v["variance"] + np.float32(1e-5))).astype(np.float32)
        folded = (v["w"] * inverse[:, None, None, None]).astype(np.float32)
        constant = ((v["b"] - v["mean"]) * inverse + v["bias"]).astype(np.float32)
        for weights, bias in ((folded, constant),):
            plain = model_of([("Conv", ["x", "w", "b"], "y", {"pads": [1, 1, 1, 1]})], {"w": weights, "b": bias}, [1, 1, 4, 4], [1, 2, 4, 4])
            y = ReferenceEvaluator(plain).run(None, {"x": x.reshape(1, 1, 4, 4)})[0].ravel()
            self.assertTrue((found[:n] <= y).all() and (y <= -found[n:]).all())
        y = ReferenceEvaluator(data).run(None, {"x": x.reshape(1, 1, 4, 4)})[0].ravel()
        self.assertTrue((found[:n] <= y).all() and (y <= -found[n:]).all())

    def test_sums_fused_with_what_they_read_lie_in_the_intervals(self):
        data = model_of([("MatMul", ["x", "w"], "m", {}), ("Add", ["m", "b"], "y", {})], {"w": np.ones((5, 1)), "b": [2.0 ** 24]}, [1, 5], None)
        found = output_minima(bounds_of(data, np.ones(5), np.ones(5), binary32=True))
        self.assertLessEqual(found[0], 2.0 ** 24)  # b first: each 1 is lost in a sum of its own, though m is exact

    def test_underflow_of_float32_is_charged(self):
        for w, x, y in ((1.5 * 2.0 ** -75, 2.0 ** -75, 2.0 ** -149), (2.0 ** -76, 2.0 ** -75, 0.0)):
            found = output_minima(bounds_of(dense([(np.float32([[w]]), np.float32([0]))]), np.array([x]), np.array([x]), binary32=True))
            self.assertTrue(found[0] <= y <= -found[1])
            exact = output_minima(bounds_of(dense([(np.float32([[w]]), np.float32([0]))]), np.array([x]), np.array([x])))
            self.assertFalse(exact[0] <= y <= -exact[1])

    def test_rounding_of_affine_networks_is_charged(self):
        """All neurons are on, so the least value is known exactly: at a corner that the signs of the product's rows choose."""
        for seed in range(150):
            rng = np.random.default_rng(seed)
            layers = layers_of(rng, [5, 4, 3])
            layers[0] = layers[0][0], layers[0][1] + np.float32(100)
            lower, upper = np.sort(rng.standard_normal((2, 5)), axis=0)
            (w, b), (v, c) = [(fractions(m.astype(float)), fractions(n.astype(float))) for m, n in layers]
            rows, constant = v @ w, v @ b + c
            least = [sum(r * Fraction(float(l if r > 0 else u)) for r, l, u in zip(row, lower, upper)) + k for row, k in zip(rows, constant)]
            bounds = bounds_of(dense(layers), lower, upper)
            for i, found in enumerate(output_minima(bounds)[:3]):
                self.assertLessEqual(Fraction(found), least[i])
                self.assertLess(float(least[i] - Fraction(found)), 1e-10)
                self.assertLessEqual(Fraction(bounds.lower["y"][i]), least[i])
            first = w[0] * 1
            for end, pick in ((bounds.lower["h0"][0], min), (-bounds.upper["h0"][0], lambda a, b: -max(a, b))):
                exact = sum(pick(r * Fraction(float(l)), r * Fraction(float(u))) for r, l, u in zip(first, lower, upper)) + (b[0] if pick is min else -b[0])
                self.assertLessEqual(Fraction(end), exact)

    def test_coefficients_that_are_no_floats_are_charged(self):
        data = model_of([("Flatten", ["x"], "y", {})], {}, [1, 1], None)
        near = (1 / 3).hex()  # 1/3 y - near x is (1/3 - near) x, least about -1.85e-17, although the floats cancel
        prop = {"kind": "conditions", "conditions": [[{"outputs": [[0, "1/3"]], "inputs": [[0, "-" + near]], "bound": "-1e-18"}]]}
        self.rejected(certificate(data, box([-1], [0]), prop, LINEAR), data)
        prop["conditions"][0][0]["bound"] = "-1e-15"
        self.accepted(certificate(data, box([-1], [0]), prop, LINEAR), data)
        bounds = bounds_of(data, [-2.0], [3.0])
        total, constant = bounds._sum(np.array([[1.0]]), np.array([[2.0 ** -54]]), "x", np.zeros(1))
        self.assertEqual(total[0, 0], 1)
        self.assertLessEqual(constant[0], -3 * 2.0 ** -54)

    def test_underflow_of_rows_is_charged(self):
        bounds = bounds_of(dense([(np.float32([[2.0 ** -100]]), np.float32([0]))]), [-2.0 ** 200], [2.0 ** 200])
        self.assertLessEqual(bounds.function({"y": np.array([[2.0 ** -1000]])}, np.zeros(1))[0], -2.0 ** -900)
        bounds = bounds_of(model_of([("Relu", ["x"], "y", {})], {}, [1, 1], None), [-3 * 2.0 ** 100], [2.0 ** 100])
        self.assertLessEqual(bounds.function({"y": np.array([[-2.0 ** -1074]])}, np.zeros(1))[0], -2.0 ** -974)

    def test_arithmetic_is_outward(self):
        numbers, rng = Floats(), np.random.default_rng(9)
        for trial in range(400):
            n = int(rng.integers(1, 6))
            a, t = (rng.standard_normal(n) * 2.0 ** rng.choice([-540, -530, -3, 0, 40], n) for _ in range(2))
            exact = fractions(a) @ fractions(t)
            self.assertLessEqual(Fraction(numbers.low_dot(a[None], t)[0]), exact)
            self.assertGreaterEqual(Fraction(numbers.high_dot(a[None], np.abs(t))[0]), np.abs(fractions(a)) @ np.abs(fractions(t)))
            product, total = a * t, a + t
            lost = np.abs(fractions(product) - fractions(a) * fractions(t))
            self.assertTrue((lost <= fractions(numbers.lost(product))).all())
            self.assertTrue((fractions(numbers.down(total)) <= fractions(a) + fractions(t)).all())
            third = fractions(a)[0] / 3
            self.assertTrue(Fraction(numbers.lower(third)) <= third <= Fraction(numbers.upper(third)))

    def test_float32_overflow_is_refused(self):
        data = dense([(np.float32([[1e30]]), np.float32([0]))])
        self.rejected(certificate(data, box([0], [1e10]), at_most(0, "-1"), LINEAR, ["binary32"]), data, "overflow")
        self.accepted(certificate(data, box([0], [1e10]), at_most(0, "-1"), LINEAR, ["real"]), data)

    def test_lines_of_curves(self):
        rng = random.Random(2)
        for kind in ("sigmoid", "tanh"):
            self.assertTrue(value(kind, 0)[0] <= (Fraction(1, 2) if kind == "sigmoid" else 0) <= value(kind, 0)[1])
            for _ in range(60):
                l, u = sorted(rng.uniform(-1, 1) * 10 ** rng.uniform(-3, 3) for _ in range(2))
                s, t = line_below(kind, Fraction(l), Fraction(u))
                gaps = [value(kind, Fraction(x))[1] - s * Fraction(x) - t for x in np.linspace(l, u, 40)]
                self.assertGreaterEqual(min(gaps), 0)
        self.assertLess(float(value("tanh", 1)[1] - value("tanh", 1)[0]), 1e-30)


def normalised(rng):
    v = {"w": rng.standard_normal((2, 1, 3, 3)), "b": rng.standard_normal(2), "scale": np.array([1.5, -0.7]), "bias": rng.standard_normal(2),
         "mean": rng.standard_normal(2), "variance": np.array([0.3, 2.0])}
    v = {k: a.astype(np.float32) for k, a in v.items()}
    nodes = [("Conv", ["x", "w", "b"], "c", {"pads": [1, 1, 1, 1]}), ("BatchNormalization", ["c", "scale", "bias", "mean", "variance"], "y", {})]
    return model_of(nodes, v, [1, 1, 4, 4], [1, 2, 4, 4], opset=15), v


def norms_of(matrix, factor=1 + 1e-9):
    return float(np.linalg.svd(matrix, compute_uv=False)[0]) * factor


class Distances(Case):
    """The rule `lipschitz`."""

    def test_norms_are_shown_from_a_hair_above_the_true_one(self):
        for order in (4, 16, 64):
            turn = np.array([[1.0 if bin(i & j).count("1") % 2 == 0 else -1.0 for j in range(order)] for i in range(order)])
            for factor in (1.0, 0.375, 2.0 ** -200, 2.0 ** 200):
                norm = math.sqrt(order) * factor
                self.assertTrue(is_norm(turn * factor, 0.0, norm * (1 + 2.0 ** -30)))
                self.assertFalse(is_norm(turn * factor, 0.0, math.nextafter(norm, 0)))
                self.assertFalse(is_norm(turn * factor, 1e-6 * factor, norm * (1 + 2.0 ** -30)))
                self.assertTrue(is_norm(turn * factor, 1e-6 * factor, norm + 1.1e-6 * factor))
                self.assertFalse(is_norm(turn[:3] * factor, 0.0, math.nextafter(norm, 0)))
        for value in (math.nan, math.inf, 1e200, 2.0 ** -400):
            self.assertFalse(is_norm(np.eye(2) * value, 0.0, 1e300))
        self.assertTrue(is_norm(np.zeros((3, 2)), 0.0, 0.0))
        self.assertFalse(is_norm(np.zeros((3, 2)), 1e-300, 0.0))

    def test_a_matrix_stretches_no_vector_beyond_a_shown_norm(self):
        rng = np.random.default_rng(17)
        for trial in range(40):
            matrix = rng.standard_normal(rng.integers(1, 40, 2)) * 10.0 ** rng.integers(-8, 9, (1, 1))
            limit = norms_of(matrix, rng.choice([1 - 1e-6, 1 - 1e-12, 1 + 1e-12, 1 + 1e-6]))
            if is_norm(matrix, 0.0, limit):
                x = np.linalg.svd(matrix)[2][0]
                stretched = sum((sum(Fraction(float(a)) * Fraction(float(b)) for a, b in zip(row, x)) ** 2 for row in matrix), Fraction(0))
                self.assertLessEqual(stretched, Fraction(limit) ** 2 * sum(Fraction(float(b)) ** 2 for b in x))

    def test_values_lie_above_what_norms_show(self):
        won = 0
        for seed, numbers in itertools.product(range(8), (Floats(), Exact())):
            rng = np.random.default_rng(seed)
            layers = layers_of(rng, [6, 6, 6, 2])
            data, middle = dense(layers), rng.standard_normal(6)
            net = Model(data).network("x", "y")[0]
            region = Region({"kind": "pixels", "center": array(middle), "epsilon": "0.3", "norm": "2", "lowest": None, "highest": None, "mean": ["0"],
                             "std": ["1/3"]}, net.shapes["x"])
            bounds, point = Bounds(net, region, numbers, False).run(), Region.__new__(Region)
            point.lower = point.upper = region.middle
            point.norm = None
            maps = Maps(net)
            factors = {"h0": region.factors(), "h1": 1.0}
            stated = {(n, s): norms_of(maps.matrix(n, s)[0] * factors[n]) for n in maps.measured() for s in maps.sources(n)}
            plain = output_minima(bounds, True)
            bounds.balls = balls(maps, bounds, Bounds(net, point, numbers, False).run(), stated)
            found = output_minima(bounds, True)
            won += int((found > plain).sum())
            for _ in range(12):
                away = rng.standard_normal(6)
                away *= 0.3 * (1 - 1e-12) / np.sqrt((away ** 2).sum()) * rng.choice([1.0, 0.5])
                y = exact_dense(layers, [(Fraction(float(m)) + Fraction(float(a))) * 3 for m, a in zip(middle, away)])
                for i in range(2):
                    self.assertLessEqual(Fraction(found[i]), y[i])
                    self.assertLessEqual(y[i], -Fraction(found[2 + i]))
        self.assertGreater(won, 10)


class Operations(Case):
    """Each operation against the reference of the standard: intervals of a point hold its value, and those of a box the values inside."""

    CASES = {
        "stride": ([("Conv", ["x", "w", "b"], "y", {"strides": [2, 1], "pads": [1, 0, 2, 1], "dilations": [1, 2]})], "conv"),
        "groups": ([("Conv", ["x", "g"], "y", {"group": 2, "kernel_shape": [2, 2]})], "conv"),
        "average": ([("AveragePool", ["x"], "y", {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [1, 1, 0, 0]})], ""),
        "average counts": ([("AveragePool", ["x"], "y", {"kernel_shape": [3, 2], "pads": [1, 1, 1, 0], "count_include_pad": 1})], ""),
        "largest": ([("MaxPool", ["x"], "y", {"kernel_shape": [2, 3], "strides": [1, 2], "pads": [1, 1, 1, 1]})], ""),
        "residual": ([("Relu", ["x"], "a", {}), ("Add", ["a", "x"], "s", {}), ("Sub", ["s", "k"], "y", {})], ""),
        "quotient": ([("Sub", ["k", "x"], "a", {}), ("Div", ["a", "d"], "q", {}), ("Mul", ["d", "q"], "m", {}), ("Neg", ["m"], "y", {})], ""),
        "moves": ([("Transpose", ["x"], "t", {"perm": [0, 3, 1, 2]}), ("Slice", ["t", "one", "big", "one"], "s", {}), ("Flatten", ["s"], "f", {}),
                   ("Gather", ["f", "pick"], "e", {"axis": 1}), ("Unsqueeze", ["e", "one"], "u", {}), ("Squeeze", ["u", "one"], "q", {}),
                   ("Concat", ["q", "e", "row"], "c", {"axis": 1}), ("Reshape", ["c", "minus"], "i", {}), ("Identity", ["i"], "y", {})], ""),
        "pads": ([("Pad", ["x", "pads", "fill"], "p", {}), ("LeakyRelu", ["p"], "l", {"alpha": 0.25}), ("Dropout", ["l"], "y", {})], ""),
        "means": ([("ReduceMean", ["x"], "m", {"axes": [2, -1], "keepdims": 0}), ("Constant", [], "c", {"value_floats": [0.5, 2.0]}),
                   ("Add", ["m", "c"], "y", {})], ""),
        "sums": ([("ReduceSum", ["x", "one"], "s", {"keepdims": 1}), ("MatMul", ["s", "mat"], "y", {})], ""),
        "curves": ([("Sigmoid", ["x"], "s", {}), ("Add", ["s", "x"], "a", {}), ("Tanh", ["a"], "y", {})], "real"),
    }

    def test_operations(self):
        rng = np.random.default_rng(11)
        constants = {"w": rng.standard_normal((3, 2, 3, 2)), "b": rng.standard_normal(3), "g": rng.standard_normal((4, 1, 2, 2)),
                     "k": rng.standard_normal((2, 1, 1)), "d": np.array([3.0, -0.7, 11, 0.1, 5]), "one": np.array([1]), "big": np.array([2 ** 62]),
                     "pick": np.array([3, 0, -1, 3]), "row": np.array([[7.0, -2]]), "minus": np.array([-1]),
                     "pads": np.array([0, 0, 1, 0, 0, 0, 2, 1]), "fill": np.array(-0.5), "mat": rng.standard_normal((5, 3))}
        for name, (nodes, kind) in self.CASES.items():
            with self.subTest(name):
                used = {i for n in nodes for i in n[1]}
                data = model_of(nodes, {k: v for k, v in constants.items() if k in used}, [1, 2, 4, 5], None)
                evaluator = ReferenceEvaluator(data)
                middle = rng.standard_normal(40).astype(np.float32)
                for binary32, width in itertools.product((False,) if kind == "real" else (False, True), (0, 0.2)):
                    bounds = bounds_of(data, middle - np.float32(width), middle + np.float32(width), None, binary32)
                    ends = output_minima(bounds)
                    n = len(ends) // 2
                    room = 0 if binary32 else 1e-5  # the reference rounds in float32, `real` does not
                    for _ in range(10):
                        x = rng.uniform(middle - width, middle + width).astype(np.float32)
                        y = evaluator.run(None, {"x": x.reshape(1, 2, 4, 5)})[0].astype(float).ravel()
                        self.assertEqual(len(y), n)
                        self.assertTrue((ends[:n] - room <= y).all() and (y <= -ends[n:] + room).all())
                        lower, upper = (end[bounds.net.output] for end in (bounds.lower, bounds.upper))
                        self.assertTrue((lower - room <= y).all() and (y <= upper + room).all())
                    if width == 0:
                        self.assertLess(np.max(upper - lower), 1e-4 if binary32 else 1e-12)

    def test_batch_normalisation(self):
        data, _ = normalised(np.random.default_rng(4))
        x = np.random.default_rng(5).standard_normal(16)
        bounds = bounds_of(data, x, x)
        y = ReferenceEvaluator(data).run(None, {"x": x.astype(np.float32).reshape(1, 1, 4, 4)})[0].ravel()
        np.testing.assert_allclose(bounds.lower["y"], y, atol=1e-5)
        self.assertLess(np.max(bounds.upper["y"] - bounds.lower["y"]), 1e-12)

    def test_what_has_no_rule_is_named(self):
        for nodes, text in (([("Erf", ["x"], "y", {})], "no rule for Erf (node y)"), ([("Mul", ["x"], "y", {})], "no rule for Mul"),
                            ([("MaxPool", ["x"], "y", {"kernel_shape": [2], "ceil_mode": 1})], "ceil_mode"),
                            ([("Relu", ["x"], "y", {"alpha": 1.0})], "no rule for Relu with alpha"),
                            ([("Mul", ["c", "c"], "e", {}), ("Add", ["x", "e"], "y", {})], "not exact in float32")):
            data = model_of(nodes, {"c": [0.1]} if "c" in nodes[0][1] else {}, [1, 1, 4], None)
            self.rejected(certificate(data, box([0] * 4, [1] * 4), at_most(0, "-1"), LINEAR), data, text)
        data = model_of([("Sigmoid", ["x"], "y", {})], {}, [1, 2], None)
        value = certificate(data, box([0, 0], [1, 1]), at_most(0, "0.49"), LINEAR)
        self.accepted(value, data)
        value["claim"]["meaning"] = ["binary32"]
        self.rejected(value, data, "no accuracy")


def valley():
    """y = relu(a + b + 10) + relu(a - b) - 10.25, that is a + b - 0.25 + relu(a - b): the tree below shows a property of it."""
    first = np.float32([[1, 1], [1, -1]]), np.float32([10, 0])
    return dense([first, (np.float32([[1, 1]]), np.float32([-10.25]))])


def tree_certificate(data):
    """No input of [-1, 1]^2 has y <= -0.8, a + b >= -0.4 and a >= -1/4 - 1/8. Where h0_0 = a + b + 10 <= 9.5, the second constraint is broken; where
    it is at least 9.5, y >= -0.75: multipliers show both. A cut by the input: where a <= -3/8 - 1/64 the third is."""
    def leaf(*multipliers, weights):
        more = {"multipliers": [{"row": 0, "values": array(multipliers)}]} if multipliers else {}
        return {"leaf": {"rule": "linear", "weights": [[weights]], "passes": [{"node": "h0", "elements": "unstable"}], **more}}

    by_b = {"cut": {"node": "h0", "element": 1, "at": "0"}, "below": leaf(1, 0, weights=[1, 0, 0]), "above": leaf(1, 1, weights=[1, 0, 0])}
    by_sum = {"cut": {"node": "h0", "element": 0, "at": "0x1.3p3"}, "below": leaf(1.0, weights=[0, 1, 0]), "above": by_b}
    root = {"cut": {"input": 0, "at": "-25/64"}, "below": leaf(weights=[0, 0, 1]), "above": by_sum}
    proof = {"rule": "tree", "passes": [{"node": "h0", "elements": array([0, 1], "u32")}], "root": root}
    constraints = [{"outputs": [[0, "1"]], "bound": "-0.8"}, {"outputs": [], "inputs": [[0, "-1"], [1, "-1"]], "bound": "0.4"},
                   {"outputs": [], "inputs": [[0, "-1"]], "bound": "3/8"}]
    return certificate(data, box([-1, -1], [1, 1]), {"kind": "conditions", "conditions": [constraints]}, proof)


class Rules(Case):
    def test_intervals(self):
        data = dense([(np.float32([[1, 1], [1, -1]]), np.float32([0, 0])), (np.float32([[1, 0.5], [-1, 0]]), np.float32([3, 0]))])
        value = certificate(data, box([0, 0], [1, 1]), {"kind": "label", "label": 0}, {"rule": "interval"}, ["real", "binary32"])
        self.accepted(value, data)
        value["claim"]["property"]["label"] = 1
        self.rejected(value, data, "not shown impossible")

    def test_slopes_decide(self):
        # y = relu(x) - 0.4 x + 0.1 on [-1, 2]: the adaptive slope 1 gives 0.6 x + 0.1, at least -0.5; the slope 0.4 gives about 0.1
        data = dense([(np.float32([[1], [1], [-1]]), np.zeros(3, np.float32)), (np.float32([[1, -0.5, 0.5]]), np.float32([0.1]))])
        value = certificate(data, box([-1], [2]), at_most(0, "-0.2"), {"rule": "linear", "slopes": []})
        self.rejected(value, data)
        value["proof"]["slopes"] = [{"row": 0, "node": "h0", "elements": array([0], "u32"), "values": array([102], "u8")},
                                    {"row": 0, "node": "h0", "elements": array([2], "u32"), "values": array([102], "u8")}]
        self.rejected(value, data, "twice")
        value["proof"]["slopes"] = [{"row": 0, "node": "h0", "elements": array([0, 2], "u32"), "values": array([128, 128], "u8")}]
        value["claim"]["property"] = at_most(0, "-1.0")
        self.accepted(value, data)
        value["proof"]["slopes"] = [{"row": 0, "node": "h0", "elements": array([0, 2], "u32"), "values": array([255, 0], "u8")}]
        self.accepted(value, data)

    def test_slopes_of_leaky_relus_decide(self):
        # y = leaky(x) - 0.5 x on [-1, 1.5], with 0.25 for the slope: at least 0, which the lines show with a slope of 0.5 = 0.25 + 0.75 / 3
        data = model_of([("LeakyRelu", ["x"], "l", {"alpha": 0.25}), ("Mul", ["x", "k"], "m", {}), ("Sub", ["l", "m"], "y", {})], {"k": [[0.5]]}, [1, 1], None)
        value = certificate(data, box([-1], [1.5]), at_most(0, "-1e-9"), {"rule": "linear"})
        self.rejected(value, data, "not shown impossible")
        for part, fine in ((85, True), (84, False), (86, False), (0, False), (255, False)):
            value["proof"]["slopes"] = [{"row": 0, "node": "x", "elements": array([0], "u32"), "values": array([part], "u8")}]
            self.accepted(value, data) if fine else self.rejected(value, data, "not shown impossible")
        self.accepted({**value, "claim": {**value["claim"], "property": at_most(0, "-0.6")}}, data)
        value["proof"]["slopes"] = [{"row": 0, "node": "l", "elements": array([0], "u32"), "values": array([85], "u8")}]
        self.rejected(value, data, "no ReLU or LeakyRelu reads")

    def test_any_slope_of_a_leaky_relu_gives_a_bound(self):
        rng = np.random.default_rng(12)
        for trial in range(30):
            layers, alpha = layers_of(rng, [2, 4, 1]), float(np.float32(rng.random()))
            data, x = dense(layers, alpha), rng.uniform(-1, 1, (200, 2))
            hidden = x @ layers[0][0].T.astype(float) + layers[0][1]
            least = (np.where(hidden > 0, hidden, alpha * hidden) @ layers[1][0].T.astype(float) + layers[1][1]).min()
            for numbers in (Floats(), Exact()):
                bounds = bounds_of(data, [-1, -1], [1, 1], numbers)
                values = rng.integers(0, 256, 4)
                values = fractions(values.astype(object)) / 255 if numbers.exact else values / 255.0
                row = fractions(np.ones((1, 1))) if numbers.exact else np.ones((1, 1))
                self.assertLessEqual(float(bounds.function({"y": row}, numbers.zeros(1), {"h0": {0: (np.arange(4), values)}})[0]), least)

    def test_names_of_a_node(self):
        """What an Identity gives is another name of what it reads: for cuts, slopes and passes, and as the output."""
        data = model_of([("Gemm", ["x", "w"], "h", {}), ("Identity", ["h"], "i", {}), ("Relu", ["i"], "r", {}), ("Sub", ["r", "h"], "s", {}), ("Identity", ["s"], "y", {})],
                        {"w": [[1.0]]}, [1, 1], None)
        for name in "hi":
            leaf = {"rule": "linear", "multipliers": [{"row": 0, "values": array([1.0])}]}
            root = {"cut": {"node": name, "element": 0, "at": "0"}, "below": {"leaf": leaf}, "above": {"leaf": LINEAR}}
            proof = {"rule": "tree", "passes": [{"node": name, "elements": "unstable"}], "root": root}
            self.accepted(certificate(data, box([-1], [1]), at_most(0, "-1e-9"), proof), data)
            slopes = [{"row": 0, "node": name, "elements": array([0], "u32"), "values": array([255], "u8")}]
            self.accepted(certificate(data, box([-1], [0.5]), at_most(0, "-1e-9"), {"rule": "linear", "slopes": slopes}), data)
        twice = [{"node": name, "elements": "unstable"} for name in "hi"]
        self.rejected(certificate(data, box([-1], [1]), at_most(0, "-9"), {"rule": "linear", "passes": twice}), data, "order")

    def test_models_of_doubles(self):
        weights = np.array([[0.1, 1.0 + 2.0 ** -40]])
        data = model_of([("Gemm", ["x", "w", "b"], "y", {"transB": 1, "alpha": 3.0})], {"w": weights, "b": np.array([0.3])}, [1, 2], None, kind=np.float64)
        least = sum(3 * Fraction(float(w)) * Fraction(1, 2) for w in weights[0]) + Fraction(0.3)
        region, tiny = box([0.5, 0.5], [1, 1]), Fraction(1, 10 ** 9)
        self.accepted(certificate(data, region, at_most(0, str(least - tiny)), LINEAR), data)
        self.accepted(certificate(data, region, at_most(0, str(least), True), LINEAR), data, exact=True)
        self.rejected(certificate(data, region, at_most(0, str(least + tiny)), LINEAR), data, "not shown impossible")
        self.rejected(certificate(data, region, at_most(0, "-9"), LINEAR, ["real", "binary32"]), data, "float64")
        mixed = onnx.load_model_from_string(data)
        mixed.graph.initializer[0].CopyFrom(numpy_helper.from_array(weights.astype(np.float32), "w"))
        mixed = mixed.SerializeToString()
        self.rejected(certificate(mixed, region, at_most(0, "-9"), LINEAR), mixed, "neither float64")

    def test_weights(self):
        data = dense([(np.float32([[1], [-1]]), np.float32([0, 0]))])  # Y_0 = x, Y_1 = -x: both below -0.1 is impossible, neither alone is
        both = {"kind": "conditions", "conditions": [[{"outputs": [[0, "1"]], "bound": "-0.1"}, {"outputs": [[1, "1"]], "bound": "-1e-1"}]]}
        self.rejected(certificate(data, box([-1], [1]), both, LINEAR), data)
        self.accepted(certificate(data, box([-1], [1]), both, {"rule": "linear", "weights": [[[1, 1.0]]]}), data)
        self.rejected(certificate(data, box([-1], [1]), both, {"rule": "linear", "weights": [[[1, -1]]]}), data, "at least 0")
        self.rejected(certificate(data, box([-1], [1]), both, {"rule": "linear", "weights": [[[1]]]}), data, "weights for 2")
        strict = {"kind": "conditions", "conditions": [[{"outputs": [[0, "1"]], "bound": "0", "strict": True}, {"outputs": [[1, "1"]], "bound": "0"}]]}
        self.accepted(certificate(data, box([-1], [1]), strict, {"rule": "linear", "weights": [[[1, 1]]]}), data)
        strict["conditions"][0][0]["strict"] = False
        self.rejected(certificate(data, box([-1], [1]), strict, {"rule": "linear", "weights": [[[1, 1]]]}), data)

    def test_properties_of_inputs(self):
        data = dense([(np.float32([[2, 0]]), np.float32([1]))])  # y - 2 x_0 = 1
        prop = {"kind": "conditions", "conditions": [[{"outputs": [[0, "1"]], "inputs": [[0, "-2"]], "bound": "9/10"}]]}
        self.accepted(certificate(data, box([-5, 0], [5, 0]), prop, LINEAR), data)
        prop["conditions"][0][0]["bound"] = "1.1"
        self.rejected(certificate(data, box([-5, 0], [5, 0]), prop, LINEAR), data)

    def test_trees(self):
        data = valley()
        value = tree_certificate(data)
        for meaning in (["real"], ["real", "binary32"]):
            value["claim"]["meaning"] = meaning
            self.accepted(value, data)
        self.accepted(value, data, exact=True)
        value["claim"]["property"]["conditions"][0][0]["bound"] = "-0.74"
        self.rejected(value, data, "leaf")

    def test_multipliers_decide(self):
        for place, wrong in itertools.product((0, 1), (0.0, 3.0)):
            data = valley()
            value = tree_certificate(data)
            leaf = value["proof"]["root"]["above"]["below" if place else "above"]
            leaf = leaf if place else leaf["above"]
            values = [wrong] if place else [wrong, 1.0]
            leaf["leaf"]["multipliers"][0]["values"] = array(values)
            self.rejected(value, data, "leaf 2" if place else "leaf 4")

    def test_empty_leaves(self):
        data = valley()
        prop, region = at_most(0, "-3"), box([-1, -1], [1, 1])
        for at, fine in (("12.5", True), ("11.9", False)):
            root = {"cut": {"node": "h0", "element": 0, "at": at}, "below": {"leaf": LINEAR}, "above": {"leaf": {"rule": "empty"}}}
            value = certificate(data, region, prop, {"rule": "tree", "root": root})
            self.accepted(value, data) if fine else self.rejected(value, data, "empty leaf")
        self.rejected(certificate(data, region, prop, {"rule": "empty"}), data, "does not stand here")

    def test_deep_trees_need_no_recursion(self):
        data = dense([(np.float32([[1]]), np.float32([0]))])
        value = certificate(data, box([0], [1]), at_most(0, "-1"), {"rule": "tree", "root": "ROOT"})

        def line(cuts):
            text = "".join('{"cut":{"input":0,"at":"%d"},"below":{"leaf":{"rule":"empty"}},"above":' % (-i - 2) for i in range(cuts))
            return json.dumps(value).replace('"ROOT"', text + '{"leaf":{"rule":"linear"}}' + "}" * cuts).encode()

        # The line, the proof, and a leaf with its rule's name are five values more.
        self.assertIsNone(checker.verdict(line(495), Model(data)))
        self.assertIn("deeper", checker.verdict(line(496), Model(data)))

    def test_each(self):
        data = dense([(np.float32([[1], [-1], [0]]), np.float32([3, 0, 0]))])
        value = certificate(data, box([-1], [1]), {"kind": "label", "label": 0}, {"rule": "each", "proofs": [
            {"conditions": [1], "proof": {"rule": "interval"}}, {"conditions": [0], "proof": LINEAR}]})
        self.accepted(value, data)
        value["proof"]["proofs"][0]["conditions"] = [0]
        self.rejected(value, data, "twice")
        del value["proof"]["proofs"][0]
        self.rejected(value, data, "has no proof")

    def test_counterexamples(self):
        data = dense([(np.float32([[1, 1]]), np.float32([0]))])
        region = box([0, 0], [1, 1])
        for x, bound, meaning, fine in (([0.25, 0.25], "0.5", ["real", "binary32"], None), ([0.25, 0.25], "0.4999", ["real"], "no condition"),
                                        ([0.5, 1.5], "9", ["real"], "does not lie in the region"), ([0.1, 0.0], "0.2", ["real"], None),
                                        ([0.1, 0.0], "0.2", ["real", "binary32"], "float32")):
            value = certificate(data, region, at_most(0, bound), {"rule": "counterexample", "input": array(x)}, meaning, "violated")
            if fine is None and "binary32" not in meaning:
                self.accepted(value, data)
            elif fine:
                self.rejected(value, data, fine)
        value = certificate(data, region, at_most(0, "0.51"), {"rule": "counterexample", "input": array([0.25, 0.25])}, ["real", "binary32"], "violated")
        self.accepted(value, data)
        value["claim"]["property"] = at_most(0, "0.5")
        self.rejected(value, data, "no condition")  # a float32 sum may be above 0.5 by what the standard allows
        value["claim"]["meaning"] = ["real"]
        self.accepted(value, data)
        value["claim"]["property"] = at_most(0, "0.5", True)
        self.rejected(value, data, "no condition")
        value["claim"]["verdict"] = "holds"
        self.rejected(value, data, "does not stand here")

    def test_pixels(self):
        data = model_of([("Flatten", ["x"], "f", {}), ("Gemm", ["f", "w", "b"], "y", {"transB": 1})], {"w": [[1, 2, -1, 3]], "b": [0.0]}, [1, 2, 1, 2], None)
        region = {"kind": "pixels", "center": array([10, 20, 0, 250], "u8", scale="1/255"), "epsilon": "2/255", "norm": "inf", "lowest": "0",
                  "highest": "1", "mean": ["1/10", "0.2"], "std": ["1/2", "0x1p-2"]}
        # least: 2 (8/255 - 1/10) + 4 (18/255 - 1/10) - 4 (2/255 - 2/10) + 12 (248/255 - 2/10)
        least = 2 * (Fraction(8, 255) - Fraction(1, 10)) + 4 * (Fraction(18, 255) - Fraction(1, 10)) - 4 * (Fraction(2, 255) - Fraction(1, 5)) + 12 * (Fraction(248, 255) - Fraction(1, 5))
        for norm, away in (("inf", None), ("1", 12 * Fraction(2, 255)), ("2", Fraction("13.416407864998738178455042012388") * Fraction(2, 255))):
            region["norm"] = norm
            bound = least if away is None else 2 * (Fraction(10, 255) - Fraction(1, 10)) + 4 * (Fraction(20, 255) - Fraction(1, 10)) + 4 * Fraction(1, 5) + 12 * (Fraction(250, 255) - Fraction(1, 5)) - away
            tight = Fraction(1, 10 ** 9)
            self.rejected(certificate(data, region, at_most(0, str(bound + tight)), LINEAR), data, "not shown")
            if norm != "2":
                self.accepted(certificate(data, region, at_most(0, str(bound - tight)), LINEAR), data)
            else:
                self.accepted(certificate(data, region, at_most(0, str(bound - tight)), LINEAR), data)
        for key, wrong in (("norm", "3"), ("epsilon", "-1/255"), ("std", ["1/2", "0"]), ("mean", ["0"]), ("lowest", 0), ("epsilon", 0.1)):
            self.rejected(certificate(data, {**region, key: wrong}, at_most(0, "-9"), LINEAR), data)

    def test_balls_against_samples(self):
        rng = np.random.default_rng(8)
        data = dense([(np.eye(6, dtype=np.float32), np.zeros(6, np.float32))])
        net, _ = Model(data).network("x", "y")
        for norm in "12":
            for trial in range(20):
                center = rng.uniform(-0.3, 1.3, 6).clip(0, 1)
                region = Region({"kind": "pixels", "center": array(center), "epsilon": "0.6", "norm": norm, "lowest": "0", "highest": "1", "mean": ["0.25"], "std": ["0.5"]}, (1, 6))
                row = rng.standard_normal((1, 6)) * (rng.random(6) < 0.8)
                away = rng.standard_normal((4000, 6)) * (rng.random((4000, 6)) < 0.7) - row * rng.random((4000, 1))
                size = np.abs(away).sum(axis=1) if norm == "1" else np.sqrt((away * away).sum(axis=1))
                points = (center + away / np.maximum(size, 1e-9)[:, None] * 0.6).clip(0, 1)
                found = float(((points - 0.25) / 0.5 @ row[0]).min())
                for numbers in (Floats(), Exact()):
                    rows = row if not numbers.exact else fractions(row)
                    lower, upper = numbers.ends(region.lower, region.upper)
                    least = float(region.minima(numbers, rows, lower, upper)[0])
                    self.assertLessEqual(least, found + 1e-12)
                    self.assertGreater(least, found - 1.0)

    def test_balls_are_bounded_as_well_as_their_dual_norm_and_their_box_do(self):
        rng, numbers = np.random.default_rng(4), Floats()
        for trial in range(200):
            n, norm = int(rng.integers(1, 9)), "12"[trial % 2]
            limits = (("0", "1"), (None, None), ("-2", None), (None, "1.2"))[trial % 4]
            std, epsilon, center = rng.choice(["0.3", "2"]), rng.choice(["0.01", "3", "1/255"]), rng.uniform(0, 1, n)
            region = Region({"kind": "pixels", "center": array(center), "epsilon": str(epsilon), "norm": norm, "lowest": limits[0], "highest": limits[1],
                             "mean": ["0.25"], "std": [str(std)]}, (1, n))
            row = rng.standard_normal((1, n)) * (rng.random(n) < 0.6)  # rows have zeros
            lower, upper = numbers.ends(region.lower, region.upper)
            slopes = row[0] / float(std)
            dual = np.abs(slopes).max() if norm == "1" else np.linalg.norm(slopes)
            for bound in (slopes @ (center - 0.25) - float(region.epsilon) * dual, np.where(row > 0, row * lower, row * upper).sum()):
                self.assertGreater(float(region.minima(numbers, row, lower, upper)[0]), bound - 1e-9)


class Mutations(Case):
    """Changes that make a certificate wrong or unreadable, each refused."""

    def test_mutations(self):
        data, other = valley(), dense([(np.float32([[1, 2], [1, 1], [0, 1], [2, 1]]), np.ones(4, np.float32)), (np.float32([[1, 1, 1, -1]]), np.float32([1.25]))])
        good = tree_certificate(data)
        self.accepted(good, data)

        def at(path, change):
            def mutate(value):
                for key in path[:-1]:
                    value = value[key]
                value[path[-1]] = change(value[path[-1]])
            return mutate

        def drop(path):
            def mutate(value):
                for key in path[:-1]:
                    value = value[key]
                del value[path[-1]]
            return mutate

        root, leaf = ("proof", "root"), ("proof", "root", "above", "above", "below", "leaf")
        negative = array([-0.5, 0.5])
        mutations = {
            "version": at(("version",), lambda v: 2), "version as a fraction": at(("version",), lambda v: 1.5), "format": at(("format",), lambda v: "x"),
            "unknown field": at(("claim",), lambda v: {**v, "note": 1}), "digest": at(("claim", "network", "sha256"), lambda v: v[::-1]),
            "input's name": at(("claim", "network", "input"), lambda v: "z"), "output's name": at(("claim", "network", "output"), lambda v: "h0"),
            "meaning": at(("claim", "meaning"), lambda v: ["float16"]), "no meaning": at(("claim", "meaning"), lambda v: []),
            "verdict": at(("claim", "verdict"), lambda v: "violated"), "bound": at(("claim", "property", "conditions", 0, 0, "bound"), lambda v: "-0.7"),
            "other side": at(("claim", "property", "conditions", 0, 0, "outputs", 0, 1), lambda v: "-1"),
            "output's index": at(("claim", "property", "conditions", 0, 0, "outputs", 0, 0), lambda v: 1), "kind of property": at(("claim", "property", "kind"), lambda v: "x"),
            "region turned": at(("claim", "region", "lower"), lambda v: array([2, 2.0])),
            "short region": at(("claim", "region", "upper"), lambda v: array([1.0])), "NaN": at(("claim", "region", "upper"), lambda v: array([np.nan, 1])),
            "infinity": at(("claim", "region", "upper"), lambda v: array([np.inf, 1])), "kind of region": at(("claim", "region", "kind"), lambda v: "ball"),
            "shape": at(("claim", "region", "upper", "shape"), lambda v: [3]), "base64": at(("claim", "region", "upper", "data"), lambda v: v[:-1] + "*"),
            "truncated data": at(("claim", "region", "upper", "data"), lambda v: v[:-4]), "dtype": at(("claim", "region", "upper", "dtype"), lambda v: "f16"),
            "rule": at(("proof", "rule"), lambda v: "forest"), "branch dropped": drop(root + ("below",)), "leaf dropped": at(root + ("above", "below"), lambda v: None),
            "leaf without a rule": at(leaf, lambda v: {}), "leaf called empty": at(leaf, lambda v: {"rule": "empty"}),
            "subtree replaced": at(root + ("above",), lambda v: {"leaf": LINEAR}), "cut moved": at(root + ("above", "cut", "at"), lambda v: "9.9"),
            "cut at NaN": at(root + ("cut", "at"), lambda v: "nan"), "cut at a number": at(root + ("cut", "at"), lambda v: 0.25),
            "cut of nothing": at(root + ("above", "cut", "node"), lambda v: "h9"), "cut's element": at(root + ("above", "cut", "element"), lambda v: 4),
            "cut's element below 0": at(root + ("above", "cut", "element"), lambda v: -1), "cut's element true": at(root + ("above", "cut", "element"), lambda v: True),
            "another neuron": at(root + ("above", "cut", "element"), lambda v: 1), "negative multiplier": at(leaf + ("multipliers", 0, "values"), lambda v: negative),
            "too few multipliers": at(leaf + ("multipliers", 0, "values"), lambda v: array([0.5])), "large multiplier": at(leaf + ("multipliers", 0, "values"), lambda v: array([99.0, 0])),
            "multipliers twice": at(leaf + ("multipliers",), lambda v: v * 2), "multipliers' row": at(leaf + ("multipliers", 0, "row"), lambda v: 1),
            "pass at nothing": at(("proof", "passes", 0, "node"), lambda v: "x"), "pass twice": at(("proof", "passes"), lambda v: v * 2),
            "pass's element": at(("proof", "passes", 0, "elements"), lambda v: array([7], "u32")), "pass's elements": at(("proof", "passes", 0, "elements"), lambda v: "all"),
            "elements in floats": at(("proof", "passes", 0, "elements"), lambda v: array([0.0])), "field of a leaf": at(leaf, lambda v: {**v, "bounds": 1}),
            "each in a leaf": at(leaf, lambda v: {"rule": "each", "proofs": []}), "tree in a leaf": at(leaf, lambda v: {"rule": "tree", "root": {"leaf": LINEAR}}),
            "counterexample for holds": at(("proof",), lambda v: {"rule": "counterexample", "input": array([0.0, 0])}),
            "slopes of nothing": at(leaf, lambda v: {**v, "slopes": [{"row": 0, "node": "y", "elements": array([0], "u32"), "values": array([1], "u8")}]}),
            "too few slopes": at(leaf, lambda v: {**v, "slopes": [{"row": 0, "node": "h0", "elements": array([0, 1], "u32"), "values": array([1], "u8")}]}),
            "negative weight": at(leaf, lambda v: {**v, "weights": [[[-1]]]}), "no weights": at(leaf, lambda v: {**v, "weights": []}),
        }
        self.assertGreaterEqual(len(mutations), 15)
        for name, mutate in mutations.items():
            with self.subTest(name):
                bad = copy.deepcopy(good)
                mutate(bad)
                self.assertIsNotNone(reason(bad, data), f"{name} was accepted")
        self.assertIn("another model", reason(good, other))
        bad = copy.deepcopy(good)
        mutations["negative multiplier"](bad)
        self.rejected(bad, data, "negative")

    def test_claims_that_become_false(self):
        data = dense([(np.float32([[1, 0], [0, 1]]), np.float32([0, 0])), (np.float32([[1, 0], [0, 1]]), np.float32([0, 0]))])
        good = certificate(data, box([0.6, 0.1], [0.9, 0.5]), {"kind": "label", "label": 0}, {"rule": "linear", "slopes": []}, ["real", "binary32"])
        self.accepted(good, data)
        for key, wrong in (("region", box([0.4, 0.1], [0.9, 0.5])), ("region", box([0.6, 0.1], [0.9, 0.61])), ("property", {"kind": "label", "label": 1}),
                           ("property", {"kind": "label", "label": 2}), ("property", {"kind": "label", "label": "0"}),
                           ("region", box([0.9, 0.5], [0.6, 0.1])), ("region", box([0.1, 0.6], [0.5, 0.9])),
                           ("property", {"kind": "conditions", "conditions": [[]]})):
            self.rejected({**good, "claim": {**good["claim"], key: wrong}}, data)

    def test_broken_text(self):
        data = valley()
        line = json.dumps(tree_certificate(data))
        model = Model(data)
        self.assertIsNone(checker.verdict(line.encode(), model))
        for bad in (line[:-1], line + "}", line + "x", line.replace('"version": 1', '"version": 1, "version": 1'), line.replace('"version": 1', '"version": 01'),
                    line.replace('"version": 1', '"version": NaN'), line.replace('"version": 1', '"version": 1,'), line.replace(":", "=", 1), "", "[]", "3", "null", "{}",
                    line.replace('"element": 1', '"element": 1e999'), "\ufeff" + line):
            self.assertIsNotNone(checker.verdict(bad.encode(), model), bad[:80])
        self.assertIn("UTF-8", checker.verdict(b"\xff" + line.encode(), model))

    def test_whole_numbers_and_strings(self):
        line = json.dumps(tree_certificate(valley()))
        model = Model(valley())
        for new in ("1.0", "1e0", "10e-1"):
            self.assertIsNone(checker.verdict(line.replace('"version": 1', '"version": ' + new).encode(), model))
        self.assertEqual(parse_json('"\\ud83d\\ude00"'), "\U0001f600")
        for bad in ('"\\ud83d"', '"\\ude00"', "9" * 401, "1e400", "[" * 501 + "]" * 501):
            self.assertRaises(Rejected, parse_json, bad)
        self.assertEqual(parse_json("0." + "0" * 500 + "1"), 0)
        self.assertIs(checker.verdict(b" \t\r", model), checker.WITHOUT)
        for bad in (b"null", b"\x0c", b"[]", b"3"):
            self.assertIsInstance(checker.verdict(bad, model), str)

    def test_numbers(self):
        for text, wanted in (("0.1", Fraction(1, 10)), ("-2.5e-3", Fraction(-1, 400)), ("2/255", Fraction(2, 255)), ("0x1.8p-3", Fraction(3, 16)), ("-0x.8p1", None),
                             ("1/0", None), ("nan", None), ("inf", None), ("1_0", None), (" 1", None), ("1e999999", None), ("1e2000", Fraction(10) ** 2000), ("1e-2001", None), ("1E2", Fraction(100)), ("0x1P2", Fraction(4)), ("1e00002", None),
                             ("9" * 2000 + "e9", Fraction(int("9" * 2000 + "0" * 9))), ("9" * 2001, None), ("-1/" + "3" * 199, Fraction(-1, int("3" * 199))), ("1/" + "3" * 200, None),
                             ("-0.5", Fraction(-1, 2)), ("0x", None), ("-0x.8p1", None), ("1e+", None), ("+1", None), ("1.", None), ("\u0661", None), ("-0xAp-1", Fraction(-5)), ("0x1p-1074", Fraction(1, 2 ** 1074)), ("", None)):
            if wanted is None:
                self.assertRaises(Rejected, number, text, "n")
            else:
                self.assertEqual(number(text, "n"), wanted)

    def test_the_schema_takes_what_the_checker_takes(self):
        try:
            from jsonschema import Draft202012Validator
        except ImportError:
            self.skipTest("jsonschema is not installed")
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema.json")) as file:
            schema = json.load(file)
        Draft202012Validator.check_schema(schema)
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "examples")
        with open(os.path.join(folder, "expected.csv"), newline="") as file:
            for row in csv.DictReader(file):
                if row["result"] == "accepted" and "nested" not in row["shows"]:  # the library's recursion ends before that
                    with open(os.path.join(folder, row["file"]), "rb") as lines:
                        value = json.loads(lines.read().split(b"\n")[int(row["line"]) - 1])
                    value = value if "format" in value else value["certificate"]
                    self.assertTrue(Draft202012Validator(schema).is_valid(value), row)
        good = tree_certificate(valley())
        self.assertTrue(Draft202012Validator(schema).is_valid(good))
        self.assertFalse(Draft202012Validator(schema).is_valid({**good, "note": ""}))
        good["proof"]["root"]["cut"]["at"] = "nan"
        self.assertFalse(Draft202012Validator(schema).is_valid(good))

    def test_json_agrees_with_the_library(self):
        rng = random.Random(1)
        def make(depth):
            kind = rng.randrange(7 if depth else 5)
            return [rng.randint(-9, 9), rng.random() * 10 ** rng.randint(-9, 9), 'a"\\\n\u00e9\u2028' + str(rng.random()), None, True][kind] if kind < 5 else (
                [make(depth - 1) for _ in range(rng.randrange(4))] if kind == 5 else {str(i): make(depth - 1) for i in range(rng.randrange(4))})
        for trial in range(300):
            value = make(5)
            for indent in (None, 2):
                self.assertEqual(parse_json(json.dumps(value, indent=indent)), value)


class CommandLine(Case):
    def run_main(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = checker.main(list(arguments))
        return status, out.getvalue()

    def test_files(self):
        data = valley()
        good = tree_certificate(data)
        bad = copy.deepcopy(good)
        bad["version"] = 3
        with tempfile.TemporaryDirectory() as folder:
            model, lines = os.path.join(folder, "m.onnx.gz"), os.path.join(folder, "c.jsonl")
            with gzip.open(model, "wb") as file:
                file.write(data)
            with open(lines, "w") as file:
                file.write("\n".join(json.dumps(v) for v in (good, {"image": 3, "certificate": good}, bad)) + "\n")
            self.assertEqual(self.run_main(lines, "--model", model), (1, "line 3: the version is 3, not 1\naccepted 2 rejected 1\n"))
            self.assertEqual(self.run_main(lines, "--model", model, "--only", "2"), (0, "accepted 1 rejected 0\n"))
            self.assertEqual(self.run_main(lines, "--model", model, "--only", "9")[0], 2)
            self.assertEqual(self.run_main(lines, "--model", model + "x")[0], 2)
            self.assertEqual(self.run_main(lines, "--model", lines)[0], 2)
            with open(lines, "w"):
                pass
            self.assertEqual(self.run_main(lines, "--model", model)[0], 2)


if __name__ == "__main__":
    unittest.main()
