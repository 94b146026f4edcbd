#!/usr/bin/env python3
"""Trains a recipe for text at several limits of singular values and draws accuracy and loss against the proved bound.

  scripts/text_frontier.py SURETY TEXT OUT [--recipe shakespeare-small] [--epochs 6] [--limits 1,1.5,2,3,4] [--eps 0.01]

Muon with a soft cap at each limit (rate a tenth of it), and AdamW with weight decay 0.1 and without. OUT gets a folder for each run, frontier.json and
frontier.svg. Runs that are there are not made again.
"""
import argparse
import json
import math
import os
import subprocess
import sys


def runs(limits):
    for limit in limits:
        yield f"muon-cap-{limit:g}", [f"constraint.limit={limit}", f"optimizer.learning-rate={limit / 10}"]
    adam = ["constraint={kind: none}", "optimizer={kind: adamw, learning-rate: 2e-3, schedule: linear, weight-decay: %s}"]
    for decay in (0.1, 0):
        yield f"adamw-wd-{decay}", [adam[0], adam[1] % decay]


def svg(points, path, norm="root mean squares"):
    """Accuracy on kept examples against the bound, on a logarithmic axis."""
    width, height, left, bottom = 720, 420, 60, 50
    points = [p for p in points if p["bound"]]
    low = math.floor(min(math.log10(p["bound"]) for p in points))
    high = math.ceil(max(math.log10(p["bound"]) for p in points))
    top = max(0.1 * math.ceil(10 * max(p["accuracy"] for p in points)), 0.1)

    def place(p):
        x = left + (math.log10(p["bound"]) - low) / max(1, high - low) * (width - left - 20)
        return x, height - bottom - p["accuracy"] / top * (height - bottom - 20)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             '<title>Accuracy against the proved bound</title>', f'<rect width="{width}" height="{height}" fill="white"/>']
    for power in range(low, high + 1):
        x = left + (power - low) / max(1, high - low) * (width - left - 20)
        parts.append(f'<path d="M{x:.1f} 20V{height - bottom}" stroke="#ddd"/><text x="{x:.1f}" y="{height - bottom + 18}" '
                     f'text-anchor="middle">1e{power}</text>')
    for tenth in range(round(top * 10) + 1):
        y = height - bottom - tenth / 10 / top * (height - bottom - 20)
        parts.append(f'<path d="M{left} {y:.1f}H{width - 20}" stroke="#ddd"/><text x="{left - 8}" y="{y + 4:.1f}" '
                     f'text-anchor="end">{10 * tenth} %</text>')
    for p in points:
        x, y = place(p)
        colour = "#0a6" if p["name"].startswith("muon") else "#c50"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/><text x="{x + 8:.1f}" y="{y - 6:.1f}">{p["name"]}</text>')
    parts.append(f'<text x="{width / 2}" y="{height - 12}" text-anchor="middle">proved bound of the outputs ({norm})</text></svg>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n")


def train(surety, recipe, data, folder, epochs, settings, more=()):
    """Trains a recipe unless its model is there; whether there is one then."""
    if os.path.exists(f"{folder}/model.onnx"):
        return True
    command = [surety, "train", recipe, "--data", data, "--out", folder, "--epochs", epochs, "--quiet", "--restart", *more]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"{folder}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("surety")
    parser.add_argument("text")
    parser.add_argument("out")
    parser.add_argument("--recipe", default="shakespeare-small")
    parser.add_argument("--epochs", default="6")
    parser.add_argument("--limits", default="1,1.5,2,3,4")
    parser.add_argument("--eps", default="0.01")
    o = parser.parse_args()
    points = []
    for name, settings in runs([float(limit) for limit in o.limits.split(",")]):
        folder = f"{o.out}/{name}"
        if not train(o.surety, o.recipe, o.text, folder, o.epochs, settings):
            continue
        with open(f"{folder}/metrics.jsonl", encoding="utf-8") as file:
            last = json.loads(file.read().splitlines()[-1])
        text = last["text"]
        proof = subprocess.run([o.surety, "certify-text", folder, "--text", o.text, "--eps", o.eps, "--windows", "8", "--json"],
                               capture_output=True, text=True)
        proved = json.loads(proof.stdout) if proof.returncode == 0 else {}
        point = {"name": name, "accuracy": text["accuracy"], "loss": text["loss"], "bound": text.get("bound"),
                 "published_figure": text.get("published_figure"), "tokens_per_second": last["images_per_second"],
                 "certified": proved.get("certified"), "places": proved.get("places"),
                 "contradicted": proved.get("contradicted"), "median_radius": proved.get("median_radius")}
        points.append(point)
        print(json.dumps(point), flush=True)
    with open(f"{o.out}/frontier.json", "w", encoding="utf-8") as file:
        json.dump(points, file, indent=1)
    svg(points, f"{o.out}/frontier.svg")


if __name__ == "__main__":
    main()
