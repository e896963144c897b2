"""Why somebody takes full numbers out of the vault, and who it was, in the journal.

domain.md §2.11: the purpose is asked in 5–200 characters before a number is shown in
full, and kept without the number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from gridapp.models import Grid, Resident, Worker
from gridapp.models.deeds import Deed, Detail, Said
from gridapp.models.permissions import Act, demand
from gridapp.store import records, state
from gridapp.store.accounts import Account
from gridapp.store.vault import Store
from gridapp.work.listing import Listing


@dataclass(frozen=True)
class Signature:
    """Who made a file, for which grid and when; why, if it holds full numbers.

    journalled: whether that they were taken stands in the journal; a damaged file takes
    nothing down.
    """

    by: str  # a name, or empty
    grid: str
    at: dt.datetime
    purpose: str = ""
    journalled: bool = True

    @property
    def unmasked(self) -> bool:
        """Whether the file may hold full numbers."""
        return bool(self.purpose)

    @property
    def moment(self) -> str:
        """2026-11-23 09:40, as it was here."""
        return f"{self.at.astimezone():%Y-%m-%d %H:%M}"

    @property
    def who(self) -> str:
        """Who and when: 周敏 2026-11-23 09:40."""
        return f"{self.by} {self.moment}".strip()


def in_full(signature: Signature | None) -> bool:
    """Whether somebody has signed for whole numbers."""
    return signature is not None and signature.unmasked


@dataclass(frozen=True)
class Taking:
    """What is about to leave the vault.

    kind: EXPORT, PRINT or FILL. what: how much of what. people: or records,
    how many. file: its name, "" for paper. needs: what one must be allowed to do to
    take whole numbers, where that is less than usual for its kind.
    """

    kind: Deed
    type: str | None
    what: Detail
    people: int
    file: str = ""
    needs: Act | None = None


def exporting(listing: Listing, path: Path) -> Taking:
    """A list that is written to a file."""
    count = len(listing.items)
    what = Said.EXPORTED.of(title=listing.title, count=count, name=path.name)
    kind = listing.model.__tablename__ if listing.model else None
    return Taking(Deed.EXPORT, kind, what, count, path.name)


def filling(
    db: Connection, user: Account, people: Collection[UUID], out: Path
) -> Taking:
    """Somebody's form that is filled in for these people; with whole numbers it is
    asked whose grid they live in."""
    what = Said.FILLED.of(name=out.name, count=len(people))
    rows = records.by_id(db, Resident, people).values()
    strangers = {row["grid_id"] for row in rows} - _own_grids(db, user)
    needs = Act.FILL_FULL if strangers else Act.FILL_OWN_FULL
    return Taking(Deed.FILL, Resident.__tablename__, what, len(people), out.name, needs)


def take(store: Store, taking: Taking, why: str = "") -> Signature:
    """Who takes it, for the file or the paper to say.

    why: what whole numbers are wanted for; that they are taken stands in the journal
    before this returns. Without it nothing is journalled and numbers are masked.
    NotAllowed when whoever is signed in may not take it.
    """
    write_down(store, taking, why)
    return sign(store, taking, why)


def sign(store: Store, taking: Taking, why: str = "") -> Signature:
    """As `take`, but nothing is journalled: for what is made in memory first and may
    come to nothing. `write_down` it before anybody sees it."""
    needs = taking.needs if why else _MASKED[taking.kind]
    if needs is not None:
        demand(store.user.role, needs)
    with store.reading() as db:
        mine = signed(db)
    return replace(mine, by=store.user.name or mine.by, purpose=why)


def write_down(store: Store, taking: Taking, why: str) -> None:
    """Journal that whole numbers are taken; nothing without a purpose. NotAllowed as
    `take`."""
    if why:
        with store.writing() as tx:
            state.disclose(
                tx,
                taking.kind,
                taking.type,
                None,
                taking.what,
                purpose=why,
                file=taking.file,
                people=taking.people,
                needs=taking.needs,
            )


_MASKED = {
    Deed.EXPORT: Act.EXPORT_MASKED,
    Deed.FILL: Act.EXPORT_MASKED,
    Deed.PRINT: Act.PRINT_MASKED,
}


def _own_grids(db: Connection, user: Account) -> set[UUID | None]:
    """The grid that the worker is written down in, and the one of this vault when it
    is this worker's."""
    rows = records.by_id(db, Worker, [user.worker] if user.worker else [])
    own: set[UUID | None] = {row["grid_id"] for row in rows.values()}
    if user.worker == state.worker(db):
        own.add(state.default_grid(db))
    return own


def signed(db: Connection) -> Signature:
    """The signature of the worker of this vault now, under masked numbers."""
    worker, grid = state.worker(db), state.default_grid(db)
    names = records.labels(db, Worker, [worker]) if worker else {}
    grids = records.labels(db, Grid, [grid]) if grid else {}
    return Signature(
        next(iter(names.values()), ""),
        next(iter(grids.values()), ""),
        dt.datetime.now(dt.UTC),
    )
