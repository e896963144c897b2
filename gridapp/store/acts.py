"""What was done in this vault, act by act: the journal read as a person remembers it.

One act is one write transaction (its rows carry one time and one author) or one
import (its rows carry one batch). Acts on private data that change no record (reveal,
export, print unmasked) stand in `disclosure` and are told among them, with their
purpose; so does the file an import came from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from gridapp.models import deeds, record_named
from gridapp.models.deeds import Deed
from gridapp.models.kinds import time_text
from gridapp.models.record import Field, Record, field_of, fields_of
from gridapp.store import journal, records
from gridapp.store.history import LABELS, authors
from gridapp.store.search_rows import PLACES

MOST = 1000  # acts of one reading
MOST_ROWS = 40  # journal rows of an act that are read one by one
_GROUPS = text(
    "SELECT coalesce(batch, at || coalesce(\"by\", '')) AS act, max(at) AS at,"
    ' max("by") AS "by", max(batch) AS batch, min(seq) AS first, max(seq) AS last,'
    " count(*) AS many FROM journal_entry"
    " WHERE origin = 'local' AND at >= :since AND at < :until"
    " GROUP BY act ORDER BY last DESC LIMIT :most"
)
_COUNTS = text(
    "SELECT type, action, count(*) FROM journal_entry"
    " WHERE origin = 'local' AND seq BETWEEN :first AND :last"
    " AND coalesce(batch, at || coalesce(\"by\", '')) = :act"
    " GROUP BY type, action ORDER BY min(seq)"
)
_ROWS = text(
    "SELECT type, action, record_id, changes FROM journal_entry"
    " WHERE origin = 'local' AND seq BETWEEN :first AND :last"
    " AND coalesce(batch, at || coalesce(\"by\", '')) = :act ORDER BY seq"
)
_DISCLOSED = text(
    'SELECT at, "by", act, type, record_id, detail, who, purpose, file, people'
    " FROM disclosure"
    " WHERE at >= :since AND at < :until ORDER BY seq DESC LIMIT :most"
)
IMPORT = Deed.IMPORT
_EVER = "9999"  # after every time as the store keeps it


@dataclass(frozen=True)
class FieldChange:
    """One field that an act changed; private values are masked."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Done:
    """What an act did with records of one type.

    `subject` names whom or what it was about, "" where there are several.
    `opens` is the record a person would look at: its type and id.
    """

    action: str  # insert update delete restore leave
    type: str
    count: int = 1
    subject: str = ""
    opens: tuple[str, UUID] | None = None
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Act:
    """One thing that was done, what it was meant for first.

    `kind` is `change` or a `Deed`; one of a newer program may be another word.
    `batch` is that of an import, by which it can be taken back.
    """

    at: dt.datetime
    by: str  # the author's name, "" when nobody was signed in or nobody knows
    kind: str
    done: tuple[Done, ...]
    detail: str = ""  # of a deed, in the language of now
    batch: UUID | None = None
    purpose: str = ""
    file: str = ""  # the name of the one that was written or read
    people: int | None = None  # or records: of how many


def acts(
    db: Connection,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    most: int = MOST,
    *,
    named: bool = True,
) -> list[Act]:
    """What was done here from `since` and before `until`, newest first.

    named: False for who looks after the computer: neither names nor values of anybody.
    """
    span = {
        "since": time_text(since) if since else "",
        "until": time_text(until) if until else _EVER,
        "most": most,
    }
    groups = db.execute(_GROUPS, span).all()
    told = db.execute(_DISCLOSED, span).all()
    names = authors(db, {_id(row.by) for row in (*groups, *told)})
    imports = {_id(row.record_id): row for row in told if row.act == IMPORT}
    known = {_id(group.batch) for group in groups if group.batch}
    found = [
        _act(db, group, names.get(_id(group.by), ""), imports.get(_id(group.batch)))
        for group in groups
    ]
    found += [
        _disclosed(row, names.get(_id(row.by), ""))
        for row in told
        if row.act != IMPORT or _id(row.record_id) not in known
    ]
    found.sort(key=lambda act: act.at, reverse=True)
    newest = found[:most]
    return _named(db, newest) if named else [_nameless(act) for act in newest]


def _nameless(act: Act) -> Act:
    done = tuple(replace(one, opens=None, changes=()) for one in act.done)
    return replace(act, done=done, batch=None)  # nor is it theirs to take back


def _act(db: Connection, group: Any, by: str, told: Any) -> Act:
    """`told` is what was written down of an import beside its rows."""
    which = {"first": group.first, "last": group.last, "act": group.act}
    kind = IMPORT if group.batch else "change"
    if group.many > MOST_ROWS:
        counted = db.execute(_COUNTS, which).all()
        done = tuple(Done(action, kind_, many) for kind_, action, many in counted)
    else:
        done = _gathered(_done(row) for row in db.execute(_ROWS, which))
    act = Act(_time(group.at), by, kind, done, batch=_id(group.batch))
    return act if told is None else _with_told(act, told)


def _done(row: Any) -> Done:
    model = record_named(row.type)
    changed = journal.changes_of(row) if row.action == "update" else {}
    return Done(
        row.action,
        row.type,
        opens=(row.type, UUID(row.record_id)),
        changes=tuple(_change(model, name, *both) for name, both in changed.items()),
    )


def _change(model: type[Record], name: str, old: Any, new: Any) -> FieldChange:
    if name in LABELS:
        return FieldChange(LABELS[name], "", "")
    field = field_of(model, name)
    if field.target:
        return FieldChange(field.label, "", "")
    return FieldChange(field.label, field.masked(old), field.masked(new))


def _gathered(each: Iterable[Done]) -> tuple[Done, ...]:
    """Those of one type and action as one; traces stand after what they trace."""
    kept: dict[tuple[str, str], Done] = {}
    for one in each:
        key = (one.type, one.action)
        before = kept.get(key)
        if before is None:
            kept[key] = one
        elif before.opens == one.opens:
            kept[key] = replace(before, changes=before.changes + one.changes)
        else:
            kept[key] = Done(one.action, one.type, before.count + 1)
    ordered = sorted(kept.values(), key=lambda one: record_named(one.type).insert_only)
    return tuple(ordered)


def _disclosed(row: Any, by: str) -> Act:
    done: tuple[Done, ...] = ()
    if row.type and row.record_id and row.act != IMPORT:
        seen = (row.type, UUID(row.record_id))
        done = (Done(row.act, row.type, opens=seen),)
    return _with_told(Act(_time(row.at), by, row.act, done), row)


def _with_told(act: Act, row: Any) -> Act:
    return replace(
        act,
        by="" if deeds.is_nobodys(act.kind) else row.who or act.by,
        detail=deeds.words_of(row.detail or ""),
        purpose=row.purpose or "",
        file=row.file or "",
        people=row.people,
    )


def _named(db: Connection, found: Sequence[Act]) -> list[Act]:
    """The acts with the names of those they were about."""
    wanted = {one.opens for act in found for one in act.done if one.opens}
    whole = _wholes(db, wanted)
    names = _names(db, set(whole.values()))

    def named(one: Done) -> Done:
        if one.opens is None:
            return one
        seen = whole[one.opens]
        return replace(one, subject=names.get(seen, ""), opens=seen)

    return [replace(act, done=tuple(map(named, act.done))) for act in found]


def subjects(
    db: Connection, wanted: set[tuple[str, UUID]]
) -> dict[tuple[str, UUID], str]:
    """Whom or what each record is about, "" where it has no name."""
    whole = _wholes(db, wanted)
    names = _names(db, set(whole.values()))
    return {one: names.get(whole[one], "") for one in wanted}


def _names(
    db: Connection, wanted: set[tuple[str, UUID]]
) -> dict[tuple[str, UUID], str]:
    by_type: dict[str, set[UUID]] = {}
    for kind, record_id in wanted:
        by_type.setdefault(kind, set()).add(record_id)
    return {
        (kind, one): name
        for kind, ids in by_type.items()
        if record_named(kind).shown_by != "id"
        for one, name in records.labels(db, record_named(kind), ids).items()
    }


def _wholes(
    db: Connection, wanted: set[tuple[str, UUID]]
) -> dict[tuple[str, UUID], tuple[str, UUID]]:
    """For each record the one it is a part of, or itself: a visit's is the resident."""
    whole = {one: one for one in wanted}
    for kind in {one[0] for one in wanted}:
        owner = _owner(record_named(kind))
        if owner is None:
            continue
        ids = [record_id for other, record_id in wanted if other == kind]
        rows = records.by_id(db, record_named(kind), ids, deleted=True)
        for record_id, row in rows.items():
            if row[owner.name] is not None:
                whole[kind, record_id] = (owner.target, row[owner.name])
    return whole


def _owner(model: type[Record]) -> Field | None:
    """The reference to what this is a part of, when that is not only its place."""
    parts = (one for one in fields_of(model) if one.part)
    return next((one for one in parts if one.target not in PLACES), None)


def _id(raw: str | None) -> UUID | None:
    return UUID(raw) if raw else None


def _time(raw: str) -> dt.datetime:
    return dt.datetime.fromisoformat(raw)
