"""One cell of the 楼栋图: ink weight is urgency, so it reads without colour too."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
)

from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size, ToneName
from gridapp.work.buildings import Door
from gridapp.work.colouring import Basis, Shade, below_words, shade_of
from gridapp.work.door_words import RENT, TAG_SIGNS, tier_name
from gridapp.work.matrix import short_door

THREE_LINES = 76.0  # height from which a cell shows three lines
DIMMED = 0.3  # opacity of what a filter leaves out
_ICONS = {"urgent": "circle-alert", "soon": "clock"}
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_CENTER = Qt.AlignmentFlag.AlignCenter
_TAG_HUES: dict[str, ToneName] = {
    RENT: "grey",
    "disability": "blue",
    "severe_disability": "blue",
    "chronic": "blue",
    "party_member": "blue",
    "low_income": "blue",
    "low_margin": "blue",
    "extreme_poverty": "blue",
    "veteran": "blue",
}
LINE = 20.0  # height of a line of caption
MOST_KEPT = 8192  # measured words
MOST_GROUNDS = 200
_SIGN = 21.0  # width of a tag of one character


_Words = tuple[str, int, bool, int]
_Ground = tuple[Shade, float, float, bool, float]


@dataclass(frozen=True)
class CellLook:
    """What a cell shows beside its door."""

    basis: Basis
    dimmed: bool
    chosen: bool
    focused: bool
    hovered: bool
    whole_door: bool  # 2-501 where the column does not say the unit


class CellPainter:
    """Paints cells; keeps fonts, measured words and grounds until told to forget.

    Grounds are kept as QImage: unlike a QPixmap it may be freed in any thread.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._fits: dict[_Words, tuple[str, float]] = {}
        self._grounds: dict[_Ground, QImage] = {}
        self.forget()

    def forget(self) -> None:
        """Drop what was kept of the old look, when the theme has changed."""
        theme = self._theme
        self._fonts = {
            (size, bold): theme.font(size, bold=bold)
            for size in (Size.CAPTION, Size.BODY)
            for bold in (False, True)
        }
        self._metrics = {key: QFontMetricsF(one) for key, one in self._fonts.items()}
        self._fits.clear()
        self._grounds.clear()

    def _fitted(
        self, words: str, size: int, bold: bool, room: int
    ) -> tuple[str, float]:
        """The words as they fit the room, and their width."""
        key = (words, size, bold, room)
        found = self._fits.get(key)
        if found is None:
            if len(self._fits) >= MOST_KEPT:
                self._fits.clear()
            metrics = self._metrics[size, bold]
            fitted = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            found = self._fits[key] = fitted, metrics.horizontalAdvance(fitted)
        return found

    def font(self, size: int, *, bold: bool = False) -> QFont:
        """One of the fonts of a cell."""
        return self._fonts[size, bold]

    def paint(
        self, painter: QPainter, door: Door, area: QRectF, look: CellLook
    ) -> None:
        """Paint a door into the area of its cell."""
        shade = shade_of(door, look.basis)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if look.dimmed:
            painter.setOpacity(DIMMED)
        ratio = painter.device().devicePixelRatioF()
        key = (shade, area.width(), area.height(), look.hovered, ratio)
        if key not in self._grounds:
            if len(self._grounds) >= MOST_GROUNDS:  # after many sizes of the window
                self._grounds.clear()
            self._grounds[key] = self._drawn(*key)
        painter.drawImage(area.topLeft(), self._grounds[key])
        self._words(painter, door, shade, area, look)
        if look.chosen:
            painter.setOpacity(1)
            self._ring(painter, area, focused=look.focused)
        painter.restore()

    def paint_missing(
        self, painter: QPainter, room: str, area: QRectF, *, dimmed: bool
    ) -> None:
        """Paint the place of a door that is not on record."""
        tokens = self._theme.tokens
        painter.save()
        painter.setOpacity(DIMMED if dimmed else 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.border), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.setPen(QColor(tokens.text3))
        painter.setFont(self.font(Size.CAPTION))
        words = self._fitted(room, Size.CAPTION, False, int(area.width() - 16))[0]
        top = area.adjusted(12, _lines(area)[0], -4, 0)
        painter.drawText(QRectF(top.x(), top.y(), top.width(), LINE), _LEFT, words)
        painter.restore()

    def ring(self, painter: QPainter, area: QRectF, *, focused: bool) -> None:
        """Paint the ring of the chosen cell."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ring(painter, area, focused=focused)
        painter.restore()

    def _ring(self, painter: QPainter, area: QRectF, *, focused: bool) -> None:
        tokens = self._theme.tokens
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.surface), 2))
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)
        painter.setPen(QPen(QColor(tokens.text if focused else tokens.text3), 3))
        painter.drawRoundedRect(area.adjusted(-1, -1, 1, 1), 9, 9)

    def _drawn(
        self, shade: Shade, width: float, height: float, hovered: bool, ratio: float
    ) -> QImage:
        """The ground of a cell: a few are drawn once for hundreds of doors."""
        image = QImage(
            round(width * ratio),
            round(height * ratio),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, shade, QRectF(0, 0, width, height), hovered=hovered)
        painter.end()
        return image

    def _ground(
        self, painter: QPainter, shade: Shade, area: QRectF, *, hovered: bool
    ) -> None:
        tokens = self._theme.tokens
        tone = tokens.tone(shade.hue)
        fill, edge = tokens.surface, tokens.border
        if shade.ink == "solid":
            fill = edge = tone.solid
        elif shade.ink in ("tint", "hatched"):
            fill, edge = tone.back, tone.line
        shape = area.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(tokens.border_strong if hovered else edge), 1))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(shape, 7, 7)
        if shade.ink == "hatched":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(QColor(tone.line), Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(shape, 7, 7)
        elif shade.ink in ("tint", "plain"):
            bar = QColor(tone.solid)
            if shade.ink == "plain":
                bar.setAlphaF(0.65)
            path = QPainterPath()
            path.addRoundedRect(shape, 7, 7)
            strip = QPainterPath()
            wide = 6 if shade.ink == "tint" else 4
            strip.addRect(QRectF(area.x(), area.y(), wide, area.height()))
            painter.fillPath(path.intersected(strip), bar)

    def _words(
        self,
        painter: QPainter,
        door: Door,
        shade: Shade,
        area: QRectF,
        look: CellLook,
    ) -> None:
        front, soft = self._pens(shade)
        heavy = shade.ink in ("solid", "tint")
        first, second, third = _lines(area)
        left, right = area.x() + 12, area.right() - 6
        room = short_door(door) if look.whole_door else door.room
        words, wide = self._fitted(
            room, Size.CAPTION, True, int(right - left - 22 * heavy)
        )
        painter.setFont(self.font(Size.CAPTION, bold=True))
        painter.setPen(soft)
        top = area.y() + first
        painter.drawText(QRectF(left, top, right - left, LINE), _LEFT, words)
        self._signs(painter, door, shade, (left + wide + 4, right, top))
        below = below_words(door, look.basis)
        name = door.name or below
        fitted, taken = self._fitted(name, Size.BODY, heavy, int(right + 2 - left))
        painter.setFont(self.font(Size.BODY, bold=heavy))
        painter.setPen(front)
        line = QRectF(left, area.y() + second, right - left + 2, 22)
        painter.drawText(line, _LEFT, fitted)
        if not door.name:
            return
        painter.setPen(soft)
        bold = shade.ink == "solid"
        painter.setFont(self.font(Size.CAPTION, bold=bold))
        if third:
            line = QRectF(left, area.y() + third, right - left + 2, LINE)
            fitted, taken = self._fitted(below, Size.CAPTION, bold, int(line.width()))
            painter.drawText(line, _LEFT, fitted)
            if look.basis == "status" and door.tier:
                place = (left + taken + 6, right, line.y())
                self._tier(painter, door.tier, shade, place)
        elif taken + self._fitted(below, Size.CAPTION, bold, 999)[1] + 8 < line.width():
            painter.drawText(line, _RIGHT, below)

    def _pens(self, shade: Shade) -> tuple[QColor, QColor]:
        """The colours of the name and of what stands around it."""
        tokens = self._theme.tokens
        tone = tokens.tone(shade.hue)
        if shade.ink == "solid":
            return QColor(tone.on_solid), QColor(tone.on_solid)
        if shade.ink == "tint":
            return QColor(tokens.text), QColor(tone.text)
        front = tokens.text2 if shade.ink == "hatched" else tokens.text
        return QColor(front), QColor(tokens.text2)

    def _tier(
        self,
        painter: QPainter,
        code: str,
        shade: Shade,
        place: tuple[float, float, float],
    ) -> None:
        """Paint 红档 at the right where its word has room."""
        left, right, top = place
        words = tier_name(code)
        wide = self._fitted(words, Size.CAPTION, True, 999)[1] + 8
        if right - wide >= left:
            self._sign(
                painter, words, "grey", shade, QRectF(right - wide, top, wide, LINE)
            )

    def _signs(
        self,
        painter: QPainter,
        door: Door,
        shade: Shade,
        place: tuple[float, float, float],
    ) -> None:
        """Paint the icon and as many tags as fit between left and right."""
        left, right, top = place
        if shade.key in _ICONS:
            colour = f"{shade.hue}.on_solid" if shade.ink == "solid" else "amber.text"
            icon = self._theme.pixmap(_ICONS[shade.key], colour, 17)
            painter.drawPixmap(QPointF(right - 17, top + 1), icon)
            right -= 21
        signs = [(tag, TAG_SIGNS[tag]) for tag in door.tags]
        widths = [
            max(_SIGN, self._fitted(sign, Size.CAPTION, True, 99)[1] + 7)
            for _, sign in signs
        ]
        count = len(signs)
        while count and right - sum(widths[:count]) - 3 * (count - 1) < left:
            count -= 1
        shown = list(zip(signs, widths, strict=True))[:count]
        for (tag, sign), wide in reversed(shown):
            hue = _TAG_HUES.get(tag, "purple")
            self._sign(painter, sign, hue, shade, QRectF(right - wide, top, wide, LINE))
            right -= wide + 3

    def _sign(
        self, painter: QPainter, words: str, hue: ToneName, shade: Shade, area: QRectF
    ) -> None:
        tone = self._theme.tokens.tone(hue)
        back, front = QColor(tone.back), QColor(tone.text)
        if shade.ink == "solid":
            own = self._theme.tokens.tone(shade.hue)
            back, front = QColor(own.back), QColor(own.text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(area, 4, 4)
        painter.setPen(front)
        painter.setFont(self.font(Size.CAPTION, bold=True))
        painter.drawText(area, _CENTER, words)


def _lines(area: QRectF) -> tuple[float, float, float]:
    """How far below the top the lines of a cell begin; 0 for a third without room."""
    height = area.height()
    if height >= THREE_LINES:
        spare = (height - 66) / 2
        return spare - 1, spare + 20, spare + 45
    spare = (height - 44) / 2
    return spare, spare + 21, 0.0
