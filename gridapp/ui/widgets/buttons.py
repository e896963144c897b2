"""Buttons: a verb with an icon, and the chip that filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLayout, QPushButton, QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.flow import FlowLayout

Kind = Literal["normal", "primary", "quiet", "plain", "tile", "small", "chip"]
_ICON_COLOURS: dict[Kind, str] = {
    "normal": "text2",
    "primary": "blue.on_solid",
    "quiet": "blue.text",
    "plain": "text2",
    "tile": "blue.text",
    "small": "blue.text",
    "chip": "text2",
}


def refuse(widget: QWidget, why: str) -> None:
    """Let nobody use a button or a choice, and say why; "" lets them again."""
    widget.setEnabled(not why)
    widget.setToolTip(why)
    widget.setAccessibleDescription(why)


class Button(QPushButton):
    """A push button whose icon follows the theme; `tip` names one without words."""

    def __init__(
        self,
        theme: Theme,
        words: str,
        kind: Kind = "normal",
        *,
        icon: str = "",
        tip: str = "",
    ) -> None:
        super().__init__(words)
        self._theme = theme
        self._icon = icon
        self._icon_colour = _ICON_COLOURS[kind]
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setToolTip(tip)
        self.setAccessibleName(words or tip)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if icon:
            theme.changed.connect(self._draw_icon)
            self._draw_icon()

    def setText(self, text: str) -> None:
        """Write other words on it; Qt would take its shortcut for the old ones'."""
        keys = self.shortcut()
        super().setText(text)
        if not keys.isEmpty():
            self.setShortcut(keys)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and self._icon:
            self._draw_icon()

    def show_icon(self, icon: str, colour: str) -> None:
        """Show another icon in the colour of a token."""
        self._icon, self._icon_colour = icon, colour
        self._draw_icon()

    def _draw_icon(self) -> None:
        pad = 5 if self.text() else 0
        colour = self._icon_colour
        if not self.isEnabled():
            colour = "grey.text"
        self.setIcon(self._theme.icon(self._icon, colour, 18, pad))
        self.setIconSize(QSize(18 + pad, 18))


class PinButton(Button):
    """Keeps the value of a field for the next household while it is pressed in."""

    def __init__(self, theme: Theme, field: str) -> None:
        words = tr("“{field}”留给下一户 Ctrl+D", field=field)
        super().__init__(theme, "", "small", icon="pin", tip=words)
        self.setCheckable(True)
        self.setFixedSize(34, 34)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.toggled.connect(self._show_state)
        self._show_state(pinned=False)

    def _show_state(self, pinned: bool) -> None:
        self.show_icon("pin", "blue.text" if pinned else "text3")


class ChipRow(QWidget):
    """Chips of which exactly one is chosen: filters of the list below them."""

    picked = Signal(str)

    def __init__(
        self,
        theme: Theme,
        name: str,
        choices: Sequence[tuple[str, str]],
        gap: int = 8,
        *,
        wrap: bool = False,
    ) -> None:
        """Show `choices`, pairs of a key and its words; the first is chosen.

        With `wrap` they go on in the next line where there is no room.
        """
        super().__init__()
        self.setAccessibleName(name)
        self._theme = theme
        self._name = name
        self._chips: dict[str, Button] = {}
        self._group = QButtonGroup(self)
        self._row: QLayout = FlowLayout(self, gap) if wrap else line(self, gap=gap)
        policy = QSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        if wrap:
            policy = QSizePolicy(
                QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum
            )
            policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Show these choices; the chosen one stays chosen if it is among them."""
        chosen = self.chosen()
        if [key for key, _ in choices] == list(self._chips):
            for key, words in choices:
                self._chips[key].setText(words)
                self._chips[key].setAccessibleName(f"{self._name}:{words}")
            return
        for chip in self._chips.values():
            self._group.removeButton(chip)
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = {}
        for key, words in choices:
            self._add(key, words)
        self.choose(chosen if chosen in self._chips else next(iter(self._chips), ""))

    def chosen(self) -> str:
        """Return the key of the chosen chip, or an empty text when there is none."""
        return next((k for k, chip in self._chips.items() if chip.isChecked()), "")

    def choose(self, key: str) -> None:
        """Choose a chip without a signal."""
        if key in self._chips:
            self._chips[key].setChecked(True)

    def focus_chosen(self) -> None:
        """Put the keyboard on the chosen chip."""
        for chip in self._chips.values():
            if chip.isChecked():
                chip.setFocus()

    def _add(self, key: str, words: str) -> None:
        chip = Button(self._theme, words, "chip")
        chip.setCheckable(True)
        chip.setAccessibleName(f"{self._name}:{words}")
        chip.clicked.connect(lambda: self.picked.emit(key))
        self._chips[key] = chip
        self._group.addButton(chip)
        self._row.addWidget(chip)
