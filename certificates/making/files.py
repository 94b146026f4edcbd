"""Files of examples, and the list of what checkers answer."""
import csv
import json

from .parts import certificate

CHECKERS = ("surety-check", "checker.py")
COLUMNS = ("file", "line", "model", "result", "no_rule", "shows")


class Examples:
    """`result`: accepted, rejected, or aside for a line that carries no certificate. `no_rule`: the checker that has no rule for what the line needs."""

    def __init__(self, models):
        self.models, self.lines, self.rows = models, {}, []

    def of(self, name, model):
        return File(self, name, model)

    def write(self, folder):
        for name, lines in self.lines.items():
            (folder / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8")


class File:
    """A file of examples about one model."""

    def __init__(self, examples, name, model):
        self.examples, self.name, self.model = examples, name + ".jsonl", model
        self.sha256 = examples.models[model.removesuffix(".onnx.gz").removesuffix(".onnx")].sha256

    def certificate(self, *parts, **more):
        return certificate(self.sha256, *parts, **more)

    def accepted(self, region, prop, proof, shows, no_rule="", **more):
        self.line(self.certificate(region, prop, proof, **more), "accepted", shows, no_rule)

    def line(self, value, result, shows, no_rule=""):
        """A line, of text or of a value for JSON."""
        text = value if isinstance(value, str) else json.dumps(value)
        self.examples.lines.setdefault(self.name, []).append(text)
        number = len(self.examples.lines[self.name])
        self.examples.rows.append((self.name, number, self.model, result, no_rule, shows))


def write_table(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def read_table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
