"""Writes Tests/Fixtures/pictures.json: small PNG and JPEG files of every kind, and what Pillow reads from each.

Usage:
    python scripts/make_picture_fixtures.py

Needs the Python packages numpy, pillow and torchvision; the committed file was made with pillow 13.0.0. What is expected is what a training program gets by
`Image.open(file).convert("RGB")`, without the repeated channels where the file is gray. Gray of 16 bits is the
exception: Pillow cuts it off at 255, and the stored values over 65535 are expected instead.
"""

import base64
import io
import json
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms
from torchvision.transforms import functional

WIDTH, HEIGHT = 9, 5
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# The passes of an interlaced PNG: first column, first row, and the steps between columns and rows.
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(samples, depth):
    """The rows of a picture as bytes, each after the filter type 0."""
    rows = b""
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            body = b"".join(struct.pack(">H", v) for v in row)
        elif depth == 8:
            body = bytes(row.tolist())
        else:
            bits = "".join(format(v, f"0{depth}b") for v in row)
            bits += "0" * (-len(bits) % 8)
            body = int(bits, 2).to_bytes(len(bits) // 8, "big")
        rows += b"\0" + body
    return rows


def png(depth, kind, extra=b"", interlaced=False, seed=0):
    random = np.random.default_rng(seed + 100 * depth + kind)
    samples = random.integers(0, 1 << depth, (HEIGHT, WIDTH, CHANNELS[kind]))
    if interlaced:
        body = b""
        for x, y, right, down in ADAM7:
            part = samples[y::down, x::right]
            body += packed(part, depth) if part.size else b""
    else:
        body = packed(samples, depth)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, kind, 0, 0, int(interlaced))
    palette = b""
    if kind == 3:
        palette = chunk(b"PLTE", bytes(random.integers(0, 256, 3 << depth).tolist()))
    before, after = extra if isinstance(extra, tuple) else (extra, b"")
    data = zlib.compress(body)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + palette + after
        + chunk(b"IDAT", data[:20]) + chunk(b"IDAT", data[20:]) + chunk(b"IEND", b"")
    )


def gamma(value):
    return chunk(b"gAMA", struct.pack(">I", value))


def profile():
    content = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    return chunk(b"iCCP", b"profile\0\0" + zlib.compress(content))


def pngs():
    for depth in (1, 2, 4, 8, 16):
        yield f"gray of {depth} bits", png(depth, 0)
        yield f"gray of {depth} bits, interlaced", png(depth, 0, interlaced=True)
    for depth in (1, 2, 4, 8):
        yield f"palette of {depth} bits", png(depth, 3)
        alpha = chunk(b"tRNS", bytes([0, 128][: 1 << depth]))
        yield f"palette of {depth} bits with transparency", png(depth, 3, (b"", alpha), interlaced=depth == 4)
    for depth in (8, 16):
        yield f"colour of {depth} bits", png(depth, 2)
        yield f"colour of {depth} bits, interlaced", png(depth, 2, interlaced=True)
        yield f"colour of {depth} bits with alpha", png(depth, 6)
        yield f"colour of {depth} bits with alpha, interlaced", png(depth, 6, interlaced=True)
        yield f"gray of {depth} bits with alpha", png(depth, 4)
    yield "gray with a transparent value", png(8, 0, chunk(b"tRNS", struct.pack(">H", 7)))
    yield "colour with a transparent value", png(8, 2, chunk(b"tRNS", struct.pack(">HHH", 7, 8, 9)))
    for value in (100000, 45455, 22000):
        yield f"gray with gamma {value}", png(8, 0, gamma(value))
        yield f"colour with gamma {value}", png(8, 2, gamma(value))
    yield "palette with gamma", png(4, 3, gamma(100000))
    yield "gray of 16 bits with gamma", png(16, 0, gamma(100000))
    yield "colour with alpha and gamma", png(8, 6, gamma(100000))
    yield "colour in sRGB", png(8, 2, chunk(b"sRGB", b"\1") + gamma(45455))
    yield "colour with a profile", png(8, 2, profile())
    chromaticities = struct.pack(">8I", 31270, 32900, 70000, 30000, 20000, 70000, 15000, 5000)
    yield "colour with chromaticities", png(8, 2, gamma(60000) + chunk(b"cHRM", chromaticities))
    yield "colour with significant bits", png(8, 2, chunk(b"sBIT", bytes([5, 6, 5])))
    yield "gray with a background", png(8, 0, chunk(b"bKGD", struct.pack(">H", 200)))


def jpegs():
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:19, 0:23]
    smooth = [127 + 100 * np.sin(x / (3 + c) + c) * np.cos(y / (4 + c)) for c in range(4)]
    planes = np.clip(np.stack(smooth, -1) + random.normal(0, 8, (19, 23, 4)), 0, 255).astype(np.uint8)
    colour, gray = Image.fromarray(planes[:, :, :3]), Image.fromarray(planes[:, :, 0])
    turned = Image.Exif()
    turned[0x0112] = 6
    for name, image, options in [
        ("gray", gray, {}),
        ("colour", colour, {"subsampling": 0}),
        ("colour, every second column", colour, {"subsampling": 1}),
        ("colour, every second pixel", colour, {"subsampling": 2}),
        ("colour, progressive", colour, {"progressive": True}),
        ("colour, kept as RGB", colour, {"keep_rgb": True}),
        ("colour, turned by a camera", colour, {"exif": turned}),
        ("the colours of print", Image.fromarray(planes, "CMYK"), {}),
    ]:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=90, **options)
        yield name, file.getvalue()


def resized():
    """Gray noise in several sizes, resized and cut as torchvision does."""
    random = np.random.default_rng(2)
    for (height, width), size, window in [
        ((12, 17), 8, None), ((17, 12), 8, 8), ((9, 9), (5, 14), None), ((7, 30), (7, 11), (5, 6)),
        ((5, 6), 13, 12), ((16, 16), None, 9), ((40, 3), 3, 3), ((24, 18), (24, 18), (24, 18)),
        ((30, 20), (4, 6), None), ((30, 20), (4, 8), None), ((20, 30), (24, 25), None),
    ]:
        image = Image.fromarray(random.integers(0, 256, (height, width), dtype=np.uint8))
        file = io.BytesIO()
        image.save(file, "PNG")
        result = image if size is None else functional.resize(image, size)
        result = result if window is None else functional.center_crop(result, window)
        values = np.array(result)[None]

        def text(length):
            return "x".join(map(str, length)) if isinstance(length, tuple) else length and str(length)

        yield {
            "kind": "resized", "name": f"{height}x{width} to {text(size)}, window {text(window)}",
            "file": base64.b64encode(file.getvalue()).decode(), "resize": text(size), "crop": text(window),
            "shape": list(values.shape), "values": base64.b64encode(values.tobytes()).decode(),
        }


def entry(kind, name, data):
    image = Image.open(io.BytesIO(data))
    made = {"kind": kind, "name": name, "file": base64.b64encode(data).decode()}
    if image.mode == "I;16":
        values = np.array(image).astype(np.uint16)[None]
        made["high"] = base64.b64encode((values >> 8).astype(np.uint8).tobytes()).decode()
        values = (values & 255).astype(np.uint8)
    elif name.startswith("gray"):
        values = np.array(image.convert("RGB"))[:, :, :1].transpose(2, 0, 1)
    else:
        values = np.array(image.convert("RGB")).transpose(2, 0, 1)
    made["shape"] = list(values.shape)
    made["values"] = base64.b64encode(values.tobytes()).decode()
    return made


def main():
    # Transparent palettes, which `convert("RGB")` leaves out.
    warnings.simplefilter("ignore", UserWarning)
    entries = [entry("png", *pair) for pair in pngs()] + [entry("jpg", *pair) for pair in jpegs()]
    entries += resized()
    path = Path(__file__).resolve().parent.parent / "Tests/Fixtures/pictures.json"
    lines = ",\n".join(json.dumps(e) for e in entries)
    path.write_text(f"[\n{lines}\n]\n")
    print(f"{len(entries)} pictures, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
