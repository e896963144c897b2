"""The first start of a laptop that the county prepared: by name, with one password."""

import pytest

from gridapp import paths
from gridapp.county import app, preparing, upkeep
from gridapp.county.preparing import Wanted
from gridapp.store import door, state
from gridapp.sync import pin
from gridapp.ui.login import Login
from gridapp.ui.session import Session
from gridapp.ui.sync.sync_page import SyncPage
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.text import Text

GRID = "990101001001"
PASSWORD = "k9-蓝色-自行车"


@pytest.fixture
def served(new_county):
    folder = new_county()
    with app.running(folder) as url:
        yield folder, url


@pytest.fixture
def prepare(served, tmp_path):
    """Leaves a file where an installer does; the number that goes with it."""

    def make(folder, **options):
        with upkeep.opened(served[0]) as county:
            people = [Wanted(2, "王秀兰", (GRID,), "第1网格")]
            out = tmp_path / "files"
            [made] = preparing.prepare(county, people, served[1], out, **options)
        folder.mkdir()
        (out / made.file).rename(folder / paths.ENROLMENT)
        return made.pin

    return make


@pytest.fixture
def start(jobs, theme, messages, qtbot):
    """Shows the login of a folder; the stores that it opens."""
    stores = []

    def show(folder):
        login = Login(folder, jobs, theme, messages)
        qtbot.addWidget(login)
        login.opened.connect(stores.append)
        login.show()
        return login, stores

    yield show
    for store in stores:
        store.close()


def texts(login):
    return "".join(one.text() for one in login.findChildren(Text))


def test_it_greets_by_name_and_is_let_in_by_itself(
    start, prepare, jobs, theme, messages, settle, tmp_path
):
    folder = tmp_path / "laptop"
    number = prepare(folder)
    login, stores = start(folder)
    assert "王秀兰，您好" in texts(login)
    assert "第1网格" in texts(login)
    password, again, typed = login._fields()
    for field in (password, again):
        field.setText(PASSWORD)
    typed.setText(number[:-1] + str((int(number[-1]) + 1) % 10))
    login.submit()
    assert "登记口令有一位对不上" in login._error.accessibleName()
    assert not door.exists(folder)

    typed.setText(pin.shown(number))
    login.submit()
    settle()

    [store] = stores
    assert not (folder / paths.ENROLMENT).exists()
    session = Session(store, jobs, theme, messages)
    session.syncing.watch()
    settle()
    assert session.syncing.now.joined  # so it goes by itself
    session.syncing.sync("auto")
    settle()
    session.syncing.close()
    with store.reading() as db:
        assert state.value(db, state.TOKEN)


def test_a_file_that_works_alone_asks_for_a_password_only(start, prepare, tmp_path):
    folder = tmp_path / "laptop"
    prepare(folder, pins=False, days=7)
    login, _ = start(folder)
    assert len(login._fields()) == 2


def test_a_damaged_file_is_told_and_the_usual_first_start_goes_on(
    start, prepare, tmp_path
):
    folder = tmp_path / "laptop"
    prepare(folder)
    file = folder / paths.ENROLMENT
    file.write_bytes(file.read_bytes()[:-9])
    login, _ = start(folder)
    assert "登记文件不完整或已损坏" in login._error.accessibleName()
    assert len(login._fields()) == 5


def test_who_it_is_not_for_begins_without_it(start, prepare, tmp_path, qtbot):
    folder = tmp_path / "laptop"
    prepare(folder)
    login, _ = start(folder)
    alone = next(b for b in login.findChildren(Button) if "自己填" in b.text())
    with qtbot.waitSignal(login.alone_asked):
        alone.click()


def test_a_laptop_at_work_takes_the_file_and_asks_for_the_number_where_a_code_goes(
    session, prepare, settle, qtbot, tmp_path
):
    number = prepare(tmp_path / "stick")
    page = SyncPage(session)
    qtbot.addWidget(page)
    said = []
    page.said.connect(lambda words, _: said.append(words))
    page.show()
    page.take_package(tmp_path / "stick" / paths.ENROLMENT)
    settle()
    assert "登记口令填在“登记码”里" in said[0]
    assert page.card.join.isVisible()
    assert page.card.join.server.text().startswith("http://127.0.0.1")

    page.card.join.code.setText(pin.shown(number))
    page.card.join.enrol()
    settle()

    session.syncing.close()
    with session.store.reading() as db:
        assert state.value(db, state.TOKEN)
