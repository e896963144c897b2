"""The pages of a damaged SQLCipher file that are whole, decrypted one by one in memory.

SQLCipher itself gives up at the first page whose seal is broken. Every page is sealed
by itself, though (https://www.zetetic.net/sqlcipher/design/, version 4): AES-256-CBC,
its nonce and an HMAC-SHA512 over it, the nonce and its number at its end. So each is
opened here on its own, and those that are damaged are known by number. Nothing is
written anywhere.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import pbkdf2_hmac
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
_NONCE, _SEAL = 16, 64
RESERVED = _NONCE + _SEAL  # bytes at the end of a page that are SQLCipher's
_SALT = 16  # in place of the name of the format
_MASK = 0x3A  # of the salt of the sealing key
_ROUNDS = 2
_MAGIC = b"SQLite format 3\0"
# https://www.sqlite.org/fileformat2.html#the_write_ahead_log
_WAL_HEADER, _FRAME_HEADER = 32, 24
_WAL_MAGIC = (0x377F0682, 0x377F0683)


@dataclass
class Pages:
    """The pages of a file by number, from 1; `damaged` are those that cannot be read.

    `sealed` is False when the file's salt is gone: then no page can be checked, and
    all of them are taken for whole.
    """

    whole: dict[int, bytes] = field(default_factory=dict[int, bytes])
    damaged: set[int] = field(default_factory=set[int])
    sealed: bool = True


class _Opener:
    """Opens single pages with the data key and the salt of a file."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        masked = bytes(one ^ _MASK for one in salt)
        self._key = key
        self._sealing = pbkdf2_hmac("sha512", key, masked, _ROUNDS, len(key))

    def is_whole(self, number: int, raw: bytes) -> bool:
        """Whether the seal of a page is the one it must have."""
        start = _SALT if number == 1 else 0
        said = raw[start : PAGE - _SEAL] + struct.pack("<I", number)
        made = hmac.digest(self._sealing, said, "sha512")
        return hmac.compare_digest(made, raw[PAGE - _SEAL :])

    def open(self, number: int, raw: bytes) -> bytes:
        """The page in plain; its last bytes are empty."""
        start, end = _SALT if number == 1 else 0, PAGE - RESERVED
        nonce = raw[end : end + _NONCE]
        cipher = Cipher(algorithms.AES(self._key), modes.CBC(nonce)).decryptor()
        plain = cipher.update(raw[start:end]) + cipher.finalize()
        return (_MAGIC if start else b"") + plain + bytes(RESERVED)


def read(path: Path, key: bytes) -> Pages:
    """Every page of the database at `path` as the last commit left it, with what lies
    in the log beside it. Raises OSError."""
    raw = path.read_bytes()
    log = path.with_name(f"{path.name}-wal")
    newer = list(_frames(log.read_bytes())) if log.exists() else []
    opener = _opener(key, raw, newer)
    found = Pages(sealed=opener is not None)
    unsealed = opener or _Opener(key, raw[:_SALT].ljust(_SALT, b"\0"))
    for number in range(1, (len(raw) + PAGE - 1) // PAGE + 1):
        page = raw[(number - 1) * PAGE : number * PAGE]
        _take(found, unsealed, number, page)
    for number, page in newer:
        if opener is not None and not opener.is_whole(number, page):
            if number not in found.whole:
                found.damaged.add(number)
            continue
        _take(found, unsealed, number, page)
    return found


def _take(found: Pages, opener: _Opener, number: int, page: bytes) -> None:
    whole = len(page) == PAGE and (not found.sealed or opener.is_whole(number, page))
    if whole:
        found.whole[number] = opener.open(number, page)
        found.damaged.discard(number)
    else:
        found.damaged.add(number)


def _opener(key: bytes, raw: bytes, newer: list[tuple[int, bytes]]) -> _Opener | None:
    """What opens the pages of this file; None when its salt is not to be had.

    The salt is not sealed: one bit that has turned in it spoils every seal, and is
    found by turning each of them back.
    """
    salt = raw[:_SALT]
    some = [(n, raw[(n - 1) * PAGE : n * PAGE]) for n in range(1, 9)]
    some = [(n, one) for n, one in some if len(one) == PAGE] + newer[:8]
    if len(salt) < _SALT:
        return None
    for turned in (None, *range(8 * _SALT)):
        tried = bytearray(salt)
        if turned is not None:
            tried[turned // 8] ^= 1 << turned % 8
        opener = _Opener(key, bytes(tried))
        if any(opener.is_whole(number, one) for number, one in some):
            return opener
    return None


def _frames(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, page) of the log's frames up to its last commit, oldest first.

    Their checksums are not asked: a page's own seal says more, and what was committed
    behind a damaged frame is not lost.
    """
    if len(raw) < _WAL_HEADER or struct.unpack(">I", raw[:4])[0] not in _WAL_MAGIC:
        return
    salts, waiting = raw[16:24], list[tuple[int, bytes]]()
    step = _FRAME_HEADER + PAGE
    for at in range(_WAL_HEADER, len(raw) - step + 1, step):
        number, commit = struct.unpack(">II", raw[at : at + 8])
        if raw[at + 8 : at + 16] != salts:
            continue  # of an earlier turn of the log
        waiting.append((number, raw[at + _FRAME_HEADER : at + step]))
        if commit:
            yield from waiting
            waiting.clear()
