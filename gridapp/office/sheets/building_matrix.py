"""楼栋图 on paper: floors down, units across, and below it what is to be done.

Everything it says it says in words as well, and how urgent a door is shows in grey:
dark, grey, white, hatched. So a copy in black and white says the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Building, Grid
from gridapp.models.free_text import masked
from gridapp.models.kinds import PHONES
from gridapp.office.paper.flow import Block as Table
from gridapp.office.paper.flow import pages_of
from gridapp.office.paper.fonts import BOLD, REGULAR, drawable, require_glyphs, width
from gridapp.office.paper.paper import (
    FRAME,
    HAIR,
    LEFT,
    MM,
    RULE,
    Cell,
    Paper,
    Row,
    label,
    row_height,
)
from gridapp.office.paper.target import Target
from gridapp.office.sheets.visit_data import grid_words
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.work.buildings import Block, Door, near_due, read_block
from gridapp.work.colouring import (
    BASES,
    Basis,
    Ink,
    below_words,
    counted,
    shade_of,
    shades,
)
from gridapp.work.door_words import TAG_SIGNS, near_words, tier_name
from gridapp.work.due import Due
from gridapp.work.matrix import Matrix, arrange, door_in_building, short_door
from gridapp.work.purpose import Signature, in_full

ACROSS = 9  # cells beside each other on a page, at most
WIDE = 261.0  # mm of a landscape page between its margins
TOP, END = 37.0, 190.0
FLOOR, UNIT = 13.0, 6.5  # width and height of the headers
LOW, HIGH = 13.3, 22.0  # least and greatest height of a cell
BROADEST = 42.0
GAP = 0.8  # between two cells
GREYS: dict[Ink, float] = {"solid": 0.2, "tint": 0.86}
COLUMNS = (26.0, 34.0, 101.0, 44.0, 56.0)  # of the table of what is to be done


@dataclass(frozen=True)
class _Part:
    """What one page shows of a matrix: some rows and some columns."""

    rows: range
    columns: range


@dataclass(frozen=True)
class _Sheet:
    """A building as it is printed."""

    block: Block
    matrix: Matrix
    grid: str
    basis: Basis
    unmasked: bool


def building_matrices(
    db: Connection,
    ids: Iterable[UUID],
    day: dt.date,
    out: Target,
    *,
    basis: Basis = "status",
    signature: Signature | None = None,
    leave_blanks: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> int:
    """Write the PDF of these buildings as of `day`; return its number of pages.

    `progress(done, total)` is called after each page. Raises UserError when there is
    no building, the file cannot be written, or the fonts lack a character and
    `leave_blanks` does not leave its place to the pen.
    """
    sheets = list(_sheets(db, ids, day, basis, unmasked=in_full(signature)))
    if not sheets:
        raise UserError(tr("没有要打印的楼栋，请先选一栋。"))
    if not leave_blanks:
        require_glyphs(text for sheet in sheets for text in _texts(sheet.block))
    paper = Paper(tr("楼栋图"), signature, landscape=True)
    pages = [(sheet, draw) for sheet in sheets for draw in _pages(paper, sheet)]
    for number, (sheet, draw) in enumerate(pages, 1):
        _head(paper, sheet)
        draw()
        paper.foot(sheet.grid, number, len(pages))
        paper.end_page()
        if progress is not None:
            progress(number, len(pages))
    paper.save(out)
    return paper.pages


def _sheets(
    db: Connection,
    ids: Iterable[UUID],
    day: dt.date,
    basis: Basis,
    *,
    unmasked: bool,
) -> Iterator[_Sheet]:
    near = near_due(db, day)
    for row in records.by_id(db, Building, ids).values():
        block = read_block(db, row["id"], day, near)
        grid = records.get(db, Grid, row["grid_id"])
        if block is not None:
            words = grid_words(grid) if grid else ""
            yield _Sheet(block, arrange(block, ACROSS), words, basis, unmasked)


def _texts(block: Block) -> Iterator[tuple[str, str]]:
    """Every text a person typed, after the words that say where it stands."""
    yield tr("楼栋号"), block.name
    for door in block.doors:
        where = tr("{door}的", door=short_door(door))
        yield where + tr("房号"), door.room
        yield where + tr("姓名"), door.name
        for due in door.owed:
            yield where + tr("姓名"), due.who
            yield where + tr("事由"), due.why


def _pages(paper: Paper, sheet: _Sheet) -> list[Callable[[], object]]:
    """What draws each page of a building."""
    drawn: list[Callable[[], object]] = []
    for part in _parts(sheet.matrix):
        drawn.append(lambda part=part: _draw(paper, sheet, part))
    table = _table(sheet)
    if table is None:
        words = tr("这栋楼还没有登记房屋。")
        return drawn or [partial(paper.text, LEFT, TOP + 8, words, 11)]
    last = _parts(sheet.matrix)[-1:]
    below = TOP + UNIT + 4 + sum(_height(part) * len(part.rows) for part in last)
    needed = sum(row_height(row) for row in (*table.head, *table.rows))
    if last and below + needed <= END:
        first = drawn.pop()

        def both() -> None:
            first()
            paper.table((*table.head, *table.rows), below)

        return [*drawn, both]
    for placed in pages_of([table], TOP, END):
        drawn.append(
            lambda placed=placed: [paper.table(one.rows, one.top) for one in placed]
        )
    return drawn


def _parts(matrix: Matrix) -> list[_Part]:
    """The pages of a matrix; a unit is not split unless it is too wide for a page."""
    columns: list[range] = []
    start = 0
    for span in matrix.spans:
        if span.first + span.count - start > ACROSS and span.first > start:
            columns.append(range(start, span.first))
            start = span.first
        while span.first + span.count - start > ACROSS:
            columns.append(range(start, start + ACROSS))
            start += ACROSS
    columns.append(range(start, matrix.across))
    most = int((END - TOP - UNIT) // LOW)
    down = len(matrix.lines)
    each = -(-down // -(-down // most)) if down else most  # as many on every page
    rows = [range(at, min(at + each, down)) for at in range(0, down, each)]
    return [_Part(lines, across) for lines in rows for across in columns]


def _height(part: _Part) -> float:
    return min(max((END - TOP - UNIT) / len(part.rows), LOW), HIGH)


def _head(paper: Paper, sheet: _Sheet) -> None:
    block = sheet.block
    title = tr("{name} 楼栋图", name=block.name)
    paper.text(paper.width / 2, 17, title, 18, BOLD, "center")
    paper.code(block.id)
    words = [
        f"{block.day:%Y-%m-%d}",
        tr("{homes} 户 {people} 人", homes=block.homes, people=block.people),
        tr("着色依据：{basis}", basis=dict(BASES)[sheet.basis]),
    ]
    if block.head:
        words.append(tr("楼栋长：{name}", name=block.head))
    paper.text(LEFT, 25, "\u3000".join(words), 9.5)
    counts = counted(block.doors, sheet.basis)
    left = LEFT
    for shade in shades(sheet.basis):
        if not counts[shade.key]:
            continue
        _ground(paper, shade.ink, (left, 28.4, 7, 4.6))
        said = f"{shade.words} {counts[shade.key]}"
        paper.text(left + 8.5, 32, said, 9.5)
        left += 8.5 + width(said, REGULAR, 9.5) / MM + 7


def _ground(paper: Paper, ink: Ink, area: tuple[float, float, float, float]) -> None:
    paper.block(
        area,
        FRAME if ink in ("solid", "tint") else RULE,
        grey=GREYS.get(ink, 1.0),
        hatched=ink == "hatched",
    )


def _draw(paper: Paper, sheet: _Sheet, part: _Part) -> None:
    """Draw one page of a matrix below its head."""
    matrix = sheet.matrix
    wide = min((WIDE - FLOOR) / max(len(part.columns), 1), BROADEST)
    high = _height(part)
    for span in matrix.spans:
        shown = range(
            max(span.first, part.columns.start),
            min(span.first + span.count, part.columns.stop),
        )
        if shown:
            left = LEFT + FLOOR + (shown.start - part.columns.start) * wide
            area = (left + GAP, TOP, wide * len(shown) - 2 * GAP, UNIT - 1)
            paper.block(area, HAIR, grey=0.94)
            middle = left + wide * len(shown) / 2
            paper.text(middle, TOP + 4, span.words, 9.5, BOLD, "center")
    for at, row in enumerate(part.rows):
        line = matrix.lines[row]
        top = TOP + UNIT + at * high
        paper.text(LEFT, top + high / 2 + 1.2, line.words, 9.5, BOLD)
        for column in part.columns:
            left = LEFT + FLOOR + (column - part.columns.start) * wide
            area = (left + GAP, top + GAP, wide - 2 * GAP, high - 2 * GAP)
            door = line.doors[column]
            missing = matrix.missing(row, column)
            if door is not None:
                _cell(paper, sheet, door, area, whole=line.floor is None)
            elif missing:
                paper.block(area, HAIR, dotted=True)
                paper.text(area[0] + 1.5, area[1] + 4, missing.split("-")[-1], 8)


def _cell(
    paper: Paper,
    sheet: _Sheet,
    door: Door,
    area: tuple[float, float, float, float],
    *,
    whole: bool,
) -> None:
    shade = shade_of(door, sheet.basis)
    _ground(paper, shade.ink, area)
    if shade.ink == "solid":
        with paper.white():
            _words(paper, sheet, door, area, whole=whole)
    else:
        _words(paper, sheet, door, area, whole=whole)


def _words(
    paper: Paper,
    sheet: _Sheet,
    door: Door,
    area: tuple[float, float, float, float],
    *,
    whole: bool,
) -> None:
    x, y, wide, high = area
    left, right = x + 1.5, x + wide - 1.3
    shade = shade_of(door, sheet.basis)
    heavy = shade.ink in ("solid", "tint")
    signs = " ".join(TAG_SIGNS[tag] for tag in door.tags[:3])
    tight = high < 13
    big, body, small = (9.5, 8.5, 8.0) if tight else (10.5, 9.0, 8.5)
    first = 3.6 if tight else 4.0
    third = high - 1.3
    second = (first + third) / 2 + 0.2
    room = short_door(door) if whole else door.room
    _fit(paper, (left, y + first), room, body, right - left, BOLD)
    taken = width(drawable(room), BOLD, body) / MM + 2
    if width(signs, REGULAR, small) / MM <= right - left - taken:
        paper.text(right, y + first, signs, small, REGULAR, "right")
    below = below_words(door, sheet.basis)
    name = door.name or below
    weight = BOLD if heavy else REGULAR
    _fit(paper, (left, y + second), name, big, right - left, weight)
    if not door.name:
        return
    tier = tier_name(door.tier) if door.tier and sheet.basis == "status" else ""
    if heavy and shade.words not in below:
        below = f"{shade.words} {below}"
    spare = right - left - width(tier, REGULAR, small) / MM - (1 if tier else 0)
    _fit(paper, (left, y + third), below, small, spare, REGULAR)
    paper.text(right, y + third, tier, small, REGULAR, "right")


def _fit(
    paper: Paper,
    place: tuple[float, float],
    words: str,
    size: float,
    room: float,
    name: str,
) -> None:
    """Write words, smaller where they are too long, at last cut with a mark."""
    shown = drawable(words)
    while size > 7 and width(shown, name, size) / MM > room:
        size -= 0.5
    if width(shown, name, size) / MM > room:
        while shown and width(shown + "…", name, size) / MM > room:
            shown = shown[:-1]
        shown += "…"
    paper.text(*place, shown, size, name)


def _table(sheet: _Sheet) -> Table | None:
    """What is late or due soon in the building, the latest first; None for nothing."""
    found = [(door, due) for door in sheet.block.doors for due in door.owed]
    found.sort(key=lambda one: one[1].due)
    common = [(None, due) for due in sheet.block.issues]
    rows = tuple(_line(sheet, door, due) for door, due in (*found, *common))
    if not rows:
        return None
    titles = (tr("门牌"), tr("谁"), tr("为什么"), tr("到期"), tr("联系电话"))
    head = Row(tuple(map(label, titles, COLUMNS)))
    return Table(rows, head=(head,))


def _line(sheet: _Sheet, door: Door | None, due: Due) -> Row:
    where = door_in_building(sheet.block, door) if door else due.where
    age = tr("{age} 岁", age=due.age) if due.age is not None else ""
    why = due.why if sheet.unmasked else masked(due.why)
    texts = (
        where,
        f"{due.who} {age}".strip(),
        why,
        near_words(due, sheet.block.day),
        "\n".join(_phones(sheet, door, due)),
    )
    cells = zip(texts, COLUMNS, strict=True)
    return Row(tuple(Cell(text, wide, size=9.5, lines=3) for text, wide in cells))


def _phones(sheet: _Sheet, door: Door | None, due: Due) -> Sequence[str]:
    """The numbers of somebody, else of who is called for them."""
    homes = door.homes if door else ()
    for member in (one for home in homes for one in home.members):
        if member.id == due.resident_id:
            numbers = member.stop.resident["phones"] or ()
            whose = ""
            if not numbers and member.stop.contacts:
                contact = member.stop.contacts[0]
                numbers = contact["phones"] or ()
                relation = contact["relation"] or contact["name"]
                whose = tr("（{relation}）", relation=relation)
            shown = numbers if sheet.unmasked else map(PHONES.mask, numbers)
            return [number + whose for number in shown]
    return []
