"""A list of two-line rows: who, then what, with a badge at the right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import overload
from uuid import UUID

from PySide6.QtCore import (
    QModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gridapp.language import tr
from gridapp.ui.theme import Theme, transparent_selection
from gridapp.ui.tokens import Size
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.items import ITEM, Index, Items, ItemView


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. `found` underlines the title: it is why the row is here;
    `tag` is a word in a tone before the second line; `faded` is of what is over."""

    id: UUID
    title: str
    aside: str = ""
    detail: str = ""
    badge: Badge | None = None
    found: bool = False
    type: str = "resident"
    tag: Badge | None = None
    faded: bool = False

    def spoken(self) -> str:
        """Return the whole row as a sentence for a screen reader."""
        words = (
            self.title,
            self.aside,
            self.tag and self.tag.text,
            self.detail,
            self.badge and self.badge.text,
        )
        return tr("，").join(word for word in words if word)


class LazyRows(Sequence[Row]):
    """Rows that are made when they are shown, for a list of very many."""

    def __init__(
        self, count: int, make: Callable[[int], Row], ids: Callable[[], Iterable[int]]
    ) -> None:
        """So many, each by its place; `ids` are those of the records, as numbers."""
        self._count = count
        self._make = make
        self._ids = ids

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self._make(one) for one in range(len(self))[at]]
        return self._make(range(len(self))[at])

    def place_of(self, record_id: UUID) -> int | None:
        """Return which row is that record's; None when none is."""
        key = record_id.int
        return next((at for at, one in enumerate(self._ids()) if one == key), None)


def _place_of(rows: Sequence[Row], record_id: UUID) -> int | None:
    if isinstance(rows, LazyRows):
        return rows.place_of(record_id)
    return next((at for at, row in enumerate(rows) if row.id == record_id), None)


class RowList(ItemView):
    """Rows to choose from; `picked` tells each new current row, `opened` the chosen."""

    picked = Signal(object)
    opened = Signal(object)

    def __init__(self, theme: Theme, name: str, *, low: bool = False) -> None:
        """low: a row has one line, and its detail stands at the end of it."""
        super().__init__()
        self.setAccessibleName(name)
        self._rows = Items(Row.spoken)
        self.setModel(self._rows)
        delegate = _LowDelegate if low else _RowDelegate
        self.setItemDelegate(delegate(theme, self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        transparent_selection(self)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.clicked.connect(self._on_opened)
        self.activated.connect(self._on_opened)
        theme.changed.connect(self._repaint)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; the current one stays current if it is among them."""
        kept = self.current()
        self._rows.replace(rows if isinstance(rows, LazyRows) else list(rows))
        place = _place_of(rows, kept.id) if kept else None
        if rows:
            self.setCurrentIndex(self._rows.index(place or 0))

    def rows(self) -> Sequence[Row]:
        """Return the rows that are shown."""
        return self._rows.items

    def current(self) -> Row | None:
        """Return the current row."""
        index = self.currentIndex()
        return self._rows.items[index.row()] if index.isValid() else None

    def choose(self, record_id: UUID) -> bool:
        """Make the row of this record current; return whether it is shown."""
        place = _place_of(self._rows.items, record_id)
        if place is not None:
            self.setCurrentIndex(self._rows.index(place))
        return place is not None

    def move_current(self, steps: int) -> None:
        """Make the row that many steps below the current one current."""
        last = len(self._rows.items) - 1
        if last >= 0:
            number = min(max(self.currentIndex().row() + steps, 0), last)
            self.setCurrentIndex(self._rows.index(number))

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.picked.emit(self._rows.items[current.row()])

    def _on_opened(self, index: QModelIndex) -> None:
        self.opened.emit(self._rows.items[index.row()])

    def _repaint(self) -> None:
        transparent_selection(self)
        self.viewport().update()


class _RowDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: RowList) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, 60)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        row: Row = index.data(ITEM)
        tokens = self._theme.tokens
        area = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.selected))
            mark = QRectF(area.x(), area.y(), 4, area.height())
            painter.fillRect(mark, QColor(tokens.blue.text))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(tokens.hover))
        self._paint_words(painter, row, area)
        painter.setPen(QColor(tokens.divider))
        painter.drawLine(
            QPointF(area.x() + 16, area.bottom()), QPointF(area.right(), area.bottom())
        )
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        painter.restore()

    def _paint_words(self, painter: QPainter, row: Row, area: QRectF) -> None:
        theme = self._theme
        left, right = area.x() + 16, area.right() - 12
        if row.badge:
            right -= row.badge.width(theme)
            row.badge.paint(painter, theme, right, area.y() + 16)
            right -= 8
        self._paint_title(painter, row, QRectF(left, area.y(), right - left, 50))
        metrics = QFontMetricsF(painter.font())
        if row.tag:
            left += row.tag.paint(painter, theme, left, area.y() + 32) + 8
        elide = Qt.TextElideMode.ElideRight
        detail = metrics.elidedText(row.detail, elide, right - left)
        painter.drawText(QPointF(left, area.y() + 49), detail)

    def _paint_title(self, painter: QPainter, row: Row, line: QRectF) -> None:
        """The title in the middle of a line, and aside what belongs to it."""
        tokens, elide = self._theme.tokens, Qt.TextElideMode.ElideRight
        left, room, base = line.x(), line.width(), line.center().y()
        painter.setFont(self._theme.font(Size.BODY, bold=True))
        metrics = QFontMetricsF(painter.font())
        title = metrics.elidedText(row.title, elide, room)
        wide = metrics.horizontalAdvance(title)
        if row.found:
            painter.setPen(QPen(QColor(tokens.amber.solid), 2))
            under = base + 6
            painter.drawLine(QPointF(left, under), QPointF(left + wide, under))
        painter.setPen(QColor(tokens.text3 if row.faded else tokens.text))
        painter.drawText(QPointF(left, base), title)
        painter.setFont(self._theme.font(Size.CAPTION))
        painter.setPen(QColor(tokens.text2))
        metrics = QFontMetricsF(painter.font())
        if row.aside and room - wide > 40:
            aside = metrics.elidedText(row.aside, elide, room - wide - 10)
            painter.drawText(QPointF(left + wide + 10, base - 0.5), aside)


class _LowDelegate(_RowDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, Size.CONTROL)

    def _paint_words(self, painter: QPainter, row: Row, area: QRectF) -> None:
        painter.setFont(self._theme.font(Size.CAPTION))
        painter.setPen(QColor(self._theme.tokens.text2))
        wide = QFontMetricsF(painter.font()).horizontalAdvance(row.detail)
        base = area.center().y() + 5.5  # where the middle of a character is
        painter.drawText(QPointF(area.right() - 12 - wide, base), row.detail)
        room = area.width() - 16 - 12 - wide - 12
        self._paint_title(painter, row, QRectF(area.x() + 16, base - 20, room, 40))
