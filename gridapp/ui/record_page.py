"""A list page for any record type: filters, search, a table, and its form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt

from gridapp.language import tr
from gridapp.models.record import Record, Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.search import search
from gridapp.store.vault import Writing
from gridapp.ui.ledgers import LEDGERS, Ledger, rows_for
from gridapp.ui.page import Page
from gridapp.ui.record_form import RecordDialog
from gridapp.ui.record_list import RecordList
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.text import Text

MOST_FOUND = 500
TITLES = {"dispute": tr("矛盾调解"), "patrol": tr("巡查日志")}


@dataclass(frozen=True)
class _Found:
    rows: tuple[Values, ...]
    hits: frozenset[UUID] | None  # None when nothing is searched


class RecordPage(Page):
    """The records of one type."""

    def __init__(self, session: Session, kind: str) -> None:
        self._ledger: Ledger = LEDGERS[kind]
        self.title = TITLES[kind]
        super().__init__(session)
        self.shows = frozenset({kind})
        self.watched = kind == "dispute"
        self._kind = kind
        self._rows: tuple[Values, ...] = ()
        self._hits: frozenset[UUID] | None = None
        ledger = self._ledger
        self._chips = ChipRow(self.theme, tr("筛选"), ledger.filters)
        self._count = Text("", "faint")
        self._box = FindField(
            self.theme,
            tr("查找{title}", title=ledger.model.title),
            tr("查名称、地点、编号"),
        )
        self._new = Button(self.theme, ledger.verb, "primary", icon=ledger.icon)
        self._list = RecordList(session, ledger.model, ledger.columns, self.title)
        self._empty = Text("", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._place()
        self._chips.picked.connect(self._show)
        self._box.searched.connect(self.reload)
        self._new.clicked.connect(partial(self.open_record, None))
        self._list.activated.connect(self._on_activated)
        self._list.doubleClicked.connect(self._on_activated)

    def _place(self) -> None:
        self._row = line(self, (16, 14, 16, 14))
        card = Card((1, 8, 1, 1), 8)
        top = line(margins=(16, 0, 8, 0), gap=8)
        top.addWidget(self._chips)
        top.addWidget(self._count)
        top.addStretch()
        self._box.setFixedWidth(220)
        top.addWidget(self._box)
        top.addWidget(self._new)
        card.box.addLayout(top)
        card.box.addWidget(Divider())
        card.box.addWidget(self._list, 1)
        card.box.addWidget(self._empty, 1)
        self._empty.hide()
        self._row.addWidget(card)

    def reload(self) -> None:
        text = self._box.query().strip()
        work = partial(_read, ledger=self._ledger, text=text)
        self.session.read(work, self._show_found)

    def _show_found(self, found: _Found) -> None:
        self._rows, self._hits = found.rows, found.hits
        now = dt.datetime.now(dt.UTC)
        if any(key == "late" for key, _ in self._ledger.filters):
            late = sum(self._ledger.fits("late", row, now) for row in self._rows)
            self.counted.emit(late)
        self._show()

    def _show(self, _key: str = "") -> None:
        now = dt.datetime.now(dt.UTC)
        chosen = self._chips.chosen()
        ids = [
            row["id"]
            for row in self._rows
            if self._ledger.fits(chosen, row, now)
            and (self._hits is None or row["id"] in self._hits)
        ]
        self._list.show_ids(ids)
        self._list.setVisible(bool(ids))
        self._empty.setVisible(not ids)
        self._count.setText(tr("{count:,} 条", count=len(ids)))
        words = dict(self._ledger.filters)[chosen]
        self._empty.setText(
            tr(
                "“{words}”里没有{title}，可以点右上角登记。",
                words=words,
                title=self._ledger.model.title,
            )
        )

    def focus_start(self) -> None:
        self._list.setFocus()

    def open_record(self, record_id: UUID | None) -> None:
        """Open a record to work on it; None begins a new one."""
        if record_id is None:
            self._open_form(None)
        else:
            self._edit(record_id)

    def _edit(self, record_id: UUID) -> None:
        work = partial(_record, model=self._ledger.model, record_id=record_id)
        self.session.read(work, self._open_form)

    def _open_form(self, record: Values | None) -> None:
        ledger = self._ledger
        dialog = RecordDialog(
            self.session, ledger.model, record, ledger.defaults(), self, ledger.unasked
        )
        if record is None:
            dialog.save_by(partial(_added, ledger=ledger))
        dialog.saved.connect(self._on_saved)
        dialog.open()

    def _on_activated(self, index: QModelIndex) -> None:
        self.open_record(self._list.id_at(index.row()))

    def _on_saved(self, record_id: UUID, before: Values | None) -> None:
        def undo() -> None:
            work = partial(
                _take_back,
                model=self._ledger.model,
                record_id=record_id,
                before=before,
            )
            self.session.write(work, lambda _: self.said.emit(tr("已撤销"), None))

        self.said.emit(tr("已保存：{title}", title=self._ledger.model.title), undo)

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(width.margin, top, width.margin, top)
        self._box.setVisible(width is not Width.NARROW)


def _read(db: Connection, ledger: Ledger, text: str) -> _Found:
    hits: frozenset[UUID] | None = None
    if text:
        found = search(db, text, MOST_FOUND, model=ledger.model)
        hits = frozenset(hit.id for hit in found)
    return _Found(tuple(rows_for(db, ledger)), hits)


def _record(db: Connection, model: type[Record], record_id: UUID) -> Values | None:
    return records.get(db, model, record_id)


def _added(
    tx: Writing, *, ledger: Ledger, values: Values, record_id: UUID | None
) -> UUID:
    return ledger.add(tx, values)


def _take_back(
    tx: Writing, model: type[Record], record_id: UUID, before: Values | None
) -> None:
    if before is None:
        records.delete(tx, model, record_id)
    else:
        records.save(tx, model, before, record_id)
