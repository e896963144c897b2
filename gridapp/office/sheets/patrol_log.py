"""网格巡查日志: the rounds of a day, what was looked at, found, and what became of it.

No kilometres and no minutes on duty: 国办函〔2026〕12号, domain.md §2.12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Grid, Issue, Patrol
from gridapp.models.codes import table as code_table
from gridapp.models.free_text import masked
from gridapp.models.record import Values, field_of
from gridapp.office.paper.document import Document
from gridapp.office.paper.flow import Block, split
from gridapp.office.paper.paper import TEXT_WIDTH
from gridapp.office.paper.target import Target
from gridapp.office.sheets import photo_words
from gridapp.office.sheets.checked import Paper, print_checked
from gridapp.office.sheets.form_rows import (
    fields,
    heading,
    signatures,
    table,
    whole,
)
from gridapp.office.sheets.sheet import Order
from gridapp.office.sheets.visit_data import grid_words
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.work import patrol_round
from gridapp.work.attachments import photos_of
from gridapp.work.buildings import building_name
from gridapp.work.due import local_day
from gridapp.work.patrol_round import FoundLine, RoundFile
from gridapp.work.patrols import points_due

TITLE = tr("网格巡查日志")
STOPS = (11.0, 18.0, 62.0, 19.0)  # widths of the columns, mm; the last takes the rest
FINDINGS = (11.0, 54.0, 42.0, 26.0)


def patrol_logs(db: Connection, order: Order, out: Target) -> int:
    """Write the log of each day that has rounds, each from a new page; the pages.

    The days are those of the order, or those of the rounds that are chosen. Raises as
    `Sheet.draw` does.
    """
    days = _rounds(db, order)
    papers = [_paper(db, day, rounds, order) for (day, _), rounds in days.items()]
    last = order.day + dt.timedelta(days=order.days - 1)
    nothing = tr("{day} 没有巡查记录，请换一天再打印。", day=order.day)
    if order.days > 1:
        nothing = tr(
            "{day} 到 {last} 没有巡查记录，请换几天再打印。", day=order.day, last=last
        )
    return print_checked(papers, out, order.options, nothing)


def _rounds(
    db: Connection, order: Order
) -> dict[tuple[dt.date, UUID], list[RoundFile]]:
    """By day and grid, the rounds in the order they were walked."""
    if order.ids:
        ids = list(order.ids)
    else:
        last = order.day + dt.timedelta(days=order.days - 1)
        ids = [line.id for line in patrol_round.log(db, order.day, last)]
    found = (patrol_round.read_round(db, one) for one in dict.fromkeys(ids))
    rounds = [one for one in found if one is not None]
    rounds.sort(key=lambda one: (one.values["started_at"], one.values["id"]))
    days: dict[tuple[dt.date, UUID], list[RoundFile]] = {}
    for one in rounds:
        day = local_day(one.values["started_at"])
        days.setdefault((day, one.values["grid_id"]), []).append(one)
    return days


def _paper(
    db: Connection, day: dt.date, rounds: Sequence[RoundFile], order: Order
) -> Paper:
    grid = records.get(db, Grid, rounds[0].values["grid_id"])
    where = grid_words(grid) if grid else ""
    stops = sum(len(one.stops) for one in rounds)
    findings = sum(len(one.findings) for one in rounds)
    blocks: list[Block] = []
    for number, one in enumerate(rounds, 1):
        blocks += _round(db, number, one, order)
    blocks += [
        Block(tuple(split(whole((tr("到期没看到的"), _unseen(db, day)))))),
        signatures(tr("巡查人"), tr("网格长")),
    ]
    document = Document(
        title=TITLE,
        line=tr(
            "{grid}\u3000\u3000{day:%Y年%m月%d日}\u3000\u3000巡查 {count} 次，到点 "
            "{stops} 处，发现问题 {findings} 个",
            grid=where,
            day=day,
            count=len(rounds),
            stops=stops,
            findings=findings,
        ),
        grid=where,
        blocks=tuple(blocks),
        record_id=rounds[0].values["id"],
    )
    return Paper(document, tr("{day} 巡查日志", day=day))


def _round(db: Connection, number: int, file: RoundFile, order: Order) -> list[Block]:
    values = file.values

    def words(name: str) -> str:
        text = field_of(Patrol, name).format(values[name])
        return text if order.unmasked else masked(text)

    begun = values["started_at"].astimezone()
    ended = values["ended_at"].astimezone() if values["ended_at"] else None
    when = f"{begun:%H:%M}" + (f"–{ended:%H:%M}" if ended else "")
    result = tr("未发现问题")
    if file.findings:
        result = tr("发现问题 {count} 个", count=len(file.findings))
    rows = [
        heading(tr("第 {number} 次巡查", number=number)),
        *fields(
            [
                (tr("起止时间"), when),
                (tr("巡查人"), file.who),
                (tr("路线"), words("route")),
                (tr("同行人"), words("companions")),
                (tr("天气"), words("weather")),
                (tr("结果"), result),
            ]
        ),
        *split(whole((tr("情况记录"), words("note")), 12)),
    ]
    blocks = [Block(tuple(rows)), *_stops(file, order)]
    return [*blocks, *_findings(db, file, order)]


def _stops(file: RoundFile, order: Order) -> list[Block]:
    """Where somebody looked, along the way they went."""
    state = code_table("check_state").name
    told = sorted(file.stops, key=lambda one: one.at)
    rows = [
        (
            str(number),
            f"{one.at.astimezone():%H:%M}",
            one.where,
            state(one.state),
            one.note if order.unmasked else masked(one.note),
        )
        for number, one in enumerate(told, 1)
    ]
    if not rows:
        return []
    columns = (tr("序号"), tr("时间"), tr("看了哪里"), tr("情况"), tr("说明"))
    title = tr("到点（{count} 处）", count=len(rows))
    return [table(title, columns, rows, (*STOPS, TEXT_WIDTH - sum(STOPS)))]


def _findings(db: Connection, file: RoundFile, order: Order) -> list[Block]:
    """What was found, and how far it has come."""
    if not file.findings:
        return []
    ids = [one.issue_id for one in file.findings if one.issue_id]
    issues = records.by_id(db, Issue, ids)
    rows = [
        _finding(number, one, issues.get(one.issue_id) if one.issue_id else None, order)
        for number, one in enumerate(file.findings, 1)
    ]
    columns = (
        tr("序号"),
        tr("发现什么、在哪里"),
        tr("说明"),
        tr("办结时限"),
        tr("办到哪一步"),
    )
    title = tr("发现的问题（{count} 个）", count=len(rows))
    widths = (*FINDINGS, TEXT_WIDTH - sum(FINDINGS))
    blocks = [table(title, columns, rows, widths)]
    return blocks + _photos(db, ids, order)


def _finding(
    number: int, found: FoundLine, issue: Values | None, order: Order
) -> tuple[str, ...]:
    deadline, done = "", found.state or tr("没有转成工单")
    if issue is not None:
        if issue["deadline"]:
            deadline = f"{issue['deadline'].astimezone():%m-%d %H:%M}"
        if issue["number"]:
            done += tr("，工单 {number}", number=issue["number"])
        if issue["closed_at"]:
            done += f" {issue['closed_at'].astimezone():%m-%d}"
        if issue["result"]:
            done += tr("：") + issue["result"]
    texts = (found.words, found.note, deadline, done)
    return (str(number), *(one if order.unmasked else masked(one) for one in texts))


def _photos(db: Connection, issue_ids: Sequence[UUID], order: Order) -> list[Block]:
    photos = photos_of(db, "issue", issue_ids)
    if not photos:
        return []
    if order.photos is None:
        return [Block((whole((tr("照片"), photo_words.in_words(photos))),))]
    rows = photo_words.shown(photos, order.photos)
    return [Block((heading(tr("照片")), *rows))]


def _unseen(db: Connection, day: dt.date) -> str:
    """The points that should have been looked at by that day and were not."""
    found = points_due(db, day)
    names = (
        f"{building_name(one.building)}{one.name}" if one.building else one.name
        for one in found
    )
    return tr("、").join(names) or tr("没有，都看过了")
