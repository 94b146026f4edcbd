"""Norms of convolutions, frequency by frequency: python3 -m unittest discover certificates"""
import math
import unittest
from types import SimpleNamespace

import numpy as np

from suretycheck.convolutions import is_shown, turns
from suretycheck.distances import FLOATS, is_norm, norm_of
from suretycheck.linear import Convolution, Sparse


def network(*maps):
    """A chain of affine nodes n0, n1, ... behind the input x."""
    names = ["x"] + [f"n{i}" for i in range(len(maps))]
    return SimpleNamespace(nodes={name: SimpleNamespace(kind="affine", inputs=[read], linear=[linear]) for name, read, linear in zip(names[1:], names, maps)})


def factors(values):
    return Sparse(np.arange(len(values))[:, None], np.array(values, float)[:, None], len(values))


def shown(maps, norm, more=None):
    return is_shown(network(*maps), FLOATS, f"n{len(maps) - 1}", "x", norm, more, is_norm, norm_of)


def matrix(linear, size):
    return np.stack([linear.forward(unit, linear.weights) for unit in np.eye(size)], axis=1)


class Convolutions(unittest.TestCase):
    def random(self, random):
        groups, inputs, outputs = int(random.integers(1, 3)), int(random.integers(1, 3)), int(random.integers(1, 4))
        kernel = tuple(int(k) for k in random.integers(1, 4, 2))
        space = tuple(int(s) for s in random.integers(4, 8, 2))
        weights = random.uniform(-1, 1, (groups, outputs, inputs, *kernel))
        return Convolution(weights, (groups * inputs, *space), tuple(int(s) for s in random.integers(1, 4, 2)), (1, 1), tuple(int(p) for p in random.integers(0, 3, 2)),
                           tuple(int(p) for p in random.integers(0, 3, 2)))

    def test_never_below_the_whole_matrix(self):
        random, nearest = np.random.default_rng(3), math.inf
        for _ in range(60):
            convolution = self.random(random)
            size = convolution.channels * math.prod(convolution.space)
            norm = np.linalg.norm(matrix(convolution, size), 2)
            self.assertFalse(shown([convolution], norm * (1 - 1e-9)))
            self.assertTrue(shown([convolution], np.abs(convolution.weights).sum() * (1 + 1e-9)))
            low, high = norm, 4 * norm
            for _ in range(12):
                middle = (low + high) / 2
                low, high = (low, middle) if shown([convolution], middle) else (middle, high)
            nearest = min(nearest, high / norm)
        self.assertLess(nearest, 1.01)

    def test_factors_of_channels(self):
        random = np.random.default_rng(5)
        for _ in range(20):
            convolution = self.random(random)
            size = convolution.channels * math.prod(convolution.space)
            before = np.repeat(random.uniform(0.5, 3, convolution.channels), math.prod(convolution.space))
            behind = np.repeat(random.uniform(-3, 3, convolution.shape_out[0]), math.prod(convolution.out))
            whole = behind[:, None] * matrix(convolution, size) * before
            norm, most = np.linalg.norm(whole, 2), 9 * np.abs(convolution.weights).sum()
            for maps, more in [([factors(before), convolution, factors(behind)], None), ([convolution, factors(behind)], before)]:
                self.assertFalse(shown(maps, norm * (1 - 1e-9), more))
                self.assertTrue(shown(maps, most, more))

    def test_what_is_no_such_chain(self):
        convolution = Convolution(np.ones((1, 1, 1, 2, 2)), (1, 4, 4), (1, 1), (1, 1), (0, 0), (0, 0))
        self.assertIsNone(shown([convolution, factors(np.arange(9.0))], 100.0))
        self.assertIsNone(shown([convolution, Convolution(np.ones((1, 1, 1, 2, 2)), (1, 3, 3), (1, 1), (1, 1), (0, 0), (0, 0))], 100.0))
        self.assertIsNone(shown([factors(np.ones(4))], 100.0))
        self.assertIsNone(shown([convolution, factors(np.full(9, 1e-310))], 100.0))

    def test_what_is_no_number(self):
        for value in (math.nan, math.inf):
            self.assertFalse(shown([Convolution(np.full((1, 1, 1, 2, 2), value), (1, 4, 4), (1, 1), (1, 1), (0, 0), (0, 0))], 1e9))
        flat = Convolution(np.ones((1, 1, 1, 2, 2)), (1, 4, 4), (1, 1), (1, 1), (0, 0), (0, 0))
        for limit in (math.nan, math.inf, -1.0, 0.0):
            self.assertFalse(shown([flat], limit))
        self.assertFalse(shown([flat], math.nextafter(4.0, 0)))
        self.assertTrue(shown([flat], 4 * (1 + 2.0 ** -30)))

    def test_what_would_take_too_long_shows_nothing(self):
        self.assertFalse(shown([Convolution(np.ones((1, 1, 1, 80, 80)), (1, 1, 1), (1, 1), (1, 1), (80, 80), (80, 80))], 1e9))

    def test_turns_are_near(self):
        for extent in (1, 2, 3, 7, 34):
            for k, (cosine, sine) in enumerate(turns(extent)):
                self.assertLess(abs(cosine - math.cos(2 * math.pi * k / extent)) + abs(sine - math.sin(2 * math.pi * k / extent)), 4e-15)


if __name__ == "__main__":
    unittest.main()
