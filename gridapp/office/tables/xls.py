"""Workbooks of Excel 97 to 2003 and of WPS: .xls and .et (BIFF in an OLE file)."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.cell import Month
from gridapp.office.tables.marks import shows_no_day
from gridapp.office.tables.raw_sheet import (
    EPOCH,
    EPOCH_1904,
    MOST_CELLS,
    Position,
    RawSheet,
    anchors_of,
    damaged,
    locked,
    too_large,
    trimmed,
)

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # an .xlsx with a password
WORD = "WordDocument".encode("utf-16-le")


def read_xls(name: str, content: bytes) -> tuple[RawSheet, ...]:
    """The worksheets; UserError in words when they cannot be read."""
    import xlrd

    library: Any = xlrd  # it carries no types
    if ENCRYPTED in content:
        raise locked(name)
    if WORD in content:
        raise UserError(
            tr("“{name}”是 Word 文件，请把里面的表复制到 Excel 里再导入", name=name)
        )
    try:
        book = library.open_workbook(
            file_contents=content,
            logfile=io.StringIO(),
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
        )
        left = MOST_CELLS
        found: list[RawSheet] = []
        for number in range(book.nsheets):
            found.append(_sheet(book, book.sheet_by_index(number), left))
            left -= sum(map(len, found[-1].rows))
            book.unload_sheet(number)
    except (UserError, MemoryError):
        raise
    except Exception as error:
        # xlrd meets a damaged file with nearly every exception there is
        if re.search("encrypt|password", str(error), re.IGNORECASE):
            raise locked(name) from error
        raise damaged(name) from error
    return tuple(found)


def _sheet(book: Any, sheet: Any, most: int) -> RawSheet:
    """One sheet whose cells are not more than `most`."""
    if sum(sheet.row_len(row) for row in range(sheet.nrows)) > most:
        raise too_large()
    rows: list[list[object]] = []
    struck: set[int] = set()
    for number in range(sheet.nrows):
        cells = sheet.row(number)
        rows.append([_value(book, cell) for cell in cells])
        filled = [cell for cell in cells if cell.ctype not in (0, 6)]
        crossed = sum(_is_crossed(book, cell) for cell in filled)
        if filled and crossed * 2 > len(filled):
            struck.add(number)
    hidden = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
    rows = trimmed(rows)
    blocks = (
        (top, below - 1, left, right - 1)
        for top, below, left, right in sheet.merged_cells
    )
    anchors: dict[Position, Position] = anchors_of(blocks, rows)
    return RawSheet(
        str(sheet.name),
        rows,
        anchors,
        frozenset(hidden),
        frozenset(struck),
        visible=not sheet.visibility,
        epoch=EPOCH_1904 if book.datemode else EPOCH,
    )


def _value(book: Any, cell: Any) -> object:
    """A cell as Python has it; errors as Excel shows them."""
    kind, value = cell.ctype, cell.value
    if kind == 1:
        return value or None
    if kind == 2:
        return value
    if kind == 3:
        return _date(book, cell)
    if kind == 4:
        return bool(value)
    return _errors().get(value, "#N/A") if kind == 5 else None


def _errors() -> dict[int, str]:
    import xlrd

    library: Any = xlrd
    return library.error_text_from_code


def _date(book: Any, cell: Any) -> object:
    import xlrd

    library: Any = xlrd
    try:
        moment: dt.datetime = library.xldate_as_datetime(cell.value, book.datemode)
    except (ValueError, OverflowError):
        return cell.value
    if 0 < cell.value < 1:
        return moment.time()
    day = moment.date() if moment.time() == dt.time() else moment
    style = book.xf_list[cell.xf_index]
    shown = book.format_map[style.format_key].format_str
    if moment.day == 1 and shows_no_day(shown):
        return Month(moment.year, moment.month, 1)
    return day


def _is_crossed(book: Any, cell: Any) -> bool:
    style = book.xf_list[cell.xf_index]
    return bool(book.font_list[style.font_index].struck_out)
