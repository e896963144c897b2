"""gridapp import as a conversation: code sets, questions, undo, what is remembered."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from gridapp.cli import main
from tests.conftest import id_number

HEAD = ["姓名", "性别", "文化程度", "楼栋", "单元", "房号", "出生日期", "摸底"]
OLD = ["王五", "1", "20", "3", "2", "501", "1938-07-15", ""]
TWO = id_number("1945-03-08", 122)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A vault made once; every test imports under names of its own."""
    data = tmp_path_factory.mktemp("cli") / "vault"
    run = caller(str(data))
    told = run("init", "--grid", "990101001001001", "--name", "第3网格")
    assert told.exit_code == 0, told.output
    return run


def caller(data):
    def call(*words):
        env = {"GRIDAPP_PASSWORD": "test-password"}
        return CliRunner().invoke(main, [*words, "--data", data], env=env)

    return call


@pytest.fixture
def ledger(tmp_path):
    def write(*lines, head=HEAD):
        path = tmp_path / "台账.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([head, *lines])
        return str(path)

    return write


def rows(told):
    assert told.exit_code == 0, told.stderr
    return [row for sheet in json.loads(told.stdout)["sheets"] for row in sheet["rows"]]


def answer(told):
    assert told.exit_code == 0, told.stderr
    return json.loads(told.stdout)


def test_columns_of_digits_ask_for_their_code_set_and_remember_it(made, ledger):
    file = ledger(["赵一", *OLD[1:]])
    [row] = rows(made("import", file, "--dry-run", "--json"))
    assert row["state"] == "错误"
    codes = {(one["field"], one["code"]) for one in row["errors"]}
    assert codes == {
        ("sex", "E_CODESET_REQUIRED"),
        ("education", "E_CODESET_REQUIRED"),
    }
    told = made("import", file, "--dry-run").output
    assert "“性别”一列填的是数字" in told
    assert "GB/T 4658-1984" in told
    sets = ("--code-set", "性别=GB/T 2261.1", "--code-set", "education=GB/T 4658-1984")
    [row] = rows(made("import", file, *sets, "--dry-run", "--json"))
    assert (row["state"], row["values"]["sex"]) == ("新增", "1")
    assert row["values"]["education"] == "30"
    assert answer(made("import", file, *sets, "--json"))["added"] == 1
    again = answer(made("import", file, "--json"))  # nothing is asked any more
    assert (again["unchanged"], again["refused"]) == (1, 0)


def test_a_code_set_that_does_not_exist_lists_those_there_are(made, ledger):
    told = made("import", ledger(OLD), "--code-set", "性别=国标")
    assert told.exit_code == 1
    assert "GB/T 2261.1" in told.stderr
    told = made("import", ledger(OLD), "--code-set", "性别")
    assert "列=代码标准" in told.stderr


def test_questions_are_accepted_by_row_or_all_at_once(made, ledger):
    head = ["姓名", "身份证号", "楼栋", "单元", "房号"]
    people = [
        (f"钱{'甲乙丙丁'[n]}", id_number(f"195{n}-01-02", 130 + n), "3", "1", f"10{n}")
        for n in range(4)
    ]
    made("import", ledger(*people, head=head), "--accept", "all")
    moved = [(*one[:2], "3", "2", one[4]) for one in people]
    file = ledger(*moved, head=head)
    states = [row["state"] for row in rows(made("import", file, "--dry-run", "--json"))]
    assert states == ["需确认"] * 4
    some = rows(made("import", file, "--accept", "2,4-4", "--dry-run", "--json"))
    assert [row["state"] for row in some] == ["更新", "需确认", "更新", "需确认"]
    assert some[0]["errors"] == []
    done = answer(made("import", file, "--accept", "台账!2-3", "--json"))
    assert (done["updated"], done["refused"]) == (2, 2)
    done = answer(made("import", file, "--accept", "all", "--json"))
    assert (done["updated"], done["unchanged"]) == (2, 2)
    told = made("import", file, "--accept", "第二行")
    assert told.exit_code == 1
    assert "行号" in told.stderr


def test_a_mapping_is_remembered_and_a_column_may_be_left_out(made, ledger, tmp_path):
    head = ["姓名", "身份证号", "摸底", "联系电话"]
    line = ["孙一", id_number("1950-03-04", 141), "拄拐", "13800000011"]
    mapping = tmp_path / "map.json"
    mapping.write_text('{"摸底": "mobility", "联系电话": "-"}', encoding="utf-8")
    file = ledger(line, head=head)
    made("import", file, "--map", str(mapping))
    [row] = rows(made("import", file, "--dry-run", "--json"))
    assert row["state"] == "无变化"
    assert row["values"]["mobility"] == "拄拐"
    assert "phones" not in row["values"]


def test_an_import_is_undone_by_its_batch(made, ledger):
    head = ["姓名", "身份证号", "联系电话"]
    line = ["李一", id_number("1950-05-06", 151), "13800000021"]
    done = answer(made("import", ledger(line, head=head), "--json"))
    undone = answer(made("import", "--undo", done["batch"], "--json"))
    assert undone == {"taken_back": 1, "stayed": []}
    assert "已经撤销过" in made("import", "--undo", done["batch"]).output
    found = answer(made("list", "resident", "--where", "name=李一", "--json"))
    assert found == []


def test_only_an_import_that_changed_something_offers_to_be_undone(made, ledger):
    head = ["姓名", "身份证号", "联系电话"]
    file = ledger(["周一", id_number("1951-05-06", 151), "13800000022"], head=head)
    assert "--undo" in made("import", file).output
    assert "--undo" not in made("import", file).output


@pytest.mark.parametrize(
    ("name", "said"), [("没有.xlsx", "找不到文件“没有.xlsx”"), (".", "是文件夹")]
)
@pytest.mark.parametrize("words", [("import",), ("fill",)])
def test_a_file_that_cannot_be_read_is_told_like_any_other(
    made, tmp_path, words, name, said
):
    file = str(tmp_path / name)
    told = made(*words, file, *([str(tmp_path / "o.xlsx")] if "fill" in words else []))
    assert told.exit_code == 1
    assert said in told.stderr


def test_without_a_file_or_a_batch_it_says_what_is_missing(made):
    told = made("import")
    assert told.exit_code == 2
    assert "--undo" in told.stderr


def test_what_does_not_go_in_is_told_with_its_row_and_column(made, ledger):
    head = ["姓名", "身份证号", "住址", "电话", "手机号", "高龄津贴"]
    file = ledger(
        ["齐一", id_number("1938-07-15", 131), "3-2-601", "", "1380000001", "有"],
        ["齐二", id_number("1938-07-15", 133), "3-2-602", "", "13800000001", "无"],
        head=head,
    )
    for words in ((), ("--dry-run",)):
        told = made("import", file, *words)
        assert told.exit_code == 0, told.stderr
        assert "“台账”的“高龄津贴”一列不认识，没有导入" in told.stdout
        assert "台账 第 2 行：手机号：电话号码不对" in told.stdout
