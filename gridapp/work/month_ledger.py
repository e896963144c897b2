"""月度台账: a grid's month in numbers, each with how it is counted.

No number is typed (domain.md §1.6), and there is no ranking and no time on duty
(国办函〔2026〕12号, domain.md §2.12). Quality stands before counts: closed in time,
reached after a miss, problems that come again (S4.20, domain.md §2.10). Each number can
be counted again from the records.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import (
    Dispute,
    DisputeSession,
    Finding,
    Patrol,
    PatrolStop,
)
from gridapp.models.codes import table as code_table
from gridapp.models.dispute_flow import MEDIATED
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.work.due import local_day
from gridapp.work.month_issues import of_issues
from gridapp.work.month_records import (
    BuildingLine,
    Figure,
    Month,
    PersonLine,
    Section,
    at_home,
    by_building,
    by_person,
    lost,
    missed,
    read_month,
)
from gridapp.work.patrols import expected_looks
from gridapp.work.record_parts import of_each
from gridapp.work.ways import BY_VOICE, IN_PERSON

VERIFIED_WITHIN = 180  # days: how long a check of a file counts, domain.md §2.10
ASKED, RESCUE = "asked", "rescue"  # codes of `disposal`


@dataclass(frozen=True)
class MonthLedger:
    """What a grid's month comes to."""

    grid: Values
    first: dt.date
    last: dt.date
    until: dt.date  # the day up to which is counted
    sections: tuple[Section, ...]
    buildings: tuple[BuildingLine, ...]
    people: tuple[PersonLine, ...]


def month_ledger(
    db: Connection, grid_id: UUID, day: dt.date, today: dt.date
) -> MonthLedger | None:
    """The ledger of the month of `day`, counted up to today; None without a grid."""
    month = read_month(db, grid_id, day, today)
    if month is None:
        return None
    return MonthLedger(
        grid=month.grid,
        first=month.first,
        last=month.last,
        until=month.until,
        sections=(
            _care(month),
            _missing(month),
            _needs(month),
            of_issues(db, month),
            _disputes(db, month),
            _patrols(db, month),
            _population(month),
        ),
        buildings=tuple(by_building(db, month)),
        people=tuple(by_person(db, month)),
    )


def _care(month: Month) -> Section:
    met = [one for one in month.visits if not missed(one)]
    homes = [one for one in met if at_home(one)]
    calls = [one for one in met if one["mode"] in BY_VOICE]
    tried = [one for one in month.visits if one["mode"] in BY_VOICE]
    desks = [one for one in month.visits if one["mode"] == "mobile_desk"]
    out = [one for one in month.visits if missed(one) and one["mode"] in IN_PERSON]
    return Section(
        tr("探访关爱"),
        (
            Figure(
                tr("月探访率"),
                sum(map(month.seen, month.owed)),
                tr(
                    "按计划本月该联系的人里，已见到或通上话的；以入户为准的计划，电话不算"
                ),
                len(month.owed),
            ),
            Figure(
                tr("入户走访"),
                len(homes),
                tr("入户、门口和委托第三方，见到人的，按次数"),
            ),
            Figure(
                tr("走访到的人"),
                len({one["resident_id"] for one in homes}),
                tr("上一行里的不同的人"),
            ),
            Figure(tr("上门没见到"), len(out), tr("当面走访没有见到人的，按次数")),
            Figure(
                tr("电话问候接通"),
                len(calls),
                tr("电话和视频里接通的，占打出的；别人代接也算接通"),
                len(tried),
            ),
            Figure(
                tr("移动办公桌"), len(desks), tr("在小区或居民家里现场办理，按次数")
            ),
        ),
    )


def _missing(month: Month) -> Section:
    """Whom one could not reach, and what came of it."""
    attempts: dict[UUID, list[Values]] = {}
    for one in month.visits:
        if one["resident_id"] and one["mode"] != "message":
            attempts.setdefault(one["resident_id"], []).append(one)
    looked_for = [some for some in attempts.values() if any(map(lost, some))]
    found = sum(not lost(some[-1]) for some in looked_for)
    return Section(
        tr("没联系上的"),
        (
            Figure(
                tr("后来联系上了"),
                found,
                tr("有过没打通或没见到、又不知去向的人里，之后见到或问清的"),
                len(looked_for),
            ),
            Figure(
                tr("还没有联系上"),
                len(looked_for) - found,
                tr("到统计日最后一次仍没有联系上的人"),
            ),
            Figure(
                tr("问邻居或联系人"),
                _disposed(month.visits, ASKED),
                tr("联系不上后问过邻居、楼栋长或紧急联系人，按次数"),
            ),
            Figure(
                tr("立即救援"),
                _disposed(month.visits, RESCUE),
                tr("拨打 110、119、120 求助，按次数"),
            ),
        ),
    )


def _disposed(visits: Iterable[Values], code: str) -> int:
    return sum(code in (one["disposal"] or ()) for one in visits)


def _needs(month: Month) -> Section:
    """What people asked for, and the dangers seen at home."""
    needs = Counter(code for one in month.visits for code in one["needs"] or ())
    hazards = Counter(code for one in month.visits for code in one["hazards"] or ())
    how = tr("走访记录里勾选的需求，按次数")
    seen = tr("走访时看到的居家隐患，按次数")
    figures = [
        Figure(code_table("need").name(code), count, how)
        for code, count in needs.most_common()
    ]
    figures += [
        Figure(
            tr("隐患：{name}", name=code_table("home_hazard").name(code)), count, seen
        )
        for code, count in hazards.most_common()
    ]
    if not figures:
        figures = [Figure(tr("需求和隐患"), 0, tr("走访记录里没有勾选"))]
    return Section(tr("需求和居家隐患"), tuple(figures))


def _disputes(db: Connection, month: Month) -> Section:
    rows = records.filtered(db, Dispute, {"grid_id": month.grid["id"]})

    def begun(one: Values) -> dt.date:
        return one["accepted_on"] or local_day(one["created_at"])

    taken = [one for one in rows if month.has(begun(one))]
    agreed = [one for one in rows if month.has(one["effective_on"])]
    failed = [one for one in taken if one["state"] == "failed"]
    going = [
        one for one in rows if one["state"] in MEDIATED and begun(one) <= month.until
    ]
    late = [one for one in going if one["deadline"] < month.until]
    sessions = month.of_grid(db, DisputeSession, "held_at")
    visited = [one for one in rows if month.has(one["followed_up_on"])]
    return Section(
        tr("矛盾调解"),
        (
            Figure(tr("达成协议"), len(agreed), tr("协议生效日期在本月的")),
            Figure(tr("受理纠纷"), len(taken), tr("受理日期在本月的")),
            Figure(tr("没有调成"), len(failed), tr("本月受理的里，已告知其他途径的")),
            Figure(tr("调解场次"), len(sessions), tr("本月开的调解，按次数")),
            Figure(tr("正在调解"), len(going), tr("还没有结果的全部纠纷")),
            Figure(tr("其中已超时"), len(late), tr("上一行里化解时限早于统计日的")),
            Figure(tr("回访"), len(visited), tr("最近一次回访在本月的纠纷")),
        ),
    )


def _patrols(db: Connection, month: Month) -> Section:
    rounds = month.of_grid(db, Patrol, "started_at")
    stops = month.of_grid(db, PatrolStop, "at")
    findings = of_each(db, Finding, "patrol_id", [one["id"] for one in rounds])
    looks, expected = expected_looks(db, month.first, month.until)
    return Section(
        tr("网格巡查"),
        (
            Figure(
                tr("巡查点按期看到"),
                looks,
                tr("按各点间隔到统计日应看的次数里看到的；一天看几次算一次"),
                expected,
            ),
            Figure(tr("巡查"), len(rounds), tr("开始时间在本月的巡查，按次数")),
            Figure(tr("到点"), len(stops), tr("看过的巡查点和楼栋，按次数")),
            Figure(
                tr("巡查发现"),
                sum(map(len, findings.values())),
                tr("这些巡查里登记的问题"),
            ),
        ),
    )


def _population(month: Month) -> Section:
    living = [one for one in month.residents if one["id"] in month.living]
    homes = {one["household_id"] for one in living if one["household_id"]}
    since = month.until - dt.timedelta(days=VERIFIED_WITHIN)
    checked = [
        one for one in living if one["verified_on"] and one["verified_on"] > since
    ]
    prefix = f"{month.first:%Y-%m}"
    born = [
        one
        for one in month.residents
        if (one["born_on"] or "")[:7] == prefix
        and (one["born_on"] or "") <= month.until.isoformat()
    ]
    return Section(
        tr("人口和资料"),
        (
            Figure(tr("在住户数"), len(homes), tr("现在有人在住的家庭户")),
            Figure(tr("在住人数"), len(living), tr("在世、没有迁出的居民")),
            Figure(
                tr("其中流动人口"),
                sum(one["resident_kind"] == "migrant" for one in living),
                tr("人口类型是“流动”的"),
            ),
            Figure(
                tr("新建档"),
                sum(month.holds(one["created_at"]) for one in month.residents),
                tr("本月录入或导入的居民档案"),
            ),
            Figure(tr("出生"), len(born), tr("出生日期在本月的")),
            Figure(
                tr("迁出"),
                sum(month.has(one["moved_on"]) for one in month.residents),
                tr("迁出日期在本月的"),
            ),
            Figure(
                tr("去世"),
                sum(month.has(one["died_on"]) for one in month.residents),
                tr("去世日期在本月的"),
            ),
            Figure(
                tr("近半年核实过"),
                len(checked),
                tr(
                    "在住的人里，核实日期在统计日前 {days} 天内的", days=VERIFIED_WITHIN
                ),
                len(living),
            ),
        ),
    )
