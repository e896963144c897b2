"""Looks for markers in files: as they are, and in what is compressed inside them."""

from __future__ import annotations

import copy
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import zstandard
from ahocorasick_rs import BytesAhoCorasick

from tests.leaks.markers import SHORTEST, Marker

_DEEPEST = 3  # compressed inside compressed
_MOST = 64 << 20  # bytes that are taken of one stream
_STREAM = re.compile(
    rb"x[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04|\x28\xb5\x2f\xfd", re.DOTALL
)
_LEAST = 12  # bytes that a stream must give to be one


@dataclass(frozen=True)
class Hit:
    """A marker that was found."""

    where: str
    marker: str
    form: str
    at: int

    def __str__(self) -> str:
        return f"{self.where}: {self.marker} as {self.form} at {self.at}"


@dataclass
class Search:
    """Counts what was searched; `hits` are what was found.

    numbers: look only for what a masked paper must not show. shortest: bytes of the
    shortest pattern; of thousands, short ones stand in random bytes by chance.
    """

    markers: Iterable[Marker]
    numbers: bool = False
    shortest: int = SHORTEST
    files: int = 0
    bytes: int = 0
    hits: list[Hit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._means: dict[bytes, tuple[str, str]] = {}
        for marker in self.markers:
            if self.numbers and not marker.number:
                continue
            for form, raw in marker.forms():
                if len(raw) >= self.shortest:
                    self._means.setdefault(raw, (marker.name, form))
        self._patterns = list(self._means)
        self._machine = BytesAhoCorasick(self._patterns)

    def anew(self) -> Search:
        """A search for the same that has found nothing yet; making one costs a second
        where the markers are many."""
        other = copy.copy(self)
        other.files = other.bytes = 0
        other.hits = []
        return other

    @property
    def patterns(self) -> int:
        """How many byte strings are looked for."""
        return len(self._patterns)

    def file(self, path: Path, name: str = "") -> None:
        """Search a file, its name included."""
        self.files += 1
        self.content(path.read_bytes(), name or str(path))
        self.content(str(path).encode(), f"the name of {path}")

    def folder(self, folder: Path) -> None:
        """Search every file below a folder."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.file(path)

    def content(self, content: bytes, where: str) -> None:
        """Search these bytes and what is compressed in them."""
        self.bytes += len(content)
        for inner, name in self._views(content, where, 0):
            for which, start, _ in self._machine.find_matches_as_indexes(inner):
                marker, form = self._means[self._patterns[which]]
                self.hits.append(Hit(name, marker, form, start))

    def _views(
        self, content: bytes, where: str, depth: int
    ) -> Iterator[tuple[bytes, str]]:
        yield content, where
        if depth == _DEEPEST:
            return
        for found in _STREAM.finditer(content):
            inner = _unpacked(content, found.start(), found.group())
            if len(inner) >= _LEAST:
                yield from self._views(inner, f"{where}@{found.start()}", depth + 1)


def _unpacked(content: bytes, start: int, magic: bytes) -> bytes:
    """What the stream that begins there holds; nothing when there is none."""
    if magic[:1] == b"x":
        return _inflated(content, start, zlib.MAX_WBITS)
    if magic[:1] == b"\x1f":
        return _inflated(content, start, zlib.MAX_WBITS | 16)
    if magic[:1] == b"P":
        if len(content) < start + 30:
            return b""
        name, extra = struct.unpack_from("<2H", content, start + 26)
        return _inflated(content, start + 30 + name + extra, -zlib.MAX_WBITS)
    reader = zstandard.ZstdDecompressor().stream_reader(content[start:])
    try:
        return reader.read(_MOST)
    except zstandard.ZstdError:
        return b""


def _inflated(content: bytes, start: int, bits: int) -> bytes:
    """What a deflated stream gives until it ends or turns out to be none."""
    machine = zlib.decompressobj(bits)
    parts: list[bytes] = []
    whole, size, step = memoryview(content), 0, 256
    while start < len(whole) and not machine.eof and size < _MOST:
        try:
            parts.append(machine.decompress(whole[start : start + step], _MOST))
        except zlib.error:
            break
        size += len(parts[-1])
        start += step
        step = 1 << 16
    return b"".join(parts)
