"""电话问候单: the people to call, one line each, with room for what they said.

It is masked like every paper, and a list to call from needs the numbers: it says on
itself how they are printed whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from gridapp.language import tr
from gridapp.models.free_text import masked
from gridapp.models.kinds import PHONES
from gridapp.office.paper.document import Document
from gridapp.office.paper.flow import Block, split
from gridapp.office.paper.paper import TEXT_WIDTH, Cell, Row, label
from gridapp.office.paper.target import Target
from gridapp.office.sheets.checked import Paper, print_checked
from gridapp.office.sheets.form_rows import signatures
from gridapp.office.sheets.sheet import Options
from gridapp.office.sheets.visit_sheet import VisitSheet, boxes
from gridapp.work.purpose import in_full

TITLE = tr("电话问候单")
NUMBER, NAME, PLACE, PHONE, RESULT = 11.0, 22.0, 33.0, 36.0, 36.5
SAID = TEXT_WIDTH - NUMBER - NAME - PLACE - PHONE - RESULT
ROW = 17.0
SIZE, SMALL, BIG = 9.5, 8.5, 12.0  # points; a number to dial is read at arm's length
NUMBERS = 2  # of one person; further ones are in the file


def call_list(
    people: Sequence[VisitSheet],
    out: Target,
    options: Options,
    record_id: UUID | None = None,
) -> int:
    """Write the PDF of one list of these people in their order; return its pages.

    `record_id` is the grid they live in, in the QR code. Raises as `Sheet.draw` does.
    """
    unmasked = in_full(options["signature"])
    papers = [_paper(people, record_id, unmasked=unmasked)] if people else []
    return print_checked(papers, out, options, tr("没有要打印的人，请先选人。"))


def _paper(
    people: Sequence[VisitSheet], record_id: UUID | None, *, unmasked: bool
) -> Paper:
    rows = tuple(
        piece
        for number, one in enumerate(people, 1)
        for piece in split(_line(number, one, unmasked=unmasked))
    )
    first = people[0]
    document = Document(
        title=TITLE,
        line=tr(
            "{grid}\u3000\u3000网格员：{worker}\u3000\u3000{day:%Y年%m月%d日}"
            "\u3000\u3000共 {count} 人",
            grid=first.grid,
            worker=first.worker,
            day=first.day,
            count=len(people),
        ),
        grid=first.grid,
        blocks=(Block(rows, head=(_titles(),)), *_end(unmasked=unmasked)),
        record_id=record_id,
    )
    return Paper(document, TITLE)


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
    age = tr(" {age} 岁", age=person.age) if person.age is not None else ""
    place = "\n".join(filter(None, (person.door, tr("、").join(person.tags))))
    result = tr("{boxes}\n再打 ＿＿:＿＿", boxes=boxes("call_result"))
    ask = tr("；").join(one if unmasked else masked(one) for one in person.ask)
    if ask:
        ask = tr("要问：{ask}", ask=ask) + "\n\n"
    return Row(
        (
            Cell(str(number), NUMBER, align="center", size=SIZE),
            Cell(f"{person.name}\n{person.sex}{age}", NAME, size=SIZE),
            Cell(place, PLACE, size=SIZE),
            _phones(person, unmasked=unmasked),
            Cell(result, RESULT, size=SMALL),
            Cell(ask, SAID, size=SMALL),
        ),
        height=ROW,
    )


def _phones(person: VisitSheet, *, unmasked: bool) -> Cell:
    """Their own numbers, big; without any, those of who is called first."""
    numbers, whose = person.phones, ""
    for one in person.contacts:
        if not numbers and one.phones:
            numbers = one.phones
            whose = tr(
                "（{who}）", who=" ".join(filter(None, (one.relation, one.name)))
            )
    shown = [one if unmasked else PHONES.mask(one) for one in numbers[:NUMBERS]]
    if len(numbers) > NUMBERS:
        shown.append(tr("另有 {count} 个", count=len(numbers) - NUMBERS))
    if not numbers:
        return Cell(tr("没有登记电话，请上门"), PHONE, size=SIZE)
    text = "\n".join(filter(None, (*shown, whose)))
    return Cell(text, PHONE, size=BIG, bold=True)


def _end(*, unmasked: bool) -> list[Block]:
    """What came of it in sum, and who called."""
    texts = [
        tr(
            "接通＿＿＿人，未接＿＿＿人，其中当天再打＿＿＿人、请邻居或联系人看＿＿＿人、"
            "转上门＿＿＿人。"
        )
    ]
    if not unmasked:
        texts.append(
            tr(
                "号码中间位已隐去。要照单拨打，打印时选“写完整号码”并写明用途，会留痕；"
                "也可以在电脑上打开这个人再拨。"
            )
        )
    rows = (Row((Cell(text, TEXT_WIDTH, size=SIZE),)) for text in texts)
    return [Block(tuple(rows)), signatures(tr("打电话的人"), tr("网格长"))]
