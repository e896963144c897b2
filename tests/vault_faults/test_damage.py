"""A bit flips, a file is cut short: it works with all that was saved, or says so.

Never a crash, never a hang, never less data without a word. Each damage is looked at
in a process of its own, so that even a crash inside SQLCipher would be told.
"""

import hashlib
import json
import os
import random
import shutil
from dataclasses import replace

import pytest

from gridapp import settings
from gridapp.errors import UserError
from gridapp.models import RECORDS, Resident
from gridapp.store import backup, backup_places, doctor, records, search
from gridapp.store import vault as vaults
from gridapp.store.keyholders import SLOT_FILE
from gridapp.store.slot_file import copy_of
from gridapp.store.vault import DATABASE_FILE
from tests.vault_faults.deeds import Deed, Found, Room
from tests.vault_faults.deeds_files import PASSWORD
from tests.vault_faults.table import SEED
from tests.vault_faults.watched import Ended, Rule, watched

WAL = f"{DATABASE_FILE}-wal"


class Nothing(Deed):
    """A room with a backup, and a vault whose process died with much in its WAL."""

    def prepare(self, room):
        store = room.opened()
        self.backup = backup.make(store).file.relative_to(room.root)
        for number in range(12):
            with store.writing() as tx:
                records.save(tx, Resident, {"name": "李桂英", "note": str(number)})
        alive = room.root / "alive"
        shutil.copytree(room.vault, alive)
        self.whole = content(store)
        store.close()
        shutil.rmtree(room.vault)
        alive.rename(room.vault)


def content(store):
    """A sum over every record; what the search finds must be among it."""
    total = hashlib.sha256()
    with store.reading() as db:
        for model in RECORDS:
            rows = records.find(db, model, deleted=True)
            for row in sorted(rows, key=lambda one: one["id"]):
                total.update(repr(row).encode())
        for hit in search.search(db, "lgy", limit=1000):
            total.update(hit.id.bytes)
    return total.hexdigest()


def used(say, room, deed):
    """Opens with the password, reads all and saves; says what came of it.

    The doctor is asked where something is not as it was.
    """
    words, photos = "", ""
    try:
        store = vaults.open_store(room.vault, PASSWORD)
    except UserError as error:
        say(json.dumps(["words", str(error)], ensure_ascii=False))
        return
    try:
        same = content(store) == deed.whole
        doubts = [store.missing.words] if store.missing else []
        if not same and not doubts:
            doubts = [one.name for one in doctor.examined(store) if one.faults]
        photos = " ".join(store.photos.verify())
        for name in store.photos.names():
            try:
                store.photos.read(name)
            except UserError as error:
                words = str(error)
        with store.writing() as tx:
            records.save(tx, Resident, {"name": "王五"})
        say(json.dumps(["works", same, doubts, photos, words], ensure_ascii=False))
    except UserError as error:
        say(json.dumps(["words", str(error)], ensure_ascii=False))
    finally:
        store.close()


def look(say, room, deed):
    """Reads a backup; says what it says."""
    try:
        backup.verified(room.root / deed.backup, room.key)
        listed = backup_places.read(backup_places.local(room.vault))
        say(json.dumps(["works", not listed.broken, [], "", ""], ensure_ascii=False))
    except UserError as error:
        say(json.dumps(["words", str(error)], ensure_ascii=False))


def flip(path, rng):
    raw = bytearray(path.read_bytes())
    place = rng.randrange(len(raw))
    raw[place] ^= 1 << rng.randrange(8)
    path.write_bytes(raw)
    return f"bit of byte {place} of {path.name}"


def cut(path, rng):
    size = rng.choice((0, 1, rng.randrange(path.stat().st_size)))
    os.truncate(path, size)
    return f"{path.name} cut to {size}"


def photo(room):
    return next((room.vault / "photos").glob("??/*"))


DAMAGED = [
    ("database", used, lambda room, deed: [room.vault / DATABASE_FILE], 50, 12),
    ("WAL", used, lambda room, deed: [room.vault / WAL], 40, 10),
    ("key slots", used, lambda room, deed: [room.vault / SLOT_FILE], 16, 4),
    (
        "key slots and their copy",
        used,
        lambda room, deed: [room.vault / SLOT_FILE, copy_of(room.vault / SLOT_FILE)],
        8,
        4,
    ),
    ("photo", used, lambda room, deed: [photo(room)], 10, 6),
    ("settings", used, lambda room, deed: [room.vault / settings.FILE], 8, 4),
    ("backup", look, lambda room, deed: [room.root / deed.backup], 24, 10),
]


@pytest.mark.parametrize("case", DAMAGED, ids=lambda case: case[0])
def test_damage_is_told_or_changes_nothing(bench, tried, case):
    name, work, paths, flips, cuts = case
    on = bench(Nothing())
    rng = random.Random(f"{name} {SEED}")
    told = 0
    for number in range(flips + cuts):
        room = on.room()
        damage = flip if number < flips else cut
        where = ", ".join(damage(path, rng) for path in paths(room, on.deed))
        found = verdict(room, watched(work, Rule(), room.root, room, on.deed))
        sort = "flipped" if damage is flip else "cut short"
        tried(f"{sort}: {name}", found, where)
        told += any(word in str(found.said) for word in ("words", "损坏"))
    assert told or name in ("key slots", "settings")


def verdict(room: Room, outcome) -> Found:
    """What is lost without a word, or crashed, or hung."""
    found = Found(room, outcome.said)
    if outcome.ended is not Ended.DONE or not outcome.said:
        found.unopened.append(f"{outcome.ended}: {outcome.fault[-1500:]}")
        return found
    what, *rest = json.loads(outcome.said[-1])
    if what == "words":
        if "损坏" not in rest[0] and "备份" not in rest[0]:
            found.unopened.append(f"not said: {rest[0]}")
        return found
    same, doubts, photos, words = rest
    if not same and not doubts:
        found.lost.append("data without a word")
    if bool(photos) != bool(words):
        found.lost.append("a photo without a word")
    return found


def test_a_damage_that_nobody_tells_is_found_out(bench):
    """The suite can fail: a vault with one person less is no whole one."""
    on = bench(Nothing())
    room = on.room()
    store = room.opened()
    with store.writing() as tx:
        last = records.find(tx.db, Resident)[-1]
        tx.db.exec_driver_sql("DELETE FROM journal WHERE seq < 0")
        records.save(tx, Resident, {"note": "other"}, last["id"])
    store.close()
    found = verdict(room, watched(used, Rule(), room.root, room, on.deed))
    assert found.lost
    assert replace(found, lost=[]).good
