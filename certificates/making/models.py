"""The models of the examples: a few kilobytes each, with weights that are short binary fractions."""
import gzip
import hashlib
import io
import random
from dataclasses import dataclass

import numpy as np
from onnx import helper, numpy_helper


@dataclass
class Model:
    name: str
    data: bytes

    @property
    def sha256(self):
        return hashlib.sha256(self.data).hexdigest()


def weights(seed, *shape, scale=1.0):
    """Multiples of scale / 16 between -scale and scale. Python promises that random() stays the same; NumPy's generators do not."""
    source = random.Random(seed)
    return np.array([round((2 * source.random() - 1) * 16) / 16 * scale for _ in range(int(np.prod(shape)))]).reshape(shape)


def model(name, nodes, constants, shape, outputs, kind=np.float32, opset=15):
    """Nodes are (operation, inputs, output, attributes); constants are floats of a kind, or whole numbers where they are given as such."""
    made = [helper.make_node(op, reads, [out], **attributes) for op, reads, out, attributes in nodes]
    tensors = [numpy_helper.from_array(v if (v := np.asarray(value)).dtype.kind == "i" else v.astype(kind), key)
               for key, value in constants.items()]
    floats = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    graph = helper.make_graph(made, name, [helper.make_tensor_value_info("x", floats, shape)],
                              [helper.make_tensor_value_info("y", floats, outputs)], tensors)
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString(deterministic=True)
    return Model(name, data)


def dense(name, layers, bend="Relu", kind=np.float32, **attributes):
    """Gemm nodes h0, h1, ..., y, with r0, r1, ... between; layers are (matrix of outputs x inputs, bias)."""
    nodes, constants, read = [], {}, "x"
    for i, (matrix, bias) in enumerate(layers):
        last = i + 1 == len(layers)
        constants.update({f"w{i}": matrix, f"b{i}": bias})
        nodes.append(("Gemm", [read, f"w{i}", f"b{i}"], "y" if last else f"h{i}", {"transB": 1}))
        if not last:
            nodes.append((bend, [f"h{i}"], f"r{i}", attributes))
            read = f"r{i}"
    return model(name, nodes, constants, [1, layers[0][0].shape[1]], [1, layers[-1][0].shape[0]], kind)


def layers(seed, *sizes, scale=1.0):
    return [(weights(100 * seed + i, m, n, scale=scale), weights(100 * seed + 50 + i, m, scale=0.5))
            for i, (n, m) in enumerate(zip(sizes, sizes[1:]))]


def image():
    """Two channels of 4 x 4: Conv, BatchNormalization, Relu, MaxPool, Gemm to three classes."""
    constants = {"w0": weights(31, 3, 2, 3, 3, scale=0.5), "b0": weights(32, 3, scale=0.25), "scale": [1.0, 0.75, 1.25], "shift": [0.25, -0.125, 0.0],
                 "mean": [0.125, 0.0, -0.25], "variance": [0.5, 1.0, 0.75], "w1": weights(33, 3, 12), "b1": [0.5, 0.0, -0.25]}
    nodes = [("Conv", ["x", "w0", "b0"], "c", {"pads": [1, 1, 1, 1]}),
             ("BatchNormalization", ["c", "scale", "shift", "mean", "variance"], "n", {"epsilon": 0.0009765625}),
             ("Relu", ["n"], "r", {}), ("MaxPool", ["r"], "m", {"kernel_shape": [2, 2], "strides": [2, 2]}),
             ("Flatten", ["m"], "f", {}), ("Gemm", ["f", "w1", "b1"], "y", {"transB": 1})]
    return model("image", nodes, constants, [1, 2, 4, 4], [1, 3])


def residual():
    """A block whose input is added to its output, with names that are those of others: an Identity and a Dropout."""
    constants = {"w0": weights(41, 4, 3), "b0": weights(42, 4), "w1": weights(43, 4, 4, scale=0.5), "b1": weights(44, 4, scale=0.5),
                 "w2": weights(45, 2, 4), "b2": [0.0, 0.25]}
    nodes = [("Gemm", ["x", "w0", "b0"], "h0", {"transB": 1}), ("Identity", ["h0"], "h0_again", {}), ("Relu", ["h0_again"], "r0", {}),
             ("Dropout", ["r0"], "d0", {}), ("Gemm", ["d0", "w1", "b1"], "h1", {"transB": 1}), ("Add", ["h1", "h0"], "s", {}),
             ("Relu", ["s"], "r1", {}), ("Gemm", ["r1", "w2", "b2"], "y", {"transB": 1})]
    return model("residual", nodes, constants, [1, 3], [1, 2])


def valley():
    """y = max(x0 + x1, 0) + max(x0 - x1, 0) + max(x1 - x0, 0) - max(x1, 0) / 2, of which lines alone say too little."""
    first = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [0.0, 1.0]])
    return dense("valley", [(first, np.zeros(4)), (np.array([[1.0, 1.0, 1.0, -0.5]]), np.zeros(1))])


def turning():
    """Matrices that turn vectors and stretch none by more than 1.06, so that distances stay small where intervals grow."""
    turn = np.array([[1.0]])
    for _ in range(3):
        turn = np.block([[turn, turn], [turn, -turn]])
    constants = {"w0": 0.375 * turn, "b0": weights(81, 8), "w1": 0.375 * turn[::-1], "b1": weights(82, 8), "w2": weights(83, 2, 8), "b2": [0.0, 0.25]}
    nodes = [("Gemm", ["x", "w0", "b0"], "h0", {"transB": 1}), ("Relu", ["h0"], "r0", {}), ("Gemm", ["r0", "w1", "b1"], "h1", {"transB": 1}),
             ("Add", ["h1", "h0"], "s", {}), ("Relu", ["s"], "r1", {}), ("Gemm", ["r1", "w2", "b2"], "y", {"transB": 1})]
    return model("turning", nodes, constants, [1, 8], [1, 2])


def zipped(original):
    """The same model as a .gz, stored and without a time, so that its bytes are always the same."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", filename="", compresslevel=0, mtime=0) as file:
        file.write(original.data)
    return packed.getvalue()


def all_models():
    made = [dense("dense", layers(1, 2, 4, 3, 3)), dense("leaky", layers(2, 3, 4, 2), "LeakyRelu", alpha=0.25),
            dense("sigmoid", layers(3, 2, 3, 2), "Sigmoid"), dense("tanh", layers(4, 2, 3, 2), "Tanh"),
            dense("double", [(w / 3, b / 3) for w, b in layers(5, 2, 4, 2)], kind=np.float64), image(), residual(), valley(), turning(),
            dense("single", layers(6, 2, 3, 1)),
            model("larger", [("Gemm", ["x", "w"], "h", {"transB": 1}), ("Max", ["h", "x"], "y", {})], {"w": weights(71, 2, 2)}, [1, 2], [1, 2]),
            model("flat", [("Relu", ["x"], "y", {})], {}, [3], [3]),
            model("softplus", [("Softplus", ["x"], "y", {})], {}, [1, 2], [1, 2])]
    return {m.name: m for m in made}
