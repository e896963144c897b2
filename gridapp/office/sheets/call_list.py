"""电话问候单: the people to call, one line each, with room for what they said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from gridapp.errors import UserError
from gridapp.models.kinds import PHONES
from gridapp.office.fonts import BOLD, require_glyphs
from gridapp.office.sheets.flow import Block, pages_of
from gridapp.office.sheets.paper import (
    LEFT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    Cell,
    Paper,
    Row,
    label,
)
from gridapp.office.sheets.visit_sheet import VisitSheet, boxes, texts_of

TITLE = "电话问候单"
TABLE_TOP, TABLE_END = 34.5, 277.0
NUMBER, NAME, PLACE, PHONE, RESULT = 11.0, 24.0, 38.0, 28.0, 36.0
SAID = TEXT_WIDTH - NUMBER - NAME - PLACE - PHONE - RESULT
ROW = 13.0
SIZE = 9.5


def call_list(
    people: Sequence[VisitSheet],
    out: Path,
    *,
    unmasked: bool = False,
    leave_blanks: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> int:
    """Write the PDF of one list of these people in their order; return its pages.

    `progress` and the errors are those of `visit_sheets`.
    """
    if not people:
        raise UserError("没有要打印的人，请先选人。")
    if not leave_blanks:
        require_glyphs(text for one in people for text in texts_of(one))
    rows = tuple(_line(i, one, unmasked=unmasked) for i, one in enumerate(people, 1))
    pages = pages_of([Block(rows, head=(_titles(),))], TABLE_TOP, TABLE_END)
    paper = Paper(TITLE)
    for number, page in enumerate(pages, 1):
        _head(paper, people[0])
        for placed in page:
            paper.table(placed.rows, placed.top)
        paper.foot(people[0].grid, number, len(pages), unmasked=unmasked)
        paper.end_page()
        if progress is not None:
            progress(number, len(pages))
    paper.save(out)
    return paper.pages


def _head(paper: Paper, first: VisitSheet) -> None:
    paper.text(PAGE_WIDTH / 2, 23, TITLE, 21, BOLD, "center")
    paper.text(LEFT, 31.5, f"{first.grid}　　网格员：{first.worker}")
    day = f"{first.day:%Y年%m月%d日}"
    paper.text(LEFT + TEXT_WIDTH, 31.5, day, align="right")


def _titles() -> Row:
    columns = (
        ("序号", NUMBER),
        ("姓名", NAME),
        ("住址和标签", PLACE),
        ("电话", PHONE),
        ("通话结果", RESULT),
        ("说了什么、要办什么", SAID),
    )
    return Row(tuple(label(*column) for column in columns))


def _line(number: int, person: VisitSheet, *, unmasked: bool) -> Row:
    numbers = person.phones
    whose = ""
    if not numbers and person.contacts:
        numbers = person.contacts[0].phones
        whose = f"\n（{person.contacts[0].relation or person.contacts[0].name}）"
    phones = [one if unmasked else PHONES.mask(one) for one in numbers]
    age = f" {person.age} 岁" if person.age is not None else ""
    place = "\n".join(filter(None, (person.door, "、".join(person.tags))))
    return Row(
        (
            Cell(str(number), NUMBER, align="center", size=SIZE),
            Cell(f"{person.name}\n{person.sex}{age}", NAME, size=SIZE),
            Cell(place, PLACE, size=SIZE, lines=3),
            Cell("\n".join(phones) + whose, PHONE, size=SIZE, lines=3),
            Cell(boxes("call_result"), RESULT, size=SIZE),
            Cell("", SAID, size=SIZE),
        ),
        height=ROW,
    )
