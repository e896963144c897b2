"""Questions and answers as they are taken down: Enter begins the next of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor

from gridapp.language import tr
from gridapp.models.record import Field
from gridapp.ui.forms.editors import NoteEditor
from gridapp.ui.widgets.entry import NoteField

ASKED, SAID = tr("问："), tr("答：")
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TalkField(NoteField):
    """A note whose lines begin with 问： and 答： in turn.

    Enter in a line that says nothing goes on to the next question of the form.
    """

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.toPlainText():
            self.setPlainText(ASKED)
            self.moveCursor(QTextCursor.MoveOperation.End)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if event.key() not in _ENTER or not plain or self.preedit:
            super().keyPressEvent(event)
            return
        cursor = self.textCursor()
        if cursor.block().text().strip() in (ASKED, SAID):
            self.finished.emit()
        else:
            cursor.insertText("\n" + self._next())
        event.accept()

    def _next(self) -> str:
        """What the line after the one with the cursor begins with."""
        above = self.toPlainText()[: self.textCursor().position()]
        asked, said = above.rfind(ASKED), above.rfind(SAID)
        return SAID if asked > said else ASKED


class TalkEditor(NoteEditor):
    """Reads and writes what was asked and answered."""

    def __init__(self, field: Field, height: int) -> None:
        super().__init__(field)
        self._talk = field
        self.widget: NoteField = TalkField(field.label)
        self.widget.setFixedHeight(height)

    def value(self) -> str | None:
        """Return the lines that say something."""
        lines = self.widget.toPlainText().split("\n")
        while lines and lines[-1].strip() in ("", ASKED, SAID):
            lines.pop()
        return self._talk.parse("\n".join(lines))
