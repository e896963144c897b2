"""Rows of a ledger: which are people, what is filled in, what is said about them."""

import datetime as dt

import pytest

from gridapp.office.ledgers.cell_reader import CellReader
from gridapp.office.ledgers.checks import check_together
from gridapp.office.ledgers.known import TABLES, Known
from gridapp.office.ledgers.rows import read_rows
from gridapp.office.ledgers.titles import ledger_date
from gridapp.office.tables.headers import find_header
from gridapp.office.tables.reader import RawSheet

TODAY = dt.date(2026, 11, 23)
HEAD = ["楼栋", "单元", "房号", "姓名", "身份证号", "与户主关系", "联系电话"]
FATHER, MOTHER = "990101193807151219", "990101194503081084"


def read(*lines, head=HEAD, name="表", code_sets=None, **marks):
    sheet = RawSheet(name, [head, *lines], **marks)
    reader = CellReader(TODAY, code_sets or {})
    rows = list(read_rows(sheet, find_header(sheet), reader))
    check_together(rows, TODAY, Known({name: {} for name in TABLES}))
    return rows


def one(*cells, head=HEAD, **kwargs):
    [row] = read([*cells], head=head, **kwargs)
    return row


def codes(row):
    found = [*row.warnings, *row.questions, *row.errors]
    return [(p.field, p.code) for p in found]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["合计", None, None, "26人"], "S_TOTAL"),
        (["小计：", None, None, 26], "S_TOTAL"),
        (["3号楼"], "S_BUILDING"),
        (["和顺里3号楼2单元"], "S_BUILDING"),
        (HEAD, "S_HEADING"),
        (["以下空白"], "S_BLANK_LINE"),
        (["注：每半年核实一次"], "S_BLANK_LINE"),
        ([None, None, None, "第1页 共3页"], "S_BLANK_LINE"),
        (["第 2 页，共 3 页"], "S_BLANK_LINE"),
        ([3, 2, 502, None, None, None, "空置"], "S_NO_NAME"),
        ([3, 2, 502, None, None, None, "13800000001"], "S_NO_NAME"),
    ],
)
def test_lines_that_are_no_people_are_skipped(line, code):
    assert one(*line, *[None] * (len(HEAD) - len(line))).skipped.code == code


def test_empty_lines_are_not_mentioned():
    assert read([None] * 7, ["", " ", None, None, None, None, None]) == []


def test_sub_heading_gives_the_building_of_the_rows_below():
    head = HEAD[2:]
    rows = read(
        ["35号楼2单元", None, None, None, None],
        [501, "王五", FATHER, "户主", None],
        ["36号楼", None, None, None, None],
        [502, "李四", MOTHER, "户主", None],
        head=head,
    )
    places = [
        (r.values["building.number"], r.values.get("dwelling.unit"))
        for r in rows
        if r.skipped is None
    ]
    assert places == [("35", "2"), ("36", None)]


def test_name_of_the_sheet_gives_the_building():
    row = one(501, "王五", FATHER, None, None, head=HEAD[2:], name="12号楼")
    assert row.values["building.number"] == "12"


def test_only_cells_merged_downwards_inherit():
    lines = (
        [3, 2, 501, "王五", FATHER, None, "13800000001"],
        [*(None, None, None, "赵秀英", MOTHER, None, None)],
    )
    merges = {(2, 0): (1, 0), (2, 1): (1, 1), (2, 2): (1, 2)}
    second = read(*lines, anchors=merges)[1]
    assert second.values["dwelling.room"] == "501"
    assert "phones" not in second.values
    assert "dwelling.room" not in read(*lines)[1].values


@pytest.mark.parametrize("word", ["同上", "〃", "″"])
def test_ditto_words_repeat_the_row_above(word):
    rows = read(
        [3, 2, 501, "王五", FATHER, "户主", "13800000001"],
        [word, word, word, "赵秀英", MOTHER, "妻", word],
    )
    assert rows[1].values["dwelling.room"] == "501"
    assert rows[1].values["phones"] == ("13800000001",)
    assert ("phones", "W_DITTO") in codes(rows[1])


def test_ditto_does_not_reach_over_a_sub_heading_nor_into_names():
    rows = read(
        [3, 2, 501, "王五", FATHER, "户主", "13800000001"],
        ["4号楼", *[None] * 6],
        [4, 2, 501, "同上", MOTHER, "户主", "同上"],
    )
    assert "phones" not in rows[2].values
    assert ("name", "E_DITTO_NAME") in codes(rows[2])


@pytest.mark.parametrize(
    ("cells", "door"),
    [
        (("3栋", "2单元", "501室"), ("3", "2", "501")),
        ((3.0, 2.0, 501.0), ("3", "2", "501")),
        (("3号楼", None, "2-501"), ("3", "2", "501")),
        (("3栋2单元", None, 501), ("3", "2", "501")),
        (("03", "02", "0501"), ("3", "2", "501")),
        ((None, None, "3 2 501"), ("3", "2", "501")),
        ((None, None, "二期3栋2单元501"), ("2期3", "2", "501")),
        (("3栋", None, "02-0501"), ("3", "2", "501")),
    ],
)
def test_places_are_read_as_offices_write_them(cells, door):
    values = one(*cells, "王五", FATHER, None, None).values
    found = (values["building.number"], values["dwelling.unit"])
    assert (*found, values["dwelling.room"]) == door


def test_room_column_that_names_only_the_building_gives_no_room():
    values = one(None, None, "3栋", "王五", FATHER, None, None).values
    assert (values["building.number"], values.get("dwelling.room")) == ("3", None)


def test_sub_heading_with_a_zero_is_the_same_building():
    [_, row] = read(["03号楼"], [501, "王五", FATHER, "户主", None], head=HEAD[2:])
    assert row.values["building.number"] == "3"


@pytest.mark.parametrize(
    ("cell", "code"),
    [("501-502", "E_ROOM_FORMAT"), ("50l", "E_ROOM_FORMAT"), (45353, "E_ROOM_IS_DATE")],
)
def test_room_that_may_be_another_is_refused(cell, code):
    row = one(3, 2, cell, "王五", FATHER, None, None)
    assert codes(row) == [("dwelling.room", code)]


def test_room_that_became_a_date_is_refused():
    row = one(3, None, dt.date(2026, 3, 2), "王五", FATHER, None, None)
    assert codes(row) == [("dwelling.room", "E_ROOM_IS_DATE")]


def test_number_tells_birth_and_sex_and_wins_over_the_columns():
    head = ["姓名", "身份证号", "出生日期", "性别"]
    row = one("王五", FATHER, "1939-01-01", "女", head=head)
    assert (row.values["born_on"], row.values["sex"]) == ("1938-07-15", "1")
    assert codes(row) == [("born_on", "W_BIRTH_DIFFERS"), ("sex", "W_SEX_DIFFERS")]


def test_unreadable_birth_matters_only_without_a_number():
    head = ["姓名", "身份证号", "出生日期"]
    assert codes(one("王五", FATHER, "三月初八", head=head)) == [
        ("born_on", "W_BIRTH_FROM_ID")
    ]
    assert codes(one("王五", None, "三月初八", head=head)) == [
        ("born_on", "E_DATE_LUNAR")
    ]


def test_wrong_check_digit_is_a_question_and_keeps_the_number():
    row = one(3, 2, 501, "王五", FATHER[:-1] + "0", None, None)
    assert row.errors == []
    assert [q.code for q in row.questions] == ["E_ID_CHECKSUM"]
    assert row.values["id_number"] == FATHER[:-1] + "0"


def test_digits_need_a_code_set():
    head = ["姓名", "出生日期", "学历"]
    assert codes(one("王五", "1945-03-08", 20, head=head)) == [
        ("education", "E_CODESET_REQUIRED")
    ]
    old = {"education": "GB/T 4658-1984"}
    row = one("王五", "1945-03-08", 20, head=head, code_sets=old)
    assert row.values["education"] == "30"


def test_ticked_columns_and_words_are_tags():
    head = ["姓名", "出生日期", "独居", "是否残疾", "人员类别"]
    row = one("王五", "1945-03-08", "√", "肢体二级", "低保、退役军人/热心", head=head)
    assert row.values["tag.alone"] is True
    assert row.values["tag.disability"] is True
    assert row.values["reason.disability"] == "肢体二级"
    assert row.values["tags"] == ("low_income", "veteran")
    assert ("tags", "W_TAG_UNKNOWN") in codes(row)


def test_illness_in_the_column_of_health_is_kept_as_illness():
    head = ["姓名", "出生日期", "健康状况", "患病情况"]
    row = one("王五", "1945-03-08", "高血压", "糖尿病", head=head)
    assert row.values["illness"] == "糖尿病；健康状况：高血压"
    assert "health_level" not in row.values


def test_relatives_in_one_cell_are_told_apart():
    head = ["姓名", "出生日期", "子女情况"]
    cell = "长子王大 13800000003(兰州)；次女 王小二：0951-0000004"
    row = one("王五", "1945-03-08", cell, head=head)
    assert [one.values() for one in row.values["contacts"]] == [
        {
            "name": "王大",
            "relation": "长子",
            "phones": ("13800000003",),
            "address": "兰州",
        },
        {"name": "王小二", "relation": "次女", "phones": ("0951-0000004",)},
    ]
    bad = one("王五", "1945-03-08", "两个孩子都在外地打工很忙", head=head)
    assert codes(bad) == [("contacts", "E_VALUE")]


def test_emergency_contact_with_number_in_one_column():
    head = ["姓名", "出生日期", "紧急联系人"]
    row = one("王五", "1945-03-08", "女儿王芳13800000005", head=head)
    [contact] = row.values["contacts"]
    assert (contact.name, contact.phones) == ("王芳", ("13800000005",))


def test_one_number_for_two_people_is_refused_for_both():
    rows = read(
        [3, 2, 501, "王五", FATHER, "户主", None],
        [3, 2, 501, "王六", FATHER, "弟", None],
    )
    wanted = ("id_number", "E_ID_TWO_PEOPLE")
    assert all(wanted in codes(row) for row in rows)


def test_person_written_twice_is_taken_once_or_asked_about():
    rows = read(
        [3, 2, 501, "王五", FATHER, "户主", None],
        [3, 2, 501, "王  五", FATHER, "户主", None],
        [9, 1, 101, "王五", FATHER, "户主", None],
    )
    assert rows[1].skipped.code == "S_REPEATED"
    assert "第 2 行" in rows[1].skipped.message
    assert [q.code for q in rows[2].questions] == ["Q_TWO_DOORS"]


def test_telephone_of_many_households_is_pointed_out():
    lines = [[n, 1, 101, f"王{c}", None, None, "0951-0000001"] for n, c in
             enumerate("一二三四五六", 1)]  # fmt: skip
    assert all(("phones", "W_PHONE_SHARED") in codes(row) for row in read(*lines))
    assert not any(codes(row) for row in read(*lines[:4]))


@pytest.mark.parametrize(
    ("relations", "code"),
    [
        (("户主", "户主"), "W_TWO_HEADS"),
        (("妻", "子"), "W_NO_HEAD"),
        (("户主", "妻", "配偶"), "W_TWO_SPOUSES"),
        (("户主", "配偶"), "W_SPOUSE_SEX"),
        (("户主", "女儿"), "W_CHILD_OLDER"),
    ],
)
def test_families_that_do_not_fit_are_pointed_out(relations, code):
    head = ["楼栋", "房号", "姓名", "与户主关系", "性别", "出生日期"]
    names = ("王五", "李四", "赵六")
    lines = [
        [3, 501, name, relation, "男", f"{1980 - n}-01-01"]
        for n, (name, relation) in enumerate(zip(names, relations, strict=False))
    ]
    found = [c for row in read(*lines, head=head) for _, c in codes(row)]
    assert code in found


def test_young_person_marked_as_an_elder_alone_is_pointed_out():
    row = one("王五", "1990-03-08", "√", head=["姓名", "出生日期", "独居"])
    assert ("", "W_TAG_AGE") in codes(row)


def test_crossed_out_hidden_and_unsaved():
    lines = [[3, 2, n, f"王{n}", None, None, "13800000001"] for n in (501, 502, 503)]
    for line, name in zip(lines, ("王一", "王二", "王三"), strict=True):
        line[3] = name
    rows = read(
        *lines,
        struck=frozenset({1}),
        hidden=frozenset({2}),
        unsaved=frozenset({(3, 6)}),
    )
    assert rows[0].skipped.code == "S_STRUCK"
    assert ("", "W_HIDDEN_ROW") in codes(rows[1])
    assert ("phones", "E_FORMULA_NO_VALUE") in codes(rows[2])


@pytest.mark.parametrize(
    "cells", [(FATHER, None), (990101193807151e3, None), (None, "1938-07-15")]
)
def test_person_whose_name_is_missing_is_not_passed_over(cells):
    row = one(None, *cells, head=["姓名", "身份证号", "出生日期"])
    assert row.skipped is None
    assert "name" not in row.values


@pytest.mark.parametrize("cells", [(None, None, "13800000001"), (None,), None])
def test_name_that_nobody_computed_is_refused_wherever_it_stands(cells):
    lines = [list(cells)] if cells else []
    head = ["姓名", "身份证号", "电话"]
    [row] = read(*lines, head=head, unsaved=frozenset({(1, 0)}))
    assert row.row == 2
    assert codes(row) == [("name", "E_FORMULA_NO_VALUE")]


def test_day_of_the_ledger_stands_in_its_titles():
    rows = [["台账（2026年）"], ["填表时间：2026.05.08"], ["姓名", "住址", "电话"]]
    sheet = RawSheet("表", rows)
    assert ledger_date(sheet, find_header(sheet)) == dt.date(2026, 5, 8)
    plain = RawSheet("表", rows[2:])
    assert ledger_date(plain, find_header(plain)) is None


def test_columns_of_one_meaning_are_joined_and_nothing_is_lost():
    head = ["姓名", "出生日期", "电话", "手机号", "人员类别", "特殊类别"]
    head += ["慢性病情况", "用药情况", "备注", "说明"]
    line = ["王五", "1945-03-08", "0951-2000001", "13800000001/0951-2000001"]
    line += ["独居", "低保、老党员之家", "高血压", "氨氯地平", "怕狗", "怕狗"]

    row = one(*line, head=head)

    assert row.values["phones"] == ("0951-2000001", "13800000001")
    assert row.values["tags"] == ("alone", "low_income")
    assert row.values["illness"] == "高血压；氨氯地平"
    assert set(row.values["note"].split("；")) == {"怕狗", "老党员之家"}


def test_of_joined_columns_the_damaged_one_is_named():
    head = ["姓名", "出生日期", "电话", "手机号"]
    row = one("王五", "1945-03-08", "1380000111", "13800000001", head=head)
    assert [(p.code, p.heading) for p in row.errors] == [("E_PHONE_FORMAT", "电话")]


def test_words_behind_a_telephone_are_not_lost_to_a_column_of_notes():
    """The note stood behind the telephone, and took the place of its words."""
    head = ["姓名", "出生日期", "电话", "备注"]
    row = one("王五", "1945-03-08", "13800000001（女儿）", "怕狗", head=head)
    assert row.values["note"] == "13800000001：女儿；怕狗"


@pytest.mark.parametrize(
    ("birth", "note"),
    [(None, "年龄：约83岁"), ("1943", None), ("不详", "年龄：约83岁")],
)
def test_an_age_is_kept_where_nothing_else_tells_the_birth(birth, note):
    head = ["姓名", "出生年月", "年龄", "住址"]
    row = one("王五", birth, "约83岁", "3-2-501", head=head)
    assert row.values.get("note") == note
    assert (("born_on", "W_AGE_ALONE") in codes(row)) is bool(note)


def test_contacts_and_telephones_with_numbers_behind_them_stay_apart():
    head = ["姓名", "出生日期", "电话1", "电话2", "紧急联系人1", "关系1", "联系电话1"]
    head += ["紧急联系人2", "关系2", "联系电话2"]
    line = ["王五", "1945-03-08", "13800000001", "13800000002"]
    line += ["王大", "长子", "13800000003", "王二", "次子", "13800000004"]

    row = one(*line, head=head)

    assert row.values["phones"] == ("13800000001", "13800000002")
    assert row.values["contact.1.phones"] == ("13800000003",)
    assert row.values["contact.2.relation"] == "次子"
    assert row.values["contact.2.phones"] == ("13800000004",)
