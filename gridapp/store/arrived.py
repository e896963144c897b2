"""What the changes of a page bring, as SQLite keeps it.

Changes that name the same fields are read column by column: what follows from the names
is worked out once for all of them, and a column of texts is looked through in C.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from gridapp.models import record_named
from gridapp.models.record import Record
from gridapp.store import stored
from gridapp.sync.protocol import DELETE, INSERT, STATE, UPDATE, WHOLE, Change
from gridapp.sync.wire import id_to_sqlite, named, time_to_sqlite

_new_of = itemgetter(1)  # of [old, new]
_NOTHING: Mapping[str, Any] = {}


class Arrived(NamedTuple):
    """A change of a page.

    model: None when this version does not know the type. brought: the columns that it
    writes, those of the system among them; nothing when it writes none.
    """

    change: Change
    model: type[Record] | None
    id: str
    grid: str
    by: str | None
    brought: Mapping[str, Any]
    unknown: Collection[str]  # fields that this version does not know, "type.field"


def read(changes: Sequence[Change]) -> list[Arrived]:
    """The changes in their order; ValueError when a value is of another sort."""
    alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(changes):
        alike[one.type, one.action, one.names].append(place)
    found: dict[int, Arrived] = {}
    for places in alike.values():
        some = [changes[place] for place in places]
        found.update(zip(places, _alike(some), strict=True))
    return [found[place] for place in range(len(changes))]


def _alike(changes: Sequence[Change]) -> Iterable[Arrived]:
    """Changes of one type and action that name the same fields."""
    one, model = changes[0], _model(changes[0].type)
    by = [None if one.by is None else one.by.hex() for one in changes]
    brought: Iterable[Mapping[str, Any]] = repeat(_NOTHING)
    unknown: Collection[str] = ()
    if model is not None and (one.action in WHOLE or one.action in (UPDATE, DELETE)):
        known = stored.from_wire(model)
        unknown = [f"{one.type}.{it}" for it in named(one.names) if it not in known]
        columns = _named(known, changes) | _of_system(changes, by)
        names = tuple(columns)
        rows = zip(*columns.values(), strict=True)
        brought = (dict(zip(names, row, strict=True)) for row in rows)
    ids = [one.id.hex() for one in changes]
    grids = [one.grid.hex() for one in changes]
    both = (repeat(model), ids, grids, by, brought, repeat(unknown))
    return map(Arrived, changes, *both)


def _model(name: str) -> type[Record] | None:
    try:
        return record_named(name)
    except KeyError:
        return None


def _named(
    known: Mapping[str, stored.Convert], changes: Sequence[Change]
) -> dict[str, Sequence[Any]]:
    """The columns that the changes name, as far as this version knows them."""
    names, whole = named(changes[0].names), changes[0].action in WHOLE
    sent = zip(*(one.values for one in changes), strict=True)
    return {
        name: stored.column(known[name], column if whole else [*map(_new_of, column)])
        for name, column in zip(names, sent, strict=True)
        if name in known
    }


def _of_system(
    changes: Sequence[Change], by: Sequence[str | None]
) -> dict[str, Sequence[Any]]:
    """The columns that every change of this action writes beside those it names."""
    action, found = changes[0].action, dict[str, Sequence[Any]]()
    if action == INSERT:
        found["created_at"] = [time_to_sqlite(one.at) for one in changes]
        found["created_by"] = by
    if action != STATE:
        found["updated_by"] = by
    if action in WHOLE:
        found["grid_id"] = [id_to_sqlite(one.grid) for one in changes]
    found["updated_at"] = [time_to_sqlite(one.stamp) for one in changes]
    return found
