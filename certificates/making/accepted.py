"""Examples that checkers accept: each rule and each kind of the page.

Bounds lie between what the proof shows and what a simpler one would, so that it is the rule in question that decides; `rejected.py` takes some
of the same claims with the simpler proof.
"""
import json

from .parts import (BOTH, EMPTY, INTERVAL, LINEAR, array, at_most, box, conditions, constraint, counterexample, each, input_cut, label, leaf,
                    linear, lipschitz, multipliers, node_cut, pixels, slopes, tree)

SQUARE = box([-1, -1], [1, 1])
CUBE = box([-1, -1, -1], [1, 1, 1])
DIFFERENCE = {0: "1", 2: "-1"}  # of dense: 0.45 at least on the square, of which the proofs show less
SECOND_OVER_FIRST = {1: "1", 0: "-1"}
# Two constraints that exclude each other only together: x_0 is in both, with another sign.
TOGETHER = conditions([constraint({0: "1"}, "-0.05", inputs=[[0, "1"]]), constraint({2: "-1"}, "0", inputs=[[0, "-1"]])])
APART = [constraint({0: "1"}, "-2"), constraint({1: "-1"}, "9")]
# Slopes that are better than the adaptive ones.
LOW_SLOPES = [slopes(0, "h0", {0: 0, 1: 0})]
NEAR = pixels(array([-0.5, -0.5]), "0.2", lowest=None, highest=None)
PICTURE = array([[[(37 * (16 * c + 4 * i + j) + 11) % 256 for j in range(4)] for i in range(4)] for c in range(2)], "u8", scale="1/255")
MEAN, STD = ("0.5", "1/4"), ("0.25", "0x1p-1")


def split(below=None, above=None):
    """A tree with one cut of a node, and the multipliers of its two leaves."""
    def part(value):
        return leaf(linear("h1", **({} if value is None else {"multipliers": [multipliers(0, value)]})))
    return tree(node_cut("h0", 1, "0", part(below), part(above)), "h1")


def nested():
    """Cuts of two nodes, and of an input, for which there is no multiplier."""
    def part(*values):
        return leaf(linear("h1", multipliers=[multipliers(0, *values)]))
    below = input_cut(0, "-1/4", part(0.25), node_cut("h1", 0, "1/8", part(0.25, 0), part(0.25, 0.0625)))
    return tree(node_cut("h0", 1, "0", below, part(0.5)), "h1")


def deep(cuts):
    """Cuts one within the other."""
    root = leaf(LINEAR)
    for _ in range(cuts):
        root = input_cut(1, "-2", EMPTY, root)
    return root


def of_rules(file):
    def over(bound, proof, shows, meaning=("real",)):
        file.accepted(SQUARE, at_most(bound, DIFFERENCE), proof, shows, meaning=meaning)

    over("-0.22", INTERVAL, "rule interval")
    over("-0.22", INTERVAL, "both meanings", BOTH)
    over("-0.22", INTERVAL, "the meaning binary32 alone", ("binary32",))
    over("-0.13", LINEAR, "rule linear without passes (CROWN-IBP)")
    over("-0.04", linear("h1"), "a pass over the unstable elements", BOTH)
    over("-0.04", linear("h0", "h1"), "passes at two nodes (CROWN)")
    over("-0.04", linear(("h1", [0])), "a pass over listed elements")
    over("-0.13", linear(("h1", [])), "a pass over no elements")
    over("0.03", linear("h1", slopes=[slopes(0, "h1", {0: 51, 2: 0})]), "slopes of a row's own", BOTH)
    over("0.17", linear("h1", slopes=LOW_SLOPES), "slopes at an earlier node")
    over("-0.04", linear("h1", slopes=[slopes(0, "h0", {3: 7}), slopes(0, "h1", {1: 9})]), "slopes where they make no difference")
    over("-0.22", {**INTERVAL, "weights": [[[1]]]}, "rule interval with weights")
    over("-0.04", linear("h1", weights=[[[0], [0.5], [3e2]]]), "several combinations, of which one suffices")
    over("0.17", linear("h1", weights=[[[0], [1]]], slopes=[slopes(1, "h0", {0: 0, 1: 0})]), "slopes of the second combination")
    over("0.15", split(0.25, 0.5), "a cut of a node, with multipliers", BOTH)
    over("-0.04", split(), "a cut of a node without multipliers")
    over("0.15", nested(), "multipliers for two cuts of nodes with one of an input between")
    over("0.17", tree(leaf(linear(slopes=LOW_SLOPES)), "h1"), "a tree that is one leaf, with a pass over the whole region")
    over("-0.13", tree(input_cut(0, "0.5", leaf(LINEAR), input_cut(0, "0.25", EMPTY, leaf(LINEAR)))), "a part without inputs, by cuts of one input")
    over("-0.13", tree(input_cut(1, "-1", node_cut("h0", 1, "0.6", leaf(LINEAR), EMPTY), leaf(LINEAR))), "a part without inputs, by a node's interval")
    over("-0.13", tree(input_cut(0, "0.5", leaf(LINEAR), input_cut(0, "0.25", leaf(INTERVAL), leaf(LINEAR)))), "a part without inputs, by another rule")
    over("-0.13", tree(input_cut(1, "1/3", leaf(LINEAR), leaf(LINEAR))), "a cut at a number that no double has")
    over("-0.13", tree(deep(495)), "a tree that is nested as deep as may be")
    over("-0.13", tree(input_cut(1, "7", leaf(LINEAR), EMPTY)), "a cut outside of the region")
    file.accepted(NEAR, label(0), each(([1], INTERVAL), ([0], linear("h0", "h1"))), "rule each", meaning=BOTH)
    several = conditions([constraint(DIFFERENCE, "0.17")], [constraint({0: "1"}, "-2")])
    file.accepted(SQUARE, several, each(([1], {**INTERVAL, "weights": [[[1]]]}), ([0], linear("h1", slopes=LOW_SLOPES))),
                  "weights and rows count the conditions of their own proof")
    file.accepted(SQUARE, conditions([constraint(DIFFERENCE, "0.15")], [constraint({0: "1"}, "-2")]),
                  each(([0], split(0.25, 0.5)), ([1], INTERVAL)), "a tree in rule each")


def of_claims(file):
    def show(prop, shows, proof=LINEAR, region=SQUARE, **more):
        file.accepted(region, prop, proof, shows, **more)

    show(label(0), "a label; pixels without limits, mean or std", region=NEAR, meaning=BOTH)
    show(TOGETHER, "two constraints, excluded by their sum; inputs in both", linear("h1", weights=[[[1, 1]]]), meaning=BOTH)
    show(conditions(APART), "without weights each constraint alone is tried")
    show(conditions([constraint(DIFFERENCE, "-0.3")], APART), "several conditions", INTERVAL)
    show(conditions([{"outputs": [[0, "1/2"], [2, "-1"], [0, "0.5"]], "bound": "-0.13"}]), "coefficients of an index that comes twice add up")
    show(at_most("-13/100", {0: "1", 2: "-0x1p+0"}, strict=False), "a fraction and a hexadecimal float")
    show(at_most("-1.3", {0: "1e1", 2: "-100e-1"}), "decimals with exponents")
    show(at_most("-13E-2", {0: "1", 2: "-0x1P0"}), "capitals in exact numbers")
    show(at_most("-0." + "2" * 1999, DIFFERENCE), "a decimal of 2000 digits")
    show(at_most("-" + "2" * 99 + "/1" + "0" * 99, DIFFERENCE), "a fraction of 199 digits")
    show(at_most("-1e0300", {0: "1e+0300", 2: "-1e300"}), "large coefficients")
    show(at_most("0", {}, strict=True), "strict: nothing is below itself")
    show(conditions([constraint({}, "0", inputs=[[1, "1"]]), constraint({}, "-1.5", inputs=[[1, "-1"]])]), "constraints of inputs alone")
    shown = at_most("-0.13", DIFFERENCE)
    show(shown, "a region of floats", region=box([-1, -1], [1, 1], "f32"))
    show(shown, "arrays of u16, one of them with a scale",
         region={"kind": "box", "lower": array([0, 0], "u16"), "upper": array([1000, 65535], "u16", scale="1/65535")})
    show(shown, "arrays of u32 and u8, and a scale below 0",
         region={"kind": "box", "lower": array([4000000000, 0], "u32", scale="-0x1p-32"), "upper": array([0, 1], "u8")})
    show(shown, "an array of another shape than the input", region={"kind": "box", "lower": array([[-1, -1]]), "upper": array([[[1], [1]]])})
    show(label(0), "a region of one point", INTERVAL, box([-0.5, -0.5], [-0.5, -0.5]), meaning=BOTH)


def of_violations(file):
    def show(region, prop, proof, shows, meaning=BOTH):
        file.accepted(region, prop, proof, shows, meaning=meaning, verdict="violated")

    show(SQUARE, at_most("-0.1"), counterexample([0.6, 0.8]), "a counterexample of doubles", ("real",))
    show(SQUARE, at_most("-0.1"), counterexample([0.625, 0.8125], "f32"), "a counterexample for every execution")
    show(SQUARE, label(1), counterexample([-0.5, -0.5]), "a counterexample to a label")
    show(pixels(array([0, 0], "u8"), "255/510", "1", "-1", None), at_most("9", strict=True), counterexample([1, 1], "u8", scale="-1/4"),
         "a counterexample on the border of an l1 ball")
    show(pixels(array([0, 0]), "5", "2", None, None, ["-1"], ["2"]), conditions([constraint({0: "1"}, "-99")], []), counterexample([2, 1]),
         "a counterexample on the border of an l2 ball; a condition without constraints")


def of_lines(file):
    proved = file.certificate(SQUARE, at_most("-0.22", DIFFERENCE), INTERVAL)
    file.line({"index": 3, "verdict": "certified", "certificate": proved}, "accepted", "the line of a run, which carries its certificate as a field")
    file.line({"index": 4, "verdict": "unknown", "certificate": None}, "aside", "the line of a run that has no certificate")
    file.line({"index": 5, "verdict": "unknown"}, "aside", "the line of a run that says nothing of certificates")
    file.line(" \t", "aside", "a blank line")
    with_words = {**proved, "claim": {**proved["claim"], "words": "Y_0 is above Y_2 - 0.22"}}
    text = json.dumps(proved)
    file.line(text.replace('"version": 1,', '"version": 1.0,').replace("[[0,", "[[0e7,"), "accepted", "whole numbers with a point and an exponent")
    file.line(text.replace("claim", "\\u0063laim").replace(": ", "\t:\r").replace(", ", " , "), "accepted", "escapes and white space of JSON")
    file.line(with_words, "accepted", "words for people")


def of_valley(file):
    parts = input_cut(1, "0", leaf(INTERVAL), input_cut(0, "1/4", leaf(LINEAR), leaf(LINEAR)))
    file.accepted(SQUARE, at_most("-0.01"), tree(parts), "cuts of inputs; leaves of two rules", meaning=BOTH)
    signs = node_cut("h0", 3, "0", leaf(INTERVAL), node_cut("h0", 1, "0x0p+0", leaf(LINEAR), leaf(linear(multipliers=[multipliers(0, 0, 1)]))))
    file.accepted(box([-1, -1], [1, 0.5]), at_most("-0.26"), tree(signs), "cuts of nodes and nothing else")


def of_image(file):
    def show(epsilon, proof, shows, norm="inf", meaning=BOTH, **more):
        file.accepted({**pixels(PICTURE, epsilon, norm, mean=MEAN, std=STD), **more}, label(0), proof, shows, meaning=meaning)

    show("2/255", INTERVAL, "an image through Conv, BatchNormalization and MaxPool; a mean and a std for each channel")
    show("4/255", LINEAR, "rows through an image")
    show("12/255", linear("n", "r"), "the norm 2; passes at nodes that a ReLU and a MaxPool read", "2")
    show("30/255", linear("n", "r"), "the norm 1", "1")
    show("4/255", LINEAR, "one mean and one std for all", mean=["0.5"], std=["1/2"])
    show("0", LINEAR, "epsilon 0", "2")
    show("4/255", linear(("n", [0, 5, 47]), "r"), "elements of an image, row-major")
    show("0.015", LINEAR, "a limit above and none below", lowest=None, highest="1.5")
    file.accepted(pixels(PICTURE, "12/255", "2", mean=MEAN, std=STD), at_most("1.5", {0: "1", 1: "-1"}), lipschitz(("n", "x", 10.8397)),
                  "the norm of a convolution and a batch normalisation, and windows behind it")
    parts = input_cut(3, "0.25", leaf(LINEAR), node_cut("n", 17, "0", leaf(linear(multipliers=[multipliers(1, 0.125)])), leaf(INTERVAL)))
    show("4/255", tree(parts, "r"), "a tree over an image: inputs are what the network reads")


def of_leaky(file):
    file.accepted(CUBE, at_most("-2.9", SECOND_OVER_FIRST), INTERVAL, "LeakyRelu", meaning=BOTH)
    low = [slopes(0, "h0", {0: 0, 1: 0, 2: 0, 3: 0})]
    file.accepted(CUBE, at_most("-2.4", SECOND_OVER_FIRST), linear(slopes=low), "slopes at a LeakyRelu: 0 stands for its own", meaning=BOTH)
    cut = node_cut("h0", 2, "0", leaf(linear(multipliers=[multipliers(0, 0)])), leaf(linear(multipliers=[multipliers(0, 1.5)])))
    file.accepted(CUBE, at_most("-1.8", SECOND_OVER_FIRST), tree(cut), "a cut in front of a LeakyRelu")


def of_residual(file):
    def show(bound, proof, shows):
        file.accepted(CUBE, at_most(bound, SECOND_OVER_FIRST), proof, shows, meaning=BOTH)

    show("-2.45", INTERVAL, "a sum of two paths")
    show("-1.47", linear("h0_again", "s"), "rows that meet; an Identity's name for what it reads")
    show("-1.9", linear(("r0", [1])), "a pass at a node that affine nodes read alone")
    show("-1.9", tree(node_cut("d0", 0, "1/16", leaf(LINEAR), leaf(LINEAR))), "a Dropout's name for what it reads")


TURNED = array([0.5, -0.25, 0.125, 0.75, -0.5, 0.25, -0.75, 0.5])
TURNS = [("h0", "x", 1.0609), ("s", "x", 1.0609), ("s", "r0", 1.0609)]
TURNS_OF_PIXELS = [("h0", "x", 2.1216), ("s", "x", 2.1216), ("s", "r0", 1.0609)]


def around(norm, **more):
    return pixels(TURNED, "0.25", norm, lowest=None, highest=None, **more)


def of_turning(file):
    def show(region, bound, proof, shows):
        file.accepted(region, at_most(bound, SECOND_OVER_FIRST), proof, shows)

    show(around("2"), "4.2", lipschitz(*TURNS), "rule lipschitz: paths of two sources meet")
    show(around("2", mean=["0"], std=["1/2"]), "5.3", lipschitz(*TURNS_OF_PIXELS), "norms of maps of pixels")
    show(around("1"), "4.2", lipschitz(*TURNS, weights=[[[1]]]), "norms around an l1 ball; with weights")
    show(around("inf"), "1.5", lipschitz(*TURNS), "norms around a box of pixels")
    show(box([0] * 8, [0.25] * 8), "1.8", lipschitz(*TURNS), "norms around the middle of a box")
    show(around("2"), "-1.6", lipschitz(), "without norms the intervals count")
    show(around("2"), "4.2", lipschitz(("h0", "x", 1.0609), ("s", "x", 1.0609), ("s", "r0", 1.07)), "a norm that is larger than it need be")
    several = conditions([constraint(SECOND_OVER_FIRST, "4.2")], [constraint({1: "1"}, "-9")])
    file.accepted(around("2"), several, each(([1], INTERVAL), ([0], lipschitz(*TURNS))), "norms in rule each")


def of_curves(sigmoid, tanh):
    difference = {0: "1", 1: "-1"}
    ball = pixels(array([0.25, -0.5]), "0.2", "2", lowest=None, highest=None)
    sigmoid.accepted(ball, at_most("0.58", difference), lipschitz(("h0", "x", 1.2047)), "a norm before a Sigmoid")
    tanh.accepted(ball, at_most("-0.14", difference), lipschitz(("h0", "x", 0.9637)), "a norm before a Tanh")
    sigmoid.accepted(SQUARE, at_most("-0.69", difference), LINEAR, "Sigmoid")
    sigmoid.accepted(SQUARE, at_most("-0.72", difference), tree(input_cut(0, "0", leaf(LINEAR), leaf(INTERVAL))), "a tree over a Sigmoid")
    sigmoid.line(sigmoid.certificate(SQUARE, at_most("-9", difference), LINEAR, BOTH), "rejected", "Sigmoid in single precision", "both")
    tanh.accepted(SQUARE, at_most("-1.3", difference), LINEAR, "Tanh")
    tanh.accepted(SQUARE, at_most("-1.3", difference), tree(node_cut("h0", 0, "1/8", leaf(LINEAR), leaf(LINEAR))), "a cut in front of a Tanh")


def of_others(examples):
    double = examples.of("double", "double.onnx")
    double.accepted(SQUARE, at_most("-1.055"), INTERVAL, "a model of doubles")
    double.accepted(SQUARE, at_most("-1.0513"), LINEAR, "rows through a model of doubles")
    double.accepted(SQUARE, at_most("1"), counterexample([0.1, 1 / 3]), "a counterexample of doubles", verdict="violated")
    double.line(double.certificate(SQUARE, at_most("-9"), LINEAR, BOTH), "rejected", "a model of doubles in single precision", "both")
    examples.of("dense_gz", "dense.onnx.gz").accepted(SQUARE, at_most("-0.22", DIFFERENCE), INTERVAL, "a compressed model: the digest is that of the file inside")
    examples.of("single", "single.onnx").accepted(SQUARE, at_most("-9"), INTERVAL, "a network of one output", meaning=BOTH)
    examples.of("larger", "larger.onnx").accepted(SQUARE, at_most("-9"), INTERVAL, "the larger of two tensors", "checker.py")
    flat = examples.of("flat", "flat.onnx")
    each_other = pixels(array([0.5, 0.5, 0.5]), "0.1", mean=["0", "1", "2"], std=["1", "2", "1/2"])
    flat.accepted(each_other, at_most("0.39"), INTERVAL, "an input without a batch: a mean and a std for each element", meaning=BOTH)
    flat.line(flat.certificate({**each_other, "mean": ["0", "1"], "std": ["1", "2"]}, at_most("-9"), INTERVAL), "rejected", "two means for three elements")
    softplus = examples.of("softplus", "softplus.onnx")
    softplus.line(softplus.certificate(SQUARE, at_most("-9"), INTERVAL), "rejected", "an operation without a rule", "both")


def all_accepted(examples):
    dense = examples.of("dense", "dense.onnx")
    for part in (of_rules, of_claims, of_violations, of_lines):
        part(dense)
    for name, part in (("valley", of_valley), ("image", of_image), ("leaky", of_leaky), ("residual", of_residual), ("turning", of_turning)):
        part(examples.of(name, name + ".onnx"))
    of_curves(examples.of("sigmoid", "sigmoid.onnx"), examples.of("tanh", "tanh.onnx"))
    of_others(examples)
