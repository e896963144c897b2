"""Builds resources/fonts/ from four packages of free fonts.

    npm pack @expo-google-fonts/noto-sans-sc @expo-google-fonts/noto-serif-sc \\
        @expo-google-fonts/noto-sans
    apt-get download fonts-hanazono && dpkg-deb -x fonts-hanazono_*.deb hanazono
    python scripts/make_fonts.py expo-google-fonts-noto-sans-sc-0.4.3.tgz \\
        expo-google-fonts-noto-serif-sc-0.4.3.tgz \\
        expo-google-fonts-noto-sans-0.4.2.tgz \\
        hanazono/usr/share/fonts/truetype/hanazono/HanaMinB.ttf

Each is packed by zstd, as gridapp/font_files.py opens it. The result is the same to
the byte for the same packages and versions of fontTools and zstandard. Why these four,
and what else was compared: docs/decisions/0002-fonts.md.
"""

from __future__ import annotations

import argparse
import io
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import zstandard
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gridapp.font_files import ENDING  # noqa: E402

FONTS = ROOT / "resources" / "fonts"
# The 8,105 characters, in the order of the table (data: Unihan, kTGH).
STANDARD_CHARACTERS = ROOT / "scripts" / "standard_characters.txt"

NAMES_KEPT = (0, 5, 8, 9, 10, 11, 13, 14)  # copyright, version, makers, licence
UNUSED_TABLES = ("BASE", "FFTM", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx")

# Code points drawn by another character's glyph. With them a PDF made by Qt reads
# back 入 as U+2F0A; text is rewritten to the plain character instead
# (gridapp.office.paper.chinese_text.plain). Twelve of the compatibility block are not
# duplicates but characters of their own (Unicode 15, section 18.1).
DUPLICATES = (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))
NOT_DUPLICATES = frozenset("﨎﨏﨑﨓﨔﨟﨡﨣﨤﨧﨨﨩")


@dataclass(frozen=True)
class Cut:
    """One font file to make: where it comes from and what it covers.

    Our own family name: the licences reserve the names of the originals, and a window
    must not take an installed Noto Sans SC for this subset.
    """

    source: str  # the file inside its package
    family: str
    style: str
    keeps: Callable[[int], bool]  # which code points of the original
    units: int = 0  # of the em, in which its outlines are kept; 0: as they were

    @property
    def file(self) -> str:
        return f"{self.family.replace(' ', '')}-{self.style}{ENDING}"


def _common(code: int) -> bool:
    """What every text is made of: the standard characters, GB 2312 and all signs."""
    return code in _common_han() or code < 0x2E80 or _is_sign(code)


@cache
def _common_han() -> frozenset[int]:
    standard = STANDARD_CHARACTERS.read_text("utf-8")
    return frozenset(encoded("gb2312") | {ord(c) for c in standard if not c.isspace()})


def _is_sign(code: int) -> bool:
    """Chinese punctuation, kana, ㈠ ㎡ and the full-width forms."""
    return 0x3000 <= code < 0x3400 or 0xFF00 <= code < 0xFFF0


SANS = (
    # Values a person typed are printed in Regular, so it keeps all there is.
    Cut(
        "package/400Regular/NotoSansSC_400Regular.ttf",
        "Gridapp Sans SC",
        "Regular",
        lambda _: True,
    ),
    # Bold prints titles, labels and names; what it lacks is printed in Regular.
    Cut("package/700Bold/NotoSansSC_700Bold.ttf", "Gridapp Sans SC", "Bold", _common),
)
# The body of official papers: as light as 仿宋 prints.
SERIF = Cut(
    "package/300Light/NotoSerifSC_300Light.ttf", "Gridapp Serif SC", "Regular", _common
)
# The letters of foreign names: Turkish, Vietnamese, Kazakh.
LATIN = Cut(
    "package/400Regular/NotoSans_400Regular.ttf",
    "Gridapp Sans Latin",
    "Regular",
    lambda code: 0xA0 <= code < 0x250 or 0x370 <= code < 0x530 or code >> 8 == 0x1E,
)
# The rare characters of GB 18030-2022, level 3: extensions B to F of Unicode.
RARE = Cut(
    "HanaMinB.ttf",
    "Gridapp Serif Rare",
    "Regular",
    lambda code: 0x20000 <= code < 0x2EBF0,
    # Of 1,024. A point is at most 0.01 mm from where it was drawn in a name of 14 pt.
    units=256,
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
    duplicates = {code for block in DUPLICATES for code in block}
    duplicates -= {ord(char) for char in NOT_DUPLICATES}
    return set(filter(cut.keeps, available)) - duplicates


def rename(font: TTFont, cut: Cut) -> None:
    """Give the font our name in every record that names it."""
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in NAMES_KEPT]
    postscript = cut.file.removesuffix(ENDING)
    for name_id, text in (
        (1, cut.family),
        (2, cut.style),
        (3, f"gridapp;{postscript}"),
        (4, f"{cut.family} {cut.style}"),
        (6, postscript),
    ):
        table.setName(text, name_id, 3, 1, 0x409)


def make(original: bytes, cut: Cut, known: set[int]) -> bytes:
    """Return the cut of the original font, less what is `known`, as TrueType."""
    options = subset.Options(
        hinting=False,
        layout_features=[],
        name_IDs=["*"],
        notdef_outline=True,
        glyph_names=False,
        recalc_timestamp=False,
    )
    options.drop_tables += UNUSED_TABLES
    font = subset.load_font(io.BytesIO(original), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=covered(cut, set(font.getBestCmap())) - known)
    subsetter.subset(font)
    if cut.units:
        scale_upem(font, cut.units)
    rename(font, cut)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def write(original: bytes, cut: Cut, known: set[int] | None = None) -> set[int]:
    """Write the cut into FONTS without what is `known`; return what it covers."""
    data = make(original, cut, known or set())
    (FONTS / cut.file).write_bytes(packed(data))
    covered_now = set(TTFont(io.BytesIO(data)).getBestCmap())
    print(f"{cut.file}: {len(covered_now):,} characters, {len(data) / 1e6:.1f} MB")
    return covered_now


def packed(font: bytes) -> bytes:
    """The font as it is shipped: as small as zstd makes it, with a checksum."""
    as_small = zstandard.ZstdCompressionParameters.from_level(
        zstandard.MAX_COMPRESSION_LEVEL, source_size=len(font), write_checksum=True
    )
    return zstandard.ZstdCompressor(compression_params=as_small).compress(font)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sans", type=Path, help="the npm package, .tgz")
    parser.add_argument("serif", type=Path, help="the npm package, .tgz")
    parser.add_argument("latin", type=Path, help="the npm package, .tgz")
    parser.add_argument("rare", type=Path, help="HanaMinB.ttf")
    given = parser.parse_args()
    FONTS.mkdir(parents=True, exist_ok=True)
    (FONTS / "OFL.txt").write_bytes(member(given.sans, "package/LICENSE_FONT"))
    (FONTS / "OFL-Serif.txt").write_bytes(member(given.serif, "package/LICENSE_FONT"))
    latin = member(given.latin, "package/LICENSE_FONT")
    (FONTS / "OFL-Latin.txt").write_bytes(latin)
    known: set[int] = set()
    for cut in SANS:
        known |= write(member(given.sans, cut.source), cut)
    write(member(given.serif, SERIF.source), SERIF)
    known |= write(member(given.latin, LATIN.source), LATIN, known)
    write(given.rare.read_bytes(), RARE, known)


def member(tarball: Path, name: str) -> bytes:
    """Return one file of a package."""
    with tarfile.open(tarball) as package:
        file = package.extractfile(name)
        if file is None:
            raise SystemExit(f"{tarball}: no {name}")
        return file.read()


if __name__ == "__main__":
    main()
