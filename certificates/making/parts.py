"""Parts of certificates, written down as the page says."""
import base64
import copy

import numpy as np

TYPES = {"f64": "<f8", "f32": "<f4", "u8": "u1", "u16": "<u2", "u32": "<u4"}
LINEAR = {"rule": "linear"}
INTERVAL = {"rule": "interval"}
EMPTY = {"leaf": {"rule": "empty"}}
BOTH = ("real", "binary32")


def array(values, dtype="f64", **more):
    values = np.asarray(values, TYPES[dtype])
    return {"dtype": dtype, "shape": list(values.shape), "data": base64.b64encode(values.tobytes()).decode(), **more}


def box(lower, upper, dtype="f64"):
    return {"kind": "box", "lower": array(lower, dtype), "upper": array(upper, dtype)}


def pixels(center, epsilon, norm="inf", lowest="0", highest="1", mean=(), std=()):
    return {"kind": "pixels", "center": center, "epsilon": epsilon, "norm": norm, "lowest": lowest, "highest": highest,
            "mean": list(mean), "std": list(std)}


def constraint(outputs, bound, **more):
    """`outputs`: {index: coefficient}, the coefficients and the bound as text."""
    return {"outputs": [list(pair) for pair in outputs.items()], "bound": bound, **more}


def conditions(*lists):
    return {"kind": "conditions", "conditions": [list(constraints) for constraints in lists]}


def at_most(bound, outputs=None, **more):
    """The property whose violations have Y_0 (or another sum) <= bound."""
    return conditions([constraint({0: "1"} if outputs is None else outputs, bound, **more)])


def label(number):
    return {"kind": "label", "label": number}


def passes(*nodes):
    """Passes, each over the unstable elements of a node, or over the listed ones of a pair (node, elements)."""
    return [{"node": n, "elements": "unstable"} if isinstance(n, str) else {"node": n[0], "elements": array(n[1], "u32")} for n in nodes]


def slopes(row, node, values):
    """`values`: {element: slope in parts of 255}."""
    return {"row": row, "node": node, "elements": array(list(values), "u32"), "values": array(list(values.values()), "u8")}


def multipliers(row, *values):
    return {"row": row, "values": array(values)}


def lipschitz(*norms, **more):
    """`norms`: (node, source, norm)."""
    return {"rule": "lipschitz", "norms": [{"node": n, "source": s, "norm": x} for n, s, x in norms], **more}


def linear(*nodes, **more):
    return {**LINEAR, **({"passes": passes(*nodes)} if nodes else {}), **more}


def tree(root, *nodes):
    return {"rule": "tree", **({"passes": passes(*nodes)} if nodes else {}), "root": root}


def leaf(proof):
    return {"leaf": proof}


def input_cut(element, at, below, above):
    return {"cut": {"input": element, "at": at}, "below": below, "above": above}


def node_cut(node, element, at, below, above):
    return {"cut": {"node": node, "element": element, "at": at}, "below": below, "above": above}


def each(*proofs):
    """`proofs`: pairs (conditions, proof)."""
    return {"rule": "each", "proofs": [{"conditions": list(c), "proof": proof} for c, proof in proofs]}


def counterexample(values, dtype="f64", **more):
    return {"rule": "counterexample", "input": array(values, dtype, **more)}


def certificate(sha256, region, prop, proof, meaning=("real",), verdict="holds"):
    claim = {"network": {"sha256": sha256, "input": "x", "output": "y"}, "meaning": list(meaning), "region": region, "property": prop,
             "verdict": verdict}
    return {"format": "surety-certificate", "version": 1, "claim": claim, "proof": proof}


REMOVED = object()


def changed(value, path, new):
    """A copy in which what stands at a path (keys with dots between) is another value, a function's result, or gone."""
    value = copy.deepcopy(value)
    keys = [int(k) if k.isdigit() else k for k in path.split(".")]
    holder = value
    for key in keys[:-1]:
        holder = holder[key]
    if new is REMOVED:
        del holder[keys[-1]]
    else:
        holder[keys[-1]] = new(holder[keys[-1]]) if callable(new) else new
    return value
