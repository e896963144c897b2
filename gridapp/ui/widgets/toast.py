"""The line that says what was just done, with undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.text import Glyph, Text

SHOWN_FOR = 8_000  # milliseconds


class Toast(QWidget):
    """One message below the page for 8 seconds; a new one replaces it.

    It has room of its own, so that it never covers a button of the page.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._undo: Callable[[], None] | None = None
        self._frame = QFrame()
        self._frame.setObjectName("toast")
        self._words = Text()
        self._button = Button(theme, tr("撤销 Ctrl+Z"))
        row = line(self._frame, (16, 3, 8, 3), 10)
        row.addWidget(Glyph(theme, "circle-check", "toast_action", 20))
        row.addWidget(self._words)
        row.addWidget(self._button)
        outside = line(self, (16, 0, 16, 10))
        outside.addWidget(self._frame, 0, Qt.AlignmentFlag.AlignHCenter)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_FOR)
        self._timer.timeout.connect(self.clear)
        self._button.clicked.connect(self.undo)
        self.hide()

    def say(self, words: str, undo: Callable[[], None] | None = None) -> None:
        """Show what was done; `undo` takes it back, from here or by Ctrl+Z."""
        self._undo = undo
        self._words.setText(words)
        self._words.setMinimumHeight(self._button.sizeHint().height())
        self._button.setVisible(undo is not None)
        self.setAccessibleName(words)
        self.show()
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def undo(self) -> None:
        """Take back what the message tells of, once, if it can be taken back."""
        undo = self._undo
        self.clear()
        if undo is not None:
            undo()

    def clear(self) -> None:
        """Take the message away; after that it cannot be undone from here."""
        self._undo = None
        self._timer.stop()
        self.hide()
