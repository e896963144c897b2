"""The data key is changed after somebody was taken off a vault.

Their slot is gone, but an older copy of the slot file, in a backup perhaps, opens with
their password. So the database is encrypted anew with a fresh key at the next opening,
while nobody else has it open:

1. every slot gets a box with the new key beside the old one, seen onto the disk;
2. the database is encrypted anew in one transaction (`database.change_key`);
3. the slots forget the old key.

Whoever is killed in between finds slots with both keys, and one of them opens the file;
`settle` then puts the slots in order. Former keys stay in the encrypted database: the
photos are sealed anew one by one, and older backups can still be read.
"""

from __future__ import annotations

import hmac
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from gridapp.errors import UserError
from gridapp.store import county_slot, slot_file, slots, state
from gridapp.store.database import change_key, make_engine, opens, sqlcipher
from gridapp.store.slots import Kept, Opened

if TYPE_CHECKING:
    from gridapp.store.vault import Store

_WANTED = "change_key"  # what is left to do: "key", then "photos"
_ANOTHER_DAY = (UserError, OSError, DBAPIError, sqlcipher.Error)
_FORMER = "former_keys"  # JSON: hex, the newest last
KEPT = (_WANTED, _FORMER)  # of `sync_state`: a restored backup takes them over


def ask(db: Connection) -> None:
    """Have the data key changed at the next opening; in a write transaction."""
    state.keep(db, _WANTED, "key")


def former(db: Connection) -> list[bytes]:
    """The data keys that this vault had before, the newest last."""
    return [bytes.fromhex(one) for one in json.loads(state.value(db, _FORMER) or "[]")]


def former_of(store: Store) -> list[bytes]:
    """The former data keys of an open vault: they open its older backups."""
    with store.reading() as db:
        return former(db)


def key_of(path: Path, opened: Opened) -> bytes:
    """Which of the keys in a slot opens the database now."""
    following = opened.next_key
    if following is not None and opens(path, following):
        return following
    return opened.key


def carry_out(
    path: Path, database: Path, engine: Engine, key: bytes
) -> tuple[Engine, bytes]:
    """Change the data key of `database`, if it is asked for and nobody else has it
    open; the engine and the key from now on.

    path: of the slot file. What cannot be done now is done at another opening.
    """
    with suppress(*_ANOTHER_DAY):
        settle(path, database, key)
    if not _is(engine, "key"):
        return engine, key
    with suppress(*_ANOTHER_DAY):
        key = _changed(path, database, engine, key)
    engine.dispose()
    engine = make_engine(database, key)
    if _is_former(engine, key):  # nothing came of it
        return engine, key
    with engine.execution_options(gridapp_writes=True).begin() as db:
        state.keep(db, _WANTED, "photos")
    return engine, key


def _changed(path: Path, database: Path, engine: Engine, key: bytes) -> bytes:
    """Change it; the key that opens the database afterwards."""
    with slot_file.changing(path):
        kept = slots.read(path)
        if not slots.is_proved(kept, key) or not all(one.public for one in kept.slots):
            return key  # somebody has changed the file: their keys get nothing
        new = slots.new_key()
        with engine.execution_options(gridapp_writes=True).begin() as db:
            known = [*former(db), key]
            state.keep(db, _FORMER, json.dumps([one.hex() for one in known]))
            county = county_slot.sealed(db, key, new)
        engine.dispose()
        slots.write(path, _with_both(kept, county, key, new))
        with suppress(*_ANOTHER_DAY):
            change_key(database, key, new)
        if opens(database, new):
            key = new
        slots.write(path, _settled(slots.read(path), key))
    return key


def settle(path: Path, database: Path, key: bytes) -> None:
    """Let the slots forget the one of two keys that does not open the database."""
    if not slots.read(path).next_mac:
        return
    with slot_file.changing(path):  # nobody is changing the key
        kept = slots.read(path)
        if kept.next_mac and opens(database, key):
            slots.write(path, _settled(kept, key))


def _with_both(
    kept: Kept, county: slots.CountySlot | None, key: bytes, new: bytes
) -> Kept:
    both = tuple(slots.boxed(one, key, new) for one in kept.slots)
    macs = slots.mac_of(both, key), slots.mac_of(both, new)
    return Kept(both, county, *macs)


def _settled(kept: Kept, key: bytes) -> Kept:
    """The slots with that one of their two keys; as they are when it is neither."""
    county = kept.county
    if hmac.compare_digest(kept.next_mac, slots.mac_of(kept.slots, key)):
        own = [replace(one, box=one.next_box, next_box="") for one in kept.slots]
        county = replace(county, box=county.next_box, next_box="") if county else None
        return Kept(tuple(own), county, kept.next_mac)
    if hmac.compare_digest(kept.mac, slots.mac_of(kept.slots, key)):
        own = [replace(one, next_box="") for one in kept.slots]
        county = replace(county, next_box="") if county else None
        return Kept(tuple(own), county, kept.mac)
    return kept


def _is(engine: Engine, step: str) -> bool:
    """Whether that is what is left to do."""
    with engine.connect() as db:
        found = state.value(db, _WANTED)
        db.rollback()
    return found == step


def _is_former(engine: Engine, key: bytes) -> bool:
    """Whether the key is one that shall be changed: it is listed before it is."""
    with engine.connect() as db:
        found = key in former(db)
        db.rollback()
    return found


def renew_photos(store: Store, most: int = 1_000_000) -> int:
    """Seal anew, under the present key, photos that a former one opens; how many.

    Safe to interrupt: a photo is replaced whole, and the rest waits for another time,
    as do those beyond `most`.
    """
    with store.reading() as db:
        if state.value(db, _WANTED) != "photos":
            return 0
    count = store.photos.renew(most)
    if count == most:
        return count
    with store.writing() as tx:
        state.keep(tx.db, _WANTED, None)
    return count
