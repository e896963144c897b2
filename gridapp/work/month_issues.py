"""The month's problems in numbers: how well they were settled, then how many."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import IssueStep
from gridapp.models.codes import table as code_table
from gridapp.models.issue_flow import DONE
from gridapp.models.record import Values
from gridapp.work.due import local_day
from gridapp.work.issues import deadline_of
from gridapp.work.month_records import Figure, Month, Section
from gridapp.work.record_parts import of_each


def of_issues(db: Connection, month: Month) -> Section:
    """The month's issues; those that were voided do not count."""
    kept = [one for one in month.issues if one["state"] != "void"]
    found = [one for one in kept if month.holds(one["found_at"])]
    closed = [one for one in kept if month.holds(one["closed_at"])]
    ends = {one["id"]: deadline_of(db, one) for one in kept}
    due = [one for one in kept if month.holds(ends[one["id"]])]
    in_time = [
        one for one in due if one["closed_at"] and one["closed_at"] <= ends[one["id"]]
    ]
    open_then = [one for one in kept if _open_on(one, month.until)]
    late = [one for one in open_then if local_day(ends[one["id"]]) < month.until]
    rated = [one for one in closed if one["satisfied"] is not None]
    figures = [
        Figure(
            tr("按期办结"),
            len(in_time),
            tr("时限落在本月（到统计日）的工单里，时限前办结的"),
            len(due),
        ),
        Figure(
            tr("平均办结用时"),
            _hours(closed),
            tr("本月办结的，从发现到办结的平均小时数"),
            unit=tr(" 小时"),
        ),
        Figure(tr("发现问题"), len(found), tr("发现时间在本月的工单，作废的不算")),
        *_sources(found),
        Figure(tr("办结问题"), len(closed), tr("办结时间在本月的工单，含自办结案")),
        Figure(tr("还没办结"), len(open_then), tr("到统计日没有办结的全部工单")),
        Figure(tr("其中已超时"), len(late), tr("上一行里时限早于统计日的")),
        Figure(
            tr("退回补充"),
            _returned(db, month, kept),
            tr("本月被退回的次数，原因见工单留痕"),
        ),
        Figure(
            tr("重复出现的问题"),
            _again(found),
            tr("本月同一楼栋、同一类别出现两次以上的，按多出来的次数"),
        ),
        Figure(
            tr("居民满意"),
            sum(bool(one["satisfied"]) for one in rated),
            tr("本月办结并问过居民的工单里，居民满意的"),
            len(rated),
        ),
    ]
    return Section(tr("问题工单"), tuple(figures))


def _hours(closed: Sequence[Values]) -> int:
    """The mean hours from finding to closing."""
    hours = [
        (one["closed_at"] - one["found_at"]) / dt.timedelta(hours=1) for one in closed
    ]
    return round(sum(hours) / len(hours)) if hours else 0


def _open_on(issue: Values, day: dt.date) -> bool:
    """Whether an issue that was found by that day was not closed by then."""
    if local_day(issue["found_at"]) > day:
        return False
    if issue["closed_at"]:
        return local_day(issue["closed_at"]) > day
    return issue["state"] not in DONE


def _sources(found: Sequence[Values]) -> list[Figure]:
    table = code_table("source")
    counts = Counter(one["source"] for one in found)
    return [
        Figure(
            tr("其中{source}", source=table.name(code)),
            counts[code],
            tr("“发现问题”里来源是这一种的"),
        )
        for code in table.codes
        if counts[code]
    ]


def _returned(db: Connection, month: Month, issues: Sequence[Values]) -> int:
    steps = of_each(db, IssueStep, "issue_id", [one["id"] for one in issues])
    return sum(
        one["action"] == "return" and month.holds(one["at"])
        for some in steps.values()
        for one in some
    )


def _again(found: Sequence[Values]) -> int:
    same = Counter(
        (one["building_id"], one["category"]) for one in found if one["building_id"]
    )
    return sum(count - 1 for count in same.values())
