"""What a page and the Excel file show of the figures: rows, columns, what is urgent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridapp.county.web.figures import Figures, Place, together
from gridapp.language import tr
from gridapp.models.roles import AREA_DIGITS

Seen = Sequence[tuple[Place, Figures]]
URGENT = 8  # grids that are named at the top of a page
_LEVELS = (AREA_DIGITS["town"], AREA_DIGITS["community"])


@dataclass(frozen=True)
class Column:
    """A column: its heading, the heading above several, and what it says.

    `alone`: the heading where that of the group does not stand above it.
    """

    heading: str
    group: str
    value: Callable[[Figures], Any]
    unit: str = ""
    warns: bool = False  # a number above nought waits for somebody
    alone: str = ""


@dataclass(frozen=True)
class Line:
    """A row: a grid, or a town or community with its grids together."""

    name: str
    code: str
    grids: int  # how many it is the sum of; 0 for a grid itself
    figures: Figures


def columns() -> tuple[Column, ...]:
    """The columns in their order; those of one group stand together."""
    here, care, done = tr("底数"), tr("关爱"), tr("本期完成")
    issues, disputes, sync = tr("问题工单"), tr("矛盾纠纷"), tr("同步")
    return (
        Column(tr("户数"), here, lambda one: one.households),
        Column(tr("人数"), here, lambda one: one.residents),
        Column(tr("关爱对象"), care, lambda one: one.owed),
        Column(tr("超期未联系"), care, lambda one: one.overdue, warns=True),
        Column(tr("走访"), done, lambda one: one.visits),
        Column(tr("通话"), done, lambda one: one.calls),
        Column(tr("巡查"), done, lambda one: one.patrols),
        Column(
            tr("未办结"), issues, lambda one: one.issues_open, alone=tr("问题未办结")
        ),
        Column(
            tr("超时限"),
            issues,
            lambda one: one.issues_late,
            warns=True,
            alone=tr("问题超时限"),
        ),
        Column(
            tr("本期办结"), issues, lambda one: one.issues_closed, alone=tr("问题办结")
        ),
        Column(tr("办结天数"), issues, lambda one: one.days),
        Column(
            tr("调解中"),
            disputes,
            lambda one: one.disputes_open,
            alone=tr("纠纷调解中"),
        ),
        Column(
            tr("本期受理"),
            disputes,
            lambda one: one.disputes_taken,
            alone=tr("纠纷受理"),
        ),
        Column(tr("化解"), disputes, lambda one: one.settled, alone=tr("纠纷化解")),
        Column(
            tr("成功率"), disputes, lambda one: one.success, "%", alone=tr("调解成功率")
        ),
        Column(tr("最近同步"), sync, lambda one: one.synced_at),
        Column(tr("没来的电脑"), sync, lambda one: one.silent, warns=True),
    )


def groups(some: Sequence[Column]) -> list[tuple[str, int]]:
    """The headings above the columns, with how many each stands above."""
    found: list[tuple[str, int]] = []
    for one in some:
        if found and found[-1][0] == one.group:
            found[-1] = (one.group, found[-1][1] + 1)
        else:
            found.append((one.group, 1))
    return found


def division(code: str, digits: int) -> str:
    """The town or community that a grid's code begins with; the code itself when the
    county numbers its grids in its own way."""
    begins = code[:digits]
    return begins if len(begins) == digits and begins.isdigit() else code


def lines(seen: Seen) -> list[Line]:
    """One line a town, when there are several; else a community, else a grid. Those
    where most waits come first."""
    found = [Line(place.name, place.code, 0, one) for place, one in seen]
    for digits, name_of in zip(_LEVELS, (_town, _community), strict=True):
        parts: dict[str, list[tuple[Place, Figures]]] = {}
        for place, figures in seen:
            parts.setdefault(division(place.code, digits), []).append((place, figures))
        if 1 < len(parts) < len(seen):
            found = [_sum(code, some, name_of) for code, some in parts.items()]
            break
    return sorted(found, key=lambda one: (-one.figures.need, one.code))


def _town(place: Place) -> str:
    return place.town


def _community(place: Place) -> str:
    return place.community


def _sum(code: str, some: Seen, name_of: Callable[[Place], str]) -> Line:
    name = next((name_of(place) for place, _ in some if name_of(place)), code)
    return Line(name, code, len(some), together(one for _, one in some))


def urgent(seen: Seen, at: dt.datetime) -> list[tuple[str, str, str]]:
    """The grids where most waits: the name, where it lies when there are several towns
    or communities, and what waits in words."""
    waiting = [one for one in seen if one[1].need]
    waiting.sort(key=lambda one: (-one[1].need, one[0].code))
    told = [
        name_of
        for name_of in (_town, _community)
        if len({name_of(place) for place, _ in seen}) > 1
    ]
    return [
        (
            place.name,
            " ".join(name_of(place) for name_of in told),
            _waits(one, at),
        )
        for place, one in waiting
    ]


def _waits(one: Figures, at: dt.datetime) -> str:
    words: list[str] = []
    if one.overdue:
        words.append(tr("{count} 位关爱对象超期未联系", count=one.overdue))
    if one.issues_late:
        words.append(tr("{count} 件问题超过时限", count=one.issues_late))
    if one.silent:
        words.append(tr("{count} 台电脑超过 7 天没有同步", count=one.silent))
        if one.synced_at:
            days = (at - one.synced_at).days
            words.append(tr("最近一次同步在 {days} 天前", days=days))
    return tr("，").join(words)


def shown(value: Any, unit: str = "") -> str:
    """A value as a page says it."""
    if value is None:
        return "—"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone():%m-%d %H:%M}"
    return f"{value:,}{unit}"


def bars(some: Sequence[Line], most: int = 10) -> list[Mapping[str, Any]]:
    """The lines with most visits and calls, and how wide each bar is, in per cent."""
    busiest = sorted(some, key=lambda one: -(one.figures.visits + one.figures.calls))
    busiest = [one for one in busiest if one.figures.visits + one.figures.calls][:most]
    widest = max((x.figures.visits + x.figures.calls for x in busiest), default=1)
    return [
        {
            "name": one.name,
            "words": tr(
                "走访 {visits} 次，通话 {calls} 次",
                visits=one.figures.visits,
                calls=one.figures.calls,
            ),
            "visits": round(100 * one.figures.visits / widest, 1),
            "calls": round(100 * one.figures.calls / widest, 1),
        }
        for one in busiest
    ]
