"""The fonts of printed pages: embedded, searchable, and known for what they lack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from gridapp import paths
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.chinese_text import plain, to_unicode_cmap

REGULAR = "GridappSansSC-Regular"
BOLD = "GridappSansSC-Bold"


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


@cache
def font(name: str) -> Any:
    """The font of that name, registered with reportlab on first use.

    Raises UserError when its file is missing or damaged.
    """
    file = paths.resources() / "fonts" / f"{name}.ttf"
    try:
        loaded = SearchableFont(name, str(file))
    except (OSError, TTFError) as error:
        raise UserError(
            tr(
                "打印用的字体“{name}”缺失或已损坏，请重新安装本软件后再打印。",
                name=file.name,
            )
        ) from error
    registry: Any = pdfmetrics
    registry.registerFont(loaded)
    return loaded


def runs(text: str, name: str) -> Iterator[tuple[str, str]]:
    """(font, text) parts of `text`: what Bold lacks is set in Regular."""
    known = font(name).face.charToGlyph
    if name == REGULAR or all(map(known.__contains__, map(ord, text))):
        yield name, text
        return
    for has, group in groupby(text, lambda char: ord(char) in known):
        yield (name if has else REGULAR), "".join(group)


def width(text: str, name: str, size: float) -> float:
    """The width of one line of `text`, in points at a font size in points."""
    total = 0.0
    for run_font, part in runs(text, name):
        face = font(run_font).face
        widths, default = face.charWidths, face.defaultWidth
        total += sum([widths.get(code, default) for code in map(ord, part)])
    return total * size / 1000


def drawable(text: str) -> str:
    """`text` as it is printed: never an empty box, a bracketed blank instead."""
    known = font(REGULAR).face.charToGlyph
    text = plain(text)
    if all(map(known.__contains__, map(ord, text))):
        return text
    return "".join(
        char if ord(char) in known or char == "\n" else BLANK for char in text
    )


def missing_glyphs(texts: Iterable[tuple[str, str]]) -> list[Missing]:
    """The characters of (where, text) pairs that no font here can draw, in order."""
    known = font(REGULAR).face.charToGlyph
    return [
        Missing(char, where)
        for where, text in texts
        for char in dict.fromkeys(plain(text))
        if ord(char) not in known and char != "\n"
    ]


def require_glyphs(texts: Iterable[tuple[str, str]]) -> None:
    """Raise UserError that names each character the fonts lack and where it stands."""
    missing = missing_glyphs(texts)
    if not missing:
        return
    named = tr("、").join(
        tr("“{char}”（{where}）", char=one.char, where=one.where) for one in missing[:5]
    )
    more = tr("等 {count} 处", count=len(missing)) if len(missing) > 5 else ""
    raise UserError(
        tr(
            "打印字体里没有{named}{more}，这些字打不出来。请改选“缺字留"
            "空”打印后手写补上，或先不选这几个人。",
            named=named,
            more=more,
        )
    )
