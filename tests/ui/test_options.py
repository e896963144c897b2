"""Digits pick and go on, except while an input method is composing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from gridapp.ui.widgets.options import OptionRow

MODES = [("home", "入户"), ("door", "门口"), ("met", "路遇"), ("none", "没人在家")]


@pytest.fixture
def one(theme, qtbot):
    row = OptionRow(theme, "方式", MODES)
    qtbot.addWidget(row)
    row.show()
    return row


def focused(row):
    return row.focusWidget()


def compose(widget, text):
    QApplication.sendEvent(widget, QInputMethodEvent(text, []))


def test_digit_picks_and_goes_on(one, qtbot):
    one.focus_first()
    with qtbot.waitSignal(one.finished):
        qtbot.keyClick(focused(one), Qt.Key.Key_3)
    assert one.value() == "met"


def test_digit_beyond_the_options_does_nothing(one, qtbot):
    one.set_values(["home"])
    one.focus_first()
    with qtbot.assertNotEmitted(one.finished):
        qtbot.keyClick(focused(one), Qt.Key.Key_9)
    assert one.value() == "home"


def test_digit_while_composing_does_nothing(one, qtbot):
    one.set_values(["home"])
    one.focus_first()
    compose(focused(one), "li")
    with qtbot.assertNotEmitted(one.finished), qtbot.assertNotEmitted(one.changed):
        qtbot.keyClick(focused(one), Qt.Key.Key_2)
        qtbot.keyClick(focused(one), Qt.Key.Key_Return)
    assert one.value() == "home"
    compose(focused(one), "")
    qtbot.keyClick(focused(one), Qt.Key.Key_2)
    assert one.value() == "door"


def test_enter_goes_on_and_shift_enter_back(one, qtbot):
    one.focus_first()
    with qtbot.waitSignal(one.finished):
        qtbot.keyClick(focused(one), Qt.Key.Key_Return)
    with qtbot.waitSignal(one.went_back):
        qtbot.keyClick(
            focused(one), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier
        )
    assert one.value() is None


def test_many_options_toggle_and_stay(theme, qtbot):
    row = OptionRow(theme, "隐患", MODES, many=True)
    qtbot.addWidget(row)
    row.show()
    row.focus_first()
    with qtbot.assertNotEmitted(row.finished):
        qtbot.keyClick(focused(row), Qt.Key.Key_4)
        qtbot.keyClick(focused(row), Qt.Key.Key_2)
    assert row.values() == ("door", "none")
    qtbot.keyClick(focused(row), Qt.Key.Key_4)
    assert row.values() == ("door",)


def test_options_go_on_in_the_next_line_when_narrow(theme, qtbot):
    row = OptionRow(theme, "方式", MODES)
    qtbot.addWidget(row)
    one_line, two_lines = row.heightForWidth(900), row.heightForWidth(250)
    assert one_line == 40
    assert two_lines > one_line
