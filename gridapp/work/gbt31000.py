"""GB/T 31000-2015: the tables a community delivers, item by item.

Tables 12 户籍人口, 13 流动人口, 14 留守人员, 16 出租房 and 30 矛盾纠纷排查化解, as
domain.md §2.1.1–§2.1.8 has them from the pages of the standard. Each item stands under
the number and the heading printed there, with its length, its code table and whether
it must be filled; `paths` says what of the program answers it, the first that is
filled.

Table 13 prints 公民身份号码 a second time as item 13; it is taken as 职业, as in the
sister tables. Items the program has no field for have no path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gridapp.language import mark
from gridapp.models import Dispute, Dwelling, Resident
from gridapp.models.record import Record, Values

Form = Literal["text", "date", "number", "area", "yes_no"]


@dataclass(frozen=True)
class Item:
    """One item (数据项) of a table.

    heading: as printed; a key of the catalogue. length: most characters, 0 for dates
    and numbers. codes: key of the code table. form: date is YYYYMMDD, area six digits
    of GB/T 2260, yes_no 1 or 0. paths: `record.field` of what answers it.
    """

    number: int
    heading: str
    form: Form
    length: int
    paths: tuple[str, ...]
    required: bool
    codes: str = ""


@dataclass(frozen=True)
class Table:
    """One table: its items in the standard's order, and which records it is for."""

    number: int
    title: str  # as printed; a key of the catalogue
    model: type[Record]
    items: tuple[Item, ...]
    asks: Callable[[Values], bool]  # whether it is for a record of `model`


class _Numbers:
    """Numbers items as they are listed, from `first`."""

    def __init__(self, first: int = 1) -> None:
        self._next = first

    def item(self, heading: str, form: Form, length: int, *paths: str) -> Item:
        """An item that may be empty."""
        number, self._next = self._next, self._next + 1
        return Item(number, heading, form, length, paths, required=False)

    def must(self, heading: str, form: Form, length: int, *paths: str) -> Item:
        """An item that must be filled."""
        number, self._next = self._next, self._next + 1
        return Item(number, heading, form, length, paths, required=True)

    def code(
        self, heading: str, length: int, codes: str, *paths: str, required: bool
    ) -> Item:
        """An item out of a code table."""
        number, self._next = self._next, self._next + 1
        return Item(number, heading, "text", length, paths, required, codes)


def _common(n: _Numbers) -> tuple[Item, ...]:
    """人口信息基本字段, items 1–19 of every table of persons (§2.1.1)."""
    who = "resident."
    return (
        n.must(mark("公民身份号码"), "text", 18, who + "id_number"),
        n.must(mark("姓名"), "text", 50, who + "name"),
        n.item(mark("曾用名"), "text", 50, who + "former_name"),
        n.code(mark("性别"), 1, "sex", who + "sex", required=True),
        n.must(mark("出生日期"), "date", 0, who + "born_on"),
        n.code(mark("民族"), 2, "ethnicity", who + "ethnicity", required=True),
        n.must(mark("籍贯"), "area", 6, who + "native_place"),
        n.code(
            mark("婚姻状况"), 2, "marital_status", who + "marital_status", required=True
        ),
        n.code(mark("政治面貌"), 2, "politics", who + "politics", required=True),
        n.code(mark("学历"), 2, "education", who + "education", required=True),
        n.code(mark("宗教信仰"), 2, "religion", who + "religion", required=False),
        n.must(mark("职业类别"), "text", 5, who + "occupation_kind"),
        n.must(mark("职业"), "text", 30, who + "occupation"),
        n.item(mark("服务处所"), "text", 100, who + "workplace"),
        n.must(mark("联系方式"), "text", 50, who + "phones"),
        n.must(mark("户籍地"), "area", 6, who + "hukou_area", "registered.area"),
        n.must(
            mark("户籍门（楼）详址"),
            "text",
            80,
            who + "hukou_address",
            "registered.address",
        ),
        n.must(mark("现住地"), "area", 6, who + "current_area", "place.area"),
        n.must(
            mark("现住门（楼）详址"),
            "text",
            80,
            who + "current_address",
            "place.address",
        ),
    )


def _registered() -> tuple[Item, ...]:
    """Table 12 (§2.1.2)."""
    n = _Numbers()
    return (
        *_common(n),
        n.code(
            mark("人户一致标识"),
            2,
            "residence_match",
            "resident.residence_match",
            required=True,
        ),
        n.must(
            mark("户号"), "text", 9, "resident.household_number", "household.number"
        ),
        n.item(
            mark("户主公民身份号码"),
            "text",
            18,
            "resident.head_id_number",
            "head.id_number",
        ),
        n.item(
            mark("户主姓名"),
            "text",
            50,
            "resident.head_name",
            "head.name",
            "household.head_name",
        ),
        n.code(mark("与户主关系"), 2, "relation", "resident.relation", required=True),
        n.item(
            mark("户主联系方式"),
            "text",
            50,
            "resident.head_phones",
            "head.phones",
            "household.phones",
        ),
    )


def _migrant() -> tuple[Item, ...]:
    """Table 13 (§2.1.3)."""
    n, who = _Numbers(), "resident."
    return (
        *_common(n),
        n.code(
            mark("流入原因"), 2, "inflow_reason", who + "inflow_reason", required=True
        ),
        n.code(mark("办证类型"), 2, "permit_type", who + "permit_type", required=False),
        n.item(mark("证件号码"), "text", 22, who + "permit_number"),
        n.item(mark("登记日期"), "date", 0, who + "registered_on"),
        n.item(mark("证件到期日期"), "date", 0, who + "permit_expires_on"),
        n.code(
            mark("住所类型"), 2, "lodging_type", who + "lodging_type", required=True
        ),
        n.must(mark("是否重点关注人员"), "yes_no", 1, who + "attention"),
    )


def _left_behind() -> tuple[Item, ...]:
    """Table 14 (§2.1.4); `kin` is the 家庭主要成员."""
    n, who = _Numbers(), "resident."
    return (
        *_common(n),
        n.code(
            mark("健康状况"), 2, "health_level", who + "health_level", required=False
        ),
        n.item(mark("个人年收入"), "text", 8),
        n.code(
            mark("人户一致标识"),
            2,
            "residence_match",
            who + "residence_match",
            required=True,
        ),
        n.code(
            mark("留守人员类型"),
            2,
            "left_behind_kind",
            who + "left_behind_kind",
            required=True,
        ),
        n.must(mark("家庭主要成员身份号码"), "text", 18, "kin.id_number"),
        n.must(mark("家庭主要成员姓名"), "text", 50, "kin.name"),
        n.code(
            mark("家庭主要成员健康状况"),
            2,
            "health_level",
            "kin.health_level",
            required=False,
        ),
        n.code(mark("与留守人员关系"), 2, "relation", "kin.relation", required=True),
        n.must(mark("家庭主要成员联系方式"), "text", 50, "kin.phones"),
        n.item(mark("家庭主要成员工作详细地址"), "text", 200, "kin.current_address"),
        n.item(mark("家庭年收入"), "text", 8),
        n.item(mark("困难及诉求"), "text", 1024, who + "difficulty"),
        n.item(mark("帮扶情况"), "text", 1024),
    )


def _rented() -> tuple[Item, ...]:
    """Table 16 (§2.1.6); `tenant` is who keeps house there."""
    n, door = _Numbers(), "dwelling."
    return (
        n.must(mark("房屋编号"), "text", 50, "place.number"),
        n.must(mark("房屋地址"), "text", 200, "place.address"),
        n.code(
            mark("建筑用途"),
            2,
            "building_use",
            door + "use",
            "building.use",
            required=False,
        ),
        n.item(mark("建筑面积"), "number", 0, door + "area_m2"),
        n.code(
            mark("证件代码"),
            3,
            "document_type",
            door + "owner_document_type",
            required=True,
        ),
        n.must(mark("证件号码"), "text", 30, door + "owner_document"),
        n.must(mark("房主姓名"), "text", 50, door + "owner_name"),
        n.must(mark("房主联系方式"), "text", 50, door + "owner_phones"),
        n.must(mark("房主现居详址"), "text", 200, door + "owner_address"),
        n.code(mark("出租用途"), 2, "rent_use", door + "rent_use", required=True),
        n.code(mark("隐患类型"), 2, "hazard_kind", door + "hazards", required=True),
        n.must(mark("承租人公民身份号码"), "text", 18, "tenant.id_number"),
        n.must(mark("承租人姓名"), "text", 50, "tenant.name"),
        n.must(mark("承租人联系方式"), "text", 50, "tenant.phones"),
        n.item(mark("经度"), "number", 0, "building.longitude"),
        n.item(mark("纬度"), "number", 0, "building.latitude"),
    )


def _main_party(n: _Numbers) -> tuple[Item, ...]:
    """Items 9–16 of table 30."""
    party = "party."
    return (
        n.code(
            mark("主要当事人证件代码"),
            3,
            "document_type",
            party + "document_type",
            required=True,
        ),
        n.must(mark("主要当事人证件号码"), "text", 50, party + "document_number"),
        n.must(mark("主要当事人姓名"), "text", 80, party + "name"),
        n.code(mark("主要当事人性别"), 1, "sex", party + "sex", required=True),
        n.code(
            mark("主要当事人民族"), 2, "ethnicity", party + "ethnicity", required=True
        ),
        n.code(
            mark("主要当事人学历"), 2, "education", party + "education", required=False
        ),
        n.code(
            mark("主要当事人人员类别"),
            4,
            "party_kind",
            party + "party_kind",
            required=True,
        ),
        n.must(mark("主要当事人居住详址"), "text", 200, party + "address"),
    )


def _dispute() -> tuple[Item, ...]:
    """Table 30 (§2.1.8); `party` is the 主要当事人."""
    n, case = _Numbers(), "dispute."
    return (
        n.must(mark("事件名称"), "text", 100, case + "name"),
        n.must(mark("发生日期"), "date", 0, case + "happened_on"),
        n.must(mark("发生地点"), "text", 100, case + "place"),
        n.code(mark("事件规模"), 2, "event_scale", case + "scale", required=True),
        n.code(
            mark("事件类别"), 4, "dispute_kind", case + "dispute_kind", required=True
        ),
        n.must(mark("涉及人数"), "number", 0, case + "people_count"),
        n.must(mark("事件简述"), "text", 4000, case + "summary"),
        n.item(mark("涉及单位"), "text", 100, case + "units"),
        *_main_party(n),
        n.must(mark("化解时限"), "date", 0, case + "deadline"),
        n.code(
            mark("化解方式"),
            4,
            "resolution_way",
            case + "resolution_way",
            required=True,
        ),
        n.must(mark("化解组织"), "text", 100, case + "organisation"),
        n.must(mark("化解责任人姓名"), "text", 50, case + "responsible"),
        n.must(mark("化解责任人联系方式"), "text", 50, case + "responsible_phones"),
        n.must(mark("化解是否成功"), "yes_no", 1, case + "succeeded"),
        n.must(mark("化解情况"), "text", 4000, case + "outcome"),
        n.item(mark("考评日期"), "date", 0, case + "appraised_on"),
        n.item(mark("考评意见"), "text", 4000, case + "appraisal"),
        n.item(mark("经度"), "number", 0, case + "longitude"),
        n.item(mark("纬度"), "number", 0, case + "latitude"),
    )


def _is_migrant(resident: Values) -> bool:
    return resident["resident_kind"] == "migrant"


TABLES: tuple[Table, ...] = (
    Table(
        12,
        mark("户籍人口"),
        Resident,
        _registered(),
        lambda one: not _is_migrant(one),
    ),
    Table(13, mark("流动人口"), Resident, _migrant(), _is_migrant),
    Table(
        14,
        mark("留守人员"),
        Resident,
        _left_behind(),
        lambda one: one["left_behind_kind"] is not None,
    ),
    Table(
        16,
        mark("出租房"),
        Dwelling,
        _rented(),
        lambda one: one["tenure"] == "rent" or one["rent_use"] is not None,
    ),
    Table(30, mark("矛盾纠纷排查化解"), Dispute, _dispute(), lambda _: True),
)


def tables_for(model: type[Record]) -> tuple[Table, ...]:
    """The tables that records of this type may belong to."""
    return tuple(one for one in TABLES if one.model is model)
