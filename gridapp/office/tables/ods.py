"""Workbooks of LibreOffice and other office programs: .ods (OpenDocument 1.3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from gridapp.office.tables.markup import (
    BadMarkup,
    attribute,
    elements,
    local,
    owner,
    tree,
)
from gridapp.office.tables.raw_sheet import (
    MOST_CELLS,
    MOST_ROWS,
    RawSheet,
    Sheet,
    damaged,
    locked,
    too_large,
    too_many_rows,
)
from gridapp.office.tables.zip_parts import Stream, ZipParts

_CELLS = ("table-cell", "covered-table-cell")


def read_ods(name: str, parts: ZipParts) -> tuple[RawSheet, ...]:
    """The sheets; UserError in words when they cannot be read."""
    sheets: list[_Sheet] = []
    crossed: set[str] = set()
    unshown: set[str] = set()
    current: Any = None
    try:
        if _is_locked(parts):
            raise locked(name)
        for one in elements(Stream(parts.pieces("content.xml")), "style", "table-row"):
            if local(one) == "style":
                _remember(one, crossed, unshown)
                continue
            table = owner(one, "table")
            if table is not None and table is not current:
                current = table
                left = MOST_CELLS - sum(sheet.cells for sheet in sheets)
                sheets.append(_Sheet(attribute(table, "name"), crossed, left))
                sheets[-1].visible = attribute(table, "style-name") not in unshown
            if table is not None:
                sheets[-1].take(one)
    except BadMarkup as error:
        raise damaged(name) from error
    return tuple(sheet.whole() for sheet in sheets)


def _remember(style: Any, crossed: set[str], unshown: set[str]) -> None:
    """Keep the name of a style that crosses text out or hides a sheet."""
    for part in style:
        if attribute(part, "text-line-through-style", "none") != "none":
            crossed.add(attribute(style, "name"))
        if attribute(part, "display") == "false":
            unshown.add(attribute(style, "name"))


def _is_locked(parts: ZipParts) -> bool:
    manifest = parts.read("META-INF/manifest.xml")
    return (
        bool(manifest)
        and next(tree(manifest).iter("{*}encryption-data"), None) is not None
    )


@dataclass
class _Sheet(Sheet):
    """Lays the rows of one table out; rows and cells may stand for many alike."""

    crossed: set[str]
    most: int
    cells: int = 0
    filled: int = 0
    _empty: int = 0  # rows without content that nothing has followed yet

    def take(self, row: Any) -> None:
        """One row; UserError when the sheet has grown too large."""
        times = _times(row, "number-rows-repeated")
        number = len(self.rows) + self._empty
        line, crossed = self._line(row, number)
        filled = sum(cell is not None for cell in line)
        if not filled:
            self._empty += times
            return
        self.filled += times
        self.cells += self._empty + times * len(line)
        if self.filled > MOST_ROWS or number + times > 2 * MOST_ROWS:
            raise too_many_rows(self.name)
        if self.cells > self.most:
            raise too_large()
        self.rows += [[] for _ in range(self._empty)]
        self._empty = 0
        self.rows += [list(line) for _ in range(times)]
        alike = range(number, number + times)
        if attribute(row, "visibility", "visible") != "visible":
            self.hidden.update(alike)
        if crossed * 2 > filled:
            self.struck.update(alike)

    def _line(self, row: Any, number: int) -> tuple[list[object], int]:
        """The cells of a row up to the last that is filled, and how many of those are
        crossed out."""
        line: list[object] = []
        empty = crossed = 0
        for cell in row:
            if local(cell) not in _CELLS:
                continue
            times, column = _times(cell, "number-columns-repeated"), len(line) + empty
            value = _value(cell)
            down = _times(cell, "number-rows-spanned")
            across = _times(cell, "number-columns-spanned")
            if down > 1 or across > 1:
                self.blocks.append(
                    (number, number + down - 1, column, column + across - 1)
                )
            if value is None:
                if attribute(cell, "formula"):
                    self.unsaved.add((number, column))
                empty += times
                continue
            if column + times > self.most:
                raise too_large()
            line += [None] * empty + [value] * times
            empty = 0
            crossed += times * (attribute(cell, "style-name") in self.crossed)
        return line, crossed


def _times(element: Any, name: str) -> int:
    digits = attribute(element, name, "1")
    return max(int(digits[:9]), 1) if digits.isdecimal() else 1


def _value(cell: Any) -> object:
    """A cell as Python has it; an error is what the cell shows."""
    text = "\n".join("".join(_words(part)) for part in cell.iterfind("{*}p"))
    kind, value = _typed(cell)
    try:
        if kind == "date":
            moment = dt.datetime.fromisoformat(value)
            return moment.date() if len(value) == 10 else moment
        if kind in ("float", "percentage", "currency") and not text.startswith("#"):
            return float(value)
    except ValueError:
        return text or None
    return value == "true" if kind == "boolean" else text or None


def _typed(cell: Any) -> tuple[str, str]:
    """The type and value of a cell as the standard names them."""
    kind = value = ""
    for key, said in cell.attrib.items():
        name = local(key)
        if name == "value-type" and not kind:
            kind = str(said)
        elif name in ("value", "date-value", "boolean-value"):
            value = str(said)
    return kind, value


def _words(part: Any) -> list[str]:
    """The text of a paragraph; blanks and tabs are elements of their own."""
    found = [part.text or ""]
    for child in part:
        name = local(child)
        if name == "s":
            found.append(" " * min(_times(child, "c"), 100))
        elif name in ("tab", "line-break"):
            found.append("\t" if name == "tab" else "\n")
        elif name not in ("annotation", "ruby-text"):
            found += _words(child)
        found.append(child.tail or "")
    return found
