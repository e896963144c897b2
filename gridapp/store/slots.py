"""Key slots: the random data key, sealed once for each way of opening the vault.

As LUKS does: changing a password rewrites a slot, not the database. Argon2id with
64 MiB and 3 passes takes about 0.3 s (research/store/report.md §F).

A county can order a laptop shut (`gridapp.sync.locking`): then each slot is sealed once
more, with AES-256-GCM under a key that is kept at the county alone.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gridapp.errors import UserError
from gridapp.language import tr

FORMAT = 2  # of a file that is shut; an open one is written as 1, for older programs
_OPEN_FORMAT = 1
KEY_BYTES, SALT_BYTES, NONCE_BYTES = 32, 16, 12
_TAG = 16  # bytes that AES-GCM adds
MOST_MEMORY_KIB = 1 << 20  # a damaged number must not ask for all memory there is
SHORTEST_PASSWORD = 8  # characters; NIST SP 800-63B-4 asks for at least 8


LOCKED = tr(
    "县里已经锁定这台电脑，数据都在，只是打不开。请向县里要解锁码，连上网络后输入"
)


class Locked(UserError):
    """The county has shut this vault; only a code of the county opens it again."""


@dataclass(frozen=True)
class Shut:
    """What a shut slot file says of its lock: ids in hex, and whom to ask."""

    order: str
    device: str
    url: str  # of the county's server
    ca: str = ""  # certificates that it is believed by, as PEM


@dataclass(frozen=True)
class Slot:
    """One sealed copy of the data key; bytes as base64."""

    salt: str
    nonce: str
    sealed: str
    passes: int = 3
    memory_kib: int = 65536
    lanes: int = 4


def _derived(slot: Slot, password: str) -> bytes:
    return hash_secret_raw(
        password.encode(),
        base64.b64decode(slot.salt),
        time_cost=slot.passes,
        memory_cost=slot.memory_kib,
        parallelism=slot.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def new_key() -> bytes:
    """A fresh data key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, password: str) -> Slot:
    """`key` sealed under `password`; UserError when the password is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise UserError(
            tr(
                "密码至少 {least} 位，请换一个长一些的",
                least=SHORTEST_PASSWORD,
            )
        )
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    empty = Slot(_text(salt), _text(nonce), "")
    sealed = AESGCM(_derived(empty, password)).encrypt(nonce, key, None)
    return Slot(_text(salt), _text(nonce), _text(sealed))


def unseal(slot: Slot, password: str) -> bytes | None:
    """The data key, or None when the password is not the slot's."""
    try:
        return AESGCM(_derived(slot, password)).decrypt(
            base64.b64decode(slot.nonce), base64.b64decode(slot.sealed), None
        )
    except InvalidTag:
        return None


def write(path: Path, slots: list[Slot]) -> None:
    """Replace the slot file wholly or not at all."""
    _write(path, {"format": _OPEN_FORMAT, "slots": [asdict(slot) for slot in slots]})


def _write(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def read(path: Path) -> list[Slot]:
    """The slots of a vault; Locked when the county has shut it, UserError when the file
    is damaged or newer."""
    with _damage_in_words(path):
        content = _content(path)
        if "shut" in content:
            raise Locked(LOCKED)
        return _slots(content, KEY_BYTES + _TAG)


def shut_note(path: Path) -> Shut | None:
    """How the slots are shut; None when they are not, or when there are none."""
    if not path.exists():
        return None
    with _damage_in_words(path):
        content = _content(path)
        return Shut(**content["shut"]) if "shut" in content else None


def shut(path: Path, note: Shut, key: bytes) -> None:
    """Seal every slot once more, under `key`; slots that are shut stay as they are.

    UserError when the file is damaged; then nothing changed.
    """
    if shut_note(path) is not None:
        return
    outer_seal = AESGCM(key)
    outer = [
        {**asdict(slot), "sealed": _text(_sealed(outer_seal, slot, note))}
        for slot in read(path)
    ]
    _write(path, {"format": FORMAT, "slots": outer, "shut": asdict(note)})


def _sealed(outer_seal: AESGCM, slot: Slot, note: Shut) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    inner = base64.b64decode(slot.sealed)
    return nonce + outer_seal.encrypt(nonce, inner, bytes.fromhex(note.order))


def open_again(path: Path, key: bytes) -> None:
    """Take the outer seal off; UserError when `key` is not its key, and nothing
    changed."""
    with _damage_in_words(path):
        content = _content(path)
        note = Shut(**content["shut"])
        slots = _slots(content, KEY_BYTES + _TAG + NONCE_BYTES + _TAG)
    try:
        inner = [replace(slot, sealed=_opened(slot, note, key)) for slot in slots]
    except InvalidTag as error:
        raise UserError(tr("县里给的钥匙打不开，请联系县里的管理人员")) from error
    write(path, inner)


def _opened(slot: Slot, note: Shut, key: bytes) -> str:
    raw = base64.b64decode(slot.sealed)
    nonce, outer = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
    return _text(AESGCM(key).decrypt(nonce, outer, bytes.fromhex(note.order)))


def _content(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["format"] > FORMAT:
        raise UserError(tr("这份数据由更新版本的程序建立，请先升级程序再打开"))
    return content


def _slots(content: Mapping[str, Any], sealed_bytes: int) -> list[Slot]:
    slots = [_checked(Slot(**slot), sealed_bytes) for slot in content["slots"]]
    if not slots:
        raise ValueError("no slot")
    return slots


@contextmanager
def _damage_in_words(path: Path) -> Generator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            tr(
                "密钥文件 {name} 已损坏，请用备份里的同名文件替换后再打开",
                name=path.name,
            )
        ) from error


def _checked(slot: Slot, sealed_bytes: int) -> Slot:
    """The slot, unless Argon2id or AES-GCM could not work with what it says."""
    sizes = [
        len(base64.b64decode(one, validate=True))
        for one in (slot.salt, slot.nonce, slot.sealed)
    ]
    if sizes != [SALT_BYTES, NONCE_BYTES, sealed_bytes]:
        raise ValueError("a part of another length")
    if not (1 <= slot.passes <= 64 and 1 <= slot.lanes <= 64):
        raise ValueError("passes or lanes out of range")
    if not 8 * slot.lanes <= slot.memory_kib <= MOST_MEMORY_KIB:
        raise ValueError("memory out of range")
    return slot


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
