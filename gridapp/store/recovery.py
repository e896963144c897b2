"""A forgotten password: the county gives the data key back, the data stay here.

`ask` writes a small file for the county, `take` takes its answer in and sets a new
password. What the files hold and why a thief gets nowhere with them is said in
`sync.recovery`.
"""

from __future__ import annotations

import base64
import os
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.deeds import Deed
from gridapp.models.kinds import TIME, now
from gridapp.store import (
    asked,
    database,
    members,
    opening,
    passwords,
    slots,
    state,
    tries,
    vault,
)
from gridapp.store.accounts import Account
from gridapp.store.asked import Asked
from gridapp.store.database import faults_in_words
from gridapp.store.keyholders import SLOT_FILE
from gridapp.store.slots import Kept, Slot
from gridapp.sync import boxes, recovery
from gridapp.sync.gridpkg import whole_file
from gridapp.sync.keys import PrivateKeys
from gridapp.sync.recovery import Answer, Request

ALONE = tr(
    "这台电脑没有登记到县里，县里帮不上忙。请这台电脑的另一位负责人或技术人员登录后，"
    "给您设一个新密码；没有别人时，只能用还记得密码的备份恢复"
)


@dataclass(frozen=True)
class Written:
    """A request that was written: where, for whom, and what to read over the phone."""

    file: Path
    account: Account
    code: str


def possible(folder: Path) -> bool:
    """Whether the county can help with this vault; Locked when it has shut it."""
    with faults_in_words():
        return slots.read(folder / SLOT_FILE).county is not None


def ask(folder: Path, target: Path, name: str | None = None) -> Written:
    """Write a request for the county into `target`, a folder or a file.

    name: who forgot the password, as an account's name or id; by default the only one.
    A request that was written before is not answered any more. UserError when the vault
    stands alone, Locked when the county has shut it.
    """
    with faults_in_words():
        kept = slots.read(folder / SLOT_FILE)
        slot = _whose(kept, name)
        if kept.county is None:
            raise UserError(ALONE)
        once = PrivateKeys.new()
        mine = Asked(
            os.urandom(recovery.ID_BYTES),
            bytes.fromhex(kept.county.device),
            slot.account.id,
            slot.salt,
            once.raw,
        )
        asked.keep(folder, mine)
    sealed = (kept.county.box, kept.county.next_box)
    made_at: int = TIME.to_wire(now())
    raw = recovery.packed(
        Request(
            id=mine.id,
            device=mine.device,
            account=mine.account,
            name=slot.name,
            keys=bytes.fromhex(kept.county.keys),
            boxes=tuple(base64.b64decode(one) for one in sealed if one),
            once=once.public,
            made_at=made_at,
        )
    )
    file = _named(target, mine)
    with whole_file(file) as out:
        out.write(raw)
    return Written(file, slot.account, recovery.check_code(raw))


def take(folder: Path, file: Path, password: str) -> Account:
    """Open the vault with the county's answer and set a new password; whose it is.

    The answer is used up by it, and wrong passwords count from none. UserError, and
    nothing changed, when it answers another request or another laptop's, the password
    is no good, or the password was changed since the request. Locked when the county
    has shut the vault.
    """
    answer = recovery.read_answer(file)
    mine = _answered(asked.kept(folder), answer)
    with faults_in_words():
        slot = _still_there(folder, mine)
    passwords.check(password, slot.name)
    store = vault.open_with_key(folder, _key(folder, mine, answer), slot.account)
    with closing(store):
        user = replace(store.user, worker=slot.account.worker)
        members.check(store, password, user.name)
        with store.writing() as tx:
            state.disclose(tx, Deed.RECOVER, None, None, user.name)
        members.replace_slot(store, slots.seal(store.key, password, user))
        asked.forget(folder)
        opening.tell_failures(store)
        tries.forget(folder)
        return store.user


def _whose(kept: Kept, name: str | None) -> Slot:
    """The slot that a request is for."""
    fitting = kept.of(name)
    if len(fitting) > 1:
        raise UserError(
            tr("这台电脑有几个用户，请说明是谁忘了密码：{names}", names=kept.names)
        )
    return fitting[0]


def _named(target: Path, mine: Asked) -> Path:
    """The file of a request; it tells nobody's name."""
    if not target.is_dir():
        return target
    words = tr("找回密码-{number}", number=mine.id.hex()[:6])
    return target / f"{words}{recovery.REQUEST_SUFFIX}"


def _answered(mine: Asked | None, answer: Answer) -> Asked:
    """The request that waits, when that is the answer to it."""
    if mine is None:
        raise UserError(
            tr("这台电脑上没有等着答复的申请：可能已经用过。请重新写一份申请交给县里")
        )
    if answer.device != mine.device:
        raise UserError(tr("这份答复是给另一台电脑的，请核对后选这台电脑的答复"))
    if answer.request != mine.id:
        raise UserError(
            tr("这份答复是给较早的申请的，后来又写过一份。请选最近那份申请的答复")
        )
    return mine


def _still_there(folder: Path, mine: Asked) -> Slot:
    """The slot that the request was made for; its password was not changed since."""
    for slot in slots.read(folder / SLOT_FILE).slots:
        if (slot.account.id, slot.salt) == (mine.account, mine.salt):
            return slot
    asked.forget(folder)
    raise UserError(
        tr("写申请以后，这个用户的密码已经改过。请用新密码，或重新写一份申请")
    )


def _key(folder: Path, mine: Asked, answer: Answer) -> bytes:
    """The data key in an answer."""
    purpose = recovery.answer_purpose(mine.id, mine.device)
    found = [boxes.unseal(mine.keys, one, purpose) for one in answer.boxes]
    path = folder / vault.DATABASE_FILE
    with faults_in_words():
        for key in found:
            if key and len(key) == slots.KEY_BYTES and database.opens(path, key):
                return key
    raise UserError(
        tr("县里的答复打不开这份数据，请重新写一份申请；还不行，请联系县里的技术人员")
    )
