"""Whatever becomes of a package and its answer, nothing is lost, doubled or undone."""

import pytest

from gridapp.county import upkeep
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import records
from gridapp.sync.gridpkg import BadPackage
from tests.county.conftest import GRID, OTHER
from tests.county.test_packages import (
    change,
    imported,
    people,
    unsent,
    value,
    write,
)


def test_to_take_the_newer_one_in_first(county, laptop, out, county_takes):
    li = laptop("李主任")
    write(li.store, "张德福")
    first = out(li)
    write(li.store, "刘淑珍")
    assert county_takes(out(li)).taken == 2

    late = county_takes(first)

    assert late.code == "older"
    assert "更新的数据包" in late.sentence
    assert len(upkeep.list_records(county, Resident)) == 2


def test_an_answer_that_comes_late_brings_no_older_values(county, laptop, out, back):
    li, wang = laptop("李主任"), laptop("王秀兰")
    person = write(wang.store, "张德福", occupation="木匠")
    wang.sync()
    late = back(out(li))
    change(wang.store, person, occupation="瓦匠")
    wang.sync()
    li.sync()

    report = imported(li, late)

    assert report.pulled == 0
    assert value(li.store, person, "occupation") == "瓦匠"
    li.sync()
    assert value(li.store, person, "occupation") == "瓦匠"


def test_answers_in_the_wrong_order(county, laptop, out, back):
    li, wang = laptop("李主任"), laptop("王秀兰")
    person = write(wang.store, "张德福", occupation="木匠")
    wang.sync()
    first = back(out(li))
    change(wang.store, person, occupation="瓦匠")
    wang.sync()
    second = back(out(li))

    imported(li, second)
    with pytest.raises(BadPackage, match="更新的答复") as refused:
        imported(li, first)

    assert refused.value.code == "older"
    assert value(li.store, person, "occupation") == "瓦匠"


def test_an_answer_that_never_comes(county, laptop, out, county_takes):
    li = laptop("李主任")
    write(li.store, "张德福")
    county_takes(out(li))

    li.sync()

    assert len(upkeep.list_records(county, Resident)) == 1
    assert unsent(li.store) == 0


def test_a_change_made_after_the_export_stays_unsent(county, laptop, out, back):
    li = laptop("李主任")
    person = write(li.store, "张德福", occupation="木匠")
    file = out(li)
    change(li.store, person, occupation="瓦匠")

    imported(li, back(file))

    assert unsent(li.store) == 1
    assert value(li.store, person, "occupation") == "瓦匠"
    imported(li, back(out(li)))
    [kept] = upkeep.list_records(county, Resident)
    assert kept["occupation"] == "瓦匠"


def test_a_record_that_leaves_waits_for_what_was_changed_meanwhile(
    county, laptop, out, back
):
    wang, li = laptop("王秀兰", GRID, OTHER), laptop("李主任")
    person = write(li.store, "张德福")
    li.sync()
    wang.sync()
    with wang.store.writing() as tx:
        other = [one for one in wang.store.grids() if one not in li.store.grids()]
        records.move(tx, Resident, person, other[0])
    wang.sync()
    answer = back(out(li))
    change(li.store, person, occupation="木匠")

    assert imported(li, answer).again
    assert people(li.store) == {"张德福"}
    assert not imported(li, back(out(li))).again

    assert people(li.store) == set()
    [kept] = upkeep.list_records(county, Resident)
    assert kept["occupation"] == "木匠"


def test_a_grid_that_was_given_since_stays(county, laptop, out, back):
    from gridapp.county import access

    li = laptop("李主任")
    late = back(out(li))
    access.revoke(county, li.store.device_id)
    with pytest.raises(UserError):
        li.sync()
    li.client.enrol(access.create_enrolment(county, [GRID, OTHER], "李主任"))
    li.sync()
    before = set(li.store.grids())

    imported(li, late)
    li.sync()

    assert len(before) == 2
    assert set(li.store.grids()) == before
