"""Where people live: grid, building, dwelling; and the workers of a grid.

Fields follow GB/T 31000-2015 tables 8 (grid), 9 (building head) and 16 (rented
dwelling); domain.md §2.1.6 and §2.1.7.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import CheckConstraint, Column

from gridapp.language import tr
from gridapp.models.issue_flow import RANKS, outranks
from gridapp.models.kinds import (
    ADDRESS,
    BIRTH,
    CODES,
    DATE,
    DECIMAL,
    DOCUMENT,
    NAME,
    NOTE,
    NUMBER,
    PHONES,
    YES_NO,
)
from gridapp.models.record import Hand, Record, field

_BY_COUNTY = tr("网格由县里建立、编码和停用，请联系县里")
_GRIDS = UUID("7d1f7a3e-5a0b-5c7e-9a6b-3c1d2e4f5a60")


def grid_id(code: str) -> UUID:
    """The id of the grid of that code: the same on every laptop and at the county,
    so that a vault that stood alone can join the county later."""
    return uuid5(_GRIDS, code.strip())


class Grid(Record):
    """网格: the area one worker looks after; the scope of access and of sync."""

    __tablename__ = "grid"
    title = tr("网格")
    shown_by = "name"

    code: Column[str] = field("网格编码", searched=True)
    name: Column[str] = field("网格名称", searched=True)
    county: Column[str | None] = field("县区", listed=False)
    street: Column[str | None] = field("街道（乡镇）", listed=False)
    community: Column[str | None] = field("社区", aliases=("村（社区）",))
    area_code: Column[str | None] = field("区划代码", listed=False)
    kind: Column[str | None] = field("网格类型", codes="grid_kind")
    area_m2: Column[float | None] = field("网格面积（㎡）", DECIMAL, listed=False)
    leader_name: Column[str | None] = field("网格长", NAME)
    leader_phones: Column[tuple[str, ...] | None] = field("网格长电话", PHONES)
    supervision_phones: Column[tuple[str, ...] | None] = field(
        "监督电话", PHONES, listed=False
    )
    valid_from: Column[dt.date | None] = field("启用日期", DATE, listed=False)
    valid_to: Column[dt.date | None] = field("停用日期", DATE, listed=False)
    note: Column[str | None] = field("备注", NOTE, listed=False)

    @classmethod
    def check_change(
        cls,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        by: Hand | None = None,
    ) -> dict[str, str]:
        """A laptop changes what is said of a grid, not what the grid is: who may see
        its records follows from its code."""
        if by is None:
            return {}
        if before["deleted_at"] != after["deleted_at"]:
            return {"": _BY_COUNTY}
        fixed = [name for name in ("code", "grid_id") if before[name] != after[name]]
        return dict.fromkeys(fixed, _BY_COUNTY)

    @classmethod
    def check_new(cls, values: Mapping[str, Any], by: Hand) -> dict[str, str]:
        """Grids are made by the county, with a code for the first laptop in them."""
        return {"code": _BY_COUNTY}


class Worker(Record):
    """工作人员: who records; a code of the county makes one at enrolment."""

    __tablename__ = "worker"
    title = tr("工作人员")
    shown_by = "name"

    name: Column[str] = field("姓名", NAME, searched=True)
    role: Column[str] = field("岗位", codes="worker_role")
    sex: Column[str | None] = field("性别", codes="sex", listed=False)
    ethnicity: Column[str | None] = field("民族", codes="ethnicity", listed=False)
    politics: Column[str | None] = field("政治面貌", codes="politics", listed=False)
    born_on: Column[str | None] = field("出生日期", BIRTH, listed=False)
    education: Column[str | None] = field("学历", codes="education", listed=False)
    phones: Column[tuple[str, ...] | None] = field("手机号码", PHONES)
    office_phones: Column[tuple[str, ...] | None] = field(
        "固定电话", PHONES, listed=False
    )
    left_on: Column[dt.date | None] = field("离岗日期", DATE, listed=False)

    @classmethod
    def check_change(
        cls,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        by: Hand | None = None,
    ) -> dict[str, str]:
        """Nobody raises themselves or anybody to where they are: what a role may do
        hangs on it."""
        if by is None or before["role"] == after["role"]:
            return {}
        both = (before["role"], after["role"])
        if all(one in RANKS and outranks(by.role, one) for one in both):
            return {}
        return {"role": tr("岗位由社区或县里改，请联系他们")}

    @classmethod
    def check_new(cls, values: Mapping[str, Any], by: Hand) -> dict[str, str]:
        """A laptop writes down nobody of a higher role than its own worker's."""
        if values["role"] in RANKS and not outranks(values["role"], by.role):
            return {}
        return {"role": tr("岗位由社区或县里改，请联系他们")}


class Building(Record):
    """楼栋, with its head (楼栋长, GB/T 31000 table 9)."""

    __tablename__ = "building"
    title = tr("楼栋")
    shown_by = "number"
    ruled = frozenset({"floors", "units"})
    __table_args__ = (
        CheckConstraint("floors BETWEEN 1 AND 200", name="floors_in_range"),
        CheckConstraint("units BETWEEN 1 AND 100", name="units_in_range"),
    )

    estate: Column[str | None] = field("小区", searched=True, aliases=("小区名称",))
    number: Column[str] = field(
        "楼栋号", searched=True, aliases=("楼栋", "楼栋名称", "楼号", "栋号")
    )
    floors: Column[int | None] = field("层数", NUMBER)
    units: Column[int | None] = field("单元数", NUMBER)
    rooms_per_floor: Column[int | None] = field("每层户数", NUMBER, listed=False)
    use: Column[str | None] = field("建筑用途", codes="building_use", listed=False)
    area_m2: Column[float | None] = field("建筑面积（㎡）", DECIMAL, listed=False)
    has_lift: Column[bool | None] = field("有电梯", YES_NO, listed=False)
    address: Column[str | None] = field("所在地详址", listed=False)
    head_name: Column[str | None] = field("楼栋长", NAME)
    head_sex: Column[str | None] = field("楼栋长性别", codes="sex", listed=False)
    head_born_on: Column[str | None] = field("楼栋长出生日期", BIRTH, listed=False)
    head_politics: Column[str | None] = field(
        "楼栋长政治面貌", codes="politics", listed=False
    )
    head_phones: Column[tuple[str, ...] | None] = field("楼栋长电话", PHONES)
    longitude: Column[float | None] = field("经度", DECIMAL, listed=False)
    latitude: Column[float | None] = field("纬度", DECIMAL, listed=False)
    note: Column[str | None] = field("备注", NOTE, listed=False)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        ranges = {"floors": (200, tr("层数")), "units": (100, tr("单元数"))}
        return {
            name: tr("{label}应在 1 到 {most} 之间，请核对", label=label, most=most)
            for name, (most, label) in ranges.items()
            if values.get(name) is not None and not 1 <= values[name] <= most
        }


class Dwelling(Record):
    """房屋: one door. Rented ones carry GB/T 31000 table 16."""

    __tablename__ = "dwelling"
    title = tr("房屋")
    shown_by = "room"
    ruled = frozenset({"rent_use", "tenure"})

    building_id: Column[UUID] = field("楼栋", target="building", part=True)
    unit: Column[str | None] = field("单元", searched=True, aliases=("单元号",))
    floor: Column[int | None] = field("楼层", NUMBER)
    room: Column[str] = field(
        "房号", searched=True, aliases=("室号", "门牌", "门牌号", "户室")
    )
    use: Column[str | None] = field("建筑用途", codes="building_use", listed=False)
    area_m2: Column[float | None] = field("建筑面积（㎡）", DECIMAL, listed=False)
    tenure: Column[str | None] = field("使用情况", codes="tenure")
    owner_name: Column[str | None] = field("房主姓名", NAME, listed=False)
    owner_document_type: Column[str | None] = field(
        "房主证件类型", codes="document_type", listed=False
    )
    owner_document: Column[str | None] = field("房主证件号码", DOCUMENT, listed=False)
    owner_phones: Column[tuple[str, ...] | None] = field(
        "房主联系方式", PHONES, listed=False
    )
    owner_address: Column[str | None] = field("房主现居详址", ADDRESS, listed=False)
    rent_use: Column[str | None] = field("出租用途", codes="rent_use", listed=False)
    hazards: Column[tuple[str, ...] | None] = field(
        "隐患类型", CODES, codes="hazard_kind", listed=False
    )
    note: Column[str | None] = field("备注", NOTE, listed=False)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        if values.get("rent_use") and values.get("tenure") not in (None, "rent"):
            return {"rent_use": tr("填了出租用途，使用情况应选“出租”")}
        return {}
