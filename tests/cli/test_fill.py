"""gridapp fill, and the conditions that gridapp list and fill share."""

from __future__ import annotations

import json

import openpyxl
import pytest
from click.testing import CliRunner

from gridapp.cli import main
from tests.conftest import PASSWORD, id_number
from tests.office import forms

LI = id_number("1944-03-08", 122)


@pytest.fixture
def run(vault, people, monkeypatch):
    monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORD)
    folder = str(vault.folder)
    vault.close()

    def call(*words):
        return CliRunner().invoke(main, [*map(str, words), "--data", folder])

    return call


def told(result):
    assert result.exit_code == 0, result.output + result.stderr
    return result.stdout


def cells(path):
    return [list(row) for row in openpyxl.load_workbook(path).active.values]


def test_a_form_is_filled_and_answers_as_the_schema_says(run, tmp_path):
    form, out = forms.bare(tmp_path / "体检.xlsx"), tmp_path / "填好.xlsx"
    answer = json.loads(told(run("fill", form, out, "--where", "tag=独居", "--json")))
    assert answer == {
        "rows": 1,
        "columns": {
            "序号": "number",
            "姓名": "name",
            "性别": "sex",
            "联系电话": "phones",
            "所属网格": "grid",
        },
        "unknown": ["是否参加体检"],
        "missing": {},
        "warnings": [],
    }
    assert cells(out)[1][:4] == [1, "李桂英", "女", "138****0001"]


def test_a_map_is_taken_and_kept_for_the_next_form(run, tmp_path):
    said = tmp_path / "map.json"
    said.write_text('{"是否参加体检": "=是"}', encoding="utf-8")
    out = tmp_path / "填好.xlsx"
    form = forms.bare(tmp_path / "体检.xlsx")
    told(run("fill", form, out, "--where", "age>=80", "--map", said))
    assert cells(out)[1][5] == "是"
    words = told(run("fill", form, tmp_path / "再填.xlsx", "--where", "building=12"))
    assert "已填好 2 人" in words
    assert "2 人没有联系电话" in words
    assert [row[5] for row in cells(tmp_path / "再填.xlsx")[1:3]] == ["是", "是"]


def test_whole_numbers_need_a_purpose_and_leave_a_trace(run, tmp_path):
    form, out = forms.elders(tmp_path / "摸底.xlsx"), tmp_path / "填好.xlsx"
    words = ("fill", form, out, "--where", "building=3", "--unmask")
    assert run(*words).exit_code == 2
    assert "至少 5 个字" in run(*words, "--purpose", "摸底").stderr
    assert not out.exists()
    told(run(*words, "--purpose", "报街道民政办摸底"))
    assert cells(out)[3][4] == LI


def test_a_form_of_one_person_goes_into_a_folder(run, tmp_path):
    form, out = forms.card(tmp_path / "登记表.xlsx"), tmp_path / "填好"
    told(run("fill", form, out, "--where", "building=12"))
    assert len(list(out.iterdir())) == 2


def test_the_named_are_completed_without_choosing(run, tmp_path):
    form, out = forms.named(tmp_path / "名单.xlsx"), tmp_path / "填好.xlsx"
    answer = json.loads(told(run("fill", form, out, "--named", "--json")))
    assert answer["rows"] == 2
    assert [row[1] for row in cells(out)[1:]] == ["陈秀兰", "王不在", "李桂英", None]


def test_the_named_bring_in_no_namesake(run, tmp_path):
    form, out = forms.named(tmp_path / "名单.xlsx"), tmp_path / "填好.xlsx"
    assert run("add", "resident", "name=李桂英", "sex=女").exit_code == 0
    answer = json.loads(told(run("fill", form, out, "--named", "--json")))
    assert answer["rows"] == 1
    assert "2 人" in answer["warnings"][0]
    assert [row[1] for row in cells(out)[1:]] == ["陈秀兰", "王不在", "李桂英", None]
    assert cells(out)[3][2] is None

    book = openpyxl.load_workbook(form)
    book.active["B2"], book.active["B4"] = "李桂英", "李桂英"
    book.active["C4"] = LI
    book.save(form)
    told(run("fill", form, out, "--named"))
    assert cells(out)[1][2] is None
    assert cells(out)[3][2:4] == [LI, 82]

    book.active["C4"] = None
    book.save(form)
    nobody = run("fill", form, tmp_path / "没有.xlsx", "--named")
    assert nobody.exit_code == 1
    assert "没有改动：李桂英、王不在、李桂英" in nobody.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--where", "tag=高个"), "没有“高个”这一项"),
        (("--where", "building=99"), "没有符合条件的人"),
        (("--sheet", "别的"), "没有“别的”这张工作表，有的是：摸底表、汇总"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(run, tmp_path, words, said):
    form, out = forms.elders(tmp_path / "摸底.xlsx"), tmp_path / "填好.xlsx"
    failed = run("fill", form, out, *words)
    assert (failed.exit_code, out.exists()) == (1, False)
    assert said in failed.stderr


def test_a_list_is_narrowed_by_age_tag_and_place(run):
    def names(*conditions):
        options = [part for one in conditions for part in ("--where", one)]
        found = json.loads(told(run("list", "resident", *options, "--json")))
        return [one["name"] for one in found]

    assert names("age>=80", "here=1") == ["李桂英"]
    assert names("年龄=70-79", "在住=是") == ["张德福", "陈秀兰"]
