"""The data key, sealed to the county: so that it can let in who forgot the password.

Kept with the key slots, renewed when the vault is opened or closed and the county has
told newer keys, or the laptop is another one to it. The private keys stay at the
county: with the laptop alone nobody opens the box.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.store import keyring, slot_file, slots, state
from gridapp.store.keyholders import SLOT_FILE
from gridapp.store.slots import CountySlot
from gridapp.sync import boxes, recovery
from gridapp.sync.keys import id_of_keys

if TYPE_CHECKING:
    from gridapp.store.vault import Store


def sealed(
    db: Connection, key: bytes, next_key: bytes | None = None
) -> CountySlot | None:
    """A slot for the county of this vault; None when it stands alone."""
    public = keyring.county(db)
    if not public:
        return None
    device = state.device(db)
    purpose = recovery.slot_purpose(device.bytes)
    box, following = (
        base64.b64encode(boxes.seal(public[0], one, purpose)).decode() if one else ""
        for one in (key, next_key)
    )
    return CountySlot(id_of_keys(public[0]).hex(), device.hex, box, following)


def renew(store: Store) -> None:
    """Seal the data key to the county's newest keys, unless it is.

    What cannot be written now is written another day.
    """
    path = store.folder / SLOT_FILE
    with suppress(UserError, OSError), store.reading() as db:
        public, device = keyring.county(db), state.device(db)
        if not public:
            return
        wanted = id_of_keys(public[0]).hex(), device.hex
        if _told(slots.read(path).county) == wanted:
            return
        with slot_file.changing(path):
            kept = slots.read(path)
            if slots.is_proved(kept, store.key):  # nobody has changed the data key
                slots.write(path, replace(kept, county=sealed(db, store.key)))


def _told(kept: CountySlot | None) -> tuple[str, str] | None:
    return (kept.keys, kept.device) if kept else None
