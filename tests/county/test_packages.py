"""Packages on a stick: the same sync without any network."""

import pytest

from gridapp.county import packages, upkeep
from gridapp.models import Resident
from gridapp.store import records, state
from gridapp.sync import package


def write(store, name, **values):
    with store.writing() as tx:
        return records.save(tx, Resident, {"name": name, **values})


def change(store, person, **values):
    with store.writing() as tx:
        records.save(tx, Resident, values, person)


def people(store):
    with store.reading() as db:
        return {one["name"] for one in records.find(db, Resident)}


def names(county):
    return {one["name"] for one in upkeep.list_records(county, Resident)}


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def to_county(county, stick):
    """Takes files in at the county and gives what became of the last one."""

    def take(*files):
        return packages.take_in_all(county, files, stick)[-1]

    return take


class TestExchange:
    def test_what_is_unsent_goes_up_and_what_is_new_comes_back(
        self, county, laptop, stick, to_county
    ):
        li, wang = laptop("李主任"), laptop("王秀兰")
        write(li.store, "张德福")
        write(wang.store, "刘淑珍")
        wang.sync()

        taken = to_county(package.export_package(li.store, stick))
        report = package.import_package(li.store, stick / taken.answer)

        assert (taken.taken, taken.sentence) == (1, "")
        assert (report.pushed, report.pulled) == (1, taken.sent)
        assert names(county) == people(li.store) == {"张德福", "刘淑珍"}
        with li.store.reading() as db:
            assert state.pushed_seq(db) > 0
