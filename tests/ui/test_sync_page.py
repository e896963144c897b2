"""Syncing from the window with a real county server on this machine."""

import shutil

import pytest
from PySide6.QtCore import Qt

from gridapp.county import access, app, upkeep
from gridapp.county.serving import Options
from gridapp.models import Resident
from gridapp.store import conflicts, records, sync_log
from gridapp.store import vault as vaults
from gridapp.sync import joining
from gridapp.sync.client import HttpTransport, SyncClient
from gridapp.ui.sync.sync_page import SyncPage
from tests.county.certificates import Authority

GRID = "990101001001"


@pytest.fixture
def county(new_county):
    folder = new_county()
    with upkeep.opened(folder) as store:
        codes = [
            access.create_enrolment(store, [GRID], name, role)
            for name, role in (("周敏", "worker"), ("李主任", "community"))
        ]
    with app.running(folder) as url:
        yield url, codes


@pytest.fixture
def page(session, people, qtbot, settle):
    session.syncing.watch()
    page = SyncPage(session)
    qtbot.addWidget(page)
    page.resize(1198, 668)
    page.show()
    settle()
    yield page
    session.syncing.close()


@pytest.fixture
def said(page, session):
    """What was told, with what takes it back."""
    told = []
    page.said.connect(lambda words, undo: told.append((words, undo)))
    session.syncing.said.connect(lambda words: told.append((words, None)))
    return told


def enrol(page, county, settle):
    url, codes = county
    page.card.join.server.setText(url)
    page.card.join.code.setText(codes[0])
    page.card.join.enrol()
    settle()


def sync(page, settle):
    page.card.go.click()
    settle()


@pytest.fixture
def joined(page, county, settle):
    enrol(page, county, settle)
    sync(page, settle)
    return page


@pytest.fixture
def other(county, blank_vault, tmp_path):
    """A laptop of the community, which has everything."""
    folder, key = blank_vault
    store = vaults.open_with_key(shutil.copytree(folder, tmp_path / "other"), key)
    client = SyncClient(store, HttpTransport(county[0]))
    client.enrol(county[1][1])
    yield store, client
    store.close()


def both_change(joined, other, session, settle, who, field, mine, theirs):
    """Two people change the same thing; the other one syncs first."""
    store, client = other
    client.sync()
    for one in who:
        with store.writing() as tx:
            records.save(tx, Resident, {field: theirs}, one)
        with session.store.writing() as tx:
            records.save(tx, Resident, {field: mine}, one)
    client.sync()
    settle()
    sync(joined, settle)


def value(session, who, field):
    with session.store.reading() as db:
        return records.get(db, Resident, who)[field]


def waiting(session):
    with session.store.reading() as db:
        return conflicts.waiting(db)


@pytest.fixture
def own_authority(new_county, tmp_path):
    """A county with a certificate authority of its own: its folder, address, file."""
    folder, authority = new_county(), Authority(tmp_path)
    certificate, key = authority.server("county")
    options = Options(certificate=certificate, key=key)
    with app.running(folder, options=options) as url:
        yield folder, url, authority.file


def test_a_laptop_enrols_with_the_certificate_file_the_county_gave(
    page, session, own_authority, settle, monkeypatch
):
    """And with a new code for it the file is not asked for again."""
    folder, url, file = own_authority
    form, messages = page.card.join, session.messages
    with upkeep.opened(folder) as store:
        code = access.create_enrolment(store, [GRID], "周敏")
    enrol(page, (url, [code]), settle)
    assert "证书文件" in form.error.accessibleName()
    monkeypatch.setattr(type(messages), "choose_file", lambda *_: "")
    form.certificate.click()
    assert form.certificate.text() == "县里给了证书文件？"
    monkeypatch.setattr(type(messages), "choose_file", lambda *_: str(file))
    form.certificate.click()
    assert form.certificate.accessibleName() == f"证书：{file.name}"
    enrol(page, (url, [code]), settle)
    sync(page, settle)
    assert page.card.state.text() == "全部已同步"

    with upkeep.opened(folder) as store:
        access.revoke(store, session.store.device_id)
        code = access.create_enrolment(store, [GRID], "周敏")
    joining.join(session.store, url, code)


def test_unknown_server_is_a_sentence(page, settle):
    page.card.join.server.setText("http://127.0.0.1:9")
    page.card.join.code.setText("ABCD")
    page.card.join.enrol()
    settle()
    assert "县级服务器" in page.card.join.error.accessibleName()


def test_an_address_that_nothing_encrypts_is_asked_about(page, messages, settle):
    messages.answer = False
    page.card.join.server.setText("http://county.invalid:8700")
    page.card.join.code.setText("ABCD")
    page.card.join.enrol()
    settle()
    assert "不加密" in messages.told[-1]
    assert page.card.join.button.isEnabled()
    assert not page.card.join.error.accessibleName()


def test_enrol_and_sync_empties_what_waits(page, county, settle, said, session):
    assert page.card.join.isVisibleTo(page)
    assert "等待上报" in page.card.state.text()
    assert page.card.oldest.text().startswith("最早的一条是 今天")
    enrol(page, county, settle)
    assert not page.card.join.isVisibleTo(page)
    page.card.go.click()
    assert page.card.halt.isVisibleTo(page)
    settle()
    assert said[-1][0].startswith("同步完成：上传")
    assert page.card.state.text() == "全部已同步"
    assert page.card.below.text().startswith("上次同步：今天")
    assert session.syncing.said_now().long.startswith("已同步 ")


def test_what_a_sync_did_stands_in_the_log(joined, session, settle):
    with session.store.reading() as db:
        [line] = sync_log.lines(db)
    assert (line.how, line.ended, line.held) == ("click", "done", 0)
    assert line.pushed > 0
    assert joined.standing.lines == (line,)


def test_conflict_is_shown_side_by_side_and_decided_by_keys(
    joined, other, session, people, settle, said, qtbot
):
    both_change(
        joined, other, session, settle, [people.li], "mobility", "能自理", "要人扶"
    )
    assert joined.views.chosen() == "held"
    assert session.syncing.now.held == 1
    [card] = joined.held._cards
    [held] = waiting(session)
    assert (held.mine, held.theirs) == ("能自理", "要人扶")
    assert value(session, people.li, "mobility") == "要人扶"
    assert joined.held.focus_first()
    qtbot.keyClick(card, Qt.Key.Key_1)
    settle()
    assert value(session, people.li, "mobility") == "能自理"
    assert waiting(session) == []
    assert joined.held._cards == []

    words, undo = said[-1]
    assert words.startswith("已按您的决定处理")
    undo()
    settle()
    assert value(session, people.li, "mobility") == "要人扶"
    assert [one.id for one in waiting(session)] == [held.id]


def test_many_of_one_kind_are_answered_together(
    joined, other, session, people, settle, said
):
    who = [people.li, people.zhang, people.chen]
    both_change(joined, other, session, settle, who, "mobility", "能自理", "要人扶")
    assert len(joined.held._cards) == 3
    band = joined.held._parts[0]
    [button] = [
        one
        for one in band.findChildren(type(joined.card.go))
        if one.text() == "全部用我的"
    ]
    button.click()
    settle()
    assert waiting(session) == []
    assert {value(session, one, "mobility") for one in who} == {"能自理"}
    assert said[-1][0].startswith("3 项")
    said[-1][1]()
    settle()
    assert len(waiting(session)) == 3
    assert {value(session, one, "mobility") for one in who} == {"要人扶"}


def test_a_decision_the_county_knows_is_not_taken_back_in_one_step(
    joined, other, session, people, settle, said, messages
):
    both_change(
        joined, other, session, settle, [people.li], "mobility", "能自理", "要人扶"
    )
    joined.held._cards[0].decided.emit("mine")
    settle()
    undo = said[-1][1]
    sync(joined, settle)
    undo()
    settle()
    assert "县里已经收到" in messages.told[-1]
    assert value(session, people.li, "mobility") == "能自理"


def test_a_private_value_is_masked_and_its_showing_journalled(
    joined, other, session, people, settle
):
    mine, theirs = ("13800000003",), ("13800000004",)
    both_change(joined, other, session, settle, [people.li], "phones", mine, theirs)
    [card] = joined.held._cards
    assert "13800000003" not in card.accessibleName()
    assert "****" in card._mine.text()
    card.revealed.emit()
    settle()
    assert (card._mine.text(), card._theirs.text()) == (mine[0], theirs[0])
    with session.store.reading() as db:
        shown = db.exec_driver_sql(
            "SELECT act, type, detail FROM disclosure ORDER BY seq DESC LIMIT 1"
        ).one()
    assert tuple(shown) == ("reveal", "resident", "联系方式")


def test_a_stopped_laptop_is_let_in_again_with_a_new_code(
    joined, county, session, settle, tmp_path
):
    with upkeep.opened(tmp_path / "county") as store:
        access.revoke(store, session.store.device_id)
        code = access.create_enrolment(store, [GRID], "周敏", "worker")
    with session.store.writing() as tx:
        records.save(tx, Resident, {"name": "停用以后记的人"})
    sync(joined, settle)
    card = joined.card
    assert card.state.text() == "这台电脑要重新登记"
    assert session.syncing.said_now().long == "同步要处理"
    assert card.join.isVisibleTo(joined)
    assert card.join.server.text() == county[0]
    card.step.click()
    assert card.join.code.hasFocus()
    card.join.code.setText(code)
    card.join.enrol()
    settle()
    sync(joined, settle)
    assert not card.join.isVisibleTo(joined)
    assert card.state.text() == "全部已同步"
