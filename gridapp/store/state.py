"""Small facts about this vault: its device, who acts, sync's own state."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection

from gridapp.models.deeds import DEEDS, Deed, Detail
from gridapp.models.kinds import now, time_text
from gridapp.models.permissions import Act, demand
from gridapp.store.database import driver
from gridapp.store.tables import actor, disclosure

if TYPE_CHECKING:
    from gridapp.store.vault import Writing

WORKER, DEFAULT_GRID, PUSHED = "worker", "default_grid", "pushed_seq"
SERVER_URL = "server_url"  # of the county that let this laptop in
SERVER_CA = "server_ca"  # PEM of the authorities it is believed by, beside the usual
TOKEN = "token"  # what the county knows this laptop by
SENT = "sent_seq"  # the last journal number of ours that the county said it took
LAST_SYNC = "last_sync"  # when a sync last went through, as the store keeps times
CLOCK_OFF = "clock_off"  # seconds that this laptop's clock was ahead of the county's


def begin(db: Connection, device: UUID) -> None:
    """Give a new vault its device id."""
    db.execute(actor.insert().values(id=1, device=device.hex, origin="local"))


def device(db: Connection) -> UUID:
    """The id of this laptop's vault."""
    return UUID(driver(db).execute("SELECT device FROM actor").fetchone()[0])


def become(db: Connection, device: UUID) -> None:
    """Give the vault another device id: to the county it is another laptop now."""
    db.execute(actor.update().values(device=device.hex))


def set_actor(db: Connection, origin: str, batch: UUID | None) -> None:
    """Tell the triggers how to journal what follows; writes only on a difference."""
    driver(db).execute(
        "UPDATE actor SET origin = :origin, batch = :batch"
        " WHERE origin IS NOT :origin OR batch IS NOT :batch",
        {"origin": origin, "batch": batch.hex if batch else None},
    )


def value(db: Connection, key: str) -> str | None:
    """The value kept under `key`."""
    query = "SELECT value FROM sync_state WHERE key = ?"
    found = driver(db).execute(query, (key,)).fetchone()
    return found[0] if found else None


def keep(db: Connection, key: str, content: str | None) -> None:
    """Keep `content` under `key`."""
    driver(db).execute(
        "INSERT INTO sync_state (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, content),
    )


def _id(db: Connection, key: str) -> UUID | None:
    found = value(db, key)
    return UUID(found) if found else None


def worker(db: Connection) -> UUID | None:
    """Who works with this vault."""
    return _id(db, WORKER)


def default_grid(db: Connection) -> UUID | None:
    """The grid that new records belong to unless they say otherwise."""
    return _id(db, DEFAULT_GRID)


def pushed_seq(db: Connection) -> int:
    """The last journal number the county has taken."""
    return int(value(db, PUSHED) or 0)


def sent_seq(db: Connection) -> int:
    """The last journal number of this laptop's own that the county said it took; -1
    when that was not written down yet."""
    return int(value(db, SENT) or -1)


def disclose(
    tx: Writing,
    act: Deed,
    type_: str | None,
    record_id: UUID | None,
    detail: Detail | str,
    *,
    purpose: str = "",
    file: str = "",
    people: int | None = None,
    needs: Act | None = None,
) -> None:
    """Journal an act that changes no record, before it is done: reveal, export, print;
    with whoever is signed in, but for what nobody knows who did.

    record_id: of what was shown, or the batch of an import. detail: a sentence of the
    table, or the label of what is shown. file: the name of the one
    that is written or read, without its folder. people: or records, of how many.
    needs: the permission, where it is less than that for any act of this sort.
    NotAllowed when whoever is signed in may not do it.
    """
    sort = DEEDS[act]
    needed = needs or sort.needs
    if needed is not None:
        demand(tx.user.role, needed)
    known = not sort.nobodys
    tx.db.execute(
        disclosure.insert().values(
            at=time_text(now()),
            by=tx.by.hex if tx.by and known else None,
            act=act,
            type=type_,
            record_id=record_id.hex if record_id else None,
            detail=detail if isinstance(detail, str) else detail.kept,
            who=(tx.user.name or None) if known else None,
            purpose=purpose or None,
            file=file or None,
            people=people,
        )
    )
