"""What records.save does beyond keeping a value: rules, journal, moves, references."""

import datetime as dt
import threading
from uuid import uuid4

import pytest
from sqlalchemy import text

from gridapp.errors import InvalidFields, UserError
from gridapp.models import (
    RECORDS,
    Building,
    Contact,
    Grid,
    Issue,
    IssueStep,
    Patrol,
    PatrolPoint,
    Resident,
)
from gridapp.models import codes as code_tables
from gridapp.models.kinds import now
from gridapp.models.record import field_of, table_of
from gridapp.store import audit, database, journal, records, state

TRANSACTION = 22  # SQLITE_TRANSACTION of an authorizer


def _count(db, table):
    return db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        (Building, {"number": "3栋", "floors": 201}, "floors"),
        (Building, {"number": "3栋", "units": 0}, "units"),
        (Building, {"number": "3栋", "floors": 1 << 31}, "floors"),
        (Building, {"number": "3栋", "area_m2": float("nan")}, "area_m2"),
        (Building, {"number": "3栋", "area_m2": float("inf")}, "area_m2"),
        (Building, {"number": "3栋", "note": "甲\0乙"}, "note"),
        (Building, {"number": "3栋\ud83d"}, "number"),
        (Resident, {"name": "李桂英", "phones": ("1380000\x001",)}, "phones"),
        (Contact, {"resident_id": uuid4(), "name": "李明", "rank": 0}, "rank"),
        (PatrolPoint, {"name": "配电房", "interval_days": 0}, "interval_days"),
        (
            Patrol,
            {"started_at": now(), "ended_at": now() - dt.timedelta(hours=1)},
            "ended_at",
        ),
    ],
)
def test_what_a_database_would_refuse_gets_a_sentence(vault, model, values, field):
    with pytest.raises(InvalidFields) as refused, vault.writing() as tx:
        records.save(tx, model, values)
    assert set(refused.value.messages) == {field}


def test_every_rule_of_a_table_is_the_records_own_too():
    """Codes and lengths apart, no CHECK stands alone: its record has a `check`."""
    fields = {model: {one.name for one in table_of(model).columns} for model in RECORDS}
    alone = [
        f"{model.__tablename__}.{rule.name}"
        for model in RECORDS
        for rule in table_of(model).constraints
        if str(rule.name).startswith("ck_")
        and str(rule.name).removeprefix(f"ck_{model.__tablename__}_")
        not in fields[model]
        and "check" not in vars(model)
    ]
    assert alone == []


def test_a_save_that_changes_nothing_leaves_no_trace(vault):
    with vault.writing() as tx:
        who = records.save(tx, Resident, {"name": "李桂英", "phones": ("13800000001",)})
    with vault.reading() as db:
        before, lines = records.get(db, Resident, who), _count(db, "journal")
    heard = []
    vault.on_changed(heard.append)
    with vault.writing() as tx:
        records.save(tx, Resident, {"name": "李桂英"}, who)
    with vault.reading() as db:
        assert records.get(db, Resident, who) == before
        assert _count(db, "journal") == lines
    assert heard == []


def test_what_points_to_a_grid_not_held_here_can_be_changed(vault):
    """A page of the county may name a building of a grid that is not on this laptop."""
    with vault.writing() as tx:
        point = records.save(tx, PatrolPoint, {"name": "配电房", "interval_days": 7})
    with vault.writing(remote=True) as tx:
        tx.db.execute(
            text("UPDATE patrol_point SET building_id = :far WHERE id = :id"),
            {"far": uuid4().hex, "id": point.hex},
        )
    with vault.writing() as tx:
        records.save(tx, PatrolPoint, {"look_at": "门锁"}, point)
    with vault.reading() as db:
        assert records.get(db, PatrolPoint, point)["look_at"] == "门锁"
    with pytest.raises(UserError, match="所指的记录"), vault.writing() as tx:
        records.save(tx, PatrolPoint, {"building_id": uuid4()}, point)


def _save_all(tx, *rows):
    for values in rows:
        records.save(tx, Resident, values)


def _issue(tx):
    issue = {
        "title_text": "楼道堆物",
        "source": "patrol",
        "category": "0101",
        "level": "ordinary",
        "state": "new",
        "found_at": tx.at,
    }
    for name in ("source", "category", "level", "state"):
        key = field_of(Issue, name).codes
        issue[name] = code_tables.table(key).items[0].code
    key = records.save(tx, Issue, issue)
    action = code_tables.table("issue_action").items[0].code
    step = {"action": action, "to_state": issue["state"], "at": tx.at}
    return key, records.save(tx, IssueStep, step | {"issue_id": key})


def test_an_issue_moves_with_its_trace_and_what_is_in_the_bin(vault):
    with vault.writing() as tx:
        other = records.save(tx, Grid, {"code": "990101001002", "name": "二网格"})
        issue, step = _issue(tx)
        who = records.save(tx, Resident, {"name": "李桂英"})
        binned = records.save(tx, Contact, {"resident_id": who, "name": "李明"})
        records.delete(tx, Contact, binned)
    with vault.writing() as tx:
        records.move(tx, Issue, issue, other)
        records.move(tx, Resident, who, other)
    with vault.reading() as db:
        for model, key in ((Issue, issue), (IssueStep, step), (Contact, binned)):
            found = records.get(db, model, key, deleted=True)
            assert found["grid_id"] == other
            last = journal.rows_of(db, model.__tablename__, key)[-1]
            assert last.values["grid_id"][1] == other
        lines = _count(db, "journal")
    with vault.writing() as tx:  # there already: nothing to send
        records.move(tx, Issue, issue, other)
    with vault.reading() as db:
        assert _count(db, "journal") == lines


def test_a_trace_itself_is_never_changed(vault):
    with vault.writing() as tx:
        _, step = _issue(tx)
    with pytest.raises(Exception, match="never changed"), vault.writing() as tx:
        tx.db.execute(
            text("UPDATE issue_step SET note = '改过' WHERE id = :id"), {"id": step.hex}
        )


def test_an_insert_is_sent_as_it_was_made(vault):
    day = dt.date(2026, 11, 23)
    with vault.writing() as tx:
        who = records.save(tx, Resident, {"name": "李桂英", "verified_on": day})
    with vault.writing() as tx:
        later = {"verified_on": day + dt.timedelta(days=1), "phones": ("13800000001",)}
        records.save(tx, Resident, later, who)
    with vault.writing() as tx:
        records.delete(tx, Resident, who)
    with vault.reading() as db:
        made, changed, gone = journal.unsent(db, state.pushed_seq(db), 100)[-3:]
    assert made.action == "insert"
    assert made.values["name"] == "李桂英"
    assert made.values["verified_on"] == day
    assert not {"phones", "deleted_at"} & set(made.values)
    assert changed.values["verified_on"] == (day, day + dt.timedelta(days=1))
    assert changed.values["phones"] == (None, ("13800000001",))
    assert (gone.action, set(gone.values)) == ("delete", {"deleted_at"})


def test_a_write_inside_a_write_is_refused_at_once(vault):
    with vault.writing(), pytest.raises(RuntimeError), vault.writing():
        pass
    with vault.writing() as tx:  # and the store works on
        records.save(tx, Resident, {"name": "李桂英"})


def test_a_listener_may_write_and_threads_wait_their_turn(vault):
    heard = []

    def on_changed(changes):
        heard.append(changes.records)
        if "resident" in changes.records:
            with vault.writing() as tx:
                records.save(tx, Building, {"number": "3栋"})

    vault.on_changed(on_changed)

    def work():
        for _ in range(5):
            with vault.writing() as tx:
                records.save(tx, Resident, {"name": "李桂英"})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with vault.reading() as db:
        assert _count(db, "resident") == _count(db, "building") == 20
    assert len(heard) == 40


def test_a_failed_import_leaves_the_journal_as_it_is_for_others(vault):
    """The batch and origin that triggers read are undone with everything else."""
    with pytest.raises(InvalidFields), vault.writing(batch=uuid4()) as tx:
        _save_all(tx, {"name": "李桂英"}, {})
    with vault.writing() as tx:
        who = records.save(tx, Resident, {"name": "王五"})
    with vault.reading() as db:
        [row] = journal.rows_of(db, "resident", who)
        assert (row.origin, row.batch) == ("local", None)
        assert _count(db, "resident") == 1


def test_a_save_prepares_no_statement_that_an_earlier_one_has_prepared(vault):
    prepared = []

    def authorizer(action, *about):  # SQLite asks it when it prepares a statement
        if action != TRANSACTION:  # the driver's own commit is never kept
            prepared.append(about)
        return 0

    with vault.writing() as tx:
        driver = database.driver(tx.db)
        driver.set_authorizer(authorizer)
        for number in range(300):  # as many as the making of a vault prepares
            driver.execute(f"SELECT {number}").fetchone()
    try:
        for _ in range(audit.EVERY + 2):
            prepared.clear()
            with vault.writing() as tx:
                assert database.driver(tx.db) is driver
                records.save(tx, Building, {"number": "9栋"})
    finally:
        driver.set_authorizer(None)
    assert prepared == []
