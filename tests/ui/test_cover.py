"""A locked window shows nothing, loses nothing, and is not gone around."""

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QMenu,
    QMessageBox,
    QWidget,
)

from gridapp.ui.settings.phrases_dialog import PhrasesDialog
from tests.conftest import PASSWORD
from tests.ui.conftest import started


@pytest.fixture
def app(vault, people, qapp):
    vault.close()
    with started(qapp, vault.folder) as app:
        yield app


def settled(app, qtbot):
    qtbot.waitUntil(lambda: not app.jobs.busy)


@pytest.fixture
def window(app, vault_template, qtbot):
    from gridapp.store import vault as vaults

    store = vaults.open_with_key(app._data, vault_template[1])
    window = app.open_window(store)
    settled(app, qtbot)
    return window


def shown():
    """What a person sees: windows that are on the screen."""
    return {
        one
        for one in QApplication.topLevelWidgets()
        if one.isVisible() and one.windowHandle() and one.windowHandle().isVisible()
    }


def unlock(app, qtbot):
    settled(app, qtbot)
    app.login.type_password(PASSWORD)
    app.login.submit()
    qtbot.waitUntil(lambda: app.login is None)
    settled(app, qtbot)


def test_only_the_login_is_on_the_screen_while_it_is_locked(app, window, qtbot):
    second = QWidget()
    qtbot.addWidget(second)
    second.show()
    menu = QMenu(window)
    menu.addAction("李桂英")
    menu.popup(window.pos())
    app.lock()
    assert shown() == {app.login}
    app.lock()  # asked twice, as by the key and by the clock
    assert shown() == {app.login}
    unlock(app, qtbot)
    assert window in shown()
    assert second in shown()
    assert not menu.isVisible()


def test_a_dialog_that_was_open_is_as_it_was_left(app, window, qtbot):
    window.go("settings")
    window.pages["settings"]._change_phrases()
    dialog = window.findChild(PhrasesDialog)
    field = dialog.focusWidget()
    field.setText("说到一半")
    app.lock()
    assert not dialog.isVisible()
    unlock(app, qtbot)
    assert dialog.isVisible()
    assert dialog.isModal()
    assert field.text() == "说到一半"
    dialog.reject()


class Acting(QObject):
    """Acts as soon as each thing is so: a dialog that waits keeps the test from it."""

    def __init__(self, steps):
        super().__init__()
        self.steps = list(steps)
        self.timer = QTimer(self, interval=20)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def look(self):
        if self.steps and self.steps[0][0]():
            QTimer.singleShot(0, self.steps.pop(0)[1])


@pytest.fixture
def act(app, qtbot):
    def acting(*steps):
        actor = Acting(steps)
        qtbot.waitUntil(lambda: not actor.steps)
        settled(app, qtbot)
        actor.timer.stop()

    return acting


def at_once():
    return True


def box():
    found = QApplication.activeModalWidget()
    return found if isinstance(found, QMessageBox) else None


def press(words):
    [button] = [one for one in box().buttons() if one.text() == words]
    button.click()


def test_a_question_that_waits_for_its_answer_is_asked_again(app, window, act):
    answers, seen = [], []

    def ask():
        answers.append(app.messages.ask("李桂英真的迁走了吗？", "迁走了"))

    def sign_in():
        seen.append((shown() == {app.login}, list(answers)))
        app.login.type_password(PASSWORD)
        app.login.submit()

    act(
        (at_once, ask),
        (box, app.lock),
        (lambda: app.login is not None and not app.jobs.busy, sign_in),
        (lambda: app.login is None and box(), lambda: press("迁走了")),
    )
    assert seen == [(True, [])]  # the lock is no answer
    assert answers == [True]


def test_what_work_wants_to_show_meanwhile_waits_until_the_password(app, window, act):
    late, seen = QDialog(window), []

    def come():
        late.open()
        app.messages.tell("李桂英的导入已做完")

    def sign_in():
        seen.append(shown() == {app.login})
        app.login.type_password(PASSWORD)
        app.login.submit()

    act(
        (at_once, app.lock),
        (lambda: app.login is not None, come),
        (late.isVisible, sign_in),
        (lambda: app.login is None and box(), lambda: press("知道了")),
    )
    assert seen == [True]
    assert late in shown()
    late.done(0)


def test_a_file_dialog_ends_and_can_be_opened_again(app, window, act):
    chosen, seen = [], []

    def choose():
        how = QFileDialog.Option.DontUseNativeDialog
        chosen.append(QFileDialog.getOpenFileName(window, "", "", "", options=how)[0])

    def sign_in():
        seen.append(shown() == {app.login})
        app.login.type_password(PASSWORD)
        app.login.submit()

    act(
        (at_once, choose),
        (lambda: isinstance(QApplication.activeModalWidget(), QFileDialog), app.lock),
        (lambda: chosen == [""], sign_in),
        (lambda: app.login is None, lambda: None),
    )
    assert seen == [True]
    assert window in shown()


def test_what_is_being_composed_is_kept_when_the_clock_locks(
    app, window, people, qtbot
):
    window.record_visit(people.li, "visit")
    settled(app, qtbot)
    note = window.pages["visit"]._fields["visit"]._note
    note.setPlainText("说到")
    note.setFocus()
    note.moveCursor(note.textCursor().MoveOperation.End)
    QApplication.sendEvent(note, QInputMethodEvent("yiban", []))
    assert note.toPlainText() == "说到"
    app.lock()
    unlock(app, qtbot)
    assert note.toPlainText() == "说到yiban"


def test_a_lock_takes_what_was_copied_off_the_clipboard(app, window, qapp):
    qapp.clipboard().setText("李桂英")
    app.lock()
    assert qapp.clipboard().text() == ""


LOOKS = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog
from gridapp.ui.qt_start import qt_application

qt = qt_application()
timer = QTimer(interval=50)
timer.timeout.connect(lambda: (w := QApplication.activeModalWidget()) and w.accept())
timer.start()
QFileDialog.getExistingDirectory(None, "", sys.argv[1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a dialog of its own")
def test_no_file_notes_which_folders_were_looked_into(tmp_path):
    seen = tmp_path / "李桂英"
    seen.mkdir()
    home = tmp_path / "home"
    subprocess.run(
        [sys.executable, "-c", LOOKS, str(seen)],
        env=os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home)},
        check=True,
        timeout=300,
    )
    assert [path for path in home.rglob("*") if path.is_file()] == []
