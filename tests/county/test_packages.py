"""Packages on a stick: the same sync without any network, harmless in any order."""

import pytest

from gridapp.county import upkeep
from gridapp.models import Resident
from gridapp.store import conflicts, outbox, records, state
from gridapp.sync import package
from gridapp.sync.protocol import Refused
from tests.county.conftest import GRID, OTHER


def write(store, name, **values):
    with store.writing() as tx:
        return records.save(tx, Resident, {"name": name, **values})


def change(store, person, **values):
    with store.writing() as tx:
        records.save(tx, Resident, values, person)


def people(store):
    with store.reading() as db:
        return {one["name"] for one in records.find(db, Resident)}


def value(store, person, name):
    with store.reading() as db:
        return records.get(db, Resident, person)[name]


def names(county):
    return {one["name"] for one in upkeep.list_records(county, Resident)}


def unsent(store):
    with store.reading() as db:
        batch = outbox.next_batch(db)
    return len(batch.changes) if batch else 0


def imported(laptop, answer):
    return package.import_package(laptop.store, answer)


class TestExchange:
    def test_what_is_unsent_goes_up_and_what_is_new_comes_back(
        self, county, laptop, out, county_takes, stick
    ):
        li, wang = laptop("李主任"), laptop("王秀兰")
        write(li.store, "张德福")
        write(wang.store, "刘淑珍")
        wang.sync()

        file = out(li)
        taken = county_takes(file)
        report = imported(li, stick / taken.answer)

        assert (taken.taken, taken.sentence) == (1, "")
        assert (report.pushed, report.pulled) == (1, taken.sent)
        assert names(county) == people(li.store) == {"张德福", "刘淑珍"}
        assert unsent(li.store) == 0
        assert file.name.startswith(f"{GRID}-")

    def test_nothing_counts_as_sent_before_the_answer_is_here(self, laptop, out, back):
        li = laptop("李主任")
        write(li.store, "张德福")
        answer = back(out(li))

        assert unsent(li.store) == 1
        imported(li, answer)
        assert unsent(li.store) == 0

    def test_many_batches_and_pages_go_in_one_package(
        self, county, laptop, out, back, monkeypatch
    ):
        from gridapp.county import pages

        li, wang = laptop("李主任"), laptop("王秀兰")
        for number in range(7):
            write(li.store, f"上{number}")
            write(wang.store, f"下{number}")
        wang.sync()
        monkeypatch.setattr(outbox, "MAX_ROWS", 2)
        monkeypatch.setattr(pages, "PAGE_ROWS", 2)

        report = imported(li, back(out(li)))

        assert report.pushed == 7
        assert names(county) == people(li.store)
        assert len(names(county)) == 14

    def test_what_the_county_holds_comes_back_to_its_author(
        self, county, laptop, out, back
    ):
        li, wang = laptop("李主任"), laptop("王秀兰")
        person = write(li.store, "张德福", occupation="木匠")
        li.sync()
        wang.sync()
        change(wang.store, person, occupation="瓦匠")
        wang.sync()
        change(li.store, person, occupation="铁匠")

        report = imported(li, back(out(li)))

        assert report.held == 1
        with li.store.reading() as db:
            [waiting] = conflicts.waiting(db)
        assert (waiting.mine, waiting.theirs) == ("铁匠", "瓦匠")
        assert value(li.store, person, "occupation") == "瓦匠"

    def test_a_decision_goes_to_the_county_by_stick_too(
        self, county, laptop, out, back
    ):
        li, wang = laptop("李主任"), laptop("王秀兰")
        person = write(li.store, "张德福", occupation="木匠")
        li.sync()
        wang.sync()
        change(wang.store, person, occupation="瓦匠")
        wang.sync()
        change(li.store, person, occupation="铁匠")
        imported(li, back(out(li)))
        with li.store.writing() as tx:
            [waiting] = conflicts.waiting(tx.db)
            conflicts.decide(tx, waiting.id, "mine")

        imported(li, back(out(li)))

        [kept] = upkeep.list_records(county, Resident)
        assert kept["occupation"] == "铁匠"
        assert sum(upkeep.status(county)["held"].values()) == 0
        with li.store.reading() as db:
            assert conflicts.untold(db) == []

    def test_a_first_download_comes_by_stick(self, county, laptop, out, back):
        wang = laptop("王秀兰", GRID, OTHER)
        write(wang.store, "刘淑珍")
        wang.sync()
        li = laptop("李主任")
        with li.store.writing(remote=True) as tx:
            tx.db.exec_driver_sql("DELETE FROM resident")
            tx.db.exec_driver_sql("DELETE FROM scope_cursor")
        write(li.store, "张德福")

        imported(li, back(out(li)))
        li.sync()

        assert people(li.store) == {"刘淑珍", "张德福"}


class TestHarmless:
    def test_to_export_twice_and_have_both_taken_in(self, county, laptop, out, back):
        li = laptop("李主任")
        write(li.store, "张德福")
        first = out(li)
        write(li.store, "刘淑珍")
        second = out(li)
        assert first.name != second.name

        answers = [back(first), back(second)]
        for answer in answers:
            imported(li, answer)

        assert len(upkeep.list_records(county, Resident)) == 2
        assert unsent(li.store) == 0

    def test_to_go_online_before_the_county_has_the_package(
        self, county, laptop, out, back
    ):
        li, wang = laptop("李主任"), laptop("王秀兰")
        person = write(li.store, "张德福")
        file = out(li)
        li.sync()
        change(li.store, person, occupation="木匠")
        li.sync()
        wang.sync()
        change(wang.store, person, occupation="瓦匠")
        wang.sync()

        answer = back(file)
        li.sync()
        imported(li, answer)

        assert len(upkeep.list_records(county, Resident)) == 1
        assert value(li.store, person, "occupation") == "瓦匠"
        assert unsent(li.store) == 0


@pytest.mark.parametrize("county_template", ["sqlite"], indirect=True)
def test_an_older_copy_makes_no_package_that_the_county_would_not_take(
    laptop, tmp_path
):
    li = laptop("李主任")
    with li.store.writing() as tx:
        state.keep(tx.db, "older_copy", "noticed")  # a sync was told so
    with pytest.raises(Refused, match="较早的备份"):
        package.export_package(li.store, tmp_path)
    assert not list(tmp_path.glob("*.gridpkg"))
