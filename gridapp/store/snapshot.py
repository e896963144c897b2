"""A copy of the encrypted database as it is at one moment, made while others write.

SQLite's online backup (sqlite.org/backup.html) inside one read transaction: the pages
are of one moment however long it takes, and nobody waits. The copy has the same data
key; each of its pages is sealed anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.database import faults_in_words, keyed
from gridapp.store.faults import Damaged

PAGES = 512  # of a step: 2 MiB, a few milliseconds
VAULT = "vault_id"  # of `sync_state`: which vault this is, kept by all its copies


class Stopped(UserError):
    """Somebody asked to stop; nothing is left of what was being made."""


@dataclass(frozen=True)
class Facts:
    """What a database is: its step of the migrations, rows by table, the vault and the
    device, the last journal number and the last that the county took, and the last
    link of the audit chain as `number:hash`."""

    schema: str
    rows: dict[str, int]
    vault: str
    device: str
    seq: int
    pushed: int
    seal: str


def take(
    path: Path,
    key: bytes,
    copy: Path,
    step: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Facts:
    """Copy the database at `path` to `copy`, and say what it is at that moment.

    step: is told how many pages are done, and of how many. UserError when the disk is
    full or the file is damaged, Stopped when `cancelled`.
    """

    def told(_status: int, remaining: int, total: int) -> None:
        if cancelled and cancelled():
            raise Stopped(tr("已停下，没有留下备份文件"))
        if step:
            step(total - remaining, total)

    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with faults_in_words(), closing(keyed(path, key)) as source:
        source.execute("BEGIN")
        facts = _facts(source)  # the first read: from now on it is one moment
        with closing(keyed(copy, key)) as target:
            target.execute("PRAGMA journal_mode = OFF")
            target.execute("PRAGMA synchronous = OFF")  # it is seen onto the disk whole
            source.backup(target, pages=PAGES, progress=told, sleep=0)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, no WAL beside it
    return facts


def examined(copy: Path, key: bytes) -> Facts:
    """Open a copy and look at every page of it; what it is.

    Damaged when a page's seal is broken or the trees are not whole.
    """
    with faults_in_words(), closing(keyed(copy, key)) as db:
        db.execute("SELECT count(*) FROM sqlite_master").fetchall()
        broken = db.execute("PRAGMA cipher_integrity_check").fetchall()
        if broken or db.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
            raise Damaged(tr("数据文件已损坏，请从备份恢复"))
        return _facts(db)


def _facts(db: Any) -> Facts:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    names = [one for (one,) in db.execute(query) if not one.startswith("sqlite_")]
    rows = {
        name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for name in names
    }

    def one(query: str) -> Any:
        found = db.execute(query).fetchone()
        return found[0] if found else None

    kept = "SELECT value FROM sync_state WHERE key = '{}'"
    head = "SELECT number || ':' || hex(hash) FROM seal ORDER BY number DESC LIMIT 1"
    return Facts(
        schema=one("SELECT version_num FROM alembic_version") or "",
        rows=rows,
        vault=one(kept.format(VAULT)) or "",
        device=one("SELECT device FROM actor") or "",
        seq=one("SELECT max(seq) FROM journal") or 0,
        pushed=int(one(kept.format("pushed_seq")) or 0),
        seal=(one(head) or "") if "seal" in rows else "",
    )
