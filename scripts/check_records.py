#!/usr/bin/env python3
"""Makes one of every output and checks each against its schema in docs/schemas.

    scripts/check_records.py .build/release/surety

Needs jsonschema.
"""
import csv
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

import jsonschema

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
failures = 0


def check(name, value):
    global failures
    schema = json.load(open(f"{ROOT}/docs/schemas/{name}.schema.json"))
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(value))
    for error in errors[:5]:
        place = "/".join(map(str, error.absolute_path))
        print(f"{name}: {place}: {error.message[:200]}")
    failures += bool(errors)


def check_lines(name, path):
    lines = open(path, encoding="utf-8").read().splitlines()
    for line in lines:
        check(name, json.loads(line))
    print(f"{name}: {len(lines)} lines")


def check_object(name, path_or_text):
    text = open(path_or_text, encoding="utf-8").read() if os.path.exists(path_or_text) else path_or_text
    check(name, json.loads(text))
    print(f"{name}: 1 object")


def names(schema):
    """The names of all fields of a schema."""
    for name, part in schema.get("properties", {}).items():
        yield name
        yield from names(part)
        yield from names(part.get("items", {}))


def check_documentation():
    """Every field of every schema stands in docs/records.md."""
    global failures
    text = open(f"{ROOT}/docs/records.md", encoding="utf-8").read()
    documented = {word.split(".")[-1].removesuffix("[]") for word in re.findall(r"`([a-z_0-9.\[\]]+)`", text)}
    for file in sorted(os.listdir(f"{ROOT}/docs/schemas")):
        missing = set(names(json.load(open(f"{ROOT}/docs/schemas/{file}")))) - documented
        if missing:
            print(f"docs/records.md lacks {sorted(missing)} of {file}")
            failures += 1


def png(width, height):
    """A grey picture without content."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def main():
    check_documentation()
    program = os.path.abspath(sys.argv[1])
    folder = tempfile.mkdtemp()

    def run(*arguments, codes=(0,)):
        result = subprocess.run([program, *arguments], capture_output=True, text=True, cwd=folder)
        if result.returncode not in codes:
            sys.exit(f"surety {' '.join(arguments)} ended with {result.returncode}: {result.stderr}")
        return result.stdout

    def understands(command, option):
        return option in subprocess.run([program, command, "--help"], capture_output=True, text=True).stdout

    shutil.copy(f"{ROOT}/datasets/models/digits.onnx", folder + "/model.onnx")
    digits = ["model.onnx", "--data", "digits", "--first", "40", "--eps", "1/10"]

    printed = run("certify", *digits, "--out", "certify", "--methods", "ibp,crown,bab", "--timeout", "5", "--json")
    check_object("summary", printed)
    check_object("summary", folder + "/certify/summary.json")
    check_lines("certificates", folder + "/certify/certificates.jsonl")
    check_lines("examples", folder + "/certify/examples.jsonl")

    shards = [f"shard-{number}" for number in (1, 2)]
    for number, out in enumerate(shards, 1):
        run("certify", *digits, "--methods", "ibp,crown", "--shard", f"{number}/2", "--no-proof", "--out", out)
        check_object("summary", f"{folder}/{out}/summary.json")
        check_lines("certificates", f"{folder}/{out}/certificates.jsonl")
    check_object("summary", run("merge", *shards, "--out", "merged", "--json"))
    check_lines("certificates", folder + "/merged/certificates.jsonl")

    few = ["model.onnx", "--data", "digits", "--first", "3", "--eps", "1/10"]
    if understands("radius", "--out"):
        check_object("radius-summary", run("radius", *few, "--methods", "ibp", "--out", "radius", "--json"))
        check_object("radius-summary", folder + "/radius/summary.json")
        check_lines("radius-line", folder + "/radius/radius.jsonl")
        check_lines("examples", folder + "/radius/examples.jsonl")
    if understands("attack", "--out"):
        check_object("attack-summary", run("attack", *digits, "--out", "attack", "--json"))
        check_object("attack-summary", folder + "/attack/summary.json")
        check_lines("attack-line", folder + "/attack/attack.jsonl")
        check_lines("examples", folder + "/attack/examples.jsonl")

    # Files of pictures have names, and one of them is damaged.
    os.makedirs(folder + "/pictures/3")
    for name, content in (("a", png(8, 8)), ("b", b"no picture"), ("c", png(8, 8))):
        with open(f"{folder}/pictures/3/{name}.png", "wb") as file:
            file.write(content)
    named = ["model.onnx", "--data", "folder:pictures", "--eps", "1/50", "--no-preflight"]
    for command, results, lines, totals in (
        ("certify", "certificates", "certificates", "summary"),
        ("attack", "attack", "attack-line", "attack-summary"),
        ("radius", "radius", "radius-line", "radius-summary"),
    ):
        run(command, *named, "--out", "named-" + command)
        check_lines(lines, f"{folder}/named-{command}/{results}.jsonl")
        check_object(totals, f"{folder}/named-{command}/summary.json")

    with open(folder + "/recipe.yaml", "w") as file:
        file.write("method: ibp\nepochs: 4\nbatch: 64\ndata: {name: digits}\n"
                   "network: {architecture: mlp, hidden: [16], normalization: full}\n"
                   "epsilon: {test: 1/16, start: 1, length: 2}\nevaluation: {first: 64, certify: 16}\n")
    check_object("run", run("train", "recipe.yaml", "--out", "train", "--json"))
    check_object("run", folder + "/train/run.json")
    check_lines("metrics", folder + "/train/metrics.jsonl")
    compare = ["compare", "recipe.yaml", "digits", "--epochs", "2", "--test", "16", "--eps", "1/16"]
    check_object("comparison", run(*compare, "--seeds", "1,2", "--out", "compare", "--json"))
    check_object("comparison", folder + "/compare/comparison.json")
    if understands("search", "--against"):
        search = ["search", "recipe.yaml", "--candidates", "4", "--population", "2", "--tournament", "1"]
        search += ["--stages", "1", "--kinds", "convolution,decay", "--widths", "3,400", "--strides", "2", "--epochs", "1"]
        search += ["--validation", "20", "--against", "cnn-3:2", "--latency", "1", "--certification-time", "1"]
        check_object("search", run(*search, "--out", "search", "--json"))
        check_object("search", folder + "/search/search.json")
        check_object("search", run(*search, "--latency", "1e-9", "--out", "rejected", "--json", codes=(1,)))
    if understands("federate", "--domains"):
        clients = ["federate", "digits", "--domains", "digits,digits+inverted", "--rounds", "2", "--certify", "8"]
        clients += ["--set", "network.statistics=running", "--set", "data.first=64", "--set", "evaluation.first=32"]
        check_object("federation", run(*clients, "--out", "federated", "--json"))
        check_object("federation", folder + "/federated/federation.json")

    with open(folder + "/center.json", "w") as file:
        json.dump([0.5] * 64, file)
    bounds = ["bounds", "model.onnx", "--center", "center.json", "--eps", "0.01", "--json"]
    check_object("bounds", run(*bounds, "--method", "crown", "--margins", "3", "--layers"))
    check_object("bounds", run(*bounds, "--method", "ibp"))
    check_object("lipschitz", run("lipschitz", "model.onnx", "--json"))
    with open(folder + "/text.txt", "w") as file:
        file.write("abcdefgh " * 300)
    with open(folder + "/text.yaml", "w") as file:
        file.write("task: text\nepochs: 2\nbatch: 4\ndata: {file: text.txt}\n"
                   "network: {tokens: 8, width: 8, blocks: 1, heads: 2, expansion: 2}\noptimizer: {kind: muon}\n")
    run("train", "text.yaml", "--out", "text")
    check_lines("metrics", folder + "/text/metrics.jsonl")
    check_object("run", folder + "/text/run.json")
    check_object("lipschitz-tokens", run("lipschitz", "text/model.onnx", "--json"))
    check_object("sample", run("sample", "text", "--prompt", "abc", "--count", "3", "--json"))
    check_object(
        "certify-text",
        run("certify-text", "text", "--text", "text.txt", "--eps", "0.1", "--windows", "1", "--attack", "2", "--json"))
    check_object("lipschitz", run("lipschitz", "model.onnx", "--around", "center.json", "--radius", "0.01", "--json"))
    if understands("diagnose", "scaling"):
        toy = ["diagnose", "scaling", "--widths", "8,16", "--rules", "rule,none", "--seeds", "1,2", "--steps", "40"]
        check_object("scaling", run(*toy, "--json"))
    check_object("info", run("info", "model.onnx", "--json"))
    with open(folder + "/inputs.json", "w") as file:
        json.dump([[0.5] * 64, [0.25] * 64], file)
    check_object("evaluate", run("evaluate", "model.onnx", "--input", "inputs.json", "--json"))
    lines = [json.loads(line) for line in open(folder + "/certify/certificates.jsonl", encoding="utf-8")]
    violated = next(line["example"] for line in lines if line["verdict"] == "violated")
    record = ["--record", "certify/certificates.jsonl", "--example", str(violated)]
    check_object("evaluate", run("evaluate", "model.onnx", *record, "--json"))
    doctor = ["doctor", "model.onnx", "--data", "digits", "--json"]
    check_object("doctor", run(*doctor))
    check_object("doctor", run(*doctor, "--first", "20", "--eps", "1/10", "--seconds", "2"))

    for name, limit in (("holds", 1e6), ("fails", -1e6)):
        with open(f"{folder}/{name}.vnnlib", "w") as file:
            file.writelines(f"(declare-const X_{i} Real)\n" for i in range(64))
            file.writelines(f"(declare-const Y_{i} Real)\n" for i in range(10))
            file.writelines(f"(assert (>= X_{i} 0.4))\n(assert (<= X_{i} 0.6))\n" for i in range(64))
            file.write(f"(assert (>= Y_0 {limit:f}))\n")
        check_object("verify", run("verify", "model.onnx", name + ".vnnlib", "--json"))
        check_object("verify", run("verify", "model.onnx", name + ".vnnlib", "--json", "--certificate", "certificate.jsonl"))
    check_object("verify", run("verify", "model.onnx", "missing.vnnlib", "--json", codes=(2,)))

    with open(folder + "/instances.csv", "w") as file:
        file.write("onnx,vnnlib,timeout\nmodel.onnx,holds.vnnlib,10\nmodel.onnx,fails.vnnlib,10\n"
                   "model.onnx,missing.vnnlib,10\n")
    # One instance ends in an error, which the exit code says.
    run("batch", "instances.csv", "--out", "answers.csv", codes=(1,))
    rows = list(csv.DictReader(open(folder + "/answers.csv")))
    for row in rows:
        check("batch", row)
    print(f"batch: {len(rows)} rows")
    shutil.rmtree(folder)
    sys.exit(bool(failures))


main()
