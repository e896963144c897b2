"""Key slots: the random data key, sealed once for each person who may open the vault.

As LUKS does: changing a password rewrites a slot, not the database. A slot is a pair of
keys (`sync.keys`); Argon2id (RFC 9106) of the password seals the private one together
with the id, name and role of its account, and the data key lies in a box for the public
one. So the data key can be changed without knowing anybody's password. Argon2id with
64 MiB and 3 passes takes about 0.3 s (research/store/report.md §F).

Slots of formats 1 and 2 seal the data key itself and know no account.

A county can order a laptop shut: then each slot is sealed once more (`county_seal`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import passwords
from gridapp.store.accounts import Account
from gridapp.store.slot_content import (
    CHECK,
    KEY_BYTES,
    LOCKED,
    MOST_MEMORY_KIB,
    NONCE_BYTES,
    OUTER,
    SALT_BYTES,
    CountySlot,
    Kept,
    Locked,
    Shut,
    Slot,
    mend,
    packed,
    parsed,
    read,
    shut_note,
    write,
)
from gridapp.sync import boxes
from gridapp.sync.keys import PrivateKeys

__all__ = [
    "LOCKED",
    "MOST_MEMORY_KIB",
    "OUTER",
    "Locked",
    "Shut",
    "mend",
    "packed",
    "parsed",
    "read",
    "shut_note",
    "write",
]

PASSES, MEMORY_KIB, LANES = 3, 65536, 4  # of Argon2id, for new slots

CHANGED = tr("密钥文件被人改动过，这个密码打不开它。请用 gridapp restore 恢复备份")


@dataclass(frozen=True)
class Opened:
    """A slot that a password has opened; `next_key` while the key is being changed."""

    slot: Slot
    key: bytes = field(repr=False)
    next_key: bytes | None = field(repr=False)
    derived: bytes = field(repr=False)
    own: PrivateKeys | None = field(repr=False)


def new_key() -> bytes:
    """A fresh data key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, password: str, account: Account) -> Slot:
    """A slot that opens `key` with `password`, which `passwords.check` took."""
    salt = _text(os.urandom(SALT_BYTES))
    empty = Slot(salt, "", "", PASSES, MEMORY_KIB, LANES)
    derived = _derived(empty, passwords.normal(password))
    return _sealed(empty, derived, account, PrivateKeys.new(), (key, None))


def relabelled(opened: Opened, account: Account, password: str) -> Slot:
    """The slot under the same password with what `account` says."""
    if opened.own is None:  # an older one, which took the password as it was typed
        return seal(opened.key, password, account)
    keys = (opened.key, opened.next_key)
    return _sealed(opened.slot, opened.derived, account, opened.own, keys)


def _sealed(
    kept: Slot,
    derived: bytes,
    account: Account,
    own: PrivateKeys,
    keys: tuple[bytes, bytes | None],
) -> Slot:
    nonce = os.urandom(NONCE_BYTES)
    slot = replace(
        kept,
        nonce=_text(nonce),
        id=account.id,
        name=account.name,
        role=account.role,
        worker=account.worker.hex if account.worker else "",
        check=_text(_part_of(derived, b"check", CHECK)),
        public=_text(own.public),
    )
    cipher = AESGCM(_part_of(derived, b"seal", KEY_BYTES))
    sealed = cipher.encrypt(nonce, own.raw, _said(slot.bound))
    return boxed(replace(slot, sealed=_text(sealed)), *keys)


def resealed(opened: Opened, password: str) -> Slot:
    """The slot under another password, with a new pair of keys."""
    fresh = seal(opened.key, password, opened.slot.account)
    return boxed(fresh, opened.key, opened.next_key)


def boxed(slot: Slot, key: bytes, next_key: bytes | None = None) -> Slot:
    """The slot with the data key for its owner, and the one that comes next."""
    public = base64.b64decode(slot.public)
    box, following = (
        _text(boxes.seal(public, one, slot.purpose)) if one else ""
        for one in (key, next_key)
    )
    return replace(slot, box=box, next_box=following)


def opened(slot: Slot, password: str) -> Opened | None:
    """What the password opens; None when it is not the slot's.

    A password is the same however it was typed (full width or not, NFKC); older slots
    took it as it came. UserError when the slot was changed by who does not know it.
    """
    same = passwords.normal(password)
    forms = (password, same) if not slot.public else (same, password)
    for form in dict.fromkeys(forms):
        derived = _derived(slot, form)
        found = (
            _opened_old(slot, derived) if not slot.public else _opened(slot, derived)
        )
        if found is not None:
            return found
    return None


def _opened_old(slot: Slot, derived: bytes) -> Opened | None:
    nonce, sealed = base64.b64decode(slot.nonce), base64.b64decode(slot.sealed)
    try:
        key = AESGCM(derived).decrypt(nonce, sealed, None)
    except InvalidTag:
        return None
    return Opened(slot, key, None, derived, None)


def _opened(slot: Slot, derived: bytes) -> Opened | None:
    if not hmac.compare_digest(
        _part_of(derived, b"check", CHECK), base64.b64decode(slot.check)
    ):
        return None
    cipher = AESGCM(_part_of(derived, b"seal", KEY_BYTES))
    nonce, sealed = base64.b64decode(slot.nonce), base64.b64decode(slot.sealed)
    try:
        own = PrivateKeys(cipher.decrypt(nonce, sealed, _said(slot.bound)))
    except InvalidTag as error:
        raise UserError(CHANGED) from error
    key = boxes.unseal(own, base64.b64decode(slot.box), slot.purpose)
    if key is None:
        raise UserError(CHANGED)
    following = boxes.unseal(own, base64.b64decode(slot.next_box), slot.purpose)
    return Opened(slot, key, following, derived, own)


def unseal(slot: Slot, password: str) -> bytes | None:
    """The data key, or None when the password is not the slot's."""
    found = opened(slot, password)
    return found.key if found else None


def all_of(slots: Sequence[Slot], key: bytes, county: CountySlot | None = None) -> Kept:
    """The slots of a vault with this data key."""
    return Kept(tuple(slots), county, mac_of(slots, key))


def with_slot(kept: Kept, opened: Opened, slot: Slot) -> Kept:
    """All slots, with `slot` in the place of the one that was opened.

    They are proved anew if they were proved before: a change of one slot does not
    vouch for another that somebody has put in.
    """
    own = opened.slot.account.id
    after = tuple(slot if one.account.id == own else one for one in kept.slots)
    if not is_proved(kept, opened.key):
        return replace(kept, slots=after)
    following = mac_of(after, opened.next_key) if opened.next_key else ""
    return replace(kept, slots=after, mac=mac_of(after, opened.key), next_mac=following)


def is_proved(kept: Kept, key: bytes) -> bool:
    """Whether the accounts are those that somebody with the data key has written."""
    alone = len(kept.slots) == 1 and not kept.slots[0].public  # as formats 1 and 2
    return alone or hmac.compare_digest(kept.mac, mac_of(kept.slots, key))


def mac_of(slots: Sequence[Slot], key: bytes) -> str:
    """Proves to who has the data key that these are the accounts of the vault."""
    secret = HKDF(SHA256(), 32, salt=None, info=b"gridapp slots mac 1").derive(key)
    said = _said(sorted(slot.bound for slot in slots))
    return hmac.new(secret, said, hashlib.sha256).hexdigest()


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


def _part_of(derived: bytes, use: bytes, size: int) -> bytes:
    """A key for one use, of the one that follows from the password."""
    return HKDFExpand(SHA256(), size, b"gridapp slot 3 " + use).derive(derived)


def _said(said: object) -> bytes:
    return json.dumps(said).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
