"""用户和密码: who may open the vault is seen, and changed by whom it belongs to."""

import pytest
from PySide6.QtCore import Qt

from gridapp.models.permissions import Act, refusal
from gridapp.store import acts, keyholders, members, state
from gridapp.store import vault as vaults
from gridapp.ui import capture_guard
from gridapp.ui.session import Session
from gridapp.ui.settings.account_dialogs import AddDialog, ResetDialog
from gridapp.ui.settings.accounts_card import YES, AccountsCard
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.text import Text
from tests.conftest import PASSWORD

MIN, NEWER = "huifei de youzishu", "sanba yizi zai shuxia"


@pytest.fixture
def card_of(qtbot, settle):
    def made(session):
        card = AccountsCard(session)
        card.heard = []
        card.told.connect(card.heard.append)
        qtbot.addWidget(card)
        card.resize(600, 400)
        card.show()
        settle()
        return card

    return made


def lines(card):
    return [one.text() for one in card._people.findChildren(Text) if one.isVisible()]


def press(card, name, qtbot):
    def found():
        return [
            one
            for one in card.findChildren(Button)
            if one.accessibleName() == name and one.isVisible()
        ]

    qtbot.waitUntil(lambda: len(found()) == 1)
    qtbot.mouseClick(found()[0], Qt.MouseButton.LeftButton)


def opens(folder, password):
    try:
        store = vaults.open_store(folder, password)
    except keyholders.WrongPassword:
        return ""
    store.close()
    return store.user.name


def fill(dialog, password, again=None):
    dialog.new.first.setText(password)
    dialog.new.again.setText(password if again is None else again)


def test_somebody_responsible_adds_a_person_who_then_opens_it(
    card_of, session, qtbot, settle
):
    card = card_of(session)
    qtbot.waitUntil(lambda: lines(card)[1:] == ["负责人，就是您"])
    press(card, "添加用户…", qtbot)
    dialog = card.window().findChild(AddDialog)
    dialog.submit()
    assert dialog.error.accessibleName() == "请填写姓名"
    dialog.who.setText("王敏")
    fill(dialog, MIN, "another")
    dialog.submit()
    assert "不一样" in dialog.error.accessibleName()
    fill(dialog, "wangmin123")
    dialog.submit()
    settle()
    assert "姓名" in dialog.error.accessibleName()
    fill(dialog, MIN)
    qtbot.keyClick(dialog.new.again, Qt.Key.Key_Return)
    settle()
    qtbot.waitUntil(lambda: card.window().findChild(AddDialog) is None)
    qtbot.waitUntil(lambda: lines(card)[2:] == ["王敏", "网格员"])
    assert "已添加 王敏" in card.heard[-1]
    assert opens(session.store.folder, MIN) == "王敏"


def test_what_is_wrong_with_a_new_password_is_said_while_it_is_typed(
    card_of, session, qtbot, settle
):
    card = card_of(session)
    press(card, "添加用户…", qtbot)
    dialog = card.window().findChild(AddDialog)
    dialog.who.setText("王敏")
    for typed, said in (("12345678", "容易被猜到"), (MIN, "可以用")):
        dialog.new.first.setText(typed)
        qtbot.waitUntil(lambda said=said: said in dialog.new.hint.text())
    dialog.reject()


def test_who_is_taken_off_opens_nothing_any_more(
    card_of, session, messages, qtbot, settle
):
    members.add(session.store, "王敏", "worker", MIN)
    card = card_of(session)
    messages.answer = False
    press(card, "停用王敏", qtbot)
    settle()
    assert opens(session.store.folder, MIN) == "王敏"
    messages.answer = True
    press(card, "停用王敏", qtbot)
    settle()
    assert "记录都留着" in messages.told[-1]
    assert opens(session.store.folder, MIN) == ""
    qtbot.waitUntil(lambda: lines(card)[1:] == ["负责人，就是您"])


def test_who_forgot_gets_a_new_password(card_of, session, qtbot, settle):
    members.add(session.store, "王敏", "worker", MIN)
    card = card_of(session)
    press(card, "给王敏设新密码", qtbot)
    dialog = card.window().findChild(ResetDialog)
    fill(dialog, NEWER)
    dialog.submit()
    settle()
    assert opens(session.store.folder, NEWER) == "王敏"
    assert opens(session.store.folder, MIN) == ""
    assert opens(session.store.folder, PASSWORD) == session.store.user.name


def test_a_worker_changes_only_their_own_password_and_reads_who_does_the_rest(
    vault, card_of, jobs, theme, messages, qtbot, settle
):
    user = members.add(vault, "王敏", "worker", MIN)
    vault.close()
    store = vaults.open_with_key(vault.folder, vault.key, user)
    card = card_of(Session(store, jobs, theme, messages))
    why = refusal("worker", Act.ACCOUNTS)
    for widget in (card.add, card.captures):
        assert not widget.isEnabled()
        assert widget.toolTip() == why
        assert widget.accessibleDescription() == why
    assert why in [one.text() for one in card.findChildren(Text)]
    names = [one.accessibleName() for one in card.findChildren(Button)]
    assert not any("停用" in one or "给" in one for one in names)
    assert card.change.isEnabled()
    store.close()


def test_pictures_of_the_screen_are_allowed_for_this_vault(
    card_of, session, qtbot, settle, monkeypatch
):
    monkeypatch.setattr(capture_guard, "is_supported", lambda: True)
    card = card_of(session)
    with qtbot.waitSignal(session.captures_allowed) as told:
        qtbot.mouseClick(card.captures._chips[YES], Qt.MouseButton.LeftButton)
    assert told.args == [True]
    settle()
    with session.store.reading() as db:
        assert state.value(db, capture_guard.ALLOWED) == "1"
        assert "允许截屏" in [act.detail for act in acts.acts(db)]
    assert "改回来" in card.heard[-1]
    assert card_of(session).captures.chosen() == YES


def test_a_system_that_cannot_keep_pictures_off_says_so(card_of, session):
    card = card_of(session)
    assert not card.captures.isVisible()
    assert any("不支持" in one.text() for one in card.findChildren(Text))
