"""Claims about the tokens of a text, and the one rule that proves them."""
import numpy as np

from . import Rejected
from .reading import fields, index, listed, number, raw_array, weight
from .token_bounds import TokenProofs
from .tokens import Tokens


def is_about_tokens(value):
    """Whether a certificate's region, property or rule is one of tokens, which stand together and nowhere else."""
    claim, proof = (value[key] if isinstance(value[key], dict) else {} for key in ("claim", "proof"))
    region, prop = (claim.get(key) if isinstance(claim.get(key), dict) else {} for key in ("region", "property"))
    return region.get("kind") == "tokens" or prop.get("kind") == "prediction" or proof.get("rule") == "tokens"


def check_tokens(value, model):
    """Returns if the certificate proves its claim, and raises Rejected otherwise."""
    claim = fields(value["claim"], "the claim", ("network", "meaning", "region", "property", "verdict"), ("words",))
    network = fields(claim["network"], "claim.network", ("sha256", "input", "output"))
    if network["sha256"] != model.sha256:
        raise Rejected(f"the claim is about another model: sha256 {network['sha256']!r}")
    if not isinstance(network["input"], str) or not isinstance(network["output"], str) or not isinstance(claim.get("words", ""), str):
        raise Rejected("the names of input and output, or the words, are not strings")
    region = fields(claim["region"], "the region", ("kind", "node", "tokens", "epsilon", "change"))
    prop = fields(claim["property"], "the property", ("kind", "place", "token"))
    proof = fields(value["proof"], "the proof", ("rule", "norms"))
    if (region["kind"], prop["kind"], proof["rule"]) != ("tokens", "prediction", "tokens"):
        raise Rejected("a region of tokens, a prediction and the rule tokens belong together")
    if claim["meaning"] != ["real"] or claim["verdict"] != "holds":
        raise Rejected("of tokens it is proved alone that a claim holds, for the meaning real")
    known = model.tokens(network["input"], network["output"])
    tokens = known.tokens
    if not isinstance(region["node"], str) or region["node"] != tokens.embedding:
        raise Rejected(f"{region['node']!r} is not the embedding of the network's tokens")
    text = raw_array(region["tokens"], "the tokens", ("u8", "u16", "u32"))[0].astype(np.int64)
    if len(text) != tokens.count or (text >= len(tokens.table)).any():
        raise Rejected(f"the text has not {tokens.count} tokens, each of the {len(tokens.table)} that there are")
    epsilon = number(region["epsilon"], "epsilon")
    if epsilon < 0 or region["change"] not in ("vectors", "token"):
        raise Rejected("epsilon is below 0, or the change is unknown")
    place = index(prop["place"], "the place", tokens.count)
    outputs = tokens.width(tokens.last)
    token = index(prop["token"], "the token", outputs)
    if outputs < 2:
        raise Rejected("the network has one output, so there is no other token")
    norms = []
    for norm in listed(proof["norms"], "norms"):
        fields(norm, "a norm", ("node", "parts"))
        if not isinstance(norm["node"], str):
            raise Rejected("the node of a norm is not a string")
        norms.append((norm["node"], [float(weight(x, "a norm")) for x in listed(norm["parts"], "parts")]))
    known.require(text, epsilon, region["change"], place, token, norms)


def token_proofs(parsed, input_name, output_name):
    return TokenProofs(Tokens(parsed, input_name, output_name))
