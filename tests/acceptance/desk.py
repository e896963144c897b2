"""A worker's desk: the window on the sample estate, and what can be read on it.

Everything is looked for as a person or a screen reader finds it: by its words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)

from gridapp.store.vault import Store
from gridapp.ui.main_window import MainWindow
from gridapp.ui.messages import Messages
from gridapp.ui.session import Session
from tests.acceptance.hand import Hand

Wanted = TypeVar("Wanted", bound=QWidget)


@dataclass
class Desk:
    """The open window, the hand that works on it, and the store behind it."""

    window: MainWindow
    session: Session
    hand: Hand
    messages: Messages
    folder: Path

    @property
    def store(self) -> Store:
        """The vault the window works on."""
        return self.session.store

    def read(self, work: Callable):
        """What `work` reads from the vault, as a test's witness."""
        with self.store.reading() as db:
            return work(db)

    def top(self) -> QWidget:
        """What has the worker's attention: an open menu or dialog, else the window."""
        popup = QApplication.activePopupWidget()
        return popup or QApplication.activeModalWidget() or self.window

    def all(self, kind: type[Wanted], words: str = "") -> list[Wanted]:
        """The visible widgets of a kind whose name or text begins with `words`."""
        top = self.top()
        there = [*([top] if isinstance(top, kind) else []), *top.findChildren(kind)]
        return [o for o in there if o.isVisible() and words_of(o).startswith(words)]

    def one(self, kind: type[Wanted], words: str) -> Wanted:
        """The first visible widget of a kind with these words."""
        found = self.all(kind, words)
        there = [words_of(one) for one in self.all(kind)]
        assert found, f"“{words}” is not among {there}"
        return found[0]

    def buttons(self, words: str) -> list[QAbstractButton]:
        """The buttons that begin with these words; there may be none."""
        return self.all(QAbstractButton, words)

    def button(self, words: str) -> QAbstractButton:
        """The button with these words, that can be pressed."""
        found = self.one(QAbstractButton, words)
        assert found.isEnabled(), words
        return found

    def in_sight(self, words: str) -> QAbstractButton:
        """The button with these words, which the wheel brings into sight."""
        button = self.button(words)
        for area in self.window.findChildren(QScrollArea):
            if area.isVisible() and area.isAncestorOf(button):
                area.ensureWidgetVisible(button)
        self.hand.settle()
        return button

    def all_views(self, words: str) -> list[QAbstractItemView]:
        """The lists and tables whose name begins so; there may be none yet."""
        return self.all(QAbstractItemView, words)

    def view(self, words: str = "") -> QAbstractItemView:
        """The list or table with this name."""
        return self.one(QAbstractItemView, words)

    def tab(self, words: str) -> QAbstractButton:
        """The chip whose own words begin so, whatever it chooses among."""
        found = [one for one in self.buttons("") if one.text().startswith(words)]
        assert found, words
        return found[0]

    def rows(self, words: str) -> list[str]:
        """What a screen reader reads of each row of the list with this name."""
        return rows_of(self.view(words))

    def note(self) -> QPlainTextEdit:
        """The field of free words that is seen."""
        return self.one(QPlainTextEdit, "情况记录")

    def phrase(self) -> QAbstractButton:
        """The first quick phrase."""
        found = [one for one in self.all(QAbstractButton) if one.toolTip() == "Alt+1"]
        return found[0]

    def says(self, words: str) -> bool:
        """Whether these words can be read anywhere."""
        labels = self.top().findChildren(QLabel)
        return any(one.isVisible() and words in one.text() for one in labels)

    def labels(self) -> list[str]:
        """Every text that can be read in labels."""
        found = self.top().findChildren(QLabel)
        return [one.text() for one in found if one.isVisible() and one.text()]

    def focused(self) -> str:
        """The name of what has the keyboard, as a screen reader says it."""
        widget = QApplication.focusWidget()
        return words_of(widget) if widget else ""

    def click_in(self, view: QAbstractItemView, row: int, right: int) -> None:
        """Click into a row, so many pixels from its right edge."""
        rect = view.visualRect(view.model().index(row, 0))
        self.hand.click(
            view.viewport(), QPoint(rect.right() - right, rect.center().y())
        )


def words_of(widget: QWidget) -> str:
    """What a screen reader calls a widget, else the text on it."""
    face = QAccessible.queryAccessibleInterface(widget)
    name = face.text(QAccessible.Text.Name) if face else ""
    return name or widget.accessibleName()


def rows_of(view: QAbstractItemView, column: int = 0) -> list[str]:
    """What a screen reader reads of each row."""
    model = view.model()
    return [spoken(model.index(row, column)) for row in range(model.rowCount())]


def spoken(index) -> str:
    """What a screen reader reads of one item."""
    for role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
        if words := index.data(role):
            return str(words)
    return ""
