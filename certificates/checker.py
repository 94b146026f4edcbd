"""Checks certificates of Surety (docs/certificates.md): python3 checker.py CERTIFICATES --model MODEL [--only N] [--json] [--exact]

Prints a line for each rejected line, with the reason, and `accepted N rejected M`; lines of a run that carry no certificate are counted aside. Exit status: 0 if all were accepted, 1 if one was
rejected, 2 if a file cannot be read. Needs numpy and onnx. How it proves what it accepts is said in suretycheck/bounds.py.
"""
import argparse
import gzip
import json
import sys
import zlib

import numpy as np

from suretycheck import Rejected, Unreadable
from suretycheck.proofs import Model, check
from suretycheck.reading import number, parse_json


# What a line is that says nothing for a checker.
WITHOUT = object()


def read(path):
    try:
        with open(path, "rb") as file:
            data = file.read()
        return gzip.decompress(data) if path.endswith(".gz") else data
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"{path}: {error}") from None


def certificate_of(line):
    """The certificate of a line: the line itself, or its field `certificate` where it is a line of a run."""
    try:
        value = parse_json(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise Rejected("not UTF-8") from None
    if not isinstance(value, dict):
        raise Rejected("the line is not an object")
    if "format" in value:
        return value
    certificate = value.get("certificate")
    if certificate is not None:
        require_fit(value, certificate)
    return certificate


def require_fit(line, certificate):
    """Refuses the certificate of a run's line that says something else than the line; what it lacks itself is refused later."""
    claim = certificate.get("claim") if isinstance(certificate, dict) else None
    if not isinstance(claim, dict):
        return
    network, region = claim.get("network"), claim.get("region")
    if isinstance(network, dict) and line.get("model_sha256", network.get("sha256")) != network.get("sha256"):
        raise Rejected("the line is about another model than its certificate")
    verdicts = {"certified": "holds", "violated": "violated", "undecided": None, "misclassified": None, "error": None}
    said, claimed = line.get("verdict"), claim.get("verdict")
    if isinstance(said, str) and said in verdicts and verdicts[said] != claimed:
        raise Rejected(f"the line says {said}, and its certificate {claimed}")
    named = claim.get("property", {})
    if isinstance(named, dict) and named.get("kind") == "label" and line.get("label", named.get("label")) != named.get("label"):
        raise Rejected("the line is about another label than its certificate")
    stated = line.get("region")
    if isinstance(stated, dict) and isinstance(region, dict) and region.get("kind") == "pixels":
        if stated.get("norm", region.get("norm")) != region.get("norm"):
            raise Rejected("the line's norm is another than its certificate's")
        epsilon = stated.get("epsilon")
        if epsilon is not None:
            line_epsilon, own = float(epsilon), float(number(region.get("epsilon"), "epsilon"))
            if line_epsilon > own if claimed == "holds" else line_epsilon < own:
                raise Rejected(f"the line is about a distance of {line_epsilon}, and its certificate about {own}")


def verdict(line, model, exact=False):
    """None where the line is accepted, WITHOUT where it carries no certificate, else the reason."""
    try:
        certificate = certificate_of(line) if line.strip(b" \t\r") else None
        if certificate is None:
            return WITHOUT
        with np.errstate(all="ignore"):
            check(certificate, model, exact)
    except Rejected as error:
        return str(error)
    except (MemoryError, RecursionError, ArithmeticError, ValueError) as error:
        return f"beyond this checker: {type(error).__name__}"
    return None


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="checker.py", description="Proves the claims of certificates again.")
    parser.add_argument("certificates", metavar="CERTIFICATES", help="JSON Lines, or - for standard input")
    parser.add_argument("--model", required=True, metavar="MODEL", help="the ONNX file, possibly .gz")
    parser.add_argument("--only", type=int, metavar="N", help="check line N alone, counted from 1")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each certificate and one for the totals")
    parser.add_argument("--exact", action="store_true", help="rational arithmetic (slow)")
    options = parser.parse_args(arguments)
    try:
        model = Model(read(options.model))
        data = sys.stdin.buffer.read() if options.certificates == "-" else read(options.certificates)
        lines = data.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        if options.only is not None and not 1 <= options.only <= len(lines):
            raise Unreadable(f"{options.certificates}: there is no line {options.only}")
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    accepted = rejected = without = 0
    for place, line in enumerate(lines, 1):
        if options.only in (None, place):
            reason = verdict(line, model, options.exact)
            if reason is WITHOUT:
                without += 1
                continue
            accepted, rejected = (accepted + 1, rejected) if reason is None else (accepted, rejected + 1)
            if options.json:
                found = {"result": "accepted"} if reason is None else {"result": "rejected", "reason": reason}
                print(json.dumps({"line": place, **found}), flush=True)
            elif reason is not None:
                print(f"line {place}: {reason}", flush=True)
    if options.json:
        print(json.dumps({"accepted": accepted, "rejected": rejected, "without": without}))
    else:
        aside = f" ({without} lines carry no certificate)" if without else ""
        print(f"accepted {accepted} rejected {rejected}{aside}")
    if accepted + rejected == 0:
        # That nothing was rejected must not be taken for a proof where nothing was claimed.
        print(f"{options.certificates}: carries no certificate", file=sys.stderr)
        return 2
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main())
