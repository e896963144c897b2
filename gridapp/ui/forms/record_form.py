"""A form for any record type, built from its fields, and the dialog around it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models.kinds import DATE, TIME
from gridapp.models.record import Record, Values, fields_of
from gridapp.store import records
from gridapp.store.vault import Writing
from gridapp.ui.forms.editors import Editor, editor_for
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.frame import Foot, Scrolled
from gridapp.ui.widgets.text import Text

LABEL_WIDTH = 132


class Write(Protocol):
    """Writes a record; returns its id. `record_id` is None for a new one."""

    def __call__(
        self, tx: Writing, *, values: Values, record_id: UUID | None
    ) -> UUID: ...


class RecordForm(QWidget):
    """All fields of a record type, by section; a wrong one gets its sentence."""

    finished = Signal()

    def __init__(
        self, session: Session, model: type[Record], hidden: frozenset[str]
    ) -> None:
        super().__init__()
        self.fields = [f for f in fields_of(model) if f.name not in hidden]
        self._editors: dict[str, Editor] = {}
        self._rows: dict[str, FieldRow] = {}
        box = column(self, (8, 4, 8, 12), 2)
        section = ""
        for field in self.fields:
            if field.section != section:
                section = field.section
                heading = Text(section, "section")
                heading.setContentsMargins(10, 14, 0, 4)
                box.addWidget(heading)
            editor = editor_for(session, field)
            row = FieldRow(
                session.theme,
                field.label,
                editor.widget,
                required=field.required,
                label_width=LABEL_WIDTH,
            )
            if field.kind in (DATE, TIME):
                row.add_beside(Text(tr("+ / − 加减，T 为今天"), "faint"))
            box.addWidget(row)
            self._editors[field.name] = editor
            self._rows[field.name] = row
        box.addStretch()
        names = [field.name for field in self.fields]
        for name, following in zip(names, [*names[1:], ""], strict=True):
            self._editors[name].finished.connect(partial(self._go_on, following))

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values by field name; fields without one are empty."""
        for name, editor in self._editors.items():
            editor.set_value(values.get(name))

    def values(self) -> Values:
        """Return what the form holds; InvalidFields with a sentence a field."""
        values: Values = {}
        wrong: dict[str, str] = {}
        for field in self.fields:
            try:
                values[field.name] = self._editors[field.name].value()
            except ValueError as error:
                wrong[field.name] = str(error)
        if wrong:
            raise InvalidFields(wrong)
        return values

    def show_errors(self, messages: Mapping[str, str]) -> list[str]:
        """Show each sentence beside its field, focus the first; return the others."""
        for name, row in self._rows.items():
            row.show_error(messages.get(name, ""))
        first = next((name for name in self._rows if name in messages), None)
        if first:
            self.focus(first)
        return [words for name, words in messages.items() if name not in self._rows]

    def focus(self, name: str) -> None:
        """Put the keyboard into a field."""
        widget = self._editors[name].widget
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        inside = widget.focusProxy() or widget
        if inside.focusPolicy() == Qt.FocusPolicy.NoFocus:
            widget.focusNextChild()

    def _go_on(self, name: str) -> None:
        if name:
            self.focus(name)
        else:
            self.finished.emit()


class RecordDialog(QDialog):
    """Makes or changes one record; `saved` tells its id and the values before."""

    saved = Signal(object, object)

    def __init__(
        self,
        session: Session,
        model: type[Record],
        record: Values | None,
        defaults: Mapping[str, Any],
        parent: QWidget,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._record = record
        verb = tr("修改") if record else tr("新增")
        self.setWindowTitle(f"{verb}{model.title}")
        self._write: Write = partial(_saved, model=model)
        self._form = RecordForm(session, model, hidden)
        self._form.set_values(record or defaults)
        self._before = self._held()
        self._error = Text("", "error", wrap=True)
        self._save = Button(session.theme, tr("保存 Ctrl+S"), "primary", icon="check")
        leave = Button(session.theme, tr("不保存"))
        scroll = Scrolled("form")
        scroll.setWidget(self._form)
        box = column(self)
        box.addWidget(scroll, 1)
        footer = Foot()
        footer.row.addWidget(self._error, 1)
        footer.row.addWidget(leave)
        footer.row.addWidget(self._save)
        box.addWidget(footer)
        room = parent.window().size()
        self.resize(min(780, room.width() - 40), min(660, room.height() - 40))
        self._save.clicked.connect(self.save)
        leave.clicked.connect(self.reject)
        self._form.finished.connect(self._save.setFocus)
        for keys in ("Ctrl+S", "Ctrl+Return"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.save)
        self._form.focus(self._form.fields[0].name)

    def save(self) -> None:
        """Save what the form holds, or show what is wrong."""
        try:
            values = self._form.values()
        except InvalidFields as error:
            self._refuse(error)
            return
        self._save.setEnabled(False)
        record_id = self._record["id"] if self._record else None
        work = partial(self._write, values=values, record_id=record_id)
        self._session.write(work, self._done, self._refuse)

    def save_by(self, write: Write) -> None:
        """Let a new record begin by `write`, where more follows from it."""
        self._write = write

    def reject(self) -> None:
        """Close; ask first when something was typed and not saved."""
        question = tr("改过的内容还没有保存，要离开吗？")
        kept = self._held() == self._before
        if kept or self._session.messages.ask(question, tr("不保存"), tr("继续填写")):
            super().reject()

    def _held(self) -> Values | None:
        try:
            return self._form.values()
        except InvalidFields:
            return None

    def _done(self, record_id: UUID) -> None:
        before = self._record
        old = {f.name: before[f.name] for f in self._form.fields} if before else None
        self.saved.emit(record_id, old)
        self.accept()

    def _refuse(self, error: Exception) -> None:
        self._save.setEnabled(True)
        if isinstance(error, InvalidFields):
            others = self._form.show_errors(error.messages)
            self._error.setText(tr("；").join(others) or tr("有几项要改，见红字"))
        else:
            self._session.messages.show_error(error)


def _saved(
    tx: Writing, *, model: type[Record], values: Values, record_id: UUID | None
) -> UUID:
    return records.save(tx, model, values, record_id)
