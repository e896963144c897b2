"""Imports a ledger of what happened: each row is one issue, dispute or visit.

What a row comes to is found out by writing it, by the very functions that the window
calls, in a transaction that is taken back; so the preview says what will be, and a
ledger brings nothing that a form would refuse. Entries are added, never changed: a row
that is there already is 无变化.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models.cell import Cell, cell_text, visible
from gridapp.models.record import Values
from gridapp.office.ledgers.cell_reader import CellReader
from gridapp.office.ledgers.choices import Choices
from gridapp.office.ledgers.columns import plain_heading
from gridapp.office.ledgers.entry_kinds import (
    KINDS,
    SPECIAL,
    EntryKind,
    complete,
    read_special,
)
from gridapp.office.ledgers.known import Known, door_of, read_known, same_name
from gridapp.office.ledgers.memory import note_import
from gridapp.office.ledgers.people import choose_person
from gridapp.office.ledgers.plan import (
    ImportPlan,
    ImportResult,
    PlannedRow,
    PlannedSheet,
)
from gridapp.office.ledgers.problems import ASK, ERROR, NEW, SAME, SKIP
from gridapp.office.ledgers.rows import LedgerRow, read_rows
from gridapp.office.steps import Cancelled, Progress, Steps
from gridapp.office.tables.headers import Header, find_header
from gridapp.office.tables.reader import RawSheet
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.vault import Store, Writing

PEOPLE = "resident"
FEWEST_OWN = 2  # columns of its own by which a kind of ledger is told from others
Key = tuple[object, ...]


class _TakenBackError(Exception):
    """Ends the transaction in which the preview was found out."""


def kind_of(sheets: Sequence[RawSheet], wanted: str) -> EntryKind | None:
    """The kind of ledger that was asked for, else the one the headings speak of; None
    for a ledger of people. UserError for a type that comes in no ledger."""
    if wanted:
        return kind_named(wanted)
    best: EntryKind | None = None
    most = 0
    for kind in KINDS:
        for sheet in sheets:
            header = _header(sheet, kind, Choices()) if sheet.visible else None
            paths = {column.path for column in header.known} if header else set[str]()
            own = sum(path.startswith(f"{kind.name}.") for path in paths)
            if paths & kind.own and own >= FEWEST_OWN and own > most:
                best, most = kind, own
    return best


def _header(sheet: RawSheet, kind: EntryKind, choices: Choices) -> Header | None:
    if sheet.name in choices.headers and choices.headers[sheet.name] is None:
        return None
    known = kind.headings()
    chosen = {
        heading: known.get(plain_heading(path), path)
        for heading, path in choices.columns.items()
    }
    return find_header(sheet, {**known, **chosen}, kind.named)


def kind_named(name: str) -> EntryKind | None:
    """The kind of that record type; None for people. UserError when there is none."""
    if name == PEOPLE:
        return None
    for kind in KINDS:
        if kind.name == name:
            return kind
    known = tr("、").join((PEOPLE, *(kind.name for kind in KINDS)))
    raise UserError(
        tr("没有“{name}”这种台账，可以导入的有：{known}", name=name, known=known)
    )


class _Reader(CellReader):
    """Reads cells by the fields of one kind."""

    def __init__(
        self, kind: EntryKind, today: dt.date, sets: Mapping[str, str]
    ) -> None:
        super().__init__(today, sets)
        self._kind = kind

    def read(self, path: str, raw: object) -> Cell[Any]:
        if path in SPECIAL:
            return Cell(None)  # read with its row, by `read_special`
        cell = super().read(path, raw)
        field = path.rpartition(".")[2]
        if cell.error == "E_CODE_UNKNOWN" and field in self._kind.coded:
            return Cell(self._kind.coded[field], ("W_CODE_OTHER",))
        return cell


def plan_entries(
    store: Store,
    name: str,
    sheets: Sequence[RawSheet],
    kind: EntryKind,
    today: dt.date,
    choices: Choices,
    steps: Steps,
) -> ImportPlan:
    """What an import of this kind of ledger would do; nothing is written.

    steps: each row is counted three times; the first, when it came out of the file, is
    done.
    """
    lines = steps.total // 3
    reader = _Reader(kind, today, choices.code_sets)
    headers = [_header(s, kind, choices) if s.visible else None for s in sheets]
    rows: list[LedgerRow] = []
    for sheet, header in zip(sheets, headers, strict=True):
        if header is not None:
            rows += steps.over(read_rows(sheet, header, reader, kind.named))
    steps.to(2 * lines)
    columns = {s.name: h for s, h in zip(sheets, headers, strict=True) if h}
    entries = _Entries(kind, columns, choices)
    states: list[tuple[LedgerRow, str]] = []
    try:
        with store.writing() as tx:
            states = entries.go(tx, rows, steps)
            raise _TakenBackError
    except _TakenBackError:
        steps.to(3 * lines)
    shown = tuple(
        _planned_sheet(sheet, header, states)
        for sheet, header in zip(sheets, headers, strict=True)
    )
    count = sum(state == NEW for _, state in states)
    return ImportPlan(
        name,
        today,
        shown,
        tuple(rows),
        records=count,
        choices=choices,
        kind=kind.name,
    )


def apply_entries(
    store: Store,
    plan: ImportPlan,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportResult:
    """Write the entries that need no decision, in one transaction.

    UserError when cancelled, or when a row that was in order is so no more; then
    nothing was written.
    """
    kind = kind_named(plan.kind)
    assert kind is not None
    batch = uuid7()
    columns = {sheet.name: sheet.header for sheet in plan.sheets if sheet.header}
    entries = _Entries(kind, columns, plan.choices)
    refused = {row.place for row in plan.rows if row.state == ERROR}
    rows = [row for row in plan.ledger_rows if row.place not in refused]
    steps = Steps(progress, cancelled)
    steps.total = len(rows)
    with store.writing(batch=batch) as tx:
        note_import(tx, plan, batch)
        states = entries.go(tx, rows, steps)
        for row, state in states:
            if state == ERROR:
                raise UserError(
                    tr(
                        "{sheet} 第 {row} 行现在不能导入：{message}。什么都没有改动",
                        sheet=row.sheet,
                        row=row.row,
                        message=row.errors[0].message,
                    )
                )
    count = Counter(state for _, state in states)
    return ImportResult(
        count[NEW],
        0,
        count[SAME],
        len(refused) + count[ASK],
        count[SKIP],
        0,
        0,
        batch,
        people=False,
    )


class _Entries:
    """Walks over the rows once and writes those that are new."""

    def __init__(
        self, kind: EntryKind, headers: Mapping[str, Header], choices: Choices
    ) -> None:
        self._kind, self._headers, self._choices = kind, headers, choices

    def go(
        self, tx: Writing, rows: Sequence[LedgerRow], steps: Steps
    ) -> list[tuple[LedgerRow, str]]:
        """Each row with its state; the rows given are left as they are."""
        known = read_known(tx.db)
        there = self._there(tx.db)
        seen: set[Key] = set()
        found: list[tuple[LedgerRow, str]] = []
        for row in steps.over(rows):
            own = _copied(row)
            found.append((own, self._state(tx, own, known, there, seen)))
        return found

    def _there(self, db: Connection) -> set[Key]:
        rows = records.filtered(db, self._kind.model, {})
        return {self._key(row, row.get("resident_id")) for row in rows}

    def _key(self, values: Mapping[str, Any], resident: UUID | None) -> Key:
        parts = tuple(_day(values.get(field)) for field in self._kind.same)
        return (*parts, resident) if self._kind.about_people else parts

    def _state(
        self,
        tx: Writing,
        row: LedgerRow,
        known: Known,
        there: set[Key],
        seen: set[Key],
    ) -> str:
        if row.skipped is not None:
            return SKIP
        resident = self._resident(row, known)
        values = self._values(row)
        if row.errors:
            return ERROR
        if row.questions:
            return ASK
        key = self._key(values, resident)
        if key in there:
            return SAME
        if key in seen:
            row.warn("", "S_REPEATED_ENTRY")
            return SKIP
        try:
            self._kind.write(tx, values, resident)
        except InvalidFields as error:
            for field, sentence in error.messages.items():
                row.refuse(f"{self._kind.name}.{field}", "E_VALUE", sentence)
            return ERROR
        seen.add(key)
        return NEW

    def _resident(self, row: LedgerRow, known: Known) -> UUID | None:
        """Whom a row names; it is refused when that must be and is nobody."""
        if "name" not in row.values:
            return None
        people = _people(known, row)
        answer = self._choices.answers.of(row, "Q_SEVERAL")
        found = choose_person(row, people, answer)
        if found is not None:
            return found["id"]
        if not people and self._kind.about_people:
            row.refuse("name", "E_NO_RESIDENT")
        elif not people:
            row.warn("name", "W_NO_RESIDENT")
        return None

    def _values(self, row: LedgerRow) -> Values:
        """The entry; 备注 and words that no code has go into its remarks."""
        cells = {
            column.path: row.cells[column.index]
            for column in self._headers[row.sheet].columns
        }
        special = read_special(self._kind, cells)
        values = self._kind.values_of({**special, **row.values})
        remarks = [
            tr("{label}：{words}", label=one.heading, words=words)
            for one in self._headers[row.sheet].columns
            if any(
                p.field == one.path and p.code == "W_CODE_OTHER" for p in row.warnings
            )
            and (words := visible(cell_text(row.cells[one.index]) or ""))
        ]
        if row.values.get("note"):
            remarks.append(str(row.values["note"]))
        if remarks:
            told = [values.get(self._kind.remarks) or "", *remarks]
            values[self._kind.remarks] = "\n".join(filter(None, told))
        return complete(self._kind, values)


def _people(known: Known, row: LedgerRow) -> list[Values]:
    """The residents a row may mean: by ID number, else by name at the door it says."""
    table = known.table("resident")
    number = row.values.get("id_number")
    if number in known.residents_by_number:
        return [table[known.residents_by_number[number]]]
    door = door_of(row.values)
    alike = known.residents_by_name.get(same_name(row.values["name"]), ())
    return [one for one in alike if known.door(one).agrees(door)]


def _copied(row: LedgerRow) -> LedgerRow:
    return LedgerRow(
        row.sheet,
        row.row,
        row.cells,
        dict(row.values),
        list(row.warnings),
        list(row.questions),
        list(row.errors),
        row.skipped,
    )


def _day(value: object) -> object:
    return value.astimezone().date() if isinstance(value, dt.datetime) else value


def _planned_sheet(
    sheet: RawSheet, header: Header | None, states: Sequence[tuple[LedgerRow, str]]
) -> PlannedSheet:
    rows = [
        PlannedRow(
            row.sheet,
            row.row,
            state,
            row.values,
            (row.skipped, *row.warnings) if row.skipped else tuple(row.warnings),
            (*row.errors, *row.questions),
            tuple(row.questions),
        )
        for row, state in states
        if row.sheet == sheet.name
    ]
    note = "" if header else tr("没有找到表头，未导入")
    return PlannedSheet(sheet.name, header, tuple(rows), note, sheet)
