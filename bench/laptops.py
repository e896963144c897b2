"""python -m bench.laptops: laptops at the end of a day, as a process of their own.

Reads one JSON line, `url` and `laptops`, each with the wait before it starts and its
request; says "ready"; reads the moment when the first starts, in seconds since 1970;
prints one JSON line, a Told. Requests are packed before, and answers unpacked only as
far as a laptop must to know how it goes on, so that the county is what is measured.
"""

from __future__ import annotations

import base64
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.counties import Enrolled
from gridapp.errors import UserError
from gridapp.sync.protocol import (
    VERSION,
    Change,
    Cursor,
    Pull,
    Push,
    Pushed,
    Refusal,
    SyncReply,
    SyncRequest,
    mark_of,
    pack,
    unpack,
)
from gridapp.sync.transport import Answer, HttpTransport

PATH = "/v1/sync"
PROCESSES = 2


@dataclass
class Day:
    """A laptop's day: its changes, and how far it had read before."""

    who: Enrolled
    changes: list[Change]
    read: int  # of its grid's log
    sent: int = 0  # of its own journal, before

    def request(self, cursor: Cursor, push: bool) -> SyncRequest:
        """One round trip."""
        last = self.changes[-1]
        pushed = Push(last.seq, self.changes, mark=mark_of(last.id, last.at))
        return SyncRequest(
            VERSION,
            self.who.epoch,
            self.who.device,
            pushed if push else None,
            Pull([cursor]),
            sent=self.sent if push else last.seq,
        )


@dataclass
class Told:
    """What became of a day's rush."""

    seconds: list[float] = field(default_factory=list[float])  # of each request
    statuses: list[int] = field(default_factory=list[int])
    ends: list[float] = field(default_factory=list[float])  # since 1970, of each laptop
    counts: list[Sequence[int]] = field(default_factory=list[Sequence[int]])
    failed: list[str] = field(default_factory=list[str])
    processor: float = 0.0  # seconds the laptops took themselves

    @property
    def total(self) -> tuple[int, int, int]:
        """Changes that were taken, held, received."""
        taken, held, received = zip(*self.counts, strict=True)
        return sum(taken), sum(held), sum(received)

    def add(self, other: Mapping[str, Any]) -> None:
        """Put another process's part in."""
        for name, value in other.items():
            setattr(self, name, getattr(self, name) + value)


class _Timed(HttpTransport):
    """The laptop's own transport, with a clock. One that is busy is asked again."""

    def __init__(self, url: str, told: Told) -> None:
        super().__init__(url)
        self._told = told

    def send(self, *given: Any, **also: Any) -> Answer:
        start = time.perf_counter()
        answer = super().send(*given, **also)
        self._told.seconds.append(time.perf_counter() - start)
        self._told.statuses.append(answer.status)
        return answer


def rush(url: str, days: Sequence[Day], within: float) -> tuple[Told, float]:
    """All laptops sync, started evenly within so many seconds.

    What became of it, and the seconds until the last one was through.
    """
    waits = [one * within / len(days) for one in range(len(days))]
    laptops = [_written(day, wait) for day, wait in zip(days, waits, strict=True)]
    parts = [laptops[one::PROCESSES] for one in range(PROCESSES)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.laptops"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in parts
    ]
    for one, part in zip(running, parts, strict=True):
        _tell(one, {"url": url, "laptops": part})
    for one in running:
        _line_of(one)
    moment = time.time() + 0.5
    for one in running:
        _tell(one, moment)
    told = Told()
    for one in running:
        told.add(json.loads(_line_of(one)))
        one.communicate(timeout=30)
    return told, max(told.ends) - moment


def _tell(process: subprocess.Popen[str], words: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(words) + "\n")
    process.stdin.flush()


def _line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("laptops of the bench came to an end")
    return line


def _written(day: Day, wait: float) -> dict[str, Any]:
    first = pack(day.request(Cursor(day.who.grid.bytes, day.read, "done"), push=True))
    return {
        "wait": wait,
        "token": day.who.token,
        "epoch": day.who.epoch,
        "device": day.who.device.hex(),
        "last": day.changes[-1].seq,
        "first": base64.b64encode(first).decode(),
    }


def _live(laptop: Mapping[str, Any], url: str, moment: float, told: Told) -> None:
    time.sleep(max(0.0, moment + laptop["wait"] - time.time()))
    line = _Timed(url, told)
    body = base64.b64decode(laptop["first"])
    try:
        while True:
            status, answer = line.exchange(PATH, laptop["token"], body)
            if status != 200:
                raise UserError(unpack(answer, Refusal).code)
            reply = unpack(answer, SyncReply)
            pushed, page = reply.pushed or Pushed(0, 0, []), reply.pulled
            received = len(page.changes) if page else 0
            told.counts.append((pushed.taken, len(pushed.held), received))
            if page is None or not page.more:
                return
            who = laptop["epoch"], bytes.fromhex(laptop["device"])
            pull = Pull(page.cursors)
            body = pack(SyncRequest(VERSION, *who, None, pull, sent=laptop["last"]))
    except UserError as error:
        told.failed.append(str(error))
    finally:
        line.close()
        told.ends.append(time.time())


def main() -> None:
    """Live the day that is told."""
    asked = json.loads(sys.stdin.readline())
    print('"ready"', flush=True)
    moment = json.loads(sys.stdin.readline())
    told = Told()
    threading.stack_size(512 << 10)
    threads = [
        threading.Thread(target=_live, args=(one, asked["url"], moment, told))
        for one in asked["laptops"]
    ]
    before = resource.getrusage(resource.RUSAGE_SELF)
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    after = resource.getrusage(resource.RUSAGE_SELF)
    told.processor = sum(
        getattr(after, name) - getattr(before, name)
        for name in ("ru_utime", "ru_stime")
    )
    print(json.dumps(vars(told)), flush=True)


if __name__ == "__main__":
    main()
