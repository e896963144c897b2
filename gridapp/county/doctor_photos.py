"""The county's doctor looks at its photos: what is noted, and what lies there.

That each photo is there in its size is quickly seen. Reading all of them takes hours
at a large county, so a part is read each time, another one at every visit.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from gridapp.checkup import Check
from gridapp.county import photos
from gridapp.county.store import County
from gridapp.county.tables import photo
from gridapp.language import tr
from gridapp.sync.photo_messages import WHOLE

PART = 1000  # photos that are read through in one visit
_CHUNK = 500  # rows and names looked at together


def check(county: County, *, every: bool = False) -> Check[Connection]:
    """Each photo that is noted lies in its place in its size.

    Of PART of them, or of `every` one, the content is what its name says.
    """

    def faults(db: Connection) -> Iterator[str]:
        read = None if every else _part(db)
        query = select(photo.c.hash, photo.c.size)
        options = {"stream_results": True, "yield_per": _CHUNK}
        for name, size in db.execute(query, execution_options=options):
            through = read is None or name in read
            if not _good(county, name, size, through=through):
                yield tr("照片 {name} 不见了或已损坏", name=name)

    return Check("photos", tr("照片都在，没有损坏"), faults)


def _part(db: Connection) -> set[str]:
    """Neighbours in the order of their hashes, from anywhere, the end before the
    beginning: hashes are spread evenly, so that is as good as drawn one by one."""
    c = photo.c.hash
    begin = secrets.token_hex(32)
    query = select(c).order_by(c)
    found = set(db.scalars(query.where(c >= begin).limit(PART)))
    found |= set(db.scalars(query.where(c < begin).limit(PART - len(found))))
    return found


def _good(county: County, name: str, size: int, *, through: bool) -> bool:
    """Whether a photo is there in its size and, read `through`, what its name says."""
    path = photos.place(county, name, WHOLE)
    try:
        if path.stat().st_size != size:
            return False
        if not through:
            return True
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == name
    except OSError:
        return False


def facts(county: County, db: Connection, *, every: bool = False) -> Iterator[str]:
    """What is no fault but good to know: how many photos were read, and files that
    nobody noted (a server that was killed, a database put back without its photos)."""
    many = db.scalar(select(func.count()).select_from(photo)) or 0
    if many:
        yield tr(
            "照片 {count:,} 张都看过在不在、大小对不对，其中 {read:,} 张核对了内容",
            count=many,
            read=many if every else min(many, PART),
        )
    if stray := _unnoted(county, db):
        yield tr(
            "照片文件夹里有 {count:,} 张照片数据库里没有登记，留着不影响使用",
            count=stray,
        )


def _unnoted(county: County, db: Connection) -> int:
    """How many files of whole photos the database does not know."""
    names, count = list(photos.names(county, WHOLE)), 0
    for at in range(0, len(names), _CHUNK):
        some = names[at : at + _CHUNK]
        query = select(func.count()).where(photo.c.hash.in_(some))
        count += len(some) - (db.scalar(query) or 0)
    return count
