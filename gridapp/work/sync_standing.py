"""How this laptop stands with its county, as it is read and as it is said.

The header, the sync page and the command line say it in the same words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.store import (
    conflicts,
    deciding,
    exchange,
    invited,
    journal,
    photo_state,
    state,
    sync_log,
)
from gridapp.store.exchange import Exchange
from gridapp.store.sync_log import SyncLine
from gridapp.work.held_changes import Question, in_order, needs_person


@dataclass(frozen=True)
class Standing:
    """What the vault knows of its county; `waiting` are changes by record type."""

    server: str = ""
    waiting: Mapping[str, int] = field(default_factory=dict[str, int])
    oldest: dt.datetime | None = None  # when the first of them was made
    last: dt.datetime | None = None  # when a sync last went through
    held: tuple[Question, ...] = ()
    lines: tuple[SyncLine, ...] = ()
    sticks: Exchange = Exchange()
    photos: int = 0  # that the county does not have yet
    offered: str = ""  # address of a county that waits for a code to be typed

    @property
    def joined(self) -> bool:
        """Whether it was let in at a county, or will be with the next sync."""
        return bool(self.server)

    @property
    def unsent(self) -> int:
        """How many changes the county does not have."""
        return sum(self.waiting.values())


def read(db: Connection) -> Standing:
    """Everything the sync page shows."""
    sent = state.pushed_seq(db)
    return Standing(
        _server(db),
        journal.unsent_by_type(db, sent),
        journal.unsent_since(db, sent),
        last_sync(db),
        tuple(in_order(conflicts.waiting(db))),
        tuple(sync_log.lines(db)),
        exchange.read(db),
        len(photo_state.unsent(db)),
        one.url if (one := invited.read(db)) else "",
    )


def _server(db: Connection) -> str:
    """The county's address: of the one that let this laptop in, or waits to."""
    one = invited.waiting(db)
    return state.value(db, state.SERVER_URL) or (one.url if one else "")


def last_sync(db: Connection) -> dt.datetime | None:
    """When a sync last went through."""
    last = state.value(db, state.LAST_SYNC)
    return dt.datetime.fromisoformat(last) if last else None


@dataclass(frozen=True)
class Brief:
    """What the header shows: little, because it is read after every save."""

    joined: bool = False
    unsent: int = 0
    last: dt.datetime | None = None
    held: int = 0  # that wait for a person


def brief(db: Connection) -> Brief:
    """What the header shows."""
    asked = filter(needs_person, deciding.reasons(db))
    return Brief(
        bool(_server(db)),
        journal.unsent_count(db, state.pushed_seq(db)),
        last_sync(db),
        sum(1 for _ in asked),
    )


class Line(Enum):
    """How the way to the county is, as far as this laptop knows."""

    QUIET = "quiet"  # nothing is known against it
    RUNNING = "running"
    OFFLINE = "offline"  # the system says that there is no network
    FAILED = "failed"  # the last try did not get through
    REFUSED = "refused"  # the county wants a person to do something


@dataclass(frozen=True)
class Said:
    """A state in few words, in fewer, and in a sentence; with its icon and colour."""

    long: str
    short: str
    sentence: str
    icon: str
    tone: str  # a tone of the theme, "" the quiet one


def said(line: Line, now: Brief, at: dt.datetime) -> Said:
    """What the header says; `at` is now."""
    count = now.unsent
    if line is Line.RUNNING:
        words = tr("正在同步…")
        return Said(words, words, tr("正在和县里同步"), "refresh-cw", "blue")
    if line is Line.REFUSED:
        words = tr("同步要处理")
        sentence = tr("县里要您先处理一件事才能同步；改动都在本机")
        return Said(words, words, sentence, "circle-alert", "red")
    if now.joined and line in (Line.OFFLINE, Line.FAILED):
        return _cut_off(line, count)
    if count:
        words = tr("未同步 {count:,}", count=count)
        sentence = tr("有 {count:,} 条还没有上报", count=count)
        if not now.joined:
            sentence = tr(
                "有 {count:,} 条没有上报：还没有登记到县级服务器", count=count
            )
        return Said(words, words, sentence, "cloud-upload", "amber")
    if not now.joined:
        words = tr("只在本机")
        sentence = tr("还没有登记到县级服务器，改动都在本机")
        return Said(words, words, sentence, "cloud-off", "grey")
    words = long = tr("已同步")
    if now.last is not None:
        long = tr("已同步 {when}", when=clock(now.last, at))
    return Said(long, words, tr("全部已上报"), "cloud-check", "")


def _cut_off(line: Line, count: int) -> Said:
    if line is Line.OFFLINE:
        words = tr("没有网络")
        sentence = tr("没有网络，改动都在本机，连上后自动上报")
    else:
        words = tr("没连上县里")
        sentence = tr("没连上县里，改动都在本机，稍后再试")
    if not count:
        return Said(words, words, sentence, "cloud-off", "grey")
    long = tr("{state}，{count:,} 条待报", state=words, count=count)
    short = tr("{count:,} 条待报", count=count)
    return Said(long, short, sentence, "cloud-off", "amber")


def clock(moment: dt.datetime, at: dt.datetime) -> str:
    """A moment in few words: 09:40 today, else the day."""
    there = moment.astimezone()
    return f"{there:%H:%M}" if _days(moment, at) == 0 else f"{there:%m-%d}"


def moment_words(moment: dt.datetime, at: dt.datetime) -> str:
    """A moment: 今天 09:40, 昨天 16:02, else with its date."""
    there = moment.astimezone()
    days = {0: tr("今天"), 1: tr("昨天")}
    day = days.get(_days(moment, at), f"{there:%m-%d}")
    return f"{day} {there:%H:%M}"


def _days(moment: dt.datetime, at: dt.datetime) -> int:
    return (at.astimezone().date() - moment.astimezone().date()).days


def last_words(last: dt.datetime | None, at: dt.datetime) -> str:
    """When it last went through: 上次同步：今天 09:40."""
    if last is None:
        return tr("还没有同步过")
    return tr("上次同步：{when}", when=moment_words(last, at))


def next_words(seconds: float | None, *, automatic: bool) -> str:
    """When it goes by itself; "" when that depends on what happens first."""
    if not automatic:
        return tr("只在您点“立即同步”时同步")
    if seconds is None:
        return ""
    if seconds < 30:
        return tr("半分钟内自动同步")
    minutes = max(1, round(seconds / 60))
    return tr("约 {minutes} 分钟后自动同步", minutes=minutes)


_HOW = {
    "auto": tr("自动"),
    "click": tr("手动"),
    "command": tr("命令"),
    "stick": tr("U 盘"),
}


def how_words(line: SyncLine) -> str:
    """Who began it: 自动, 手动, 命令 or U 盘."""
    return _HOW[line.how]


def when_words(line: SyncLine, at: dt.datetime) -> str:
    """When it was; of several alike from the first to the last."""
    first = dt.datetime.fromisoformat(line.at)
    last = dt.datetime.fromisoformat(line.until)
    words = moment_words(first, at)
    if line.times == 1:
        return words
    end = clock(last, first) if _days(first, last) == 0 else moment_words(last, at)
    return tr("{first} 到 {end}", first=words, end=end)


def moved_words(line: SyncLine) -> str:
    """What went up and came down; "" when nothing did."""
    parts = (
        (line.pushed, tr("上报 {count:,} 条", count=line.pushed)),
        (line.pulled, tr("下载 {count:,} 条", count=line.pulled)),
        (line.photos_up, tr("上传照片 {count:,} 张", count=line.photos_up)),
        (line.photos_down, tr("下载照片 {count:,} 张", count=line.photos_down)),
        (line.held, tr("{count:,} 条县里没有照收", count=line.held)),
    )
    return tr("，").join(words for count, words in parts if count)


def told(line: SyncLine) -> str:
    """What came of a sync, in one sentence."""
    moved = moved_words(line)
    if line.ended == "failed":
        words = line.sentence
        if moved:
            words = tr("{why}（在这之前{moved}）", why=words, moved=moved)
    elif line.ended == "stopped":
        words = tr("停在半路，下次接着传")
        if moved:
            words = tr("停在半路，已{moved}，下次接着传", moved=moved)
    else:
        words = moved or tr("没有新的改动")
        if line.sentence:
            words = tr("{words}；{why}", words=words, why=line.sentence)
    if line.times > 1:
        words = tr("{words}（{times} 次）", words=words, times=line.times)
    return words
