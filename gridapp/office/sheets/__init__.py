"""Sheets that are printed as PDF: what there is, and for whom by default.

reportlab is imported when a sheet is written, so that listing them is instant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from gridapp.models import Resident
from gridapp.store import records
from gridapp.store.records import Connection
from gridapp.work import today

Progress = Callable[[int, int], object]


class Drawing(Protocol):
    """Writes the sheet of these records to a file; returns its number of pages."""

    def __call__(
        self,
        db: Connection,
        ids: Iterable[UUID],
        day: dt.date,
        out: Path,
        *,
        unmasked: bool,
        leave_blanks: bool,
        progress: Progress | None,
    ) -> int: ...


@dataclass(frozen=True)
class Sheet:
    """One sort of printed sheet about residents."""

    title: str
    due: str  # kind of due work whose people it is for, when nobody is named
    draw: Drawing

    def people(
        self, db: Connection, equal: Mapping[str, Any], day: dt.date
    ) -> list[UUID]:
        """Residents whose fields equal `equal`; without any, those due by `day`."""
        if equal:
            rows = records.filtered(db, Resident, equal)
            return [row["id"] for row in rows if row["life_state"] != "deceased"]
        return [
            one.resident_id
            for one in today.due(db, day, horizon=0)
            if one.kind == self.due and one.resident_id
        ]

    def write(
        self,
        db: Connection,
        equal: Mapping[str, Any],
        day: dt.date,
        out: Path,
        *,
        unmasked: bool = False,
        leave_blanks: bool = False,
    ) -> int:
        """Write the sheet for the people that `people` gives; return the pages.

        Raises UserError when there is nobody, the file cannot be written, or the font
        lacks a character and `leave_blanks` does not leave its place to the pen.
        Printing unmasked is to be journalled by the caller.
        """
        return self.draw(
            db,
            self.people(db, equal, day),
            day,
            out,
            unmasked=unmasked,
            leave_blanks=leave_blanks,
            progress=None,
        )


def _visit_sheets(
    db: Connection, ids: Iterable[UUID], day: dt.date, out: Path, **options: Any
) -> int:
    from gridapp.office.sheets.visit_data import from_records
    from gridapp.office.sheets.visit_sheet import visit_sheets

    return visit_sheets(from_records(db, ids, day), out, **options)


def _call_list(
    db: Connection, ids: Iterable[UUID], day: dt.date, out: Path, **options: Any
) -> int:
    from gridapp.office.sheets.call_list import call_list
    from gridapp.office.sheets.visit_data import from_records

    return call_list(from_records(db, ids, day), out, **options)


SHEETS: Mapping[str, Sheet] = MappingProxyType(
    {
        "visit-sheet": Sheet("入户走访单", "visit", _visit_sheets),
        "call-list": Sheet("电话问候单", "call", _call_list),
    }
)
