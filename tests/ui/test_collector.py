"""Garbage of a process with a window is sought, and freed, by the UI thread alone."""

import gc
import os
import subprocess
import sys
import threading

import pytest
from PySide6.QtCore import QObject

from gridapp.ui.collector import Collector


class Ring(QObject):
    """Holds itself, so that only a search for garbage finds that nobody needs it."""

    freed = []  # the thread in which each one was

    def __init__(self):
        super().__init__()
        self.itself = self

    def __del__(self):
        Ring.freed.append(threading.current_thread())


@pytest.fixture
def sought_soon():
    """Python searches whenever a few objects were made, as it does after long work."""
    before = gc.get_threshold()
    Ring.freed.clear()
    gc.collect()
    gc.enable()
    gc.set_threshold(100, 1, 1)
    yield
    gc.set_threshold(*before)
    gc.disable()


def test_what_the_window_dropped_is_freed_by_the_ui_thread(
    qapp, qtbot, jobs, sought_soon
):
    collector = Collector(qapp)
    shown, kept = [Ring()], []

    def work():
        shown.clear()
        return [[one] for one in range(10_000)]

    jobs.run(work, kept.append)
    qtbot.waitUntil(lambda: kept != [])
    qtbot.waitUntil(lambda: Ring.freed != [])
    assert Ring.freed == [threading.main_thread()]
    collector.deleteLater()


def test_in_a_window_no_other_thread_searches_for_garbage():
    asked = (
        "import gc; from gridapp.ui.qt_start import qt_application;"
        "qt = qt_application(); print(gc.isenabled())"
    )
    said = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert said.stdout == "False\n"
