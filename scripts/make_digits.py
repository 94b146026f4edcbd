#!/usr/bin/env python3
"""Recreates Sources/Datasets/Embedded/DigitsData.swift from the scikit-learn package.

    pip install scikit-learn
    python3 scripts/make_digits.py            # writes the file
    python3 scripts/make_digits.py --check    # only compares the stored content with the package's

The content is 1,797 records of 65 bytes: 64 pixel values (0 to 16, row by row), then the digit. It is
compressed with gzip and written as a base64 string, because the Swift compiler takes a minute or more for
an array literal of that size and no time for a string. The check compares the decompressed content, since
versions of zlib compress differently.
"""
import base64
import gzip
import hashlib
import re
import sys
import textwrap
from importlib.resources import files
from pathlib import Path

CSV_SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
CONTENT_SHA256 = "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2"
TARGET = Path(__file__).parent.parent / "Sources" / "Datasets" / "Embedded" / "DigitsData.swift"

HEADER = '''// Made by scripts/make_digits.py from the scikit-learn package; do not edit.
// UCI Optical Recognition of Handwritten Digits, CC BY 4.0: see datasets/README.md.

/// The embedded digits: gzip data in base64, which decompresses to 1,797 records of 65 bytes.
let embeddedDigits = """
'''


def content_of_package() -> bytes:
    packed = files("sklearn.datasets.data").joinpath("digits.csv.gz").read_bytes()
    if hashlib.sha256(packed).hexdigest() != CSV_SHA256:
        sys.exit("digits.csv.gz of this scikit-learn is not the file this script knows")
    records = []
    for line in gzip.decompress(packed).decode("ascii").splitlines():
        records.append(bytes(int(float(value)) for value in line.split(",")))
    content = b"".join(records)
    if hashlib.sha256(content).hexdigest() != CONTENT_SHA256:
        sys.exit("the records differ from those this script knows")
    return content


def content_of_target() -> bytes:
    text = re.search(r'"""\n(.*?)"""', TARGET.read_text(), re.DOTALL).group(1)
    return gzip.decompress(base64.b64decode("".join(text.split())))


def main() -> None:
    content = content_of_package()
    if sys.argv[1:] != ["--check"]:
        packed = gzip.compress(content, compresslevel=9, mtime=0)
        lines = textwrap.wrap(base64.b64encode(packed).decode("ascii"), 96)
        TARGET.write_text(HEADER + "".join(f"  {line}\n" for line in lines) + '  """\n')
    if content_of_target() != content:
        sys.exit(f"{TARGET} does not hold the package's digits")
    print(f"{TARGET.name} holds the package's digits, SHA-256 {CONTENT_SHA256}")


if __name__ == "__main__":
    main()
