"""Proposals give people the plans the rules ask for, once, and only where due."""

from __future__ import annotations

import datetime as dt

import pytest

from gridapp.models import CarePlan, Resident, ResidentTag
from gridapp.store import records
from gridapp.work import proposals

DAY = dt.date(2026, 11, 23)


@pytest.fixture
def person(vault):
    def make(born_on, tags, **given):
        with vault.writing() as tx:
            key = records.save(
                tx, Resident, {"name": "李桂英", "born_on": born_on, **given}
            )
            for tag in tags:
                records.save(
                    tx, ResidentTag, {"resident_id": key, "tag": tag, "since": DAY}
                )
        return key

    return make


def adopted(vault):
    with vault.writing() as tx:
        proposals.adopt(tx, DAY)
    with vault.reading() as db:
        rows = records.find(db, CarePlan)
    return {(row["resident_id"], row["way"], row["interval_days"]) for row in rows}


def test_an_old_person_alone_gets_a_weekly_visit_and_the_second_run_adds_none(
    vault, person
):
    key = person("1940-05-01", ["alone"])
    first = adopted(vault)
    assert (key, "visit", 7) in first
    assert adopted(vault) == first


def test_nobody_without_a_reason_who_moved_out_or_refused_gets_a_plan(vault, person):
    person("1990-05-01", [])
    person("1940-05-01", ["alone"], presence="moved")
    person("1940-05-01", ["alone"], life_state="deceased")
    person("1940-05-01", ["alone"], care_consent="refused_always")
    assert adopted(vault) == set()


def test_a_plan_that_begins_later_is_not_doubled(vault, person):
    key = person("1940-05-01", ["alone"])
    own = {"resident_id": key, "way": "visit", "interval_days": 4}
    with vault.writing() as tx:
        records.save(tx, CarePlan, own | {"since": DAY + dt.timedelta(days=9)})
    assert {one for one in adopted(vault) if one[1] == "visit"} == {(key, "visit", 4)}
