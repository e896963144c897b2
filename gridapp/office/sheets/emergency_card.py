"""网格应急卡: on two pages at most, who is to be fetched first, and by whom.

It hangs by the door of the grid's room and lies in a worker's bag. What the records do
not know is a line to write on. Whoever does not fit is counted, building by building:
the card of a building names everybody in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Building, Grid
from gridapp.models.kinds import PHONES
from gridapp.models.record import Values
from gridapp.office.paper.document import END, TOP, Document
from gridapp.office.paper.flow import Block, pages_of
from gridapp.office.paper.paper import TEXT_WIDTH, Cell, Row, row_height
from gridapp.office.paper.target import Target
from gridapp.office.sheets.checked import Paper, print_checked
from gridapp.office.sheets.form_rows import heading, signatures
from gridapp.office.sheets.sheet import Order
from gridapp.office.sheets.visit_data import grid_words
from gridapp.store import records, state
from gridapp.store.database import Connection
from gridapp.store.search_rows import door_text
from gridapp.work.buildings import building_name
from gridapp.work.emergency import (
    HELP_SIGNS,
    HELP_WORDS,
    HELPS,
    VALID_FOR,
    EmergencyPlan,
    House,
    Weak,
    read_plan,
)
from gridapp.work.matrix import in_unit

PAGES = 2  # one sheet of paper, printed on both sides
SIZE = 8.5
LINE = 5.4  # height of a row, mm
BY_HAND = 7.4  # of a row to write on
DOOR, SIGN, NAME, NEEDS, OUT = 20.0, 12.0, 25.0, 31.0, 12.0
HELPERS = TEXT_WIDTH - DOOR - SIGN - NAME - NEEDS - OUT
LABEL = 21.0
GAP = tr("＿＿＿＿")
CALLS = tr(
    "火警 119\u3000报警 110\u3000急救 120\u3000政务 12345\u3000供电 95598\u3000"
    "燃气{gap}\u3000供水{gap}\u3000物业{gap}",
    gap=GAP,
)
SPARE = 5  # lines of a building's card for who is not on record


def emergency_cards(db: Connection, order: Order, out: Target) -> int:
    """Write the card of this grid, or one of each grid or building chosen; the pages.

    Raises as `Sheet.draw` does.
    """
    papers: list[Paper] = []
    for grid_id, buildings in _wanted(db, order.ids):
        plan = read_plan(db, grid_id, order.day, buildings)
        if plan is None:
            continue
        if not buildings:
            papers.append(_paper(plan, None, unmasked=order.unmasked))
        papers += [
            _paper(plan, house, unmasked=order.unmasked)
            for house in plan.houses
            if buildings
        ]
    nothing = tr("还没有网格，做不了应急卡。请先建立网格，再来打印。")
    return print_checked(papers, out, order.options, nothing)


def _wanted(db: Connection, ids: Sequence[UUID]) -> list[tuple[UUID, tuple[UUID, ...]]]:
    """The grids, each with the buildings that are chosen in it; none: the whole."""
    if not ids:
        mine = state.default_grid(db)
        return [(mine, ())] if mine else []
    found: dict[UUID, list[UUID]] = {key: [] for key in records.by_id(db, Grid, ids)}
    for key, row in records.by_id(db, Building, ids).items():
        found.setdefault(row["grid_id"], []).append(key)
    return [(grid, tuple(some)) for grid, some in found.items()]


def _paper(plan: EmergencyPlan, house: House | None, *, unmasked: bool) -> Paper:
    grid = grid_words(plan.grid)
    name = _house_name(house.values) if house else grid
    people = house.weak if house else _everybody(plan)
    valid = plan.day + dt.timedelta(days=VALID_FOR)
    document = Document(
        title=tr("{name}应急卡", name=name if house else plan.grid["name"]),
        line=tr(
            "{grid}\u3000\u3000制卡 {day:%Y-%m-%d}\u3000\u3000有效到 {valid:%Y-%m-%d}"
            "，人员有变动随时重打",
            grid=grid,
            day=plan.day,
            valid=valid,
        ),
        grid=grid,
        blocks=_fitting(plan, house, people, unmasked=unmasked),
        record_id=house.values["id"] if house else plan.grid["id"],
    )
    return Paper(document, tr("{name}应急卡", name=name))


def _house_name(building: Values) -> str:
    name = building_name(building["number"])
    return f"{building['estate']} {name}" if building["estate"] else name


def _everybody(plan: EmergencyPlan) -> tuple[Weak, ...]:
    weak = (one for house in plan.houses for one in house.weak)
    return (*weak, *plan.elsewhere)


def _fitting(
    plan: EmergencyPlan, house: House | None, people: Sequence[Weak], *, unmasked: bool
) -> tuple[Block, ...]:
    """The blocks with as many people as fit: who is carried first, then the oldest."""
    rows = {one.id: _row(one, house, unmasked=unmasked) for one in people}
    weakest = sorted(people, key=lambda one: (HELPS.index(one.help), -(one.age or 0)))
    facts = _facts(plan, house, unmasked=unmasked)
    room = PAGES * (END - TOP) - sum(
        row_height(row) for block in facts for row in block.rows
    )
    shown = 0
    for one in weakest:
        room -= row_height(rows[one.id])
        if room < 0:
            break
        shown += 1
    while True:
        kept = {one.id for one in weakest[:shown]}
        table, end = _table(people, rows, kept), _end(people, kept, house)
        blocks = (*facts, *table, *end, *_closing(unmasked=unmasked))
        if shown == 0 or len(pages_of(blocks, TOP, END)) <= PAGES:
            return blocks
        shown -= 1


def _facts(
    plan: EmergencyPlan, house: House | None, *, unmasked: bool
) -> tuple[Block, ...]:
    """Who leads, where to gather, what to shut, whom to ring."""
    third = TEXT_WIDTH / 3 - LABEL

    def line(*pairs: tuple[str, str]) -> Row:
        cells: list[Cell] = []
        for name, text in pairs:
            cells += [_label(name, LABEL), Cell(text, third, size=SIZE + 0.5)]
        return Row(tuple(cells), height=BY_HAND)

    def phone(name: str | None, numbers: Sequence[str] | None) -> str:
        told = _phones(numbers or (), unmasked=unmasked)
        return " ".join(filter(None, (name, told))) or ""

    grid = plan.grid
    workers = [one for one in plan.workers if one["role"] == "worker"]
    worker = workers[0] if workers else Values()
    first = (
        (
            tr("楼栋长"),
            phone(house.values["head_name"], house.values["head_phones"]),
        )
        if house
        else (tr("监督电话"), phone("", grid["supervision_phones"]))
    )
    rows = [
        line(
            (tr("网格长"), phone(grid["leader_name"], grid["leader_phones"])),
            (tr("网格员"), phone(worker.get("name"), worker.get("phones"))),
            first,
        ),
        line((tr("集合点"), ""), (tr("备用集合点"), ""), (tr("应急物资"), "")),
        line((tr("燃气总阀"), ""), (tr("水总阀"), ""), (tr("电总闸"), "")),
        _across(tr("拨打电话"), CALLS),
    ]
    if house:
        rows.insert(0, _building(house))
    return (Block(tuple(rows)),)


def _building(house: House) -> Row:
    told = house.values
    lift = {True: tr("有电梯（火灾时不要乘）"), False: tr("没有电梯")}
    words = [
        tr("{count} 层", count=told["floors"]) if told["floors"] else "",
        tr("{count} 个单元", count=told["units"]) if told["units"] else "",
        lift.get(told["has_lift"], ""),
        tr("住 {count} 人", count=house.people),
        told["address"] or "",
    ]
    return _across(tr("本楼"), tr("，").join(filter(None, words)))


def _label(text: str, width: float) -> Cell:
    return Cell(text, width, head=True, align="center", size=SIZE)


def _across(name: str, text: str) -> Row:
    cells = (_label(name, LABEL), Cell(text, TEXT_WIDTH - LABEL, size=SIZE + 0.5))
    return Row(cells, height=BY_HAND)


def _table(
    people: Sequence[Weak], rows: dict[UUID, Row], kept: set[UUID]
) -> tuple[Block, ...]:
    """The people in walking order."""
    if not kept:
        text = tr("档案里没有登记需要帮助撤离的人；知道的请写在这里：")
        empty = Row((Cell(text, TEXT_WIDTH, size=SIZE + 0.5),), height=24)
        return (Block((empty,)),)
    counts = tr("\u3000").join(
        tr(
            "“{sign}”{words} {count} 人",
            sign=HELP_SIGNS[one],
            words=HELP_WORDS[one],
            count=sum(person.help == one for person in people),
        )
        for one in HELPS
    )
    titles = (
        (tr("门牌"), DOOR),
        ("", SIGN),
        (tr("姓名、年龄"), NAME),
        (tr("要知道的"), NEEDS),
        (tr("谁来帮，电话"), HELPERS),
        (tr("撤离"), OUT),
    )
    head = (
        heading(tr("先抬、再领、后叫：{counts}", counts=counts)),
        Row(tuple(_label(*one) for one in titles), height=LINE),
    )
    return (Block(tuple(rows[one.id] for one in people if one.id in kept), head),)


def _spare() -> Block:
    """Lines for people of a building who are not on record."""
    widths = (DOOR, SIGN, NAME, NEEDS, HELPERS, OUT)
    empty = Row(tuple(Cell("", width) for width in widths), height=BY_HAND)
    return Block((empty,) * SPARE, (heading(tr("档案里没有、要补写的人")),))


def _row(person: Weak, house: House | None, *, unmasked: bool) -> Row:
    age = tr(" {age} 岁", age=person.age) if person.age is not None else ""
    needs = tr("、").join(person.needs)
    if person.away:
        needs = tr("（外出）{needs}", needs=needs)
    helpers = [
        " ".join(
            filter(
                None,
                (
                    one["relation"] or "",
                    one["name"],
                    _phones(one["phones"] or (), unmasked=unmasked),
                ),
            )
        )
        for one in person.helpers
    ]
    own = _phones(person.phones[:1], unmasked=unmasked)
    if own:
        helpers.append(tr("本人 {phone}", phone=own))
    if house:
        helpers.append(tr("邻里{gap}\u3000钥匙{gap}", gap=GAP * 2))
    elif not person.helpers:
        helpers.append(_head(person, unmasked=unmasked))
    return Row(
        (
            Cell(_door(person, house), DOOR, size=SIZE, bold=True, lines=3),
            Cell(HELP_SIGNS[person.help], SIGN, size=SIZE, bold=True, align="center"),
            Cell(person.name + age, NAME, size=SIZE),
            Cell(needs, NEEDS, size=SIZE),
            Cell(("\n" if house else tr("；")).join(helpers), HELPERS, size=SIZE),
            Cell("□", OUT, size=SIZE, align="center"),
        ),
        height=LINE,
    )


def _head(person: Weak, *, unmasked: bool) -> str:
    """The head of the building, who helps when no contact is known; else a gap."""
    building = person.place.building
    if building is None or not building["head_name"]:
        return tr("邻里{gap}", gap=GAP)
    numbers = _phones(building["head_phones"] or (), unmasked=unmasked)
    return " ".join(filter(None, (tr("楼栋长"), building["head_name"], numbers)))


def _door(person: Weak, house: House | None) -> str:
    home, building = person.place.dwelling, person.place.building
    if home is None or building is None:
        return person.place.address or tr("住处没有登记")
    if house:
        return in_unit(home["unit"], home["room"])
    door = door_text(building["number"], home["unit"], home["room"])
    return f"{building['estate'] or ''} {door}".strip()


def _end(
    people: Sequence[Weak], kept: set[UUID], house: House | None
) -> tuple[Block, ...]:
    """Room for people who are not on record, and who did not fit."""
    spare = (_spare(),) if house else ()
    left = [one for one in people if one.id not in kept]
    if not left:
        return spare
    counts: dict[str, int] = {}
    for one in left:
        lived = one.place.building
        name = _house_name(lived) if lived else tr("没有门牌")
        counts[name] = counts.get(name, 0) + 1
    told = tr("、").join(
        tr("{name} {count} 人", name=name, count=count)
        for name, count in counts.items()
    )
    text = tr(
        "本卡写不下的还有 {count} 人，名单在各楼栋应急卡上：{told}",
        count=len(left),
        told=told,
    )
    return (*spare, Block((Row((Cell(text, TEXT_WIDTH, size=SIZE),)),)))


def _closing(*, unmasked: bool) -> tuple[Block, ...]:
    """What to know of the telephone numbers, and who answers for the card."""
    signed = signatures(tr("制卡人"), tr("网格长"), tr("社区核对"))
    if unmasked:
        return (signed,)
    text = tr(
        "电话中间位已隐去。真要照着打电话的卡，打印时选“写完整号码”并写明用途，"
        "会留痕；用完收回。"
    )
    return (Block((Row((Cell(text, TEXT_WIDTH, size=SIZE),)),)), signed)


def _phones(numbers: Sequence[str], *, unmasked: bool) -> str:
    text = tr("、").join(numbers)
    return text if unmasked or not text else PHONES.mask(text)
