"""Saving, opening, searching, the journal's size, the work list.

Two things are measured in turns, in one process, and their medians compared: what else
the machine does falls on both. Searches are measured one by one, each once.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
import statistics
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from bench import people, vaults
from bench.table import Line, Run, medians, seconds
from gridapp.models import Resident, Visit
from gridapp.models.kinds import now
from gridapp.models.record import Values
from gridapp.store import records, search, vault
from gridapp.store.vault import Store

SEARCHED = ((10_000, ""), (100_000, "≤ 10 ms"), (1_000_000, "≤ 50 ms"))


def save(run: Run) -> Iterator[Line]:
    """Save and commit one visit, against the same INSERT without all we add to it."""
    store = vaults.new(run.folder / "save")
    with store.writing() as tx:
        who = records.save(tx, Resident, {"name": "李桂英"})
    visit: Values = {"resident_id": who, "mode": "home", "started_at": now()}
    visit |= {"met_whom": "self", "condition": "good", "note": "身体良好，饮食正常"}

    def ours() -> None:
        with store.writing() as tx:
            records.save(tx, Visit, visit)

    ours()
    with store.reading() as db:
        [row] = db.exec_driver_sql("SELECT * FROM visit").all()
    key = vaults.key_of(store.folder)
    path = run.folder / "save" / "bare.db"
    bare = vaults.bare_copy(store, path, key, "grid", "worker", "resident")
    sql = f"INSERT INTO visit VALUES ({vaults.marks(row)})"

    def theirs() -> None:
        bare.execute("BEGIN IMMEDIATE")
        bare.execute(sql, (uuid4().hex, *row[1:]))
        bare.execute("COMMIT")

    rounds = run.pick(1000, 200)
    medians(20, ours, theirs)
    mine, floor = medians(rounds, ours, theirs)
    yield Line(
        "save one visit",
        mine * 1e3,
        "ms",
        mine / floor,
        "bare SQLCipher INSERT",
        "≤ 2×",
    )
    bare.close()
    store.close()


def opening(run: Run) -> Iterator[Line]:
    """Open a vault, against the key derivation that any opening must do."""
    folder = run.folder / "opening"
    vaults.new(folder).close()

    def ours() -> None:
        vault.open_store(folder, vaults.PASSWORD).close()

    mine, floor = medians(run.pick(9, 3), ours, lambda: vaults.derive(folder))
    name = "open a vault"
    yield Line(name, mine * 1e3, "ms", mine / floor, "Argon2id alone", "≤ 2×")


def journal_size(run: Run) -> Iterator[Line]:
    """The file of 10,000 people with and without the journal, search left out."""
    count = run.pick(10_000, 2_000)
    sizes: list[int] = []
    for kept in (True, False):
        store = vaults.new(run.folder / f"journal-{kept}")
        if not kept:
            _drop_triggers(store)
        people.fill(store, count, searched=False)
        store.close()
        sizes.append((store.folder / vault.DATABASE_FILE).stat().st_size)
    ratio = sizes[0] / sizes[1]
    name = f"database of {count:,} people"
    yield Line(name, sizes[0] / 1e6, "MB", ratio, "without the journal", "≤ 1.4×")


def _drop_triggers(store: Store) -> None:
    with store.writing() as tx:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for name in tx.db.exec_driver_sql(query).scalars().all():
            tx.db.exec_driver_sql(f"DROP TRIGGER {name}")


def searching(run: Run) -> Iterator[Line]:
    """Search as people type, against reading one known record."""
    for count, bar in SEARCHED[: run.pick(3, 1)]:
        store = vaults.new(run.folder / f"search-{count}")
        everybody = people.fill(store, count)
        with store.writing() as tx:
            search.tidy(tx.db)
        asked = _questions(everybody, run.pick(900, 300))
        with store.reading() as db:
            times: list[float] = []
            reads: list[float] = []
            for who, text in asked:
                key = who["id"]
                times.append(seconds(lambda text=text: search.search(db, text, 20)))
                reads.append(seconds(lambda key=key: records.get(db, Resident, key)))
        floor = statistics.median(reads)
        del everybody
        parts = (
            ("p50", _part(times, 50), ""),
            ("p95", _part(times, 95), bar),
            ("slowest", max(times), ""),
        )
        for part, value, most in parts:
            name, against = f"search {count:,} people, {part}", "reading one record"
            yield Line(name, value * 1e3, "ms", value / floor, against, most)
        store.close()
        shutil.rmtree(store.folder)  # a million people take gigabytes


def _questions(everybody: list[Values], count: int) -> list[tuple[Values, str]]:
    """Names, their beginnings, spellings, doors, last digits, and what is typed on
    the way to each: in turns."""
    from gridapp.store import pinyin

    chance = random.Random(count)
    asked: list[tuple[Values, str]] = []
    for number in range(count):
        who: Values = chance.choice(everybody)
        door = f"{chance.randint(1, 50)}-{chance.randint(1, 3)}-{chance.randint(1, 10)}"
        spelled = max(pinyin.spellings(who["name"]).begin, key=len)
        texts = (
            spelled[:1],
            spelled[:2],
            door.rpartition("-")[0],
            who["name"],
            who["name"][0],
            who["name"][1:],
            spelled,
            f"{door}0{chance.randint(1, 2)}",
            who["phones"][0][-4:],
            who["id_number"][-4:],
        )
        asked.append((who, texts[number % len(texts)]))
    return asked


def _part(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def today_list(run: Run) -> Iterator[Line]:
    """The work list of the sample estate, against reading its people once."""
    from gridapp.work import today

    store, day = vaults.estate(run.folder).store, dt.date.today()
    found: list[Any] = []

    def ours() -> None:
        with store.reading() as db:
            found[:] = today.due(db, day)

    def theirs() -> None:
        with store.reading() as db:
            db.exec_driver_sql("SELECT * FROM resident").all()

    mine, floor = medians(run.pick(9, 3), ours, theirs)
    name = f"work list of the sample estate, {len(found):,} due"
    yield Line(name, mine * 1e3, "ms", mine / floor, "SELECT * FROM resident")
