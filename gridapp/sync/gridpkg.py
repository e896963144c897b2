"""The container of a .gridpkg: sealed to its reader, signed by its writer.

docs/protocol.md ("Packages") describes every byte. Parts are written and read one after
the other, so a file of any size needs the memory of one part only. Nothing of a file is
believed before its signature was checked, and no length that it states is: memory is
taken for bytes that are really there.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.sync.keys import HALF, PrivateKeys, seal_part, signed
from gridapp.sync.protocol import MAX_PLAIN, Cursor, Refused, SyncReply

SUFFIX = ".gridpkg"
MAGIC = b"GRIDPKG"
VERSION = 1
UP, DOWN = "up", "down"
INVITE, JOIN = "invite", "join"  # before a laptop is known
CHUNK = 64 << 10  # bytes sealed at a time
LARGEST = (4 << 30) - 1  # bytes of a file: what FAT32, as sticks have it, can hold
MAX_HEADER = 4096

_UNFINISHED = f"{SUFFIX}.part"
_LARGEST_COUNT = 1 << 47  # milliseconds: the year 6429
_TAG, _SIGNATURE = 16, 64
_SEAL, _SIGN = b"gridapp gridpkg 1 seal", b"gridapp gridpkg 1 sign"
_START = struct.Struct(">7sBH")  # magic, version, bytes of the header
_PART = struct.Struct(">BI")  # kind and bytes of a part

# Kinds of parts
REQUEST, ANSWER = 1, 2  # zstd(msgpack) of a SyncRequest, of an Answered
THUMBNAIL, PHOTO = 3, 4  # SHA-256 of the whole photo (32 bytes), then the JPEG
WANTED_THUMBNAILS, WANTED_PHOTOS = 5, 6  # asked for: SHA-256 after SHA-256
KEPT_THUMBNAILS, KEPT_PHOTOS = 7, 8  # the county has them now, likewise
REFUSED = 9  # zstd(msgpack) of a Refusal: the laptop may not sync
INVITATION, ENROL, ENROLLED = 10, 11, 12  # of an Invitation, an EnrolRequest, -Reply
HASH = 32  # bytes of a SHA-256


class Header(msgspec.Struct, array_like=True):
    """What a package says of itself in clear. Nothing of it is about a person.

    `keys` names the county's pair of keys that it was sealed to (up) or signed with
    (down); `package` is its own id, `answers` that of the package it answers. `signer`
    are the public keys of a laptop that is not known yet (join).
    """

    kind: str
    server: str
    epoch: str
    device: bytes
    package: bytes
    number: int
    made_at: int  # milliseconds since 1970
    keys: bytes
    last: int = 0  # the journal number that it closes with (up)
    ephemeral: bytes = b""  # X25519, of this package alone
    answers: bytes = b""
    signer: bytes = b""


class Answered(msgspec.Struct, array_like=True):
    """One reply in an answer package, with what it answers, as no connection keeps it.

    `last` closes the batch of the request (0: it had none), `asked` are the cursors
    that the page of the reply goes on from, `decided` as in the request.
    """

    last: int
    asked: list[Cursor]
    decided: list[tuple[int, str]]
    reply: SyncReply


class BadPackage(Refused):
    """A package that is not taken in; `code` says for programs what is wrong with it.

    not_package, version, damaged; foreign (another county's, laptop's or direction),
    epoch, keys, token, revoked; replayed, older; stopped.
    """


def damaged() -> BadPackage:
    """The refusal of a file that is not what its writer wrote."""
    return BadPackage(
        "damaged",
        tr("这个数据包不完整或已损坏，没有导入。请重新复制一份，或重新导出后再导入"),
    )


@contextmanager
def whole_file(path: Path) -> Generator[BinaryIO]:
    """A file that gets its name once it is whole and on the disk, or never.

    Raises UserError when the disk is full or the folder cannot be written to.
    """
    try:
        durable.remove_stale(path.parent, f".*{_UNFINISHED}")
        with durable.whole_file(path, _UNFINISHED) as file:
            yield file
    except OSError as error:
        raise UserError(
            tr(
                "“{name}”没有写成（{strerror}）。请检查 U 盘的空间和写保护后再导出",
                name=path.name,
                strerror=error.strerror,
            )
        ) from error


def _nonce(counter: int, last: bool) -> bytes:
    """11 bytes of a counter and one that marks the last chunk: the STREAM construction
    of Hoang, Reyhanitabar, Rogaway and Vizár (2015), as age v1 has it."""
    return counter.to_bytes(11, "big") + bytes([last])


def _cipher(secret: bytes, prefix: bytes) -> ChaCha20Poly1305:
    """The cipher of one package: its key follows from the secret and the header."""
    info = _SEAL + hashlib.sha256(prefix).digest()
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=None, info=info).derive(secret))


def start_of(header: Header) -> bytes:
    """What a file begins with."""
    said = msgspec.msgpack.encode(header)
    return _START.pack(MAGIC, VERSION, len(said)) + said


class Writer:
    """Writes one package into `file`; nothing of it counts before `close`."""

    def __init__(
        self, file: BinaryIO, header: Header, signer: PrivateKeys, reader: bytes
    ) -> None:
        """`reader` are the public keys of who may open it."""
        once = PrivateKeys.new()
        header.ephemeral = seal_part(once.public)
        prefix = start_of(header)
        self._file, self._signer = file, signer
        self._cipher = _cipher(once.shared_with(seal_part(reader)), prefix)
        self._plain, self._counter = bytearray(), 0
        self._digest = hashlib.sha512()
        self.size = _SIGNATURE + _TAG
        self._put(prefix)

    def add(self, kind: int, body: bytes) -> None:
        """One part more."""
        self._plain += _PART.pack(kind, len(body))
        self._plain += body
        while len(self._plain) > CHUNK:  # the last chunk is never empty-handed
            self._seal(bytes(self._plain[:CHUNK]), last=False)
            del self._plain[:CHUNK]

    def room_for(self, size: int) -> bool:
        """Whether a part of so many bytes still fits into a file."""
        return self.size + len(self._plain) + size + (size >> 10) + CHUNK < LARGEST

    def close(self) -> None:
        """Write the end and the signature."""
        self._seal(bytes(self._plain), last=True)
        self._file.write(self._signer.sign(_SIGN + self._digest.digest()))

    def _seal(self, plain: bytes, *, last: bool) -> None:
        nonce = _nonce(self._counter, last)
        self._put(self._cipher.encrypt(nonce, plain, None))
        self._counter += 1

    def _put(self, raw: bytes) -> None:
        self._file.write(raw)
        self._digest.update(raw)
        self.size += len(raw)


def read_header(file: BinaryIO) -> Header:
    """What a package says of itself; it is not proved yet. BadPackage when it is none.

    Leaves the file behind the header.
    """
    start = file.read(_START.size)
    if not start.startswith(MAGIC):
        raise BadPackage(
            "not_package", tr("这不是网格日志的数据包，请选 .gridpkg 文件")
        )
    if len(start) < _START.size:
        raise damaged()
    _, version, length = _START.unpack(start)
    if version > VERSION:
        raise BadPackage(
            "version", tr("这个数据包由更新版本的程序导出，请先升级程序再导入")
        )
    if version < VERSION or length > MAX_HEADER:
        raise damaged()
    said = file.read(length)
    try:
        header = msgspec.msgpack.decode(said, type=Header)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise damaged() from None
    sizes = len(header.device), len(header.package), len(header.ephemeral)
    counts = header.number, header.last, header.made_at
    if len(said) < length or sizes != (16, 16, HALF) or not _are_counts(counts):
        raise damaged()
    return header


def _are_counts(numbers: Sequence[int]) -> bool:
    """Whether a database and a calendar can hold them: anybody may write a header."""
    return all(0 <= one <= _LARGEST_COUNT for one in numbers)


def hashes_in(body: bytes) -> list[str]:
    """The hashes, as hex, of a part that is made of them; `damaged` else."""
    if len(body) % HASH:
        raise damaged()
    return [body[at : at + HASH].hex() for at in range(0, len(body), HASH)]


class Reader:
    """The parts of a package that was proved to be its writer's.

    `signer` are the writer's public keys, `opener` the reader's own. The whole file is
    read once for its signature; each chunk must then be what it was at that time, so
    that a stick cannot give another file the second time.
    """

    def __init__(self, file: BinaryIO, signer: bytes, opener: PrivateKeys) -> None:
        file.seek(0)
        self.header = read_header(file)
        start = file.tell()
        self._end = file.seek(0, os.SEEK_END) - _SIGNATURE
        if self._end - start < _TAG or self._end > LARGEST:
            raise damaged()
        file.seek(0)
        prefix = file.read(start)
        self._file, self._start = file, start
        digest = hashlib.sha512(prefix)
        self._seen = [one for _, one in self._chunks(digest.update)]
        if not signed(signer, file.read(_SIGNATURE), _SIGN + digest.digest()):
            raise damaged()
        self.hash = digest.hexdigest()[:64]
        try:
            secret = opener.shared_with(self.header.ephemeral)
        except ValueError:
            raise damaged() from None
        self._cipher = _cipher(secret, prefix)

    def _chunks(
        self, told: Callable[[bytes], object] = len
    ) -> Iterator[tuple[bytes, bytes]]:
        """The sealed chunks and the SHA-256 of each; `told` gets each as well."""
        self._file.seek(self._start)
        left = self._end - self._start
        while left:
            chunk = self._file.read(min(left, CHUNK + _TAG))
            if not chunk:
                raise damaged()
            left -= len(chunk)
            told(chunk)
            yield chunk, hashlib.sha256(chunk).digest()

    def parts(self) -> Iterator[tuple[int, bytes]]:
        """(kind, content) of each part. BadPackage at the first that is damaged."""
        plain = self._plain()
        held = bytearray()

        def filled(size: int) -> bool:
            while len(held) < size:
                more = next(plain, None)
                if more is None:
                    return False
                held.extend(more)
            return True

        while filled(1):
            if not filled(_PART.size):
                raise damaged()
            kind, size = _PART.unpack(held[: _PART.size])
            del held[: _PART.size]
            if size > MAX_PLAIN or not filled(size):
                raise damaged()
            body = bytes(held[:size])
            del held[:size]
            yield kind, body

    def _plain(self) -> Iterator[bytes]:
        last = len(self._seen) - 1
        for counter, (chunk, digest) in enumerate(self._chunks()):
            if counter > last or digest != self._seen[counter]:
                raise damaged()
            try:
                nonce = _nonce(counter, counter == last)
                yield self._cipher.decrypt(nonce, chunk, None)
            except InvalidTag:
                raise damaged() from None
