"""What frames a dialog or a form: the part that scrolls, and the foot below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea

from gridapp.ui.widgets.card import Margins, line

_FOOT: Margins = (16, 8, 16, 8)


class Scrolled(QScrollArea):
    """Scrolls up and down what is higher than its room; the keyboard goes to what is
    inside. `name` is what the style sheet knows it by."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


class Foot(QFrame):
    """The bar at the foot, with a line above it; its `row` is filled from the left."""

    def __init__(self, gap: int = 8) -> None:
        super().__init__()
        self.setObjectName("footer")
        self.row = line(self, _FOOT, gap)
