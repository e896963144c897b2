"""What stands in a column of names and is no name, or is a name and a remark."""

import datetime as dt

import pytest

from gridapp.office.ledgers.cell_reader import CellReader
from gridapp.office.ledgers.checks import check_together
from gridapp.office.ledgers.known import TABLES, Known
from gridapp.office.ledgers.rows import read_rows
from gridapp.office.tables.headers import find_header
from gridapp.office.tables.reader import RawSheet

TODAY = dt.date(2026, 11, 23)
HEAD = ["楼栋", "单元", "房号", "姓名", "与户主关系", "联系电话"]


def read(name, relation=None, phone=None):
    """The one row of a sheet, with what is said about it."""
    sheet = RawSheet("表", [HEAD, [3, 2, 502, name, relation, phone]])
    [row] = read_rows(sheet, find_header(sheet), CellReader(TODAY, {}))
    check_together([row], TODAY, Known({name: {} for name in TABLES}))
    return row


def codes(row):
    found = [*row.warnings, *row.questions, *row.errors]
    return [(one.field, one.code) for one in found]


@pytest.mark.parametrize("name", ["空户", "空置", "出租", "无人居住", "空置房"])
def test_a_flat_without_people_is_no_person(name):
    assert read(name, None, None).skipped.code == "S_NO_NAME"
    row = read(name, None, "13800000001")
    assert (row.skipped, codes(row)) == (None, [("name", "S_NO_NAME")])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("户主", "S_NO_NAME"),
        ("姓名", "S_NO_NAME"),
        ("以下空白", "S_NO_NAME"),
        ("王五配偶", "S_NO_NAME"),
        ("王五之妻", "S_NO_NAME"),
        ("王五的儿子", "S_NO_NAME"),
        ("张三和李四", "E_NAME_MULTIPLE"),
    ],
)
def test_words_that_are_no_name_are_refused(name, code):
    row = read(name, "子", "13800000001")
    assert ("name", code) in codes(row)
    assert row.errors


@pytest.mark.parametrize(
    "name",
    [
        "李和平",
        "张和",
        "巴图和希格",
        "王羲之",
        "空海",
        "商子",
        "李如故",
        "王亡",
        "户主光",
    ]
    + ["阿依古丽·买买提", "亡", "张妻", "李之夫", "王女"],
)
def test_names_that_look_like_other_words_stay_names(name):
    row = read(name, "子", "13800000001")
    assert (row.values["name"], row.errors, row.questions) == (name, [], [])


def test_a_remark_behind_a_name_without_brackets_is_taken_off():
    row = read("王五户主", None, None)
    assert (row.values["name"], row.values["relation"]) == ("王五", "02")
    assert ("name", "W_NAME_ANNOTATION") in codes(row)
    for name in ("王五 亡", "王五已故", "王五去世"):
        row = read(name, None, None)
        assert row.values["name"] == "王五"
        assert [q.code for q in row.questions] == ["Q_DECEASED"]
