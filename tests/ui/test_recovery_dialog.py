"""Who forgot the password is led through three steps, with the county's help."""

import pytest
from PySide6.QtCore import Qt

from gridapp.county import recovery, upkeep
from gridapp.store import asked, tries
from gridapp.store import vault as vaults
from gridapp.ui import warm
from gridapp.ui.login import Login
from gridapp.ui.messages import Messages
from gridapp.ui.recovery_dialog import ANSWER, ASK, PHONE, RecoveryDialog
from tests.ui.conftest import joined

NEW = "heping lu de da liushu"


class Chosen(Messages):
    """Answers what a file dialog would ask."""

    def __init__(self):
        super().__init__()
        self.folder = self.file = ""

    def choose_folder(self, title):
        return self.folder

    def choose_file(self, title, kinds):
        assert kinds.endswith("(*.gridkey)")
        return self.file


@pytest.fixture
def chosen(qapp):
    return Chosen()


@pytest.fixture
def enrolled(vault, new_county):
    """A county, and the vault enrolled with it and closed."""
    folder = new_county()
    with joined(folder, vault):
        pass
    key = vault.key
    vault.close()
    vaults.open_with_key(vault.folder, key).close()  # its slot for the county is made
    return folder, vault


@pytest.fixture
def login_of(jobs, theme, chosen, qtbot):
    def made(folder):
        login = Login(folder, jobs, theme, chosen)
        qtbot.addWidget(login)
        login.resize(1000, 640)
        login.show()
        return login

    return made


def asking(login):
    warm.up()  # as a thread does while nobody has clicked yet
    login.recover()
    return login.findChild(RecoveryDialog)


def test_three_steps_lead_from_a_forgotten_password_to_a_new_one(
    enrolled, login_of, chosen, qtbot, settle, tmp_path
):
    county, vault = enrolled
    folder = vault.folder
    for _ in range(tries.FREE):
        tries.begin(folder)
    login = login_of(folder)
    dialog = asking(login)
    assert dialog.step == ASK
    chosen.folder = str(tmp_path / "stick")
    (tmp_path / "stick").mkdir()
    qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    settle()
    assert dialog.step == PHONE
    [file] = (tmp_path / "stick").iterdir()
    assert file.name in dialog.where.text()
    code = dialog.code.text()
    dialog.reject()  # days go by
    with upkeep.opened(county) as store:
        answer = recovery.answer(store, file, code, "电话核对过本人", file.parent)
    dialog = asking(login_of(folder))
    assert dialog.step == PHONE
    qtbot.mouseClick(dialog.have, Qt.MouseButton.LeftButton)
    assert dialog.step == ANSWER
    dialog.submit()
    assert "先选" in dialog.error.accessibleName()
    chosen.file = str(answer)
    qtbot.mouseClick(dialog.choose, Qt.MouseButton.LeftButton)
    for field in (dialog.new.first, dialog.new.again):
        field.setText("12345678")
    dialog.submit()
    settle()
    assert "容易被猜到" in dialog.error.accessibleName()
    for field in (dialog.new.first, dialog.new.again):
        field.setText(NEW)
    login = dialog.parent()
    qtbot.keyClick(dialog.new.again, Qt.Key.Key_Return)
    settle()
    qtbot.waitUntil(lambda: login.findChild(RecoveryDialog) is None)
    assert "新密码设好了" in login._recovered_words.accessibleName()
    assert login._open.isEnabled()  # wrong ones count no more
    vaults.open_store(folder, NEW).close()
    assert asked.kept(folder) is None


def test_an_answer_that_is_none_is_refused_in_words(
    enrolled, login_of, chosen, settle, tmp_path
):
    dialog = asking(login_of(enrolled[1].folder))
    wrong = tmp_path / "other.gridkey"
    wrong.write_bytes(b"no answer at all")
    chosen.file = str(wrong)
    dialog.show_step(ANSWER)
    dialog._choose()
    for field in (dialog.new.first, dialog.new.again):
        field.setText(NEW)
    dialog.submit()
    settle()
    assert dialog.isVisible()
    assert dialog.error.accessibleName()
    assert dialog.do.isEnabled()


def test_a_laptop_without_a_county_says_at_once_what_can_be_done(
    vault, login_of, qtbot
):
    vault.close()
    dialog = asking(login_of(vault.folder))
    said = dialog.error.accessibleName()
    assert "没有登记到县里" in said
    assert "备份" in said
    assert not dialog.write.isVisible()
    assert dialog.focusWidget() is dialog.close_button
