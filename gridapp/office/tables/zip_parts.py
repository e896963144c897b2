"""The parts of a zip file (.xlsx, .ods) by what they really unpack to.

A zip says itself how large its parts are, and a hostile one lies; so every part is
unpacked here once, counted, before any library is given the file.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from gridapp.office.tables.raw_sheet import too_large

LARGEST = 300 << 20  # bytes after unpacking: 100,000 rows have about 100 MB
PIECE = 1 << 16  # bytes fed to the unpacker at once
PROLOG = 1 << 16  # bytes within which an XML part must come to its first element
_HEADER = 30  # bytes of a local file header before the name
_MARKUP = (".xml", ".rels", ".vml")
_ELEMENT = re.compile(rb"<[A-Za-z_]")


class BadParts(ValueError):
    """The file is no whole zip, or its parts are none an office program writes."""


class ZipParts:
    """The parts by name. Raises BadParts, and UserError when they unfold too far."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                listed = book.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise BadParts from error
        self._parts = {one.filename: one for one in listed}
        if len(self._parts) != len(listed):
            raise BadParts  # two parts of one name: readers would not see the same

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def check(self) -> None:
        """Unpack everything once: what is too large or declares entities is refused."""
        total = 0
        for name in self._parts:
            head = b""
            for piece in self.pieces(name):
                total += len(piece)
                if total > LARGEST:
                    raise too_large()
                if len(head) < PROLOG:
                    head += piece[:PROLOG]
            if name.lower().endswith(_MARKUP):
                _check_prolog(head)

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part, unpacked piece by piece."""
        part = self._parts[name]
        at = part.header_offset
        header = self.content[at : at + _HEADER]
        if len(header) < _HEADER or header[:4] != b"PK\x03\x04" or part.flag_bits & 1:
            raise BadParts
        start = at + _HEADER + int.from_bytes(header[26:28], "little")
        start += int.from_bytes(header[28:30], "little")
        data = memoryview(self.content)[start : start + part.compress_size]
        if part.compress_type == zipfile.ZIP_STORED:
            for begin in range(0, len(data), PIECE):
                yield bytes(data[begin : begin + PIECE])
        elif part.compress_type == zipfile.ZIP_DEFLATED:
            yield from _inflated(data)
        else:
            raise BadParts

    def read(self, name: str) -> bytes:
        """A part as a whole; b"" when it is not there."""
        return b"".join(self.pieces(name)) if name in self._parts else b""


def _inflated(data: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for begin in range(0, len(data), PIECE):
            rest = bytes(data[begin : begin + PIECE])
            while rest:
                yield unpacker.decompress(rest, PIECE * 16)
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise BadParts from error
    if not unpacker.eof:
        raise BadParts


def _check_prolog(head: bytes) -> None:
    """No document type, hence no entities; and UTF-8, which all office programs write,
    so that what is searched here is what a parser sees."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")):
        raise BadParts
    first = _ELEMENT.search(head)
    if head.strip() and first is None:
        raise BadParts
    prolog = head[: first.start() if first else 0]
    encoding = re.search(rb"encoding\s*=\s*[\"']([^\"']*)", prolog)
    if b"<!" in re.sub(rb"<!--.*?-->", b"", prolog, flags=re.DOTALL) or (
        encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"utf8")
    ):
        raise BadParts


class Stream(io.RawIOBase):
    """A part as a file that can be read once, for a parser that reads as it goes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces, self._rest = pieces, b""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, b"" at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
