"""Tests of the second checker's comparisons, and of the routing of tokens that is made of them."""
import itertools
import json
import random
import unittest

import numpy as np

import checker
from making.models import model
from making.parts import INTERVAL, at_most, box, certificate, conditions, constraint, linear
from suretycheck.proofs import Model

HOLDS = {"Greater": np.greater, "GreaterOrEqual": np.greater_equal, "Less": np.less, "LessOrEqual": np.less_equal}


def routed(tokens, kept, earlier="GreaterOrEqual", later="Greater", last="Less"):
    """Marks of the tokens with the largest scores, as a file of Surety's has them."""
    before = np.tril(np.ones((tokens, tokens)), -1)
    nodes = [("Reshape", ["x", "column"], "scores", {}), ("Transpose", ["scores"], "others", {"perm": [0, 2, 1]}),
             (earlier, ["others", "scores"], "a", {}), ("Cast", ["a"], "b", {"to": 1}), ("Mul", ["b", "earlier"], "c", {}),
             (later, ["others", "scores"], "d", {}), ("Cast", ["d"], "e", {"to": 1}), ("Mul", ["e", "later"], "f", {}),
             ("Add", ["c", "f"], "ahead", {}), ("ReduceSum", ["ahead", "axes"], "places", {"keepdims": 1}),
             (last, ["places", "limit"], "kept", {}), ("Cast", ["kept"], "marks", {"to": 1}), ("Reshape", ["marks", "row"], "y", {})]
    constants = {"column": [1, tokens, 1], "row": [1, tokens], "axes": [2], "earlier": before, "later": before.T, "limit": [kept - 0.5]}
    return model("routed", nodes, constants, [1, tokens], [1, tokens])


def answer(made, lower, upper, prop, proof=INTERVAL, **more):
    """None where the claim is accepted, else why not."""
    more = {"meaning": ["real"], **more}
    return checker.verdict(json.dumps(certificate(made.sha256, box(lower, upper), prop, proof, **more)).encode(), Model(made.data))


def one(operation):
    nodes = [("Slice", ["x", "0", "1", "axis"], "p", {}), ("Slice", ["x", "1", "2", "axis"], "q", {}), (operation, ["p", "q"], "b", {}),
             ("Cast", ["b"], "y", {"to": 1})]
    return model("one", nodes, {"0": [0], "1": [1], "2": [2], "axis": [1]}, [1, 2], [1, 1])


class Comparisons(unittest.TestCase):
    def test_is_decided_as_all_points_are(self):
        """Both claims, 0 and 1, are accepted just where every pair of numbers of the box agrees; ends touch, and are strict or not."""
        for operation, holds in HOLDS.items():
            made = one(operation)
            for a, b, c, d in itertools.product((-1.0, 0.0, 1.0), repeat=4):
                if a > b or c > d:
                    continue
                values = {bool(holds(x, y)) for x in (a, b) for y in (c, d)}
                always = answer(made, [a, c], [b, d], at_most("0.5")) is None
                never = answer(made, [a, c], [b, d], conditions([constraint({0: "-1"}, "-0.5")])) is None
                self.assertEqual((always, never), (values == {True}, values == {False}), (operation, a, b, c, d))

    def test_refuses_executions_and_other_casts(self):
        self.assertIn("binary32", answer(one("Less"), [0, 2], [1, 3], at_most("0.5"), meaning=["binary32"]))
        made = model("cast", [("Cast", ["x"], "y", {"to": 1})], {}, [1, 2], [1, 2])
        self.assertIn("Cast", answer(made, [1, 1], [2, 2], at_most("0.5")))


def choosing(tokens, kept, compared="Greater"):
    """Of scores, then numbers: the double of those that are kept, and the others less 1."""
    before = np.tril(np.ones((tokens, tokens)), -1)
    nodes = [("Slice", ["x", "0", "half", "axis"], "first", {}), ("Slice", ["x", "half", "end", "axis"], "second", {}),
             ("Reshape", ["first", "column"], "scores", {}), ("Reshape", ["second", "column"], "numbers", {}),
             ("Transpose", ["scores"], "others", {"perm": [0, 2, 1]}),
             ("GreaterOrEqual", ["others", "scores"], "a", {}), ("Cast", ["a"], "b", {"to": 1}), ("Mul", ["b", "earlier"], "c", {}),
             ("Greater", ["others", "scores"], "d", {}), ("Cast", ["d"], "e", {"to": 1}), ("Mul", ["e", "later"], "f", {}),
             ("Add", ["c", "f"], "ahead", {}), ("ReduceSum", ["ahead", "axes"], "places", {"keepdims": 1}),
             ("Less", ["places", "limit"], "kept", {}), ("Cast", ["kept"], "marks", {"to": 1}),
             ("Mul", ["numbers", "two"], "double", {}), ("Add", ["numbers", "minus"], "less", {}),
             (compared, ["marks", "middle"], "choice", {}), ("Where", ["choice", "double", "less"], "chosen", {}), ("Reshape", ["chosen", "row"], "y", {})]
    constants = {"column": [1, tokens, 1], "row": [1, tokens], "axes": [2], "0": [0], "half": [tokens], "end": [2 * tokens], "axis": [1],
                 "earlier": before, "later": before.T, "limit": [kept - 0.5], "two": [2.0], "minus": [-1.0], "middle": [0.5]}
    return model("choosing", nodes, constants, [1, 2 * tokens], [1, tokens])


class Choosing(unittest.TestCase):
    def test_holds_at_all_corners(self):
        """The least value of an output over the corners of a box is not proved to be exceeded, and is reached where the choice is known."""
        rng = random.Random(5)
        reached = 0
        for trial in range(24):
            tokens, kept = 3, 1 + trial % 2
            made = choosing(tokens, kept)
            centers = [rng.randint(-4, 4) / 4 for _ in range(2 * tokens)]
            width = rng.choice([0, 0.125, 0.25])
            lower, upper = [c - width for c in centers], [c + width for c in centers]
            corners = np.array(list(itertools.product(*zip(lower, upper))))
            scores, numbers = corners[:, :tokens], corners[:, tokens:]
            ahead = sum(np.where(np.arange(tokens) > j, scores[:, [j]] >= scores, scores[:, [j]] > scores) & (np.arange(tokens) != j) for j in range(tokens))
            marks = ahead < kept
            values = np.where(marks, 2 * numbers, numbers - 1)
            for output in range(tokens):
                least = values[:, output].min()
                for proof in (INTERVAL, linear()):
                    above = answer(made, lower, upper, conditions([constraint({output: "1"}, str(least + 0.01))]), proof)
                    self.assertIsNotNone(above, (trial, output))
                    if len(set(marks[:, output])) == 1:
                        below = answer(made, lower, upper, conditions([constraint({output: "1"}, str(least - 0.01))]), proof)
                        self.assertIsNone(below, (trial, output))
                        reached += 1
        self.assertGreater(reached, 40)

    def test_refuses_a_condition_that_is_no_comparison(self):
        nodes = [("Cast", ["x"], "c", {"to": 9}), ("Where", ["c", "x", "x"], "y", {})]
        made = model("where", nodes, {}, [1, 2], [1, 2])
        self.assertIn("Cast", answer(made, [1, 1], [2, 2], at_most("0.5")))


class Routing(unittest.TestCase):
    def test_never_accepts_what_a_point_refutes(self):
        """Boxes on a grid of ties: no mark is proved that differs at some corner, and points are always proved."""
        rng, accepted = random.Random(5), 0
        for _ in range(60):
            tokens = rng.choice((3, 4))
            kept = rng.randrange(1, tokens)
            made = routed(tokens, kept)
            lower = np.array([rng.randrange(4) for _ in range(tokens)], float)
            upper = lower + np.array([rng.choice((0, 0, 1, 2)) for _ in range(tokens)])
            corners = [marks(np.array(p), kept) for p in itertools.product(*zip(lower, upper))]
            for token, (prop, value) in itertools.product(range(tokens), ((("0.5", "1"), 1), (("-0.5", "-1"), 0))):
                proof = rng.choice((INTERVAL, linear("scores")))
                if answer(made, lower, upper, conditions([constraint({token: prop[1]}, prop[0])]), proof) is None:
                    accepted += 1
                    self.assertTrue(all(c[token] == value for c in corners), (lower, upper, token, kept))
                elif (lower == upper).all():
                    self.assertFalse(corners[0][token] == value, (lower, token, kept))
        self.assertGreater(accepted, 50)

    def test_another_comparison_or_number_kept_is_rejected(self):
        """Of two equal scores the earlier one is kept: just that shows which comparison is strict, and how many are kept."""
        first = at_most("0.5")
        self.assertIsNone(answer(routed(2, 1), [1, 1], [1, 1], first))
        self.assertIsNone(answer(routed(2, 1), [1, 1], [1, 1], conditions([constraint({1: "-1"}, "-0.5")])))
        for made in (routed(2, 1, later="GreaterOrEqual"), routed(2, 1, later="Less", last="Greater"), routed(2, 1, last="Greater"), routed(2, 0)):
            self.assertIsNotNone(answer(made, [1, 1], [1, 1], first))
        for made in (routed(2, 1, earlier="Greater"), routed(2, 2)):
            self.assertIsNotNone(answer(made, [1, 1], [1, 1], conditions([constraint({1: "-1"}, "-0.5")])))


def marks(scores, kept):
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    return [1 if i in order[:kept] else 0 for i in range(len(scores))]


if __name__ == "__main__":
    unittest.main()
