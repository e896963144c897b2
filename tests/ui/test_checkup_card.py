"""体检 in the settings: looked at beside the window, mended by one button."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from gridapp.models.permissions import WORKER
from gridapp.store.doctor_repair import CHECKS
from gridapp.ui.settings.checkup_card import CheckupCard
from tests.store.test_doctor import HARM, harm


@pytest.fixture
def card(session, people, qtbot):
    card = CheckupCard(session)
    qtbot.addWidget(card)
    card.show()
    return card


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(card):
    shown = [one for one in card.findChildren(QLabel) if one.isVisible()]
    return "\n".join(one.text() for one in shown)


def test_a_sound_vault_is_said_to_be(card, qtbot, settle):
    assert not card.mend.isVisible()
    click(qtbot, card.look)
    assert not card.look.isEnabled()
    assert card.halt.isVisible()
    settle()
    assert f"{CHECKS} 项都正常" in words(card)
    assert card.look.isEnabled()
    assert not card.mend.isVisible()


def test_what_is_wrong_is_said_and_mended_by_one_button(card, session, qtbot, settle):
    harm(session.store, HARM["search"])
    harm(session.store, HARM["held"])
    click(qtbot, card.look)
    settle()
    assert "有 2 项要处理" in words(card)
    qtbot.waitUntil(lambda: "搜索到的和记录一致" in words(card))
    assert "联系县里的技术人员" in words(card)
    click(qtbot, card.mend)
    settle()
    qtbot.waitUntil(lambda: "已修复：已照记录重建搜索" in words(card))
    assert "等您决定的修改都读得懂" in words(card)
    assert "搜索到的和记录一致" not in words(card)


def test_a_worker_looks_and_is_told_who_mends(card, session, qtbot, settle):
    session.store.user = replace(session.store.user, role=WORKER)
    harm(session.store, HARM["search"])
    click(qtbot, card.look)
    settle()
    assert card.mend.isVisible()
    assert not card.mend.isEnabled()
    assert "负责人" in card.mend.toolTip()


def test_it_stops_between_two_checks(card, qtbot, settle):
    click(qtbot, card.look)
    click(qtbot, card.halt)
    settle()
    assert card.look.isEnabled()
    assert not card.halt.isVisible()
