"""A layout that puts widgets side by side and goes on in the next line."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Widgets at their own size, from left to right, in as many lines as it takes."""

    def __init__(self, owner: QWidget, gap: int = 8) -> None:
        super().__init__(owner)
        self._gap = gap
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def replace(self, widgets: Iterable[QWidget]) -> None:
        """Show these in place of those before, which are dropped."""
        while (item := self.takeAt(0)) is not None:
            before = item.widget()
            if before is not None:
                before.hide()
                before.deleteLater()
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        widths = [item.sizeHint().width() for item in self._items if not item.isEmpty()]
        heights = [
            item.sizeHint().height() for item in self._items if not item.isEmpty()
        ]
        gaps = self._gap * max(len(widths) - 1, 0)
        return QSize(sum(widths) + gaps, max(heights, default=0))

    def minimumSize(self) -> QSize:
        widths = [
            item.minimumSize().width() for item in self._items if not item.isEmpty()
        ]
        heights = [
            item.minimumSize().height() for item in self._items if not item.isEmpty()
        ]
        return QSize(max(widths, default=0), max(heights, default=0))

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Place the items in `rect`; return the height they take."""
        left, top, line_height = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():  # its widget is hidden
                continue
            size = item.sizeHint()
            if left > rect.x() and left + size.width() > rect.right() + 1:
                left, top = rect.x(), top + line_height + self._gap
                line_height = 0
            if move:
                item.setGeometry(QRect(QPoint(left, top), size))
            left += size.width() + self._gap
            line_height = max(line_height, size.height())
        return top + line_height - rect.y()
