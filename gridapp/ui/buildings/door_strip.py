"""The household behind the chosen door in one line, for a narrow window."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy

from gridapp.language import tr
from gridapp.ui.buildings.door_card import DoorCard
from gridapp.ui.buildings.door_said import (
    door_badge,
    empty_words,
    member_words,
)
from gridapp.ui.care.visit_context import summary
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.badge import Avatar
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.text import Text
from gridapp.work.buildings import Block, Door, Member
from gridapp.work.due import short_date
from gridapp.work.matrix import door_in_building


class DoorStrip(DoorCard):
    """The same in one line at the foot of a narrow window."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("记走访"), tr("记电话"), (10, 5, 6, 5), 0)
        self._avatar = Avatar(theme, 36)
        self._title = Text("", "strong", shrinks=True)
        self._about = Text("", "muted", shrinks=True)
        self._about.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
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

    def show_nothing(self, words: str, title: str = "") -> None:
        """Say in words why there is nobody to show; `title` is a door without record,
        behind which a household can be opened."""
        self._title.setText(title)
        self._about.setText(words)
        self._avatar.hide()
        self._show_badge(None)
        self._offer_only(somebody=False, household=False, empty=bool(title))

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
        self._offer(door, chosen)
