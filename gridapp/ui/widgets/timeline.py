"""What happened with a person or a case, newest first, along a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gridapp.language import tr
from gridapp.ui.theme import Theme, transparent_selection
from gridapp.ui.tokens import Size, ToneName
from gridapp.ui.widgets.items import ITEM, Index, Items

_LEFT = 46  # where the words begin
_HEAD = 34  # height of the title line
_FOOT = 14
_LINE_MOST = 4
_WRAP = Qt.TextFlag.TextWordWrap


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: what, when and who, and what was written."""

    icon: str
    tone: ToneName
    title: str
    when: str
    text: str


class Timeline(QListView):
    """The entries as a list that the keyboard and a screen reader can walk."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._entries = Items(_spoken)
        self.setModel(self._entries)
        self.setItemDelegate(_EntryDelegate(theme, self))
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        transparent_selection(self)
        theme.changed.connect(self._repaint)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these entries."""
        self._entries.replace(list(entries))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.scheduleDelayedItemsLayout()

    def _repaint(self) -> None:
        transparent_selection(self)
        self.viewport().update()


def _spoken(entry: Entry) -> str:
    return tr(
        "{title}，{when}，{text}", title=entry.title, when=entry.when, text=entry.text
    )


class _EntryDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: Timeline) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry: Entry = index.data(ITEM)
        width = self._view.viewport().width()
        if not entry.text:
            return QSize(width, _HEAD + _FOOT)
        metrics = QFontMetrics(self._theme.font(Size.NOTE))
        most = QRect(0, 0, max(width - _LEFT - 10, 60), 1000)
        high = metrics.boundingRect(most, int(_WRAP), entry.text).height()
        high = min(high, metrics.lineSpacing() * _LINE_MOST)
        return QSize(width, _HEAD + high + _FOOT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        theme, tokens = self._theme, self._theme.tokens
        entry: Entry = index.data(ITEM)
        area = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
        top = area.top()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.border), 2))
        if index.row() < index.model().rowCount() - 1:
            painter.drawLine(QPointF(17, top + 37), QPointF(17, area.bottom() + 2))
        tone = tokens.tone(entry.tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone.back)
        painter.drawEllipse(QPointF(17, top + 19), 16, 16)
        icon = theme.pixmap(entry.icon, f"{entry.tone}.text", 18)
        painter.drawPixmap(QPointF(8, top + 10), icon)
        self._paint_words(painter, entry, area)
        if option.state & QStyle.StateFlag.State_HasFocus:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = area.adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(ring, Size.RADIUS, Size.RADIUS)
        painter.restore()

    def _paint_words(self, painter: QPainter, entry: Entry, area: QRectF) -> None:
        theme, tokens = self._theme, self._theme.tokens
        painter.setPen(tokens.text)
        painter.setFont(theme.font(Size.BODY, bold=True))
        painter.drawText(QPointF(_LEFT, area.top() + 24), entry.title)
        left = QFontMetricsF(painter.font()).horizontalAdvance(entry.title) + _LEFT + 10
        painter.setPen(tokens.text2)
        painter.setFont(theme.font(Size.CAPTION))
        metrics = QFontMetricsF(painter.font())
        when = metrics.elidedText(
            entry.when, Qt.TextElideMode.ElideRight, area.right() - left - 8
        )
        painter.drawText(QPointF(left, area.top() + 23.5), when)
        painter.setPen(tokens.text)
        painter.setFont(theme.font(Size.NOTE))
        words = area.adjusted(_LEFT, _HEAD, -10, -_FOOT + 4)
        metrics = QFontMetrics(painter.font())
        painter.drawText(words, int(_WRAP), fitted(entry.text, metrics, words))


def fitted(text: str, metrics: QFontMetrics, room: QRectF) -> str:
    """Return the text, or as much of it as fits into the room with … at its end."""
    width, height = int(room.width()), int(room.height()) + 2

    def fits(words: str) -> bool:
        area = QRect(0, 0, width, 10_000)
        return metrics.boundingRect(area, int(_WRAP), words).height() <= height

    if fits(text):
        return text
    low, high = 0, len(text)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(text[:middle] + "…") else (low, middle)
    return text[:low] + "…"
