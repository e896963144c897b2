"""The fonts that came with the program: packed on the disk, unpacked in memory.

Packed they are half as large, and each carries a checksum, so that damage anywhere in
one is found when it is opened. Why zstd: docs/decisions/0002-fonts.md.
"""

from __future__ import annotations

from pathlib import Path

from gridapp import paths

ENDING = ".ttf.zst"


class DamagedFont(OSError):
    """The file is not what was packed."""


def file(name: str) -> Path:
    """Where the font of that name lies, such as GridappSansSC-Regular."""
    return paths.resources() / "fonts" / f"{name}{ENDING}"


def unpacked(name: str) -> bytes:
    """The TrueType file of that font. OSError when it is missing or damaged."""
    import zstandard

    packed = file(name).read_bytes()
    try:
        return zstandard.ZstdDecompressor().decompress(packed)
    except zstandard.ZstdError as error:
        raise DamagedFont from error
