"""What the slot file says, read without any password: who may open the vault, and
whether the county has shut it.

The login needs no more than this, so nothing here imports a cipher; `slots` seals and
opens what stands in the file.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import slot_file
from gridapp.store.accounts import ROLES, SECRETARY, Account
from gridapp.sync.sizes import OVERHEAD, PAIR

KEY_BYTES, SALT_BYTES, NONCE_BYTES = 32, 16, 12
MOST_MEMORY_KIB = 1 << 20  # a damaged number must not ask for all memory there is
TAG = 16  # bytes that AES-GCM adds
OUTER = NONCE_BYTES + TAG  # bytes that the county's seal adds
CHECK = 16  # bytes that tell a wrong password from a changed slot
_BOX = KEY_BYTES + OVERHEAD

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
    """What opens the vault for one person; bytes as base64.

    `sealed` is the private key, under the password (before format 3 the data key);
    `box` the data key for `public`, `next_box` the one that is about to take its place.
    `worker` is the hex id of the person's record, "" for the vault's own worker.
    """

    salt: str
    nonce: str
    sealed: str
    passes: int
    memory_kib: int
    lanes: int
    id: str = ""
    name: str = ""
    role: str = SECRETARY
    worker: str = ""
    check: str = ""
    public: str = ""
    box: str = ""
    next_box: str = ""

    @property
    def account(self) -> Account:
        """Whose it is."""
        own = self.id or hashlib.sha256(self.salt.encode()).hexdigest()[:32]
        worker = UUID(self.worker) if self.worker else None
        return Account(own, self.name, self.role, worker)

    @property
    def bound(self) -> list[str]:
        """What is sealed in with the private key."""
        return [self.id, self.name, self.role, self.worker, self.public]

    @property
    def purpose(self) -> bytes:
        """What its boxes are for."""
        return b"gridapp slot " + self.id.encode()


@dataclass(frozen=True)
class CountySlot:
    """The data key, sealed to the county: `keys` is the id of its pair, in hex."""

    keys: str
    device: str
    box: str
    next_box: str = ""


@dataclass(frozen=True)
class Kept:
    """All that the slot file holds. `mac` proves the slots to who has the data key."""

    slots: tuple[Slot, ...]
    county: CountySlot | None = None
    mac: str = ""
    next_mac: str = ""

    def of(self, name: str | None) -> list[Slot]:
        """The slots of whoever has this name or id; all of them when it is None.

        UserError, which says who there is, when nobody has.
        """
        found = [
            one
            for one in self.slots
            if name in (None, one.account.id, one.account.name)
        ]
        if not found:
            raise UserError(
                tr("这份数据里没有“{name}”，有：{names}", name=name, names=self.names)
            )
        return found

    @property
    def names(self) -> str:
        """Who may open the vault, in words."""
        return tr("、").join(one.account.shown for one in self.slots)


def read(path: Path) -> Kept:
    """The slots of a vault; Locked when the county has shut it, UserError when the file
    is damaged or newer."""
    return slot_file.read(path, _open_content)


def write(path: Path, kept: Kept) -> None:
    """Replace the slot file wholly or not at all, inside `slot_file.changing`."""
    slot_file.write(path, packed(kept))


def mend(path: Path) -> bool:
    """Make both copies of the file alike; whether the one that counts was damaged."""
    return slot_file.mend(path, parsed)


def shut_note(path: Path) -> Shut | None:
    """How the slots are shut; None when they are not, or when there are none."""
    if not slot_file.exists(path):
        return None
    return slot_file.read(path, parsed)[1]


def _open_content(content: Mapping[str, Any]) -> Kept:
    kept, note = parsed(content)
    if note is not None:
        raise Locked(LOCKED)
    return kept


def parsed(content: Mapping[str, Any]) -> tuple[Kept, Shut | None]:
    """What a slot file says; ValueError, KeyError or TypeError when it is damaged."""
    note = Shut(**content["shut"]) if "shut" in content else None
    more = 0 if note is None else OUTER
    slots = tuple(_checked(Slot(**slot), more) for slot in content["slots"])
    if not slots:
        raise ValueError("no slot")
    county = CountySlot(**content["county"]) if content.get("county") else None
    if county:
        _lengths((county.box, _BOX + more), (county.next_box, _BOX + more, 0))
    macs = [str(content.get(name, "")) for name in ("mac", "next_mac")]
    return Kept(slots, county, *macs), note


def packed(kept: Kept) -> dict[str, Any]:
    """What `parsed` reads, for JSON."""
    return {
        "slots": [asdict(slot) for slot in kept.slots],
        "county": asdict(kept.county) if kept.county else None,
        "mac": kept.mac,
        "next_mac": kept.next_mac,
    }


def _checked(slot: Slot, more: int) -> Slot:
    """The slot, unless Argon2id or AES-GCM could not work with what it says."""
    inner = PAIR if slot.public else KEY_BYTES
    _lengths(
        (slot.salt, SALT_BYTES),
        (slot.nonce, NONCE_BYTES),
        (slot.sealed, inner + TAG + more),
    )
    if slot.public:
        _lengths(
            (slot.check, CHECK),
            (slot.public, PAIR),
            (slot.box, _BOX),
            (slot.next_box, _BOX, 0),
        )
    if slot.role not in ROLES:
        raise ValueError("no role of an account")
    if not (1 <= slot.passes <= 64 and 1 <= slot.lanes <= 64):
        raise ValueError("passes or lanes out of range")
    if not 8 * slot.lanes <= slot.memory_kib <= MOST_MEMORY_KIB:
        raise ValueError("memory out of range")
    return slot


def _lengths(*parts: tuple[Any, ...]) -> None:
    for text, *sizes in parts:
        if len(base64.b64decode(text, validate=True)) not in sizes:
            raise ValueError("a part of another length")
