"""Workbooks of Excel 2007 and later, of WPS and LibreOffice: .xlsx and .xlsm."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.cell import Month
from gridapp.office.tables.marks import Marks, epoch_of, marks_of
from gridapp.office.tables.markup import BadMarkup
from gridapp.office.tables.raw_sheet import RawSheet, anchors_of, damaged, locked
from gridapp.office.tables.zip_parts import BadParts, ZipParts

if TYPE_CHECKING:
    import python_calamine as calamine


def read_xlsx(name: str, parts: ZipParts) -> tuple[RawSheet, ...]:
    """The worksheets; UserError in words when they cannot be read."""
    import python_calamine as calamine

    try:
        marks = dict(marks_of(parts))  # first: it refuses what calamine aborts at
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(parts.content))
        epoch = epoch_of(parts)
        return tuple(
            replace(
                _sheet(book.get_sheet_by_name(one.name), marks[one.name]),
                visible=one.visible == calamine.SheetVisibleEnum.Visible,
                epoch=epoch,
            )
            for one in book.sheets_metadata
            if one.typ == calamine.SheetTypeEnum.WorkSheet and one.name in marks
        )
    except calamine.PasswordError:
        raise locked(name) from None
    except (UserError, MemoryError):
        raise
    except (BadParts, BadMarkup, calamine.CalamineError, OSError, ValueError) as error:
        raise damaged(name) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the library's Rust side
            raise
        raise damaged(name) from error


def _sheet(sheet: calamine.CalamineSheet, marks: Marks) -> RawSheet:
    rows: list[list[object]] = [
        [None if cell == "" else cell for cell in line]
        for line in sheet.to_python(skip_empty_area=False)
    ]
    blocks = (
        (start[0], end[0], start[1], end[1])
        for start, end in sheet.merged_cell_ranges or ()
    )
    anchors = anchors_of(blocks, rows)
    for (row, column), text in marks.broken.items():  # calamine shows them as empty
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    for row, column in marks.months:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = _month(rows[row][column])
    return RawSheet(
        sheet.name, rows, anchors, marks.hidden, marks.struck, marks.unsaved
    )


def _month(value: object) -> object:
    """A date whose day is not shown; the first is what Excel puts for it."""
    if isinstance(value, dt.date) and value.day == 1:
        return Month(value.year, value.month, 1)
    return value


def refuse_zip(name: str, parts: ZipParts) -> UserError:
    """The sentence for a zip file that is no workbook."""
    if "word/document.xml" in parts:
        return UserError(
            tr("“{name}”是 Word 文件，请把里面的表复制到 Excel 里再导入", name=name)
        )
    if "xl/workbook.bin" in parts:
        return UserError(
            tr("“{name}”是 .xlsb 格式，请用 Excel 另存为 .xlsx 后再导入", name=name)
        )
    return UserError(
        tr("“{name}”是压缩包或别的文件，请先解压，再导入里面的表格", name=name)
    )
