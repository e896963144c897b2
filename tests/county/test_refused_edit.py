"""An edit that the county refused does not stand in the way of what comes later."""

import pytest
from sqlalchemy import select, update

from gridapp.county.tables import held
from gridapp.models import Resident
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.store import records
from gridapp.sync.merge import EDITED
from tests.county.caller import Caller
from tests.county.conftest import GRID

resident = table_of(Resident)


@pytest.fixture
def two(laptop):
    li, wang = laptop("李主任", GRID), laptop("王秀兰", GRID)
    with li.store.writing() as tx:
        made = {"name": "张德福", "grid_id": grid_id(GRID)}
        person = records.save(tx, Resident, made)
    li.sync()
    wang.sync()
    return li, wang, person


def refused(one, person, **also):
    """An edit past this program's own checks, as of an older or a broken one."""
    values = {"sex": "不是代码", "updated_by": one.store.worker_id} | also
    with one.store.writing() as tx:
        values["updated_at"] = tx.at
        tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        tx.db.execute(update(resident).where(resident.c.id == person).values(values))
        tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
    return one.sync()


def marks(county, one, person):
    query = select(resident.c.updated_at, resident.c.updated_by)
    found = []
    for reading in (county.reading, one.store.reading):
        with reading() as db:
            found.append(db.execute(query.where(resident.c.id == person)).one())
    return [tuple(row) for row in found]


def binned(county, person):
    query = select(resident.c.deleted_at).where(resident.c.id == person)
    with county.reading() as db:
        return db.scalar(query) is not None


def reasons(county):
    with county.reading() as db:
        return [row.reason for row in db.execute(select(held))]


@pytest.mark.parametrize("also", [{}, {"mobility": "卧床"}], ids=["whole", "a part"])
@pytest.mark.parametrize("author", ["its own", "another's"])
def test_after_a_refused_edit_a_delete_is_taken(county, two, also, author):
    li, wang, person = two
    one = li if author == "its own" else wang
    report = refused(one, person, **also)
    assert report.held == 1
    assert reasons(county) == ["invalid"]
    there, here = marks(county, one, person)
    assert here == there
    with one.store.writing() as tx:
        records.delete(tx, Resident, person)
    one.sync()
    assert EDITED not in reasons(county)
    assert binned(county, person)


def test_a_value_that_no_program_could_show_is_held_and_goes_to_nobody(county, laptop):
    """A client that is not this program may send any."""
    other, li = Caller.of(county), laptop("李主任", GRID)
    people = {"born_on": "1960-02-30"}, {"phones": ["", "1,2"]}, {"born_on": "1960"}

    status, reply = other.push(
        *(other.new(name=f"张{n}", **one) for n, one in enumerate(people))
    )

    assert status == 200
    assert [(one.field, one.reason) for one in reply.pushed.held] == [
        ("born_on", "invalid"),
        ("phones", "invalid"),
    ]
    li.sync()
    with li.store.reading() as db:
        query = select(resident.c.name, resident.c.born_on, resident.c.phones)
        assert sorted(map(tuple, db.execute(query))) == [
            ("张0", None, None),
            ("张1", None, None),
            ("张2", "1960", None),
        ]
