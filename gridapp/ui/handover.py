"""A second start goes to the window that is open on the same data, with its file.

Each window listens under a name that follows from its data folder, for its own user
only; a second process says its file there, or an empty line when it was started without
one, and ends. Where nobody answers, it opens a window of its own, as without this.
"""

from __future__ import annotations

import hashlib
import os
import sys
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from gridapp.ui.session_folders import own_folder, session_folder

_WAIT = 2_000  # ms for a window to answer
_LONGEST = 64 << 10  # bytes of a path
_TAKEN = b"taken\n"
_LONGEST_NAME = 107  # bytes of a socket's path (unix(7): sun_path has 108, one for 0)


def name_of(data: Path) -> str:
    """Where the window on that data listens: a pipe of Windows, else a socket in the
    folder of the user's session; where there is none, or that path is too long for a
    socket, in a folder of the user's own among the temporary files."""
    told = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    if sys.platform == "win32":
        return f"gridapp-{told}"
    path = (session_folder() or own_folder()) / f"gridapp-{told}.sock"
    if len(os.fsencode(path)) > _LONGEST_NAME:
        path = own_folder() / path.name
    return str(path)


class Answer(Enum):
    """What the window on some data said to what it was handed."""

    TAKEN = auto()
    SILENT = auto()  # it did not answer in time; it may yet do what it was asked
    ABSENT = auto()  # nobody listens


def hand_over(data: Path, file: Path | None) -> Answer:
    """Have the window that is open on `data` come forward and take `file`, if any."""
    line = QLocalSocket()
    line.connectToServer(name_of(data))
    if not line.waitForConnected(_WAIT):
        return Answer.ABSENT
    _let_come_forward()
    line.write((os.fsencode(file.resolve()) if file else b"") + b"\n")
    taken = line.waitForReadyRead(_WAIT) and bytes(line.readAll().data()) == _TAKEN
    line.disconnectFromServer()
    return Answer.TAKEN if taken else Answer.SILENT


def _let_come_forward() -> None:
    """Windows lets a window come forward only with leave of who was started last
    (AllowSetForegroundWindow; ASFW_ANY is -1)."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)


class Handover(QObject):
    """Listens on behalf of a window for files, or None for a start without one, until
    it is closed."""

    came = Signal(object)

    def __init__(self, data: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        name = name_of(data)
        if not _answers(name):  # listening would take the name from whoever has it
            QLocalServer.removeServer(name)  # of a window that was killed
            self._server.listen(name)

    @property
    def listens(self) -> bool:
        """Whether this window is the one that gets the files."""
        return self._server.isListening()

    def close(self) -> None:
        """Let another window listen."""
        self._server.close()

    def _on_connection(self) -> None:
        line = self._server.nextPendingConnection()
        line.disconnected.connect(line.deleteLater)
        line.readyRead.connect(lambda: self._read(line))

    def _read(self, line: QLocalSocket) -> None:
        if line.bytesAvailable() > _LONGEST:
            line.abort()
        elif line.canReadLine():
            said = bytes(line.readLine().data()).rstrip(b"\n")
            line.write(_TAKEN)
            line.flush()
            self.came.emit(Path(os.fsdecode(said)) if said else None)


def _answers(name: str) -> bool:
    line = QLocalSocket()
    line.connectToServer(name)
    found = line.waitForConnected(_WAIT)
    line.disconnectFromServer()
    return found
