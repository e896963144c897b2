"""Counts what goes over a line, and what a server's processes take of the processor."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

PIECE = 1 << 18


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Line:
    """A line on loopback to another port, that counts the bytes both ways.

    It is a process of its own: threads of the one that is measured would take turns
    with it, and a peer that is not written in Python would not feel that.
    """

    def __init__(self, target: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.wire", str(target)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = self._told()

    @property
    def count(self) -> int:
        """Bytes that went over it until now."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._told()

    def _told(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


class _Relay:
    def __init__(self, target: int) -> None:
        self.counts = [0, 0]  # up, down: each is written by one thread at a time
        self._target = target
        self._sock = socket.socket()
        self._sock.bind(("127.0.0.1", 0))
        self._sock.listen(64)
        self.port: int = self._sock.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            near, _ = self._sock.accept()
            far = socket.create_connection(("127.0.0.1", self._target))
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((near, far, 0), (far, near, 1)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, way: int) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                self.counts[way] += len(piece)
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)


def main() -> None:
    """Be a Line: tell the port, then the bytes so far for each line that is read."""
    relay = _Relay(int(sys.argv[1]))
    print(relay.port, flush=True)
    for _ in sys.stdin:
        print(sum(relay.counts), flush=True)


def processor(pid: int) -> float:
    """Seconds of the processor that a process and its children have taken."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for one in (pid, *_children(pid)):
        try:
            with open(f"/proc/{one}/stat", encoding="utf-8") as source:
                told = source.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(map(int, told[11:15])) / ticks
    return total


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as source:
            return [int(one) for one in source.read().split()]
    except OSError:
        return []


class Meter:
    """Measures single acts against one server."""

    def __init__(self, pid: int, port: int) -> None:
        self._pid = pid
        self._line = Line(port)
        self.url = f"http://127.0.0.1:{self._line.port}"

    def take(self, act: Callable[..., Any], *given: Any) -> list[float]:
        """[seconds, the server's seconds of processor, bytes both ways]."""
        gc.collect()  # what was made before is not looked through meanwhile
        before, sent = processor(self._pid), self._line.count
        start = time.perf_counter()
        act(*given)
        took = time.perf_counter() - start
        time.sleep(0.05)  # the last bytes are counted after they went out
        count = self._line.count - sent
        return [took, processor(self._pid) - before, count]


if __name__ == "__main__":
    main()
