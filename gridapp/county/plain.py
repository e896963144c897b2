"""The changes of a batch that nothing can object to, taken by sets as they came.

A day's batch is nearly all of one sort: new records whose parents are here, and fields
of records that nobody else touched. They are told by what both sides hold, a column at
a time, and need no Python value of their own (bench: sync, a third of the time). What
is not plainly so is left to `apply`, which decides about any change; of a plain one it
would decide the same (tests/county/test_plain.py).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from gridapp.county import rows
from gridapp.county.batch import pointers
from gridapp.county.log import Entry
from gridapp.county.rights import Device
from gridapp.models import RECORDS, roles, rules
from gridapp.models.ids import id_of
from gridapp.models.kinds import TIME
from gridapp.models.record import SYSTEM_COLUMNS, Hand, Record, fields_of
from gridapp.sync import merge
from gridapp.sync.protocol import INSERT, UPDATE, Change
from gridapp.sync.wire import (
    TO_SQLITE,
    kinds_of,
    named,
    readers_of,
    time_to_sqlite,
)

Column = Sequence[Any]
_MADE = ("id", "grid_id", "created_at", "created_by", "updated_at", "updated_by")
_MET = ("id", "grid_id", "deleted_at", "updated_at")
_FEW = 4  # alike changes cost less one by one,
_ALIKE = 20  # unless a batch has so many of each sort: parents come before children


@dataclass
class _Batch:
    db: Connection
    device: Device
    grids: frozenset[bytes]  # where the device may write
    latest: int  # the last moment that is believed, in milliseconds since 1970


def take(
    db: Connection,
    device: Device,
    sent: Sequence[Change],
    held: Collection[bytes],
    now: dt.datetime,
) -> tuple[list[Entry], list[Change]]:
    """Write the plain ones among these changes of a device; their lines of the log, in
    order, and the changes that are left to be decided about.

    Of a record that several of them touch, or that something is `held` of, all is left.
    """
    times = Counter(raw.id for raw in sent)
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for raw in sent:
        if times[raw.id] == 1 and raw.id not in held:
            groups.setdefault((raw.action, raw.type, raw.names), []).append(raw)
    few = 1 if len(sent) >= _ALIKE * len(groups) else _FEW
    grids = frozenset(one.bytes for one in (*device.grids, *device.left))
    batch = _Batch(db, device, grids, TIME.to_wire(now + merge.AHEAD))
    taken: dict[bytes, Entry] = {}
    try:
        with db.begin_nested():
            for model in RECORDS:  # parents first
                for (action, type_, names), raws in groups.items():
                    if type_ == model.__tablename__ and len(raws) >= few:
                        way = _WAYS.get(action, _none)
                        for raw in way(batch, model, named(names), raws):
                            taken[raw.id] = _line(raw, device)
    except (IntegrityError, DataError):  # which of them, `apply` finds out
        return [], list(sent)
    entries = [taken[raw.id] for raw in sent if raw.id in taken]
    return entries, [raw for raw in sent if raw.id not in taken]


def _line(raw: Change, device: Device) -> Entry:
    return Entry(
        Change(
            0,
            raw.type,
            raw.id,
            raw.grid,
            raw.action,
            raw.at,
            raw.by,
            None,
            raw.names,
            raw.values,
            raw.at,
            device.id.bytes,
        )
    )


def _none(
    batch: _Batch, model: type[Record], names: Sequence[str], raws: Sequence[Change]
) -> Sequence[Change]:
    return ()


def _new(
    batch: _Batch, model: type[Record], names: Sequence[str], raws: Sequence[Change]
) -> Sequence[Change]:
    """Insert new records; those that were."""
    if not _may(batch, model, names) or not _required(model) <= set(names):
        return ()
    raws = [
        raw
        for raw in raws
        if _well_formed(batch, raw)
        and len(raw.values) == len(names)
        and None not in raw.values
    ]
    good, columns = _good(raws, lambda some: _kept_new(model, names, some))
    raws = _at_home(batch, model, names, good)
    raws = _agreeable(batch, model, names, raws)
    there = rows.grids(batch.db, model.__tablename__, [id_of(raw.id) for raw in raws])
    raws = [raw for raw in raws if not there or id_of(raw.id) not in there]
    if len(raws) < len(good):
        columns = _kept_new(model, names, raws) if raws else None
    if columns is None:
        return ()
    made = [time_to_sqlite(raw.at) for raw in raws]
    by = [raw.by.hex() if raw.by else None for raw in raws]
    whole = (
        [raw.id.hex() for raw in raws],
        [raw.grid.hex() for raw in raws],
        made,
        by,
        made,
        by,
        *columns,
    )
    written = zip(*whole, strict=True)
    rows.write(batch.db, model.__tablename__, (*_MADE, *names), written)
    return raws


def _changed(
    batch: _Batch, model: type[Record], names: Sequence[str], raws: Sequence[Change]
) -> Sequence[Change]:
    """Set fields whose value is the one that was replaced; the changes that did."""
    ruled = model.ruled
    if model.insert_only or ruled is None or not _may(batch, model, names):
        return ()
    if not ruled.isdisjoint(names) or any(one.name in names for one in pointers(model)):
        return ()
    raws = [
        raw
        for raw in raws
        if _well_formed(batch, raw)
        and type(raw.base) is int
        and raw.base < raw.at
        and len(raw.values) == len(names)
        and all(map(_is_pair, raw.values))
    ]
    raws, kept = _good(raws, lambda some: _kept_pairs(model, names, some))
    if kept is None:
        return ()
    fits = _unmoved(batch.db, model, names, raws)
    put = [
        (*values, time_to_sqlite(raw.at), raw.by and raw.by.hex(), raw.id.hex())
        for raw, values, fit in zip(raws, zip(*kept, strict=True), fits, strict=True)
        if fit
    ]
    rows.put(batch.db, model, (*names, "updated_at", "updated_by"), put)
    return [raw for raw, fit in zip(raws, fits, strict=True) if fit]


_WAYS = {INSERT: _new, UPDATE: _changed}


def _may(batch: _Batch, model: type[Record], names: Sequence[str]) -> bool:
    """Whether the role writes such records, and these are fields of them."""
    return (
        roles.writes(batch.device.role, model.__tablename__)
        and len(set(names)) == len(names)
        and _names(model).issuperset(names)
    )


@cache
def _names(model: type[Record]) -> frozenset[str]:
    return frozenset(kinds_of(model)) - set(SYSTEM_COLUMNS)


@cache
def _required(model: type[Record]) -> frozenset[str]:
    return frozenset(one.name for one in fields_of(model) if one.required)


def _well_formed(batch: _Batch, raw: Change) -> bool:
    return (
        raw.grid in batch.grids
        and len(raw.id) == 16
        and (raw.by is None or len(raw.by) == 16)
        and 0 <= raw.at <= batch.latest
        and raw.seq >= 0
    )


def _is_pair(value: Any) -> bool:
    return type(value) is list and _are_two(*cast("list[Any]", value))


def _are_two(old: Any = None, new: Any = None, *more: Any) -> bool:
    return old != new and not more


def _good(
    raws: Sequence[Change], kept: Callable[[Sequence[Change]], list[Column] | None]
) -> tuple[Sequence[Change], list[Column] | None]:
    """All of them when they are good together, else those that are good alone; with
    their columns, None when there are none."""
    columns = kept(raws) if raws else None
    if raws and columns is None:
        raws = [raw for raw in raws if kept((raw,)) is not None]
        columns = kept(raws) if raws else None
    return raws, columns


def _kept_new(
    model: type[Record], names: Sequence[str], raws: Sequence[Change]
) -> list[Column] | None:
    """The columns of new records as the databases take them; None: not all are good."""
    columns = zip(*(raw.values for raw in raws), strict=True)
    return _all_kept(model, names, columns)


def _kept_pairs(
    model: type[Record], names: Sequence[str], raws: Sequence[Change]
) -> list[Column] | None:
    """The columns of new values; None: not all of them, or of the old, are good."""
    both = list(zip(*(raw.values for raw in raws), strict=True))
    needed = _required(model)
    for name, pairs in zip(names, both, strict=True):
        if name in needed and any(new is None for _, new in pairs):
            return None
    old = _all_kept(model, names, ([one for one, _ in pairs] for pairs in both))
    new = _all_kept(model, names, ([one for _, one in pairs] for pairs in both))
    return None if old is None else new


def _all_kept(
    model: type[Record], names: Sequence[str], columns: Iterable[Column]
) -> list[Column] | None:
    found: list[Column] = []
    kinds = kinds_of(model)
    try:
        for name, column in zip(names, columns, strict=True):
            given = [one for one in column if one is not None]
            if not rules.plainly_kept(model, name, given):
                return None
            convert = TO_SQLITE.get(kinds[name].name)
            found.append(
                [None if one is None else convert(one) for one in column]
                if convert
                else column
            )
    except (TypeError, ValueError):
        return None
    return found


def _at_home(
    batch: _Batch, model: type[Record], names: Sequence[str], raws: Sequence[Change]
) -> Sequence[Change]:
    """Those whose parents are here, and whose owner is in the grid they name."""
    left: Sequence[Change] = raws
    for one in pointers(model):
        if one.name in names:
            place = names.index(one.name)
            wanted: set[bytes] = {raw.values[place] for raw in left}
            found = rows.grids(batch.db, one.target, [id_of(key) for key in wanted])
            grids = {key.bytes: grid_id.bytes for key, grid_id in found.items()}
            left = [raw for raw in left if _fits(raw, place, grids, one.part)]
    return left


def _fits(raw: Change, place: int, grids: Mapping[bytes, bytes], part: bool) -> bool:
    there = grids.get(raw.values[place])
    return there == raw.grid if part else there is not None


def _agreeable(
    batch: _Batch, model: type[Record], names: Sequence[str], raws: Sequence[Change]
) -> Sequence[Change]:
    """Those that break no rule across fields."""
    wanted = model.ruled
    new_rules = model.check_new.__func__ is not Record.check_new.__func__
    if new_rules or wanted is None:
        wanted = frozenset(names)
    looked_at = [(place, name) for place, name in enumerate(names) if name in wanted]
    if not raws or (not looked_at and not model.ruled):
        return raws
    readers = readers_of(model)
    columns = [
        list(map(readers[name], [raw.values[place] for raw in raws]))
        for place, name in looked_at
    ]
    given = [name for _, name in looked_at]
    hand = Hand(batch.device.role, mine=False)
    kept: list[Change] = []
    looked = zip(*columns, strict=True) if columns else repeat((), len(raws))
    for raw, values in zip(raws, looked, strict=True):
        told = dict(zip(given, values, strict=True))
        if not model.check(told) and not (new_rules and model.check_new(told, hand)):
            kept.append(raw)
    return kept


def _unmoved(
    db: Connection, model: type[Record], names: Sequence[str], raws: Sequence[Change]
) -> list[bool]:
    """Of each change, whether the record stands in its grid as its author met it."""
    kinds = kinds_of(model)
    ids = [raw.id.hex() for raw in raws]
    here = rows.as_kept(db, model, (*_MET, *names), ids, lock=True)
    found = {row[0]: tuple(row) for row in here}

    def met(kind: str, column: Column) -> Column:
        convert = rows.met(db, kind)
        if convert is None:
            return column
        return [None if one is None else convert(one) for one in column]

    meant = zip(
        met("ref", [raw.id for raw in raws]),
        met("ref", [raw.grid for raw in raws]),
        [None] * len(raws),
        met("time", [raw.base for raw in raws]),
        *(
            met(kinds[name].name, [raw.values[place][0] for raw in raws])
            for place, name in enumerate(names)
        ),
        strict=True,
    )
    return [found.get(one[0]) == one for one in meant]
