"""Sheets that are printed as PDF: what there is, and for whom by default.

reportlab is imported when a sheet is written, so that listing them is instant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Building, Dispute, Household, Issue, Patrol, Resident, Visit
from gridapp.models.record import Record
from gridapp.office.sheets.target import Target
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.work import today

Progress = Callable[[int, int], object]


class Drawing(Protocol):
    """Writes the sheet of these records to a file; returns its number of pages."""

    def __call__(
        self,
        db: Connection,
        ids: Iterable[UUID],
        day: dt.date,
        out: Target,
        *,
        unmasked: bool,
        leave_blanks: bool,
        progress: Progress | None,
    ) -> int: ...


@dataclass(frozen=True)
class Sheet:
    """One sort of printed sheet."""

    title: str
    model: type[Record]  # what it is about, and whose fields choose
    draw: Drawing
    due: str = ""  # kind of due work it is for when nothing is chosen

    def chosen(
        self, db: Connection, equal: Mapping[str, Any], day: dt.date
    ) -> list[UUID]:
        """Records whose fields equal `equal`; without any, the people due by `day`.

        Raises UserError when nothing is chosen and nobody can be due.
        """
        if equal:
            return [row["id"] for row in records.filtered(db, self.model, equal)]
        if not self.due:
            raise UserError(
                tr(
                    "请先选要打印哪些{title}，再打印{sheet}。",
                    title=self.model.title,
                    sheet=self.title,
                )
            )
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
        out: Target,
        *,
        unmasked: bool = False,
        leave_blanks: bool = False,
    ) -> int:
        """Write the sheet for the records that `chosen` gives; return the pages.

        Raises UserError when there is nobody, the file cannot be written, or the font
        lacks a character and `leave_blanks` does not leave its place to the pen.
        Printing unmasked is to be journalled by the caller.
        """
        return self.draw(
            db,
            self.chosen(db, equal, day),
            day,
            out,
            unmasked=unmasked,
            leave_blanks=leave_blanks,
            progress=None,
        )


def _visit_sheets(
    db: Connection, ids: Iterable[UUID], day: dt.date, out: Target, **options: Any
) -> int:
    from gridapp.office.sheets.visit_data import from_records
    from gridapp.office.sheets.visit_sheet import visit_sheets

    return visit_sheets(from_records(db, ids, day), out, **options)


def _call_list(
    db: Connection, ids: Iterable[UUID], day: dt.date, out: Target, **options: Any
) -> int:
    from gridapp.office.sheets.call_list import call_list
    from gridapp.office.sheets.visit_data import from_records

    return call_list(from_records(db, ids, day), out, **options)


def _dispute_files(
    db: Connection,
    ids: Iterable[UUID],
    day: dt.date,
    out: Target,
    *,
    unmasked: bool,
    **options: Any,
) -> int:
    from gridapp.office.sheets.dispute_data import from_records
    from gridapp.office.sheets.dispute_file import dispute_files

    files = from_records(db, ids, unmasked=unmasked)
    return dispute_files(files, out, unmasked=unmasked, **options)


def _building_matrices(
    db: Connection, ids: Iterable[UUID], day: dt.date, out: Target, **options: Any
) -> int:
    from gridapp.office.sheets.building_matrix import building_matrices

    return building_matrices(db, ids, day, out, **options)


def _card(model: type[Record], title: str) -> tuple[str, Sheet]:
    """The sheet that shows one type of record as it is."""

    def draw(
        db: Connection,
        ids: Iterable[UUID],
        day: dt.date,
        out: Target,
        *,
        unmasked: bool,
        leave_blanks: bool,
        progress: Progress | None,
    ) -> int:
        from gridapp.office.sheets.record_card import record_cards
        from gridapp.office.sheets.record_data import from_records

        return record_cards(
            from_records(db, model, ids, title, unmasked=unmasked),
            out,
            unmasked=unmasked,
            leave_blanks=leave_blanks,
            progress=progress,
        )

    return f"{model.__tablename__}-card", Sheet(title, model, draw)


SHEETS: Mapping[str, Sheet] = MappingProxyType(
    {
        "visit-sheet": Sheet(tr("入户走访单"), Resident, _visit_sheets, due="visit"),
        "call-list": Sheet(tr("电话问候单"), Resident, _call_list, due="call"),
        "dispute-file": Sheet(tr("人民调解卷宗"), Dispute, _dispute_files),
        "building-matrix": Sheet(tr("楼栋图"), Building, _building_matrices),
        **dict(
            (
                _card(Resident, tr("居民登记表")),
                _card(Household, tr("家庭户登记表")),
                _card(Visit, tr("走访记录")),
                _card(Patrol, tr("巡查日志")),
                _card(Issue, tr("问题工单")),
                _card(Dispute, tr("矛盾纠纷登记表")),
            )
        ),
    }
)
