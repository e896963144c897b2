"""The chain over the journal: whoever changes, removes or slips in a row is found out.

A link in `seal` is the SHA-256 (FIPS 180-4) of the link before it and of every row
that `journal` and `disclosure` gained since, with all their columns: no part of the
program ever changes one of their rows. A link is made at the end of each import and of
each step of a sync, of every `EVERY`th save, when a vault is closed, and, for what a
pulled plug left without one, when it is opened.

Who has the data key can make the whole chain anew. Therefore a laptop tells the county
its newest link at each push and has to show that link again at the next
(docs/protocol.md, "The journal's chain").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.kinds import time_text
from gridapp.store import state
from gridapp.store.database import driver

ROWS = 256  # of one link at most: where a row was changed is told as closely as that
EVERY = 16  # saves: one alone would cost a save a seventh of its time
TOLD_BYTES = 8  # of a link, for the county: to make them again costs 2^64 trials
PROVED = "proved_seal"  # the number of the link that the county keeps, for all we know
_NAMED = 3  # records that a break names; the rest are counted
_DIFFERENT = tr("有改动")

# The rows as one text. Python's `json` writes the same (a test says so), so that no
# version of SQLite decides what a link says. A column that a later migration brings
# needs a text of its own after these, or every older link would break.
_ROWS = (
    "SELECT json_group_array(json_array({columns})) FROM {table}"
    " WHERE seq > ? AND seq <= ?"
)
_JOURNAL = _ROWS.format(
    columns='seq, at, "by", device, origin, batch, type, record_id, grid_id, action,'
    " base, changes",
    table="journal_entry",
)
_DISCLOSED = _ROWS.format(
    columns='seq, at, "by", act, type, record_id, detail, who, purpose, file, people',
    table="disclosure",
)
_TEXT = f"SELECT ({_JOURNAL}), ({_DISCLOSED})"
_NEWEST = (
    "SELECT (SELECT coalesce(max(seq), 0) FROM journal),"
    " (SELECT coalesce(max(seq), 0) FROM disclosure),"
    " coalesce(number, 0), coalesce(upto, 0), coalesce(told, 0), coalesce(hash, x'')"
    " FROM (SELECT 1) LEFT JOIN (SELECT * FROM seal ORDER BY number DESC LIMIT 1)"
)


@dataclass(frozen=True)
class Link:
    """One link: it covers both tables after the link before, up to these numbers."""

    number: int
    at: str  # when it was made, as the store keeps times
    upto: int  # of the journal
    told: int  # of `disclosure`
    hash: bytes


_NONE = Link(0, "", 0, 0, b"")  # before the first


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold.

    The journal rows `first` to `last` (none when last < first) and the lines of
    `disclosure` likewise are not those that were sealed at `at`. `reason` says why in
    words, without anybody's data.
    """

    first: int
    last: int
    told_first: int
    told_last: int
    at: str
    reason: str


@dataclass(frozen=True)
class Span:
    """What a sound chain covers: how many links, rows and disclosures, and its end."""

    links: int
    rows: int
    told: int
    head: Link | None


def seal(db: Connection, at: dt.datetime) -> None:
    """Add links for the rows that came since the last; nothing when there are none.

    In a write transaction, after all else. It speaks to the driver itself: SQLAlchemy
    would take three times as long, and a save waits for this.
    """
    file = driver(db)
    rows, told, number, upto, covered, before = file.execute(_NEWEST).fetchone()
    moment = ""
    while rows > upto or told > covered:
        moment = moment or time_text(at)
        rest = min(rows, upto + ROWS), min(told, covered + ROWS)
        link = Link(number + 1, moment, max(upto, rest[0]), max(covered, rest[1]), b"")
        text = file.execute(_TEXT, (upto, link.upto, covered, link.told)).fetchone()
        before = _hash(before, link, text)
        values = (link.number, moment, link.upto, link.told, before)
        file.execute("INSERT INTO seal VALUES (?, ?, ?, ?, ?)", values)
        number, upto, covered = link.number, link.upto, link.told


def _hash(before: bytes, link: Link, text: Sequence[str]) -> bytes:
    rows, told = text
    head = f'[{link.number},"{link.at}",{link.upto},{link.told},'
    return sha256(before + f"{head}{rows},{told}]".encode()).digest()


def head(db: Connection) -> Link | None:
    """The newest link; None of an empty vault."""
    query = "SELECT * FROM seal ORDER BY number DESC LIMIT 1"
    found = db.exec_driver_sql(query).one_or_none()
    return _link(found) if found else None


def _link(found: Sequence[Any]) -> Link:
    """A row of `seal`, whatever somebody wrote into it."""
    number, at, upto, told, hash_ = found
    return Link(
        number,
        at if isinstance(at, str) else "",
        upto if isinstance(upto, int) else -1,
        told if isinstance(told, int) else -1,
        hash_ if isinstance(hash_, bytes) else b"",
    )


def span(db: Connection) -> Span:
    """How much the chain covers."""
    query = (
        "SELECT (SELECT count(*) FROM seal), (SELECT count(*) FROM journal),"
        " (SELECT count(*) FROM disclosure)"
    )
    links, rows, told = db.exec_driver_sql(query).one()
    return Span(links, rows, told, head(db))


def code(link: Link) -> str:
    """A link's end as a person reads it out: sixteen hexadecimal digits in fours."""
    text = link.hash[:TOLD_BYTES].hex()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def claims(db: Connection) -> list[tuple[int, bytes]]:
    """What a push tells the county: the link that it keeps, as it stands here now, and
    the newest one. A link that is not here any more has no hash."""
    newest = head(db)
    if newest is None:
        return []
    told = [(newest.number, newest.hash[:TOLD_BYTES])]
    proved = int(state.value(db, PROVED) or 0)
    if 0 < proved != newest.number:
        query = "SELECT hash FROM seal WHERE number = ?"
        kept = db.exec_driver_sql(query, (proved,)).scalar() or b""
        told.insert(0, (proved, kept[:TOLD_BYTES]))
    return told


def heard(db: Connection, number: int) -> None:
    """The county keeps the link of that number."""
    if number > 0 and state.value(db, PROVED) != str(number):
        state.keep(db, PROVED, str(number))


def breaks(db: Connection) -> Iterator[Break]:
    """Every place where the rows are not those that were sealed, oldest first.

    Rows after the last link are not sealed yet, which is no fault.
    """
    before = _NONE
    for found in db.exec_driver_sql("SELECT * FROM seal ORDER BY number"):
        link = _link(found)
        reason = _fault(db, before, link)
        if reason:
            yield _break(before, link, reason)
        before = link
    query = "SELECT seq FROM sqlite_sequence WHERE name = 'seal'"
    last = db.exec_driver_sql(query).scalar() or 0
    if last != before.number:
        reason = _gap(before.number + 1, last)
        yield Break(
            before.upto + 1, before.upto, before.told + 1, before.told, "", reason
        )


def _fault(db: Connection, before: Link, link: Link) -> str:
    """Why a link does not follow from the one before it and its rows; "" if it does."""
    if link.number != before.number + 1:
        return _gap(before.number + 1, link.number - 1)
    if link.upto < before.upto or link.told < before.told:
        return tr("封存记录的次序不对")
    spans = (before.upto, link.upto, before.told, link.told)
    try:
        text = db.exec_driver_sql(_TEXT, spans).one()
        same = _hash(before.hash, link, text) == link.hash
    except DBAPIError:  # a value that no row of ours has: bytes, or no text
        same = False
    return "" if same else _DIFFERENT


def _gap(first: int, last: int) -> str:
    return tr("封存记录缺第 {first} 到 {last} 节", first=first, last=last)


def _break(before: Link, link: Link, reason: str) -> Break:
    first, last = sorted((before.upto, link.upto))
    told_first, told_last = sorted((before.told, link.told))
    return Break(first + 1, last, told_first + 1, told_last, link.at, reason)


def in_words(db: Connection, found: Break) -> str:
    """A break as a person reads it: which rows, when, and what they were about."""
    parts: list[str] = []
    if found.last >= found.first:
        rows = tr("流水第 {first} 到 {last} 号", first=found.first, last=found.last)
        parts.append(rows + _missing(db, "journal", found.first, found.last))
    if found.told_last >= found.told_first:
        rows = tr(
            "留痕第 {first} 到 {last} 条",
            first=found.told_first,
            last=found.told_last,
        )
        parts.append(
            rows + _missing(db, "disclosure", found.told_first, found.told_last)
        )
    where = tr("、").join(parts) or tr("封存记录")
    about = _about(db, found)
    if found.at:
        where += tr("（{at} 写下）", at=_local(found.at))
    return tr("{where}：{reason}{about}", where=where, reason=found.reason, about=about)


def _missing(db: Connection, table: str, first: int, last: int) -> str:
    """Which numbers of a span are not there."""
    query = f"SELECT seq FROM {table} WHERE seq BETWEEN ? AND ?"
    there = set(db.exec_driver_sql(query, (first, last)).scalars())
    gone = [str(one) for one in range(first, min(last, first + ROWS) + 1)]
    gone = [one for one in gone if int(one) not in there]
    if not gone:
        return ""
    return tr("（缺 {numbers}）", numbers=tr("、").join(gone[:_NAMED]))


def _about(db: Connection, found: Break) -> str:
    query = (
        "SELECT type, record_id FROM journal WHERE seq BETWEEN ? AND ?"
        " GROUP BY type, record_id ORDER BY min(seq)"
    )
    named: list[str] = []
    rows = db.exec_driver_sql(query, (found.first, found.last)).all()
    for type_, record_id in rows[:_NAMED]:
        try:
            title, key = record_named(type_).title, UUID(record_id)
        except (KeyError, ValueError, AttributeError, TypeError):
            continue  # what was written into it is no record
        named.append(tr("{title} {id}", title=title, id=key))
    if not named:
        return ""
    records = tr("、").join(named)
    if len(rows) > _NAMED:
        return tr("，涉及 {records} 等 {count} 条", records=records, count=len(rows))
    return tr("，涉及 {records}", records=records)


def _local(at: str) -> str:
    """A time as the laptop shows it; as it stands when it cannot be read."""
    try:
        return dt.datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return at
