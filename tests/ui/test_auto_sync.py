"""The window syncs by itself, with a real county server that comes and goes."""

import threading
import time

import pytest

from gridapp.app import App
from gridapp.county import access, app, upkeep
from gridapp.models import Building, Resident
from gridapp.store import journal, records, state, sync_log
from gridapp.store import vault as vaults
from gridapp.sync.client import HttpTransport, SyncClient
from gridapp.work import auto_sync
from gridapp.work.sync_standing import Line
from tests.faults.proxy import Proxy, answered_at, never_answered

GRID = "990101001001"


@pytest.fixture
def folder(new_county):
    return new_county()


@pytest.fixture
def line(folder, vault):
    """The line to a county that has let this laptop in; the server answers."""
    with upkeep.opened(folder) as store:
        code = access.create_enrolment(store, [GRID], "周敏", "worker")
    with app.running(folder) as url:
        proxy = Proxy(url)
        SyncClient(vault, HttpTransport(proxy.url)).enrol(code)
        yield proxy
        proxy.close()


@pytest.fixture
def soon(monkeypatch):
    """What takes a minute takes a moment."""
    for name in ("SETTLE", "QUIET", "FIRST_RETRY"):
        monkeypatch.setattr(auto_sync, name, 0.1)


@pytest.fixture
def syncing(session, line, soon):
    syncing = session.syncing
    syncing.watch()
    syncing.begin()
    yield syncing
    syncing.close()


def save(vault, name):
    with vault.writing() as tx:
        return records.save(tx, Resident, {"name": name})


def unsent(vault):
    with vault.reading() as db:
        return journal.unsent_count(db, state.pushed_seq(db))


def lines(vault):
    with vault.reading() as db:
        return sync_log.lines(db)


def all_sent(syncing, vault, qtbot):
    def done():
        return not syncing.running and syncing.line is Line.QUIET and not unsent(vault)

    qtbot.waitUntil(done)


def test_a_save_goes_up_by_itself(syncing, vault, qtbot, messages):
    all_sent(syncing, vault, qtbot)
    save(vault, "后来记的人")
    all_sent(syncing, vault, qtbot)
    qtbot.waitUntil(lambda: syncing.now.unsent == 0)
    assert syncing.said_now().long.startswith("已同步 ")
    assert {one.how for one in lines(vault)} == {"auto"}
    assert messages.told == []


def test_who_wants_to_be_asked_is_asked(syncing, vault, qtbot, session, settle):
    all_sent(syncing, vault, qtbot)
    session.preferences.keep(auto_sync=False)
    save(vault, "后来记的人")
    qtbot.wait(600)
    assert unsent(vault) == 1
    syncing.sync()
    all_sent(syncing, vault, qtbot)
    assert lines(vault)[0].how == "click"


def test_a_county_that_went_away_is_tried_again_without_a_dialog(
    session, vault, folder, soon, qtbot, messages
):
    syncing = session.syncing
    with upkeep.opened(folder) as store:
        code = access.create_enrolment(store, [GRID], "周敏", "worker")
    with app.running(folder) as url:
        proxy = Proxy(url)
        SyncClient(vault, HttpTransport(proxy.url)).enrol(code)
        syncing.watch()
        syncing.begin()
        all_sent(syncing, vault, qtbot)
    told = []
    syncing.said.connect(told.append)
    save(vault, "没有县里时记的人")
    qtbot.waitUntil(lambda: syncing.line is Line.FAILED)
    assert "改动都在本机" in syncing.sentence
    assert syncing.said_now().long.startswith("没连上县里")
    with app.running(folder) as url:
        proxy.aim(url)
        all_sent(syncing, vault, qtbot)
    syncing.close()
    proxy.close()
    assert told == []
    assert messages.told == []
    failed = [one for one in lines(vault) if one.ended == "failed"]
    assert len(failed) == 1


def test_the_system_says_that_there_is_no_network(syncing, vault, qtbot, settle):
    all_sent(syncing, vault, qtbot)
    syncing._network.changed.emit(False)
    save(vault, "没有网络时记的人")
    qtbot.wait(600)
    assert unsent(vault) == 1
    assert syncing.said_now().long == "没有网络，1 条待报"
    syncing._network.changed.emit(True)
    all_sent(syncing, vault, qtbot)


def test_a_stop_keeps_what_was_done_and_the_next_goes_on_there(
    syncing, vault, line, qtbot, session, settle
):
    all_sent(syncing, vault, qtbot)
    session.preferences.keep(auto_sync=False)
    with vault.writing() as tx:
        rows = [{"number": str(at)} for at in range(2_500)]
        records.insert_many(tx, Building, rows)
    line.arm(never_answered, nth=2)  # however late the window tells it to stop
    steps = []
    syncing.stepped.connect(lambda *step: (steps.append(step), syncing.stop()))
    syncing.sync()
    settle()
    sent = steps[0][0]
    assert steps[0] == (sent, 2_500, "上报改动")
    assert 2_500 > unsent(vault) == 2_500 - sent > 0
    assert lines(vault)[0].ended == "stopped"
    syncing.stepped.disconnect()
    line.arm(None)
    syncing.sync()
    all_sent(syncing, vault, qtbot)
    assert lines(vault)[0].pushed == 2_500 - sent


def test_a_county_that_never_answers_is_left_at_once(
    syncing, vault, line, qtbot, session, settle
):
    all_sent(syncing, vault, qtbot)
    save(vault, "没有回答时记的人")
    session.preferences.keep(auto_sync=False)
    line.arm(never_answered)
    syncing.sync()
    qtbot.waitUntil(lambda: line.struck > 0)
    assert syncing.running
    syncing.stop()
    qtbot.waitUntil(lambda: not syncing.running)
    assert lines(vault)[0].ended == "stopped"
    assert unsent(vault) == 1
    line.arm(None)
    syncing.sync()
    all_sent(syncing, vault, qtbot)


def test_the_window_closes_while_it_syncs(vault, line, soon, qapp, qtbot):
    vault.close()
    line.arm(never_answered)
    window = App(qapp, vault.folder, attended=True)
    try:
        window.open_window(vaults.open_with_key(vault.folder, vault.key))
        syncing = window.window.session.syncing
        qtbot.waitUntil(lambda: syncing.running and line.struck > 0)
    finally:
        begun = time.monotonic()
        window.window.close()
        window.close()
        took = time.monotonic() - begun
        window.window.deleteLater()
        window.deleteLater()
    assert took < 30  # not the minute for which an answer is waited


def test_a_save_during_a_sync_goes_through_before_the_answer_comes(
    syncing, vault, line, qtbot, session, settle
):
    all_sent(syncing, vault, qtbot)
    session.preferences.keep(auto_sync=False)
    told = threading.Event()
    line.arm(answered_at(told))
    save(vault, "在路上的人")
    syncing.sync()
    qtbot.waitUntil(lambda: line.struck > 0)
    saved = []
    session.write(lambda tx: records.save(tx, Resident, {"name": "同时"}), saved.append)
    qtbot.waitUntil(lambda: bool(saved))
    assert syncing.running  # the answer had not come
    told.set()
    settle()
    assert unsent(vault) == 1


def test_a_county_that_stopped_the_laptop_is_told_once(
    syncing, vault, folder, qtbot, messages
):
    all_sent(syncing, vault, qtbot)
    told = []
    syncing.said.connect(told.append)
    with upkeep.opened(folder) as store:
        access.revoke(store, vault.device_id)
    save(vault, "停用以后记的人")
    qtbot.waitUntil(lambda: syncing.line is Line.REFUSED)
    save(vault, "又记了一个")
    qtbot.wait(500)
    assert len(told) == 1
    assert "停用" in told[0]
    assert syncing.wait is None
    assert unsent(vault) == 2
    assert messages.told == []
