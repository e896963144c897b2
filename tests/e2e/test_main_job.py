"""The main job with the installed program: two laptops, a server, real processes."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.conftest import id_number
from tests.county.conftest import postgres  # noqa: F401  (a fixture)
from tests.e2e.conftest import PASSWORD, sentence

GRID = "990101001001001"
PHONES = [f"1380000{number:04}" for number in range(1, 6)]
NAMES = ["李桂英", "张德福", "陈秀兰", "刘长林", "吴小梅"]
BIRTHS = ["1944-03-08", "1951-05-01", "1953-07-15", "1940-01-02", "1946-02-03"]
NUMBERS = [id_number(birth, 121 + n) for n, birth in enumerate(BIRTHS)]


@pytest.fixture
def ledger(tmp_path):
    """A ledger of five people."""
    lines = ["姓名,公民身份号码,联系电话,楼栋,单元,房号,是否独居"]
    lines += [
        f"{name},{number},{phone},3号楼,2单元,50{at},是"
        for at, (name, number, phone) in enumerate(
            zip(NAMES, NUMBERS, PHONES, strict=True), 1
        )
    ]
    file = tmp_path / "独居 老人.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_the_main_job(machine, serve, ledger):
    where = machine("county")
    where.ok("county init")
    county = serve(where)
    alone, other = machine("王秀兰"), machine("李主任")
    words = ("--grid", GRID, "--name", "第3网格", "--worker", "王秀兰")
    alone.ok("init", *words)
    imported = alone.answer("import", ledger)
    assert (imported["added"], imported["refused"]) == (5, 0)
    _a_day(alone)

    mine, theirs = county.code(GRID, "王秀兰"), county.code(GRID, "李主任", "community")
    alone.ok("enrol --server", county.url, env={"GRIDAPP_CODE": mine})
    first = alone.answer("sync")
    assert first["pushed"] > 5
    assert first["held"] == 0
    other.ok("init --server", county.url, "--code", theirs)
    other.answer("sync")
    _nothing_doubles(county.machine, alone, other)

    key = other.answer("search 李桂英")[0]["id"]
    _different_fields(alone, other, key)
    _the_same_field(alone, other, key)
    assert other.answer("conflicts") == []
    code, said = county.stop()
    assert code == 0
    _no_secrets([*alone.said, *other.said, *county.machine.said, said], [mine, theirs])


def _a_day(laptop):
    """A visit, the list of the day, and a sheet to take along."""
    person = laptop.answer("search 张德福")[0]["id"]
    visit = (f"resident_id={person}", "started_at=2026-11-20 09:10", "mode=入户")
    laptop.ok("add visit", *visit, "met_whom=本人", "note=身体良好")
    assert isinstance(laptop.answer("today --date 2026-11-23"), list)
    sheet = laptop.home / "走访 单.pdf"
    laptop.ok("print resident-card", sheet, "--where", "name=张德福")
    text = subprocess.run(
        ["pdftotext", sheet, "-"], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    assert "张德福" in text
    laptop.said.append(text)


def _nothing_doubles(county, alone, other):
    """The vault that stood alone is at the county with all it had, once."""
    workers = [one["name"] for one in county.answer("county list worker")]
    assert sorted(workers) == ["李主任", "王秀兰"]
    for where, command in ((county, "county list"), (other, "list")):
        people = [one["name"] for one in where.answer(command, "resident")]
        assert sorted(people) == sorted(NAMES)
        assert len(where.answer(command, "visit")) == 1
    [grid] = alone.answer("list grid")
    assert (grid["code"], grid["name"]) == (GRID, "第3网格")


def _history(laptop, key):
    """{(author, field, old, new)} of a resident, and {field: its value at last}."""
    lines = laptop.answer("show resident", key, "--history")
    told = {(one["by"], one["field"], one["old"], one["new"]) for one in lines}
    return told, {one["field"]: one["new"] for one in lines}


def _different_fields(alone, other, key):
    alone.ok("set resident", key, "note=耳背，敲门要重一些")
    other.ok("set resident", key, "mobility=能自理，怕滑", "phones=13800000009")
    for laptop in (alone, other, alone):
        laptop.answer("sync")
    for laptop in (alone, other):
        told, last = _history(laptop, key)
        assert (last["note"], last["mobility"]) == (
            *("耳背，敲门要重一些", "能自理，怕滑"),
        )
        assert told >= {
            ("王秀兰", "name", None, "李桂英"),
            ("王秀兰", "note", None, "耳背，敲门要重一些"),
            ("李主任", "mobility", None, "能自理，怕滑"),
            ("李主任", "phones", "138****0001", "138****0009"),
        }


def _the_same_field(alone, other, key):
    """The first to reach the county stands; the other is held for its author."""
    alone.ok("set resident", key, "name=李桂瑛", "illness=高血压", "workplace=退休")
    other.ok("set resident", key, "name=李贵英", "illness=糖尿病", "workplace=饭店")
    alone.answer("sync")
    assert other.answer("sync")["held"] == 3
    waiting = {one["field"]: one for one in other.answer("conflicts")}
    assert set(waiting) == {"name", "illness", "workplace"}
    one = waiting["name"]
    sides = (one["mine"], one["theirs"], one["theirs_by"])
    assert sides == ("李贵英", "李桂瑛", "王秀兰")
    told = other.ok("conflicts")
    assert "我的：糖尿病" in told
    assert "县里的：高血压（王秀兰）" in told
    for name, choice in (
        ("name", "mine"),
        ("workplace", "theirs"),
        ("illness", "both"),
    ):
        other.ok("conflicts decide", waiting[name]["id"], choice)
    assert "处理过" in other.refused("conflicts decide", one["id"], "mine")
    for laptop in (other, alone):
        laptop.answer("sync")
    for laptop in (alone, other):
        told, last = _history(laptop, key)
        assert (last["name"], last["illness"]) == ("李贵英", "高血压")
        assert last["workplace"] == "退休"
        assert "糖尿病" in last["note"]
        assert ("李主任", "name", "李桂瑛", "李贵英") in told
    assert ("王秀兰", "name", "李桂英", "李桂瑛") in _history(alone, key)[0]


def _no_secrets(said, codes):
    """What every command printed, the sheet and the server's own lines."""
    everything = "\n".join(said)
    for code in codes:
        everything = everything.replace(f'"code": "{code}"', "")
    for secret in [PASSWORD, *codes, *NUMBERS, *PHONES, "13800000009"]:
        assert secret not in everything


def test_two_laptops_meet_on_postgresql(machine, serve, postgres):  # noqa: F811
    where, alone, other = machine("county"), machine("王秀兰"), machine("李主任")
    address = postgres("main_job")
    where.ok("county init", env={"GRIDAPP_DATABASE": address})
    county = serve(where)
    for laptop in (alone, other):
        code = county.code(GRID, laptop.home.name)
        laptop.ok("init --server", county.url, "--code", code)
    key = alone.answer("add resident name=李桂英 phones=13800000001")["id"]
    alone.answer("sync")
    other.answer("sync")
    _different_fields(alone, other, key)
    alone.ok("set resident", key, "illness=高血压")
    other.ok("set resident", key, "illness=糖尿病")
    alone.answer("sync")
    assert other.answer("sync")["held"] == 1
    status = where.answer("county status")
    assert (status["database"], status["held"]) == ("postgresql", {"conflict": 1})
    code, said = county.stop()
    assert code == 0
    assert {json.loads(line)["level"] for line in said.splitlines()} == {"info"}


def test_a_server_that_was_killed_goes_on_where_it_was(machine, serve):
    where, laptop = machine("county"), machine("laptop")
    where.ok("county init")
    server = serve(where)
    laptop.ok("init --server", server.url, "--code", server.code(GRID, "周敏"))
    laptop.ok("add resident name=李桂英")
    assert laptop.answer("sync")["pushed"] == 1
    server.process.kill()
    server.process.communicate()
    laptop.ok("add resident name=张德福")
    assert "连不上县级服务器" in laptop.refused("sync", "--json")
    again = serve(where, server.url.rpartition(":")[2])
    assert laptop.answer("sync")["pushed"] == 1
    assert len(where.answer("county list resident")) == 2
    used = sentence(where.call("county", "serve", "--data", where.data, "--port",
                               again.url.rpartition(":")[2]))  # fmt: skip
    assert "已被占用" in used


def test_who_is_not_let_in_is_told_why_and_can_try_again(machine, serve):
    where, laptop = machine("county"), machine("laptop")
    where.ok("county init")
    server = serve(where)
    code = server.code(GRID, "周敏")
    join = ("init", "--server", server.url, "--code")
    assert "登记码不对" in laptop.refused(*join, "2222-3333-4444")
    assert not laptop.data.exists()
    nobody = ("init", "--server", "http://127.0.0.1:9", "--code", code)
    assert "连不上县级服务器" in laptop.refused(*nobody)
    laptop.ok(*join, code)
    assert "已经登记过" in laptop.refused("enrol", *join[1:], code)
    other = machine("other")
    assert "已经用过" in other.refused(*join, code)
    [device] = where.answer("county status")["devices"]
    where.ok("county revoke", device["id"])
    assert "已被停用" in laptop.refused("sync", "--json")
    assert "已停用" in where.ok("county status")


def test_a_vault_of_another_grid_is_refused_and_stays_as_it_was(machine, serve):
    where, laptop = machine("county"), machine("laptop")
    where.ok("county init")
    server = serve(where)
    laptop.ok("init --grid", GRID, "--name", "第3网格", "--worker", "周敏")
    laptop.ok("add resident name=李桂英")
    foreign = server.code("990101001001002", "周敏")
    told = laptop.refused("enrol --server", server.url, "--code", foreign)
    assert "网格" in told
    assert [one["name"] for one in laptop.answer("list resident")] == ["李桂英"]
    assert where.answer("county status")["devices"] == []
