"""Imports somebody's ledger: reads it, shows what would happen, then does it.

`plan_import` writes nothing; `apply` writes everything in one transaction, so that an
import that is cancelled or killed leaves all or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from uuid_utils.compat import uuid7

from gridapp.errors import UserError
from gridapp.office.ledger_cells import CellReader
from gridapp.office.ledger_columns import field_at
from gridapp.office.ledger_known import read_known
from gridapp.office.ledger_planner import Place, Planner
from gridapp.office.ledger_problems import (
    ASK,
    ERROR,
    NEW,
    SAME,
    SKIP,
    UPDATE,
    Problem,
)
from gridapp.office.ledger_rows import LedgerRow, ledger_date, read_rows
from gridapp.office.ledger_writes import Cancelled, Progress, execute
from gridapp.office.sheet_headers import Header, find_header
from gridapp.office.sheet_reader import RawSheet, read_book
from gridapp.store.vault import Store


@dataclass(frozen=True)
class PlannedRow:
    """What one row comes to. `errors` say why a row is refused or must be asked."""

    sheet: str
    row: int
    state: str
    values: Mapping[str, Any]
    warnings: tuple[Problem, ...]
    errors: tuple[Problem, ...]


@dataclass(frozen=True)
class PlannedSheet:
    """One sheet; `header` is None when it holds no ledger and is left out."""

    name: str
    header: Header | None
    rows: tuple[PlannedRow, ...]
    note: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """Field path by heading, as far as it is known."""
        return (
            {one.heading: one.path for one in self.header.known} if self.header else {}
        )

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headings that nobody knows; the user may choose a field for them."""
        columns = self.header.columns if self.header else ()
        return tuple(one.heading for one in columns if not one.path)


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do. Nothing has been written."""

    source: str
    today: dt.date
    sheets: tuple[PlannedSheet, ...]
    ledger_rows: tuple[LedgerRow, ...] = ()
    dates: Mapping[str, dt.date] = field(default_factory=dict[str, dt.date])
    records: int = 0  # how many records would be written

    @property
    def rows(self) -> tuple[PlannedRow, ...]:
        return tuple(row for sheet in self.sheets for row in sheet.rows)

    def count(self) -> Counter[str]:
        """Rows by state."""
        return Counter(row.state for row in self.rows)

    @property
    def refused(self) -> tuple[PlannedRow, ...]:
        """Rows that will not go in as they are."""
        return tuple(row for row in self.rows if row.state in (ERROR, ASK))


@dataclass(frozen=True)
class ImportResult:
    """What an import did. People by state; buildings and households that are new."""

    added: int
    updated: int
    unchanged: int
    refused: int
    skipped: int
    households: int
    buildings: int
    batch: UUID


def plan_import(
    store: Store,
    path: Path,
    *,
    today: dt.date,
    columns: Mapping[str, str] | None = None,
    code_sets: Mapping[str, str] | None = None,
) -> ImportPlan:
    """Read a ledger and compare it with what the store holds.

    columns: field paths for headings the user chose, by heading.
    code_sets: by path, the code set of a column that holds digits.
    UserError when the file cannot be read or holds no ledger.
    """
    reader = CellReader(today, code_sets or {})
    sheets = read_book(path)
    headers = [find_header(s, columns) if s.visible else None for s in sheets]
    if not any(headers):
        raise UserError(
            f"在“{path.name}”里没有找到表头：前15行里要有姓名和另外两个认得的列名"
        )
    rows: list[LedgerRow] = []
    dates: dict[str, dt.date] = {}
    for sheet, header in zip(sheets, headers, strict=True):
        if header is not None:
            rows += read_rows(sheet, header, reader)
            dates[sheet.name] = ledger_date(sheet, header) or today
    with store.reading() as db:
        planner = Planner(read_known(db), today)
    states = planner.plan(rows, dates)
    shown = tuple(
        _planned_sheet(sheet, header, states)
        for sheet, header in zip(sheets, headers, strict=True)
    )
    total = planner.writes.total()
    return ImportPlan(path.name, today, shown, tuple(rows), dates, total)


def _planned_sheet(
    sheet: RawSheet, header: Header | None, states: Sequence[tuple[LedgerRow, str]]
) -> PlannedSheet:
    if header is None:
        note = "没有找到表头，未导入" if sheet.visible else "隐藏的工作表，未导入"
        return PlannedSheet(sheet.name, None, (), note)
    rows = [
        PlannedRow(row.sheet, row.row, state, row.values, *_remarks(row))
        for row, state in states
        if row.sheet == sheet.name
    ]
    return PlannedSheet(sheet.name, header, tuple(rows))


def _remarks(row: LedgerRow) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Warnings and errors; a skipped row's reason is a warning."""
    if row.skipped is not None:
        return (row.skipped,), ()
    return tuple(row.warnings), (*row.errors, *row.questions)


def apply(
    store: Store,
    plan: ImportPlan,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    *,
    accepted: Collection[Place] = (),
    grid_id: UUID | None = None,
) -> ImportResult:
    """Write the rows that need no decision, in one transaction.

    The rows are compared again with the store inside the transaction, so nothing
    that happened since `plan_import` is overwritten unseen.

    accepted: (sheet, row) of rows whose questions a person answered with yes.
    grid_id: the grid new buildings belong to, the store's own when None.
    UserError when cancelled; then nothing was written.
    """
    batch = uuid7()
    with store.writing(batch=batch) as tx:
        planner = Planner(read_known(tx.db), plan.today, accepted)
        states = planner.plan(plan.ledger_rows, plan.dates)
        execute(tx, planner.writes, grid_id, progress, cancelled)
    count = Counter(state for _, state in states)
    return ImportResult(
        count[NEW],
        count[UPDATE],
        count[SAME],
        count[ERROR] + count[ASK],
        count[SKIP],
        len(planner.writes.inserts["household"]),
        len(planner.writes.inserts["building"]),
        batch,
    )


def plan_as_json(plan: ImportPlan, *, unmask: bool = False) -> dict[str, Any]:
    """The plan as the command line prints it; private values masked unless asked."""
    return {
        "sheets": [
            {
                "name": sheet.name,
                "header_row": sheet.header.last + 1 if sheet.header else None,
                "columns": sheet.columns,
                "rows": [_row_as_json(row, unmask) for row in sheet.rows],
            }
            for sheet in plan.sheets
        ]
    }


def _row_as_json(row: PlannedRow, unmask: bool) -> dict[str, Any]:
    return {
        "row": row.row,
        "state": row.state,
        "values": {
            path: _shown(path, value, unmask) for path, value in row.values.items()
        },
        "warnings": [_remark(one) for one in row.warnings],
        "errors": [_remark(one) for one in row.errors],
    }


def _remark(one: Problem) -> dict[str, str]:
    return {"field": one.field, "code": one.code, "message": one.message}


def _shown(path: str, value: Any, unmask: bool) -> Any:
    if path.startswith("reason."):
        return value
    spec = field_at(path)
    if spec is not None and spec.kind.private and not unmask:
        return spec.masked(value)
    if spec is not None:
        return spec.kind.to_wire(value)
    return list(cast("tuple[str, ...]", value)) if path == "tags" else value
