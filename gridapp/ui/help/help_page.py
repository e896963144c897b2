"""帮助: the manual as a page, and in a window of its own over the login."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from gridapp.language import tr
from gridapp.ui.help import manual
from gridapp.ui.help.help_view import HelpView
from gridapp.ui.session import Session
from gridapp.ui.side_page import SidePage
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column


class HelpPage(SidePage):
    """The chapter about the page one came from, and all the others."""

    title = tr("帮助")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.view = HelpView(session.theme)
        keys = Button(self.theme, tr("快捷键 Ctrl+/"), "quiet", icon="keyboard")
        keys.clicked.connect(lambda: self.place_asked.emit("keys"))
        self.top.addStretch()
        self.top.addWidget(keys)
        self._outer.addWidget(self.view, 1)

    def come_from(self, key: str) -> None:
        """Open the chapter about that page."""
        self.view.show_chapter(manual.chapter_of(key))

    def focus_start(self) -> None:
        self.view.find_box.setFocus()

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        self.view.set_width(width)


class HelpWindow(QDialog):
    """The manual over the login, for who has forgotten the password."""

    def __init__(self, theme: Theme, chapter: str, over: QWidget) -> None:
        super().__init__(over)
        self.setWindowTitle(tr("帮助"))
        self.resize(960, 600)
        box = column(self, (12, 12, 12, 12))
        self.view = HelpView(theme)
        self.view.show_chapter(chapter)
        box.addWidget(self.view)
        QShortcut(QKeySequence("F1"), self).activated.connect(self.reject)
