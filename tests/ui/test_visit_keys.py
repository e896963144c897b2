"""The visit and call forms by keyboard: few keys, safe with an input method."""

import datetime as dt

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gridapp.models import Resident, Visit
from gridapp.store import records
from gridapp.ui.main_window import MainWindow
from gridapp.work import plans

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
PLAIN = Qt.KeyboardModifier.NoModifier
TODAY = dt.date.today()


class Hand:
    """Presses keys where the keyboard is, and counts them."""

    def __init__(self, window):
        self.window = window
        self.count = 0

    def press(self, key, modifier=PLAIN):
        self.count += 1
        focus = self.window.focusWidget() or self.window
        QTest.keyClick(focus, key, modifier)
        QApplication.processEvents()


@pytest.fixture
def window(session, people, qtbot, settle):
    since = TODAY - dt.timedelta(days=60)
    with session.store.writing() as tx:
        for who in (people.li, people.chen):
            plans.set_plan(tx, who, "visit", 30, "测试", since)
    window = MainWindow(session, "周敏")
    qtbot.addWidget(window)
    window.resize(1366, 728)
    window.show()
    window.activateWindow()
    settle()
    return window


@pytest.fixture
def hand(window):
    return Hand(window)


@pytest.fixture
def form(window):
    return window.pages["visit"]


def visits(session):
    with session.store.reading() as db:
        return records.filtered(db, Visit, {}, order="started_at")


def begin(window, settle, key):
    window.today._list.setFocus()
    QTest.keyClick(window.today._list, key)
    settle()


def test_normal_visit_is_five_keys(window, hand, session, settle, people):
    hand.press(Qt.Key.Key_F2)
    settle()
    hand.press(Qt.Key.Key_1)  # 入户; 本人 is chosen already
    hand.press(Qt.Key.Key_1)  # 良好
    hand.press(Qt.Key.Key_1, ALT)
    hand.press(Qt.Key.Key_S, CONTROL)
    settle()
    [visit] = visits(session)
    assert (visit["mode"], visit["met_whom"], visit["condition"]) == (
        "home",
        "self",
        "good",
    )
    assert visit["note"] == "血压偏高，已提醒复查"
    assert hand.count <= 6


def test_normal_call_is_four_keys(window, hand, session, settle):
    hand.press(Qt.Key.Key_F3)
    settle()
    hand.press(Qt.Key.Key_1)  # 接通
    hand.press(Qt.Key.Key_1)  # 良好
    hand.press(Qt.Key.Key_S, CONTROL)
    settle()
    [visit] = visits(session)
    assert (visit["mode"], visit["call_result"], visit["condition"]) == (
        "phone",
        "answered",
        "good",
    )
    assert hand.count <= 4


@pytest.mark.parametrize(
    ("key", "digit", "mode"),
    [
        (Qt.Key.Key_F2, Qt.Key.Key_4, "home"),
        (Qt.Key.Key_F3, Qt.Key.Key_2, "phone"),
    ],
)
def test_nobody_reached_is_three_keys_and_tried_again(
    window, hand, session, settle, key, digit, mode
):
    hand.press(key)
    settle()
    hand.press(digit)
    hand.press(Qt.Key.Key_S, CONTROL)
    settle()
    [visit] = visits(session)
    assert (visit["mode"], visit["met_whom"]) == (mode, "nobody")
    assert visit["next_on"] in (TODAY, TODAY + dt.timedelta(days=1))
    assert hand.count <= 3


def test_nobody_home_says_what_comes_next(window, form, hand, settle):
    hand.press(Qt.Key.Key_F2)
    settle()
    hand.press(Qt.Key.Key_4)
    words = form._fields["visit"]._outcome._words.text()
    assert words == "保存后下一步：明天 08:00 后打电话问一下"


def test_digit_passes_over_what_is_chosen_and_enter_does_not(window, form, settle):
    hand = Hand(window)
    hand.press(Qt.Key.Key_F2)
    settle()
    hand.press(Qt.Key.Key_Return)
    assert window.focusWidget().accessibleName().startswith("见到谁")
    hand.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert window.focusWidget().accessibleName().startswith("方式")
    hand.press(Qt.Key.Key_2)
    assert window.focusWidget().accessibleName().startswith("身体状况")


def test_ten_visits_in_a_row_without_a_mouse(session, people, qtbot, settle):
    since = TODAY - dt.timedelta(days=60)
    with session.store.writing() as tx:
        for number in range(12):
            who = records.save(tx, Resident, {"name": f"王小{chr(0x4E00 + number)}"})
            plans.set_plan(tx, who, "visit", 30, "测试", since)
    window = MainWindow(session, "周敏")
    qtbot.addWidget(window)
    window.resize(1366, 728)
    window.show()
    settle()
    hand, counts = Hand(window), []
    hand.press(Qt.Key.Key_Return)  # the list has the keyboard: the first row
    settle()
    for _ in range(10):
        before = hand.count
        assert window.here == "visit"
        assert window.focusWidget().accessibleName().startswith("方式")
        hand.press(Qt.Key.Key_1)
        hand.press(Qt.Key.Key_1)
        hand.press(Qt.Key.Key_2, ALT)
        hand.press(Qt.Key.Key_Return, CONTROL)
        settle()
        counts.append(hand.count - before)
    met = visits(session)
    assert len({visit["resident_id"] for visit in met}) == 10
    assert {visit["note"] for visit in met} == {"精神尚可"}
    assert max(counts) <= 6


def test_after_saving_enter_takes_what_else_is_open_in_the_house(
    window, hand, session, settle, people
):
    with session.store.writing() as tx:
        since = TODAY - dt.timedelta(days=60)
        plans.set_plan(tx, people.zhang, "call", 30, "测试", since)
    settle()
    window.record_visit(people.chen, "visit")
    settle()
    hand.press(Qt.Key.Key_1)
    hand.press(Qt.Key.Key_1)
    hand.press(Qt.Key.Key_Return, CONTROL)
    settle()
    assert window.here == "today"
    assert "这户还有：张德福 电话问候（逾期 30 天）" in (
        window.today._offer._words.text()
    )
    hand.press(Qt.Key.Key_Return)
    settle()
    assert window.here == "visit"
    assert window.pages["visit"]._entry.resident_id == people.zhang
    assert window.pages["visit"].title == "记电话"


def test_offer_is_passed_over_with_the_same_keys_as_saving(
    window, hand, session, settle, people
):
    with session.store.writing() as tx:
        since = TODAY - dt.timedelta(days=60)
        plans.set_plan(tx, people.zhang, "call", 30, "测试", since)
    settle()
    window.record_visit(people.chen, "visit")
    settle()
    for key in (Qt.Key.Key_1, Qt.Key.Key_1):
        hand.press(key)
    hand.press(Qt.Key.Key_Return, CONTROL)
    settle()
    hand.press(Qt.Key.Key_Return, CONTROL)
    settle()
    assert window.here == "visit"
    assert not window.today._offer.isVisible()


def test_one_digit_shows_one_kind_and_again_shows_all(window, session, settle, people):
    with session.store.writing() as tx:
        since = TODAY - dt.timedelta(days=60)
        plans.set_plan(tx, people.li, "call", 7, "测试", since)
    settle()
    page = window.today
    page._list.setFocus()
    QTest.keyClick(page._list, Qt.Key.Key_2)
    kinds = {one.kind for one in page._list._items.items if hasattr(one, "kind")}
    assert kinds == {"call"}
    assert page._tiles["call"].isChecked()
    QTest.keyClick(page._list, Qt.Key.Key_2)
    assert not page._tiles["call"].isChecked()
    kinds = {one.kind for one in page._list._items.items if hasattr(one, "kind")}
    assert kinds == {"call", "visit"}


def test_undo_brings_the_row_back(window, hand, session, settle, people):
    rows = window.today._rows
    hand.press(Qt.Key.Key_F2)
    settle()
    for key in (Qt.Key.Key_1, Qt.Key.Key_1):
        hand.press(key)
    hand.press(Qt.Key.Key_S, CONTROL)
    settle()
    assert len(window.today._rows) == len(rows) - 1
    hand.press(Qt.Key.Key_Z, CONTROL)
    settle()
    assert window.today._rows == rows


# Input methods


def compose(widget, text):
    QApplication.sendEvent(widget, QInputMethodEvent(text, []))


def commit(widget, text):
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def test_enter_that_commits_a_word_does_not_leave_the_field(window, form, hand, settle):
    hand.press(Qt.Key.Key_F2)
    settle()
    field = form._fields["visit"]._need_note
    form._fields["visit"].focus("need_note")
    compose(field, "li")
    hand.press(Qt.Key.Key_Return)
    commit(field, "李")
    assert field.hasFocus()
    assert field.text() == "李"
    hand.press(Qt.Key.Key_Return)
    assert not field.hasFocus()


def test_digits_while_composing_choose_candidates_and_never_chips(
    window, form, hand, settle
):
    hand.press(Qt.Key.Key_F2)
    settle()
    fields = form._fields["visit"]
    fields.focus("note")
    note = fields._note
    compose(note, "jing'shen")
    hand.press(Qt.Key.Key_4)  # a candidate of the input method
    commit(note, "精神")
    hand.press(Qt.Key.Key_4)  # and now a figure in the text
    assert fields._mode.value() == "home"
    assert fields._condition.value() is None
    assert "精神" in note.toPlainText()
    assert note.hasFocus()
    fields.focus("condition")
    option = window.focusWidget()
    compose(option, "liang")
    hand.press(Qt.Key.Key_3)
    assert fields._condition.value() is None
    compose(option, "")
    hand.press(Qt.Key.Key_3)
    assert fields._condition.value() == "unwell"
