"""Who lives there: household, resident, their tags and emergency contacts.

Resident = the common block of GB/T 31000-2015 (19 items) + tables 12 (户籍人口),
13 (流动人口), 14 (留守人员); domain.md §2.1.1–§2.1.4. What the standard requires is a
question of being ready for export, not a bar to saving (domain.md §2.1.1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column

from gridapp.language import tr
from gridapp.models import identity
from gridapp.models.kinds import (
    ADDRESS,
    BIRTH,
    DATE,
    DOCUMENT,
    ID_NUMBER,
    NAME,
    NOTE,
    NUMBER,
    PHONES,
    YES_NO,
)
from gridapp.models.record import Record, field

PERSON, HUKOU, MIGRANT, LIVING, CARE = (
    tr("基本信息"),
    tr("户籍"),
    tr("流动"),
    tr("居住"),
    tr("关爱"),
)


class Household(Record):
    """一户: the people behind one door who keep house together."""

    __tablename__ = "household"
    title = tr("家庭户")
    shown_by = "head_name"

    dwelling_id: Column[UUID] = field("房屋", target="dwelling", part=True)
    head_name: Column[str | None] = field("户主", NAME, searched=True)
    number: Column[str | None] = field("户号", searched=True, aliases=("户编号",))
    phones: Column[tuple[str, ...] | None] = field("家庭电话", PHONES)
    moved_in_on: Column[dt.date | None] = field("入住日期", DATE, listed=False)
    moved_out_on: Column[dt.date | None] = field("搬离日期", DATE, listed=False)
    verified_on: Column[dt.date | None] = field("核实日期", DATE)
    note: Column[str | None] = field("备注", NOTE, listed=False)


class Resident(Record):
    """居民."""

    __tablename__ = "resident"
    title = tr("居民")
    shown_by = "name"
    ruled = frozenset(
        {
            "id_number",
            "id_verified",
            "life_state",
            "died_on",
            "presence",
            "moved_on",
        }
    )

    household_id: Column[UUID | None] = field("家庭户", target="household", part=True)
    name: Column[str] = field("姓名", NAME, searched=True, section=PERSON)
    id_number: Column[str | None] = field(
        "公民身份号码",
        ID_NUMBER,
        searched=True,
        aliases=("身份证号", "身份证号码", "身份证", "证件号码", "公民身份证号码"),
        section=PERSON,
    )
    id_verified: Column[bool | None] = field(
        "证件已核对原件", YES_NO, listed=False, section=PERSON
    )
    document_type: Column[str | None] = field(
        "其他证件类型", codes="document_type", listed=False, section=PERSON
    )
    document_number: Column[str | None] = field(
        "其他证件号码", DOCUMENT, listed=False, section=PERSON
    )
    former_name: Column[str | None] = field(
        "曾用名", NAME, listed=False, section=PERSON
    )
    sex: Column[str | None] = field("性别", codes="sex", section=PERSON)
    born_on: Column[str | None] = field(
        "出生日期", BIRTH, aliases=("出生年月", "生日"), section=PERSON
    )
    ethnicity: Column[str | None] = field(
        "民族", codes="ethnicity", listed=False, section=PERSON
    )
    native_place: Column[str | None] = field("籍贯", listed=False, section=PERSON)
    marital_status: Column[str | None] = field(
        "婚姻状况", codes="marital_status", listed=False, section=PERSON
    )
    politics: Column[str | None] = field(
        "政治面貌", codes="politics", listed=False, section=PERSON
    )
    education: Column[str | None] = field(
        "学历",
        codes="education",
        listed=False,
        aliases=("文化程度", "文化"),
        section=PERSON,
    )
    religion: Column[str | None] = field(
        "宗教信仰", codes="religion", listed=False, section=PERSON
    )
    occupation_kind: Column[str | None] = field(
        "职业类别", listed=False, section=PERSON
    )
    occupation: Column[str | None] = field("职业", listed=False, section=PERSON)
    workplace: Column[str | None] = field(
        "服务处所",
        listed=False,
        aliases=("工作单位", "单位"),
        section=PERSON,
    )
    phones: Column[tuple[str, ...] | None] = field(
        "联系方式",
        PHONES,
        searched=True,
        aliases=("联系电话", "电话", "手机", "手机号", "手机号码"),
        section=PERSON,
    )
    resident_kind: Column[str | None] = field(
        "人口类型", codes="resident_kind", section=LIVING
    )
    relation: Column[str | None] = field(
        "与户主关系",
        codes="relation",
        aliases=("家庭关系", "关系"),
        section=LIVING,
    )
    presence: Column[str | None] = field("在住情况", codes="presence", section=LIVING)
    moved_on: Column[dt.date | None] = field(
        "迁出日期", DATE, listed=False, section=LIVING
    )
    moved_to: Column[str | None] = field("迁往何处", listed=False, section=LIVING)
    life_state: Column[str | None] = field(
        "生存状态", codes="life_state", listed=False, section=LIVING
    )
    died_on: Column[dt.date | None] = field(
        "去世日期", DATE, listed=False, section=LIVING
    )
    current_area: Column[str | None] = field("现住地", listed=False, section=LIVING)
    current_address: Column[str | None] = field(
        "现住门（楼）详址",
        ADDRESS,
        listed=False,
        aliases=("现住址", "居住地址"),
        section=LIVING,
    )
    hukou_area: Column[str | None] = field(
        "户籍地", listed=False, aliases=("户口所在地",), section=HUKOU
    )
    hukou_address: Column[str | None] = field(
        "户籍门（楼）详址",
        ADDRESS,
        listed=False,
        aliases=("户籍地址", "户籍住址"),
        section=HUKOU,
    )
    residence_match: Column[str | None] = field(
        "人户一致标识",
        codes="residence_match",
        listed=False,
        aliases=("人户一致",),
        section=HUKOU,
    )
    household_number: Column[str | None] = field("户号", listed=False, section=HUKOU)
    head_id_number: Column[str | None] = field(
        "户主公民身份号码", ID_NUMBER, listed=False, section=HUKOU
    )
    head_name: Column[str | None] = field(
        "户主姓名", NAME, listed=False, aliases=("户主",), section=HUKOU
    )
    head_phones: Column[tuple[str, ...] | None] = field(
        "户主联系方式", PHONES, listed=False, section=HUKOU
    )
    inflow_reason: Column[str | None] = field(
        "流入原因", codes="inflow_reason", listed=False, section=MIGRANT
    )
    permit_type: Column[str | None] = field(
        "办证类型", codes="permit_type", listed=False, section=MIGRANT
    )
    permit_number: Column[str | None] = field(
        "居住证件号码", DOCUMENT, listed=False, section=MIGRANT
    )
    registered_on: Column[dt.date | None] = field(
        "登记日期", DATE, listed=False, section=MIGRANT
    )
    permit_expires_on: Column[dt.date | None] = field(
        "证件到期日期", DATE, listed=False, section=MIGRANT
    )
    lodging_type: Column[str | None] = field(
        "住所类型", codes="lodging_type", listed=False, section=MIGRANT
    )
    attention: Column[bool | None] = field(
        "是否重点关注人员", YES_NO, listed=False, section=MIGRANT
    )
    left_behind_kind: Column[str | None] = field(
        "留守人员类型", codes="left_behind_kind", listed=False, section=CARE
    )
    health_level: Column[str | None] = field(
        "健康状况", codes="health_level", listed=False, section=CARE
    )
    illness: Column[str | None] = field("病史与用药", NOTE, listed=False, section=CARE)
    mobility: Column[str | None] = field("行动能力", listed=False, section=CARE)
    home_safety: Column[str | None] = field(
        "居家安全情况", NOTE, listed=False, section=CARE
    )
    income_note: Column[str | None] = field(
        "收入与待遇", NOTE, listed=False, section=CARE
    )
    difficulty: Column[str | None] = field(
        "困难及诉求", NOTE, listed=False, section=CARE
    )
    care_colour: Column[str | None] = field(
        "关爱等级", codes="care_colour", section=CARE
    )
    care_colour_reason: Column[str | None] = field(
        "定级理由", listed=False, section=CARE
    )
    care_colour_review_on: Column[dt.date | None] = field(
        "等级复核日期", DATE, listed=False, section=CARE
    )
    care_consent: Column[str | None] = field(
        "接受探访意愿", codes="consent", listed=False, section=CARE
    )
    ability_standard: Column[str | None] = field(
        "能力评估标准", listed=False, section=CARE
    )
    ability_level: Column[str | None] = field(
        "能力等级", codes="ability_level", listed=False, section=CARE
    )
    ability_on: Column[dt.date | None] = field(
        "评估日期", DATE, listed=False, section=CARE
    )
    ability_by: Column[str | None] = field("评估机构", listed=False, section=CARE)
    verified_on: Column[dt.date | None] = field("核实日期", DATE, section=LIVING)
    note: Column[str | None] = field("备注", NOTE, listed=False, section=LIVING)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        wrong: dict[str, str] = {}
        number = values.get("id_number")
        if (
            number
            and not values.get("id_verified")
            and not identity.id_checksum_ok(number)
        ):
            wrong["id_number"] = tr(
                "身份证号的校验位不对，请核对；证件确实如此的，请勾选“证件已核对原件”"
            )
        if values.get("life_state") == "living" and values.get("died_on"):
            wrong["died_on"] = tr("填了去世日期，生存状态应选“去世”")
        if values.get("presence") == "here" and values.get("moved_on"):
            wrong["moved_on"] = tr("填了迁出日期，在住情况应选“迁出”")
        return wrong


class ResidentTag(Record):
    """人员标签: why somebody needs care, from when to when.

    独居 and 空巢 are not in GB/T 31000; they are its "X" extension (domain.md §2.1.4).
    """

    __tablename__ = "resident_tag"
    title = tr("人员标签")
    shown_by = "tag"
    ruled = frozenset({"since", "until"})
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_start"),
    )

    resident_id: Column[UUID] = field("居民", target="resident", part=True)
    tag: Column[str] = field("标签", codes="resident_tag")
    reason: Column[str | None] = field("认定理由")
    since: Column[dt.date] = field("开始日期", DATE)
    until: Column[dt.date | None] = field("结束日期", DATE)
    end_reason: Column[str | None] = field("取消理由", listed=False)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        until = values.get("until")
        if until and until < values["since"]:
            return {"until": tr("结束日期不能早于开始日期")}
        return {}


class Contact(Record):
    """紧急联系人, in the order they are called."""

    __tablename__ = "contact"
    title = tr("紧急联系人")
    shown_by = "name"
    ruled = frozenset({"rank"})
    __table_args__ = (CheckConstraint("rank >= 1", name="rank_from_one"),)

    resident_id: Column[UUID] = field("居民", target="resident", part=True)
    name: Column[str] = field("姓名", NAME, searched=True)
    relation: Column[str | None] = field("与本人关系")
    phones: Column[tuple[str, ...] | None] = field("联系电话", PHONES, searched=True)
    rank: Column[int | None] = field("联系顺序", NUMBER)
    address: Column[str | None] = field("住址", ADDRESS, listed=False)
    same_city: Column[bool | None] = field("同城居住", YES_NO, listed=False)
    note: Column[str | None] = field("备注", NOTE, listed=False)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        rank = values.get("rank")
        return (
            {"rank": tr("联系顺序从 1 开始")} if rank is not None and rank < 1 else {}
        )
