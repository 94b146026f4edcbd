"""Models of the examples with operations that are not affine: products, curves, softmax; and transposed convolutions, and constants made of constants."""
import numpy as np

from .models import model, weights

# The elements of x that each curve reads, and the order of the outputs: Y_0 = exp x_0, ..., Y_9 = x_0^5.
CURVES = [("Exp", 0, None), ("Sin", 1, None), ("Cos", 1, None), ("Sign", 2, None), ("Abs", 2, None), ("Reciprocal", 3, None), ("Pow", 2, 2), ("Pow", 2, 3), ("Pow", 1, 16),
          ("Pow", 0, 5)]


def curves():
    """One output for each curve."""
    nodes, constants = [], {f"at{i}": np.array([i]) for i in range(4)}
    nodes += [("Gather", ["x", f"at{i}"], f"x{i}", {"axis": 1}) for i in range(4)]
    for place, (op, element, power) in enumerate(CURVES):
        if power:
            constants[f"n{power}"] = np.float64(power)
        nodes.append((op, [f"x{element}"] + ([f"n{power}"] if power else []), f"c{place}", {}))
    nodes.append(("Concat", [f"c{place}" for place in range(len(CURVES))], "y", {"axis": 1}))
    return model("curves", nodes, constants, [1, 4], [1, len(CURVES)])


def bent(name, op):
    """A curve between two matrices."""
    constants = {"w0": weights(91, 3, 2), "b0": weights(92, 3), "w1": weights(93, 2, 3), "b1": [0.25, -0.125]}
    return model(name, [("Gemm", ["x", "w0", "b0"], "h", {"transB": 1}), (op, ["h"], "z", {}), ("Gemm", ["z", "w1", "b1"], "y", {"transB": 1})], constants, [1, 2], [1, 2])


def products():
    """y = (h g) W + b with h and g of three elements each."""
    constants = {"w0": weights(101, 3, 2), "b0": weights(102, 3), "w1": weights(103, 3, 2), "b1": weights(104, 3), "w2": weights(105, 2, 3), "b2": [0.5, 0.0]}
    nodes = [("Gemm", ["x", "w0", "b0"], "h", {"transB": 1}), ("Gemm", ["x", "w1", "b1"], "g", {"transB": 1}), ("Mul", ["h", "g"], "p", {}),
             ("Gemm", ["p", "w2", "b2"], "y", {"transB": 1})]
    return model("products", nodes, constants, [1, 2], [1, 2])


def squares():
    """y = h^2 - h for h = x_0 + x_1, which is -1/4 at least."""
    return model("squares", [("Gemm", ["x", "w"], "h", {"transB": 1}), ("Mul", ["h", "h"], "s", {}), ("Sub", ["s", "h"], "y", {})], {"w": [[1.0, 1.0]]}, [1, 2], [1, 1])


def matrices():
    """A vector of two tokens times a matrix that is computed, too: MatMul of tensors of three and of two dimensions, and of one."""
    constants = {"w0": weights(111, 6, 2), "w1": weights(112, 3, 2), "s0": np.array([2, 3]), "s1": np.array([3]), "s2": np.array([1, 2]), "b": weights(113, 3)}
    nodes = [("Gemm", ["x", "w0"], "a", {"transB": 1}), ("Reshape", ["a", "s0"], "left", {}), ("Gemm", ["x", "w1", "b"], "c", {"transB": 1}), ("Reshape", ["c", "s1"], "right", {}),
             ("MatMul", ["left", "right"], "m", {}), ("Reshape", ["m", "s2"], "y", {})]
    return model("matrices", nodes, constants, [1, 2], [1, 2])


def quotients():
    """y = h / (|g| + 1/2)."""
    constants = {"w0": weights(121, 2, 2), "b0": weights(122, 2), "w1": weights(123, 2, 2), "half": [0.5]}
    nodes = [("Gemm", ["x", "w0", "b0"], "h", {"transB": 1}), ("Gemm", ["x", "w1"], "g", {"transB": 1}), ("Abs", ["g"], "m", {}), ("Add", ["m", "half"], "d", {}),
             ("Div", ["h", "d"], "y", {})]
    return model("quotients", nodes, constants, [1, 2], [1, 2])


def shares(name="shares", opset=15, **attributes):
    """Two groups of three, of a softmax, and what a matrix makes of them."""
    constants = {"w0": weights(131, 6, 2, scale=2), "b0": weights(132, 6), "s": np.array([1, 2, 3]), "f": np.array([1, 6]), "w1": weights(133, 2, 6)}
    nodes = [("Gemm", ["x", "w0", "b0"], "h", {"transB": 1}), ("Reshape", ["h", "s"], "r", {}), ("Softmax", ["r"], "p", attributes), ("Reshape", ["p", "f"], "z", {}),
             ("Gemm", ["z", "w1"], "y", {"transB": 1})]
    return model(name, nodes, constants, [1, 2], [1, 2], opset=opset)


def classes():
    """Two groups of three, of a softmax that is the output."""
    constants = {"w0": weights(131, 6, 2, scale=2), "b0": weights(132, 6), "s": np.array([1, 2, 3])}
    nodes = [("Gemm", ["x", "w0", "b0"], "h", {"transB": 1}), ("Reshape", ["h", "s"], "r", {}), ("Softmax", ["r"], "y", {"axis": 2})]
    return model("classes", nodes, constants, [1, 2], [1, 2, 3])


def attention():
    """Two tokens of two elements look at each other."""
    constants = {"w0": weights(141, 4, 2), "b0": weights(142, 4), "s": np.array([1, 2, 2]), "q": weights(143, 2, 2), "k": weights(144, 2, 2), "half": [0.5], "f": np.array([1, 4]),
                 "w1": weights(145, 2, 4)}
    nodes = [("Gemm", ["x", "w0", "b0"], "h", {"transB": 1}), ("Reshape", ["h", "s"], "e", {}), ("MatMul", ["e", "q"], "u", {}), ("MatMul", ["e", "k"], "v", {}),
             ("Transpose", ["v"], "t", {"perm": [0, 2, 1]}), ("MatMul", ["u", "t"], "m", {}), ("Mul", ["m", "half"], "c", {}), ("Softmax", ["c"], "p", {"axis": 2}),
             ("MatMul", ["p", "e"], "o", {}), ("Add", ["o", "e"], "a", {}), ("Reshape", ["a", "f"], "z", {}), ("Gemm", ["z", "w1"], "y", {"transB": 1})]
    return model("attention", nodes, constants, [1, 2], [1, 2])


def transposed():
    """Two groups, strides, dilations, pads and output_padding; and one whose pads follow from the output's shape."""
    constants = {"w0": weights(151, 2, 2, 2, 3, scale=0.5), "b0": weights(152, 4), "w1": weights(153, 4, 1, 3, 2, scale=0.5), "s": np.array([1, 20]), "w2": weights(154, 2, 20)}
    nodes = [("ConvTranspose", ["x", "w0", "b0"], "t", {"group": 2, "strides": [2, 1], "dilations": [1, 2], "pads": [0, 1, 1, 2], "output_padding": [1, 0]}), ("Relu", ["t"], "r", {}),
             ("ConvTranspose", ["r", "w1"], "v", {"strides": [1, 2], "output_shape": [5, 4]}), ("Reshape", ["v", "s"], "z", {}), ("Gemm", ["z", "w2"], "y", {"transB": 1})]
    return model("transposed", nodes, constants, [1, 2, 2, 2], [1, 2])


def constant(name, factor):
    """x times a constant that is computed from others: 0.75 x 0.5 as floats is exact, 0.1 x 0.1 is not."""
    nodes = [("ConstantOfShape", ["shape"], "zeros", {}), ("Mul", ["factor", "factor"], "product", {}), ("Add", ["zeros", "product"], "sum", {}), ("Mul", ["x", "sum"], "y", {})]
    return model(name, nodes, {"shape": np.array([1, 2]), "factor": [factor]}, [1, 2], [1, 2])


def all_bent_models():
    return [curves(), bent("exponentials", "Exp"), bent("sines", "Sin"), products(), squares(), matrices(), quotients(), shares(), shares("shares_of_all", 11), classes(), attention(),
            transposed(), constant("constants", 0.75), constant("rounded", 0.1)]
