"""The key slots of a folder and their passwords, while its vault is shut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from gridapp.store import passwords, slot_file, slots, tries
from gridapp.store.door import SLOT_FILE, WrongPassword
from gridapp.store.faults import file_faults_in_words


def unsealed(folder: Path, password: str, name: str | None = None) -> slots.Opened:
    """The slot that the password opens; WrongPassword when it opens none.

    TooSoon after many wrong ones (`tries`).
    """
    with file_faults_in_words():
        wanted = slots.read(folder / SLOT_FILE).of(name)
    tries.begin(folder)
    for slot in wanted:
        opened = slots.opened(slot, password)
        if opened is not None:
            tries.opened(folder)
            return opened
    raise WrongPassword


def change_password(
    folder: Path,
    old: str,
    new: str,
    name: str | None = None,
    codes: Sequence[str] = (),
    before: Callable[[], object] | None = None,
) -> None:
    """Seal a slot under another password; everything else stays as it is.

    before: is called once both passwords are good, and before anything is changed.
    UserError when `old` opens no slot (of `name`) or `new` is no good password; then
    nothing changed. Locked when the county has shut the vault.
    """
    path = folder / SLOT_FILE
    opened = unsealed(folder, old, name)
    passwords.check(new, opened.slot.name, codes)
    if before is not None:
        before()
    with file_faults_in_words(), slot_file.changing(path):
        kept = slots.read(path)
        changed = slots.resealed(opened, new)
        slots.write(path, slots.with_slot(kept, opened, changed))
