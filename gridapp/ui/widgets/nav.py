"""The column at the left: where one can go, with counts of what waits there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size, Width
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.text import Glyph, Text

RAIL = (88, 106)  # least and most pixels of the column in a narrow window
_WORDS_AT = 31  # where the words of a narrow entry begin
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: its key, its words, two characters for a narrow window, its icon."""

    key: str
    label: str
    short: str
    icon: str


class NavColumn(QFrame):
    """The entries; `chosen` tells the key of the one that was clicked."""

    chosen = Signal(str)

    def __init__(
        self, theme: Theme, places: Sequence[Place], foot: Sequence[Place] = ()
    ) -> None:
        """Show `places` from above, and those of the `foot` at the lower end.

        A narrow window has room for the first of the foot only.
        """
        super().__init__()
        self.setObjectName("nav")
        self._items = {place.key: _Entry(theme, place) for place in (*places, *foot)}
        self._spare = [place.key for place in foot[1:]]
        self._group = QButtonGroup(self)
        self._brand = QFrame()
        brand = line(self._brand, (8, 8, 0, 14), 8)
        brand.addWidget(Glyph(theme, "house", "blue.text", 22))
        brand.addWidget(Text(tr("网格日志"), "section"))
        brand.addStretch()
        self._box = column(self, (10, 10, 9, 10), 3)
        self._box.addWidget(self._brand)
        self._box.addStretch()
        for number, (key, item) in enumerate(self._items.items()):
            self._group.addButton(item)
            above = number < len(places)
            self._box.insertWidget(number + 1 if above else number + 2, item)
            item.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
        self.set_width(Width.WIDE)

    def choose(self, key: str) -> None:
        """Mark the entry of the page that is shown, without a signal."""
        if key in self._items:
            self._items[key].setChecked(True)

    def has(self, key: str) -> bool:
        """Whether there is an entry for that page."""
        return key in self._items

    def show_count(self, key: str, count: int) -> None:
        """Show how many things wait there; 0 shows nothing."""
        self._items[key].show_count(count)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide or a narrow window."""
        narrow = width is Width.NARROW
        self._brand.setVisible(not narrow)
        self.setFixedWidth(self._rail() if narrow else 168)
        self._box.setContentsMargins(*((4, 4, 3, 4) if narrow else (10, 10, 9, 10)))
        for item in self._items.values():
            item.set_width(width)
        for key in self._spare:
            self._items[key].setVisible(not narrow)

    def _rail(self) -> int:
        """The width of a narrow column: what its two-character words need."""
        needed = max(item.narrow_width() for item in self._items.values())
        return min(max(RAIL[0], needed + 7), RAIL[1])


class _Entry(QAbstractButton):
    def __init__(self, theme: Theme, place: Place) -> None:
        super().__init__()
        self._theme = theme
        self._place = place
        self._count = 0
        self._narrow = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_count(0)
        theme.changed.connect(self.update)

    def show_count(self, count: int) -> None:
        self._count = count
        name = self._place.label + (tr(",{count} 项", count=count) if count else "")
        self.setAccessibleName(name)
        self.update()

    def set_width(self, width: Width) -> None:
        self._narrow = width is Width.NARROW
        height = {Width.WIDE: 44, Width.MID: 41, Width.NARROW: 40}[width]
        self.setFixedHeight(height)
        self.setToolTip(self._place.label if self._narrow else "")
        self.update()

    def narrow_width(self) -> int:
        """The room this entry takes in a narrow column, its words made small."""
        words = QFontMetricsF(self._theme.font(Size.CAPTION))
        return _WORDS_AT + math.ceil(words.horizontalAdvance(self._place.short)) + 4

    def _fitting(self, words: str, room: float) -> QFont:
        """The font of the words: smaller where they would not fit."""
        usual = self._theme.font()
        if QFontMetricsF(usual).horizontalAdvance(words) <= room:
            return usual
        return self._theme.font(Size.CAPTION)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(80 if self._narrow else 148, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        if self.isChecked():
            self._fill(painter, tokens.blue.back)
        elif self.underMouse():
            self._fill(painter, tokens.hover)
        colour = "blue.text" if self.isChecked() else "text2"
        left = 6.0 if self._narrow else 10.0
        icon = self._theme.pixmap(self._place.icon, colour, 20)
        painter.drawPixmap(QPointF(left, (self.height() - 20) / 2), icon)
        painter.setPen(self._theme.colour(colour))
        words = self._place.short if self._narrow else self._place.label
        left = float(_WORDS_AT) if self._narrow else left + 28
        area = QRectF(left, 0, self.width() - left, self.height())
        painter.setFont(self._fitting(words, area.width()))
        painter.drawText(area, _MIDDLE, words)
        if self._count:
            self._paint_count(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(ring, Size.RADIUS, Size.RADIUS)
        painter.end()

    def _fill(self, painter: QPainter, colour: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(self.rect()), Size.RADIUS, Size.RADIUS)

    def _paint_count(self, painter: QPainter) -> None:
        red = self._theme.tokens.red
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(red.solid)
        if self._narrow:
            painter.drawEllipse(QPointF(26, 11), 4, 4)
            return
        words = str(self._count) if self._count < 100 else "99+"
        painter.setFont(self._theme.font(Size.CAPTION, bold=True))
        width = max(22.0, QFontMetricsF(painter.font()).horizontalAdvance(words) + 11)
        pill = QRectF(self.width() - 4 - width, (self.height() - 22) / 2, width, 22)
        painter.drawRoundedRect(pill, 11, 11)
        painter.setPen(red.on_solid)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
