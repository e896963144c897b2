"""The journal: one row a change, by the database itself, never changed."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from gridapp.models import Attachment, Building, Household, Resident, record_named
from gridapp.models.record import fields_of
from gridapp.store import journal, records, state
from gridapp.store import vault as vaults
from gridapp.store.history import history

THIRD = {"number": "3", "floors": 6, "has_lift": False}


def rows(store, record_id, kind="building"):
    with store.reading() as db:
        return journal.rows_of(db, kind, record_id)


def last(store):
    """The number of the newest journal row."""
    with store.reading() as db:
        return db.execute(text("SELECT coalesce(max(seq), 0) FROM journal")).scalar()


def unsent(store, after=0):
    with store.reading() as db:
        return journal.unsent(db, after, 1000)


@pytest.fixture
def building(vault):
    with vault.writing() as tx:
        return records.save(tx, Building, THIRD)


def change(store, key, **values):
    with store.writing() as tx:
        records.save(tx, Building, values, key)
        return tx.at


def test_each_change_is_one_row_with_old_and_new(vault, building):
    before = last(vault)
    at = change(vault, building, floors=7, has_lift=True, number="3")
    assert last(vault) == before + 1
    row = rows(vault, building)[-1]
    assert row.values == {"floors": (6, 7), "has_lift": (False, True)}
    assert (row.action, row.type, row.origin) == ("update", "building", "local")
    assert (row.at, row.by, row.device) == (at, vault.worker_id, vault.device_id)
    assert row.base is not None
    assert row.base < row.at


def test_base_is_the_time_of_the_change_before(vault, building):
    first = change(vault, building, floors=7)
    change(vault, building, floors=8)
    assert rows(vault, building)[-1].base == first


def test_saving_without_a_change_writes_no_row(vault, building):
    before = last(vault)
    change(vault, building, floors=6)
    assert last(vault) == before


def test_insert_carries_no_values_and_they_are_given_back(vault, building):
    before = last(vault)
    with vault.reading() as db:
        stored = db.execute(
            text("SELECT action, changes, base FROM journal WHERE seq = :seq"),
            {"seq": before},
        ).one()
    assert tuple(stored) == ("insert", None, None)
    change(vault, building, floors=9, note="新加的")
    [made, _] = unsent(vault, before - 1)
    assert made.values == THIRD | {"grid_id": vault.grids()[0]}


def test_delete_and_restore_have_their_names(vault, building):
    with vault.writing() as tx:
        records.delete(tx, Building, building)
        deleted = tx.at
    with vault.writing() as tx:
        records.undelete(tx, Building, building)
    _, gone, back = rows(vault, building)
    assert (gone.action, back.action) == ("delete", "restore")
    assert gone.values == {"deleted_at": (None, deleted)}
    assert back.values == {"deleted_at": (deleted, None)}


def test_plain_sql_is_journalled_too(vault, building):
    columns = ("id", "grid_id", "number", "created_at", "updated_at")
    with vault.writing() as tx:
        made = [uuid4().hex for _ in range(3)]
        grid = vault.grids()[0].hex
        tx.db.exec_driver_sql(
            f"INSERT INTO building ({', '.join(columns)}) VALUES (?, ?, ?, ?, ?)",
            [(one, grid, "8", "2026-11-23T00:00:00.000Z", "2026-11-23T00:00:00.000Z")
             for one in made],
        )  # fmt: skip
        tx.db.exec_driver_sql("UPDATE building SET floors = 12 WHERE number = '8'")
    found = unsent(vault)[-6:]
    assert [row.action for row in found] == ["insert"] * 3 + ["update"] * 3
    assert {row.record_id.hex for row in found} == set(made)
    assert found[-1].values == {"floors": (None, 12)}
    assert found[0].values == {"number": "8", "grid_id": vault.grids()[0]}


def test_change_outside_the_program_s_transactions_is_journalled(vault, building):
    before = last(vault)
    with vault._engine.begin() as db:
        db.execute(text("UPDATE building SET floors = 20"))
    row = rows(vault, building)[-1]
    assert last(vault) == before + 1
    assert (row.values, row.origin) == ({"floors": (6, 20)}, "local")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET origin = 'remote'",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal",
        "UPDATE writer SET device = ''",
        "DELETE FROM writer",
        "INSERT OR REPLACE INTO writer SELECT * FROM writer",
    ],
)  # fmt: skip
def test_journal_is_never_changed(vault, building, sql):
    before = unsent(vault)
    with pytest.raises(DatabaseError, match="never changed"), vault.writing() as tx:
        tx.db.execute(text(sql))
    assert unsent(vault) == before


def test_numbers_of_rows_are_never_used_twice(vault, building):
    before = last(vault)
    with pytest.raises(RuntimeError), vault.writing() as tx:  # noqa: PT012
        records.save(tx, Building, {"number": "4"})
        raise RuntimeError
    change(vault, building, floors=7)
    assert last(vault) > before
    with vault.reading() as db:
        sql = db.execute(
            text("SELECT sql FROM sqlite_master WHERE name = 'journal'")
        ).scalar_one()
    assert "AUTOINCREMENT" in sql


def test_batch_marks_the_rows_of_one_import_only(vault):
    batch = uuid4()
    with vault.writing(batch=batch) as tx:
        first = records.save(tx, Building, THIRD)
    with vault.writing() as tx:
        second = records.save(tx, Building, THIRD)
    assert [row.batch for row in rows(vault, first)] == [batch]
    assert [row.batch for row in rows(vault, second)] == [None]


def test_batch_of_a_failed_import_is_forgotten(vault):
    with pytest.raises(RuntimeError), vault.writing(batch=uuid4()):
        raise RuntimeError
    with vault.writing() as tx:
        made = records.save(tx, Building, THIRD)
    assert [row.batch for row in rows(vault, made)] == [None]


def test_change_from_the_county_is_not_sent_back(vault, building):
    before = last(vault)
    with vault.writing(remote=True) as tx:
        tx.db.execute(text("UPDATE building SET floors = 30"))
        there = journal.JournalRow(
            seq=0,
            at=tx.at,
            by=None,
            device=uuid4(),
            origin="remote",
            type="building",
            record_id=building,
            grid_id=vault.grids()[0],
            action="update",
            base=None,
            values={"floors": (6, 30), "has_lift": (False, None)},
        )
        journal.append_remote(tx.db, [there])
    assert unsent(vault, before) == []
    row = rows(vault, building)[-1]
    assert (row.origin, row.values) == ("remote", there.values)
    change(vault, building, floors=31)
    [local] = unsent(vault, before)
    assert local.values == {"floors": (30, 31)}


def test_names_of_a_newer_version_are_left_out(vault, building):
    with vault.writing() as tx:
        parts = {"floors": [6, 7], "roof_garden": [None, 1]}
        tx.db.execute(
            text(
                "INSERT INTO journal (at, writer, origin, type, record_id, action,"
                " changes) SELECT at, writer, 'remote', type, record_id, 'update',"
                " :changes FROM journal"
                " WHERE record_id = :key"
            ),
            {"changes": json.dumps(parts), "key": building.hex},
        )
    assert rows(vault, building)[-1].values == {"floors": (6, 7)}


def test_unsent_rows_come_in_order_and_in_pieces(vault, building):
    change(vault, building, floors=7)
    change(vault, building, floors=8)
    everything = unsent(vault)
    assert [row.seq for row in everything] == sorted(row.seq for row in everything)
    with vault.reading() as db:
        first = journal.unsent(db, 0, 2)
        rest = journal.unsent(db, first[-1].seq, 1000)
        assert journal.unsent_count(db, first[-1].seq) == len(rest)
    assert first + rest == everything
    assert state_of_inserts(first + rest) == state_of_inserts(everything)


def state_of_inserts(found):
    return {row.record_id: row.values for row in found if row.action == "insert"}


def test_every_table_has_its_triggers_and_no_stale_one(vault):
    names = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    with vault.writing() as tx:
        before = set(tx.db.scalars(names))
        tx.db.exec_driver_sql("DROP TRIGGER journal_building_update")
        tx.db.exec_driver_sql(
            "CREATE TRIGGER journal_gone AFTER INSERT ON building BEGIN SELECT 1; END"
        )
        journal.ensure_triggers(tx.db)
        assert set(tx.db.scalars(names)) == before


# A random life of a record: what the journal holds must give back every state it had.

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
WORDS = st.lists(
    st.text("0123456789-", min_size=1, max_size=12), min_size=1, max_size=3
).map(tuple)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))
MOMENTS = st.datetimes(
    dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)
).map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000))
BY_KIND = {
    "text": TEXT,
    "note": TEXT,
    "name": TEXT,
    "birth": st.sampled_from(["1945", "1945-03", "1945-03-08"]),
    "number": st.integers(1, 100),
    "decimal": st.floats(allow_nan=False, allow_infinity=False),
    "yes_no": st.booleans(),
    "phones": WORDS,
    "date": DAYS,
    "time": MOMENTS,
    "id_number": st.sampled_from(["990101194503081111"]),
}


def values_of(model):
    """Some values for some of a record's fields, None where that is allowed."""
    choices = {}
    for one in fields_of(model):
        if one.kind.name in BY_KIND and not one.codes:
            values = BY_KIND[one.kind.name]
            if one.required:  # and blank is not filled in
                choices[one.name] = values.filter(lambda one: str(one).strip())
            else:
                choices[one.name] = st.none() | values
    return st.fixed_dictionaries({}, optional=choices)


LIVES = st.sampled_from([Building, Household, Attachment]).flatmap(
    lambda model: st.tuples(
        st.just(model),
        values_of(model),
        st.lists(
            st.one_of(values_of(model), st.sampled_from(["delete", "restore"])),
            max_size=6,
        ),
    )
)


@pytest.fixture(scope="module")
def lived_in(vault_template, tmp_path_factory):
    template, key = vault_template
    folder = tmp_path_factory.mktemp("lives") / "vault"
    shutil.copytree(template, folder)
    store = vaults.open_with_key(folder, key)
    with store.writing() as tx:
        building = records.save(tx, Building, THIRD)
        dwelling = {"building_id": building, "room": "101"}
        dwelling_id = records.save(tx, record_named("dwelling"), dwelling)
    yield (
        store,
        {
            "building": THIRD,
            "household": {"dwelling_id": dwelling_id},
            "attachment": {
                "owner_type": "building",
                "owner_id": building,
                "kind": "photo",
                "hash": "00" * 32,
                "media_type": "image/jpeg",
                "size": 1,
            },
        },
    )
    store.close()


def live(store, model, first, steps):
    """A record's life; its id and every state it was in, as plain values."""
    with store.writing() as tx:
        key = records.save(tx, model, first)
    states = [current(store, model, key)]
    for step in steps:
        with store.writing() as tx:
            if step == "delete":
                records.delete(tx, model, key)
            elif step == "restore":
                records.undelete(tx, model, key)
            elif states[-1]["deleted_at"] is None:
                records.save(tx, model, step, key)
        if (now := current(store, model, key)) != states[-1]:
            states.append(now)
    return key, states


def current(store, model, key):
    with store.reading() as db:
        row = records.get(db, model, key, deleted=True)
    return {name: row[name] for name in journal.journalled(model)}


@given(LIVES)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_journal_gives_back_every_state_a_record_was_in(lived_in, life):
    store, needed = lived_in
    model, first, steps = life
    kind = model.__tablename__
    key, states = live(store, model, needed[kind] | first, steps)
    with store.reading() as db:
        made = journal.as_inserted(db, kind, [key])[key]
        found = journal.rows_of(db, kind, key)
    assert made == {name: v for name, v in states[0].items() if v is not None}
    assert len(found) == len(states)
    state_now = dict.fromkeys(states[0]) | made
    for row, expected in zip(found[1:], states[1:], strict=True):
        for name, (old, new) in row.values.items():
            assert state_now[name] == old
            assert old != new
            state_now[name] = new
        assert state_now == expected


@given(LIVES)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_history_replayed_is_the_record(lived_in, life):
    store, needed = lived_in
    model, first, steps = life
    key, states = live(store, model, needed[model.__tablename__] | first, steps)
    with store.reading() as db:
        lines = history(db, model, key)
    replayed = {}
    for line in lines:
        assert replayed.get(line.field) == line.old
        replayed[line.field] = line.new
    expected = {n: v for n, v in states[-1].items() if n not in journal.GUARDED}
    assert {n: replayed.get(n) for n in expected} == expected


def test_as_inserted_takes_many_at_once(vault):
    with vault.writing() as tx:
        made = records.insert_many(
            tx, Building, [{"number": str(n)} for n in range(1100)]
        )
    with vault.writing() as tx:
        records.update_many(tx, Building, {key: {"number": "改"} for key in made[:700]})
    with vault.reading() as db:
        found = journal.as_inserted(db, "building", made)
    assert [found[key]["number"] for key in made] == [str(n) for n in range(1100)]


def test_device_of_a_vault_is_its_own(vault, people):
    with vault.reading() as db:
        assert state.device(db) == vault.device_id
        devices = {row.device for row in journal.unsent(db, 0, 1000)}
        assert records.count(db, Resident) == 5
    assert devices == {vault.device_id}
