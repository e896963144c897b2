"""Whatever is typed into a form, it is saved or there is a sentence, and nothing that
was typed is lost."""

from __future__ import annotations

import random
import re

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from gridapp.models import RECORDS
from gridapp.models.record import fields_of
from gridapp.store import records
from gridapp.ui.forms.record_form import RecordDialog
from tests.ui.test_record_forms import example

TRIES = 2
HAN = re.compile("[\u4e00-\u9fff]")
TYPED = (
    "李桂英",
    " ",
    "　　",
    "-1",
    "2147483648",
    "9" * 400,
    "1e308",
    "nan",
    "٣٤",
    "9999-12-31",
    "0001-01-01",
    "2026-13-45 99:99",
    "t+9999999999",
    "-99999999999",
    "，、；",
    "张\0三",
    "‮evil‬",
    "𠮷" * 300,
    "长" * 5000,
    "=HYPERLINK(1)",
    "<b>粗</b><img src=x>",
    "'); DROP TABLE resident;--",
    "%n%s{0}",
    "990101190000000000",
    "1380000" * 30,
)


@pytest.fixture
def page(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(1198, 668)
    return page


def typed_into(form):
    """What stands in every field that takes text."""
    lines = [one.text() for one in form.findChildren(QLineEdit)]
    return lines + [one.toPlainText() for one in form.findChildren(QPlainTextEdit)]


def type_anything(form, chance):
    """Write what nobody means into some fields."""
    for one in form.findChildren(QLineEdit):
        if chance.random() < 0.5 and not one.isReadOnly():
            one.setText(chance.choice(TYPED))
    for one in form.findChildren(QPlainTextEdit):
        if chance.random() < 0.5:
            one.setPlainText(chance.choice(TYPED))


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__tablename__)
def test_a_form_saves_or_says_why_and_keeps_what_was_typed(
    model,
    session,
    page,
    settle,
    messages,
):
    links = {one.name for one in fields_of(model) if one.target}
    needed = {
        one.name: example(one)
        for one in fields_of(model)
        if one.required and one.name not in links
    }
    for seed in range(TRIES):
        dialog = RecordDialog(session, model, None, needed, page)
        saved = []
        dialog.saved.connect(lambda key, _, saved=saved: saved.append(key))
        dialog.open()
        type_anything(dialog, random.Random(f"{model.__tablename__} {seed}"))
        before = typed_into(dialog)
        dialog.save()
        settle()
        if saved:
            with session.store.reading() as db:
                assert records.get(db, model, saved[0]) is not None
        else:
            assert typed_into(dialog) == before
            said = [one.text() for one in dialog.findChildren(QLabel)]
            shown = [*messages.told, *said]
            assert any(HAN.search(one) and "，" in one for one in shown), shown
        messages.told.clear()
        messages.answer = True
        dialog.done(0)
        dialog.deleteLater()
