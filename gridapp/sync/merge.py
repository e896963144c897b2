"""What becomes of one change at the county. Pure: values in, a decision out.

Compare and set, field by field (design.md §5): a field takes its new value when the
county's value is the one its author replaced. Nothing depends on a laptop's clock:
`updated_at` is a mark that is only ever compared for being the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from gridapp.sync.protocol import DELETE, INSERT, RESTORE, RETURN, UPDATE

AHEAD = dt.timedelta(minutes=5)  # how far a laptop's clock is believed
_TICK = dt.timedelta(milliseconds=1)

CONFLICT, EDITED, CAME_BACK = "conflict", "edited", "came_back"
MISSING_RECORD, INSERT_ONLY = "missing_record", "insert_only"

Pairs = Mapping[str, tuple[Any, Any]]


class Incoming(msgspec.Struct, frozen=True):
    """A change as its author made it: {field: (value replaced, new value)}."""

    action: str
    changes: Pairs
    at: dt.datetime
    by: UUID | None = None
    base: dt.datetime | None = None  # the record's updated_at that its author saw


class Objection(msgspec.Struct, frozen=True):
    """A field that was not taken (the whole change: None), with both values."""

    field: str | None
    reason: str
    mine: Any = None
    theirs: Any = None


class Outcome(msgspec.Struct, frozen=True):
    """What happens to the record.

    `action` is None when nothing does. `changes` is {field: (county's old value, new
    value)}, `stamp` the record's updated_at afterwards. `merged` says that its author
    had not seen the record as it was, so the result must come back to them too.
    """

    action: str | None = None
    changes: dict[str, tuple[Any, Any]] = {}
    stamp: dt.datetime | None = None
    merged: bool = False
    held: tuple[Objection, ...] = ()


def merge(
    current: Mapping[str, Any] | None,
    change: Incoming,
    now: dt.datetime,
    *,
    insert_only: bool = False,
) -> Outcome:
    """Decide about `change`, given the county's values of the record (None: no such).

    `now` is the county's clock; a laptop's clock is believed five minutes ahead of it.
    """
    if current is None:
        if change.action != INSERT:
            return _refused(MISSING_RECORD)
        stamp = min(change.at, now + AHEAD)
        return Outcome(INSERT, dict(change.changes), stamp, stamp != change.at)
    if insert_only and set(change.changes) != {"grid_id"}:  # it moves with its owner
        return _again(current, change)
    if change.action == DELETE:
        return _delete(current, change, now)
    return _edit(current, change, now)


def _refused(reason: str) -> Outcome:
    return Outcome(held=(Objection(None, reason),))


def _again(current: Mapping[str, Any], change: Incoming) -> Outcome:
    """A trace that is there already: the same once more is nothing."""
    same = all(current.get(name) == new for name, (_, new) in change.changes.items())
    return Outcome() if change.action == INSERT and same else _refused(INSERT_ONLY)


def _delete(current: Mapping[str, Any], change: Incoming, now: dt.datetime) -> Outcome:
    if current["deleted_at"] is not None:
        return Outcome()
    if change.base != current["updated_at"]:
        return _refused(EDITED)
    taken = {name: pair for name, pair in change.changes.items() if pair[0] != pair[1]}
    stamp, merged = _stamp(current, change, now)
    return Outcome(DELETE, taken, stamp, merged)


def _edit(current: Mapping[str, Any], change: Incoming, now: dt.datetime) -> Outcome:
    taken: dict[str, tuple[Any, Any]] = {}
    held: list[Objection] = []
    for name, (replaced, new) in change.changes.items():
        here = current.get(name)
        if name == "deleted_at" or here == new:
            continue
        if here == replaced:
            taken[name] = (here, new)
        else:
            held.append(Objection(name, CONFLICT, new, here))
    action, deleted_at = UPDATE, current["deleted_at"]
    knew = change.base == current["updated_at"]
    if deleted_at is not None and change.action == RESTORE:
        action = RESTORE
    elif deleted_at is not None and not knew and (taken or held):
        action = RETURN
        held.append(Objection(None, CAME_BACK))
    if action != UPDATE:
        taken["deleted_at"] = (deleted_at, None)
    if not taken:
        return Outcome(held=tuple(held))
    stamp, merged = _stamp(current, change, now)
    return Outcome(action, taken, stamp, merged, tuple(held))


def _stamp(
    current: Mapping[str, Any], change: Incoming, now: dt.datetime
) -> tuple[dt.datetime, bool]:
    """The record's next updated_at, and whether its author does not expect it.

    It always grows, so that no two states of a record carry the same one. An author
    who had not seen the present state gets a mark that is not their own: a delete they
    made after that edit must not pass for one that knew the present state.
    """
    seen: dt.datetime = current["updated_at"]
    moment = min(change.at, now + AHEAD)
    if change.base == seen and moment > seen:
        return moment, moment != change.at
    return max(moment, seen) + _TICK, True
