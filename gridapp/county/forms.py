"""The two forms a message travels in: packed, as laptops send it, and as JSON.

JSON is there for whoever writes another client or tests this server: the same structs
and the same bounds, ids and other bytes in base64 (msgspec's own rule for bytes).
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import record_named
from gridapp.sync import protocol, wire
from gridapp.sync.protocol import Change, SyncReply, SyncRequest

M = TypeVar("M", bound=msgspec.Struct)
# How msgspec ends what it says: the path in a message, or the byte that is malformed.
_PLACE, _BYTE = re.compile(r" - at `([^`]+)`$"), re.compile(r"\(byte (\d+)\)$")


@dataclass(frozen=True)
class Form:
    """A way to write messages: `read(body, kind, most)` and `write(message)`. Without a
    `media_type` the answer names none either.

    `read` raises UserError when the body is no such message, or would be more than
    `most` bytes once unpacked.
    """

    media_type: str
    read: Callable[[bytes, type[Any], int], Any]
    write: Callable[[msgspec.Struct], bytes]


def form_of(media_type: str) -> Form:
    """The form of a Content-Type; packed unless it says JSON."""
    if not media_type:
        return UNTYPED
    kind = media_type.partition(";")[0].strip().lower()
    return JSON if kind == JSON.media_type else PACKED


def told(error: UserError) -> str:
    """Why a request was refused; where in it, when it could not be read. The place is
    numbers and names of the protocol's own: never a value, nor a key that was sent."""
    cause = error.__cause__
    if not isinstance(cause, msgspec.DecodeError):
        return str(error)
    path, byte = _PLACE.search(str(cause)), _BYTE.search(str(cause))
    if isinstance(cause, msgspec.ValidationError):
        place = path[1] if path else "$"
    elif byte:
        place = tr("第 {number} 个字节", number=int(byte[1]) + 1)
    else:
        place = tr("末尾")
    return tr("{fault}（读到{place}）", fault=error, place=place)


def _read_json(body: bytes, kind: type[M], most: int) -> M:
    if len(body) > most:
        raise protocol.Refused("size", protocol.TOO_BIG)
    message = protocol.read_plain(body, kind, json=True)
    if isinstance(message, SyncRequest) and message.push is not None:
        for change in message.push.changes:
            _with_ids(change)
    return message


def _with_ids(change: Change) -> None:
    """Put bytes in place of the ids among the values; JSON could only say text."""
    try:
        kinds = wire.kinds_of(record_named(change.type))
    except KeyError:
        return
    whole = change.action in protocol.WHOLE
    for at, name in enumerate(wire.named(change.names)[: len(change.values)]):
        kind = kinds.get(name)
        if kind is None or kind.name != "ref":
            continue
        value = change.values[at]
        if not whole and isinstance(value, list):
            change.values[at] = [_bytes(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
        elif whole:
            change.values[at] = _bytes(value)


def _bytes(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return b64decode(value, validate=True)
    except Base64Error:
        return value  # no id: it is held, as any value that cannot be read


def _write_json(message: msgspec.Struct) -> bytes:
    if isinstance(message, SyncReply) and message.pulled is not None:
        pulled = message.pulled
        lines = [
            msgspec.Raw(msgspec.json.encode(msgspec.msgpack.decode(one, type=Change)))
            for one in pulled.changes
        ]
        pulled = msgspec.structs.replace(pulled, changes=lines)
        message = msgspec.structs.replace(message, pulled=pulled)
    return msgspec.json.encode(message)


# A program that names no type, in a request that has a body, reads small messages.
UNTYPED = Form("", protocol.unpack, protocol.pack_small)
PACKED = Form("application/vnd.gridapp.sync", protocol.unpack, protocol.pack)
JSON = Form("application/json", _read_json, _write_json)
