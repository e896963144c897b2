"""What the county held of a push: written down, and the record goes back to what the
county has, so that every laptop shows the same until the author has decided."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from gridapp.models import record_named
from gridapp.models.ids import id_of
from gridapp.models.kinds import TIME, time_text
from gridapp.models.record import Record, table_of
from gridapp.store import conflicts, journal, page
from gridapp.store.conflicts import BIN
from gridapp.store.journal import JournalRow, to_stored
from gridapp.store.tables import held
from gridapp.store.vault import Writing
from gridapp.sync.merge import EDITED
from gridapp.sync.protocol import DELETE, INSERT, RESTORE, UPDATE, Held
from gridapp.sync.wire import from_wire

UNKNOWN = "unknown"  # the county is older than this program: nothing to decide


def keep(tx: Writing, sent: Mapping[int, JournalRow], found: Sequence[Held]) -> int:
    """Write down what the county held of the rows sent; returns how many are new.

    A field that is held takes the county's value here, unless it was changed again
    since; a record whose deletion is held comes out of the recycle bin.
    """
    if not found:
        return 0
    known = {
        (row.seq, row.field or "")
        for row in tx.db.execute(
            select(held.c.seq, held.c.field).where(held.c.seq.in_(list(sent)))
        )
    }
    new: dict[int, list[Held]] = {}
    records_sent = {row.record_id.hex for row in sent.values()}
    pending = page.unsent_fields(tx.db, max(sent, default=0), records_sent)
    for one in found:
        row = sent.get(one.seq)
        if row is None or (one.seq, one.field or "") in known:
            continue
        model = record_named(row.type)
        _put(tx, model, row, one)
        later = pending.get((row.type, row.record_id.hex), set())
        if one.reason == EDITED and BIN not in later:
            _revert(tx, model, row, one, BIN, None)
        elif one.field and one.reason != UNKNOWN and one.field not in later:
            theirs = from_wire(model, one.field, one.theirs)
            _revert(tx, model, row, one, one.field, theirs)
        new.setdefault(one.seq, []).append(one)
    for seq in sorted(new, reverse=True):
        _go_back(tx, sent[seq], new[seq])
    return sum(one.reason != UNKNOWN for found in new.values() for one in found)


def _go_back(tx: Writing, row: JournalRow, found: Sequence[Held]) -> None:
    """A record of which nothing was taken is again as its author knew it before: its
    mark too, or the next delete would seem not to know the county's state."""
    fields = {one.field for one in found if one.reason != UNKNOWN}
    whole = None in fields or fields >= row.values.keys()
    if row.action == INSERT or row.base is None or not whole:
        return  # a change of others, sent again, has no mark of this laptop's
    c = table_of(record_named(row.type)).c
    values: dict[str, Any] = {"updated_at": row.base}
    if TIME.to_wire(row.base) == found[0].stamp:
        values["updated_by"] = id_of(found[0].by) if found[0].by else None
    same = (c.id == row.record_id, c.updated_at == row.at)
    tx.db.execute(update(c.id.table).where(*same).values(values))


def _put(tx: Writing, model: type[Record], row: JournalRow, one: Held) -> None:
    """One row of `held`; an older one of the same field is closed, its value kept."""
    mine, theirs = None, None
    if one.field and one.field in journal.journalled(model):
        value = row.values.get(one.field)
        new = value if row.action == INSERT or value is None else value[1]
        mine = json.dumps(to_stored(model, one.field, new), ensure_ascii=False)
        here = from_wire(model, one.field, one.theirs)
        theirs = json.dumps(to_stored(model, one.field, here), ensure_ascii=False)
    if one.field:
        tx.db.execute(
            update(held)
            .where(
                held.c.type == row.type,
                held.c.record_id == row.record_id.hex,
                held.c.field == one.field,
                held.c.decided.is_(None),
            )
            .values(decided=conflicts.THEIRS)
        )
    tx.db.execute(
        held.insert().values(
            id=uuid7().hex,
            seq=one.seq,
            type=row.type,
            record_id=row.record_id.hex,
            field=one.field,
            mine=mine,
            theirs=theirs,
            theirs_by=one.theirs_by.hex() if one.theirs_by else None,
            theirs_at=_moment(one.theirs_at),
            reason=one.reason,
            sentence=one.sentence,
            at=time_text(tx.at),
            decided=conflicts.PARKED if one.reason == UNKNOWN else None,
            told=one.reason == UNKNOWN,
        )
    )


def _moment(wire: int | None) -> str | None:
    return None if wire is None else time_text(TIME.from_wire(wire))


def _revert(
    tx: Writing, model: type[Record], row: JournalRow, one: Held, name: str, value: Any
) -> None:
    """Give a field the county's value, journalled as its author's doing."""
    table = table_of(model)
    query = select(table.c[name]).where(table.c.id == row.record_id)
    here = tx.db.execute(query).scalar()
    if here == value:
        return
    tx.db.execute(
        table.update().where(table.c.id == row.record_id).values({name: value})
    )
    at = tx.at if one.theirs_at is None else TIME.from_wire(one.theirs_at)
    line = JournalRow(
        seq=0,
        at=at,
        by=id_of(one.theirs_by) if one.theirs_by else None,
        device=UUID(int=0),  # the county
        origin="remote",
        type=row.type,
        record_id=row.record_id,
        grid_id=row.grid_id,
        action=UPDATE if name != BIN else DELETE if value else RESTORE,
        base=None,
        values={name: (here, value)},
    )
    journal.append_remote(tx.db, [line])
    tx.touched(model, row.record_id)
