#!/usr/bin/env python3
"""Exports PyTorch modules and small models by both exporters of PyTorch and compares `surety evaluate` with PyTorch.

    python3 scripts/torch_conformance.py [--only conv] [--keep FOLDER] [--json results/torch.json]

Each module is exported as people do it, torch.onnx.export(module, x, "m.onnx"), with dynamo=True (weights beside the
model, in m.onnx.data) and dynamo=False. Prints pass, refused (with the reason) or WRONG for each export; an export that
PyTorch itself refuses is not applicable. Exit status 1 when a value is wrong. Needs numpy, torch, onnx and onnxscript.
"""

import collections
import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from support import parser, require, write_json


class Function(nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Residual(nn.Module):
    """A small residual network for images."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        self.inner = nn.Sequential(
            nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1)
        )
        self.head = nn.Linear(8, 10)

    def forward(self, x):
        x = self.stem(x)
        x = F.relu(x + self.inner(x))
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Attention(nn.Module):
    """One layer of self-attention, with a causal mask where asked for."""

    def __init__(self, is_causal=False):
        super().__init__()
        self.project, self.out, self.is_causal = nn.Linear(8, 24), nn.Linear(8, 8), is_causal

    def forward(self, x):
        q, k, v = (t.view(1, 5, 2, 4).transpose(1, 2) for t in self.project(x).chunk(3, dim=-1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.is_causal)
        return self.out(y.transpose(1, 2).reshape(1, 5, 8))


class Patches(nn.Module):
    """A small vision transformer."""

    def __init__(self):
        super().__init__()
        self.cut = nn.Conv2d(3, 8, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.place = nn.Parameter(torch.randn(1, 5, 8))
        self.norm1, self.norm2 = nn.LayerNorm(8), nn.LayerNorm(8)
        self.attention = Attention()
        self.mix = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.head = nn.Linear(8, 10)

    def forward(self, x):
        x = self.cut(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.place
        x = x + self.attention(self.norm1(x))
        x = x + self.mix(self.norm2(x))
        return self.head(x[:, 0])


class Recurrent(nn.Module):
    """A recurrent layer, of which the last output is kept."""

    def __init__(self, kind):
        super().__init__()
        self.layer = kind(4, 6, batch_first=True)

    def forward(self, x):
        return self.layer(x)[0][:, -1]


def modules():
    """(name, module, shape of the input)."""
    line, image, sequence, cube = (1, 6), (1, 3, 8, 8), (1, 4, 9), (1, 2, 5, 6, 4)
    for name in [
        "ReLU", "LeakyReLU", "ELU", "SELU", "CELU", "GELU", "Sigmoid", "Tanh", "Softplus", "Softsign", "SiLU", "Mish",
        "Hardtanh", "Hardsigmoid", "Hardswish", "ReLU6", "LogSigmoid", "Tanhshrink", "Softshrink", "Hardshrink",
        "PReLU",
    ]:
        yield name, getattr(nn, name)(), line
    yield "GELU tanh", nn.GELU(approximate="tanh"), line
    yield "Softmax", nn.Softmax(-1), line
    yield "LogSoftmax", nn.LogSoftmax(-1), line
    yield "GLU", nn.GLU(), line
    yield "Linear", nn.Linear(6, 4), line
    yield "MLP", nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)), line
    yield "Bilinear square", Function(lambda x: x * x.mean(-1, keepdim=True)), line
    yield "Conv1d", nn.Conv1d(4, 5, 3, padding=1, stride=2), sequence
    yield "Conv2d", nn.Conv2d(3, 4, 3, padding=1), image
    yield "Conv2d groups", nn.Conv2d(3, 6, 3, groups=3, dilation=2), image
    yield "Conv2d same", nn.Conv2d(3, 4, 4, padding="same"), image
    yield "Conv2d circular", nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular"), image
    yield "Conv3d", nn.Conv3d(2, 3, 3, padding=1), cube
    yield "ConvTranspose2d", nn.ConvTranspose2d(3, 4, 3, stride=2, output_padding=1, padding=1), image
    yield "BatchNorm1d", nn.BatchNorm1d(6), line
    yield "BatchNorm2d", nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()), image
    yield "LayerNorm", nn.LayerNorm(6), line
    yield "GroupNorm", nn.GroupNorm(1, 3), image
    yield "InstanceNorm2d", nn.InstanceNorm2d(3, affine=True), image
    yield "RMSNorm", nn.RMSNorm(6), line
    yield "MaxPool2d", nn.MaxPool2d(3, stride=2, padding=1), image
    yield "MaxPool2d ceil", nn.MaxPool2d(3, stride=2, ceil_mode=True), image
    yield "AvgPool2d", nn.AvgPool2d(2), image
    yield "AvgPool2d ceil", nn.AvgPool2d(3, 2, ceil_mode=True), image
    yield "AvgPool2d ceil padded", nn.AvgPool2d(3, 2, padding=1, ceil_mode=True), image
    yield "AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d(4), image
    yield "AvgPool1d", nn.AvgPool1d(3), sequence
    yield "Upsample nearest", nn.Upsample(scale_factor=2), image
    yield "Upsample bilinear", nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False), image
    yield "Upsample bicubic", nn.Upsample(scale_factor=2, mode="bicubic", align_corners=True), image
    yield "PixelShuffle", nn.Sequential(nn.Conv2d(3, 8, 1), nn.PixelShuffle(2)), image
    yield "ZeroPad and reflect", nn.Sequential(nn.ZeroPad2d(1), nn.ReflectionPad2d(2)), image
    yield "clamp", Function(lambda x: x.clamp(-0.5, 0.3)), line
    yield "where", Function(lambda x: torch.where(x > 0, x, 0.1 * x)), line
    yield "norm", Function(lambda x: x / x.norm(dim=-1, keepdim=True)), line
    yield "amax", Function(lambda x: x.amax(dim=(2, 3)) - x.amin(dim=(2, 3))), image
    yield "logsumexp", Function(lambda x: torch.logsumexp(x, dim=-1)), line
    yield "einsum", Function(lambda x: torch.einsum("bchw,bdhw->bcd", x, x)), image
    yield "cumsum", Function(lambda x: x.cumsum(-1)), line
    yield "var", Function(lambda x: x.var(dim=-1)), line
    yield "LSTM", Recurrent(nn.LSTM), (1, 5, 4)
    yield "GRU", Recurrent(nn.GRU), (1, 5, 4)
    yield "Residual network", Residual(), image
    yield "Attention", Attention(), (1, 5, 8)
    yield "Causal attention", Attention(is_causal=True), (1, 5, 8)
    yield "Transformer layer", nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (1, 5, 8)
    yield "Vision transformer", Patches(), image
    yield "Double precision", nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double(), line


@contextlib.contextmanager
def silence():
    """Keeps what the exporters print, from Python or not, off the terminal."""
    with open(os.devnull, "w") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kept = [(stream, os.dup(stream.fileno())) for stream in (sys.stdout, sys.stderr)]
        try:
            for stream, _ in kept:
                stream.flush()
                os.dup2(nowhere.fileno(), stream.fileno())
            yield
        finally:
            for stream, descriptor in kept:
                stream.flush()
                os.dup2(descriptor, stream.fileno())
                os.close(descriptor)


def main():
    options = parser(__doc__)
    options.add_argument("--only", help="only modules whose name contains this")
    options.add_argument("--keep", type=Path, help="a folder that keeps the exports")
    options.add_argument("--json", type=Path, help="a file for all results")
    args = options.parse_args()
    require(args.surety, "surety")
    logging.disable(logging.WARNING)
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        for name, module, shape in modules():
            if args.only and args.only.lower() not in name.lower():
                continue
            for is_new in [True, False]:
                result = examine(args.surety, folder, name, module, shape, is_new)
                results.append(result)
                if result["outcome"] != "pass":
                    way = "dynamo" if is_new else "script"
                    print(f"{result['outcome']} {name} ({way}): {result['reason']}", flush=True)
    totals = collections.Counter(r["outcome"] for r in results)
    print(", ".join(f"{totals[k]} {k}" for k in ["pass", "refused", "WRONG", "not applicable"]))
    if args.json:
        write_json(args.json, results)
    sys.exit(totals["WRONG"] > 0)


def examine(surety, folder, name, module, shape, is_new):
    """What became of one export."""
    result = {"module": name, "dynamo": is_new}
    torch.manual_seed(3)
    module = module.eval()
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -0.7, 0.7)
    for buffer_name, buffer in module.named_buffers():
        if buffer.is_floating_point():
            nn.init.uniform_(buffer, 0.3, 1.5)
    kind = next((p.dtype for p in module.parameters()), torch.float32)
    x = torch.randn(shape, dtype=kind)
    with torch.no_grad(), silence():
        right = module(x).double().numpy().ravel()
    place = folder / f"{name.replace(' ', '_')}-{'dynamo' if is_new else 'script'}"
    place.mkdir(parents=True, exist_ok=True)
    path = place / "m.onnx"
    try:
        with silence():
            torch.onnx.export(module, (x,), str(path), dynamo=is_new)
    except Exception as problem:
        line = (str(problem).splitlines() or [""])[0][:100]
        return {**result, "outcome": "not applicable", "reason": f"PyTorch: {type(problem).__name__}: {line}"}
    (place / "input.json").write_text(json.dumps(x.double().numpy().ravel().tolist()))
    (place / "expected.json").write_text(json.dumps(right.tolist()))
    command = [surety, "evaluate", path, "--input", place / "input.json"]
    done = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        line = (done.stderr.strip().splitlines() or ["no error line"])[-1].replace(str(place), "")
        outcome = "refused" if done.returncode == 2 else "WRONG"
        return {**result, "outcome": outcome, "reason": line}
    found = np.array([float(v) for v in json.loads(done.stdout)["outputs"][0]])
    tolerance = 1e-9 if kind == torch.float64 else 1e-4
    if found.shape != right.shape or not np.allclose(found, right, rtol=tolerance, atol=tolerance / 10):
        worst = np.abs(found - right).max() if found.shape == right.shape else f"{found.size} outputs"
        return {**result, "outcome": "WRONG", "reason": f"differs by {worst}"}
    return {**result, "outcome": "pass", "reason": ""}


if __name__ == "__main__":
    main()
