"""The window locks itself when the system locks its screen or goes to sleep."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gridapp.ui import away
from gridapp.ui.away import SLEPT, AwayWatch, leaves

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("message", "how", "gone"),
    [
        (0x02B1, 7, True),  # WTS_SESSION_LOCK
        (0x02B1, 2, True),  # another user signs in
        (0x02B1, 4, True),  # a remote desktop is left
        (0x02B1, 8, False),  # WTS_SESSION_UNLOCK
        (0x0218, 4, True),  # PBT_APMSUSPEND
        (0x0218, 7, False),  # PBT_APMRESUMESUSPEND
        (0x0010, 7, False),  # WM_CLOSE
    ],
)
def test_windows_says_when_its_user_leaves(message, how, gone):
    assert leaves(message, how) is gone


def test_a_laptop_that_slept_is_locked_when_it_wakes(qapp, monkeypatch):
    watch = AwayWatch()
    told = []
    watch.away.connect(lambda: told.append(1))
    start = watch._seen
    monkeypatch.setattr(away.time, "time", lambda: start + SLEPT / 2)
    watch.tick()
    assert told == []  # a busy machine
    monkeypatch.setattr(away.time, "time", lambda: start + SLEPT * 3)
    watch.tick()
    assert told == [1]
    monkeypatch.setattr(away.time, "time", lambda: start - 9_000)
    watch.tick()
    assert told == [1]  # the clock was set back
    watch.deleteLater()


CHILD = """
import sys
from PySide6.QtCore import QCoreApplication
from gridapp.ui.away import AwayWatch

app = QCoreApplication([])
watch = AwayWatch()
watch.away.connect(lambda: print("away", flush=True))
print("ready", flush=True)
app.exec()
"""


@pytest.fixture
def bus(tmp_path):
    """A D-Bus of this test alone, in the place of the system's and the session's."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield daemon.stdout.readline().strip()
    finally:
        daemon.kill()
        daemon.communicate()


@pytest.mark.skipif(not shutil.which("dbus-send"), reason="needs D-Bus")
def test_linux_says_on_d_bus_when_the_session_locks_or_the_machine_sleeps(bus):
    environment = os.environ | {
        "DBUS_SYSTEM_BUS_ADDRESS": bus,
        "DBUS_SESSION_BUS_ADDRESS": bus,
        "PYTHONPATH": str(ROOT),
    }
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )

    def say(path, name, *values):
        command = ["dbus-send", f"--bus={bus}", "--type=signal", path, name, *values]
        subprocess.run(command, check=True)

    try:
        assert child.stdout.readline() == "ready\n"
        session, manager = "/org/freedesktop/login1/session/_31", "/org/freedesktop"
        say(session, "org.freedesktop.login1.Session.Lock")
        assert child.stdout.readline() == "away\n"
        asleep = "org.freedesktop.login1.Manager.PrepareForSleep"
        say(manager, asleep, "boolean:false")  # it wakes: nothing to lock
        say(manager, asleep, "boolean:true")
        assert child.stdout.readline() == "away\n"
        say("/any", "org.gnome.ScreenSaver.ActiveChanged", "boolean:true")
        assert child.stdout.readline() == "away\n"
        child.kill()
        assert child.stdout.read() == ""  # and no more than these three
    finally:
        child.kill()
        child.communicate()
