"""Records are chosen by conditions as people write them, in the order of a walk."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields, UserError
from gridapp.models import (
    Building,
    Contact,
    Dwelling,
    Household,
    Issue,
    Resident,
    Visit,
)
from gridapp.models.record import table_of
from gridapp.store import records
from gridapp.work.choosing import asks_presence, chosen
from tests.conftest import at


@pytest.fixture
def pick(vault, people, today):
    """Names of the residents a condition chooses."""

    def call(*conditions, model=Resident, shown="name"):
        with vault.reading() as db:
            ids = chosen(db, model, conditions, today)
            rows = records.by_id(db, model, ids)
        return [rows[one][shown] for one in ids]

    return call


def test_people_come_as_one_walks_past_their_doors(pick):
    assert pick("here=1") == ["李桂英", "张德福", "陈秀兰"]
    assert pick() == ["刘长林", "吴小梅", "李桂英", "张德福", "陈秀兰"]


def test_doors_come_as_one_walks_past_them(vault, people, today):
    with vault.writing() as tx:
        for number, room in (("10", "201"), ("3", "1101"), ("3", "402")):
            houses = records.find(
                tx.db, Building, table_of(Building).c.number == number
            )
            house = houses[0]["id"] if houses else None
            house = house or records.save(tx, Building, {"number": number})
            door = {"building_id": house, "unit": "2", "room": room}
            home = {"dwelling_id": records.save(tx, Dwelling, door)}
            records.save(tx, Household, home)
        homes = chosen(tx.db, Household, (), today)
        doors = chosen(tx.db, Dwelling, (), today)
        rows = records.by_id(tx.db, Household, homes)
        assert [rows[one]["dwelling_id"] for one in homes] == doors
        rooms = records.by_id(tx.db, Dwelling, doors)
        walked = [rooms[one]["room"] for one in doors]
        assert walked == ["402", "501", "1101", "201", "101"]
        found = chosen(tx.db, Building, (), today)
        houses = records.by_id(tx.db, Building, found)
        assert [houses[one]["number"] for one in found] == ["3", "10", "12"]


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("age>=82", ["刘长林", "李桂英"]),
        ("age>82", ["刘长林"]),
        ("年龄≥82", ["刘长林", "李桂英"]),
        ("age=80+", ["刘长林", "吴小梅", "李桂英"]),
        ("age=80岁以上", ["刘长林", "吴小梅", "李桂英"]),
        ("age=70-79", ["张德福", "陈秀兰"]),
        ("age!=70-79", ["刘长林", "吴小梅", "李桂英"]),
        ("age=75", ["张德福"]),
        ("tag=独居", ["李桂英"]),
        ("tag=alone", ["李桂英"]),
        ("标签=独居、失能", ["李桂英", "陈秀兰"]),
        ("tag!=独居,失能", ["刘长林", "吴小梅", "张德福"]),
        ("tag=", ["刘长林", "吴小梅", "张德福"]),
        ("building=3", ["李桂英"]),
        ("楼栋=12栋", ["张德福", "陈秀兰"]),
        ("building=3,12", ["李桂英", "张德福", "陈秀兰"]),
        ("unit=2单元", ["李桂英"]),
        ("room=101室", ["张德福", "陈秀兰"]),
        ("building.number=3", ["李桂英"]),
        ("name=张德福", ["张德福"]),
        ("姓名~秀", ["陈秀兰"]),
        ("sex=女性", ["吴小梅", "李桂英", "陈秀兰"]),
        ("sex!=2", ["刘长林", "张德福"]),
        ("phones=", ["刘长林", "吴小梅", "张德福", "陈秀兰"]),
        ("phones!=", ["李桂英"]),
        ("phones=13800000001", ["李桂英"]),
        ("born_on<1946", ["刘长林", "李桂英"]),
        ("出生日期=1946-02", ["吴小梅"]),
        ("presence=moved", ["吴小梅"]),
        ("here=否", ["刘长林", "吴小梅"]),
    ],
)
def test_a_condition_chooses(pick, condition, names):
    assert pick(condition) == names


def test_all_conditions_hold_at_once(pick):
    assert pick("age>=70", "sex=2", "here=1", "tag!=失能") == ["李桂英"]


def test_a_tag_counts_only_while_it_holds(vault, people):
    with vault.reading() as db:
        before = chosen(db, Resident, ["tag=独居"], dt.date(2025, 12, 31))
    assert before == []


def test_days_since_somebody_was_met(vault, people, pick, today):
    with vault.writing() as tx:
        for days, who, met in ((40, people.li, "self"), (5, people.li, "nobody")):
            moment = at(today - dt.timedelta(days=days))
            visit = {"resident_id": who, "mode": "home", "started_at": moment}
            reason = {"not_met_reason": "out"} if met == "nobody" else {}
            records.save(tx, Visit, visit | {"met_whom": met} | reason)
        visit = {"resident_id": people.chen, "mode": "phone", "started_at": at(today)}
        records.save(tx, Visit, visit | {"call_result": "answered"})
    assert pick("visited=40") == ["李桂英"]
    assert pick("visited<30") == ["陈秀兰"]
    assert pick("visited>30", "here=1") == ["李桂英", "张德福"]  # never counts as long


def test_records_about_people_are_chosen_by_the_person(vault, people, pick, today):
    with vault.writing() as tx:
        for who, day in ((people.li, today), (people.chen, today - dt.timedelta(9))):
            visit = {"resident_id": who, "mode": "home", "started_at": at(day)}
            records.save(tx, Visit, visit | {"met_whom": "self"})
    assert pick("age>80", model=Visit, shown="resident_id") == [people.li]
    assert pick("building=12", model=Visit, shown="resident_id") == [people.chen]
    assert pick("resident.name~桂", model=Contact) == ["李强", "李芳"]
    assert pick(f"started_at={today}", model=Visit, shown="resident_id") == [people.li]
    assert pick(f"时间<{today}", model=Visit, shown="resident_id") == [people.chen]
    assert pick("number=3", model=Building, shown="number") == ["3"]


def test_what_is_not_there_is_named_with_what_there_is(pick):
    with pytest.raises(UserError, match=r"没有“shoe”，可填：age（年龄）、tag（标签）"):
        pick("shoe=42")
    with pytest.raises(UserError, match="应写成 字段=值"):
        pick("独居")
    with pytest.raises(UserError, match="楼栋不是某个人的记录"):
        pick("age>80", model=Building)


@pytest.mark.parametrize(
    ("condition", "name", "said"),
    [
        ("age>=old", "age", "年龄应填整数，如 80"),
        ("tag=高个", "tag", "没有“高个”这一项"),
        ("name>王", "name", "姓名只能用 = 或 != 来比"),
        ("sex=外星人", "sex", "没有“外星人”这一项"),
        ("phones>1", "phones", "联系方式"),
        ("age>=", "age", "年龄应填整数"),
    ],
)
def test_a_value_that_cannot_be_says_what_to_write(pick, condition, name, said):
    with pytest.raises(InvalidFields) as told:
        pick(condition)
    assert said in told.value.messages[name]


def test_who_left_is_meant_only_when_it_is_said():
    assert not asks_presence(["age>80", "tag=独居"])
    assert asks_presence(["age>80", "在住情况=迁出"])
    assert asks_presence(["here=0"])


def test_a_moment_that_is_none_says_how_one_is_written(pick):
    with pytest.raises(InvalidFields, match="时间按 年-月-日 时:分 填写"):
        pick("found_at=昨天", model=Issue)
