"""Packages on a stick: the same sync without any network, harmless in any order."""

import pytest

from gridapp.county import keys as county_keys
from gridapp.county import store as county_stores
from gridapp.county import upkeep
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import conflicts, outbox, records, state
from gridapp.sync import package
from gridapp.sync.gridpkg import BadPackage
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

    def test_to_take_the_newer_one_in_first(self, county, laptop, out, county_takes):
        li = laptop("李主任")
        write(li.store, "张德福")
        first = out(li)
        write(li.store, "刘淑珍")
        assert county_takes(out(li)).taken == 2

        late = county_takes(first)

        assert late.code == "older"
        assert "更新的数据包" in late.sentence
        assert len(upkeep.list_records(county, Resident)) == 2

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

    def test_an_answer_that_comes_late_brings_no_older_values(
        self, county, laptop, out, back
    ):
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

    def test_answers_in_the_wrong_order(self, county, laptop, out, back):
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

    def test_an_answer_that_never_comes(self, county, laptop, out, county_takes):
        li = laptop("李主任")
        write(li.store, "张德福")
        county_takes(out(li))

        li.sync()

        assert len(upkeep.list_records(county, Resident)) == 1
        assert unsent(li.store) == 0

    def test_a_change_made_after_the_export_stays_unsent(
        self, county, laptop, out, back
    ):
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
        self, county, laptop, out, back
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

    def test_a_grid_that_was_given_since_stays(self, county, laptop, out, back):
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


class TestKeys:
    def test_a_laptop_that_was_enrolled_before_tells_its_keys_when_it_syncs(
        self, county, laptop, out, back
    ):
        li = laptop("李主任")
        with county.writing() as db:
            db.exec_driver_sql("UPDATE device SET verify_key = NULL")
        with li.store.writing() as tx:
            state.keep(tx.db, "county_keys", None)
            state.keep(tx.db, "keys_told", None)
        with pytest.raises(UserError, match="先联网同步一次"):
            out(li)

        li.sync()

        write(li.store, "张德福")
        imported(li, back(out(li)))
        assert names(county) == {"张德福"}

    def test_a_county_that_lost_them_asks_again(
        self, county, laptop, out, county_takes
    ):
        li = laptop("李主任")
        with county.writing() as db:
            db.exec_driver_sql("UPDATE device SET verify_key = NULL")
        refused = county_takes(out(li))
        assert (refused.code, "公钥" in refused.sentence) == ("keys", True)

        li.sync()
        li.sync()

        assert county_takes(out(li)).code == ""

    def test_new_keys_of_the_county_come_with_the_answer(
        self, county, laptop, out, back
    ):
        li = laptop("李主任")
        write(li.store, "张德福")
        file = out(li)
        county.keys = county_keys.rotate(county.folder)

        imported(li, back(file))

        write(li.store, "刘淑珍")
        second = out(li)
        with second.open("rb") as opened:
            header = package.gridpkg.read_header(opened)
        assert header.keys == county.keys.current.id
        imported(li, back(second))
        assert names(county) == {"张德福", "刘淑珍"}

    def test_private_keys_are_for_the_server_alone_and_never_shown(self, county):
        file = county.folder / county_keys.KEYS_FILE
        assert file.stat().st_mode & 0o777 == 0o600
        assert county.keys.current.raw.hex()[:16] not in repr(county.keys)
        assert repr(county.keys.current.raw) not in repr(county.keys)

    def test_a_damaged_key_file_is_not_replaced(self, county):
        file = county.folder / county_keys.KEYS_FILE
        file.write_text("{}")

        with pytest.raises(UserError, match="从备份恢复"):
            county_stores.open_county(county.folder)

        assert file.read_text() == "{}"

    def test_a_sync_without_news_stays_small(self, county, laptop):
        li = laptop("李主任")
        li.sync()

        report = li.sync()

        assert report.bytes_up + report.bytes_down < 300
