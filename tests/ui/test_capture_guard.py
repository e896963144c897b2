"""Windows keep out of pictures of the screen, until somebody allows them."""

import pytest
from PySide6.QtWidgets import QMenu, QWidget

from gridapp.ui.capture_guard import (
    BLACK,
    LEFT_OUT,
    SHOWN_TO_ALL,
    CaptureGuard,
    is_supported,
)


class Recorded:
    """Stands for user32.dll: keeps what it is asked, as an old or a new Windows."""

    def __init__(self, knows=(SHOWN_TO_ALL, BLACK, LEFT_OUT)):
        self.knows = knows
        self.now = {}
        self.tell = None

    def affinity(self, window, how):
        if how not in self.knows:
            return False
        self.now[window] = how
        return True

    def on_shown(self, tell):
        self.tell = tell


@pytest.fixture
def shown(qapp, qtbot):
    kept = []

    def show(widget):
        kept.append(widget)
        qtbot.addWidget(widget)
        widget.show()
        return int(widget.winId())

    return show


@pytest.fixture
def guarded(qapp):
    made = []

    def guard(user32):
        made.append(CaptureGuard(qapp, user32))
        return made[-1]

    yield guard
    for one in made:
        one.deleteLater()


def test_a_window_that_is_open_and_one_that_opens_later_are_left_out(
    shown, guarded, qtbot
):
    windows = Recorded()
    before = shown(QWidget())
    guarded(windows)
    assert windows.now[before] == LEFT_OUT
    later = QWidget()
    handle = shown(later)
    later.activateWindow()
    qtbot.waitUntil(lambda: windows.now.get(handle) == LEFT_OUT)


def test_a_list_that_never_has_the_focus_is_left_out_too(shown, guarded):
    windows = Recorded()
    guarded(windows)
    menu = shown(QMenu())
    windows.tell(menu)  # Windows says that it shows
    assert windows.now[menu] == LEFT_OUT


def test_an_older_windows_shows_black_instead(shown, guarded):
    windows = Recorded(knows=(SHOWN_TO_ALL, BLACK))
    handle = shown(QWidget())
    guarded(windows)
    assert windows.now[handle] == BLACK


def test_who_allows_pictures_gets_them_of_every_window_at_once(shown, guarded):
    windows = Recorded()
    first, second = shown(QWidget()), shown(QWidget())
    guard = guarded(windows)
    guard.allow(True)
    assert {windows.now[first], windows.now[second]} == {SHOWN_TO_ALL}
    windows.tell(second)
    assert windows.now[second] == SHOWN_TO_ALL
    guard.allow(False)
    assert {windows.now[first], windows.now[second]} == {LEFT_OUT}


def test_our_own_pictures_of_a_window_go_on_working(shown, guarded):
    window = QWidget()
    shown(window)
    guarded(Recorded())
    assert not window.grab().isNull()


def test_a_system_that_cannot_do_it_says_so(qapp):
    assert not is_supported()  # the offscreen screen of the tests
    CaptureGuard(qapp).deleteLater()
