"""A grid that is this laptop's no more: its records leave, when all is sent."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, delete, select

from gridapp.models import RECORDS, Grid
from gridapp.models.ids import id_of, id_of_hex
from gridapp.models.kinds import time_text
from gridapp.models.record import Record, table_of
from gridapp.store import conflicts, journal, remote, search, state
from gridapp.store.journal import append_lines
from gridapp.store.tables import scope_cursor
from gridapp.store.vault import Writing
from gridapp.sync.protocol import LEAVE

_COUNTY = UUID(int=0).hex  # it is nobody's laptop that let the records go


def followed(db: Connection, taken: Collection[bytes]) -> set[UUID]:
    """Those of the grids that the county took away that are still followed here."""
    return {id_of(one.grid) for one in remote.cursors(db)} & set(map(id_of, taken))


def waits(db: Connection) -> bool:
    """Whether a change made here is still to be sent."""
    return journal.unsent_count(db, state.pushed_seq(db)) > 0


def let_go(tx: Writing, grids: Collection[UUID]) -> int:
    """Remove the records of these grids, each with a line in the journal; how many.

    Only what the county has, too: a record that it never took stays here, where its
    author still decides about it. `tx` is a remote transaction, and nothing waits to
    be sent.
    """
    absent = conflicts.absent(tx.db)
    kept = _grids_of(tx.db, absent)
    at, count = time_text(tx.at), 0
    for model in RECORDS:
        table = table_of(model)
        query = select(table.c.id, table.c.grid_id).where(table.c.grid_id.in_(grids))
        leaving = [
            (record_id.hex, grid_id.hex)
            for record_id, grid_id in tx.db.execute(query)
            if (model.__tablename__, record_id) not in absent
            and not (model is Grid and record_id in kept)
        ]
        lines = [
            (at, None, _COUNTY, model.__tablename__, record_id, grid_id, LEAVE, None)
            for record_id, grid_id in leaving
        ]
        append_lines(tx.db, lines)
        _remove(tx, model, [record_id for record_id, _ in leaving])
        count += len(leaving)
    their_cursors = scope_cursor.c.grid_id.in_([one.hex for one in grids])
    tx.db.execute(delete(scope_cursor).where(their_cursors))
    if state.default_grid(tx.db) in grids:
        left = tx.db.scalar(select(scope_cursor.c.grid_id).limit(1))
        state.keep(tx.db, state.DEFAULT_GRID, left)
    return count


def _grids_of(db: Connection, keys: Collection[remote.Key]) -> set[UUID]:
    """The grids that these records say they are in."""
    found: set[UUID] = set()
    for model in RECORDS:
        ids = [one for type_, one in keys if type_ == model.__tablename__]
        table = table_of(model)
        if ids:
            found.update(db.scalars(select(table.c.grid_id).where(table.c.id.in_(ids))))
    return found


def _remove(tx: Writing, model: type[Record], ids: list[str]) -> None:
    if ids:
        table = table_of(model)
        for start in range(0, len(ids), 500):
            part = [id_of_hex(one) for one in ids[start : start + 500]]
            tx.db.execute(delete(table).where(table.c.id.in_(part)))
        search.postpone(tx.db, model, ids)
        tx.touched(model)
