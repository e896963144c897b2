"""The sample estate as `gridapp demo` makes it, and the window a worker opens on it."""

from __future__ import annotations

import gc
import shutil
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import pytest
from filelock import FileLock
from PySide6.QtCore import QCoreApplication, QEvent

from gridapp import paths
from gridapp.cli import demo
from gridapp.models import Resident
from gridapp.store import door, records, slots
from gridapp.store import vault as vaults
from gridapp.ui.jobs import Jobs
from gridapp.ui.main_window import MainWindow, user_words
from gridapp.ui.session import Session
from gridapp.ui.tokens import LIGHT
from tests.acceptance import table
from tests.acceptance.desk import Desk
from tests.acceptance.hand import Hand
from tests.acceptance.stalls import StallWatch
from tests.leaks.markers import Marker
from tests.leaks.search import Search
from tests.ui.conftest import messages, theme  # noqa: F401  (fixtures)

SCREEN = (1366, 697)  # logical pixels: a cheap laptop's, less title and task bar


def pytest_collection_modifyitems(items):
    """One process does every check on one estate, another looks at every page."""
    for item in items:
        if "tests/acceptance" in item.path.as_posix():
            group = "pages" if item.path.stem == "test_every_page" else "checks"
            item.add_marker(pytest.mark.xdist_group(f"acceptance-{group}"))


@pytest.fixture(scope="session")
def estate(tmp_path_factory, worker_id):
    """67 buildings with plans and weeks of visits, closed; and its data key.

    It takes twenty seconds: one process makes it for all.
    """
    base = tmp_path_factory.getbasetemp()
    data = (base if worker_id == "master" else base.parent) / "estate"
    with FileLock(data.with_suffix(".lock")):
        if not data.exists():
            _make_estate(data)
    [slot] = slots.read(data / "laptop" / vaults.SLOT_FILE).slots
    return data / "laptop", slots.unseal(slot, demo.PASSWORD)


def _make_estate(data):
    steps = demo.Steps()
    made = data.with_suffix(".new")
    made.mkdir()
    store = demo._laptop(steps, made / "laptop")
    try:
        demo._work(steps, store, made)
    finally:
        store.close()
    made.rename(data)


@pytest.fixture(scope="session")
def entrusted(estate):
    """The search for every tenth who lives in the estate, a dozen of them in any form.

    The name of who signs in stands in the slot file for everybody (SECURITY.md), and a
    resident may be called the same.
    """
    store = vaults.open_with_key(*estate)
    with store.reading() as db:
        people = records.find(db, Resident)
    store.close()
    known = {one.name for one in door.accounts(estate[0])}
    found = [Marker("key", estate[1])]
    for at, one in enumerate(people[::10]):
        phones = one["phones"] or ()
        for content in (one["name"], one["id_number"], one["hukou_address"], *phones):
            if content and content not in known:
                found.append(Marker("resident", content, plain=at % 30 != 0))
    return Search(found, shortest=8)


@pytest.fixture
def folder(estate, entrusted, tmp_path, searched):
    """A copy of the estate for one test; nothing in it can be read afterwards, and
    nothing in the log of faults."""
    folder = shutil.copytree(estate[0], tmp_path / "laptop")
    yield folder
    search = entrusted.anew()
    search.folder(folder)
    search.folder(paths.log_home())
    searched("what the acceptance run left", search)


@pytest.fixture(scope="session")
def watch():
    """What watches the UI thread through all checks."""
    watch = StallWatch()
    yield watch
    watch.close()


@pytest.fixture
def own_rubbish():
    """The windows of a check are cleared away at its end."""
    yield
    gc.collect()


@pytest.fixture
def desk(estate, folder, theme, messages, watch, own_rubbish):  # noqa: F811
    """The window on the sample estate, as it stands after the password."""
    if theme.tokens is not LIGHT:
        theme.apply("light")
    store = vaults.open_with_key(folder, estate[1])
    jobs = Jobs(messages.show_error)
    hand = Hand(lambda: jobs.busy, watch)
    with watch.stretch("opening the window"):
        session = Session(store, jobs, theme, messages)
        with store.reading() as db:
            user = user_words(db)
        window = MainWindow(session, user)
        window.resize(*SCREEN)
        window.show()
    messages.set_window(window)
    hand.settle()
    hand.counter.keys = hand.counter.clicks = 0
    yield Desk(window, session, hand, messages, folder)
    window.close()
    hand.settle()
    jobs.close()
    store.close()
    window.deleteLater()  # else each later style sheet would be worked out for it too
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert messages.errors == []


@dataclass
class Check:
    """What one test of a check measures."""

    number: int
    desk: Desk | None
    keys: int | None = None
    held: int | None = None
    clicks: int | None = None
    milliseconds: float | None = None
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def measured(self):
        """Count and time what a worker does; with several, the most."""
        assert self.desk is not None
        counter = self.desk.hand.counter
        keys, held, clicks = counter.keys, counter.held, counter.clicks
        begun = time.perf_counter()
        yield
        took = (time.perf_counter() - begun) * 1000
        self.milliseconds = max(self.milliseconds or 0, took)
        self.keys = max(self.keys or 0, counter.keys - keys)
        self.held = max(self.held or 0, counter.held - held)
        self.clicks = max(self.clicks or 0, counter.clicks - clicks)


@pytest.fixture
def check(request):
    """The measurements of the check this test is marked with."""
    [measured] = [one for key, one in request.node.user_properties if key == table.KEY]
    desk = None
    if "desk" in request.fixturenames:
        desk = request.getfixturevalue("desk")
    check = Check(measured["number"], desk, notes=measured["notes"])
    yield check
    for name in ("keys", "held", "clicks", "milliseconds"):
        measured[name] = getattr(check, name)


@pytest.fixture(autouse=True)
def report_stalls(request, watch, record_property):
    """Hand over what held the UI thread up in this test."""
    before = len(watch.stalls)
    yield
    found = [
        {**asdict(one), "test": request.node.name} for one in watch.stalls[before:]
    ]
    record_property(table.STALLS, {"stalls": found, "longest": watch.longest})
