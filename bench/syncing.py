"""Four ways of a sync with a real county, beside Anki, PouchDB and a bare pipe."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from uuid import UUID

from bench import payload, postgres, straight, vaults
from bench.peers import pouch
from bench.table import Line, Run
from bench.wire import Meter, free_port
from gridapp.store import vault
from gridapp.store.vault import Store

OPERATIONS = ("push new", "pull new", "push changed", "pull changed")
PIPE, ANKI, POUCH = "straight pipe", "Anki", "PouchDB"
SIZE_BARS = {"push new": "≤ 110 bytes", "push changed": "≤ 40 bytes"}
RIVALS = Path("build/rivals")  # where `make bench` installs Anki
Taken = dict[str, list[float]]  # operation: seconds, server's processor, bytes


def syncing(run: Run) -> Iterator[Line]:
    """Rows a second, bytes and the server's processor a row, for both databases."""
    where = postgres.programs()
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres.cluster(where)) if where else None
        for count in (1000,) if run.quick else (1000, 10_000, 100_000):
            yield from _compared(run, cluster, count)
    for peer, there in ((ANKI, RIVALS / "anki"), (POUCH, pouch.PLACE)):
        if not there.exists():
            yield Line(f"sync: {peer}", None, against="not installed (make bench)")


def _compared(run: Run, cluster: str | None, count: int) -> Iterator[Line]:
    """All of one number of rows, in turns, so that noise falls on all alike."""
    ways: dict[str, Callable[[int], Taken | None]] = {
        "SQLite": lambda turn: _ours(run, count, f"{count}-{turn}", None),
        f"{PIPE} to SQLite": lambda turn: _pipe(run, count, f"{count}-{turn}", None),
        ANKI: lambda _: _anki(count),
        POUCH: lambda _: pouch.measure(count) if count <= 10_000 else None,
    }
    if cluster:
        ways["PostgreSQL"] = lambda turn: _ours(
            run, count, f"{count}-{turn}-pg", postgres.new_database(cluster, _name())
        )
        ways[f"{PIPE} to PostgreSQL"] = lambda turn: _pipe(
            run, count, f"{count}-{turn}-pg", postgres.new_database(cluster, _name())
        )
    turns: dict[str, list[Taken]] = {name: [] for name in ways}
    for turn in range(run.pick(1 if count > 10_000 else 3, 1)):
        for name, way in ways.items():
            taken = way(turn)
            if taken is not None:
                turns[name].append(taken)
    found = {name: _median(many) for name, many in turns.items() if many}
    for kind in ("SQLite", "PostgreSQL"):
        if kind in found:
            yield from _lines(kind, count, found)


def _lines(kind: str, count: int, found: dict[str, Taken]) -> Iterator[Line]:
    ours = found[kind]
    for what in OPERATIONS:
        speed = count / ours[what][0]
        title = f"sync: {what}, {count:,} rows, county on {kind}"
        pipe = found[f"{PIPE} to {kind}"].get(what)
        if pipe:
            ratio = speed / (count / pipe[0])
            yield Line(title, speed, "rows/s", ratio, PIPE, "≥ 0.6×")
        for peer in (ANKI, POUCH):
            if peer in found:
                ratio = speed / (count / found[peer][what][0])
                bar = "> 1×" if peer == ANKI and count == 10_000 else ""
                yield Line(title, speed, "rows/s", ratio, peer, bar)
        yield Line(
            f"{title}: size",
            ours[what][2] / count,
            "bytes/row",
            None,
            "",
            SIZE_BARS.get(what, ""),
        )
        cost = ours[what][1] / count * 1e6
        yield Line(f"{title}: server's processor", cost, "µs/row")
    if "index" in ours:
        cost = ours["index"][0] / count * 1e6
        yield Line(f"sync: search index after pull new, {kind}", cost, "µs/row")
    seconds, _, size = ours["nothing"]
    yield Line(f"sync: nothing changed, {kind}", seconds * 1000, "ms")
    yield Line(f"sync: nothing changed, {kind}: size", size, "bytes", None, "", "< 300")


def _median(many: list[Taken]) -> Taken:
    return {
        what: [statistics.median(one[what][at] for one in many) for at in range(3)]
        for what in many[0]
    }


@cache
def _filled(folder: Path, count: int) -> tuple[Path, tuple[UUID, ...]]:
    """A vault with so many residents, to copy; their ids."""
    store = vaults.new(folder / f"residents-{count}")
    ids = payload.fill(store, count)
    store.close()
    return store.folder, tuple(ids)


def _name() -> str:
    return f"bench_{time.monotonic_ns()}"


def _ours(run: Run, count: int, name: str, database: str | None) -> Taken:
    """One laptop sends its residents, another receives them; then a field of each."""
    from gridapp.county import access, upkeep
    from gridapp.sync.client import HttpTransport, SyncClient

    folder = run.folder / f"sync-{name}"
    upkeep.init(folder / "county", database)
    with upkeep.opened(folder / "county") as county:
        codes = [
            access.create_enrolment(county, [vaults.GRID], who)
            for who in ("王秀兰", "李主任")
        ]
    source, ids = _filled(run.folder, count)
    shutil.copytree(source, folder / "one")
    found: Taken = {}
    with ExitStack() as stack:
        url, pid = stack.enter_context(served(folder / "county"))
        meter = Meter(pid, int(url.rsplit(":", 1)[1]))
        laptops: list[SyncClient] = []
        stores: list[Store] = []
        for code, store in zip(
            codes,
            (
                vault.open_store(folder / "one", vaults.PASSWORD),
                vault.create(folder / "two", vaults.PASSWORD),
            ),
            strict=True,
        ):
            stack.callback(store.close)
            client = SyncClient(store, HttpTransport(meter.url))
            client.enrol(code)
            laptops.append(client)
            stores.append(store)

        def sync(what: str, client: SyncClient) -> None:
            taken = meter.take(client.sync)
            found.setdefault("index", [taken[0] - client.report.seconds, 0, 0])
            found[what] = [client.report.seconds, *taken[1:]]

        sync("push new", laptops[0])
        found.pop("index")
        sync("pull new", laptops[1])
        laptops[0].sync()
        payload.touch(stores[0], list(ids))
        sync("push changed", laptops[0])
        sync("pull changed", laptops[1])
        laptops[0].sync()
        sync("nothing", laptops[0])
    shutil.rmtree(folder)
    return found


@contextmanager
def served(folder: Path, *options: str) -> Generator[tuple[str, int]]:
    """A county server in a process of its own; its address and its process."""
    command = [sys.executable, "-m", "gridapp", "county", "serve", "--port", "0"]
    server = subprocess.Popen(
        [*command, "--data", str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        if server.stdout is None:
            raise RuntimeError("the server has no output")
        yield server.stdout.readline().strip(), server.pid
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _pipe(run: Run, count: int, name: str, database: str | None) -> Taken:
    """The same rows, packed, sent and written, with nothing looked at."""
    folder = run.folder / f"pipe-{name}"
    folder.mkdir()
    source, _ = _filled(run.folder, count)
    shutil.copytree(source, folder / "one")
    store = vault.open_store(folder / "one", vaults.PASSWORD)
    port = free_port()
    where = database or str(folder / "straight.db")
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.straight", str(port), where],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _await(port)
    target = vaults.bare(folder / "two.db", vaults.key_of(store.folder))
    target.execute(_bare_table())
    marks = ", ".join("?" * straight.COLUMNS)

    def keep(rows: list[list[object]]) -> None:
        target.execute("BEGIN")
        target.executemany(f"INSERT INTO straight VALUES ({marks})", rows)
        target.execute("COMMIT")

    def batches() -> Iterator[list[tuple[object, ...]]]:
        names = ", ".join(_PIPED)
        after = ""
        while True:
            with store.reading() as db:
                query = f"SELECT {names} FROM resident WHERE id > ? ORDER BY id LIMIT ?"
                found = db.exec_driver_sql(query, (after, straight.BATCH)).all()
            if not found:
                return
            yield [tuple(row) for row in found]
            after = found[-1][0]

    meter = Meter(server.pid, port)
    try:
        return {
            "push new": meter.take(straight.up, meter.url, batches()),
            "pull new": meter.take(straight.down, meter.url, keep),
        }
    finally:
        server.terminate()
        server.communicate(timeout=30)
        target.close()
        store.close()
        shutil.rmtree(folder)


_PIPED = (
    "id",
    "household_id",
    "grid_id",
    "name",
    "sex",
    "born_on",
    "id_number",
    "phones",
    "presence",
    "life_state",
    "ethnicity",
    "education",
    "occupation",
    "note",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
    "workplace",
)


def _bare_table() -> str:
    names = ", ".join(f"c{one}" for one in range(1, straight.COLUMNS))
    return f"CREATE TABLE straight (id TEXT PRIMARY KEY, {names})"


def _await(port: int) -> None:
    import socket

    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _anki(count: int) -> Taken | None:
    if not (RIVALS / "anki").exists():
        return None
    found = subprocess.run(
        [sys.executable, "-m", "bench.peers.anki", str(count)],
        env=os.environ | {"PYTHONPATH": str(RIVALS)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(found.stdout)
