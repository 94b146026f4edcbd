#!/usr/bin/env python3
"""Tries to make runs lose or spoil what they write: pairs of processes in one folder, and signals at random moments.

    scripts/check_interruptions.py .build/release/surety --pairs 20 --signals 20

Every run is compared with one that was left alone: no result is lost, none is there twice, no line is torn, the second of
two processes is turned away, and what was killed goes on to the same results. Needs Python alone.
"""
import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

EXAMPLES = 297
failures = []


def expect(holds, *words):
    if not holds:
        failures.append(" ".join(map(str, words)))
        print("FAILED:", *words, flush=True)


def start(program, arguments):
    return subprocess.Popen(
        [program] + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines(path):
    """The whole lines of a file, and what follows the last of them."""
    if not os.path.exists(path):
        return [], ""
    text = open(path, encoding="utf-8").read()
    whole, _, rest = text.rpartition("\n")
    return [json.loads(line) for line in whole.split("\n") if line], rest


def timeless(line):
    """What a line says, without what a busy machine changes."""
    return {key: line[key] for key in ("example", "label", "prediction", "verdict", "region", "model_sha256")}


def catches(process, number):
    """Whether a process has come so far that a signal does not just end it; a busy machine may take its time to start it."""
    try:
        fields = dict(line.split(":", 1) for line in open(f"/proc/{process.pid}/status") if ":" in line)
    except OSError:
        return True
    return any(int(fields[name], 16) >> (number - 1) & 1 for name in ("SigBlk", "SigIgn", "SigCgt"))


class Certification:
    name = "certify"

    def __init__(self, folder):
        self.folder = folder

    def arguments(self, out):
        return ["certify", self.folder + "/model.onnx", "--data", "digits", "--eps", "1/16", "--first", str(EXAMPLES),
                "--methods", "ibp,crown", "--batch", "4", "--out", out]

    def state(self, out):
        found, rest = lines(out + "/certificates.jsonl")
        return {line["example"]: timeless(line) for line in found}, len(found), rest

    def check(self, out, whole, when):
        found, count, rest = self.state(out)
        expect(rest == "", when, "left a torn line", rest[-60:])
        expect(len(found) == count, when, "left", count - len(found), "examples twice")
        for example, line in found.items():
            expect(line == whole[example], when, "example", example, "is", line, "and not", whole[example])
        leftovers = [name for name in os.listdir(out) if "partial" in name]
        expect(not leftovers or "SIGKILL" in when, when, "left", leftovers)
        return found


def certification(program, folder, pairs, signals, chance):
    kind = Certification(folder)
    out = folder + "/whole"
    begin = time.time()
    process = start(program, kind.arguments(out))
    process.communicate()
    seconds = time.time() - begin
    expect(process.returncode == 0, "the run that was left alone ended with", process.returncode)
    whole, count, _ = kind.state(out)
    expect(count == EXAMPLES, "the run that was left alone has", count, "results")
    print(f"certify: {seconds:.1f} s when left alone", flush=True)

    refused = 0
    for pair in range(pairs):
        out = f"{folder}/pair{pair}"
        first = start(program, kind.arguments(out))
        time.sleep(chance.uniform(0, 0.2 * seconds))
        second = start(program, kind.arguments(out))
        results = [(process.communicate()[1], process.returncode) for process in (first, second)]
        for text, code in results:
            if code == 2:
                refused += 1
                expect(re.search(r"is in use by process \d+ \(surety certify, since 20\S+\); wait", text),
                       "a second process said", text)
            else:
                expect(code == 0, "a process of a pair ended with", code, text)
        found = kind.check(out, whole, f"pair {pair}")
        expect(len(found) == EXAMPLES, "pair", pair, "has", len(found), "results")
    print(f"{pairs} pairs: {refused} processes turned away", flush=True)

    for kind_of_signal in (signal.SIGTERM, signal.SIGKILL):
        slowest, done, delivered, runs = 0, 0, 0, 0
        name = kind_of_signal.name
        while delivered < signals:
            out = f"{folder}/{name}{runs}"
            runs += 1
            before = {}
            while delivered < signals:
                process = start(program, kind.arguments(out))
                time.sleep(chance.uniform(0.05, max(0.2, 0.5 * seconds)))
                if process.poll() is not None:
                    process.communicate()
                    break
                is_ready = catches(process, kind_of_signal)
                process.send_signal(kind_of_signal)
                sent = time.time()
                errors = process.communicate()[1]
                slowest = max(slowest, time.time() - sent)
                if process.returncode == 0:
                    break
                delivered += 1
                if kind_of_signal == signal.SIGTERM:
                    expect(process.returncode == 130 or not is_ready, name, "ended it with", process.returncode, errors)
                    if os.path.exists(out + "/summary.json"):
                        summary = json.load(open(out + "/summary.json"))
                        count = kind.state(out)[1]
                        # Rates are over batches that are done whole; what has a result at all is said apart.
                        counted = (summary.get("partial") or {}).get("decided", summary["count"])
                        expect(counted in (count, len(before)), name, "left a summary of", counted,
                               "results beside", count)
                    found = kind.check(out, whole, name) if os.path.exists(out) else {}
                else:
                    found = kind.state(out)[0]
                expect(set(before) <= set(found), name, "lost", set(before) - set(found))
                before = found
            process = start(program, kind.arguments(out))
            text = process.communicate()[1]
            expect(process.returncode == 0, "after", name, "the run ended with", process.returncode, text)
            found = kind.check(out, whole, "after " + name)
            expect(len(found) == EXAMPLES, "after", name, "there are", len(found), "results")
            done += 1
        print(f"{delivered} {name} in {done} runs: slowest end {slowest:.2f} s", flush=True)
        if kind_of_signal == signal.SIGTERM:
            expect(slowest < 1.5, "a run took", f"{slowest:.2f} s", "to end at", name)


def training(program, folder, signals, chance):
    recipe = folder + "/recipe.yaml"
    open(recipe, "w").write(
        "method: ibp\nepochs: 40\nbatch: 64\ndata: {name: digits}\n"
        "network: {architecture: mlp, hidden: [16], normalization: full}\n"
        "epsilon: {test: 1/16, start: 1, length: 20}\nevaluation: {first: 64, certify: 0}\n")

    def arguments(out):
        return ["train", recipe, "--out", out, "--resume"]

    begin = time.time()
    whole = start(program, arguments(folder + "/train"))
    whole.communicate()
    seconds = time.time() - begin
    expect(whole.returncode == 0, "training that was left alone ended with", whole.returncode)
    model = open(folder + "/train/model.onnx", "rb").read()
    delivered, slowest, runs = 0, 0, 0
    while delivered < signals:
        out = f"{folder}/train{runs}"
        runs += 1
        while delivered < signals:
            process = start(program, arguments(out))
            time.sleep(chance.uniform(0.05, 0.5 * seconds))
            chosen = chance.choice([signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
            if process.poll() is not None:
                process.communicate()
                break
            is_ready = catches(process, chosen)
            process.send_signal(chosen)
            sent = time.time()
            process.communicate()
            slowest = max(slowest, time.time() - sent)
            if process.returncode == 0:
                break
            delivered += 1
            if chosen != signal.SIGKILL and is_ready:
                expect(process.returncode == 130, "training ended with", process.returncode, "at", chosen.name)
            epochs, rest = lines(out + "/metrics.jsonl")
            expect([line["epoch"] for line in epochs] == list(range(1, len(epochs) + 1)), "epochs are missing")
            expect(rest == "" or chosen == signal.SIGKILL, "training left a torn line at", chosen.name)
        last = start(program, arguments(out))
        text = last.communicate()[1]
        expect(last.returncode == 0, "training that was stopped ended with", last.returncode, text)
        expect(open(out + "/model.onnx", "rb").read() == model, "training that was stopped ended in another model")
    print(f"train: {delivered} signals in {runs} runs, slowest end {slowest:.2f} s", flush=True)
    expect(slowest < 1.5, "training took", f"{slowest:.2f} s", "to end")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--signals", type=int, default=20, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    program = os.path.abspath(options.program)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(os.path.join(os.path.dirname(__file__), "../datasets/models/digits.onnx"), folder + "/model.onnx")
        certification(program, folder, options.pairs, options.signals, chance)
        training(program, folder, options.signals, chance)
    print("all as it should be" if not failures else f"{len(failures)} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
