"""Who needs help to get out, and what a rescuer has to know."""

import pytest

from gridapp.models import Contact, Resident, ResidentTag
from gridapp.store import records
from gridapp.work.emergency import read_plan
from gridapp.work.emergency_words import signs
from tests.office.grid_estate import DAY, settle


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("长期卧床", ["卧床"]),
        ("坐轮椅出门", ["轮椅"]),
        ("不用轮椅", []),
        ("夜里吸氧，家里有制氧机", ["用氧（要电）"]),
        ("不用吸氧", []),
        ("每周透析三次", ["透析"]),
        ("打胰岛素", ["胰岛素"]),
        ("不打胰岛素", []),
        ("双目失明", ["看不清"]),
        ("视力下降", ["看不清"]),
        ("耳背，电话多响几声", ["听不清"]),
        ("听力正常", []),
        ("视力尚可", []),
        ("出门不认路，走失过", ["会走失"]),
        ("拄拐", ["腿脚不便"]),
        ("身体硬朗", []),
        ("", []),
    ],
)
def test_free_text_tells_what_a_rescuer_has_to_know(text, told):
    assert [words for _, words in signs([text, None])] == told


@pytest.fixture
def estate(vault):
    return settle(vault)


def plan_of(vault, estate, buildings=()):
    with vault.reading() as db:
        return read_plan(db, estate.grid, DAY, buildings)


def everybody(plan):
    return {one.name: one for house in plan.houses for one in house.weak}


def test_people_are_sorted_by_the_help_they_need(vault, estate):
    weak = everybody(plan_of(vault, estate))
    assert {name: one.help for name, one in weak.items()} == {
        "李桂英": "carry",
        "张德福": "lead",
        "陈秀兰": "call",
    }
    assert weak["李桂英"].needs == ("用氧（要电）", "行动不便", "独居")


def test_who_lives_near_helps_first(vault, estate):
    li = everybody(plan_of(vault, estate))["李桂英"]
    assert [one["name"] for one in li.helpers] == ["李芳", "李远方"]


def test_a_building_knows_its_own_people_only(vault, estate):
    [house] = plan_of(vault, estate, [estate.third]).houses
    assert house.people == 2
    assert [one.name for one in house.weak] == ["李桂英"]
    assert (house.count("carry"), house.count("lead")) == (1, 0)


def test_buildings_come_as_one_walks(vault, estate):
    assert [one.values["number"] for one in plan_of(vault, estate).houses] == [
        "3",
        "12",
    ]


def test_whoever_left_is_not_fetched_and_whoever_is_away_is_said_so(vault, estate):
    with vault.writing() as tx:
        records.save(tx, Resident, {"life_state": "deceased"}, estate.zhang)
        records.save(tx, Resident, {"presence": "away"}, estate.chen)
    weak = everybody(plan_of(vault, estate))
    assert "张德福" not in weak
    assert weak["陈秀兰"].away


def test_the_very_old_without_company_are_led_out(vault, estate):
    with vault.writing() as tx:
        records.save(tx, Resident, {"born_on": "1940-01-01"}, estate.chen)
    assert everybody(plan_of(vault, estate))["陈秀兰"].help == "lead"


def test_without_a_door_one_is_still_on_the_plan(vault, estate):
    with vault.writing() as tx:
        one = records.save(
            tx, Resident, {"name": "无门", "current_address": "东院平房"}
        )
        tag = {"resident_id": one, "tag": "disabled_care", "since": DAY}
        records.save(tx, ResidentTag, tag)
        records.save(tx, Contact, {"resident_id": one, "name": "邻居"})
    plan = plan_of(vault, estate)
    assert [(one.name, one.place.words) for one in plan.elsewhere] == [
        ("无门", "东院平房")
    ]
    assert plan_of(vault, estate, [estate.third]).elsewhere == ()
