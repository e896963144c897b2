"""Reads somebody's workbook into plain rows: .xlsx, .xls, .et, .ods, .csv.

What a file is, is told by its content and not by its ending. Values come from
calamine; a cell inside a merged range knows the cell that holds its value.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.sheet_marks import Marks, marks_of

if TYPE_CHECKING:
    import python_calamine as calamine

LARGEST = 60 * 1024 * 1024  # bytes; a ledger of 100,000 people has about 15 MB
OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
DELIMITERS = ",\t;|"

Rows = Sequence[Sequence[object]]
Position = tuple[int, int]


@dataclass(frozen=True)
class RawSheet:
    """One sheet as it stands. Rows and columns count from 0; None is an empty cell.

    anchors: for each cell inside a merged range but the first, the first one.
    hidden: rows that are not shown; struck: rows crossed out; unsaved: formula cells
    without a stored value.
    """

    name: str
    rows: Rows
    anchors: Mapping[Position, Position] = field(
        default_factory=dict[Position, Position]
    )
    hidden: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    unsaved: frozenset[Position] = frozenset()
    visible: bool = True

    def cell(self, row: int, column: int) -> object:
        """The value of a cell, taken from its merged range if it is in one."""
        row, column = self.anchors.get((row, column), (row, column))
        return self.own(row, column)

    def own(self, row: int, column: int) -> object:
        """The value the cell itself holds."""
        line = self.rows[row]
        return line[column] if column < len(line) else None

    def below(self, row: int, column: int) -> object:
        """As `cell`, but only from a merge downwards in the same column, as people
        merge the cells of one household."""
        anchor = self.anchors.get((row, column))
        if anchor is None or anchor[1] != column:
            return self.own(row, column)
        return self.own(*anchor)

    @cached_property
    def width(self) -> int:
        """Columns of the longest row."""
        return max((len(line) for line in self.rows), default=0)


def read_book(path: Path) -> tuple[RawSheet, ...]:
    """The sheets of a file; UserError in words when it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(tr("文件超过 60 MB，请把它分成几个文件再导入"))
        content = path.read_bytes()
    except FileNotFoundError:
        raise UserError(
            tr("找不到文件“{name}”，请核对文件名", name=path.name)
        ) from None
    except OSError as error:
        raise UserError(
            tr("打不开“{name}”，它可能正被 Excel 使用，请关闭后再试", name=path.name)
        ) from error
    if not content.strip():
        raise UserError(tr("“{name}”是空文件", name=path.name))
    if content.startswith((OLE, ZIP)):
        return _workbook(path.name, content)
    start = content[:2000].lstrip().lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise UserError(
            tr(
                "“{name}”其实是网页格式，请用 Excel 打开，另存为 .xlsx 后再导入",
                name=path.name,
            )
        )
    return (_text_table(path, content),)


def _workbook(name: str, content: bytes) -> tuple[RawSheet, ...]:
    import python_calamine as calamine

    if content.startswith(OLE) and ENCRYPTED in content:
        raise UserError(
            tr("“{name}”加了打开密码，请先在 Excel 里去掉密码再导入", name=name)
        )
    try:
        marks = marks_of(content)  # first: it refuses what calamine aborts at
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return tuple(
            _sheet(
                book.get_sheet_by_name(one.name),
                one.visible == calamine.SheetVisibleEnum.Visible,
                marks.get(one.name),
            )
            for one in book.sheets_metadata
            if one.typ == calamine.SheetTypeEnum.WorkSheet
        )
    except calamine.PasswordError:
        raise UserError(
            tr("“{name}”加了打开密码，请先在 Excel 里去掉密码再导入", name=name)
        ) from None
    except (calamine.CalamineError, OSError) as error:
        raise UserError(
            tr(
                "“{name}”不是完好的 Excel 文件，请用 Excel 打开，另存为 .xlsx 后再导入",
                name=name,
            )
        ) from error


def _sheet(
    sheet: calamine.CalamineSheet, visible: bool, marks: Marks | None
) -> RawSheet:
    rows = [
        [None if cell == "" else cell for cell in line]
        for line in sheet.to_python(skip_empty_area=False)
    ]
    anchors = {
        (row, column): start
        for start, end in sheet.merged_cell_ranges or ()
        for row in range(start[0], min(end[0] + 1, len(rows)))
        for column in range(start[1], end[1] + 1)
        if (row, column) != start
    }
    marks = marks or Marks()
    for (row, column), text in marks.broken.items():  # calamine shows them as empty
        rows[row][column] = text
    return RawSheet(
        sheet.name, rows, anchors, marks.hidden, marks.struck, marks.unsaved, visible
    )


def _text_table(path: Path, content: bytes) -> RawSheet:
    """A CSV file: UTF-8 (with or without BOM), else GB 18030 as Excel saves it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            encoding = (
                "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"
            )
            text = content.decode(encoding)
        except UnicodeDecodeError:
            raise UserError(
                tr(
                    "认不出“{name}”的文字编码，请用 Excel 打开，另存为 .xlsx 后再导入",
                    name=path.name,
                )
            ) from None
    if "\ufffd" in text or "\0" in text:
        raise UserError(
            tr(
                "“{name}”里有已经损坏的字，请从原来的系统重新导出后再导入",
                name=path.name,
            )
        )
    head = text[:5000]
    delimiter = max(DELIMITERS, key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [[_csv_cell(cell) for cell in line] for line in lines]
    except csv.Error as error:
        raise UserError(
            tr(
                "“{name}”不是完好的 CSV 文件，请用 Excel 打开，另存为 .xlsx 后再导入",
                name=path.name,
            )
        ) from error
    return RawSheet(path.stem, rows)


def _csv_cell(text: str) -> str | None:
    """A cell of CSV text; `="…"` is how programs keep digits as text in Excel."""
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text if text.strip() else None
