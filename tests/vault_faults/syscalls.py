"""What a process asks of the disk, heard before it happens: Linux's seccomp notifier.

A forked process installs a filter on itself and hands its listener to the test, which
then answers each such call: let it go on, refuse it with an errno, or never answer and
kill the process (seccomp_unotify(2), Linux 5.5). It sees what SQLite, the Python
library and any other code in that process do alike, without a hook in the program.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import socket
import struct
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

_TABLES = {  # numbers of the calls by machine, from Linux's syscall tables
    "x86_64": {
        "seccomp": 317,
        "open": 2,
        "openat": 257,
        "creat": 85,
        "write": 1,
        "pwrite64": 18,
        "writev": 20,
        "pwritev": 296,
        "truncate": 76,
        "ftruncate": 77,
        "fallocate": 285,
        "fsync": 74,
        "fdatasync": 75,
        "rename": 82,
        "renameat": 264,
        "renameat2": 316,
        "link": 86,
        "linkat": 265,
        "unlink": 87,
        "unlinkat": 263,
        "mkdir": 83,
        "mkdirat": 258,
        "rmdir": 84,
        "sendfile": 40,
        "copy_file_range": 326,
        "fcntl": 72,
        "nanosleep": 35,
        "clock_nanosleep": 230,
    },
    "aarch64": {
        "seccomp": 277,
        "openat": 56,
        "write": 64,
        "pwrite64": 68,
        "writev": 66,
        "pwritev": 70,
        "truncate": 45,
        "ftruncate": 46,
        "fallocate": 47,
        "fsync": 82,
        "fdatasync": 83,
        "renameat": 38,
        "renameat2": 276,
        "linkat": 37,
        "unlinkat": 35,
        "mkdirat": 34,
        "sendfile": 71,
        "copy_file_range": 285,
        "fcntl": 25,
        "nanosleep": 101,
        "clock_nanosleep": 115,
    },
}
NUMBERS = _TABLES.get(platform.machine(), {})
NAMES = {number: name for name, number in NUMBERS.items() if name != "seccomp"}
LOCKS_AND_SLEEPS = frozenset({"fcntl", "nanosleep", "clock_nanosleep"})

_LIBC = ctypes.CDLL(None, use_errno=True)
_NO_NEW_PRIVILEGES, _FILTER_MODE, _NEW_LISTENER = 38, 1, 8
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06  # of BPF
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_NOTE = struct.Struct("QIIiIQ6Q")  # struct seccomp_notif
_ANSWER = struct.Struct("QqiI")  # struct seccomp_notif_resp
_GO_ON = 1


def _ioctl(number: int, size: int) -> int:
    return 3 << 30 | size << 16 | ord("!") << 8 | number


_RECEIVE, _SEND = _ioctl(0, _NOTE.size), _ioctl(1, _ANSWER.size)
_SET_LOCK = (fcntl.F_SETLK, 37)  # 37: F_OFD_SETLK
_AT_FDCWD = -100
_PAGE = 4096


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(channel: socket.socket, *, locks: bool) -> None:
    """Have this process's calls heard from now on; sends the listener to `channel`.

    locks: its locks on files and its sleeps are heard as well.
    """
    wanted = [
        number
        for number, name in NAMES.items()
        if locks or name not in LOCKS_AND_SLEEPS
    ]
    steps = [struct.pack("HBBI", _LOAD, 0, 0, 0)]
    for at, number in enumerate(wanted):
        steps.append(struct.pack("HBBI", _EQUALS, len(wanted) - at, 0, number))
    steps.append(struct.pack("HBBI", _RETURN, 0, 0, _ALLOW))
    steps.append(struct.pack("HBBI", _RETURN, 0, 0, _NOTIFY))
    raw = ctypes.create_string_buffer(b"".join(steps))
    program = _Program(len(steps), ctypes.addressof(raw))
    _LIBC.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    listener = _LIBC.syscall(
        NUMBERS["seccomp"], _FILTER_MODE, _NEW_LISTENER, ctypes.byref(program)
    )
    if listener < 0:
        raise OSError(ctypes.get_errno(), "this kernel tells nobody of system calls")
    socket.send_fds(channel, [b"!"], [listener])
    os.close(listener)


@dataclass
class Call:
    """One call that waits for its answer."""

    name: str
    pid: int
    args: tuple[int, ...]
    key: int = field(repr=False)  # of the notification

    @property
    def sort(self) -> str:
        """What it does, whichever of the kernel's calls for it was taken."""
        return _SORTS.get(self.name, self.name)

    @cached_property
    def path(self) -> str:
        """The file or folder it works on, by the name it has now."""
        if self.name in _BY_PATH:
            return self._named(None, self.args[0])
        if self.name in _BY_FOLDER:
            return self._named(self.args[0], self.args[1])
        return self._of(self.args[2 if self.name == "copy_file_range" else 0])

    @cached_property
    def target(self) -> str:
        """The new name of a rename or a link."""
        if self.name in ("rename", "link"):
            return self._named(None, self.args[1])
        return self._named(self.args[2], self.args[3])

    @cached_property
    def flags(self) -> int:
        """Of an open."""
        if self.name == "creat":
            return os.O_CREAT | os.O_WRONLY | os.O_TRUNC
        return self.args[1 if self.name == "open" else 2]

    @cached_property
    def changes(self) -> bool:
        """Whether it changes what is on the disk, or makes it stay there."""
        if self.sort == "open":
            if self.flags & os.O_TRUNC:
                return True
            return bool(self.flags & os.O_CREAT) and not os.path.lexists(self.path)
        return self.name not in LOCKS_AND_SLEEPS

    @cached_property
    def locks(self) -> bool:
        """Whether it wants to lock a part of a file, without waiting for it."""
        if self.name != "fcntl" or self.args[1] not in _SET_LOCK:
            return False
        (kind,) = struct.unpack("h", self._memory(self.args[2], 2))
        return kind != fcntl.F_UNLCK

    @cached_property
    def offset(self) -> int:
        """Where in the file a write begins, or an allocation."""
        if self.name in ("pwrite64", "pwritev"):
            return self.args[3]
        if self.name == "fallocate":
            return self.args[2]
        told = Path(f"/proc/{self.pid}/fdinfo/{self._written_to}").read_text()
        at, flags = (line.split()[1] for line in told.splitlines()[:2])
        if int(flags, 8) & os.O_APPEND:
            return self.size
        return int(at)

    @cached_property
    def data(self) -> bytes:
        """What a write writes."""
        if self.name in ("write", "pwrite64"):
            return self._memory(self.args[1], self.args[2])
        if self.name in ("writev", "pwritev"):
            pairs = self._memory(self.args[1], 16 * self.args[2])
            places = struct.iter_unpack("QQ", pairs)
            return b"".join(self._memory(*place) for place in places)
        return self._copied()

    @property
    def length(self) -> int:
        """The size that a file is cut to, or how many bytes are allocated."""
        return self.args[3 if self.name == "fallocate" else 1]

    @property
    def size(self) -> int:
        """Of the file now."""
        return os.stat(f"/proc/{self.pid}/fd/{self._written_to}").st_size

    @property
    def grows(self) -> bool:
        """Whether it wants room on the disk that the file does not have yet."""
        if self.sort == "write":
            return self.offset + len(self.data) > self.size
        if self.sort == "allocate":
            return self.offset + self.length > self.size
        if self.sort == "truncate":
            return self.name == "ftruncate" and self.length > self.size
        return self.sort == "mkdir" or (self.sort == "open" and self.changes)

    def do_part(self, share: float) -> None:
        """Do the first part of a write in its place, as one that was interrupted."""
        part = self.data[: int(len(self.data) * share)]
        with open(
            f"/proc/{self.pid}/fd/{self._written_to}", "r+b", buffering=0
        ) as file:
            os.pwrite(file.fileno(), part, self.offset)

    @property
    def _written_to(self) -> int:
        return self.args[2 if self.name == "copy_file_range" else 0]

    def _copied(self) -> bytes:
        """What sendfile and copy_file_range take from another file."""
        source = self.args[1 if self.name == "sendfile" else 0]
        place, count = self.args[2 if self.name == "sendfile" else 1], self.args[3]
        if self.name == "copy_file_range":
            count = self.args[4]
        if place:
            (at,) = struct.unpack("q", self._memory(place, 8))
        else:
            told = Path(f"/proc/{self.pid}/fdinfo/{source}").read_text()
            at = int(told.split()[1])
        with open(f"/proc/{self.pid}/fd/{source}", "rb", buffering=0) as file:
            left = os.fstat(file.fileno()).st_size - at
            return os.pread(file.fileno(), max(0, min(count, left)), at)

    def _of(self, descriptor: int) -> str:
        return os.readlink(f"/proc/{self.pid}/fd/{descriptor}")

    def _named(self, folder: int | None, place: int) -> str:
        name = self._text(place)
        if os.path.isabs(name):
            return name
        at = _AT_FDCWD if folder is None else ctypes.c_int(folder).value
        base = f"/proc/{self.pid}/cwd" if at == _AT_FDCWD else None
        return os.path.join(os.readlink(base) if base else self._of(at), name)

    def _text(self, place: int) -> str:
        raw = b""
        while b"\0" not in raw:
            raw += self._memory(place + len(raw), _PAGE - (place + len(raw)) % _PAGE)
        return os.fsdecode(raw.partition(b"\0")[0])

    def _memory(self, place: int, count: int) -> bytes:
        with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as memory:
            raw = os.pread(memory.fileno(), count, place)
        if len(raw) != count:
            raise OSError("the process is not there any more")
        return raw


_SORTS = {
    "openat": "open",
    "creat": "open",
    "pwrite64": "write",
    "writev": "write",
    "pwritev": "write",
    "sendfile": "write",
    "copy_file_range": "write",
    "ftruncate": "truncate",
    "fallocate": "allocate",
    "fsync": "sync",
    "fdatasync": "sync",
    "renameat": "rename",
    "renameat2": "rename",
    "linkat": "link",
    "unlinkat": "unlink",
    "rmdir": "unlink",
    "mkdirat": "mkdir",
    "fcntl": "lock",
    "nanosleep": "sleep",
    "clock_nanosleep": "sleep",
}
_BY_PATH = {"open", "creat", "truncate", "rename", "link", "unlink", "mkdir", "rmdir"}
_BY_FOLDER = {"openat", "renameat", "renameat2", "linkat", "unlinkat", "mkdirat"}


class Listener:
    """The test's end: takes calls and answers them."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def call(self) -> Call | None:
        """The next call; None when the process that made it is gone."""
        raw = bytearray(_NOTE.size)
        try:
            fcntl.ioctl(self.descriptor, _RECEIVE, raw)
        except FileNotFoundError:  # it was killed meanwhile
            return None
        key, pid, _, number, _, _, *args = _NOTE.unpack(raw)
        return Call(NAMES[number], pid, tuple(args), key)

    def let_go_on(self, call: Call) -> None:
        """The kernel does what was asked."""
        self._answer(call, 0, _GO_ON)

    def refuse(self, call: Call, errno: int) -> None:
        """The kernel does nothing; the process is told that error (0: it is done)."""
        self._answer(call, -errno, 0)

    def _answer(self, call: Call, error: int, flags: int) -> None:
        try:
            raw = _ANSWER.pack(call.key, 0, error, flags)
            fcntl.ioctl(self.descriptor, _SEND, raw)
        except FileNotFoundError:
            return

    def close(self) -> None:
        os.close(self.descriptor)
