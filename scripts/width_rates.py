#!/usr/bin/env python3
"""Trains the embedded digits at several widths and learning rates, with and without the rule that carries rate and decay over, and certifies what comes out.

  scripts/width_rates.py SURETY OUT [--base 8] [--widths 8,32] [--rates 1e-3,2e-3,...] [--seeds 1,2,3] [--epochs 20] [--decay 0.1]

With the rule (optimizer.transfer-from) a rate is that of the base width; without it every width has the rate as it is. For each width the table has the certified
accuracy at each rate, its mean, lowest and highest over the seeds. OUT gets a folder for each run and rates.json; a run whose model is there is not made again.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

RECIPE = """method: fast
epochs: 20
batch: 64
data: {name: digits}
network: {architecture: cnn-4, width: 8, linear: 64}
epsilon: {test: 1/16, start: 1, length: 10}
optimizer: {kind: adamw, weight-decay: 0.1}
evaluation: {every: 1000, certify: 100, seconds: 60}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("surety")
    parser.add_argument("out")
    parser.add_argument("--base", type=int, default=8)
    parser.add_argument("--widths", default="8,32")
    parser.add_argument("--rates", default="5e-4,1e-3,2e-3,4e-3,8e-3")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--epochs", default="20")
    parser.add_argument("--decay", default="0.1")
    parser.add_argument("--threads", default="1")
    o = parser.parse_args()
    os.makedirs(o.out, exist_ok=True)
    recipe = f"{o.out}/recipe.yaml"
    with open(recipe, "w", encoding="utf-8") as file:
        file.write(RECIPE)
    results = []
    for width in map(int, o.widths.split(",")):
        for rule in (True, False):
            if width == o.base and not rule:
                continue
            for rate in o.rates.split(","):
                for seed in o.seeds.split(","):
                    folder = f"{o.out}/{width}-{'rule' if rule else 'plain'}-{rate}-{seed}"
                    if not os.path.exists(f"{folder}/model.onnx"):
                        command = [o.surety, "train", recipe, "--out", folder, "--seed", seed, "--epochs", o.epochs, "--quiet", "--restart",
                                   "--threads", o.threads]
                        # The hidden layer grows with the width.
                        for setting in [f"network.width={width}", f"network.linear={8 * width}", f"optimizer.learning-rate={rate}",
                                        f"optimizer.weight-decay={o.decay}"]:
                            command += ["--set", setting]
                        if rule:
                            command += ["--transfer-from", str(o.base)]
                        done = subprocess.run(command, capture_output=True, text=True)
                        if done.returncode not in (0, 1):
                            sys.exit(f"{folder}: {done.stderr.strip()}")
                        if done.returncode:
                            results.append({"width": width, "rule": rule, "rate": rate, "seed": seed, "certified": 0.0, "diverged": True})
                            continue
                    with open(f"{folder}/run.json", encoding="utf-8") as file:
                        run = json.load(file)
                    test = next(r for r in run["certification"]["radii"] if abs(r["epsilon"] - 1 / 16) < 1e-12)
                    results.append({"width": width, "rule": rule, "rate": rate, "seed": seed, "certified": test["certified_accuracy"],
                                    "clean": test["clean_accuracy"], "folder": folder})
                    print(json.dumps(results[-1]), flush=True)
    with open(f"{o.out}/rates.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    rates = o.rates.split(",")
    print("| width | rule | " + " | ".join(rates) + " |")
    print("|---|---|" + "---|" * len(rates))
    for width, rule in dict.fromkeys((r["width"], r["rule"]) for r in results):
        cells = []
        for rate in rates:
            values = [100 * r["certified"] for r in results if (r["width"], r["rule"], r["rate"]) == (width, rule, rate)]
            cells.append(f"{statistics.mean(values):.1f} ({min(values):.0f} to {max(values):.0f})" if values else "")
        print(f"| {width} | {'yes' if rule else 'no'} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
