"""How a place on the round is said: when it is due, what was seen, how often."""

from __future__ import annotations

import datetime as dt

from gridapp.language import tr, weekday
from gridapp.ui.patrols.patrol_values import FINE, WATCH, WRONG
from gridapp.ui.tokens import ToneName
from gridapp.work.due import short_date
from gridapp.work.patrol_round import RoundLine, Spot

STATE_WORDS = {FINE: tr("正常"), WATCH: tr("关注"), WRONG: tr("有问题")}
STATE_TONES: dict[str, ToneName] = {FINE: "green", WATCH: "amber", WRONG: "red"}


def due_words(spot: Spot, day: dt.date) -> tuple[str, ToneName]:
    """Return how late a place is, as 逾期 4 天, and the tone of that; "" when never."""
    if spot.due is None:
        return "", "grey"
    if spot.late_days > 0:
        return tr("逾期 {days} 天", days=spot.late_days), "red"
    if spot.due > day:
        return tr("下次 {day}", day=short_date(spot.due, day)), "grey"
    return (tr("还没看过") if spot.last is None else tr("今天")), "amber"


def every_words(days: int) -> str:
    """Return 每天看, 每周看 or 每 10 天看."""
    named = {1: tr("每天看"), 7: tr("每周看"), 14: tr("每两周看"), 30: tr("每月看")}
    return named.get(days) or tr("每 {days} 天看", days=days)


def spot_detail(spot: Spot, day: dt.date) -> str:
    """Return the second line of a place: what to look at, how often, last when."""
    words = [spot.look_at]
    if spot.interval_days is not None:
        words.append(every_words(spot.interval_days))
    else:
        words.append(tr("整栋看一遍"))
    if spot.last is not None:
        words.append(tr("上次 {day}", day=short_date(spot.last, day)))
    return tr("，").join(word for word in words if word)


def round_when(line: RoundLine) -> str:
    """Return 11-22 周日 09:10–10:05."""
    start = line.started_at.astimezone()
    words = f"{start:%m-%d} {weekday(start.date())} {start:%H:%M}"
    if start.year != dt.date.today().year:
        words = f"{start.year}-{words}"
    if line.ended_at is not None:
        words += f"–{line.ended_at.astimezone():%H:%M}"
    return words


def round_summary(line: RoundLine) -> str:
    """Return what a round came to, in one line."""
    words = [tr("看了 {count} 处", count=line.stops)] if line.stops else []
    words += [tr("、").join(line.findings)] if line.findings else []
    words += [" ".join(line.note.split())] if line.note else []
    return tr("；").join(words)
