#!/usr/bin/env python3
"""Computes a routed vision transformer without the tokens that its blocks leave out, in ONNX Runtime.

    scripts/shorter_sequences.py MODEL.onnx [--images N] [--plain OTHER.onnx]

MODEL is what `surety train` writes for `network.mod-factor` without normalisation of tokens. It computes every token
and hides some; here each routed block is rewritten to gather its tokens (TopK, GatherElements), to compute them
alone, and to scatter them back. The outputs of both, and of `surety evaluate`, must agree, which is an independent
test that hidden tokens are as if they were not there. Prints the largest difference and the milliseconds per image
of both, and of another model beside them. Needs numpy, onnx and onnxruntime.
"""

import json
import sys
import time

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from support import answer, floats, json_file, parser, run


def shortened(model):
    """The same function, each routed block over the tokens that it keeps."""
    graph = model.graph
    constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    nodes = list(graph.node)
    blocks = [n.name[: -len(".merged")] for n in nodes if n.op_type == "Where" and n.name.endswith(".merged")]

    def constant(name, value):
        graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def find(name):
        return next(n for n in nodes if n.output[0] == name)

    result = []
    for block in blocks:
        weight = constants[f"{block}.router.weight"]
        stream = find(f"{block}.router.products").input[0]
        compared = find(f"{block}.router").input[0]
        limit = float(constants[find(compared).input[1]])
        kept = int(limit + 0.5)
        k = constant(f"{block}.short.k", np.array([kept], np.int64))
        width = constant(f"{block}.short.width", np.array([1, 1, weight.size], np.int64))
        places, rows, tokens, gate = (f"{block}.short.{part}" for part in ("places", "rows", "tokens", "gate"))
        head = [
            helper.make_node("TopK", [f"{block}.router.scores", k], [f"{block}.short.best", places], axis=1),
            helper.make_node("Tile", [places, width], [rows]),
            helper.make_node("GatherElements", [stream, rows], [tokens], axis=1),
            helper.make_node("GatherElements", [f"{block}.gate", places], [gate], axis=1),
        ]
        outside = {f"{block}.router.products", f"{block}.skipped"}
        added = False
        for node in [n for n in nodes if n.name.startswith(f"{block}.")]:
            if node.output[0] not in outside:
                node.input[:] = [tokens if name == stream else name for name in node.input]
            if node.op_type == "Reshape" and f"{block}.attention" in node.name:
                shape = constants[node.input[1]].copy()
                if len(shape) in (3, 4) and not node.name.startswith(f"{block}.attention.present"):
                    shape[1] = kept
                    node.input[1] = constant(f"{node.name}.short", shape)
            if node.op_type == "Softmax":
                node.input[0] = f"{block}.attention.logits"
            if node.output[0] == f"{block}.mlp.gated":
                node.input[:] = [gate if name == f"{block}.gate" else name for name in node.input]
            if node.output[0] == f"{block}.merged":
                _, processed, skipped = node.input
                scatter = helper.make_node(
                    "ScatterElements", [skipped, rows, processed], [node.output[0]], axis=1
                )
                node.CopyFrom(scatter)
                node.name = f"{block}.merged"
        # What leads to the marks is not needed any more.
        for node in nodes:
            if node.output[0] == f"{block}.gate" and not added:
                result.append((node.name, head))
                added = True
    del graph.node[:]
    unused = ("router.Transpose", "router.Great", "router.Cast", "router.Mul", "router.Add", "router.Reduce",
              "router.Less", "attention.lowered", "attention.masked", "attention.present", "merged.Greater")
    for node in nodes:
        isDead = any(f"{b}.{part}" in node.name for b in blocks for part in unused) or node.name in {
            f"{b}.router" for b in blocks
        }
        if not isDead:
            graph.node.append(node)
        for name, head in result:
            if node.name == name:
                graph.node.extend(head)
    # Tokens are gathered after their gate, which the block's layers read too.
    order(graph)
    return model


def order(graph):
    """Puts every node behind what it reads."""
    waiting, known = list(graph.node), {t.name for t in graph.initializer} | {i.name for i in graph.input} | {""}
    done = []
    while waiting:
        ready = [n for n in waiting if all(name in known for name in n.input)]
        if not ready:
            sys.exit(f"nothing computes {[n for n in waiting[0].input if n not in known]}")
        done += ready
        known |= {name for n in ready for name in n.output}
        waiting = [n for n in waiting if n not in ready]
    del graph.node[:]
    graph.node.extend(done)


def session(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def timed(made, images):
    """The outputs, and the least milliseconds per image of five runs."""
    name, best = made.get_inputs()[0].name, float("inf")
    for _ in range(5):
        begin = time.perf_counter()
        outputs = made.run(None, {name: images})[0]
        best = min(best, time.perf_counter() - begin)
    return outputs, best * 1000 / len(images)


def main():
    arguments = parser(__doc__)
    arguments.add_argument("model")
    arguments.add_argument("--images", type=int, default=256, help="how many (default 256)")
    arguments.add_argument("--plain", help="a model to be timed beside it")
    args = arguments.parse_args()
    model = onnx.load(args.model)
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim][1:]
    images = np.random.default_rng(1).uniform(0, 1, [args.images, *shape]).astype(np.float32)
    masked, masked_time = timed(session(model), images)
    short, short_time = timed(session(shortened(onnx.load(args.model))), images)
    with json_file([floats(x.ravel()) for x in images[:16]]) as path:
        done = run([args.surety, "evaluate", args.model, "--input", path, "--json"], 60)
    ours = np.array(answer(done)["outputs"], np.float64)
    scale = np.abs(masked).max()
    report = {
        "images": args.images,
        "shorter_against_masked": float(np.abs(short - masked).max() / scale),
        "surety_against_masked": float(np.abs(ours - masked[:16]).max() / scale),
        "masked_ms_per_image": round(masked_time, 4),
        "shorter_ms_per_image": round(short_time, 4),
    }
    if args.plain:
        report["plain_ms_per_image"] = round(timed(session(onnx.load(args.plain)), images)[1], 4)
    print(json.dumps(report, indent=2))
    if max(report["shorter_against_masked"], report["surety_against_masked"]) > 1e-4:
        sys.exit("the outputs differ")


if __name__ == "__main__":
    main()
