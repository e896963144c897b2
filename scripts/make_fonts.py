"""Builds resources/fonts/ from the npm package @expo-google-fonts/noto-sans-sc.

    python scripts/make_fonts.py expo-google-fonts-noto-sans-sc-0.4.3.tgz

The tarball comes from `npm pack @expo-google-fonts/noto-sans-sc`. The result is the
same to the byte for the same tarball and fontTools version.

Noto Sans SC is used because reportlab embeds TrueType outlines only (not CFF) and
because it has all 8,105 characters of the 通用规范汉字表 (2013).
"""

from __future__ import annotations

import argparse
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "resources" / "fonts"
# The 8,105 characters, in the order of the table (data: Unihan, kTGH).
STANDARD_CHARACTERS = ROOT / "scripts" / "standard_characters.txt"

# Our name: the licence reserves "Source" for the original, and a window must not
# take an installed Noto Sans SC for this subset.
FAMILY = "Gridapp Sans SC"
NAMES_KEPT = (0, 5, 8, 9, 10, 11, 13, 14)  # copyright, version, makers, licence
UNUSED_TABLES = ("BASE", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx")

# Code points drawn by another character's glyph. With them a PDF made by Qt reads
# back 入 as U+2F0A; text is rewritten to the plain character instead
# (gridapp.office.chinese_text.plain). Twelve of the compatibility block are not
# duplicates but characters of their own (Unicode 15, section 18.1).
DUPLICATES = (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))
NOT_DUPLICATES = frozenset("﨎﨏﨑﨓﨔﨟﨡﨣﨤﨧﨨﨩")


@dataclass(frozen=True)
class Cut:
    """One font file to make: where it comes from and what it covers."""

    source: str
    file: str
    style: str
    encoding: str  # every character of this encoding is kept
    rare: bool  # and every Han character outside the basic plane


CUTS = (
    # Values a person typed are printed in Regular, so it covers all it can.
    Cut(
        "package/400Regular/NotoSansSC_400Regular.ttf",
        "GridappSansSC-Regular.ttf",
        "Regular",
        "gbk",
        rare=True,
    ),
    # Bold prints titles, labels and names; what it lacks is printed in Regular.
    Cut(
        "package/700Bold/NotoSansSC_700Bold.ttf",
        "GridappSansSC-Bold.ttf",
        "Bold",
        "gb2312",
        rare=False,
    ),
)


def encoded(encoding: str) -> set[int]:
    """Return the code points of a two-byte Chinese encoding."""
    found: set[int] = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            text = bytes((lead, trail)).decode(encoding, errors="ignore")
            if len(text) == 1:
                found.add(ord(text))
    return found


def covered(cut: Cut, available: set[int]) -> set[int]:
    """Return the code points the cut keeps of those the original font has."""
    wanted = encoded(cut.encoding)
    standard = STANDARD_CHARACTERS.read_text("utf-8")
    wanted |= {ord(char) for char in standard if not char.isspace()}
    wanted |= {
        code
        for code in available
        if code < 0x2E80  # Latin, Greek, Cyrillic, punctuation, ①, □ √ and arrows
        or 0x3000 <= code < 0x3400  # Chinese punctuation, kana, ㈠ ㎡
        or 0xFF00 <= code < 0xFFF0  # full-width forms
        or (cut.rare and 0x20000 <= code < 0x40000)
    }
    duplicates = {code for block in DUPLICATES for code in block}
    return (wanted & available) - duplicates | {ord(char) for char in NOT_DUPLICATES}


def rename(font: TTFont, style: str) -> None:
    """Give the font our name in every record that names it."""
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in NAMES_KEPT]
    postscript = f"{FAMILY.replace(' ', '')}-{style}"
    for name_id, text in (
        (1, FAMILY),
        (2, style),
        (3, f"gridapp;{postscript}"),
        (4, f"{FAMILY} {style}"),
        (6, postscript),
    ):
        table.setName(text, name_id, 3, 1, 0x409)


def make(original: bytes, cut: Cut) -> bytes:
    """Return the cut of the original font as a TrueType file."""
    options = subset.Options(
        hinting=False,
        layout_features=[],
        name_IDs=["*"],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    options.drop_tables += UNUSED_TABLES
    font = subset.load_font(io.BytesIO(original), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=covered(cut, set(font.getBestCmap())))
    subsetter.subset(font)
    rename(font, cut.style)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tarball", type=Path)
    tarball = parser.parse_args().tarball
    FONTS.mkdir(parents=True, exist_ok=True)
    with tarfile.open(tarball) as package:

        def member(name: str) -> bytes:
            file = package.extractfile(name)
            if file is None:
                raise SystemExit(f"{tarball}: no {name}")
            return file.read()

        (FONTS / "OFL.txt").write_bytes(member("package/LICENSE_FONT"))
        for cut in CUTS:
            data = make(member(cut.source), cut)
            (FONTS / cut.file).write_bytes(data)
            print(f"{cut.file}: {len(data) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
