"""The county lets in who forgot the password of a laptop (`sync.recovery`).

The laptop has sealed its data key to the county; here it is opened and sealed to the
one-time keys of the request. No data come to the county for it, and the county keeps
nothing but the act. Whoever does it has to know who asks: the check code is not shown
here but typed in, as the worker reads it over the phone.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from gridapp.county import acts, upkeep
from gridapp.county.store import County
from gridapp.county.tables import act
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.purposes import LONGEST, SHORTEST, purpose_of
from gridapp.sync import boxes, recovery
from gridapp.sync.gridpkg import whole_file
from gridapp.sync.recovery import Answer, Request


@dataclass(frozen=True)
class Asked:
    """A request as it is shown: `device` is as `upkeep.status` tells it."""

    request: Request
    code: str
    device: dict[str, Any]


def look(county: County, file: Path) -> Asked:
    """What a request asks for. UserError when it is not to be answered: the laptop is
    unknown, stopped or locked, the request was answered before or is another county's.
    """
    request, code = recovery.read_request(file)
    device_id = UUID(bytes=request.device)
    found = [
        one for one in upkeep.status(county)["devices"] if one["id"] == str(device_id)
    ]
    if not found:
        raise UserError(tr("没有登记过这台电脑：请核对文件是不是本县的电脑写的"))
    [device] = found
    if device["revoked"]:
        raise UserError(tr("这台电脑已停用，不能找回密码；要恢复使用，请先重新登记"))
    if device["lock_asked_at"]:
        raise UserError(
            tr("这台电脑已要求锁定，不能找回密码；确认电脑找回来了，请先解锁")
        )
    with county.reading() as db:
        _refuse_again(db, device_id, request)
    _keys_in(county, request)
    return Asked(request, code, device)


def answer(county: County, file: Path, code: str, purpose: str, target: Path) -> Path:
    """Answer a request; the file that was written into `target`, a folder or a file.

    code: the check code as the worker read it from the screen. UserError, and nothing
    written, when it is not the request's, no purpose is given, or `look` refuses.
    """
    wanted = look(county, file)
    if not recovery.same_code(code, wanted.code):
        raise UserError(
            tr(
                "核对码对不上：这份申请不是电话里那个人写的，或念错了。请挂断后按"
                "登记的号码打回去，让本人再念一遍屏幕上的核对码"
            )
        )
    lacking = tr(
        "请写明原因，{least} 到 {most} 个字，如 本人到场核对过工作证",
        least=SHORTEST,
        most=LONGEST,
    )
    reason = purpose_of(purpose, lacking)
    request = wanted.request
    device_id = UUID(bytes=request.device)
    use = recovery.answer_purpose(request.id, request.device)
    keys = _keys_in(county, request)
    sealed = tuple(boxes.seal(request.once, one, use) for one in keys)
    if target.is_dir():
        words = tr("找回密码-{number}", number=request.id.hex()[:6])
        target = target / f"{words}{recovery.ANSWER_SUFFIX}"
    with ExitStack() as on_failure:
        with county.writing() as db:
            _refuse_again(db, device_id, request)
            acts.note(db, acts.RECOVER, device_id, f"{request.id.hex()} {reason}")
            with whole_file(target) as out:
                out.write(recovery.packed(Answer(request.id, request.device, sealed)))
            on_failure.callback(target.unlink)  # an answer that stands in no act
        on_failure.pop_all()
    return target


def _refuse_again(db: Connection, device_id: UUID, request: Request) -> None:
    """UserError when the request was answered before."""
    query = select(act.c.id).where(
        act.c.what == acts.RECOVER,
        act.c.subject == str(device_id),
        act.c.detail.startswith(request.id.hex()),
    )
    if db.execute(query).first() is not None:
        raise UserError(
            tr("这份申请已经答复过。答复丢了，请让本人在电脑上重新写一份申请")
        )


def _keys_in(county: County, request: Request) -> list[bytes]:
    """What the laptop has sealed to the county; UserError when it cannot be opened."""
    own = county.keys.find(request.keys)
    if own is None:
        raise UserError(
            tr(
                "封这份申请的密钥不在这台服务器上。服务器恢复过备份又没有带密钥的，"
                "请先从带密钥的备份里取回密钥文件"
            )
        )
    use = recovery.slot_purpose(request.device)
    found = [boxes.unseal(own, one, use) for one in request.boxes]
    keys = [one for one in found if one is not None]
    if len(keys) < len(found):
        raise UserError(tr("这份申请不完整或被人改动过，没有答复。请让本人重新写一份"))
    return keys
