#!/usr/bin/env python3
"""Trains an MLP on CIFAR-10 at several limits of singular values, and by AdamW, and draws accuracy against the proved bound.

  scripts/mlp_frontier.py SURETY DATA OUT [--epochs 8] [--limits 1,1.5,2,3,4,6] [--decays 0,0.1,1] [--rates 1e-3,4e-3] [--images 1000]

DATA is `cifar10:FOLDER`. Muon with a soft cap at each limit, and AdamW with each weight decay and rate for as long: as many epochs. The bound is that of
`surety lipschitz` in l2, from pixels to the margins of classes; certified are test images at an l2 distance of 36/255. OUT gets a folder for each run,
frontier.json and frontier.svg. Runs that are there are not made again.
"""
import argparse
import json
import subprocess
import sys

from text_frontier import svg, train


def runs(limits, decays, rates):
    for limit in limits:
        yield f"muon-cap-{limit}", "cifar10-lipschitz-small", [f"constraint.limit={limit}", f"optimizer.learning-rate={0.05 * float(limit)}"]
    for decay in decays:
        for rate in rates:
            yield f"adamw-wd-{decay}-lr-{rate}", "cifar10-lipschitz-small-adamw", [
                f"optimizer.weight-decay={decay}", f"optimizer.learning-rate={rate}"]


def answer(command):
    """What a command prints as JSON, None where it fails."""
    done = subprocess.run(command + ["--json"], capture_output=True, text=True)
    if not done.stdout.strip():
        print(f"{command[1]}: {done.stderr.strip()}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("surety")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--epochs", default="8")
    parser.add_argument("--limits", default="1,1.5,2,3,4,6")
    parser.add_argument("--decays", default="0,0.1,1")
    parser.add_argument("--rates", default="1e-3,4e-3")
    parser.add_argument("--images", default="1000")
    o = parser.parse_args()
    points = []
    for name, recipe, settings in runs(o.limits.split(","), o.decays.split(","), o.rates.split(",")):
        folder = f"{o.out}/{name}"
        model = f"{folder}/model.onnx"
        if not train(o.surety, recipe, o.data, folder, o.epochs, settings, ["--certify", "0"]):
            continue
        bound = answer([o.surety, "lipschitz", model, "--norm", "2"])
        certified = answer([o.surety, "certify", model, "--data", o.data, "--eps", "36/255", "--norm", "2", "--methods", "lipschitz", "--first", o.images,
                            "--attack-steps", "0", "--no-proof", "--quiet", "--out", f"{folder}/certified", "--restart"])
        if not bound or not certified:
            continue
        points.append({"name": name, "accuracy": certified["clean_accuracy"], "bound": bound["bound_l2"], "found": bound["found"],
                       "certified": certified["certified_accuracy"]})
        print(json.dumps(points[-1]), flush=True)
    with open(f"{o.out}/frontier.json", "w", encoding="utf-8") as file:
        json.dump(points, file, indent=1)
    svg(points, f"{o.out}/frontier.svg", "l2")


if __name__ == "__main__":
    main()
