"""A program that is started again comes to the front instead of opening once more.

People who see nothing yet click a second time. Whoever begins first on a data folder
takes a lock; whoever comes after it waits until the first one listens (`handover`), has
it come forward and ends. The lock is in nobody's way: a window that was killed leaves
none behind, one that does not answer is passed by, and two windows on one folder do no
harm (tests/vault_faults/test_side_by_side.py). Each screen has a window of its own.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QLockFile

from gridapp.ui.session_folders import own_folder, session_folder

_STEP = 200  # ms between two tries
_PATIENCE = 10_000  # ms in which a window that was begun before ours opens


class OneWindow:
    """The turn of this process to have the window on some data."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = QLockFile(str(_place(data)))
        self._lock.setStaleLockTime(0)  # only the end of its process ends a lock

    def give_way(self, file: Path | None) -> bool:
        """Whether a window that is there has come forward and taken `file`; else this
        process has its turn, if there are turns at all."""
        if file is None and self.take():
            return False
        from gridapp.ui.handover import Answer, hand_over  # late: few starts need it

        patience = QDeadlineTimer(_PATIENCE)
        while (answer := hand_over(self._data, file)) is Answer.ABSENT:
            if self.take() or patience.hasExpired():
                return False
        return answer is Answer.TAKEN

    def take(self) -> bool:
        """Take the turn unless another process has it; true where nobody can have it,
        as when there is no room for a lock."""
        if self._lock.isLocked():
            return True
        taken = self._lock.tryLock(_STEP)
        return taken or self._lock.error() is not QLockFile.LockError.LockFailedError

    def end(self) -> None:
        """Let another process have it."""
        self._lock.unlock()


def _place(data: Path) -> Path:
    """The file of the lock, among what lasts as long as the user's session."""
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", "")
    told = hashlib.sha256(os.fsencode(data.resolve()) + os.fsencode(f"\0{screen}"))
    if sys.platform == "win32":
        folder = Path(tempfile.gettempdir())
    else:
        folder = session_folder() or own_folder()
    return folder / f"gridapp-{told.hexdigest()[:16]}.lock"
