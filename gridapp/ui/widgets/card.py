"""Surfaces: the card, the thin line and the coloured bar with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size
from gridapp.ui.widgets.text import Glyph, Text

Margins = tuple[int, int, int, int]
Layout = TypeVar("Layout", bound=QBoxLayout)
NONE: Margins = (0, 0, 0, 0)
INSIDE: Margins = (14, 10, 14, 12)


def column(
    owner: QWidget | None = None, margins: Margins = NONE, gap: int = 0
) -> QVBoxLayout:
    """Return a vertical layout, of `owner` if one is given."""
    return _spaced(QVBoxLayout(owner) if owner else QVBoxLayout(), margins, gap)


def line(
    owner: QWidget | None = None, margins: Margins = NONE, gap: int = 0
) -> QHBoxLayout:
    """Return a horizontal layout, of `owner` if one is given."""
    return _spaced(QHBoxLayout(owner) if owner else QHBoxLayout(), margins, gap)


def _spaced(layout: Layout, margins: Margins, gap: int) -> Layout:
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    return layout


class Card(QFrame):
    """A white surface with a thin line and round corners, filled from above."""

    def __init__(self, margins: Margins = INSIDE, gap: int = 8) -> None:
        super().__init__()
        self.setObjectName("card")
        self.box = column(self, margins, gap)


class Divider(QFrame):
    """A line one pixel thick, across or down."""

    def __init__(self, *, down: bool = False) -> None:
        super().__init__()
        self.setObjectName("line")
        if down:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class NoticeBar(QFrame):
    """One sentence that must be seen: a reminder, or what is wrong."""

    def __init__(self, theme: Theme, tone: Literal["amber", "red"], icon: str) -> None:
        super().__init__()
        self.setObjectName("warnbar" if tone == "amber" else "errorbar")
        self.row = line(self, (10, 5, 10, 5), 8)
        self.row.addWidget(Glyph(theme, icon, f"{tone}.text"))
        self._words = Text("", "warning" if tone == "amber" else "error", wrap=True)
        self._words.setMinimumHeight(Size.CAPTION + 6)
        self._words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.row.addWidget(self._words, 1)

    def say(self, sentence: str) -> None:
        """Show the sentence; with an empty one the bar is hidden."""
        self._words.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))


class Lines(QWidget):
    """Widgets below each other that are replaced all at once."""

    def __init__(self, margins: Margins = NONE, gap: int = 8) -> None:
        super().__init__()
        self._box = column(self, margins, gap)
        self._box.addStretch()
        self._parts: list[QWidget] = []

    def replace(self, parts: Sequence[QWidget]) -> None:
        """Show these and drop those before."""
        for part in self._parts:
            self._box.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts = list(parts)
        for number, part in enumerate(parts):
            self._box.insertWidget(number, part)


def fit(window: QWidget) -> None:
    """Make a window as high as its sentences need in as many lines as they take."""
    layout = window.layout()
    if layout is not None:
        layout.activate()
        window.resize(window.width(), layout.totalHeightForWidth(window.width()))
