"""The first records of a vault that stands alone: its grid and its worker."""

from __future__ import annotations

from uuid import UUID

from gridapp.models import Grid, Worker
from gridapp.models.place import grid_id
from gridapp.store import records, state
from gridapp.store.vault import Store


def found(
    store: Store, code: str, name: str, worker: str, role: str = "worker"
) -> UUID:
    """Give a new vault its grid and worker, both or none; the grid's id.

    Raises InvalidFields where one of them is empty.
    """
    words = {"code": code.strip() or None, "name": name.strip() or None}
    key = grid_id(code)
    with store.writing() as tx:
        records.insert_many(tx, Grid, [{"id": key} | words])
        state.keep(tx.db, state.DEFAULT_GRID, key.hex)
        who = {"name": worker.strip() or None, "role": role, "grid_id": key}
        by = records.save(tx, Worker, who)
        state.keep(tx.db, state.WORKER, by.hex)
    store.worker_id = by
    return key
