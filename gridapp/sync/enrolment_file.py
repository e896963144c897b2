"""The enrolment file that the county prepares for one laptop (docs/protocol.md).

It begins as a package does and is not sealed, for a laptop that nobody has touched yet
has no key. It says where the county is and for whom the laptop is meant, and has most
of a code that lets in once; the rest, a number of eight digits, goes by another way
(`pin`). The county's signature shows that the file is whole; that it is this county's
rests on the way it came, like the program itself.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import TIME, now
from gridapp.sync import gridpkg
from gridapp.sync.gridpkg import BadPackage, Header
from gridapp.sync.keys import HALF, PrivateKeys, are_public, signed

READY = "ready"  # the kind in its header
LARGEST = 1 << 20  # bytes; certificates are the largest part
_SIGN = b"gridapp enrolment 1 sign"
_SIGNATURE = 64


class Prepared(msgspec.Struct, array_like=True):
    """What the county says of a laptop that it will let in.

    `code` lets in, once, together with the number that is told (`pin`); without `pin`
    it does so alone. `grids` are (code, name); those of `area` beside the first are not
    listed. `ca` are certificates to believe, as PEM.
    """

    code: str
    pin: bool
    expires_at: int  # milliseconds since 1970
    url: str
    worker: str
    role: str
    grids: list[tuple[str, str]]
    area: str = ""
    ca: str = ""


@dataclass(frozen=True)
class EnrolmentFile:
    """A file that was read: its id, the county it is of, and what it says."""

    id: str  # hex
    server: str
    epoch: str
    keys: bytes  # the county's public keys
    said: Prepared

    @property
    def expires_at(self) -> dt.datetime:
        """Until when the county takes it."""
        return TIME.from_wire(self.said.expires_at)


def write(path: Path, header: Header, said: Prepared, county: PrivateKeys) -> None:
    """Write one, whole or not at all. Raises UserError when that cannot be."""
    header.kind, header.keys = READY, county.id
    header.signer, header.ephemeral = county.public, bytes(HALF)
    content = gridpkg.start_of(header) + msgspec.msgpack.encode(said)
    with gridpkg.whole_file(path) as file:
        file.write(content)
        file.write(county.sign(_digest(content)))


def read(path: Path) -> EnrolmentFile:
    """What a file says; BadPackage in words when it is none, or is damaged."""
    try:
        with path.open("rb") as source:
            header = gridpkg.read_header(source)
            start = source.tell()
            source.seek(0)
            raw = source.read(LARGEST)
    except OSError as error:
        raise UserError(
            tr("“{name}”读不出来，请检查 U 盘是否插好，再试一次", name=path.name)
        ) from error
    if header.kind != READY:
        raise BadPackage("foreign", tr("这不是县里准备好的登记文件，请核对文件"))
    content, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    keys = header.signer
    if not are_public(keys) or not signed(keys, signature, _digest(content)):
        raise _damaged()
    try:
        said = msgspec.msgpack.decode(content[start:], type=Prepared)
        TIME.from_wire(said.expires_at)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, OverflowError):
        raise _damaged() from None
    if not said.grids or not said.worker:
        raise _damaged()
    found = header.package.hex()
    return EnrolmentFile(found, header.server, header.epoch, keys, said)


def usable(path: Path) -> EnrolmentFile:
    """What a file says; UserError in words also when its time is over by this laptop's
    clock."""
    found = read(path)
    if found.expires_at < now():
        raise UserError(
            tr(
                "这份登记文件 {day:%Y-%m-%d} 就到期了，请向县里要一份新的"
                "（先看看这台电脑的日期对不对）",
                day=found.expires_at.astimezone(),
            )
        )
    return found


def is_one(path: Path) -> bool:
    """Whether that file says of itself that it is an enrolment file."""
    try:
        with path.open("rb") as source:
            return gridpkg.read_header(source).kind == READY
    except (OSError, BadPackage):
        return False


def _digest(content: bytes) -> bytes:
    return _SIGN + hashlib.sha512(content).digest()


def _damaged() -> BadPackage:
    return BadPackage(
        "damaged", tr("登记文件不完整或已损坏，请向县里再要一份，或重新复制一次")
    )
