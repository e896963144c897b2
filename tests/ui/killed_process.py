"""A window in a process of its own, killed in the middle of something."""

import os
import subprocess
import sys

OPENED = """
import sys
from pathlib import Path
from uuid import UUID
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from gridapp.app import App
from gridapp.ui.qt_start import qt_application
from gridapp.store import vault

qt = qt_application()
folder, given = Path(sys.argv[1]), sys.argv[2:]
app = App(qt, folder)
key = bytes.fromhex(sys.stdin.readline())
window = app.open_window(vault.open_with_key(folder, key))
"""
ASLEEP = """
QTest.qWait(60_000)
"""


def kill_at(line, script, vault, *given):
    """Run `script` in an open window of `vault`, with the words `given`; kill it when
    it prints `line`."""
    child = subprocess.Popen(
        [sys.executable, "-c", OPENED + script + ASLEEP, str(vault.folder), *given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        child.stdin.write(vault.key.hex() + "\n")
        child.stdin.flush()
        assert child.stdout.readline() == f"{line}\n"
    finally:
        child.kill()  # SIGKILL: nothing can be tidied up
        child.communicate()
