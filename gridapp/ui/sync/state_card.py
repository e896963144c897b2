"""The left column of the page: the state in words, one button, what waits."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.ui.session import Session
from gridapp.ui.sync.join_form import JoinForm
from gridapp.ui.sync.moment import (
    CODE,
    Moment,
    below,
    look,
    next_step,
    oldest_words,
)
from gridapp.ui.sync.steps import Steps
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, Lines, NoticeBar, column, line
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.sync_standing import Line, Standing

EXPLAINED = tr(
    "同步先上报本机的改动，再下载县里和别人的改动；断在哪里，下"
    "次从哪里接着传。没有网络时照常登记，改动都在本机，不会丢。"
)


class StateCard(Card):
    """What the county has, what it does not have, and what to do about it."""

    sync_asked = Signal()
    stop_asked = Signal()
    step_asked = Signal(str)  # what the one button of a refusal does

    def __init__(self, session: Session) -> None:
        super().__init__((20, 16, 20, 16), 10)
        theme = session.theme
        self._act = ""
        self._cloud = Glyph(theme, "cloud-check", "green.text", 40)
        self.state = Text("", "title", wrap=True)
        self.below = Text("", "muted", wrap=True)
        self.late = NoticeBar(theme, "amber", "cloud-off")
        self.error = NoticeBar(theme, "red", "circle-alert")
        self.go = Button(theme, tr("立即同步"), "primary", icon="refresh-cw")
        self.halt = Button(theme, tr("停止"), icon="x")
        self.step = Button(theme, "", "primary")
        self.steps = Steps(theme)
        self.join = JoinForm(session)
        self.oldest = Text("", "faint", wrap=True)
        self.kinds = Lines(gap=6)
        self._place()
        self.go.clicked.connect(self.sync_asked)
        self.halt.clicked.connect(self.stop_asked)
        self.step.clicked.connect(self._on_step)

    def _place(self) -> None:
        head = line(gap=12)
        head.addWidget(self._cloud)
        words = column(gap=2)
        words.addWidget(self.state)
        words.addWidget(self.below)
        head.addLayout(words, 1)
        self.box.addLayout(head)
        for bar in (self.late, self.error):
            bar.say("")
            self.box.addWidget(bar)
        buttons = line(gap=8)
        for button in (self.step, self.go, self.halt):
            buttons.addWidget(button)
        buttons.addStretch()
        self.box.addLayout(buttons)
        self.box.addWidget(self.steps)
        self.box.addWidget(self.join)
        self.box.addWidget(Divider())
        self.box.addWidget(Text(tr("等待上报的改动"), "section"))
        self.box.addWidget(self.kinds)
        self.box.addWidget(self.oldest)
        self.steps.hide()
        self.halt.hide()

    def show_standing(self, standing: Standing, moment: Moment) -> None:
        """Show how the laptop stands and how the way to the county is."""
        now = dt.datetime.now(dt.UTC)
        seen = look(standing, moment)
        self.state.setText(seen.words)
        self._cloud.show_icon(seen.icon, seen.colour)
        self.below.setText(below(standing, moment, now))
        failed = moment.line is Line.FAILED and standing.joined
        self.late.say(moment.sentence if failed else "")
        step = next_step(moment)
        if step is not None:
            parts = [moment.sentence, step.advice]
            self.error.say("\n".join(part for part in parts if part))
            self.step.setText(step.button)
            self.step.setAccessibleName(step.button)
            self._act = step.act
        else:
            self.error.say("")
        running = moment.line is Line.RUNNING
        back = self.halt.hasFocus()
        self._show_running(running)
        self.step.setVisible(step is not None)
        self.go.setVisible(standing.joined and step is None and not running)
        if back and not running:
            self.focus_start()
        self.join.setVisible(not standing.joined or moment.shut_out)
        self.join.offer(standing.server or standing.offered)
        kinds = [
            _line(record_named(kind).title, tr("{number:,} 条", number=n))
            for kind, n in standing.waiting.items()
        ]
        if standing.photos:
            words = tr("{number:,} 张", number=standing.photos)
            kinds.append(_line(tr("照片"), words))
        self.kinds.replace(kinds or [Text(tr("没有，都已上报"), "muted")])
        words = oldest_words(standing, now)
        self.oldest.setText(words)
        self.oldest.setVisible(bool(words))

    def _show_running(self, running: bool) -> None:
        if running and not self.halt.isVisibleTo(self):
            self.steps.begin()
            self.halt.setEnabled(True)
        asked = self.go.hasFocus() or self.step.hasFocus()
        if not running and self.halt.hasFocus():
            self.halt.clearFocus()  # else it would go to whatever comes next
        self.halt.setVisible(running)
        self.steps.setVisible(running)
        if running and asked:
            self.halt.setFocus()

    def stopping(self) -> None:
        """It was told to stop, and will in a moment."""
        self.halt.setEnabled(False)
        self.steps.stopping()

    def focus_start(self) -> None:
        """Put the keyboard on what one would press."""
        for button in (self.step, self.go, self.halt):
            if button.isVisibleTo(self):
                button.setFocus()
                return
        self.join.server.setFocus()

    def _on_step(self) -> None:
        if self._act == CODE:
            self.join.code.setFocus()
        else:
            self.step_asked.emit(self._act)


def _line(label: str, count: str) -> QWidget:
    holder = QWidget()
    row = line(holder)
    row.addWidget(Text(label))
    row.addStretch()
    row.addWidget(Text(count, "muted"))
    return holder
