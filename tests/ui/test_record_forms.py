"""Forms built from declared fields: every record type, wrong values, masked ones."""

import datetime as dt
from uuid import UUID

import pytest
from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.models import RECORDS, Resident, codes, kinds
from gridapp.models.record import fields_of
from gridapp.store import records
from gridapp.ui.forms.record_form import RecordDialog, RecordForm

EXAMPLES = {
    kinds.TEXT: "一句话",
    kinds.NOTE: "第一行\n第二行",
    kinds.NAME: "李桂英",
    kinds.NUMBER: 3,
    kinds.DECIMAL: 89.5,
    kinds.YES_NO: False,
    kinds.DATE: dt.date(2026, 11, 23),
    kinds.TIME: dt.datetime(2026, 11, 23, 1, 40, 59, 123000, tzinfo=dt.UTC),
    kinds.BIRTH: "1944-03-08",
    kinds.REF: UUID(int=7),
    kinds.HASH: "0a" * 32,
    kinds.ID_NUMBER: "990101194403080028",
    kinds.DOCUMENT: "E12345678",
    kinds.PHONES: ("13800000001", "0951-0000001"),
    kinds.ADDRESS: "幸福路 12 号 3 号楼",
}


def example(field):
    if field.codes:
        items = codes.table(field.codes).codes
        return tuple(items[:2]) if field.kind is kinds.CODES else items[0]
    return EXAMPLES[field.kind]


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__tablename__)
def test_form_gives_back_what_it_was_given(session, qtbot, settle, model):
    form = RecordForm(session, model, frozenset())
    qtbot.addWidget(form)
    values = {field.name: example(field) for field in fields_of(model)}
    form.set_values(values)
    settle()
    assert form.values() == values
    empty = dict.fromkeys(values)
    form.set_values(empty)
    settle()
    required = {field.name for field in fields_of(model) if field.required}
    if required:
        with pytest.raises(InvalidFields) as refused:
            form.values()
        assert set(refused.value.messages) == required
    else:
        assert form.values() == empty


def test_private_value_is_shown_masked_and_kept(session, qtbot):
    form = RecordForm(session, Resident, frozenset())
    qtbot.addWidget(form)
    form.set_values({"name": "李桂英", "phones": ("13800000001",)})
    shown = form._editors["phones"].widget.text()
    assert shown == "138****0001"
    assert form.values()["phones"] == ("13800000001",)
    form._editors["phones"].widget.setText("13800000009")
    assert form.values()["phones"] == ("13800000009",)


@pytest.fixture
def page(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(1198, 668)
    return page


@pytest.fixture
def dialog(session, people, page, qtbot, settle):
    with session.store.reading() as db:
        record = records.get(db, Resident, people.li)
    dialog = RecordDialog(session, Resident, record, {}, page)
    qtbot.addWidget(dialog)
    dialog.show()
    settle()
    return dialog


def test_wrong_value_gets_its_sentence_and_the_keyboard(dialog, session, settle):
    editor = dialog._form._editors["id_number"].widget
    editor.setText("99010119440308002")
    dialog.save()
    settle()
    assert "18位" in dialog._form._rows["id_number"].error()
    assert dialog.focusWidget() is editor
    assert dialog.isVisible()


def test_change_is_saved_with_the_values_before(dialog, session, people, settle):
    saved = []
    dialog.saved.connect(lambda record_id, before: saved.append((record_id, before)))
    dialog._form._editors["mobility"].widget.setText("能自理")
    dialog.save()
    settle()
    [(record_id, before)] = saved
    assert record_id == people.li
    assert before["mobility"] is None
    with session.store.reading() as db:
        assert records.get(db, Resident, people.li)["mobility"] == "能自理"


def test_leaving_asks_only_when_something_was_typed(dialog, messages):
    messages.answer = False
    dialog._form._editors["mobility"].widget.setText("能自理")
    dialog.reject()
    assert dialog.isVisible()
    assert messages.told == ["改过的内容还没有保存，要离开吗？"]
    dialog._form._editors["mobility"].widget.setText("")
    dialog.reject()
    assert not dialog.isVisible()
