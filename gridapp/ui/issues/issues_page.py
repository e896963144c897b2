"""问题工单: what waits, what is late and what is done; one issue with its next step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridapp.language import tr
from gridapp.models import Issue, codes
from gridapp.models.issue_flow import OFFICE
from gridapp.models.record import Values
from gridapp.store import records, state
from gridapp.store.database import Connection
from gridapp.store.search import search
from gridapp.store.vault import Writing
from gridapp.ui.forms.record_form import RecordDialog
from gridapp.ui.issues.issue_card import IssueCard
from gridapp.ui.issues.issue_filters import IssueFilters, in_tab
from gridapp.ui.issues.issue_form import IssueForm
from gridapp.ui.issues.issue_words import row_of
from gridapp.ui.page import Page
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, column, line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.work import flow
from gridapp.work.flow import Stepped
from gridapp.work.issues import Issues, Listed, read_issues
from gridapp.work.listing import Listing, of_records

MOST_FOUND = 500
# What only a step of the flow changes.
SET_BY_STEPS = frozenset(
    {"state", "number", "receipt", "closed_at", "satisfied", "visit_id", "result"}
)
LIST_WIDTH = {Width.WIDE: 468, Width.MID: 388}
ANY_WIDTH = 16_777_215


class IssuesPage(Page):
    """The list at the left, the issue at the right; a form over both for a new one."""

    title = tr("问题工单")
    shows = frozenset({"issue", "issue_step"})
    watched = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._all: tuple[Listed, ...] = ()
        self._rows: Mapping[UUID, Row] = {}  # each issue as the list shows it
        self._hits: frozenset[UUID] | None = None  # None when nothing is searched
        self._wanted: UUID | None = None
        self._place_before = 0
        self._opened = False  # narrow: the issue is shown in place of the list
        self._errand = False  # sent here for one step, from another page
        self.box = FindField(self.theme, tr("查找问题工单"), tr("查问题、地点、人名"))
        self._new = Button(
            self.theme, tr("登记问题"), "primary", icon="plus", tip=tr("登记问题 F6")
        )
        self._filters = IssueFilters(self.theme)
        self._list = RowList(self.theme, tr("问题工单列表"))
        self._empty = Text("", "muted", wrap=True)
        self._clear = Button(self.theme, tr("清除筛选"), "quiet")
        self._card = IssueCard(session)
        self._made: IssueForm | None = None
        self._stack = QStackedWidget()
        self._place()
        self._bind()
        self.set_width(Width.WIDE)

    def _place(self) -> None:
        column(self).addWidget(self._stack)
        both = self._both = QWidget()
        self._stack.addWidget(both)  # first: what comes in is styled but once
        self._row = line(both, (16, 14, 16, 14), 12)
        self._left = Card((1, 10, 1, 1), 8)
        top = line(margins=(12, 0, 12, 0), gap=8)
        top.addWidget(self.box, 1)
        top.addWidget(self._new)
        top.addWidget(self.export_button())
        self._left.box.addLayout(top)
        filters = line(margins=(12, 0, 12, 0))
        filters.addWidget(self._filters)
        self._left.box.addLayout(filters)
        self._left.box.addWidget(Divider())
        self._left.box.addWidget(self._list, 1)
        self._empty.setContentsMargins(16, 16, 16, 4)
        self._left.box.addWidget(self._empty)
        self._left.box.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignHCenter)
        self._left.box.addStretch()
        self._row.addWidget(self._left)
        self._row.addWidget(self._card, 1)
        self._empty.hide()
        self._clear.hide()

    def _bind(self) -> None:
        self.box.searched.connect(self._search)
        self.box.moved.connect(self._list.move_current)
        self.box.finished.connect(self._list.setFocus)
        self._new.clicked.connect(partial(self.open_record, None))
        self._filters.changed.connect(self._show)
        self._clear.clicked.connect(self._clear_filters)
        self._list.picked.connect(self._on_picked)
        self._list.opened.connect(self._on_opened)
        self._list.selectionModel().currentChanged.connect(self._note_place)
        self._card.stepped.connect(self._on_stepped)
        self._card.edit_asked.connect(self._edit)
        self._card.resident_asked.connect(self.resident_asked)
        self._card.said.connect(self.said)
        self._card.print_asked.connect(self.print_asked)
        self._card.left.connect(self._back_to_list)
        bind_inside(self._both, {"Esc": self._escape})

    @property
    def _form(self) -> IssueForm:
        """The form, made when it is first asked for: the page opens sooner."""
        if self._made is None:
            form = self._made = IssueForm(self.session)
            form.saved.connect(self._on_added)
            form.said.connect(self.said)
            form.left.connect(self._close_form)
            form.dispute_asked.connect(partial(self.record_asked.emit, "dispute", None))
            form.set_width(self.layout_width)
            self._stack.addWidget(form)
        return self._made

    def reload(self) -> None:
        self.session.read(_read, self._show_issues)

    def focus_start(self) -> None:
        if self._made is not None and self._stack.currentWidget() is self._made:
            self._made.focus_start()
        else:
            self._back_to_list()

    def leave(self) -> None:
        if self._made is not None:
            self._made.keep()
        self._card.form.keep()

    def act_on(self, record_id: UUID, kind: str) -> None:
        """Open an issue for its next step, and go back when that is done."""
        self.open_record(record_id)
        self._errand = True

    def open_record(self, record_id: UUID | None) -> None:
        """Open an issue to work on it; None begins a new one."""
        self._errand = False
        if record_id is None:
            self._stack.setCurrentWidget(self._form)
            self._form.begin()
            return
        self._close_form()
        self._wanted = record_id
        self._opened = True
        self._show_sides()
        self._card.open_issue(record_id, then="step")
        self.reload()

    def choose_tab(self, key: str) -> None:
        """Show 待办 (open), 超期 (late), 已办 (done) or 全部 (all)."""
        self._filters.choose_tab(key)
        self._show()

    def _show_issues(self, read: tuple[Issues, Mapping[UUID, Row]]) -> None:
        found, self._rows = read
        self._all = found.rows
        now = dt.datetime.now(dt.UTC)
        self._filters.show_buildings(found.buildings)
        self.counted.emit(sum(one.late(now) for one in self._all))
        if self._wanted is not None:
            self._make_visible(self._wanted)
        self._show()

    def _make_visible(self, issue_id: UUID) -> None:
        """Choose the tab that holds an issue, and take filters away that hide it."""
        now = dt.datetime.now(dt.UTC)
        one = next((row for row in self._all if row.id == issue_id), None)
        if one is None:
            return
        if not in_tab(self._filters.tab(), one, now):
            self._filters.choose_tab("done" if one.ended_at else "open")
        if not self._filters.fits(one):
            self._filters.clear()
        if self._hits is not None:
            self.box.clear()
            self._hits = None

    def _show(self) -> None:
        now, tab = dt.datetime.now(dt.UTC), self._filters.tab()
        fitting = [one for one in self._all if self._fits(one)]
        self._filters.show_counts(fitting, now)
        rows = [self._rows[one.id] for one in fitting if in_tab(tab, one, now)]
        place = self._place_before
        before = self._list.current()
        self._list.show_rows(rows)
        kept = any(before and row.id == before.id for row in rows)
        if self._wanted is not None:
            self._list.choose(self._wanted)
            self._wanted = None
        elif rows and not kept and before:
            self._list.choose(rows[min(place, len(rows) - 1)].id)
        current = self._list.current()
        if current is not None:
            self._list.scrollTo(self._list.currentIndex())
        self._card.open_issue(current.id if current else None)
        self._say_empty(bool(rows))

    def _fits(self, one: Listed) -> bool:
        text = self.box.query().strip()
        found = self._hits is None or one.id in self._hits
        named = text and any(text in words for words in (one.who, one.owner))
        return self._filters.fits(one) and bool(found or named)

    def shown_list(self) -> Listing:
        text = [f"“{self.box.query().strip()}”"] if self._hits is not None else []
        words = [self._filters.tab_words(), *self._filters.narrowed(), *text]
        ids = [row.id for row in self._list.rows()]
        return of_records(Issue, ids, title=self.title, narrowed=words)

    def _say_empty(self, found: bool) -> None:
        self._list.setVisible(found)
        self._empty.setVisible(not found)
        words = self._filters.narrowed()
        if self._hits is not None:
            words.append(f"“{self.box.query().strip()}”")
        self._clear.setVisible(not found and bool(words))
        tab = self._filters.tab_words()
        if words:
            asked = tr("、").join(words)
            text = tr("“{tab}”里没有符合 {asked} 的工单。", tab=tab, asked=asked)
        elif self._filters.tab() == "late":
            text = tr("没有超期的工单。")
        else:
            text = tr("“{tab}”里没有工单。发现问题可以按 F6 登记。", tab=tab)
        self._empty.setText(text)

    def _clear_filters(self) -> None:
        self._filters.clear()
        self._hits = None
        self.box.clear()
        self._show()

    def _search(self, text: str) -> None:
        if text.strip():
            work = partial(_found, text=text)
            self.session.read(work, partial(self._show_hits, text))
        else:
            self._hits = None
            self._show()

    def _show_hits(self, text: str, hits: frozenset[UUID]) -> None:
        if text == self.box.query():
            self._hits = hits
            self._show()

    def _note_place(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self._place_before = current.row()

    def _on_picked(self, row: Row) -> None:
        if row.id != self._card.shown():
            self._card.open_issue(row.id)

    def _on_opened(self, row: Row) -> None:
        self._errand = False
        self._opened = True
        self._show_sides()
        self._card.open_issue(row.id, then="step")

    def _on_stepped(self, stepped: Stepped, words: str) -> None:
        one = next((row for row in self._all if row.id == stepped.issue_id), None)
        title = one.title if one else ""
        said = tr("{title}：{words}", title=title, words=words)
        if "state" in stepped.before and stepped.before["state"] != stepped.state:
            now = codes.table("issue_state").name(stepped.state)
            said += tr("，现在是“{state}”", state=now)

        def undone(_: UUID) -> None:
            self._wanted = stepped.issue_id
            self.said.emit(tr("已撤销，留痕里记着这两步"), None)
            self.reload()

        def undo() -> None:
            self.session.write(partial(flow.undo, stepped=stepped), undone)

        self._back_to_list()
        self._end_errand()
        self.said.emit(said, undo)

    def _on_added(self, issue_id: UUID, title: str) -> None:
        self._close_form()
        self._wanted = issue_id
        self.reload()

        def undo() -> None:
            work = partial(flow.undo_open, issue_id=issue_id)
            self.session.write(work, partial(self.tell, tr("已撤销，工单在回收站里")))

        self.said.emit(tr("已登记：{title}", title=title), undo)

    def _edit(self, issue_id: UUID) -> None:
        work = partial(_editable, issue_id=issue_id)
        self.session.read(work, self._open_edit)

    def _open_edit(self, found: tuple[Values, frozenset[str]] | None) -> None:
        if found is None:
            return
        record, hidden = found
        dialog = RecordDialog(self.session, Issue, record, {}, self, hidden)
        dialog.saved.connect(self._on_edited)
        dialog.open()

    def _on_edited(self, record_id: UUID, before: Values) -> None:
        def undo() -> None:
            work = partial(_restore, record_id=record_id, values=before)
            self.session.write(work, partial(self.tell, tr("已撤销修改")))

        self.said.emit(tr("已保存：问题工单"), undo)

    def _close_form(self) -> None:
        self._stack.setCurrentIndex(0)
        if self.isVisible():
            self._list.setFocus()

    def _escape(self) -> None:
        if self._opened or self._card.isAncestorOf(self.focusWidget() or self):
            self._card.form.keep()
            self._back_to_list()
            self._end_errand()
        else:
            self.left.emit()

    def _end_errand(self) -> None:
        if self._errand:
            self._errand = False
            self.left.emit()

    def _back_to_list(self) -> None:
        self._opened = False
        self._show_sides()
        if self.isVisible():
            self._list.setFocus()

    def _show_sides(self) -> None:
        narrow = self.layout_width is Width.NARROW
        self._left.setVisible(not (narrow and self._opened))
        self._card.setVisible(not narrow or self._opened)

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(width.margin, top, width.margin, top)
        self._row.setSpacing(width.gap)
        if width in LIST_WIDTH:
            self._left.setFixedWidth(LIST_WIDTH[width])
        else:
            self._left.setMinimumWidth(0)
            self._left.setMaximumWidth(ANY_WIDTH)
        self._filters.set_width(width)
        self._card.set_width(width)
        if self._made is not None:
            self._made.set_width(width)
        self._show_sides()


def _read(db: Connection) -> tuple[Issues, Mapping[UUID, Row]]:
    """Return every issue and its row: thousands are put into words off the window."""
    now, found = dt.datetime.now(dt.UTC), read_issues(db)
    return found, {one.id: row_of(one, now) for one in found.rows}


def _found(db: Connection, text: str) -> frozenset[UUID]:
    return frozenset(hit.id for hit in search(db, text, MOST_FOUND, model=Issue))


def _editable(db: Connection, issue_id: UUID) -> tuple[Values, frozenset[str]] | None:
    """Return an issue and the fields that may not be written over: the time is set by
    whoever gave the issue out, or by the worker when nobody did."""
    issue = records.get(db, Issue, issue_id)
    if issue is None:
        return None
    role = flow.worker_role(db, state.worker(db))
    free = role in OFFICE or flow.is_own(flow.trace(db, issue_id))
    return issue, SET_BY_STEPS if free else SET_BY_STEPS | {"deadline"}


def _restore(tx: Writing, record_id: UUID, values: Values) -> None:
    records.save(tx, Issue, values, record_id)
