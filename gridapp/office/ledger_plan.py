"""What an import would do and what it did: plain values for window and command line."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from gridapp.language import tr
from gridapp.models import identity
from gridapp.office.ledger_columns import field_at
from gridapp.office.ledger_contacts import ContactWords
from gridapp.office.ledger_problems import ASK, ERROR, STATES, Problem
from gridapp.office.ledger_rows import LedgerRow
from gridapp.office.sheet_headers import Header


@dataclass(frozen=True)
class PlannedRow:
    """What one row comes to. `errors` say why a row is refused or must be asked."""

    sheet: str
    row: int
    state: str
    values: Mapping[str, Any]
    warnings: tuple[Problem, ...]
    errors: tuple[Problem, ...]

    @property
    def place(self) -> tuple[str, int]:
        """Sheet and row, which name a line of the file."""
        return self.sheet, self.row


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
    digest: str = ""  # of the file as it was read, see `digest_of`

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
        return {"sheets": [_sheet_as_json(sheet, unmask) for sheet in self.sheets]}


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

    def summary(self) -> str:
        """One line for a person."""
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


def _sheet_as_json(sheet: PlannedSheet, unmask: bool) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "header_row": sheet.header.last + 1 if sheet.header else None,
        "columns": sheet.columns,
        "rows": [_row_as_json(row, unmask) for row in sheet.rows],
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
    if path == "contacts":
        found = cast("tuple[ContactWords, ...]", value)
        return [_contact_as_json(one, unmask) for one in found]
    return list(cast("tuple[str, ...]", value)) if path == "tags" else value


def _contact_as_json(one: ContactWords, unmask: bool) -> dict[str, Any]:
    shown = one.phones if unmask else map(identity.mask_phone, one.phones)
    return {"name": one.name, "relation": one.relation, "phones": list(shown)}
