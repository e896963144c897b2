"""Pages that one looks something up in and leaves again by Esc."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gridapp.language import tr
from gridapp.ui.page import Page
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.ui.widgets.text import Text


class SidePage(Page):
    """A page with a button and a key that lead back to the page before."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._outer: QVBoxLayout = column(self, (16, 14, 16, 14), 10)
        self.back = Button(self.theme, tr("返回 Esc"), "quiet", icon="arrow-left")
        self.back.clicked.connect(self.left)
        bind_inside(self, {"Esc": self.left.emit})
        self.top = line(gap=10)
        self.top.addWidget(self.back)
        self._outer.addLayout(self.top)

    def focus_start(self) -> None:
        self.back.setFocus()

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        top = 6 if width is Width.NARROW else 12
        self._outer.setContentsMargins(width.margin, top, width.margin, top)

    def add_hint(self, words: str) -> None:
        """Put a sentence beside the way back."""
        hint = Text(words, "muted", wrap=True)
        hint.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.top.addWidget(hint, 1)

    def add_scrolled(self, inside: QWidget) -> QScrollArea:
        """Put `inside` below the top line, in an area that scrolls when it is long."""
        scroll = Scrolled()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inside)
        self._outer.addWidget(scroll, 1)
        return scroll
