"""Imports somebody's ledger: reads it, shows what would happen, then does it.

`plan_import` writes nothing; `apply` writes everything in one transaction, so that an
import that is cancelled or killed leaves all or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from uuid_utils.compat import uuid7

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.ledger_cells import CellReader
from gridapp.office.ledger_columns import chosen_path
from gridapp.office.ledger_known import read_known
from gridapp.office.ledger_plan import (
    ImportPlan,
    ImportResult,
    PlannedRow,
    PlannedSheet,
    digest_of,
)
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
from gridapp.office.ledger_writes import execute
from gridapp.office.sheet_headers import Header, find_header
from gridapp.office.sheet_reader import RawSheet, read_book
from gridapp.office.steps import Cancelled, Progress, Steps
from gridapp.store import search
from gridapp.store.vault import Store

__all__ = [
    "ImportPlan",
    "ImportResult",
    "PlannedRow",
    "PlannedSheet",
    "apply",
    "plan_import",
]

LARGE = 1000  # records of an import after which the search index is put in order


def plan_import(
    store: Store,
    path: Path,
    *,
    today: dt.date,
    columns: Mapping[str, str] | None = None,
    code_sets: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportPlan:
    """Read a ledger and compare it with what the store holds.

    columns: for headings the user chose, the path of a field or a usual heading.
    code_sets: by path, the code set of a column that holds digits.
    progress: called with rows done and in all, each row counted three times: taken
    out of the file, read, compared. cancelled: asked every some rows.
    UserError when the file cannot be read, holds no ledger, or it was cancelled.
    """
    steps = Steps(progress, cancelled)
    reader = CellReader(today, code_sets or {})
    chosen = {heading: chosen_path(field) for heading, field in (columns or {}).items()}
    sheets = read_book(path)
    digest = digest_of(path)
    headers = [find_header(s, chosen) if s.visible else None for s in sheets]
    if not any(headers):
        raise UserError(
            tr(
                "在“{name}”里没有找到表头：前15行里要有姓名和另外两个认得的列名",
                name=path.name,
            )
        )
    lines = sum(len(s.rows) for s in sheets)
    steps.total = 3 * lines
    steps.to(lines)
    rows: list[LedgerRow] = []
    dates: dict[str, dt.date] = {}
    for sheet, header in zip(sheets, headers, strict=True):
        if header is not None:
            rows += steps.over(read_rows(sheet, header, reader))
            dates[sheet.name] = ledger_date(sheet, header) or today
    steps.to(2 * lines)
    with store.reading() as db:
        planner = Planner(read_known(db), today)
    states = planner.plan(rows, dates, steps)
    steps.to(3 * lines)
    shown = tuple(
        _planned_sheet(sheet, header, states)
        for sheet, header in zip(sheets, headers, strict=True)
    )
    total = planner.writes.total()
    return ImportPlan(path.name, today, shown, tuple(rows), dates, total, digest)


def _planned_sheet(
    sheet: RawSheet, header: Header | None, states: Sequence[tuple[LedgerRow, str]]
) -> PlannedSheet:
    if header is None:
        note = (
            tr("没有找到表头，未导入") if sheet.visible else tr("隐藏的工作表，未导入")
        )
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
        execute(tx, planner.writes, grid_id, Steps(progress, cancelled))
    if planner.writes.total() > LARGE:
        with store.writing() as tx:
            search.tidy(tx.db)
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
