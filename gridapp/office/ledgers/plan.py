"""What an import would do and what it did: plain values for window and command line."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from gridapp.language import tr
from gridapp.models.record import Values
from gridapp.office.ledgers.choices import Choices
from gridapp.office.ledgers.memory import Memory
from gridapp.office.ledgers.plan_json import plan_as_json
from gridapp.office.ledgers.problems import ASK, ERROR, STATES, Problem
from gridapp.office.ledgers.rows import LedgerRow
from gridapp.office.ledgers.writes import Change
from gridapp.office.tables.headers import Header
from gridapp.office.tables.reader import RawSheet


@dataclass(frozen=True)
class PlannedRow:
    """What one row comes to. `errors` say why a row is refused or must be asked.

    questions: all that were asked, answered or not. said: the answers by question.
    people: the residents who may be meant, where several may. changes: what the row
    alters in records that are there, or adds beside the resident.
    """

    sheet: str
    row: int
    state: str
    values: Mapping[str, Any]
    warnings: tuple[Problem, ...]
    errors: tuple[Problem, ...]
    questions: tuple[Problem, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict[str, str])
    people: tuple[Values, ...] = ()
    changes: tuple[Change, ...] = ()
    head: bool = False  # about the head whom a line names beside somebody else

    @property
    def place(self) -> tuple[str, int]:
        """Sheet and row, which name a line of the file; less than 0 for its head."""
        return self.sheet, -self.row if self.head else self.row


@dataclass(frozen=True)
class PlannedSheet:
    """One sheet; `header` is None when it holds no ledger and is left out.

    raw: the sheet as it stands in the file. memory: what was remembered of its sender.
    code_sets: by path, as chosen or remembered.
    """

    name: str
    header: Header | None
    rows: tuple[PlannedRow, ...]
    note: str = ""
    raw: RawSheet = field(default_factory=lambda: RawSheet("", ()))
    memory: Memory | None = None
    code_sets: Mapping[str, str] = field(default_factory=dict[str, str])

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
    digest: str = ""  # of the file as it was read, see `digest_of`
    choices: Choices = field(default_factory=Choices)
    elders: frozenset[str] = frozenset()  # sheets that list old people only
    kind: str = "resident"  # the record type its rows are about

    @property
    def rows(self) -> tuple[PlannedRow, ...]:
        """The rows of every sheet, as they stand in the file."""
        return tuple(row for sheet in self.sheets for row in sheet.rows)

    def count(self) -> Counter[str]:
        """Rows by state."""
        return Counter(row.state for row in self.rows)

    @property
    def refused(self) -> tuple[PlannedRow, ...]:
        """Rows that will not go in as they are."""
        return tuple(row for row in self.rows if row.state in (ERROR, ASK))

    def summary(self) -> str:
        """One line for a person: rows by state."""
        count = self.count()
        shown = [
            tr("{state} {count} 行", state=tr(state), count=count[state])
            for state in STATES
            if count[state]
        ]
        return tr("{source}：", source=self.source) + tr("，").join(
            shown or [tr("没有可导入的行")]
        )

    def as_json(self, *, unmask: bool = False) -> dict[str, Any]:
        """As the command line prints it; private values masked unless asked."""
        return plan_as_json(self, unmask=unmask)


@dataclass(frozen=True)
class ImportResult:
    """What an import did. Rows by state; buildings and households that are new.

    people: whether the rows are people, else entries such as issues. doorless: those
    of the new people whose row had no door, so that they belong to no household.
    """

    added: int
    updated: int
    unchanged: int
    refused: int
    skipped: int
    households: int
    buildings: int
    batch: UUID
    people: bool = True
    doorless: int = 0

    def summary(self) -> str:
        """One line for a person."""
        words = [
            tr("新增 {added} 条", added=self.added),
            tr("无变化 {unchanged} 条", unchanged=self.unchanged),
        ]
        if self.people:
            words = [
                tr("新增 {added} 人", added=self.added),
                tr("更新 {updated} 人", updated=self.updated),
                tr("无变化 {unchanged} 人", unchanged=self.unchanged),
            ]
        if self.buildings or self.households:
            words.append(
                tr(
                    "新建 {buildings} 栋 {households} 户",
                    buildings=self.buildings,
                    households=self.households,
                )
            )
        if self.doorless:
            words.append(
                tr("其中 {count} 人没有住址，没有归入任何一户", count=self.doorless)
            )
        if self.refused:
            words.append(tr("{refused} 行需核对，没有导入", refused=self.refused))
        return tr("，").join(words)

    def as_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "doorless": self.doorless,
            "skipped": self.skipped,
            "households": self.households,
            "buildings": self.buildings,
            "batch": str(self.batch),
        }


def digest_of(path: Path) -> str:
    """What tells whether a file is still the one that was read; "" when it is gone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except OSError:
        return ""
