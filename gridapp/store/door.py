"""What stands at the door of a vault: whether there is one, who may open it, and
whether the county has shut it.

The login shows it before anybody types, so nothing here imports a database or a cipher.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gridapp import paths
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import slot_content, slot_file
from gridapp.store.accounts import Account
from gridapp.store.faults import file_faults_in_words

SLOT_FILE, DATABASE_FILE = "vault.json", "grid.db"
RESTORING = "restoring"  # the folder of a restore that is prepared (`restoring`)
READY = "ready.json"  # in it, when it is whole
WRONG_PASSWORD = tr("密码不对，请重新输入（注意大小写）")


class WrongPassword(UserError):
    """No slot is opened by it."""

    def __init__(self) -> None:
        super().__init__(WRONG_PASSWORD)


def exists(folder: Path) -> bool:
    """Whether a vault was made in `folder`."""
    return slot_file.exists(folder / SLOT_FILE) or pending(folder)


def pending(folder: Path) -> bool:
    """Whether a restore of the vault in `folder` is prepared and waits to be done."""
    return (folder / RESTORING / READY).exists()


def prepared(folder: Path) -> Path | None:
    """The county's enrolment file that waits for a vault which is not made yet."""
    if exists(folder):
        return None
    for path in paths.enrolment_files(folder):
        with suppress(OSError):
            if path.is_file():
                return path
    return None


def is_shut(folder: Path) -> bool:
    """Whether the county has shut the vault in `folder`."""
    with file_faults_in_words():
        return slot_content.shut_note(folder / SLOT_FILE) is not None


def accounts(folder: Path) -> list[Account]:
    """Who may open the vault in `folder`, as the slot file says without a password.

    Locked when the county has shut it, UserError when the file is damaged.
    """
    with file_faults_in_words():
        if (folder / RESTORING).exists():
            from gridapp.store import restoring  # late: it brings the database along

            restoring.finish(folder)
        return [one.account for one in slot_content.read(folder / SLOT_FILE).slots]
