"""The headers of the 楼栋图: units above, floors beside; neither scrolls away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QHeaderView, QTableView

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size
from gridapp.work.matrix import Matrix

LEAST_WIDTH = 92  # of a column: a name of four characters and the space around it
LEAST_HEIGHT = 58  # of a row: a cell of 52 and its gap
FLOORS_WIDTH = 46
UNITS_HEIGHT = 32
Shown = Callable[[], Matrix]


class UnitHeader(QHeaderView):
    """The units above their columns: they scroll across, and never away."""

    def __init__(self, theme: Theme, view: QTableView, shown: Shown) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._theme = theme
        self._shown = shown
        self.setFixedHeight(UNITS_HEIGHT)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(40)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("单元"))

    def sizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, UNITS_HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        for span in self._shown().spans:
            last = span.first + span.count - 1
            if span.first <= logicalIndex <= last:
                left = self.sectionViewportPosition(span.first)
                right = self.sectionViewportPosition(last) + self.sectionSize(last)
                area = QRectF(left + 6, 2, right - left - 12, UNITS_HEIGHT - 6)
                painter.save()
                painter.setClipRect(rect)
                self._paint_unit(painter, span.words, area)
                painter.restore()

    def _paint_unit(self, painter: QPainter, words: str, area: QRectF) -> None:
        tokens = self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.grey.back))
        painter.drawRoundedRect(area, Size.RADIUS, Size.RADIUS)
        painter.setPen(QColor(tokens.text2))
        painter.setFont(self._theme.font(Size.CAPTION, bold=True))
        shown = area.intersected(QRectF(self.viewport().rect()))
        painter.drawText(shown, Qt.AlignmentFlag.AlignCenter, words)


class FloorHeader(QHeaderView):
    """The floors beside their rows."""

    def __init__(self, theme: Theme, view: QTableView, shown: Shown) -> None:
        super().__init__(Qt.Orientation.Vertical, view)
        self._theme = theme
        self._shown = shown
        self.setFixedWidth(FLOORS_WIDTH)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(40)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("楼层"))

    def sizeHint(self) -> QSize:
        return QSize(self.width(), LEAST_HEIGHT)

    def fit(self) -> int:
        """Make room for the longest word of a floor; return the width."""
        metrics = QFontMetricsF(self._theme.font(Size.CAPTION, bold=True))
        words = {line.words for line in self._shown().lines}
        longest = max(map(metrics.horizontalAdvance, words), default=0.0)
        self.setFixedWidth(max(FLOORS_WIDTH, round(longest) + 14))
        return self.width()

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        lines = self._shown().lines
        if logicalIndex >= len(lines):
            return
        line = lines[logicalIndex]
        if (
            line.floor is None
            and logicalIndex
            and lines[logicalIndex - 1].floor is None
        ):
            return  # 其他 stands once
        painter.setPen(QColor(self._theme.tokens.text2))
        painter.setFont(self._theme.font(Size.CAPTION, bold=True))
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, line.words)
