"""Keys for packages: told over the device's own connection, changed on the way."""

import json

import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.county import keys as county_keys
from gridapp.county import store as county_stores
from gridapp.errors import UserError
from gridapp.store import state
from gridapp.sync import package
from tests.county.test_packages import imported, names, write


def test_a_laptop_that_was_enrolled_before_tells_its_keys_when_it_syncs(
    county, laptop, out, back
):
    li = laptop("李主任")
    with county.writing() as db:
        db.exec_driver_sql("UPDATE device SET verify_key = NULL")
    with li.store.writing() as tx:
        state.keep(tx.db, "county_keys", None)
        state.keep(tx.db, "keys_told", None)
    with pytest.raises(UserError, match="先联网同步一次"):
        out(li)

    li.sync()

    write(li.store, "张德福")
    imported(li, back(out(li)))
    assert names(county) == {"张德福"}


def test_a_county_that_lost_them_asks_again(county, laptop, out, county_takes):
    li = laptop("李主任")
    with county.writing() as db:
        db.exec_driver_sql("UPDATE device SET verify_key = NULL")
    refused = county_takes(out(li))
    assert (refused.code, "公钥" in refused.sentence) == ("keys", True)

    li.sync()
    li.sync()

    assert county_takes(out(li)).code == ""


def test_new_keys_of_the_county_come_with_the_answer(county, laptop, out, back):
    li = laptop("李主任")
    write(li.store, "张德福")
    file = out(li)
    county.keys = county_keys.rotate(county.folder)

    imported(li, back(file))

    write(li.store, "刘淑珍")
    second = out(li)
    with second.open("rb") as opened:
        header = package.gridpkg.read_header(opened)
    assert header.keys == county.keys.current.id
    imported(li, back(second))
    assert names(county) == {"张德福", "刘淑珍"}


def test_a_command_takes_new_keys_into_use(county):
    old = county.keys.current.id.hex()

    def run(*words):
        done = CliRunner().invoke(
            main, ["county", "keys", "--data", str(county.folder), "--json", *words]
        )
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert run() == {"current": old, "older": []}
    new = run("--rotate")
    assert new["older"] == [old]
    assert run() == new


def test_private_keys_are_for_the_server_alone_and_never_shown(county):
    file = county.folder / county_keys.KEYS_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert county.keys.current.raw.hex()[:16] not in repr(county.keys)
    assert repr(county.keys.current.raw) not in repr(county.keys)


def test_a_damaged_key_file_is_not_replaced(county):
    file = county.folder / county_keys.KEYS_FILE
    file.write_text("{}")

    with pytest.raises(UserError, match="从备份恢复"):
        county_stores.open_county(county.folder)

    assert file.read_text() == "{}"


def test_a_sync_without_news_stays_small(county, laptop):
    li = laptop("李主任")
    li.sync()

    report = li.sync()

    assert report.bytes_up + report.bytes_down < 300
