"""The county orders a laptop locked: what its window does, and the way back."""

import pytest

from gridapp.app import App
from gridapp.county import access, locks, upkeep
from gridapp.county import app as server
from gridapp.models import Resident
from gridapp.store import records
from gridapp.sync.client import HttpTransport, SyncClient
from tests.conftest import PASSWORD


@pytest.fixture
def folder(new_county):
    return new_county()


@pytest.fixture
def app(vault, vault_template, folder, qapp):
    with upkeep.opened(folder) as store:
        code = access.create_enrolment(store, ["990101001001"], "周敏", "worker")
    with server.running(folder) as url:
        client = SyncClient(vault, HttpTransport(url))
        client.enrol(code)
        client.sync()
        vault.close()
        app = App(qapp, vault.folder, attended=False)
        yield app
        if app.window is not None:
            app.window.close()
            app.window.deleteLater()
        if app.login is not None:
            app.login.close()
        app.close()
        app.deleteLater()


def open_with_password(app, qtbot):
    app.login.type_password(PASSWORD)
    app.login.submit()
    qtbot.waitUntil(lambda: not app.jobs.busy, timeout=20_000)


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
    qtbot.waitUntil(lambda: app.login is not None, timeout=20_000)
    assert not window.isVisible()
    open_with_password(app, qtbot)
    login = app.login
    assert login is not None
    assert login._unlock.isVisibleTo(login)
    assert "锁定" in login._error.accessibleName()

    login._unlock.code.setText("AAAA-BBBB-CCCC")
    login._unlock.unlock()
    qtbot.waitUntil(lambda: not app.jobs.busy, timeout=20_000)
    assert login._error.accessibleName()

    with upkeep.opened(folder) as store:
        code = locks.lift(store, vault.device_id)
    login._unlock.code.setText(code)
    login._unlock.unlock()
    qtbot.waitUntil(lambda: not app.jobs.busy, timeout=20_000)
    assert login._unlock._words.isVisibleTo(login)
    open_with_password(app, qtbot)
    assert app.login is None
    assert window.isVisible()
    session.syncing.sync()
    qtbot.waitUntil(
        lambda: not session.syncing.running and session.syncing.now.unsent == 0,
        timeout=20_000,
    )
