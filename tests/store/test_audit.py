"""Whoever changes, removes, slips in or reorders what was written is found out."""

import json
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gridapp.models import Resident, Visit
from gridapp.models.kinds import now
from gridapp.store import audit, records, state
from gridapp.store import vault as vaults
from gridapp.store.tables import disclosure, journal, journal_entry, seal, writer
from tests.conftest import id_number

CHAINED = (journal, disclosure)
HASHED = ((journal_entry, audit._JOURNAL), (disclosure, audit._DISCLOSED))  # noqa: SLF001


@pytest.fixture(scope="module")
def used(vault_template, tmp_path_factory):
    """A vault with links of one and of many rows, with disclosures and without."""
    import shutil

    template, key = vault_template
    folder = shutil.copytree(template, tmp_path_factory.mktemp("audit") / "vault")
    store = vaults.open_with_key(folder, key)
    people = [
        {"name": f"王建国{n}", "id_number": id_number("1950-01-02", n)}
        for n in range(300)
    ]
    with store.writing(batch=None) as tx:
        ids = records.insert_many(tx, Resident, people)
    for number, who in enumerate(ids[:40]):
        with store.writing() as tx:
            records.save(tx, Resident, {"note": "耳背\n“重”\x07"}, who)
            if number % 3 == 0:
                met = {"mode": "home", "met_whom": "self", "started_at": tx.at}
                records.save(tx, Visit, {"resident_id": who} | met)
                state.disclose(tx, "reveal", "resident", who, "核对\t证件\n\x01号")
    store.close()
    store = vaults.open_with_key(folder, key)
    yield store
    store.close()


def found(store):
    with store.reading() as db:
        return list(audit.breaks(db))


@contextmanager
def tampering(store):
    """A connection on which anything goes; nothing of it is kept."""

    class Back(Exception):
        pass

    try:
        with store.writing(remote=True) as tx:
            for (name,) in tx.db.execute(
                text("SELECT name FROM sqlite_master WHERE name LIKE 'fixed_%'")
            ).all():
                tx.db.exec_driver_sql(f"DROP TRIGGER {name}")
            yield tx.db
            raise Back
    except Back:
        pass


def test_what_was_written_in_the_usual_ways_is_whole(used):
    assert found(used) == []
    with used.reading() as db:
        whole = audit.span(db)
        newest = audit.head(db)
    assert whole.links >= 5
    assert newest.upto == whole.rows > 340
    assert newest.told == whole.told == 14


def test_every_column_is_covered(used):
    for table, query in HASHED:
        listed = query.split("json_array(")[1].split(")")[0]
        names = [one.strip().strip('"') for one in listed.split(",")]
        assert sorted(names) == sorted(one.name for one in table.columns)


def test_what_is_hashed_does_not_depend_on_the_version_of_sqlite(used):
    with used.reading() as db:
        for table, query in HASHED:
            said = db.exec_driver_sql(query, (0, 1 << 40)).scalar_one()
            listed = query.split("json_array(")[1].split(")")[0]
            rows = db.exec_driver_sql(f"SELECT {listed} FROM {table.name} ORDER BY seq")
            plain = [list(row) for row in rows]
            form = {"ensure_ascii": False, "separators": (",", ":")}
            assert said == json.dumps(plain, **form)


values = st.one_of(
    st.none(),
    st.integers(-5, 10**12),
    st.text(max_size=12),
    st.binary(max_size=6),
    st.floats(allow_nan=False, allow_infinity=False),
)


def rows_of(db, table):
    return db.exec_driver_sql(f"SELECT rowid, * FROM {table} ORDER BY rowid").all()


def write(db, table, name, rowid, value):
    """Set a column past every check; says whether that changed anything."""
    old = f'SELECT typeof("{name}") || quote("{name}") FROM {table} WHERE rowid = ?'
    before = db.exec_driver_sql(old, (rowid,)).scalar()
    statement = f'UPDATE OR IGNORE {table} SET "{name}" = ? WHERE rowid = ?'
    changed = db.exec_driver_sql(statement, (value, rowid)).rowcount
    return changed and db.exec_driver_sql(old, (rowid,)).scalar() != before


# Tried once and, being deterministic, for good: a laptop's vault is written once here.
often = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@often
@given(data=st.data())
def test_any_change_of_any_column_is_found(used, data):
    with tampering(used) as db:
        table = data.draw(st.sampled_from([*CHAINED, writer, seal]), "table")
        name = data.draw(st.sampled_from([one.name for one in table.columns]), "column")
        nullable = table.columns[name].nullable
        row = data.draw(st.sampled_from(rows_of(db, table.name)), "row")
        value = data.draw(values.filter(lambda one: nullable or one is not None), "new")
        if name in (
            "seq",
            "id",
            "number",
        ):  # SQLite keeps numbers there and nothing else
            value = data.draw(st.integers(-5, 10**6), "number")
        if write(db, table.name, name, row[0], value):
            broken = list(audit.breaks(db))
            assert broken
            assert all(audit.in_words(db, one) for one in broken)


@often
@given(data=st.data())
def test_any_row_that_is_removed_is_found(used, data):
    with tampering(used) as db:
        table = data.draw(st.sampled_from([*CHAINED, writer, seal])).name
        row = data.draw(st.sampled_from(rows_of(db, table)))
        db.exec_driver_sql(f"DELETE FROM {table} WHERE rowid = ?", (row[0],))
        assert list(audit.breaks(db))


@often
@given(data=st.data())
def test_any_rows_that_change_places_are_found(used, data):
    with tampering(used) as db:
        table = data.draw(st.sampled_from(CHAINED)).name
        rows = rows_of(db, table)
        one = data.draw(st.integers(0, len(rows) - 1))
        other = data.draw(st.integers(0, len(rows) - 1))
        if rows[one][2:] != rows[other][2:]:
            swap = f"UPDATE {table} SET seq = ? WHERE seq = ?"
            for pair in (
                (-1, rows[one][0]),
                (rows[one][0], rows[other][0]),
                (rows[other][0], -1),
            ):
                db.exec_driver_sql(swap, pair)
            assert list(audit.breaks(db))


@often
@given(data=st.data())
def test_a_row_slipped_in_between_is_found(used, data):
    """The rows after it move on by one, as though it had always been there."""
    with tampering(used) as db:
        table = data.draw(st.sampled_from(CHAINED)).name
        rows = rows_of(db, table)
        before = data.draw(st.sampled_from(rows))[0]
        copied = data.draw(st.sampled_from(rows))[0]
        names = [one.name for one in {t.name: t for t in CHAINED}[table].columns][1:]
        listed = ", ".join(f'"{name}"' for name in names)
        values_ = db.exec_driver_sql(
            f"SELECT {listed} FROM {table} WHERE seq = ?", (copied,)
        ).one()
        db.exec_driver_sql(f"UPDATE {table} SET seq = -seq WHERE seq >= ?", (before,))
        db.exec_driver_sql(f"UPDATE {table} SET seq = 1 - seq WHERE seq < 0")
        marks = ", ".join("?" * (len(names) + 1))
        db.exec_driver_sql(
            f"INSERT INTO {table} (seq, {listed}) VALUES ({marks})", (before, *values_)
        )
        same = rows_of(db, table)[: len(rows)] == rows  # the last one, once more
        assert list(audit.breaks(db)) or same


def test_a_break_is_told_with_its_rows_its_time_and_its_records(used):
    with used.reading() as db:
        row = db.execute(
            journal.select().where(journal.c.action == "update").limit(1)
        ).one()
    with tampering(used) as db:
        write(db, "journal", "changes", row.seq, '{"note":["耳背","很好"]}')
        [broken] = audit.breaks(db)
        words = audit.in_words(db, broken)
    assert broken.first <= row.seq <= broken.last < broken.first + audit.ROWS
    assert f"流水第 {broken.first} 到 {broken.last} 号" in words
    assert "居民" in words
    assert "耳背" not in words


def test_a_gap_in_the_rows_names_the_number(used):
    with tampering(used) as db:
        db.exec_driver_sql("DELETE FROM journal WHERE seq = 7")
        [broken] = audit.breaks(db)
        assert "缺 7" in audit.in_words(db, broken)


def test_nobody_changes_a_line_by_accident(used):
    for table in (*CHAINED, seal):
        first = table.columns.keys()[0]
        for statement in (
            f"DELETE FROM {table.name}",
            f"UPDATE {table.name} SET {first} = {first}",
        ):
            with (
                pytest.raises(Exception, match="never changed"),
                used.writing() as tx,
            ):
                tx.db.exec_driver_sql(statement)


def test_what_a_pulled_plug_left_unsealed_is_sealed_at_the_next_opening(
    vault, vault_template
):
    with vault.writing() as tx:
        records.save(tx, Resident, {"name": "王五"})
    with vault.reading() as db:
        before, rows = audit.head(db), audit.span(db).rows
    assert before.upto < rows
    again = vaults.open_with_key(vault.folder, vault_template[1])
    with again.reading() as db:
        assert audit.head(db).upto == rows
        assert list(audit.breaks(db)) == []
    again.close()


def test_a_close_seals_what_was_written_and_nothing_else(vault, vault_template):
    for many in (1, 0):
        for _ in range(many):
            with vault.writing() as tx:
                records.save(tx, Resident, {"name": "王五"})
        with vault.reading() as db:
            links = audit.span(db).links
        vault.close()
        vault = vaults.open_with_key(vault.folder, vault_template[1])
        with vault.reading() as db:
            assert audit.span(db).links == links + many
    vault.close()


def test_two_programs_on_one_vault_make_one_chain(vault, vault_template):
    other = vaults.open_with_key(vault.folder, vault_template[1])
    for number in range(40):
        with (vault, other)[number % 2].writing() as tx:
            records.save(tx, Resident, {"name": f"王{number}"})
    other.close()
    with vault.writing() as tx:
        audit.seal(tx.db, tx.at)
    assert found(vault) == []
    with vault.reading() as db:
        assert audit.head(db).upto == audit.span(db).rows


def test_an_import_and_its_undo_break_nothing(vault):
    from uuid_utils.compat import uuid7

    from gridapp.store.batches import take_back_batch

    batch = uuid7()
    with vault.writing(batch=batch) as tx:
        records.insert_many(tx, Resident, [{"name": f"王{n}"} for n in range(600)])
    with vault.writing() as tx:
        take_back_batch(tx, batch)
    with vault.writing() as tx:
        audit.seal(tx.db, tx.at)
    assert found(vault) == []
    with vault.reading() as db:
        rows = db.exec_driver_sql("SELECT upto FROM seal ORDER BY number").scalars()
        reached = list(rows)
    assert all(b - a <= audit.ROWS for a, b in zip(reached, reached[1:], strict=False))


def test_a_write_that_fails_leaves_no_link(vault):
    with vault.reading() as db:
        before = audit.span(db)
    with tampering(vault) as db:
        db.execute(text("INSERT INTO disclosure (at, act) VALUES ('', '')"))
        audit.seal(db, now())
        assert audit.span(db).links == before.links + 1
    with vault.reading() as db:
        assert audit.span(db) == before
