"""How a dispute is said: how late in words, its badge, its row, what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Dispute, DisputeParty, codes
from gridapp.models.record import Values, field_of
from gridapp.store.history import LABELS, HistoryLine
from gridapp.ui.tokens import ToneName
from gridapp.ui.widgets.badge import Badge, status_badge
from gridapp.ui.widgets.rows import Row
from gridapp.ui.widgets.timeline import Entry
from gridapp.work.dispute_cases import CaseFile, Deadline, Listed
from gridapp.work.due import short_date
from gridapp.work.mediation_papers import PAPERS, WHOLE, Paper, Papered

SOON = 3  # days
MOST_TOLD = 4  # of what a paper lacks
TOLD_FIRST = frozenset({"agreement_text", "other_ways_told", "follow_up_note"})
UNTOLD = frozenset(
    {
        *("state", "succeeded", "people_count", "main"),
        *("performed", "satisfaction", "lawsuit", "risks"),  # the note says them
    }
)
FILTERS = (
    ("open", tr("待办")),
    ("late", tr("超期")),
    ("follow_up", tr("要回访")),
    ("done", tr("已办")),
    ("all", tr("全部")),
)
SHORT = {"follow_up": tr("回访")}  # where there is little room
STATE_TONES: dict[str, ToneName] = {
    "registered": "blue",
    "mediating": "blue",
    "agreed": "green",
    "performed": "green",
    "failed": "amber",
    "closed": "grey",
}
ICONS: dict[str, tuple[str, ToneName]] = {  # of the entry that brought a state
    "registered": ("plus", "blue"),
    "mediating": ("history", "blue"),
    "agreed": ("handshake", "green"),
    "performed": ("circle-check", "green"),
    "failed": ("x", "amber"),
    "closed": ("circle-check", "grey"),
}


def fits(key: str, one: Listed, day: dt.date) -> bool:
    """Return whether a dispute belongs under a filter."""
    return {
        "open": one.open,
        "late": one.late(day),
        "follow_up": one.next.what == "follow_up",
        "done": not one.open,
    }.get(key, True)


def state_words(state: str) -> str:
    """Return a state in words."""
    return codes.table("dispute_state").name(state)


def late_words(deadline: Deadline, day: dt.date) -> str:
    """Return how much time is left in words: 超期 2 天, 还有 3 天, 回访 12-10."""
    if deadline.day is None:
        return ""
    left = (deadline.day - day).days
    if deadline.what == "follow_up":
        if left < 0:
            return tr("回访逾期 {days} 天", days=-left)
        when = short_date(deadline.day, day)
        return tr("回访 {day}", day=when) if left else tr("今天回访")
    if deadline.what == "confirm":
        return tr("司法确认剩 {days} 天", days=left)
    if left < 0:
        return tr("超期 {days} 天", days=-left)
    return tr("还有 {days} 天", days=left) if left else tr("今天到期")


def late_tone(deadline: Deadline, day: dt.date) -> ToneName:
    """Return red for late, amber for soon, grey for later."""
    if deadline.day is None or (deadline.day - day).days > SOON:
        return "grey"
    return "red" if deadline.day < day else "amber"


def badge_of(state: str, deadline: Deadline, day: dt.date) -> Badge:
    """Return the pill of a row: the time that is left, else the state."""
    words = late_words(deadline, day)
    if words:
        return status_badge(words, late_tone(deadline, day))
    return Badge(state_words(state), STATE_TONES[state], height=28)


def sides_words(sides: Sequence[Sequence[str]]) -> str:
    """Return who quarrels with whom: 李桂英 与 张德福."""
    named = [_some(names) for names in sides if names]
    return tr(" 与 ").join(named)


def _some(names: Sequence[str]) -> str:
    if len(names) > 2:
        return tr("{name}等 {count} 人", name=names[0], count=len(names))
    return tr("、").join(names)


def row_of(one: Listed, day: dt.date, *, found: bool) -> Row:
    """Return a dispute as a row of the list."""
    state = state_words(one.state) if one.open else ""
    detail = "  ".join(filter(None, (sides_words(one.sides), one.place)))
    badge = badge_of(one.state, one.next, day)
    return Row(one.id, one.name, state, detail, badge, found, type="dispute")


def entries(case: CaseFile) -> list[tuple[Entry, UUID | None]]:
    """Return what happened in a case, newest first, with the id of each record."""
    found: list[tuple[dt.datetime, Entry, UUID | None]] = [
        (one["held_at"], _sitting(one), one["id"]) for one in case.sessions
    ]
    found += [(one["held_at"], _inquiry(one), one["id"]) for one in case.inquiries]
    found += [(at, entry, None) for at, entry in _changed(case)]
    dispute = case.dispute
    begun = Entry(
        *ICONS["registered"],
        tr("登记纠纷"),
        _when(dispute["created_at"], case.registered_by),
        dispute["summary"],
    )
    found.sort(key=lambda one: one[0], reverse=True)
    told = [(entry, session_id) for _, entry, session_id in found]
    return [*told, (begun, None)]  # what was held before it was written down as well


def _sitting(session: Values) -> Entry:
    agreed = session["agreed"]
    title = {True: tr("调解，达成协议"), False: tr("调解，没有谈成")}.get(
        agreed, tr("调解")
    )
    parts = (session["statements"], session["facts"], session["outcome"])
    tone: ToneName = "green" if agreed else "blue"
    when = _when(session["held_at"], session["mediators"])
    return Entry("handshake", tone, title, when, "\n".join(filter(None, parts)))


def _inquiry(inquiry: Values) -> Entry:
    title = tr("调查{name}", name=inquiry["asked"])
    when = _when(inquiry["held_at"], inquiry["investigators"])
    return Entry("search", "blue", title, when, inquiry["talk"] or "")


def missing_words(papered: Papered, sheet: str) -> str:
    """Return what a sheet still lacks: 协议书还缺：履行方式；空着的地方可以手写."""
    if sheet == WHOLE:
        wanted = [one for one in PAPERS if papered.belongs(one)]
        lacking = papered.file_lacks()
    else:
        wanted, lacking = [one for one in PAPERS if one.sheet == sheet], []
    found = [_lack(one, papered.missing(one)) for one in wanted]
    if lacking:
        found.append(tr("卷内还没有：{papers}", papers=tr("、").join(lacking)))
    told = tr("；").join(filter(None, found))
    return tr("{told}。空着的地方可以打印后手写。", told=told) if told else ""


def _lack(one: Paper, labels: Sequence[str]) -> str:
    if not labels:
        return ""
    shown = tr("、").join(labels[:MOST_TOLD])
    if len(labels) > MOST_TOLD:
        shown = tr("{shown}等 {count} 项", shown=shown, count=len(labels))
    return tr("{paper}还缺：{shown}", paper=one.title, shown=shown)


def _changed(case: CaseFile) -> list[tuple[dt.datetime, Entry]]:
    held = {session["created_at"] for session in case.sessions}
    found: list[tuple[dt.datetime, Entry]] = []
    ordered = sorted(case.changes, key=lambda one: (one[1].at, one[0]))
    for (at, who), group in groupby(ordered, key=lambda one: (one[1].at, one[0])):
        lines = [line for _, line in group]
        moved = [line for line in lines if line.field == "state"]
        if at in held and len(moved) == len(lines):
            continue  # the sitting itself says it
        entry = _party_entry(who, lines) if who else _case_entry(lines)
        found.append((at, entry))
    return found


def _case_entry(lines: Sequence[HistoryLine]) -> Entry:
    state = next((line.new for line in lines if line.field == "state"), None)
    fields = {line.field for line in lines}
    icon, tone = ICONS.get(state or "", ("pencil", "grey"))
    title = state_words(state) if state else _title(fields)
    if not state and fields & {"escalated_to", "risk_note"}:
        icon, tone = "triangle-alert", "amber"
    return Entry(
        icon, tone, title, _when(lines[0].at, lines[0].by), _texts(Dispute, lines)
    )


def _title(fields: Iterable[str]) -> str:
    named = {
        "escalated_to": tr("上报"),
        "risk_note": tr("上报"),
        "judicial_confirmed_on": tr("司法确认"),
        "followed_up_on": tr("回访"),
    }
    known = [words for name, words in named.items() if name in fields]
    return (known or [tr("修改登记内容")])[0]


def _party_entry(who: str, lines: Sequence[HistoryLine]) -> Entry:
    when = _when(lines[0].at, lines[0].by)
    action = lines[0].action
    if action == "insert":
        return Entry("user-round", "blue", tr("加当事人{name}", name=who), when, "")
    if action in ("delete", "restore"):
        gone = action == "delete"
        back = tr("加回当事人{name}", name=who)
        words = tr("移出当事人{name}", name=who) if gone else back
        return Entry("user-round", "grey", words, when, "")
    texts = _texts(DisputeParty, lines)
    return Entry("pencil", "grey", tr("改了{name}的资料", name=who), when, texts)


def _texts(model: type[Dispute | DisputeParty], lines: Sequence[HistoryLine]) -> str:
    words: list[str] = []
    for line in sorted(lines, key=lambda one: one.field not in TOLD_FIRST):
        if line.field in UNTOLD or line.field in LABELS or line.new is None:
            continue
        field = field_of(model, line.field)
        if field.target:
            continue
        new, old = field.masked(line.new), field.masked(line.old)
        if old and new.startswith(old):
            new = new[len(old) :].strip()  # a line that was added
        elif old and "\n" not in old + new and len(old) < 20:
            new = tr("{old} → {new}", old=old, new=new)
        words.append(tr("{label}：{new}", label=field.label, new=new))
    return "\n".join(words)


def _when(at: dt.datetime, who: str) -> str:
    local = at.astimezone()
    this_year = local.year == dt.date.today().year
    words = local.strftime("%m-%d %H:%M" if this_year else "%Y-%m-%d")
    return f"{words}  {who}".strip()
