"""Reading papers that came back, off the UI thread: the picture, its code, its home."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from PySide6.QtGui import QImage

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.database import Connection
from gridapp.store.photos import Photo, PhotoStore
from gridapp.store.vault import Store
from gridapp.ui.photos.photo_strip import Source, png_of
from gridapp.work.attachments import PendingPhoto
from gridapp.work.signed_papers import Home, home_of

SIDE = 240  # pixels of a thumbnail: sharp on a screen at 200 %


@dataclass(frozen=True)
class Back:
    """One paper that came back, safe in the photo store, and where it belongs.

    home: None when no code was read, or nothing has that number; `trouble` says so.
    """

    photo: PendingPhoto
    small: bytes
    day: dt.date  # on which it was taken, today when the camera does not say
    home: Home | None
    trouble: str = ""


def read_files(store: Store, source: Source) -> list[Back]:
    """Read every page of a file, or a picture; UserError when it is none."""
    from gridapp.office.paper.scan import content_of, scans_of

    if isinstance(source, QImage):
        name, content = tr("粘贴的照片"), png_of(source)
    else:
        name, content = source.name, content_of(source)
    found: list[Back] = []
    with store.reading() as db:
        for scan in scans_of(name, content):
            photo = _taken(store.photos, scan.content, scan.name)
            small = store.photos.thumbnail(photo.hash, SIDE)
            moment = photo.taken_at
            day = moment.astimezone().date() if moment else dt.date.today()
            pending = PendingPhoto(photo, scan.name)
            home, trouble = _home(db, scan.number, day)
            found.append(Back(pending, small, day, home, trouble))
    return found


def _taken(photos: PhotoStore, content: bytes, name: str) -> Photo:
    try:
        return photos.take(content)
    except UserError as error:
        raise UserError(tr("{name}：{error}", name=name, error=error)) from error


def _home(db: Connection, number: str, day: dt.date) -> tuple[Home | None, str]:
    if not number:
        return None, tr("没认出二维码：拍清楚些再来一张，或者输一下单号")
    try:
        return home_of(db, number, day), ""
    except UserError as error:
        return None, str(error)
