"""A county with three laptops, what people enter there, and the oracle that compares.

The laptops are real vaults, the county is a real server on one of both databases, and
between them stands the proxy. People enter words that occur once, so that each can be
found again wherever it went.
"""

from __future__ import annotations

import itertools
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import msgspec
from sqlalchemy import select

from gridapp.county import access, upkeep
from gridapp.county import doctor as county_doctor
from gridapp.county.tables import change as change_log
from gridapp.county.tables import held
from gridapp.errors import UserError
from gridapp.models import RECORDS, Resident, ResidentTag, Visit
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.store import doctor, records
from gridapp.store import vault as vaults
from gridapp.sync.client import HttpTransport, SyncClient
from gridapp.sync.protocol import Change
from tests.county.conftest import GRID, OTHER
from tests.faults.processes import Server
from tests.faults.proxy import Proxy

SCOPES = ((GRID, OTHER), (GRID, OTHER), (GRID,))  # of each laptop
FIELDS = ("note", "mobility", "illness")
_QUIET_WITHIN = 8  # rounds in which everybody syncs


@dataclass
class Laptop:
    """A vault and who works with it."""

    folder: Path
    key: bytes
    store: vaults.Store
    grids: tuple[UUID, ...]

    def sync(self):
        """Sync; UserError when that fails."""
        return SyncClient.of(self.store).sync()

    def try_to_sync(self, patience: float = 1.0) -> str | None:
        """Sync, but wait no longer than that (seconds) for a server that asks for it;
        what was said, None when it went well."""
        client = SyncClient.of(self.store)
        stopper = threading.Timer(patience, client.stop)
        stopper.start()
        try:
            client.sync()
        except UserError as error:
            return str(error)
        finally:
            stopper.cancel()
            stopper.join()
        return None


@dataclass(frozen=True)
class Verdict:
    """What the oracle found; all empty when nothing is lost and nothing doubled.

    A word counts as kept when the county has it, in its log or among what it held: in
    a laptop's journal alone it would be lost with the laptop.
    """

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    unequal: tuple[str, ...]
    unsound: tuple[str, ...]  # what the doctors say

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.unequal or self.unsound)


@dataclass
class World:
    """Everything of one county."""

    folder: Path
    server: Server
    proxy: Proxy
    laptops: list[Laptop]
    template: tuple[Path, bytes]
    entered: set[tuple[UUID, str]] = field(default_factory=set)
    made: set[UUID] = field(default_factory=set)
    people: list[UUID] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    restart_database: Callable[[], None] | None = None  # where it is another process

    def work(self, rng: random.Random, many: int = 4) -> None:
        """Everybody does a few things, also to the same people."""
        for laptop in self.laptops:
            for _ in range(rng.randint(1, many)):
                self.act(rng, laptop)

    def word(self) -> str:
        """A word that occurs once."""
        return f"词{next(self.numbers)}"

    def act(self, rng: random.Random, laptop: Laptop) -> None:
        """One person does one thing."""
        what = rng.choice(["new", "edit", "edit", "edit", "visit", "bin", "move"])
        who = rng.choice(self.people[-8:]) if self.people else None
        word = self.word()
        if who is None or what == "new":
            self.meet(laptop, word)
            return
        values = {rng.choice(FIELDS): word}
        try:
            with laptop.store.writing() as tx:
                here = records.get(tx.db, Resident, who, deleted=True)
                if here is None:
                    return
                if what == "edit":
                    records.save(tx, Resident, values, who)
                elif what == "visit":
                    visit = {"resident_id": who, "mode": "home", "met_whom": "self"}
                    key = records.save(
                        tx, Visit, visit | {"started_at": tx.at, "note": word}
                    )
                elif what == "bin":
                    back = here["deleted_at"] is not None
                    (records.undelete if back else records.delete)(tx, Resident, who)
                elif len(laptop.grids) > 1:
                    target = next(g for g in laptop.grids if g != here["grid_id"])
                    records.move(tx, Resident, who, target)
        except UserError:  # it lies in this laptop's recycle bin
            return
        if what == "edit":
            self.entered.add((who, word))
        elif what == "visit":
            self.entered.add((key, word))
            self.made.add(key)

    def meet(self, laptop: Laptop, word: str) -> None:
        """Somebody new, with a tag."""
        with laptop.store.writing() as tx:
            made = {"name": "张德福", "note": word, "grid_id": grid_id(GRID)}
            who = records.save(tx, Resident, made)
            tag = {"resident_id": who, "tag": "alone", "since": tx.at.date()}
            tagged = records.save(tx, ResidentTag, tag)
        self.entered.add((who, word))
        self.made |= {who, tagged}
        self.people.append(who)

    def mend(self) -> None:
        """The line is whole again and the server runs."""
        self.proxy.arm(None)
        if not self.server.alive:
            self.server.start()

    def heal(self) -> None:
        """The line is whole again and the server runs; all sync until quiet."""
        self.mend()
        for _ in range(_QUIET_WITHIN):
            reports = [one.sync() for one in self.laptops]
            if not any(one.pushed or one.pulled for one in reports):
                return
        raise AssertionError("the laptops do not come to rest")

    def judge(self) -> Verdict:
        """Compare everybody with the county, and ask the doctors."""
        with upkeep.opened(self.folder) as county:
            unsound = [
                f"county: {one.told}"
                for one in county_doctor.examined(county)
                if one.faults
            ]
            with county.reading() as db:
                kept = _words(db)
                there = _rows(db)
        unequal: list[str] = []
        for number, laptop in enumerate(self.laptops):
            with laptop.store.reading() as db:
                here = _rows(db)
            wanted = {
                key: row for key, row in there.items() if row["grid_id"] in laptop.grids
            }
            unequal += [
                f"laptop {number}: {key} {_difference(here.get(key), wanted.get(key))}"
                for key in here.keys() | wanted.keys()
                if here.get(key) != wanted.get(key)
            ]
            unsound += [
                f"laptop {number}: {one.told}"
                for one in doctor.examined(laptop.store)
                if one.faults
            ]
        lost = [f"{key} {word}" for key, word in sorted(self.entered - kept)]
        lost += [str(one) for one in self.made - set(there)]
        strangers = [
            str(key)
            for key, row in there.items()
            if key not in self.made and row["_type"] not in ("grid", "worker")
        ]
        return Verdict(tuple(lost), tuple(strangers), tuple(unequal), tuple(unsound))


def _rows(db) -> dict[UUID, dict]:
    """Every record by id, as it is."""
    found = {}
    for model in RECORDS:
        if model.__tablename__ in ("worker",):
            continue
        for row in db.execute(select(table_of(model))).mappings():
            found[row["id"]] = dict(row) | {"_type": model.__tablename__}
    return found


def _difference(one, other) -> str:
    if one is None or other is None:
        return "is missing here" if one is None else "is not at the county"
    return str({n: (one[n], other[n]) for n in one if one[n] != other[n]})


def _words(db) -> set[tuple[UUID, str]]:
    """Every word that the county has, in its log or among what it held."""
    found: set[tuple[UUID, str]] = set()
    for column in (change_log.c.body, held.c.mine):
        for body in db.scalars(select(column)):
            line = msgspec.msgpack.decode(body, type=Change)
            for value in line.values:
                for word in value if isinstance(value, list) else [value]:
                    if isinstance(word, str) and word.startswith("词"):
                        found.add((UUID(bytes=line.id), word))
    return found


def make_world(root: Path, template: tuple[Path, bytes], database: str | None) -> World:
    """A county with its server, its proxy and three laptops that are let in."""
    folder = root / "county"
    upkeep.init(folder, database)
    server = Server(folder)
    server.start()
    proxy = Proxy(server.url)
    laptops: list[Laptop] = []
    source, key = template
    for number, scope in enumerate(SCOPES):
        with upkeep.opened(folder) as county:
            code = access.create_enrolment(county, list(scope), f"网格员{number}")
        store = copied(source, root / "laptops" / str(number), key)
        SyncClient(store, HttpTransport(proxy.url)).enrol(code)
        grids = tuple(grid_id(one) for one in scope)
        laptops.append(Laptop(store.folder, key, store, grids))
    world = World(folder, server, proxy, laptops, template)
    world.heal()
    rng = random.Random(20261122)
    for laptop in laptops:
        world.meet(laptop, world.word())
        world.act(rng, laptop)
    world.heal()
    return world


def copied(source: Path, folder: Path, key: bytes) -> vaults.Store:
    """A vault of its own, made by copying an empty one."""
    shutil.copytree(source, folder)
    store = vaults.open_with_key(folder, key)
    store.device_id = vaults.uuid7()
    with store.writing(remote=True) as tx:
        statement = "UPDATE actor SET device = ?"
        tx.db.exec_driver_sql(statement, (store.device_id.hex,))
    return store
