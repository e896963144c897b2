"""Every key is declared once: what is bound is shown, and what is shown is bound."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton

from gridapp.ui.keys import EVERYWHERE, GROUPS, KEYS, bound
from gridapp.ui.main_window import MainWindow
from gridapp.ui.places import PLACES
from gridapp.ui.settings.keys_page import KeysPage
from gridapp.ui.widgets.text import Text


@pytest.fixture
def window(session, people, qtbot, settle):
    window = MainWindow(session, "周敏 和顺里第一网格")
    qtbot.addWidget(window)
    window.show()
    settle()
    return window


def declared():
    return {QKeySequence(one).toString() for key in KEYS for one in key.keys}


def test_what_is_bound_anywhere_in_the_window_is_declared(window):
    assert all(page.parent() for page in window.pages.values())  # each is made now
    found = {one.key().toString() for one in window.findChildren(QShortcut)}
    found |= {one.shortcut().toString() for one in window.findChildren(QAction)}
    found |= {one.shortcut().toString() for one in window.findChildren(QAbstractButton)}
    assert found - {""} - declared() == set()


def test_what_the_table_binds_is_bound_once_in_the_window(window):
    own = [
        one.key().toString()
        for one in window.findChildren(
            QShortcut, options=Qt.FindChildOption.FindDirectChildrenOnly
        )
    ]
    pages = {f"Ctrl+{number}" for number in range(len(PLACES) + 1, 10)}
    wanted = [keys for keys, _ in bound() if keys not in pages]
    assert sorted(own) == sorted(QKeySequence(one).toString() for one in wanted)


def test_no_key_means_two_things_everywhere():
    everywhere = [one for key in KEYS if key.group == EVERYWHERE for one in key.keys]
    assert len(everywhere) == len(set(everywhere))


def test_the_page_shows_every_key_with_its_words(session, qtbot):
    page = KeysPage(session)
    qtbot.addWidget(page)
    shown = {text.text() for text in page.findChildren(Text)}
    for key in KEYS:
        assert key.words in shown
        assert set(key.caps) <= shown
    assert {words for _, words in GROUPS} <= shown


@pytest.mark.parametrize(
    ("key", "page"), [("F1", "help"), ("Ctrl+/", "keys"), ("Ctrl+2", PLACES[1].key)]
)
def test_a_key_opens_its_page_and_escape_leads_back(window, qtbot, settle, key, page):
    before = window.here
    press(qtbot, window, key)
    settle()
    assert window.here == page
    if page in ("help", "keys"):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Escape)
        settle()
        assert window.here == before


def test_f1_opens_the_chapter_of_the_page_one_is_on(window, qtbot, settle):
    for page, chapter in (("disputes", "disputes"), ("acts", "settings")):
        window.go(page)
        settle()
        press(qtbot, window, "F1")
        assert window.here == "help"
        assert window.pages["help"].view.chapter == chapter


def test_going_back_goes_the_whole_way_back(window, settle):
    for page in ("residents", "settings", "acts"):
        window.go(page)
    window.go_back()
    assert window.here == "settings"
    window.go_back()
    assert window.here == "residents"
    window.go_back()
    assert window.here == "today"
    settle()


def test_ctrl_l_asks_for_the_lock(window, session, qtbot):
    with qtbot.waitSignal(session.lock_asked):
        press(qtbot, window, "Ctrl+L")


def press(qtbot, window, keys):
    """Press a key of the table in the window, as a person does."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    one = QKeySequence(keys)[0]
    qtbot.keyClick(window, one.key(), one.keyboardModifiers())
