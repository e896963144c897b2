"""Photos of a record: what a form has taken in is attached when the form is saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Attachment, record_named
from gridapp.models.record import Values, table_of
from gridapp.store import records
from gridapp.store.photos import Photo
from gridapp.store.vault import Writing
from gridapp.work.record_parts import batches

PHOTO, SIGNED = "photo", "signed"  # codes of attachment_kind
PICTURES = (PHOTO, SIGNED)


@dataclass(frozen=True)
class PendingPhoto:
    """A photo that lies in the photo store and belongs to no record yet."""

    photo: Photo
    name: str | None  # of the file it came from, without its folder

    def draft(self) -> dict[str, Any]:
        """Return it as JSON can hold it, for the draft of a form."""
        taken = self.photo.taken_at
        return {
            "hash": self.photo.hash,
            "taken_at": taken.isoformat() if taken else None,
            "width": self.photo.width,
            "height": self.photo.height,
            "bytes": self.photo.bytes,
            "name": self.name,
        }

    @classmethod
    def from_draft(cls, kept: Mapping[str, Any]) -> PendingPhoto:
        """Return the photo that `draft` wrote down."""
        taken = kept["taken_at"]
        photo = Photo(
            kept["hash"],
            dt.datetime.fromisoformat(taken) if taken else None,
            kept["width"],
            kept["height"],
            kept["bytes"],
        )
        return cls(photo, kept["name"])

    @classmethod
    def of(cls, row: Values) -> PendingPhoto:
        """Return the photo of an attachment."""
        return cls(
            Photo(
                row["hash"],
                row["taken_at"],
                row["width"] or 0,
                row["height"] or 0,
                row["size"],
            ),
            row["name"],
        )


def attach(
    tx: Writing,
    owner_type: str,
    owner_id: UUID,
    pending: Sequence[PendingPhoto],
    kind: str = PHOTO,
) -> list[UUID]:
    """Attach photos, or SIGNED papers, to a record of any type; ids of what was made.

    They lie in the grid of their owner. A photo the owner already has is left out.
    UserError when the owner is gone.
    """
    owner = records.get(tx.db, record_named(owner_type), owner_id)
    if owner is None:
        raise UserError(tr("这条记录已被删除，照片没有加上；可以到回收站恢复后再加"))
    had = {row["hash"] for row in photos_of(tx.db, owner_type, [owner_id], (kind,))}
    new = {one.photo.hash: one for one in pending if one.photo.hash not in had}
    rows: list[Values] = [
        {
            "owner_type": owner_type,
            "owner_id": owner_id,
            "kind": kind,
            "name": one.name,
            "grid_id": owner["grid_id"],
            **one.photo.values(),
        }
        for one in new.values()
    ]
    return records.insert_many(tx, Attachment, rows)


def photos_of(
    db: Connection,
    owner_type: str,
    owner_ids: Iterable[UUID],
    kinds: Collection[str] = (PHOTO,),
) -> list[Values]:
    """The photos of these records, or their PICTURES, in the order they were added."""
    c = table_of(Attachment).c
    found: list[Values] = []
    for batch in batches(owner_ids):
        mine = (c.owner_type == owner_type, c.owner_id.in_(batch), c.kind.in_(kinds))
        found += records.find(db, Attachment, *mine, order=(c.created_at, c.id))
    return found


def attached_names(
    db: Connection, names: Sequence[str], since: dt.datetime
) -> set[str]:
    """Which of these files were attached to some record since then."""
    c = table_of(Attachment).c
    rows = records.find(
        db,
        Attachment,
        c.name.in_(list(names)),
        c.created_at >= since.astimezone(dt.UTC),
    )
    return {row["name"] for row in rows}
