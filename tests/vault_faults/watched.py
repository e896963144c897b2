"""A forked process that works on a folder under a rule: what the disk does to it."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from tests.vault_faults.syscalls import Call, Listener, install

PATIENCE = 60.0  # seconds that a process may be silent before it counts as hanging
GO_ON, DIE = "go on", "die"
Say = Callable[[str], None]
Answer = str | int  # GO_ON, DIE, or an errno that the call is refused with


class Ended(Enum):
    """How a process ended."""

    DONE = "done"
    KILLED = "killed"
    CRASHED = "crashed"
    HUNG = "hung"


@dataclass
class Outcome:
    """What a process said, line by line, and how it ended.

    fault: the traceback of what it did not catch. seconds: from "ready" to its end.
    """

    said: list[str] = field(default_factory=list)
    ended: Ended = Ended.DONE
    fault: str = ""
    seconds: float = 0.0


class Rule:
    """What the disk does. This one does what it is asked."""

    locks = False  # whether locks and sleeps are wanted too

    def call(self, call: Call) -> Answer:
        """Answer one call on the watched folder."""
        del call
        return GO_ON

    def said(self, line: str) -> None:
        """The process is about to say a line."""
        del line


def watched(work: Callable[..., None], rule: Rule, root: Path, *given: Any) -> Outcome:
    """Do `work(say, *given)` in a process of its own whose calls `rule` answers.

    What it says is known before it goes on, and nothing that it said is unsaid when it
    dies. Calls on files outside `root` are let go on.
    """
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        _work(work, theirs, given, locks=rule.locks)
    theirs.close()
    outcome = Outcome()
    try:
        _, [descriptor], _, _ = socket.recv_fds(ours, 1, 1)
        listener = Listener(descriptor)
        try:
            _serve(listener, child, ours, rule, str(root), outcome)
        finally:
            listener.close()
    finally:
        ours.close()
        _end(child, outcome)
    return outcome


def killed_after(work: Callable[..., None], seconds: float, *given: Any) -> Outcome:
    """Do `work(say, *given)` in a process that is killed so long after "ready".

    Nothing slows it down; it may also be done before.
    """
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        _work(work, theirs, given, locks=None)
    theirs.close()
    outcome = Outcome()
    heard = _Heard(ours, Rule(), outcome)
    try:
        while "ready" not in outcome.said and heard.wait():
            pass
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        heard.finish()
    finally:
        ours.close()
        _end(child, outcome)
    return outcome


def side_by_side(*works: tuple[Any, ...]) -> list[Outcome]:
    """Do several works at once, each `(work, *given)` in a process of its own."""
    running: list[tuple[int, socket.socket, Outcome]] = []
    for work, *given in works:
        ours, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            _work(work, theirs, given, locks=None)
        theirs.close()
        running.append((child, ours, Outcome()))
    for child, ours, outcome in running:
        _Heard(ours, Rule(), outcome).finish()
        ours.close()
        _end(child, outcome)
    return [outcome for _, _, outcome in running]


def _work(
    work: Callable[..., None], channel: socket.socket, given: Any, *, locks: bool | None
) -> None:
    code = 1
    try:
        channel.set_inheritable(False)
        if locks is not None:
            install(channel, locks=locks)
        say = _sayer(channel)
        try:
            work(say, *given)
            code = 0
        except BaseException:  # noqa: BLE001  its parent is told
            say("fault " + traceback.format_exc().replace("\n", "\r"))
    finally:
        os._exit(code)


def _sayer(channel: socket.socket) -> Say:
    number = channel.fileno()

    def say(line: str) -> None:
        os.write(number, f"{line}\n".encode())

    return say


def _serve(
    listener: Listener,
    child: int,
    channel: socket.socket,
    rule: Rule,
    root: str,
    outcome: Outcome,
) -> None:
    poll = select.poll()
    poll.register(listener.descriptor, select.POLLIN)
    heard = _Heard(channel, rule, outcome)
    while True:
        events = poll.poll(PATIENCE * 1000)
        if not events:
            outcome.ended = Ended.HUNG
            os.kill(child, signal.SIGKILL)
            break
        if events[0][1] & select.POLLHUP:
            break
        call = listener.call()
        if call is None:
            continue
        heard.listen()  # what was said before it
        try:
            answer = _answer(call, rule, root)
        except (OSError, ValueError):
            if _is_there(call.pid):
                raise
            continue
        if answer == DIE:
            os.kill(child, signal.SIGKILL)
            break
        if answer == GO_ON:
            listener.let_go_on(call)
        else:
            assert isinstance(answer, int)
            listener.refuse(call, answer)
    heard.finish()


def _answer(call: Call, rule: Rule, root: str) -> Answer:
    if call.sort == "sleep":
        return rule.call(call)
    if call.path != root and not call.path.startswith(root + "/"):
        return GO_ON
    return rule.call(call)


class _Heard:
    """Takes the lines that the process has said."""

    def __init__(self, channel: socket.socket, rule: Rule, outcome: Outcome) -> None:
        self._channel, self._rule, self._outcome = channel, rule, outcome
        self._rest = b""
        self._since = time.perf_counter()
        channel.setblocking(False)

    def listen(self) -> None:
        """Take what is there."""
        try:
            raw = self._channel.recv(1 << 20)
        except BlockingIOError:
            return
        *lines, self._rest = (self._rest + raw).split(b"\n")
        for line in lines:
            self._take(line.decode())

    def wait(self) -> bool:
        """Wait for more; False when the process is gone."""
        if not select.select([self._channel], [], [], PATIENCE)[0]:
            return False
        before = len(self._outcome.said)
        self.listen()
        return len(self._outcome.said) > before

    def _take(self, line: str) -> None:
        if line.startswith("fault "):
            self._outcome.fault = line[6:].replace("\r", "\n")
            return
        if line == "ready":
            self._since = time.perf_counter()
        self._outcome.said.append(line)
        self._rule.said(line)

    def finish(self) -> None:
        """Take all that is left, until the other end is gone."""
        self._channel.setblocking(True)
        while True:
            raw = self._channel.recv(1 << 20)
            if not raw:
                break
            *lines, self._rest = (self._rest + raw).split(b"\n")
            for line in lines:
                self._take(line.decode())
        self._outcome.seconds = time.perf_counter() - self._since


def _is_there(pid: int) -> bool:
    try:
        os.stat(f"/proc/{pid}/mem")
    except OSError:
        return False
    return True


def _end(child: int, outcome: Outcome) -> None:
    _, status = os.waitpid(child, 0)
    if outcome.ended is Ended.HUNG:
        return
    if os.WIFSIGNALED(status):
        killed = os.WTERMSIG(status) == signal.SIGKILL
        outcome.ended = Ended.KILLED if killed else Ended.CRASHED
    elif os.WEXITSTATUS(status):
        outcome.ended = Ended.CRASHED
