"""The records' own rules are at least as strict as what the tables check: the county's
file holds no batch to the tables' checks (gridapp/county/store.py)."""

import datetime as dt
import itertools
import sqlite3

import pytest
from sqlalchemy import CheckConstraint, Date, Float, Integer
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import AddConstraint

from gridapp.models import RECORDS, Issue, Resident, rules
from gridapp.models.kinds import UtcTime, time_text
from gridapp.models.record import fields_of, table_of

DAYS = (dt.date(2020, 1, 1), dt.date(2026, 6, 1), dt.date(2030, 1, 1))
MOMENTS = tuple(dt.datetime(day.year, 6, 1, tzinfo=dt.UTC) for day in DAYS)
CHECKS = [
    pytest.param(model, one, id=f"{one.name}")
    for model in RECORDS
    for one in sorted(table_of(model).constraints, key=lambda one: str(one.name))
    if isinstance(one, CheckConstraint)
]


def columns_of(model, check):
    """The columns that a check looks at, with what they may be tried with."""
    text = str(check.sqltext)
    table = table_of(model)
    named = [one for one in table.columns if one in set(check.columns)] or [
        one
        for one in table.columns
        if one.name in text.replace("(", " ").replace(")", " ").split()
    ]
    return {one.name: pool(one.type) for one in named}


def pool(kind):
    if isinstance(kind, Integer | Float):
        return (-5, 1, 0, 90, 100_000)
    if isinstance(kind, Date):
        return DAYS
    if isinstance(kind, UtcTime):
        return MOMENTS
    return ("奇怪", "长" * 5000, None)


def fair(model, field):
    """Something for a field that must be there."""
    return pool(table_of(model).c[field.name].type)[1] if field.required else None


def stored(value):
    if isinstance(value, dt.datetime):
        return time_text(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def refused(check, values):
    """Whether SQLite refuses the values by that check alone."""
    rule = str(AddConstraint(check).compile(dialect=sqlite.dialect()))
    rule = rule[rule.index("CHECK") :]
    with sqlite3.connect(":memory:") as db:
        names = ", ".join(f'"{name}"' for name in values)
        db.execute(f"CREATE TABLE tried ({names}, {rule})")
        marks = ", ".join("?" * len(values))
        try:
            db.execute(
                f"INSERT INTO tried VALUES ({marks})", [*map(stored, values.values())]
            )
        except sqlite3.IntegrityError:
            return True
    return False


@pytest.mark.parametrize(("model", "check"), CHECKS)
def test_what_a_table_refuses_its_record_refuses_too(model, check):
    tried = columns_of(model, check)
    bad = [
        values
        for given in itertools.product(*tried.values())
        if refused(check, values := dict(zip(tried, given, strict=True)))
    ]
    assert bad, f"nothing that was tried breaks {check.name}"
    least = {one.name: fair(model, one) for one in fields_of(model)}
    for values in bad:
        assert rules.problems(model, {**least, **values}, tuple(values)), values


FAR = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)  # a day more is an error
UNSOUND = [
    *((Resident, "born_on", one) for one in ("1960-02-30", "1960-2-3", "0000", "昨天")),
    *((Resident, "phones", one) for one in (("",), ("13800000001,13800000002",))),
    *((Resident, "name", one) for one in ("", " ")),
    (Issue, "found_at", FAR),
]


@pytest.mark.parametrize(("model", "name", "value"), UNSOUND)
def test_what_the_program_could_not_work_with_breaks_a_rule(model, name, value):
    """One such record of another client, and no laptop of the grid would show its day
    or write its lists."""
    [kind] = [one.kind for one in fields_of(model) if one.name == name]

    assert name in rules.problems(model, {name: value}, [name])
    assert not rules.plainly_kept(model, name, [kind.to_wire(value)])


def test_a_birth_date_may_be_known_to_the_day_the_month_or_the_year():
    for value in ("1960-02-29", "1960-02", "1960"):
        assert rules.problems(Resident, {"born_on": value}, ["born_on"]) == {}
        assert rules.plainly_kept(Resident, "born_on", [value])
