"""What holds of every merge, whatever meets whatever."""

import datetime as dt
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gridapp.sync import merge
from gridapp.sync.merge import Incoming, Objection
from gridapp.sync.protocol import DELETE, INSERT, RESTORE, UPDATE

T0 = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
NOW = T0 + dt.timedelta(minutes=30)
FIELDS = ("name", "note", "grid_id")
moments = st.integers(0, 20).map(lambda count: T0 + dt.timedelta(minutes=count))
values = st.sampled_from([None, "甲", "乙", "丙"])
records = st.fixed_dictionaries(
    {name: values for name in FIELDS}
    | {"updated_at": moments, "deleted_at": st.none() | moments}
)


@st.composite
def met(draw):
    """A record at the county and a change whose author knew it as it is, or did not."""
    here = draw(records)
    action = draw(st.sampled_from([INSERT, UPDATE, DELETE, RESTORE]))
    if action == DELETE:
        pairs = {"deleted_at": (None, draw(moments))}
    elif action == RESTORE:
        pairs = {"deleted_at": (draw(moments), None)}
    else:
        names = draw(st.sets(st.sampled_from(FIELDS), min_size=1))
        old = st.none() if action == INSERT else values
        pairs = {name: (draw(old), draw(values)) for name in sorted(names)}
    knew = action != INSERT and draw(st.booleans())
    base = here["updated_at"] if knew else draw(st.none() | moments)
    if base == here["updated_at"]:
        pairs = {name: (here[name], new) for name, (_, new) in pairs.items()}
    return here, Incoming(action, pairs, draw(moments), UUID(int=7), base)


def after(here, outcome):
    """The record once the outcome is written."""
    if outcome.action is None:
        return here
    taken = {name: new for name, (_, new) in outcome.changes.items()}
    return here | taken | {"updated_at": outcome.stamp}


@given(met())
def test_every_value_is_taken_there_already_or_held(pair):
    here, change = pair
    outcome = merge.merge(here, change, NOW)

    then = after(here, outcome)
    held = {one.field: one.mine for one in outcome.held}
    for name, (_, new) in change.changes.items():
        whole = None in held and outcome.action is None
        assert then[name] == new or held.get(name) == new or whole or _yields(change)


def _yields(change):
    """A delete and a restore say no value: the moment that stands may be another's."""
    return change.action in (DELETE, RESTORE)


@given(met())
def test_what_is_held_is_not_written_and_what_is_written_was_sent(pair):
    here, change = pair
    outcome = merge.merge(here, change, NOW)

    held = {one.field for one in outcome.held}
    for name, (old, new) in outcome.changes.items():
        assert name not in held
        assert old == here[name]
        assert change.changes.get(name, (None, new))[1] == new
        assert name in change.changes or name == "deleted_at"


@given(met())
def test_the_same_once_more_changes_nothing(pair):
    here, change = pair
    once = after(here, merge.merge(here, change, NOW))

    again = merge.merge(once, change, NOW)

    assert after(once, again) == once


@given(met(), st.data())
def test_changes_of_different_fields_come_out_alike_in_either_order(pair, data):
    here, one = pair
    left = [name for name in FIELDS if name not in one.changes]
    names = data.draw(st.sets(st.sampled_from(left)) if left else st.just(set()))
    pairs = {name: (here[name], data.draw(values)) for name in sorted(names)}
    other = Incoming(UPDATE, pairs, data.draw(moments), UUID(int=8), here["updated_at"])
    if one.action == DELETE or here["deleted_at"]:
        return  # who comes first matters there: an edit wins, and its author is told

    orders = [[one, other], [other, one]]
    ends = []
    for order in orders:
        then = here
        for change in order:
            then = after(then, merge.merge(then, change, NOW))
        ends.append({name: then[name] for name in (*FIELDS, "deleted_at")})

    assert ends[0] == ends[1]


@given(met())
def test_a_record_s_mark_only_grows(pair):
    here, change = pair
    outcome = merge.merge(here, change, NOW)

    assert outcome.action is None or outcome.stamp > here["updated_at"]


@given(met())
def test_an_author_expects_the_mark_only_if_they_knew_the_record(pair):
    """Else a delete of theirs would pass for one that knew what it never saw."""
    here, change = pair
    outcome = merge.merge(here, change, NOW)

    if outcome.action and not outcome.merged:
        assert outcome.stamp == change.at
        assert change.base == here["updated_at"]


@given(met(), st.integers(-900, 900))
def test_the_author_s_clock_decides_nothing(pair, days):
    here, change = pair
    late = msgspec.structs.replace(change, at=change.at + dt.timedelta(days=days))

    one, other = (merge.merge(here, each, NOW) for each in (change, late))

    assert (one.action, one.changes, one.held) == (
        other.action,
        other.changes,
        other.held,
    )


@given(met())
def test_a_delete_passes_only_if_its_author_knew_the_record_as_it_is(pair):
    here, change = pair
    outcome = merge.merge(here, change, NOW)

    if change.action == DELETE and here["deleted_at"] is None:
        knew = change.base == here["updated_at"]
        assert (outcome.action == DELETE) == knew
        assert (outcome.held == (Objection(None, merge.EDITED),)) == (not knew)
