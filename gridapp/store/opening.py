"""Opening a vault: the steps, in their order, and why each stands where it stands.

A vault is opened by a password or, where another process hands over, by its data key.
Whoever was killed in any step, or before this opening, is picked up by the next one:
each may be repeated. What is put in order last stops nobody from working: what cannot
be written now waits for a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from gridapp import migrations
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.deeds import Deed, Said
from gridapp.models.kinds import now
from gridapp.store import (
    asked,
    audit,
    begun,
    county_slot,
    journal,
    rekeying,
    restoring,
    search,
    slot_file,
    slots,
    state,
    tries,
)
from gridapp.store.accounts import Account
from gridapp.store.database import faults_in_words, make_engine
from gridapp.store.door import (
    DATABASE_FILE,
    SLOT_FILE,
    accounts,
    exists,
    is_shut,
)
from gridapp.store.faults import Damaged
from gridapp.store.keyholders import unsealed

if TYPE_CHECKING:
    from gridapp.store.vault import Store


@dataclass
class Opening:
    """One opening that is under way, and what its steps have found out.

    store_of: makes the open vault of folder, engine, key and user. password: None for
    who has the `key`. name: whose password it is, see `vault.open_store`. in_use: False
    for a copy that is about to be restored: it is only brought up to date.
    """

    folder: Path
    store_of: Callable[[Path, Engine, bytes, Account], Store]
    password: str | None = None
    name: str | None = None
    key: bytes = field(default=b"", repr=False)
    user: Account | None = None
    in_use: bool = True
    slot: slots.Slot = field(init=False, repr=False)
    engine: Engine = field(init=False)
    version: str = field(init=False)  # of the file, as it was found
    store: Store = field(init=False)

    @property
    def database(self) -> Path:
        """The file of the database."""
        return self.folder / DATABASE_FILE

    @property
    def slot_file(self) -> Path:
        """The file of the key slots."""
        return self.folder / SLOT_FILE


def _see_that_it_is_there(opening: Opening) -> None:
    if not exists(opening.folder):
        raise UserError(
            tr(
                "{folder} 里没有数据，请先用“新建”或 gridapp init 建立",
                folder=opening.folder,
            )
        )


def _finish_a_restore(opening: Opening) -> None:
    restoring.finish(opening.folder)


def _unseal_the_key(opening: Opening) -> None:
    assert opening.password is not None
    found = unsealed(opening.folder, opening.password, opening.name)
    opening.slot, opening.user = found.slot, found.slot.account
    opening.key = rekeying.key_of(opening.database, found)


def _refuse_when_shut(opening: Opening) -> None:
    if is_shut(opening.folder):
        raise slots.Locked(slots.LOCKED)


def _finish_the_making(opening: Opening) -> None:
    begun.finish(opening.database)


def _connect(opening: Opening) -> None:
    path = opening.database
    if not path.exists():  # SQLite would make an empty one
        raise UserError(tr("数据文件 {name} 不见了，请从备份恢复", name=path.name))
    if opening.user is None:
        opening.user = accounts(opening.folder)[0]
    opening.engine = make_engine(path, opening.key)


def _refuse_a_newer_file(opening: Opening) -> None:
    with opening.engine.connect() as db:
        version = migrations.version_of(db)
        db.rollback()
    if version is None:  # an empty file opens as a new, empty database
        raise Damaged(tr("数据文件已损坏，请从备份恢复"))
    if version != migrations.HEAD:
        migrations.refuse_newer(version)
    opening.version = version


def _back_up_an_older_file(opening: Opening) -> None:
    if opening.version != migrations.HEAD:
        from gridapp.store import backup  # late: it is needed once a year

        backup.before_upgrade(opening.folder, opening.key)


def _bring_up_to_date(opening: Opening) -> None:
    with opening.engine.execution_options(gridapp_writes=True).begin() as db:
        if opening.version != migrations.HEAD:
            migrations.upgrade(db, "client")
        journal.ensure_triggers(db)
        search.ensure(db)
        audit.seal(db, now())


def _change_the_key(opening: Opening) -> None:
    opening.engine, opening.key = rekeying.carry_out(
        opening.slot_file, opening.database, opening.engine, opening.key
    )


def _open(opening: Opening) -> None:
    assert opening.user is not None
    opening.store = opening.store_of(
        opening.folder, opening.engine, opening.key, opening.user
    )


def _mend_the_slots(opening: Opening) -> None:
    with suppress(UserError, OSError):
        if slots.mend(opening.slot_file):
            said = Said.SLOTS_MENDED.of(name=SLOT_FILE)
            with opening.store.writing() as tx:
                state.disclose(tx, Deed.MENDED, None, None, said)


def _seal_to_the_county(opening: Opening) -> None:
    county_slot.renew(opening.store)


def _forget_the_request(opening: Opening) -> None:
    asked.forget(opening.folder, opening.store.user.id)


def _keep_the_label(opening: Opening) -> None:
    """A vault is older than its first worker's name, and a slot of an older program
    says nobody's. What cannot be written today is written another day."""
    assert opening.password is not None
    was = opening.slot.account
    user = replace(opening.store.user, worker=was.worker)
    if user == was and opening.slot.public:
        return
    path = opening.slot_file
    with suppress(UserError, OSError), slot_file.changing(path):
        kept = slots.read(path)
        [slot] = [one for one in kept.slots if one.account.id == user.id]
        unlocked = slots.opened(slot, opening.password)
        if unlocked is not None:
            named = slots.relabelled(unlocked, user, opening.password)
            slots.write(path, slots.with_slot(kept, unlocked, named))


def _tell_failures(opening: Opening) -> None:
    tell_failures(opening.store)


def _by_password(opening: Opening) -> bool:
    return opening.password is not None


def _in_use(opening: Opening) -> bool:
    return opening.in_use


@dataclass(frozen=True)
class Step:
    """One step, why it stands where it stands, and when it is left out."""

    do: Callable[[Opening], None]
    why_here: str
    when: Callable[[Opening], bool] = lambda _: True


STEPS: tuple[Step, ...] = (
    Step(
        _see_that_it_is_there,
        "a folder without a vault is not one whose files are lost",
        _by_password,
    ),
    Step(
        _finish_a_restore,
        "it brings the database, and perhaps the slots: what follows reads both",
    ),
    Step(
        _unseal_the_key,
        "a wrong password ends here: nothing is opened, upgraded or forgotten",
        _by_password,
    ),
    Step(
        _refuse_when_shut,
        "a key that is still known does not count: nothing below touches the data",
    ),
    Step(
        _finish_the_making,
        "whoever made it was killed before its name: else it counts as lost",
    ),
    Step(_connect, "the file has its name and the key is known"),
    Step(
        _refuse_a_newer_file,
        "before anything is written into a file that this program does not know",
    ),
    Step(
        _back_up_an_older_file,
        "as it was: after the upgrade there is no way back",
        _in_use,
    ),
    Step(
        _bring_up_to_date,
        "everything below reads and writes the tables of today",
    ),
    Step(
        _change_the_key,
        "the store below holds one connection and one key: those from now on",
        _in_use,
    ),
    Step(_open, "what follows is written through it, or tells whom it belongs to"),
    Step(
        _mend_the_slots,
        "whatever writes the slots mends both copies, and nobody learned of the damage",
        _in_use,
    ),
    Step(_seal_to_the_county, "with the key from now on, into whole slots", _in_use),
    Step(
        _forget_the_request,
        "the password was remembered after all, and opens the vault: not sooner",
        _by_password,
    ),
    Step(_keep_the_label, "into whole slots", _by_password),
    Step(
        _tell_failures,
        "they are counted until it is open, then written down and forgotten",
        _by_password,
    ),
)


def carried_out(opening: Opening) -> Store:
    """The open vault, all steps done; after an error nothing is left open.

    UserError, WrongPassword, TooSoon, Locked or Damaged, as the step says that failed.
    """
    with ExitStack() as on_failure:
        on_failure.callback(_let_go, opening)  # Windows restores no file that is open
        for step in STEPS:
            if step.when(opening):
                with faults_in_words():
                    step.do(opening)
        on_failure.pop_all()
    return opening.store


def _let_go(opening: Opening) -> None:
    engine: Engine | None = getattr(opening, "engine", None)
    if engine is not None:
        engine.dispose()


def tell_failures(store: Store) -> None:
    """Journal the wrong passwords before this opening, then begin to count anew."""
    failures = tries.failures(store.folder)
    if failures is None:
        return
    last = dt.datetime.fromtimestamp(failures.last).astimezone()
    said = Said.WRONG_TRIES.of(count=failures.count, at=last)
    with suppress(UserError):
        with store.writing() as tx:
            state.disclose(tx, Deed.WRONG_PASSWORD, None, None, said)
        tries.forget(store.folder)
