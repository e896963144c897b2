"""The county orders a laptop locked: what its window does, and the way back."""

import pytest

from gridapp.county import locks, upkeep
from gridapp.models import Resident
from gridapp.store import records
from tests.conftest import PASSWORD
from tests.ui.conftest import joined, started


@pytest.fixture
def folder(new_county):
    return new_county()


@pytest.fixture
def app(vault, vault_template, folder, qapp):
    with joined(folder, vault):
        vault.close()
        with started(qapp, vault.folder, attended=False) as app:
            yield app


def open_with_password(app, qtbot):
    app.login.type_password(PASSWORD)
    app.login.submit()
    qtbot.waitUntil(lambda: not app.jobs.busy)


def test_the_window_locks_itself_and_a_code_of_the_county_opens_it(
    app, vault, folder, qtbot
):
    app.ask_password()
    open_with_password(app, qtbot)
    window = app.window
    session = window.session
    with session.store.writing() as tx:
        records.save(tx, Resident, {"name": "锁定以前记的人"})
    with upkeep.opened(folder) as store:
        locks.ask(store, vault.device_id)
    session.syncing.sync()
    qtbot.waitUntil(lambda: app.login is not None)
    assert not window.isVisible()
    open_with_password(app, qtbot)
    login = app.login
    assert login is not None
    assert login._unlock.isVisibleTo(login)
    assert "锁定" in login._error.accessibleName()

    login._unlock.code.setText("AAAA-BBBB-CCCC")
    login._unlock.unlock()
    qtbot.waitUntil(lambda: not app.jobs.busy)
    assert login._error.accessibleName()

    with upkeep.opened(folder) as store:
        code = locks.lift(store, vault.device_id)
    login._unlock.code.setText(code)
    login._unlock.unlock()
    qtbot.waitUntil(lambda: not app.jobs.busy)
    assert login._unlock._words.isVisibleTo(login)
    open_with_password(app, qtbot)
    assert app.login is None
    assert window.isVisible()
    session.syncing.sync()
    qtbot.waitUntil(
        lambda: not session.syncing.running and session.syncing.now.unsent == 0
    )
