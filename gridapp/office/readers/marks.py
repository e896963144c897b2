"""What calamine does not tell about an .xlsx file: hidden rows, rows crossed out,
formulas without a stored value, cells that show an error such as #REF!, dates shown
without their day; and whether a sheet is larger than any ledger.

A ledger seldom has any of these, so a search through the bytes comes first, and only
a sheet in which it finds a sign is parsed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gridapp.office.raw_sheet import (
    MOST_CELLS,
    MOST_ROWS,
    Position,
    stray_cell,
    too_many_rows,
)
from gridapp.office.readers.markup import attribute, elements, local, tree
from gridapp.office.readers.zip_parts import Stream, ZipParts

LONGEST_TAG = 4 << 20  # bytes, with the text behind it
OFF = {"0", "false", ""}
MONTHS = frozenset({17, 27, 36, 50, 52, 57})  # built-in formats of year and month
_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*?\sr=[\"'](\d+)")
_CELL = re.compile(rb"<(?:\w+:)?c\b(?:[^<>]*?\sr=[\"']([A-Z]{1,3})\d)?")
_STYLE = re.compile(rb"\ss=[\"'](\d+)")
_SIGNS = re.compile(rb"\shidden=|\st=[\"']e[\"']|<(?:\w+:)?f[\s/>]")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass(frozen=True)
class Marks:
    """Rows and cells of one sheet that need care; all count from 0."""

    hidden: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    unsaved: frozenset[Position] = frozenset()
    months: frozenset[Position] = frozenset()
    broken: Mapping[Position, str] = field(default_factory=dict[Position, str])


@dataclass(frozen=True)
class Styles:
    """Numbers of the cell styles that say something about a cell."""

    crossed: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()


def marks_of(parts: ZipParts) -> Iterator[tuple[str, Marks]]:
    """The marks of each sheet of a workbook with its name.

    Raises BadMarkup, and UserError when the sheets are larger than any ledger.
    """
    styles = _styles(parts.read("xl/styles.xml"))
    left = MOST_CELLS
    for name, part in _sheets(parts):
        if part not in parts:
            continue
        cells = _plain_extent(parts.pieces(part), styles)
        if cells is not None and cells <= left:
            left -= cells
            yield name, Marks()
            continue
        sheet = _Sheet(name, styles, left)
        for row in elements(Stream(parts.pieces(part)), "row"):
            sheet.take(row)
        left -= (sheet.number + 1) * (sheet.widest + 1)
        yield name, sheet.marks()


def _sheets(parts: ZipParts) -> Iterator[tuple[str, str]]:
    """Name and part of each sheet."""
    links = tree(parts.read("xl/_rels/workbook.xml.rels"))
    targets = {attribute(one, "Id"): attribute(one, "Target") for one in links}
    for sheet in tree(parts.read("xl/workbook.xml")).iter("{*}sheet"):
        target = targets.get(attribute(sheet, "id"), "")
        part = posixpath.normpath(posixpath.join("xl", target))
        yield attribute(sheet, "name"), part.lstrip("/").removeprefix("xl/xl/")


def _styles(content: bytes) -> Styles:
    if not content:
        return Styles()
    root = tree(content)
    fonts = list(root.iterfind("{*}fonts/{*}font"))
    formats = {
        _number(attribute(one, "numFmtId")): attribute(one, "formatCode")
        for one in root.iterfind("{*}numFmts/{*}numFmt")
    }
    crossed: set[int] = set()
    months: set[int] = set()
    for number, style in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        font = _number(attribute(style, "fontId"))
        if font < len(fonts) and _is_crossed(fonts[font]):
            crossed.add(number)
        code = _number(attribute(style, "numFmtId"))
        if shows_no_day(formats[code]) if code in formats else code in MONTHS:
            months.add(number)
    return Styles(frozenset(crossed), frozenset(months))


def shows_no_day(code: str) -> bool:
    """Whether a number format shows year and month and leaves the day out."""
    shown = _QUOTED.sub("", code.split(";")[0]).lower()
    return "y" in shown and "m" in shown and not set("dhs") & set(shown)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _is_crossed(font: Any) -> bool:
    strike = font.find("{*}strike")
    return strike is not None and attribute(strike, "val", "1") not in OFF


def _plain_extent(pieces: Iterator[bytes], styles: Styles) -> int | None:
    """How many cells a sheet spans; None when it has to be looked at row by row."""
    wanted = {b"%d" % number for number in styles.crossed | styles.months}
    rows, letters, rest = 0, {b"A"}, b""
    for piece in pieces:
        text = rest + piece
        end = text.rfind(b"<")
        text, rest = (text[:end], text[end:]) if end > 0 else (b"", text)
        styled = wanted and wanted & set(_STYLE.findall(text))
        if styled or len(rest) > LONGEST_TAG or _SIGNS.search(text):
            return None
        rows = max([rows, *map(int, _ROW.findall(text))])
        letters.update(_CELL.findall(text))
        if rows > MOST_ROWS or b"" in letters:
            return None
    return rows * (max(column_of(one.decode()) for one in letters) + 1)


def column_of(reference: str) -> int:
    """The column of a reference such as AB12, from 0; -1 when it has no letters."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1


class _Sheet:
    """Takes the rows of a sheet one by one and keeps what is to be told of them."""

    def __init__(self, name: str, styles: Styles, most: int) -> None:
        self.name, self.styles, self.most = name, styles, most
        self.number = self.widest = -1
        self.farthest = "A1"
        self.filled = 0
        self.hidden: set[int] = set()
        self.struck: set[int] = set()
        self.unsaved: set[Position] = set()
        self.months: set[Position] = set()
        self.broken: dict[Position, str] = {}

    def take(self, row: Any) -> None:
        """One row; UserError when the sheet has grown too large."""
        number = _number(row.get("r") or "") - 1
        number = number if number >= 0 else self.number + 1
        if (row.get("hidden") or "") not in OFF:
            self.hidden.add(number)
        column, crossed, filled = -1, 0, 0
        for cell in row:
            reference: str = cell.get("r") or ""
            column = column_of(reference) if reference else column + 1
            if not len(cell):
                continue
            filled += 1
            if column > self.widest:
                self.widest, self.farthest = column, reference
            style = _number(cell.get("s") or "")
            crossed += style in self.styles.crossed
            self._cell(cell, (number, column), style)
        if filled:
            self.number = max(self.number, number)
            self.filled += 1
            self._bound(row)
        if filled and crossed * 2 > filled:
            self.struck.add(number)

    def _cell(self, cell: Any, at: Position, style: int) -> None:
        kind = cell.get("t")
        if kind == "e":
            self.broken[at] = cell.findtext("{*}v") or "#N/A"
        elif kind != "str" and _has_no_value(cell):
            self.unsaved.add(at)
        elif style in self.styles.months:
            self.months.add(at)

    def _bound(self, row: Any) -> None:
        """calamine makes a table of all cells up to the last, and aborts if it cannot
        hold it."""
        if self.filled > MOST_ROWS:
            raise too_many_rows(self.name)
        if self.number >= MOST_ROWS:
            cells = [cell for cell in row if len(cell)]
            raise stray_cell(self.name, cells[-1].get("r") or f"{self.number + 1}")
        if (self.number + 1) * (self.widest + 1) > self.most:
            raise stray_cell(self.name, self.farthest)

    def marks(self) -> Marks:
        """What was found."""
        return Marks(
            frozenset(self.hidden),
            frozenset(self.struck),
            frozenset(self.unsaved),
            frozenset(self.months),
            self.broken,
        )


def _has_no_value(cell: Any) -> bool:
    """Whether a cell is a formula that nobody has computed."""
    names = {local(child) for child in cell}
    return "f" in names and not cell.findtext("{*}v")
