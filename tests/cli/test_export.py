"""gridapp export: chosen, sorted, masked unless a purpose is given."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import openpyxl
import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.paths import resources

ELDERS = resources() / "samples" / "独居老人台账.xlsx"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A vault with the people of a sample ledger."""
    folder = tmp_path_factory.mktemp("export") / "vault"
    call(folder, "init", "--grid", "990101001001001", "--name", "第3网格")
    call(folder, "import", shutil.copy(ELDERS, folder.parent))
    return folder


def call(data, *words, code=0):
    env = {"GRIDAPP_PASSWORD": "test-password"}
    told = CliRunner().invoke(main, [*words, "--data", str(data)], env=env)
    assert told.exit_code == code, told.output
    return told


def rows(path):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    head, *found = sheet.iter_rows(values_only=True)
    return [dict(zip(head, one, strict=True)) for one in found]


def test_the_ending_says_what_is_written(data, tmp_path):
    for name in ("a.xlsx", "a.csv"):
        told = call(data, "export", "resident", str(tmp_path / name), "--json")
        answer = json.loads(told.stdout)
        assert answer["rows"] > 300
        assert answer["unmasked"] is False
        assert "name" in answer["columns"]
    told = call(data, "export", "resident", str(tmp_path / "a.pdf"), code=1)
    assert ".xlsx 或 .csv" in told.stderr


def test_conditions_columns_and_order_are_taken(data, tmp_path):
    out = tmp_path / "a.xlsx"
    words = ["--where", "age>=85", "--columns", "姓名,年龄,phones", "--sort", "-age"]
    call(data, "export", "resident", str(out), *words)
    found = rows(out)
    assert list(found[0]) == ["姓名", "年龄", "联系方式"]
    ages = [one["年龄"] for one in found]
    assert ages == sorted(ages, reverse=True)
    assert ages[-1] >= 85
    told = call(data, "export", "resident", str(out), "--columns", "身高", code=1)
    assert "没有“身高”" in told.stderr
    assert "name（姓名）" in told.stderr


def test_numbers_in_notes_are_masked_unless_a_purpose_is_given(data, tmp_path):
    out, note = tmp_path / "a.csv", "note=电话13900000099 身份证990101194203081031"
    call(data, "add", "resident", "name=赵有备注", note)
    one = ("export", "resident", str(out), "--columns", "name,note")
    call(data, *one, "--where", "name=赵有备注")
    assert "电话139****0099 身份证990***********1031" in out.read_text("utf-8-sig")
    whole = ("--unmask", "--purpose", "报街道民政办摸底")
    call(data, *one, "--where", "name=赵有备注", *whole)
    assert note.removeprefix("note=") in out.read_text("utf-8-sig")
    beside = (tmp_path / f"{out.stem}-说明.txt").read_text("utf-8-sig")
    assert f"用途：{whole[-1]}" in beside
    assert f"{dt.date.today()}" in beside


def test_full_numbers_need_a_purpose_and_are_journalled(data, tmp_path):
    out = tmp_path / "a.xlsx"
    call(data, "export", "resident", str(out), "--unmask", code=2)
    call(data, "export", "resident", str(out), "--unmask", "--purpose", "看", code=1)
    assert not out.exists()
    words = ["--unmask", "--purpose", "报街道民政办摸底"]
    call(data, "export", "resident", str(out), *words)
    assert any("9901" in (one["公民身份号码"] or "") for one in rows(out))
    assert not any("*" in (one["公民身份号码"] or "") for one in rows(out))
    from gridapp.store import vault
    from gridapp.store.acts import acts

    store = vault.open_store(data, "test-password")
    with store.reading() as db:
        told = next(act for act in acts(db) if act.kind == "export")
    store.close()
    assert told.detail.endswith("存为 a.xlsx")
    assert told.purpose == "报街道民政办摸底"
    assert told.by
    assert (told.file, told.people) == ("a.xlsx", len(rows(out)))


def test_the_standard_is_delivered_with_what_is_lacking(data, tmp_path):
    out = tmp_path / "a.xlsx"
    words = ["--standard", "gbt31000", "--json"]
    told = call(data, "export", "resident", str(out), *words)
    answer = json.loads(told.stdout)
    assert answer["rows"] == sum(answer["tables"].values())
    assert answer["lacking"] == answer["rows"]  # nobody wrote down 籍贯
    book = openpyxl.load_workbook(out)
    assert book["待补"].max_row == answer["lacking"] + 1
    call(data, "export", "resident", str(out), *words, "--columns", "name", code=2)
    told = call(data, "export", "visit", str(out), *words, code=1)
    assert "没有走访记录的表" in told.stderr
