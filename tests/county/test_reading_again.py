"""A laptop that reads its grids from the beginning once more ends up as it was."""

from gridapp.models import Resident
from gridapp.store import doctor, records
from gridapp.sync.client import SyncClient


def read_again(laptop):
    """What a newer program does that knows more than the one before it."""
    with laptop.store.writing(remote=True) as tx:
        statement = "UPDATE scope_cursor SET cursor = 0, bootstrap = '', complete = 0"
        tx.db.exec_driver_sql(statement)


def test_what_is_read_again_does_not_take_back_the_mark_of_an_unsent_change(laptop):
    """Else the county would take a later delete for one that did not know the edit."""
    li, wang = laptop("李主任"), laptop("王秀兰")
    with li.store.writing() as tx:
        who = records.save(tx, Resident, {"name": "张德福"})
    li.sync()
    wang.sync()
    with wang.store.writing() as tx:
        records.save(tx, Resident, {"note": "耳背"}, who)
    wang.sync()
    li.sync()
    with li.store.writing() as tx:
        records.save(tx, Resident, {"mobility": "拄拐"}, who)
    read_again(li)

    li.sync()
    wang.sync()

    with li.store.reading() as db, wang.store.reading() as other:
        assert records.get(db, Resident, who) == records.get(other, Resident, who)
    with li.store.writing() as tx:
        records.delete(tx, Resident, who)
    li.sync()
    with li.store.reading() as db:
        assert SyncClient.waiting(db) == []
        assert records.get(db, Resident, who) is None
    assert [one.told for one in doctor.examined(li.store) if one.faults] == []


def test_a_value_that_comes_otherwise_with_a_first_download_is_journalled(laptop):
    li, wang = laptop("李主任"), laptop("王秀兰")
    with li.store.writing() as tx:
        who = records.save(tx, Resident, {"name": "张德福"})
        records.save(tx, Resident, {"note": "旧"}, who)
    li.sync()
    wang.sync()
    with wang.store.writing() as tx:
        records.save(tx, Resident, {"note": "新"}, who)
    wang.sync()
    with li.store.writing(remote=True) as tx:  # its grid was taken away and given back
        tx.db.exec_driver_sql("DELETE FROM scope_cursor")

    li.sync()

    with li.store.reading() as db:
        assert records.get(db, Resident, who)["note"] == "新"
    assert [one.told for one in doctor.examined(li.store) if one.faults] == []
