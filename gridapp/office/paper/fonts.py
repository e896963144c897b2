"""The fonts of printed pages: embedded, searchable, and known for what they lack.

A character is set in the font that was asked for; what that lacks in REGULAR, which
has all of GB 18030's common Han; then in LATIN, which has the letters of foreign names;
in RARE, which has the rest of the Han of GB 18030 at level 3; in a font of this
machine. What none has is named, never printed as an empty box. Why these fonts:
docs/decisions/0002-fonts.md.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import Any, BinaryIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from gridapp import font_files
from gridapp.errors import MissingGlyphs, UserError
from gridapp.language import tr
from gridapp.office.paper.chinese_text import plain, to_unicode_cmap
from gridapp.office.paper.system_fonts import candidates

REGULAR = "GridappSansSC-Regular"
BOLD = "GridappSansSC-Bold"
BODY = "GridappSerifSC-Regular"  # of official papers, in the place of 仿宋
LATIN = "GridappSansLatin-Regular"
RARE = "GridappSerifRare-Regular"


class SearchableFont(TTFont):
    """A TrueType font whose text reads back exactly, past U+FFFF too."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802 (reportlab's name)
        """Embed the subsets that `doc` uses, each with a correct ToUnicode map."""
        font: Any = super()
        subsets = self.state[doc].subsets
        names = [font.getSubsetInternalName(i, doc)[1:] for i in range(len(subsets))]
        font.addObjects(doc)
        embedded = doc.idToObject["BasicFonts"].dict
        for name, codes in zip(names, subsets, strict=True):
            subset = embedded[name]
            stream = doc.idToObject[subset.ToUnicode.name]
            stream.content = to_unicode_cmap(subset.BaseFont, codes)


BLANK = tr("〔\u3000〕")  # where a character the fonts lack is written in by hand


@dataclass(frozen=True)
class Missing:
    """A character the printing font lacks, and whose value it stands in."""

    char: str
    where: str  # such as 张三的姓名

    @property
    def code(self) -> str:
        """Its code point as it is written: U+9FA6."""
        return f"U+{ord(self.char):04X}"


@cache
def font(name: str) -> Any:
    """The font of that name, registered with reportlab on first use.

    Raises UserError when its file is missing or damaged.
    """
    try:
        return _registered(name, BytesIO(font_files.unpacked(name)))
    except (OSError, TTFError) as error:
        raise UserError(
            tr(
                "打印用的字体“{name}”缺失或已损坏，请重新安装本软件后再打印。",
                name=font_files.file(name).name,
            )
        ) from error


def _registered(name: str, file: str | BinaryIO, face: int = 0) -> Any:
    loaded = SearchableFont(name, file, subfontIndex=face)
    registry: Any = pdfmetrics
    registry.registerFont(loaded)
    return loaded


@cache
def _of_this_machine() -> tuple[Any, ...]:
    """The fonts of this machine that can stand in where ours end."""
    found: list[Any] = []
    for number, (file, face) in enumerate(candidates()):
        try:
            found.append(_registered(f"System{number}", str(file), face))
        except (OSError, TTFError):
            continue  # outlines that reportlab cannot embed, or no font at all
    return tuple(found)


def _order(name: str) -> Iterator[Any]:
    """The fonts to look into, the best first; the later ones are opened when needed."""
    yield from map(font, dict.fromkeys((name, REGULAR, LATIN, RARE)))
    yield from _of_this_machine()


@dataclass(frozen=True)
class Drawn:
    """What draws a character, and how wide: in em."""

    font: Any
    width: float


class _Setter(dict[str, Drawn | None]):
    """What draws each character where a font was asked for; None: nothing does."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __missing__(self, char: str) -> Drawn | None:
        code = ord(char)
        self[char] = found = next(
            (
                Drawn(one, one.face.getCharWidth(code) / 1000)
                for one in _order(self._name)
                if code in one.face.charToGlyph
            ),
            None,
        )
        return found


class _Widths(dict[str, float]):
    """The width of each character in em; of one that nothing draws, a full em."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._drawn = drawn(name)

    def __missing__(self, char: str) -> float:
        found = self._drawn[char]
        self[char] = width = found.width if found else 1.0
        return width


drawn = cache(_Setter)
_widths = cache(_Widths)


def runs(text: str, name: str) -> Iterator[tuple[str, str]]:
    """(font, text) parts of `text`: what `name` lacks is set in another font."""
    by = drawn(name)

    def font_of(char: str) -> str:
        found = by[char]
        return found.font.fontName if found else name

    for run_font, group in groupby(text, font_of):
        yield run_font, "".join(group)


def width(text: str, name: str, size: float) -> float:
    """The width of one line of `text`, in points at a font size in points."""
    return sum(map(_widths(name).__getitem__, text)) * size


class _AsIs(dict[str, bool]):
    """Whether a character is printed as it is, whatever stands beside it."""

    def __missing__(self, char: str) -> bool:
        alone = plain(char) == char and not unicodedata.combining(char)
        self[char] = known = alone and (char == "\n" or bool(drawn(REGULAR)[char]))
        return known


_as_is = _AsIs()


def drawable(text: str) -> str:
    """`text` as it is printed: never an empty box, a bracketed blank instead."""
    if all(map(_as_is.__getitem__, text)):
        return text
    by = drawn(REGULAR)
    return "".join(char if char == "\n" or by[char] else BLANK for char in plain(text))


def missing_glyphs(texts: Iterable[tuple[str, str]]) -> list[Missing]:
    """The characters of (where, text) pairs that no font here can draw, in order."""
    by = drawn(REGULAR)
    return [
        Missing(char, where)
        for where, text in texts
        for char in dict.fromkeys(plain(text))
        if char != "\n" and not by[char]
    ]


def require_glyphs(texts: Iterable[tuple[str, str]]) -> None:
    """Raise MissingGlyphs: it names each character the fonts lack and where it is."""
    missing = missing_glyphs(texts)
    if not missing:
        return
    named = tr("、").join(
        tr("“{char}”（{code}，{where}）", char=one.char, code=one.code, where=one.where)
        for one in missing[:5]
    )
    more = tr("等 {count} 处", count=len(missing)) if len(missing) > 5 else ""
    raise MissingGlyphs(
        tr(
            "打印字体里没有{named}{more}，这些字打不出来。请改选“缺字留"
            "空”打印后手写补上，或先不选这几个人。",
            named=named,
            more=more,
        )
    )
