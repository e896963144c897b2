"""The rows of a list that paints them itself: what a row is, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
)
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListView

Item = TypeVar("Item")
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()  # the parent of what has none
ITEM = Qt.ItemDataRole.UserRole  # under which an index gives its row
SPOKEN = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


class Items(QAbstractListModel, Generic[Item]):
    """Rows, each under ITEM, and as the sentence that a screen reader says.

    spoken: the sentence of a row; roles: where Qt asks for it.
    """

    def __init__(
        self,
        spoken: Callable[[Item], str],
        roles: Collection[Qt.ItemDataRole] = SPOKEN,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._spoken = spoken
        self._roles = roles
        self.items: Sequence[Item] = ()

    def replace(self, items: Sequence[Item]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role == ITEM:
            return item
        return self._spoken(item) if role in self._roles else None


class ItemView(QListView):
    """A list that scrolls by pixels, and that keeps the current row in sight, with a
    whole row at the top, when its height changes: a message comes below it, or the
    list is laid out only after it was filled."""

    def __init__(self) -> None:
        super().__init__()
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)

    def resizeEvent(self, event: QResizeEvent) -> None:
        before = QRect(QPoint(0, 0), event.oldSize())
        seen = self.visualRect(self.currentIndex()).intersects(before)
        super().resizeEvent(event)
        if seen:
            self.keep_in_sight()

    def keep_in_sight(self) -> None:
        """Scroll as little as shows the current row, from the top if that does."""
        current, bar = self.currentIndex(), self.verticalScrollBar()
        if not current.isValid():
            return
        below = self.visualRect(current).bottom() + bar.value()
        if below < self.viewport().height():
            bar.setValue(0)
            return
        self.scrollTo(current)
        first = self.visualRect(self.indexAt(QPoint(0, 0)))
        if first.top() < 0 and first.bottom() < self.visualRect(current).top():
            bar.setValue(bar.value() + first.bottom() + 1)
