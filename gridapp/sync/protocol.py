"""Messages between a laptop and its county; docs/protocol.md describes them.

A body is zstd(msgpack). Structs travel as arrays, so a later version may add fields at
their end. Ids travel as 16 bytes, moments as milliseconds since 1970, other values as
their Kind says (`to_wire`, `from_wire`).
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, TypeVar
from zlib import crc32

import msgspec
import zstandard

from gridapp.errors import UserError
from gridapp.language import tr

VERSION = 1
MAX_ROWS = 1000  # changes in one push
MAX_PUSH = 1 << 20  # bytes of one compressed request
MAX_PLAIN = 32 << 20  # bytes of any message once unpacked
MAX_ASKED = 8 << 20  # bytes of a request once unpacked
PAGE_ROWS = 2000  # changes in one page of a pull
PAGE_BYTES = 2 << 20  # bytes of one page before compression
_SMALL = 128  # bytes of a message that a frame of zstd would only make longer
_RAW = b"\0"  # what such a message begins with, where zstd has its magic number
_LEVEL = 3  # zstd 9 saves 13 % and costs five times the time (docs/protocol.md)

INSERT, UPDATE, DELETE, RESTORE = "insert", "update", "delete", "restore"
STATE, ENTER, LEAVE, RETURN = "state", "enter", "leave", "return"
WHOLE = frozenset({INSERT, STATE, ENTER, RESTORE, RETURN})  # bring every value

M = TypeVar("M", bound=msgspec.Struct)
TOO_BIG = tr("收到的数据过大，已拒绝。请升级程序后再试")
UNREADABLE = tr("收到的数据读不懂，可能传输中损坏或版本不同，请再试一次")


class Change(msgspec.Struct, array_like=True):
    """One change to one record.

    `names` is comma separated. `values` holds for each name its value when the action
    is in WHOLE, else [old, new]. `seq` is the journal number in a push and the number
    in the scope in a pull. `base` is the record's updated_at before the change, as
    its author saw it; `stamp` the one after it, at the county.
    """

    seq: int
    type: str
    id: bytes
    grid: bytes
    action: str
    at: int
    by: bytes | None
    base: int | None
    names: str
    values: list[Any]
    stamp: int = 0
    device: bytes | None = None


class Held(msgspec.Struct, array_like=True):
    """Why a change, or one field of it, was not taken, and what the county has.

    `stamp` is the record's updated_at there, and `by` who made its last change: a
    laptop that knew that state goes back to it.
    """

    seq: int
    field: str | None
    reason: str
    sentence: str
    theirs: Any = None
    theirs_by: bytes | None = None
    theirs_at: int | None = None
    stamp: int | None = None
    by: bytes | None = None


class Push(msgspec.Struct, array_like=True):
    """Changes of one device in the order of its journal; `last` closes the batch.

    `last` may be greater than the last change's number: rows between were remote.
    `mark` tells the journal row `last` from any other that may have had its number.
    `again`: the county was restored and may have lost these; of a change that was
    somebody else's, `device` says whose, and `stamp` is always when the record was
    last changed before it, as this laptop knew (docs/protocol.md). `seals` are links of
    the journal's chain, number and eight bytes: the one that the county keeps, as it
    stands on the laptop now, and the newest.
    """

    last: int
    changes: list[Change]
    again: bool = False
    mark: bytes = b""
    seals: list[tuple[int, bytes]] = []


class Cursor(msgspec.Struct, array_like=True):
    """How far a scope was read, and where its first download stands.

    `place` is "" before the first page, then "type:id in hex" of the last row, then
    "log" while what happened since the first page is read again, and "done" after.
    """

    grid: bytes
    n: int
    place: str = ""


class Pull(msgspec.Struct, array_like=True):
    """Asks for the changes after these cursors, at most `limit`."""

    cursors: list[Cursor]
    limit: int = PAGE_ROWS


class SyncRequest(msgspec.Struct, array_like=True):
    """One round trip: what goes up, and from where to send down.

    `open` are (number, field or "") of held changes that wait for their author,
    `decided` those that were decided since the county was last told. `keys` are the
    laptop's public keys until it has the county's, `county_keys` the id of those it
    has (gridapp/sync/keys.py). `sent` is the last journal number that the laptop knows
    to be at the county. `program` is the version of the laptop's program, `failed` an
    update that did not come in there, as `version code`, until the county knows it.
    """

    version: int
    epoch: str
    device: bytes
    push: Push | None
    pull: Pull | None
    open: list[tuple[int, str]] = []
    decided: list[tuple[int, str]] = []
    keys: bytes = b""
    county_keys: bytes = b""
    sent: int = -1
    program: str = ""
    failed: str = ""


class Pushed(msgspec.Struct, array_like=True):
    """What became of a batch: how far, how many, and what was not taken and why."""

    last: int
    taken: int
    held: list[Held]


class Pulled(msgspec.Struct, array_like=True):
    """A page: changes in order, cursors after it, names of those who wrote."""

    changes: list[msgspec.Raw]  # each a Change
    cursors: list[Cursor]
    more: bool
    authors: dict[bytes, str]


class SyncReply(msgspec.Struct, array_like=True):
    """Answer to a SyncRequest.

    `grids` are the scopes of the device as of now; `settled` those of the request's
    `open` changes that were taken after all; `keys` the county's public keys, when the
    device does not have them or the county does not have the device's. `ahead` is the
    last journal number taken, with its mark, when the laptop does not know of it.
    `gone` are grids that were taken away: the laptop sends what it wrote there, then
    lets their records go and mentions them no more. A grid that is in neither list
    stays as it is. `answers` is the `digest` of the request's bytes: a page fits only
    where the request was made, and one that comes late would bring older values back.
    `known`, for a push with `seals`: the number of the link that the county keeps now,
    and what time it is there, in seconds since 1970.
    """

    version: int
    grids: list[bytes]
    pushed: Pushed | None
    pulled: Pulled | None
    settled: list[tuple[int, str]] = []
    keys: bytes = b""
    ahead: tuple[int, bytes] | None = None
    gone: list[bytes] = []
    answers: bytes = b""
    known: tuple[int, int] | None = None


class RejoinRequest(msgspec.Struct, array_like=True):
    """A laptop asks how far a county that was restored still knows it.

    `epoch` is the one the laptop knows. `records` are records as the laptop holds them,
    read after what the county has now; `holding` (type, id) of records to be looked up.
    """

    version: int
    epoch: str
    device: bytes
    records: list[Change] = []
    holding: list[tuple[str, bytes]] = []


class RejoinReply(msgspec.Struct, array_like=True):
    """How far the county knows a laptop: the last journal number it took, with its
    mark, and for each grid of the device where the log that both knew ends.

    Of the request's `holding`, `elsewhere` are those in a grid which is not the
    device's, and `unknown` those that the county does not have.
    """

    version: int
    server: str
    epoch: str
    last: int
    mark: bytes
    ends: list[tuple[bytes, int]]
    elsewhere: list[tuple[str, bytes]] = []
    unknown: list[tuple[str, bytes]] = []


class EnrolRequest(msgspec.Struct, array_like=True):
    """A laptop asks to be let in with a code from the county.

    `worker` and `worker_name` are who worked alone with this vault until now, if any;
    `grids` the grids it holds, which the code must cover; `keys` its public keys.
    """

    version: int
    code: str
    device: bytes
    device_name: str
    program: str
    worker: bytes | None = None
    worker_name: str = ""
    grids: list[bytes] = []
    keys: bytes = b""


class EnrolReply(msgspec.Struct, array_like=True):
    """The device's secret, who works with it, the records of its grids, and the
    county's public keys."""

    version: int
    token: str
    worker: bytes
    records: list[Change]  # the grids, then the worker
    server: str
    epoch: str
    keys: bytes = b""


class Refused(UserError):
    """A request that the county does not serve; `code` and what follows as in Refusal.

    `wait` are the seconds after which to try again, 0 when that would not help.
    """

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        wait: int = 0,
        versions: Sequence[int] = (),
        pushes: Sequence[int] = (),
        order: bytes = b"",
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.wait = wait
        self.versions = tuple(versions)
        self.pushes = tuple(pushes)
        self.order = order


class Refusal(msgspec.Struct, array_like=True):
    """Why a request was refused: a code for programs, a sentence for people.

    With code "version": `versions` are those the county serves, `pushes` those in
    which it only takes what a laptop has. `request` finds it in the county's log.
    With code "lock", `order` is a LockOrder that the laptop carries out.
    """

    code: str
    sentence: str
    versions: list[int] = []
    pushes: list[int] = []
    request: str = ""
    order: bytes = b""


class LockOrder(msgspec.Struct, array_like=True):
    """The county wants a laptop's data shut: `key` goes over its key slots, and only
    the county can make that key again, from the order's `id`."""

    id: bytes
    key: bytes


class LockDone(msgspec.Struct, array_like=True):
    """The laptop has carried out the order `id`. Answered with itself."""

    version: int
    device: bytes
    id: bytes


class UnlockRequest(msgspec.Struct, array_like=True):
    """A locked laptop asks for the key of the order `id`, with a code of the county."""

    version: int
    code: str
    device: bytes
    id: bytes


class UnlockReply(msgspec.Struct, array_like=True):
    """The key of a LockOrder."""

    version: int
    key: bytes


def digest(body: bytes) -> bytes:
    """What tells a request from any other."""
    return blake2b(body, digest_size=6).digest()


def mark_of(record_id: bytes, at: int) -> bytes:
    """What tells a journal row from another of the same number: four bytes made of the
    record and of the moment of the change, in milliseconds since 1970."""
    return blake2b(b"%d" % at + record_id, digest_size=4).digest()


def pack(message: msgspec.Struct) -> bytes:
    """The message as it travels, with a checksum: of the bits that a line may turn
    without it, a fifth would become other values (RFC 8878 §3.1.1, Content_Checksum).
    """
    return _framed(msgspec.msgpack.encode(message))


def _framed(plain: bytes) -> bytes:
    zstd = zstandard.ZstdCompressor(_LEVEL, write_checksum=True)
    return zstd.compress(plain)


def pack_small(message: msgspec.Struct) -> bytes:
    """As `pack`; a small message goes without a frame of zstd, which takes 13 bytes:
    behind a zero and four bytes of CRC-32, big-endian. Who reads it has to know it."""
    plain = msgspec.msgpack.encode(message)
    if len(plain) > _SMALL:
        return _framed(plain)
    return _RAW + crc32(plain).to_bytes(4) + plain


def is_packed(body: bytes | bytearray) -> bool:
    """Whether bytes begin as a packed message does: what else answers, such as the
    page of a network that wants a login, does not."""
    return body.startswith((zstandard.FRAME_HEADER, _RAW))


# Read after a message: what is cut off takes it for its own end, and is not whole.
_END = zstandard.compress(b"")


def unpack(body: bytes, kind: type[M], most: int = MAX_PLAIN) -> M:
    """The message in `body`; UserError when it is damaged, another kind, or when it
    would unpack to more than `most` bytes, whatever its frame says of its size."""
    if body.startswith(_RAW):
        plain = body[5:]
        if len(plain) > _SMALL or crc32(plain).to_bytes(4) != body[1:5]:
            raise UserError(UNREADABLE)
        return read_plain(plain, kind)
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=8 << 20).stream_reader(
            body + _END, read_across_frames=True
        )
        plain = reader.read(most + 1)
    except zstandard.ZstdError as error:
        raise UserError(UNREADABLE) from error
    if len(plain) > most:
        raise Refused("size", TOO_BIG)
    return read_plain(plain, kind)


def read_plain(plain: bytes, kind: type[M], *, json: bool = False) -> M:
    """The message in unpacked bytes; UserError when it is another kind or nested too
    deep for a record."""
    read = msgspec.json.decode if json else msgspec.msgpack.decode
    try:
        return read(plain, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(UNREADABLE) from error
