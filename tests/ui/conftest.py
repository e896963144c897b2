"""What the tests of the window share: one application, its theme, an open window."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from gridapp.store import vault as vaults
from gridapp.ui.jobs import Jobs
from gridapp.ui.messages import Messages
from gridapp.ui.session import Session
from gridapp.ui.theme import Theme
from tests.conftest import PASSWORD

RESOURCES = Path(__file__).parents[2] / "resources"
PATIENCE = 60_000  # ms: a busy machine is no fault; what comes is not waited for longer


class PatientBot(QtBot):
    """Waits as long as it takes: pytest-qt's five seconds are too few beside the other
    tests on a small machine."""

    def waitUntil(self, callback, *, timeout=PATIENCE):
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal, *, timeout=PATIENCE, **how):
        return super().waitSignal(signal, timeout=timeout, **how)

    def waitExposed(self, widget, *, timeout=PATIENCE):
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp, request):
    return PatientBot(request)


@pytest.fixture(scope="session")
def county_template(tmp_path_factory):
    """An empty county to copy: the migrations run once a session."""
    from gridapp.county import upkeep

    folder = tmp_path_factory.mktemp("county") / "county"
    upkeep.init(folder, None)
    return folder


@pytest.fixture
def new_county(county_template, tmp_path):
    """Makes the folder of an empty county server."""
    return lambda: shutil.copytree(county_template, tmp_path / "county")


@contextmanager
def joined(folder, vault):
    """The server of the county in `folder`, which has let the laptop of that vault in
    and synced with it once."""
    from gridapp.county import access, app, upkeep
    from gridapp.sync.client import HttpTransport, SyncClient

    with upkeep.opened(folder) as store:
        code = access.create_enrolment(store, ["990101001001"], "周敏", "worker")
    with app.running(folder) as url:
        client = SyncClient(vault, HttpTransport(url))
        client.enrol(code)
        client.sync()
        yield url


@contextmanager
def started(qapp, folder, **given):
    """The application on the vault in `folder`; gone again afterwards."""
    from gridapp.app import App

    app = App(qapp, folder, **given)
    try:
        yield app
    finally:
        if app.window is not None:
            app.window.close()
            app.window.deleteLater()
        if app.login is not None:
            app.login.close()
        app.close()
        app.deleteLater()


@pytest.fixture
def opened():
    """Stores that a login opened, closed again."""
    stores = []
    yield stores
    for store in stores:
        store.close()


@pytest.fixture
def login_at(jobs, theme, messages, qtbot, opened):
    """Shows the login of the vault in a folder."""
    from gridapp.ui.login import Login

    def show(folder):
        login = Login(folder, jobs, theme, messages)
        qtbot.addWidget(login)
        login.opened.connect(opened.append)
        login.show()
        return login

    return show


@pytest.fixture(scope="session")
def blank_vault(tmp_path_factory):
    """A closed, empty vault to copy, and its data key: Argon2 runs once a session."""
    folder = tmp_path_factory.mktemp("blank") / "vault"
    store = vaults.create(folder, PASSWORD)
    store.close()
    return folder, store.key


@pytest.fixture(scope="session")
def theme(qapp):
    return Theme(qapp, RESOURCES)


class Asked(Messages):
    """Dialogs answered as the test says, instead of waiting for a person."""

    def __init__(self):
        super().__init__()
        self.told = []
        self.errors = []
        self.answer = True
        self.target = ""

    def tell(self, sentence):
        self.told.append(sentence)

    def ask(self, question, verb, instead="返回"):
        self.told.append(question)
        return self.answer

    def choose_target(self, title, name, kinds):
        return self.target

    def choose_folder(self, title):
        return self.target

    def _report(self, error):
        self.errors.append(error)


@pytest.fixture
def messages(qapp):
    return Asked()


@pytest.fixture
def jobs(messages):
    jobs = Jobs(messages.show_error)
    yield jobs
    jobs.close()


@pytest.fixture
def session(vault, jobs, theme, messages):
    theme.apply("light")
    return Session(vault, jobs, theme, messages)


@pytest.fixture
def settle(qtbot, jobs, messages):
    """Wait until every answer has come; an unexpected error fails the test."""

    def wait():
        qtbot.waitUntil(lambda: not jobs.busy)
        assert messages.errors == []

    return wait
