"""Finding somebody at once; private numbers shown only after that is journalled."""

import datetime as dt

import pytest
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel
from sqlalchemy import text

from gridapp.models import Resident
from gridapp.store import records
from gridapp.store.acts import acts
from gridapp.ui.care import resident_file
from gridapp.ui.care.resident_file import read_file, read_history
from gridapp.ui.care.revealing import PURPOSES, PurposeEye
from gridapp.ui.forms.record_form import RecordDialog
from gridapp.ui.residents.resident_events import change_entries
from gridapp.ui.residents.residents_page import ResidentsPage


@pytest.fixture
def page(session, people, qtbot, settle):
    page = ResidentsPage(session)
    qtbot.addWidget(page)
    page.resize(1198, 668)
    page.show()
    settle()
    return page


def names(page):
    return [row.title for row in page._list.rows()]


def test_list_stands_in_walking_order(page):
    shown = names(page)
    assert shown.index("李桂英") < shown.index("张德福")
    assert "赵六" not in shown  # in the recycle bin


def test_long_list_shows_its_beginning_before_the_rest_is_read(
    session, people, qtbot, settle, monkeypatch
):
    monkeypatch.setattr(resident_file, "LONG", 0)
    monkeypatch.setattr(resident_file, "FIRST", 4)
    page = ResidentsPage(session)
    qtbot.addWidget(page)
    shown = []
    page._list.model().modelReset.connect(lambda: shown.append(names(page)))
    page.show()
    settle()
    assert 0 < len(shown[0]) < len(shown[-1])
    assert shown[0] == shown[-1][: len(shown[0])]


@pytest.mark.parametrize("typed", ["lgy", "李桂", "32501", "3-2-501", "0001"])
def test_search_finds_by_name_letters_door_and_phone(page, settle, typed):
    page.box.setText(typed)
    settle()
    assert names(page)[0] == "李桂英"


def test_list_narrows_while_an_input_method_composes(page, settle):
    everybody = len(names(page))
    QApplication.sendEvent(page.box, QInputMethodEvent("li'gui", []))
    settle()
    assert names(page) == ["李桂英"]
    assert page.box.text() == ""
    QApplication.sendEvent(page.box, QInputMethodEvent("", []))
    settle()
    assert len(names(page)) == everybody


def test_empty_result_says_what_was_searched_and_can_be_cleared(page, settle):
    page.box.setText("qqqq")
    settle()
    assert "qqqq" in page._empty.text()
    page._clear.click()
    settle()
    assert "李桂英" in names(page)


def test_chip_filters_by_tag(page, settle):
    page.filters.chips.choose("alone")
    page._show_rows()
    assert names(page) == ["李桂英"]


def test_an_identity_number_is_shown_for_a_purpose_that_is_kept(
    page, people, session, settle
):
    with session.store.reading() as db:
        number = records.get(db, Resident, people.li)["id_number"]
    page.show_resident(people.li)
    settle()
    eyes = page._card.findChildren(PurposeEye)
    [eye] = [one for one in eyes if one.isVisible()]
    assert eye.choices() == list(PURPOSES)
    eye.pick(PURPOSES[1])
    settle()
    assert [one for one in page._card.findChildren(QLabel) if one.text() == number]
    with session.store.reading() as db:
        told = acts(db)[0]
    assert (told.kind, told.purpose, told.by) == ("reveal", PURPOSES[1], "周敏")


def test_phone_is_masked_until_its_showing_is_journalled(page, people, session, settle):
    page.show_resident(people.li)
    settle()
    assert "138****0001" in page._card._where.text()
    page._card._reveal_phone.click()
    settle()
    assert "13800000001" in page._card._where.text()
    with session.store.reading() as db:
        rows = db.execute(text("SELECT act, detail FROM disclosure")).all()
    assert [tuple(row) for row in rows] == [("reveal", "联系方式")]
    page.show_resident(people.zhang)
    settle()
    page.show_resident(people.li)
    settle()
    assert "13800000001" not in page._card._where.text()


def test_changes_are_shown_with_old_and_new_masked(session, people):
    with session.store.writing() as tx:
        values = {"phones": ("13800001234",), "mobility": "能自理"}
        records.save(tx, Resident, values, people.li)
    with session.store.reading() as db:
        entries = change_entries(read_history(db, people.li))
    assert entries[0].title == "修改"
    assert "138****0001 → 138****1234" in entries[0].text
    assert "行动能力：空 → 能自理" in entries[0].text
    assert entries[-1].title == "新建档案"
    assert "李桂英" in entries[-1].text


def test_contact_and_tag_are_added_to_the_file(page, people, session, settle):
    page.show_resident(people.zhang)
    settle()
    today = dt.date.today()
    for kind, fields in (
        ("contact", {"name": "张强"}),
        ("resident_tag", {"since": today.isoformat()}),
    ):
        page._card.part_asked.emit("add", kind, None)
        dialog = page.findChildren(RecordDialog)[-1]
        for name, words in fields.items():
            dialog._form._editors[name].widget.setText(words)
        if kind == "resident_tag":
            dialog._form._editors["tag"].widget.set_value("aged")
        dialog.save()
        settle()
        assert not dialog.isVisible()
    with session.store.reading() as db:
        file = read_file(db, people.zhang, today)
    assert [one["name"] for one in file.person.contacts] == ["张强"]
    assert file.person.tags == ("aged",)
