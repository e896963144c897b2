"""Text fields that know when an input method is composing.

While Chinese is being composed a line edit keeps `text()` and `textChanged` silent,
and Return may still reach the widget; so these fields look at the preedit text.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QInputMethodEvent,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionFrame,
    QToolButton,
)

from gridapp.language import tr
from gridapp.ui.theme import Theme

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_BESIDE = 2  # pixels that Qt leaves before and after the words of a line


def hint_room(field: QLineEdit) -> int:
    """Return how many pixels the hint of a field has between its icons."""
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    room = field.style().subElementRect(
        QStyle.SubElement.SE_LineEditContents, option, field
    )
    beside = 2 * _BESIDE  # Qt counts icons from the edge, and words from the padding
    for icon in field.findChildren(QToolButton):
        place = icon.geometry()
        first = place.center().x() < field.width() / 2
        if icon.isVisibleTo(field):
            beside += place.right() + 1 if first else field.width() - place.left()
    return room.width() - beside


class LineField(QLineEdit):
    """One line: Enter goes to the next field, Shift+Enter to the one before."""

    finished = Signal()
    went_back = Signal()

    def __init__(self, name: str, hint: str = "") -> None:
        super().__init__()
        self._hint = hint
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.preedit = ""

    def setPlaceholderText(self, hint: str) -> None:
        """Say what to type; where room lacks, without the last of what can be."""
        self._hint = hint
        self._show_hint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_hint()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_hint()

    def _show_hint(self) -> None:
        words, room = self._hint, hint_room(self)
        stops = (tr("、"), tr("，"), tr("；"))
        while self.isVisible() and self.fontMetrics().horizontalAdvance(words) > room:
            cut = max(words.rfind(stop) for stop in stops)
            if cut <= 0:
                break
            words = words[:cut]
        super().setPlaceholderText(words)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.preedit = event.preeditString()
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & _COMMAND:
            if not self.preedit:
                shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                (self.went_back if shift else self.finished).emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class NoteField(QPlainTextEdit):
    """Several lines: Enter goes on, Shift+Enter starts a new line."""

    finished = Signal()

    def __init__(self, name: str, hint: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.preedit = ""

    def add_phrase(self, phrase: str) -> None:
        """Write a phrase at the cursor, after a semicolon if words stand there."""
        cursor = self.textCursor()
        before = self.toPlainText()[: cursor.position()].rstrip()
        stop = "" if not before or before[-1] in "。;；,，、\n" else tr("；")
        cursor.insertText(stop + phrase)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        self.setTextCursor(cursor)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.preedit = event.preeditString()
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        command = event.modifiers() & _COMMAND
        if event.key() in _ENTER and command:
            event.ignore()  # Ctrl+Enter belongs to the form
        elif event.key() in _ENTER and not shift:
            if not self.preedit:
                self.finished.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class FindField(LineField):
    """A search box that answers while an input method is still composing."""

    searched = Signal(str)
    moved = Signal(int)  # Down is 1, Up is -1
    left = Signal()  # Escape in an empty box

    def __init__(self, theme: Theme, name: str, hint: str) -> None:
        super().__init__(name, hint)
        self.setProperty("search", "true")
        self._theme = theme
        position = QLineEdit.ActionPosition.LeadingPosition
        self._glass = self.addAction(theme.icon("search", "text3", 18), position)
        self.setClearButtonEnabled(True)
        self._last = ""
        self.textChanged.connect(self._tell)
        theme.changed.connect(self._draw_icon)

    def query(self) -> str:
        """Return what is written, with what is being composed at the cursor."""
        text, at = self.text(), self.cursorPosition()
        return text[:at] + self.preedit.replace("'", "") + text[at:]

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.preedit:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        if self.query() != self._last:
            self._last = self.query()
            self.searched.emit(self._last)

    def _draw_icon(self) -> None:
        self._glass.setIcon(self._theme.icon("search", "text3", 18))
