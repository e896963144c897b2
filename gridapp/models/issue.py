"""问题工单 and its insert-only trace: the client subset of domain.md §2.9."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column

from gridapp.language import tr
from gridapp.models import codes as code_tables
from gridapp.models.issue_flow import ALL, moves
from gridapp.models.kinds import DATE, NAME, NOTE, PHONES, TIME, YES_NO
from gridapp.models.record import Hand, Record, field

BY_RESIDENTS = "03"  # 居民反馈, of the four sources of S2.08
TITLE_LENGTH = 40  # characters of a title taken from a note (ux.md §2, CHT)


def first_line(note: str) -> str:
    """The first line of a note, short enough for a title; "" when nothing is there."""
    first = next((line.strip() for line in note.splitlines() if line.strip()), "")
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


class Issue(Record):
    """问题工单: a problem with a source, a deadline and a trace."""

    __tablename__ = "issue"
    title = tr("问题工单")
    shown_by = "title_text"
    __table_args__ = (
        CheckConstraint("deadline IS NULL OR deadline >= found_at", name="due_after"),
    )

    number: Column[str | None] = field("工单号", searched=True)
    title_text: Column[str] = field("问题", searched=True, aliases=("标题",))
    source: Column[str] = field("来源", codes="source")
    category: Column[str] = field("类别", codes="issue_category")
    level: Column[str] = field("等级", codes="issue_level")
    state: Column[str] = field("状态", codes="issue_state")
    found_at: Column[dt.datetime] = field("发现时间", TIME)
    deadline: Column[dt.datetime | None] = field("办结时限", TIME)
    place: Column[str | None] = field("地点", searched=True)
    building_id: Column[UUID | None] = field("楼栋", target="building", listed=False)
    resident_id: Column[UUID | None] = field("涉及居民", target="resident")
    visit_id: Column[UUID | None] = field("走访记录", target="visit", listed=False)
    description: Column[str | None] = field("情况说明", NOTE, listed=False)
    owner_name: Column[str | None] = field("责任人", aliases=("责任单位",))
    owner_phones: Column[tuple[str, ...] | None] = field(
        "责任人电话", PHONES, listed=False
    )
    reporter_name: Column[str | None] = field("反映人", NAME, listed=False)
    reporter_phones: Column[tuple[str, ...] | None] = field(
        "反映人电话", PHONES, listed=False
    )
    list_item: Column[str | None] = field("对应事项清单", listed=False)
    outside_list: Column[bool | None] = field("清单外任务", YES_NO, listed=False)
    approved_by: Column[str | None] = field("清单外批准人", NAME, listed=False)
    approved_until: Column[dt.date | None] = field("清单外截止", DATE, listed=False)
    receipt: Column[str | None] = field("上级回执号", listed=False)
    result: Column[str | None] = field("处置结果", NOTE, listed=False)
    closed_at: Column[dt.datetime | None] = field("办结时间", TIME, listed=False)
    satisfied: Column[bool | None] = field("居民满意", YES_NO, listed=False)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        wrong: dict[str, str] = {}
        deadline = values.get("deadline")
        if deadline and deadline < values["found_at"]:
            wrong["deadline"] = tr("办结时限不能早于发现时间")
        if values.get("outside_list") and not (
            values.get("approved_by") and values.get("approved_until")
        ):
            wrong["approved_by"] = tr("清单外任务要填批准人和截止日期")
        return wrong

    @classmethod
    def check_change(
        cls,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        by: Hand | None = None,
    ) -> dict[str, str]:
        roles = {by.role} if by else ALL
        mine = by is None or by.mine
        if moves(before["state"], after["state"], roles, mine=mine):
            return {}
        name = code_tables.table("issue_state").name
        sentence = tr(
            "“{before}”的工单不能直接改成“{after}”，请按办理步骤一步步来",
            before=name(before["state"]),
            after=name(after["state"]),
        )
        return {"state": sentence}

    @classmethod
    def check_new(cls, values: Mapping[str, Any], by: Hand) -> dict[str, str]:
        if moves(None, values["state"], {by.role}, mine=True):
            return {}
        state = code_tables.table("issue_state").name(values["state"])
        sentence = tr("您不能登记“{state}”的工单，请按办理步骤一步步来", state=state)
        return {"state": sentence}


class IssueStep(Record):
    """One step of an issue's trace. Inserted once, never changed, never deleted."""

    __tablename__ = "issue_step"
    title = tr("工单留痕")
    shown_by = "at"
    insert_only = True

    issue_id: Column[UUID] = field("问题工单", target="issue", part=True)
    action: Column[str] = field("动作", codes="issue_action")
    from_state: Column[str | None] = field("原状态", codes="issue_state")
    to_state: Column[str] = field("新状态", codes="issue_state")
    at: Column[dt.datetime] = field("时间", TIME)
    county_at: Column[dt.datetime | None] = field("上级接收时间", TIME, listed=False)
    note: Column[str | None] = field("说明", NOTE)
    asked_until: Column[dt.date | None] = field("延期申请到", DATE, listed=False)
