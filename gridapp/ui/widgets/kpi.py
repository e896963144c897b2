"""The big number that is also a filter."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size
from gridapp.ui.widgets.badge import Badge

_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class Kpi(QAbstractButton):
    """A tile: icon, title, number, and a red badge or a quiet note beside it."""

    def __init__(self, theme: Theme, icon: str, title: str) -> None:
        super().__init__()
        self._theme = theme
        self._icon = icon
        self._title = title
        self._number = 0
        self._late = ""
        self._note = ""
        self._compact = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)
        self.set_compact(compact=False)
        self.show_number(0)

    def show_number(self, number: int, *, late: str = "", note: str = "") -> None:
        """Show the number; `late` in red, else `note` in grey beside it."""
        self._number, self._late, self._note = number, late, note
        self.setAccessibleName(
            " ".join(f"{self._title} {number} {late or note}".split())
        )
        self.setToolTip(tr("点一下只看这一类"))
        self.update()

    def set_compact(self, *, compact: bool) -> None:
        """Show the tile on one line, for a narrow window."""
        self._compact = compact
        self.setFixedHeight(52 if compact else 84)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(150, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_tile(painter)
        if self._compact:
            self._paint_line(painter)
        else:
            self._paint_block(painter)
        painter.end()

    def _paint_tile(self, painter: QPainter) -> None:
        tokens = self._theme.tokens
        thick = 2 if self.isChecked() or self.hasFocus() else 1
        edge = tokens.border
        if self.hasFocus():
            edge = tokens.focus
        elif self.isChecked():
            edge = tokens.blue.text
        fill = tokens.surface
        if self.isChecked():
            fill = tokens.blue.back
        elif self.underMouse():
            fill = tokens.hover
        painter.setPen(QPen(QColor(edge), thick))
        painter.setBrush(fill)
        inset = thick / 2
        shape = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(shape, Size.CARD_RADIUS, Size.CARD_RADIUS)

    def _paint_block(self, painter: QPainter) -> None:
        theme, tokens = self._theme, self._theme.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.surface if self.isChecked() else tokens.blue.back)
        painter.drawRoundedRect(QRectF(14, 18, 48, 48), 12, 12)
        painter.drawPixmap(QPointF(26, 30), theme.pixmap(self._icon, "blue.text", 24))
        painter.setPen(tokens.text2)
        painter.setFont(theme.font(Size.CAPTION))
        painter.drawText(QRectF(76, 14, self.width() - 80, 22), _MIDDLE, self._title)
        right = 76 + self._paint_number(painter, QRectF(76, 34, 120, 42), Size.KPI) + 10
        if self._late:
            Badge(self._late, "red").paint(painter, theme, right, 44)
        else:
            painter.setPen(tokens.text3)
            painter.setFont(theme.font(Size.CAPTION))
            area = QRectF(right, 44, self.width() - right - 6, 26)
            painter.drawText(area, _MIDDLE, self._note)

    def _paint_line(self, painter: QPainter) -> None:
        """Paint all on one line; the icon gives way where the badge needs its room."""
        theme = self._theme
        badge = Badge(self._late.replace(" ", ""), "red", height=24)
        room = self.width() - 18 - (badge.width(theme) if self._late else 0)
        title = QFontMetricsF(theme.font(Size.CAPTION)).horizontalAdvance(self._title)
        number = QFontMetricsF(theme.font(Size.TITLE, bold=True))
        words = title + 8 + number.horizontalAdvance(str(self._number))
        left = 36 if 36 + words + 6 <= room else 12
        if left == 36:
            painter.drawPixmap(QPointF(10, 16), theme.pixmap(self._icon, "text2", 20))
        painter.setPen(theme.tokens.text2)
        painter.setFont(theme.font(Size.CAPTION))
        painter.drawText(QRectF(left, 0, title + 4, 52), _MIDDLE, self._title)
        fits = left + words <= room
        place = QRectF(left + title + 8, 0, 90, 51)
        late = bool(self._late) and not fits
        self._paint_number(painter, place, Size.TITLE, late=late)
        if self._late and fits:
            badge.paint(painter, theme, self.width() - 10 - badge.width(theme), 14)

    def _paint_number(
        self, painter: QPainter, area: QRectF, size: int, *, late: bool = False
    ) -> float:
        """Paint the number, red where its badge has no room; return its width."""
        tokens = self._theme.tokens
        painter.setPen(tokens.red.text if late else tokens.text)
        painter.setFont(self._theme.font(size, bold=True))
        painter.drawText(area, _MIDDLE, str(self._number))
        return QFontMetricsF(painter.font()).horizontalAdvance(str(self._number))
