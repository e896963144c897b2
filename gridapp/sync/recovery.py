"""The two small files by which a county lets a laptop in whose password is forgotten.

A laptop keeps its data key sealed to the county (`store.county_slot`). Its request
carries that box to the county with a fresh public key; the answer carries the data key
back, sealed to that key. Nothing else leaves the laptop, and neither file opens
anything without the laptop or the county's private keys. docs/protocol.md describes
every byte.

Anybody who has the laptop can write a request. So the county has to know who asks: the
worker reads a check code from the screen over the phone, and the county types it in.
The code follows from the whole request by Argon2id, so that a request which was
exchanged on the way cannot be made to have the same one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.sync.keys import are_public

REQUEST_SUFFIX, ANSWER_SUFFIX = ".gridask", ".gridkey"
_ASK, _ANSWER = b"GRIDASK\x01", b"GRIDKEY\x01"
PASSES, MEMORY_KIB = 3, 64 << 10  # of the check code
_MOST = 64 << 10  # bytes of a file
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look alike
_CODE = 8  # of them: 40 bits
_LONGEST = 200  # characters of a name and an id
ID_BYTES = 16


class Request(msgspec.Struct, array_like=True, frozen=True):
    """What a laptop asks. `keys` names the county's pair that the boxes are sealed to;
    `once` are public keys made for this request alone."""

    id: bytes
    device: bytes
    account: str
    name: str
    keys: bytes
    boxes: tuple[bytes, ...]
    once: bytes
    made_at: int  # milliseconds since 1970, by the laptop's clock


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """What the county answers: the data key for the laptop's one-time keys."""

    request: bytes
    device: bytes
    boxes: tuple[bytes, ...]


T = TypeVar("T", Request, Answer)


def slot_purpose(device: bytes) -> bytes:
    """What the box is for that a laptop keeps for the county."""
    return b"gridapp county slot 1 " + device


def answer_purpose(request: bytes, device: bytes) -> bytes:
    """What the box of an answer is for."""
    return b"gridapp recovery 1 " + request + device


def packed(content: Request | Answer) -> bytes:
    """The content of a file."""
    magic = _ASK if isinstance(content, Request) else _ANSWER
    return magic + msgspec.msgpack.encode(content)


def is_answer(file: Path) -> bool:
    """Whether a file says that it is an answer of a county."""
    with file.open("rb") as source:
        return source.read(len(_ANSWER) - 1) == _ANSWER[:-1]


def read_request(file: Path) -> tuple[Request, str]:
    """A request and its check code; UserError when the file is none or damaged."""
    raw = _raw(file)
    request = _unpacked(raw, _ASK, Request)
    sizes = len(request.id), len(request.device)
    if sizes != (ID_BYTES, ID_BYTES) or not 1 <= len(request.boxes) <= 2:
        raise _damaged()
    said = request.name + request.account  # they are shown
    if not said.isprintable() or len(said) > _LONGEST or not are_public(request.once):
        raise _damaged()
    return request, check_code(raw)


def read_answer(file: Path) -> Answer:
    """An answer; UserError when the file is none or damaged."""
    return _unpacked(_raw(file), _ANSWER, Answer)


@cache
def check_code(raw: bytes) -> str:
    """What is read over the phone: two groups of four of a request's file."""
    from argon2.low_level import Type, hash_secret_raw

    found = hash_secret_raw(
        raw,
        b"gridapp recovery",
        time_cost=PASSES,
        memory_cost=MEMORY_KIB,
        parallelism=4,
        hash_len=_CODE,
        type=Type.ID,
    )
    letters = "".join(_LETTERS[one % len(_LETTERS)] for one in found)
    return f"{letters[:4]}-{letters[4:]}"


def same_code(typed: str, code: str) -> bool:
    """Whether somebody typed that code, whatever stands between its groups."""
    plain = "".join(one for one in typed.upper() if one.isalnum())
    return plain == code.replace("-", "")


def _raw(file: Path) -> bytes:
    with file.open("rb") as source:
        raw = source.read(_MOST + 1)
    if len(raw) > _MOST:
        raise _damaged()
    return raw


def _unpacked(raw: bytes, magic: bytes, kind: type[T]) -> T:
    if raw[: len(magic) - 1] != magic[:-1]:
        words = {
            Request: tr("这不是找回密码的申请，请选 .gridask 文件"),
            Answer: tr("这不是县里的答复，请选 .gridkey 文件"),
        }
        raise UserError(words[kind])
    if raw[: len(magic)] > magic:
        raise UserError(tr("这个文件由更新版本的程序写成，请先升级程序"))
    try:
        return msgspec.msgpack.decode(raw[len(magic) :], type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _damaged() from None


def _damaged() -> UserError:
    return UserError(tr("这个文件不完整或已损坏，请重新复制一份，或重新写一份"))
