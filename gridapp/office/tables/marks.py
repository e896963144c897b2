"""What calamine does not tell about an .xlsx file: hidden rows, rows crossed out,
formulas without a stored value, cells that show an error such as #REF!, dates shown
without their day; and whether a sheet is larger than any ledger.

A ledger seldom has any of these, so a search through the bytes comes first, and only
a sheet in which it finds a sign is parsed.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gridapp.office.tables.markup import (
    BadMarkup,
    attribute,
    elements,
    local,
    tree,
)
from gridapp.office.tables.raw_sheet import (
    EPOCH,
    EPOCH_1904,
    MOST_CELLS,
    MOST_ROWS,
    Position,
    stray_cell,
    too_many_rows,
)
from gridapp.office.tables.zip_parts import Stream, ZipParts

LONGEST_ROW = 4 << 20  # bytes
OFF = {"0", "false", ""}
MONTHS = frozenset({17, 27, 36, 50, 52, 57})  # built-in formats of year and month
_ROOT = re.compile(rb"<worksheet\b[^<>]*>")
_ROW = re.compile(rb'<row r="(\d+)"')
_CELL = re.compile(rb'<c r="([A-Z]{1,3})\d')
_FAR_CELL = re.compile(rb'<c r="[A-Z]{2}')
_ODD_ROWS = (b":row ", b":row>", b"<row>", b"<row\t", b"<row\r", b"<row\n")
_CELLS = (b"<c ", b"<c>", b"<c/", b"<c\t", b"<c\r", b"<c\n", b":c ", b":c>")
_SIGNS = (b"hidden=", b't="e"', b"t='e'", b"<f>", b"<f ", b"<f/")
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
        sheet = _Sheet(name, styles, left)
        if not _Search(sheet).through(parts.pieces(part)):
            sheet = _Sheet(name, styles, left)
            for row in elements(Stream(parts.pieces(part)), "row"):
                sheet.take(row)
        left -= sheet.cells
        yield name, sheet.marks()


def _sheets(parts: ZipParts) -> Iterator[tuple[str, str]]:
    """Name and part of each sheet."""
    links = tree(parts.read("xl/_rels/workbook.xml.rels"))
    targets = {attribute(one, "Id"): attribute(one, "Target") for one in links}
    for sheet in tree(parts.read("xl/workbook.xml")).iter("{*}sheet"):
        target = targets.get(attribute(sheet, "id"), "")
        part = posixpath.normpath(posixpath.join("xl", target))
        yield attribute(sheet, "name"), part.lstrip("/").removeprefix("xl/xl/")


def epoch_of(parts: ZipParts) -> dt.date:
    """Day 0 of the workbook's dates."""
    book = tree(parts.read("xl/workbook.xml"))
    said = [attribute(one, "date1904") for one in book.iterfind("{*}workbookPr")]
    return EPOCH if set(said) <= OFF else EPOCH_1904


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


def column_of(reference: str) -> int:
    """The column of a reference such as AB12, from 0; -1 when it has no letters."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1


class _Search:
    """Looks for signs in the bytes of a sheet and parses only the rows that have one;
    how far the sheet reaches is told by the references of its cells."""

    def __init__(self, sheet: _Sheet) -> None:
        self.sheet = sheet
        numbers = sorted(sheet.styles.crossed | sheet.styles.months)
        styles = b"|".join(b"%d" % number for number in numbers)
        self.styled = re.compile(rb' s="(?:' + styles + rb')"') if numbers else None
        self.rows, self.letters = 0, {b"Z"}  # up to column Z nobody counts
        self.head = b""

    def through(self, pieces: Iterator[bytes]) -> bool:
        """Whether that was enough; else every row must be parsed."""
        rest = b""
        for piece in pieces:
            text = rest + piece
            end = text.rfind(b"<row ")
            text, rest = (text[:end], text[end:]) if end > 0 else (b"", text)
            if len(rest) > LONGEST_ROW or not self._take(text):
                return False
        if not self._take(rest):
            return False
        columns = max(column_of(one.decode()) for one in self.letters) + 1
        self.sheet.cells = self.rows * columns
        return self.rows <= MOST_ROWS and self.sheet.cells <= self.sheet.most

    def _take(self, text: bytes) -> bool:
        """Whether these whole rows are written as office programs write them."""
        if not self.head and text:
            root = _ROOT.search(text)
            self.head = root[0] if root else b""
        cells = text.count(b'<c r="')
        if (
            text.count(b'<row r="') != text.count(b"<row ")
            or any(one in text for one in _ODD_ROWS)
            or cells != sum(map(text.count, _CELLS))
            or (cells and not self.head)
        ):
            return False
        self.rows = max([self.rows, *map(int, _ROW.findall(text))])
        if self.rows > MOST_ROWS:
            return False
        if _FAR_CELL.search(text):
            self.letters.update(_CELL.findall(text))
        return not self._has_sign(text) or self._parse(text)

    def _has_sign(self, text: bytes) -> bool:
        return any(sign in text for sign in _SIGNS) or (
            self.styled is not None and self.styled.search(text) is not None
        )

    def _parse(self, text: bytes) -> bool:
        for part in text.split(b"<row ")[1:]:
            end = part.find(b"</row>")
            row = part[: end + 6] if end >= 0 else part[: part.find(b">") + 1]
            if not self._has_sign(row):
                continue
            try:
                self.sheet.take(tree(self.head + b"<row " + row + b"</worksheet>")[0])
            except (BadMarkup, IndexError):
                return False
        return True


class _Sheet:
    """Takes the rows of a sheet one by one and keeps what is to be told of them."""

    def __init__(self, name: str, styles: Styles, most: int) -> None:
        self.name, self.styles, self.most = name, styles, most
        self.number = self.widest = -1
        self.farthest = "A1"
        self.cells = 0
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
        self.cells = (self.number + 1) * (self.widest + 1)
        if self.cells > self.most:
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
    formula = local(cell[0]) == "f"  # it stands first (ECMA-376, 18.3.1.4)
    return formula and not cell.findtext("{*}v")
