"""Files that are written whole or not at all, and stay when the power goes.

The one place for it: a new file is filled under another name beside it, seen onto the
disk, and takes the old one's place in one step; then its name is seen onto the disk as
well, because a rename may be lost with the power although the content is safe: fsync(2)
of Linux. Windows keeps names with the file itself.
"""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".part"  # how the name of a file ends that is being written
STALE = 3600.0  # seconds after which an unfinished file is nobody's
_TRIES, _PAUSE = 8, 0.05  # seconds between two; a virus scanner lets go within these


@contextmanager
def whole_file(path: Path, ending: str = UNFINISHED) -> Generator[BinaryIO]:
    """A file that becomes `path` once it is whole and on the disk, or never.

    Only its owner may read it. When the context was left without an error, it is there
    after a power cut. Raises OSError; then the file that was there stays.
    """
    remove_stale(path.parent, f".{escape(path.stem)}-*{ending}")
    handle, name = tempfile.mkstemp(ending, f".{path.stem}-", path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        take_place(temporary, path)
    finally:
        with suppress(OSError):  # what went wrong before says more
            temporary.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` into `path`, wholly or not at all. Raises OSError."""
    with whole_file(path) as file:
        file.write(content)


def take_place(new: Path, path: Path) -> None:
    """Let the file `new`, which is on the disk, take the place of `path` for good.

    A scanner that has the old file open keeps it for a moment on Windows; it is tried
    again for less than half a second. Raises OSError; then the old file stays.
    """
    for left in reversed(range(_TRIES)):
        try:
            new.replace(path)
            break
        except PermissionError:
            if not left:
                raise
            time.sleep(_PAUSE)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner only, and those above it, so that they stay.

    One that is there already is left as it is. Raises OSError.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """See the names in a folder onto the disk; Windows does it with the file itself.

    Nothing is to be done where the file system knows no such thing (EINVAL of fsync(2),
    as some network folders answer). Raises OSError.
    """
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def remove_stale(folder: Path, pattern: str) -> None:
    """Remove what a process that was killed long ago left unfinished in a folder."""
    for left in folder.glob(pattern):
        with suppress(FileNotFoundError):  # another process was faster
            if time.time() - left.stat().st_mtime > STALE:
                left.unlink()
