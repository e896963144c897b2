"""A file that does not open any more: the login offers what is left of it."""

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from gridapp.models import Resident
from gridapp.store import records
from gridapp.ui.login import Login
from gridapp.ui.rescue_dialog import RescueDialog
from tests.conftest import PASSWORD


@pytest.fixture
def damaged(vault, people):
    """The folder of a vault whose first page cannot be read."""
    with vault.reading() as db:
        count = records.count(db, Resident)
    vault.close()
    with (vault.folder / "grid.db").open("r+b") as file:
        file.seek(1000)
        file.write(b"damaged")
    return vault.folder, count


@pytest.fixture
def login(damaged, jobs, theme, messages, qtbot):
    theme.apply("light")
    login = Login(damaged[0], jobs, theme, messages)
    qtbot.addWidget(login)
    login.resize(1000, 640)
    login.show()
    return login


def words(widget):
    return "\n".join(one.text() for one in widget.findChildren(QLabel))


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_is_left_is_taken_out_from_the_login(
    login, damaged, messages, qtbot, settle, tmp_path
):
    assert not login.rescue.isVisible()
    login.type_password(PASSWORD)
    login.submit()
    settle()
    assert login.rescue.isVisible()
    assert "已损坏" in words(login)
    click(qtbot, login.rescue)
    [dialog] = login.findChildren(RescueDialog)
    messages.target = str(tmp_path / "out")
    before = (damaged[0] / "grid.db").read_bytes()
    click(qtbot, dialog.take)
    assert dialog.bar.isVisible()
    settle()
    assert "居民：读出" in words(dialog)
    assert "备份" in words(dialog)
    assert (damaged[0] / "grid.db").read_bytes() == before
    book = load_workbook(tmp_path / "out.xlsx", read_only=True)
    rows = list(book["居民"].iter_rows(values_only=True))
    book.close()
    assert len(rows) == 1 + damaged[1]


def test_a_file_that_opens_again_offers_nothing(login, damaged, qtbot, settle):
    login.type_password(PASSWORD)
    login.submit()
    settle()
    assert login.rescue.isVisible()
    login.type_password("另一个密码 123")
    login.submit()
    settle()
    assert not login.rescue.isVisible()


def test_nothing_is_written_when_no_place_is_chosen(login, messages, qtbot, settle):
    dialog = RescueDialog(
        login._folder, PASSWORD, None, login._jobs, login._theme, messages, login
    )
    dialog.open()
    messages.target = ""
    click(qtbot, dialog.take)
    settle()
    assert dialog.take.isEnabled()
    assert not dialog.bar.isVisible()
    dialog.reject()
