"""A ZIP archive of named parts whose SHA-256 and size its manifest tells.

What a backup is, of a laptop (`gridapp.store.backup_file`) and of a county
(`gridapp.county.backup`). Parts are stored as they are: whoever wants them packed packs
them before.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

PIECE = 1 << 20  # bytes that are read at a time
Told = Mapping[str, tuple[str, int]]  # name: SHA-256 in hex, bytes
_LOCAL_HEADER = 30  # bytes before a member's name (PKWARE APPNOTE 4.3.7)
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # a way of packing that nobody here uses
    RuntimeError,  # a member that says it has a password
    UnicodeDecodeError,
    OverflowError,
    ValueError,
    struct.error,
)


class Damaged(Exception):
    """The archive is none, or a part is not what was written; `part` names it."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class Writer:
    """Writes the parts into an archive and notes what they are."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.written: dict[str, tuple[str, int]] = {}

    @contextmanager
    def part(self, name: str) -> Generator[Noted]:
        """A file to write that part into."""
        with self._archive.open(name, "w", force_zip64=True) as out:
            noted = Noted(out)
            yield noted
        self.written[name] = (noted.hash.hexdigest(), noted.size)


class Noted:
    """A file to write that knows the hash of what went through."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes) -> int:
        """Write, and note."""
        self.hash.update(piece)
        self.size += len(piece)
        return self._out.write(piece)

    def flush(self) -> None:
        """Nothing waits here."""


class Reader:
    """An archive that was opened; Damaged when the file is none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._archive = zipfile.ZipFile(file)
        except _BROKEN as error:
            raise Damaged("") from error

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def names(self) -> list[str]:
        """The names of the parts."""
        return self._archive.namelist()

    def open(self, name: str) -> BinaryIO:
        """A part, to be read; Damaged when it is not there."""
        try:
            found: Any = self._archive.open(name)
        except (KeyError, *_BROKEN) as error:
            raise Damaged(name) from error
        return found

    def read(self, name: str, most: int) -> bytes:
        """All of a small part; Damaged when it has more than `most` bytes."""
        raw = b"".join(self._pieces(name, most))
        if len(raw) > most:
            raise Damaged(name)
        return raw

    def pieces(self, name: str, told: Told) -> Iterator[bytes]:
        """A part piece by piece; Damaged, at the latest after the last piece, when it
        is not what the manifest tells."""
        if name not in told:
            raise Damaged(name)
        digest, size = told[name]
        found, length = hashlib.sha256(), 0
        for piece in self._pieces(name, size):
            found.update(piece)
            length += len(piece)
            if length > size:
                break
            yield piece
        if (found.hexdigest(), length) != (digest, size):
            raise Damaged(name)

    def check(self, told: Told) -> None:
        """Read every part that the manifest tells; Damaged when one is another."""
        for name in told:
            for _ in self.pieces(name, told):
                pass

    def place(self, name: str) -> tuple[int, int]:
        """Where the bytes of a part lie in the file, and how many they are."""
        try:
            info = self._archive.getinfo(name)
            with self._file.open("rb") as file:
                file.seek(info.header_offset)
                header = file.read(_LOCAL_HEADER)
            words, more = struct.unpack("<HH", header[26:30])
        except (KeyError, *_BROKEN) as error:
            raise Damaged(name) from error
        start = info.header_offset + _LOCAL_HEADER + words + more
        return start, info.file_size

    def _pieces(self, name: str, most: int) -> Iterator[bytes]:
        """At most one piece more than `most` bytes: a part that unfolds to gigabytes
        is another than the manifest tells."""
        length = 0
        try:
            with self.open(name) as part:
                while length <= most and (piece := part.read(PIECE)):
                    length += len(piece)
                    yield piece
        except _BROKEN as error:
            raise Damaged(name) from error
