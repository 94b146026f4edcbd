"""Examples that the program writes: `surety verify --certificate` for properties of the small models."""
import json
import subprocess
import tempfile
from pathlib import Path

# (model, ends of each input, what is asserted of the outputs: the violation, what the certificate shows)
PROPERTIES = [
    ("dense", [(-1, 1)] * 2, "(<= (- Y_0 Y_2) 0.1)", "bounds"),
    ("dense", [(-1, 1)] * 2, "(<= (- Y_0 Y_2) 0.45)", "a search over signs"),
    ("dense", [(-1, 1)] * 2, "(or (and (<= Y_0 Y_2)) (and (<= Y_0 -0.4) (>= Y_1 0.1)))", "two conditions"),
    ("dense", [(-1, 1)] * 2, "(<= Y_0 -0.1)", "a counterexample"),
    ("valley", [(-1, 1)] * 2, "(<= Y_0 -0.25)", "a search over signs"),
    ("residual", [(-1, 1)] * 3, "(<= Y_1 (- Y_0 0.2))", "a search through a residual block"),
    ("leaky", [(-1, 1)] * 3, "(<= Y_1 (- Y_0 1.7))", "LeakyRelu"),
    ("tanh", [(-0.25, 0.25)] * 2, "(<= Y_0 (- Y_1 0.5))", "Tanh"),
    ("double", [(-1, 1)] * 2, "(<= Y_0 -0.04)", "a model of doubles"),
    ("image", [(0, 0.125)] * 16 + [(0.75, 0.875)] * 16, "(<= Y_0 Y_2)", "an image"),
]


def vnnlib(ends, outputs, asserted):
    declared = [f"(declare-const {name}_{i} Real)" for name, count in (("X", len(ends)), ("Y", outputs)) for i in range(count)]
    limits = [f"(assert ({sign} X_{i} {end}))" for i, pair in enumerate(ends) for sign, end in zip((">=", "<="), pair)]
    return "\n".join([*declared, *limits, f"(assert {asserted})", ""])


KEPT = Path(__file__).parent.parent / "examples"


def write(examples, folder, program):
    """Has the program write its examples anew, where one is given, or takes those that are kept, and adds them to the list."""
    for number, (model, ends, asserted, shows) in enumerate(PROPERTIES, 1):
        name = f"by_surety_{number}_{model}.jsonl"
        if program:
            with tempfile.TemporaryDirectory() as place:
                prop = Path(place) / "property.vnnlib"
                prop.write_text(vnnlib(ends, {"dense": 3, "image": 3, "valley": 1}.get(model, 2), asserted))
                command = [program, "verify", folder / f"{model}.onnx", prop, "--certificate", folder / name, "--threads", "1", "--quiet", "--timeout", "30"]
                print(name, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0])
        elif folder != KEPT:
            (folder / name).write_bytes((KEPT / name).read_bytes())
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            examples.of(name.removesuffix(".jsonl"), model + ".onnx").line(line, "accepted", f"by surety: {shows} ({json.loads(line)['proof']['rule']})")
