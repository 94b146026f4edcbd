"""Opens exported models in ONNX Runtime and compares their outputs with the recorded ones.

Usage:
    SURETY_EXPORT=FOLDER swift test --filter WritingTests/exports
    python scripts/check_onnx_export.py FOLDER

The folder must exist. Needs the Python packages onnx, onnxruntime and numpy. Exits with 1 when a model is
invalid or an output differs by more than 1e-4 of the largest output.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort

failures = 0
records = sorted(pathlib.Path(sys.argv[1]).glob("*.json"), key=lambda p: int(p.stem))
for record in records:
    entry = json.loads(record.read_text())
    path = str(record.with_suffix(".onnx"))
    try:
        onnx.checker.check_model(path, full_check=True)
        options = ort.SessionOptions()
        options.log_severity_level = 3
        session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        info = session.get_inputs()[0]
        x = np.array(entry["input"], dtype=np.float32).reshape(info.shape)
        y = session.run(None, {info.name: x})[0]
        expected = np.array(entry["output"]).reshape(entry["shape"])
        scale = max(1.0, abs(expected).max(initial=0.0))
        difference = abs(y - expected).max(initial=0.0) / scale if y.shape == expected.shape else np.inf
        if not difference <= 1e-4:
            raise ValueError(f"differs by {difference:.3g}, shape {y.shape} against {expected.shape}")
    except Exception as error:
        failures += 1
        print(f"{entry['name']}: {str(error).splitlines()[0]}")
print(f"{len(records) - failures} of {len(records)} models agree")
sys.exit(1 if failures or not records else 0)
