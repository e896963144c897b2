"""What this laptop gave to its county by stick, and what came back."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from gridapp.store import state

_KEY = "exchange"
KEPT = 60  # packages whose answers are still known


class Exported(msgspec.Struct, frozen=True):
    """A package that was made here; ids in hex, `made_at` UTC, ISO.

    `last` is the journal number it ends with: an answer to it speaks of nothing beyond.
    """

    id: str
    number: int
    made_at: str
    last: int
    file: str
    answered: bool = False


class Exchange(msgspec.Struct, frozen=True):
    """The packages of this laptop, newest first; `number` of the newest ever made, and
    of the newest whose answer was taken in whole."""

    number: int = 0
    answered: int = 0
    packages: tuple[Exported, ...] = ()

    def find(self, package: bytes) -> Exported | None:
        """The package of that id, unless it was made elsewhere or long ago."""
        return next((one for one in self.packages if one.id == package.hex()), None)


def read(db: Connection) -> Exchange:
    """What was written down."""
    raw = state.value(db, _KEY)
    return msgspec.json.decode(raw, type=Exchange) if raw else Exchange()


def made(db: Connection, one: Exported) -> None:
    """Note a package; before it gets its name, so that its answer is always known."""
    here = read(db)
    packages = (one, *here.packages)[:KEPT]
    _keep(db, Exchange(max(here.number, one.number), here.answered, packages))


def answered(db: Connection, package: bytes) -> None:
    """Note that the answer to a package was taken in whole."""
    here = read(db)
    found = here.find(package)
    if found is None:
        return
    packages = tuple(
        msgspec.structs.replace(one, answered=True) if one is found else one
        for one in here.packages
    )
    _keep(db, Exchange(here.number, max(here.answered, found.number), packages))


def _keep(db: Connection, exchange: Exchange) -> None:
    state.keep(db, _KEY, msgspec.json.encode(exchange).decode())
