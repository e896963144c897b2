"""A package is exported, taken in and answered by processes that are killed on the way.

Each process is a real one. It is killed at a boundary between two statements, commits
or steps with a file; then the same is done again, and everything must be there once.
"""

import os
import signal
import sys
from contextlib import suppress

import pytest
from sqlalchemy import Engine, event

from gridapp.county import packages, upkeep
from gridapp.models import Resident
from gridapp.store import exchange, outbox, records, search_words
from gridapp.store import vault as vaults
from gridapp.sync import gridpkg, package
from gridapp.sync.gridpkg import BadPackage

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="这些故障要用 fork 和信号，这个系统没有"
)
FILE_STEPS = {"open", "os.rename", "os.remove", "tempfile.mkstemp"}


@pytest.fixture(autouse=True, scope="module")
def dictionaries():
    """What a search index needs is read once, before anything is forked."""
    search_words.name_words("李")


def killed_at(nth, work):
    """Do `work` in a process that is killed at its nth boundary; whether it was."""
    child = os.fork()
    if child == 0:
        passed = 0

        def step(*_):
            nonlocal passed
            passed += 1
            if passed == nth:
                os.kill(os.getpid(), signal.SIGKILL)

        def audit(name, args):
            if name in FILE_STEPS and "gridpkg" in str(args[:2]):
                step()

        event.listen(Engine, "before_cursor_execute", step)
        event.listen(Engine, "commit", step)
        sys.addaudithook(audit)
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


class Laptop:
    """A vault that only one process has open at a time."""

    def __init__(self, laptop):
        self.folder, self.key = laptop.store.folder, laptop.store.key
        laptop.store.close()

    def does(self, work, *given):
        store = vaults.open_with_key(self.folder, self.key)
        try:
            return work(store, *given)
        finally:
            store.close()


def fill(store):
    """Changes that wait to be sent, in several batches."""
    for number in range(5):
        with store.writing() as tx:
            key = records.save(tx, Resident, {"name": f"上报{number}"})
        with store.writing() as tx:
            records.save(tx, Resident, {"occupation": "木匠"}, key)


class Replayed(Exception):
    """The answer was taken in whole before."""


def imported(store, answer):
    try:
        package.import_package(store, answer)
    except BadPackage as refused:
        raise Replayed if refused.code == "replayed" else refused from refused


def state_of(store):
    with store.reading() as db:
        batch = outbox.next_batch(db)
        rows = records.find(db, Resident)
        found = {(one["name"], one["occupation"]) for one in rows}
        return found, len(rows), batch is None


def whole_files(stick):
    """The files with a name of their own can all be read; how many there are."""
    files = list(stick.glob("[!.]*.gridpkg"))
    for file in files:
        with file.open("rb") as opened:
            gridpkg.read_header(opened)
            assert file.stat().st_size > 200
    return len(files)


@pytest.mark.parametrize("nth", [1, 20, 45, 70, 100, 130])
def test_nothing_is_lost_and_nothing_doubled(
    county, laptop, tmp_path, monkeypatch, nth
):
    stick = tmp_path / "stick"
    stick.mkdir()
    wang = laptop("王秀兰")
    fill(wang.store)
    wang.sync()
    with wang.store.writing() as tx:
        records.save(tx, Resident, {"name": "别人的"})
    wang.sync()
    li = Laptop(laptop("李主任"))
    monkeypatch.setattr(outbox, "MAX_ROWS", 3)
    li.does(fill)

    killed_at(nth, lambda: li.does(package.export_package, stick))
    before = whole_files(stick)
    file = li.does(package.export_package, stick)
    assert whole_files(stick) == before + 1

    def take_in():
        with upkeep.opened(county.folder) as opened:
            return packages.take_in_all(opened, [file], stick)[0]

    county.close()  # no connection is carried into another process
    killed_at(nth, take_in)
    whole_files(stick)
    taken = take_in()
    assert taken.sentence == ""

    answer = stick / taken.answer
    killed_at(nth, lambda: li.does(package.import_package, answer))
    with suppress(Replayed):  # it had done all and was killed after
        li.does(imported, answer)

    residents = upkeep.list_records(county, Resident)
    everyone = {(one["name"], one["occupation"]) for one in residents}
    assert len(residents) == 11
    assert sum(name == "别人的" for name, _ in everyone) == 1
    assert li.does(state_of) == (everyone, 11, True)

    def asked_for(store):
        with store.reading() as db:
            return exchange.read(db).packages[0].answered

    assert li.does(asked_for)


def test_a_process_that_is_left_alone_is_not_killed(tmp_path):
    assert not killed_at(1000, lambda: (tmp_path / "a.gridpkg").touch())
    assert killed_at(1, lambda: (tmp_path / "a.gridpkg").open("wb"))
