"""The seal that a county puts around the key slots of a lost laptop.

`gridapp.sync.locking` carries the order out. Each slot, and what was sealed to the
county for recovery, is sealed once more with AES-256-GCM under a key that is kept at
the county alone.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import slot_file, slots
from gridapp.store.slots import NONCE_BYTES, Kept, Shut


def shut(path: Path, note: Shut, key: bytes) -> None:
    """Seal every slot once more, under `key`; slots that are shut stay as they are.

    UserError when the file is damaged; then nothing changed.
    """
    outer = _Outer(note.order, key)
    with slot_file.changing(path):
        if slots.shut_note(path) is None:
            sealed = _each(slots.read(path), outer.on)
            slot_file.write(path, {**slots.packed(sealed), "shut": asdict(note)})


def open_again(path: Path, key: bytes) -> None:
    """Take the outer seal off; UserError when `key` is not its key, and nothing
    changed."""
    with slot_file.changing(path):
        kept, note = slot_file.read(path, slots.parsed)
        if note is None:
            return
        try:
            opened = _each(kept, _Outer(note.order, key).off)
        except InvalidTag as error:
            raise UserError(tr("县里给的钥匙打不开，请联系县里的管理人员")) from error
        slots.write(path, opened)


def _each(kept: Kept, turned: Callable[[str], str]) -> Kept:
    """All slots with what is sealed in them turned."""
    own = tuple(replace(one, sealed=turned(one.sealed)) for one in kept.slots)
    county = kept.county
    if county is not None:
        following = turned(county.next_box) if county.next_box else ""
        county = replace(county, box=turned(county.box), next_box=following)
    return replace(kept, slots=own, county=county)


class _Outer:
    """The county's seal around what is sealed already; both as base64."""

    def __init__(self, order: str, key: bytes) -> None:
        self._order, self._cipher = bytes.fromhex(order), AESGCM(key)

    def on(self, inner: str) -> str:
        """What it is with the seal around it."""
        nonce = os.urandom(NONCE_BYTES)
        raw = base64.b64decode(inner)
        sealed = nonce + self._cipher.encrypt(nonce, raw, self._order)
        return base64.b64encode(sealed).decode("ascii")

    def off(self, outer: str) -> str:
        """What it was without; InvalidTag under another key."""
        raw = base64.b64decode(outer)
        nonce, body = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
        inner = self._cipher.decrypt(nonce, body, self._order)
        return base64.b64encode(inner).decode("ascii")
