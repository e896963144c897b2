"""Several people on one computer: each opens it by name with their own password."""

import shutil
import sys

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QScrollArea

from gridapp import settings
from gridapp.store import acts, door, members, tries
from gridapp.store import vault as vaults
from gridapp.store.accounts import Account
from gridapp.store.slots import KEY_BYTES
from gridapp.ui.care import visit_drafts
from gridapp.ui.gallery import SIZES
from gridapp.ui.login import Login
from gridapp.ui.login_names import MOST_SHOWN
from gridapp.ui.tokens import Size, Width
from tests.conftest import PASSWORD
from tests.ui.conftest import started

MIN, IT = "huifei de youzishu", "baizhi heisan jiupiao"


@pytest.fixture(scope="module")
def three(tmp_path_factory, vault_template):
    """A closed vault of three people, and its data key."""
    folder = tmp_path_factory.mktemp("three") / "vault"
    shutil.copytree(vault_template[0], folder)
    store = vaults.open_with_key(folder, vault_template[1])
    members.add(store, "王敏", "worker", MIN)
    members.add(store, "赵工", "it", IT)
    store.close()
    return folder, store.key


@pytest.fixture
def folder(three, tmp_path):
    return shutil.copytree(three[0], tmp_path / "copy")


@pytest.fixture
def login(folder, login_at):
    return login_at(folder)


def names(login):
    return [row.title for row in login._names.rows()]


def test_one_person_alone_is_asked_for_no_name(
    vault_template, jobs, theme, messages, qtbot, tmp_path
):
    alone = shutil.copytree(vault_template[0], tmp_path / "alone")
    login = Login(alone, jobs, theme, messages)
    qtbot.addWidget(login)
    assert login._names is None


def test_a_name_by_its_digit_then_the_password(login, opened, qtbot, settle):
    assert names(login)[1:] == ["王敏", "赵工"]
    login._names.setFocus()
    qtbot.keyClick(login._names, Qt.Key.Key_2)
    assert login._names.chosen().name == "王敏"
    assert login._password.hasFocus()
    login.type_password(MIN)
    qtbot.keyClick(login._password, Qt.Key.Key_Return)
    settle()
    assert [store.user.name for store in opened] == ["王敏"]
    assert opened[0].user.role == "worker"


def test_a_name_by_a_click_or_by_the_arrows_of_the_password(login, qtbot):
    where = login._names.visualRect(login._names.model().index(2, 0)).center()
    qtbot.mouseClick(
        login._names.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(where)
    )
    assert login._names.chosen().name == "赵工"
    assert login._password.hasFocus()
    qtbot.keyClick(login._password, Qt.Key.Key_Up)
    assert login._names.chosen().name == "王敏"
    qtbot.keyClick(login._password, Qt.Key.Key_3)  # a digit of the password
    assert login._names.chosen().name == "王敏"
    assert login._password.text() == "3"


def test_another_ones_password_does_not_open_mine(login, opened, settle):
    login._names.take(2)
    login.type_password(PASSWORD)
    login.submit()
    settle()
    assert opened == []
    assert "密码不对" in login._error.accessibleName()


def test_who_was_here_last_stands_first(
    login, folder, opened, jobs, theme, messages, qtbot, settle
):
    login._names.take(3)
    login.type_password(IT)
    login.submit()
    settle()
    assert "赵工" not in (folder / settings.FILE).read_text("utf-8")
    again = Login(folder, jobs, theme, messages)
    qtbot.addWidget(again)
    assert names(again)[0] == "赵工"
    assert again._names.chosen().name == "赵工"


def test_wrong_passwords_say_how_many_are_left_and_then_count_down(
    login, folder, opened, monkeypatch, qtbot, settle
):
    said = []
    for _ in range(tries.FREE):
        login.type_password("bushi zhege mima")
        login.submit()
        settle()
        said.append(login._error.accessibleName())
    assert "再错" not in said[0]
    assert "再错 1 次就要等一会儿" in said[-2]
    assert "请等" in said[-1]
    assert not login._open.isEnabled()
    assert "请等" in login._open.text()
    login.type_password(PASSWORD)
    assert "请等" in login._error.accessibleName()  # still: typing is no answer
    qtbot.keyClick(login._password, Qt.Key.Key_Return)
    settle()
    assert opened == []
    monkeypatch.setattr(tries, "wait_seconds", lambda folder: 0)  # time went by
    login._count_down()
    assert login._password.text() == PASSWORD  # what was typed stayed
    assert login._open.isEnabled()
    assert login._error.accessibleName() == ""


def test_the_wait_is_there_after_a_restart(folder, jobs, theme, messages, qtbot):
    for _ in range(tries.FREE):
        tries.begin(folder)
    login = Login(folder, jobs, theme, messages)
    qtbot.addWidget(login)
    login.show()
    assert "请等" in login._error.accessibleName()
    assert not login._open.isEnabled()
    first = login._waits
    qtbot.waitUntil(lambda: login._waits < first)


def test_the_eye_shows_what_was_typed_and_hides_it_again(login, qtbot):
    field = login._password
    qtbot.keyClicks(field, "abc")
    assert field.displayText() != "abc"
    field._eye.trigger()
    assert field.displayText() == "abc"
    assert not field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert field._eye.text() == "隐藏密码"
    field._eye.trigger()
    assert field.displayText() != "abc"


def test_enter_of_an_input_method_does_not_open(login, opened, qtbot, settle):
    login.type_password(PASSWORD)
    QApplication.sendEvent(login._password, QInputMethodEvent("li", []))
    qtbot.keyClick(login._password, Qt.Key.Key_Return)
    settle()
    assert opened == []


# --- another person at a locked window -------------------------------------------


@pytest.fixture
def shared(vault, people):
    """The vault of two people, closed."""
    members.add(vault, "王敏", "worker", MIN)
    vault.close()
    return vault


@pytest.fixture
def app(shared, qapp):
    with started(qapp, shared.folder) as app:
        yield app


@pytest.fixture
def window(app, shared, qtbot):
    window = app.open_window(vaults.open_with_key(shared.folder, shared.key))
    qtbot.waitUntil(lambda: not app.jobs.busy)
    return window


def test_another_person_gets_a_process_of_their_own_and_drafts_stay_with_each(
    app, window, shared, people, qtbot, tmp_path, monkeypatch
):
    told = tmp_path / "told"
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nexec cat > '{told}'\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    first = window.session.store.user
    window.record_visit(people.li, "visit")
    qtbot.waitUntil(lambda: not app.jobs.busy)
    window.pages["visit"]._fields["visit"]._note.setPlainText("说到一半")
    app.lock()
    app.login._names.take(names(app.login).index("王敏") + 1)
    app.login.type_password(MIN)
    app.login.submit()
    qtbot.waitUntil(lambda: told.exists() and told.stat().st_size > KEY_BYTES)
    assert app.successor.wait(10) == 0
    assert app._store is None  # this process has let the vault go
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == []
    raw = told.read_bytes()
    user = Account.unpacked(raw[KEY_BYTES:])
    assert user.name == "王敏"
    drafts = {}
    for one in (user, first):
        store = vaults.open_with_key(shared.folder, raw[:KEY_BYTES], one)
        with store.reading() as db:
            drafts[one.name] = [entry.note for entry in visit_drafts.waiting(db)]
        store.close()
    assert drafts == {"王敏": [], first.name: ["说到一半"]}


def test_the_same_person_finds_the_window_and_the_failures_are_journalled(
    app, window, qtbot
):
    app.lock()
    for password in ("bushi zhege mima", "ye bushi zhege", PASSWORD):
        app.login.type_password(password)
        app.login.submit()
        qtbot.waitUntil(lambda: not app.jobs.busy)
    qtbot.waitUntil(lambda: app.login is None)
    qtbot.waitUntil(lambda: not app.jobs.busy)
    assert window.isVisible()
    with window.session.store.reading() as db:
        [act] = [one for one in acts.acts(db) if one.kind == "wrong_password"]
    assert "2 次" in act.detail


def test_the_header_names_who_is_signed_in(app, shared, qtbot):
    [user] = [o for o in door.accounts(shared.folder) if o.name == "王敏"]
    store = vaults.open_with_key(shared.folder, shared.key, user)
    window = app.open_window(store)
    qtbot.waitUntil(lambda: not app.jobs.busy)
    assert window._header._user.text().startswith("王敏")


@pytest.mark.parametrize("height", [420, 640])
def test_a_long_sentence_covers_nothing(login, qtbot, height):
    login.resize(700, height)
    field, bar = login._password, login._error
    card = bar.parentWidget()
    login._refuse("密码不对，请重新输入（注意大小写）；再错 1 次就要等一会儿" * 3)
    qtbot.waitUntil(lambda: card.height() >= card.heightForWidth(card.width()))
    assert field.height() >= field.sizeHint().height()
    assert field.geometry().bottom() < bar.geometry().top()
    assert bar.height() >= bar.heightForWidth(bar.width())


def test_three_names_need_no_scrolling_on_a_small_screen_at_150_percent(login):
    login.resize(*SIZES[Width.NARROW])
    login.show()
    assert len(names(login)) == 3
    scroll = login.findChild(QScrollArea)
    assert scroll.verticalScrollBar().maximum() == 0
    assert login._names.verticalScrollBar().maximum() == 0
    another = Size.CONTROL * (MOST_SHOWN - 3)  # more names scroll in their list
    assert scroll.widget().sizeHint().height() + another <= scroll.height()
