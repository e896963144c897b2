"""The buildings at the left: how many doors are urgent, and a bar of their shares."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gridapp.language import tr
from gridapp.ui.theme import Theme, transparent_selection
from gridapp.ui.tokens import Size, ToneName
from gridapp.ui.widgets.items import ITEM, SPOKEN, Index, Items, ItemView
from gridapp.work.buildings import Outline

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_HEIGHT = 56
_PILL = 22


class BuildingList(ItemView):
    """Buildings to choose from; `picked` tells each that becomes current."""

    picked = Signal(object)  # the Outline
    opened = Signal()  # Enter: go on to the doors

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._loading = False
        self._items = Items(spoken_outline, (*SPOKEN, Qt.ItemDataRole.ToolTipRole))
        self.setAccessibleName(tr("楼栋列表"))
        self.setModel(self._items)
        self.setItemDelegate(_OutlineDelegate(theme, self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        transparent_selection(self)
        theme.changed.connect(self._repaint)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.activated.connect(self.opened)

    def show_outlines(self, outlines: Sequence[Outline], chosen: UUID | None) -> None:
        """Show these buildings without a signal; `chosen` is current if it is here."""
        self._loading = True
        self._items.replace(list(outlines))
        for number, one in enumerate(outlines):
            if one.id == chosen:
                index = self._items.index(number)
                self.setCurrentIndex(index)
                self.scrollTo(index)
        self._loading = False

    def outlines(self) -> list[Outline]:
        """Return the buildings that are shown."""
        return list(self._items.items)

    def move_current(self, steps: int) -> None:
        """Make the building that many lines below the current one current."""
        last = len(self._items.items) - 1
        if last >= 0:
            number = min(max(self.currentIndex().row() + steps, 0), last)
            self.setCurrentIndex(self._items.index(number))

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and not self._loading:
            self.picked.emit(current.data(ITEM))

    def _repaint(self) -> None:
        transparent_selection(self)
        self.viewport().update()


def spoken_outline(one: Outline) -> str:
    """A building as a sentence: 3号楼，急办 3，快到期 6，36 户 71 人."""
    words = [one.name]
    if one.counts.get("urgent"):
        words.append(tr("急办 {count}", count=one.counts["urgent"]))
    if one.counts.get("soon"):
        words.append(tr("快到期 {count}", count=one.counts["soon"]))
    words.append(tr("{homes} 户 {people} 人", homes=one.homes, people=one.people))
    return tr("，").join(words)


class _OutlineDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: BuildingList) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, _HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        one: Outline = index.data(ITEM)
        theme, tokens = self._theme, self._theme.tokens
        area = rect.adjusted(6, 2, -6, -2)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(tokens.blue.back if chosen else tokens.hover))
            painter.drawRoundedRect(area, 8, 8)
        right = area.right() - 8
        soon, urgent = one.counts.get("soon", 0), one.counts.get("urgent", 0)
        if soon:
            right = self._pill(painter, soon, "amber", right, area.y() + 6)
        if urgent:
            right = self._pill(painter, urgent, "red", right, area.y() + 6)
        left = area.x() + 10
        painter.setFont(theme.font(Size.BODY, bold=chosen))
        painter.setPen(QColor(tokens.blue.text if chosen else tokens.text))
        metrics = QFontMetricsF(painter.font())
        room = right - left
        whole = metrics.horizontalAdvance(one.name) <= room
        name = one.name if whole else one.number
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, area.y() + 6, right - left, 22), _LEFT, name)
        bar = QRectF(left, area.y() + 36, area.right() - 8 - left, 6)
        self._bar(painter, one, bar)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 7, 7)
        painter.restore()

    def _pill(
        self, painter: QPainter, count: int, hue: ToneName, right: float, top: float
    ) -> float:
        """Paint a count that ends at `right`; return where the next one may end."""
        tone = self._theme.tokens.tone(hue)
        painter.setFont(self._theme.font(Size.CAPTION, bold=True))
        words = str(count)
        wide = max(
            float(_PILL), QFontMetricsF(painter.font()).horizontalAdvance(words) + 12
        )
        area = QRectF(right - wide, top, wide, _PILL)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tone.solid))
        painter.drawRoundedRect(area, _PILL / 2, _PILL / 2)
        painter.setPen(QColor(tone.on_solid))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
        return right - wide - 5

    def _bar(self, painter: QPainter, one: Outline, area: QRectF) -> None:
        """Paint the share of each state, at least as wide as can be seen."""
        total = sum(one.counts.values())
        tokens = self._theme.tokens
        quiet = QColor(tokens.green.solid)
        quiet.setAlphaF(0.65)
        parts = (
            (one.counts.get("urgent", 0), QColor(tokens.red.solid)),
            (one.counts.get("soon", 0), QColor(tokens.amber.solid)),
            (one.counts.get("normal", 0), quiet),
            (
                one.counts.get("vacant", 0) + one.counts.get("unknown", 0),
                QColor(tokens.grey.line),
            ),
        )
        shown = [(count, colour) for count, colour in parts if count]
        room = area.width() - 1.5 * (len(shown) - 1)
        least = 4.0
        spare = room - least * len(shown)
        left = area.x()
        for count, colour in shown:
            wide = least + spare * count / total
            painter.fillRect(QRectF(left, area.y(), wide, area.height()), colour)
            left += wide + 1.5
