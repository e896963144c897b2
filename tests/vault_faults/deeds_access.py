"""Deeds on who may open a vault, and on mending it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from gridapp.models import Resident
from gridapp.models.permissions import WORKER
from gridapp.store import (
    backup,
    backup_places,
    doctor,
    doctor_repair,
    door,
    members,
    rekeying,
    slots,
)
from gridapp.store import vault as vaults
from gridapp.store.keyholders import SLOT_FILE
from gridapp.store.vault import Store
from tests.vault_faults.deeds import Act, Deed, Facts, Found, Room
from tests.vault_faults.deeds_files import PASSWORD
from tests.vault_faults.deeds_records import ids_of

THEIRS, NEW = "同事自己的密码 5", "同事换过的密码 6"
NAME = "孙丽"


class Members(Deed):
    """Somebody is added, given another password, and taken away again."""

    name = "workers added, changed and removed"

    def acts(self, room: Room, subject: Store, rng: random.Random) -> Iterator[Act]:
        def add() -> Facts:
            members.add(subject, NAME, WORKER, THEIRS)
            return ("member 1",)

        def change() -> Facts:
            members.set_password(subject, NAME, NEW)
            return ("member 2",)

        def remove() -> Facts:
            members.remove(subject, NAME)
            return ("member 3",)

        yield add
        yield change
        yield remove

    def reopened(self, found: Found) -> Store:
        """Theirs opens as far as it was confirmed, or one act further; ours always."""
        path = found.room.vault / SLOT_FILE
        kept = slots.read(path).slots
        opens = [
            any(slots.opened(one, password) for one in kept)
            for password in (THEIRS, NEW)
        ]
        states = [[False, False], [True, False], [False, True], [False, False]]
        done = len(found.facts("member"))
        found.expect(f"member {done}: {opens}", there=opens in states[done : done + 2])
        return vaults.open_store(found.room.vault, PASSWORD)

    def check(self, found: Found, store: Store) -> None:
        found.whole("accounts", holds=len(door.accounts(store.folder)) in (1, 2))


class Rekeys(Deed):
    """The data key is changed at the next opening; then the photos follow."""

    name = "change of the data key"

    def prepare(self, room: Room) -> None:
        store = room.opened()
        members.add(store, NAME, WORKER, THEIRS)
        self.backup = backup.make(store).file.relative_to(room.root)
        members.remove(store, NAME)
        self.people = ids_of(store, Resident)
        self.photos = set(store.photos.names())
        store.close()

    def begin(self, room: Room) -> None:
        return None

    def acts(self, room: Room, subject: Any, rng: random.Random) -> Iterator[Act]:
        def change() -> Facts:
            store = vaults.open_store(room.vault, PASSWORD)
            assert store.key != room.key
            rekeying.renew_photos(store)
            store.close()
            return ("changed",)

        yield change

    def reopened(self, found: Found) -> Store:
        return vaults.open_store(found.room.vault, PASSWORD)

    def check(self, found: Found, store: Store) -> None:
        found.expect("people", there=ids_of(store, Resident) == self.people)
        readable = {name for name in store.photos.names() if store.photos.read(name)}
        found.expect("photos", there=readable == self.photos)
        found.expect("the new key", there=store.key != found.room.key)
        file = found.room.root / self.backup
        found.expect("the backup", there=bool(backup.verified(file, found.room.key)))


class Repairs(Deed):
    """The doctor mends an index, triggers, drafts and what a killed process left."""

    name = "doctor --repair"

    def prepare(self, room: Room) -> None:
        store = room.opened()
        with store.writing() as tx:
            for harm in (
                "UPDATE search_item SET title = '别人' WHERE type = 'resident'",
                "INSERT INTO draft VALUES ('visit', '', '{')",
                "DROP TRIGGER journal_resident_update",
            ):
                tx.db.exec_driver_sql(harm)
        self.people = ids_of(store, Resident)
        store.close()

    def begin(self, room: Room) -> Store:
        store = room.opened()
        with store.writing() as tx:
            tx.db.exec_driver_sql("DROP TRIGGER journal_resident_update")
        return store

    def acts(self, room: Room, subject: Store, rng: random.Random) -> Iterator[Act]:
        def mend() -> Facts:
            done = [one.name for one in doctor_repair.repair(subject) if one.done]
            return (f"mended {' '.join(sorted(done))}",)

        yield mend

    def check(self, found: Found, store: Store) -> None:
        if found.facts("mended"):
            wrong = [one.name for one in doctor.examined(store) if one.faults]
            found.expect(f"repair of {wrong}", there=not wrong)
        list(doctor_repair.repair(store))
        found.expect("people", there=ids_of(store, Resident) == self.people)
        found.whole("backups", holds=not backup_places.read(store.folder).broken)
