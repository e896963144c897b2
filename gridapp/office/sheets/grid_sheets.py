"""The sheets of a grid's daily work: each with what it is for, drawn when wanted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gridapp.language import tr
from gridapp.models import (
    Building,
    Dispute,
    Grid,
    Household,
    Issue,
    Patrol,
    Resident,
    Visit,
)
from gridapp.models.record import Record
from gridapp.office.paper.target import Target
from gridapp.office.sheets.sheet import Order, Sheet
from gridapp.store import state
from gridapp.store.database import Connection


def _visit_sheets(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.visit_data import streamed
    from gridapp.office.sheets.visit_sheet import visit_sheets

    total, sheets = streamed(db, order.ids, order.day)
    return visit_sheets(sheets, out, total=total, **order.options)


def _visit_blanks(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.visit_data import here, worker_name
    from gridapp.office.sheets.visit_sheet import blank_sheets

    return blank_sheets(
        here(db),
        worker_name(db),
        order.copies,
        out,
        leave_blanks=order.leave_blanks,
        progress=order.progress,
    )


def _call_list(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.call_list import call_list
    from gridapp.office.sheets.visit_data import from_records

    people = from_records(db, order.ids, order.day)
    return call_list(people, out, order.options, state.default_grid(db))


def _building_matrices(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.building_matrix import building_matrices

    return building_matrices(db, order.ids, order.day, out, **order.options)


def _care_matrices(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.building_matrix import building_matrices

    return building_matrices(
        db, order.ids, order.day, out, basis="care", **order.options
    )


def _emergency_cards(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.emergency_card import emergency_cards

    return emergency_cards(db, order, out)


def _resident_cards(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.resident_card import resident_cards

    return resident_cards(db, order, out)


def _household_cards(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.household_card import household_cards

    return household_cards(db, order, out)


def _patrol_logs(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.patrol_log import patrol_logs

    return patrol_logs(db, order, out)


def _issue_slips(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.issue_slip import issue_slips

    return issue_slips(db, order, out)


def _month_sheets(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.month_sheet import month_sheets

    return month_sheets(db, order, out)


def _month_book(db: Connection, order: Order, out: Path) -> int:
    from gridapp.office.exporting.month_book import month_book

    grid = order.ids[0] if order.ids else state.default_grid(db)
    return month_book(db, grid, order.day, out)


def _card(model: type[Record], title: str, about: str) -> tuple[str, Sheet]:
    """The sheet that shows one type of record as it is."""

    def draw(db: Connection, order: Order, out: Target) -> int:
        from gridapp.office.sheets.record_card import record_cards
        from gridapp.office.sheets.record_data import from_records

        cards = from_records(db, model, order.ids, title, unmasked=order.unmasked)
        return record_cards(cards, out, **order.options)

    name = f"{model.__tablename__}-card"
    return name, Sheet(title, about, model, draw, "record")


GRID_SHEETS: Mapping[str, Sheet] = {
    "visit-sheet": Sheet(
        tr("入户走访单"),
        tr("一人一页，已知情况印好，下半页到户填写"),
        Resident,
        _visit_sheets,
        "residents",
        due="visit",
    ),
    "visit-blank": Sheet(
        tr("空白走访单"),
        tr("还没有建档的人用，栏目和走访单一样，全部手写"),
        Resident,
        _visit_blanks,
        "copies",
    ),
    "call-list": Sheet(
        tr("电话问候单"),
        tr("要打电话的人一人一行，边打边记"),
        Resident,
        _call_list,
        "residents",
        due="call",
        phones=True,
    ),
    "emergency-card": Sheet(
        tr("网格应急卡"),
        tr("一张纸：谁要先抬先领、谁来帮、往哪里集合"),
        Building,
        _emergency_cards,
        "grid",
        phones=True,
    ),
    "patrol-log": Sheet(
        tr("巡查日志"),
        tr("一天或一周的巡查：看了哪里、发现什么、办到哪一步"),
        Patrol,
        _patrol_logs,
        "day",
        photos=True,
    ),
    "issue-slip": Sheet(
        tr("问题处置单"),
        tr("一张工单：问题、处置、签字和每一步留痕"),
        Issue,
        _issue_slips,
        "record",
        photos=True,
    ),
    "month-ledger": Sheet(
        tr("月度台账"),
        tr("一个月的探访、问题、调解、巡查，每个数写明怎么数"),
        Grid,
        _month_sheets,
        "month",
        table=_month_book,
    ),
    "building-matrix": Sheet(
        tr("楼栋图"),
        tr("一栋楼一张图，哪一户要先去一眼看清"),
        Building,
        _building_matrices,
        "building",
    ),
    "building-matrix-care": Sheet(
        tr("楼栋图（按关爱等级）"),
        tr("同一张楼栋图，改按关爱等级着色"),
        Building,
        _care_matrices,
        "building",
    ),
    "resident-card": Sheet(
        tr("居民登记表"),
        tr("一人一档，按国标顺序，空着的到户补写"),
        Resident,
        _resident_cards,
        "record",
    ),
    "household-card": Sheet(
        tr("家庭户登记表"),
        tr("一户一档：房屋、家里有谁、找谁"),
        Household,
        _household_cards,
        "record",
    ),
    **dict(
        (
            _card(Visit, tr("走访记录"), tr("一次走访或电话的完整记录")),
            _card(Dispute, tr("矛盾纠纷登记表"), tr("一件纠纷的登记内容")),
        )
    ),
}
