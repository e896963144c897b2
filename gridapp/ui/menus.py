"""A button that opens a menu of verbs, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu

from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button, Kind


class MenuButton(Button):
    """Enter, Space, ↓ or a click opens the menu; `picked` tells the key chosen."""

    picked = Signal(str)

    def __init__(
        self,
        theme: Theme,
        words: str,
        *,
        icon: str = "",
        tip: str = "",
        kind: Kind = "normal",
    ) -> None:
        super().__init__(theme, words, kind if words else "small", icon=icon, tip=tip)
        self._menu = QMenu(self)
        self._menu.setAccessibleName(tip or words)
        self.setAccessibleName(tip or words)
        if not words:
            self.setFixedSize(40, 34)
        self.clicked.connect(self.open)

    def set_choices(
        self,
        choices: Sequence[tuple[str, str]],
        *,
        checked: Collection[str] | None = None,
    ) -> None:
        """Offer these, pairs of a key and its words; an empty key draws a line.

        With `checked` each has a tick.
        """
        self._menu.clear()
        for key, words in choices:
            if not key:
                self._menu.addSeparator()
                continue
            action = self._menu.addAction(words)
            action.setData(key)
            action.setCheckable(checked is not None)
            action.triggered.connect(partial(self._pick, key))
        self.mark(checked or ())
        self.setEnabled(bool(choices))

    def mark(self, checked: Collection[str]) -> None:
        """Tick these and no others."""
        for action in self._menu.actions():
            action.setChecked(action.data() in checked)

    def choices(self) -> list[str]:
        """Return the words that are offered."""
        return [one.text() for one in self._menu.actions() if not one.isSeparator()]

    def pick(self, words: str) -> None:
        """Choose as if the line with these words had been clicked."""
        action = next(a for a in self._menu.actions() if a.text() == words)
        action.trigger()

    def open(self) -> None:
        """Show the menu below the button."""
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _pick(self, key: str, _checked: bool = False) -> None:
        self.picked.emit(key)
