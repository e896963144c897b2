"""Opening the vault: the right password, a wrong one, the first time."""

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QScrollArea

from gridapp import settings
from gridapp.store import vault as vaults
from gridapp.ui.help.help_page import HelpWindow
from gridapp.ui.login import Login
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.size_button import SizeButton
from tests.conftest import PASSWORD


@pytest.fixture
def login(vault_template, login_at, tmp_path):
    return login_at(shutil.copytree(vault_template[0], tmp_path / "copy"))


def test_right_password_opens(login, opened, qtbot, settle):
    login.type_password(PASSWORD)
    qtbot.keyClick(login._password, Qt.Key.Key_Return)
    settle()
    assert len(opened) == 1
    assert login._password.text() == ""


def test_wrong_password_says_what_to_do_and_lets_one_type_again(login, opened, settle):
    login.type_password("不对的密码")
    login.submit()
    settle()
    assert opened == []
    assert "密码不对" in login._error.accessibleName()
    assert login._open.isEnabled()
    login.type_password(PASSWORD)
    assert login._error.accessibleName() == ""
    login.submit()
    settle()
    assert len(opened) == 1


def test_capital_letters_without_shift_are_pointed_out(login, qtbot):
    assert not login._hint.isVisible()
    qtbot.keyClicks(login._password, "A")  # keyClicks sends no shift: caps lock is on
    assert login._hint.isVisible()
    qtbot.keyClicks(login._password, "b")
    assert not login._hint.isVisible()


def test_first_start_makes_a_vault(
    jobs, theme, messages, qtbot, settle, opened, tmp_path
):
    folder = tmp_path / "new"
    login = Login(folder, jobs, theme, messages)
    qtbot.addWidget(login)
    login.opened.connect(opened.append)
    login.show()
    for field, words in zip(
        login._fields(),
        ("短", "短", "周敏", "第3网格", "990101001001003"),
        strict=True,
    ):
        field.setText(words)
    login.submit()
    assert "至少 8 位" in login._error.accessibleName()
    login._password.setText(PASSWORD)
    login.submit()
    assert "不一样" in login._error.accessibleName()
    login._fields()[1].setText(PASSWORD)
    login.submit()
    settle()
    assert len(opened) == 1
    assert vaults.exists(folder)
    assert opened[0].worker_id is not None


def test_who_reads_larger_letters_or_english_chooses_before_the_password(login, qtbot):
    preferences = login._preferences
    english = next(b for b in login.findChildren(Button) if b.text() == "English")
    with qtbot.waitSignal(preferences.reopen_asked):
        qtbot.mouseClick(english, Qt.MouseButton.LeftButton)
    assert settings.load(login._folder).language == "en"
    login.resize(1400, 800)
    size = login.findChild(SizeButton)
    size.click()
    [menu] = size.findChildren(QMenu)
    with qtbot.waitSignal(preferences.reopen_asked):
        menu.actions()[1].trigger()
    assert settings.load(login._folder).text_scale == 1.15


def test_f1_tells_what_to_do_without_the_password(login, qtbot):
    login.activateWindow()
    qtbot.waitUntil(login.isActiveWindow)
    qtbot.keyClick(login, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: login.findChild(HelpWindow) is not None)
    manual = login.findChild(HelpWindow)
    assert manual.view.chapter == "password"
    manual.reject()


@pytest.mark.parametrize("size", [(910, 441), (1000, 640)])
def test_the_form_of_a_new_vault_can_be_reached_in_a_low_window(
    jobs, theme, messages, qtbot, tmp_path, size
):
    login = Login(tmp_path / "new", jobs, theme, messages)
    qtbot.addWidget(login)
    login.resize(*size)
    login.show()
    bar = login.findChild(QScrollArea).verticalScrollBar()
    qtbot.waitUntil(lambda: login.height() == size[1] and bar.maximum() == 0)
    login._refuse("请把姓名、网格名称和网格编码都填上")

    def all_can_be_reached():
        assert (login.width(), login.height()) == size
        for field in login._fields():
            corner = field.mapTo(login, field.rect().bottomRight())
            assert login.rect().contains(corner), field.accessibleName()

    qtbot.waitUntil(all_can_be_reached)
