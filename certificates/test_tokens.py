"""Tests of the rule `tokens`: python3 -m unittest discover certificates, from the top of the repository."""
import math
import sys
import unittest
from fractions import Fraction
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).parent))

from making.token_models import COUNT, WIDTH, WORDS, text, words
from suretycheck import Rejected
from suretycheck.proofs import Model
from suretycheck.shapes import exponential
from suretycheck.token_bounds import Reach, Text, erf, exp_minus, softmax
from suretycheck.tokens import Tokens

TEXT = np.array([3, 1, 4, 1, 5, 9])


def norms_of(tokens, room=1 + 1e-6):
    found = []
    for layer in tokens.layers:
        parts = np.split(tokens.steps[layer].data, tokens.parts.get(layer, 1), axis=1)
        found.append((tokens.steps[layer].name, [float(np.linalg.norm(p, 2)) * room for p in parts]))
    return found


def plain(tokens, embedded):
    """What each step computes of embedded tokens, by plain floats: {step: rows}."""
    values = {}
    for index in tokens.needed:
        step = tokens.steps[index]
        x = [values[i] for i in step.inputs]
        if step.kind == "embedding":
            y = embedded
        elif step.kind == "layer":
            y = x[0] @ step.data
        elif step.kind == "shift":
            y = x[0] + step.data
        elif step.kind == "sum":
            y = x[0] + step.data * x[1]
        elif step.kind == "scale":
            y = x[0] * step.data
        elif step.kind == "relu":
            y = np.maximum(x[0], 0)
        elif step.kind == "gate":
            k, c = step.data
            y = k * x[0] * (1 + np.vectorize(math.erf)(c * x[0]))
        elif step.kind == "turn":
            order, own, partner = step.data
            y = x[0] * own + x[0][:, order] * partner
        else:
            heads = step.data["heads"]
            parts = [np.split(v, heads, axis=1) for v in x]
            mixed = []
            for q, k, v in zip(*parts):
                logits = q @ k.T * math.prod(step.data["scales"])
                if step.data["causal"]:
                    logits = np.where(np.tril(np.ones(logits.shape, bool)), logits, -np.inf)
                shares = np.exp(logits - logits.max(axis=1, keepdims=True))
                mixed.append(shares / shares.sum(axis=1, keepdims=True) @ v)
            y = np.concatenate(mixed, axis=1)
        values[index] = y
    return values


def directions(tokens, embedded, changed, place, source, trial):
    """A change of the changed tokens that moves a row far: a few steps of power iteration by differences."""
    step, base = 1e-6, plain(tokens, embedded)[source][place]
    random = np.random.default_rng(trial)
    change = random.standard_normal(embedded.shape) * changed[:, None]
    goal = random.standard_normal(base.shape)
    for _ in range(2):
        gradient = np.zeros(embedded.shape)
        for t, f in zip(*np.nonzero(np.broadcast_to(changed[:, None], embedded.shape))):
            moved = embedded.copy()
            moved[t, f] += step
            gradient[t, f] = (plain(tokens, moved)[source][place] - base) @ goal / step
        change = gradient + 1e-9 * change
        sizes = np.linalg.norm(change, axis=1, keepdims=True)
        change = np.where(sizes > 0, change / np.where(sizes > 0, sizes, 1), 0)
        goal = plain(tokens, embedded + 1e-4 * change)[source][place] - base
        goal = goal / max(np.linalg.norm(goal), 1e-30)
    return change


class Bounds(unittest.TestCase):
    def test_text_is_within_its_radii(self):
        """Values of the text are in the intervals, seen with exact functions, and the radii are small."""
        for model in (text(), words()):
            tokens = Model(model.data).tokens("x", "y").tokens
            known, floats = Text(tokens, TEXT), plain(tokens, tokens.table[TEXT])
            for index in tokens.needed:
                c, r = known.values[index]
                self.assertLess(np.abs(c - floats[index]).max(), 1e-12)
                self.assertLess(r.max(), 1e-10)

    def test_rows_stay_within_their_distances(self):
        """Random changes, and ones along gradients, move rows and their norms no farther than is said; some of them nearly so far."""
        nearest = 0.0
        for model in (text(), words()):
            known = Model(model.data).tokens("x", "y")
            tokens = known.tokens
            stated = known.stated(norms_of(tokens))
            base = plain(tokens, tokens.table[TEXT])
            for trial in range(24):
                random = np.random.default_rng(trial)
                size = float(random.choice([1e-4, 0.01, 0.1, 0.5, 3.0]))
                changed = np.ones(COUNT) if trial % 2 else (np.arange(COUNT) == random.integers(COUNT)).astype(float)
                reach = Reach(Text(tokens, TEXT), stated, size * changed + 1e-300)
                source = tokens.steps[tokens.last].inputs[0]
                place = int(random.integers(COUNT))
                change = directions(tokens, tokens.table[TEXT], changed, place, source, trial) if trial % 3 == 0 else random.standard_normal(base[source].shape)
                lengths = np.linalg.norm(change, axis=1, keepdims=True)
                change = size * changed[:, None] * change / np.where(lengths > 0, lengths, 1)
                moved = plain(tokens, tokens.table[TEXT] + change * (1 - 1e-12))
                for index in reach.far:
                    away = np.linalg.norm(moved[index] - base[index], axis=1)
                    self.assertTrue((away <= reach.far[index] + 1e-13).all(), (model.name, trial, tokens.steps[index].name))
                    self.assertTrue((np.linalg.norm(moved[index], axis=1) <= reach.size[index] + 1e-13).all())
                nearest = max(nearest, float((np.linalg.norm(moved[source] - base[source], axis=1) / reach.far[source])[place]))
        self.assertGreater(nearest, 0.15)

    def test_other_tokens_move_rows_no_farther(self):
        """Every text with one other token of a distance, tried."""
        for model in (text(), words()):
            known = Model(model.data).tokens("x", "y")
            tokens, norms = known.tokens, norms_of(known.tokens)
            source = tokens.steps[tokens.last].inputs[0]
            base = plain(tokens, tokens.table[TEXT])[source]
            for epsilon in ("0.04", "0.1", "0.7", "5"):
                far, tried = known.shown(TEXT, Fraction(epsilon), "token", norms)[2], 0
                for place, token in np.ndindex(COUNT, WORDS):
                    other = TEXT.copy()
                    other[place] = token
                    if np.sqrt(((tokens.table[token] - tokens.table[TEXT[place]]) ** 2).mean()) > float(epsilon):
                        continue
                    tried += 1
                    away = np.linalg.norm(plain(tokens, tokens.table[other])[source] - base, axis=1)
                    self.assertTrue((away <= far + 1e-13).all(), (epsilon, place, token))
                self.assertGreater(tried, COUNT)

    def test_functions(self):
        x = np.array([0.0, 1e-300, 0.1, 0.25, 0.2500001, 1, 7.3, 36, 100, 699])
        value, error = exp_minus(x)
        for own, found in zip(x, value):
            low, high = exponential(-Fraction(own))
            self.assertTrue(Fraction(found) * (1 - Fraction(error)) <= low and high <= Fraction(found) * (1 + Fraction(error)), own)
        x = np.concatenate([np.linspace(-7, 7, 400), [0.0, 1e-200, -1e-9, 5.9999999, 6.0]])
        value, error = erf(x)
        self.assertTrue(all(abs(math.erf(a) - b) <= e + 4e-16 for a, b, e in zip(x, value, error)))
        self.assertLess(error.max(), 1e-11)
        shares, radius = softmax(np.array([[0.0, 5, 1e9], [2, 2, -1], [700, -700, 0]]), np.full((3, 3), 1e-9), True)
        self.assertEqual(shares[0].tolist(), [1, 0, 0])
        self.assertTrue(abs(shares[1, 0] - 0.5) < 1e-15 and 0 < radius[1, 0] < 1e-8)
        with self.assertRaises(Rejected):
            softmax(np.zeros((2, 2)), np.full((2, 2), 0.2), False)


def altered(model, change):
    """A model with something else in its graph."""
    from suretycheck.network import parse
    parsed = parse(model.data)
    change(parsed.graph)
    return Tokens(parsed, "x", "y")


def node(graph, name):
    return next(n for n in graph.node if n.output[0] == name)


def constant(graph, name, change):
    tensor = next(t for t in graph.initializer if t.name == name)
    tensor.CopyFrom(numpy_helper.from_array(change(numpy_helper.to_array(tensor).copy()), name))


class Reading(unittest.TestCase):
    """What is no transformer of the page's form is refused, and never read as one."""

    def refused(self, change, model=text, words_of="no rule"):
        with self.assertRaises(Rejected) as caught:
            altered(model(), change)
        self.assertIn(words_of, str(caught.exception))

    def test_plain_models_are_read(self):
        self.assertEqual(len(altered(text(), lambda g: None).layers), 12)
        self.assertEqual(altered(words(), lambda g: None).parts, {s: 2 for s in altered(words(), lambda g: None).parts})

    def test_masks(self):
        def hole(mask):
            mask[0, 2] = 0
            return mask

        def early(mask):
            mask[3, 1] = -1e9
            return mask

        for change in (hole, early, lambda m: m * np.float32(0.5), lambda m: m.T.copy(), lambda m: m[:1].copy()):
            self.refused(lambda g, c=change: constant(g, "mask", c))

    def test_heads(self):
        self.refused(lambda g: node(g, "block1.q.apart").attribute[0].ints.__setitem__(slice(None), [0, 1, 2, 3]))
        self.refused(lambda g: node(g, "block1.k.apart").attribute[0].ints.__setitem__(slice(None), [0, 2, 1, 3]))
        self.refused(lambda g: node(g, "block1.back").attribute[0].ints.__setitem__(slice(None), [0, 1, 2, 3]))
        self.refused(lambda g: node(g, "block1.shares").attribute[0].__setattr__("i", 2))
        self.refused(lambda g: node(g, "block1.mixed").input.__setitem__(1, "block1.k.apart"))
        self.refused(lambda g: constant(g, "heads", lambda h: np.array([1, COUNT, 4, 2])))
        self.refused(lambda g: constant(g, "heads", lambda h: np.array([1, 2, COUNT, 4])))

    def test_turns(self):
        self.refused(lambda g: constant(g, "partners", lambda p: np.arange(WIDTH)))
        self.refused(lambda g: constant(g, "partners", lambda p: np.roll(np.arange(WIDTH), 1)))
        self.refused(lambda g: constant(g, "partners", lambda p: np.arange(WIDTH)[::-1].copy()), words_of="across heads")
        self.refused(lambda g: node(g, "block1.q.turned").input.__setitem__(0, "block1.k.swapped"))
        self.refused(lambda g: node(g, "block1.q.swapped").attribute[0].__setattr__("i", 1))

    def test_gates(self):
        self.refused(lambda g: constant(g, "one", lambda x: x * 0))
        self.refused(lambda g: constant(g, "sharpness", lambda x: -x))
        self.refused(lambda g: node(g, "block1.bent.double").input.__setitem__(0, "block1.sum"))
        self.refused(lambda g: node(g, "bent").attribute.append(helper.make_attribute("approximate", "tanh")), words)

    def test_others(self):
        self.refused(lambda g: node(g, "block1.rest").__setattr__("op_type", "Sigmoid"))
        self.refused(lambda g: node(g, "block1.rest").__setattr__("domain", "other"))
        self.refused(lambda g: constant(g, "scale", lambda x: -x), words_of="above 0")
        self.refused(lambda g: constant(g, "rest", lambda x: x * 0), words_of="is 0")
        self.refused(lambda g: node(g, "y").input.__setitem__(0, "block2.end"), words_of="no layer's")
        self.refused(lambda g: g.input[0].type.tensor_type.__setattr__("elem_type", TensorProto.FLOAT), words_of="no text")
        self.refused(lambda g: g.input[0].type.tensor_type.shape.dim[0].__setattr__("dim_value", 2), words_of="not one text")


if __name__ == "__main__":
    unittest.main()
