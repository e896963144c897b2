"""The county that has invited this laptop and not let it in yet.

Kept in the vault from the moment the county's file was taken in until the county has
let the laptop in, over a connection or by a stick, whichever comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gridapp.store import state

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEY = "invited"


class Invited(msgspec.Struct, frozen=True):
    """A county that has invited this laptop; bytes in hex. `package` is the last
    request that was exported. `file` is the id of an enrolment file, whose `part` of
    the code goes before the number that was told. `refused`: the county did not take
    the code, or some of it is not known yet: a person has to do something first."""

    code: str
    server: str
    epoch: str
    keys: str
    url: str
    package: str = ""
    file: str = ""
    part: str = ""
    refused: bool = False

    @property
    def county(self) -> bytes:
        """The county's public keys."""
        return bytes.fromhex(self.keys)


def read(db: Connection) -> Invited | None:
    """Who has invited this laptop; None also once it was let in."""
    raw, token = state.value(db, _KEY), state.value(db, state.TOKEN)
    return msgspec.json.decode(raw, type=Invited) if raw and not token else None


def waiting(db: Connection) -> Invited | None:
    """The same, unless the county has refused the code."""
    found = read(db)
    return None if found is None or found.refused else found


def keep(db: Connection, one: Invited | None) -> None:
    """Keep it, or forget it."""
    state.keep(db, _KEY, msgspec.json.encode(one).decode() if one else None)
