"""A field of a form: its label, its editor, and the sentence when it is wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QLayout, QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.text import Glyph, Text


class FieldRow(QFrame):
    """One row of a form; it is tinted while the keyboard is inside."""

    def __init__(
        self,
        theme: Theme,
        label: str,
        editor: QWidget,
        *,
        required: bool = False,
        label_width: int = 84,
    ) -> None:
        super().__init__()
        self.setObjectName("row")
        self.editor = editor
        self.label = label
        row = line(self, (10, 3, 10, 3), 10)
        words = line(gap=4)
        name = Text(label)
        name.setBuddy(editor)
        words.addWidget(name)
        if required:
            star = Text("*", "error")
            star.setToolTip(tr("必填"))
            words.addWidget(star)
        words.addStretch()
        holder = QWidget()
        holder.setFixedWidth(label_width)
        holder.setLayout(words)
        words.setContentsMargins(0, 9, 0, 0)
        row.addWidget(holder, 0, Qt.AlignmentFlag.AlignTop)
        self._box = column(gap=5)
        self._beside = line(gap=8)
        self._beside.addWidget(editor)
        self._box.addLayout(self._beside)
        self._error = QWidget()
        said = line(self._error, gap=6)
        said.addWidget(Glyph(theme, "circle-alert", "red.text", 16))
        self._sentence = Text("", "error", wrap=True)
        said.addWidget(self._sentence, 1)
        self._error.hide()
        self._box.addWidget(self._error)
        row.addLayout(self._box, 1)
        self._row = row
        for child in (editor, *editor.findChildren(QWidget)):
            if child.focusPolicy() != Qt.FocusPolicy.NoFocus:
                child.installEventFilter(self)

    def add_beside(self, widget: QWidget) -> None:
        """Put words or a button at the right of the editor."""
        if self._beside.count() == 1:  # the editor alone
            self._beside.addStretch(1)
        self._beside.insertWidget(self._beside.count() - 1, widget)

    def add_after(self, widget: QWidget) -> None:
        """Put a button at the right end of the row."""
        self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)

    def holds_focus(self) -> bool:
        """Return whether the keyboard is in this row."""
        return any(one.hasFocus() for one in self.findChildren(QWidget))

    def add_below(self, part: QWidget | QLayout) -> None:
        """Put something under the editor and its error."""
        if isinstance(part, QLayout):
            self._box.addLayout(part)
        else:
            self._box.addWidget(part)

    def error(self) -> str:
        """Return the sentence shown beside the field, or an empty text."""
        return self._sentence.text()

    def show_error(self, sentence: str) -> None:
        """Show what to do; an empty sentence takes the error away."""
        self._sentence.setText(sentence)
        self._error.setVisible(bool(sentence))
        self.editor.setProperty("error", "true" if sentence else "false")
        self.editor.setAccessibleDescription(sentence)
        self.editor.style().unpolish(self.editor)
        self.editor.style().polish(self.editor)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            inside = event.type() == QEvent.Type.FocusIn
            self.setProperty("active", "true" if inside else "false")
            self.style().unpolish(self)
            self.style().polish(self)
        return False
