"""Examples that checkers must reject: claims that are false, proofs that do not suffice, and lines that are no certificates of the page."""
import json

from .accepted import (CUBE, DIFFERENCE, LOW_SLOPES, MEAN, NEAR, PICTURE, SECOND_OVER_FIRST, SQUARE, STD, TOGETHER, TURNS, TURNS_OF_PIXELS, around,
                       split)
from .parts import (BOTH, EMPTY, INTERVAL, LINEAR, REMOVED, array, at_most, box, changed, conditions, constraint, counterexample, each,
                    input_cut, label, leaf, linear, lipschitz, multipliers, pixels, slopes, tree)


def altered(file, good, changes):
    """Lines from a certificate that is accepted: (path, what stands there instead, what the line shows)."""
    for path, new, shows in changes:
        file.line(changed(good, path, new), "rejected", shows)


def of_forms(file):
    good = file.certificate(SQUARE, at_most("-0.04", DIFFERENCE), linear("h1"), BOTH)
    altered(file, good, [
        ("format", "surety", "another format"), ("version", 2, "an unknown version"), ("version", "1", "a version in quotes"),
        ("claim", REMOVED, "no claim"), ("proof", REMOVED, "no proof"), ("note", 1, "an unknown field of the certificate"),
        ("claim.note", 1, "an unknown field of the claim"), ("claim.network.size", 3, "an unknown field of the network"),
        ("claim.region.norm", "inf", "an unknown field of the region"), ("claim.property.label", 0, "an unknown field of the property"),
        ("claim.property.conditions.0.0.weight", 1, "an unknown field of a constraint"), ("proof.bounds", [1], "an unknown field of the proof"),
        ("proof.passes.0.slopes", [], "an unknown field of a pass"), ("claim.region.lower.order", "C", "an unknown field of an array"),
        ("claim.words", 3, "words that are a number"), ("claim.network.sha256", lambda s: s[::-1], "the digest of another file"),
        ("claim.network.sha256", str.upper, "a digest in capitals"), ("claim.network.sha256", lambda s: s[:-1], "a digest that is too short"),
        ("claim.network.input", "X", "another input"), ("claim.network.output", "h1", "a node that is no output"),
        ("claim.meaning", [], "no meaning"), ("claim.meaning", ["float16"], "an unknown meaning"), ("claim.meaning", ["real", "real"], "a meaning twice"),
        ("claim.meaning", "real", "a meaning that is no list"), ("claim.verdict", "safe", "an unknown verdict"),
        ("claim.verdict", "violated", "a violation proved by bounds"), ("proof.rule", "trusted", "an unknown rule"), ("proof.rule", "empty", "the rule empty at the top"),
        ("proof.multipliers", [], "multipliers outside of a tree"), ("claim.region.kind", "ball", "an unknown kind of region"),
        ("claim.property.kind", "labels", "an unknown kind of property"), ("claim.property.conditions", [], "a property without conditions"),
        ("proof", None, "a proof that is null"), ("claim.property.conditions.0.0.strict", 0, "strict that is a number"),
        ("claim.property.conditions.0.0.outputs.0", [0], "a term without a coefficient")])
    text = json.dumps(good)
    for line, shows in ((text.replace('"verdict"', '"verdict": "holds", "verdict"'), "a field twice"), (text[:-1], "a line that is cut off"), (text + "}", "more behind the value"),
                        (text.replace('"version": 1', '"version": 1,'), "no JSON"), (text.replace("1", "01", 1), "a number that begins with 0"),
                        (f"[{text}]", "a list of certificates"), ("7", "a number"), ("null", "null"), (text.replace('"version": 1', '"version": 1.5'), "a version that is not whole"),
                        (json.dumps(changed(good, "claim.words", "\ud800")), "half a surrogate pair"), (text.replace(", ", "\f, ", 1), "white space that JSON does not have"),
                        ("{'format': 1}", "another language"),
                        (text.replace('"real"', "[" * 500 + "]" * 500), "values that nest too deep"), (text.replace('"proof"', '"pr\\u00zz"'), "a broken escape"),
                        (json.dumps({"certificate": 3}), "the line of a run with a number for a certificate"),
                        (json.dumps({"format": 3, "certificate": good}), "the line of a run that names a format")):
        file.line(line, "rejected", shows)


def of_arrays(file):
    good = file.certificate(SQUARE, at_most("-0.04", DIFFERENCE), linear("h1"), BOTH)
    inf, nan = float("inf"), float("nan")
    altered(file, good, [
        ("claim.region.upper", array([1, nan]), "a NaN in the region"), ("claim.region.upper", array([1, inf], "f32"), "an infinity in the region"),
        ("claim.region.upper.data", lambda s: s[:-4], "base64 that is cut off"), ("claim.region.upper.data", lambda s: s[:-1], "base64 without its padding"),
        ("claim.region.upper.data", lambda s: "*" + s[1:], "a character that base64 does not have"),
        ("claim.region.upper.data", lambda s: s.replace("w==", "x=="), "base64 whose spare bits are not 0"), ("claim.region.upper.data", lambda s: s + "====", "more padding than base64 has"),
        ("claim.region.upper.data", lambda s: s[:8] + "\n" + s[8:], "base64 on two lines"), ("claim.region.upper.shape", [3], "a shape that the data do not have"),
        ("claim.region.upper.shape", [-2], "a negative extent"), ("claim.region.upper.shape", 2, "a shape that is no list"),
        ("claim.region.upper.dtype", "f32", "another dtype"), ("claim.region.upper.dtype", "f16", "an unknown dtype"),
        ("claim.region.upper", array([1, 1, 1]), "a region of another size"), ("claim.region.upper", [1, 1], "a list for an array"),
        ("claim.region.upper.scale", 2, "a scale that is a number"), ("claim.region.upper.scale", "inf", "a scale without end"),
        ("proof.passes.0.elements", array([0.0]), "elements in floats"), ("proof.passes.0.elements", {**array([0], "u32"), "scale": "1"}, "elements with a scale"),
        ("proof.passes.0.elements", array([3], "u32"), "an element that the node does not have"), ("proof.passes.0.elements", array([0, 0], "u32"), "an element twice"),
        ("proof.passes.0.elements", "all", "elements in another word"), ("proof.slopes", [slopes(0, "h1", {0: 1, 3: 1})], "slopes of an element that there is not")])
    for bound in ("", "0,1", "1/0", "1/-2", "+1", "1.", ".5", "0x1", "0x.8p1", "1e", "nan", "inf", " 1", "1_0", "0x1p2001", "1e2001", "1e00002", "9" * 2001, "1/" + "3" * 200, "\u0661"):
        shows = f"no exact number: {bound!r}" if len(bound) < 9 else f"an exact number of {len(bound)} characters"
        file.line(changed(good, "claim.property.conditions.0.0.bound", bound), "rejected", shows)
    file.line(changed(good, "claim.property.conditions.0.0.bound", -0.04), "rejected", "an exact number that is a JSON number")


def of_claims(file):
    good = file.certificate(SQUARE, at_most("-0.04", DIFFERENCE), linear("h1"), BOTH)
    altered(file, good, [
        ("claim.region", box([-1, -1], [1, 3]), "a wider region"), ("claim.region", box([1, 1], [-1, -1]), "the ends of the region swapped"),
        ("claim.region", box([-1, 0.5], [1, 0.4999]), "a region that is empty at one element"),
        ("claim.property", label(0), "a label that is not shown"), ("claim.property", label(3), "a label that there is not"), ("claim.property", label(-1), "a negative label"),
        ("claim.property", label("0"), "a label in quotes"), ("claim.property", at_most("0.9", DIFFERENCE), "a claim that is false"),
        ("claim.property", at_most("-0.04", {2: "1", 0: "-1"}), "the opposite claim"),
        ("claim.property", at_most("-0.04", {3: "1"}), "an output that there is not"), ("claim.property", at_most("0", {}, inputs=[[2, "1"]]), "an input that there is not"),
        ("claim.property", conditions([constraint(DIFFERENCE, "-0.04")], []), "a condition that always holds"),
        ("claim.property", conditions([constraint(DIFFERENCE, "-0.04")], [constraint({1: "1"}, "0.1")]), "a second condition, which is not excluded"),
        ("claim.property", at_most("0", {}, strict=False), "a tie that is not strict"),
        ("claim.property", at_most("0.03", DIFFERENCE), "the claim of a proof with slopes, without them")])
    beyond = conditions([constraint(DIFFERENCE, "-0.13"), constraint({3: "1"}, "0")])
    file.line(file.certificate(SQUARE, beyond, linear(weights=[[[1, 0]]])), "rejected", "an output that there is not, in a constraint of weight 0")
    beyond = conditions([constraint({0: "1"}, "9")], [constraint({}, "0", inputs=[[2, "1"]])])
    file.line(file.certificate(SQUARE, beyond, counterexample([0, 0]), verdict="violated"), "rejected", "an input that there is not, in a condition that no proof needs")
    altered(file, file.certificate(NEAR, label(0), LINEAR, BOTH), [
        ("claim.region.epsilon", "1.5", "a larger epsilon"), ("claim.region.epsilon", "-1/255", "a negative epsilon"), ("claim.region.norm", "3", "an unknown norm"),
        ("claim.region.norm", 2, "a norm that is a number"), ("claim.region.lowest", 0, "a limit that is a number"), ("claim.region.highest", "-0.8", "no pixel between the limits"),
        ("claim.region.lowest", REMOVED, "a limit that is missing"), ("claim.region.std", ["1"], "a std without a mean"), ("claim.region.mean", ["0"], "a mean without a std"),
        ("claim.property.label", 1, "another label"), ("claim.region.epsilon", 0.2, "an epsilon that is a number")])
    shifted = changed(file.certificate(NEAR, label(0), LINEAR), "claim.region.mean", ["0"])
    altered(file, changed(shifted, "claim.region.std", ["1"]), [
        ("claim.region.std", ["0"], "a std of 0"), ("claim.region.std", ["-1"], "a negative std"), ("claim.region.std", ["1/4"], "a smaller std, so a wider region"),
        ("claim.region.mean", ["-3"], "another mean"), ("claim.region.std", [], "a mean and no std")])


def of_rules(file):
    def over(bound, proof, shows, prop=None):
        file.line(file.certificate(SQUARE, prop or at_most(bound, DIFFERENCE), proof), "rejected", shows)

    over("-0.13", INTERVAL, "intervals for what needs lines")
    over("-0.04", LINEAR, "a pass removed")
    over("-0.04", linear(("h1", [1, 2])), "a pass over other elements")
    over("-0.04", linear("h1", "h0"), "passes in another order than the nodes")
    over("-0.04", linear("h1", "h1"), "a pass twice")
    over("-0.04", linear("h2"), "a pass at a node that there is not")
    over("-0.13", linear("x"), "a pass at the input")
    over("0.03", linear("h1", slopes=[slopes(0, "h1", {0: 255, 2: 255})]), "other slopes")
    over("0.17", linear("h1", slopes=LOW_SLOPES, weights=[[[0], [1]]]), "slopes of another row")
    over("-0.13", linear(slopes=[slopes(1, "h0", {0: 0})]), "slopes of a row that there is not")
    over("-0.13", linear(slopes=[slopes(0, "r0", {0: 0})]), "slopes at a node that no ReLU reads")
    over("-0.13", linear(slopes=LOW_SLOPES + LOW_SLOPES), "slopes of a row twice")
    over("-0.13", linear(slopes=[{**LOW_SLOPES[0], "values": array([0], "u8")}]), "fewer slopes than elements")
    over("-0.13", linear(slopes=[{**LOW_SLOPES[0], "values": array([0, 0], "u32")}]), "slopes that are no bytes")
    over("-0.13", linear(slopes=[{**LOW_SLOPES[0], "values": array([1.5, 0])}]), "a slope above 1, which no byte states")
    for weights, shows in (([[[-1]]], "a negative weight"), ([[[0]]], "a weight of 0"), ([], "weights of no condition"), ([[[1]], [[1]]], "weights of two conditions"),
                           ([[[1, 1]]], "two weights for one constraint"), ([[]], "no combination"), ([[["1"]]], "a weight in quotes"), ([[[None]]], "a weight that is null")):
        over("-0.13", linear(weights=weights), shows)
    text = json.dumps(file.certificate(SQUARE, at_most("-0.13", DIFFERENCE), linear(weights=[[[1]]])))
    file.line(text.replace("[[[1]]]", "[[[NaN]]]"), "rejected", "a weight that is no number")
    file.line(text.replace("[[[1]]]", "[[[1e999]]]"), "rejected", "a weight that is too large")
    over("", linear("h1"), "two constraints that only their sum excludes", TOGETHER)
    over("", linear("h1", weights=[[[1, 0.5]]]), "other weights", TOGETHER)
    pair = conditions([constraint(DIFFERENCE, "-0.13")], [constraint({0: "1"}, "-2")])
    for proof, shows in ((each(([0], LINEAR)), "a condition without a proof"), (each(([0, 1], LINEAR), ([1], LINEAR)), "a condition with two proofs"),
                         (each(([0, 0, 1], LINEAR)), "a condition named twice"), (each(([0], LINEAR), ([2], LINEAR)), "a condition that there is not"),
                         (each(([1], LINEAR), ([0], INTERVAL)), "the proofs of two conditions swapped"), (each(), "no proofs"),
                         (each(([0, 1], each(([0, 1], LINEAR)))), "rule each within each"), (each(([0, 1], {"rule": "empty"})), "rule empty within each")):
        over("", proof, shows, pair)


def of_trees(file):
    good = file.certificate(SQUARE, at_most("0.15", DIFFERENCE), split(0.25, 0.5), BOTH)
    altered(file, good, [
        ("proof.root.below", REMOVED, "a leaf that is missing"), ("proof.root.below", None, "a leaf that is null"), ("proof.root.below", {}, "a branch that is empty"),
        ("proof.root.below", EMPTY, "a leaf called empty"), ("proof.root.cut", REMOVED, "a branch without a cut"), ("proof.root.leaf", LINEAR, "a branch that is a leaf as well"),
        ("proof.root.cut.at", "0.5", "a cut moved"), ("proof.root.cut.at", 0, "a cut at a JSON number"), ("proof.root.cut.at", "nan", "a cut at a NaN"),
        ("proof.root.cut.element", 0, "a cut of another element"), ("proof.root.cut.element", 4, "a cut of an element that there is not"),
        ("proof.root.cut.element", -1, "a cut of a negative element"), ("proof.root.cut.node", "x", "a cut of a node at the input"),
        ("proof.root.cut.node", "h7", "a cut of a node that there is not"), ("proof.root.cut.input", 0, "a cut of an input and a node"),
        ("proof.root.cut", {"input": 2, "at": "0"}, "a cut of an input that there is not"),
        ("proof.root.below.leaf.multipliers.0", multipliers(0, 0.5), "a multiplier changed"), ("proof.root.below.leaf.multipliers.0", multipliers(0, -0.25), "a negative multiplier"),
        ("proof.root.below.leaf.multipliers.0", multipliers(0, 0.25, 0), "a multiplier too many"), ("proof.root.below.leaf.multipliers.0", multipliers(0), "a multiplier too few"),
        ("proof.root.below.leaf.multipliers.0", multipliers(0, float("nan")), "a multiplier that is NaN"),
        ("proof.root.below.leaf.multipliers.0", multipliers(1, 0.25), "multipliers of a row that there is not"),
        ("proof.root.below.leaf.multipliers.0", {"row": 0, "values": array([1], "u8")}, "multipliers in bytes"),
        ("proof.root.below.leaf.multipliers", lambda v: v + v, "multipliers of a row twice"), ("proof.root.above.leaf.multipliers", [], "no multipliers"),
        ("proof.root.above.leaf", {"rule": "tree", "root": {"leaf": LINEAR}}, "a tree in a leaf"), ("proof.root.above.leaf", each(([0], LINEAR)), "rule each in a leaf"),
        ("proof.root.above.leaf", counterexample([0, 0]), "a counterexample in a leaf"), ("proof.root.below.leaf.multipliers.0.element", 1, "an unknown field of multipliers"),
        ("proof.weights", [[[1]]], "weights of a tree"), ("proof.root", lambda r: {**r, "below": r["above"], "above": r["below"]}, "below and above swapped")])
    file.line(file.certificate(SQUARE, at_most("-0.13", DIFFERENCE), tree(input_cut(0, "0.5", leaf(LINEAR), input_cut(0, "0.75", EMPTY, leaf(LINEAR))))), "rejected",
              "a leaf called empty between two cuts")


def of_violations(file):
    good = file.certificate(SQUARE, at_most("-0.1"), counterexample([0.625, 0.8125], "f32"), BOTH, "violated")
    altered(file, good, [
        ("claim.verdict", "holds", "a counterexample to what is said to hold"), ("proof.input", array([0.625, 1.0625]), "a counterexample outside of the region"),
        ("proof.input", array([-0.5, -0.5]), "a counterexample that violates nothing"), ("proof.input", array([0.6, 0.8]), "a counterexample that is not of floats"),
        ("proof.input", array([0.625]), "a counterexample of one element"), ("proof.input", array([0.625, float("nan")]), "a counterexample with a NaN"),
        ("proof.meaning", "real", "an unknown field of a counterexample"), ("proof", each(([0], counterexample([0.625, 0.8125]))), "a counterexample within each"),
        ("claim.property", at_most("-0.2"), "a counterexample to another claim")])
    ball = pixels(array([0, 0], "u8"), "255/510", "1", "-1", None)
    for values, region, shows in (([-0.25, -0.375], ball, "a counterexample outside of an l1 ball"), ([0.5, 0.5], {**ball, "norm": "2"}, "a counterexample outside of an l2 ball"),
                                  ([0.25, 0], {**ball, "highest": "1/8"}, "a counterexample above the limit")):
        file.line(file.certificate(region, at_most("9"), counterexample(values), BOTH, "violated"), "rejected", shows)
    same = conditions([constraint({}, "0", strict=True)])
    file.line(file.certificate(SQUARE, same, counterexample([0, 0]), BOTH, "violated"), "rejected", "a tie of a strict constraint")


def of_turning(file):
    good = file.certificate(around("2"), at_most("4.2", SECOND_OVER_FIRST), lipschitz(*TURNS))
    altered(file, good, [
        *((f"proof.norms.{i}.norm", 0.99 * TURNS[i][2], f"the norm from {TURNS[i][1]} to {TURNS[i][0]} one hundredth too small") for i in range(3)),
        ("proof.norms.0.norm", 1.06066, "a norm too small by less than rounding to six digits"), ("proof.norms.0.norm", 0, "a norm of 0"),
        ("proof.norms.0.norm", -1.0609, "a negative norm"), ("proof.norms.0.norm", "1.0609", "a norm in quotes"), ("proof.norms.0.norm", None, "a norm that is null"),
        ("proof.norms", TURNS[:0], "the norms removed"), ("proof.norms", REMOVED, "no norms"), ("proof.norms.1", REMOVED, "one of two paths without a norm"),
        ("proof.norms.0.source", "r0", "a norm between nodes of which no way goes to the other"), ("proof.norms.0.node", "h1", "a norm of a node that affine nodes alone read"),
        ("proof.norms.0.node", "nowhere", "a norm of a node that there is not"), ("proof.norms.2.source", "h0", "a norm from an affine node"),
        ("proof.norms.2.source", "x", "a norm stated twice"), ("proof.norms.0.error", 0, "an unknown field of a norm"), ("proof.passes", [], "passes beside norms"),
        ("claim.meaning", list(BOTH), "norms for single precision"), ("claim.region.epsilon", "0.3", "a larger ball"), ("claim.region.norm", "inf", "a box for a ball"),
        ("claim.property", at_most("4.3", SECOND_OVER_FIRST), "more than norms show"), ("proof", tree(leaf(lipschitz(*TURNS))), "norms in a leaf")])
    read = file.certificate(around("2", mean=["0"], std=["1/2"]), at_most("5.3", SECOND_OVER_FIRST), lipschitz(*TURNS_OF_PIXELS))
    altered(file, read, [("proof", lipschitz(*TURNS), "norms of maps of what the network reads, where pixels are meant"), ("claim.region.std", ["1/3"], "another std")])


def all_rejected(examples):
    for name, part in (("forms", of_forms), ("arrays", of_arrays), ("claims", of_claims), ("rules", of_rules), ("trees", of_trees), ("violations", of_violations)):
        part(examples.of("rejected_" + name, "dense.onnx"))
    image = examples.of("rejected_image", "image.onnx")
    altered(image, image.certificate(pixels(PICTURE, "4/255", mean=MEAN, std=STD), label(0), LINEAR, BOTH), [
        ("claim.region.epsilon", "40/255", "a larger epsilon"), ("claim.region.mean", ["0.5", "0.5", "0.5"], "three means for two channels"),
        ("claim.region.std", ["0.25"], "another number of stds than of means"), ("claim.region.center.scale", "1", "a center without its scale"),
        ("claim.property.label", 2, "another label")])
    of_turning(examples.of("rejected_turning", "turning.onnx"))
    leaky = examples.of("rejected_leaky", "leaky.onnx")
    leaky.line(leaky.certificate(CUBE, at_most("-2.4", SECOND_OVER_FIRST), LINEAR, BOTH), "rejected", "slopes removed")
    single = examples.of("rejected_single", "single.onnx")
    single.line(single.certificate(SQUARE, label(0), INTERVAL), "rejected", "a label of a network of one output")
    other = examples.of("rejected_model", "valley.onnx")
    dense = examples.of("rejected_model", "dense.onnx")
    other.line(dense.certificate(SQUARE, at_most("-9"), INTERVAL), "rejected", "a claim about another model than the one given")
