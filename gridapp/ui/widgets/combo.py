"""A drop-down list that paints its own arrow in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyleOptionComboBox

from gridapp.ui.theme import Theme

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CLOSED = Qt.ItemDataRole.UserRole + 1  # what the closed box says
_SCROLL_BAR = 24  # pixels beside the words of an open list


class Combo(QComboBox):
    """One of many codes; the wheel does not change it while the page scrolls."""

    finished = Signal()
    went_back = Signal()

    def __init__(
        self, theme: Theme, name: str, choices: Sequence[tuple[str, str]]
    ) -> None:
        """Offer `choices`, pairs of a code and its words, after an empty line."""
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.view().setAccessibleName(name)
        self.setMaxVisibleItems(12)
        self.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.setMinimumContentsLength(8)
        self.addItem("", "")
        for code, words in choices:
            self.addItem(words, code)

    def value(self) -> str | None:
        """Return the code chosen, or None for the empty line."""
        return str(self.currentData() or "") or None

    def set_value(self, code: str | None) -> None:
        """Choose a code; None or a code not offered chooses the empty line."""
        self.setCurrentIndex(max(self.findData(code or ""), 0))

    def add(self, code: str, words: str, closed: str) -> None:
        """Offer one more; the closed box has less room and says only `closed`."""
        self.addItem(words, code)
        self.setItemData(self.count() - 1, closed, _CLOSED)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        closed = self.currentData(_CLOSED)
        if closed:
            option.currentText = closed  # pyright: ignore[reportAttributeAccessIssue]

    def showPopup(self) -> None:
        """Open the list as wide as its longest words."""
        view = self.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + _SCROLL_BAR)
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in _ENTER and not control:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.went_back if shift else self.finished).emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        arrow = self._theme.pixmap("chevron-down", "text2", 16)
        painter.drawPixmap(QPointF(self.width() - 26, (self.height() - 16) / 2), arrow)
        painter.end()
