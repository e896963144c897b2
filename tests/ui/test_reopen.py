"""字号: the window opens again by itself in the size that was chosen, signed in."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gridapp import settings
from gridapp.ui.reopen import PAGE, SCALE, Start, Successor, prepare
from tests.conftest import PASSWORD

ROOT = Path(__file__).parents[2]
# Runs in every process of the test: the first chooses a size, the second tells what
# it shows and closes.
DRIVER = """
import json, os, sys, threading, time

TOLD = os.environ.get("GRIDAPP_TEST_TOLD")


def drive():
    from PySide6.QtCore import QObject, QTimer, Qt
    from PySide6.QtWidgets import QApplication

    while QApplication.instance() is None:
        time.sleep(0.02)
    again = first_seen != ""

    def look():
        from gridapp.ui.login import Login
        from gridapp.ui.main_window import MainWindow

        shown = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        windows = [w for w in shown if isinstance(w, MainWindow)]
        if not windows and not (again and any(isinstance(w, Login) for w in shown)):
            return
        timer.stop()
        if not again:
            window = windows[0]
            window.go("settings")
            window._header._size._choose(1.3)
            return
        told = {
            "ratio": shown[0].devicePixelRatioF(),
            "page": windows[0].here if windows else "",
            "login": not windows,
            "arguments": open("/proc/self/cmdline").read(),
        }
        with open(TOLD + ".new", "w") as file:
            json.dump(told, file)
        os.replace(TOLD + ".new", TOLD)
        QApplication.instance().quit()

    timer = QTimer()
    timer.moveToThread(QApplication.instance().thread())
    timer.setInterval(50)
    timer.timeout.connect(look, Qt.ConnectionType.DirectConnection)
    holder.append(timer)
    from PySide6.QtCore import QMetaObject

    QMetaObject.invokeMethod(timer, "start", Qt.ConnectionType.QueuedConnection)


holder = []
first_seen = os.environ.get("GRIDAPP_REOPEN_AT", "")
if TOLD and ("gridapp" in sys.orig_argv or "-c" in sys.orig_argv):
    threading.Thread(target=drive, daemon=True).start()
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")
def test_a_larger_size_opens_the_window_again_signed_in_on_the_same_page(
    vault, tmp_path
):
    vault.close()
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(DRIVER)
    told = tmp_path / "told.json"
    environment = os.environ | {
        "PYTHONPATH": f"{hook}:{ROOT}",
        "GRIDAPP_TEST_TOLD": str(told),
        "QT_QPA_PLATFORM": "offscreen",
    }
    environment.pop(SCALE, None)
    code = (
        "import sys; from pathlib import Path; from gridapp.app import run;"
        f"sys.exit(run(Path({str(vault.folder)!r}), {PASSWORD!r}))"
    )
    first = subprocess.run(
        [sys.executable, "-c", code], env=environment, timeout=300, check=False
    )
    assert first.returncode == 0
    end = time.monotonic() + 120
    while not told.exists() and time.monotonic() < end:
        time.sleep(0.05)
    seen = json.loads(told.read_text())
    assert not seen["login"]
    assert seen["page"] == "settings"
    assert seen["ratio"] == pytest.approx(1.3)
    assert PASSWORD not in seen["arguments"]
    assert vault.key.hex() not in seen["arguments"]
    assert settings.load(vault.folder).text_scale == 1.3


def test_the_size_multiplies_what_the_system_asks_for(tmp_path, monkeypatch):
    settings.save(tmp_path, settings.Settings(text_scale=1.15))
    monkeypatch.setenv(SCALE, "1.5")
    monkeypatch.delenv(PAGE, raising=False)
    start = prepare(tmp_path)
    assert float(os.environ[SCALE]) == pytest.approx(1.725)
    assert start.environment[SCALE] == "1.5"
    assert start.key is None


def test_a_process_that_gets_no_key_asks_for_the_password(tmp_path, monkeypatch):
    """As after a change of language in the login, or where there is no pipe."""
    told = tmp_path / "told"
    code = (
        "import sys; from pathlib import Path; from gridapp.ui.reopen import prepare;"
        f"s = prepare(Path({str(tmp_path)!r}));"
        f"Path({str(told)!r}).write_text(repr((s.key, s.page)))"
    )
    monkeypatch.setattr(sys, "executable", _script(tmp_path, code))
    successor = Successor(tmp_path, Start(dict(os.environ)), "")
    assert successor.hand_over(b"").wait(30) == 0
    assert told.read_text() == "(None, 'today')"


def _script(folder, code):
    """A program that does `code`, whatever it is asked to run."""
    path = folder / "python"
    path.write_text(f"#!{sys.executable}\n{code}\n")
    path.chmod(0o700)
    return str(path)
