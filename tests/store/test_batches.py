"""An import is taken back as a whole; what others built on it stays and is named."""

from uuid import uuid4

import pytest

from gridapp.errors import UserError
from gridapp.models import Building, Dwelling, Household, Resident, Visit
from gridapp.store import records
from gridapp.store.batches import CHANGED, NEEDED, take_back_batch
from tests.conftest import at


@pytest.fixture
def brought(vault, people):
    """A batch: two new people behind one new door, and 李桂英 changed in two fields."""
    batch = uuid4()
    with vault.writing(batch=batch) as tx:
        building = records.save(tx, Building, {"number": "9"})
        dwelling = {"building_id": building, "unit": "1", "room": "101"}
        home = {"dwelling_id": records.save(tx, Dwelling, dwelling)}
        home = records.save(tx, Household, home)
        new = [
            records.save(tx, Resident, {"name": name, "household_id": home})
            for name in ("王五", "赵七")
        ]
        changed = {"mobility": "拄拐", "workplace": "和顺里"}
        records.save(tx, Resident, changed, people.li)
    return batch, new


def take_back(vault, batch):
    with vault.writing() as tx:
        return take_back_batch(tx, batch)


def all_of(vault, model):
    with vault.reading() as db:
        return {row["id"]: row for row in records.find(db, model)}


def test_everything_a_batch_wrote_is_taken_back_once(vault, people, brought):
    before = len(all_of(vault, Resident))
    done = take_back(vault, brought[0])
    assert (done.records, done.stayed) == (6, ())
    assert len(all_of(vault, Resident)) == before - 2
    assert all_of(vault, Resident)[people.li]["mobility"] is None
    assert {row["number"] for row in all_of(vault, Building).values()} == {"3", "12"}
    again = take_back(vault, brought[0])
    assert (again.records, again.stayed) == (0, ())
    assert again.summary() == "这次导入已经撤销过了"


def test_what_was_changed_since_stays_with_the_home_it_needs(vault, people, brought):
    batch, new = brought
    with vault.writing() as tx:
        records.save(tx, Resident, {"phones": ("13800000009",)}, new[0])
        records.save(tx, Resident, {"workplace": "新单位"}, people.li)
    done = take_back(vault, batch)
    stayed = {(one.type, one.why) for one in done.stayed}
    assert stayed == {
        ("resident", CHANGED),
        ("household", NEEDED),
        ("dwelling", NEEDED),
        ("building", NEEDED),
    }
    assert {one.subject for one in done.stayed} >= {"王五", "李桂英"}
    rows = all_of(vault, Resident)
    assert new[0] in rows
    assert new[1] not in rows
    assert rows[people.li]["mobility"] is None  # nobody touched this field
    assert rows[people.li]["workplace"] == "新单位"


def test_somebody_visited_since_stays(vault, brought, today):
    batch, new = brought
    with vault.writing() as tx:
        visit = {"resident_id": new[1], "mode": "home", "started_at": at(today)}
        records.save(tx, Visit, visit)
    done = take_back(vault, batch)
    assert ("resident", new[1], NEEDED) in {(o.type, o.id, o.why) for o in done.stayed}
    assert set(new) & all_of(vault, Resident).keys() == {new[1]}


def test_a_batch_nobody_knows_is_said_so(vault):
    with pytest.raises(UserError, match="没有这次导入"):
        take_back(vault, uuid4())
