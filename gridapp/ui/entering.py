"""The work of a login, done by a thread, and all that it imports.

The login itself is shown without the database, the records and the ciphers; a thread
imports this module while the password is typed (`warm`). It holds no widgets.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

from gridapp.store import asked, keyholders, rekeying, vault
from gridapp.store.accounts import Account
from gridapp.store.vault import Store
from gridapp.sync import prepared
from gridapp.sync.enrolment_file import EnrolmentFile
from gridapp.work import (
    auto_sync,
    founding,
    offers,
    people,
    readiness,
    sync_standing,
    today,
    visit_round,
)

__all__ = [  # of the window that is shown next
    "auto_sync",
    "offers",
    "people",
    "readiness",
    "sync_standing",
    "today",
    "visit_round",
]


@dataclasses.dataclass(frozen=True)
class Proof:
    """Who typed their password at a locked window, and the key it opened."""

    user: Account
    key: bytes = dataclasses.field(repr=False)


def opened(folder: Path, password: str, name: str | None) -> Store:
    """The vault, opened by whom `name` names."""
    store = vault.open_store(folder, password, name)
    prepared.tidy(store)  # whoever was killed after it was made has left the file
    return store


def proof(folder: Path, password: str, name: str | None) -> Proof:
    """Who somebody is at a window that is locked; WrongPassword when they are not."""
    found = keyholders.unsealed(folder, password, name)
    asked.forget(folder, found.slot.account.id)  # it was remembered after all
    database = folder / vault.DATABASE_FILE
    return Proof(found.slot.account, rekeying.key_of(database, found))


def created(folder: Path, password: str, code: str, grid: str, name: str) -> Store:
    """A new vault with its grid and its first worker."""
    first = partial(founding.found, code=code, name=grid, worker=name)
    return vault.create(folder, password, name, code, first)


def begun(folder: Path, password: str, file: EnrolmentFile, typed: str) -> Store:
    """The vault that the county prepared a file for; it is let in at the first sync."""
    number = prepared.number_of(file, typed)
    store = prepared.begin(folder, password, file, number)
    prepared.tidy(store)
    return store
