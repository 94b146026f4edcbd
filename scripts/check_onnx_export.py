"""Runs exported models in three other programs and compares their outputs with the recorded ones.

Usage:
    SURETY_EXPORT=FOLDER swift test --filter WritingTests/exports
    python scripts/check_onnx_export.py FOLDER

The folder must exist. Needs the Python packages onnx, onnxruntime, onnx2torch, torch and numpy. Each model is run in
ONNX Runtime, in onnx2torch and in the ONNX reference evaluator, on its recorded input and, where its first axis is
symbolic, on a batch of 64 whose first example is that input; the outputs of the batch must be those of its examples
one by one. Prints how many models each program agrees on, and what it refuses. Exits with 1 when a model is invalid,
an output differs by more than 1e-4 of the largest, ONNX Runtime or the reference evaluator refuses a model, a batch is
refused, or an architecture has no symbolic axis.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx.reference import ReferenceEvaluator

BATCH = 64


def in_runtime(path):
    options = ort.SessionOptions()
    options.log_severity_level = 4
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})[0]


def in_reference(path):
    model = onnx.load(path)
    evaluator = ReferenceEvaluator(model)
    name = model.graph.input[0].name
    return lambda x: evaluator.run(None, {name: x})[0]


def in_torch(path):
    import onnx2torch
    import torch

    module = onnx2torch.convert(path).eval()
    with torch.no_grad():
        return lambda x: module(torch.from_numpy(x)).detach().numpy()


ENGINES = {"ONNX Runtime": in_runtime, "reference evaluator": in_reference, "onnx2torch": in_torch}


def difference(y, expected):
    if y.shape != expected.shape:
        return np.inf
    return abs(y - expected).max(initial=0.0) / max(1.0, abs(expected).max(initial=0.0))


def inputs(entry, path):
    """The recorded input, and a batch or None."""
    info = onnx.load(path, load_external_data=False).graph.input[0].type.tensor_type
    shape = [d.dim_value or d.dim_param for d in info.shape.dim]
    kind = onnx.helper.tensor_dtype_to_np_dtype(info.elem_type)
    is_symbolic = bool(shape) and isinstance(shape[0], str)
    one = np.array(entry["input"], dtype=kind).reshape(([1] + shape[1:]) if is_symbolic else shape)
    if not is_symbolic:
        return one, None
    random = np.random.default_rng(0)
    low, high = one.min(initial=0.0), one.max(initial=1.0)
    batch = random.uniform(low, high, [BATCH] + shape[1:]).astype(kind)
    batch[0] = one[0]
    return one, batch


def main(folder):
    records = sorted(pathlib.Path(folder).glob("*.json"), key=lambda p: int(p.stem))
    agreed, failures, batched = dict.fromkeys(ENGINES, 0), 0, 0
    for record in records:
        entry = json.loads(record.read_text())
        path = str(record.with_suffix(".onnx"))
        # The outputs of the batch's examples one by one, as the first program gives them.
        alone = None
        try:
            onnx.checker.check_model(path, full_check=True)
            one, batch = inputs(entry, path)
            if batch is None and entry.get("architecture"):
                raise ValueError("has no symbolic axis")
        except Exception as error:
            failures += 1
            print(f"{entry['name']}: {str(error).splitlines()[0]}")
            continue
        batched += batch is not None
        for name, engine in ENGINES.items():
            try:
                run = engine(path)
                y = run(one)
            except Exception as error:
                refused = name == "onnx2torch"
                failures += not refused
                words = str(error).splitlines() or [type(error).__name__]
                print(f"{entry['name']}: {name} refuses it: {words[0][:100]}")
                continue
            try:
                expected = np.array(entry["output"]).reshape(entry["shape"])
                worst = difference(y, expected)
                if not worst <= 1e-4:
                    raise ValueError(f"differs by {worst:.3g}, shape {y.shape} against {expected.shape}")
                if batch is not None:
                    if alone is None:
                        alone = np.concatenate([run(batch[i : i + 1]) for i in range(BATCH)])
                    worst = difference(run(batch), alone)
                    if not worst <= 1e-4:
                        raise ValueError(f"a batch of {BATCH} differs by {worst:.3g}")
                agreed[name] += 1
            except Exception as error:
                failures += 1
                print(f"{entry['name']}: {name}: {str(error).splitlines()[0][:160]}")
    for name, count in agreed.items():
        print(f"{name}: {count} of {len(records)} models agree")
    print(f"{batched} of {len(records)} models take a batch of any size")
    return 1 if failures or not records else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
