"""操作记录: what was done here, newest first, for who missed the line that said it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, Qt

from gridapp.language import tr
from gridapp.models.permissions import Act as Permission
from gridapp.store.acts import MOST, Act, acts
from gridapp.store.database import Connection
from gridapp.ui.ledgers.opening import undo_import
from gridapp.ui.session import Session
from gridapp.ui.settings.act_words import entry_of
from gridapp.ui.settings.settings_listings import acts_listing
from gridapp.ui.side_page import SidePage
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.text import Text
from gridapp.ui.widgets.timeline import Entry, Timeline
from gridapp.work.listing import Listing

DAYS = (
    ("today", tr("今天")),
    ("yesterday", tr("昨天")),
    ("week", tr("近 7 天")),
    ("all", tr("全部")),
)


class ActsPage(SidePage):
    """The list with a choice of days and a search; Enter opens what it was about."""

    title = tr("操作记录")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._acts: list[tuple[Act, Entry]] = []
        self._shown: list[Act] = []
        self._days = ChipRow(self.theme, tr("哪几天"), DAYS)
        self._find = FindField(self.theme, tr("查操作记录"), tr("查姓名、事项"))
        self._find.setFixedWidth(220)
        self._count = Text("", "faint")
        self.top.addWidget(self._days)
        self.top.addWidget(self._count)
        self.top.addStretch()
        self.top.addWidget(self._find)
        self.top.addWidget(self.export_button(tr("导出")))
        card = Card((16, 6, 1, 6), 0)
        self._list = Timeline(self.theme, tr("操作记录"))
        card.box.addWidget(self._list, 1)
        self._empty = Text("", "muted", wrap=True)
        self._empty.setContentsMargins(8, 12, 16, 4)
        card.box.addWidget(self._empty)
        self._clear = Button(self.theme, tr("看全部"), "quiet", icon="x")
        card.box.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignLeft)
        card.box.addStretch()
        self._outer.addWidget(card, 1)
        self._undo = Button(self.theme, tr("撤销这次导入"), icon="history")
        self._outer.addWidget(self._undo, 0, Qt.AlignmentFlag.AlignLeft)
        self._note = Text(
            tr(
                "只列这台电脑上做过的事，最多 {most:,} 项；列表里的私密内容是遮住的。",
                most=MOST,
            ),
            "faint",
            wrap=True,
        )
        self._outer.addWidget(self._note)
        self._days.picked.connect(self.reload)
        self._find.searched.connect(self._show)
        self._find.left.connect(self.left)
        self._find.finished.connect(self._list.setFocus)
        self._list.activated.connect(self._open)
        self._list.clicked.connect(self._open)
        self._clear.clicked.connect(self._show_all)
        self._undo.clicked.connect(self._take_back)
        self._list.selectionModel().currentChanged.connect(self._show_undo)

    def reload(self) -> None:
        span = _span(self._days.chosen(), dt.date.today())
        named = self.session.may(Permission.RECORDS)
        self.session.read(partial(_read, span=span, named=named), self._arrived)

    def focus_start(self) -> None:
        self._list.setFocus()

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        self._find.setFixedWidth(160 if width is Width.NARROW else 220)
        self._note.setVisible(width is not Width.NARROW)

    def _on_changed(self, records: frozenset[str]) -> None:
        if self.isVisible():
            self.reload()
        else:
            self._stale = True

    def _arrived(self, found: Sequence[Act]) -> None:
        self._acts = [(act, entry_of(act)) for act in found]
        self._show()

    def _show(self, _words: str = "") -> None:
        wanted = self._find.query().strip().casefold()
        kept = [(act, one) for act, one in self._acts if _matches(one, wanted)]
        self._shown = [act for act, _ in kept]
        self._list.show_entries([entry for _, entry in kept])
        self._list.setVisible(bool(kept))
        self._count.setText(tr("{count:,} 项", count=len(kept)))
        self._empty.setVisible(not kept)
        self._clear.setVisible(not kept and (bool(wanted) or self._filtered()))
        self._show_undo()
        self._empty.setText(
            tr("这些记录里没有“{words}”。", words=self._find.query().strip())
            if wanted
            else tr("这几天没有登记或修改过什么。")
        )

    def shown_list(self) -> Listing:
        words = self._find.query().strip()
        narrowed = [dict(DAYS)[self._days.chosen()]] if self._filtered() else []
        return acts_listing(
            self._shown, [*narrowed, *([f"“{words}”"] if words else [])]
        )

    def _chosen(self) -> Act | None:
        row = self._list.currentIndex().row()
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def _show_undo(self, *_indexes: QModelIndex) -> None:
        """An import can be taken back as a whole on any later day."""
        act = self._chosen()
        self._undo.setVisible(act is not None and act.batch is not None)

    def _take_back(self) -> None:
        act = self._chosen()
        if act is not None and act.batch is not None:
            undo_import(self.session, act.batch, self.said)

    def _filtered(self) -> bool:
        return self._days.chosen() != "all"

    def _show_all(self) -> None:
        self._find.clear()
        self._days.choose("all")
        self.reload()

    def _open(self, index: QModelIndex) -> None:
        done = self._shown[index.row()].done
        opens = done[0].opens if done else None
        if opens is None:
            return
        kind, record_id = opens
        if kind == "resident":
            self.resident_asked.emit(record_id)
        elif kind in ("issue", "dispute", "patrol"):
            self.record_asked.emit(kind, record_id)


def _matches(entry: Entry, wanted: str) -> bool:
    words = f"{entry.title} {entry.when} {entry.text}".casefold()
    return not wanted or wanted in words


def _span(days: str, today: dt.date) -> tuple[dt.datetime | None, dt.datetime | None]:
    """From when and before when, in this laptop's time."""
    ago = {"today": 0, "yesterday": 1, "week": 6}.get(days)
    if ago is None:
        return None, None
    since = _midnight(today - dt.timedelta(days=ago))
    return since, _midnight(today) if days == "yesterday" else None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time()).astimezone(dt.UTC)


def _read(
    db: Connection,
    span: tuple[dt.datetime | None, dt.datetime | None],
    *,
    named: bool,
) -> list[Act]:
    return acts(db, *span, named=named)
