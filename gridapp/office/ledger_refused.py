"""The rows an import did not take, as a workbook to correct and import again."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.cell import cell_text, digits_lost
from gridapp.office.ledger_columns import PLACE
from gridapp.office.ledger_plan import ImportPlan, PlannedRow, PlannedSheet
from gridapp.office.ledger_problems import ASK
from gridapp.office.sheet_headers import Column

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ADVICE = tr(
    "改好标黄的格子后，可以直接导入本文件。只需确认的行，核实后"
    "在“确认导入”一列写“是”，照原样导入。"
)
BUILDING, CONFIRM, ROW, PROBLEM = "楼栋", "确认导入", "原表行号", "问题"
WIDTH, WIDE = 16, 60
LONGEST_NAME = 31  # of a sheet, in Excel


def refused_workbook(plan: ImportPlan, out: Path) -> None:
    """Write the refused and doubtful rows of `plan` to `out` (.xlsx).

    Every cell is text, so that Excel spoils no number; merged cells and 同上 are
    filled in, so that each row says everything by itself. UserError when the file
    cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxFileError

    book: Any = xlsxwriter.Workbook(out)
    text = book.add_format({"num_format": "@", "border": 1})
    marked = book.add_format({"num_format": "@", "border": 1, "bg_color": "#FFE699"})
    bold = book.add_format({"bold": True, "border": 1, "text_wrap": True})
    cells = {row.place: row.cells for row in plan.ledger_rows}
    refused = {row.place for row in plan.refused}
    for sheet in plan.sheets:
        rows = [row for row in sheet.rows if row.place in refused]
        if rows:
            name = re.sub(r"[\[\]:*?/\\]", " ", sheet.name)[:LONGEST_NAME]
            page = _Page(book.add_worksheet(name), sheet, text, marked, bold)
            as_of = plan.dates.get(sheet.name, plan.today)
            page.write([(row, cells[row.place]) for row in rows], as_of)
    if not refused:
        book.add_worksheet(tr("没有需要核对的行"))
    try:
        book.close()
        out.chmod(0o600)  # it holds ID numbers in clear
    except (XlsxFileError, OSError) as error:
        raise UserError(
            tr("写不了“{name}”，请关闭正打开它的程序后再试", name=out.name)
        ) from error


class _Page:
    def __init__(
        self,
        page: Worksheet,
        sheet: PlannedSheet,
        text: Format,
        marked: Format,
        bold: Format,
    ) -> None:
        self.page, self.text, self.marked, self.bold = page, text, marked, bold
        self.columns = sheet.header.columns if sheet.header else ()
        paths = {column.path for column in self.columns}
        self.adds_building = not paths & {"building.number", "door"}

    def write(
        self, rows: list[tuple[PlannedRow, tuple[object, ...]]], as_of: dt.date
    ) -> None:
        headings = [column.heading for column in self.columns]
        extra = [BUILDING] if self.adds_building else []
        headings = [*extra, *headings, CONFIRM, ROW, PROBLEM]
        last = len(headings) - 1
        self.page.set_column(0, last - 1, WIDTH, self.text)
        self.page.set_column(last, last, WIDE, self.text)
        self.page.write_string(
            0, 0, tr("{advice}（填表时间 {as_of}）", advice=ADVICE, as_of=as_of)
        )
        for at, heading in enumerate(headings):
            self.page.write_string(1, at, heading, self.bold)
        self.page.freeze_panes(2, 0)
        for number, (row, cells) in enumerate(rows, 2):
            self._row(number, row, cells)

    def _row(self, number: int, row: PlannedRow, cells: tuple[object, ...]) -> None:
        at = 0
        if self.adds_building:
            self._put(number, 0, row.values.get("building.number"), self.text)
            at = 1
        for column in self.columns:
            style = self.marked if _is_wrong(column, row) else self.text
            self._put(number, at, cells[column.index], style)
            at += 1
        asked = self.marked if row.state == ASK else self.text
        self._put(number, at, None, asked)
        self._put(number, at + 1, str(row.row), self.text)
        self._put(number, at + 2, self._sentences(row), self.text)

    def _put(self, row: int, column: int, cell: object, style: Format) -> None:
        text = shown(cell)
        if text:
            self.page.write_string(row, column, text, style)
        else:
            self.page.write_blank(row, column, None, style)

    def _sentences(self, row: PlannedRow) -> str:
        headings = {column.path: column.heading for column in self.columns}
        said = [
            tr(
                "{headings}：{message}",
                headings=headings[one.field],
                message=one.message,
            )
            if one.field in headings
            else one.message
            for one in row.errors
        ]
        return tr("；").join(said)


def _is_wrong(column: Column, row: PlannedRow) -> bool:
    fields = {one.field for one in row.errors}
    if "door" in fields and column.path in PLACE:
        return True
    return bool(column.path) and column.path in fields


def shown(cell: object) -> str:
    """A cell as text; a long number keeps showing that its end is lost."""
    if isinstance(cell, float | int) and digits_lost(cell):
        return f"{cell:.14E}"
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return cell_text(cell) or ""
