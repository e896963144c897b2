"""A .gridupdate: what it is, the signature over that, then the installer itself.

No archive: a few bytes of head and the installer behind them, so that nothing is
unpacked before it is proved, every byte counts, and a download goes on anywhere.
docs/protocol.md ("Updates") describes every byte.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from gridapp.errors import UserError
from gridapp.language import tr

SUFFIX = ".gridupdate"
MAGIC = b"GRIDUPD"
FORMAT = 1
WINDOWS, DEBIAN = "windows-amd64", "linux-amd64-deb"
PLATFORMS = (WINDOWS, DEBIAN)
KEY_BYTES, SIGNATURE = 32, 64  # of Ed25519 (RFC 8032)
MOST_SAID = 16 << 10  # bytes of a manifest
LARGEST = 400 << 20  # bytes of an installer; one has about 60 MiB
PIECE = 1 << 20  # bytes that are copied at a time

_START = struct.Struct(">7sBH")  # magic, format, bytes of the manifest
MOST_HEAD = _START.size + MOST_SAID + SIGNATURE
_SIGN = b"gridapp gridupdate 1\n"
_VERSION = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){1,3}")
_HASH = re.compile("[0-9a-f]{64}")
_NAMES = {WINDOWS: "gridapp-{version}-setup.exe", DEBIAN: "gridapp_{version}_amd64.deb"}


class BadUpdate(UserError):
    """An update that is not taken; `code` says for programs what is wrong with it.

    not_update, format, damaged, unsigned; platform, same, older, lowest; big.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Manifest(msgspec.Struct, frozen=True):
    """What an update is. `size` and `sha256` are the installer's; `lowest` is the
    lowest version that it may be put over, `data` the step of the data format that it
    writes (gridapp/migrations), `notes` what is new, by language (zh, en)."""

    version: str
    platform: str
    size: int
    sha256: str
    made_at: str  # ISO 8601, UTC
    lowest: str = "0.0"
    data: str = ""
    notes: dict[str, str] = {}

    @property
    def installer(self) -> str:
        """The name of the installer inside."""
        return _NAMES[self.platform].format(version=self.version)

    @property
    def name(self) -> str:
        """The name of such a file."""
        return f"gridapp-{self.version}-{self.platform}{SUFFIX}"

    @property
    def made(self) -> dt.datetime:
        """When it was made."""
        return dt.datetime.fromisoformat(self.made_at)

    def news(self, language: str) -> str:
        """What is new, in that language or else in any."""
        return self.notes.get(language) or next(iter(self.notes.values()), "")


@dataclass(frozen=True)
class Head:
    """The beginning of a file: `said` is what was signed. It is not proved yet."""

    manifest: Manifest
    said: bytes
    signature: bytes

    @property
    def raw(self) -> bytes:
        """All bytes before the installer."""
        return self.said + self.signature

    @property
    def whole(self) -> int:
        """Bytes of the whole file."""
        return len(self.said) + SIGNATURE + self.manifest.size

    @property
    def id(self) -> str:
        """What tells it from any other, 16 hexadecimal digits."""
        return hashlib.sha256(self.raw).hexdigest()[:16]


class Out(Protocol):
    """Takes bytes."""

    def write(self, piece: bytes, /) -> object:
        """Take some more."""
        ...


def numbers(version: str) -> tuple[int, ...]:
    """A version as numbers that compare, without zeros at its end; ValueError when it
    is none."""
    if not _VERSION.fullmatch(version):
        raise ValueError("a version is two to four numbers")
    found = [int(one) for one in version.split(".")]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def damaged() -> BadUpdate:
    """The refusal of a file that is not what its maker wrote."""
    return BadUpdate(
        "damaged",
        tr("这个更新文件不完整或已损坏，没有收下。请重新复制一份再试"),
    )


def read_head(file: BinaryIO) -> Head:
    """What a file says of itself; leaves it before the installer. BadUpdate when it is
    no update, or one of a format that this version does not know."""
    return parse_head(file.read(_START.size), file.read)


def parse_head(start: bytes, read: Callable[[int], bytes] | None = None) -> Head:
    """As `read_head`, of bytes; `read` gives more of them. All of it, when there is
    none, must be the head."""
    if not start.startswith(MAGIC):
        raise BadUpdate("not_update", tr("这不是网格日志的更新文件"))
    if len(start) < _START.size:
        raise damaged()
    _, form, length = _START.unpack_from(start)
    if form > FORMAT:
        words = tr(
            "这个更新文件的格式较新，现在这个版本读不懂。"
            "请向县里要一个较早的更新文件，或安装程序"
        )
        raise BadUpdate("format", words)
    if form < FORMAT or length > MOST_SAID:
        raise damaged()
    rest = read(length + SIGNATURE) if read else start[_START.size :]
    if len(rest) != length + SIGNATURE:
        raise damaged()
    said = start[: _START.size] + rest[:length]
    return Head(_manifest(rest[:length]), said, rest[length:])


def _manifest(raw: bytes) -> Manifest:
    try:
        found = msgspec.json.decode(raw, type=Manifest)
        numbers(found.version)
        numbers(found.lowest)
        known = dt.datetime.fromisoformat(found.made_at).tzinfo is not None
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, OverflowError):
        raise damaged() from None
    if not known or found.size < 1 or not _HASH.fullmatch(found.sha256):
        raise damaged()
    if found.size > LARGEST:
        raise BadUpdate("big", tr("这个更新文件太大，没有收下，请向县里核对"))
    if found.platform not in PLATFORMS:
        raise other_system()
    return found


def other_system() -> BadUpdate:
    """The refusal of an update for another system."""
    words = tr("这个更新文件是给别的系统用的，请向县里要这台电脑能用的")
    return BadUpdate("platform", words)


def prove(head: Head, keys: Sequence[bytes]) -> None:
    """BadUpdate unless one of the release keys signed it."""
    for key in keys:
        try:
            public = Ed25519PublicKey.from_public_bytes(key)
            public.verify(head.signature, _SIGN + head.said)
        except (InvalidSignature, ValueError):
            continue
        return
    words = tr(
        "这个更新文件没有发布者的签名，或签名不对，没有收下。"
        "请只用县里发的更新文件，并告诉县里的管理人员"
    )
    raise BadUpdate("unsigned", words)


def copy_installer(
    file: BinaryIO,
    head: Head,
    out: Out,
    step: Callable[[int, int], object] | None = None,
) -> None:
    """Copy the installer behind the head; BadUpdate when it is another than the head
    says, too short or too long. What was written before is nothing then."""
    found, done = hashlib.sha256(), 0
    while piece := file.read(min(PIECE, head.manifest.size - done)):
        found.update(piece)
        out.write(piece)
        done += len(piece)
        if step:
            step(done, head.manifest.size)
    if file.read(1) or done != head.manifest.size:
        raise damaged()
    if found.hexdigest() != head.manifest.sha256:
        raise damaged()


def write(file: BinaryIO, manifest: Manifest, key: bytes, installer: Path) -> None:
    """Write an update; `key` is the seed of the release key. The manifest tells the
    size and the hash of the installer already."""
    said = msgspec.json.encode(manifest)
    if len(said) > MOST_SAID:
        raise ValueError("the notes are too long")
    prefix = _START.pack(MAGIC, FORMAT, len(said)) + said
    signature = Ed25519PrivateKey.from_private_bytes(key).sign(_SIGN + prefix)
    file.write(prefix + signature)
    with installer.open("rb") as source:
        copy_installer(source, Head(manifest, prefix, signature), file)
