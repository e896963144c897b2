"""What is put in order once a vault is open: its slot file, and what to write down.

Nothing of it stops anybody from working: what cannot be written now waits for a day.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import slot_file, slots, state, tries
from gridapp.store.keyholders import SLOT_FILE

if TYPE_CHECKING:
    from gridapp.store.vault import Store


def mend(store: Store) -> None:
    """Make both copies of the slot file alike, and write down if the one that counts
    was damaged."""
    with suppress(UserError, OSError):
        if slots.mend(store.folder / SLOT_FILE):
            words = tr("{name} 坏了，已用另一份补好", name=SLOT_FILE)
            with store.writing() as tx:
                state.disclose(tx, "mended", None, None, words)


def keep_label(store: Store, was: slots.Slot, password: str) -> None:
    """Write into the slot of the vault's own worker what they are called by now.

    A vault is older than its first worker's name, and a slot of an older program says
    nobody's. What cannot be written today is written another day.
    """
    user = replace(store.user, worker=was.account.worker)
    if user == was.account and was.public:
        return
    path = store.folder / SLOT_FILE
    with suppress(UserError, OSError), slot_file.changing(path):
        kept = slots.read(path)
        [slot] = [one for one in kept.slots if one.account.id == user.id]
        opened = slots.opened(slot, password)
        if opened is not None:
            named = slots.relabelled(opened, user, password)
            slots.write(path, slots.with_slot(kept, opened, named))


def tell_failures(store: Store) -> None:
    """Journal the wrong passwords before this opening, then begin to count anew."""
    failures = tries.failures(store.folder)
    if failures is None:
        return
    last = dt.datetime.fromtimestamp(failures.last).astimezone()
    words = tr("{count} 次，最近 {at:%Y-%m-%d %H:%M}", count=failures.count, at=last)
    with suppress(UserError):
        with store.writing() as tx:
            state.disclose(tx, "wrong_password", None, None, words)
        tries.forget(store.folder)
