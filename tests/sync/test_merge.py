"""Every case of the merge, as a table."""

import datetime as dt
from uuid import UUID

import pytest

from gridapp.sync import merge
from gridapp.sync.merge import Incoming, Objection

T0 = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
LI = UUID(int=7)


def minutes(count):
    return T0 + dt.timedelta(minutes=count)


def tick(moment):
    return moment + dt.timedelta(milliseconds=1)


def here(**values):
    """The county's record, last changed at minute 1."""
    return {
        "name": "李",
        "note": None,
        "deleted_at": None,
        "updated_at": minutes(1),
    } | values


def change(action, base=1, at=5, **pairs):
    return Incoming(
        action, pairs, minutes(at), LI, None if base is None else minutes(base)
    )


CASES = {
    "an insert of a new record is taken": (
        None,
        change("insert", base=None, name=(None, "王")),
        ("insert", {"name": (None, "王")}, ()),
    ),
    "an edit of a record the county lacks is held": (
        None,
        change("update", name=("李", "王")),
        (None, {}, (Objection(None, "missing_record"),)),
    ),
    "a delete of a record the county lacks is held": (
        None,
        change("delete", deleted_at=(None, minutes(5))),
        (None, {}, (Objection(None, "missing_record"),)),
    ),
    "a field with the replaced value takes the new one": (
        here(),
        change("update", name=("李", "王")),
        ("update", {"name": ("李", "王")}, ()),
    ),
    "the same new value twice is nothing": (
        here(name="王"),
        change("update", base=0, name=("李", "王")),
        (None, {}, ()),
    ),
    "another value is a conflict that shows both": (
        here(name="赵"),
        change("update", base=0, name=("李", "王")),
        (None, {}, (Objection("name", "conflict", "王", "赵"),)),
    ),
    "one field in conflict does not stop the other": (
        here(name="赵"),
        change("update", base=0, name=("李", "王"), note=(None, "耳背")),
        (
            "update",
            {"note": (None, "耳背")},
            (Objection("name", "conflict", "王", "赵"),),
        ),
    ),
    "a field can be emptied": (
        here(note="耳背"),
        change("update", note=("耳背", None)),
        ("update", {"note": ("耳背", None)}, ()),
    ),
    "an insert again is nothing": (
        here(),
        change("insert", base=None, name=(None, "李")),
        (None, {}, ()),
    ),
    "an insert with other values is an edit from nothing": (
        here(),
        change("insert", base=None, name=(None, "王"), note=(None, "耳背")),
        (
            "update",
            {"note": (None, "耳背")},
            (Objection("name", "conflict", "王", "李"),),
        ),
    ),
    "a delete that knew the record is taken": (
        here(),
        change("delete", deleted_at=(None, minutes(5))),
        ("delete", {"deleted_at": (None, minutes(5))}, ()),
    ),
    "a delete that did not know the last edit is held": (
        here(),
        change("delete", base=0, deleted_at=(None, minutes(5))),
        (None, {}, (Objection(None, "edited"),)),
    ),
    "a delete of what is deleted is nothing": (
        here(deleted_at=minutes(1)),
        change("delete", base=0, deleted_at=(None, minutes(5))),
        (None, {}, ()),
    ),
    "an edit of a deleted record brings it back": (
        here(deleted_at=minutes(1)),
        change("update", base=0, name=("李", "王")),
        (
            "return",
            {"name": ("李", "王"), "deleted_at": (minutes(1), None)},
            (Objection(None, "came_back"),),
        ),
    ),
    "an edit in conflict with a deleted record brings it back too": (
        here(name="赵", deleted_at=minutes(1)),
        change("update", base=0, name=("李", "王")),
        (
            "return",
            {"deleted_at": (minutes(1), None)},
            (Objection("name", "conflict", "王", "赵"), Objection(None, "came_back")),
        ),
    ),
    "an edit by one who knew it deleted leaves it deleted": (
        here(deleted_at=minutes(1)),
        change("update", name=("李", "王")),
        ("update", {"name": ("李", "王")}, ()),
    ),
    "a restore is taken": (
        here(deleted_at=minutes(1)),
        change("restore", deleted_at=(minutes(1), None)),
        ("restore", {"deleted_at": (minutes(1), None)}, ()),
    ),
    "a restore of what is there is nothing": (
        here(),
        change("restore", base=0, deleted_at=(minutes(0), None)),
        (None, {}, ()),
    ),
    "an edit never deletes": (
        here(),
        change("update", deleted_at=(None, minutes(5))),
        (None, {}, ()),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_becomes_of_a_change(case):
    current, incoming, (action, changes, held) = case

    outcome = merge.merge(current, incoming, minutes(6))

    assert (outcome.action, outcome.changes, outcome.held) == (action, changes, held)


TRACES = {
    "the same once more is nothing": (change("insert", None, name=(None, "李")), ()),
    "other values are held": (
        change("insert", None, name=(None, "王")),
        (Objection(None, "insert_only"),),
    ),
    "an edit is held": (
        change("update", name=("李", "王")),
        (Objection(None, "insert_only"),),
    ),
    "a delete is held": (
        change("delete", deleted_at=(None, minutes(5))),
        (Objection(None, "insert_only"),),
    ),
}


@pytest.mark.parametrize("case", TRACES.values(), ids=TRACES.keys())
def test_a_trace_is_only_ever_inserted(case):
    incoming, held = case

    outcome = merge.merge(here(), incoming, minutes(6), insert_only=True)

    assert (outcome.action, outcome.held) == (None, held)


def test_a_trace_is_inserted():
    incoming = change("insert", None, name=(None, "王"))

    assert merge.merge(None, incoming, minutes(6), insert_only=True).action == "insert"


STAMPS = {
    "the author's own time when they knew the record": (1, 5, minutes(5), False),
    "a time that only grows when their clock is behind": (
        1,
        -9,
        tick(minutes(1)),
        True,
    ),
    "another than their own when they did not know it": (0, 5, tick(minutes(5)), True),
    "never far ahead of the county's clock": (1, 99, minutes(11), True),
}


@pytest.mark.parametrize("case", STAMPS.values(), ids=STAMPS.keys())
def test_the_mark_of_a_merged_record(case):
    base, at, stamp, merged = case

    outcome = merge.merge(
        here(), change("update", base, at, name=("李", "王")), now=minutes(6)
    )

    assert (outcome.stamp, outcome.merged) == (stamp, merged)


def test_a_delete_after_an_edit_that_met_another_is_held():
    """Its author knew their own edit but not the one it met at the county."""
    edit = change("update", base=0, at=5, note=(None, "耳背"))
    first = merge.merge(here(name="赵"), edit, minutes(6))
    then = here(name="赵", note="耳背", updated_at=first.stamp)

    outcome = merge.merge(
        then, change("delete", base=5, at=6, deleted_at=(None, minutes(6))), minutes(6)
    )

    assert outcome.held == (Objection(None, "edited"),)
