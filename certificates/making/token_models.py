"""The models of the examples that read tokens: transformers of a few kilobytes."""
import math

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from .models import Model, weights

COUNT = 6  # tokens of a text
WORDS = 10  # tokens that there are
WIDTH = 8
HEADS = 2


def made(name, nodes, constants, opset, length=COUNT, outputs=WORDS):
    tensors = [numpy_helper.from_array(v if (v := np.asarray(value)).dtype.kind == "i" else v.astype(np.float32), key)
               for key, value in constants.items()]
    graph = helper.make_graph([helper.make_node(op, reads, [out], **more) for op, reads, out, more in nodes], name,
                              [helper.make_tensor_value_info("x", TensorProto.INT64, [1, length])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, length, outputs])], tensors)
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString(deterministic=True)
    return Model(name, data)


def heads(x, name, *order):
    return [("Reshape", [x, "heads"], f"{name}.heads", {}), ("Transpose", [f"{name}.heads"], f"{name}.apart", {"perm": list(order)})]


def attention(name, causal=True):
    """Of the nodes `name.q`, `name.k` and `name.v`, each of WIDTH features: `name.out`."""
    nodes = heads(f"{name}.q", f"{name}.q", 0, 2, 1, 3) + heads(f"{name}.k", f"{name}.k", 0, 2, 3, 1) + heads(f"{name}.v", f"{name}.v", 0, 2, 1, 3)
    nodes += [("MatMul", [f"{name}.q.apart", f"{name}.k.apart"], f"{name}.products", {}), ("Mul", [f"{name}.products", "logits"], f"{name}.logits", {})]
    if causal:
        nodes.append(("Add", [f"{name}.logits", "mask"], f"{name}.masked", {}))
    nodes += [("Softmax", [f"{name}.masked" if causal else f"{name}.logits"], f"{name}.shares", {"axis": 3}),
              ("MatMul", [f"{name}.shares", f"{name}.v.apart"], f"{name}.mixed", {}), ("Transpose", [f"{name}.mixed"], f"{name}.back", {"perm": [0, 2, 1, 3]}),
              ("Reshape", [f"{name}.back", "flat"], f"{name}.out", {})]
    return nodes


def turned(x, out):
    return [("Gather", [x, "partners"], f"{out}.swapped", {"axis": 2}), ("Mul", [x, "cosines"], f"{out}.kept", {}),
            ("Mul", [f"{out}.swapped", "sines"], f"{out}.turned", {}), ("Add", [f"{out}.kept", f"{out}.turned"], out, {})]


def gate(x, out):
    return [("Mul", [x, "sharpness"], f"{out}.scaled", {}), ("Erf", [f"{out}.scaled"], f"{out}.erf", {}), ("Add", [f"{out}.erf", "one"], f"{out}.share", {}),
            ("Mul", [x, f"{out}.share"], f"{out}.double", {}), ("Mul", [f"{out}.double", "half"], out, {})]


def angles():
    """A rotation for each place and pair: powers of the one by (0.8, 0.6), in the second pair of half as many steps."""
    cosines, sines = np.zeros((COUNT, WIDTH)), np.zeros((COUNT, WIDTH))
    for place in range(COUNT):
        for feature in range(WIDTH):
            turn = complex(0.8, 0.6) ** (place if feature % 2 == 0 else place // 2)
            cosines[place, feature] = round(turn.real * 256) / 256
            sines[place, feature] = (-1 if feature % 4 < 2 else 1) * round(turn.imag * 256) / 256
    return cosines, sines


SHARED = {"heads": np.array([1, COUNT, HEADS, WIDTH // HEADS]), "flat": np.array([1, COUNT, WIDTH]), "logits": [0.25]}


def table(seed):
    """Rows of which two pairs are near to each other: 7 to 1, by 1/128 as a root mean square, and 8 to 5, by 1/16."""
    rows = weights(seed, WORDS, WIDTH)
    rows[7], rows[8] = rows[1], rows[5]
    rows[7, :2] += 1 / 64
    rows[8, ::4] -= 1 / 8
    return rows


def text():
    """Two blocks of turned attention with a causal mask and of an erf gate, each beside what it reads; a factor at the end."""
    cosines, sines = angles()
    partners = np.array([f - f % 4 + (f % 4 + 2) % 4 for f in range(WIDTH)])
    constants = {**SHARED, "table": table(201), "cosines": cosines, "sines": sines, "partners": partners,
                 "mask": np.triu(np.full((COUNT, COUNT), -1e9), 1), "sharpness": [math.sqrt(0.5)], "one": [1.0], "half": [0.5], "rest": [0.75], "share": [0.25],
                 "last.weight": weights(209, WIDTH, WORDS), "scale": [4.0]}
    nodes, stream = [("Gather", ["table", "x"], "embedding", {})], "embedding"
    for block in (1, 2):
        name = f"block{block}"
        for i, part in enumerate(("queries", "keys", "values", "mixing", "rising", "falling")):
            rows, columns = {"rising": (WIDTH, 12), "falling": (12, WIDTH)}.get(part, (WIDTH, WIDTH))
            constants[f"{name}.{part}.weight"] = weights(210 + 10 * block + i, rows, columns, scale=0.5)
        nodes += [("MatMul", [stream, f"{name}.{part}.weight"], f"{name}.{part}", {}) for part in ("queries", "keys", "values")]
        nodes += turned(f"{name}.queries", f"{name}.q") + turned(f"{name}.keys", f"{name}.k") + [("Identity", [f"{name}.values"], f"{name}.v", {})] + attention(name)
        nodes += [("MatMul", [f"{name}.out", f"{name}.mixing.weight"], f"{name}.mixing", {}), ("Mul", [stream, "rest"], f"{name}.rest", {}),
                  ("Mul", [f"{name}.mixing", "share"], f"{name}.share", {}), ("Add", [f"{name}.rest", f"{name}.share"], f"{name}.sum", {}),
                  ("MatMul", [f"{name}.sum", f"{name}.rising.weight"], f"{name}.rising", {})]
        nodes += gate(f"{name}.rising", f"{name}.bent")
        nodes += [("MatMul", [f"{name}.bent", f"{name}.falling.weight"], f"{name}.falling", {}), ("Mul", [f"{name}.sum", "rest"], f"{name}.mlp.rest", {}),
                  ("Mul", [f"{name}.falling", "share"], f"{name}.mlp.share", {}), ("Add", [f"{name}.mlp.rest", f"{name}.mlp.share"], f"{name}.end", {})]
        stream = f"{name}.end"
    nodes += [("MatMul", [stream, "last.weight"], "last", {}), ("Mul", ["last", "scale"], "y", {})]
    return made("text", nodes, constants, 15)


def words():
    """Attention of all tokens to all, with scaled keys; ReLU, GELU, biases, quotients and differences; no factor at the end."""
    constants = {**SHARED, "table": table(301), "four": [4.0], "bias": weights(302, 12, scale=0.25), "places": weights(303, COUNT, WIDTH, scale=0.25),
                 **{f"w{i}": weights(310 + i, WIDTH, WIDTH, scale=0.5) for i in range(4)}, "w4": weights(314, WIDTH, 12, scale=0.5), "w5": weights(315, 12, WIDTH, scale=0.5),
                 "w6": weights(316, WIDTH, WORDS)}
    nodes = [("Gather", ["table", "x"], "embedding", {}), ("Add", ["embedding", "places"], "placed", {}), ("MatMul", ["placed", "w0"], "a.q", {}),
             ("MatMul", ["placed", "w1"], "keys", {}), ("Div", ["keys", "four"], "a.k", {}), ("MatMul", ["placed", "w2"], "a.v", {})]
    nodes += attention("a", causal=False)
    nodes += [("MatMul", ["a.out", "w3"], "mixed", {}), ("Neg", ["mixed"], "against", {}), ("Sub", ["placed", "against"], "sum", {}), ("MatMul", ["sum", "w4"], "rising", {}),
              ("Add", ["bias", "rising"], "moved", {}), ("Gelu", ["moved"], "bent", {}), ("Relu", ["bent"], "above", {}), ("MatMul", ["above", "w5"], "falling", {}),
              ("Div", ["falling", "four"], "less", {}), ("Add", ["sum", "less"], "end", {}), ("MatMul", ["end", "w6"], "y", {})]
    return made("words", nodes, constants, 20)


def all_token_models():
    return [text(), words()]
