"""A file that was double-clicked goes to the window that is open on the same data.

Each window listens under a name that follows from its data folder, for its own user
only; a second process says its file there and ends. Where nobody answers, the second
process opens a window of its own, as without this.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT = 2_000  # ms for a window to answer
_LONGEST = 64 << 10  # bytes of a path
_TAKEN = b"taken\n"
_LONGEST_NAME = 107  # bytes of a socket's path (unix(7): sun_path has 108, one for 0)


def name_of(data: Path) -> str:
    """Where the window on that data listens: a pipe of Windows, else a socket in the
    folder of the user's session, or beside the data; where that path is too long for
    a socket, in a folder of the user's own among the temporary files."""
    told = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    if sys.platform == "win32":
        return f"gridapp-{told}"
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    folder = Path(session) if session and Path(session).is_dir() else data
    path = folder / f"gridapp-{told}.sock"
    if len(os.fsencode(path)) > _LONGEST_NAME:
        path = _own_folder() / path.name
    return str(path)


def _own_folder() -> Path:
    """A folder that nobody else can look into; one that was somebody else's before is
    not taken: then nobody listens."""
    folder = Path(tempfile.gettempdir()) / f"gridapp-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return folder if own and not found.st_mode & 0o077 else folder / "none"


def hand_over(data: Path, file: Path) -> bool:
    """Give a file to the window that is open on `data`; whether there was one that
    took it."""
    line = QLocalSocket()
    line.connectToServer(name_of(data))
    if not line.waitForConnected(_WAIT):
        return False
    line.write(os.fsencode(file.resolve()) + b"\n")
    taken = line.waitForReadyRead(_WAIT) and bytes(line.readAll().data()) == _TAKEN
    line.disconnectFromServer()
    return taken


class Handover(QObject):
    """Listens for files on behalf of a window, until it is closed."""

    came = Signal(Path)

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
            self.came.emit(Path(os.fsdecode(said)))


def _answers(name: str) -> bool:
    line = QLocalSocket()
    line.connectToServer(name)
    found = line.waitForConnected(_WAIT)
    line.disconnectFromServer()
    return found
