"""Ctrl+K: anybody is found by what one happens to know, also while composing."""

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QWidget

from gridapp.models import Building, Dwelling, Household, Resident
from gridapp.models.record_number import number_of
from gridapp.store import records
from gridapp.ui.find_popup import FindPopup
from gridapp.ui.main_window import MainWindow
from gridapp.ui.widgets.entry import FindField
from gridapp.work import flow

# Name, unit and room of building 7, phone.
NEIGHBOURS = (
    ("单文静", "1", "301", "13800001234"),
    ("仇英", "1", "302", "13800001235"),
    ("解学恭", "2", "401", "13800001236"),
    ("曾小贤", "2", "402", "13800001237"),
)


@pytest.fixture
def neighbours(session, people):
    with session.store.writing() as tx:
        building = records.save(tx, Building, {"number": "7"})
        for name, unit, room, phone in NEIGHBOURS:
            place = {"building_id": building, "unit": unit, "room": room}
            home = {"dwelling_id": records.save(tx, Dwelling, place)}
            household = records.save(tx, Household, home)
            person = {"name": name, "household_id": household, "phones": (phone,)}
            records.save(tx, Resident, person)
        issue = {"title_text": "绿化带枯枝", "category": "0201", "place": "七号楼后"}
        flow.open_issue(tx, issue)
    return people


@pytest.fixture
def popup(session, neighbours, qtbot):
    """The search box and its list in a window of their own."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    window.box = FindField(session.theme, "查找", "")
    window.box.setParent(window)
    window.box.setGeometry(300, 10, 270, 40)
    popup = FindPopup(session, window.box, window)
    popup.box, popup.opened = window.box, []
    popup.chosen.connect(popup.opened.append)
    window.show()
    window.activateWindow()
    window.box.setFocus()
    qtbot.waitUntil(window.box.hasFocus)
    return popup


def listed(popup):
    return [row.title for row in popup._list.rows()] if popup.isVisible() else []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("lgy", "李桂英"),
        ("liguiying", "李桂英"),
        ("ligui", "李桂英"),
        ("32501", "李桂英"),
        ("3-2-501", "李桂英"),
        ("0001", "李桂英"),
        ("shan", "单文静"),
        ("dan", "单文静"),
        ("qiu", "仇英"),
        ("chouying", "仇英"),
        ("xie", "解学恭"),
        ("jiexg", "解学恭"),
        ("zeng", "曾小贤"),
        ("cengxx", "曾小贤"),
        ("1237", "曾小贤"),
        ("72402", "曾小贤"),
    ],
)
def test_anybody_is_found_by_any_reading_door_or_tail(
    popup, qtbot, settle, typed, name
):
    qtbot.keyClicks(popup.box, typed)
    settle()
    assert name in listed(popup)


def test_the_list_narrows_while_an_input_method_composes(popup, settle):
    compose(popup.box, "l")
    settle()
    many = len(listed(popup))
    compose(popup.box, "li'gui")
    settle()
    assert listed(popup)[0] == "李桂英"
    assert len(listed(popup)) < many
    assert popup.box.text() == ""  # nothing is committed yet


def test_enter_that_ends_a_composition_opens_nothing(popup, people, qtbot, settle):
    compose(popup.box, "li'gui'ying")
    settle()
    qtbot.keyClick(popup.box, Qt.Key.Key_Return)
    assert popup.opened == []
    commit(popup.box, "李桂英")
    settle()
    qtbot.keyClick(popup.box, Qt.Key.Key_Return)
    assert [row.id for row in popup.opened] == [people.li]


def test_enter_before_the_answer_opens_what_was_typed(popup, people, qtbot, settle):
    qtbot.keyClicks(popup.box, "z")
    settle()
    popup.box.clear()
    qtbot.keyClicks(popup.box, "lgy")
    qtbot.keyClick(popup.box, Qt.Key.Key_Return)  # no answer has come yet
    assert popup.opened == []
    settle()
    assert [row.id for row in popup.opened] == [people.li]


def test_a_letter_after_enter_takes_the_enter_back(popup, qtbot, settle):
    qtbot.keyClicks(popup.box, "lg")
    qtbot.keyClick(popup.box, Qt.Key.Key_Return)
    qtbot.keyClicks(popup.box, "y")
    settle()
    assert popup.opened == []
    assert listed(popup) == ["李桂英"]


def test_arrows_choose_another_and_a_new_answer_begins_with_its_best(
    popup, qtbot, settle
):
    qtbot.keyClicks(popup.box, "7")
    settle()
    first = popup._list.current()
    qtbot.keyClick(popup.box, Qt.Key.Key_Down)
    assert popup._list.current() != first
    qtbot.keyClick(popup.box, Qt.Key.Key_Up)
    assert popup._list.current() == first
    qtbot.keyClick(popup.box, Qt.Key.Key_Down)
    qtbot.keyClicks(popup.box, "2")
    settle()
    assert popup._list.currentIndex().row() == 0


def test_nothing_found_says_what_was_searched_and_offers_what_to_do(
    popup, qtbot, settle
):
    qtbot.keyClicks(popup.box, "zzzq")
    settle()
    assert "zzzq" in popup._words.text()
    assert popup._empty.isVisible()
    qtbot.keyClick(popup.box, Qt.Key.Key_Down)
    assert popup._new.hasFocus()
    assert popup.isVisible()
    qtbot.keyClick(popup._new, Qt.Key.Key_Escape)
    assert popup.box.hasFocus()
    qtbot.mouseClick(popup._clear, Qt.MouseButton.LeftButton)
    assert popup.box.text() == ""
    assert not popup.isVisible()


def test_a_new_resident_can_be_begun_from_a_search_without_answer(popup, qtbot, settle):
    qtbot.keyClicks(popup.box, "zzzq")
    settle()
    with qtbot.waitSignal(popup.new_asked):
        qtbot.mouseClick(popup._new, Qt.MouseButton.LeftButton)
    assert not popup.isVisible()


def test_what_is_no_person_says_what_it_is(popup, settle):
    popup.box.setText("枯枝")
    settle()
    [row] = popup._list.rows()
    assert row.badge.text == "问题工单"
    assert "问题工单" in row.spoken()


def test_the_popup_stays_inside_a_low_window(popup, qtbot, settle):
    popup.window().resize(900, 300)
    qtbot.keyClicks(popup.box, "7")
    settle()
    assert len(popup._list.rows()) > 3
    assert popup.window().rect().contains(popup.geometry())


@pytest.mark.parametrize(("typed", "page"), [("枯枝", "issues"), ("lgy", "residents")])
def test_enter_opens_what_was_found_on_its_page(
    session, neighbours, qtbot, settle, typed, page
):
    window = MainWindow(session, "周敏 和顺里第一网格")
    qtbot.addWidget(window)
    window.show()
    settle()
    window.focus_find()
    box = window._header.find_box
    box.setText(typed)
    settle()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle()
    assert window.here == page


def compose(field, preedit):
    QCoreApplication.sendEvent(field, QInputMethodEvent(preedit, []))


def commit(field, text):
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(field, event)


@pytest.mark.parametrize("way", ["number", "scanner"])
def test_the_number_of_a_paper_opens_its_record(popup, neighbours, qtbot, settle, way):
    typed = number_of(neighbours.li).lower()
    if way == "scanner":  # types the whole id at once and presses Enter
        typed = str(neighbours.li).upper()
    qtbot.keyClicks(popup.box, typed)
    qtbot.keyClick(popup.box, Qt.Key.Key_Return)
    settle()
    assert [(row.type, row.id) for row in popup.opened] == [("resident", neighbours.li)]


def test_a_mistyped_number_is_told_and_opens_nothing(popup, neighbours, qtbot, settle):
    number = number_of(neighbours.li)
    wrong = number[:-1] + ("7" if number[-1] != "7" else "8")
    qtbot.keyClicks(popup.box, wrong)
    qtbot.keyClick(popup.box, Qt.Key.Key_Return)
    settle()
    assert popup.opened == []
    assert f"单号“{wrong}”有一个字对不上" in popup._words.text()
    popup.box.clear()
    qtbot.keyClicks(popup.box, number_of(neighbours.bin))
    settle()
    assert "可能删掉了" in popup._words.text()
