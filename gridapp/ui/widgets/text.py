"""Words on a page, by their role."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from gridapp.ui.theme import Theme

Role = Literal[
    "body",
    "title",
    "section",
    "strong",
    "note",
    "muted",
    "faint",
    "figure",
    "error",
    "warning",
    "key",
]

_LEAST = 48  # pixels that words which shrink keep


class Text(QLabel):
    """A label of plain text in the size and colour of its role."""

    def __init__(
        self,
        words: str = "",
        role: Role = "body",
        *,
        wrap: bool = False,
        shrinks: bool = False,
    ) -> None:
        """With `wrap` in several lines; with `shrinks` cut short with … where there
        is no room, and whole in the tip."""
        super().__init__(words)
        self._shrinks = shrinks
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        if wrap:
            self.setWordWrap(True)
            self.setAlignment(Qt.AlignmentFlag.AlignTop)
            policy = QSizePolicy(
                QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum
            )
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return (
            QSize(min(hint.width(), _LEAST), hint.height()) if self._shrinks else hint
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        metrics = self.fontMetrics()
        whole = metrics.horizontalAdvance(self.text()) <= room.width()
        if self._shrinks:
            self.setToolTip("" if whole else self.text())
        if whole or not self._shrinks:
            super().paintEvent(event)
            return
        words = metrics.elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), words)
        painter.end()


class Glyph(QLabel):
    """An icon beside words; it says nothing by itself to a screen reader."""

    def __init__(
        self, theme: Theme, name: str, path: str = "text2", size: int = 18
    ) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self._path = path
        self._size = size
        self.setFixedWidth(size + 2)
        theme.changed.connect(self._paint_again)
        self._paint_again()

    def show_icon(self, name: str, path: str) -> None:
        """Show another icon in the colour of another token."""
        self._name, self._path = name, path
        self._paint_again()

    def _paint_again(self) -> None:
        self.setPixmap(self._theme.pixmap(self._name, self._path, self._size))
