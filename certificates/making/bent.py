"""Random networks of operations that are not affine: curves, powers, products, quotients, softmax and transposed convolutions."""
import numpy as np

from .models import model

KINDS = ("wave", "exponential", "power", "sign", "quotient", "product", "square", "matrices", "shares", "comparison", "attention", "transposed", "chain")


def bent_network(chance, name, kind=None, opset=None):
    """A model with input x of shape [1, n] and output y of shape [1, m]; `chance` has a generator `rng`, and `numbers` for weights."""
    rng, numbers = chance.rng, chance.numbers
    kind = kind or rng.choice(KINDS)
    n, m, out = rng.randrange(1, 4), rng.randrange(2, 5), rng.randrange(1, 4)
    opset = opset or rng.choice([11, 13, 15])
    constants = {"w0": numbers(m, n), "b0": numbers(m), "w1": numbers(m, n), "b1": numbers(m), "last": numbers(out, m), "end": numbers(out)}
    h, g = ("Gemm", ["x", "w0", "b0"], "h", {"transB": 1}), ("Gemm", ["x", "w1", "b1"], "g", {"transB": 1})
    last = ("Gemm", ["z", "last", "end"], "y", {"transB": 1})

    def made(nodes, outputs=out, **more):
        used = {read for node in nodes for read in node[1]}
        return model(name, nodes, {k: v for k, v in {**constants, **more}.items() if k in used}, [1, n], [1, outputs], opset=opset)

    if kind == "wave":
        return made([h, (rng.choice(["Sin", "Cos"]), ["h"], "z", {}), last])
    if kind == "exponential":
        return made([h, ("Exp", ["h"], "z", {}), last])
    if kind == "power":
        return made([h, ("Pow", ["h", "n"], "z", {}), last], n=np.float64(rng.choice([2, 3, 4, 5, 16])))
    if kind == "sign":
        return made([h, (rng.choice(["Sign", "Abs"]), ["h"], "z", {}), last])
    if kind == "square":
        return made([h, ("Mul", ["h", "h"], "s", {}), ("ReduceSum", ["s", "axis"], "t", {}) if opset >= 13 else ("Abs", ["s"], "t", {}), ("Sub", ["t", "h"], "z", {}), last], axis=np.array([1]))
    if kind == "product":
        small = rng.random() < 0.3  # [1, m] times [1, 1]
        left = ("Gemm", ["x", "w1", "b1"], "g", {"transB": 1})
        return made([h, left, ("Gather", ["g", "first"], "f", {"axis": 1}) if small else ("Identity", ["g"], "f", {}), ("Mul", ["h", "f"] if rng.random() < 0.5 else ["f", "h"], "z", {}), last],
                    first=np.array([0]))
    if kind == "quotient":
        above = rng.choice([[("Abs", ["g"], "p", {})], [("Exp", ["g"], "p", {})], [("Relu", ["g"], "r", {}), ("Pow", ["r", "n"], "p", {})]])
        end = [("Div", ["h", "d"], "z", {})] if rng.random() < 0.7 else [("Reciprocal", ["d"], "q", {}), ("Mul", ["q", "k"], "z", {})]
        return made([h, g, *above, ("Add", ["p", "k"], "d", {}), *end, last] if end[0][0] == "Div" else [g, *above, ("Add", ["p", "k"], "d", {}), *end, last],
                    n=np.float64(3), k=0.1 + abs(numbers(1, 1)))
    if kind == "matrices":
        p, q, r = (rng.randrange(1, 3) for _ in range(3))
        left, right = ([p, q] if rng.random() < 0.7 else [q]), ([q, r] if rng.random() < 0.7 else [q])
        a, b = int(np.prod(left)), int(np.prod(right))
        size = (p if len(left) > 1 else 1) * (r if len(right) > 1 else 1)
        nodes = [("Gemm", ["x", "wa"], "a", {"transB": 1}), ("Gemm", ["x", "wb"], "b", {"transB": 1}), ("Reshape", ["a", "left"], "l", {}), ("Reshape", ["b", "right"], "r", {}),
                 ("MatMul", ["l", "r"], "v", {}), ("Reshape", ["v", "flat"], "z", {}), ("Gemm", ["z", "wz"], "y", {"transB": 1})]
        return made(nodes, wa=numbers(a, n), wb=numbers(b, n), left=np.array(left), right=np.array(right), flat=np.array([1, size]), wz=numbers(out, size))
    if kind == "comparison":
        return made([h, ("Softmax", ["h"], "y", {"axis": 1})], m)
    if kind == "shares":
        axis = rng.choice([{}, {"axis": 1}, {"axis": 2}, {"axis": 0}, {"axis": -1}])
        size = 2 * m
        nodes = [("Gemm", ["x", "wide"], "h", {"transB": 1}), ("Reshape", ["h", "shape"], "r", {}), ("Softmax", ["r"], "s", axis), ("Reshape", ["s", "flat"], "z", {}),
                 ("Gemm", ["z", "wz"], "y", {"transB": 1})]
        return made(nodes, wide=numbers(size, n), shape=np.array([1, 2, m]), flat=np.array([1, size]), wz=numbers(out, size))
    if kind == "attention":
        t, d = 2, rng.randrange(1, 3)
        nodes = [("Gemm", ["x", "wide", "wb"], "h", {"transB": 1}), ("Reshape", ["h", "shape"], "e", {}), ("MatMul", ["e", "q"], "u", {}), ("MatMul", ["e", "k"], "v", {}),
                 ("Transpose", ["v"], "vt", {"perm": [0, 2, 1]}), ("MatMul", ["u", "vt"], "s", {}), ("Mul", ["s", "half"], "c", {}), ("Softmax", ["c"], "p", {"axis": 2}),
                 ("MatMul", ["p", "e"], "o", {}), ("Add", ["o", "e"], "a", {}), ("Reshape", ["a", "flat"], "z", {}), ("Gemm", ["z", "wz"], "y", {"transB": 1})]
        return made(nodes, wide=numbers(t * d, n), wb=numbers(t * d), shape=np.array([1, t, d]), q=numbers(d, d), k=numbers(d, d), half=np.float64(0.5), flat=np.array([1, t * d]),
                    wz=numbers(out, t * d))
    if kind == "transposed":
        groups, high, wide = rng.choice([1, 2]), rng.randrange(1, 3), rng.randrange(1, 4)
        channels, filters, kernel = 2, rng.randrange(1, 3), [rng.randrange(1, 4), rng.randrange(1, 3)]
        strides, dilations, more = [rng.randrange(1, 4) for _ in "hw"], [rng.randrange(1, 3) for _ in "hw"], [0, 0]
        more = [rng.randrange(s) for s in strides] if rng.random() < 0.4 else more
        full = [s * (i - 1) + e + (k - 1) * d + 1 for s, i, e, k, d in zip(strides, (high, wide), more, kernel, dilations)]
        attributes = {"strides": strides, "dilations": dilations, "group": groups, "output_padding": more}
        choice = rng.random()
        if choice < 0.3 and all(f > 1 for f in full):
            attributes["output_shape"] = result = [f - rng.randrange(2) for f in full]
        elif choice < 0.5 and all(f >= s * i for f, s, i in zip(full, strides, (high, wide))):
            attributes["auto_pad"] = rng.choice(["SAME_UPPER", "SAME_LOWER"])
            result = [s * i for s, i in zip(strides, (high, wide))]
        else:
            pads = [rng.randrange(0, max(1, f // 2)) for f in full] + [0, 0]
            attributes["pads"], result = pads, [f - p for f, p in zip(full, pads)]
        size = groups * filters * int(np.prod(result))
        nodes = [("Gemm", ["x", "wide"], "h", {"transB": 1}), ("Reshape", ["h", "shape"], "r", {}), ("ConvTranspose", ["r", "kernel", "bias"], "t", attributes), ("Relu", ["t"], "s", {}),
                 ("Reshape", ["s", "flat"], "z", {}), ("Gemm", ["z", "wz"], "y", {"transB": 1})]
        return made(nodes, wide=numbers(channels * high * wide, n), shape=np.array([1, channels, high, wide]), kernel=numbers(channels, filters, *kernel), bias=numbers(groups * filters),
                    flat=np.array([1, size]), wz=numbers(out, size))
    bends, nodes, read = [rng.choice(["Sin", "Cos", "Sign", "Abs", "Relu", "Tanh", "Sigmoid"]) for _ in range(rng.randrange(1, 4))], [h], "h"
    for i, bend in enumerate(bends):
        nodes += [(bend, [read], f"c{i}", {}), ("Mul", [f"c{i}", "h" if rng.random() < 0.5 else f"c{i}"], f"m{i}", {})]
        read = f"m{i}"
    return made([*nodes, ("Identity", [read], "z", {}), last])
