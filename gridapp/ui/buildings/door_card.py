"""What both views of the chosen door share: what can be done there, and its badge."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal

from gridapp.language import tr
from gridapp.ui.buildings.door_said import takes_a_home
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.badge import Badge, BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Margins, line
from gridapp.work.buildings import Door, Member


class DoorCard(Card):
    """The buttons of a door; each view places them where it has room."""

    visit_asked = Signal(str)  # visit or call
    file_asked = Signal()
    home_asked = Signal()

    def __init__(
        self, theme: Theme, visit: str, call: str, margins: Margins, gap: int
    ) -> None:
        """visit, call: the words on those two buttons."""
        super().__init__(margins, gap)
        self._theme = theme
        self._badges = line()
        self._visit = Button(theme, visit, "primary", icon="footprints")
        self._call = Button(theme, call, icon="phone")
        self._file = Button(theme, tr("户档案"), icon="door-open")
        self._new_home = Button(theme, tr("登记住户"), "primary", icon="plus")
        self._visit.clicked.connect(partial(self.visit_asked.emit, "visit"))
        self._call.clicked.connect(partial(self.visit_asked.emit, "call"))
        self._file.clicked.connect(self.file_asked)
        self._new_home.clicked.connect(self.home_asked)

    def _offer(self, door: Door, chosen: Member | None) -> None:
        """Show the buttons of what can be done behind a door."""
        self._offer_only(
            somebody=chosen is not None,
            household=bool(door.homes),
            empty=takes_a_home(door),
        )

    def _offer_only(self, *, somebody: bool, household: bool, empty: bool) -> None:
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
