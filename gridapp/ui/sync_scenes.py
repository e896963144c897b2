"""The states of the sync page as its pictures show them, with the vault's own people.

Waiting for each of them to happen would need a county that refuses, locks and falls
silent; the page shows what it is given, so it is given them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.models.kinds import now, time_text
from gridapp.models.record import field_of
from gridapp.store.conflicts import Waiting
from gridapp.store.exchange import Exchange, Exported
from gridapp.store.sync_log import SyncLine
from gridapp.ui.sync.moment import Moment
from gridapp.ui.sync.sync_page import HELD, LOG, SyncPage
from gridapp.work.held_changes import in_order
from gridapp.work.sync_standing import Line

if TYPE_CHECKING:
    from gridapp.ui.scenes import Stage

_SERVER = "https://county.example"
_GONE = tr("连不上县级服务器，请检查网络；改动都在本机，连上后再同步")
_REVOKED = tr("这台电脑已被停用，请联系县里的管理人员")


def _page(stage: Stage) -> SyncPage:
    stage.go("sync")
    page = cast("SyncPage", stage.window.pages["sync"])
    page.reload()
    stage.settle()
    page.show_view(HELD)
    return page


def _plain(stage: Stage) -> None:
    _page(stage)


def _shown(moment: Moment, stage: Stage, view: str = HELD) -> None:
    _shown_with(moment, stage).show_view(view)
    stage.settle()


def _shown_with(moment: Moment, stage: Stage) -> SyncPage:
    page = _page(stage)
    at = now()
    standing = replace(
        page.standing,
        server=_SERVER,
        last=at - dt.timedelta(days=1),
        lines=_lines(at),
        sticks=_sticks(at),
    )
    page.show_standing(standing, moment)
    page.focus_start()
    stage.settle()
    return page


def _lines(at: dt.datetime) -> tuple[SyncLine, ...]:
    def ago(hours: float) -> str:
        return time_text(at - dt.timedelta(hours=hours))

    return (
        SyncLine(ago(1), ago(0.2), "auto", "failed", sentence=_GONE, times=4),
        SyncLine(ago(20), ago(20), "click", "stopped", pushed=300, bytes_up=21_000),
        SyncLine(
            ago(26),
            ago(26),
            "auto",
            "done",
            pushed=41,
            pulled=7,
            held=1,
            bytes_up=3_800,
            bytes_down=900,
        ),
        SyncLine(ago(40), ago(30), "auto", "done", times=38, bytes_up=120),
    )


def _sticks(at: dt.datetime) -> Exchange:
    made = time_text(at - dt.timedelta(days=5))
    return Exchange(1, 0, (Exported("", 1, made, 1, "990101001003-1.gridpkg"),))


def _running(stage: Stage) -> None:
    page = _shown_with(Moment(Line.RUNNING), stage)
    page.card.steps.step(1_200, 3_480, tr("上报改动"))
    page.card.steps.step(5_000, 0, tr("下载改动"))
    stage.settle()


def _conflicts(stage: Stage) -> None:
    page = _page(stage)
    person, _ = stage.person
    name = stage.name_of(person)
    at = now()

    def held(field: str, mine: str, theirs: str, reason: str) -> Waiting:
        label = field_of(Resident, field).label if field else Resident.title
        return Waiting(
            id=uuid4(),
            type="resident",
            record_id=person,
            field=field or None,
            label=label,
            title=name,
            mine=mine,
            theirs=theirs,
            theirs_by="",
            theirs_at=time_text(at - dt.timedelta(hours=3)),
            reason=reason,
            sentence=_sentence(reason, label),
            at=time_text(at),
            private=field == "phones",
        )

    found = [
        held("phones", "138****0003", "138****0004", "conflict"),
        held("mobility", "", tr("要人扶"), "conflict"),
        held("mobility", tr("能自理"), "", "conflict"),
        held("", "", "", "edited"),
        held("household_id", "", "", "missing_parent"),
    ]
    standing = replace(page.standing, server=_SERVER, last=at)
    page.show_standing(replace(standing, held=tuple(in_order(found))), Moment())
    stage.settle()
    page.held.focus_first()


def _sentence(reason: str, label: str) -> str:
    """What the county says of a change (county/apply.py)."""
    title = Resident.title
    if reason == "conflict":
        return tr("“{label}”已被别人先改过，请对照后决定用哪个", label=label)
    if reason == "edited":
        return tr(
            "您要删除的这条{title}刚被别人改过，所以没有删除，请看过后再决定",
            title=title,
        )
    return tr("“{label}”指向的记录还没有到县级服务器，改动先留着", label=label)


SYNC_SCENES: Mapping[str, Callable[[Stage], None]] = {
    "sync": _plain,
    "sync-running": _running,
    "sync-conflicts": _conflicts,
    "sync-offline": partial(_shown, Moment(Line.OFFLINE), view=LOG),
    "sync-failed": partial(_shown, Moment(Line.FAILED, _GONE, wait=240.0)),
    "sync-stopped": partial(_shown, Moment(Line.REFUSED, _REVOKED, "revoked")),
    "sync-locked": partial(
        _shown, Moment(Line.REFUSED, tr("县里要求锁定这台电脑"), "lock")
    ),
}
