"""Photos in packages: small pictures before whole ones, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gridapp.errors import UserError
from gridapp.store import photo_state
from gridapp.store.photo_state import Unsent
from gridapp.store.vault import Store
from gridapp.sync import gridpkg
from gridapp.sync.gridpkg import HASH
from gridapp.sync.photos import THUMBS, WHOLE_ONES
from gridapp.sync.report import Report


@dataclass(frozen=True)
class Plan:
    """What a package brings to the county, and what it asks for, as hashes."""

    unsent: list[Unsent]
    thumbnails: list[str]  # small pictures that are wanted here
    photos: list[str]  # whole ones


def plan(store: Store, epoch: str) -> Plan:
    """What the county does not have, as far as is known, and what this laptop lacks."""
    here = set(store.photos.names())
    photo_state.begin(store, epoch, here)
    with store.reading() as db:
        unsent, wanted = photo_state.unsent(db), photo_state.wanted(db)
    small = here | set(store.photos.thumb_names())
    return Plan(
        [one for one in unsent if one.hash in here],
        [one for one in wanted if one not in small][:THUMBS],
        [one for one in wanted[:WHOLE_ONES] if one not in here],
    )


def parts(store: Store, planned: Plan, most: int) -> Iterator[tuple[int, bytes]]:
    """The parts of a package: what is wanted, then photos, at most `most` bytes.

    What does not go along goes with the next one. A photo that is damaged here stops
    no other; the next sync over a network tells of it.
    """
    for kind, names in (
        (gridpkg.WANTED_THUMBNAILS, planned.thumbnails),
        (gridpkg.WANTED_PHOTOS, planned.photos),
    ):
        if names:
            yield kind, b"".join(map(bytes.fromhex, names))
    for kind in (gridpkg.THUMBNAIL, gridpkg.PHOTO):
        whole = kind == gridpkg.PHOTO
        for one in planned.unsent:
            if most <= 0:
                return
            if one.whole_up if whole else one.thumb_up:
                continue
            try:
                read = store.photos.read if whole else store.photos.thumbnail
                content = read(one.hash)
            except UserError:
                continue
            most -= len(content)
            yield kind, bytes.fromhex(one.hash) + content


def take(store: Store, kind: int, body: bytes, report: Report) -> None:
    """What an answer says of photos, or brings; other parts are nothing here."""
    if kind in (gridpkg.KEPT_THUMBNAILS, gridpkg.KEPT_PHOTOS):
        names = gridpkg.hashes_in(body)
        whole = kind == gridpkg.KEPT_PHOTOS
        with store.writing() as tx:
            photo_state.mark_up(tx.db, names, whole=whole)
        report.photos_up += len(names) if whole else 0
    elif kind in (gridpkg.THUMBNAIL, gridpkg.PHOTO):
        name, content = body[:HASH].hex(), body[HASH:]
        put = store.photos.put if kind == gridpkg.PHOTO else store.photos.put_thumb
        try:
            put(name, content)
        except ValueError:  # no such picture: another sync may bring it
            return
        report.photos_down += kind == gridpkg.PHOTO
