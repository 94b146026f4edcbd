#!/usr/bin/env python3
"""Recreates Sources/Surety/Embedded/DigitsNetworkData.swift from datasets/models/digits.onnx.

    python3 scripts/embed_network.py            # writes the file
    python3 scripts/embed_network.py --check    # only compares the stored content with the model's

The network is compressed with gzip and written as a base64 string, because the Swift compiler takes a minute
or more for an array literal of that size and no time for a string.
"""
import base64
import gzip
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "datasets" / "models" / "digits.onnx"
TARGET = ROOT / "Sources" / "Surety" / "Embedded" / "DigitsNetworkData.swift"

HEADER = '''// Made by scripts/embed_network.py from datasets/models/digits.onnx; do not edit.

/// The embedded network: gzip data in base64.
let embeddedDigitsNetwork = """
'''


def content_of_target() -> bytes:
    text = re.search(r'"""\n(.*?)"""', TARGET.read_text(), re.DOTALL).group(1)
    return gzip.decompress(base64.b64decode("".join(text.split())))


def main() -> None:
    content = MODEL.read_bytes()
    if sys.argv[1:] != ["--check"]:
        packed = gzip.compress(content, compresslevel=9, mtime=0)
        lines = textwrap.wrap(base64.b64encode(packed).decode("ascii"), 96)
        TARGET.write_text(HEADER + "".join(f"  {line}\n" for line in lines) + '  """\n')
    if content_of_target() != content:
        sys.exit(f"{TARGET} does not hold the network")
    print(f"{TARGET.name} holds {MODEL.name}")


main()
