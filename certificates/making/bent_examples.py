"""Examples of operations that are not affine, and of transposed convolutions and computed constants: accepted ones, and rejected ones beside them.

A claim that is rejected is false by a small amount, or true and not shown by its proof.
"""
from .parts import BOTH, INTERVAL, LINEAR, array, at_most, box, conditions, constraint, counterexample, input_cut, leaf, linear, lipschitz, node_cut, slopes, tree

SQUARE = box([-1, -1], [1, 1])
DIFFERENCE = {0: "1", 1: "-1"}
HALVES = tree(input_cut(0, "0", leaf(LINEAR), leaf(LINEAR)))
# Of the model `curves`: exp from 1 to 2, sin and cos over a crest, sign and abs over 0, 1 / x from 1/4 to 2.
CURVES = box([-0.5, 1, -0.25, 0.25], [0.5, 2, 0.75, 2])


class Both:
    """Writes accepted and rejected lines of one model into two files."""

    def __init__(self, examples, model):
        self.good, self.bad = examples.of(model, model + ".onnx"), examples.of("rejected_" + model, model + ".onnx")

    def accepted(self, region, prop, proof, shows, **more):
        self.good.accepted(region, prop, proof, shows, **more)

    def rejected(self, region, prop, proof, shows, no_rule="", **more):
        self.bad.line(self.bad.certificate(region, prop, proof, **more), "rejected", shows, no_rule)

    def turn(self, region, accepted, rejected, proof, shows, outputs=DIFFERENCE, **more):
        """Y_0 - Y_1 (or another sum) is above a first bound, and not above a second one."""
        self.accepted(region, at_most(accepted, outputs), proof, shows, **more)
        self.rejected(region, at_most(rejected, outputs), proof, shows + ": more than is true, or is shown", **more)


def of_curves(examples):
    both = Both(examples, "curves")
    # name, output, (the least value and what is above it by little), (the same of the negative)
    for place, name, low, high in ((0, "Exp", ("0.6065", "0.6066"), ("-1.6488", "-1.6487")), (1, "Sin over a crest", ("0.8414", "0.8415"), ("-1.000001", "-1")),
                                   (2, "Cos that falls", ("-0.4162", "-0.4161"), ("-0.5404", "-0.5403")), (3, "Sign", ("-1.000001", "-1"), ("-1.000001", "-1")),
                                   (4, "Abs", ("-0.000001", "0"), ("-0.750001", "-0.75")), (5, "Reciprocal", ("0.499999", "0.5"), ("-4.000001", "-4")),
                                   (6, "the second power", ("-0.000001", "0"), ("-0.562501", "-0.5625")), (7, "the third power", ("-0.015626", "-0.015625"), ("-0.421876", "-0.421875")),
                                   (8, "the sixteenth power", ("0.999999", "1"), ("-65536.001", "-65536")), (9, "the fifth power of both signs", ("-0.031251", "-0.03125"), ("-0.031251", "-0.03125"))):
        both.turn(CURVES, *low, INTERVAL, name, {place: "1"})
        both.turn(CURVES, *high, INTERVAL, name + ", from above", {place: "-1"})
    for place, name, element, factor, bound in ((0, "Exp", 0, "-1", "0.2"), (1, "Sin", 1, "-1", "-1.12"), (5, "Reciprocal", 3, "1", "0.78"), (6, "the second power", 2, "-0.5", "-0.07")):
        claimed = at_most(bound, {place: "1"}, inputs=[[element, factor]])
        both.accepted(CURVES, claimed, LINEAR, f"a line below {name}")
        both.rejected(CURVES, claimed, INTERVAL, f"an interval of {name} where a line is needed")
    both.accepted(box([-1500, 0, 0, 1], [-1000, 1, 1, 2]), at_most("-1e-300", {0: "1"}), INTERVAL, "an exponential of large negative numbers, which is not below 0")
    both.accepted(box([0, -1e6, 0, 1], [1, 1e6, 1, 2]), at_most("-1.000001", {1: "1"}), INTERVAL, "a sine of all angles")
    both.accepted(box([0, 0, 0, 1], [1, 1, 0, 2]), at_most("-0.000001", {3: "1"}), INTERVAL, "the sign of 0")
    both.rejected(box([0, 0, 0, 0], [1, 1, 1, 2]), at_most("-9"), INTERVAL, "a reciprocal of an interval that begins at 0")
    both.rejected(box([0, 0, 0, -2], [1, 1, 1, -1]), at_most("-9"), INTERVAL, "a reciprocal of numbers below 0")
    both.rejected(box([0, 0, 0, -1], [1, 1, 1, 1]), at_most("-9"), LINEAR, "a reciprocal of an interval over 0")
    both.rejected(CURVES, at_most("-9"), INTERVAL, "curves in single precision", "both", meaning=BOTH)
    both.rejected(CURVES, at_most("-9"), linear(slopes=[slopes(0, "x2", {0: 7})]), "slopes at a node that an Abs reads")
    both.accepted(CURVES, at_most("0.95", {0: "1"}), counterexample([-0.25, 1, 0, 1]), "a counterexample through an exponential", verdict="violated")
    both.rejected(CURVES, at_most("0.7788", {0: "1"}), counterexample([-0.25, 1, 0, 1]), "a counterexample that misses by little", verdict="violated")


def of_waves_and_exponentials(examples):
    exponentials, sines = Both(examples, "exponentials"), Both(examples, "sines")
    exponentials.turn(SQUARE, "1.6", "2.2", LINEAR, "lines of exponentials")
    exponentials.turn(SQUARE, "0.98", "1.6", INTERVAL, "intervals of exponentials")
    exponentials.accepted(SQUARE, at_most("1.6", DIFFERENCE), linear("h"), "a pass before exponentials")
    sines.turn(SQUARE, "-1.8", "-0.53", INTERVAL, "intervals of sines")
    sines.turn(SQUARE, "-1.05", "-0.53", linear("h"), "lines of sines")
    sines.accepted(SQUARE, at_most("-1.05", DIFFERENCE), tree(node_cut("h", 0, "0", leaf(LINEAR), leaf(LINEAR))), "a cut before a sine")
    ball = box([-0.125, -0.125], [0.125, 0.125])
    sines.accepted(ball, at_most("-1", DIFFERENCE), lipschitz(), "rule lipschitz without norms before a sine")


def of_products(examples):
    products, squares, matrices, quotients = (Both(examples, name) for name in ("products", "squares", "matrices", "quotients"))
    products.turn(SQUARE, "0.29", "0.49", INTERVAL, "intervals of products", meaning=BOTH)
    products.turn(SQUARE, "0.21", "0.49", LINEAR, "planes of products", meaning=BOTH)
    products.turn(SQUARE, "0.34", "0.49", HALVES, "planes of products over two parts", meaning=BOTH)
    products.accepted(SQUARE, at_most("0.21", DIFFERENCE), linear("h", "g"), "passes at both factors")
    quarter = box([0, 0], [0.5, 0.5])
    squares.turn(quarter, "-0.26", "-0.24", LINEAR, "a square: the tangent in the middle", {0: "1"})
    squares.accepted(quarter, at_most("-1.01"), INTERVAL, "a square is not below 0")
    squares.rejected(quarter, at_most("-0.26"), INTERVAL, "an interval of a square where the tangent is needed")
    matrices.turn(SQUARE, "-5.7", "-2", LINEAR, "planes of a matrix times a vector", meaning=BOTH)
    matrices.turn(SQUARE, "-7.2", "-2", INTERVAL, "intervals of a matrix times a vector", meaning=BOTH)
    quotients.turn(SQUARE, "-4.4", "-1.05", INTERVAL, "a quotient")
    quotients.turn(SQUARE, "-5", "-1.05", linear("h", "d"), "planes and lines of a quotient")
    quotients.rejected(SQUARE, at_most("-9"), INTERVAL, "a quotient in single precision", "both", meaning=("binary32",))


def of_softmax(examples):
    shares, classes = Both(examples, "shares"), Both(examples, "classes")
    shares.turn(SQUARE, "-2.2", "-1.3", INTERVAL, "intervals of a softmax")
    shares.turn(SQUARE, "-1.9", "-1.3", linear("r"), "a pass before a softmax, over its differences")
    shares.rejected(SQUARE, at_most("-1.9", DIFFERENCE), linear(("r", [0, 1, 2, 3, 4, 5])), "a pass over listed elements, and so over no differences")
    shares.rejected(SQUARE, at_most("-1.9", DIFFERENCE), LINEAR, "a softmax without a pass")
    shares.turn(SQUARE, "-2.1", "-1.3", HALVES, "a softmax over two parts")
    shares.accepted(box([-1000, -1000], [1000, 1000]), at_most("-4.3", DIFFERENCE), INTERVAL, "differences of which exponentials are beyond doubles")
    shares.accepted(box([-1000, -1000], [1000, 1000]), at_most("-4.3", DIFFERENCE), linear("r"), "lines over such differences")
    shares.rejected(SQUARE, at_most("-9"), INTERVAL, "a softmax in single precision", "both", meaning=BOTH)
    together = Both(examples, "shares_of_all")
    together.turn(SQUARE, "-2.1", "-0.69", INTERVAL, "a softmax of opset 11: one group from its axis on")
    half = box([-0.5, -0.5], [0.5, 0.5])
    comparison = {2: "1", 0: "-1"}
    classes.accepted(half, at_most("0", comparison), INTERVAL, "a comparison of two shares of one group")
    classes.accepted(half, at_most("0", {2: "1/4", 0: "-0.25"}, strict=True), LINEAR, "the same with a factor, and strict")
    classes.rejected(half, at_most("0", {2: "1", 0: "-2"}), INTERVAL, "two shares with other factors")
    classes.rejected(half, at_most("0.13", comparison), INTERVAL, "a comparison with a bound")
    classes.rejected(half, at_most("0", {0: "1", 2: "-1"}), INTERVAL, "a comparison the other way round")
    classes.rejected(half, at_most("0", {2: "1", 5: "-1"}), INTERVAL, "a comparison across two groups")
    classes.rejected(half, at_most("0", comparison, inputs=[[0, "1"]]), INTERVAL, "a comparison to which an input is added")
    classes.accepted(half, at_most("0.01", {0: "1"}), INTERVAL, "a share is above 0")
    classes.turn(half, "-0.6", "-0.45", linear("r"), "a comparison with a bound, by lines")
    classes.accepted(half, at_most("0", {0: "1", 2: "-1"}), counterexample([0, 0]), "a counterexample to a comparison", verdict="violated")
    classes.rejected(half, at_most("0", comparison), counterexample([0, 0]), "no counterexample to a comparison", verdict="violated")
    attention = Both(examples, "attention")
    attention.turn(SQUARE, "-11.4", "-4.7", INTERVAL, "intervals of an attention")
    attention.turn(SQUARE, "-8.8", "-4.7", linear("e", "u", "t", "c", "p"), "passes through an attention")


def of_affine(examples):
    transposed, constants, rounded = (Both(examples, name) for name in ("transposed", "constants", "rounded"))
    cube = box([-1] * 8, [1] * 8)
    transposed.turn(cube, "-2.58", "-2.08", INTERVAL, "intervals of transposed convolutions", meaning=BOTH)
    transposed.turn(cube, "-2.09", "-2.08", LINEAR, "rows through transposed convolutions", meaning=BOTH)
    constants.turn(SQUARE, "-1.126", "-1.125", LINEAR, "a constant that is computed without rounding", meaning=BOTH)
    rounded.rejected(SQUARE, at_most("-9"), INTERVAL, "a constant that is computed with rounding")


def all_bent(examples):
    for part in (of_curves, of_waves_and_exponentials, of_products, of_softmax, of_affine):
        part(examples)
