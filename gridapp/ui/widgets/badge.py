"""Badges: a word in a tone, painted by delegates and shown as small widgets."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size, ToneName

TONE_ICONS: dict[ToneName, str] = {
    "red": "circle-alert",
    "amber": "clock",
    "green": "circle-check",
    "grey": "calendar-check",
    "blue": "clock",
    "purple": "heart-pulse",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A short text in a tone; `icon` is optional, `square` for tags of a person."""

    text: str
    tone: ToneName
    icon: str = ""
    square: bool = False
    height: int = 26

    def width(self, theme: Theme) -> float:
        """Return the room the badge takes, in logical pixels."""
        metrics = QFontMetricsF(theme.font(Size.CAPTION, bold=True))
        return metrics.horizontalAdvance(self.text) + 18 + (20 if self.icon else 0)

    def paint(self, painter: QPainter, theme: Theme, left: float, top: float) -> float:
        """Paint the badge with its left upper corner there; return its width."""
        tone = theme.tokens.tone(self.tone)
        width = self.width(theme)
        radius = Size.RADIUS if self.square else self.height / 2
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(Size.CAPTION, bold=True))
        edge = tone.back if self.square else tone.line
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(tone.back)
        shape = QRectF(left + 0.5, top + 0.5, width - 1, self.height - 1)
        painter.drawRoundedRect(shape, radius, radius)
        text_left = left + 9
        if self.icon:
            icon = theme.pixmap(self.icon, f"{self.tone}.text", 16)
            painter.drawPixmap(QPointF(left + 8, top + (self.height - 16) / 2), icon)
            text_left += 20
        painter.setPen(tone.text)
        area = QRectF(text_left, top, width, self.height - 1)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, middle, self.text)
        painter.restore()
        return width


def status_badge(text: str, tone: ToneName) -> Badge:
    """Return a pill with the icon of its tone, as `逾期 4 天`."""
    return Badge(text, tone, TONE_ICONS[tone], height=28)


class BadgeView(QWidget):
    """A badge as a widget."""

    def __init__(self, theme: Theme, badge: Badge) -> None:
        super().__init__()
        self._theme = theme
        self._badge = badge
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(badge.text)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(round(self._badge.width(self._theme) + 0.5), self._badge.height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._badge.paint(painter, self._theme, 0, 0)
        painter.end()


class Avatar(QWidget):
    """The first character of a name in a circle."""

    def __init__(self, theme: Theme, size: int = 54) -> None:
        super().__init__()
        self._theme = theme
        self._letter = ""
        self.setFixedSize(size, size)
        theme.changed.connect(self.update)

    def show_name(self, name: str) -> None:
        """Show the first character of this name."""
        self._letter = name[:1]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("purple.back"))
        painter.drawEllipse(QRectF(self.rect()))
        painter.setPen(self._theme.colour("purple.text"))
        painter.setFont(self._theme.font(round(self.height() * 0.44), bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._letter)
        painter.end()
