"""Which photos the county has, which are wanted here, and which nobody needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from gridapp.models import Attachment
from gridapp.models.kinds import now, time_text
from gridapp.models.record import table_of
from gridapp.store import state
from gridapp.store.search_rows import batches
from gridapp.store.tables import draft, photo_state
from gridapp.store.vault import Store

EPOCH = "photo_epoch"  # of the county that `photo_state` tells of
SWEPT = "photos_swept"  # when orphans were last looked for
ORPHAN_DAYS = 30


@dataclass(frozen=True)
class Unsent:
    """A photo of this laptop that the county does not have, or not all of it."""

    hash: str
    thumb_up: bool
    whole_up: bool
    upload: str | None  # number of the upload that has begun


def begin(store: Store, epoch: str, here: Collection[str]) -> None:
    """Note the photos of this laptop, `here`, that belong to a record; what the county
    had before it was restored from a backup is asked again."""
    c = table_of(Attachment).c
    new = select(c.hash).where(c.hash.not_in(select(photo_state.c.hash))).distinct()
    with store.reading() as db:
        known = state.value(db, EPOCH) == epoch
        rows = [
            {"hash": one, "thumb_up": False, "whole_up": False, "upload": None}
            for one in db.scalars(new)
            if one in here
        ]
    if known and not rows:
        return
    with store.writing() as tx:
        if not known:
            tx.db.execute(update(photo_state).values(thumb_up=False, whole_up=False))
            state.keep(tx.db, EPOCH, epoch)
        if rows:
            tx.db.execute(insert(photo_state).prefix_with("OR IGNORE"), rows)


def unsent(db: Connection) -> list[Unsent]:
    """What is still to be sent, the newest first."""
    c = table_of(Attachment).c
    newest = func.max(c.created_at)
    query = (
        select(photo_state)
        .outerjoin(table_of(Attachment), c.hash == photo_state.c.hash)
        .where(~(photo_state.c.thumb_up & photo_state.c.whole_up))
        .group_by(photo_state.c.hash)
        .order_by(newest.desc(), photo_state.c.hash)
    )
    return [Unsent(**row) for row in db.execute(query).mappings()]


def wanted(db: Connection) -> list[str]:
    """Hashes of the photos of all records here, the newest first."""
    c = table_of(Attachment).c
    query = (
        select(c.hash)
        .where(c.deleted_at.is_(None))
        .group_by(c.hash)
        .order_by(func.max(c.created_at).desc(), c.hash)
    )
    return list(db.scalars(query))


def mark_up(db: Connection, hashes: Iterable[str], *, whole: bool) -> None:
    """Write down that the county has these, whole or their small pictures."""
    values = {"whole_up": True, "upload": None} if whole else {"thumb_up": True}
    for batch in batches(list(hashes)):
        db.execute(
            update(photo_state).where(photo_state.c.hash.in_(batch)).values(values)
        )


def keep_upload(db: Connection, name: str, number: str | None) -> None:
    """Write down the number of the upload of a photo that has begun."""
    db.execute(
        update(photo_state).where(photo_state.c.hash == name).values(upload=number)
    )


def sweep(store: Store, today: dt.datetime | None = None) -> int:
    """Remove photos that no record, no half-filled form and no upload needs any more
    and that came ORPHAN_DAYS ago; how many. At most once a day.

    Those of a deleted record stay: it can be restored. One that was attached and is not
    at the county yet stays as well, wherever its record went.
    """
    at = today or now()
    with store.reading() as db:
        last = state.value(db, SWEPT)
    if last and at - dt.datetime.fromisoformat(last) < dt.timedelta(days=1):
        return 0
    old = at - dt.timedelta(days=ORPHAN_DAYS)
    photos = store.photos
    here = {*photos.names(), *photos.thumb_names()}
    late = [one for one in here if photos.since(one) < old]
    gone: list[str] = []
    with store.writing() as tx:  # nothing is attached meanwhile
        for name in set(late) - _needed(tx.db, late):
            photos.drop(name)
            gone.append(name)
        state.keep(tx.db, SWEPT, time_text(at))
    return len(gone)


def _needed(db: Connection, hashes: Collection[str]) -> set[str]:
    """Those that something here points to."""
    c = table_of(Attachment).c
    needed: set[str] = set()
    for batch in batches(list(hashes)):
        needed.update(db.scalars(select(c.hash).where(c.hash.in_(batch))))
        waiting = select(photo_state.c.hash).where(
            photo_state.c.hash.in_(batch), ~photo_state.c.whole_up
        )
        needed.update(db.scalars(waiting))
    forms = " ".join(db.scalars(select(draft.c.content)))
    return needed | {one for one in hashes if one in forms}
