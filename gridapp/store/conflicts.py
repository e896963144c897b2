"""Changes that the county did not take: kept until their author decides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid, record_named
from gridapp.models.kinds import PHONES, time_text
from gridapp.models.record import Record, field_of, fields_of
from gridapp.store import acts, history, records, remote, state
from gridapp.store.database import driver
from gridapp.store.journal import from_stored, writer_number
from gridapp.store.tables import held
from gridapp.store.tables import journal as journal_table
from gridapp.store.vault import Writing
from gridapp.sync.merge import CAME_BACK, EDITED
from gridapp.sync.protocol import INSERT, UPDATE

MINE, THEIRS, BOTH, TAKEN, PARKED = "mine", "theirs", "both", "taken", "parked"
_GRID, BIN = "grid_id", "deleted_at"


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
        known = tx.db.scalar(select(held.c.id).where(held.c.id == held_id.hex))
        raise UserError(
            tr("这一项已经处理过了")
            if known
            else tr("没有这一项，请用 gridapp conflicts 查看编号")
        )
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
        elif row.field == BIN:
            (records.delete if value else records.undelete)(tx, model, record_id)
        else:
            records.save(tx, model, {row.field: value}, record_id)
    elif choice == BOTH:
        current = records.get(tx.db, model, record_id)
        if current is None:
            raise UserError(tr("这条{title}已被删除，请先恢复", title=model.title))
        if row.field in (_GRID, BIN) or field_of(model, row.field).kind.private:
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
    if name in (_GRID, BIN) or field_of(model, name).kind is not PHONES:
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
    send_whole(tx, model, record_id)


def send_whole(tx: Writing, model: type[Record], record_id: UUID) -> None:
    """Have a record that the county never took sent whole with the next push."""
    current = records.get(tx.db, model, record_id, deleted=True)
    if current is None:
        return
    by = tx.by.hex if tx.by else ""
    who = (state.device(tx.db).hex, by, current["grid_id"].hex)
    tx.db.execute(
        journal_table.insert().values(
            at=time_text(tx.at),
            writer=writer_number(tx.db, who),
            origin="local",
            type=model.__tablename__,
            record_id=record_id.hex,
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


def taken(db: Connection, whole: Iterable[remote.Key]) -> None:
    """Note that the county has these records now, sent whole."""
    query = "SELECT id, type, record_id FROM held WHERE field IS NULL"
    found = driver(db).execute(query).fetchall()
    there = {(type_, one.hex) for type_, one in whole} if found else set[object]()
    for key, type_, record_id in found:
        if (type_, record_id) in there:
            statement = update(held).where(held.c.id == key)
            db.execute(statement.values(decided=TAKEN, told=True))


def open_keys(db: Connection) -> list[tuple[int, str]]:
    """(journal number, field or "") of what waits here or at the county."""
    query = "SELECT seq, field FROM held WHERE decided IS NULL OR decided = ?"
    found = driver(db).execute(f"{query} ORDER BY seq", (PARKED,))
    return [(seq, name or "") for seq, name in found]


def untold(db: Connection) -> list[tuple[int, str]]:
    """(journal number, field or "") of decisions that the county does not know."""
    query = "SELECT seq, field FROM held WHERE decided IS NOT NULL AND NOT told"
    found = driver(db).execute(f"{query} ORDER BY seq")
    return [(seq, name or "") for seq, name in found]


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
