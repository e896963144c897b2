"""The ledger itself, given back with what an import has to say about each row.

Three columns are added behind the others: 导入结果 (the row's state), 确认导入 (where a
person writes 是 to answer a question) and 问题; the cells at fault are coloured. All
else stays as it was, so the file can be corrected where the clerk is at home, and
imported again as it is: a second import reads the same columns and fills them anew.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.cell import cell_text, digits_lost
from gridapp.office.ledgers.columns import PLACE, plain_heading
from gridapp.office.ledgers.detail import sentences
from gridapp.office.ledgers.plan import (
    ImportPlan,
    PlannedRow,
    PlannedSheet,
    digest_of,
)
from gridapp.office.ledgers.problems import ASK, ERROR, Problem
from gridapp.office.steps import Cancelled, Progress, Steps
from gridapp.office.tables.headers import Column, Header
from gridapp.office.tables.reader import RawSheet, read_book
from gridapp.office.whole_file import write_whole

if TYPE_CHECKING:
    from gridapp.office.workbook_parts import SheetPart, WorkbookParts

STATE, CONFIRM, PROBLEM = "导入结果", "确认导入", "问题"
WIDTHS = {STATE: 10.0, CONFIRM: 10.0, PROBLEM: 60.0}
WRONG, DOUBTFUL = "FFE699", "FFF7DB"  # amber where it kept the row out, else pale
NOT_ROWS = {"S_BLANK_LINE", "S_BUILDING", "S_HEADING", "S_TOTAL"}  # left as they are
WIDTH, LONGEST_NAME = 16, 31  # characters; 31 is what Excel allows a sheet's name


def beside(source: Path) -> Path:
    """Where a ledger that came back in part is put: next to itself, where its numbers
    stand in clear anyhow, and never among the encrypted data."""
    return source.with_name(tr("{stem}-需核对.xlsx", stem=source.stem))


def returned_workbook(
    plan: ImportPlan,
    source: Path,
    out: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Write the ledger `source` with its problems to `out`; how many rows have any.

    An .xlsx keeps all it holds; of any other format the cells come back as an .xlsx.
    It holds what the ledger holds, in clear: its owner reads nothing new in it. The
    file is written whole or not at all. UserError when that cannot be done, or when
    the ledger was changed since it was read.
    """
    if digest_of(source) != plan.digest:
        raise UserError(
            tr("“{name}”在核对之后又改过，请重新选择它再导入", name=source.name)
        )
    parts = _parts(source)
    steps = Steps(progress, cancelled)
    steps.total = len(plan.rows)
    told = 0
    for sheet in plan.sheets:
        if sheet.header is not None and sheet.rows:
            page = _Page(parts, sheet, sheet.header)
            told += sum(page.tell(row) for row in steps.over(_lines(sheet.rows)))
            page.finish()
    write_whole(parts.content(), out)
    return told


def _lines(rows: Sequence[PlannedRow]) -> list[PlannedRow]:
    """A row for each line: what is said of a head stands beside what is said of the
    member on the same line, and whichever keeps its row out says so."""
    found: dict[int, PlannedRow] = {}
    for row in rows:
        head = found.get(row.row, row)
        if head is not row:
            state = head.state if head.state in (ASK, ERROR) else row.state
            warnings = (*head.warnings, *row.warnings)
            errors = (*head.errors, *row.errors)
            row = replace(row, state=state, warnings=warnings, errors=errors)
        found[row.row] = row
    return list(found.values())


def _parts(source: Path) -> WorkbookParts:
    """The ledger's own parts; those of a new workbook when it is no .xlsx."""
    from gridapp.office.workbook_parts import WorkbookParts

    content = source.read_bytes()
    try:
        return WorkbookParts(content)
    except (KeyError, zipfile.BadZipFile):
        return WorkbookParts(_as_workbook(read_book(source)))


class _Page:
    """One sheet with its three columns."""

    def __init__(
        self, parts: WorkbookParts, sheet: PlannedSheet, header: Header
    ) -> None:
        self.parts = parts
        self.header = header
        self.part: SheetPart = parts.sheet(sheet.name[:LONGEST_NAME])
        self.at: dict[str, int] = {}
        like = header.columns[-1].index
        self._find_columns(like)
        first = header.last + 1
        self.text = parts.styled(self.part.style(first, like), text=True)
        self.asked = parts.styled(self.text, WRONG)

    def _find_columns(self, like: int) -> None:
        """Find the three of an import before, else put them behind the others."""
        there = {plain_heading(one.heading): one.index for one in self.header.columns}
        next_column = max(self.part.last_column, like) + 1
        for heading in (STATE, CONFIRM, PROBLEM):
            if heading in there:
                self.at[heading] = there[heading]
                continue
            self.at[heading] = next_column
            self._head(heading, next_column, like)
            next_column += 1

    def _head(self, heading: str, column: int, like: int) -> None:
        """Write a heading over all heading rows, in the style of the column `like`."""
        first, last = self.header.first, self.header.last
        self.part.widen(column, WIDTHS[heading])
        merged = self.part.merge_down(first, last, column)
        for row in range(first, last + 1):
            words = heading if row == first or not merged else ""
            self.part.write(row, column, words, self.part.style(row, like))

    def tell(self, row: PlannedRow) -> bool:
        """Say what is to be said about a row; whether there was anything."""
        problems = (*row.errors, *row.warnings)
        if any(one.code in NOT_ROWS for one in problems):
            return False
        at = row.row - 1
        self.part.write(at, self.at[STATE], tr(row.state), self.text)
        words = sentences(self.header, problems)
        self.part.write(at, self.at[PROBLEM], words, self.text)
        if row.state == ASK:
            self.part.write(at, self.at[CONFIRM], "", self.asked)
        for column in self._at_fault(row.errors):
            self.part.mark(at, column.index, self.parts, WRONG)
        if row.state not in (ASK, ERROR):
            for column in self._at_fault(row.warnings):
                self.part.mark(at, column.index, self.parts, DOUBTFUL)
        return bool(problems)

    def _at_fault(self, problems: Sequence[Problem]) -> Iterator[Column]:
        named = {one.heading for one in problems}
        fields = {one.field for one in problems if not one.heading} - {""}
        if "door" in fields:
            fields |= set(PLACE)
        for column in self.header.columns:
            if column.path in fields or column.heading in named:
                yield column

    def finish(self) -> None:
        self.part.finish()


def _as_workbook(sheets: Sequence[RawSheet]) -> bytes:
    """The same cells and merged ranges as an .xlsx; digits stay the text they were."""
    import xlsxwriter

    whole = io.BytesIO()
    book: Any = xlsxwriter.Workbook(whole, {"in_memory": True})
    text = book.add_format({"num_format": "@", "border": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name[:LONGEST_NAME])
        page.set_column(0, max(sheet.width - 1, 0), WIDTH)
        ends: dict[tuple[int, int], tuple[int, int]] = {}
        for cell, anchor in sheet.anchors.items():
            ends[anchor] = max(ends.get(anchor, anchor), cell)
        for start, end in ends.items():
            page.merge_range(*start, *end, "", text)
        for row, line in enumerate(sheet.rows):
            for column, cell in enumerate(line):
                _put(page, row, column, cell, text, day)
        if not sheet.visible:
            page.hide()
    book.close()
    return whole.getvalue()


def _put(page: Any, row: int, column: int, cell: object, text: Any, day: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, float | int) and digits_lost(cell):
        page.write_string(row, column, f"{cell:.14E}", text)  # its end is lost: seen
    elif isinstance(cell, bool):
        page.write_boolean(row, column, cell, text)
    elif isinstance(cell, float | int):
        page.write_number(row, column, cell)
    elif isinstance(cell, dt.datetime | dt.date):
        page.write_datetime(row, column, cell, day)
    else:
        page.write_string(row, column, cell_text(cell) or "", text)
