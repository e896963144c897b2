"""What the page shows beside what the vault knows: how the way to the county is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gridapp.language import tr
from gridapp.ui.syncing import Syncing
from gridapp.work.sync_standing import (
    Line,
    Standing,
    last_words,
    moment_words,
    next_words,
)

REJOIN = frozenset({"token", "revoked", "device", "code", "grid"})  # a new code helps
AGAIN, CODE, ABOUT, LOCK = "again", "code", "about", "lock"


@dataclass(frozen=True)
class Moment:
    """How the way is now, and when it is tried next (seconds; None: not by itself)."""

    line: Line = Line.QUIET
    sentence: str = ""
    code: str = ""
    wait: float | None = None
    automatic: bool = True

    @classmethod
    def of(cls, syncing: Syncing) -> Moment:
        """The moment of a window."""
        return cls(
            syncing.line,
            syncing.sentence,
            syncing.code,
            syncing.wait,
            syncing.timetable.automatic,
        )

    @property
    def shut_out(self) -> bool:
        """Whether a new code from the county is needed."""
        return self.line is Line.REFUSED and self.code in REJOIN


@dataclass(frozen=True)
class NextStep:
    """What the county refused means in words, and the one button that goes on."""

    title: str
    advice: str
    button: str
    act: str


_STEPS = {
    "version": NextStep(
        tr("程序要升级"),
        tr("请联系县里升级；升级以前照常登记，也可以导出到 U 盘上报。"),
        tr("看本机的版本"),
        ABOUT,
    ),
    "epoch": NextStep(
        tr("县里的数据恢复过"),
        tr("改动都在本机。请过一会儿再试；还不行，请告诉县里的管理人员。"),
        tr("再试一次"),
        AGAIN,
    ),
    "lock": NextStep(
        tr("县里要求锁定这台电脑"),
        tr("没有上报的改动都留在本机。请联系县里的管理人员。"),
        tr("现在锁定"),
        LOCK,
    ),
}
_REJOIN = NextStep(
    tr("这台电脑要重新登记"),
    tr("请向县里要一个新的登记码，填在下面；没有上报的改动会接着上报。"),
    tr("填登记码"),
    CODE,
)
_OTHERWISE = NextStep(tr("同步要处理"), "", tr("再试一次"), AGAIN)


def next_step(moment: Moment) -> NextStep | None:
    """What a person has to do, when nothing else helps."""
    if moment.line is not Line.REFUSED:
        return None
    if moment.shut_out:
        return _REJOIN
    return _STEPS.get(moment.code, _OTHERWISE)


@dataclass(frozen=True)
class Look:
    """The big line of the page: words, icon, colour."""

    words: str
    icon: str
    colour: str


def look(standing: Standing, moment: Moment) -> Look:
    """What the page says in large letters."""
    step = next_step(moment)
    if step is not None:
        return Look(step.title, "circle-alert", "red.text")
    if moment.line is Line.RUNNING:
        return Look(tr("正在同步"), "refresh-cw", "blue.text")
    count = standing.unsent
    if not count:
        words = tr("全部已同步") if standing.joined else tr("还没有登记")
        icon = "cloud-check" if standing.joined else "cloud-off"
        colour = "green.text" if standing.joined else "text2"
        return Look(words, icon, colour)
    cut = moment.line in (Line.OFFLINE, Line.FAILED) and standing.joined
    icon = "cloud-off" if cut else "cloud-upload"
    words = tr("{count:,} 条改动等待上报", count=count)
    return Look(words, icon, "amber.text")


def oldest_words(standing: Standing, at: dt.datetime) -> str:
    """Since when the oldest waits; "" when nothing does."""
    if standing.oldest is None:
        return ""
    when = moment_words(standing.oldest, at)
    return tr("最早的一条是 {when} 记的", when=when)


def below(standing: Standing, moment: Moment, at: dt.datetime) -> str:
    """The line below it: how the line is, when it last went, when it goes again."""
    if not standing.joined:
        return tr("还没有登记到县级服务器。登记后才能同步。")
    parts: list[str] = []
    if moment.line is Line.OFFLINE:
        parts.append(tr("没有网络，改动都在本机"))
    parts.append(last_words(standing.last, at))
    if moment.line is not Line.RUNNING:
        parts.append(next_words(moment.wait, automatic=moment.automatic))
    return tr("；").join(part for part in parts if part)
