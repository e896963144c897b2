"""A dialog for one act on a file: a few fields, then everything in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr, weekday
from gridapp.store.undo import Done, noted
from gridapp.store.vault import Writing
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.frame import Foot, Scrolled
from gridapp.ui.widgets.moments import DayField
from gridapp.ui.widgets.text import Text

Work = Callable[[Writing], Any]
_FOCUS = Qt.FocusReason.TabFocusReason


class ActDialog(QDialog):
    """Fields from above, sentences beside them, 不保存 and one verb at the foot.

    `acted` tells what was written (store.undo.Done), so that it can be taken back.
    """

    acted = Signal(object)

    def __init__(
        self, session: Session, title: str, verb: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.theme = session.theme
        self.setWindowTitle(title)
        self._rows: dict[str, FieldRow] = {}
        self._order: list[QWidget] = []
        self._dirty: Callable[[], object] | None = None
        self._before: object = None
        self._fields = QWidget()
        self.form = column(self._fields, (8, 8, 8, 12), 2)
        self._error = Text("", "error", wrap=True)
        self.save_button = Button(self.theme, verb, "primary", icon="check")
        self._leave = Button(self.theme, tr("不保存"))
        self._build_frame()
        self.save_button.clicked.connect(self.save)
        self._leave.clicked.connect(self.reject)
        for keys in ("Ctrl+S", "Ctrl+Return"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.save)

    def _build_frame(self) -> None:
        scroll = Scrolled("form")
        scroll.setWidget(self._fields)
        box = column(self)
        box.addWidget(scroll, 1)
        footer = Foot()
        footer.row.addWidget(self._error, 1)
        footer.row.addWidget(self._leave)
        footer.row.addWidget(self.save_button)
        box.addWidget(footer)

    def fit(self, width: int, height: int) -> None:
        """Take that size around the same middle, or less when there is less room."""
        parent = self.parentWidget()
        room = parent.window().size() if parent else self.size()
        before = self.rect().center()
        self.resize(min(width, room.width() - 40), min(height, room.height() - 40))
        if self.isVisible():
            self.move(self.pos() + before - self.rect().center())

    def say(self, words: str) -> None:
        """Put a sentence above the fields that follow."""
        text = Text(words, "muted", wrap=True)
        text.setContentsMargins(10, 4, 10, 6)
        self.form.addWidget(text)

    def add_row(
        self,
        name: str,
        label: str,
        editor: QWidget,
        finished: SignalInstance,
        *,
        required: bool = False,
    ) -> FieldRow:
        """Add a field; when it has `finished` the keyboard goes on to the next."""
        row = FieldRow(self.theme, label, editor, required=required, label_width=112)
        self._rows[name] = row
        self.form.addWidget(row)
        self._order.append(editor)
        finished.connect(partial(self.go_on, editor))
        return row

    def add_day(self, label: str) -> DayField:
        """Add a date, today unless another is written, with its weekday beside it."""
        field = DayField(label)
        field.set_day(dt.date.today())
        row = self.add_row("on", label, field, field.finished, required=True)
        words = Text(weekday(dt.date.today()), "faint")
        row.add_beside(words)

        def told() -> None:
            day = field.day()
            words.setText(weekday(day) if day else "")

        field.textChanged.connect(told)
        return field

    def clear_rows(self) -> None:
        """Take away every field."""
        for row in self._rows.values():
            self.form.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows.clear()
        self._order.clear()

    def show_row(self, name: str, shown: bool) -> None:
        """Ask a field, or not."""
        self._rows[name].setVisible(shown)

    def watch(self, held: Callable[[], object]) -> None:
        """Ask before leaving when `held` returns something else than now."""
        self._dirty = held
        self._before = held()

    def go_on(self, editor: QWidget) -> None:
        """Put the keyboard into the field after `editor` that is shown."""
        following = self._order[self._order.index(editor) + 1 :]
        for other in following:
            if other.isVisible():
                _focus(other)
                return
        self.save_button.setFocus(_FOCUS)

    def work(self) -> Work:
        """Return what is to be done; InvalidFields when a field is wrong."""
        raise NotImplementedError

    def save(self) -> None:
        """Do it, or show what is wrong."""
        if not self.save_button.isEnabled():
            return
        try:
            work = self.work()
        except InvalidFields as error:
            self.refuse(error)
            return
        self.save_button.setEnabled(False)
        self.session.write(lambda tx: noted(tx, work), self._on_done, self.refuse)

    def _on_done(self, done: Done) -> None:
        self._dirty = None
        self.accept()
        self.acted.emit(done)

    def refuse(self, error: Exception) -> None:
        """Show each sentence beside its field, or at the foot."""
        self.save_button.setEnabled(True)
        if not isinstance(error, InvalidFields):
            self.session.messages.show_error(error)
            return
        for name, row in self._rows.items():
            row.show_error(error.messages.get(name, ""))
        first = next((name for name in self._rows if name in error.messages), None)
        if first is not None:
            _focus(self._rows[first].editor)
        others = [said for name, said in error.messages.items() if name != first]
        shown = [said for name, said in error.messages.items() if name in self._rows]
        unseen = [said for said in others if said not in shown]
        self._error.setText(tr("；").join(unseen) or tr("有几项要改，见红字"))

    def reject(self) -> None:
        """Close; ask first when something was typed and not saved."""
        kept = self._dirty is None or self._dirty() == self._before
        question = tr("改过的内容还没有保存，要离开吗？")
        ask = self.session.messages.ask
        if kept or ask(question, tr("不保存"), tr("继续填写")):
            super().reject()


def _focus(editor: QWidget) -> None:
    editor.setFocus(_FOCUS)
    inside = editor.focusProxy() or editor
    if inside.focusPolicy() == Qt.FocusPolicy.NoFocus:
        editor.focusNextChild()
