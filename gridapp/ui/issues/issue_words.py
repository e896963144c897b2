"""How an issue is said: how late it is in words, its state as a badge, its trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from gridapp.language import tr
from gridapp.models import codes
from gridapp.models.issue import BY_RESIDENTS
from gridapp.models.issue_flow import CLOSED, Transition, transition
from gridapp.models.record import Values
from gridapp.ui.tokens import ToneName
from gridapp.ui.widgets.badge import Badge, status_badge
from gridapp.ui.widgets.rows import Row
from gridapp.ui.widgets.timeline import Entry
from gridapp.work.due import local_day
from gridapp.work.flow import is_own, is_undo
from gridapp.work.issues import Listed, Urged

STATE_TONES: dict[str, ToneName] = {
    "pending": "blue",
    "reported": "blue",
    "accepted": "blue",
    "assigned": "blue",
    "working": "purple",
    "review": "amber",
    "returned": "amber",
    "closed": "green",
    "self_closed": "green",
    "rated": "green",
}
ICONS = {
    "report": "log-in",
    "accept": "check",
    "assign": "user-round",
    "work": "pencil",
    "extend": "clock",
    "cooperate": "handshake",
    "return": "history",
    "check": "eye",
    "close": "circle-check",
    "self_close": "circle-check",
    "urge": "bell",
    "void": "x",
    "rate": "contact-round",
}


def late_text(deadline: dt.datetime, now: dt.datetime) -> str:
    """How much time is left or gone: 超期 2 天, 今天 18:00 前, 还有 3 天."""
    days = (local_day(deadline) - local_day(now)).days
    if days < 0:
        return tr("超期 {days} 天", days=-days)
    if deadline < now:
        hours = int((now - deadline).total_seconds() // 3600)
        return tr("超期 {hours} 小时", hours=hours) if hours else tr("刚刚超期")
    if days == 0:
        return tr("今天 {moment:%H:%M} 前", moment=deadline.astimezone())
    return tr("明天到期") if days == 1 else tr("还有 {days} 天", days=days)


def late_tone(deadline: dt.datetime, now: dt.datetime) -> ToneName:
    """Red when it is late, amber for today and tomorrow, grey for later."""
    if deadline < now:
        return "red"
    days = (local_day(deadline) - local_day(now)).days
    return "amber" if days <= 1 else "grey"


def late_badge(one: Listed, now: dt.datetime) -> Badge:
    """How late an issue is, or on which day it was done."""
    if one.ended_at is not None:
        day = f"{one.ended_at.astimezone():%m-%d}"
        words = (
            tr("{day} 作废", day=day)
            if one.state == "void"
            else tr("{day} 办结", day=day)
        )
        return Badge(words, "grey")
    tone = late_tone(one.deadline, now)
    return status_badge(late_text(one.deadline, now), tone)


def state_badge(state: str) -> Badge:
    """The state as a small word."""
    words = codes.table("issue_state").name(state)
    return Badge(words, STATE_TONES.get(state, "grey"), square=True, height=24)


def urged_text(urged: Urged) -> str:
    """已催办 2 次，最近 11-20 周敏."""
    words = tr(
        "已催办 {count} 次，最近 {day:%m-%d}",
        count=urged.count,
        day=urged.last.astimezone(),
    )
    return f"{words} {urged.who}".rstrip()


def row_of(one: Listed, now: dt.datetime) -> Row:
    """An issue as a row: what and where, then its state, kind, who and how often
    urged; at the right how late."""
    words = [codes.table("issue_category").name(one.category)]
    if one.level != "normal":
        words.append(codes.table("issue_level").name(one.level))
    if one.source == BY_RESIDENTS:
        words.append(codes.table("source").name(one.source))
    if one.waits:
        words.append(tr("等批延期"))
    if one.urged is not None:
        words.append(tr("已催办 {count} 次", count=one.urged.count))
    if one.outside:
        words.append(tr("清单外"))
    if one.satisfied is not None and one.state == "rated":
        words.append(tr("居民满意") if one.satisfied else tr("居民不满意"))
    who = "·".join(name for name in (one.who, one.owner) if name)
    if who:
        words.append(who)
    return Row(
        one.id,
        one.title,
        one.where,
        "  ".join(words),
        late_badge(one, now),
        type="issue",
        tag=state_badge(one.state),
    )


def trace_entries(
    steps: Sequence[Values], names: Mapping[UUID | None, str]
) -> list[Entry]:
    """The steps as lines of a timeline, in the order given."""
    own = is_own(steps)
    return [_entry(step, names.get(step["created_by"], ""), own=own) for step in steps]


def move_words(move: Transition, *, own: bool) -> str:
    """A step as its chip says it; more time is only asked for, where one above has a
    say."""
    return tr("申请延期") if move.action == "extend" and not own else move.words


def _entry(step: Values, who: str, *, own: bool) -> Entry:
    before, action, after = step["from_state"], step["action"], step["to_state"]
    when = f"{step['at'].astimezone():%m-%d %H:%M}  {who}".rstrip()
    if is_undo(step):
        return Entry("history", "amber", step["note"] or tr("撤销上一步"), when, "")
    move = transition(before or "", action)
    title = codes.table("issue_action").name(action)
    if move is not None:
        title = move_words(move, own=own)
    state = codes.table("issue_state").name(after)
    if before != after and state not in title:
        title = tr("{action} → {state}", action=title, state=state)
    tone: ToneName = "green" if after in CLOSED else "blue"
    if action in ("return", "void"):
        tone = "amber"
    icon = ICONS.get(action, "route")
    return Entry(icon, tone, title, when, step["note"] or "")
