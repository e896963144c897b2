"""The application as a whole: it opens, locks itself, and takes pictures."""

import pytest

from gridapp.app import App
from gridapp.ui import visit_drafts
from gridapp.ui.gallery import Gallery
from gridapp.work import visits
from tests.conftest import PASSWORD


@pytest.fixture
def app(vault, vault_template, people, qapp):
    with vault.writing() as tx:
        visits.log_visit(tx, people.li, {"mode": "home", "condition": "good"})
        visits.log_visit(tx, people.zhang, {"mode": "phone", "condition": "good"})
    vault.close()
    app = App(qapp, vault.folder)
    yield app
    if app.window is not None:
        app.window.close()
    if app.login is not None:
        app.login.close()
    app.close()
    app.deleteLater()


def sign_in(app, qtbot):
    login = app.login or app.ask_password()
    login.type_password(PASSWORD)
    login.submit()
    qtbot.waitUntil(lambda: app.window is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not app.jobs.busy, timeout=20_000)
    return app.window


def test_lock_keeps_the_draft_and_asks_for_the_password(app, people, qtbot):
    window = sign_in(app, qtbot)
    window.record_visit(people.li, "visit")
    qtbot.waitUntil(lambda: not app.jobs.busy)
    window.pages["visit"]._fields["visit"]._note.setPlainText("说到一半")
    app.lock()
    qtbot.waitUntil(lambda: app.login is not None, timeout=20_000)
    assert app.window is None
    window = sign_in(app, qtbot)
    with window.session.store.reading() as db:
        assert visit_drafts.waiting(db)[0].note == "说到一半"
    assert "还没写完" in window.today._notice.accessibleName()


def test_pictures_are_saved_of_every_page(app, qtbot, tmp_path):
    gallery = Gallery(app.jobs, app.theme, tmp_path, "")
    gallery.login(app.ask_password(), PASSWORD)
    gallery.walk(app.window)
    names = {path.stem for path in gallery.saved}
    assert {"login", "today", "today-dark", "residents", "history", "visit"} <= names
    assert all(path.stat().st_size > 10_000 for path in gallery.saved)
