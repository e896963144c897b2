"""Opens and makes vaults: a folder with the sealed key, the database and photos."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from gridapp import durable, migrations
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid, Worker
from gridapp.models.kinds import now
from gridapp.models.permissions import Act, demand
from gridapp.models.record import Record, table_of
from gridapp.store import accounts as people
from gridapp.store import (
    audit,
    begun,
    county_slot,
    journal,
    opening,
    passwords,
    rekeying,
    saved,
    search,
    slot_file,
    slots,
    state,
)
from gridapp.store.accounts import Account
from gridapp.store.database import faults_in_words, make_engine
from gridapp.store.door import (
    DATABASE_FILE,
    SLOT_FILE,
    WRONG_PASSWORD,
    WrongPassword,
    accounts,
    exists,
    is_shut,
)
from gridapp.store.keyholders import change_password
from gridapp.store.photos import PhotoStore

__all__ = ["WRONG_PASSWORD", "WrongPassword", "accounts", "change_password", "is_shut"]

_KEEPERS = frozenset({Grid, Worker})  # who works where, which accounts are made from


@dataclass(frozen=True)
class Changes:
    """Which record types a write changed, so that pages know whether to reload."""

    records: frozenset[str]


@dataclass
class Writing:
    """One write transaction. `changed` collects the records that were touched."""

    db: Connection
    at: dt.datetime
    by: UUID | None
    user: Account
    remote: bool = False
    changed: dict[type[Record], set[UUID]] = field(
        default_factory=dict[type[Record], set[UUID]]
    )

    @cached_property
    def default_grid(self) -> UUID | None:
        """The grid of a new record that neither names one nor is a part of another."""
        return state.default_grid(self.db)

    def touched(self, model: type[Record], *ids: UUID) -> None:
        """Note that these records changed in this transaction."""
        self.changed.setdefault(model, set()).update(ids)


class Store:
    """An open vault. All reading and writing goes through its two contexts.

    `user` is who opened it, `worker_id` the record that their changes are written by.
    `missing` is what was confirmed before and is not there.
    """

    def __init__(self, folder: Path, engine: Engine, key: bytes, user: Account) -> None:
        self.folder = folder
        self.key = key  # for the process that opens this vault next
        self.worker_id: UUID | None = None
        self._engine = engine.execution_options(gridapp_user=user.id)
        self._writer = engine.execution_options(
            gridapp_user=user.id, gridapp_writes=True
        )
        self._lock = threading.Lock()
        self._writing_thread: int | None = None
        self.retired = ""  # why it takes no write any more
        self._listeners: list[Callable[[Changes], None]] = []
        self._unsealed = 0  # write transactions since the last link of the chain
        self.missing = saved.compare(self._engine, folder)
        with self.reading() as db:
            self.device_id = state.device(db)
            self.user = _known(db, user)
            self.photos = PhotoStore(folder, key, rekeying.former(db))
        self.worker_id = self.user.worker

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A connection in a read transaction: one unchanging view of the data."""
        with faults_in_words(), self._engine.begin() as db:
            yield db

    @contextmanager
    def writing(
        self, *, batch: UUID | None = None, remote: bool = False
    ) -> Generator[Writing]:
        """One write transaction; wholly kept, or, on any error, wholly undone.

        Args:
            batch: groups the journal rows of one import, so that it can be undone.
            remote: changes come from the county; triggers leave them to
                `journal.append_remote`, and a record may point to one of a grid that
                this laptop does not hold: the county keeps those rules.
        """
        special = remote or batch is not None  # else `actor` is as it always is
        with self._exclusively(), faults_in_words():
            with self._connection(loose=remote) as db, db.begin():
                if special:
                    state.set_actor(db, "remote" if remote else "local", batch)
                tx = Writing(db, now(), self.worker_id, self.user, remote)
                yield tx
                if not remote and tx.changed.keys() - _KEEPERS:
                    demand(self.user.role, Act.RECORDS)
                search.reindex(tx, tx.changed)
                self._seal(tx, at_once=special)
                if special:
                    state.set_actor(db, "local", None)
                newest = journal.newest(db)
            saved.note(self.folder, newest)
            names = frozenset(model.__tablename__ for model in tx.changed)
        if names:
            for listener in list(self._listeners):
                listener(Changes(names))

    def seal(self) -> None:
        """Give the chain a link for what was written since its last one."""
        if not self._unsealed:
            return
        with self._exclusively(), faults_in_words(), self._writer.begin() as db:
            audit.seal(db, now())
            self._unsealed = 0

    def _seal(self, tx: Writing, *, at_once: bool) -> None:
        """Seal what was written since the last time; a save waits for it seldom."""
        self._unsealed += 1
        if at_once or self._unsealed >= audit.EVERY:
            audit.seal(tx.db, tx.at)
            self._unsealed = 0

    @contextmanager
    def _connection(self, *, loose: bool) -> Generator[Connection]:
        """A connection to write on; `loose` does not check where records point to, nor
        what the county has checked.

        SQLite listens to the first pragma outside transactions only.
        """
        with self._writer.connect() as db:
            if not loose:
                yield db
                return
            driver: Any = db.connection.dbapi_connection
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute("PRAGMA ignore_check_constraints = ON")
            try:
                yield db
            finally:
                driver.execute("PRAGMA ignore_check_constraints = OFF")
                driver.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def _exclusively(self) -> Generator[None]:
        """One writer at a time; a write inside a write would wait for itself."""
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("a write was begun inside a write")
        with self._lock:
            if self.retired:
                raise UserError(self.retired)
            self._writing_thread = threading.get_ident()
            try:
                yield
            finally:
                self._writing_thread = None

    def retire(self, words: str) -> None:
        """Take no write any more, for the reason that `words` give; "" takes it back.

        Who is writing ends first.
        """
        with self._lock:
            self.retired = words

    def on_changed(self, listener: Callable[[Changes], None]) -> None:
        """Call `listener` after each commit, in the thread that wrote."""
        self._listeners.append(listener)

    def grids(self) -> list[UUID]:
        """Ids of the grids this vault holds."""
        with self.reading() as db:
            return list(db.scalars(select(table_of(Grid).c.id)))

    def close(self) -> None:
        """Close every connection; the store is not used afterwards.

        What a full disk keeps from being moved out of the WAL stays safe in it.
        """
        try:
            county_slot.renew(self)  # the county may have let it in meanwhile
            with suppress(DBAPIError, UserError):
                self.seal()
            with suppress(DBAPIError), self._engine.connect() as db:
                db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                db.rollback()
        finally:
            self._engine.dispose()


def create(
    folder: Path,
    password: str,
    name: str = "",
    grid: str = "",
    first: Callable[[Store], object] | None = None,
) -> Store:
    """A new, empty vault in `folder`; UserError when there is one already.

    name: of whoever works with it, its first account; grid: the code of theirs; both
    "" when they are not known yet. first: writes what the vault begins with: there is
    no vault before all of it is in it.
    """
    if exists(folder):
        raise UserError(
            tr("{folder} 里已经有一份数据，请换一个文件夹，或直接打开它", folder=folder)
        )
    passwords.check(password, name, [grid] if grid else [])
    key, user = slots.new_key(), people.new(name, people.SECRETARY)
    slot = slots.seal(key, password, user)
    with faults_in_words():
        durable.make_folder(folder)
        path = folder / DATABASE_FILE
        if path.exists():
            raise UserError(
                tr("{folder} 里有没有密钥的数据文件，请换一个空文件夹", folder=folder)
            )
        with begun.new(path, key) as db:
            migrations.upgrade(db, "client")
            journal.ensure_triggers(db)
            search.ensure(db)
            state.begin(db, uuid7())
        if first is not None:
            with begun.opened(path, key) as engine:
                first(Store(folder, engine, key, user))
        kept = folder / SLOT_FILE
        with begun.named(path, kept):
            with slot_file.changing(kept):
                slots.write(kept, slots.all_of([slot], key))
            begun.finish(path)
            with ExitStack() as on_failure:
                engine = make_engine(path, key)
                on_failure.callback(engine.dispose)
                store = Store(folder, engine, key, user)
                on_failure.pop_all()
    return store


def open_store(folder: Path, password: str, name: str | None = None) -> Store:
    """The vault in `folder`; UserError when there is none or the password is wrong.

    name: whose password it is, the name or the id of an account; by default whose slot
    it opens. The steps of it: `opening.STEPS`.
    """
    return opening.carried_out(opening.Opening(folder, Store, password, name))


def _known(db: Connection, user: Account) -> Account:
    """The account with the worker of the vault, and their name, where it has none."""
    worker = user.worker or state.worker(db)
    if user.worker is not None or worker is None:
        return user
    table = table_of(Worker)
    name = db.scalar(select(table.c.name).where(table.c.id == worker))
    return replace(user, name=name or user.name, worker=worker)


def open_with_key(
    folder: Path, key: bytes, user: Account | None = None, *, kept: bool = True
) -> Store:
    """The vault in `folder`, opened with its data key; an older file is upgraded.

    user: who had the key, for a process that takes another's place; by default the
    first account. kept: an older file is backed up before, and a key that is to be
    changed is; not so in a copy that is about to be restored. Locked when the county
    has shut the vault: a key that is still known does not count.
    """
    found = opening.Opening(folder, Store, key=key, user=user, in_use=kept)
    return opening.carried_out(found)
