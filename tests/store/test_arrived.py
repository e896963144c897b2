"""A page read column by column says what each change says by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridapp.store import arrived
from gridapp.sync.protocol import INSERT, LEAVE, STATE, UPDATE, Change

NAMES = ("name", "note", "phones", "household_id", "later_field")
texts = st.none() | st.text("甲乙丙\n", max_size=4)
VALUES = {
    "name": texts,
    "note": texts,
    "phones": st.none() | st.lists(st.sampled_from(["110", "119"])),
    "household_id": st.none() | st.binary(min_size=16, max_size=16),
    "later_field": st.none() | st.integers(),
}
IDS = st.integers(1, 5).map(lambda one: bytes([one] * 16))


@st.composite
def changes(draw):
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    action = draw(st.sampled_from([INSERT, STATE, UPDATE, LEAVE, "unheard_of"]))
    type_ = draw(st.sampled_from(["resident", "unheard_of"]))
    values = [draw(VALUES[name]) for name in names]
    if action == UPDATE:
        values = [[None, one] for one in values]
    by = draw(st.none() | IDS)
    at = draw(st.integers(0, 9))
    where = (draw(IDS), draw(IDS))
    return Change(1, type_, *where, action, at, by, None, ",".join(names), values, at)


@given(st.lists(changes(), max_size=12))
def test_a_page_is_read_as_each_of_its_changes_is(page):
    alone = [one for change in page for one in arrived.read([change])]

    assert arrived.read(page) == alone
    assert [one.change for one in alone] == page


def _of(values, action=STATE):
    return Change(
        1, "resident", b"1" * 16, b"2" * 16, action, 0, None, None, "name", values
    )


@pytest.mark.parametrize("wrong", [["\0"], [7], [b"name"], [], ["one", "too many"]])
def test_a_value_of_another_sort_is_refused_wherever_it_stands(wrong):
    with pytest.raises(ValueError, match="."):
        arrived.read([_of(["甲"]), _of(wrong), _of(["乙"])])


def test_what_is_brought_is_as_sqlite_keeps_it():
    [new, known] = arrived.read([_of(["甲"], INSERT), _of([["甲", "乙"]], UPDATE)])

    moment = "1970-01-01T00:00:00.000Z"
    assert new.brought == {
        "name": "甲",
        "created_at": moment,
        "created_by": None,
        "updated_by": None,
        "grid_id": b"2".hex() * 16,
        "updated_at": moment,
    }
    assert known.brought == {"name": "乙", "updated_by": None, "updated_at": moment}
