"""电话问候单: the people to call, one line each, with room for what they said."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import PHONES
from gridapp.office.fonts import require_glyphs
from gridapp.office.sheets.document import Document, print_documents
from gridapp.office.sheets.flow import Block
from gridapp.office.sheets.paper import (
    TEXT_WIDTH,
    Cell,
    Row,
    label,
)
from gridapp.office.sheets.target import Target
from gridapp.office.sheets.visit_sheet import VisitSheet, boxes, texts_of

TITLE = tr("电话问候单")
NUMBER, NAME, PLACE, PHONE, RESULT = 11.0, 22.0, 46.0, 27.0, 30.0
SAID = TEXT_WIDTH - NUMBER - NAME - PLACE - PHONE - RESULT
ROW = 14.0
SIZE = 9.5


def call_list(
    people: Sequence[VisitSheet],
    out: Target,
    *,
    unmasked: bool = False,
    leave_blanks: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> int:
    """Write the PDF of one list of these people in their order; return its pages.

    `progress` and the errors are those of `visit_sheets`.
    """
    if not people:
        raise UserError(tr("没有要打印的人，请先选人。"))
    if not leave_blanks:
        require_glyphs(text for one in people for text in texts_of(one))
    rows = tuple(_line(i, one, unmasked=unmasked) for i, one in enumerate(people, 1))
    first = people[0]
    document = Document(
        title=TITLE,
        line=tr(
            "{grid}\u3000\u3000网格员：{worker}\u3000\u3000{day:%Y年%m月%d日}",
            grid=first.grid,
            worker=first.worker,
            day=first.day,
        ),
        grid=first.grid,
        blocks=(Block(rows, head=(_titles(),)),),
    )
    return print_documents([document], out, unmasked=unmasked, progress=progress)


def _titles() -> Row:
    columns = (
        (tr("序号"), NUMBER),
        (tr("姓名"), NAME),
        (tr("住址和标签"), PLACE),
        (tr("电话"), PHONE),
        (tr("通话结果"), RESULT),
        (tr("说了什么、要办什么"), SAID),
    )
    return Row(tuple(label(*column) for column in columns))


def _line(number: int, person: VisitSheet, *, unmasked: bool) -> Row:
    numbers = person.phones
    whose = ""
    if not numbers and person.contacts:
        numbers = person.contacts[0].phones
        whose = tr(
            "\n（{relation}）",
            relation=person.contacts[0].relation or person.contacts[0].name,
        )
    phones = [one if unmasked else PHONES.mask(one) for one in numbers]
    age = tr(" {age} 岁", age=person.age) if person.age is not None else ""
    place = "\n".join(filter(None, (person.door, tr("、").join(person.tags))))
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
