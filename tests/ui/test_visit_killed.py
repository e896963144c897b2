"""A process killed in the middle of a form: what was typed is offered again."""

import pytest
from PySide6.QtCore import Qt

from gridapp.store import vault as vaults
from gridapp.ui.care import visit_drafts
from gridapp.ui.main_window import MainWindow
from gridapp.ui.session import Session
from gridapp.ui.visits.visit_form import KEEP_EVERY
from tests.ui.killed_process import kill_at

TYPED = "she felt dizzy this morning"
# Types into the real window, tells when the draft is kept, types on and is killed.
CHILD = """
person, typed = given
window.record_visit(UUID(person), "visit")
form = window.pages["visit"]
while form._entry is None or app.jobs.busy:
    QTest.qWait(20)
form._fields["visit"].focus("note")
QTest.keyClicks(form.focusWidget(), typed)
while not form._kept_words.text():
    QTest.qWait(50)
QTest.keyClicks(form.focusWidget(), " and a little more")
print("kept", flush=True)
"""


@pytest.fixture
def killed(vault, people):
    """The vault in which a form was being filled in when its process was killed."""
    vault.close()
    kill_at("kept", CHILD, vault, people.li.hex, TYPED)
    store = vaults.open_with_key(vault.folder, vault.key)
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
