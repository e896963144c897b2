"""A record's history as a person reads it."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import text

from gridapp.models import Resident
from gridapp.store import records
from gridapp.store.history import authors, history


def lines(store, key):
    with store.reading() as db:
        found = history(db, Resident, key)
    return [(one.action, one.label, one.old, one.new) for one in found]


def test_tells_first_the_values_it_was_made_with_then_each_change(vault, people):
    with vault.writing() as tx:
        records.save(tx, Resident, {"care_colour": "red"}, people.dead)
    with vault.writing() as tx:
        changes = {"care_colour": "yellow", "note": "儿子来接"}
        records.save(tx, Resident, changes, people.dead)
    with vault.writing() as tx:
        records.delete(tx, Resident, people.dead)
        deleted = tx.at
    found = lines(vault, people.dead)
    made = [line for line in found if line[0] == "insert"]
    assert ("insert", "姓名", None, "刘长林") in made
    assert ("insert", "关爱等级", None, "red") not in made
    assert found[len(made) :] == [
        ("update", "关爱等级", None, "red"),
        ("update", "关爱等级", "red", "yellow"),
        ("update", "备注", None, "儿子来接"),
        ("delete", "回收站", None, deleted),
    ]


def test_says_who_and_when_and_on_which_device(vault, people):
    with vault.writing() as tx:
        records.save(tx, Resident, {"note": "听力不好"}, people.li)
        at = tx.at
    with vault.reading() as db:
        last = history(db, Resident, people.li)[-1]
    assert (last.by, last.at, last.device) == ("周敏", at, str(vault.device_id))


def test_record_of_the_first_download_begins_with_when_and_by_whom_it_was_made(vault):
    with vault.writing() as tx:
        author = uuid4()
        tx.db.execute(
            text("INSERT INTO author (id, name) VALUES (:id, '孙丽')"),
            {"id": author.hex},
        )
    with vault.writing(remote=True) as tx:
        key = records.save(tx, Resident, {"name": "何某"})
        tx.db.execute(
            text("UPDATE resident SET created_by = :who WHERE id = :id"),
            {"who": author.hex, "id": key.hex},
        )
    with vault.reading() as db:
        found = history(db, Resident, key)
    assert [(one.label, one.new, one.by) for one in found] == [("姓名", "何某", "孙丽")]


def test_record_that_is_not_there_has_no_history(vault):
    with vault.reading() as db:
        assert history(db, Resident, uuid4()) == []
        assert authors(db, [None, uuid4()]) == {}
