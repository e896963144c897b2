"""矛盾调解: a dispute, its parties, inquiries, sessions and the file's other papers.

The 27 items of GB/T 31000-2015 table 30, with the judicial statistics kind beside the
standard's own classification, and what the papers of a mediation file say beyond them;
domain.md §2.1.8 and §2.8. 人民调解法 Arts 27–33.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column

from gridapp.language import tr
from gridapp.models import codes as code_tables
from gridapp.models.dispute_flow import NEEDED, may_become
from gridapp.models.kinds import (
    ADDRESS,
    CODES,
    DATE,
    DECIMAL,
    DOCUMENT,
    NAME,
    NOTE,
    NUMBER,
    PHONES,
    TIME,
    YES_NO,
)
from gridapp.models.record import Hand, Record, field, field_of

EVENT, WAY, RESULT, MARK = tr("纠纷"), tr("调解"), tr("结果"), tr("考评")
AFTER, FILED = tr("回访"), tr("立卷")


class Dispute(Record):
    """矛盾纠纷."""

    __tablename__ = "dispute"
    title = tr("矛盾纠纷")
    shown_by = "name"
    __table_args__ = (
        CheckConstraint("people_count >= 1", name="people_from_one"),
        CheckConstraint("deadline >= happened_on", name="due_after_start"),
        CheckConstraint("copies >= 1", name="copies_from_one"),
    )

    number: Column[str | None] = field("卷号", searched=True, section=EVENT)
    name: Column[str] = field("事件名称", searched=True, section=EVENT)
    happened_on: Column[dt.date] = field("发生日期", DATE, section=EVENT)
    place: Column[str] = field("发生地点", searched=True, section=EVENT)
    scale: Column[str] = field("事件规模", codes="event_scale", section=EVENT)
    dispute_kind: Column[str] = field("事件类别", codes="dispute_kind", section=EVENT)
    mediation_kind: Column[str | None] = field(
        "调解统计类别", codes="mediation_kind", section=EVENT
    )
    people_count: Column[int] = field("涉及人数", NUMBER, section=EVENT)
    summary: Column[str] = field("事件简述", NOTE, listed=False, section=EVENT)
    units: Column[str | None] = field("涉及单位", listed=False, section=EVENT)
    requests: Column[str | None] = field("申请事项", NOTE, listed=False, section=EVENT)
    applied_on: Column[dt.date | None] = field(
        "申请日期", DATE, listed=False, section=EVENT
    )
    case_source: Column[str | None] = field(
        "案件来源", codes="case_source", listed=False, section=WAY
    )
    accepted_on: Column[dt.date | None] = field("受理日期", DATE, section=WAY)
    registered_by: Column[str | None] = field("登记人", NAME, listed=False, section=WAY)
    state: Column[str] = field("状态", codes="dispute_state", section=WAY)
    deadline: Column[dt.date] = field("化解时限", DATE, section=WAY)
    resolution_way: Column[str | None] = field(
        "化解方式", codes="resolution_way", section=WAY
    )
    organisation: Column[str | None] = field("化解组织", listed=False, section=WAY)
    responsible: Column[str | None] = field("化解责任人", NAME, section=WAY)
    responsible_phones: Column[tuple[str, ...] | None] = field(
        "化解责任人联系方式", PHONES, listed=False, section=WAY
    )
    risk_note: Column[str | None] = field("激化风险", NOTE, listed=False, section=WAY)
    succeeded: Column[bool | None] = field("化解是否成功", YES_NO, section=RESULT)
    outcome: Column[str | None] = field("化解情况", NOTE, listed=False, section=RESULT)
    other_ways_told: Column[str | None] = field(
        "不成时告知的其他途径", NOTE, listed=False, section=RESULT
    )
    agreement_form: Column[str | None] = field(
        "协议形式", codes="agreement_form", listed=False, section=RESULT
    )
    agreement_number: Column[str | None] = field(
        "协议编号", listed=False, section=RESULT
    )
    agreement_facts: Column[str | None] = field(
        "纠纷主要事实和争议事项", NOTE, listed=False, section=RESULT
    )
    agreement_text: Column[str | None] = field(
        "协议内容", NOTE, listed=False, section=RESULT
    )
    effective_on: Column[dt.date | None] = field(
        "协议生效日期", DATE, listed=False, section=RESULT
    )
    perform_way: Column[str | None] = field(
        "履行方式", NOTE, listed=False, section=RESULT
    )
    perform_by: Column[dt.date | None] = field(
        "履行时限", DATE, listed=False, section=RESULT
    )
    copies: Column[int | None] = field("协议份数", NUMBER, listed=False, section=RESULT)
    judicial_confirmed_on: Column[dt.date | None] = field(
        "司法确认日期", DATE, listed=False, section=RESULT
    )
    follow_up_on: Column[dt.date | None] = field("回访日期", DATE, section=AFTER)
    followed_up_on: Column[dt.date | None] = field(
        "已回访日期", DATE, listed=False, section=AFTER
    )
    followed_up_by: Column[str | None] = field("回访人", listed=False, section=AFTER)
    follow_up_way: Column[str | None] = field(
        "回访方式", codes="follow_up_way", listed=False, section=AFTER
    )
    performed: Column[str | None] = field(
        "履行情况", codes="perform_state", listed=False, section=AFTER
    )
    satisfaction: Column[str | None] = field(
        "满意程度", codes="satisfaction", listed=False, section=AFTER
    )
    lawsuit: Column[str | None] = field(
        "是否起诉", codes="lawsuit_state", listed=False, section=AFTER
    )
    risks: Column[tuple[str, ...] | None] = field(
        "回访发现",
        CODES,
        codes="follow_up_risk",
        listed=False,
        section=AFTER,
    )
    measures: Column[str | None] = field("采取措施", NOTE, listed=False, section=AFTER)
    follow_up_note: Column[str | None] = field(
        "回访情况", NOTE, listed=False, section=AFTER
    )
    escalated_to: Column[str | None] = field("上报到", listed=False, section=RESULT)
    filed_by: Column[str | None] = field("立卷人", NAME, listed=False, section=FILED)
    filed_on: Column[dt.date | None] = field(
        "立卷日期", DATE, listed=False, section=FILED
    )
    kept_for: Column[str | None] = field(
        "保管期限", codes="retention", listed=False, section=FILED
    )
    file_note: Column[str | None] = field("卷宗备注", listed=False, section=FILED)
    file_account: Column[str | None] = field(
        "卷宗情况说明", NOTE, listed=False, section=FILED
    )
    appraised_on: Column[dt.date | None] = field(
        "考评日期", DATE, listed=False, section=MARK
    )
    appraisal: Column[str | None] = field("考评意见", NOTE, listed=False, section=MARK)
    longitude: Column[float | None] = field("经度", DECIMAL, listed=False, section=MARK)
    latitude: Column[float | None] = field("纬度", DECIMAL, listed=False, section=MARK)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        wrong: dict[str, str] = {}
        if values["people_count"] < 1:
            wrong["people_count"] = tr("涉及人数至少 1 人")
        if values["deadline"] < values["happened_on"]:
            wrong["deadline"] = tr("化解时限不能早于发生日期")
        if values.get("copies") is not None and values["copies"] < 1:
            wrong["copies"] = tr("协议份数至少 1 份")
        if values.get("succeeded") is False and not values.get("other_ways_told"):
            wrong["other_ways_told"] = tr("调解不成的，请写明已告知哪些其他途径")
        for name in NEEDED.get(values["state"], ()):
            if values.get(name) is None:
                words = tr("“{label}”还没有填", label=field_of(cls, name).label)
                wrong.setdefault(name, words)
        return wrong

    @classmethod
    def check_change(
        cls,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        by: Hand | None = None,
    ) -> dict[str, str]:
        if may_become(before["state"], after["state"]):
            return {}
        name = code_tables.table("dispute_state").name
        sentence = tr(
            "“{before}”的纠纷不能直接改成“{after}”，请按办理步骤一步步来",
            before=name(before["state"]),
            after=name(after["state"]),
        )
        return {"state": sentence}


class DisputeParty(Record):
    """当事人 (table 30 items 9–16 are those of the main party)."""

    __tablename__ = "dispute_party"
    title = tr("当事人")
    shown_by = "name"

    dispute_id: Column[UUID] = field("矛盾纠纷", target="dispute", part=True)
    side: Column[str] = field("哪一方", codes="party_side")
    main: Column[bool | None] = field("主要当事人", YES_NO)
    resident_id: Column[UUID | None] = field("居民", target="resident", listed=False)
    name: Column[str] = field("姓名", NAME, searched=True)
    sex: Column[str | None] = field("性别", codes="sex")
    ethnicity: Column[str | None] = field("民族", codes="ethnicity", listed=False)
    age: Column[int | None] = field("年龄", NUMBER, listed=False)
    education: Column[str | None] = field("学历", codes="education", listed=False)
    document_type: Column[str | None] = field(
        "证件类型", codes="document_type", listed=False
    )
    document_number: Column[str | None] = field("证件号码", DOCUMENT, listed=False)
    party_kind: Column[str | None] = field("人员类别", codes="party_kind", listed=False)
    occupation: Column[str | None] = field("职业或职务", listed=False)
    phones: Column[tuple[str, ...] | None] = field("联系方式", PHONES)
    address: Column[str | None] = field("单位或住址", ADDRESS, listed=False)
    deputy: Column[str | None] = field("委托代理人", NAME, listed=False)
    deputy_sex: Column[str | None] = field("代理人性别", codes="sex", listed=False)
    deputy_relation: Column[str | None] = field("代理人与当事人关系", listed=False)
    deputy_document: Column[str | None] = field(
        "代理人证件号码", DOCUMENT, listed=False
    )
    deputy_phones: Column[tuple[str, ...] | None] = field(
        "代理人电话", PHONES, listed=False
    )
    deputy_address: Column[str | None] = field(
        "代理人单位或住址", ADDRESS, listed=False
    )
    deputy_powers: Column[tuple[str, ...] | None] = field(
        "代理权限", CODES, codes="deputy_power", listed=False
    )
    deputy_other: Column[str | None] = field("其他代理权限", listed=False)
    deputy_until: Column[dt.date | None] = field("代理期限至", DATE, listed=False)


class DisputeInquiry(Record):
    """调查记录: what one person was asked and answered; there may be several."""

    __tablename__ = "dispute_inquiry"
    title = tr("调查记录")
    shown_by = "asked"
    __table_args__ = (CheckConstraint("age BETWEEN 0 AND 150", name="age_in_range"),)

    dispute_id: Column[UUID] = field("矛盾纠纷", target="dispute", part=True)
    held_at: Column[dt.datetime] = field("时间", TIME)
    place: Column[str | None] = field("地点")
    present: Column[str | None] = field("参加人", listed=False)
    investigators: Column[str] = field("调查人")
    asked: Column[str] = field("被调查人", NAME, searched=True)
    sex: Column[str | None] = field("性别", codes="sex", listed=False)
    age: Column[int | None] = field("年龄", NUMBER, listed=False)
    phones: Column[tuple[str, ...] | None] = field("联系方式", PHONES, listed=False)
    address: Column[str | None] = field("单位或住址", ADDRESS, listed=False)
    relation: Column[str | None] = field("与本纠纷的关系", listed=False)
    recorder: Column[str | None] = field("记录人", NAME, listed=False)
    talk: Column[str | None] = field("问答记录", NOTE)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        age = values.get("age")
        wrong = age is not None and not 0 <= age <= 150
        return {"age": tr("年龄填 0 到 150 的整数")} if wrong else {}


class DisputeSession(Record):
    """调解记录: one sitting; there may be several."""

    __tablename__ = "dispute_session"
    title = tr("调解记录")
    shown_by = "held_at"

    dispute_id: Column[UUID] = field("矛盾纠纷", target="dispute", part=True)
    held_at: Column[dt.datetime] = field("时间", TIME)
    place: Column[str | None] = field("地点")
    mediators: Column[str] = field("调解员")
    recorder: Column[str | None] = field("记录人", NAME, listed=False)
    present: Column[str | None] = field("到场当事人")
    invited: Column[str | None] = field("参加人", listed=False)
    rights_told: Column[bool | None] = field("已告知权利义务", YES_NO, listed=False)
    statements: Column[str | None] = field("双方陈述", NOTE, listed=False)
    facts: Column[str | None] = field("调查核实", NOTE, listed=False)
    outcome: Column[str | None] = field("调解结果", NOTE)
    agreed: Column[bool | None] = field("是否达成", YES_NO)


class DisputeItem(Record):
    """卷内材料: a paper of the file that somebody brought, such as an evidence."""

    __tablename__ = "dispute_item"
    title = tr("卷内材料")
    shown_by = "name"
    __table_args__ = (
        CheckConstraint("copies >= 1", name="copies_from_one"),
        CheckConstraint("pages >= 1", name="pages_from_one"),
    )

    dispute_id: Column[UUID] = field("矛盾纠纷", target="dispute", part=True)
    kind: Column[str] = field("材料类别", codes="file_item")
    name: Column[str] = field("材料名称")
    copies: Column[int] = field("份数", NUMBER)
    pages: Column[int | None] = field("页数", NUMBER)
    given_by: Column[str | None] = field("提供人", NAME)
    given_on: Column[dt.date | None] = field("提供日期", DATE)
    note: Column[str | None] = field("备注", NOTE, listed=False)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        wrong: dict[str, str] = {}
        if values["copies"] < 1:
            wrong["copies"] = tr("份数至少 1 份")
        if values.get("pages") is not None and values["pages"] < 1:
            wrong["pages"] = tr("页数至少 1 页")
        return wrong
