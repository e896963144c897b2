"""Copies of the county's photos for a backup: each is copied once."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select

from gridapp.county import photos
from gridapp.county.store import County
from gridapp.county.tables import photo
from gridapp.sync.photo_messages import WHOLE

FOLDER = photos.FOLDER
_AT_ONCE = 500


@dataclass(frozen=True)
class Copied:
    """How many files were copied, how many were there already, bytes that were new."""

    new: int
    there: int
    size: int


def copy(source: Path, target: Path) -> Copied:
    """Copy the photos that `target` lacks, whole or not at all; nothing is removed."""
    new = there = size = 0
    for path in sorted(source.glob("??/*.jpg")):
        wanted = target / path.relative_to(source)
        length = path.stat().st_size
        if wanted.exists() and wanted.stat().st_size == length:
            there += 1
            continue
        wanted.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = wanted.with_name(f".{wanted.name}.part")
        shutil.copyfile(path, part)
        part.chmod(0o600)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(wanted)
        new, size = new + 1, size + length
    return Copied(new, there, size)


def forget_lost(county: County) -> int:
    """Note of photos whose file is not here that the county does not have them, so
    that laptops send them again; how many that were."""
    with county.reading() as db:
        listed = list(db.scalars(select(photo.c.hash)))
    lost = [one for one in listed if not photos.place(county, one, WHOLE).exists()]
    with county.writing() as db:
        for start in range(0, len(lost), _AT_ONCE):
            part = lost[start : start + _AT_ONCE]
            db.execute(delete(photo).where(photo.c.hash.in_(part)))
    return len(lost)
