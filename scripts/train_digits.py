#!/usr/bin/env python3
"""Trains the digits network of the demo with interval bounds and writes it as ONNX.

    python3 scripts/train_digits.py --out datasets/models/digits.onnx

Data: the UCI optical digits as scikit-learn delivers them (`load_digits`: 1,797 images of 8x8,
pixels 0 to 16), divided by 16; the first 1,500 images train, the last 297 test. The network is
Conv(1->16, 3x3) - ReLU - Conv(16->32, 3x3, stride 2) - ReLU - Linear(512->64) - ReLU -
Linear(64->10). The loss is a mixture of the cross entropy of the clean outputs and that of the
worst-case outputs by interval bound propagation (Gowal et al. 2018, "On the effectiveness of
interval bound propagation for training verifiably robust models"), while the radius grows from
zero. The test images take no part in the training, nor in the choice of the epoch: the last one
counts.

Needs torch, numpy, scikit-learn, onnx and onnxruntime. One thread and a fixed seed, so that a
machine of the same kind with the same versions writes the same bytes.
"""

import argparse
import hashlib
import json
import sys
import time

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

TRAIN = 1500


def digits():
    """The images as float32 in [0, 1], shape (count, 1, 8, 8), and the labels, in order."""
    data = load_digits()
    images = (data.images / 16).astype(np.float32)[:, None]
    return torch.from_numpy(images), torch.from_numpy(data.target.astype(np.int64))


def build():
    """The network, every layer by itself."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(512, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def initialise(network):
    """Weights whose magnitude keeps interval widths from growing (Shi et al. 2021), biases zero."""
    for layer in network:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            fan_in = layer.weight[0].numel()
            nn.init.normal_(layer.weight, std=(2 * np.pi) ** 0.5 / fan_in)
            nn.init.zeros_(layer.bias)


def margin_lower_bounds(network, lower, upper, labels):
    """Lower bounds of y_label - y_j by intervals, shape (batch, 10), 0 at the label.

    Each row is composed with the last layer before bounding.
    """
    center, radius = (upper + lower) / 2, (upper - lower) / 2
    for layer in network[:-1]:
        if isinstance(layer, nn.Conv2d):
            center = layer(center)
            radius = functional.conv2d(
                radius, layer.weight.abs(), None, layer.stride, layer.padding
            )
        elif isinstance(layer, nn.Linear):
            center, radius = layer(center), functional.linear(radius, layer.weight.abs())
        elif isinstance(layer, nn.ReLU):
            low, high = (center - radius).relu(), (center + radius).relu()
            center, radius = (high + low) / 2, (high - low) / 2
        else:
            center, radius = layer(center), layer(radius)
    last = network[-1]
    rows = last.weight[labels][:, None] - last.weight[None]
    bias = last.bias[labels][:, None] - last.bias[None]
    return (
        (rows @ center[..., None]).squeeze(-1) + bias - (rows.abs() @ radius[..., None]).squeeze(-1)
    )


def box(images, radius):
    """The linf ball around each image, clipped to the range of pixels."""
    return (images - radius).clamp(0, 1), (images + radius).clamp(0, 1)


def train(network, images, labels, args):
    """Minimises (1 - w) clean + w worst-case cross entropy, while radius and w grow together."""
    generator = torch.Generator().manual_seed(args.seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=args.rate)
    drops = [int(args.epochs * part) for part in (0.7, 0.85, 0.95)]
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimiser, drops, gamma=0.2)
    for epoch in range(args.epochs):
        # The first twentieth is clean; the radius is full from the middle on.
        progress = min(max((epoch / args.epochs - 0.05) / 0.45, 0.0), 1.0)
        radius, weight = args.train_eps * progress, args.weight * progress
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(args.batch):
            x, y = images[batch], labels[batch]
            loss = (1 - weight) * functional.cross_entropy(network(x), y)
            if weight > 0:
                worst = -margin_lower_bounds(network, *box(x, radius), y)
                loss = loss + weight * functional.cross_entropy(worst, y)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            optimiser.step()
            total += loss.item() * len(batch)
        schedule.step()
        if sys.stderr.isatty() and epoch % 10 == 0:
            print(
                f"\repoch {epoch}/{args.epochs}, radius {radius:.4f}, loss {total / TRAIN:.4f}",
                end="",
                file=sys.stderr,
            )


def attack(network, images, labels, radius, generator, restarts=5, steps=100):
    """Which images keep their label under projected gradient descent on the smallest margin."""
    lower, upper = box(images, radius)
    alive = torch.ones(len(images), dtype=torch.bool)
    for _ in range(restarts):
        x = lower + (upper - lower) * torch.rand(
            images.shape, generator=generator, dtype=images.dtype
        )
        for step in range(steps + 1):
            x.requires_grad_(True)
            y = network(x)
            own = y.gather(1, labels[:, None]).squeeze(1)
            other = y.scatter(1, labels[:, None], -np.inf).max(1)[0]
            alive &= (own > other).detach()
            (gradient,) = torch.autograd.grad((own - other).sum(), x)
            size = radius * (0.25 if step < steps // 2 else 0.05)
            x = torch.minimum(torch.maximum(x.detach() - size * gradient.sign(), lower), upper)
    return alive


def evaluate(network, images, labels, radius, seed):
    """Counts and per cents in float64: clean, attacked, certified by intervals (clipped or not)."""
    network, images = network.double(), images.double()
    with torch.no_grad():
        right = network(images).argmax(1) == labels
        others = functional.one_hot(labels, 10).bool()

        def certified(lower, upper):
            return (
                (margin_lower_bounds(network, lower, upper, labels) > 0).logical_or(others).all(1)
            )

        clipped, free = certified(*box(images, radius)), certified(images - radius, images + radius)
    attacked = attack(network, images, labels, radius, torch.Generator().manual_seed(seed))
    result = {
        "clean": right,
        "attacked": attacked,
        "certified": clipped,
        "certified_unclipped": free,
    }
    network.float()
    return {
        name: [int(mask.sum()), round(100 * mask.double().mean().item(), 2)]
        for name, mask in result.items()
    }


def to_onnx(network):
    """The network as ONNX: opset 13, input [1,1,8,8], output `logits`, raw float32 weights."""
    nodes, initialisers, value = [], [], "input"
    kinds = {nn.Conv2d: "Conv", nn.ReLU: "Relu", nn.Flatten: "Flatten", nn.Linear: "Gemm"}
    for index, layer in enumerate(network):
        kind, inputs, attributes = kinds[type(layer)], [value], {}
        name = f"{kind.lower()}{index}"
        for part, tensor in layer.named_parameters(recurse=False):
            inputs.append(f"{name}.{part}")
            initialisers.append(numpy_helper.from_array(tensor.detach().numpy(), inputs[-1]))
        if kind == "Conv":
            pad = list(layer.padding)
            attributes = {
                "kernel_shape": list(layer.kernel_size),
                "strides": list(layer.stride),
                "pads": pad + pad,
            }
        elif kind == "Gemm":
            attributes = {"transB": 1}
        elif kind == "Flatten":
            attributes = {"axis": 1}
        value = "logits" if index == len(network) - 1 else f"{name}.out"
        nodes.append(helper.make_node(kind, inputs, [value], name=name, **attributes))
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 10])],
        initialisers,
    )
    model = helper.make_model(
        graph, producer_name="surety train_digits", opset_imports=[helper.make_opsetid("", 13)]
    )
    model.ir_version = 7
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def replay(model, network, images):
    """The largest difference between ONNX Runtime and torch on some images."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        return max(
            float(
                np.abs(
                    session.run(None, {"input": x[None].numpy()})[0] - network(x[None]).numpy()
                ).max()
            )
            for x in images
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out",
        default="datasets/models/digits.onnx",
        help="the file to write (default %(default)s)",
    )
    parser.add_argument(
        "--eps", type=float, default=1 / 16, help="the radius that is reported (default 1/16)"
    )
    parser.add_argument(
        "--train-eps",
        type=float,
        default=0.07,
        help="the last radius in training (default %(default)s)",
    )
    parser.add_argument(
        "--weight",
        type=float,
        default=0.9,
        help="the last weight of the worst-case loss (default %(default)s)",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=300,
        help="passes over the training images (default %(default)s)",
    )
    parser.add_argument(
        "--batch", type=int, default=100, help="images a step (default %(default)s)"
    )
    parser.add_argument(
        "--rate", type=float, default=1e-3, help="Adam's first learning rate (default %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of the weights and the order (default %(default)s)"
    )
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(args.seed)
    images, labels = digits()
    network = build()
    initialise(network)
    start = time.perf_counter()
    train(network, images[:TRAIN], labels[:TRAIN], args)
    seconds = time.perf_counter() - start
    model = to_onnx(network)
    report = {
        "seconds": round(seconds, 1),
        "bytes": len(model),
        "sha256": hashlib.sha256(model).hexdigest(),
        "eps": args.eps,
        "train": evaluate(network, images[:TRAIN], labels[:TRAIN], args.eps, args.seed),
        "test": evaluate(network, images[TRAIN:], labels[TRAIN:], args.eps, args.seed),
        "onnxruntime_max_difference": replay(model, network, images[TRAIN : TRAIN + 20]),
        "versions": {"torch": torch.__version__, "numpy": np.__version__, "onnx": onnx.__version__},
    }
    with open(args.out, "wb") as file:
        file.write(model)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
