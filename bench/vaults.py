"""Vaults to measure on, and bare SQLCipher files to measure against."""

from __future__ import annotations

import base64
import datetime as dt
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gridapp import paths
from gridapp.store import slots, vault
from gridapp.store.database import sqlcipher
from gridapp.store.vault import Store
from gridapp.work import founding

PASSWORD = "bench-password"  # of folders of invented people, removed after the run
GRID = "990101001001001"
LEDGERS = ("居民台账.xlsx", "独居老人台账.xlsx", "出租房屋登记表.csv")
_OPEN: list[Store] = []


def new(folder: Path) -> Store:
    """A new vault with its grid and worker."""
    store = vault.create(folder, PASSWORD)
    founding.found(store, GRID, "第1网格", "王秀兰")
    return store


def key_of(folder: Path) -> bytes:
    """The data key of a vault made by `new`."""
    [slot] = slots.read(folder / vault.SLOT_FILE).slots
    key = slots.unseal(slot, PASSWORD)
    if key is None:
        raise ValueError(f"{folder} has another password")
    return key


def derive(folder: Path) -> None:
    """Argon2id alone with the parameters of a vault: what opening it cannot save."""
    from argon2.low_level import Type, hash_secret_raw

    [slot] = slots.read(folder / vault.SLOT_FILE).slots
    hash_secret_raw(
        PASSWORD.encode(),
        base64.b64decode(slot.salt),
        slot.passes,
        slot.memory_kib,
        slot.lanes,
        slots.KEY_BYTES,
        Type.ID,
    )


def bare(path: Path, key: bytes) -> Any:
    """A connection of the driver alone to an encrypted file, as safe as ours."""
    db = sqlcipher.connect(str(path))
    db.isolation_level = None
    for pragma in (
        f"key = \"x'{key.hex()}'\"",
        "foreign_keys = ON",
        "journal_mode = WAL",
        "synchronous = FULL",
        "temp_store = MEMORY",
    ):
        db.execute(f"PRAGMA {pragma}")
    return db


def bare_copy(store: Store, path: Path, key: bytes, *tables: str) -> Any:
    """A bare file with the record tables, indexes and rows of `store`: no triggers."""
    db = bare(path, key)
    with store.reading() as ours:
        kept = "type IN ('table', 'index') AND sql IS NOT NULL"
        other = "tbl_name LIKE 'sqlite%' OR tbl_name LIKE 'search%'"
        query = f"SELECT sql FROM sqlite_master WHERE {kept} AND NOT ({other})"
        for (sql,) in ours.exec_driver_sql(query):
            db.execute(sql)
        db.execute("BEGIN")
        for name in tables:
            for row in ours.exec_driver_sql(f"SELECT * FROM {name}"):
                db.execute(f"INSERT INTO {name} VALUES ({marks(row)})", tuple(row))
        db.execute("COMMIT")
    return db


def marks(row: Any) -> str:
    """A question mark for each value of a row."""
    return ", ".join("?" * len(row))


def samples() -> list[Path]:
    """The three sample ledgers of one invented estate."""
    return [paths.resources() / "samples" / name for name in LEDGERS]


def import_samples(store: Store) -> int:
    """Import the sample ledgers; how many rows they have."""
    from gridapp.office.ledgers import ledger

    rows = 0
    for source in samples():
        plan = ledger.plan_import(store, source, today=dt.date.today())
        ledger.apply(store, plan)
        rows += len(plan.rows)
    return rows


@dataclass(frozen=True)
class Estate:
    """The sample estate with care plans, and how long its import took, in seconds."""

    store: Store
    rows: int
    took: float


@cache
def estate(folder: Path) -> Estate:
    """The one estate of a run: made at the first call, then left open."""
    from gridapp.work import proposals

    store = new(folder / "estate")
    _OPEN.append(store)
    start = time.perf_counter()
    rows = import_samples(store)
    took = time.perf_counter() - start
    with store.writing() as tx:
        proposals.adopt(tx, dt.date.today() - dt.timedelta(days=45))
    return Estate(store, rows, took)


def close_all() -> None:
    """Close what `estate` left open."""
    while _OPEN:
        _OPEN.pop().close()
