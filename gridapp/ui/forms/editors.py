"""The editor for each kind of field: the only place that maps kinds to widgets."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import codes, record_named
from gridapp.models.kinds import CODES, DATE, NOTE, TIME, YES_NO
from gridapp.models.record import Field
from gridapp.ui.forms.record_picker import RecordPicker
from gridapp.ui.session import Session
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.entry import LineField, NoteField
from gridapp.ui.widgets.moments import DayField, MomentField
from gridapp.ui.widgets.options import OptionRow

MOST_OPTIONS = 5  # more than that is a drop-down list


class Editor(Protocol):
    """Reads and writes one field's value."""

    @property
    def widget(self) -> QWidget:
        """Return the widget to place in a form."""
        ...

    @property
    def finished(self) -> SignalInstance:
        """Emitted when the user goes on to the next field."""
        ...

    def value(self) -> Any:
        """Return the value; ValueError with a sentence when it is wrong."""
        ...

    def set_value(self, value: Any) -> None:
        """Show a value."""
        ...


class LineEditor:
    """Anything that is written on one line."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._shown = ""
        self._kept: Any = None
        self.widget: LineField = _line_for(field)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    def value(self) -> Any:
        """Return what is written; a masked value left alone is the value it masks."""
        text = self.widget.text()
        if text == self._shown and self._kept is not None:
            return self._kept
        if isinstance(self.widget, DayField) and text.strip():
            day = self.widget.day()
            return self._field.parse(day.isoformat() if day else text)
        return self._field.parse(text)

    def set_value(self, value: Any) -> None:
        self._kept = value
        self._shown = self._field.masked(value)
        self.widget.setText(self._shown)


class NoteEditor:
    """Several lines of text."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self.widget = NoteField(field.label)
        self.widget.setFixedHeight(84)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    def value(self) -> Any:
        return self._field.parse(self.widget.toPlainText())

    def set_value(self, value: Any) -> None:
        self.widget.setPlainText(self._field.format(value))


class OptionEditor:
    """One or several of a few codes."""

    def __init__(self, session: Session, field: Field) -> None:
        self._field = field
        choices = codes.table(field.codes).choices
        many = field.kind is CODES
        self.widget = OptionRow(session.theme, field.label, choices, many=many)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    def value(self) -> Any:
        if self.widget.many:
            return self.widget.values() or None
        return self._field.parse(self.widget.value() or "")

    def set_value(self, value: Any) -> None:
        given = value if self.widget.many else (value,)
        self.widget.set_values(code for code in given or () if code)


class ChoiceEditor:
    """One of many codes, or yes, no and not known."""

    def __init__(self, session: Session, field: Field) -> None:
        self._field = field
        choices = [(tr("是"), tr("是")), (tr("否"), tr("否"))]
        if field.codes:
            table = codes.table(field.codes)
            choices = [(code, table.name(code)) for code in table.codes]
        self.widget = Combo(session.theme, field.label, choices)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    def value(self) -> Any:
        return self._field.parse(self.widget.value() or "")

    def set_value(self, value: Any) -> None:
        text = value if self._field.codes else self._field.format(value)
        self.widget.set_value(text)


class RefEditor:
    """Another record."""

    def __init__(self, session: Session, field: Field) -> None:
        self._field = field
        target = record_named(field.target)
        self.widget = RecordPicker(session, target, field.label)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    def value(self) -> Any:
        chosen = self.widget.value()
        if chosen is None and self.widget.box.text().strip():
            raise ValueError(
                tr("{label}:请从列出的候选里选一个", label=self._field.label)
            )
        return self._field.parse(str(chosen or ""))

    def set_value(self, value: Any) -> None:
        self.widget.set_value(value)


def editor_for(session: Session, field: Field) -> Editor:
    """Return the editor for a field."""
    if field.target:
        return RefEditor(session, field)
    if field.codes:
        few = len(codes.table(field.codes).items) <= MOST_OPTIONS
        if field.kind is CODES or (few and field.required):
            return OptionEditor(session, field)
        return ChoiceEditor(session, field)
    if field.kind is YES_NO:
        return ChoiceEditor(session, field)
    if field.kind is NOTE:
        return NoteEditor(field)
    return LineEditor(field)


def _line_for(field: Field) -> LineField:
    if field.kind is DATE:
        return DayField(field.label)
    if field.kind is TIME:
        return MomentField(field.label)
    return LineField(field.label)
