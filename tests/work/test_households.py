"""一户一档: moving, splitting, heads, comings and goings; each undone as a whole."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields, UserError
from gridapp.models import (
    Building,
    Contact,
    Dwelling,
    Grid,
    Household,
    Resident,
    ResidentTag,
    Visit,
)
from gridapp.models.place import grid_id
from gridapp.store import records
from gridapp.store.residence import stays
from gridapp.store.search import search
from gridapp.store.undo import noted, take_back
from gridapp.work import households, leaving, today
from gridapp.work.doors import read_door
from gridapp.work.moving import Move, move
from gridapp.work.plans import set_plan
from gridapp.work.relations import after_head
from gridapp.work.visits import log_visit
from tests.conftest import at

DAY = dt.date(2026, 11, 20)


def of(vault, person):
    with vault.reading() as db:
        return records.get(db, Resident, person)


def home(vault, person):
    with vault.reading() as db:
        row = records.get(db, Resident, person)
        return households.household(db, row["household_id"], DAY)


def comings(vault, file):
    with vault.reading() as db:
        return [(one.kind, one.door) for one in households.comings(db, file.id)]


def door(vault, text, near=None):
    with vault.reading() as db:
        return read_door(db, text, near)


def go(vault, text, *who, **more):
    wanted = Move(who, door(vault, text), DAY, more.pop("reason", "换房"), **more)
    with vault.writing() as tx:
        return noted(tx, lambda tx: move(tx, wanted))


def everything(vault):
    """Every value of every record that moving may touch, but for the stamps."""
    left_out = {"updated_at", "updated_by"}
    with vault.reading() as db:
        return {
            row["id"]: {k: v for k, v in row.items() if k not in left_out}
            for model in (Resident, Household, Dwelling, Building)
            for row in records.find(db, model)
        }


@pytest.mark.parametrize(
    ("typed", "words", "known"),
    [
        ("3-2-501", "3-2-501", True),
        ("3号楼2单元501室", "3-2-501", True),
        ("3-501", "3-2-501", True),  # the only 501 of that building
        ("3-2-502", "3-2-502", False),
        ("99-1-101", "99-1-101", False),
    ],
)
def test_door_is_read_as_people_write_it(vault, people, typed, words, known):
    found = door(vault, typed)
    assert (found.words, found.known) == (words, known)


def test_words_without_building_and_room_are_no_door(vault, people):
    assert door(vault, "李桂英") is None
    assert door(vault, "3号楼") is None


def test_whole_household_keeps_its_record_and_everyone_their_relation(vault, people):
    before = home(vault, people.zhang)
    go(vault, "3-2-601", people.zhang, people.chen)
    after = home(vault, people.zhang)
    assert after.id == before.id
    assert after.door == "3-2-601"
    assert [one.relation for one in after.members] == ["户主", "配偶"]
    assert after.values["moved_in_on"] == DAY
    assert "2026-11-20 从12-1-101搬到3-2-601（换房）" in of(vault, people.chen)["note"]
    with vault.reading() as db:
        assert [one.door for one in stays(db, people.chen)] == ["3-2-601", "12-1-101"]
        assert search(db, "3-2-601")[0].title in ("张德福", "陈秀兰")


def test_one_who_leaves_founds_a_household_and_the_other_becomes_head(vault, people):
    go(vault, "3-2-601", people.zhang)
    moved, stayed = home(vault, people.zhang), home(vault, people.chen)
    assert moved.id != stayed.id
    assert [one.name for one in moved.members] == ["张德福"]
    assert moved.members[0].head
    assert stayed.door == "12-1-101"
    assert stayed.members[0].head
    assert comings(vault, stayed) == [("left", "3-2-601")]
    assert comings(vault, moved) == [("came", "12-1-101")]


def test_splitting_behind_the_same_door_makes_two_households(vault, people):
    go(vault, "12-1-101", people.chen, reason="婆媳分开过")
    first, second = home(vault, people.zhang), home(vault, people.chen)
    assert first.dwelling["id"] == second.dwelling["id"]
    assert first.others == (second.id,)
    assert "在12-1-101分户" in of(vault, people.chen)["note"]


def test_joining_a_household_behind_the_door(vault, people):
    target = home(vault, people.li).id
    go(vault, "3-2-501", people.chen, household_id=target)
    file = home(vault, people.chen)
    assert file.id == target
    assert {one.name for one in file.members} == {"李桂英", "陈秀兰"}
    assert of(vault, people.chen)["relation"] is None


def test_vacant_dwellings_are_noted_on_both_sides(vault, people):
    with vault.writing() as tx:
        room = {"building_id": people.building, "unit": "2", "room": "601"}
        empty = records.save(tx, Dwelling, room | {"tenure": "vacant"})
        old = records.get(tx.db, Resident, people.li)["household_id"]
        left = records.get(tx.db, Household, old)["dwelling_id"]
    go(vault, "3-2-601", people.li, tenure="rent", vacant=True)
    with vault.reading() as db:
        assert records.get(db, Dwelling, empty)["tenure"] == "rent"
        assert records.get(db, Dwelling, left)["tenure"] == "vacant"


def test_moving_is_undone_as_a_whole(vault, people):
    before = everything(vault)
    done = go(vault, "77-1-101", people.zhang, vacant=True)
    assert everything(vault) != before
    with vault.writing() as tx:
        take_back(tx, done)
    assert everything(vault) == before
    with vault.reading() as db:
        assert search(db, "77-1-101") == []


def test_undo_refuses_when_somebody_changed_it_since(vault, people):
    done = go(vault, "77-1-101", people.zhang)
    with vault.writing() as tx:
        records.save(tx, Resident, {"note": "另外写的"}, people.zhang)
    before = everything(vault)
    with pytest.raises(UserError, match="后来又改过"), vault.writing() as tx:
        take_back(tx, done)
    assert everything(vault) == before


def test_undo_refuses_to_take_away_a_household_others_joined(vault, people):
    done = go(vault, "77-1-101", people.zhang)
    go(vault, "77-1-101", people.li, household_id=done.result)
    with pytest.raises(UserError, match="后来又改过"), vault.writing() as tx:
        take_back(tx, done)
    assert home(vault, people.zhang).id == done.result


@pytest.mark.parametrize(
    ("text", "who", "more", "field"),
    [
        ("3-2-501", "li", {}, "door"),
        ("3-2-502", "li", {"reason": " "}, "reason"),
    ],
)
def test_moving_says_what_is_missing(vault, people, text, who, more, field):
    with pytest.raises(InvalidFields) as caught:
        go(vault, text, getattr(people, who), **more)
    assert field in caught.value.messages


def test_moving_refuses_the_dead_and_a_day_to_come(vault, people):
    with pytest.raises(UserError, match="去世"):
        go(vault, "3-2-502", people.dead)
    late = Move(
        (people.li,), door(vault, "3-2-502"), dt.date.today() + dt.timedelta(1), "换房"
    )
    with pytest.raises(InvalidFields), vault.writing() as tx:
        move(tx, late)


def test_new_head_brings_the_relations_that_follow_for_certain(vault, people):
    rows = [
        {"id": 1, "relation": "02", "sex": "1"},
        {"id": 2, "relation": "10", "sex": "2"},
        {"id": 3, "relation": "22", "sex": "1"},
        {"id": 4, "relation": "38", "sex": "2"},
        {"id": 5, "relation": "51", "sex": "1"},
    ]
    wife = after_head(rows, 2)
    assert wife == {1: "10", 2: "02", 3: "22", 4: "38", 5: None}
    son = after_head(rows, 3)
    assert son == {1: "51", 2: "52", 3: "02", 4: None, 5: None}


def test_head_is_changed_with_the_relations_of_all(vault, people):
    file = home(vault, people.zhang)
    with vault.writing() as tx:
        relations = {people.chen: "02", people.zhang: "10"}
        households.set_relations(tx, file.id, people.chen, relations)
    after = home(vault, people.zhang)
    assert after.name == "陈秀兰 户"
    assert [one.name for one in after.members] == ["陈秀兰", "张德福"]
    with pytest.raises(UserError, match="只有一位户主"), vault.writing() as tx:
        households.set_relations(tx, file.id, people.chen, {people.zhang: "02"})


def test_member_is_added_and_taken_out_without_moving(vault, people):
    file = home(vault, people.zhang)
    with vault.writing() as tx:
        households.add_member(tx, file.id, people.dead, "22")
    assert [one.name for one in home(vault, people.zhang).gone] == ["刘长林"]
    with pytest.raises(UserError, match="已有户主"), vault.writing() as tx:
        households.add_member(tx, file.id, people.li, "02")
    with vault.writing() as tx:
        households.remove_member(tx, people.zhang)
    assert of(vault, people.zhang)["household_id"] is None


def test_moved_out_and_dead_are_owed_nothing_and_keep_their_file(vault, people):
    with vault.writing() as tx:
        for person in (people.zhang, people.chen, people.li):
            set_plan(tx, person, "visit", 7, "每周走访", DAY - dt.timedelta(60))

    def owed():
        with vault.reading() as db:
            return {one.who for one in today.due(db, DAY)}

    assert owed() == {"李桂英", "张德福", "陈秀兰"}
    with vault.writing() as tx:
        leaving.move_out(tx, [people.li], DAY, "儿子家", "投靠子女")
        done = noted(tx, lambda tx: leaving.die(tx, people.chen, DAY))
    assert owed() == {"张德福"}
    assert "2026-11-20 迁出，去儿子家（投靠子女）" in of(vault, people.li)["note"]
    assert home(vault, people.li).values["moved_out_on"] == DAY
    assert home(vault, people.chen).values["moved_out_on"] is None
    with vault.writing() as tx:
        leaving.come_back(tx, [people.li], DAY)
        take_back(tx, done)
    assert owed() == {"李桂英", "张德福", "陈秀兰"}
    assert home(vault, people.li).values["moved_out_on"] is None


def test_wrong_death_is_put_right_with_its_reason(vault, people):
    with pytest.raises(InvalidFields), vault.writing() as tx:
        leaving.not_dead(tx, people.dead, DAY, "")
    with vault.writing() as tx:
        leaving.not_dead(tx, people.dead, DAY, "登记时认错了人")
    assert of(vault, people.dead)["life_state"] == "living"
    assert "登记时认错了人" in of(vault, people.dead)["note"]


def test_household_that_leaves_its_dead_behind_takes_its_number_along(vault, people):
    with vault.writing() as tx:
        old = records.get(tx.db, Resident, people.zhang)["household_id"]
        records.save(tx, Household, {"number": "990100012"}, old)
        leaving.die(tx, people.chen, DAY)
    go(vault, "3-2-601", people.zhang)
    moved = home(vault, people.zhang)
    assert moved.id != old
    assert moved.values["number"] == "990100012"
    left = home(vault, people.chen)
    assert (left.door, left.values["moved_out_on"]) == ("12-1-101", DAY)
    assert [one.name for one in left.gone] == ["陈秀兰"]


def test_moving_to_another_grid_takes_everything_along_and_back(vault, people):
    with vault.writing() as tx:
        values = {"code": "990101001002", "name": "和顺里第二网格", "kind": "base"}
        grid = records.save(tx, Grid, values | {"id": grid_id("990101001002")})
        house = {"number": "66", "grid_id": grid}
        building = records.insert_many(tx, Building, [house])[0]
        records.save(tx, Dwelling, {"building_id": building, "room": "101"})
        log_visit(tx, people.li, {"started_at": at(DAY)})
    mine = {"resident_id": people.li}

    def grids():
        with vault.reading() as db:
            rows = [records.get(db, Resident, people.li)]
            for model in (Visit, ResidentTag, Contact):
                rows += records.filtered(db, model, mine)
            return {row["grid_id"] for row in rows}

    before = everything(vault)
    done = go(vault, "66-101", people.li)
    assert grids() == {grid}
    with vault.writing() as tx:
        take_back(tx, done)
    assert everything(vault) == before
    assert grid not in grids()


def test_whoever_has_no_door_yet_is_given_one(vault, people):
    go(vault, "3-2-501", people.gone, reason="租住", household_id=None)
    file = home(vault, people.gone)
    assert (file.door, file.name) == ("3-2-501", "吴小梅 户")
    assert of(vault, people.gone)["presence"] == "here"
    assert "搬到3-2-501（租住）" in of(vault, people.gone)["note"]


def test_address_of_the_standard_follows_the_move(vault, people):
    with vault.writing() as tx:
        records.save(tx, Resident, {"current_address": "3号楼2单元501"}, people.li)
    go(vault, "12-1-102", people.li)
    assert of(vault, people.li)["current_address"] == "12号楼1单元102"


def test_note_that_is_full_says_so_and_nobody_moves(vault, people):
    with vault.writing() as tx:
        records.save(tx, Resident, {"note": "长" * 3995}, people.li)
    before = everything(vault)
    with pytest.raises(UserError, match="备注已经写满"):
        go(vault, "12-1-102", people.li)
    assert everything(vault) == before
