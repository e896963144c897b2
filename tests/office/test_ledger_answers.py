"""Every question of a row has its answers, and each does what its words say; rows are
also checked against who is known already (domain.md §5.3)."""

import csv
import datetime as dt

import pytest

from gridapp.models import Household, Resident, Visit
from gridapp.office.ledgers import ledger
from gridapp.office.ledgers.detail import people_words, row_detail
from gridapp.office.ledgers.offers import masked_cell
from gridapp.office.ledgers.questions import (
    KEEP,
    NEW_FILE,
    NO,
    YES,
    Answers,
    answers_to,
)
from gridapp.store import records
from tests.conftest import at, id_number

TODAY = dt.date(2026, 11, 23)
HEAD = [
    "姓名",
    "身份证号",
    "出生日期",
    "楼栋",
    "单元",
    "房号",
    "与户主关系",
    "联系电话",
]
LI = id_number("1944-03-08", 122)  # 李桂英, 3-2-501
ZHANG = id_number("1951-05-01", 121)  # 张德福, 12-1-101, 户主
PLACE = ("台账", 2)


@pytest.fixture
def plan_of(vault, tmp_path, people):
    def plan(*lines, head=HEAD, answers=None, title=(), name="台账.csv"):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([*title, head, *lines])
        given = Answers({(PLACE, code): one for code, one in (answers or {}).items()})
        choices = ledger.Choices(answers=given)
        return ledger.plan_import(vault, path, today=TODAY, choices=choices)

    return plan


def first(plan):
    row = plan.rows[0]
    return row.state, {one.code for one in row.errors}


def warned(row):
    return {one.code for one in row.warnings}


def person(vault, name):
    with vault.reading() as db:
        found = [r for r in records.find(db, Resident) if r["name"] == name]
    return found[0] if found else None


def line(name, number="", birth="", door=("3", "2", "501"), relation="", phone=""):
    return [name, number, birth, *door, relation, phone]


MOVED = line("李桂英", LI, door=("12", "1", "101"), phone="13800000077")


def test_moved_keep_updates_the_rest_and_leaves_the_home(plan_of, vault, people):
    assert first(plan_of(MOVED)) == ("需确认", {"Q_MOVED"})
    before = person(vault, "李桂英")["household_id"]
    plan = plan_of(MOVED, answers={"Q_MOVED": KEEP})
    assert first(plan) == ("更新", set())
    ledger.apply(vault, plan)
    after = person(vault, "李桂英")
    assert after["household_id"] == before
    assert "13800000077" in after["phones"]


def test_no_leaves_the_row_out_and_says_why(plan_of, vault):
    plan = plan_of(MOVED, answers={"Q_MOVED": NO})
    assert first(plan) == ("跳过", set())
    assert plan.rows[0].warnings[0].code == "S_DECLINED"
    assert ledger.apply(vault, plan).updated == 0


def test_other_name_keep_takes_the_telephone_and_not_the_name(plan_of, vault):
    row = line("李桂莹", LI, phone="13800000078")
    assert first(plan_of(row)) == ("需确认", {"Q_NAME_DIFFERS"})
    ledger.apply(vault, plan_of(row, answers={"Q_NAME_DIFFERS": KEEP}))
    assert "13800000078" in person(vault, "李桂英")["phones"]
    ledger.apply(vault, plan_of(row, answers={"Q_NAME_DIFFERS": YES}))
    assert person(vault, "李桂莹") is not None


def test_deceased_keep_brings_the_person_in_alive(plan_of, vault):
    row = line("王五(亡)", birth="1940-01-01")
    ledger.apply(vault, plan_of(row, answers={"Q_DECEASED": KEEP}))
    assert person(vault, "王五")["life_state"] is None


def test_a_new_building_is_agreed_to_once_for_all_its_rows(plan_of):
    rows = [line(name, door=("77", "1", room)) for name, room in
            (("孙一", "101"), ("孙二", "102"))]  # fmt: skip
    plan = plan_of(*rows)
    assert [row.state for row in plan.rows] == ["需确认", "需确认"]
    plan = plan_of(*rows, answers={"Q_NEW_BUILDING": YES})
    assert [row.state for row in plan.rows] == ["新增", "新增"]


def test_one_of_several_is_chosen_or_none_of_them(plan_of, vault, people):
    with vault.writing() as tx:
        for number in (131, 132):
            values = {"name": "周伟", "born_on": "1950-01-01"}
            values["id_number"] = id_number("1950-01-01", number)
            records.save(tx, Resident, values)
    row = line("周伟", birth="1950-01-01", door=("", "", ""), phone="13800000079")
    plan = plan_of(row)
    assert first(plan) == ("需确认", {"Q_SEVERAL"})
    offered = people_words(plan.rows[0].people)
    assert len(offered) == 2
    assert all("990***" in words for _, words in offered)
    ledger.apply(vault, plan_of(row, answers={"Q_SEVERAL": offered[1][0]}))
    with vault.reading() as db:
        found = [r for r in records.find(db, Resident) if r["name"] == "周伟"]
    phones = {r["id"].hex: r["phones"] for r in found}
    assert phones[offered[1][0]] == ("13800000079",)
    assert phones[offered[0][0]] is None
    plan = plan_of(row, answers={"Q_SEVERAL": NEW_FILE})
    assert plan.rows[0].state == "新增"


def test_every_question_can_be_declined():
    for code in ("E_ID_CHECKSUM", "Q_DECEASED", "Q_DELETED", "Q_OF_ANOTHER_TYPE"):
        assert list(answers_to(code))[-1] == NO


def test_somebody_who_died_before_the_last_visit_is_refused(plan_of, vault, people):
    with vault.writing() as tx:
        seen = {"resident_id": people.li, "mode": "home", "met_whom": "self"}
        records.save(tx, Visit, seen | {"started_at": at(dt.date(2026, 10, 1))})
    head = [*HEAD, "去世日期"]
    early = plan_of([*line("李桂英", LI), "2026-09-30"], head=head)
    assert first(early) == ("错误", {"E_DEATH_BEFORE_VISIT"})
    late = plan_of([*line("李桂英", LI), "2026-10-02"], head=head)
    assert first(late) == ("更新", set())


def test_heads_and_spouses_who_are_known_already_count(plan_of, vault, people):
    door = ("12", "1", "101")
    head, spouse = (
        plan_of(line("孙丽", birth="1960-01-01", door=door, relation=relation))
        for relation in ("户主", "配偶")
    )
    assert "W_TWO_HEADS" in warned(head.rows[0])
    assert "W_TWO_SPOUSES" in warned(spouse.rows[0])
    child = plan_of(line("孙丽", birth="1940-01-01", door=door, relation="女儿"))
    assert "W_CHILD_OLDER" in warned(child.rows[0])
    assert "W_NO_HEAD" not in warned(child.rows[0])  # 张德福 is
    own = plan_of(line("张德福", ZHANG, door=door, relation="户主"))
    assert warned(own.rows[0]) == set()


def test_one_telephone_counts_the_households_that_are_known(plan_of, vault, people):
    with vault.writing() as tx:
        for home in records.find(tx.db, Household):
            values = {"name": "邻居", "household_id": home["id"]}
            records.save(tx, Resident, values | {"phones": ("13800000099",)})
    rows = [
        line(f"孙{'一二三'[n]}", door=("3", "1", f"10{n}"), phone="13800000099")
        for n in range(3)
    ]
    plan = plan_of(*rows)
    assert all("W_PHONE_SHARED" in warned(row) for row in plan.rows)
    assert "W_PHONE_SHARED" not in warned(plan_of(*rows[:2]).rows[0])


@pytest.mark.parametrize("name", ["独居老人摸底.csv", "台账.csv"])
def test_who_is_under_sixty_in_a_ledger_of_elders_is_pointed_out(plan_of, name):
    title = [] if "老人" in name else [["和顺里高龄老人花名册"]]
    plan = plan_of(line("孙小明", birth="1990-01-01"), name=name, title=title)
    assert "W_TAG_AGE" in warned(plan.rows[0])
    plan = plan_of(line("孙小明", birth="1990-01-01"), name="居民.csv")
    assert "W_TAG_AGE" not in warned(plan.rows[0])


def test_a_row_is_told_cell_by_cell_with_what_it_replaces(plan_of, vault, people):
    with vault.writing() as tx:
        records.save(tx, Resident, {"education": "60"}, people.li)
    head = [*HEAD, "文化程度", "序号"]
    plan = plan_of([*line("李桂英", LI, phone="13800000088"), "初中", "7"], head=head)
    detail = row_detail(plan, plan.rows[0])
    told = {one.heading: (one.cell, one.old, one.written) for one in detail.lines}
    assert "序号" not in told
    assert told["姓名"] == ("李桂英", "", "不变")
    assert told["身份证号"][0].startswith("990***")
    assert told["文化程度"][0] == "初中"
    assert told["文化程度"][1:] == ("普通高级中学教育", "初级中等教育")
    assert told["联系电话"][0] == "138****0088"
    assert "138****0001" in told["联系电话"][1]


@pytest.mark.parametrize(
    ("path", "cell", "shown"),
    [
        ("door", "20-2-202", "20-2-202"),
        ("born_on", "1952-10-23", "1952-10-23"),
        ("born_on", 19521023, "19521023"),
        ("issue.found_at", "2026-11-02 10:30", "2026-11-02 10:30"),
        ("note", "儿子 13800000001", "儿子 138****0001"),
        ("note", "138 0000 0001", "138****0001"),
        ("", "电话0951-0000001", "电话0951-***0001"),
        ("", "990101195001021319", "990***********1319"),
        ("phones", "1380000", "***0000"),
        ("id_number", "990101195001021319", "990***********1319"),
    ],
)
def test_numbers_of_people_are_hidden_in_any_column_and_doors_and_dates_are_not(
    path, cell, shown
):
    assert masked_cell(path, cell) == shown
