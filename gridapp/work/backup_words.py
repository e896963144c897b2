"""How backups and restores are said, for the window and the command line alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from gridapp.language import tr
from gridapp.models import RECORDS, record_named
from gridapp.store.backup import Standing
from gridapp.store.backup_places import REASONS, Kept
from gridapp.store.restore import Unpacked
from gridapp.work.sync_standing import moment_words

BROKEN = tr("不是备份文件，或者已损坏")
_KINDS = 6  # sorts of records that a sentence names; the rest is counted
_JOURNALLED = {model.__tablename__ for model in RECORDS}


def last_words(now: Standing, at: dt.datetime) -> str:
    """When the last good backup was made."""
    if now.last is None:
        return tr("还没有备份过")
    return tr("上次备份：{when}，已核对", when=moment_words(now.last, at))


def late_words(now: Standing, at: dt.datetime) -> str:
    """What to do when the last good backup is too long ago; "" when it is not."""
    if not now.late:
        return ""
    if now.last is None:
        return tr("还没有备份过，请在“设置”里点“立即备份”")
    days = (at - now.last).days
    return tr("已经 {days} 天没有备份了，请在“设置”里点“立即备份”", days=days)


def kept_words(now: Standing) -> str:
    """How many there are, and how much room they take; "" when there are none."""
    if not now.listed.kept:
        return ""
    size = sum(one.size for one in now.listed.kept)
    return tr(
        "本机留着 {count} 份，共 {size}",
        count=len(now.listed.kept),
        size=size_words(size),
    )


def second_words(now: Standing, at: dt.datetime) -> str:
    """How it stands with the other place."""
    if now.second is None:
        return tr(
            "只存在本机。电脑坏了或丢了，备份也就没了：请再选一个 U 盘或网络文件夹"
        )
    when = moment_words(now.second_last, at) if now.second_last else ""
    last = tr("上次存到那里：{when}", when=when) if when else tr("还没有存过去")
    if not now.second_there:
        return tr("{folder} 现在不在；{last}", folder=now.second, last=last)
    return tr("{folder}：{last}", folder=now.second, last=last)


def size_words(size: int) -> str:
    """Bytes as people say them."""
    if size < 1_000_000:
        return tr("{size} KB", size=max(1, round(size / 1000)))
    if size < 1_000_000_000:
        return tr("{size:.1f} MB", size=size / 1e6)
    return tr("{size:.1f} GB", size=size / 1e9)


def kept_line(one: Kept) -> str:
    """A backup in a list: when, why, how large."""
    reason = REASONS.get(one.manifest.reason, one.manifest.reason)
    moment = one.manifest.moment.astimezone()
    return f"{moment:%Y-%m-%d %H:%M}\t{reason}\t{size_words(one.size)}\t{one.file.name}"


def lines(now: Standing) -> list[str]:
    """How it stands, line by line."""
    at = dt.datetime.now(dt.UTC)
    told = [last_words(now, at), kept_words(now), second_words(now, at)]
    told += [now.trouble, now.second_trouble]
    return [one for one in told if one] + [kept_line(one) for one in now.listed.kept]


def made_at(found: Unpacked) -> str:
    """The moment of a backup."""
    return f"{found.manifest.moment.astimezone():%Y-%m-%d %H:%M}"


def counted(numbers: Mapping[str, int]) -> str:
    """走访 3 条、居民 1 条: the most frequent first."""
    known = [(n, t) for t, n in numbers.items() if t in _JOURNALLED and n]
    known.sort(reverse=True)
    parts = [
        tr("{title} {count} 条", title=record_named(type_).title, count=count)
        for count, type_ in known[:_KINDS]
    ]
    rest = sum(count for count, _ in known[_KINDS:])
    if rest:
        parts.append(tr("其他 {count} 条", count=rest))
    return tr("、").join(parts)


def facts(found: Unpacked) -> list[str]:
    """What a backup is."""
    told = [
        tr(
            "{made} 的备份（{reason}），程序 {program}",
            made=made_at(found),
            reason=REASONS.get(found.manifest.reason, found.manifest.reason),
            program=found.manifest.program,
        )
    ]
    if found.photos_lacking:
        told.append(
            tr(
                "{count} 张照片里有 {lacking} 张不在手边，同步以后从县里取回",
                count=len(found.photos),
                lacking=found.photos_lacking,
            )
        )
    if found.own_slots:
        told.append(tr("用户和密码也回到做这份备份的时候"))
    return told


def losses(found: Unpacked) -> list[str]:
    """What a restore would lose and what comes back, in sentences."""
    change = found.difference
    if change is None:
        return []
    told: list[str] = []
    if change.unsent and not change.joined:
        told.append(tr("会丢掉那以后的改动：{what}", what=counted(change.unsent)))
    elif change.unsent:
        told.append(
            tr(
                "会丢掉还没有上报的改动：{what}。想留着，就先同步",
                what=counted(change.unsent),
            )
        )
    sent = {t: n - change.unsent.get(t, 0) for t, n in change.lost.items()}
    if any(sent.values()):
        told.append(tr("已经上报的改动，同步以后会回来：{what}", what=counted(sent)))
    if change.back:
        told.append(
            tr("县里发来的改动，同步以后会回来：{what}", what=counted(change.back))
        )
    if not told:
        told.append(tr("那以后没有改动，什么都不会丢"))
    if change.needs_code:
        told.append(tr("恢复以后要向县里要一个新的登记码，重新登记一次，再接着同步"))
    return told


def rows(found: Unpacked) -> list[tuple[str, int, int | None]]:
    """Sort of record, how many then, how many now (None: not known)."""
    now = found.difference.now if found.difference else None
    told: list[tuple[str, int, int | None]] = []
    for model in RECORDS:
        name = model.__tablename__
        there = found.kinds.get(name, 0)
        here = now.get(name, 0) if now is not None else None
        if there or here:
            told.append((model.title, there, here))
    return told


def preview_lines(found: Unpacked) -> list[str]:
    """What a restore would do, line by line."""
    told = facts(found)
    for title, then, now in rows(found):
        if now is None:
            told.append(tr("{title}\t{then} 条", title=title, then=then))
        else:
            told.append(
                tr(
                    "{title}\t备份里 {then} 条\t现在 {now} 条",
                    title=title,
                    then=then,
                    now=now,
                )
            )
    return told + losses(found)


def as_told(found: Unpacked) -> dict[str, Any]:
    """The same for programs."""
    change = found.difference
    return {
        "made_at": found.manifest.made_at,
        "program": found.manifest.program,
        "reason": found.manifest.reason,
        "then": dict(found.kinds),
        "now": dict(change.now) if change else None,
        "lost": dict(change.lost) if change else None,
        "unsent": dict(change.unsent) if change else None,
        "back": dict(change.back) if change else None,
        "needs_code": change.needs_code if change else None,
        "accounts_of_backup": found.own_slots,
        "photos": len(found.photos),
        "photos_lacking": found.photos_lacking,
    }
