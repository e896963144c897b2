"""矛盾调解: what is to be mediated, visited again or closed, and the file of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridapp.language import tr
from gridapp.models import Dispute, DisputeParty
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.search import search
from gridapp.store.undo import Done, noted, take_back
from gridapp.store.vault import Writing
from gridapp.ui.disputes import dispute_drafts, dispute_words
from gridapp.ui.disputes.dispute_acts import wanted_act
from gridapp.ui.disputes.dispute_card import DisputeCard
from gridapp.ui.disputes.dispute_register import RegisterForm
from gridapp.ui.page import Page
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, NoticeBar, column, line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.work import disputes
from gridapp.work.dispute_cases import (
    PARTS,
    CaseFile,
    Listed,
    Start,
    case_file,
    listed,
    start,
)
from gridapp.work.listing import Listing, of_records

MOST_FOUND = 500


@dataclass(frozen=True)
class _Found:
    rows: tuple[Listed, ...]
    hits: frozenset[UUID] | None  # None when nothing is searched
    unfinished: bool  # whether a registration was left half-written


class DisputesPage(Page):
    """The list at the left, the file or a form at the right."""

    title = tr("矛盾调解")
    shows = frozenset(one.__tablename__ for one in (Dispute, *PARTS))
    watched = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._rows: tuple[Listed, ...] = ()
        self._hits: frozenset[UUID] | None = None
        self._wanted: UUID | None = None  # to be chosen once the list is read
        self._came = False  # from today's list, where one goes back to
        self._listing = False  # whether the list is being written
        self._then = ""  # what to do with it: the kind of a row of today's list
        self._register: RegisterForm | None = None
        self._card = DisputeCard(session)
        name = tr("查找矛盾纠纷")
        self._box = FindField(self.theme, name, tr("名称、当事人、地点、卷号"))
        self._chips = ChipRow(
            self.theme, tr("筛选"), dispute_words.FILTERS, gap=4, wrap=True
        )
        self._list = RowList(self.theme, self.title)
        self._empty = Text("", "muted", wrap=True)
        self._clear = Button(self.theme, tr("清除筛选"), "quiet")
        self._new = Button(self.theme, tr("登记纠纷 F7"), "primary", icon="handshake")
        self._export = self.export_button()
        self._unfinished = NoticeBar(self.theme, "amber", "pencil")
        self._go_on = Button(self.theme, tr("继续填写"), "quiet")
        self._stack = QStackedWidget()
        self._form_card = Card((1, 1, 1, 1), 0)  # around the form of a registration
        self._place()
        self._bind()
        self.set_width(Width.WIDE)

    def _place(self) -> None:
        self._outer = column(self, (16, 14, 16, 14))
        browse = QWidget()
        self._row = line(browse, gap=12)
        left = self._left = Card((1, 10, 1, 1), 8)
        top = line(margins=(12, 0, 12, 0), gap=8)
        top.addWidget(self._box, 1)
        top.addWidget(self._new)
        left.box.addLayout(top)
        self._top, self._under = top, line(margins=(12, 0, 8, 0))
        chips = self._under
        chips.addWidget(self._chips, 1)
        chips.addWidget(self._export)
        left.box.addLayout(chips)
        notice = line(margins=(12, 0, 12, 0))
        self._unfinished.row.addWidget(self._go_on)
        self._unfinished.say("")
        notice.addWidget(self._unfinished)
        left.box.addLayout(notice)
        left.box.addWidget(Divider())
        left.box.addWidget(self._list, 1)
        self._empty.setContentsMargins(16, 16, 16, 4)
        left.box.addWidget(self._empty)
        left.box.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignHCenter)
        left.box.addStretch()
        self._row.addWidget(left)
        self._row.addWidget(self._card, 1)
        self._stack.addWidget(browse)
        self._stack.addWidget(self._form_card)
        self._outer.addWidget(self._stack)
        self._empty.hide()
        self._clear.hide()

    def _bind(self) -> None:
        self._chips.picked.connect(self._show_rows)
        self._box.searched.connect(self.reload)
        self._box.moved.connect(self._list.move_current)
        self._box.finished.connect(self._list.setFocus)
        self._clear.clicked.connect(self._clear_filters)
        self._new.clicked.connect(self.register)
        self._go_on.clicked.connect(self.register)
        self._list.picked.connect(self._on_picked)
        self._list.activated.connect(self._card.focus_start)
        self._card.said.connect(self.said)
        self._card.resident_asked.connect(self.resident_asked)
        self._card.print_asked.connect(self.print_asked)
        self._card.working.connect(self._on_working)
        self._card.finished.connect(self._on_finished)
        self._card.left.connect(self._list.setFocus)
        self._box.left.connect(self._list.setFocus)
        keys = {"Esc": self.left.emit, "Del": self._card.drop}
        bind_inside(self._list, keys)

    def reload(self) -> None:
        work = partial(_read, text=self._box.query().strip(), day=dt.date.today())
        self.session.read(work, self._show_found)

    def focus_start(self) -> None:
        if self._register is not None:
            self._register.focus_start()
        elif self._card.busy:
            self._card.focus_start()
        else:
            self._list.setFocus()

    def open_record(self, record_id: UUID | None) -> None:
        """Open a dispute, or that of a party; None begins a new one."""
        if record_id is None:
            self.register()
        else:
            work = partial(_dispute_of, record_id=record_id)
            self.session.read(work, partial(self._go_to, kind=""))

    def act_on(self, record_id: UUID, kind: str) -> None:
        """Open a dispute and do what a row of today's list of that kind asks for."""
        self._go_to(record_id, kind)
        self._came = True

    def leave(self) -> None:
        self._card.leave()
        if self._register is not None:
            self._register.keep()

    def _go_to(self, dispute_id: UUID, kind: str) -> None:
        self._came = False
        self._close_register()
        self._card.close_form()
        self._wanted, self._then = dispute_id, kind
        self._box.clear()
        self._chips.choose("all")
        self._hits = None
        self.reload()

    def _show_found(self, found: _Found) -> None:
        self._rows, self._hits = found.rows, found.hits
        day = dt.date.today()
        self.counted.emit(sum(one.late(day) for one in found.rows))
        self._count_filters()
        words = tr("有一份没写完的登记，已替您存好") if found.unfinished else ""
        self._unfinished.say(words)
        self._show_rows()

    def _count_filters(self) -> None:
        """Show the filters with their counts, as far as there is room."""
        day, width = dt.date.today(), self.layout_width
        choices: list[tuple[str, str]] = []
        for key, words in dispute_words.FILTERS:
            count = sum(dispute_words.fits(key, one, day) for one in self._rows)
            short = (
                words if width is Width.WIDE else dispute_words.SHORT.get(key, words)
            )
            narrow = width is Width.NARROW
            choices.append((key, short if narrow else f"{short} {count}"))
        self._chips.set_choices(choices)

    def _show_rows(self, _key: str = "") -> None:
        chosen, day = self._chips.chosen(), dt.date.today()
        kept = [
            one
            for one in self._rows
            if dispute_words.fits(chosen, one, day)
            and (self._hits is None or one.id in self._hits)
        ]
        if chosen in ("done", "all"):
            kept.sort(key=lambda one: not one.open)
        searched = self._hits is not None
        self._listing = True  # what changes of itself takes no form away
        self._list.show_rows(
            [dispute_words.row_of(one, day, found=searched) for one in kept]
        )
        if self._wanted is not None and self._list.choose(self._wanted):
            self._list.scrollTo(self._list.currentIndex())
        self._listing = False
        self._say_empty(found=bool(kept))
        shown = self._wanted or (self._list.current() or _NOBODY).id
        self._wanted = None
        self._open_case(shown if kept else None)

    def shown_list(self) -> Listing:
        text, chosen = self._box.query().strip(), self._chips.chosen()
        words = dict(dispute_words.FILTERS)[chosen]
        narrowed = [one for one in (words, f"“{text}”" if text else "") if one]
        ids = [row.id for row in self._list.rows()]
        return of_records(Dispute, ids, title=self.title, narrowed=narrowed)

    def _say_empty(self, *, found: bool) -> None:
        text = self._box.query().strip()
        words = dict(dispute_words.FILTERS)[self._chips.chosen()]
        asked = tr("没有找到“{text}”（{words}）。", text=text, words=words)
        none = tr("“{words}”里没有纠纷，按 F7 可以登记新的。", words=words)
        self._empty.setText(asked if text else none)
        self._list.setVisible(found)
        self._empty.setVisible(not found)
        self._clear.setVisible(not found and bool(text or self._rows))

    def _clear_filters(self) -> None:
        self._chips.choose("all")
        self._box.clear()
        self._show_rows()

    def _on_picked(self, row: Row) -> None:
        if row.id != self._card.dispute_id and not self._listing:
            self._card.close_form()
            self._open_case(row.id)

    def _open_case(self, dispute_id: UUID | None) -> None:
        if dispute_id is None:
            if not self._card.busy:
                self._card.show_case(None)
            return
        if self._card.busy and dispute_id != self._card.dispute_id:
            return
        work = partial(case_file, dispute_id=dispute_id, day=dt.date.today())
        self.session.read(work, partial(self._show_case, dispute_id))

    def _show_case(self, dispute_id: UUID, case: CaseFile | None) -> None:
        row = self._list.current()
        if row is not None and row.id != dispute_id:
            return  # another was chosen meanwhile
        self._card.show_case(case)
        kind, self._then = self._then, ""
        if kind and case is not None:
            self._card.start(wanted_act(case, kind))
            if not self._card.busy:
                self._came = False
                self._card.focus_start()

    def register(self) -> None:
        """Open the form for a new dispute."""
        if self._register is None:
            work = partial(start, day=dt.date.today())
            self.session.read(work, self._open_register)

    def _open_register(self, begun: Start) -> None:
        if self._register is not None:
            return
        form = RegisterForm(self.session, begun)
        form.set_width(self.layout_width)
        form.filled.connect(self._on_registered)
        form.left.connect(self._on_register_left)
        self._register = form
        self._form_card.box.addWidget(form)
        self._stack.setCurrentWidget(self._form_card)
        form.open()

    def _on_registered(self, values: Values) -> None:
        form = self._register
        if form is not None:
            work = partial(_register, values=values)
            self.session.write(work, self._registered, form.refuse)

    def _registered(self, done: Done) -> None:
        form = self._register
        if form is not None:
            form.end()
        self._close_register()
        self._wanted = done.result
        self._chips.choose("open")
        self.reload()
        self._list.setFocus()
        self.said.emit(tr("已登记纠纷"), partial(self._take_back, done))

    def _take_back(self, done: Done) -> None:
        words = tr("已撤销，登记的纠纷在回收站里")
        self.session.write(partial(take_back, span=done), partial(self.tell, words))

    def _on_register_left(self) -> None:
        self._close_register()
        self.reload()
        self._list.setFocus()

    def _close_register(self) -> None:
        form = self._register
        if form is None:
            return
        form.keep()
        form.end()
        self._register = None
        self._stack.setCurrentIndex(0)
        self._form_card.box.removeWidget(form)
        form.hide()
        form.deleteLater()

    def _on_working(self, working: bool) -> None:
        wide = self.layout_width is Width.WIDE
        self._left.setVisible(wide or not working)
        row = self._list.current()
        if not working and row is not None and row.id != self._card.dispute_id:
            self._open_case(row.id)

    def _on_finished(self) -> None:
        if self._came:
            self._came = False
            self.left.emit()

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        narrow = width is Width.NARROW
        top = 8 if narrow else 14
        self._outer.setContentsMargins(width.margin, top, width.margin, top)
        self._row.setSpacing(width.gap)
        self._left.setFixedWidth({"wide": 430, "mid": 400, "narrow": 312}[width.value])
        self._new.setText(tr("登记") if narrow else tr("登记纠纷 F7"))
        (self._top if narrow else self._under).addWidget(self._export)
        self._card.set_width(width)
        self._on_working(self._card.busy)
        self._count_filters()
        if self._register is not None:
            self._register.set_width(width)


_NOBODY = Row(UUID(int=0), "")


def _read(db: Connection, text: str, day: dt.date) -> _Found:
    hits: frozenset[UUID] | None = None
    if text:
        found = search(db, text, MOST_FOUND, model=Dispute)
        hits = frozenset(hit.id for hit in found) | _by_party(db, text)
    unfinished = dispute_drafts.kept(db, dispute_drafts.NEW) is not None
    return _Found(tuple(listed(db, day)), hits, unfinished)


def _dispute_of(db: Connection, record_id: UUID) -> UUID:
    for model in PARTS:
        part = records.get(db, model, record_id)
        if part:
            return part["dispute_id"]
    return record_id


def _by_party(db: Connection, text: str) -> frozenset[UUID]:
    """Return the disputes that have a party who is found by this text."""
    people = [hit.id for hit in search(db, text, MOST_FOUND, model=DisputeParty)]
    found = records.by_id(db, DisputeParty, people).values()
    return frozenset(one["dispute_id"] for one in found)


def _register(tx: Writing, values: Values) -> Done:
    parties: list[Values] = values["parties"]
    about = {name: value for name, value in values.items() if name != "parties"}

    def work(tx: Writing) -> UUID:
        return disputes.register_dispute(tx, about, parties)

    done = noted(tx, work)
    dispute_drafts.drop(tx, dispute_drafts.NEW)
    return done
