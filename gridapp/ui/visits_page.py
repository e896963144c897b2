"""走访记录: every visit and call, newest first; a row opens the person's file."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QModelIndex

from gridapp.language import tr
from gridapp.models import Visit
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.ui.page import Page
from gridapp.ui.record_list import RecordList
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, line
from gridapp.ui.widgets.text import Text
from gridapp.work.ways import kind_of

COLUMNS = (
    ("started_at", 150),
    ("resident_id", 110),
    ("mode", 90),
    ("met_whom", 96),
    ("condition", 90),
    ("note", 0),
    ("next_on", 116),
)
FILTERS = (
    ("all", tr("全部")),
    ("visit", tr("走访")),
    ("call", tr("电话")),
    ("missed", tr("没见到")),
)


class VisitsPage(Page):
    """The log of visits and calls."""

    title = tr("走访记录")
    shows = frozenset({"visit", "resident"})

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._row = line(self, (16, 14, 16, 14))
        card = Card((1, 8, 1, 1), 8)
        top = line(margins=(16, 0, 8, 0), gap=8)
        top.addWidget(Text(tr("走访和电话"), "section"))
        self._chips = ChipRow(self.theme, tr("筛选"), FILTERS)
        top.addWidget(self._chips)
        self._count = Text("", "faint")
        top.addWidget(self._count)
        top.addStretch()
        self._new = Button(self.theme, tr("记走访 F2"), "primary", icon="footprints")
        top.addWidget(self._new)
        card.box.addLayout(top)
        card.box.addWidget(Divider())
        self._list = RecordList(session, Visit, COLUMNS, tr("走访记录"))
        card.box.addWidget(self._list, 1)
        self._row.addWidget(card)
        self._chips.picked.connect(self.reload)
        self._new.clicked.connect(self._start)
        self._list.activated.connect(self._open)

    def reload(self) -> None:
        kind = self._chips.chosen()
        self.session.read(lambda db: _ids(db, kind), self._show)

    def focus_start(self) -> None:
        self._list.setFocus()

    def chosen_resident(self) -> UUID | None:
        record_id = self._list.chosen()
        return self._resident_of(record_id) if record_id else None

    def _show(self, ids: list[UUID]) -> None:
        self._list.show_ids(ids)
        self._count.setText(tr("{count:,} 条", count=len(ids)))

    def _open(self, index: QModelIndex) -> None:
        resident = self._resident_of(self._list.id_at(index.row()))
        if resident is not None:
            self.resident_asked.emit(resident)

    def _start(self) -> None:
        chosen = self.chosen_resident()
        if chosen is not None:
            self.visit_asked.emit(chosen, "visit")
        else:
            self.place_asked.emit("residents")

    def _resident_of(self, visit_id: UUID) -> UUID | None:
        with self.session.store.reading() as db:
            visit = records.get(db, Visit, visit_id)
        return visit["resident_id"] if visit else None

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(width.margin, top, width.margin, top)


def _ids(db: Connection, kind: str) -> list[UUID]:
    rows = records.filtered(db, Visit, {}, order="started_at", descending=True)
    if kind == "missed":
        return [row["id"] for row in rows if row["met_whom"] == "nobody"]
    return [row["id"] for row in rows if kind in ("all", kind_of(row["mode"]))]
