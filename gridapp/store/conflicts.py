"""Changes that the county did not take: kept until their author decides."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from uuid_utils.compat import uuid7

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid, record_named
from gridapp.models.ids import id_of
from gridapp.models.kinds import PHONES, TIME, time_text
from gridapp.models.record import Record, field_of, fields_of, table_of
from gridapp.store import acts, history, journal, page, records, remote
from gridapp.store.journal import JournalRow, from_stored, to_stored
from gridapp.store.tables import held
from gridapp.store.tables import journal as journal_table
from gridapp.store.vault import Writing
from gridapp.sync.merge import CAME_BACK, EDITED
from gridapp.sync.protocol import INSERT, UPDATE, Held
from gridapp.sync.wire import from_wire

MINE, THEIRS, BOTH, TAKEN, PARKED = "mine", "theirs", "both", "taken", "parked"
_UNKNOWN = "unknown"  # the county is older than this program: nothing to decide
_GRID = "grid_id"


@dataclass(frozen=True)
class Waiting:
    """One change that waits for its author, as it is shown; private values masked."""

    id: UUID
    type: str
    record_id: UUID
    field: str | None
    label: str
    title: str  # what names the record
    mine: str
    theirs: str
    theirs_by: str
    theirs_at: str | None  # UTC, ISO
    reason: str
    sentence: str
    at: str
    private: bool = False  # the two sides are masked


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
    count = 0
    records_sent = {row.record_id.hex for row in sent.values()}
    pending = page.unsent_fields(tx.db, max(sent, default=0), records_sent)
    for one in found:
        row = sent.get(one.seq)
        if row is None or (one.seq, one.field or "") in known:
            continue
        model = record_named(row.type)
        _put(tx, model, row, one)
        later = pending.get((row.type, row.record_id.hex), set())
        if one.reason == EDITED and "deleted_at" not in later:
            _revert(tx, model, row, one, "deleted_at", None)
        elif one.field and one.reason != _UNKNOWN and one.field not in later:
            theirs = from_wire(model, one.field, one.theirs)
            _revert(tx, model, row, one, one.field, theirs)
        count += one.reason != _UNKNOWN
    return count


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
            .values(decided=THEIRS)
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
            decided=PARKED if one.reason == _UNKNOWN else None,
            told=one.reason == _UNKNOWN,
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
        action=UPDATE if name != "deleted_at" else "restore",
        base=None,
        values={name: (here, value)},
    )
    journal.append_remote(tx.db, [line])
    tx.touched(model, row.record_id)


def waiting(db: Connection) -> list[Waiting]:
    """What waits for its author's decision, oldest first."""
    query = select(held).where(held.c.decided.is_(None)).order_by(held.c.at, held.c.id)
    rows = db.execute(query).all()
    names = history.authors(db, [UUID(row.theirs_by) for row in rows if row.theirs_by])
    about = acts.subjects(db, {(row.type, UUID(row.record_id)) for row in rows})
    return [_shown(db, row, names, about) for row in rows]


def _shown(
    db: Connection,
    row: Any,
    names: Mapping[UUID | None, str],
    about: Mapping[remote.Key, str],
) -> Waiting:
    model, record_id = record_named(row.type), UUID(row.record_id)
    by = UUID(row.theirs_by) if row.theirs_by else None
    return Waiting(
        id=UUID(row.id),
        type=row.type,
        record_id=record_id,
        field=row.field,
        label=label_of(model, row.field),
        title=about[row.type, record_id] or model.title,
        mine=words_of(db, model, row.field, row.mine),
        theirs=words_of(db, model, row.field, row.theirs),
        theirs_by=names.get(by, ""),
        theirs_at=row.theirs_at,
        reason=row.reason,
        sentence=row.sentence,
        at=row.at,
        private=_is_private(model, row.field),
    )


def _is_private(model: type[Record], name: str | None) -> bool:
    known = {one.name: one for one in fields_of(model)}
    return name in known and known[name].kind.private


def label_of(model: type[Record], name: str | None) -> str:
    """What a field of a record is called; without a name, what the record is."""
    if not name:
        return model.title
    return history.LABELS.get(name) or field_of(model, name).label


def words_of(
    db: Connection,
    model: type[Record],
    name: str | None,
    raw: str | None,
    *,
    unmask: bool = False,
) -> str:
    """A side of a held change as people read it; private ones masked."""
    if not name or not raw or name == "deleted_at":
        return ""
    value = from_stored(model, name, json.loads(raw))
    one = None if name == _GRID else field_of(model, name)
    target = Grid.__tablename__ if one is None else one.target
    if target and value is not None:
        return records.labels(db, record_named(target), [value]).get(value, tr("别处"))
    if one is None:
        return ""
    return one.format(value) if unmask else one.masked(value)


def decide(tx: Writing, held_id: UUID, choice: str) -> None:
    """Carry out what the author wants; `tx` is an ordinary, local transaction.

    Args:
        choice: "mine" puts the held value in place of the county's, "theirs" leaves
            the county's, "both" leaves it and writes the held value into the note.
    """
    query = select(held).where(held.c.id == held_id.hex, held.c.decided.is_(None))
    row = tx.db.execute(query).one_or_none()
    if row is None:
        raise UserError(tr("这一项已经处理过了"))
    if choice not in (MINE, THEIRS, BOTH):
        raise UserError(
            tr("请选择 mine（用我的）、theirs（用县里的）或 both（两个都留）")
        )
    model, record_id = record_named(row.type), UUID(row.record_id)
    if row.field:
        _decide_field(tx, model, record_id, row, choice)
    elif choice == BOTH:
        raise UserError(tr("这一项不能两个都留，请选“用我的”或“用县里的”"))
    elif row.reason == EDITED and choice == MINE:
        records.delete(tx, model, record_id)
    elif row.reason not in (EDITED, CAME_BACK):
        _decide_whole(tx, model, record_id, row, choice)
    tx.db.execute(
        update(held).where(held.c.id == row.id).values(decided=choice, told=False)
    )


def _decide_field(
    tx: Writing, model: type[Record], record_id: UUID, row: Any, choice: str
) -> None:
    if choice == MINE:
        value = from_stored(model, row.field, json.loads(row.mine or "null"))
        if row.field == _GRID:
            records.move(tx, model, record_id, value)
        else:
            records.save(tx, model, {row.field: value}, record_id)
    elif choice == BOTH:
        current = records.get(tx.db, model, record_id)
        if current is None:
            raise UserError(tr("这条{title}已被删除，请先恢复", title=model.title))
        if row.field == _GRID or field_of(model, row.field).kind.private:
            _keep_both(tx, model, current, row)
            return
        if "note" not in {one.name for one in fields_of(model)}:
            raise UserError(
                tr("{title}没有备注，请选“用我的”或“用县里的”", title=model.title)
            )
        words = words_of(tx.db, model, row.field, row.mine, unmask=True)
        label = label_of(model, row.field)
        line = (
            words
            if row.field == "note"
            else tr("{label}另有填写：{words}", label=label, words=words)
        )
        note = "\n".join(part for part in (current["note"], line) if part)
        records.save(tx, model, {"note": note}, record_id)


def _keep_both(
    tx: Writing, model: type[Record], current: Mapping[str, Any], row: Any
) -> None:
    """Keep both of two lists of phones. Nothing private goes into a note, which is
    shown in clear."""
    name: str = row.field
    if name == _GRID or field_of(model, name).kind is not PHONES:
        label = label_of(model, name)
        raise UserError(
            tr("{label}不能两个都留，请选“用我的”或“用县里的”", label=label)
        )
    mine = from_stored(model, name, json.loads(row.mine or "[]"))
    both = tuple(dict.fromkeys((*(current[name] or ()), *(mine or ()))))
    records.save(tx, model, {name: both}, current["id"])


def _decide_whole(
    tx: Writing, model: type[Record], record_id: UUID, row: Any, choice: str
) -> None:
    """A record the county never took: try it again, or put it into the recycle bin."""
    if (row.type, record_id) not in absent(tx.db):
        return
    if choice == THEIRS:
        if not model.insert_only:
            records.delete(tx, model, record_id)
        return
    current = records.get(tx.db, model, record_id, deleted=True)
    if current is None:
        return
    device = tx.db.execute(select(journal_table.c.device).limit(1)).scalar_one()
    tx.db.execute(
        journal_table.insert().values(
            at=time_text(tx.at),
            by=tx.by.hex if tx.by else None,
            device=device,
            origin="local",
            type=row.type,
            record_id=record_id.hex,
            grid_id=current["grid_id"].hex,
            action=UPDATE,
            base=time_text(current["updated_at"]),
            changes="{}",
        )
    )


def absent(db: Connection) -> set[remote.Key]:
    """Records made here that the county has not taken: they are sent whole again."""
    query = (
        select(held.c.type, held.c.record_id)
        .join(journal_table, journal_table.c.seq == held.c.seq)
        .where(
            held.c.field.is_(None),
            journal_table.c.action == INSERT,
            held.c.decided.is_distinct_from(TAKEN),
        )
    )
    return {(type_, UUID(raw)) for type_, raw in db.execute(query)}


def taken(db: Connection, whole: Sequence[remote.Key]) -> None:
    """Note that the county has these records now, sent whole."""
    now_there = {(type_, record_id.hex) for type_, record_id in whole}
    waiting = select(held.c.id, held.c.type, held.c.record_id).where(
        held.c.field.is_(None)
    )
    for key, type_, record_id in db.execute(waiting).all():
        if (type_, record_id) in now_there:
            statement = update(held).where(held.c.id == key)
            db.execute(statement.values(decided=TAKEN, told=True))


def open_keys(db: Connection) -> list[tuple[int, str]]:
    """(journal number, field or "") of what waits here or at the county."""
    query = select(held.c.seq, held.c.field).where(
        held.c.decided.is_(None) | (held.c.decided == PARKED)
    )
    return [(seq, name or "") for seq, name in db.execute(query.order_by(held.c.seq))]


def untold(db: Connection) -> list[tuple[int, str]]:
    """(journal number, field or "") of decisions that the county does not know."""
    query = select(held.c.seq, held.c.field).where(
        held.c.decided.is_not(None), held.c.told.is_(False)
    )
    return [(seq, name or "") for seq, name in db.execute(query.order_by(held.c.seq))]


def tell(
    db: Connection,
    settled: Sequence[tuple[int, str]],
    told: Sequence[tuple[int, str]],
) -> None:
    """Note what the county settled by itself, and which decisions it knows now."""
    for seq, name in settled:
        db.execute(
            update(held)
            .where(held.c.seq == seq, held.c.field.is_not_distinct_from(name or None))
            .values(decided=TAKEN, told=True)
        )
    for seq, name in told:
        db.execute(
            update(held)
            .where(held.c.seq == seq, held.c.field.is_not_distinct_from(name or None))
            .values(told=True)
        )
