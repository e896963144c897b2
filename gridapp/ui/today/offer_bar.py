"""After saving: what else is open behind the same door, before going on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent
from PySide6.QtWidgets import QFrame

from gridapp.language import tr
from gridapp.ui.care.due_words import KINDS, due_text
from gridapp.ui.theme import Theme
from gridapp.ui.today.todo_list import titled
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.due import Due

MOST_NAMED = 3


class OfferBar(QFrame):
    """Names the household's other open items; Enter takes the first of them."""

    taken = Signal(object)  # the Due that is to be done
    passed = Signal()  # go on with the next household
    left = Signal()  # back to the list

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("offerbar")
        self._offers: tuple[Due, ...] = ()
        self._words = Text("", "note", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self._take = Button(theme, tr("先办这个 Enter"), "primary")
        self._pass = Button(theme, tr("下一户 Ctrl+Enter"), "quiet")
        row = line(self, (12, 6, 8, 6), 8)
        row.addWidget(Glyph(theme, "house", "blue.text", 20))
        row.addWidget(self._words, 1)
        row.addWidget(self._take)
        row.addWidget(self._pass)
        self._take.clicked.connect(self._on_take)
        self._pass.clicked.connect(self._on_pass)
        self.hide()

    def show_offers(self, offers: Sequence[Due], day: dt.date) -> None:
        """Show what is open, the most urgent first, and take the keyboard."""
        self._offers = tuple(offers)
        self.setVisible(bool(offers))
        if not offers:
            return
        named = tr("、").join(offer_words(one, day) for one in offers[:MOST_NAMED])
        words = tr("这户还有：{named}", named=named)
        if len(offers) > MOST_NAMED:
            more = len(offers) - MOST_NAMED
            words = tr("{words}，另有 {more} 项", words=words, more=more)
        self._words.setText(words)
        self.setAccessibleName(words)
        first = tr("{action} Enter", action=offers[0].action)
        self._take.setText(first)
        self._take.setAccessibleName(first)
        self._take.setFocus(Qt.FocusReason.OtherFocusReason)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows and Esc go back to the list."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape):
            self.hide()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _on_take(self) -> None:
        self.hide()
        if self._offers:
            self.taken.emit(self._offers[0])

    def _on_pass(self) -> None:
        self.passed.emit()

    @property
    def household(self) -> UUID | None:
        """Return whose items are offered."""
        return self._offers[0].household_id if self._offers else None


def offer_words(due: Due, day: dt.date) -> str:
    """Return 陈秀兰 电话问候（今天）; an issue by what is wrong."""
    return tr(
        "{who} {what}（{when}）",
        who=titled(due)[0],
        what=KINDS[due.kind],
        when=due_text(due, day),
    )
