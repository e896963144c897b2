"""Small pictures to press: those of a record, and those one may still take."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton

from gridapp.errors import UserError
from gridapp.store.photos import NOT_HERE, THUMBNAIL, PhotoStore
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size

WIDE, HIGH = 92, 69
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class Thumb(QAbstractButton):
    """One picture: pressing it opens it, or with `offered` takes it; Delete removes."""

    removed = Signal()

    def __init__(
        self, theme: Theme, picture: bytes | None, name: str, *, offered: bool = False
    ) -> None:
        """Show a JPEG, in words when it is not here (None); `name` is what a screen
        reader says."""
        super().__init__()
        self._theme = theme
        self._offered = offered
        self._pixmap = QPixmap()
        self._absent = picture is None
        self._pixmap.loadFromData(picture or b"")
        if self._absent:
            name = f"{name} {NOT_HERE}"
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFixedSize(WIDE, HIGH)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(WIDE, HIGH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self.click()
        elif event.key() in _REMOVE and not self._offered:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        shape = QPainterPath()
        shape.addRoundedRect(area, Size.RADIUS, Size.RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(area, QColor(tokens.grey.back))
        if not self._pixmap.isNull():
            painter.drawPixmap(area, self._pixmap, covering(self._pixmap, area))
        painter.setClipping(False)
        if self._absent:
            painter.setPen(QColor(tokens.grey.text))
            words = area.adjusted(8, 4, -8, -4)
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWrapAnywhere
            painter.drawText(words, wrapped, NOT_HERE)
        if self._offered:
            self._paint_plus(painter)
        edge = tokens.focus if self.hasFocus() else tokens.border_strong
        pen = QPen(QColor(edge), 2 if self.hasFocus() else 1)
        if self._offered and not self.hasFocus():
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, Size.RADIUS, Size.RADIUS)
        painter.end()

    def _paint_plus(self, painter: QPainter) -> None:
        """Mark in the corner a picture that is not taken yet."""
        blue = self._theme.tokens.blue
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(blue.solid))
        middle = QPointF(WIDE - 17, HIGH - 17)
        painter.drawEllipse(middle, 11, 11)
        icon = self._theme.pixmap("plus", "blue.on_solid", 16)
        painter.drawPixmap(middle - QPointF(8, 8), icon)


def covering(pixmap: QPixmap, area: QRectF) -> QRectF:
    """Return the middle part of a picture that has the shape of `area`."""
    wide, high = pixmap.width(), pixmap.height()
    scale = min(wide / area.width(), high / area.height())
    cut = QSize(round(area.width() * scale), round(area.height() * scale))
    left, top = (wide - cut.width()) / 2, (high - cut.height()) / 2
    return QRectF(left, top, cut.width(), cut.height())


def small_of(store: PhotoStore, name: str) -> bytes | None:
    """Return the small picture of a photo; None when it is not on this laptop."""
    try:
        return store.thumbnail(name, THUMBNAIL)
    except UserError:
        return None
