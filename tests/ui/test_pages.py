"""Pages are made when they are wanted: the window opens with today's list only."""

import pytest

from gridapp.ui.main_window import MainWindow
from gridapp.ui.pages import PAUSE
from gridapp.ui.places import FOOT, MARKED, PAGES, PLACES, SOON


@pytest.fixture
def window(session, people, qtbot, settle):
    window = MainWindow(session, "周敏 和顺里第一网格")
    qtbot.addWidget(window)
    settle()
    return window


def test_the_window_opens_with_the_page_of_today_only(window, qtbot):
    qtbot.wait(2 * PAUSE)  # nothing more is made while nobody sees it
    assert window.pages.made() == [window.today]


def test_what_is_counted_is_made_soon_without_being_asked_for(window, qtbot):
    window.show()
    qtbot.waitUntil(lambda: len(window.pages.made()) == 1 + len(SOON))
    made = window.pages.made()
    assert all(window.pages[key] in made for key in SOON)
    watched = {key for key, page in window.pages.items() if page.watched}
    assert watched <= {"today", *SOON}


def test_a_page_is_made_once_and_as_wide_as_the_window(window):
    window.resize(910, 441)
    window.show()
    page = window.pages["settings"]
    assert page is window.pages["settings"]
    assert page.layout_width is window.today.layout_width


def test_every_place_has_its_page_and_every_page_its_mark():
    places = {place.key for place in (*PLACES, *FOOT)}
    assert places <= set(PAGES)
    assert all(MARKED.get(key, key) in places for key in PAGES)
