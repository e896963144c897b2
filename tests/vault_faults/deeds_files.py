"""Deeds on files beside the database: photos, settings, exports, a new vault."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from functools import partial
from typing import Any

from openpyxl import load_workbook

from gridapp import settings
from gridapp.models import Resident, Worker
from gridapp.office.exporting.export import export
from gridapp.store import records
from gridapp.store import vault as vaults
from gridapp.store.vault import Store
from gridapp.ui.preferences import Preferences
from gridapp.work import founding
from gridapp.work.listing import of_records
from gridapp.work.purpose import signed
from tests.vault_faults.deeds import Act, Deed, Facts, Found, Room
from tests.vault_faults.deeds_records import ids_of, picture

PASSWORD = "测试用的密码 1"
CHOSEN = range(11, 17)  # minutes until the window locks


class Photos(Deed):
    """Photos are taken in; the same one may come again."""

    name = "photo intake"

    def acts(self, room: Room, subject: Store, rng: random.Random) -> Iterator[Act]:
        for _ in range(6):
            number = rng.randrange(400)
            yield lambda n=number: (f"photo {subject.photos.take(picture(n)).hash}",)

    def check(self, found: Found, store: Store) -> None:
        damaged = store.photos.verify()
        for (name,) in found.facts("photo"):
            there = store.photos.has(name) and name not in damaged
            found.expect(f"photo {name}", there=there)
        found.whole("damaged photos", holds=damaged == [])


class Choices(Deed):
    """Somebody chooses in the settings, one thing after another."""

    name = "settings"

    def begin(self, room: Room) -> Preferences:
        return Preferences(room.vault)

    def acts(
        self, room: Room, subject: Preferences, rng: random.Random
    ) -> Iterator[Act]:
        def keep(number: int) -> Facts:
            subject.keep(lock_after=float(number))
            return (f"setting {number}",)

        for number in CHOSEN:
            yield lambda n=number: keep(n)

    def check(self, found: Found, store: Store) -> None:
        kept = settings.load(found.room.vault).lock_after
        whole = kept in (settings.Settings().lock_after, *CHOSEN)
        found.whole(f"setting {kept}", holds=whole)
        for (number,) in found.facts("setting"):
            found.expect(f"setting {number}, not {kept}", there=kept >= int(number))


class Exports(Deed):
    """A list goes into a workbook and a table, over those of the week before."""

    name = "export over an older file"
    OLD = b"of last week"

    def prepare(self, room: Room) -> None:
        for ending in ("xlsx", "csv"):
            (room.root / f"out.{ending}").write_bytes(self.OLD)

    def acts(self, room: Room, subject: Store, rng: random.Random) -> Iterator[Act]:
        def write(ending: str) -> Facts:
            with subject.reading() as db:
                ids = records.ids(db, Resident)
                listing = of_records(Resident, ids)
                out = room.root / f"out.{ending}"
                count = export(db, listing, listing.columns, out, signed(db))
            return (f"{ending} {count}",)

        yield lambda: write("xlsx")
        yield lambda: write("csv")

    def check(self, found: Found, store: Store) -> None:
        with store.reading() as db:
            people = len(records.ids(db, Resident))
        for ending in ("xlsx", "csv"):
            path = found.room.root / f"out.{ending}"
            whole = path.read_bytes() == self.OLD
            if not whole and ending == "xlsx":
                whole = load_workbook(path).active.max_row > people
            elif not whole:
                whole = len(path.read_text("utf-8-sig").splitlines()) > people
            found.whole(f"the file {path.name}", holds=whole)
            done = path.read_bytes() != self.OLD
            found.expect(path.name, there=done or not found.facts(ending))


class Begins(Deed):
    """A new vault is made, with its grid and its worker."""

    name = "a new vault"

    def prepare(self, room: Room) -> None:
        shutil.rmtree(room.vault)

    def begin(self, room: Room) -> None:
        return None

    def acts(self, room: Room, subject: Any, rng: random.Random) -> Iterator[Act]:
        def make() -> Facts:
            self._make(room).close()
            return ("made",)

        yield make

    def _make(self, room: Room) -> Store:
        first = partial(
            founding.found, code="990101001001", name="和顺里第一网格", worker="周敏"
        )
        return vaults.create(room.vault, PASSWORD, first=first)

    def reopened(self, found: Found) -> Store:
        vault = found.room.vault
        if vaults.exists(vault):
            return vaults.open_store(vault, PASSWORD)
        found.expect("the vault", there=not found.facts("made"))
        return self._make(found.room)

    def check(self, found: Found, store: Store) -> None:
        both = bool(store.grids()) and bool(ids_of(store, Worker))
        found.whole("a vault without its grid and its worker", holds=both)
