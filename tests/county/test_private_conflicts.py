"""“Both” of a private field: nothing private may land in a note, shown in clear."""

import pytest

from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import conflicts, records
from tests.conftest import id_number


@pytest.fixture
def held(laptop):
    """Two laptops that gave one person other values; the second one's is held."""

    def make(field, first, second):
        li, wang = laptop("李主任"), laptop("王秀兰")
        with li.store.writing() as tx:
            key = records.save(tx, Resident, {"name": "李桂英"})
        li.sync()
        wang.sync()
        for one, value in ((li, first), (wang, second)):
            with one.store.writing() as tx:
                records.save(tx, Resident, {field: value}, key)
            one.sync()
        with wang.store.reading() as db:
            [waiting] = conflicts.waiting(db)
        return wang, key, waiting.id

    return make


def person(laptop, key):
    with laptop.store.reading() as db:
        found = records.get(db, Resident, key)
    assert found
    return found


def test_both_lists_of_phones_are_kept_in_their_field(held):
    first, second = ("13800000001", "13800000002"), ("13800000002", "13800000003")
    laptop, key, waiting = held("phones", first, second)
    with laptop.store.writing() as tx:
        conflicts.decide(tx, waiting, "both")
    kept = person(laptop, key)
    assert kept["phones"] == ("13800000001", "13800000002", "13800000003")
    assert kept["note"] is None
    assert laptop.sync().held == 0


def test_two_id_numbers_cannot_both_stand(held):
    first, second = id_number("1944-03-08", 122), id_number("1944-03-08", 124)
    laptop, key, waiting = held("id_number", first, second)
    with (
        pytest.raises(UserError, match="不能两个都留"),
        laptop.store.writing() as tx,
    ):
        conflicts.decide(tx, waiting, "both")
    assert person(laptop, key)["note"] is None
    with laptop.store.reading() as db:
        assert len(conflicts.waiting(db)) == 1
