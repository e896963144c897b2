"""Checks of the journal: no gap, an origin for every record, no break in its values.

A record's lines tell what became of it: each change starts from the value the one
before it left, and the last one left what the record says now. The lines after a
`leave` begin anew; a record that came in a first download (`state`) has no line of its
coming.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import RECORDS, record_named
from gridapp.store import state

_CHUNK = 500  # records compared at a time


def numbers(db: Connection) -> Iterator[str]:
    """Faults of the numbering.

    SQLite keeps the last AUTOINCREMENT number in the same transaction as the row, so a
    transaction that is taken back takes its numbers with it: there is no innocent gap.
    """
    query = (
        "SELECT seq, before FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq)"
        " AS before FROM journal) WHERE seq <> before + 1"
    )
    for seq, before in db.exec_driver_sql(query):
        yield tr("流水缺第 {first} 到 {last} 号", first=before + 1, last=seq - 1)
    last = db.exec_driver_sql("SELECT max(seq) FROM journal").scalar() or 0
    query = "SELECT seq FROM sqlite_sequence WHERE name = 'journal'"
    given = db.exec_driver_sql(query).scalar() or 0
    if given != last:
        yield tr("流水缺第 {first} 到 {last} 号", first=last + 1, last=given)


def origins(db: Connection) -> Iterator[str]:
    """Records without a line of their making, and lines without their record."""
    alone = state.value(db, "token") is None
    for model in RECORDS:
        name = model.__tablename__
        lines = f"FROM journal WHERE type = '{name}' AND record_id"
        if alone:
            query = (
                f"SELECT id FROM {name} t WHERE NOT EXISTS"
                f" (SELECT 1 {lines} = t.id AND action = 'insert')"
            )
            for (record_id,) in db.exec_driver_sql(query):
                yield tr(
                    "{title} {id} 没有新增的流水",
                    title=model.title,
                    id=UUID(record_id),
                )
        query = (
            "SELECT gone.record_id FROM (SELECT record_id, max(seq) AS last"
            f" {lines} NOT IN (SELECT id FROM {name}) GROUP BY record_id) AS gone"
            " JOIN journal ON seq = last WHERE action <> 'leave'"
        )
        for (record_id,) in db.exec_driver_sql(query):
            yield tr(
                "{title} {id} 在流水里，却不在了", title=model.title, id=UUID(record_id)
            )


@dataclass
class _Story:
    """What the lines of one record say it is."""

    type: str
    id: str
    there: bool = True  # not after a `leave`, when only a first download brings it back
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    faults: list[str] = field(default_factory=list[str])


def replay(db: Connection) -> Iterator[str]:
    """Breaks in the values of a record from line to line, and to what it is now."""
    query = (
        "SELECT record_id, type, seq, action, changes FROM journal"
        " ORDER BY record_id, seq"
    )
    lines = groupby(db.exec_driver_sql(query), key=lambda line: line[0])
    stories = (_story(list(some)) for _, some in lines)
    while part := list(islice(stories, _CHUNK)):
        for one in part:
            yield from one.faults
        yield from _against_records(db, part)


def _story(lines: list[Any]) -> _Story:
    found = _Story(lines[0].type, lines[0].record_id)
    title = record_named(found.type).title
    for at, (_, _, seq, action, changes) in enumerate(lines):
        if action == "insert" and at and found.there:
            found.faults.append(
                tr(
                    "第 {seq} 号流水又新增了{title} {id}",
                    seq=seq,
                    title=title,
                    id=UUID(found.id),
                )
            )
        if action in ("insert", "leave"):
            found.there = action == "insert"
            found.values = {}
            continue
        found.there = True
        for name, (old, new) in json.loads(changes or "{}").items():
            if name in found.values and not _same(found.values[name], old):
                found.faults.append(
                    tr(
                        "第 {seq} 号流水接不上：{title} {id} 的 {name}",
                        seq=seq,
                        title=title,
                        id=UUID(found.id),
                        name=name,
                    )
                )
            found.values[name] = new
    return found


def _against_records(db: Connection, stories: list[_Story]) -> Iterator[str]:
    for model in RECORDS:
        ours = {
            one.id: one
            for one in stories
            if one.type == model.__tablename__ and one.there
        }
        if not ours:
            continue
        marks = ",".join("?" * len(ours))
        query = f"SELECT * FROM {model.__tablename__} WHERE id IN ({marks})"
        for row in db.exec_driver_sql(query, tuple(ours)).mappings():
            for name, value in ours[row["id"]].values.items():
                if name in row and not _same(row[name], value):
                    yield tr(
                        "{title} {id} 的 {name} 与最后一条流水不同",
                        title=model.title,
                        id=UUID(row["id"]),
                        name=name,
                    )


def _same(one: Any, other: Any) -> bool:
    """Equal, but for the last digits that a JSON number may lose."""
    if isinstance(one, float) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-14)
    return one == other
