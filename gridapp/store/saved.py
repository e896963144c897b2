"""How far changes were confirmed, written down outside the database.

SQLite passes over a damaged or missing end of its log in silence, as over something
that was never confirmed: whoever copies grid.db without grid.db-wal, or loses a bit of
it, loses confirmed saves without a word. So each commit, once it is on the disk, leaves
the number of the newest journal row in a small file beside the database. It is not
synced: after a power cut it may be behind the database, but never ahead of it.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from gridapp.language import tr
from gridapp.models.kinds import now, time_text
from gridapp.store import journal, state

FILE = "saved"
MISSING = "missing"  # of `sync_state`: what was confirmed and is not there
_FORM = struct.Struct(">QI")  # the journal number and the CRC-32 of its eight bytes


@dataclass(frozen=True)
class Missing:
    """Journal rows `first` to `last` that were confirmed and are not there; noticed
    `at`, as the store keeps times."""

    first: int
    last: int
    at: str

    @property
    def words(self) -> str:
        """What a person is told."""
        return tr(
            "有 {count} 处改动保存过，现在却不在了：数据文件夹里的日志文件损坏或丢失。"
            "请核对最近填的几笔，也可以从备份恢复",
            count=self.last - self.first + 1,
        )


def note(folder: Path, number: int) -> None:
    """Write down that everything up to that journal number is on the disk.

    What cannot be written down changes nothing: the save is confirmed all the same.
    """
    raw = number.to_bytes(8, "big")
    with suppress(OSError):
        handle = os.open(f"{folder}/{FILE}", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(handle, _FORM.pack(number, zlib.crc32(raw)))
        finally:
            os.close(handle)


def noted(folder: Path) -> int:
    """The number that was written down last; 0 when there is none that can be read."""
    try:
        number, check = _FORM.unpack((folder / FILE).read_bytes())
    except (OSError, struct.error):
        return 0
    return number if zlib.crc32(number.to_bytes(8, "big")) == check else 0


def forget(folder: Path) -> None:
    """Begin anew: another database takes the place of this one. Raises OSError."""
    (folder / FILE).unlink(missing_ok=True)


def compare(engine: Engine, folder: Path) -> Missing | None:
    """What was confirmed and is not in the journal; None when all is there.

    It is kept in the vault, for the doctor, and not noticed again. Raises what the
    driver does.
    """
    confirmed = noted(folder)  # first: another process may be saving
    with engine.begin() as db:
        newest = journal.newest(db)
    if confirmed <= newest:
        return None
    found = Missing(newest + 1, confirmed, time_text(now()))
    with engine.execution_options(gridapp_writes=True).begin() as db:
        known = [[one.first, one.last, one.at] for one in missing(db)]
        if [found.first, found.last] not in [one[:2] for one in known]:
            known.append([found.first, found.last, found.at])
            state.keep(db, MISSING, json.dumps(known))
    note(folder, newest)
    return found


def missing(db: Connection) -> list[Missing]:
    """All that was ever missed in this vault and is not settled yet."""
    return [Missing(*one) for one in json.loads(state.value(db, MISSING) or "[]")]


def settle(db: Connection) -> None:
    """Somebody has looked at what is missing."""
    state.keep(db, MISSING, None)
