"""Whose household a row without a door is, in files as clerks leave them."""

import csv
import datetime as dt

import openpyxl
import pytest

from gridapp.models import record_named
from gridapp.office.ledgers import ledger
from gridapp.office.ledgers.detail import row_detail
from gridapp.office.ledgers.returned import returned_workbook
from gridapp.store import records
from tests.conftest import id_number

TODAY = dt.date(2026, 11, 23)
HEAD = ["门牌号", "姓名", "与户主关系", "身份证号", "联系电话"]
ZHANG, LI, SON, WANG, GIRL = (
    id_number(born, order)
    for born, order in (
        ("1938-07-15", 121),
        ("1945-03-08", 122),
        ("1972-05-06", 123),
        ("1950-10-01", 124),
        ("1975-08-09", 126),
    )
)
FAMILIES = [
    ["3-2-501", "张三", "户主", ZHANG, "13800000001"],
    [None, "李四", "妻", LI, None],
    [None, "张小三", "儿子", SON, None],
    ["3-2-502", "王五", "户主", WANG, None],
    [None, "王小五", "女儿", GIRL, None],
]


@pytest.fixture
def planned(vault, tmp_path):
    """What an import of these rows would do, out of a real file."""

    def plan(*lines, head=HEAD, merged=(), name="花名册.xlsx"):
        path = tmp_path / name
        if path.suffix == ".csv":
            with path.open("w", encoding="gb18030", newline="") as file:
                csv.writer(file).writerows([head, *lines])
        else:
            book = openpyxl.Workbook()
            sheet = book.worksheets[0]
            for line in (head, *lines):
                sheet.append(line)
            for span in merged:
                sheet.merge_cells(span)
            book.save(path)
        return ledger.plan_import(vault, path, today=TODAY)

    return plan


def doors(plan):
    paths = ("building.number", "dwelling.unit", "dwelling.room")
    return ["-".join(row.values.get(p, "") for p in paths) for row in plan.rows]


def codes(row):
    return {one.code for one in (*row.warnings, *row.errors)}


@pytest.mark.parametrize(
    ("name", "merged"),
    [
        ("花名册.xlsx", ()),
        ("花名册.xlsx", ("A2:A4", "A5:A6")),
        ("花名册.csv", ()),
    ],
    ids=["left empty", "merged", "merged once, a csv now"],
)
def test_members_live_behind_the_door_of_the_head_above(vault, planned, name, merged):
    plan = planned(*FAMILIES, name=name, merged=merged)

    assert doors(plan) == ["3-2-501"] * 3 + ["3-2-502"] * 2
    assert ledger.apply(vault, plan).households == 2
    with vault.reading() as db:
        people = records.find(db, record_named("resident"))
    homes = {one["name"]: one["household_id"] for one in people}
    assert homes["张三"] == homes["李四"] == homes["张小三"] != homes["王五"]
    assert homes["王五"] == homes["王小五"]


def test_a_door_that_was_filled_in_is_shown_before_it_is_written(planned):
    plan = planned(*FAMILIES)

    words = "住址空着，按上面的户主张三记为 3-2-501"
    assert [one.message for one in plan.rows[1].warnings][:1] == [words]
    [line] = [one for one in row_detail(plan, plan.rows[1]).lines if one.problems]
    assert (line.heading, line.cell, words in line.problems) == ("门牌号", "", True)


@pytest.mark.parametrize(
    "between",
    [
        [None, "赵六", "户主", WANG, None],
        [None, "赵六户主", None, WANG, None],
        [None, "赵六", None, WANG, None],
        ["3-2-503", "赵六", "妻", WANG, None],
    ],
    ids=["another head", "head by name", "nobody says whose", "another door"],
)
def test_a_door_never_reaches_over_somebody_else(planned, between):
    plan = planned(FAMILIES[0], between, [None, "赵小六", "儿子", GIRL, None])

    assert doors(plan)[2] == "--"
    assert "W_NO_DOOR" in codes(plan.rows[2])


def test_a_sub_heading_of_a_building_ends_a_family(planned):
    plan = planned(FAMILIES[0], ["4号楼", *[None] * 4], FAMILIES[1])

    assert "dwelling.room" not in plan.rows[2].values


def test_without_relations_an_empty_door_stays_empty(planned):
    head = ["门牌号", "姓名", "身份证号"]
    plan = planned(["3-2-501", "张三", ZHANG], [None, "李四", LI], head=head)

    assert doors(plan) == ["3-2-501", "--"]


@pytest.mark.parametrize(
    ("heading", "first", "second", "filled"),
    [
        ("户主", "张三", "张三", True),
        ("户主", "张三", "王五", False),
        ("户号", "17", "17", True),
        ("户号", "17", "18", False),
    ],
)
def test_the_head_s_name_or_the_number_says_whose_household_it_is(
    planned, heading, first, second, filled
):
    """The head is in a column of his own here; the first row is his wife's."""
    head = ["户主", heading, "门牌号", "姓名", "身份证号"]
    head, cut = (head, 0) if heading == "户号" else (head[1:], 1)
    rows = ["张三", first, "3-2-501", "李四", LI], [None, second, None, "张小三", SON]

    plan = planned(*(row[cut:] for row in rows), head=head)

    assert ("3-2-501" in doors(plan)[1]) is filled


def test_a_head_with_a_damaged_door_keeps_the_family_together(vault, planned, tmp_path):
    """Members would go in without a home, and the head alone would get one later."""
    lines = [dt.datetime(2026, 3, 2), *FAMILIES[0][1:]], *FAMILIES[1:]
    plan = planned(*lines)

    assert [row.state for row in plan.rows] == ["错误"] * 3 + ["新增"] * 2
    assert "E_HEAD_DOOR" in codes(plan.rows[1])
    returned_workbook(plan, tmp_path / "花名册.xlsx", tmp_path / "改.xlsx")
    book = openpyxl.load_workbook(tmp_path / "改.xlsx")
    book.worksheets[0]["A2"] = "3-2-501"
    book.worksheets[0]["A2"].number_format = "@"
    book.save(tmp_path / "改.xlsx")
    again = ledger.plan_import(vault, tmp_path / "改.xlsx", today=TODAY)
    assert doors(again)[:3] == ["3-2-501"] * 3


def test_a_head_who_is_crossed_out_still_has_the_door_of_the_family(vault, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in (HEAD, *FAMILIES):
        sheet.append(line)
    for cell in sheet[2]:
        cell.font = openpyxl.styles.Font(strike=True)
    book.save(tmp_path / "花名册.xlsx")

    plan = ledger.plan_import(vault, tmp_path / "花名册.xlsx", today=TODAY)

    assert plan.rows[0].state == "跳过"
    assert doors(plan)[1:3] == ["3-2-501"] * 2


APART = [
    "户主",
    "户主身份证号",
    "住址",
    "户主电话",
    "家庭成员",
    "与户主关系",
    "身份证号",
]
ALONE = id_number("1944-01-10")


def test_heads_with_columns_but_no_row_go_in_once(vault, planned):
    """They were lost: the row of one who lives alone was passed over in silence."""
    plan = planned(
        ["张三", ZHANG, "3-2-501", "13800000001", "李四", "妻", LI],
        [None, None, None, None, "张小三", "儿子", SON],
        ["王五", WANG, "3-2-502", None, "王五", "户主", WANG],
        ["王五", WANG, "3-2-502", None, "王小五", "女儿", GIRL],
        ["赵六", ALONE, "3-2-503", "13800000003", None, None, None],
        head=APART,
    )

    people = [(row.row, row.values["name"]) for row in plan.rows]
    assert people == [
        *((2, "张三"), (2, "李四"), (3, "张小三")),
        *((4, "王五"), (5, "王小五"), (6, "赵六")),
    ]
    added = [row.values["name"] for row in plan.rows if "W_HEAD_ADDED" in codes(row)]
    assert added == ["张三", "赵六"]
    assert ledger.apply(vault, plan).added == 6
    with vault.reading() as db:
        everybody = records.find(db, record_named("resident"))
    [zhang] = [one for one in everybody if one["name"] == "张三"]
    assert (zhang["id_number"], zhang["relation"]) == (ZHANG, "02")
    assert zhang["phones"] == ("13800000001",)


def test_a_line_of_two_people_says_what_is_wrong_about_both(planned, tmp_path):
    line = ["张三", ZHANG, "3-2-501", "13800000001", "李四", "妻", LI, "1380000"]
    plan = planned(line, head=[*APART, "电话"])
    head, member = plan.rows
    assert (head.state, member.state, head.place) == ("新增", "错误", ("Sheet", -2))

    returned_workbook(plan, tmp_path / "花名册.xlsx", tmp_path / "改.xlsx")

    cells = [
        one.value for one in openpyxl.load_workbook(tmp_path / "改.xlsx").active[2]
    ]
    assert cells[8] == "错误"
    assert "户主没有单独一行" in cells[10]
    assert "电话：" in cells[10]


HEAD_OF_CONTACTS = ["姓名", "身份证号", "房东", "子女姓名", "关系", "子女电话"]


def told(plan):
    [row] = plan.rows
    contacts = [(c.name, c.relation, c.phones) for c in row.values.get("contacts", ())]
    return contacts, [one.field for one in row.errors]


@pytest.mark.parametrize(
    ("cells", "contacts"),
    [
        (
            ("李强/李红", "儿子/女儿", "13800000004/13800000005"),
            [("李强", "儿子", ("13800000004",)), ("李红", "女儿", ("13800000005",))],
        ),
        (
            ("李强、李红", "子女", "13800000004"),
            [("李强", "子女", ("13800000004",)), ("李红", "子女", ("13800000004",))],
        ),
        (("李强13800000004", "长子", None), [("李强", "长子", ("13800000004",))]),
    ],
)
def test_several_people_in_the_cells_of_one_contact_are_told_apart(
    planned, cells, contacts
):
    plan = planned(["张三", ZHANG, None, *cells], head=HEAD_OF_CONTACTS)
    assert told(plan) == (contacts, [])


def test_contacts_that_cannot_be_told_apart_are_not_guessed(planned):
    cells = "李强、李红", "子女", "13800000004、13800000005、13800000006"
    plan = planned(["张三", ZHANG, None, *cells], head=HEAD_OF_CONTACTS)
    assert told(plan) == ([], ["contact.1.name"])
    assert "长子 王大 13800000003" in plan.rows[0].errors[0].message


def test_a_landlord_may_have_the_telephone_behind_the_name(planned):
    row = ["张三", ZHANG, "王东 13800000009", None, None, None]
    [said] = planned(row, head=HEAD_OF_CONTACTS).rows
    assert said.values["dwelling.owner_name"] == "王东"
    assert said.values["dwelling.owner_phones"] == ("13800000009",)


def test_a_list_of_heads_alone_is_a_list_of_people(vault, planned):
    """It was refused as a sheet without headings: 户主姓名 was nobody's name."""
    head = ["编号", "户主姓名", "身份证号", "家庭住址", "户主电话", "保障人口"]
    row = [1, "张三", ZHANG, "3-2-501", "13800000001", 2]
    plan = planned(head, row, head=["低保户名单"])

    [row] = [one for one in plan.rows if one.state == "新增"]
    said = (row.values["name"], row.values["relation"], row.values["phones"])
    assert said == ("张三", "02", ("13800000001",))
    ledger.apply(vault, plan)
    again = ledger.plan_again(vault, plan, plan.choices)
    assert [one.state for one in again.rows if one.values] == ["无变化"]
