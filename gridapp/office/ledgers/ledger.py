"""Imports somebody's ledger: reads it, shows what would happen, then does it.

`plan_import` writes nothing; `apply` writes everything in one transaction, so that an
import that is cancelled or killed leaves all or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from uuid_utils.compat import uuid7

from gridapp import garbage
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.ledgers.cell_reader import CellReader
from gridapp.office.ledgers.choices import Choices, Understood, keep, understood
from gridapp.office.ledgers.entries import PEOPLE, apply_entries, kind_of, plan_entries
from gridapp.office.ledgers.entry_kinds import EntryKind
from gridapp.office.ledgers.known import read_known
from gridapp.office.ledgers.memory import note_import, remembered
from gridapp.office.ledgers.plan import (
    ImportPlan,
    ImportResult,
    PlannedRow,
    PlannedSheet,
    digest_of,
)
from gridapp.office.ledgers.planner import Outcome, Planner
from gridapp.office.ledgers.problems import (
    ASK,
    ERROR,
    NEW,
    SAME,
    SKIP,
    UPDATE,
)
from gridapp.office.ledgers.rows import LedgerRow, read_rows
from gridapp.office.ledgers.titles import ledger_date, lists_elders
from gridapp.office.ledgers.writes import execute
from gridapp.office.steps import Cancelled, Progress, Steps
from gridapp.office.tables.headers import Header
from gridapp.office.tables.reader import RawSheet, read_book
from gridapp.store import search
from gridapp.store.vault import Store, Writing

__all__ = [
    "Choices",
    "ImportPlan",
    "ImportResult",
    "PlannedRow",
    "PlannedSheet",
    "apply",
    "keep_choices",
    "plan_again",
    "plan_import",
    "plan_sheets",
]

LARGE = 1000  # records of an import after which the search index is put in order


def plan_import(
    store: Store,
    path: Path,
    *,
    today: dt.date,
    choices: Choices | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportPlan:
    """Read a ledger and compare it with what the store holds.

    choices: what the user decided about this file; it wins over what is remembered.
    progress: called with rows done and in all, each row counted three times: taken
    out of the file, read, compared. cancelled: asked every some rows.
    UserError when the file cannot be read, holds no ledger, or it was cancelled.
    """
    steps = Steps(progress, cancelled)
    chosen = choices or Choices()
    with garbage.not_sought():
        sheets = read_book(path)
        plan = plan_sheets(store, path.name, sheets, today, chosen, steps)
    if all(sheet.header is None for sheet in plan.sheets):
        raise UserError(
            tr(
                "在“{name}”里没有找到表头：前15行里要有姓名和另外两个认得的列名",
                name=path.name,
            )
        )
    return replace(plan, digest=digest_of(path))


def plan_sheets(
    store: Store,
    name: str,
    sheets: Sequence[RawSheet],
    today: dt.date,
    choices: Choices,
    steps: Steps | None = None,
) -> ImportPlan:
    """The plan of a file that has been read; without a row when no heading is found.

    steps: each row is counted three times, the first when it came out of the file.
    """
    steps = steps or Steps()
    lines = sum(len(sheet.rows) for sheet in sheets)
    steps.total = 3 * lines
    steps.to(lines)
    kind = kind_of(sheets, choices.kind)
    if kind is not None:
        return _plan_entries(store, name, sheets, kind, today, choices, steps)
    with store.reading() as db:
        known_sheets = understood(db, sheets, choices)
    rows: list[LedgerRow] = []
    dates: dict[str, dt.date] = {}
    for one in known_sheets:
        if one.header is not None and _has_name(one.header):
            reader = CellReader(today, one.code_sets)
            rows += steps.over(read_rows(one.sheet, one.header, reader))
            dates[one.sheet.name] = ledger_date(one.sheet, one.header) or today
    steps.to(2 * lines)
    with store.reading() as db:
        planner = Planner(read_known(db), today, choices.answers)
    elders = _elder_sheets(name, known_sheets)
    outcomes = planner.plan(rows, dates, steps, elders)
    steps.to(3 * lines)
    by_sheet: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_sheet[outcome.row.sheet].append(outcome)
    shown = tuple(_planned_sheet(one, by_sheet[one.sheet.name]) for one in known_sheets)
    total = planner.writes.total()
    return ImportPlan(
        name, today, shown, tuple(rows), dates, total, choices=choices, elders=elders
    )


def _plan_entries(
    store: Store,
    name: str,
    sheets: Sequence[RawSheet],
    kind: EntryKind,
    today: dt.date,
    choices: Choices,
    steps: Steps,
) -> ImportPlan:
    """The plan of a ledger of another type, with what is remembered of its sender."""
    plan = plan_entries(store, name, sheets, kind, today, choices, steps)
    with store.reading() as db:
        shown = tuple(
            replace(one, memory=remembered(db, one.header.headings))
            if one.header
            else one
            for one in plan.sheets
        )
    known: dict[str, str] = {}
    for one in shown:
        known |= dict(one.memory.columns) if one.memory else {}
    columns = {**known, **choices.columns}
    if columns != choices.columns:
        with_known = replace(choices, columns=columns)
        again = plan_entries(store, name, sheets, kind, today, with_known, steps)
        memories = {one.name: one.memory for one in shown}
        shown = tuple(replace(s, memory=memories[s.name]) for s in again.sheets)
        plan = replace(again, choices=choices)
    return replace(plan, sheets=shown)


def plan_again(
    store: Store, plan: ImportPlan, choices: Choices, steps: Steps | None = None
) -> ImportPlan:
    """The plan of the same file with other choices; the file is not read again."""
    sheets = [sheet.raw for sheet in plan.sheets]
    again = plan_sheets(store, plan.source, sheets, plan.today, choices, steps)
    return replace(again, digest=plan.digest)


def _elder_sheets(name: str, sheets: Sequence[Understood]) -> frozenset[str]:
    """Sheets whose title, name or file says that they list old people."""
    return frozenset(
        one.sheet.name
        for one in sheets
        if one.header is not None and lists_elders(name, one.sheet, one.header)
    )


def _has_name(header: Header) -> bool:
    return any(column.path == "name" for column in header.columns)


def _planned_sheet(one: Understood, outcomes: Sequence[Outcome]) -> PlannedSheet:
    note = ""
    if one.header is None:
        hidden = tr("隐藏的工作表，未导入")
        note = tr("没有找到表头，未导入") if one.sheet.visible else hidden
    elif not _has_name(one.header):
        note = tr("没有哪一列是姓名，未导入")
    rows = tuple(_planned_row(outcome) for outcome in outcomes)
    return PlannedSheet(
        one.sheet.name, one.header, rows, note, one.sheet, one.memory, one.code_sets
    )


def _planned_row(outcome: Outcome) -> PlannedRow:
    """A skipped row's reason is a warning, the first; an answered question is no
    error any more."""
    row = outcome.row
    warnings = tuple(row.warnings)
    if row.skipped is not None:
        warnings = (row.skipped, *warnings)
    asked = () if outcome.state == SKIP else tuple(row.questions)
    unanswered = tuple(one for one in asked if one.code not in outcome.said)
    return PlannedRow(
        row.sheet,
        row.row,
        outcome.state,
        row.values,
        warnings,
        (*row.errors, *unanswered),
        tuple(row.questions),
        outcome.said,
        outcome.people,
        outcome.changes,
        row.head,
    )


def keep_choices(tx: Writing, plan: ImportPlan) -> None:
    """Remember what the user decided about a file, but for the answers about rows."""
    chosen = plan.choices.paths() if plan.kind == PEOPLE else plan.choices.columns
    known = [
        Understood(one.raw, one.header, one.memory, one.code_sets)
        for one in plan.sheets
    ]
    keep(tx, known, plan.choices, chosen)


def apply(
    store: Store,
    plan: ImportPlan,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    *,
    grid_id: UUID | None = None,
) -> ImportResult:
    """Write the rows that need no decision, in one transaction, and remember what the
    user decided about the file.

    The rows are compared again with the store inside the transaction, so nothing
    that happened since `plan_import` is overwritten unseen.

    grid_id: the grid new buildings belong to, the store's own when None.
    UserError when cancelled; then nothing was written.
    """
    if plan.kind != PEOPLE:
        result = apply_entries(store, plan, progress, cancelled)
        with store.writing() as tx:
            keep_choices(tx, plan)
        return result
    batch = uuid7()
    with store.writing(batch=batch) as tx:
        note_import(tx, plan, batch)
        planner = Planner(read_known(tx.db), plan.today, plan.choices.answers)
        outcomes = planner.plan(plan.ledger_rows, plan.dates, elders=plan.elders)
        execute(tx, planner.writes, grid_id, Steps(progress, cancelled))
        keep_choices(tx, plan)
    if planner.writes.total() > LARGE:
        with store.writing() as tx:
            search.tidy(tx.db)
    count = Counter(outcome.state for outcome in outcomes)
    return ImportResult(
        count[NEW],
        count[UPDATE],
        count[SAME],
        count[ERROR] + count[ASK],
        count[SKIP],
        len(planner.writes.inserts["household"]),
        len(planner.writes.inserts["building"]),
        batch,
        doorless=sum(map(_doorless, outcomes)),
    )


def _doorless(outcome: Outcome) -> bool:
    """Whether it is a new person whose row had no door."""
    return outcome.state == NEW and any(
        one.code == "W_NO_DOOR" for one in outcome.row.warnings
    )
