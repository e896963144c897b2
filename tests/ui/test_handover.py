"""A file that is double-clicked goes to the window that is open on the same data."""

import os
import subprocess
import sys

import pytest

from gridapp.ui import handover
from gridapp.ui.handover import Handover
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
    with started(qapp, vault.folder) as app:
        app.listen()
        yield app


def double_click(app, file, qtbot):
    """What the desktop starts; the exit code of that process."""
    command = [sys.executable, "-m", "gridapp", "--data", app._data, "--open", file]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen([str(one) for one in command], env=environment)
    qtbot.waitUntil(lambda: process.poll() is not None)
    return process.returncode


def test_the_open_window_takes_it_and_the_second_process_ends(app, qtbot, tmp_path):
    login = app.ask_password()
    file = tmp_path / "990101001001-答复.gridpkg"
    file.write_bytes(b"whatever it is")

    assert double_click(app, file, qtbot) == 0

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
    assert not handover.hand_over(tmp_path, tmp_path / "answer.gridpkg")


def test_a_long_way_to_the_data_is_no_obstacle(qapp, tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    data = tmp_path / ("很长的文件夹名" * 6)
    data.mkdir()
    window = Handover(data)
    assert window.listens
    window.close()
