"""The chain of migration steps against the record declarations, on SQLite."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect
from sqlalchemy.exc import OperationalError

from gridapp import migrations
from gridapp.errors import UserError
from gridapp.models.record import METADATA
from gridapp.store.tables import LOCAL


def chain():
    """Every revision, oldest first."""
    config = Config()
    folder = Path(migrations.__file__).parent
    config.set_main_option("script_location", str(folder))
    scripts = ScriptDirectory.from_config(config)
    return [step.revision for step in scripts.walk_revisions()][::-1]


CHAIN = chain()


@pytest.fixture
def connect():
    """Makes connections, each to an empty database with explicit transactions."""
    engines = []

    def make():
        engine = create_engine("sqlite://")
        engines.append(engine)
        event.listen(
            engine, "connect", lambda db, _: setattr(db, "isolation_level", None)
        )
        event.listen(engine, "begin", lambda db: db.exec_driver_sql("BEGIN"))
        return engine.connect()

    yield make
    for engine in engines:
        engine.dispose()


def plain(sql):
    """SQL without the freedom of blanks and quotes."""
    return re.sub(r"[\s\"]+", "", sql).strip("()")


def described(db):
    """Everything a table is, by table."""
    look = inspect(db)
    found = {}
    for name in look.get_table_names():
        if name in ("alembic_version", "sqlite_sequence"):
            continue
        sql = db.exec_driver_sql(
            f"SELECT sql FROM sqlite_master WHERE name = '{name}'"
        ).scalar_one()
        found[name] = {
            "columns": {
                c["name"]: (str(c["type"]), c["nullable"], c["default"])
                for c in look.get_columns(name)
            },
            "key": look.get_pk_constraint(name)["constrained_columns"],
            "references": {
                (
                    k["name"],
                    *k["constrained_columns"],
                    k["referred_table"],
                    *k["referred_columns"],
                )
                for k in look.get_foreign_keys(name)
            },
            "indexes": {
                (i["name"], *i["column_names"], bool(i["unique"]))
                for i in look.get_indexes(name)
            },
            "checks": {
                (c["name"], plain(c["sqltext"]))
                for c in look.get_check_constraints(name)
            },
            "unique": {
                tuple(c["column_names"]) for c in look.get_unique_constraints(name)
            },
            "counts_up": "AUTOINCREMENT" in sql.upper(),
        }
    return found


def test_head_is_the_end_of_the_chain():
    assert CHAIN[-1] == migrations.HEAD
    assert sorted(CHAIN) == CHAIN  # `refuse_newer` compares revisions as text


def test_steps_make_exactly_the_tables_that_are_declared(connect):
    migrated, declared = connect(), connect()
    with migrated.begin():
        migrations.upgrade(migrated, "client")
    with declared.begin():
        METADATA.create_all(declared)
        LOCAL.create_all(declared)
    made, wanted = described(migrated), described(declared)
    assert set(made) == set(wanted)
    for name, table in wanted.items():
        for part, value in table.items():
            assert made[name][part] == value, (name, part)
    assert sum(len(table["checks"]) for table in wanted.values()) > 200


@pytest.mark.parametrize("start", [None, *CHAIN])
def test_every_older_version_upgrades(connect, start):
    fresh, old = connect(), connect()
    with fresh.begin():
        migrations.upgrade(fresh, "client")
    with old.begin():
        if start is not None:
            migrations.upgrade(old, "client", to=start)
            assert migrations.version_of(old) == start
    with old.begin():
        migrations.upgrade(old, "client")
    assert migrations.version_of(old) == migrations.HEAD
    assert described(old) == described(fresh)


def test_step_that_fails_leaves_nothing_behind(connect):
    db = connect()
    with db.begin():
        db.exec_driver_sql("CREATE TABLE journal (mine TEXT)")
    with pytest.raises(OperationalError, match="journal"), db.begin():
        migrations.upgrade(db, "client")
    assert set(inspect(db).get_table_names()) == {"journal"}
    assert migrations.version_of(db) is None


def test_upgrading_twice_changes_nothing(connect):
    db = connect()
    with db.begin():
        migrations.upgrade(db, "client")
    once = described(db)
    db.rollback()
    with db.begin():
        migrations.upgrade(db, "client")
    assert described(db) == once


def test_newer_file_is_refused_in_words(connect):
    db = connect()
    with db.begin():
        migrations.upgrade(db, "client")
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UserError, match="请先升级程序"), db.begin():
        migrations.upgrade(db, "client")
    assert migrations.version_of(db) == "9999"


def test_journal_rows_keep_their_numbers_and_writers_in_an_upgrade(connect):
    db = connect()
    rows = [
        (2, "2026-01-02T00:00:00.000Z", "a" * 32, "d" * 32, "local", "g" * 32),
        (5, "2026-01-03T00:00:00.000Z", None, "d" * 32, "remote", "g" * 32),
        (6, "2026-01-01T00:00:00.000Z", "a" * 32, "d" * 32, "local", "h" * 32),
    ]
    columns = 'seq, at, "by", device, origin, grid_id'
    with db.begin():
        migrations.upgrade(db, "client", to="0004")
        for row in rows:
            db.exec_driver_sql(
                f"INSERT INTO journal ({columns}, type, record_id, action)"
                " VALUES (?, ?, ?, ?, ?, ?, 'visit', 'r', 'insert')",
                row,
            )
        db.exec_driver_sql("UPDATE sqlite_sequence SET seq = 9 WHERE name = 'journal'")
        db.exec_driver_sql(
            "CREATE TRIGGER fixed_journal_delete BEFORE DELETE ON journal"
            " BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END"
        )
    with db.begin():
        migrations.upgrade(db, "client")
    with db.begin():
        found = db.exec_driver_sql(f"SELECT {columns} FROM journal_entry ORDER BY seq")
        assert [tuple(row) for row in found] == rows
        number = "SELECT seq FROM sqlite_sequence WHERE name = 'journal'"
        assert db.exec_driver_sql(number).scalar() == 9  # never used again
