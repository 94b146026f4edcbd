"""Tests of the second checker's curves, products, softmax and transposed convolutions."""
import itertools
import json
import random
import unittest
from fractions import Fraction

import numpy as np

import checker
from making.bent import KINDS, bent_network
from making.chance import Chance, Recorder
from making.exactly import D, Model as Truth, decimal_of, sine
from making.parts import INTERVAL, LINEAR, at_most, box, certificate, counterexample, input_cut, leaf, linear, lipschitz, multipliers, node_cut, tree
from making.models import model
from suretycheck import Rejected
from suretycheck.arithmetic import Exact, Floats
from suretycheck.bounds import Bounds
from suretycheck.proofs import Claim, Model
from suretycheck.region import Region
from suretycheck.halfpowers import HALVES, Clipped, HalfPower, root
from suretycheck.shapes import CAP, LOST, Absolute, Capped, Exponential, Power, Reciprocal, Share, Sign, exponential
from suretycheck.waves import Wave, wave

np.seterr(all="ignore")
SHAPES = {"exp": Exponential(), "capped": Capped(), "reciprocal": Reciprocal(), "abs": Absolute(), "sign": Sign(), "sin": Wave(0), "cos": Wave(1),
          **{f"power {n}": Power(n) for n in (2, 3, 4, 5, 16)},
          **{f"half power {h}": HalfPower(h) for h in HALVES},
          **{f"clip {a} {b}": Clipped(a and Fraction(a), b and Fraction(b)) for a, b in (("-1", "1"), ("-1/4", "3"), (None, "2"), ("-1/2", None))}}


def ends(rng, name):
    """Intervals of all sizes; some touch 0, some have one unit, some are a point."""
    scale, kind = 10 ** rng.uniform(-3, 3), rng.randrange(8)
    l, u = sorted(rng.uniform(-1, 1) * scale for _ in range(2))
    l, u = {0: (0.0, abs(u)), 1: (-abs(l), 0.0), 2: (l, float(np.nextafter(l, np.inf))), 3: (l, l)}.get(kind, (l, u))
    if name == "reciprocal" or name.startswith("half power"):
        l, u = abs(l) + 1e-6, abs(l) + 1e-6 + abs(u)
    return Fraction(l), Fraction(u)


class Shapes(unittest.TestCase):
    def test_lines_and_intervals_hold_the_curve(self):
        rng = random.Random(3)
        for name, shape in SHAPES.items():
            for _ in range(60):
                l, u = ends(rng, name)
                low, high = shape.interval(l, u)
                (s, t), (s2, t2) = shape.line(l, u, 1), shape.line(l, u, -1)
                for x in [l, u, *(l + (u - l) * Fraction(i, 13) for i in range(14)), *(Fraction(c) for c in (0, -1, 1, 2, 3, -0.25, -0.5) if l <= c <= u)]:
                    least, most = shape.value(x)
                    self.assertTrue(low <= most and least <= high and s * x + t <= most and least <= s2 * x + t2, (name, float(l), float(u), float(x)))

    def test_lines_are_near_where_the_curve_is_nearly_straight(self):
        for name, shape in SHAPES.items():
            if name != "sign":
                (s, t), (s2, t2) = (shape.line(Fraction(1), Fraction(1) + Fraction(1, 1000), sign) for sign in (1, -1))
                self.assertLess(abs(float((s2 - s) * Fraction(1) + t2 - t)), 1e-4, name)

    def test_values_lie_in_their_enclosures(self):
        rng = random.Random(4)
        for _ in range(60):
            x = rng.uniform(-1, 1) * 10 ** rng.uniform(-6, 15)
            for quarters in (0, 1):
                low, high = wave(Fraction(x), quarters)
                self.assertTrue(low - Fraction(1, 10 ** 55) <= Fraction(sine(decimal_of(x), quarters)) <= high + Fraction(1, 10 ** 55))
                self.assertLess(high - low, Fraction(1, 10 ** 50))
        for x in (-2000, -1500, -745.5, -1e-30, 0, 1e-300, 0.5, 300, 709, 1400):
            low, high = exponential(Fraction(x))
            self.assertTrue(low <= Fraction(D(x).exp()) * (1 + Fraction(1, 10 ** 25)) and Fraction(D(x).exp()) * (1 - Fraction(1, 10 ** 25)) <= high)
            self.assertLessEqual(0, low)

    def test_half_powers(self):
        rng = random.Random(5)
        for x in [Fraction(rng.uniform(1, 2) * 10.0 ** rng.uniform(-300, 300)) for _ in range(60)] + [Fraction(1, 10 ** 500), Fraction(10 ** 500), Fraction(9, 4)]:
            low, high = root(x)
            self.assertTrue(low ** 2 <= x <= high ** 2 and high - low <= high / 2 ** 195)
            for h in HALVES:
                least, most = HalfPower(h).value(x)  # y = x^(h / 2) where y^2 = x^h, y > 0
                self.assertTrue(0 < least <= most and least ** 2 <= x ** h <= most ** 2)
        self.assertEqual(root(Fraction(9, 4)), (Fraction(3, 2), Fraction(3, 2)))
        for l, u in ((Fraction(1, 10 ** 300), Fraction(10 ** 300)), (Fraction(1, 10 ** 30), Fraction(1)), (Fraction(1), 1 + Fraction(1, 2 ** 52))):
            for h in HALVES:
                (s, t), (s2, t2) = (HalfPower(h).line(l, u, sign) for sign in (1, -1))
                for x in (l, u, (l + u) / 2, l + (u - l) / 10 ** 20, root(l * u)[0] if u > 2 * l else l):
                    least, most = HalfPower(h).value(x)
                    self.assertTrue(s * x + t <= most and least <= s2 * x + t2, (h, float(x)))
        for l in (0, -1):
            with self.assertRaises(Rejected):
                HalfPower(-1).interval(Fraction(l), Fraction(1))
            with self.assertRaises(Rejected):
                HalfPower(1).line(Fraction(l), Fraction(1), -1)

    def test_clipping_is_as_near_as_a_rectifier(self):
        clip = Clipped(Fraction(-1), Fraction(1))
        self.assertEqual(clip.line(Fraction(-1, 2), Fraction(3, 4), 1), (1, 0))
        self.assertEqual(clip.line(Fraction(2), Fraction(3), 1), (0, 1))
        self.assertAlmostEqual(float(clip.line(Fraction(-2), Fraction(2), 1)[0]), 2 / 3)
        self.assertEqual(clip.line(Fraction(-9), Fraction(2), 1), (0, -1))
        self.assertEqual(clip.line(Fraction(0), Fraction(2), 1), (Fraction(1, 2), 0))
        self.assertEqual(clip.line(Fraction(0), Fraction(2), -1)[1], 1)

    def test_crests(self):
        sin, cos = SHAPES["sin"], SHAPES["cos"]
        self.assertEqual(sin.interval(Fraction(1), Fraction(2))[1], 1)
        self.assertLess(sin.interval(Fraction(1), Fraction(3, 2))[1], 1)
        self.assertEqual(cos.interval(Fraction(-1), Fraction(1))[1], 1)
        self.assertEqual(cos.interval(Fraction(3), Fraction(4))[0], -1)
        self.assertEqual(sin.interval(Fraction(10 ** 20), Fraction(10 ** 20)), (-1, 1))
        half = Fraction(15707963267948966, 10 ** 16)  # below pi / 2 by 2e-17
        self.assertLess(sin.interval(Fraction(1), half)[1], 1)

    def test_signs(self):
        for l, u, expected in ((0, 0, (0, 0)), (0, 1, (0, 1)), (-1, 0, (-1, 0)), (-1, 1, (-1, 1)), (1, 2, (1, 1))):
            self.assertEqual(SHAPES["sign"].interval(Fraction(l), Fraction(u)), expected)

    def test_what_is_capped_in_a_softmax_changes_little(self):
        self.assertGreater(1 + exponential(Fraction(CAP))[0], 1 / LOST)
        share = Share()
        self.assertEqual(share.interval(Fraction(1), Fraction(10) ** 200)[0], 0)
        self.assertEqual(share.interval(Fraction(1, 2), Fraction(2)), (Fraction(1, 2) - LOST, 1))
        with self.assertRaises(Rejected):
            Reciprocal().interval(Fraction(0), Fraction(1))


class Networks(unittest.TestCase):
    """Random networks against their values at points, in numbers of 60 digits."""

    def bounds(self, data, lower, upper, numbers, binary32=False, passes=True):
        net = Model(data).network("x", "y")[0]
        chosen = {n.name: "unstable" for n in net.order if any(r.kind != "affine" or r.differs for r in net.readers[n.name])} if passes else {}
        return Bounds(net, Region(box(lower, upper), net.shapes["x"]), numbers, binary32).run(chosen)

    def test_values_lie_within_bounds(self):
        for seed in range(4 * len(KINDS)):
            rng, chance = np.random.default_rng(seed), Chance(seed)
            chance.spread = seed % 2
            made = bent_network(chance, "random", KINDS[seed % len(KINDS)])
            truth = Truth(made.data)
            size = int(np.prod(truth.shape))
            middle, width = rng.standard_normal(size), [0.3, 1e-3, 0.0, 2.0][seed // len(KINDS)]
            lower, upper = middle - width, middle + width
            points = [lower, upper] + [rng.uniform(lower, upper) for _ in range(6)]
            values = [truth.run(x) for x in points]
            for numbers, passes in itertools.product((Floats(), Exact()) if seed % 3 == 0 else (Floats(),), (True, False)):
                try:
                    bounds = self.bounds(made.data, lower, upper, numbers, False, passes)
                except Rejected as error:
                    self.assertRegex(str(error), "overflow|too large|beyond")
                    continue
                n = len(values[0])
                rows = numbers.zeros(2 * n, n)
                rows[np.arange(n), np.arange(n)] += 1
                rows[n + np.arange(n), np.arange(n)] -= 1
                for found in (bounds.function({bounds.net.output: rows}, numbers.zeros(2 * n)), bounds.function({bounds.net.output: rows}, numbers.zeros(2 * n), affine_only=True)):
                    for y in values:
                        for i, v in enumerate(map(Fraction, y)):
                            near = abs(v) / 10 ** 45
                            self.assertTrue(not np.isfinite(float(found[i])) or Fraction(found[i]) <= v + near, (seed, passes))
                            self.assertTrue(not np.isfinite(float(found[n + i])) or v - near <= -Fraction(found[n + i]), (seed, passes))

    def test_float32_products_lie_within_bounds(self):
        rng = np.random.default_rng(8)
        nodes = [("Reshape", ["x", "s"], "a", {}), ("Transpose", ["a"], "b", {"perm": [1, 0]}), ("MatMul", ["a", "b"], "m", {}), ("Add", ["m", "c"], "y", {})]
        data = model("m", nodes, {"s": np.array([2, 3]), "c": [[1.0, -2.0 ** 20]]}, [1, 6], [2, 2]).data
        for scale in (1.0, 2.0 ** -75, 2.0 ** 40):
            x = (rng.standard_normal(6) * scale).astype(np.float32)
            bounds = self.bounds(data, x, x, Floats(), True)
            a = x.reshape(2, 3)
            for _ in range(200):
                y = np.empty((2, 2), np.float32)
                for i, j in itertools.product(range(2), range(2)):
                    terms = [*range(3), None]
                    rng.shuffle(terms)
                    total = np.float32(0)
                    for t in terms:
                        c = np.float32([1.0, -2.0 ** 20][j])
                        total = np.float32(total + c) if t is None else np.float32(float(total) + float(a[i, t]) * float(a[j, t])) if rng.random() < 0.5 else np.float32(total + a[i, t] * a[j, t])
                    y[i, j] = total
                self.assertTrue((bounds.lower["y"] <= y.ravel()).all() and (y.ravel() <= bounds.upper["y"]).all())

    def test_what_a_proof_shows_is_true(self):
        """The best claim of a proof, beside the least value that samples have."""
        for seed in range(len(KINDS)):
            rng, chance = np.random.default_rng(seed), Chance(100 + seed)
            chance.spread = 0
            made = bent_network(chance, "random", KINDS[seed])
            truth, parsed = Truth(made.data, float), Model(made.data)
            size = int(np.prod(truth.shape))
            lower, upper = np.full(size, -0.25), np.full(size, 0.75)
            least = min(truth.run(x)[0] for x in [lower, upper, *(rng.uniform(lower, upper) for _ in range(200))])
            halves = tree(input_cut(0, "0.25", leaf(LINEAR), leaf(INTERVAL)))
            for proof in (INTERVAL, LINEAR, halves):
                recorder = Recorder(Claim(certificate(made.sha256, box(lower, upper), at_most("0"), proof)["claim"], parsed), False, Floats())
                try:
                    recorder.check(proof)
                except Rejected:
                    continue
                self.assertLessEqual(float(recorder.least[0]), least + 1e-9 * abs(least))
                if seed != KINDS.index("exponential"):
                    self.assertLess(least - float(recorder.least[0]), 1e4)


class Readings(unittest.TestCase):
    """What operations mean, and what is refused."""

    def verdict(self, made, region, prop, proof=INTERVAL, **more):
        return checker.verdict(json.dumps(certificate(made.sha256, region, prop, proof, **more)).encode(), Model(made.data))

    def test_axes_of_softmax(self):
        for opset, axis, groups in ((11, None, 2 * 3), (11, 2, 3), (11, 0, 6), (13, None, 3), (13, 1, 2), (13, 0, 1), (13, -2, 2)):
            made = model("s", [("Reshape", ["x", "s"], "r", {}), ("Softmax", ["r"], "y", {} if axis is None else {"axis": axis})], {"s": np.array([1, 2, 3])}, [1, 6], [1, 2, 3], opset=opset)
            share = 1 / groups
            self.assertIsNone(self.verdict(made, box([0.5] * 6, [0.5] * 6), at_most(repr(share - 1e-9))), (opset, axis))
            self.assertIsNotNone(self.verdict(made, box([0.5] * 6, [0.5] * 6), at_most(repr(share + 1e-9))), (opset, axis))

    def test_large_differences(self):
        made = model("s", [("Softmax", ["x"], "y", {"axis": 1})], {}, [1, 3], [1, 3])
        for size in (300, 700, 1000, 1e6, 1e30):
            region = box([-size, 0, 0], [size, 0, 1])
            self.assertIsNone(self.verdict(made, region, at_most("-1e-9")))
            self.assertIsNone(self.verdict(made, region, at_most("-1.000000001", {0: "-1"}), LINEAR))
            self.assertIsNotNone(self.verdict(made, region, at_most("0.001"), LINEAR))
            self.assertIsNotNone(self.verdict(made, region, at_most("-0.999", {0: "-1"}), LINEAR))
            point = box([size, 0, 0], [size, 0, 0])
            self.assertIsNone(self.verdict(made, point, at_most("0.999999")))
            self.assertIsNotNone(self.verdict(made, point, at_most("1.0")))

    def test_comparisons(self):
        made = model("s", [("Reshape", ["x", "s"], "r", {}), ("Softmax", ["r"], "y", {"axis": 2})], {"s": np.array([1, 2, 2])}, [1, 4], [1, 2, 2], opset=13)
        region = box([0, 0.5, 0, 2], [0.4999, 1, 0, 2])
        above = {1: "1/3", 0: "-1/3"}
        for proof in (INTERVAL, LINEAR, tree(node_cut("r", 0, "0.25", leaf(linear(multipliers=[multipliers(0, 0)])), leaf(LINEAR)))):
            self.assertIsNone(self.verdict(made, region, at_most("0", above), proof))
            for outputs, bound, more in (({0: "1", 1: "-1"}, "0", {}), ({1: "2", 0: "-1"}, "0.5", {}), (above, "0.2", {}), (above, "0", {"inputs": [[0, "1"]]})):
                self.assertIsNotNone(self.verdict(made, box([0, 0, 0, 2], [0.4, 0.4, 0, 2]), at_most(bound, outputs, **more), proof))
        # across groups: X_1 = 1 > X_3 = 0.9, but Y_1 = 1 / (1 + e^2) < Y_3
        crossed = box([3, 1, 0, 0.9], [3, 1, 0, 0.9])
        self.assertIsNotNone(self.verdict(made, crossed, at_most("0", {1: "1", 3: "-1"})))
        self.assertIsNone(self.verdict(made, crossed, at_most("0", {3: "1", 1: "-1"})))
        # what is added by a multiplier of the output itself is no comparison: Y_0 - Y_1 >= 0 is false
        for m, at in itertools.product((0, 0.5, 100), ("0.1", "0.9")):
            cut = tree(node_cut("y", 0, at, leaf(linear(multipliers=[multipliers(0, m)])), leaf(linear(multipliers=[multipliers(0, m)]))))
            self.assertIsNotNone(self.verdict(made, region, at_most("0", {0: "1", 1: "-1"}), cut))
        tie = box([1, 1, 0, 0], [1, 1, 0, 0])
        self.assertIsNone(self.verdict(made, tie, at_most("0", above, strict=True)))
        self.assertIsNotNone(self.verdict(made, tie, at_most("0", above)))
        self.assertIsNone(self.verdict(made, tie, at_most("0", above), counterexample([1, 1, 0, 0]), verdict="violated"))

    def test_one_element(self):
        made = model("s", [("Softmax", ["x"], "y", {"axis": 1})], {}, [1, 1], [1, 1])
        self.assertIsNone(self.verdict(made, box([-1e30], [1e30]), at_most("0.99999")))
        self.assertIsNotNone(self.verdict(made, box([-1], [1]), at_most("1")))
        self.assertIn("Softmax", self.verdict(made, box([-1], [1]), at_most("0"), meaning=["binary32"]))

    def test_lengths(self):
        """y = (1 / root(x_0), root(x_0), x_0^-2, clip(x_1)) over x_0 from 1/4 to 4 and x_1 from -3 to 1/2; and keys divided by their length."""
        constants = {"i": np.array([0]), "j": np.array([1]), "n": np.float32(-0.5), "m": np.float32(-2), "a": np.float32(-1), "b": np.float32(1)}
        nodes = [("Gather", ["x", "i"], "u", {"axis": 1}), ("Gather", ["x", "j"], "v", {"axis": 1}), ("Pow", ["u", "n"], "p", {}), ("Sqrt", ["u"], "r", {}),
                 ("Pow", ["u", "m"], "q", {}), ("Clip", ["v", "a", "b"], "c", {}), ("Concat", ["p", "r", "q", "c"], "y", {"axis": 1})]
        made, region = model("h", nodes, constants, [1, 2], [1, 4]), box([0.25, -3], [4, 0.5])
        for place, least, most in ((0, 0.5, 2), (1, 0.5, 2), (2, 0.0625, 16), (3, -1, 0.5)):
            for proof in (INTERVAL, linear()):
                for weight, bound in (("1", least), ("-1", -most)):
                    if proof == INTERVAL or weight == "-1" and place != 1 or weight == "1" and place == 1:  # ends that a chord reaches
                        self.assertIsNone(self.verdict(made, region, at_most(str(bound - 1e-9), {place: weight}), proof))
                    self.assertIsNotNone(self.verdict(made, region, at_most(str(bound + 1e-9), {place: weight}), proof))
        self.assertIsNone(self.verdict(made, box([1, -3], [1, 3]), at_most("-1.001", {3: "1"}), lipschitz()))
        for op, inputs in (("Pow", ["x", "n"]), ("Sqrt", ["x"])):
            single = model("s", [(op, inputs, "y", {})], {"n": np.float32(-0.5)}, [1, 1], [1, 1])
            self.assertIn("no accuracy", self.verdict(single, box([1], [2]), at_most("-9"), meaning=["binary32"]))
        single = model("s", [("Clip", ["x", "a", "b"], "y", {})], {"a": np.float32(-1), "b": np.float32(1)}, [1, 1], [1, 1])
        self.assertIsNone(self.verdict(single, box([-3], [3]), at_most("-1.01"), meaning=["binary32"]))
        keys = [("Mul", ["x", "x"], "s", {}), ("ReduceSum", ["s", "axes"], "t", {"keepdims": 1}), ("Add", ["t", "e"], "l", {}), ("Pow", ["l", "n"], "k", {}), ("Mul", ["x", "k"], "d", {}),
                ("Clip", ["d", "a", "b"], "y", {})]
        unit = model("u", keys, {"axes": np.array([1]), "e": np.float32(1e-5), "n": np.float32(-0.5), "a": np.float32(-1), "b": np.float32(1)}, [1, 2], [1, 2])
        self.assertIsNone(self.verdict(unit, box([-1, -1], [1, 1]), at_most("-1.000001", {0: "1"}), INTERVAL))
        near = box([0.6, 0.8], [0.601, 0.801])
        self.assertIsNone(self.verdict(unit, near, at_most("0.598", {0: "1"}), linear()))
        self.assertIsNotNone(self.verdict(unit, near, at_most("0.602", {0: "1"}), linear()))
        for exponent in (-0.25, -0.5000001, -1.0):  # shifted: no rule, or another function
            other = model("o", keys, {"axes": np.array([1]), "e": np.float32(0.5), "n": np.float64(exponent), "a": np.float32(-1), "b": np.float32(1)}, [1, 2], [1, 2])
            self.assertIsNotNone(self.verdict(other, near, at_most("0.598", {0: "1"}), linear()))

    def test_what_is_refused(self):
        for nodes, constants, text in (
                ([("Pow", ["x", "n"], "y", {})], {"n": np.float64(2.5)}, "Pow"), ([("Pow", ["x", "n"], "y", {})], {"n": np.float64(17)}, "Pow"),
                ([("Pow", ["x", "n"], "y", {})], {"n": np.float64(1)}, "Pow"), ([("Pow", ["x", "n"], "y", {})], {"n": np.float64(-0.25)}, "Pow"),
                ([("Pow", ["x", "n"], "y", {})], {"n": np.float64(-4.5)}, "Pow"), ([("Pow", ["x", "n"], "y", {})], {"n": np.float64(0)}, "Pow"),
                ([("Pow", ["x", "n"], "y", {})], {"n": np.float64(-0.5)}, "not wholly above 0"), ([("Sqrt", ["x"], "y", {})], {}, "not wholly above 0"),
                ([("Clip", ["x", "a", "b"], "y", {})], {"a": np.float64(1), "b": np.float64(0)}, "cross"), ([("Clip", ["x", "a"], "y", {})], {"a": np.float64(2.0 ** 127)}, "2^127"), ([("Pow", ["x", "n"], "y", {})], {"n": [2.0, 3.0]}, "Pow"),
                ([("Reciprocal", ["x"], "y", {})], {}, "not wholly above 0"), ([("Div", ["x", "x"], "y", {})], {}, "not wholly above 0"),
                ([("Softmax", ["x"], "y", {"axis": 2})], {}, "axis")):
            self.assertIn(text, self.verdict(model("r", nodes, constants, [1, 2], [1, 2]), box([0, 0], [1, 1]), at_most("-9")))
        for op in ("Exp", "Sin", "Cos"):
            self.assertIn("no accuracy", self.verdict(model("b", [(op, ["x"], "y", {})], {}, [1, 1], [1, 1]), box([0], [1]), at_most("-9"), meaning=["binary32"]))
        for op in ("Sign", "Abs"):
            self.assertIsNone(self.verdict(model("b", [(op, ["x"], "y", {})], {}, [1, 1], [1, 1]), box([-1], [1]), at_most("-1.01"), meaning=["binary32"]))

    def test_constants(self):
        for factors, fine in (([1.0, 2.0 ** 24], True), ([1.0, 2.0 ** 25], False), ([0.5, 0.75], True)):
            nodes = [("MatMul", ["a", "b"], "c", {}), ("Mul", ["x", "c"], "y", {})]
            made = model("c", nodes, {"a": [[1.0, 1.0]], "b": [[factors[0]], [factors[1] - 1 if factors[1] == 2.0 ** 24 else factors[1]]]}, [1, 1], [1, 1])
            found = self.verdict(made, box([1], [1]), at_most("1"))
            self.assertIsNone(found)
            found = self.verdict(made, box([1], [1]), at_most("1"), meaning=["binary32"])
            self.assertIsNone(found) if fine else self.assertIn("with rounding", found)


if __name__ == "__main__":
    unittest.main()
