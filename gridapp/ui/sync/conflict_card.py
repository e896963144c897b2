"""One held change: mine and the county's side by side, and what to do with it."""

from __future__ import annotations

import datetime as dt
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.store.conflicts import Waiting
from gridapp.store.deciding import Whole
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.text import Text
from gridapp.work.held_changes import Question
from gridapp.work.sync_standing import moment_words

EMPTY = tr("（空）")
HIDE_AFTER = 60_000  # milliseconds a revealed value stays (domain.md §2.11)
OPENED = frozenset({"resident", "issue", "dispute", "patrol", "household", "building"})


class ConflictCard(Card):
    """Asks the author of a change that met another one.

    With the keyboard on it the digits choose and the arrows go to the next card.
    """

    decided = Signal(str)  # mine, theirs or both
    revealed = Signal()  # show both sides in full
    opened = Signal()  # the record itself
    moved = Signal(int)  # to the card after (1) or before (-1)

    def __init__(self, theme: Theme, question: Question) -> None:
        super().__init__((14, 10, 14, 12), 8)
        self._theme = theme
        self.question = question
        self.buttons: list[Button] = []
        held = question.held
        self._mine = Text(held.mine or EMPTY, wrap=True)
        self._theirs = Text(held.theirs or EMPTY, wrap=True)
        self._hidden = QTimer(self)
        self._hidden.setSingleShot(True)
        self._hidden.setInterval(HIDE_AFTER)
        self._hidden.timeout.connect(self._hide)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.addWidget(Text(question.subject, "strong", wrap=True))
        self.box.addWidget(Text(held.sentence, "muted", wrap=True))
        if held.field:
            sides = line(gap=12)
            sides.addWidget(_side(tr("我填的"), self._mine), 1)
            sides.addWidget(_side(_their_words(held), self._theirs), 1)
            self.box.addLayout(sides)
        if question.advice:
            self.box.addWidget(Text(question.advice, wrap=True))
        self._add_buttons()
        self.setAccessibleName(self._told())

    def _add_buttons(self) -> None:
        subject = self.question.subject
        holder = QWidget()
        row = FlowLayout(holder, 8)
        for number, (choice, words) in enumerate(self.question.choices, 1):
            button = Button(self._theme, f"{words} {number}")
            name = tr("{title}：{words}", title=subject, words=words)
            button.setAccessibleName(name)
            button.clicked.connect(partial(self.decided.emit, choice))
            self.buttons.append(button)
            row.addWidget(button)
        if self.question.held.private:
            tip = tr("显示完整的内容（会记入日志）")
            self._eye = Button(self._theme, "", "small", icon="eye", tip=tip)
            self._eye.setFixedSize(40, 40)
            self._eye.clicked.connect(self.revealed)
            row.addWidget(self._eye)
        if self.question.held.type in OPENED:
            button = Button(self._theme, tr("打开看看"), "quiet")
            button.setAccessibleName(tr("打开看看：{title}", title=subject))
            button.clicked.connect(self.opened)
            row.addWidget(button)
        self.box.addWidget(holder)

    def _told(self) -> str:
        held = self.question.held
        parts = [self.question.subject, held.sentence, self.question.advice]
        if held.field:
            parts.append(tr("我填的：{words}", words=held.mine or EMPTY))
            theirs = held.theirs or EMPTY
            parts.append(tr("{who}：{words}", who=_their_words(held), words=theirs))
        parts += [
            tr("按 {number} {words}", number=number, words=words)
            for number, (_, words) in enumerate(self.question.choices, 1)
        ]
        return tr("；").join(part for part in parts if part)

    def show_whole(self, whole: Whole) -> None:
        """Show both sides in full for a minute."""
        self._mine.setText(whole.mine or EMPTY)
        self._theirs.setText(whole.theirs or EMPTY)
        self._eye.hide()
        self._hidden.start()

    def _hide(self) -> None:
        self._mine.setText(self.question.held.mine or EMPTY)
        self._theirs.setText(self.question.held.theirs or EMPTY)
        self._eye.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.key() - Qt.Key.Key_0
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if 1 <= number <= len(self.buttons):
            self.buttons[number - 1].click()
        elif step:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)


def _side(label: str, words: Text) -> QWidget:
    holder = QWidget()
    box = column(holder, gap=2)
    box.addWidget(Text(label, "faint", wrap=True))
    box.addWidget(words)
    box.addStretch()
    return holder


def _their_words(held: Waiting) -> str:
    who = held.theirs_by or tr("县里")
    if not held.theirs_at:
        return tr("{who}填的", who=who)
    at = dt.datetime.fromisoformat(held.theirs_at)
    when = moment_words(at, dt.datetime.now(dt.UTC))
    return tr("{who}填的（{when}）", who=who, when=when)
