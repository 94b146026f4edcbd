"""Random certificates of random small networks: claims as strong as their proof allows, more or less."""
import json
import random

import numpy as np
from suretycheck import Rejected, Unproved
from suretycheck.arithmetic import Floats
from suretycheck.bounds import Bounds, Empty
from suretycheck.proofs import Checker, Claim
from suretycheck.proofs import Model as Parsed

from .bent import bent_network
from .changes.finding import named, places
from .models import dense, model
from .parts import (BOTH, INTERVAL, array, certificate, conditions, constraint, input_cut, leaf, lipschitz, multipliers, node_cut, pixels, slopes,
                    tree)


class Recorder(Checker):
    """Keeps what the functions are shown to be at least, over all leaves."""

    least = None

    def leaf(self, *arguments):
        try:
            super().leaf(*arguments)
        except Unproved:
            pass

    def functions(self, *arguments):
        found = super().functions(*arguments)
        self.least = found if self.least is None else np.minimum(self.least, found)
        return found


class Chance:
    def __init__(self, seed):
        self.seed, self.rng = seed, random.Random(seed)

    def numbers(self, *shape):
        """Weights near 1, or of sizes that differ much, in a network of either kind."""
        spread = self.spread
        return np.array([self.rng.gauss(0, 1) * 10 ** self.rng.uniform(-spread, spread) for _ in range(int(np.prod(shape)))]).reshape(shape)

    def network(self):
        rng = self.rng
        self.spread = rng.choice([0, 0, 0, 1, 3])
        sizes = [rng.randrange(1, 5)] + [rng.randrange(2, 7) for _ in range(rng.randrange(1, 4))] + [rng.randrange(1, 4)]
        bend = rng.choice(["Relu", "Relu", "Relu", "LeakyRelu", "Sigmoid", "Tanh", "block", "image"])
        name = f"random_{self.seed}"
        if rng.random() < 0.5:
            return bent_network(self, name)
        if bend == "image":
            constants = {"w": self.numbers(3, 2, 2, 2), "b": self.numbers(3), "s": 1 + abs(self.numbers(3)), "t": self.numbers(3), "m": self.numbers(3), "v": 0.5 + abs(self.numbers(3)),
                         "d": self.numbers(2, 12 if (pool := rng.random() < 0.5) else 27)}
            middle = [("MaxPool" if rng.random() < 0.5 else "AveragePool", ["r"], "p", {"kernel_shape": [2, 2]})] if pool else [("Identity", ["r"], "p", {})]
            nodes = [("Conv", ["x", "w", "b"], "c", {}), ("BatchNormalization", ["c", "s", "t", "m", "v"], "n", {}), ("Relu", ["n"], "r", {}), *middle,
                     ("Flatten", ["p"], "f", {}), ("Gemm", ["f", "d"], "y", {"transB": 1})]
            return model(name, nodes, constants, [1, 2, 4, 4], [1, 2])
        if bend == "block":
            n = sizes[0]
            constants = {"w0": self.numbers(n, n), "b0": self.numbers(n), "w1": self.numbers(n, n), "w2": self.numbers(2, n)}
            nodes = [("Gemm", ["x", "w0", "b0"], "h", {"transB": 1}), ("Relu", ["h"], "r", {}), ("MatMul", ["r", "w1"], "m", {}), ("Sub", ["m", "h"], "s", {}),
                     ("Relu", ["s"], "q", {}), ("Add", ["q", "x"], "a", {}), ("Gemm", ["a", "w2"], "y", {"transB": 1})]
            return model(name, nodes, constants, [1, n], [1, 2])
        layers = [(self.numbers(m, n), self.numbers(m)) for n, m in zip(sizes, sizes[1:])]
        if bend == "LeakyRelu":  # which ONNX Runtime has in single precision alone
            return dense(name, layers, bend, alpha=rng.choice([0.01, 0.25, 0.1]))
        return dense(name, layers, bend, rng.choice([np.float32, np.float32, np.float64]))

    def region(self, shape):
        rng, size = self.rng, int(np.prod(shape))
        center = np.array([rng.uniform(-1, 1) for _ in range(size)])
        width = rng.choice([1e-3, 0.1, 0.5, 1, 3])
        if rng.random() < 0.6:
            ends = np.sort(np.stack([center - width * rng.random(), center + width * rng.random()]), axis=0)
            kind = rng.choice(["f64", "f32"])
            return {"kind": "box", "lower": array(ends[0], kind), "upper": array(ends[1], kind)}
        channels = shape[1] if len(shape) > 1 else 1
        count = rng.choice([0, 1, channels])
        means, stds = ([rng.choice(choices) for _ in range(count)] for choices in (["0.1", "1/3", "-0x1p-3"], ["1/2", "0.3", "2"]))
        bytes_ = rng.random() < 0.5
        center = array([rng.randrange(256) for _ in range(size)], "u8", scale="1/255") if bytes_ else array(center)
        return pixels(center, rng.choice([f"{1 + int(100 * width)}/255", repr(width)]), rng.choice(["inf", "2", "1"]),
                      rng.choice(["0", "-2", None]) if bytes_ else rng.choice(["-2", None]), rng.choice(["1", "2", None]) if bytes_ else rng.choice(["2", None]), means, stds)

    def property(self, net):
        rng, outputs, inputs = self.rng, net.size(net.output), net.size(net.input)
        made = []
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            made.append([])
            for _ in range(rng.choice([1, 1, 2])):
                terms = {i: rng.choice(["1", "-1", "1/3", "0.7", "-2"]) for i in rng.sample(range(outputs), rng.randrange(1, outputs + 1))}
                more = {"inputs": [[rng.randrange(inputs), rng.choice(["1", "-0.3"])]]} if rng.random() < 0.15 else {}
                made[-1].append(constraint(terms, "0", **more, **({"strict": True} if rng.random() < 0.1 else {})))
        return conditions(*made)

    def weights(self, prop):
        """Some combinations for each condition, or None."""
        rng = self.rng
        if rng.random() < 0.7:
            return None
        return [[[rng.choice([0, 1, 0.5, 2.25]) for _ in c] for _ in range(rng.randrange(1, 3))] for c in prop["conditions"]]

    def passes(self, net):
        rng = self.rng
        found = []
        for node in net.order:
            if not isinstance(node.name, str):  # a part of a node
                continue
            if rng.random() < (0.7 if any(n.kind != "affine" or n.differs for n in net.readers[node.name]) else 0.05):
                some = rng.sample(range(node.size), rng.randrange(node.size + 1))
                found.append({"node": node.name, "elements": "unstable" if rng.random() < 0.8 else array(some, "u32")})
        return found

    def leaf(self, net, prop, weights, cuts, in_tree):
        rng = self.rng
        stated = {"weights": weights} if weights else {}
        if rng.random() < 0.15:
            return {**INTERVAL, **stated}
        proof = {"rule": "linear", **stated}
        if rng.random() < 0.7:
            proof["passes"] = self.passes(net)
        rows = sum(len(c) for c in (weights or prop["conditions"]))
        bent = [name for name in net.shapes if any(n.kind in ("relu", "leaky") for n in net.readers[name])]
        if bent and rng.random() < 0.6:
            places = {(rng.randrange(rows), rng.choice(bent)) for _ in range(rng.randrange(1, 4))}
            proof["slopes"] = [slopes(r, n, {e: rng.randrange(256) for e in rng.sample(range(net.size(n)), rng.randrange(1, net.size(n) + 1))})
                               for r, n in sorted(places)]
        if in_tree and cuts and rng.random() < 0.7:
            some = rng.sample(range(rows), rng.randrange(1, rows + 1))
            proof["multipliers"] = [multipliers(r, *[rng.choice([0, rng.random(), 3 * rng.random()]) for _ in range(cuts)]) for r in some]
        return proof

    def tree(self, net, prop, weights, bounds, depth, cuts=0):
        rng = self.rng
        if depth == 0 or rng.random() < 0.2:
            return leaf(self.leaf(net, prop, weights, cuts, True))
        node = rng.choice([net.input] + [n.name for n in net.order if isinstance(n.name, str)])
        element = rng.randrange(net.size(node))
        low, high = float(bounds.lower[node][element]), float(bounds.upper[node][element])
        at = rng.choice(["0", repr(low + (high - low) * rng.random()), float(low + (high - low) * rng.uniform(-0.2, 1.2)).hex()])
        more = cuts + (node != net.input)
        below, above = (self.tree(net, prop, weights, bounds, depth - 1, more) for _ in range(2))
        return input_cut(element, at, below, above) if node == net.input else node_cut(node, element, at, below, above)

    def norms(self, claim, weights):
        """The rule `lipschitz`, with norms a little above the true ones; a few are left out."""
        net, rng, stated = claim.net, self.rng, []
        for node in claim.maps.measured():
            for source in claim.maps.sources(node):
                matrix, error = claim.maps.matrix(node, source)
                if source == net.input and claim.region.factors() is not None:
                    matrix = matrix * claim.region.factors()
                norm = (float(np.linalg.svd(matrix, compute_uv=False)[0]) + error) * rng.choice([1 + 1e-9, 1 + 1e-6, 1.5]) + 1e-300
                if rng.random() < 0.9 and np.isfinite(norm) and isinstance(node, str) and isinstance(source, str):
                    stated.append((node, source, norm))
        return lipschitz(*stated, **({"weights": weights} if weights else {}))

    def proof(self, claim, prop, bounds):
        rng, net, weights = self.rng, claim.net, self.weights(prop)
        if claim.meaning == ["real"] and rng.random() < 0.25:
            return self.norms(claim, weights)
        if rng.random() < 0.4:
            return self.leaf(net, prop, weights, 0, False)
        made = tree(self.tree(net, prop, weights, bounds, rng.randrange(1, 4)))
        if rng.random() < 0.6:
            made["passes"] = self.passes(net)
        return made

    def certificates(self, count):
        """(the model, certificates): `count` of them, fewer where a network or region has no bounds."""
        made = self.network()
        parsed, found = Parsed(made.data), []
        net = parsed.network("x", "y")[0]
        for _ in range(count):
            determined = not net.double and all(n.kind in ("affine", "relu", "leaky", "max", "sign", "abs", "product") and not n.trouble for n in net.order)
            meaning = BOTH if determined and self.rng.random() < 0.5 else ("real",)
            value = certificate(made.sha256, self.region(net.shapes["x"]), self.property(net), INTERVAL, meaning)
            try:
                with np.errstate(all="ignore"):
                    claim = Claim(value["claim"], parsed)
                    bounds = Bounds(net, claim.region, Floats(), False).run({})
                value["proof"] = self.proof(claim, value["claim"]["property"], bounds)
                self.tighten(value, parsed)
            except (Rejected, Empty):
                continue
            found.append(json.loads(json.dumps(value)))
        return made, found

    def tighten(self, value, parsed):
        """Sets the bounds of constraints so that the proof shows just enough, or a little too little."""
        recorder = Recorder(Claim(value["claim"], parsed), "binary32" in value["claim"]["meaning"], Floats())
        with np.errstate(all="ignore"):
            recorder.check(value["proof"])
        if recorder.least is None:
            return
        weights, row = next((h[k] for h, k in places(value["proof"], named("weights"))), None), 0
        for place, condition in enumerate(value["claim"]["property"]["conditions"]):
            combinations = weights[place] if weights else [[i == j for j in range(len(condition))] for i in range(len(condition))]
            for combination in combinations:
                least, total = float(recorder.least[row]), float(sum(combination))
                row += 1
                if total and np.isfinite(least):
                    bound = (least - max(abs(least), 1e-9) * self.rng.choice([1e-13, 1e-9, 1e-6, 1e-3, 0.1, 1]) * self.rng.choice([1, 1, 1, -1])) / total
                    for c, w in zip(condition, combination):
                        c["bound"] = repr(bound) if w else c["bound"]
