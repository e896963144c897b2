"""Who opens the vault: the names of its accounts, the last one first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from gridapp.language import tr
from gridapp.store.accounts import ROLE_WORDS, Account
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size
from gridapp.ui.widgets.rows import Row, RowList

MOST_SHOWN = 4  # names at once; more are scrolled to
_DIGITS = range(1, 10)


class NameList(RowList):
    """One row a person; its digit or a click chooses it and goes to the password."""

    decided = Signal()  # somebody was chosen for certain

    def __init__(self, theme: Theme, people: Sequence[Account], last: str) -> None:
        """`last` is the id of the account that was opened last."""
        super().__init__(theme, tr("您是哪一位"), low=True)
        self._people = sorted(people, key=lambda one: one.id != last)
        self.show_rows([_row(n, one) for n, one in enumerate(self._people, 1)])
        self.setFixedHeight(Size.CONTROL * min(len(people), MOST_SHOWN) + 2)
        self.opened.connect(self.decided)
        self.installEventFilter(self)

    def chosen(self) -> Account:
        """The account whose password is asked for."""
        return self._people[max(self.currentIndex().row(), 0)]

    def take(self, number: int) -> None:
        """Choose by the digit of a row."""
        if 0 < number <= len(self._people):
            self.choose(UUID(self._people[number - 1].id))
            self.decided.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take digits before the list searches for them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            digit = event.key() - Qt.Key.Key_0
            if digit in _DIGITS:
                self.take(digit)
                return True
        return super().eventFilter(watched, event)


def _row(number: int, account: Account) -> Row:
    return Row(
        UUID(account.id),
        account.shown,
        aside=ROLE_WORDS[account.role],
        detail=tr("按 {number} 选", number=number) if number in _DIGITS else "",
        type="worker",
    )
