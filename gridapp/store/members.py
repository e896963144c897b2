"""Who may open a vault: accounts are added, given another password, taken away.

The responsible person and IT staff do it (`models.permissions`), and each act stands in
the vault before it is done. Who opened the vault has its data key, so nobody's password
is needed to seal a slot for somebody, or to take one away.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection, select

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid, Worker
from gridapp.models.deeds import Deed, Detail, Said
from gridapp.models.permissions import Act, demand
from gridapp.models.record import table_of
from gridapp.store import (
    accounts,
    keyholders,
    passwords,
    records,
    rekeying,
    slot_file,
    slots,
    state,
)
from gridapp.store.accounts import SECRETARY, Account
from gridapp.store.database import faults_in_words
from gridapp.store.keyholders import SLOT_FILE
from gridapp.store.slots import Kept, Slot
from gridapp.store.vault import Store, Writing

LONGEST_NAME = 40  # characters


def add(store: Store, name: str, role: str, password: str) -> Account:
    """Let one more person open the vault, with a password of their own.

    Their changes are written by the record of the worker of that name, which is made
    when there is none. UserError when the name is taken or the password is no good,
    NotAllowed when whoever is signed in may not; then nothing changed.
    """
    demand(store.user.role, Act.ACCOUNTS)
    kept = slots.read(store.folder / SLOT_FILE)
    name = _free_name(kept, name)
    check(store, password, name)
    with store.writing() as tx:
        worker = _worker(tx, kept, name, role)
        user = accounts.new(name, role, worker)
        _note(tx, Said.ADDED.of(name=name, role=role))
    slot = slots.seal(store.key, password, user)
    _change(store, lambda now: (*now.slots, slot))
    return user


def set_password(
    store: Store, account_id: str, password: str, role: str | None = None
) -> Account:
    """Give somebody who forgot theirs a new password, and, if it is said, a role.

    UserError when there is no such account, the password is no good or nobody would be
    left who is responsible; then nothing changed.
    """
    demand(store.user.role, Act.ACCOUNTS)
    kept = slots.read(store.folder / SLOT_FILE)
    was = kept.of(account_id)[0].account
    user = replace(was, role=role or was.role)
    if user.role != SECRETARY:
        _someone_left(kept, was)
    check(store, password, user.name)
    with store.writing() as tx:
        if user.role == was.role:
            _note(tx, Said.NEW_PASSWORD.of(name=user.name))
        else:
            _note(tx, Said.ROLE_CHANGED.of(name=user.name, role=user.role))
    slot = slots.seal(store.key, password, user)
    replace_slot(store, slot)
    if user.id == store.user.id:
        store.user = replace(store.user, role=user.role)
    return user


def change_own(store: Store, old: str, new: str) -> None:
    """Another password for whoever is signed in; as `keyholders.change_password`."""

    def note() -> None:
        with store.writing() as tx:
            state.disclose(tx, Deed.PASSWORD, None, None, "")

    with store.reading() as db:
        known = codes(db)
    folder, own = store.folder, store.user.id
    keyholders.change_password(folder, old, new, own, known, before=note)


def remove(store: Store, account_id: str) -> None:
    """Take somebody off the vault: their password opens nothing from now on.

    At the next opening the data key is changed (`rekeying`), so that an older copy of
    their slot opens nothing either. What they wrote stays, under their name. UserError
    when it is oneself, or the last who is responsible; then nothing changed.
    """
    demand(store.user.role, Act.ACCOUNTS)
    kept = slots.read(store.folder / SLOT_FILE)
    was = kept.of(account_id)[0].account
    if was.id == store.user.id:
        raise UserError(tr("不能停用自己，请另一位负责人或技术人员登录后再停用"))
    _someone_left(kept, was)
    with store.writing() as tx:
        _note(tx, Said.STOPPED.of(name=was.name))
        rekeying.ask(tx.db)
    _change(store, lambda now: tuple(s for s in now.slots if s.account.id != was.id))


def replace_slot(store: Store, slot: Slot) -> None:
    """Put a slot in the place of its account's. UserError when somebody has changed
    the slot file who does not know the data key."""
    _change(store, lambda now: tuple(_in_place(one, slot) for one in now.slots))


def _change(store: Store, changed: Callable[[Kept], tuple[Slot, ...]]) -> None:
    """Replace the slots, alone among all programs."""
    path = store.folder / SLOT_FILE
    with faults_in_words(), slot_file.changing(path):
        kept = slots.read(path)
        if not slots.is_proved(kept, store.key):
            raise UserError(slots.CHANGED)
        slots.write(path, slots.all_of(changed(kept), store.key, kept.county))


def _in_place(one: Slot, slot: Slot) -> Slot:
    return slot if one.account.id == slot.id else one


def _someone_left(kept: Kept, without: Account) -> None:
    """UserError when nobody else is responsible for the vault."""
    others = (slot.account for slot in kept.slots if slot.account.id != without.id)
    if not any(one.role == SECRETARY for one in others):
        raise UserError(tr("至少要留一位负责人，请先添加另一位负责人"))


def _free_name(kept: Kept, name: str) -> str:
    """The name as it is kept; UserError when it is none or taken."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if not plain or not plain.isprintable():
        raise UserError(tr("请填写姓名"))
    if len(plain) > LONGEST_NAME:
        raise UserError(tr("姓名最多 {most} 个字", most=LONGEST_NAME))
    if any(plain.casefold() == slot.name.casefold() for slot in kept.slots):
        raise UserError(
            tr(
                "已经有用户叫“{name}”，同名的人请在姓名后加上区别，如 王敏（二）",
                name=plain,
            )
        )
    return plain


def _worker(tx: Writing, kept: Kept, name: str, role: str) -> UUID:
    """The record that this person's changes are written by: one of that name which is
    nobody else's, or a new one."""
    taken = {slot.account.worker for slot in kept.slots} | {state.worker(tx.db)}
    table = table_of(Worker)
    query = select(table.c.id).where(
        table.c.name == name, table.c.deleted_at.is_(None), table.c.left_on.is_(None)
    )
    free = [one for one in tx.db.scalars(query) if one not in taken]
    if len(free) == 1:
        return free[0]
    post = "it" if role == accounts.IT else "worker"
    return records.save(tx, Worker, {"name": name, "role": post})


def codes(db: Connection) -> list[str]:
    """The codes of the vault's grids, which make no passwords."""
    return [one for one in db.scalars(select(table_of(Grid).c.code)) if one]


def check(store: Store, password: str, name: str) -> None:
    """UserError when that is no password for this account of the vault."""
    with store.reading() as db:
        passwords.check(password, name, codes(db))


def _note(tx: Writing, detail: Detail) -> None:
    state.disclose(tx, Deed.ACCOUNT, None, None, detail)
