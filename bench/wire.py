"""Counts what goes over a line, and what a server's processes take of the processor."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

PIECE = 1 << 18


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Line:
    """A line on loopback to another port, that counts the bytes each way."""

    def __init__(self, target: int) -> None:
        self.up = self.down = 0
        self._target = target
        self._sock = socket.socket()
        self._sock.bind(("127.0.0.1", 0))
        self._sock.listen(64)
        self.port: int = self._sock.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._sock.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        try:
            while piece := source.recv(PIECE):
                if up:
                    self.up += len(piece)
                else:
                    self.down += len(piece)
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self) -> None:
        """Take no more connections."""
        self._sock.close()


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
        before, sent = processor(self._pid), self._line.up + self._line.down
        start = time.perf_counter()
        act(*given)
        took = time.perf_counter() - start
        time.sleep(0.05)  # the last bytes are counted after they went out
        count = self._line.up + self._line.down - sent
        return [took, processor(self._pid) - before, count]
