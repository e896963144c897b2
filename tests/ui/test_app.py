"""The application as a whole: it opens, locks itself, and takes pictures."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from gridapp.app import App
from gridapp.ui.care import visit_drafts
from gridapp.ui.gallery import Gallery
from gridapp.ui.idle import IdleWatch
from gridapp.ui.settings.password_dialog import PasswordDialog
from gridapp.work import visits
from tests.conftest import PASSWORD
from tests.ui.conftest import started


@pytest.fixture
def app(vault, vault_template, people, qapp):
    with vault.writing() as tx:
        visits.log_visit(tx, people.li, {"mode": "home", "condition": "good"})
        visits.log_visit(tx, people.zhang, {"mode": "phone", "condition": "good"})
    vault.close()
    with started(qapp, vault.folder) as app:
        yield app


def sign_in(app, qtbot):
    login = app.login or app.ask_password()
    login.type_password(PASSWORD)
    login.submit()
    qtbot.waitUntil(lambda: app.window is not None)
    qtbot.waitUntil(lambda: not app.jobs.busy)
    return app.window


def test_lock_hides_everything_and_loses_nothing(app, people, qtbot):
    window = sign_in(app, qtbot)
    window.record_visit(people.li, "visit")
    qtbot.waitUntil(lambda: not app.jobs.busy)
    note = window.pages["visit"]._fields["visit"]._note
    note.setPlainText("说到一半")
    window.go("settings")
    window.pages["settings"].accounts.change_password()
    dialog = window.findChild(PasswordDialog)
    app.lock()
    qtbot.waitUntil(lambda: not app.jobs.busy)
    assert not window.isVisible()
    assert not dialog.isVisible()
    with window.session.store.reading() as db:
        assert visit_drafts.waiting(db)[0].note == "说到一半"
    app.login.type_password("不对的密码")
    app.login.submit()
    qtbot.waitUntil(lambda: not app.jobs.busy)
    assert not window.isVisible()
    app.login.type_password(PASSWORD)
    app.login.submit()
    qtbot.waitUntil(lambda: app.login is None)
    assert window.isVisible()
    assert dialog.isVisible()
    dialog.done(0)
    assert note.toPlainText() == "说到一半"


def test_idle_watch_waits_from_the_last_touch(qapp, qtbot):
    watch = IdleWatch(qapp, minutes=0.2 / 60)
    with qtbot.waitSignal(watch.idle):
        watch.start()
    watch.stop()
    watch.deleteLater()


def test_idle_watch_counts_anew_from_each_key(qapp, qtbot):
    line = QLineEdit()
    qtbot.addWidget(line)
    watch = IdleWatch(qapp, minutes=1)
    watch._timer.setTimerType(Qt.TimerType.PreciseTimer)  # its rest can be compared
    line.show()
    line.activateWindow()
    qtbot.waitUntil(lambda: qapp.focusWindow() is line.windowHandle())
    watch.start()
    for touch in (
        lambda: QTest.keyClick(line.windowHandle(), Qt.Key.Key_A),
        lambda: QApplication.sendEvent(line, QInputMethodEvent("li", [])),
    ):
        qtbot.wait(60)
        ends = time.monotonic() * 1000 + watch._timer.remainingTime()
        touch()
        left = watch._timer.remainingTime()
        assert left + time.monotonic() * 1000 > ends + 30
    watch.stop()
    watch.deleteLater()


def test_half_filled_form_is_offered_after_a_restart(app, people, qtbot):
    window = sign_in(app, qtbot)
    window.record_visit(people.li, "visit")
    qtbot.waitUntil(lambda: not app.jobs.busy)
    window.pages["visit"]._fields["visit"]._note.setPlainText("说到一半")
    window.leave()
    qtbot.waitUntil(lambda: not app.jobs.busy)
    window.go("today")
    window.reload()
    qtbot.waitUntil(lambda: not app.jobs.busy)
    assert "李桂英的走访还没写完" in window.today._notice.accessibleName()
    window.today._go_on.click()
    qtbot.waitUntil(lambda: not app.jobs.busy)
    assert window._stack.currentWidget() is window.pages["visit"]


def test_pictures_are_saved_in_every_size_and_both_looks(app, tmp_path):
    gallery = Gallery(app.jobs, app.theme, tmp_path, every=True)
    gallery.login(app.ask_password(), PASSWORD)
    assert app.window is not None  # it signed in as a person does
    sizes = {"", "-mid", "-narrow"}
    wanted = {
        f"{name}{size}{look}"
        for name in ("login", "login-recover")
        for size in sizes
        for look in ("", "-dark")
    }
    assert {path.stem for path in gallery.saved} == wanted
    assert all(path.stat().st_size > 2_000 for path in gallery.saved)


def test_a_chosen_look_is_there_again_the_next_time(app, vault, qapp):
    app.theme.choose("dark")
    app.theme.apply("light")  # a picture is taken; nobody chose that
    again = App(qapp, vault.folder)
    assert again.theme.scheme == "dark"
    again.theme.apply("light")
    again.close()
