"""A process killed in the middle of a form: what was typed is offered again."""

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt

from gridapp.store import vault as vaults
from gridapp.ui.care import visit_drafts
from gridapp.ui.main_window import MainWindow
from gridapp.ui.session import Session
from gridapp.ui.visits.visit_form import KEEP_EVERY

TYPED = "she felt dizzy this morning"
# Types into the real window, tells when the draft is kept, types on and is killed.
CHILD = """
import sys
from pathlib import Path
from uuid import UUID
from PySide6.QtTest import QTest
from gridapp.app import App, qt_application
from gridapp.store import vault

qt = qt_application()
app = App(qt, Path(sys.argv[1]))
key = bytes.fromhex(sys.stdin.readline())
app.open_window(vault.open_with_key(Path(sys.argv[1]), key))
window = app.window
window.record_visit(UUID(sys.argv[2]), "visit")
form = window.pages["visit"]
while form._entry is None or app.jobs.busy:
    QTest.qWait(20)
form._fields["visit"].focus("note")
QTest.keyClicks(form.focusWidget(), sys.argv[3])
while not form._kept_words.text():
    QTest.qWait(50)
QTest.keyClicks(form.focusWidget(), " and a little more")
print("kept", flush=True)
QTest.qWait(60_000)
"""


@pytest.fixture
def killed(vault_template, vault, people):
    """The vault in which a form was being filled in when its process was killed."""
    _, key = vault_template
    vault.close()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(vault.folder), people.li.hex, TYPED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        child.stdin.write(key.hex() + "\n")
        child.stdin.flush()
        assert child.stdout.readline() == "kept\n"
    finally:
        child.kill()  # SIGKILL: nothing can be tidied up
        child.communicate()
    store = vaults.open_with_key(vault.folder, key)
    yield store
    store.close()


def test_what_was_typed_is_offered_with_one_click(
    killed, people, jobs, theme, messages, qtbot, settle
):
    with killed.reading() as db:
        [entry] = visit_drafts.waiting(db)
    assert entry.resident_id == people.li
    assert entry.note == TYPED
    assert entry.started_at is not None
    window = MainWindow(Session(killed, jobs, theme, messages), "周敏")
    qtbot.addWidget(window)
    window.show()
    settle()
    today = window.today
    assert "李桂英的走访还没写完" in today._notice.accessibleName()
    qtbot.mouseClick(today._go_on, Qt.MouseButton.LeftButton)
    settle()
    assert window.here == "visit"
    assert window.pages["visit"]._fields["visit"]._note.toPlainText() == TYPED


def test_a_draft_is_kept_every_five_seconds():
    assert KEEP_EVERY <= 5_000
