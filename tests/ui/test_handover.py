"""A file that is double-clicked goes to the window that is open on the same data."""

import os
import subprocess
import sys

import pytest

from gridapp.ui import handover
from gridapp.ui.handover import Answer, Handover
from gridapp.ui.one_window import OneWindow
from tests.ui.conftest import started


@pytest.fixture
def session_folder(tmp_path, monkeypatch):
    """Where windows of this test listen, and of no other."""
    folder = tmp_path / "session"
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


@pytest.fixture
def app(vault, qapp, session_folder):
    vault.close()
    turn = OneWindow(vault.folder)
    assert turn.take()
    with started(qapp, vault.folder, turn=turn) as app:
        app.listen()
        yield app


def start_again(data, qtbot, *words):
    """What the desktop starts; the exit code of that process."""
    command = [sys.executable, "-m", "gridapp", "--data", data, *words]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen([str(one) for one in command], env=environment)
    qtbot.waitUntil(lambda: process.poll() is not None)
    return process.returncode


def test_the_open_window_takes_it_and_the_second_process_ends(app, qtbot, tmp_path):
    login = app.ask_password()
    file = tmp_path / "990101001001-答复.gridpkg"
    file.write_bytes(b"whatever it is")

    assert start_again(app._data, qtbot, "--open", file) == 0

    assert app.package == file
    assert "答复.gridpkg" in login._recovered_words.accessibleName()


def test_a_window_that_was_killed_keeps_nobody_from_listening(
    session_folder, qapp, tmp_path
):
    code = (
        "import sys, os; from pathlib import Path;"
        "from PySide6.QtCore import QCoreApplication;"
        "from gridapp.ui.handover import Handover;"
        "a = QCoreApplication([]); h = Handover(Path(sys.argv[1]));"
        "os._exit(0 if h.listens else 3)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    heir = Handover(tmp_path)
    assert heir.listens
    second = Handover(tmp_path)
    assert not second.listens  # the first one goes on
    heir.close()


def test_without_an_open_window_nobody_takes_it(session_folder, qapp, tmp_path):
    found = handover.hand_over(tmp_path, tmp_path / "answer.gridpkg")
    assert found is Answer.ABSENT


@pytest.mark.parametrize("there", [True, False], ids=["a long way", "not made yet"])
def test_the_data_folder_is_no_obstacle(qapp, tmp_path, monkeypatch, there):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    data = tmp_path / ("很长的文件夹名" * 6)
    if there:
        data.mkdir()
    window = Handover(data)
    assert window.listens
    window.close()


def test_a_second_start_brings_the_open_window_to_the_front_and_ends(app, qtbot):
    login = app.ask_password()
    login.showMinimized()

    assert start_again(app._data, qtbot) == 0

    qtbot.waitUntil(lambda: not login.isMinimized())
    assert app.package is None


def test_other_data_have_a_window_of_their_own(app, tmp_path):
    other = OneWindow(tmp_path / "other")
    assert not other.give_way(None)
    assert not OneWindow(app._data).take()
    other.end()


def test_the_end_of_a_window_is_the_turn_of_the_next(app):
    second = OneWindow(app._data)
    assert not second.take()
    app.close()
    assert not second.give_way(None)
    assert second.take()
    second.end()


def test_a_window_that_was_killed_has_no_turn(session_folder, qapp, tmp_path):
    code = (
        "import sys, os; from pathlib import Path;"
        "from gridapp.ui.one_window import OneWindow;"
        "os._exit(0 if OneWindow(Path(sys.argv[1])).take() else 3)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    heir = OneWindow(tmp_path)
    assert not heir.give_way(None)
    heir.end()


def test_where_there_is_no_room_for_a_lock_everybody_has_a_turn(
    qapp, tmp_path, monkeypatch
):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(gone))
    first, second = OneWindow(tmp_path), OneWindow(tmp_path)
    gone.rmdir()
    assert first.take()
    assert second.take()
