"""Every reason of the protocol is asked about in words that can be acted on."""

from uuid import uuid4

import pytest

from gridapp.store.conflicts import BOTH, MINE, THEIRS, Waiting
from gridapp.work.held_changes import in_order, needs_person, question_of


def held(reason, field=None, type_="resident", title="李桂英"):
    return Waiting(
        id=uuid4(),
        type=type_,
        record_id=uuid4(),
        field=field,
        label="这一项",
        title=title,
        mine="",
        theirs="",
        theirs_by="",
        theirs_at=None,
        reason=reason,
        sentence="",
        at="",
    )


@pytest.mark.parametrize(
    ("given", "choices"),
    [
        (held("conflict", "mobility"), [MINE, THEIRS, BOTH]),
        (held("conflict", "phones"), [MINE, THEIRS, BOTH]),
        (held("conflict", "id_number"), [MINE, THEIRS]),
        (held("conflict", "grid_id"), [MINE, THEIRS]),
        (held("edited"), [THEIRS, MINE]),
        (held("came_back"), [THEIRS]),
        (held("invalid", "mobility"), [THEIRS]),
        (held("invalid"), [MINE, THEIRS]),
        (held("missing_parent", "household_id"), []),
        (held("missing_record"), [MINE]),
        (held("out_of_scope"), [MINE, THEIRS]),
        (held("insert_only", None, "issue_step"), [THEIRS]),
        (held("something new", "mobility"), [THEIRS]),
    ],
)
def test_each_reason_has_its_choices(given, choices):
    assert [choice for choice, _ in question_of(given).choices] == choices


@pytest.mark.parametrize("reason", ["invalid", "missing_parent", "out_of_scope"])
def test_what_no_choice_mends_has_advice(reason):
    assert question_of(held(reason)).advice


def test_what_comes_right_by_itself_stands_last_and_asks_nobody():
    asked = in_order([held("missing_parent"), held("conflict", "mobility")])
    assert [one.held.reason for one in asked] == ["conflict", "missing_parent"]
    assert [needs_person(one.held.reason) for one in asked] == [True, False]


def test_a_change_is_named_by_its_record_and_field():
    assert question_of(held("conflict", "mobility")).subject == "居民：李桂英·这一项"
    assert question_of(held("edited")).subject == "居民：李桂英"
