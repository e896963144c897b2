"""A county that began with SQLite goes over to PostgreSQL whole, and no laptop of it
notices: not when the move is broken off either."""

import secrets

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, text

from gridapp.cli import main
from gridapp.county import access, app, doctor, moving, store, upkeep
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import records
from gridapp.sync.client import SyncClient
from tests.county.conftest import GRID, Direct, Laptop
from tests.county.test_backup import everything


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "county"
    upkeep.init(made)
    return made


@pytest.fixture
def database(postgres):
    return postgres(f"moved_{secrets.token_hex(4)}")


@pytest.fixture
def li(folder, new_vault):
    """A laptop that wrote some people and synced, with one that waits; the server has
    stopped since."""
    vault = new_vault("李主任")
    with upkeep.opened(folder) as county:
        client = SyncClient(vault, Direct(county))
        client.enrol(access.create_enrolment(county, [GRID], "李主任"))
        with vault.writing() as tx:
            values = [{"name": f"张{n}", "note": "一\t行\\二\n行"} for n in range(5)]
            records.insert_many(tx, Resident, [*values, {"name": "赵"}])
        client.sync()
    write(vault, "等着上报")
    return vault


def write(vault, name):
    with vault.writing() as tx:
        records.insert_many(tx, Resident, [{"name": name}])


def synced(folder, vault):
    """The report of a sync with the county as it is now."""
    with upkeep.opened(folder) as county:
        transport = Direct(county)
        laptop = Laptop(vault, SyncClient(vault, transport), transport)
        return laptop.sync(), {path for path, _, _ in transport.requests}


def test_all_of_it_goes_over_and_laptops_go_on(folder, database, li):
    with upkeep.opened(folder) as county:
        before, known = everything(county), (county.server_id, county.epoch)

    moved = moving.move(folder, database)

    with upkeep.opened(folder) as county:
        assert county.postgres
        assert everything(county) == before
        assert (county.server_id, county.epoch) == known
    assert moved["resident"] == 6
    report, paths = synced(folder, li)
    assert (report.pushed, report.held) == (1, 0)
    assert paths == {"/v1/sync"}  # it does not join again
    with upkeep.opened(folder) as county:
        assert not [one for one in doctor.examined(county) if one.faults]


def test_no_table_counts_by_itself(folder, database):
    """A move sets no sequences: a step that makes one has to teach it that."""
    engine = store.engine_of(folder, database)
    with engine.begin() as db:
        store.migrations.upgrade(db, "county")
        assert inspect(db).get_sequence_names() == []
        known = {table.name for table in moving._tables()}  # noqa: SLF001
        made = {name.rstrip("0123456789_") for name in inspect(db).get_table_names()}
        assert made - {"alembic_version"} == known  # without the parts of tables
    engine.dispose()


@pytest.mark.parametrize("stage", ["copy", "settings", "mark"])
def test_what_was_broken_off_is_done_again(folder, database, li, monkeypatch, stage):
    broken = {
        "copy": (moving, "_same"),
        "settings": (store, "keep_settings"),
        "mark": (moving, "_mark"),
    }[stage]
    with monkeypatch.context() as patch:
        patch.setattr(*broken, stop)
        with pytest.raises(Stopped):
            moving.move(folder, database)
    with upkeep.opened(folder) as county:  # it serves, wherever it is now
        assert county.postgres == (stage == "mark")

    moving.move(folder, database)

    assert not (folder / store.DATABASE_FILE).exists()
    assert synced(folder, li)[0].pushed == 1


class Stopped(Exception):
    pass


def stop(*_):
    raise Stopped


def test_a_copy_that_the_county_went_past_is_not_taken(
    folder, database, li, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(store, "keep_settings", stop)
        with pytest.raises(Stopped):
            moving.move(folder, database)
    synced(folder, li)

    with pytest.raises(UserError, match="请换一个空的数据库"):
        moving.move(folder, database)

    write(li, "还在原来的文件里")
    assert synced(folder, li)[0].pushed == 1


def test_while_the_server_runs_nothing_is_moved(folder, database, li):
    with app.running(folder), pytest.raises(UserError, match="请先停止服务"):
        moving.move(folder, database)

    assert synced(folder, li)[0].pushed == 1


def test_a_database_with_anything_in_it_is_refused(folder, database):
    engine = store.engine_of(folder, database)
    with engine.begin() as db:
        db.execute(text("CREATE TABLE theirs (id int)"))
    engine.dispose()

    with pytest.raises(UserError, match="已经有别的表"):
        moving.move(folder, database)

    with upkeep.opened(folder) as county:
        assert not county.postgres


def test_the_command_says_what_went_over_and_the_file_opens_no_more(folder, database):
    typed = ["county", "move", "--data", str(folder), "--database", database]

    first = CliRunner().invoke(main, typed)
    second = CliRunner().invoke(main, typed)

    assert "逐行核对一致" in first.output
    assert "以前已经搬好了" in second.output
    other = [*typed[:-1], f"{database}_other"]
    assert "不用再搬" in CliRunner().invoke(main, other).stderr
    (folder / moving.BEFORE).rename(folder / store.DATABASE_FILE)
    store.keep_settings(folder, "")
    with pytest.raises(UserError, match="更新版本的程序"):
        store.open_county(folder)
