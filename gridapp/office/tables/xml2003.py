"""Workbooks as one XML file (SpreadsheetML 2003), which older systems save as .xls."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

from gridapp.office.tables.markup import BadMarkup, attribute, elements, local, owner
from gridapp.office.tables.raw_sheet import (
    MOST_CELLS,
    MOST_ROWS,
    RawSheet,
    Sheet,
    damaged,
    stray_cell,
    too_large,
)

SIGN = b"urn:schemas-microsoft-com:office:spreadsheet"


def read_xml2003(name: str, content: bytes) -> tuple[RawSheet, ...]:
    """The worksheets; UserError in words when they cannot be read."""
    sheets: list[_Sheet] = []
    crossed: set[str] = set()
    current: Any = None
    try:
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise BadMarkup
        for one in elements(io.BytesIO(content), "Style", "Row", "Visible"):
            if local(one) == "Style":
                if any(_strikes(font) for font in one.iterfind("{*}Font")):
                    crossed.add(attribute(one, "ID"))
                continue
            worksheet = owner(one, "Worksheet")
            if worksheet is not None and worksheet is not current:
                current = worksheet
                left = MOST_CELLS - sum(sheet.cells for sheet in sheets)
                sheets.append(_Sheet(attribute(worksheet, "Name"), crossed, left))
            if local(one) == "Row" and worksheet is not None:
                sheets[-1].take(one)
            elif worksheet is not None:  # only a sheet that is hidden says so
                sheets[-1].visible = False
    except BadMarkup as error:
        raise damaged(name) from error
    return tuple(sheet.whole() for sheet in sheets)


def _strikes(font: Any) -> bool:
    return attribute(font, "StrikeThrough", "0") not in ("0", "false")


@dataclass
class _Sheet(Sheet):
    """Lays the rows of one worksheet out; both rows and cells may leave gaps."""

    crossed: set[str]
    most: int
    cells: int = 0

    def take(self, row: Any) -> None:
        """One row; UserError when the sheet has grown too large."""
        number = _index(row, len(self.rows))
        if number >= MOST_ROWS:
            raise stray_cell(self.name, str(number + 1))
        self.rows += [[] for _ in range(number - len(self.rows))]
        line: list[object] = []
        crossed = filled = 0
        for cell in row.iterfind("{*}Cell"):
            column = _index(cell, len(line))
            across, down = _number(cell, "MergeAcross"), _number(cell, "MergeDown")
            self.cells += column + across + 1 - len(line)
            if self.cells > self.most:
                raise too_large()
            line += [None] * (column - len(line))
            value = _value(cell)
            line += [value, *[None] * across]
            if across or down:
                self.blocks.append((number, number + down, column, column + across))
            filled += value is not None
            crossed += value is not None and attribute(cell, "StyleID") in self.crossed
            if value is None and attribute(cell, "Formula"):
                self.unsaved.add((number, column))
        if attribute(row, "Hidden", "0") != "0":
            self.hidden.add(number)
        if filled and crossed * 2 > filled:
            self.struck.add(number)
        self.rows.append(line)


def _number(element: Any, name: str) -> int:
    digits = attribute(element, name, "0")
    return int(digits[:7]) if digits.isdecimal() else 0


def _index(element: Any, following: int) -> int:
    """Where a row or cell stands, from 0: as it says, or after the one before."""
    return max(_number(element, "Index") - 1, following)


def _value(cell: Any) -> object:
    data = cell.find("{*}Data")
    if data is None:
        return None
    text = "".join(data.itertext())
    kind = attribute(data, "Type")
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            moment = dt.datetime.fromisoformat(text.strip())
            return moment.date() if moment.time() == dt.time() else moment
    except ValueError:
        return text or None
    if kind == "Boolean":
        return text.strip() == "1"
    return text or None
