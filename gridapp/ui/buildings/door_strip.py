"""The household behind the chosen door in one line, for a narrow window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy

from gridapp.language import tr
from gridapp.ui.buildings.door_said import (
    door_badge,
    empty_words,
    member_words,
    takes_a_home,
)
from gridapp.ui.care.visit_context import summary
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.badge import Avatar, Badge, BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.text import Text
from gridapp.work.buildings import Block, Door, Member
from gridapp.work.due import short_date
from gridapp.work.matrix import door_in_building


class DoorStrip(Card):
    """The same in one line at the foot of a narrow window."""

    visit_asked = Signal(str)
    file_asked = Signal()
    home_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__((10, 5, 6, 5), 0)
        self._theme = theme
        self._avatar = Avatar(theme, 36)
        self._title = Text("", "strong", shrinks=True)
        self._about = Text("", "muted", shrinks=True)
        self._about.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self._badges = line()
        self._file = Button(theme, tr("户档案"), icon="door-open")
        self._call = Button(theme, tr("记电话"), icon="phone")
        self._visit = Button(theme, tr("记走访"), "primary", icon="footprints")
        self._new_home = Button(theme, tr("登记住户"), "primary", icon="plus")
        row = line(gap=8)
        row.addWidget(self._avatar)
        words = column(gap=0)
        first = line(gap=8)
        first.addWidget(self._title)
        first.addLayout(self._badges)
        first.addStretch()
        words.addLayout(first)
        words.addWidget(self._about)
        row.addLayout(words, 1)
        for button in (self._file, self._call, self._visit, self._new_home):
            row.addWidget(button)
        self.box.addLayout(row)
        self._file.clicked.connect(self.file_asked)
        self._new_home.clicked.connect(self.home_asked)
        self._visit.clicked.connect(partial(self.visit_asked.emit, "visit"))
        self._call.clicked.connect(partial(self.visit_asked.emit, "call"))

    def show_nothing(self, words: str, title: str = "") -> None:
        """Say in words why there is nobody to show; `title` is a door without record,
        behind which a household can be opened."""
        self._title.setText(title)
        self._about.setText(words)
        self._avatar.hide()
        self._show_badge(None)
        self._offer(somebody=False, household=False, empty=bool(title))

    def show_door(self, block: Block, door: Door, chosen: Member | None) -> None:
        """Show who lives behind a door in one line."""
        name = chosen.name if chosen else door.name
        where = door_in_building(block, door)
        self._title.setText(f"{where} {name}".strip())
        self._show_badge(door_badge(door))
        self._avatar.setVisible(chosen is not None)
        if chosen is None:
            self._about.setText(empty_words(door))
        else:
            self._avatar.show_name(chosen.name)
            last = chosen.stop.last_visit
            said = tr("还没有走访过")
            if last is not None:
                date = short_date(last["started_at"].astimezone().date(), block.day)
                said = tr("上次 {date} {words}", date=date, words=summary(last))
            self._about.setText(f"{member_words(chosen)}  {said}".strip())
        self._offer(
            somebody=chosen is not None,
            household=bool(door.homes),
            empty=takes_a_home(door),
        )

    def _offer(self, *, somebody: bool, household: bool, empty: bool) -> None:
        for button in (self._visit, self._call):
            button.setVisible(somebody)
        self._file.setVisible(household)
        self._new_home.setVisible(empty)

    def _show_badge(self, badge: Badge | None) -> None:
        while (item := self._badges.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if badge is not None:
            self._badges.addWidget(BadgeView(self._theme, badge))
