"""居民档案: find somebody at once, and the file of who is chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from gridapp.language import tr
from gridapp.store.residence import Change
from gridapp.ui.care.resident_file import (
    Listed,
    ResidentFile,
    read_beginning,
    read_file,
    read_history,
    read_list,
)
from gridapp.ui.ledgers.fill_opening import choose_form
from gridapp.ui.ledgers.opening import choose_ledger
from gridapp.ui.menus import MenuButton
from gridapp.ui.page import Page
from gridapp.ui.residents import resident_rows
from gridapp.ui.residents.household_card import HouseholdCard
from gridapp.ui.residents.resident_acts import ResidentActs
from gridapp.ui.residents.resident_card import ResidentCard
from gridapp.ui.residents.resident_filters import GONE, ResidentFilters, narrowing
from gridapp.ui.residents.resident_menu import LIST_ACTS
from gridapp.ui.residents.resident_parts import ResidentParts
from gridapp.ui.residents.resident_unready import Unready
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.text import Text
from gridapp.work.households import HouseholdFile, behind_door, comings
from gridapp.work.listing import Listing as Export
from gridapp.work.people import Event

PEOPLE = frozenset({"resident", "resident_tag", "household", "dwelling", "building"})


class ResidentsPage(Page):
    """The list at the left, the file at the right."""

    title = tr("居民档案")
    shows = PEOPLE | {"contact", "care_plan", "visit", "issue", "dispute", "attachment"}

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._people: Sequence[Listed] = ()  # as doors lie along a walk
        self._listing = resident_rows.Listing({}, ())
        self._hits: tuple[UUID, ...] | None = None
        self._wanted: UUID | None = None
        self._shown: UUID | None = None
        self._home: UUID | None = None  # the household that is shown, if one is
        self.box = FindField(
            self.theme, tr("搜索居民"), tr("姓名、拼音首字母、门牌、电话尾号")
        )
        self.filters = ResidentFilters(self.theme)
        self._unready = Unready(session, self)
        self._count = Text("", "faint")
        self._total = Text("", "faint")
        self._list = RowList(self.theme, tr("居民列表"))
        self._empty = Text("", "muted", wrap=True)
        self._clear = Button(self.theme, tr("清除筛选"), "quiet")
        self._new = Button(self.theme, tr("新增居民"), "quiet", icon="plus")
        self._import = Button(self.theme, tr("导入台账"), "quiet", icon="file-input")
        words = tr("更多操作")
        self._more = MenuButton(
            self.theme, tr("更多"), icon="ellipsis", tip=words, kind="quiet"
        )
        self._more.set_choices(LIST_ACTS)
        self._card = ResidentCard(session)
        self._household = HouseholdCard(session)
        self._cards = QStackedWidget()
        self._acts = ResidentActs(session, self)
        self._parts = ResidentParts(session, self, self._acts)
        self._place()
        self._bind()

    def _bind(self) -> None:
        self.box.searched.connect(self._search)
        self.box.moved.connect(self._list.move_current)
        self.box.finished.connect(self._list.setFocus)
        self.filters.changed.connect(self._show_rows)
        self._unready.found.connect(self._show_rows)
        self._clear.clicked.connect(self._clear_filters)
        self._list.picked.connect(self._on_picked)
        self._list.opened.connect(self._show_card)
        card, home, acts = self._card, self._household, self._acts
        for file in (card, home):
            file.visit_asked.connect(self.visit_asked)
            file.resident_asked.connect(self.show_resident)
            file.household_asked.connect(self.show_household)
        card.history_asked.connect(self._read_history)
        card.act_asked.connect(acts.act)
        card.part_asked.connect(self._on_part)
        card.event_opened.connect(self._open_event)
        card.event_deleted.connect(self._parts.delete_event)
        home.left.connect(self._leave_home)
        home.issue_asked.connect(partial(self.record_asked.emit, "issue"))
        home.act_asked.connect(self._act_at_home)
        acts.said.connect(self.said)
        acts.resident_shown.connect(self.show_resident)
        acts.household_shown.connect(self.show_household)
        acts.gone.connect(self._show_card)
        acts.print_asked.connect(self.print_asked)
        self._parts.said.connect(self.said)
        self._new.clicked.connect(lambda: acts.new_resident())
        self._import.clicked.connect(self._import_ledger)
        self._more.picked.connect(self._on_more)

    def _place(self) -> None:
        self._row = line(self, (16, 14, 16, 14), 12)
        left = self._left = Card((1, 10, 1, 1), 8)
        box = line(margins=(12, 0, 12, 0))
        box.addWidget(self.box)
        left.box.addLayout(box)
        chips = line(margins=(12, 0, 8, 0))
        chips.addWidget(self.filters)
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
        foot.addWidget(self._more)
        left.box.addLayout(foot)
        self._row.addWidget(left)
        self._cards.addWidget(self._card)
        self._cards.addWidget(self._household)
        self._turn_to(self._card)
        self._row.addWidget(self._cards, 1)
        self._empty.hide()
        self._clear.hide()
        self.set_width(Width.WIDE)

    def reload(self) -> None:
        day = dt.date.today()
        if not self._people:
            self.session.read(partial(read_beginning, day=day), self._show_beginning)
        self.session.read(partial(read_list, day=day), self._show_people)

    def _reload_owed(self) -> None:
        work = partial(resident_rows.read_listing, day=dt.date.today())
        self.session.read(work, self._show_listing)

    def _on_changed(self, records: frozenset[str]) -> None:
        """Read the long list again only when somebody on it may have changed."""
        if self.isVisible() and not records & PEOPLE and records & self.shows:
            self._reload_owed()
        else:
            super()._on_changed(records)

    def show_resident(self, resident_id: UUID) -> None:
        """Choose somebody, whatever the list was filtered by."""
        self._wanted = resident_id
        self._show_card()
        self.box.clear()
        self.filters.clear()
        self._hits = None
        self._show_rows()

    def show_household(self, household_id: UUID) -> None:
        """Show the file of a household."""
        self._home = household_id
        work = partial(resident_rows.read_household, household_id=household_id)
        self.session.read(work, partial(self._show_home, household_id))

    def show_door(self, dwelling_id: UUID) -> None:
        """Show the household behind a door."""
        work = partial(behind_door, dwelling_id=dwelling_id)
        self.session.read(work, self._show_first)

    def _show_first(self, homes: Sequence[UUID]) -> None:
        if homes:
            self.show_household(homes[0])
        else:
            self.tell(tr("这个门牌还没有登记住户"))

    def open_record(self, record_id: UUID | None) -> None:
        """Show a household; None starts a new resident."""
        if record_id is None:
            self._acts.new_resident()
        else:
            self.show_household(record_id)

    def _show_home(self, household_id: UUID, file: HouseholdFile | None) -> None:
        if household_id != self._home:
            return
        if file is None:
            self._show_card()
            self.tell(tr("这一户已被删除，可以到回收站恢复"))
            return
        fresh = self._cards.currentWidget() is not self._household
        self._household.show_file(file)
        self._turn_to(self._household)
        if fresh:
            self._household.show_changes(())
            self._household.focus_start()
        work = partial(comings, household_id=household_id)
        self.session.read(work, partial(self._show_comings, household_id))

    def _show_comings(self, household_id: UUID, changes: Sequence[Change]) -> None:
        if household_id == self._home:
            self._household.show_changes(changes)

    def _show_card(self, _row: Row | None = None) -> None:
        """Show the resident again, in place of the household."""
        self._home = None
        self._turn_to(self._card)

    def _turn_to(self, card: QWidget) -> None:
        """Show a card; the other, which may need more room, does not count."""
        for one in (self._card, self._household):
            kind = QSizePolicy.Policy.Ignored
            if one is card:
                kind = QSizePolicy.Policy.Preferred
            one.setSizePolicy(kind, kind)
        self._cards.setCurrentWidget(card)

    def _leave_home(self) -> None:
        self._show_card()
        self._list.setFocus()

    def _act_at_home(self, act: str, member_id: UUID | None) -> None:
        if member_id is not None:
            self._acts.act(act, member_id)
        elif self._home is not None:
            self._acts.home_act(act, self._home)

    def _on_part(self, act: str, kind: str, part_id: UUID | None) -> None:
        if self._shown is not None:
            self._parts.act(self._shown, act, kind, part_id)

    def _open_event(self, event: Event) -> None:
        if event.kind in ("visit", "call"):
            self._parts.edit_visit(event.id)
        elif event.kind == "signed":
            self._parts.show_paper(event.id)
        else:
            self.record_asked.emit(event.kind, event.id)

    def _on_more(self, key: str) -> None:
        if key == "duplicates":
            self._acts.duplicates()
        elif key == "export":
            self.export_asked.emit()
        elif key == "fill":
            choose_form(self.session, self, self.shown_list().items)
        else:
            self.place_asked.emit(key)

    def focus_start(self) -> None:
        self.box.setFocus()

    def chosen_resident(self) -> UUID | None:
        """Return who is shown, or who heads the household that is."""
        return self._shown if self._home is None else self._household.head_id()

    def choose(self, resident_id: UUID) -> bool:
        """Choose somebody; return whether they are listed."""
        if listed := self._list.choose(resident_id):
            self._list.scrollTo(self._list.currentIndex())
        return listed

    def act(self, act: str) -> None:
        """Do something with whoever is shown: move, leave, merge, print…"""
        if self._shown is not None:
            self._acts.act(act, self._shown)

    def show_changes(self) -> None:
        """Show what was changed in the file, in place of what happened."""
        self._card.show_changes()

    def search_for(self, text: str) -> None:
        """Search as if it had been typed."""
        self.box.setText(text)
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_beginning(self, found: Sequence[Listed]) -> None:
        """Show the first of a long list while the rest of it is read."""
        here = [one for one in found if one.standing.state not in GONE]
        if here:
            self._people = here
            self._show_rows()

    def _show_people(self, found: Sequence[Listed]) -> None:
        self._people = found
        self._unready.forget()
        here = sum(one.standing.state not in GONE for one in found)
        self._total.setText(tr("共 {count:,} 人", count=here))
        self._reload_owed()

    def _show_listing(self, listing: resident_rows.Listing) -> None:
        self._listing = listing
        self._show_rows(kept=self._shown)
        if self._shown is not None:
            self._read_file(self._shown)
        if self._home is not None:
            self.show_household(self._home)

    def _search(self, text: str) -> None:
        if text.strip():
            self._show_card()
            work = partial(resident_rows.found_people, text=text)
            self.session.read(work, partial(self._show_hits, text))
        else:
            self._hits = None
            self._show_rows()

    def _show_hits(self, text: str, hits: Sequence[UUID]) -> None:
        if text == self.box.query():
            self._hits = tuple(hits)
            self._show_rows()

    def _show_rows(self, _key: str = "", kept: UUID | None = None) -> None:
        """List whom search and filters leave; whoever is asked for, or `kept` while
        they left or died, stays whatever the list is narrowed by."""
        searched = self._hits is not None
        asked = self.filters.asked()
        unready = self._unready.among(asked)
        shown = narrowing(asked, self._listing.late, unready, found=searched)
        found = resident_rows.chosen(
            self._people, self._hits, shown, self._wanted or kept
        )
        rows = self._listing.rows_of(found, found=searched)
        self._list.show_rows(rows)
        self._count.setText(tr("找到 {count:,} 人", count=len(rows)))
        self._say_empty(bool(rows) or not self._people)
        if self._wanted is not None and self.choose(self._wanted):
            self._wanted = None

    def _say_empty(self, found: bool) -> None:
        text = self.box.query().strip()
        self._empty.setText(resident_rows.nothing_found(text, self.filters.words()))
        self._list.setVisible(found)
        self._empty.setVisible(not found)
        self._clear.setVisible(not found)

    def shown_list(self) -> Export:
        text = self.box.query().strip()
        return resident_rows.people_listing(self._list.rows(), text, self.filters)

    def _clear_filters(self) -> None:
        self.filters.clear()
        self.box.clear()
        self._show_rows()

    def _on_picked(self, row: Row) -> None:
        if self._list.hasFocus():
            self._show_card()
        if row.id != self._shown:
            self._read_file(row.id)

    def _read_file(self, resident_id: UUID) -> None:
        self._shown = resident_id
        work = partial(read_file, resident_id=resident_id, day=dt.date.today())
        self.session.read(work, partial(self._show_file, resident_id))

    def _show_file(self, resident_id: UUID, file: ResidentFile | None) -> None:
        if resident_id == self._shown:
            self._card.show_file(file, self._listing.owed.get(resident_id, ()))

    def _read_history(self, resident_id: UUID) -> None:
        work = partial(read_history, resident_id=resident_id)
        self.session.read(work, self._card.show_history)

    def _import_ledger(self) -> None:
        choose_ledger(self.session, self, self.said)

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        margin, gap = width.margin, width.gap
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(margin, top, margin, top)
        self._row.setSpacing(gap)
        self._left.setFixedWidth({"wide": 356, "mid": 300, "narrow": 286}[width.value])
        self._more.setText(tr("更多") if width is Width.WIDE else "")
        self.filters.set_width(width)
        self._card.set_width(width)
        self._household.set_width(width)
