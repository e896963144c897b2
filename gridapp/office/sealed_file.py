"""A file for what does not fit into memory, which nobody else can read.

What is larger than a bound lies encrypted in a temporary file, under a key that only
this process has: a program that is killed, or a disk that is read later, gives nothing
away. AES-256 in counter mode (NIST SP 800-38A): the key is used for one file, written
once from its beginning to its end, so no counter is used twice.
"""

from __future__ import annotations

import io
import os
from tempfile import SpooledTemporaryFile
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR


class SealedFile(io.RawIOBase):
    """Bytes that are written from the beginning to the end, then read so.

    held: bytes that stay in memory before there is a file.
    """

    def __init__(self, held: int) -> None:
        super().__init__()
        self._file: Any = SpooledTemporaryFile(held)  # noqa: SIM115 (closed by `close`)
        self._cipher = Cipher(AES(os.urandom(32)), CTR(os.urandom(16)))
        self._step = self._cipher.encryptor()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        """Take these bytes in after those before; returns how many they are."""
        return self._file.write(self._step.update(bytes(data)))

    def rewind(self) -> None:
        """Read from the beginning from here on; nothing is written any more."""
        self._file.seek(0)
        self._step = self._cipher.decryptor()

    def readinto(self, into: Any, /) -> int:
        """Fill the buffer with what comes next; returns how many bytes that were."""
        data = self._step.update(self._file.read(len(into)))
        into[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Let go of the file, which goes with that."""
        self._file.close()
        super().close()
