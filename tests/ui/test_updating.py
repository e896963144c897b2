"""更新 in the window: taken from a stick, fetched between syncs, applied, told."""

import os

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from gridapp.county import updates as county_updates
from gridapp.county import upkeep
from gridapp.ui import update_start
from gridapp.ui.settings.update_card import UpdateCard
from gridapp.ui.sync.drives import Drive, updates
from gridapp.ui.sync.stick_card import StickCard
from gridapp.update.file import DEBIAN
from gridapp.update.staged import Updates
from installer import release
from tests.ui.conftest import joined
from tests.update.conftest import releases

__all__ = ["releases"]


@pytest.fixture
def card(session, releases, tmp_path, qtbot, settle):
    session.updating.program = releases.program(tmp_path)
    card = UpdateCard(session)
    qtbot.addWidget(card)
    card.show()
    settle()
    return card


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(card):
    shown = [one for one in card.findChildren(QLabel) if one.isVisible()]
    return "\n".join(one.text() for one in shown)


def of(session):
    updating = session.updating
    return Updates(session.store.folder, updating.program)


def test_an_update_from_a_stick_is_taken_and_applied_when_the_person_says_so(
    card, session, releases, qtbot, settle, messages, monkeypatch
):
    assert "现在的版本：1.0.0" in words(card)
    assert not card.now.isVisible()
    file = str(releases.make())
    monkeypatch.setattr(messages, "choose_file", lambda *_: file, raising=False)
    click(qtbot, card.file)
    settle()
    assert "新版本 1.1.0 已放好" in words(card)
    assert "修了几处错误" in words(card)
    assert "改数据的格式" not in words(card)
    with qtbot.waitSignal(session.updating.apply_asked):
        click(qtbot, card.now)
    click(qtbot, card.no)
    settle()
    assert of(session).ready() is None
    assert "现在的版本：1.0.0" in words(card)


def test_a_version_that_changes_the_format_of_the_data_says_so(
    card, session, releases, settle, monkeypatch
):
    monkeypatch.setattr(release.migrations, "HEAD", "9999")
    made = releases.make()
    monkeypatch.undo()
    session.updating.take(made)
    settle()
    assert "先备份" in words(card)


def test_what_is_not_signed_is_refused_in_the_card(
    card, session, releases, qtbot, settle, tmp_path
):
    made = releases.make()
    made.write_bytes(made.read_bytes()[:-1])
    session.updating.take(made)
    settle()
    assert "不完整或已损坏" in words(card)
    assert card.file.isVisible()


def test_a_program_without_release_keys_says_so_and_offers_nothing(
    session, qtbot, settle
):
    card = UpdateCard(session)
    qtbot.addWidget(card)
    card.show()
    settle()
    assert "公钥" in words(card)
    assert "签过名" not in words(card)
    assert not card.ask.isVisible()
    assert not card.file.isVisible()


def test_what_became_of_the_last_one_is_said_once_and_why_stays_in_the_card(
    card, session, releases, qtbot, settle
):
    updates = of(session)
    updates.take(releases.make())
    updates.begin(updates.ready())
    updates.judge(6)
    with qtbot.waitSignal(session.updating.said) as said:
        session.updating.begin()
    assert said.args[0].startswith("没有更新到 1.1.0，现在还是 1.0.0，资料没有改动")
    assert updates.state().outcome is None
    session.updating.refresh()
    settle()
    assert "已换回旧版本" in words(card)
    assert "不会自己再试" in words(card)


def test_an_update_on_a_stick_is_found(releases, tmp_path):
    made = releases.make()
    stick = tmp_path / "stick" / "更新"
    stick.mkdir(parents=True)
    made.rename(stick / made.name)
    assert updates([Drive("U", stick.parent)]) == [stick / made.name]


def test_the_way_by_stick_takes_an_update_too_and_says_why_not(
    session, releases, qtbot, settle, tmp_path
):
    session.updating.program = releases.program(tmp_path)
    stick = StickCard(session)
    qtbot.addWidget(stick)
    stick.show()
    other = releases.make(deb=True)
    stick.take(other)
    settle()
    shown = [one.text() for one in stick.error.findChildren(QLabel)]
    assert any("别的系统" in one for one in shown)
    stick.take(releases.make())
    settle()
    assert of(session).ready().manifest.version == "1.1.0"
    assert not stick.error.isVisible()


def test_while_an_update_can_only_be_made_by_an_administrator_the_window_opens(
    session, releases, messages, tmp_path
):
    data = session.store.folder
    program = releases.program(tmp_path, platform=DEBIAN)
    Updates(data, program).take(releases.make(deb=True))
    assert update_start.goes_on(data, messages, None, program)
    state = Updates(data, program).state()
    assert state.untold == "1.1.0 -2"
    assert state.outcome.good is False
    assert update_start.goes_on(data, messages, None, program)


def test_between_two_versions_the_window_stays_shut_and_says_what_to_do(
    session, releases, messages, tmp_path
):
    data = session.store.folder
    program = releases.program(tmp_path)
    updates = Updates(data, program)
    updates.take(releases.make())
    updates.begin(updates.ready())
    (tmp_path / "gridapp.old" / "_internal").mkdir(parents=True)
    assert not update_start.goes_on(data, messages, None, program)
    assert "请重新启动电脑" in messages.told[-1]


def test_an_update_that_waits_is_started_instead_of_the_window(
    session, releases, messages, tmp_path, monkeypatch
):
    monkeypatch.setattr(update_start, "_READ", 10)
    data = session.store.folder
    program = releases.program(tmp_path)
    script = b'#!/bin/sh\necho "$@" > ../../called\n'
    Updates(data, program).take(releases.make(content=script))
    assert not update_start.goes_on(data, messages, None, program)
    pid = Updates(data, program).attempt().pid
    os.waitpid(pid, 0)
    assert (data / "called").read_text() == "/S /UPDATE\n"


def test_once_a_day_a_sync_is_followed_by_the_new_version_in_pieces(
    session, releases, qtbot, settle, new_county
):
    folder, updating = new_county(), session.updating
    with upkeep.opened(folder) as county:
        made = releases.make(content=os.urandom(1_200_000))
        county_updates.publish(county, made, [releases.public])
    updating.program = releases.program(folder)
    updating.begin()
    updates = of(session)
    with joined(folder, session.store):
        session.syncing.sync()
        qtbot.waitUntil(lambda: not updating.running and updates.ready() is not None)
        settle()
        asked = updates.state().asked_at
        session.syncing.sync()
        settle()
    assert updates.state().asked_at == asked
