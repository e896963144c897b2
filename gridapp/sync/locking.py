"""The county's order that this laptop shuts its data, carried out and taken back.

The order puts one more seal on the key slots, with a key that only the county can make
again (`county.locks`). From then on the password alone does not open the data, and no
copy of the key slots of this folder does: those in the backups beside the data are
taken out. Nothing else is deleted: what was not sent yet is there when the county gives
a code, and the backups open with the data key again.

It cannot help before the laptop has asked the county for anything, nor against a copy
of the folder that was made before, opened with the password.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import backup_places, county_seal, slots, state, vault
from gridapp.store.slots import Shut
from gridapp.store.vault import Store
from gridapp.sync.protocol import (
    VERSION,
    LockDone,
    LockOrder,
    Refusal,
    Refused,
    UnlockReply,
    UnlockRequest,
    pack,
    unpack,
)
from gridapp.sync.transport import HttpTransport, Transport

LOCKED_PATH, UNLOCK_PATH = "/v1/locked", "/v1/unlock"


def obey(store: Store, transport: Transport, token: str, order: bytes) -> None:
    """Shut the key slots of this vault as the county orders, then tell it so.

    The store that is open stays open: whoever opened it closes it. A second order finds
    the slots shut and is only confirmed. UserError when the order cannot be read.
    """
    try:
        wanted = msgspec.msgpack.decode(order, type=LockOrder)
    except msgspec.MsgspecError as error:
        raise UserError(tr("县里发来的锁定要求读不懂，请升级程序")) from error
    device = store.device_id
    with store.reading() as db:
        ca = state.value(db, state.SERVER_CA) or ""  # unreadable once it is locked
    note = Shut(wanted.id.hex(), device.hex, transport.url, ca)
    county_seal.shut(store.folder / vault.SLOT_FILE, note, wanted.key)
    backup_places.forget_slots(store.folder)
    done = LockDone(VERSION, device.bytes, wanted.id)
    with suppress(UserError):  # the next request is told once more
        transport.exchange(LOCKED_PATH, token, pack(done))


def unlock(folder: Path, code: str, transport: Transport | None = None) -> None:
    """Take the county's seal off the key slots in `folder`, with the code it gave.

    UserError when the vault is not locked, the county cannot be reached or the code is
    not the one. Then the password opens the vault as before.
    """
    path = folder / vault.SLOT_FILE
    note = slots.shut_note(path)
    if note is None:
        raise UserError(tr("这台电脑没有锁定，直接用密码打开就行"))
    line = transport or HttpTransport(note.url, ca=note.ca)
    request = UnlockRequest(
        VERSION, code, bytes.fromhex(note.device), bytes.fromhex(note.order)
    )
    try:
        status, answer = line.exchange(UNLOCK_PATH, "", pack(request))
    finally:
        line.close()
    if status != 200:
        refusal = unpack(answer, Refusal)
        raise Refused(refusal.code, refusal.sentence)
    county_seal.open_again(path, unpack(answer, UnlockReply).key)
