#!/usr/bin/env python3
"""Writes Sources/ModelFiles/Generated/ONNXSchemas.swift: what the ONNX standard says each operator takes and gives.

    python3 scripts/generate_onnx_schemas.py

Needs the Python package onnx; the committed file was made with onnx 1.23.2. The table is text, which the compiler takes
as it is and the reader of models searches. Each line is a version of an operator, its fields separated by `|`:

    name opset | inputs | outputs | attributes | types

An input or output is name:type, with ? where it may be left out and * where it may come several times; an attribute is
name:type, with ! where it is required and its default after = where it has one; types are name=letters. Letters: d f h
b are double, float, float16, bfloat16; c s i l and n int8, int16, int32, int64, int4, in capitals without a sign; B
bool, t string, x what is no tensor of these. Versions that opset 6 already replaced are left out.
"""

from pathlib import Path

import onnx
from onnx import defs

OLDEST = 6
LETTERS = {
    "double": "d", "float": "f", "float16": "h", "bfloat16": "b", "int8": "c", "int16": "s", "int32": "i", "int64": "l",
    "int4": "n", "uint8": "C", "uint16": "S", "uint32": "I", "uint64": "L", "uint4": "N", "bool": "B", "string": "t",
}
KINDS = {
    "FLOAT": "f", "INT": "i", "STRING": "s", "TENSOR": "t", "GRAPH": "g", "FLOATS": "F", "INTS": "I", "STRINGS": "S",
    "TENSORS": "T", "GRAPHS": "G", "SPARSE_TENSOR": "x", "SPARSE_TENSORS": "X", "TYPE_PROTO": "p", "TYPE_PROTOS": "P",
}


def letter(kind):
    """The letter of `tensor(float)`."""
    inside = kind.removeprefix("tensor(").removesuffix(")") if kind.startswith("tensor(") else ""
    return LETTERS.get(inside, "x")


def port(formal):
    mark = {"Optional": "?", "Variadic": "*"}.get(formal.option.name, "")
    if mark == "*" and not formal.is_homogeneous:
        mark = "~"
    kind = letter(formal.type_str) if "(" in formal.type_str else formal.type_str
    return f"{formal.name}{mark}:{kind}"


def attribute(item):
    text = f"{item.name}:{KINDS[item.type.name]}" + ("!" if item.required else "")
    if item.default_value.ByteSize():
        value = onnx.helper.get_attribute_value(item.default_value)
        value = value.decode() if isinstance(value, bytes) else value
        value = f"{value:.9g}" if isinstance(value, float) else value
        if isinstance(value, str | int):
            text += f"={value}"
    return text


def line(schema):
    types = []
    for constraint in schema.type_constraints:
        letters = "".join(dict.fromkeys(letter(kind) for kind in constraint.allowed_type_strs))
        types.append(f"{constraint.type_param_str}={letters}")
    fields = [
        f"{schema.name} {schema.since_version}" + (" deprecated" if schema.deprecated else ""),
        f"{schema.min_input} " + " ".join(port(p) for p in schema.inputs),
        f"{schema.min_output} " + " ".join(port(p) for p in schema.outputs),
        " ".join(attribute(a) for _, a in sorted(schema.attributes.items())),
        " ".join(types),
    ]
    return "|".join(field.strip() for field in fields)


def main():
    newest = defs.onnx_opset_version()
    versions = {}
    for schema in defs.get_all_schemas_with_history():
        if schema.domain == "":
            versions.setdefault(schema.name, []).append(schema)
    lines = []
    for _, history in sorted(versions.items()):
        history.sort(key=lambda schema: schema.since_version)
        for schema, following in zip(history, history[1:] + [None]):
            if following is None or following.since_version > OLDEST:
                lines.append(line(schema))
    text = "\n".join(lines)
    assert "\\" not in text and '"""' not in text
    target = Path(__file__).resolve().parent.parent / "Sources/ModelFiles/Generated/ONNXSchemas.swift"
    target.write_text(
        f"// Made by scripts/generate_onnx_schemas.py from onnx {onnx.__version__}; do not edit.\n"
        f"// swift-format-ignore-file\n\n"
        f"/// The operators of opsets {OLDEST} to {newest}, one version a line.\n"
        f'let onnxSchemas: StaticString = """\n{text}\n"""\n'
    )
    print(f"{len(lines)} versions of {len(versions)} operators, {len(text)} bytes")


if __name__ == "__main__":
    main()
