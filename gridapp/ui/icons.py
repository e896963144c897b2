"""Lucide icons drawn from SVG in any colour, sharp at every screen ratio."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer


class Icons:
    """Pixmaps of the icons in one folder, kept per colour, size and screen ratio."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[str, str] = {}
        self._pixmaps: dict[tuple[str, str, int, float, int], QPixmap] = {}

    def pixmap(self, name: str, colour: str, size: int = 20, pad: int = 0) -> QPixmap:
        """Return the icon as `size` logical pixels, with `pad` empty ones at the right.

        Fusion leaves too little space between a button's icon and its words; the
        padding is how they get it.
        """
        screen = QGuiApplication.primaryScreen()
        ratio = screen.devicePixelRatio() if screen else 1.0
        key = (name, colour, size, ratio, pad)
        if key not in self._pixmaps:
            self._pixmaps[key] = self._draw(name, colour, size, ratio, pad)
        return self._pixmaps[key]

    def icon(self, name: str, colour: str, size: int = 20, pad: int = 0) -> QIcon:
        """Return the same as a QIcon."""
        return QIcon(self.pixmap(name, colour, size, pad))

    def _draw(
        self, name: str, colour: str, size: int, ratio: float, pad: int
    ) -> QPixmap:
        if name not in self._sources:
            path = self._folder / f"{name}.svg"
            self._sources[name] = path.read_text(encoding="utf-8")
        svg = self._sources[name].replace("currentColor", colour)
        renderer = QSvgRenderer(QByteArray(svg.encode()))
        pixmap = QPixmap(round((size + pad) * ratio), round(size * ratio))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size * ratio, size * ratio))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap
