"""What the card of an issue says of it: badges, facts as pairs, and the note."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from gridapp.language import tr
from gridapp.models import Issue
from gridapp.models.issue_flow import DONE
from gridapp.models.record import field_of
from gridapp.ui.issues.issue_words import late_text, late_tone, state_badge, urged_text
from gridapp.ui.widgets.badge import Badge, status_badge
from gridapp.work.due import local_day
from gridapp.work.issues import IssueFile

Facts = Sequence[tuple[str, str]]


def badges(file: IssueFile) -> list[Badge]:
    """Return state, time, level and what else must be seen at once."""
    issue, now = file.issue, dt.datetime.now(dt.UTC)
    found = [state_badge(issue["state"])]
    if issue["state"] not in DONE:
        tone = late_tone(file.deadline, now)
        found.append(status_badge(late_text(file.deadline, now), tone))
    if issue["level"] != "normal":
        tone = "red" if issue["level"] == "urgent" else "amber"
        found.append(Badge(file.shown["level"], tone, square=True, height=24))
    if file.asked is not None:
        found.append(Badge(tr("等批延期"), "amber", square=True, height=24))
    if issue["outside_list"]:
        found.append(Badge(tr("清单外任务"), "purple", square=True, height=24))
    if issue["state"] == "rated" and issue["satisfied"] is not None:
        words, tone = (
            (tr("居民满意"), "green")
            if issue["satisfied"]
            else (tr("居民不满意"), "amber")
        )
        found.append(Badge(words, tone, square=True, height=24))
    return found


def facts(file: IssueFile, *, masked: bool) -> list[tuple[str, str]]:
    """Return what is known of an issue, as pairs of a label and its words."""
    issue, shown = file.issue, dict(file.shown)
    for name in ("owner_phones", "reporter_phones"):
        field = field_of(Issue, name)
        value = issue[name]
        shown[name] = field.masked(value) if masked else field.format(value)
    found = f"{issue['found_at'].astimezone():%m-%d %H:%M}"
    closed = issue["closed_at"]
    owner = f"{shown['owner_name']} {shown['owner_phones']}".strip()
    reporter = f"{shown['reporter_name']} {shown['reporter_phones']}".strip()
    known = [
        (tr("类别"), shown["category"]),
        (tr("地点"), shown["place"] or shown["building_id"]),
        (tr("责任人"), owner),
        (tr("时限"), f"{file.deadline.astimezone():%m-%d %H:%M}"),
        (tr("发现"), f"{found} {shown['source']}"),
        (tr("办结"), f"{closed.astimezone():%m-%d %H:%M}" if closed else ""),
        (tr("反映人"), reporter),
        (tr("回执号"), shown["receipt"]),
        (tr("事项清单"), shown["list_item"]),
    ]
    if issue["outside_list"]:
        until = issue["approved_until"]
        over = until is not None and until < local_day(dt.datetime.now(dt.UTC))
        words = tr("{who}批准", who=issue["approved_by"] or "")
        if until is not None:
            words += tr("，到 {until:%m-%d} 为止", until=until)
        known.append((tr("清单外"), words + (tr("（已过期）") if over else "")))
    if file.asked is not None:
        asker = file.names.get(file.asked.by, "")
        until = file.asked.until
        words = tr("{who}申请", who=asker)
        if until is not None:
            words += tr("延到 {until:%m-%d}", until=until)
        known.append((tr("延期"), words))
    if file.urged is not None:
        known.append((tr("催办"), urged_text(file.urged)))
    return [(label, words) for label, words in known if words]


def note_words(file: IssueFile) -> str:
    """Return what was seen and, when it is done, what came of it."""
    parts = [file.issue["description"] or ""]
    if file.issue["result"]:
        parts.append(tr("处置结果：{result}", result=file.issue["result"]))
    title = file.issue["title_text"]
    return "\n".join(part for part in parts if part and part.strip() != title)
