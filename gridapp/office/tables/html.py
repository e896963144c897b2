"""Web pages with tables, which many systems save under the ending .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.tables.markup import library, local
from gridapp.office.tables.raw_sheet import (
    MOST_CELLS,
    MOST_ROWS,
    Block,
    RawSheet,
    anchors_of,
    too_large,
    too_many_rows,
    trimmed,
)
from gridapp.office.tables.text import decoded

WIDEST, TALLEST = 1000, 65534  # the most that HTML lets a cell span
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_STRUCK = re.compile(r"text-decoration[^;]*line-through|mso-.*strike")
_HIDDEN = re.compile(r"display\s*:\s*none")
_BREAKS = frozenset({"br", "p", "div", "li"})
_UNSHOWN = frozenset({"script", "style", "head", "template"})
_CROSSED = frozenset({"s", "strike", "del"})


def looks_like(start: bytes, content: bytes) -> bool:
    """Whether a file is a page; `start` is its beginning in small letters."""
    if not start.startswith(b"<"):
        return False
    return bool(
        re.search(rb"<html|<!doctype html|<table", start)
        or re.search(rb"<table[\s>]|<t\0a\0b\0l\0e\0", content, re.IGNORECASE)
    )


def read_html(name: str, stem: str, content: bytes) -> tuple[RawSheet, ...]:
    """Each table that holds no other; UserError in words when there is none."""
    xml = library()
    text = _DECLARED.sub("", _text(name, content))
    try:
        parser = xml.HTMLParser(huge_tree=False, no_network=True, remove_comments=True)
        root = xml.fromstring(text, parser)
    except (xml.LxmlError, ValueError) as error:
        raise _no_table(name) from error
    tables = [] if root is None else [t for t in root.iter("table") if _is_leaf(t)]
    if not tables:
        raise _no_table(name)
    found = [_Table(stem).read(one) for one in tables]
    filled = [sheet for sheet in found if sheet.rows]
    if len(filled) < 2:
        return tuple(filled)
    return tuple(
        RawSheet(
            f"{stem} {number}",
            one.rows,
            one.anchors,
            one.hidden,
            one.struck,
            visible=one.visible,
        )
        for number, one in enumerate(filled, 1)
    )


def _no_table(name: str) -> UserError:
    return UserError(
        tr(
            "“{name}”是网页，里面没有表格；请用 Excel 打开，另存为 .xlsx 后再导入",
            name=name,
        )
    )


def _text(name: str, content: bytes) -> str:
    """The page in the encoding it names, else in the one that fits."""
    named = _CHARSET.search(content[:3000])
    label = named[1].decode("ascii").lower() if named else ""
    if label.startswith(("gb", "x-gbk")):
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            pass  # some systems write utf-8 and say gb2312
    return decoded(name, content)


def _is_leaf(table: Any) -> bool:
    return next(table.iterdescendants("table"), None) is None


@dataclass
class _Table:
    """Lays the cells of one table out; a cell that spans others keeps its place."""

    name: str
    rows: list[list[object]] = field(default_factory=list[list[object]])
    blocks: list[Block] = field(default_factory=list[Block])
    hidden: set[int] = field(default_factory=set[int])
    struck: set[int] = field(default_factory=set[int])
    cells: int = 0
    _open: dict[int, int] = field(default_factory=dict[int, int])  # column: rows left

    def read(self, table: Any) -> RawSheet:
        """The sheet a table makes."""
        for line in table.iter("tr"):
            self._line(line)
        rows = trimmed(self.rows)
        anchors = anchors_of(self.blocks, rows)
        hidden, struck = frozenset(self.hidden), frozenset(self.struck)
        shown = not _HIDDEN.search(table.get("style") or "")
        return RawSheet(self.name, rows, anchors, hidden, struck, visible=shown)

    def _line(self, line: Any) -> None:
        number, row = len(self.rows), list[object]()
        if number >= MOST_ROWS:
            raise too_many_rows(self.name)
        crossed = filled = 0
        self.cells += len(self._open)
        taken, self._open = (
            self._open,
            {column: left - 1 for column, left in self._open.items() if left > 1},
        )
        for cell in line:
            if local(cell) not in ("td", "th"):
                continue
            while len(row) in taken:
                row.append(None)
            text = _shown_text(cell)
            filled += text is not None
            crossed += text is not None and _is_crossed(cell)
            self._place(cell, number, row, text)
        if _HIDDEN.search(line.get("style") or ""):
            self.hidden.add(number)
        if filled and crossed * 2 > filled:
            self.struck.add(number)
        self.rows.append(row)

    def _place(self, cell: Any, number: int, row: list[object], text: object) -> None:
        """Put a cell and what it spans into its row, and keep the rows below free."""
        wide = _span(cell.get("colspan"), WIDEST)
        tall = _span(cell.get("rowspan"), TALLEST)
        first = len(row)
        row += [text, *[None] * (wide - 1)]
        self.cells += wide
        if self.cells > MOST_CELLS:
            raise too_large()
        if wide > 1 or tall > 1:
            self.blocks.append((number, number + tall - 1, first, first + wide - 1))
        if tall > 1:
            self._open |= dict.fromkeys(range(first, first + wide), tall - 1)


def _span(text: str | None, most: int) -> int:
    digits = (text or "").strip()
    return min(max(int(digits[:6]), 1), most) if digits.isdecimal() else 1


def _shown_text(cell: Any) -> str | None:
    """What a cell shows: blanks run together, a line for each break."""
    text = "".join(_pieces(cell))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line) or None


def _pieces(element: Any) -> Iterator[str]:
    """The texts of an element in order; not recursive, because pages nest deep."""
    for event, one in _walk(element):
        name = local(one)
        if event == "start":
            if name in _BREAKS and one is not element:
                yield "\n"
            if name not in _UNSHOWN and name:
                yield re.sub(r"[\r\n]+", " ", one.text or "")
        elif one is not element:
            yield re.sub(r"[\r\n]+", " ", one.tail or "")


def _walk(element: Any) -> Any:
    return library().iterwalk(element, events=("start", "end"))


def _is_crossed(cell: Any) -> bool:
    """Whether the whole text of a cell is crossed out."""
    styles = [cell, *cell.iterdescendants()]
    if _STRUCK.search(cell.get("style") or ""):
        return True
    own = (cell.text or "").strip()
    return not own and any(
        local(one) in _CROSSED or _STRUCK.search(one.get("style") or "")
        for one in styles[1:]
    )
