"""Real processes that are killed: a county server, a laptop that syncs or saves.

They are forked by a clean process that has everything imported (multiprocessing's
forkserver), so that one starts in a tenth of a second and inherits no thread. What
counts the moments to be killed at, and what shifts a clock, is done to the process
from outside, here: the program has no hook for it.
"""

from __future__ import annotations

import datetime as dt
import io
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from gridapp.county import app
from gridapp.errors import UserError
from gridapp.models import Resident, kinds
from gridapp.store import records, search_words
from gridapp.store import vault as vaults
from gridapp.sync.client import SyncClient
from tests import orphans
from tests.ports import kept_port

orphans.none()  # of the forkserver, which reads this module
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.processes"])
search_words.name_words("李")  # reads what a search index needs, once
_STARTS_WITHIN = 30.0  # seconds


class Points:
    """Counts the boundaries of statements, commits and returned connections of this
    process; kills it at one of them."""

    def __init__(self) -> None:
        self.passed = 0
        self.last = 0  # 0: never
        event.listen(Engine, "before_cursor_execute", self._pass)
        event.listen(Engine, "commit", self._pass)
        event.listen(Pool, "checkin", self._pass)

    def _pass(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def kill_at(self, nth: int) -> None:
        """Be killed at the `nth` boundary from now on; 0: at none, count only."""
        self.passed, self.last = 0, nth


class Clock:
    """A clock that is off, and goes on, stands still or runs backwards."""

    def __init__(self, off: dt.timedelta, pace: float) -> None:
        self._off, self._pace = off, pace
        self._real, self._since = kinds.now, kinds.now()

    def __call__(self) -> dt.datetime:
        passed = (self._real() - self._since) * self._pace
        whole = self._since + self._off + passed
        return whole.replace(microsecond=whole.microsecond // 1000 * 1000)

    def rule(self) -> None:
        """Be the clock of this process."""
        for module in list(sys.modules.values()):
            if module.__name__.startswith("gridapp") and (
                getattr(module, "now", None) is self._real
            ):
                module.now = self


class Process:
    """A forked process that says lines and may be told numbers."""

    def __init__(self, work, *given) -> None:
        self.pipe, theirs = FORKS.Pipe()
        self._process = FORKS.Process(target=_begin, args=(work, theirs, *given))
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def heard(self, within: float = _STARTS_WITHIN) -> str | None:
        """The next line it says; None when it ended without one."""
        try:
            if not self.pipe.poll(within):
                raise TimeoutError("a process of the tests says nothing")
            return self.pipe.recv()
        except (EOFError, ConnectionError):
            return None

    def lines(self) -> list[str]:
        """All it says until it ends."""
        found = []
        while (line := self.heard(120)) is not None:
            found.append(line)
        self.wait()
        return found

    def kill(self) -> None:
        """SIGKILL."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """SIGTERM, as a service manager does it."""
        self._process.terminate()
        self._process.join(60)
        self.kill()

    def wait(self) -> None:
        self._process.join(60)
        assert not self._process.is_alive()


def _begin(work, pipe: Connection, *given) -> None:
    sys.stdout = sys.stderr = io.StringIO()  # logs of the server
    try:
        work(pipe, *given)
    finally:
        pipe.close()


def _say(pipe: Connection, line: str) -> None:
    with suppress(BrokenPipeError):
        pipe.send(line)


def limit(size: int) -> None:
    """No file of this process may grow beyond `size` bytes from now on."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))


def serve(
    pipe: Connection,
    folder: Path,
    port: int,
    off: dt.timedelta = dt.timedelta(),
    pace: float = 1.0,
    room: int = 0,
) -> None:
    """A county server; it is told at which boundary to be killed."""
    sys.stderr = (folder.parent / "server.log").open("a", encoding="utf-8")
    Clock(off, pace).rule()
    if room:
        limit(room)
    points = Points()

    def listen() -> None:
        with suppress(EOFError, OSError):
            while True:
                points.kill_at(pipe.recv())
                _say(pipe, "counting")

    threading.Thread(target=listen, daemon=True).start()
    app.serve(folder, "127.0.0.1", port)


def sync(
    pipe: Connection,
    folder: Path,
    key: bytes,
    kill_at: int = 0,
    off: dt.timedelta = dt.timedelta(),
    pace: float = 1.0,
    room: int = 0,
) -> None:
    """One sync of a laptop; says how many boundaries it passed, or what went wrong.

    kill_at: the boundary at which it is killed. room: bytes that a file may have.
    """
    Clock(off, pace).rule()
    store = vaults.open_with_key(folder, key)
    if room:
        limit(room)
    points = Points()
    _say(pipe, "open")
    points.kill_at(kill_at)
    try:
        SyncClient.of(store).sync()
        _say(pipe, f"done {points.passed}")
    except UserError as error:
        _say(pipe, f"error {error}")
    store.close()


def save(
    pipe: Connection,
    folder: Path,
    key: bytes,
    words: list[str],
    who: UUID | None = None,
    off: dt.timedelta = dt.timedelta(),
    pace: float = 1.0,
) -> None:
    """Makes residents, or writes into the note of one, a transaction each; says the id
    and the word of each that is confirmed."""
    Clock(off, pace).rule()
    store = vaults.open_with_key(folder, key)
    for word in words:
        try:
            with store.writing() as tx:
                made = {"note": word} if who else {"note": word, "name": "李桂英"}
                key_ = records.save(tx, Resident, made, who)
            _say(pipe, f"{key_.hex} {word}")
        except UserError as error:
            _say(pipe, f"error {error}")
    store.close()


class Server:
    """A county server that can be killed and started again on its port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept = kept_port()
        self.port = self._kept.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: Process | None = None

    def start(
        self,
        off: dt.timedelta = dt.timedelta(),
        pace: float = 1.0,
        room: int = 0,
    ) -> None:
        """Start it and wait until it listens."""
        self._process = Process(serve, self.folder, self.port, off, pace, room)
        deadline = time.monotonic() + _STARTS_WITHIN
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self._process.alive, "the server did not start"
                assert time.monotonic() < deadline, "the server does not listen"
                time.sleep(0.01)
            else:
                return

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    def kill_at(self, nth: int) -> bool:
        """Have it killed at the `nth` boundary of its database work from now on; 0: at
        none any more. Whether it still runs: a server may die behind its last reply."""
        assert self._process is not None
        with suppress(ConnectionError):
            self._process.pipe.send(nth)
        if self._process.heard() is None:
            self._process.wait()
            return False
        return True

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()
            self._process = None
        self._kept.close()
