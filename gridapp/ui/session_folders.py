"""Where a window leaves what other windows of the same user look for."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def session_folder() -> Path | None:
    """The folder of the user's session (XDG_RUNTIME_DIR of the XDG Base Directory
    Specification); None where the system has none."""
    told = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(told) if told and Path(told).is_dir() else None


def own_folder() -> Path:
    """A folder that nobody else can look into; one that was somebody else's before is
    not taken: then nothing can be made in it."""
    folder = Path(tempfile.gettempdir()) / f"gridapp-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return folder if own and not found.st_mode & 0o077 else folder / "none"
