"""The county's doctor: does the log say exactly what the records are?

It reads one unchanging view, also while laptops sync, a scope and a few hundred records
at a time, and changes nothing. What it tells are types, ids and numbers, never what a
record says.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import compress, groupby, islice
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    exists,
    func,
    or_,
    select,
)

from gridapp.checkup import Check, Result, examine, lines_of_harm
from gridapp.county import doctor_photos, doctor_replay
from gridapp.county.store import County
from gridapp.county.tables import change, device, device_scope, held, scope
from gridapp.language import tr
from gridapp.models import RECORDS, Grid, record_named
from gridapp.models.record import Record, fields_of, table_of
from gridapp.sync.protocol import Change

_CHUNK = 500  # rows read at a time


def examined(county: County, *, every_photo: bool = False) -> Iterator[Result]:
    """What each check finds in an open county database, one after another.

    every_photo: read all photos through, not only a part of them.
    """
    with county.reading() as db:
        of_photos = doctor_photos.check(county, every=every_photo)
        yield from examine((*CHECKS, of_photos), db)


def facts(county: County, *, every_photo: bool = False) -> list[str]:
    """What is no fault but good to know, in words."""
    with county.reading() as db:
        return list(doctor_photos.facts(county, db, every=every_photo))


def _streamed(db: Connection, query: Executable) -> Iterator[Any]:
    options = {"stream_results": True, "yield_per": _CHUNK}
    yield from db.execute(query, execution_options=options)


def _file(db: Connection) -> Iterator[str]:
    """SQLite's own examination; PostgreSQL checks its pages as it reads them."""
    if db.dialect.name != "sqlite":
        return
    found = db.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if lines := lines_of_harm(found):
        yield tr("数据文件里有 {count:,} 处前后对不上", count=len(lines))


def _numbers(db: Connection) -> Iterator[str]:
    """The log of a grid is numbered 1, 2, 3 … up to what its scope says.

    Two lines of one number cannot be: the number is a part of the primary key.
    """
    counts = (
        select(
            change.c.grid_id,
            func.count().label("many"),
            func.min(change.c.n).label("first"),
            func.max(change.c.n).label("last"),
        )
        .group_by(change.c.grid_id)
        .subquery()
    )
    query = select(scope.c.grid_id, scope.c.last, counts).outerjoin(
        counts, counts.c.grid_id == scope.c.grid_id
    )
    for grid_id, last, _, many, first, highest in _streamed(db, query):
        if (many or 0, highest or 0) != (last, last) or (last and first != 1):
            yield tr(
                "网格 {id} 的改动应有 {last} 条，现有 {many} 条，"
                "从 {first} 到 {highest}",
                id=grid_id,
                last=last,
                many=many or 0,
                first=first or 0,
                highest=highest or 0,
            )
    stray = select(counts.c.grid_id).where(
        counts.c.grid_id.not_in(select(scope.c.grid_id))
    )
    for (grid_id,) in db.execute(stray):
        yield tr("网格 {id} 有改动，却没有编号", id=grid_id)


def _held(db: Connection) -> Iterator[str]:
    """What was held can be read, and came from a device that has sent that far."""
    query = select(held, device.c.last_seq).outerjoin(
        device, device.c.id == held.c.device_id
    )
    for row in _streamed(db, query):
        try:
            mine = msgspec.msgpack.decode(row.mine, type=Change)
            msgspec.msgpack.decode(row.theirs)
            good = mine.seq == row.seq and mine.type == row.type
        except msgspec.MsgspecError:
            good = False
        if not good or row.last_seq is None or row.seq > row.last_seq:
            yield tr(
                "电脑 {device} 第 {seq} 号未收下的改动读不懂",
                device=row.device_id,
                seq=row.seq,
            )


def _devices(db: Connection) -> Iterator[str]:
    """No laptop is believed to have read more than there is."""
    query = (
        select(device_scope.c.device_id, device_scope.c.grid_id)
        .outerjoin(scope, scope.c.grid_id == device_scope.c.grid_id)
        .outerjoin(device, device.c.id == device_scope.c.device_id)
        .where(
            or_(
                scope.c.last.is_(None),
                device.c.id.is_(None),
                device_scope.c.cursor > scope.c.last,
            )
        )
    )
    for device_id, grid_id in _streamed(db, query):
        yield tr(
            "电脑 {device} 在网格 {id} 的同步位置不对", device=device_id, id=grid_id
        )


def _references(db: Connection) -> Iterator[str]:
    """What a record points to is there."""
    for model in RECORDS:
        names, query = _orphans(model)
        for record_id, *missing in _streamed(db, query):
            yield tr(
                "{title} {id} 的 {name} 指向没有的记录",
                title=model.title,
                id=record_id,
                name=tr("、").join(compress(names, missing)),
            )


@cache
def _orphans(model: type[Record]) -> tuple[list[str], Executable]:
    """Names of what points elsewhere, and what finds records where one is missing."""
    table = table_of(model)
    targets = {"grid_id": Grid.__tablename__}
    targets |= {one.name: one.target for one in fields_of(model) if one.target}
    missing: list[ColumnElement[bool]] = []
    for name, target in targets.items():
        there = table_of(record_named(target)).alias()
        found = exists().where(there.c.id == table.c[name])
        missing.append(table.c[name].is_not(None) & ~found)
    query = select(table.c.id, *missing).where(or_(*missing))
    return list(targets), query


def _replay(db: Connection) -> Iterator[str]:
    """Each grid's log, done again, gives its records as they are, and no other."""
    for grid_id in list(db.scalars(select(scope.c.grid_id))):
        query = (
            select(change)
            .where(change.c.grid_id == grid_id)
            .order_by(change.c.record_id, change.c.n)
        )
        lines = groupby(_streamed(db, query), key=lambda line: line.record_id)
        stories = (doctor_replay.story(some) for _, some in lines)
        while part := list(islice(stories, _CHUNK)):
            for one in part:
                yield from one.faults
            yield from doctor_replay.against_records(db, grid_id, part)
    yield from _unlogged(db)


def _unlogged(db: Connection) -> Iterator[str]:
    """Records that the log of their grid does not know."""
    for model in RECORDS:
        table = table_of(model)
        line = exists().where(
            change.c.grid_id == table.c.grid_id, change.c.record_id == table.c.id
        )
        for (record_id,) in _streamed(db, select(table.c.id).where(~line)):
            yield tr("{title} {id} 没有改动记录", title=model.title, id=record_id)


CHECKS: tuple[Check[Connection], ...] = (
    Check("file", tr("数据文件完整"), _file),
    Check("numbers", tr("每个网格的改动从 1 起不缺不重"), _numbers),
    Check("replay", tr("照改动重做一遍，正是现在的记录"), _replay),
    Check("references", tr("记录指向的记录都在"), _references),
    Check("held", tr("没有收下的改动都读得懂"), _held),
    Check("devices", tr("各台电脑同步的位置都对"), _devices),
)
