"""A brake on guessing: failed attempts are counted for each place they come from.
Residents' reports are counted too, for their place and for the grid they are sent to.

Counted in the database, so for every process together, over the last quarter of an
hour. A place is known by a keyed hash, so that the table holds nobody's address. Only
failures count, and only against their own place: nobody can shut others out. (Whoever
reports from many places at once can fill a grid's quarter of an hour; the page is then
closed for so long, and a telephone number stands on it.)
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections.abc import Mapping

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from gridapp.county.store import County
from gridapp.county.tables import attempt, meta
from gridapp.language import tr
from gridapp.sync.protocol import Refused

ENROL, TOKEN, UNLOCK = "enrol", "token", "unlock"
PIN = "pin"  # of one prepared file, wherever the attempts come from
RECEIPT = "receipt"  # of a resident's report
REPORT = "report"  # what residents send; each one counts, not only failures
TO_GRID = "to_grid"  # the same, by the grid it is sent to
SPAN = 60  # seconds that are counted together
SPANS = 15  # how many of them count
MOST: Mapping[str, int] = {  # failures in all spans
    ENROL: 10,
    UNLOCK: 10,
    TOKEN: 60,
    PIN: 10,
    RECEIPT: 10,
    REPORT: 10,
    TO_GRID: 60,
}
_SECRET = "secret"


def secret(db: Connection) -> bytes:
    """The server's own secret, made when it is first wanted; `db` may write."""
    found = _known_secret(db)
    if found is None:
        make = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
        row = make(meta).values(key=_SECRET, value=secrets.token_hex(32))
        db.execute(row.on_conflict_do_nothing())  # another process may be as quick
        found = _known_secret(db)
        assert found is not None
    return found


def _known_secret(db: Connection) -> bytes | None:
    found = db.scalar(select(meta.c.value).where(meta.c.key == _SECRET))
    return None if found is None else bytes.fromhex(found)


def check(county: County, kind: str, source: str | None) -> None:
    """Refused "rate" when too many attempts from there failed of late.

    A right token is not asked about here, a right code is: whoever guesses codes has
    to stop, and their neighbours behind the same address wait a quarter of an hour.
    """
    too_many = _too_many(county, kind, source)
    if too_many:
        raise too_many


def failed(county: County, kind: str, source: str | None) -> Refused | None:
    """Count a failure, or a report; what to answer when it is one too many. Then
    nothing more is written, so that a flood costs one reading each."""
    too_many = _too_many(county, kind, source)
    if too_many or source is None:
        return too_many
    span = int(time.time()) // SPAN
    with county.writing() as db:
        key = _key(secret(db), kind, source)
        make = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
        row = make(attempt).values(key=key, span=span, count=1)
        db.execute(
            row.on_conflict_do_update(
                index_elements=["key", "span"], set_={"count": attempt.c.count + 1}
            )
        )
        db.execute(delete(attempt).where(attempt.c.span <= span - SPANS))
    return None


def _too_many(county: County, kind: str, source: str | None) -> Refused | None:
    if source is None:
        return None
    with county.reading() as db:
        known = _known_secret(db)
        after = _wait(db, kind, _key(known, kind, source)) if known else 0
    words = _SAID.get(kind, _WORDS)
    return Refused("rate", words, wait=after) if after else None


_WORDS = tr("试错的次数太多，请过一刻钟再试；如果登记码记不清，请向县里要一个新的")
_SENT = tr("刚才送来的反馈太多，这一件还没有收下。请过一刻钟再交，急事请打电话")
_SAID: Mapping[str, str] = {
    RECEIPT: tr("回执码试错的次数太多，请过一刻钟再查，或打电话问"),
    REPORT: _SENT,
    TO_GRID: _SENT,
}


def _key(known: bytes, kind: str, source: str) -> str:
    text = f"{kind} {_place(source)}"
    return hmac.new(known, text.encode(), hashlib.sha256).hexdigest()


def _place(source: str) -> str:
    """An address, or the /64 network of an IPv6 one: a house has all of it."""
    try:
        found = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return source
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def _wait(db: Connection, kind: str, key: str) -> int:
    """Seconds until the next attempt counts; 0 when it counts now."""
    moment = time.time()
    first = int(moment) // SPAN - SPANS
    query = select(attempt.c.span, attempt.c.count).where(
        attempt.c.key == key, attempt.c.span > first
    )
    left = 0
    for span, many in sorted(db.execute(query), reverse=True):
        left += many
        if left >= MOST[kind]:
            return max(1, round((span + SPANS) * SPAN - moment))
    return 0
