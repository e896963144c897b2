"""Photos of records as a sheet shows them: small, with when they were taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.record import Values
from gridapp.office.paper.paper import TEXT_WIDTH, Cell, Row
from gridapp.office.sheets.form_rows import photo_rows
from gridapp.store.photos import PhotoStore

MOST = 6  # of one record on a sheet
SIDE = 480  # pixels: 300 a hand's breadth on paper


def shown(photos: Sequence[Values], store: PhotoStore) -> list[Row]:
    """The first photos as rows; how many more there are is said."""
    pictures: list[tuple[bytes, str]] = []
    gone = 0
    for one in photos[:MOST]:
        try:
            small = store.thumbnail(one["hash"], SIDE)
        except UserError:  # the photo is on another laptop until the next sync
            gone += 1
        else:
            pictures.append((small, _moment(one)))
    rows = photo_rows(pictures)
    left = len(photos) - len(pictures)
    if left:
        words = tr("另有 {count} 张照片在电子档案里。", count=left)
        if gone:
            words = tr(
                "另有 {count} 张照片在电子档案里，其中 {gone} 张不在本机，同步后再看。",
                count=left,
                gone=gone,
            )
        rows.append(Row((Cell(words, TEXT_WIDTH, size=8.5),), height=5.5))
    return rows


def _moment(photo: Values) -> str:
    """When it was taken, else when it was added."""
    if photo["taken_at"]:
        return tr("拍摄 {at:%Y-%m-%d %H:%M}", at=photo["taken_at"].astimezone())
    return tr("添加 {at:%Y-%m-%d %H:%M}", at=photo["created_at"].astimezone())


def in_words(photos: Iterable[Values]) -> str:
    """How many there are, for a sheet without pictures; nothing when none."""
    count = len(list(photos))
    return tr("{count} 张，在电子档案里", count=count) if count else ""
