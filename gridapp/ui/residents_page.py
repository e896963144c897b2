"""居民档案: find somebody at once, and the file of who is chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt

from gridapp.language import tr
from gridapp.models import CarePlan, Resident, record_named
from gridapp.models.record import Record, Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.search import search
from gridapp.store.vault import Writing
from gridapp.ui.due_words import due_badge
from gridapp.ui.import_dialog import KINDS, ImportDialog
from gridapp.ui.page import Page
from gridapp.ui.record_form import RecordDialog
from gridapp.ui.resident_card import ResidentCard
from gridapp.ui.resident_file import (
    Listed,
    ResidentFile,
    read_file,
    read_history,
    read_list,
    read_owed,
)
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.text import Text
from gridapp.work import plans
from gridapp.work.due import Due

MOST_FOUND = 200
FILTERS = (
    ("all", tr("全部")),
    ("late", tr("逾期")),
    ("alone", tr("独居")),
    ("chronic", tr("慢病")),
    ("low_income", tr("低保")),
)
PEOPLE = frozenset({"resident", "resident_tag", "household", "dwelling", "building"})
NEWCOMER = {"presence": "here", "life_state": "living", "resident_kind": "local"}
Owed = Mapping[UUID, tuple[Due, ...]]


class ResidentsPage(Page):
    """The list at the left, the file at the right."""

    title = tr("居民档案")
    shows = PEOPLE | {"contact", "care_plan", "visit", "issue"}

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._people: dict[UUID, Listed] = {}  # as doors lie along a walk
        self._owed: Owed = {}
        self._hits: tuple[UUID, ...] | None = None
        self._wanted: UUID | None = None
        self._shown: UUID | None = None
        self.box = FindField(
            self.theme, tr("搜索居民"), tr("姓名、拼音首字母、门牌、电话尾号")
        )
        self._chips = ChipRow(self.theme, tr("筛选"), FILTERS, gap=6)
        self._count = Text("", "faint")
        self._total = Text("", "faint")
        self._list = RowList(self.theme, tr("居民列表"))
        self._empty = Text("", "muted", wrap=True)
        self._clear = Button(self.theme, tr("清除筛选"), "quiet")
        self._new = Button(self.theme, tr("新增居民"), "quiet", icon="plus")
        self._import = Button(self.theme, tr("导入台账"), "quiet", icon="file-input")
        self._card = ResidentCard(session)
        self._place()
        self.box.searched.connect(self._search)
        self.box.moved.connect(self._list.move_current)
        self.box.finished.connect(self._list.setFocus)
        self._chips.picked.connect(self._show_rows)
        self._clear.clicked.connect(self._clear_filters)
        self._list.picked.connect(self._on_picked)
        self._card.visit_asked.connect(self.visit_asked)
        self._card.resident_asked.connect(self.show_resident)
        self._card.edit_asked.connect(self._edit)
        self._card.history_asked.connect(self._read_history)
        self._card.part_asked.connect(self._add_part)
        self._new.clicked.connect(self._add_resident)
        self._import.clicked.connect(self._import_ledger)

    def _place(self) -> None:
        self._row = line(self, (16, 14, 16, 14), 12)
        left = self._left = Card((1, 10, 1, 1), 8)
        box = line(margins=(12, 0, 12, 0))
        box.addWidget(self.box)
        left.box.addLayout(box)
        chips = line(margins=(12, 0, 8, 0))
        chips.addWidget(self._chips)
        chips.addStretch()
        left.box.addLayout(chips)
        counts = line(margins=(16, 0, 16, 0))
        counts.addWidget(self._count)
        counts.addStretch()
        counts.addWidget(self._total)
        left.box.addLayout(counts)
        left.box.addWidget(Divider())
        left.box.addWidget(self._list, 1)
        self._empty.setContentsMargins(16, 16, 16, 4)
        left.box.addWidget(self._empty)
        left.box.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignHCenter)
        left.box.addStretch()
        left.box.addWidget(Divider())
        foot = line(margins=(8, 0, 8, 8), gap=4)
        foot.addWidget(self._new)
        foot.addWidget(self._import)
        foot.addStretch()
        left.box.addLayout(foot)
        self._row.addWidget(left)
        self._row.addWidget(self._card, 1)
        self._empty.hide()
        self._clear.hide()
        self.set_width(Width.WIDE)

    def reload(self) -> None:
        self.session.read(partial(read_list, day=dt.date.today()), self._show_people)
        self._reload_owed()

    def _reload_owed(self) -> None:
        self.session.read(partial(read_owed, day=dt.date.today()), self._show_owed)

    def _on_changed(self, records: frozenset[str]) -> None:
        """Read the long list again only when somebody on it may have changed."""
        if self.isVisible() and not records & PEOPLE and records & self.shows:
            self._reload_owed()
        else:
            super()._on_changed(records)

    def show_resident(self, resident_id: UUID) -> None:
        """Choose somebody, whatever the list was filtered by."""
        self._wanted = resident_id
        self.box.clear()
        self._chips.choose("all")
        self._hits = None
        self._show_rows()

    def focus_start(self) -> None:
        self.box.setFocus()

    def chosen_resident(self) -> UUID | None:
        return self._shown

    def choose(self, resident_id: UUID) -> None:
        """Choose somebody among those that are listed."""
        if self._list.choose(resident_id):
            self._list.scrollTo(self._list.currentIndex())

    def show_changes(self) -> None:
        """Show what was changed in the file, in place of what happened."""
        self._card.show_changes()

    def search_for(self, text: str) -> None:
        """Search as if it had been typed."""
        self.box.setText(text)
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_people(self, found: Sequence[Listed]) -> None:
        self._people = {one.id: one for one in found}
        self._total.setText(tr("共 {count:,} 人", count=len(found)))

    def _show_owed(self, owed: Owed) -> None:
        self._owed = owed
        self._show_rows()
        if self._shown is not None:
            self._read_file(self._shown)

    def _search(self, text: str) -> None:
        if text.strip():
            work = partial(_found, text=text)
            self.session.read(work, partial(self._show_hits, text))
        else:
            self._hits = None
            self._show_rows()

    def _show_hits(self, text: str, hits: Sequence[UUID]) -> None:
        if text == self.box.query():
            self._hits = tuple(hits)
            self._show_rows()

    def _show_rows(self, _key: str = "") -> None:
        everybody = self._people
        chosen = self._chips.chosen()
        ids = everybody if self._hits is None else self._hits
        found = [
            everybody[one]
            for one in ids
            if one in everybody and self._fits(everybody[one], chosen)
        ]
        today = dt.date.today()
        searched = self._hits is not None
        rows = [_row(p, self._owed.get(p.id, ()), today, searched) for p in found]
        self._list.show_rows(rows)
        self._count.setText(tr("找到 {count:,} 人", count=len(rows)))
        self._say_empty(bool(rows) or not self._people)
        if self._wanted is not None and self._list.choose(self._wanted):
            self._list.scrollTo(self._list.currentIndex())
            self._wanted = None

    def _fits(self, person: Listed, chosen: str) -> bool:
        if chosen == "late":
            return any(due.late_days for due in self._owed.get(person.id, ()))
        return chosen == "all" or chosen in person.tags

    def _say_empty(self, found: bool) -> None:
        words = dict(FILTERS)[self._chips.chosen()]
        text = self.box.query().strip()
        asked = f"“{text}”" if text else ""
        self._empty.setText(
            tr(
                "没有找到{asked}({words})。可以查姓名、拼音首字母、门牌(3-2"
                "-501)、电话尾号。",
                asked=asked,
                words=words,
            )
        )
        self._list.setVisible(found)
        self._empty.setVisible(not found)
        self._clear.setVisible(not found)

    def _clear_filters(self) -> None:
        self._chips.choose("all")
        self.box.clear()
        self._show_rows()

    def _on_picked(self, row: Row) -> None:
        if row.id != self._shown:
            self._read_file(row.id)

    def _read_file(self, resident_id: UUID) -> None:
        self._shown = resident_id
        work = partial(read_file, resident_id=resident_id, day=dt.date.today())
        self.session.read(work, partial(self._show_file, resident_id))

    def _show_file(self, resident_id: UUID, file: ResidentFile | None) -> None:
        if resident_id == self._shown:
            self._card.show_file(file, self._owed.get(resident_id, ()))

    def _read_history(self, resident_id: UUID) -> None:
        work = partial(read_history, resident_id=resident_id)
        self.session.read(work, self._card.show_history)

    def _edit(self, resident_id: UUID) -> None:
        work = partial(_record, resident_id=resident_id)
        self.session.read(work, self._open_form)

    def _open_form(self, record: Values | None) -> None:
        if record is None:
            return
        dialog = RecordDialog(self.session, Resident, record, {}, self)
        dialog.saved.connect(partial(self._on_saved, record["name"]))
        dialog.open()

    def _add_resident(self) -> None:
        dialog = RecordDialog(self.session, Resident, None, NEWCOMER, self)
        dialog.saved.connect(self._on_added)
        dialog.open()

    def _on_added(self, record_id: UUID, _before: object) -> None:
        self.show_resident(record_id)
        work = partial(records.delete, model=Resident, record_id=record_id)
        undo = partial(self.session.write, work, partial(self.tell, tr("已撤销")))
        self.said.emit(tr("已新增居民"), undo)

    def _add_part(self, kind: str) -> None:
        if self._shown is None:
            return
        model = record_named(kind)
        defaults = {"since": dt.date.today(), "way": "visit"}
        hidden = frozenset({"resident_id", "until", "end_reason"})
        dialog = RecordDialog(self.session, model, None, defaults, self, hidden)
        dialog.save_by(partial(add_part, model=model, resident_id=self._shown))
        words = tr("已新增{title}", title=model.title)
        dialog.saved.connect(partial(self.tell, words))
        dialog.open()

    def _import_ledger(self) -> None:
        path = self.session.messages.choose_file(tr("选要导入的台账"), KINDS)
        if path:
            dialog = ImportDialog(self.session, Path(path), self)
            dialog.imported.connect(self.tell)
            dialog.open()

    def _on_saved(self, name: str, record_id: UUID, before: Values) -> None:
        def undo() -> None:
            work = partial(_restore, record_id=record_id, values=before)
            self.session.write(work, lambda _: self.said.emit(tr("已撤销修改"), None))

        self.said.emit(tr("已保存：{name} 的档案", name=name), undo)

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        margin, gap = width.margin, width.gap
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(margin, top, margin, top)
        self._row.setSpacing(gap)
        self._left.setFixedWidth({"wide": 356, "mid": 316, "narrow": 286}[width.value])
        shown = FILTERS if width is Width.WIDE else FILTERS[:4]
        self._chips.set_choices(FILTERS[:3] if width is Width.NARROW else shown)
        self._card.set_width(width)


def _row(person: Listed, owed: Sequence[Due], today: dt.date, found: bool) -> Row:
    soon = [due for due in owed if (due.due - today).days <= 3]
    badge = due_badge(soon[0], today) if soon else None
    words = " ".join((person.door, tr("、").join(person.tag_words[:3])))
    return Row(person.id, person.name, person.aside, words.strip(), badge, found)


def _found(db: Connection, text: str) -> list[UUID]:
    return [hit.id for hit in search(db, text, MOST_FOUND, model=Resident)]


def _record(db: Connection, resident_id: UUID) -> Values | None:
    return records.get(db, Resident, resident_id)


def add_part(
    tx: Writing,
    *,
    model: type[Record],
    resident_id: UUID,
    values: Values,
    record_id: UUID | None,
) -> UUID:
    """Add a plan, a tag or a contact to somebody's file; a plan ends the one before."""
    if model is CarePlan:
        return plans.set_plan(
            tx,
            resident_id,
            values["way"],
            values["interval_days"],
            values["reason"] or "",
            values["since"],
        )
    return records.save(tx, model, values | {"resident_id": resident_id})


def _restore(tx: Writing, record_id: UUID, values: Values) -> None:
    records.save(tx, Resident, values, record_id)
