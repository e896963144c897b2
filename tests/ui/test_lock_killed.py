"""A window that is locked and then killed: what was half written is offered again."""

from dataclasses import replace

import pytest

from gridapp.store import drafts
from gridapp.store import vault as vaults
from gridapp.ui.care import visit_drafts
from gridapp.ui.disputes import dispute_drafts
from gridapp.ui.issues.issue_adding import DRAFT
from tests.ui.killed_process import kill_at

VISIT, ISSUE, DISPUTE = "she felt dizzy", "the lamp is broken", "water from above"
# Begins three forms, composes in the last one and locks; then it is killed.
CHILD = """
person, visit, issue, dispute = given


def settle():
    QTest.qWait(20)
    while app.jobs.busy:
        QTest.qWait(20)


window.record_visit(UUID(person), "visit")
settle()
window.pages["visit"]._fields["visit"]._note.setPlainText(visit)
window.show_record("issue", None)
settle()
form = window.pages["issues"]._form
form.form.editor("description").widget.setPlainText(issue)
window.show_record("dispute", None)
settle()
form = window.pages["disputes"]._register.form
note = form.editor("summary").widget
note.setPlainText(dispute)
note.setFocus()
note.moveCursor(note.textCursor().MoveOperation.End)
QApplication.sendEvent(note, QInputMethodEvent("again", []))
app.lock()
settle()
print("locked", [w for w in QApplication.topLevelWidgets() if w.isVisible()]
      == [app.login], flush=True)
"""


@pytest.fixture
def killed(vault, people):
    """The vault of a window that was locked, and its process killed."""
    vault.close()
    kill_at("locked True", CHILD, vault, people.li.hex, VISIT, ISSUE, DISPUTE)
    return vault.folder, vault.key


def test_every_form_is_kept_in_the_vault_and_nowhere_readable(killed):
    folder, key = killed
    for path in folder.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            for typed in (VISIT, ISSUE, DISPUTE):
                assert typed.encode() not in raw, path.name
    store = vaults.open_with_key(folder, key)
    with store.reading() as db:
        [visit] = visit_drafts.waiting(db)
        issue = drafts.kept(db, DRAFT)
        dispute = dispute_drafts.kept(db, dispute_drafts.NEW)
    store.close()
    assert visit.note == VISIT
    assert issue["form"]["description"] == ISSUE
    assert dispute["summary"] == f"{DISPUTE}again"


def test_drafts_of_one_account_are_not_anothers(vault):
    with vault.writing() as tx:
        drafts.keep(tx, "visits", {"a": 1})
    vault.close()
    other = vaults.open_with_key(
        vault.folder, vault.key, replace(vault.user, id="0" * 32)
    )
    with other.writing() as tx:
        assert drafts.kept(tx.db, "visits") is None
        drafts.keep(tx, "visits", {"b": 2})
        drafts.drop(tx, "visits")
    other.close()
    again = vaults.open_with_key(vault.folder, vault.key, vault.user)
    with again.reading() as db:
        assert drafts.kept(db, "visits") == {"a": 1}
    again.close()


def test_a_draft_of_an_older_program_is_whoever_asks_first(vault):
    with vault.writing() as tx:
        drafts.keep(tx, "visits", {"old": 1})
        tx.db.exec_driver_sql("UPDATE draft SET key = 'visits'")  # as it was before
    with vault.writing() as tx:
        assert drafts.kept(tx.db, "visits") == {"old": 1}
        drafts.keep(tx, "visits", {"new": 1})
        assert drafts.kept(tx.db, "visits") == {"new": 1}
        keys = tx.db.exec_driver_sql("SELECT key FROM draft").scalars().all()
    assert keys == [f"{vault.user.id}/visits"]
