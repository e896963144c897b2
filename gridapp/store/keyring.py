"""This laptop's keys for packages, and those of its county.

The private keys lie in the encrypted vault and nowhere else. They belong to one device
id: a copy of the vault that is let in as a device of its own makes keys of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from gridapp.store import state
from gridapp.sync.keys import PrivateKeys, are_public, id_of_keys

if TYPE_CHECKING:
    from gridapp.store.vault import Store

_COUNTY = "county_keys"  # JSON: hex of public keys, the newest first
_TOLD = "keys_told"  # the device whose keys the county has
_KEPT = 4  # pairs of the county: answers signed with an older one may be on their way


def _own(db: Connection) -> str:
    return f"keys:{state.device(db).hex}"


def own(store: Store) -> PrivateKeys:
    """The private keys of this device, made now when it has none."""
    with store.reading() as db:
        raw = state.value(db, _own(db))
    if raw is None:
        with store.writing() as tx:
            raw = state.value(tx.db, _own(tx.db)) or PrivateKeys.new().raw.hex()
            state.keep(tx.db, _own(tx.db), raw)
    return PrivateKeys(bytes.fromhex(raw))


def to_say(db: Connection, keys: PrivateKeys) -> tuple[bytes, bytes]:
    """What a request says: this laptop's public keys while the county may lack them,
    and the id of the county's keys that are here."""
    here = county(db)
    told = state.value(db, _TOLD) == state.device(db).hex
    return (
        b"" if told and here else keys.public,
        id_of_keys(here[0]) if here else b"",
    )


def county(db: Connection) -> list[bytes]:
    """The county's public keys, the newest first; empty before the first exchange."""
    return [bytes.fromhex(one) for one in json.loads(state.value(db, _COUNTY) or "[]")]


def heard(db: Connection, keys: bytes, *, told: bool) -> None:
    """Keep the county's public keys as the newest.

    told: the request brought this laptop's own, so the county has them now.
    """
    if not are_public(keys):
        return
    known = [keys, *(one for one in county(db) if one != keys)][:_KEPT]
    state.keep(db, _COUNTY, json.dumps([one.hex() for one in known]))
    state.keep(db, _TOLD, state.device(db).hex if told else None)
