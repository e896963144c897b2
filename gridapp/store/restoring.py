"""Puts a prepared restore in place of the data: wholly, now or at the next opening.

`restore.py` prepares it in the folder `restoring` beside the data: the database,
checked and brought up to date, and where they change the key slots and photos. The last
thing it writes there is `ready.json`. Without that file the folder is nobody's; with it
whoever opens the vault next finishes the restore, each step of which may be repeated.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import saved, slot_file, slots
from gridapp.store.door import DATABASE_FILE, READY, SLOT_FILE, pending
from gridapp.store.door import RESTORING as FOLDER
from gridapp.store.photos import FOLDER as PHOTOS

DATABASE, SLOTS = DATABASE_FILE, SLOT_FILE  # so are the parts of a backup called
_LOCK = ".restoring.lock"
_PATIENCE = 10.0  # seconds to wait for another program that is at it
# Where SQLite locks a file on POSIX: PENDING_BYTE + 2, SHARED_SIZE bytes (its os.h).
# Whoever has a database in WAL mode open holds a shared lock there.
_SHARED_FIRST, _SHARED_SIZE = 0x40000000 + 2, 510
IN_USE = tr("另一个窗口正开着这份数据。请把它关掉，再恢复备份")


def declare(folder: Path) -> None:
    """Say that what stands in `restoring` is whole. From here on it will be done.

    Raises OSError.
    """
    scratch = folder / FOLDER
    durable.sync_folder(scratch)
    durable.write_whole(scratch / READY, b'{"format": 1}')


def finish(folder: Path) -> None:
    """Do what was prepared; nothing when nothing was.

    The vault must not be open in this process. UserError when another has it open; then
    nothing changed, and the next opening tries again. Raises OSError likewise. A vault
    that the county has shut meanwhile stays as it is: a backup is no way around.
    """
    if not (folder / FOLDER).exists():
        return
    if not pending(folder):
        with suppress(UserError), at_it(folder, patience=0):
            clear(folder)  # whoever unpacked it was killed
        return
    with at_it(folder):
        scratch = folder / FOLDER
        if pending(folder) and not is_shut(folder):
            _put_database(scratch / DATABASE, folder / DATABASE)
            _put_slots(scratch / SLOTS, folder / SLOTS)
            _put_photos(scratch / PHOTOS, folder / PHOTOS)
            durable.sync_folder(folder)
        clear(folder)


def is_shut(folder: Path) -> bool:
    """Whether the county has shut the vault in `folder`. One whose slots cannot be read
    is not: its backups beside the data would have lost theirs as well."""
    try:
        return slots.shut_note(folder / SLOTS) is not None
    except UserError:
        return False


def clear(folder: Path) -> None:
    """Remove what was prepared; first what says that it is whole. Raises OSError."""
    scratch = folder / FOLDER
    if not scratch.exists():
        return
    (scratch / READY).unlink(missing_ok=True)
    durable.sync_folder(scratch)
    shutil.rmtree(scratch)


def hold(folder: Path, patience: float = _PATIENCE) -> FileLock:
    """A lock of the only program that restores the vault in `folder`; the caller
    releases it. UserError when another holds it."""
    lock = FileLock(folder / _LOCK, timeout=patience, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise UserError(tr("另一个窗口正在恢复备份，请等它做完再试")) from error
    return lock


@contextmanager
def at_it(folder: Path, patience: float = _PATIENCE) -> Generator[None]:
    """The only program that restores the vault in `folder`."""
    lock = hold(folder, patience)
    try:
        yield
    finally:
        lock.release()


def leave_no_trace(folder: Path) -> None:
    """Remove a folder that was made for a restore which came to nothing."""
    (folder / _LOCK).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def see_that_nobody_has(database: Path) -> None:
    """UserError when another process has the database open.

    Where a file that is open cannot be replaced (Windows) that says it as well.
    """
    if sys.platform == "win32" or not database.exists():
        return
    import fcntl

    handle = os.open(database, os.O_RDWR)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
    except OSError as error:
        raise UserError(IN_USE) from error
    finally:
        os.close(handle)


def _put_database(new: Path, database: Path) -> None:
    """What the old one's WAL holds is in the backup of before, or kept aside."""
    if not new.exists():
        return
    see_that_nobody_has(database)
    try:
        for end in ("-wal", "-shm"):
            database.with_name(database.name + end).unlink(missing_ok=True)
        saved.forget(database.parent)
        durable.take_place(new, database)
    except PermissionError as error:
        raise UserError(IN_USE) from error


def _put_slots(new: Path, path: Path) -> None:
    if not new.exists():
        return
    raw = new.read_bytes()
    with slot_file.changing(path):
        for one in (slot_file.copy_of(path), path):
            durable.write_whole(one, raw)
    new.unlink()


def _put_photos(new: Path, photos: Path) -> None:
    for path in new.glob("??/*"):
        target = photos / path.parent.name / path.name
        durable.make_folder(target.parent)
        durable.take_place(path, target)
