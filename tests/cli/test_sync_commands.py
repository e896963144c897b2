"""gridapp sync and gridapp conflicts: the same words and choices as the window."""

import json

import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.county import access, app, upkeep
from gridapp.models import Resident
from gridapp.store import records, sync_log
from gridapp.store import vault as vaults
from gridapp.sync.client import HttpTransport, SyncClient
from tests.conftest import PASSWORD

FIELDS = {"name": "李桂瑛", "mobility": "要人扶", "workplace": "退休"}
MINE = {"name": "李贵英", "mobility": "能自理", "workplace": "饭店"}


@pytest.fixture
def run(vault, monkeypatch):
    monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORD)

    def run(*words):
        given = ("--data", str(vault.folder), *map(str, words))
        return CliRunner().invoke(main, given)

    return run


@pytest.fixture
def county(tmp_path):
    folder = tmp_path / "county"
    upkeep.init(folder, None)
    with upkeep.opened(folder) as store:
        codes = [
            access.create_enrolment(store, ["990101001001"], *who)
            for who in (("周敏", "worker"), ("李主任", "community"))
        ]
    with app.running(folder) as url:
        yield url, codes


@pytest.fixture
def held(vault, people, county, tmp_path, run):
    """Three fields of one person changed on two laptops; those of this one are held."""
    url, (mine, theirs) = county
    SyncClient(vault, HttpTransport(url)).enrol(mine)
    SyncClient(vault, HttpTransport(url)).sync()
    other = vaults.create(tmp_path / "other", PASSWORD)
    try:
        client = SyncClient(other, HttpTransport(url))
        client.enrol(theirs)
        client.sync()
        with other.writing() as tx:
            records.save(tx, Resident, FIELDS, people.li)
        client.sync()
    finally:
        other.close()
    with vault.writing() as tx:
        records.save(tx, Resident, MINE, people.li)
    answer = run("sync")
    assert answer.exit_code == 0, answer.output
    return answer


def listed(run):
    return {
        one["field"]: one
        for one in json.loads(run("conflicts", "list", "--json").stdout)
    }


def test_sync_and_conflicts_say_in_words_what_happened_and_what_to_choose(
    held, run, vault
):
    assert "3 条县里没有照收" in held.stdout
    assert "gridapp conflicts" in held.stderr
    with vault.reading() as db:
        assert sync_log.lines(db)[0].how == "command"
    assert run("sync").stdout.startswith("没有新的改动")
    found = listed(run)
    assert set(found) == set(FIELDS)
    one = found["mobility"]
    assert (one["mine"], one["theirs"]) == ("能自理", "要人扶")
    assert one["choices"] == ["mine", "theirs", "both"]
    words = run("conflicts").stdout
    assert "居民：" in words
    assert "both：都留，写进备注" in words


def test_several_are_decided_at_once(held, run, vault, people):
    found = listed(run)
    ids = [found[name]["id"] for name in ("name", "mobility")]
    done = run("conflicts", "decide", *ids, "mine", "--json")
    assert sorted(json.loads(done.stdout)["decided"]) == sorted(ids)
    with vault.reading() as db:
        row = records.get(db, Resident, people.li)
    assert (row["name"], row["mobility"], row["workplace"]) == (
        MINE["name"],
        MINE["mobility"],
        FIELDS["workplace"],
    )
    again = run("conflicts", "decide", *ids, "mine")
    assert (again.exit_code, "处理过" in again.stderr) == (1, True)
    both = run("conflicts", "decide", *ids, found["workplace"]["id"], "both")
    assert both.exit_code == 0
    assert "1 条已处理" in both.stdout
    assert "处理过" in both.stderr
    assert listed(run) == {}


def test_a_package_alone_is_opened_with_the_window():
    answer = CliRunner().invoke(main, ["nowhere.gridpkg"])
    assert answer.exit_code == 2
    assert "--open" in answer.output
