"""Changes of certificates, by name: each takes a certificate and makes one that should be rejected, or true all the same.

A change gets a copy of the certificate, a random.Random, and another certificate about the same model; it returns the changed value, a line of
text, or None where there is nothing to change.
"""
from . import claims, lines, proofs, regions, trees
from .finding import KINDS

__all__ = ["KINDS", "claims", "lines", "proofs", "regions", "trees"]
