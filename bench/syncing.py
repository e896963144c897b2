"""First push and first pull of the sample estate, with a real county server."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import postgres, vaults
from bench.table import Line, Run, seconds
from gridapp.models import RECORDS
from gridapp.store import vault
from gridapp.store.vault import Store

BATCH = 1000
PIPE = "bare pipe"  # msgpack and zstd to a SQLCipher file, nothing checked


@dataclass(frozen=True)
class Way:
    """How fast rows went one way, and how many bytes each took."""

    rows_a_second: float
    bytes_a_row: float


def syncing(run: Run) -> Iterator[Line]:
    """Rows a second and bytes a row, for each database the county can have."""
    store = vaults.estate(run.folder).store
    rounds = run.pick(3, 1)
    pipe = _median([_piped(store, run.folder / f"pipe-{one}") for one in range(rounds)])
    yield from _measured(run, "SQLite", rounds, None, pipe)
    where = postgres.programs()
    if where is None:
        yield Line("sync with PostgreSQL", None, against="initdb is not installed here")
        return
    with postgres.cluster(where) as url:
        yield from _measured(run, "PostgreSQL", rounds, url, pipe)


def _measured(
    run: Run, kind: str, rounds: int, url: str | None, pipe: Way
) -> Iterator[Line]:
    taken: list[tuple[Way, Way]] = []
    for number in range(rounds):
        name = f"county_{number}"
        database = postgres.new_database(url, name) if url else None
        folder = run.folder / f"{kind}-{number}"
        taken.append(_first_sync(run, folder, database))
    for name, place in (("push", 0), ("pull", 1)):
        way = _median([one[place] for one in taken])
        speed = way.rows_a_second / pipe.rows_a_second
        size = way.bytes_a_row / pipe.bytes_a_row
        title = f"first {name}, county on {kind}"
        yield Line(title, way.rows_a_second, "rows/s", speed, PIPE)
        yield Line(f"{title}, size", way.bytes_a_row, "bytes/row", size, PIPE)


def _median(ways: list[Way]) -> Way:
    return Way(
        statistics.median(one.rows_a_second for one in ways),
        statistics.median(one.bytes_a_row for one in ways),
    )


def _first_sync(run: Run, folder: Path, database: str | None) -> tuple[Way, Way]:
    """One laptop sends the estate to an empty county, another receives it."""
    from gridapp.county import access, upkeep
    from gridapp.sync.client import HttpTransport, SyncClient

    upkeep.init(folder / "county", database)
    with upkeep.opened(folder / "county") as county:
        mine = access.create_enrolment(county, [vaults.GRID], "王秀兰")
        theirs = access.create_enrolment(county, [vaults.GRID], "李主任")
    with ExitStack() as stack:
        url = stack.enter_context(_served(folder / "county"))
        first = _copied(vaults.estate(run.folder).store, folder / "first")
        second = vault.create(folder / "second", vaults.PASSWORD)
        for store in (first, second):
            stack.callback(store.close)
        client = SyncClient(first, HttpTransport(url))
        client.enrol(mine)
        up = client.sync()
        other = SyncClient(second, HttpTransport(url))
        other.enrol(theirs)
        down = other.sync()
    return (
        Way(up.pushed / up.seconds, up.bytes_up / up.pushed),
        Way(down.pulled / down.seconds, down.bytes_down / down.pulled),
    )


def _copied(store: Store, folder: Path) -> Store:
    """The vault once more: its files as they are between two writes."""
    with store.writing():
        shutil.copytree(store.folder, folder)
    return vault.open_store(folder, vaults.PASSWORD)


@contextmanager
def _served(folder: Path) -> Generator[str]:
    """A county server in a process of its own; its address."""
    command = [sys.executable, "-m", "gridapp", "county", "serve", "--port", "0"]
    server = subprocess.Popen(
        [*command, "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        if server.stdout is None:
            raise RuntimeError("the server has no output")
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _piped(store: Store, folder: Path) -> Way:
    """All records packed, unpacked and inserted, with nothing looked at."""
    import msgspec
    import zstandard

    folder.mkdir()
    key = vaults.key_of(store.folder)
    target = vaults.bare_copy(store, folder / "bare.db", key)
    target.execute("PRAGMA foreign_keys = OFF")
    tables = [model.__tablename__ for model in RECORDS]
    with store.reading() as db:
        rows: dict[str, list[Any]] = {
            name: [tuple(one) for one in db.exec_driver_sql(f"SELECT * FROM {name}")]
            for name in tables
        }
    sent = 0

    def run() -> None:
        nonlocal sent
        for name, many in rows.items():
            for start in range(0, len(many), BATCH):
                packed = msgspec.msgpack.encode(many[start : start + BATCH])
                body = zstandard.ZstdCompressor(3).compress(packed)
                sent += len(body)
                arrived = msgspec.msgpack.decode(zstandard.decompress(body))
                target.execute("BEGIN IMMEDIATE")
                sql = f"INSERT INTO {name} VALUES ({vaults.marks(arrived[0])})"
                target.executemany(sql, arrived)
                target.execute("COMMIT")

    took = seconds(run)
    target.close()
    count = sum(map(len, rows.values()))
    return Way(count / took, sent / count)
