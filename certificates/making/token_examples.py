"""Examples of the rule `tokens`: accepted ones, and what becomes of them when something is changed."""
from .parts import BOTH, INTERVAL, REMOVED, array, at_most, box, conditions, each, label, leaf, tree
from .rejected import altered

TEXT = [3, 1, 4, 1, 5, 9]
PREDICTED = {"text": [1, 9, 6, 9, 8, 1], "words": [2, 8, 8, 8, 8, 4]}
# Spectral norms, rounded up to four digits.
NORMS = {
    "text": [("block1.queries", 1.0951, 0.9985), ("block1.keys", 1.4361, 1.2018), ("block1.values", 0.9887, 1.1867), ("block1.mixing", 1.2593), ("block1.rising", 1.6766),
             ("block1.falling", 1.6481), ("block2.queries", 1.1474, 0.998), ("block2.keys", 1.1402, 1.2364), ("block2.values", 1.1358, 1.0506), ("block2.mixing", 1.4393),
             ("block2.rising", 1.6177), ("block2.falling", 1.6297)],
    "words": [("a.q", 0.8908, 1.1358), ("keys", 1.124, 1.0278), ("a.v", 1.0226, 1.1106), ("mixed", 1.4297), ("rising", 1.645), ("falling", 1.562)]}


def tokens(epsilon, change="vectors", kind="u8", text=TEXT):
    return {"kind": "tokens", "node": "embedding", "tokens": array(text, kind), "epsilon": epsilon, "change": change}


def prediction(place, token):
    return {"kind": "prediction", "place": place, "token": token}


def norms(model):
    return {"rule": "tokens", "norms": [{"node": node, "parts": list(parts)} for node, *parts in NORMS[model]]}


def show(file, model, place, epsilon, shows, change="vectors", **more):
    file.accepted(tokens(epsilon, change, **more), prediction(place, PREDICTED[model][place]), norms(model), shows)


def all_tokens(examples):
    text, words = examples.of("text", "text.onnx"), examples.of("words", "words.onnx")
    show(text, "text", 2, "0.0065", "rule tokens: every embedded token changes")
    show(text, "text", 0, "1/40", "the first token, which reads no other one", kind="u16")
    show(text, "text", 5, "0x1.bp-9", "the last place of a text; tokens of u32", kind="u32")
    show(text, "text", 1, "0", "nothing changes")
    show(text, "text", 2, "0.0065", "another token behind the place, which it does not read", text=[3, 1, 4, 1, 5, 8])
    show(text, "text", 2, "0.45", "one token for another, of those that are near enough", "token")
    show(text, "text", 5, "0.06", "one token for another, where vectors may not move so far", "token")
    show(text, "text", 5, "1/200", "one token for another, and none is near enough", "token")
    reordered = {**norms("text"), "norms": norms("text")["norms"][::-1]}
    text.accepted(tokens("0.0065"), prediction(2, 6), reordered, "norms in another order")
    named = [{**norm, "node": norm["node"].replace(".values", ".v")} for norm in norms("text")["norms"]]
    text.accepted(tokens("0.0065"), prediction(2, 6), {"rule": "tokens", "norms": named}, "layers by other names, those of an Identity")
    show(words, "words", 2, "0.035", "attention of all tokens to all; ReLU, GELU, biases and quotients")
    show(words, "words", 0, "0.5", "one token for another, which all others read", "token")
    of_changes(examples.of("rejected_text", "text.onnx"))
    bad = examples.of("rejected_words", "words.onnx")
    altered(bad, bad.certificate(tokens("0.035"), prediction(2, 8), norms("words")), [
        ("claim.region.epsilon", "0.036", "a larger epsilon than is shown"), ("claim.property.place", 3, "another place"),
        *((f"proof.norms.{i}.parts.0", 0.99 * x[1], f"the norm of {x[0]} one hundredth too small") for i, x in enumerate(NORMS["words"])),
        ("claim.network.sha256", examples.models["text"].sha256, "the digest of another model"), ("proof.norms", norms("text")["norms"], "the norms of another model")])


def of_changes(file):
    good = file.certificate(tokens("0.0065"), prediction(2, 6), norms("text"))
    altered(file, good, [
        ("claim.region.epsilon", "0.0067", "a larger epsilon than is shown"), ("claim.region.epsilon", "10", "a much larger epsilon"),
        ("claim.region.epsilon", "-0.001", "an epsilon below 0"), ("claim.region.epsilon", 0.005, "an epsilon that is a JSON number"), ("claim.region.epsilon", REMOVED, "no epsilon"),
        ("claim.region.change", "words", "an unknown change"), ("claim.region.change", REMOVED, "no change"), ("claim.region.node", "block1.sum", "another node than the embedding"),
        ("claim.region.node", "x", "the input for the embedding"), ("claim.region.node", "nowhere", "an embedding that there is not"), ("claim.region.norm", "2", "an unknown field of the region"),
        ("claim.region.tokens", array([3, 1, 0, 1, 5, 9], "u8"), "another token at the place"), ("claim.region.tokens", array([5, 6, 4, 1, 5, 9], "u8"), "other tokens in front"),
        ("claim.region.tokens", array(TEXT[:5], "u8"), "a text that is too short"), ("claim.region.tokens", array(TEXT + [0], "u8"), "a text that is too long"),
        ("claim.region.tokens", array([3, 1, 4, 1, 5, 10], "u8"), "a token without a row"), ("claim.region.tokens", array(TEXT), "tokens that are doubles"),
        ("claim.region.tokens", array(TEXT, "u8", scale="1"), "tokens with a scale"), ("claim.region.tokens", TEXT, "tokens that are no array"),
        ("claim.property.place", 1, "another place"), ("claim.property.place", 6, "a place behind the text"), ("claim.property.token", 9, "another prediction"),
        ("claim.property.token", 10, "a token that there is not"), ("claim.property.token", -1, "a token below 0"), ("claim.property.token", REMOVED, "no token"),
        ("claim.property.label", 6, "an unknown field of the property"), ("claim.property", label(6), "a label for a prediction"),
        ("claim.property", at_most("0", {26: "1", 20: "-1"}), "conditions for a prediction"), ("claim.region", box([0] * 6, [9] * 6), "a box for a region of tokens"),
        ("claim.meaning", list(BOTH), "tokens in single precision"), ("claim.verdict", "violated", "a violation of tokens"), ("claim.network.output", "last", "a node that is no output"),
        *((f"proof.norms.{i}.parts.{part}", 0.99 * x, f"norm {part} of {node} one hundredth too small")
          for i, (node, *parts) in enumerate(NORMS["text"]) for part, x in enumerate(parts)),
        ("proof.norms.0.parts.0", 1.09502, "a norm too small by less than rounding to six digits"), ("proof.norms.0.parts.0", 0, "a norm of 0"), ("proof.norms.0.parts.0", -1.0951, "a negative norm"),
        ("proof.norms.0.parts.0", float("nan"), "a norm that is NaN"), ("proof.norms.0.parts.0", float("inf"), "a norm that is infinite"), ("proof.norms.0.parts.0", "1.0951", "a norm in quotes"),
        ("proof.norms.0.parts.0", None, "a norm that is null"), ("proof.norms.0.parts", [1.0951], "a head's norm removed"), ("proof.norms.0.parts", [], "no norm of a layer"),
        ("proof.norms.0.parts", [1.0951, 0.9985, 0.9985], "a norm too many"), ("proof.norms.0.parts", 1.0951, "a norm that is no list"),
        ("proof.norms.1.parts", lambda p: p[::-1], "the norms of heads swapped"), ("proof.norms.3.parts", [1.2593, 1.2593], "two norms of a layer that attention does not read"),
        ("proof.norms.0", REMOVED, "a layer without norms"), ("proof.norms.0.node", "block1.keys", "norms stated twice"), ("proof.norms.0.node", "last", "norms of the last layer"),
        ("proof.norms.0.node", "block1.q", "norms of a turn"), ("proof.norms.0.node", "nowhere", "norms of a node that there is not"), ("proof.norms", [], "no norms"), ("proof.norms", REMOVED, "no list of norms"),
        ("proof.norms.0.error", 0, "an unknown field of norms"), ("proof.weights", [[[1]]], "weights beside norms"), ("proof", INTERVAL, "rule interval for tokens"),
        ("proof", tree(leaf(norms("text"))), "rule tokens in a leaf"), ("proof", each(([0], norms("text"))), "rule tokens in rule each"),
        ("proof", {"rule": "lipschitz", "norms": []}, "rule lipschitz for tokens"), ("proof.rule", "token", "an unknown rule")])
    one = file.certificate(tokens("0.06", "token"), prediction(5, 1), norms("text"))
    altered(file, one, [("claim.region.epsilon", "0.0625", "a distance within which another token may be"), ("claim.region.change", "vectors", "vectors for one token"),
                        ("proof.norms.0.parts.1", 0.98, "a norm that is too small, of one token")])
    file.line(file.certificate(tokens("0.001"), conditions([]), norms("text")), "rejected", "a condition without constraints for a prediction")
