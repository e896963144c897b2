"""The work list: grouped by urgency, going on where one was."""

import datetime as dt
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt

from gridapp.ui.today.todo_list import Group, TodoList, grouped, titled
from gridapp.work.due import Due

TODAY = dt.date(2026, 11, 23)


def due(who, days, kind="visit", home=None, why="独居、每周入户 1 次"):
    on = TODAY + dt.timedelta(days=days)
    late = max(-days, 0)
    return Due(
        kind, uuid4(), uuid4(), who, "3-2-501", on, late, why, "记走访", None, home
    )


@pytest.fixture
def todo(theme, qtbot):
    todo = TodoList(theme)
    qtbot.addWidget(todo)
    todo.resize(860, 480)
    todo.show()
    return todo


def test_groups_are_late_today_and_soon():
    rows = [due("甲", -4), due("乙", -1), due("丙", 0), due("丁", 2)]
    items = grouped(rows, TODAY)
    heads = [(i.words, i.count) for i in items if isinstance(i, Group)]
    assert heads == [("已逾期", 2), ("今天", 1), ("3 天内", 1)]


def test_keyboard_skips_the_groups_and_acts(todo, qtbot):
    rows = [due("甲", -4), due("丙", 0)]
    todo.show_rows(rows, TODAY)
    assert todo.current() == rows[0]
    qtbot.keyClick(todo, Qt.Key.Key_Down)
    assert todo.current() == rows[1]
    with qtbot.waitSignal(todo.acted) as acted:
        qtbot.keyClick(todo, Qt.Key.Key_Return)
    assert acted.args == [rows[1]]
    with qtbot.waitSignal(todo.opened):
        qtbot.keyClick(todo, Qt.Key.Key_Right)


def test_click_on_the_button_acts_and_on_the_name_opens(todo, qtbot):
    rows = [due("甲", -4)]
    todo.show_rows(rows, TODAY)
    row = todo.visualRect(todo.currentIndex())
    button = row.topRight() - row.topLeft()
    left = Qt.MouseButton.LeftButton
    with qtbot.waitSignal(todo.acted):
        place = row.topLeft() + button
        place.setX(row.right() - 60)
        place.setY(row.center().y())
        qtbot.mouseClick(todo.viewport(), left, pos=place)
    with qtbot.waitSignal(todo.opened):
        place.setX(row.left() + 76)
        place.setY(row.top() + 18)
        qtbot.mouseClick(todo.viewport(), left, pos=place)


def test_same_household_comes_next(todo):
    home = uuid4()
    rows = [due("甲", -4, home=home), due("乙", -3), due("甲的老伴", 0, home=home)]
    todo.show_rows(rows, TODAY)
    todo.act()
    todo.show_rows(rows[1:], TODAY)
    assert todo.current().who == "甲的老伴"


def test_next_row_follows_when_nobody_else_lives_there(todo):
    rows = [due("甲", -4), due("乙", -3), due("丙", 0)]
    todo.show_rows(rows, TODAY)
    todo.act()
    todo.show_rows(rows[1:], TODAY)
    assert todo.current().who == "乙"


def test_row_is_a_sentence_for_a_screen_reader(todo):
    todo.show_rows([due("李桂英", -4)], TODAY)
    spoken = todo.model().index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "入户走访，李桂英，3-2-501，逾期 4 天，独居、每周入户 1 次"


def test_issue_is_named_by_what_is_wrong():
    issue = due("物业", -2, kind="issue", why="消防通道堆物、处置中")
    assert titled(issue) == ("消防通道堆物", "处置中、物业")
