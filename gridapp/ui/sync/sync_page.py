"""数据同步: what waits, when it last went, and what only its author can decide."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from gridapp.language import tr
from gridapp.models.permissions import Act
from gridapp.store.vault import Store
from gridapp.ui.page import Page
from gridapp.ui.session import Session
from gridapp.ui.sync.held_list import HeldList
from gridapp.ui.sync.log_list import LogList
from gridapp.ui.sync.moment import AGAIN, LOCK, Moment
from gridapp.ui.sync.state_card import EXPLAINED, StateCard
from gridapp.ui.sync.stick_card import StickCard
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import ChipRow
from gridapp.ui.widgets.card import Card, Divider, column, line
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.text import Text
from gridapp.work import sync_standing
from gridapp.work.held_changes import needs_person
from gridapp.work.sync_standing import Standing

TICK = 10_000  # milliseconds between two readings of the clock while it is shown
HELD, LOG = "held", "log"


class SyncPage(Page):
    """The state and one button on the left; what to decide or the log on the right."""

    title = tr("数据同步")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._syncing = session.syncing
        self.standing = Standing()
        self._had = 0  # questions that were shown last
        self._decides = session.may(Act.RECORDS)
        self.card = StateCard(session)
        self.stick = StickCard(session)
        self.held = HeldList(session)
        self.log = LogList(self.theme)
        self.views = ChipRow(self.theme, tr("看什么"), _views(0))
        self._stack = QStackedWidget()
        self._clock = QTimer(self)
        self._clock.setInterval(TICK)
        self._place()
        self._bind()
        self.set_width(Width.WIDE)

    def _place(self) -> None:
        self._row = line(self, (16, 14, 16, 14), 12)
        self.card.box.addWidget(self.stick)
        self.card.box.addStretch()
        self.card.box.addWidget(Text(EXPLAINED, "faint", wrap=True))
        self._left = _scrolled(self.card)
        right = Card((1, 10, 1, 1), 8)
        top = line(margins=(16, 0, 16, 0))
        top.addWidget(self.views)
        top.addStretch()
        right.box.addLayout(top)
        right.box.addWidget(Divider())
        for part in (self.held, self.log):
            holder = QWidget()
            column(holder, (16, 8, 12, 12)).addWidget(part)
            self._stack.addWidget(_scrolled(holder))
        right.box.addWidget(self._stack, 1)
        self._row.addWidget(self._left)
        self._row.addWidget(right, 1)

    def _bind(self) -> None:
        self.card.sync_asked.connect(self.sync)
        self.card.stop_asked.connect(self._stop)
        self.card.step_asked.connect(self._on_step)
        self.card.join.joined.connect(self._joined)
        self.stick.said.connect(self.said)
        self.stick.moved.connect(self._read_again)
        self.held.said.connect(self.said)
        self.held.settled.connect(self._read_again)
        self.held.record_asked.connect(self._open)
        self.views.picked.connect(self.show_view)
        self._syncing.changed.connect(self._show_moment)
        self._syncing.finished.connect(self._read_again)
        self._syncing.stepped.connect(self.card.steps.step)
        self._clock.timeout.connect(self._show_moment)

    def reload(self) -> None:
        self.session.read(sync_standing.read, self._show)

    def _read_again(self, _: object = None) -> None:
        self._syncing.refresh()
        self._on_changed(frozenset())

    def focus_start(self) -> None:
        self._left.verticalScrollBar().setValue(0)
        self.card.focus_start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def _on_changed(self, records: frozenset[str]) -> None:
        if self.isVisible() and not self._syncing.running:
            self.reload()
        else:
            self._stale = True

    def _show(self, standing: Standing) -> None:
        self.show_standing(standing, Moment.of(self._syncing))

    def show_standing(self, standing: Standing, moment: Moment) -> None:
        """Show how the laptop stands, and how the way to the county is."""
        self.standing = standing
        self.card.show_standing(standing, moment)
        self.stick.setVisible(standing.joined)
        self.stick.show_exchange(standing.sticks)
        held = standing.held if self._decides else ()  # they hold people's data
        self.held.show_questions(held)
        self.log.show_lines(standing.lines)
        asked = sum(needs_person(one.held.reason) for one in held)
        self.views.set_choices(_views(asked)[0 if self._decides else 1 :])
        if not self._decides:
            self.show_view(LOG)
        elif asked > self._had:
            self.show_view(HELD)
        self._had = asked

    def _show_moment(self) -> None:
        if self.isVisible():
            self.card.show_standing(self.standing, Moment.of(self._syncing))

    def show_view(self, key: str) -> None:
        """Show what is to be decided, or the log."""
        self.views.choose(key)
        self._stack.setCurrentIndex((HELD, LOG).index(key))

    def take_package(self, file: Path) -> None:
        """Take a file that was dropped or double-clicked: the county's answer or its
        enrolment file, or an update."""
        work = partial(_invitation, self.session.store, file)
        self.session.jobs.run(work, partial(self._taken, file), self._not_taken)

    def _taken(self, file: Path, words: str) -> None:
        if not words:
            self.stick.take(file)
            return
        self.said.emit(words, None)
        self._syncing.joined()
        self.reload()

    def _not_taken(self, error: Exception) -> None:
        self.session.messages.show_error(error)

    def sync(self) -> None:
        """Push and pull now."""
        self._syncing.sync()

    def _stop(self) -> None:
        self.card.stopping()
        self._syncing.stop()

    def _on_step(self, act: str) -> None:
        if act == AGAIN:
            self.sync()
        elif act == LOCK:
            self.session.lock_asked.emit()
        else:
            self.place_asked.emit(act)

    def _joined(self) -> None:
        self.said.emit(tr("已登记到县级服务器，可以同步了"), None)
        self._syncing.joined()
        self.reload()

    def _open(self, kind: str, record_id: UUID) -> None:
        if kind == "resident":
            self.resident_asked.emit(record_id)
        else:
            self.record_asked.emit(kind, record_id)

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(width.margin, top, width.margin, top)
        self._left.setFixedWidth({"wide": 440, "mid": 380, "narrow": 340}[width.value])


def _invitation(store: Store, file: Path) -> str:
    """What came of an enrolment file; "" of any other."""
    from gridapp.sync import enrolment_file, prepared

    return prepared.take(store, file) if enrolment_file.is_one(file) else ""


def _views(asked: int) -> tuple[tuple[str, str], ...]:
    held = tr("要您决定 {count:,}", count=asked) if asked else tr("要您决定")
    return (HELD, held), (LOG, tr("同步记录"))


def _scrolled(inside: QWidget) -> QScrollArea:
    scroll = Scrolled()
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidget(inside)
    return scroll
