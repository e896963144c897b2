"""Questions about the fields of a record: which editor asks for which field."""

from __future__ import annotations

from typing import Any

from gridapp.language import tr
from gridapp.models import codes
from gridapp.models.kinds import CODES, NOTE
from gridapp.models.record import Field, Record, field_of
from gridapp.ui.forms.ask_form import Ask, ChipEditor
from gridapp.ui.forms.editors import ChoiceEditor, Editor, LineEditor, NoteEditor
from gridapp.ui.photos.photos_editor import PhotosEditor
from gridapp.ui.session import Session


def words(said: str) -> Field:
    """A question that is no field of a record; its words go into one that is."""
    return Field(said, NOTE)


def ask(
    model: type[Record], name: str, editor: Editor | None = None, **options: Any
) -> Ask:
    field = field_of(model, name)
    options.setdefault("required", field.required)
    options.setdefault("label", field.label)
    return Ask(name, editor=editor or LineEditor(field), **options)


def note(
    model: type[Record], name: str, height: int = 84, *, says: str = "", **options: Any
) -> Ask:
    editor = NoteEditor(field_of(model, name))
    editor.widget.setFixedHeight(height)
    editor.widget.setPlaceholderText(says)
    return ask(model, name, editor, **options)


def reason(label: str, *, required: bool = True, height: int = 72) -> Ask:
    editor = NoteEditor(words(label))
    editor.widget.setFixedHeight(height)
    return Ask("reason", label, editor, required=required)


def chips(session: Session, model: type[Record], name: str, **options: Any) -> Ask:
    field = field_of(model, name)
    table = codes.table(field.codes)
    choices = [(code, table.name(code)) for code in table.codes]
    many = field.kind is CODES
    editor = ChipEditor(session.theme, field.label, choices, many=many)
    return ask(model, name, editor, **options)


def combo(session: Session, model: type[Record], name: str, **options: Any) -> Ask:
    return ask(model, name, ChoiceEditor(session, field_of(model, name)), **options)


def photos(session: Session) -> Ask:
    return Ask("photos", tr("照片"), PhotosEditor(session), more=True)
