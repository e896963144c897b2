"""What the last syncs of this laptop did, kept in its vault, the newest `KEPT` of them.

Those that moved nothing and ended alike, one after the other, are one line with how
often: a day without a network must not push out what happened before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import Connection

from gridapp.store import state

KEPT = 60
_KEY = "sync_log"
How = Literal["auto", "click", "command", "stick"]
End = Literal["done", "stopped", "failed"]


class SyncLine(msgspec.Struct, frozen=True):
    """One sync, or several alike. Times are UTC, ISO; `seconds` of the last one."""

    at: str  # when the first began
    until: str  # when the last ended
    how: How
    ended: End
    pushed: int = 0
    pulled: int = 0
    held: int = 0
    photos_up: int = 0
    photos_down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    seconds: float = 0.0
    code: str = ""  # of the county's refusal
    sentence: str = ""  # why it failed
    file: str = ""  # the package on a stick, by its name
    times: int = 1

    @property
    def moved(self) -> bool:
        """Whether it brought or took anything."""
        return bool(
            self.pushed or self.pulled or self.photos_up or self.photos_down
        ) or bool(self.file)


def append(db: Connection, one: SyncLine) -> None:
    """Write one down; the oldest beyond `KEPT` goes."""
    kept = lines(db)
    if kept and _alike(kept[0], one):
        first = kept.pop(0)
        one = msgspec.structs.replace(one, at=first.at, times=first.times + 1)
    _write(db, [one, *kept])


def lines(db: Connection) -> list[SyncLine]:
    """What was written down, newest first."""
    raw = state.value(db, _KEY)
    return msgspec.json.decode(raw, type=list[SyncLine]) if raw else []


def _write(db: Connection, kept: Iterable[SyncLine]) -> None:
    content = msgspec.json.encode(list(kept)[:KEPT]).decode()
    state.keep(db, _KEY, content)


def _alike(before: SyncLine, one: SyncLine) -> bool:
    """Whether the two are told as one."""
    if before.moved or one.moved or before.held or one.held:
        return False
    return (before.how, before.ended, before.sentence) == (
        one.how,
        one.ended,
        one.sentence,
    )
