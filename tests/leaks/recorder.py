"""Keeps every byte that a program and its children give the kernel to write.

    python -m tests.leaks.recorder FOLDER PROGRAM ARGUMENT…

A tracer of its own, because a file that is gone a moment later, a truncated WAL and an
overwritten page are no less written. A seccomp filter stops each process at the system
calls that write (seccomp(2)), the tracer reads what they carry (ptrace(2)) and appends
it to one file a path in FOLDER. What goes to the screen, a pipe or a socket is in no
file. The command line and the environment of every program that is begun are kept too.
FOLDER/index.json says what was written where.

Memory that is mapped to a file is not seen here; the files themselves are searched.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import struct
import subprocess
import sys
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

_TRACEME, _CONT, _SETOPTIONS, _SYSCALL_INFO = 0, 7, 0x4200, 0x420E
_EVENT_EXEC, _EVENT_SECCOMP = 4, 7
_FORK, _VFORK, _CLONE, _EXEC, _SECCOMP, _EXITKILL = 2, 4, 8, 16, 128, 1 << 20
_OPTIONS = _FORK | _VFORK | _CLONE | _EXEC | _SECCOMP | _EXITKILL
_WALL = 0x40000000
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _FILTER = 22, 38, 2
_ALLOW, _TRACE = 0x7FFF0000, 0x7FF00000
_LOAD_NUMBER, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06

# write, writev, pwrite64, pwritev, sendfile, copy_file_range, pwritev2
CALLS = {
    "x86_64": dict(
        zip((1, 20, 18, 296, 40, 326, 328), "wvpVscV", strict=True),
    ),
    "aarch64": dict(
        zip((64, 66, 68, 70, 71, 285, 287), "wvpVscV", strict=True),
    ),
}[platform.machine()]


def _ask(request: int, pid: int, address: int = 0, data: int = 0) -> int:
    done = _libc.ptrace(request, pid, address, data)
    if done < 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    return done


def _be_traced() -> None:
    """In the child, before it becomes the program."""
    rules = [(_LOAD_NUMBER, 0, 0, 0)]
    for at, number in enumerate(CALLS):
        rules.append((_JUMP_EQUAL, len(CALLS) - at, 0, number))
    rules += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _TRACE)]
    code = b"".join(struct.pack("=HBBI", *rule) for rule in rules)
    kept = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(
        struct.pack("@HP", len(rules), ctypes.addressof(kept))
    )
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _ask(_TRACEME, 0)
    place = ctypes.c_void_p(ctypes.addressof(program))
    if _libc.prctl(_PR_SET_SECCOMP, _FILTER, place, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


class Recorder:
    """The tracer of one program; `index` is {path: (file in the folder, bytes)}."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, tuple[str, int]] = {}
        self._open: dict[str, int] = {}
        self._known: set[int] = set()
        self._info = ctypes.create_string_buffer(88)
        self.blind = 0  # writes whose content could not be read

    def run(self, words: list[str]) -> int:
        """Start the program and record until the last of its processes has ended; its
        exit code, negative for a signal."""
        # what preexec_fn forks with is this thread, and only it may ask of the child
        process = subprocess.Popen(words, preexec_fn=_be_traced)  # noqa: PLW1509
        os.waitpid(process.pid, 0)  # it stops at its exec
        _ask(_SETOPTIONS, process.pid, 0, _OPTIONS)
        self._known.add(process.pid)
        _ask(_CONT, process.pid)
        code = 0
        while True:
            try:
                pid, status = os.waitpid(-1, _WALL)
            except ChildProcessError:
                break
            if not os.WIFSTOPPED(status):
                self._known.discard(pid)
                if pid == process.pid:
                    code = os.waitstatus_to_exitcode(status)
                continue
            self._stopped(pid, status)
        process.returncode = code
        return code

    def _stopped(self, pid: int, status: int) -> None:
        event, stop = status >> 16, os.WSTOPSIG(status)
        deliver = 0
        if event == _EVENT_SECCOMP:
            self._wrote(pid)
        elif event == _EVENT_EXEC:
            for name in ("cmdline", "environ"):  # what a list of processes shows
                said = Path(f"/proc/{pid}/{name}").read_bytes()
                self._keep(f"/proc/{name}", said)
        elif pid not in self._known:
            self._known.add(pid)  # a new process or thread stops before it begins
        elif event == 0 and stop != signal.SIGTRAP:
            deliver = stop
        try:
            _ask(_CONT, pid, 0, deliver)
        except ProcessLookupError:
            return  # killed meanwhile

    def _wrote(self, pid: int) -> None:
        address = ctypes.addressof(self._info)
        try:
            _ask(_SYSCALL_INFO, pid, len(self._info), address)
        except OSError:
            return
        number, *given = struct.unpack_from("=7Q", self._info.raw, 24)
        sort = CALLS[number]
        try:
            target = os.readlink(f"/proc/{pid}/fd/{given[0]}")
        except OSError:
            return  # no such file: the call will fail
        if not target.startswith("/") or _is_device(target):
            return
        try:
            self._keep(target, self._content(pid, sort, given))
        except OSError:
            self.blind += 1

    def _content(self, pid: int, sort: str, given: list[int]) -> bytes:
        if sort in "sc":  # from another file: all of that one
            source = given[1] if sort == "s" else given[0]
            if sort == "c":
                return b""
            with open(f"/proc/{pid}/fd/{source}", "rb") as file:
                return file.read()
        if sort in "wp":
            return _memory(pid, given[1], given[2])
        vectors = _memory(pid, given[1], 16 * given[2])
        parts = struct.iter_unpack("=QQ", vectors)
        return b"".join(_memory(pid, base, size) for base, size in parts)

    def _keep(self, path: str, content: bytes) -> None:
        if path not in self._open:
            name = f"{len(self._open):06}"
            self._open[path] = os.open(
                self._folder / name, os.O_WRONLY | os.O_CREAT, 0o600
            )
            self._files[path] = (name, 0)
        os.write(self._open[path], content)
        name, size = self._files[path]
        self._files[path] = (name, size + len(content))

    def close(self) -> None:
        """Write the index."""
        for handle in self._open.values():
            os.close(handle)
        said = {"blind": self.blind, "files": self._files}
        (self._folder / "index.json").write_text(json.dumps(said), encoding="utf-8")


def _is_device(path: str) -> bool:
    return path.startswith("/dev/") and not path.startswith("/dev/shm/")


def _memory(pid: int, address: int, size: int) -> bytes:
    handle = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    try:
        return os.pread(handle, size, address)
    finally:
        os.close(handle)


def main(folder: Path, words: list[str]) -> int:
    """Record the program `words`; its exit code."""
    recorder = Recorder(folder)
    try:
        return recorder.run(words)
    finally:
        recorder.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
