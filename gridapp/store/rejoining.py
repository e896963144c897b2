"""What this laptop gives back to a county that was restored, out of its own journal.

The county lost what came after its backup. The journal has all of it that this laptop
wrote or received, in the order in which it happened here: so it is sent once more,
others' changes as theirs (docs/protocol.md, "After a restored backup").
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, delete, select, update

from gridapp.models import RECORDS, record_named
from gridapp.models.ids import id_of_hex
from gridapp.models.kinds import TIME
from gridapp.models.record import Record, Values, table_of
from gridapp.store import conflicts, journal, page, remote, state
from gridapp.store.database import driver
from gridapp.store.journal import JournalRow
from gridapp.store.outbox import Batch
from gridapp.store.remote import DONE
from gridapp.store.tables import held, photo_state
from gridapp.store.tables import journal as journal_table
from gridapp.store.vault import Writing
from gridapp.sync.protocol import (
    INSERT,
    LEAVE,
    MAX_PUSH,
    MAX_ROWS,
    STATE,
    Change,
    Cursor,
    Push,
    mark_of,
    pack,
)
from gridapp.sync.wire import pairs, time_of_sqlite, to_wire, whole

OLDER = "older_copy"  # of `sync_state`; what becomes of such a copy:
NOTICED, RENAMED = "noticed", "renamed"
_KEY = "rejoin"
_READ = "read_whole:"  # and a grid: where its log stood after the first download
_ENVELOPE = 64 << 10  # bytes of a request beside its changes
_CHUNK = 500  # records of one request
_DECIDED = (conflicts.MINE, conflicts.THEIRS, conflicts.BOTH)
_MADE = (conflicts.TAKEN, conflicts.PARKED)  # states that the county alone decides

Ends = Mapping[bytes, int]  # where the log that both sides know ends, by grid


class Again(msgspec.Struct, frozen=True):
    """What is being sent again: journal rows up to `until`, others' of these grids.

    `whole` are records that the county had refused at first and taken when they came
    whole: they will have to once more.
    """

    until: int
    grids: list[str]  # as hex
    whole: list[tuple[str, str]] = []  # type and id, as hex


def pending(db: Connection) -> Again | None:
    """What is to be sent again before anything else; None: nothing."""
    raw = state.value(db, _KEY)
    return msgspec.json.decode(raw, type=Again) if raw else None


def behind(db: Connection, ends: Ends) -> list[bytes]:
    """The grids that this laptop has read further than the county's log now goes."""
    return [one.grid for one in remote.cursors(db) if one.n > ends.get(one.grid, 0)]


def begin(tx: Writing, last: int, ends: Ends) -> None:
    """Go back to what the county has: `last` is the last journal number it took.

    What of a grid was read beyond its end is read again from its state.
    """
    db, lost = tx.db, behind(tx.db, ends)
    refused = select(held.c.type, held.c.record_id).where(
        held.c.seq > last, held.c.field.is_(None), held.c.decided == conflicts.TAKEN
    )
    whole_ones = [(type_, record_id) for type_, record_id in db.execute(refused)]
    again = Again(journal.newest(db), [one.hex() for one in lost], whole_ones)
    state.keep(db, _KEY, msgspec.json.encode(again).decode())
    state.keep(db, state.PUSHED, str(min(last, state.pushed_seq(db))))
    state.keep(db, state.SENT, str(last))
    if lost:
        remote.keep_cursors(db, [Cursor(one.grid, 0) for one in remote.cursors(db)])
    db.execute(delete(held).where(held.c.seq > last, held.c.decided.in_(_MADE)))
    db.execute(update(photo_state).values(thumb_up=False, whole_up=False, upload=None))


def note_older(tx: Writing) -> None:
    """These data are an older copy: the county knows numbers that they do not have."""
    state.keep(tx.db, OLDER, NOTICED)


def begin_as_new(tx: Writing) -> None:
    """An older copy of a vault is a device of its own now: what it wrote goes up once
    more, and the county passes over what it has of it."""
    again = Again(journal.newest(tx.db), [])
    state.keep(tx.db, _KEY, msgspec.json.encode(again).decode())
    for key in (state.PUSHED, state.SENT):
        state.keep(tx.db, key, None)


def end(tx: Writing, again: Again) -> None:
    """All was sent again; the county is told of decisions that it may not know."""
    state.keep(tx.db, _KEY, None)
    absent = conflicts.absent(tx.db)
    for type_, record_id in again.whole:
        if (type_, id_of_hex(record_id)) in absent:
            conflicts.send_whole(tx, record_named(type_), id_of_hex(record_id))
    tx.db.execute(update(held).where(held.c.decided.in_(_DECIDED)).values(told=False))


def mark(db: Connection, seq: int) -> bytes:
    """What tells this journal row from any other that may have had its number."""
    query = "SELECT record_id, at FROM journal WHERE seq = ?"
    row = driver(db).execute(query, (seq,)).fetchone()
    return mark_of(bytes.fromhex(row[0]), time_of_sqlite(row[1])) if row else b""


def note_whole(db: Connection, reached: Sequence[Cursor]) -> None:
    """Write down where the log stood when the first download of a grid ended."""
    if all(one.place != DONE for one in reached):
        return
    before = {one.grid: one.place for one in remote.cursors(db)}
    for one in reached:
        if one.place == DONE and before.get(one.grid, "") != DONE:
            state.keep(db, _READ + one.grid.hex(), str(one.n))


def next_batch(db: Connection, again: Again) -> Batch | None:
    """The next changes to send again; None: all were sent."""
    rows = [row for row in sent_rows(db, again) if row.seq <= again.until]
    if not rows:
        return None
    while True:
        changes = _changes(db, rows)
        size = len(pack(Push(rows[-1].seq, changes, again=True)))
        if size <= MAX_PUSH - _ENVELOPE or len(rows) == 1:
            return Batch(rows[-1].seq, changes, False)
        rows = rows[: len(rows) // 2]


def sent_rows(db: Connection, again: Again | None) -> list[JournalRow]:
    """Rows of the next batch, with those of others while they are sent again."""
    others = again.grids if again else ()
    return journal.unsent(db, state.pushed_seq(db), MAX_ROWS, others)


def _changes(db: Connection, rows: Sequence[JournalRow]) -> list[Change]:
    before = _moments_before(db, rows)
    made = _made(db, rows)
    changes: list[Change] = []
    for row in rows:
        model = record_named(row.type)
        if row.action == LEAVE or (row.action == INSERT and not row.values):
            continue  # the record is not here any more: others have it
        theirs = row.origin == "remote"
        if row.action == INSERT:
            names, values = whole(model, row.values)
        else:
            names, values = pairs(model, row.values)
        at, by = row.at, row.by
        if theirs and row.action == INSERT:  # it may have entered, or come back
            at, by = made.get((row.type, row.record_id), (at, by))
        changes.append(
            Change(
                seq=row.seq,
                type=row.type,
                id=row.record_id.bytes,
                grid=row.grid_id.bytes,
                action=row.action,
                at=TIME.to_wire(at),
                by=by.bytes if by else None,
                base=TIME.to_wire(row.base) if row.base else None,
                names=names,
                values=values,
                stamp=before.get(row.seq, 0),
                device=row.device.bytes if theirs else None,
            )
        )
    return changes


def _moments_before(db: Connection, rows: Sequence[JournalRow]) -> dict[int, int]:
    """{journal number: when the record's line before it was made}, as it travels."""
    found: dict[int, int] = {}
    newest: dict[tuple[str, str], int] = {}
    ids = sorted({row.record_id.hex for row in rows})
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(
                journal_table.c.seq,
                journal_table.c.type,
                journal_table.c.record_id,
                journal_table.c.at,
            )
            .where(journal_table.c.record_id.in_(ids[start : start + _CHUNK]))
            .where(journal_table.c.seq <= rows[-1].seq)
            .order_by(journal_table.c.seq)
        )
        for seq, type_, record_id, at in db.execute(query):
            found[seq] = newest.get((type_, record_id), 0)
            newest[type_, record_id] = time_of_sqlite(at)
    return found


def _made(
    db: Connection, rows: Sequence[JournalRow]
) -> dict[tuple[str, UUID], tuple[Any, Any]]:
    """When and by whom the records that came from others were made."""
    ids: dict[str, list[UUID]] = {}
    for row in rows:
        if row.origin == "remote" and row.action == INSERT:
            ids.setdefault(row.type, []).append(row.record_id)
    found: dict[tuple[str, UUID], tuple[Any, Any]] = {}
    for type_, wanted in ids.items():
        table = table_of(record_named(type_))
        for start in range(0, len(wanted), _CHUNK):
            query = select(table.c.id, table.c.created_at, table.c.created_by).where(
                table.c.id.in_(wanted[start : start + _CHUNK])
            )
            for key, at, by in db.execute(query):
                found[type_, key] = (at, by)
    return found


def without_history(db: Connection, ends: Ends) -> Iterator[list[Change]]:
    """Records of which this laptop read only the state, after what the county has: in
    chunks, as they were then."""
    grids = [
        UUID(bytes=one)
        for one in behind(db, ends)
        if int(state.value(db, _READ + one.hex()) or 1 << 62) > ends.get(one, 0)
    ]
    for model in RECORDS:
        table = table_of(model)
        told = select(journal_table.c.record_id).where(
            journal_table.c.type == model.__tablename__,
            journal_table.c.action == INSERT,
        )
        known = {id_of_hex(one) for one in db.scalars(told)}
        query = select(table.c.id).where(table.c.grid_id.in_(grids))
        ids = [
            one for one in db.scalars(query.order_by(table.c.id)) if one not in known
        ]
        for start in range(0, len(ids), _CHUNK):
            yield states(db, model, ids[start : start + _CHUNK])


def states(
    db: Connection, model: type[Record], ids: Collection[UUID], *, now: bool = False
) -> list[Change]:
    """These records whole: as they are `now`, or as they were when they came here."""
    first: Mapping[UUID, Values] = {}
    if not now:
        first = journal.as_inserted(db, model.__tablename__, ids)
    edited = select(journal_table.c.record_id).where(
        journal_table.c.record_id.in_([one.hex for one in ids]),
        journal_table.c.type == model.__tablename__,
    )
    changed = set[UUID]() if now else {id_of_hex(one) for one in db.scalars(edited)}
    table = table_of(model)
    query = select(table).where(table.c.id.in_(ids)).order_by(table.c.id)
    found: list[Change] = []
    for row in db.execute(query).mappings():
        values: Values = dict(row)
        by, at = values["updated_by"], values["updated_at"]
        if values["id"] in changed:  # whose the state it came in was, nobody knows
            values = dict.fromkeys(values) | {
                name: values[name] for name in ("id", "created_at", "created_by")
            }
            values |= first.get(row["id"], {})
            by, at = None, values["created_at"]
        names, sent = whole(model, {n: v for n, v in values.items() if n != "id"})
        found.append(
            Change(
                seq=0,
                type=model.__tablename__,
                id=row["id"].bytes,
                grid=row["grid_id"].bytes,
                action=STATE,
                at=to_wire(model, "updated_at", at),
                by=by.bytes if by else None,
                base=None,
                names=names,
                values=sent,
            )
        )
    return found


def holding(db: Connection, again: Again) -> Iterator[list[tuple[str, bytes]]]:
    """(type, id) of the records of the grids of which the county lost something, but
    for those that it refused and that wait here."""
    absent = conflicts.absent(db)
    grids = [id_of_hex(one) for one in again.grids]
    for model in RECORDS:
        name, table = model.__tablename__, table_of(model)
        query = select(table.c.id).where(table.c.grid_id.in_(grids))
        ids = list(db.scalars(query.order_by(table.c.id)))
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            yield [(name, one.bytes) for one in part if (name, one) not in absent]


def let_go(tx: Writing, gone: Sequence[tuple[str, bytes]]) -> None:
    """Records that the county has in grids that are not this laptop's leave it, but for
    those with changes that were not sent yet."""
    ids = {raw.hex() for _, raw in gone}
    unsent = page.unsent_fields(tx.db, state.pushed_seq(tx.db), ids)
    leaving: list[Change] = []
    for type_, raw in gone:
        table = table_of(record_named(type_))
        query = select(table.c.grid_id).where(table.c.id == UUID(bytes=raw))
        grid_id = tx.db.scalars(query).one_or_none()
        if grid_id is not None and (type_, raw.hex()) not in unsent:
            at = TIME.to_wire(tx.at)
            leaving.append(
                Change(0, type_, raw, grid_id.bytes, LEAVE, at, None, None, "", [])
            )
    page.apply(tx, leaving)
