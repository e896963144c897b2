"""Key slots: the random data key, sealed once for each way of opening the vault.

As LUKS does: changing a password rewrites a slot, not the database. Argon2id with
64 MiB and 3 passes takes about 0.3 s (research/store/report.md §F).
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gridapp.errors import UserError
from gridapp.language import tr

FORMAT = 1
KEY_BYTES, SALT_BYTES, NONCE_BYTES = 32, 16, 12
MOST_MEMORY_KIB = 1 << 20  # a damaged number must not ask for all memory there is
SHORTEST_PASSWORD = 8  # characters; NIST SP 800-63B-4 asks for at least 8


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
    content = {"format": FORMAT, "slots": [asdict(slot) for slot in slots]}
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def read(path: Path) -> list[Slot]:
    """The slots of a vault; UserError when the file is damaged or newer."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] > FORMAT:
            raise UserError(tr("这份数据由更新版本的程序建立，请先升级程序再打开"))
        slots = [_checked(Slot(**slot)) for slot in content["slots"]]
        if not slots:
            raise ValueError("no slot")
        return slots
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            tr(
                "密钥文件 {name} 已损坏，请用备份里的同名文件替换后再打开",
                name=path.name,
            )
        ) from error


def _checked(slot: Slot) -> Slot:
    """The slot, unless Argon2id or AES-GCM could not work with what it says."""
    sizes = [
        len(base64.b64decode(one, validate=True))
        for one in (slot.salt, slot.nonce, slot.sealed)
    ]
    if sizes != [SALT_BYTES, NONCE_BYTES, KEY_BYTES + 16]:
        raise ValueError("a part of another length")
    if not (1 <= slot.passes <= 64 and 1 <= slot.lanes <= 64):
        raise ValueError("passes or lanes out of range")
    if not 8 * slot.lanes <= slot.memory_kib <= MOST_MEMORY_KIB:
        raise ValueError("memory out of range")
    return slot


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
