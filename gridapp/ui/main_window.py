"""The window: it places pages, and carries what they ask from one to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from gridapp.language import tr, weekday
from gridapp.models.permissions import Act
from gridapp.store import records, state
from gridapp.store.database import Connection
from gridapp.ui.care.visit_values import Way
from gridapp.ui.find_popup import FindPopup
from gridapp.ui.keys import bound
from gridapp.ui.ledgers.fill_opening import take_dropped
from gridapp.ui.ledgers.opening import LedgerDrop
from gridapp.ui.page import Page
from gridapp.ui.pages import Pages
from gridapp.ui.places import FOOT, MARKED, OPEN, PAGES, PLACES, RECORD_PAGES, SOON
from gridapp.ui.preferences import SMALLEST
from gridapp.ui.session import Session
from gridapp.ui.sync.drives import SUFFIX, UPDATE
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.busy import BusyLine
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.header import Header
from gridapp.ui.widgets.nav import NavColumn
from gridapp.ui.widgets.rows import Row
from gridapp.ui.widgets.toast import Toast

if TYPE_CHECKING:
    from gridapp.ui.printing.printing_page import PrintingPage
    from gridapp.ui.residents.residents_page import ResidentsPage
    from gridapp.ui.sync.sync_page import SyncPage
    from gridapp.ui.today.today_page import TodayPage
    from gridapp.ui.visits.visit_form import VisitForm

LONGEST_WAY = 20  # pages back


class MainWindow(QMainWindow):
    """Navigation, header and the pages of one open vault."""

    def __init__(self, session: Session, user: str) -> None:
        super().__init__()
        self.session = session
        self.setWindowTitle(tr("网格日志"))
        self.setMinimumSize(*SMALLEST)
        self.resize(1366, 728)
        self._way: list[str] = []  # the pages before this one
        self._refused = session.refusal(Act.RECORDS)  # why only some pages are open
        self._open = OPEN if self._refused else frozenset(PAGES)
        self._first = "settings" if self._refused else "today"
        self._here = self._first
        places = [place for place in PLACES if place.key in self._open]
        self._nav = NavColumn(session.theme, places, FOOT)
        self._header = Header(session.theme, session.preferences, user)
        self._stack = QStackedWidget()
        self._toast = Toast(session.theme)
        self._place()
        self._find = FindPopup(session, self._header.find_box, self)
        self.pages = Pages(session, PAGES, self._welcome, self)
        self._nav.chosen.connect(self.go)
        self._header.place_asked.connect(self.go)
        self._header.lock_asked.connect(session.lock_asked)
        self._find.chosen.connect(self._open_row)
        self._find.new_asked.connect(partial(self.show_record, "household", None))
        session.syncing.changed.connect(self._show_standing)
        session.syncing.said.connect(self._toast.say)
        session.backups.said.connect(self._toast.say)
        session.updating.said.connect(self._toast.say)
        session.backups.changed.connect(self._show_standing)
        drop = LedgerDrop(self)
        drop.dropped.connect(partial(take_table, self))
        packages = LedgerDrop(self, frozenset({SUFFIX, UPDATE}))
        packages.dropped.connect(partial(take_package, self))
        self._bind_keys()
        self._header.find_box.setVisible(not self._refused)
        self._show(self._first)
        session.syncing.watch()
        self.pages.make_soon([key for key in SOON if key in self._open])

    @property
    def today(self) -> TodayPage:
        """The page the window opens on."""
        return cast("TodayPage", self.pages["today"])

    @property
    def residents(self) -> ResidentsPage:
        """The page of everybody's files."""
        return cast("ResidentsPage", self.pages["residents"])

    def _place(self) -> None:
        middle, right = QWidget(), QWidget()
        across = line(middle)
        across.addWidget(self._nav)
        across.addWidget(right, 1)
        down = column(right)
        down.addWidget(self._header)
        down.addWidget(self._stack, 1)
        down.addWidget(self._toast)
        middle.setMinimumSize(*SMALLEST)  # pages never hold the window open
        BusyLine(self.session.theme, self.session.jobs, self._stack)
        right.setObjectName("page")
        self.setCentralWidget(middle)

    def _welcome(self, key: str, page: Page) -> None:
        """Take in a page that was made: place it and listen to it."""
        self._stack.addWidget(page)
        if page.layout_width is not (width := Width.of(self.width())):
            page.set_width(width)
        page.titled.connect(partial(self._title, page))
        page.visit_asked.connect(self.record_visit)
        page.resident_asked.connect(self.show_resident)
        page.record_asked.connect(self.show_record)
        page.act_asked.connect(self.act_on_record)
        page.place_asked.connect(self.go)
        page.said.connect(self._toast.say)
        page.left.connect(self.go_back)
        page.export_asked.connect(self.export_list)
        page.print_asked.connect(self.show_print)
        if self._nav.has(key):
            page.counted.connect(partial(self._nav.show_count, key))
        if key == "visit":
            cast("VisitForm", page).saved.connect(self.today.after_save)
        if page.watched and key != self._here:
            page.reload()

    def _bind_keys(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            "help": partial(self.go, "help"),
            "visit": partial(self._start_visit, "visit"),
            "call": partial(self._start_visit, "call"),
            "patrol": partial(self.show_record, "patrol", None),
            "issue": partial(self.show_record, "issue", None),
            "dispute": partial(self.show_record, "dispute", None),
            "reload": self.reload,
            "export": self.export_list,
            "find": self.focus_find,
            "undo": self._toast.undo,
            "lock": self.session.lock_asked.emit,
            "keys": partial(self.go, "keys"),
        }
        places = {f"Ctrl+{n}": place.key for n, place in enumerate(PLACES, 1)}
        for keys, key in bound():
            if key.act != "place":
                act = acts[key.act]
            elif keys in places:
                act = partial(self.go, places[keys])
            else:
                continue  # more keys than pages
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    @property
    def here(self) -> str:
        """The key of the page that is shown."""
        return self._here

    def go(self, key: str) -> bool:
        """Show a page; False, and why is said, when it is not for this user."""
        if key not in self._open:
            self._toast.say(self._refused)
            return False
        if key == self._here and self._stack.currentWidget() is self.pages[key]:
            self.pages[key].focus_start()
            return True
        self.pages[key].come_from(self._here)
        self._way = [*self._way, self._here][-LONGEST_WAY:]
        self._show(key)
        return True

    def go_back(self) -> None:
        """Show the page before this one."""
        self._show(self._way.pop() if self._way else self._first)

    def _show(self, key: str) -> None:
        self._here = key
        page = self.pages[key]
        self._stack.setCurrentWidget(page)
        self._nav.choose(MARKED.get(key, key))
        self._title(page, page.subtitle, page.names_person)
        self._find.hide()
        page.focus_start()

    def reload(self) -> None:
        """Read the page that is shown again."""
        self.pages[self._here].reload()

    def show_print(self, sheet: str, ids: Sequence[UUID]) -> None:
        """Show how a sheet of these records is printed."""
        if "printing" in self._open:
            cast("PrintingPage", self.pages["printing"]).show_sheet(sheet, ids)
        self.go("printing")

    def export_list(self) -> None:
        """Ask how the list of the page that is shown is written to a file."""
        from gridapp.ui.ledgers.export_dialog import ExportDialog

        refused = self.session.refusal(Act.EXPORT_MASKED)
        listing = None if refused else self.pages[self._here].shown_list()
        if refused:
            self._toast.say(refused)
        elif listing is None:
            self._toast.say(tr("这一页没有可以导出的清单"))
        elif not listing.items:
            self._toast.say(tr("清单是空的，换个筛选再导出"))
        else:
            dialog = ExportDialog(self.session, listing, self)
            dialog.exported.connect(self._toast.say)
            dialog.open()

    def focus_find(self) -> None:
        """Put the keyboard into the search box."""
        self._header.find_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._header.find_box.selectAll()

    def show_resident(self, resident_id: UUID) -> None:
        """Show somebody's file."""
        if self.go("residents"):
            self.residents.show_resident(resident_id)

    def record_visit(self, resident_id: UUID, way: Way) -> None:
        """Open the form for a visit (`visit`) or a phone call (`call`)."""
        if "visit" in self._open:
            cast("VisitForm", self.pages["visit"]).begin(resident_id, way)
        self.go("visit")

    def show_record(self, kind: str, record_id: UUID | None) -> None:
        """Open a record on the page of its type; None starts a new one."""
        key = RECORD_PAGES[kind]
        if self.go(key):
            self.pages[key].open_record(record_id)

    def act_on_record(self, kind: str, record_id: UUID) -> None:
        """Do with a record what a row of today's list of that kind asks for."""
        key = RECORD_PAGES["dispute" if kind == "follow_up" else kind]
        if self.go(key):
            self.pages[key].act_on(record_id, kind)

    def _open_row(self, row: Row) -> None:
        if row.type == "resident":
            self.show_resident(row.id)
        elif row.type in RECORD_PAGES:
            self.show_record(row.type, row.id)
        elif row.type == "dwelling":
            self.go("residents")
            self.residents.show_door(row.id)
        elif row.type == "grid":
            self.go("buildings")
        else:  # a contact: everybody found by its words
            self.go("residents")
            self.residents.search_for(row.title)

    def _start_visit(self, way: Way) -> None:
        """Record a visit with whoever is chosen on the page, or go and choose."""
        page = self.pages[self._here]
        chosen = page.chosen_resident()
        if chosen is not None:
            self.record_visit(chosen, way)
        elif self.go("residents"):
            self._toast.say(tr("先选好居民，再按 F2 记走访、F3 记电话"))

    def _title(self, page: Page, words: str, person: bool) -> None:
        if page is not self._stack.currentWidget():
            return
        today = dt.date.today()
        day = tr(
            "{day.month}月{day.day}日 {weekday}", day=today, weekday=weekday(today)
        )
        self._header.show_title(page.title, words or day, person=person)
        self.setWindowTitle(tr("网格日志 — {title}", title=page.title))

    def _show_standing(self) -> None:
        """Say how the way to the county and the backups are."""
        syncing = self.session.syncing
        self._header.show_sync(syncing.said_now(), syncing.now.unsent)
        self._nav.show_count("sync", syncing.now.held)
        self._header.show_backup(self.session.backups.late_words())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = Width.of(self.width())
        self._nav.set_width(width)
        self._header.set_width(width)
        for page in self.pages.made():
            if page.layout_width is not width:
                page.set_width(width)

    def leave(self) -> None:
        """Keep what is half written on any page."""
        for page in self.pages.made():
            page.leave()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.leave()
        super().closeEvent(event)


def take_table(window: MainWindow, file: Path) -> None:
    """Import or fill in a table that was dropped, where that is this user's to do."""
    page = window.pages[window.here]
    refused = window.session.refusal(Act.IMPORT)
    if refused:
        page.tell(refused)
    else:
        take_dropped(lambda: page, file)


def take_package(window: MainWindow, file: Path) -> None:
    """Show how what came on a stick is taken: the county's answer, or an update."""
    window.go("sync")
    cast("SyncPage", window.pages["sync"]).take_package(file)


def user_words(db: Connection, name: str = "") -> str:
    """Return who works here and in which grid, as `王秀兰 第3网格`.

    name: of whoever is signed in; by default of the vault's worker.
    """
    from gridapp.models import Grid, Worker

    found = [name] if name else []
    worker, grid = state.worker(db), state.default_grid(db)
    if worker and not name:
        found += records.labels(db, Worker, [worker]).values()
    if grid:
        found += records.labels(db, Grid, [grid]).values()
    return " ".join(found) or tr("未登记")
