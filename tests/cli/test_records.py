"""The command line on a real vault, as a script would use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gridapp.cli import main
from gridapp.models import RECORDS

PASSWORD = "test-password"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORD)
    folder = tmp_path / "网格 数据"
    made = CliRunner().invoke(
        main,
        [
            *["init", "--data", str(folder), "--grid", "990101001001001"],
            *["--name", "第3网格", "--worker", "王秀兰"],
        ],
    )
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture
def run(data: Path) -> Callable[..., Result]:
    def call(*words: str) -> Result:
        # options before "--" so that a value may begin with a dash
        return CliRunner().invoke(main, [*words, "--data", str(data)])

    return call


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def added(run: Callable[..., Result], *words: str) -> str:
    return answer(run("add", *words, "--json"))["id"]


def test_a_record_is_added_changed_and_shown_with_its_history(run):
    key = added(run, "resident", "name=李桂英", "sex=女", "phones=13800005521")
    answer(run("set", "resident", key, "name=李桂瑛", "--json"))
    answer(run("set", "resident", key, "note=耳背，说话大声", "--json"))
    lines = answer(run("show", "resident", key, "--history", "--json"))
    changes = [(one["field"], one["old"], one["new"]) for one in lines]
    assert ("name", None, "李桂英") in changes
    assert ("name", "李桂英", "李桂瑛") in changes
    assert changes[-1] == ("note", None, "耳背，说话大声")
    assert {one["by"] for one in lines} == {"王秀兰"}
    assert {one["device"] for one in lines} != {""}


def test_private_values_are_masked_unless_asked_and_asking_is_journalled(run, data):
    number = "990101194403081523"
    key = added(
        run,
        *["resident", "name=李桂英", f"id_number={number}", "phones=13800005521"],
        "id_verified=是",
    )
    shown = run("show", "resident", key)
    assert number not in shown.output
    assert "13800005521" not in shown.output
    history = run("show", "resident", key, "--history")
    assert number not in history.output
    listed = answer(run("list", "resident", "--json"))
    assert number not in json.dumps(listed)
    assert number in run("show", "resident", key, "--unmask").output

    from gridapp.store import vault

    store = vault.open_store(data, PASSWORD)
    with store.reading() as db:
        acts = db.exec_driver_sql("SELECT act, record_id FROM disclosure").all()
    store.close()
    assert [tuple(one) for one in acts] == [("show", key.replace("-", ""))]


def test_numbers_in_a_note_are_masked_like_any_other(run):
    key = added(run, "resident", "name=李桂英", "note=长子13900000099")
    answer(run("set", "resident", key, "note=长子13900000088", "--json"))
    for words in (("list",), ("list", "--json"), ("show",), ("show", "--history")):
        given = (words[0], "resident", *([key] if words[0] == "show" else []))
        told = run(*given, *words[1:]).output
        assert "李桂英" in told
        assert "1390000" not in told
    assert "139****0088" in run("show", "resident", key, "--json").output
    assert "13900000088" in run("show", "resident", key, "--unmask").output


def test_search_finds_by_initials_and_by_door(run):
    building = added(run, "building", "number=3")
    room = added(run, "dwelling", f"building_id={building}", "unit=2", "room=501")
    home = added(run, "household", f"dwelling_id={room}")
    key = added(run, "resident", "name=李桂英", f"household_id={home}")
    for words in ("lgy", "3-2-501", "32501", "李桂"):
        hits = answer(run("search", words, "--json"))
        assert hits[0]["id"] == key, words
        assert set(hits[0]) == {"type", "id", "title", "detail"}


def test_a_field_is_named_by_its_label_as_well(run):
    key = added(run, "resident", "姓名=李桂英", "性别=女")
    assert run("set", "resident", key, "备注=听力不好").exit_code == 0
    [found] = answer(run("list", "resident", "--where", "备注=听力不好", "--json"))
    assert (found["id"], found["sex"]) == (key, "2")
    refused = run("set", "resident", key, "性别=中性")
    assert "性别：" in refused.stderr
    assert "没有“中性”" in refused.stderr
    assert "没有“绰号”，可填：" in run("set", "resident", key, "绰号=小李").stderr


def test_a_wrong_value_is_refused_in_words_and_writes_nothing(run):
    refused = run("add", "resident", "name=李桂英", "sex=中性")
    assert refused.exit_code == 1
    assert "性别" in refused.stderr
    assert "没有“中性”" in refused.stderr
    missing = run("add", "resident", "sex=女")
    assert missing.exit_code == 1
    assert "姓名还没有填" in missing.stderr
    assert answer(run("list", "resident", "--json")) == []


def test_wrong_usage_exits_with_2(run):
    assert run("list").exit_code == 2
    assert run("nonsense").exit_code == 2


def test_an_unknown_type_or_field_lists_those_there_are(run):
    unknown = run("list", "car")
    assert unknown.exit_code == 1
    assert "resident（居民）" in unknown.stderr
    field = run("add", "resident", "colour=red")
    assert field.exit_code == 1
    assert "name（姓名）" in field.stderr


def test_a_deleted_record_leaves_lists_and_search_and_comes_back(run):
    key = added(run, "resident", "name=李桂英")
    answer(run("delete", "resident", key, "--json"))
    assert answer(run("list", "resident", "--json")) == []
    assert answer(run("search", "lgy", "--json")) == []
    answer(run("undelete", "resident", key, "--json"))
    assert [one["id"] for one in answer(run("list", "resident", "--json"))] == [key]
    assert answer(run("search", "lgy", "--json"))[0]["id"] == key


def test_every_type_can_be_listed(run):
    for model in RECORDS:
        listed = answer(run("list", model.__tablename__, "--json"))
        assert isinstance(listed, list), model.__tablename__


def test_a_wrong_password_says_what_to_do(run, monkeypatch):
    monkeypatch.setenv("GRIDAPP_PASSWORD", "another-one")
    refused = run("list", "resident")
    assert refused.exit_code == 1
    assert "密码不对" in refused.stderr


def test_a_changed_password_opens_and_the_old_one_does_not(run, tmp_path, monkeypatch):
    new = tmp_path / "new"
    new.write_text("an-other-password\n", encoding="utf-8")
    changed = run("passwd", "--new-password-file", str(new))
    assert changed.exit_code == 0, changed.output
    assert run("list", "resident").exit_code == 1
    monkeypatch.setenv("GRIDAPP_PASSWORD", "an-other-password")
    assert run("list", "resident").exit_code == 0
    assert run("acts").stdout.count("修改自己的密码") == 1


def test_a_second_vault_is_not_laid_over_the_first(run, data):
    again = CliRunner().invoke(
        main, ["init", "--data", str(data), "--grid", "1", "--name", "x"]
    )
    assert again.exit_code == 1
    assert "已经有一份数据" in again.stderr


def test_an_issue_begins_with_a_trace_and_moves_by_its_steps(run):
    key = added(run, "issue", "title_text=路灯不亮", "category=路灯", "state=处置中")
    [begun] = answer(run("list", "issue_step", "--json"))
    assert (begun["from_state"], begun["to_state"]) == (None, "working")
    answer(run("set", "issue", key, "state=待核查", "result=换了灯泡", "--json"))
    steps = answer(run("list", "issue_step", "--json"))
    assert [(one["action"], one["note"]) for one in steps[1:]] == [
        ("check", "换了灯泡")
    ]
    assert answer(run("show", "issue", key, "--json"))["state"] == "review"


@pytest.mark.parametrize("state", ["已结案", "已受理", "已评价"])
def test_an_issue_cannot_be_written_into_a_state_that_takes_steps(run, state):
    words = ["title_text=路灯不亮", "category=路灯"]
    refused = run("add", "issue", *words, f"state={state}")
    assert refused.exit_code == 1
    assert "新登记的问题只能是“待上报”、“处置中”、“自办结案”" in refused.output
    key = added(run, "issue", *words)
    refused = run("set", "issue", key, f"state={state}")
    assert refused.exit_code == 1
    assert f"现在是“待上报”，您不能“{state}”；可以：改为自己处理" in refused.output
    assert answer(run("list", "issue_step", "--json"))[-1]["to_state"] == "pending"
