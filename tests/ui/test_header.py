"""What is the same on every page: header, navigation and the line of long work."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from gridapp.ui.preferences import Preferences
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.busy import PATIENCE, BusyLine
from gridapp.ui.widgets.header import Header
from gridapp.ui.widgets.nav import NavColumn, Place


@pytest.fixture
def header(theme, qtbot, tmp_path):
    header = Header(theme, Preferences(tmp_path), "周敏 第一网格")
    qtbot.addWidget(header)
    header.resize(1200, 60)
    header.show()
    return header


def menu_of(button):
    button.click()
    [menu] = [m for m in button.window().findChildren(QMenu) if m.isVisible()]
    return menu


def test_a_size_is_two_clicks_away(header, qtbot):
    menu = menu_of(header._size)
    assert [one.isChecked() for one in menu.actions()] == [True, False, False]
    with qtbot.waitSignal(header._size._preferences.reopen_asked):
        menu.actions()[1].trigger()
    menu.close()
    assert header._size._preferences.now.text_scale == 1.15


def test_a_size_without_room_is_named_and_cannot_be_chosen(header, theme):
    header.resize(850, 60)
    menu = menu_of(header._size)
    last = menu.actions()[-1]
    assert not last.isEnabled()
    assert "放不下" in last.text()
    menu.close()


def test_the_menu_of_the_user_changes_the_look_locks_and_leads_on(header, theme, qtbot):
    asked = []
    header.place_asked.connect(asked.append)
    menu = menu_of(header._user)
    named = {one.text().partition("\t")[0]: one for one in menu.actions()}
    with qtbot.waitSignal(header.lock_asked):
        named["锁定"].trigger()
    named["深色"].trigger()
    assert theme.tokens.name == "dark"
    named["浅色"].trigger()
    assert theme.tokens.name == "light"
    for words in ("设置", "操作记录", "快捷键", "帮助"):
        named[words].trigger()
    assert asked == ["settings", "acts", "keys", "help"]
    menu.close()


@pytest.mark.parametrize("width", list(Width))
def test_the_whole_name_of_the_user_is_told_however_narrow(header, width):
    header.set_width(width)
    assert header._user.accessibleName() == "周敏 第一网格"
    assert "周敏" in header._user.text()


def test_the_foot_stands_below_and_a_narrow_window_keeps_its_first(theme, qtbot):
    places = [Place("a", "甲页", "甲", "house"), Place("b", "乙页", "乙", "house")]
    foot = [Place("c", "丙页", "丙", "house"), Place("d", "丁页", "丁", "house")]
    nav = NavColumn(theme, places, foot)
    qtbot.addWidget(nav)
    nav.resize(168, 500)
    nav.show()
    heights = [nav._items[key].y() for key in "abcd"]
    assert heights == sorted(heights)
    assert heights[2] - heights[1] > 100
    nav.set_width(Width.NARROW)
    assert nav._items["c"].isVisible()
    assert not nav._items["d"].isVisible()
    chosen = []
    nav.chosen.connect(chosen.append)
    qtbot.mouseClick(nav._items["c"], Qt.MouseButton.LeftButton)
    assert chosen == ["c"]


def test_a_long_read_shows_a_thin_line_and_a_short_one_nothing(theme, jobs, qtbot):
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(400, 300)
    over.show()
    line = BusyLine(theme, jobs, over)
    jobs.run(lambda: None, lambda _: None)
    qtbot.waitUntil(lambda: not jobs.busy)
    qtbot.wait(PATIENCE + 50)
    assert not line.isVisible()
    going_on = threading.Event()
    jobs.run(lambda: going_on.wait(20), lambda _: None)
    qtbot.waitUntil(line.isVisible)
    assert line.height() <= 4
    assert line.width() == over.width()
    over.resize(500, 300)
    assert line.width() == 500
    going_on.set()
    qtbot.waitUntil(lambda: not line.isVisible())
