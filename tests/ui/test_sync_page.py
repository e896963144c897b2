"""Syncing from the window with a real county server on this machine."""

import pytest

from gridapp.county import access, app, upkeep
from gridapp.models import Resident
from gridapp.store import conflicts, records
from gridapp.store import vault as vaults
from gridapp.sync.client import HttpTransport, SyncClient
from gridapp.ui.sync.sync_page import SyncPage
from tests.conftest import PASSWORD


@pytest.fixture
def county(tmp_path):
    folder = tmp_path / "county"
    upkeep.init(folder, None)
    with upkeep.opened(folder) as store:
        codes = [
            access.create_enrolment(store, ["990101001001"], name, role)
            for name, role in (("周敏", "worker"), ("李主任", "community"))
        ]
    with app.running(folder) as url:
        yield url, codes


@pytest.fixture
def page(session, people, qtbot, settle):
    page = SyncPage(session)
    qtbot.addWidget(page)
    page.resize(1198, 668)
    page.show()
    settle()
    return page


def enrol(page, county, settle):
    url, codes = county
    page._server.setText(url)
    page._code.setText(codes[0])
    page._start_enrol()
    settle()


def test_unknown_server_is_a_sentence(page, settle):
    page._server.setText("http://127.0.0.1:9")
    page._code.setText("ABCD")
    page._start_enrol()
    settle()
    assert "县级服务器" in page._error.accessibleName()


def test_enrol_and_sync_empties_what_waits(page, county, settle):
    assert page._join.isVisibleTo(page)
    assert "等待上报" in page._state.text()
    enrol(page, county, settle)
    assert not page._join.isVisibleTo(page)
    said = []
    page.said.connect(lambda words, undo: said.append(words))
    page.sync()
    assert page._cancel.isVisibleTo(page)
    settle()
    assert page._error.accessibleName() == ""
    assert said[-1].startswith("同步完成：上传")
    assert page._state.text() == "全部已同步"
    assert page._last.text().startswith("上次同步：今天")


def test_conflict_is_shown_side_by_side_and_decided(
    page, county, session, people, settle, tmp_path
):
    enrol(page, county, settle)
    page.sync()
    settle()
    other = vaults.create(tmp_path / "other", PASSWORD)
    try:
        client = SyncClient(other, HttpTransport(county[0]))
        client.enrol(county[1][1])
        client.sync()
        with other.writing() as tx:
            records.save(tx, Resident, {"mobility": "要人扶"}, people.li)
        client.sync()
    finally:
        other.close()
    with session.store.writing() as tx:
        records.save(tx, Resident, {"mobility": "能自理"}, people.li)
    page.sync()
    settle()
    [card] = page._held._parts
    with session.store.reading() as db:
        [held] = conflicts.waiting(db)
        assert records.get(db, Resident, people.li)["mobility"] == "要人扶"
    assert (held.mine, held.theirs) == ("能自理", "要人扶")
    card.decided.emit("mine")
    settle()
    with session.store.reading() as db:
        assert records.get(db, Resident, people.li)["mobility"] == "能自理"
        assert conflicts.waiting(db) == []
    assert page._held_title.text() == "改动冲突"


def test_a_stopped_laptop_is_let_in_again_with_a_new_code(
    page, county, session, settle, tmp_path
):
    enrol(page, county, settle)
    page.sync()
    settle()
    with upkeep.opened(tmp_path / "county") as store:
        access.revoke(store, session.store.device_id)
        code = access.create_enrolment(store, ["990101001001"], "周敏", "worker")
    with session.store.writing() as tx:
        records.save(tx, Resident, {"name": "停用以后记的人"})
    page.sync()
    settle()
    assert page._join.isVisibleTo(page)
    assert page._server.text() == county[0]
    page._code.setText(code)
    page._start_enrol()
    settle()
    page.sync()
    settle()
    assert not page._join.isVisibleTo(page)
    assert page._state.text() == "全部已同步"
