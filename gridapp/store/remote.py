"""How far this laptop has read the county, and what it learned beside the records."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.sqlite import insert

from gridapp.models import record_named
from gridapp.models.ids import id_of
from gridapp.store import state
from gridapp.store.database import driver
from gridapp.store.tables import author, scope_cursor
from gridapp.sync.protocol import Cursor
from gridapp.sync.wire import kinds_of

DONE = "done"
_UNKNOWN = "unknown_fields"
Key = tuple[str, UUID]  # table name and id of a record
_CHUNK = 500  # ids in one IN list


def cursors(db: Connection) -> list[Cursor]:
    """How far each grid was read."""
    query = "SELECT grid_id, cursor, complete, bootstrap FROM scope_cursor"
    return [
        Cursor(bytes.fromhex(grid_id), n, DONE if complete else place or "")
        for grid_id, n, complete, place in driver(db).execute(
            f"{query} ORDER BY grid_id"
        )
    ]


def keep_cursors(db: Connection, reached: Iterable[Cursor]) -> None:
    """Write down how far each grid was read."""
    for one in reached:
        done = one.place == DONE
        values = {
            "cursor": one.n,
            "bootstrap": None if done else one.place,
            "complete": done,
        }
        statement = insert(scope_cursor).values(grid_id=id_of(one.grid).hex, **values)
        db.execute(
            statement.on_conflict_do_update(index_elements=["grid_id"], set_=values)
        )


def subscribe(
    db: Connection, grids: Collection[bytes], taken: Collection[bytes] = ()
) -> bool:
    """Follow these grids; says whether one of them is new.

    Those in `taken` go on until all is sent and their records leave (`leaving`). Any
    other is followed no more and its records stay: a county that was restored from a
    backup may not know the grid yet.
    """
    known = {one.grid for one in cursors(db)}
    lost = [id_of(one).hex for one in known.difference(grids, taken)]
    if lost:
        db.execute(delete(scope_cursor).where(scope_cursor.c.grid_id.in_(lost)))
    new = [Cursor(one, 0) for one in grids if one not in known]
    keep_cursors(db, new)
    return bool(new)


def keep_authors(db: Connection, names: Mapping[bytes, str]) -> None:
    """Write down what the people who wrote are called."""
    for raw, name in names.items():
        statement = insert(author).values(id=id_of(raw).hex, name=name)
        db.execute(
            statement.on_conflict_do_update(
                index_elements=["id"], set_={"name": statement.excluded.name}
            )
        )


def keep_unknown(db: Connection, names: Iterable[str]) -> None:
    """Remember types ("type") and fields ("type.field") this version does not know."""
    both = _unknown(db).union(names)
    if both:
        state.keep(db, _UNKNOWN, json.dumps(sorted(both)))


def knows_more(db: Connection) -> bool:
    """Whether this version knows something that an older one could not take."""
    return any(_is_known(name) for name in _unknown(db))


def start_over(db: Connection) -> None:
    """Have every grid read again from its state: what was unknown is at the county."""
    again = cursors(db)
    for one in again:
        one.place = ""
    keep_cursors(db, again)
    state.keep(db, _UNKNOWN, None)


def _unknown(db: Connection) -> set[str]:
    return set(json.loads(state.value(db, _UNKNOWN) or "[]"))


def _is_known(name: str) -> bool:
    type_, _, one = name.partition(".")
    try:
        model = record_named(type_)
    except KeyError:
        return False
    return not one or one in kinds_of(model)
