"""Taking back what one piece of work wrote: all of it or nothing, itself journalled."""

import pytest

from gridapp.errors import UserError
from gridapp.models import Issue, IssueStep, Resident
from gridapp.store import records
from gridapp.store.search import search
from gridapp.store.undo import noted, take_back
from gridapp.work import flow
from tests.conftest import journal_rows


def do(vault, work):
    with vault.writing() as tx:
        return noted(tx, work)


def undo(vault, done):
    with vault.writing() as tx:
        take_back(tx, done)


def test_result_and_rows_of_the_work_are_noted(vault, people):
    done = do(vault, lambda tx: records.save(tx, Resident, {"name": "王小明"}))
    assert done.last == done.first + 1
    with vault.reading() as db:
        assert records.get(db, Resident, done.result)["name"] == "王小明"


def test_several_changes_of_one_record_go_back_to_the_first_value(vault, people):
    def work(tx):
        for mobility in ("拄拐", "坐轮椅", "卧床"):
            records.save(tx, Resident, {"mobility": mobility}, people.li)
        records.save(tx, Resident, {"phones": ()}, people.li)

    done = do(vault, work)
    undo(vault, done)
    with vault.reading() as db:
        row = records.get(db, Resident, people.li)
    assert (row["mobility"], row["phones"]) == (None, ("13800000001",))


def test_new_record_goes_to_the_bin_and_a_deleted_one_comes_back(vault, people):
    def work(tx):
        records.delete(tx, Resident, people.li)
        return records.save(tx, Resident, {"name": "王小明"})

    done = do(vault, work)
    undo(vault, done)
    with vault.reading() as db:
        assert records.get(db, Resident, done.result) is None
        assert search(db, "王小明") == []
        assert search(db, "李桂英")[0].id == people.li


def test_trace_of_an_issue_stays(vault, people):
    lamp = {"title_text": "路灯不亮", "category": "0401"}
    done = do(vault, lambda tx: flow.open_issue(tx, lamp))
    undo(vault, done)
    with vault.reading() as db:
        assert records.get(db, Issue, done.result) is None
        assert len(records.filtered(db, IssueStep, {"issue_id": done.result})) == 1


def test_what_somebody_else_changed_since_stops_all_of_it(vault, people):
    def work(tx):
        records.save(tx, Resident, {"mobility": "拄拐"}, people.li)
        records.save(tx, Resident, {"mobility": "拄拐"}, people.zhang)

    done = do(vault, work)
    with vault.writing() as tx:
        records.save(tx, Resident, {"mobility": "卧床"}, people.zhang)
    with pytest.raises(UserError, match="居民后来又改过"):
        undo(vault, done)
    with vault.reading() as db:
        assert records.get(db, Resident, people.li)["mobility"] == "拄拐"


def test_another_field_changed_since_is_left_alone(vault, people):
    def work(tx):
        records.save(tx, Resident, {"mobility": "拄拐"}, people.li)

    done = do(vault, work)
    with vault.writing() as tx:
        records.save(tx, Resident, {"illness": "高血压"}, people.li)
    undo(vault, done)
    with vault.reading() as db:
        row = records.get(db, Resident, people.li)
    assert (row["mobility"], row["illness"]) == (None, "高血压")


def test_taking_back_is_journalled_to_be_sent(vault, people):
    done = do(
        vault, lambda tx: records.save(tx, Resident, {"mobility": "拄拐"}, people.li)
    )
    with vault.reading() as db:
        before = journal_rows(db)
    undo(vault, done)
    with vault.reading() as db:
        assert journal_rows(db) == before + 1
