"""A process killed in the middle of a round: what was marked and written goes on."""

import pytest

from gridapp.models import PatrolPoint
from gridapp.store import records
from gridapp.store import vault as vaults
from gridapp.ui.patrols.patrol_round import KEEP_EVERY
from gridapp.ui.patrols.patrols_page import PatrolsPage
from gridapp.ui.session import Session
from tests.ui.killed_process import kill_at

TYPED = "boxes in the staircase"
# Marks a place, begins a finding, tells when the draft is kept, and is killed.
CHILD = """
[typed] = given
window.show_record("patrol", None)
view = window.pages["patrols"]._round
while not view._board._list.spots() or app.jobs.busy:
    QTest.qWait(20)
QTest.keyClick(view._board._list, Qt.Key.Key_1)
QTest.keyClick(view._board._list, Qt.Key.Key_3)
view._form._note.setFocus()
QTest.keyClicks(view._form._note, typed)
while not view._board._kept_words.text():
    QTest.qWait(50)
print("kept", flush=True)
"""


@pytest.fixture
def killed(vault, people):
    """The vault on which a round was going on when its process was killed."""
    with vault.writing() as tx:
        for name in ("消防通道", "楼道堆物"):
            values = {"name": name, "interval_days": 7}
            records.save(tx, PatrolPoint, values | {"building_id": people.building})
    vault.close()
    kill_at("kept", CHILD, vault, TYPED)
    store = vaults.open_with_key(vault.folder, vault.key)
    yield store
    store.close()


def test_the_round_goes_on_where_it_was(killed, jobs, theme, messages, qtbot, settle):
    page = PatrolsPage(Session(killed, jobs, theme, messages))
    qtbot.addWidget(page)
    page.show()
    page.open_record(None)
    settle()
    assert list(page._round._entry.marks.values())[0].state == "0"
    assert page._round._stack.currentWidget() is page._round._form
    assert page._round._form._note.toPlainText() == TYPED


def test_a_draft_is_kept_every_five_seconds():
    assert KEEP_EVERY <= 5_000
