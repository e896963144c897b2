"""Deeds of upkeep: passwords, backups, restores."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from gridapp.models import Resident
from gridapp.store import backup, backup_places, keyholders, records, restore, slots
from gridapp.store import vault as vaults
from gridapp.store.keyholders import SLOT_FILE
from gridapp.store.vault import Store
from tests.vault_faults.deeds import Act, Deed, Facts, Found, Room
from tests.vault_faults.deeds_files import PASSWORD

PASSWORDS = (PASSWORD, "换过一次的密码 2", "又换一次的密码 3", "最后一次的密码 4")


class Passwords(Deed):
    """A password is changed, again and again."""

    name = "change of a password"

    def begin(self, room: Room) -> None:
        return None

    def acts(self, room: Room, subject: Any, rng: random.Random) -> Iterator[Act]:
        def change(number: int) -> Facts:
            old, new = PASSWORDS[number - 1 : number + 1]
            keyholders.change_password(room.vault, old, new)
            return (f"password {number}",)

        for number in range(1, len(PASSWORDS)):
            yield lambda n=number: change(n)

    def reopened(self, found: Found) -> Store:
        """The last confirmed password opens, or the one after it; no other."""
        kept = slots.read(found.room.vault / SLOT_FILE).slots
        opens = [
            number
            for number, password in enumerate(PASSWORDS)
            if any(slots.opened(one, password) for one in kept)
        ]
        last = len(found.facts("password"))
        found.whole(f"passwords {opens} open", holds=len(opens) == 1)
        found.expect(f"password {last}", there=opens in ([last], [last + 1]))
        return vaults.open_store(found.room.vault, PASSWORDS[opens[0]])

    def check(self, found: Found, store: Store) -> None:
        """All that matters was seen when it was opened."""


class Backups(Deed):
    """Somebody is saved and a backup is made, again and again."""

    name = "backup beside the data and in a second place"

    def acts(self, room: Room, subject: Store, rng: random.Random) -> Iterator[Act]:
        def save(name: str) -> Facts:
            with subject.writing() as tx:
                who = records.save(tx, Resident, {"name": name})
            return (f"person {who.hex}",)

        def keep() -> Facts:
            return (f"backup {backup.make(subject).file.name}",)

        for name in ("赵一", "钱二"):
            yield lambda n=name: save(n)
            yield keep

    def check(self, found: Found, store: Store) -> None:
        place = backup_places.local(store.folder)
        for (name,) in found.facts("backup"):
            manifest = backup.verified(place / name, store.key)
            found.expect(name, there=bool(manifest.moment))
        listed = backup_places.read(place)
        found.whole(f"backups {listed.broken}", holds=not listed.broken)
        for one in listed.kept:
            backup.verified(one.file, store.key)
        with store.reading() as db:
            here = {one.hex for one in records.ids(db, Resident)}
        for (who,) in found.facts("person"):
            found.expect(f"person {who}", there=who in here)


class Restores(Deed):
    """A backup is restored after more was saved; the photos come with it."""

    name = "restore of a backup"
    LATER = "周晓梅"

    def prepare(self, room: Room) -> None:
        store = room.opened()
        self.file = backup.make(store).file.relative_to(room.root)
        self.photos = list(store.photos.names())
        with store.writing() as tx:
            made = [{"name": self.LATER} for _ in range(5)]
            records.insert_many(tx, Resident, made)
        store.photos.drop(self.photos[0])
        store.close()

    def acts(self, room: Room, subject: Store, rng: random.Random) -> Iterator[Act]:
        unpacked: list[restore.Unpacked] = []

        def look() -> Facts:
            file = room.root / self.file
            unpacked[:] = [restore.unpack(room.vault, file, subject)]
            return ("looked",)

        def prepare() -> Facts:
            restore.prepare(unpacked[0], subject, "昨天删错了一批人")
            return ("prepared",)

        def put() -> Facts:
            subject.close()
            room.opened().close()
            return ("restored",)

        yield look
        yield prepare
        yield put

    def check(self, found: Found, store: Store) -> None:
        with store.reading() as db:
            later = [one for one in records.find(db, Resident) if self.is_later(one)]
        found.whole(f"{len(later)} of 5", holds=len(later) in (0, 5))
        if found.facts("prepared"):
            found.expect("the restore", there=not later)
        here = set(store.photos.names())
        wanted = set(self.photos[1:] if later else self.photos)
        found.whole("photos of the backup", holds=wanted <= here)
        place = backup_places.local(store.folder)
        good = [backup.verified(one.file, store.key) for one in self.kept(place)]
        found.expect("a good backup", there=len(good) >= (1 if later else 2))

    def is_later(self, row: Any) -> bool:
        """Whether somebody was saved after the backup."""
        return row["name"] == self.LATER

    @staticmethod
    def kept(place: Any) -> tuple[backup_places.Kept, ...]:
        """The backups of a place."""
        return backup_places.read(place).kept
