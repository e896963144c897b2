"""The county's keys for packages, in `county-keys.json` beside its settings.

The newest pair is in use. Older ones stay, so that a package which was sealed to one of
them before the change can still be opened and answered. Whoever has this file can read
what laptops send on sticks and sign answers to them: it is readable by the server only.
"""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import now, time_text
from gridapp.sync.keys import PrivateKeys

KEYS_FILE = "county-keys.json"
FORMAT = 1


class _Pair(msgspec.Struct):
    """Base64 of a PrivateKeys, and when it was made (UTC)."""

    keys: str
    made_at: str


class _File(msgspec.Struct):
    """What the file says; the newest pair is the last."""

    format: int
    pairs: list[_Pair]


@dataclass(frozen=True)
class Keyring:
    """All pairs of a county, the newest last."""

    pairs: Sequence[PrivateKeys]

    @property
    def current(self) -> PrivateKeys:
        """The pair in use."""
        return self.pairs[-1]

    def find(self, key_id: bytes) -> PrivateKeys | None:
        """The pair of that id, also when it is in use no more."""
        return next((one for one in self.pairs if one.id == key_id), None)


def ensure(folder: Path) -> Keyring:
    """The county's keys, made now when there are none.

    UserError when the file is damaged: new keys in its place would make all packages
    on the way unreadable.
    """
    path = folder / KEYS_FILE
    if not path.exists():
        with suppress(FileExistsError):  # another process was first
            _write(path, _File(FORMAT, [_fresh()]), replace=False)
    return _read(path)


def rotate(folder: Path) -> Keyring:
    """Take a new pair into use; laptops get it with their next sync or answer."""
    ensure(folder)
    path = folder / KEYS_FILE
    file = _decoded(path)
    file.pairs.append(_fresh())
    _write(path, file, replace=True)
    return _read(path)


def _fresh() -> _Pair:
    raw = base64.b64encode(PrivateKeys.new().raw).decode()
    return _Pair(raw, time_text(now()))


def _decoded(path: Path) -> _File:
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except msgspec.MsgspecError as error:
        raise _bad() from error
    if file.format > FORMAT:
        raise UserError(
            tr("{file} 由更新版本的程序写成，请先升级服务器的程序", file=KEYS_FILE)
        )
    return file


def _read(path: Path) -> Keyring:
    try:
        pairs = [
            PrivateKeys(base64.b64decode(one.keys, validate=True))
            for one in _decoded(path).pairs
        ]
    except (binascii.Error, ValueError) as error:
        raise _bad() from error
    if not pairs:
        raise _bad()
    return Keyring(pairs)


def _bad() -> UserError:
    return UserError(tr("密钥文件 {file} 已损坏，请从备份恢复", file=KEYS_FILE))


def _write(path: Path, file: _File, *, replace: bool) -> None:
    """The file wholly or not at all; FileExistsError unless it may be replaced."""
    handle, name = tempfile.mkstemp(".part", ".keys-", path.parent)  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.json.encode(file))
            out.flush()
            os.fsync(out.fileno())
        if replace:
            temporary.replace(path)
        else:
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
