#!/usr/bin/env python3
"""Trains one network on a row of tasks, one after another from the same weights, and says whether it keeps learning.

  scripts/shifted_tasks.py SURETY MNIST OUT [--tasks 10] [--epochs 6] [--images 2000] [--eps 0.05] [--rates 5e-4,2e-3,8e-3] [--seeds 1,2,3] [--shift pixels]

Each task is MNIST with its pixels, or its labels, in another order (--shift pixels, labels). `surety train` starts each task from the model of the one before
(network.file); only the optimiser's memory and the schedules begin anew. Rows: weights that are free, weights whose norms are kept (constraint frobenius), steps
along the sphere of those norms (hyperball), and, as a control, a new network for each task. MNIST is the folder of the IDX files. OUT gets tasks.json; a run
whose model is there is not made again.
"""
import argparse
import gzip
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys

import numpy as np

ROWS = {
    "new network": None,
    "free": "none",
    "frobenius": "frobenius",
    "hyperball": "hyperball",
}


def read(folder, part, kind, axes):
    with gzip.open(f"{folder}/{part}-{kind}-idx{axes}-ubyte.gz") as file:
        raw = file.read()
    shape = struct.unpack(f">{axes}I", raw[4:4 + 4 * axes])
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)


def write(path, array):
    with open(path, "wb") as file:
        file.write(struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes())


def task(source, folder, shift, seed, number, images, test):
    """Writes a task as IDX files: the same order of pixels or labels for training and test images."""
    if os.path.exists(f"{folder}/t10k-labels-idx1-ubyte"):
        return
    os.makedirs(folder, exist_ok=True)
    random = np.random.default_rng([seed, number])
    order, names = np.arange(28 * 28), np.arange(10)
    (random.shuffle(order) if shift == "pixels" else random.shuffle(names))
    for part, count in (("train", images), ("t10k", test)):
        pixels, labels = read(source, part, "images", 3)[:count], read(source, part, "labels", 1)[:count]
        write(f"{folder}/{part}-images-idx3-ubyte", pixels.reshape(count, -1)[:, order].reshape(count, 28, 28))
        write(f"{folder}/{part}-labels-idx1-ubyte", names[labels].astype(np.uint8))


def train(o, row, rate, seed, number, data, before, folder):
    """The last epoch of a task, None where the run ended without a model."""
    if not os.path.exists(f"{folder}/model.onnx"):
        network = "{architecture: mlp, hidden: [%s], normalization: full}" % o.hidden
        if before is not None:
            network = "{file: %s}" % before
        settings = [
            f"network={network}", f"data.name=mnist:{data}", f"epsilon.test={o.eps}", f"epsilon.length={o.epochs // 2}", "epsilon.ramp=linear",
            f"optimizer.learning-rate={rate}", f"constraint.kind={ROWS[row] or 'none'}",
        ]
        command = [o.surety, "train", o.recipe, "--out", folder, "--epochs", str(o.epochs), "--seed", str(100 * seed + number), "--quiet", "--restart",
                   "--no-preflight", "--threads", o.threads]
        for setting in settings:
            command += ["--set", setting]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit(f"{folder}: {done.stderr.strip()}")
        if done.returncode:
            return None
    with open(f"{folder}/metrics.jsonl", encoding="utf-8") as file:
        return json.loads(file.read().splitlines()[-1])


RECIPE = """method: ibp
epochs: 6
batch: 64
data: {name: mnist}
epsilon: {test: 0.05, ramp: linear}
optimizer: {schedule: linear}
evaluation: {every: 1000, certify: 0}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("surety")
    parser.add_argument("mnist")
    parser.add_argument("out")
    parser.add_argument("--tasks", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--test", type=int, default=1000)
    parser.add_argument("--hidden", default="64, 64")
    parser.add_argument("--eps", default="0.05")
    parser.add_argument("--rates", default="5e-4,2e-3,8e-3")
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--shift", choices=["pixels", "labels"], default="pixels")
    parser.add_argument("--threads", default="1")
    o = parser.parse_args()
    os.makedirs(o.out, exist_ok=True)
    o.recipe = f"{o.out}/recipe.yaml"
    with open(o.recipe, "w", encoding="utf-8") as file:
        file.write(RECIPE)
    results = []
    seeds = [int(seed) for seed in o.seeds.split(",")]
    for seed in seeds:
        for number in range(o.tasks):
            task(o.mnist, f"{o.out}/data-{seed}-{number}", o.shift, seed, number, o.images, o.test)
        for row in o.rows.split(","):
            for rate in o.rates.split(","):
                before, verified, right, sizes = None, [], [], []
                for number in range(o.tasks):
                    folder = f"{o.out}/{row.replace(' ', '-')}-{rate}-{seed}-{number}"
                    start = None if row == "new network" else before
                    last = train(o, row, rate, seed, number, f"{o.out}/data-{seed}-{number}", start, folder)
                    if last is None:
                        break
                    before = f"{folder}/model.onnx"
                    verified.append(last["test"]["verified_accuracy"])
                    right.append(last["test"]["clean_accuracy"])
                    sizes.append([r["rate"] for r in last.get("effective_rates", [])])
                results.append({"row": row, "rate": rate, "seed": seed, "verified": verified, "right": right, "effective_rates": sizes})
                print(json.dumps(results[-1] | {"effective_rates": None}), flush=True)
        for number in range(o.tasks):
            shutil.rmtree(f"{o.out}/data-{seed}-{number}", ignore_errors=True)
    with open(f"{o.out}/tasks.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)

    def mean(values):
        return 100 * statistics.mean(values) if values else float("nan")
    part = max(1, o.tasks // 5)
    print(f"| row | rate | verified, first {part} tasks | verified, last {part} tasks | last, seed by seed | right, last {part} |")
    print("|---|---|---|---|---|---|")
    for row in o.rows.split(","):
        for rate in o.rates.split(","):
            runs = [r for r in results if (r["row"], r["rate"]) == (row, rate)]
            lasts = [mean(r["verified"][-part:]) if len(r["verified"]) == o.tasks else None for r in runs]
            texts = [f"{x:.1f}" if x is not None else f"ended in task {len(r['verified']) + 1}" for x, r in zip(lasts, runs)]
            whole = [r for r, x in zip(runs, lasts) if x is not None]
            print(f"| {row} | {rate} | {mean([x for r in whole for x in r['verified'][:part]]):.1f} | "
                  f"{mean([x for r in whole for x in r['verified'][-part:]]):.1f} | {', '.join(texts)} | "
                  f"{mean([x for r in whole for x in r['right'][-part:]]):.1f} |")


if __name__ == "__main__":
    main()
