"""Ledgers of issues, disputes and visits go in by the rules of their forms."""

import datetime as dt
import json

import openpyxl
import pytest
import xlsxwriter

from gridapp.errors import UserError
from gridapp.models import (
    Building,
    Dispute,
    DisputeParty,
    Issue,
    IssueStep,
    Resident,
    Visit,
)
from gridapp.office.ledgers import ledger
from gridapp.office.ledgers.choices import Choices
from gridapp.office.ledgers.entry_kinds import issue_state, sides
from gridapp.office.ledgers.problems import ERROR, NEW, SAME, SKIP
from gridapp.office.ledgers.returned import returned_workbook
from gridapp.store import records
from gridapp.store.batches import take_back_batch
from tests.conftest import id_number, journal_rows

TODAY = dt.date(2026, 11, 23)
ISSUES = (
    ("安全隐患排查台账",),
    ("序号", "排查日期", "隐患地点", "隐患情况", "隐患类型", "责任人", "整改情况"),
    (1, "2026-10-08", "3号楼2单元", "电动车在楼道充电", "飞线充电", "王强", "已整改"),
    (2, dt.date(2026, 10, 9), "小区东门", "井盖松动", "井盖", "物业", "整改中"),
    (3, "2026.10.10", "5号楼", "墙皮脱落", "外墙", None, None),
    (4, "十月十日", "5号楼", "灯不亮", "路灯", None, None),
    (5, "2026-10-08", "3号楼2单元", "电动车在楼道充电", "飞线充电", "王强", "已整改"),
    ("合计", None, None, "4处"),
)
DISPUTES = (
    ("编号", "纠纷名称", "发生时间", "发生地点", "当事人", "纠纷类型", "化解结果"),
    (1, "漏水纠纷", "2026-09-01", "3号楼", "李强与王芳", "邻里纠纷", "双方和解"),
    (2, "停车纠纷", "2026-09-02", "东门", "张伟", "邻里纠纷", None),
)
VISITS = (
    ("姓名", "身份证号", "走访时间", "走访方式", "走访情况", "备注"),
    ("李桂英", None, "2026-10-08 9:30", "上门", "精神好，血压稳定", "女儿在家"),
    ("李桂英", None, "2026-10-15", "电话", "一切正常", None),
    ("赵无人", None, "2026-10-15", "上门", "没有见到", None),
)


def workbook(path, rows):
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("台账")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, dt.date):
                page.write_datetime(number, column, cell, day)
            elif cell is not None:
                page.write(number, column, cell)
    book.close()
    return path


def planned(vault, path, kind=""):
    return ledger.plan_import(vault, path, today=TODAY, choices=Choices(kind=kind))


def states(plan):
    return [row.state for row in plan.rows]


def all_of(vault, model):
    with vault.reading() as db:
        return records.filtered(db, model, {})


def test_a_ledger_of_hazards_becomes_issues_with_their_trace(vault, tmp_path):
    with vault.writing() as tx:
        records.save(tx, Building, {"number": "3"})
    plan = planned(vault, workbook(tmp_path / "隐患.xlsx", ISSUES))
    assert plan.kind == "issue"
    assert states(plan) == [NEW, NEW, NEW, ERROR, SKIP, SKIP]
    result = ledger.apply(vault, plan)
    assert (result.added, result.refused) == (3, 1)
    assert "3 条" in result.summary()
    issues = {one["description"].splitlines()[0]: one for one in all_of(vault, Issue)}
    assert issues["电动车在楼道充电"]["state"] == "self_closed"
    assert issues["电动车在楼道充电"]["category"] == "0102"
    assert issues["电动车在楼道充电"]["building_id"] is not None
    assert issues["井盖松动"]["state"] == "working"
    assert issues["墙皮脱落"]["state"] == "pending"
    assert issues["墙皮脱落"]["category"] == "99"
    assert "外墙" in issues["墙皮脱落"]["description"]  # the word is not lost
    assert issues["井盖松动"]["found_at"].astimezone().date() == dt.date(2026, 10, 9)
    assert len(all_of(vault, IssueStep)) == 3


def test_planning_leaves_nothing_behind_and_a_second_import_adds_nothing(
    vault, tmp_path
):
    path = workbook(tmp_path / "隐患.xlsx", ISSUES)
    with vault.reading() as db:
        before = journal_rows(db)
    plan = planned(vault, path)
    with vault.reading() as db:
        assert journal_rows(db) == before
    ledger.apply(vault, plan)
    again = planned(vault, path)
    assert states(again)[:3] == [SAME, SAME, SAME]
    assert again.records == 0
    assert ledger.apply(vault, again).added == 0


def test_a_ledger_of_disputes_becomes_cases_with_two_sides(vault, tmp_path):
    path = workbook(tmp_path / "纠纷.xlsx", DISPUTES)
    plan = planned(vault, path)
    assert plan.kind == "dispute"
    assert states(plan) == [NEW, ERROR]
    assert "两方" in plan.rows[1].errors[0].message
    ledger.apply(vault, plan)
    [dispute] = all_of(vault, Dispute)
    assert dispute["outcome"] == "双方和解"
    assert dispute["state"] == "registered"
    parties = {one["name"]: one["side"] for one in all_of(vault, DisputeParty)}
    assert parties == {"李强": "applicant", "王芳": "respondent"}


def test_a_ledger_of_visits_finds_the_people_and_says_whom_it_does_not_know(
    vault, tmp_path
):
    with vault.writing() as tx:
        resident = records.save(tx, Resident, {"name": "李桂英", "sex": "2"})
    plan = planned(vault, workbook(tmp_path / "走访.xlsx", VISITS))
    assert plan.kind == "visit"
    assert states(plan) == [NEW, NEW, ERROR]
    assert plan.rows[2].errors[0].code == "E_NO_RESIDENT"
    ledger.apply(vault, plan)
    visits = sorted(all_of(vault, Visit), key=lambda one: one["started_at"])
    assert {one["resident_id"] for one in visits} == {resident}
    assert [one["mode"] for one in visits] == ["home", "phone"]
    assert visits[0]["started_at"].astimezone().hour == 9
    assert visits[0]["note"] == "精神好，血压稳定\n女儿在家"


def test_a_list_of_people_stays_one_and_a_strange_type_is_named(vault, tmp_path):
    rows = (
        ("姓名", "身份证号", "电话", "上次走访日期"),
        ("李桂英", id_number("1938-07-15"), "13800000001", "2026-10-08"),
    )
    path = workbook(tmp_path / "老人.xlsx", rows)
    assert planned(vault, path).kind == "resident"
    with pytest.raises(UserError, match="resident、issue、dispute、visit"):
        planned(vault, path, "meeting")


def test_the_whole_import_is_taken_back_as_one(vault, tmp_path):
    result = ledger.apply(
        vault, planned(vault, workbook(tmp_path / "隐患.xlsx", ISSUES))
    )
    with vault.writing() as tx:
        take_back_batch(tx, result.batch)
    assert all_of(vault, Issue) == []


def test_the_ledger_comes_back_with_its_problems(vault, tmp_path):
    source = workbook(tmp_path / "隐患.xlsx", ISSUES)
    out = tmp_path / "核对.xlsx"
    plan = planned(vault, source)
    returned_workbook(plan, source, out)
    page = openpyxl.load_workbook(out).active
    assert page.cell(6, page.max_column - 2).value == ERROR
    assert page.cell(6, 2).fill.fgColor.rgb == "FFFFE699"
    json.dumps(plan.as_json(unmask=True), ensure_ascii=False, default=str)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("已整改", "self_closed"),
        ("整改完成", "self_closed"),
        ("是", "self_closed"),
        ("√", "self_closed"),
        ("未整改", "working"),
        ("整改中", "working"),
        ("否", "working"),
        ("", "pending"),
    ],
)
def test_what_became_of_a_hazard_is_read_from_its_words(words, state):
    assert issue_state(words) == state


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (("李强与王芳",), [["李强"], ["王芳"]]),
        (("李强、王芳",), [["李强"], ["王芳"]]),
        (("李强、李刚", "王芳"), [["李强", "李刚"], ["王芳"]]),
        (("李强", None), [["李强"], []]),
        ((None,), [[], []]),
    ],
)
def test_parties_are_told_apart(cells, names):
    found = sides(*cells)
    given = [
        [one["name"] for one in found if one["side"] == side]
        for side in ("applicant", "respondent")
    ]
    assert given == names


def test_a_column_may_be_named_by_its_field_or_a_usual_heading(vault, tmp_path):
    rows = (("甲", "乙", "丙"), ("井盖松动", "2026-10-09", "东门"))
    path = workbook(tmp_path / "隐患.xlsx", rows)
    columns = {"甲": "issue.description", "乙": "发现时间", "丙": "地点"}
    choices = Choices(columns=columns, kind="issue")
    plan = ledger.plan_import(vault, path, today=TODAY, choices=choices)
    assert states(plan) == [NEW]
    ledger.apply(vault, plan)
    [issue] = all_of(vault, Issue)
    assert (issue["title_text"], issue["place"]) == ("井盖松动", "东门")
