"""Whatever calls itself a photo is kept as a small JPEG or refused in words, within a
gigabyte of memory."""

from __future__ import annotations

import os
import resource
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from gridapp.errors import UserError
from gridapp.store.photos import LARGEST_JPEG, LARGEST_OTHER, LONG_SIDE, PhotoStore

ROOM = 1 << 30  # bytes of memory beyond what the process has
KEPT = "photo"


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(width, height, rows=b"", depth=8, colour=2, more=()):
    """A PNG whose pixels may be fewer than it says (ISO/IEC 15948)."""
    head = struct.pack(">2I5B", width, height, depth, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", head), *more, chunk(b"IDAT", zlib.compress(rows, 9))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def picture(kind="JPEG", mode="RGB", size=(40, 30), **options):
    out = BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(out, kind, **options)
    return out.getvalue()


def jpeg_of_size(width, height):
    """A JPEG whose frame header says that size."""
    raw = bytearray(picture(size=(64, 64)))
    at = raw.index(b"\xff\xc0") + 5
    raw[at : at + 4] = struct.pack(">2H", height, width)
    return bytes(raw)


def animated(kind):
    frames = [Image.new("RGB", (40, 30), (n, 0, 0)) for n in range(60)]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def exif(body):
    """A JPEG with these bytes as its marks."""
    raw = picture()
    segment = b"Exif\0\0" + body
    head = b"\xff\xe1" + struct.pack(">H", len(segment) + 2)
    return raw[:2] + head + segment + raw[2:]


def tiff(*entries, next_at=0):
    """The start of EXIF (TIFF 6.0): (tag, type, count, value) in one directory."""
    packed = b"".join(struct.pack("<2H2I", *one) for one in entries)
    count = struct.pack("<H", len(entries))
    return b"II*\0\x08\0\0\0" + count + packed + struct.pack("<I", next_at)


def icc(size):
    """A PNG whose colour profile unpacks to that many bytes."""
    return chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(size), 9))


def text(size):
    """A PNG remark that unpacks to that many bytes."""
    return chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(size), 9))


def small_with(*chunks):
    """A PNG of 8 by 8 with more in it."""
    return png(8, 8, (b"\0" + bytes(24)) * 8, more=chunks)


BIG = 200 << 20
FILES = {  # one that takes long to make is made by its test, not at each import
    "a square of 30,000 pixels": (png(30_000, 30_000), "像素太多"),
    "one just too large": (png(LARGEST_OTHER + 1, 1), "像素太多"),
    "the largest size there is": (png((1 << 31) - 1, (1 << 31) - 1), "照片|像素"),
    "a line of a thousand million": (png(1_000_000_000, 1), "像素太多"),
    "no size": (png(0, 0), "照片"),
    "a JPEG of 65,500 squared": (jpeg_of_size(65_500, 65_500), "像素太多"),
    "a JPEG that says more than it has": (jpeg_of_size(13_000, 13_000), None),
    "sixteen bits": (png(8, 8, (b"\0" + bytes(48)) * 8, depth=16), KEPT),
    "CMYK": (picture(mode="CMYK"), KEPT),
    "grey with sixteen bits": (png(8, 8, (b"\0" + bytes(16)) * 8, 16, 0), KEPT),
    "an animated PNG": (animated("PNG"), KEPT),
    "an animated WebP": (animated("WEBP"), KEPT),
    "a GIF": (animated("GIF"), "不是照片"),
    "a profile of 200 MB": (lambda: small_with(icc(BIG)), None),
    "a remark of 200 MB": (lambda: small_with(text(BIG)), None),
    "a thousand remarks": (small_with(*[text(1 << 20)] * 1000), None),
    "a profile as large as it may be": (picture(icc_profile=bytes(60_000)), KEPT),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "不是照片"),
    "an SVG that reads files": (
        b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
        "不是照片",
    ),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(64), "HEIC"),
    "TIFF": (picture("TIFF"), "不是照片"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "不是照片"),
    "ICO": (picture("ICO"), "不是照片"),
    "a program": (b"MZ" + bytes(200), "不是照片"),
    "marks that say they are four gigabytes": (
        exif(tiff((0x9003, 2, 0xFFFFFFFF, 8), (0x0112, 3, 1, 6))),
        KEPT,
    ),
    "marks in a circle": (exif(tiff((0x8769, 4, 1, 8), next_at=8)), KEPT),
    "a directory of 65,535 marks": (exif(b"II*\0\x08\0\0\0\xff\xff" + bytes(40)), KEPT),
    "a position divided by nothing": (
        exif(tiff((0x8825, 4, 1, 8), (2, 5, 3, 26), (4, 5, 3, 26))),
        KEPT,
    ),
    "a direction that is none": (exif(tiff((0x0112, 3, 1, 99))), KEPT),
    "marks that are no marks": (exif(b"\xff" * 60_000), KEPT),
    "nothing but the beginning": (picture()[:20], "照片"),
    "half of it": (picture(size=(800, 600))[:1500], "照片"),
    "two in one": (picture() + picture(), KEPT),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_calls_itself_a_photo(name, tmp_path):
    content, wanted = FILES[name]
    said = taken_apart(content() if callable(content) else content, tmp_path)
    if wanted == KEPT:
        assert said == KEPT
    elif wanted is None:
        assert said == KEPT or "照片" in said
    else:
        assert any(word in said for word in wanted.split("|")), said


def taken_apart(content, folder):
    """What comes of taking the file in, in a process that may not grow by more."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        said = "killed"
        try:
            said = take(content, folder)
        finally:
            os.write(theirs, said.encode())
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, encoding="utf-8") as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return said


def take(content, folder):
    have = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (have + ROOM, have + ROOM))
    file = folder / "门口.jpg"
    file.write_bytes(content)
    store = PhotoStore(folder, bytes(32))
    try:
        photo = store.take(file, keep_position=True)
    except UserError as error:
        assert list(store.names()) == []
        return str(error)
    except Exception as error:  # noqa: BLE001 (the edge of a process)
        return f"{type(error).__name__}: {error}"
    with Image.open(BytesIO(store.read(photo.hash))) as kept:
        kept.load()
        good = kept.format == "JPEG" and max(kept.size) <= LONG_SIDE
        return KEPT if good and not kept.getexif() else "not as it should be"


def test_the_largest_photos_that_are_taken_fit_into_memory(tmp_path):
    side = int(LARGEST_JPEG**0.5)
    out = BytesIO()
    Image.new("L", (side, side)).save(out, "JPEG", quality=20)
    assert taken_apart(out.getvalue(), tmp_path) == KEPT
