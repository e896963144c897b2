"""What this laptop has not sent yet, as it is sent: the journal read as an outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from gridapp.models import record_named
from gridapp.models.kinds import TIME
from gridapp.store import conflicts, journal, records, state
from gridapp.store.journal import JournalRow
from gridapp.store.remote import Key
from gridapp.sync.protocol import (
    DELETE,
    INSERT,
    MAX_PUSH,
    MAX_ROWS,
    Change,
    Push,
    pack,
    pairs,
    whole,
)

_ENVELOPE = 64 << 10  # bytes of a request beside its changes


@dataclass
class Batch:
    """Rows of the journal and the changes they become."""

    rows: list[JournalRow]
    changes: list[Change] = field(default_factory=list[Change])
    complete: bool = True  # nothing waits behind it

    @property
    def last(self) -> int:
        """The journal number it ends with."""
        return self.rows[-1].seq


def next_batch(db: Connection) -> Batch | None:
    """The next changes to send, as many as fit into one request; None: all is sent."""
    rows = journal.unsent(db, state.pushed_seq(db), MAX_ROWS)
    if not rows:
        return None
    batch = Batch(rows, complete=len(rows) < MAX_ROWS)
    absent = conflicts.absent(db)
    while True:
        batch.changes = _changes(db, batch.rows, absent)
        size = len(pack(Push(batch.last, batch.changes)))
        if size <= MAX_PUSH - _ENVELOPE or len(batch.rows) == 1:
            return batch
        batch.rows = batch.rows[: len(batch.rows) // 2]
        batch.complete = False


def _changes(
    db: Connection, rows: Sequence[JournalRow], absent: set[Key]
) -> list[Change]:
    """The rows as they are sent. A record that the county would not take before is
    sent whole, once, as it is now."""
    last = {(row.type, row.record_id): row.seq for row in rows}
    changes: list[Change] = []
    for row in rows:
        key = (row.type, row.record_id)
        if key not in absent or row.action == INSERT:
            changes.append(_change(row))
        elif last[key] == row.seq and row.action != DELETE:
            changes += _again(db, row)
    return changes


def _change(row: JournalRow) -> Change:
    model = record_named(row.type)
    names, values = (whole if row.action == INSERT else pairs)(model, row.values)
    return Change(
        seq=row.seq,
        type=row.type,
        id=row.record_id.bytes,
        grid=row.grid_id.bytes,
        action=row.action,
        at=TIME.to_wire(row.at),
        by=row.by.bytes if row.by else None,
        base=TIME.to_wire(row.base) if row.base else None,
        names=names,
        values=values,
    )


def _again(db: Connection, row: JournalRow) -> list[Change]:
    values = records.get(db, record_named(row.type), row.record_id)
    if values is None:
        return []
    made = {
        "at": values["created_at"],
        "by": values["created_by"],
        "grid_id": values["grid_id"],
    }
    return [_change(replace(row, action=INSERT, base=None, values=values, **made))]
