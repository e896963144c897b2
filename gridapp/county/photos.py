"""The county's photos: files under their hash, and who may see or send which one.

A photo lies plain in the server's folder, for its owner alone (0700, 0600), as
`photos/ab/abcd….jpg`, its small picture beside it as `abcd….thumb.jpg`. A file is in
its place only whole and verified; the table `photo` notes when it came.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Collection, Iterable
from pathlib import Path

from sqlalchemy import Connection, insert, or_, select
from sqlalchemy.exc import IntegrityError

from gridapp.county.rights import Device
from gridapp.county.store import County
from gridapp.county.tables import photo
from gridapp.language import tr
from gridapp.models import Attachment
from gridapp.models.kinds import now
from gridapp.models.record import table_of
from gridapp.sync.photo_messages import (
    HAS_THUMB,
    HAS_WHOLE,
    MAX_KNOWN,
    MAY_SEE,
    MAY_SEND,
    THUMB,
    WHOLE,
    KnownReply,
    KnownRequest,
)
from gridapp.sync.protocol import VERSION, Refused

FOLDER = "photos"
ABSENT = tr("县里没有这张照片")
_SUFFIX = {WHOLE: ".jpg", THUMB: ".thumb.jpg"}
_LARGEST = {WHOLE: 50_000_000, THUMB: 512 * 512}  # pixels
_HASH = re.compile("[0-9a-f]{64}")
_IN_PLACE = re.compile(r"([0-9a-f]{64})(\.thumb)?\.jpg")


def is_hash(name: str) -> bool:
    """Whether that is the name of a photo."""
    return _HASH.fullmatch(name) is not None


def place(county: County, name: str, part: str) -> Path:
    """Where a photo, WHOLE or THUMB, lies; ValueError when `name` is no hash."""
    if not is_hash(name):
        raise ValueError("a photo's name is 64 hexadecimal digits")
    return county.folder / FOLDER / name[:2] / (name + _SUFFIX[part])


def names(county: County, part: str) -> Iterable[str]:
    """Hashes of the photos that are in their place."""
    for path in sorted((county.folder / FOLDER).glob(f"??/*{_SUFFIX[part]}")):
        found = _IN_PLACE.fullmatch(path.name)
        if found and bool(found[2]) == (part == THUMB):
            yield found[1]


def may_see(db: Connection, device: Device, hashes: Collection[str]) -> set[str]:
    """Those of which an attachment lies in one of the device's grids."""
    c = table_of(Attachment).c
    query = select(c.hash).where(c.hash.in_(hashes), c.grid_id.in_(device.grids))
    return set(db.scalars(query.distinct()))


def found(county: County, device: Device, name: str, part: str) -> Path:
    """The file of a photo; Refused alike when it is not here and not the device's."""
    if is_hash(name):
        with county.reading() as db:
            seen = may_see(db, device, [name])
        path = place(county, name, part)
        if seen and path.exists():
            return path
    raise Refused("photo", ABSENT)


def may_send(db: Connection, device: Device, hashes: Collection[str]) -> set[str]:
    """Those that it may see, and those of what has left it since or its worker wrote:
    such a photo may still be on that laptop alone."""
    c = table_of(Attachment).c
    grids = [*device.grids, *device.left]
    its_own = or_(c.grid_id.in_(grids), c.created_by == device.worker_id)
    return set(db.scalars(select(c.hash).where(c.hash.in_(hashes), its_own).distinct()))


def known(
    county: County, db: Connection, device: Device, asked: KnownRequest
) -> KnownReply:
    """What the county has of the photos that a device asks about."""
    if len(asked.hashes) > MAX_KNOWN:
        words = tr("一次最多问 {most} 张照片，请升级程序", most=MAX_KNOWN)
        raise Refused("size", words)
    hashes = [one.hex() for one in asked.hashes]
    sent, seen = may_send(db, device, hashes), may_see(db, device, hashes)
    states: list[int] = []
    for name in hashes:
        state = 0
        if name in sent:
            here = {part: place(county, name, part).exists() for part in (THUMB, WHOLE)}
            state = MAY_SEND | HAS_THUMB * here[THUMB] | HAS_WHOLE * here[WHOLE]
        states.append(state | MAY_SEE * (name in seen))
    return KnownReply(VERSION, states)


def check_picture(path: Path, part: str) -> None:
    """Refused unless the file is a JPEG of a sensible size; reads its head only."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is judged here
            with Image.open(path, formats=["JPEG"]) as picture:
                pixels = picture.width * picture.height
    except Image.DecompressionBombError:
        pixels = _LARGEST[part] + 1
    except (OSError, SyntaxError, ValueError) as error:
        words = tr("传来的文件不是 JPG 照片，县里没有收下")
        raise Refused("content", words) from error
    if pixels > _LARGEST[part]:
        raise Refused("content", tr("照片的像素太多，县里没有收下；请先缩小再添加"))


def put_in_place(county: County, source: Path, name: str, part: str) -> None:
    """Give a verified file, which is safe on the disk, its name; it is never half."""
    target = place(county, name, part)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)
    for folder in (target.parent, target.parent.parent):
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """See the names in a folder onto the disk; Windows does it with the files."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def note(db: Connection, name: str, size: int) -> None:
    """Write down that a photo is here whole; once, whoever else does so now."""
    row = {"hash": name, "size": size, "received_at": now()}
    if db.scalar(select(photo.c.hash).where(photo.c.hash == name)) is None:
        try:
            with db.begin_nested():
                db.execute(insert(photo).values(row))
        except IntegrityError:  # another process was faster
            return
