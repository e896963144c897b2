"""What a visit sheet says about people in a vault."""

import datetime as dt

import pytest
from sqlalchemy import event

from gridapp.errors import UserError
from gridapp.models import (
    Building,
    CarePlan,
    Contact,
    Dwelling,
    Grid,
    Household,
    Issue,
    Resident,
    ResidentTag,
    Visit,
    codes,
)
from gridapp.office.sheets import SHEETS
from gridapp.office.sheets.visit_data import from_records
from gridapp.office.sheets.visit_sheet import SheetContact
from gridapp.store import records, vault
from gridapp.work.founding import found
from gridapp.work.print_choice import people_due
from gridapp.work.visit_round import natural

DAY = dt.date(2026, 11, 23)
MORNING = dt.datetime(2026, 11, 12, 1, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = vault.create(tmp_path_factory.mktemp("vault") / "v", "correct horse 1")
    grid = found(opened, "990101001003", "第3网格", "王秀兰")
    with opened.writing() as tx:
        records.save(tx, Grid, {"community": "和美社区"}, grid)
    yield opened
    opened.close()


@pytest.fixture
def made(store):
    """Makes a record and returns its id."""

    def make(model, **values):
        with store.writing() as tx:
            return records.save(tx, model, values)

    return make


@pytest.fixture
def home(made):
    """Makes a household behind a door and returns its id."""

    def make(building, unit, floor, room):
        house = made(Building, number=building, estate="和美家园")
        flat = made(Dwelling, building_id=house, unit=unit, floor=floor, room=room)
        return made(Household, dwelling_id=flat)

    return make


@pytest.fixture
def granny(made, home):
    """A resident about whom everything is known."""
    one = made(
        Resident,
        household_id=home("3", "2", 5, "501"),
        name="欧阳䶮娜",
        sex="2",
        born_on="1944-03",
        phones=("13800005521",),
        id_number="990101194403120023",
        id_verified=True,
        care_colour="red",
    )
    since = dt.date(2026, 1, 1)
    made(ResidentTag, resident_id=one, tag="alone", since=since)
    made(ResidentTag, resident_id=one, tag="chronic", since=since, until=DAY)
    made(CarePlan, resident_id=one, way="visit", interval_days=7, since=since)
    made(
        Contact,
        resident_id=one,
        name="李小妹",
        relation="次女",
        phones=("13800002222",),
        rank=2,
    )
    made(
        Contact,
        resident_id=one,
        name="李建国",
        relation="长子",
        phones=("13800001234",),
        rank=1,
    )
    visit = {"resident_id": one, "mode": "home"}
    made(Visit, **visit, started_at=MORNING - dt.timedelta(9), note="更早的一次")
    made(
        Visit,
        **visit,
        started_at=MORNING,
        met_whom="self",
        condition="fair",
        systolic=152,
        diastolic=94,
        note="燃气软管老化",
        remind="血压复查结果\n取暖",
        abnormal=("gas",),
    )
    made(
        Visit,
        **visit,
        started_at=MORNING + dt.timedelta(3),
        met_whom="nobody",
        not_met_reason="out",
    )
    issue = {
        "resident_id": one,
        "source": "02",
        "category": codes.table("issue_category").codes[0],
        "level": codes.table("issue_level").codes[0],
        "found_at": MORNING,
    }
    made(Issue, **issue, title_text="换燃气软管", state="reported")
    made(Issue, **issue, title_text="已经办好的事", state="closed")
    return one


def test_the_sheet_says_what_the_records_say(store, granny):
    with store.reading() as db:
        (sheet,) = from_records(db, [granny], DAY)
    assert (sheet.grid, sheet.worker) == ("和美社区 第3网格", "王秀兰")
    assert (sheet.name, sheet.sex, sheet.age) == ("欧阳䶮娜", "女", 82)
    assert sheet.door == "和美家园 3号楼2单元501"
    assert sheet.tags == ("独居",)
    assert sheet.colour == "红档"
    assert sheet.contacts == (
        SheetContact("李建国", "长子", ("13800001234",)),
        SheetContact("李小妹", "次女", ("13800002222",)),
    )
    local = MORNING.astimezone()
    assert sheet.last_visit == (
        f"{local:%Y-%m-%d} 入户，身体一般，血压 152/94：燃气软管老化"
    )
    assert sheet.plan == "每周入户 1 次，应于 11-19，已超 4 天"
    assert sheet.ask == (
        "血压复查结果",
        "取暖",
        "上次异常：用气",
        f"换燃气软管（{local:%m-%d} 的工单，还没办结）",
    )


def test_people_come_in_walking_order(store, made, home):
    doors = [
        ("12", "1", 1, "101"),
        ("3", "2", 1, "101"),
        ("3", "1", 10, "1001"),
        ("3", "1", 9, "902"),
        ("3", "1", 9, "901"),
    ]
    people = [
        made(Resident, household_id=home(*door), name=f"王{number}")
        for number, door in zip("一二三四五", doors, strict=True)
    ]
    with store.reading() as db:
        sheets = from_records(db, people, DAY)
    assert [sheet.name for sheet in sheets] == ["王五", "王四", "王三", "王二", "王一"]


def test_numbers_in_words_sort_as_numbers():
    assert sorted(["12号楼", "3号楼", "甲楼", "3-2"], key=natural) == [
        "3-2",
        "3号楼",
        "12号楼",
        "甲楼",
    ]


def test_the_number_of_queries_does_not_grow_with_the_people(store, made, home):
    people = [made(Resident, household_id=home("7", "1", 1, "1"), name="赵")] * 1
    people += [made(Resident, name=f"钱{i}") for i in range(30)]
    counts = []
    with store.reading() as db:
        statements = []
        event.listen(db, "before_cursor_execute", lambda *a: statements.append(a[2]))
        for some in (people[:1], people):
            statements.clear()
            assert len(from_records(db, some, DAY)) == len(some)
            counts.append(len(statements))
    assert counts[0] == counts[1] <= 16


def test_deleted_people_are_not_printed(store, made):
    gone = made(Resident, name="孙某")
    with store.writing() as tx:
        records.delete(tx, Resident, gone)
    with store.reading() as db:
        assert from_records(db, [gone], DAY) == []


FOR_DUE = [name for name, sheet in SHEETS.items() if sheet.due]


@pytest.mark.parametrize("name", FOR_DUE)
def test_every_sheet_is_written_for_people_by_a_field(store, granny, name, tmp_path):
    out = tmp_path / "out.pdf"
    with store.reading() as db:
        pages = SHEETS[name].draw(db, [granny], DAY, out)
    assert pages == 1
    assert out.read_bytes().startswith(b"%PDF-")


def test_without_a_choice_it_is_for_those_who_are_due(store, granny, made):
    since = dt.date(2026, 1, 1)
    aunt = made(Resident, name="钱姨")
    made(CarePlan, resident_id=aunt, way="visit", interval_days=7, since=since)
    made(Visit, resident_id=aunt, mode="home", started_at=MORNING, met_whom="self")
    with store.reading() as db:
        assert aunt in people_due(db, "visit", DAY, DAY)
        assert aunt not in people_due(db, "visit", MORNING.date(), MORNING.date())
        assert aunt not in people_due(db, "call", DAY, DAY)


def test_who_was_missed_is_on_the_sheet_of_the_next_step(store, granny):
    with store.reading() as db:
        assert granny in people_due(db, "call", DAY, DAY)
        assert granny not in people_due(db, "visit", DAY, DAY)


@pytest.mark.parametrize("name", FOR_DUE)
def test_nobody_is_said(store, name, tmp_path):
    with store.reading() as db, pytest.raises(UserError, match="没有要打印的人"):
        SHEETS[name].draw(db, [], DAY, tmp_path / "out.pdf")
