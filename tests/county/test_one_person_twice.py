"""Two laptops enter one person offline: a question, never a refusal, and one answer
for all."""

import pytest

from gridapp.models import Contact, Resident
from gridapp.store import records
from gridapp.work import merging
from tests.conftest import id_number

NUMBER = id_number("1944-03-08")


@pytest.fixture
def three(laptop):
    return laptop("李主任"), laptop("王秀兰"), laptop("周敏")


def enter(laptop, **values):
    """The person with a contact; the person's id."""
    with laptop.store.writing() as tx:
        given = {"name": "李桂英", "id_number": NUMBER, **values}
        made = records.save(tx, Resident, given)
        contact = {"resident_id": made, "name": f"家人{values['mobility']}", "rank": 1}
        records.save(tx, Contact, contact)
    return made


def asked(laptop):
    with laptop.store.reading() as db:
        return merging.proposals(db)


def living(laptop):
    with laptop.store.reading() as db:
        return records.find(db, Resident)


def contacts(laptop):
    with laptop.store.reading() as db:
        return {(one["resident_id"], one["name"]) for one in records.find(db, Contact)}


def merge(laptop, kept, other, **chosen):
    with laptop.store.writing() as tx:
        merging.merge(tx, kept, other, chosen)


def all_sync(people):
    for _ in range(2):
        for one in people:
            one.sync()


def test_both_are_taken_and_everybody_is_asked(three):
    li, wang, zhou = three
    made = {enter(li, mobility="能自理"), enter(wang, mobility="卧床")}

    assert li.sync().held == wang.sync().held == 0
    all_sync(three)

    for one in three:
        [(first, second, why)] = asked(one)
        assert ({first, second}, why) == (made, "身份证号相同")


def test_the_answer_of_one_is_everybody_s(three):
    li, wang, zhou = three
    first, second = enter(li, mobility="能自理"), enter(wang, mobility="卧床")
    all_sync(three)
    with wang.store.writing() as tx:
        records.save(tx, Resident, {"illness": "高血压"}, first)

    merge(zhou, first, second, mobility="卧床")
    all_sync(three)

    for one in three:
        assert asked(one) == []
        [person] = living(one)
        assert person["id"] == first
        assert (person["mobility"], person["illness"]) == ("卧床", "高血压")
        assert contacts(one) == {(first, "家人能自理"), (first, "家人卧床")}


@pytest.mark.parametrize("chosen", [{}, {"mobility": "卧床"}])
def test_two_that_answer_the_other_way_round_lose_nobody(three, chosen):
    """Each put the other's choice into the recycle bin, not knowing of it."""
    li, wang, _ = three
    first, second = enter(li, mobility="能自理"), enter(wang, mobility="能自理")
    all_sync(three)

    merge(li, first, second, **chosen)
    merge(wang, second, first, **chosen)
    all_sync(three)

    assert living(li) == living(wang) != []
