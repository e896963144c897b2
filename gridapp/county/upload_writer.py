"""Adds bytes to an upload: they count when they are on the disk."""

from __future__ import annotations

import base64
import binascii
import errno
import hashlib
import os
from dataclasses import dataclass
from io import FileIO
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from gridapp.language import tr
from gridapp.sync.protocol import Refused

if TYPE_CHECKING:
    from gridapp.county.uploads import Upload, Uploads

CHECKSUMS = ("sha1", "sha256")  # tus 1.0, Checksum: sha1 is a must
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL = tr("县级服务器的磁盘已满，请告诉县里的管理人员；照片都在本机")


class Writer:
    """Adds bytes to one upload for as long as it holds the upload's lock."""

    def __init__(
        self, owner: Uploads, upload: Upload, lock: FileLock, start: int, checksum: str
    ) -> None:
        """Go on at `start`, which is where the upload stands."""
        self.upload = upload
        self.offset = start
        self._owner = owner
        self._lock = lock
        self._start = start
        self._check = _checksum(checksum)
        self._file: FileIO | None = None
        if start < upload.size:
            self._file = FileIO(owner.file(upload.id), "r+")
            self._file.seek(start)

    def add(self, piece: bytes) -> None:
        """Write bytes that came; Refused when they are too many or the disk is full."""
        if self.offset + len(piece) > self.upload.size:
            self._cut()
            raise Refused("size", tr("传来的照片比说好的长，县里没有收下"))
        if self._check is not None:
            self._check.digest.update(piece)
        rest = memoryview(piece)
        try:
            while rest and self._file is not None:
                count = self._file.write(rest)
                self.offset += count
                rest = rest[count:]
        except OSError as error:
            self.keep(whole=False)
            if error.errno in _FULL:
                raise Refused("full", FULL) from error
            raise

    def keep(self, *, whole: bool) -> int:
        """See what came onto the disk; the new offset. With the last byte the file is
        verified and put in its place.

        whole: the request came to its end; of one that was cut, bytes that a checksum
        stands for are dropped. Refused when the checksum, or the photo, is not right.
        """
        if self._check is not None:
            right = self._check.digest.digest() == self._check.wanted
            if not whole or not right:
                self._cut()
            if whole and not right:
                words = tr("这一段照片在路上损坏了，请重新传这一段")
                raise Refused("checksum", words)
        if self._file is not None:
            os.fsync(self._file.fileno())
        if self.offset == self.upload.size and not self.upload.done:
            self._close()  # Windows renames no file that is open
            self._owner.finish(self.upload)
        return self.offset

    def _cut(self) -> None:
        """Forget what this request brought."""
        if self._file is not None:
            self._file.truncate(self._start)
            os.fsync(self._file.fileno())
        self.offset = self._start

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def release(self) -> None:
        """Let others write."""
        self._close()
        self._owner.let_go(self.upload.id, self._lock)


@dataclass(frozen=True)
class _Check:
    digest: Any  # of hashlib, whose type has no public name
    wanted: bytes


def _checksum(said: str) -> _Check | None:
    """What an Upload-Checksum asks for (tus 1.0, Checksum); Refused when it cannot be
    computed here."""
    if not said:
        return None
    kind, _, value = said.partition(" ")
    try:
        wanted = base64.b64decode(value, validate=True)
    except binascii.Error:
        kind, wanted = "", b""
    if kind not in CHECKSUMS:
        words = tr("照片的校验方式读不懂，请升级程序")
        raise Refused("unreadable", words)
    return _Check(hashlib.new(kind), wanted)
