"""入户走访单: one A4 page a person, filled in at the top, to write on below.

What is looked at follows the ten-ministry opinion on visiting elders in special
difficulty (2022-10); blocks, items and choices are those of the visit record, so a
page typed in afterwards fits the form line by line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import codes
from gridapp.models.care import Visit
from gridapp.models.free_text import masked
from gridapp.models.kinds import ID_NUMBER, PHONES
from gridapp.models.record import fields_of
from gridapp.office.paper.fonts import (
    BOLD,
    missing_glyphs,
    require_glyphs,
)
from gridapp.office.paper.paper import (
    CODE_SIDE,
    HAIR,
    LEFT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    Cell,
    Paper,
    Row,
    cell_lines,
    label,
)
from gridapp.office.paper.target import Target
from gridapp.work.purpose import Signature, in_full

TITLE, BLANK_TITLE = tr("入户走访单"), tr("入户走访单（空白）")
DAY = tr("%Y年%m月%d日")
LABEL, SHORT = 22.0, 20.0  # widths of the label columns, mm
WIDE, NARROW = 78.0, 54.0  # of the values beside them
WHOLE = TEXT_WIDTH - LABEL
LOOK, STATE = 100.0, WHOLE - 100.0
TABLE_TOP, TABLE_END, SIGN_AT = 34.5, 263.5, 270.5
ASK_LINES = 3
BY_HAND = 8.6  # height of a row that is filled in by hand, mm
MODES = ("home", "doorstep", "met_outside", "phone")
STATES = ("0", "1", "2")  # 正常 关注 异常; 未查看 is a line left empty


@dataclass(frozen=True)
class SheetContact:
    """An emergency contact as printed."""

    name: str
    relation: str
    phones: tuple[str, ...]


@dataclass(frozen=True)
class VisitSheet:
    """What one page says, unmasked; printing masks it unless told otherwise."""

    record_id: UUID  # the resident, in the QR code
    grid: str  # such as 和美社区 第3网格
    worker: str
    day: dt.date  # of the visit
    name: str
    sex: str
    age: int | None
    door: str
    tags: tuple[str, ...]
    colour: str
    phones: tuple[str, ...]
    id_number: str
    contacts: tuple[SheetContact, ...]
    plan: str
    last_visit: str
    ask: tuple[str, ...]


def visit_sheets(
    sheets: Iterable[VisitSheet],
    out: Target,
    *,
    total: int | None = None,
    signature: Signature | None = None,
    leave_blanks: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> int:
    """Write the PDF of these sheets in their order; return its number of pages.

    With `total`, how many there are, they are drawn as they come, so that thousands
    need no more memory than a few. `progress(done, total)` is called after each page;
    raising in it stops the print and leaves no file. Raises UserError when there is
    nobody to print, when the file cannot be written, and, without `leave_blanks`, when
    the fonts lack a character.
    """
    if total is None:
        sheets = tuple(sheets)
        total = len(sheets)
    if not total:
        raise UserError(tr("没有要打印的人，请先选人。"))
    paper, unmasked = Paper(TITLE, signature), in_full(signature)
    missing: list[tuple[str, str]] = []
    for number, sheet in enumerate(sheets, 1):
        if not leave_blanks:
            lacking = missing_glyphs(texts_of(sheet))
            missing += [(one.where, one.char) for one in lacking]
        _page(paper, sheet, unmasked=unmasked)
        paper.foot(sheet.grid, number, total)
        paper.end_page()
        if progress is not None:
            progress(number, total)
    require_glyphs(missing)
    paper.save(out)
    return paper.pages


def blank_sheets(
    grid: str,
    worker: str,
    copies: int,
    out: Target,
    *,
    leave_blanks: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> int:
    """Write so many sheets of nobody, to be filled in by hand; return the pages.

    For people who have no record yet. It has the places of the pre-filled sheet in
    their order, so that it is typed in by the same form. Errors as above.
    """
    if copies < 1:
        raise UserError(tr("请写明要几张空白走访单。"))
    if not leave_blanks:
        require_glyphs([(tr("网格名称"), grid), (tr("网格员姓名"), worker)])
    paper = Paper(BLANK_TITLE)
    for number in range(1, copies + 1):
        paper.repeated("blank", lambda: _blank_page(paper, grid, worker))
        paper.foot(grid, number, copies, private=False)
        paper.end_page()
        if progress is not None:
            progress(number, copies)
    paper.save(out)
    return paper.pages


def texts_of(sheet: VisitSheet) -> Iterator[tuple[str, str]]:
    """Every text a person typed, with the words that say where it stands."""
    whose = tr("{name}的", name=sheet.name)
    yield whose + tr("姓名"), sheet.name
    yield whose + tr("住址"), sheet.door
    yield whose + tr("标签"), tr("、").join(sheet.tags)
    for contact in sheet.contacts:
        yield whose + tr("紧急联系人"), contact.name + contact.relation
    yield whose + tr("走访安排"), sheet.plan
    yield whose + tr("上次情况"), sheet.last_visit
    yield whose + tr("这次要问"), "".join(sheet.ask)
    yield tr("网格名称"), sheet.grid
    yield tr("网格员姓名"), sheet.worker


def boxes(key: str, chosen: Sequence[str] = ()) -> str:
    """A box to tick for each code of a table, or for the chosen ones."""
    table = codes.table(key)
    return "  ".join(f"□{table.name(code)}" for code in chosen or table.codes)


def _page(paper: Paper, sheet: VisitSheet, *, unmasked: bool) -> None:
    _head(paper, TITLE, sheet.grid, sheet.worker, f"{sheet.day:{DAY}}")
    paper.code(sheet.record_id)
    end = paper.table(_known(sheet, unmasked=unmasked), TABLE_TOP)
    # Two people whose known part is as high share all that is below it.
    paper.repeated(f"below-{end:.2f}", lambda: _below(paper, end))


def _blank_page(paper: Paper, grid: str, worker: str) -> None:
    _head(paper, BLANK_TITLE, grid, worker, tr("＿＿＿＿年＿＿月＿＿日"))
    _below(paper, paper.table(_unknown(), TABLE_TOP))


def _head(paper: Paper, title: str, grid: str, worker: str, day: str) -> None:
    paper.text(PAGE_WIDTH / 2, 23, title, 21, BOLD, "center")
    head = tr(
        "{grid}\u3000\u3000网格员：{worker}\u3000\u3000走访日期：{day}",
        grid=grid,
        worker=worker,
        day=day,
    )
    paper.fitted(LEFT, 31.5, head, TEXT_WIDTH - CODE_SIDE - 3)


def _below(paper: Paper, top: float) -> None:
    """Draw what is written by hand, the same on every sheet."""
    rows = [*_meeting(), *_checks(), *_after()]
    paper.table(rows, top + 2.5, fill_to=TABLE_END)
    paper.text(LEFT, SIGN_AT, tr("被访人或家属签名："), 10)
    paper.text(LEFT + 66, SIGN_AT, tr("走访人签名："), 10)
    paper.text(
        LEFT + TEXT_WIDTH,
        SIGN_AT,
        tr("年\u3000\u3000\u3000月\u3000\u3000\u3000日"),
        10,
        align="right",
    )
    paper.text(LEFT, SIGN_AT + 7.5, tr("没有签名的原因："), 10)
    for start, stop in ((31, 64), (87, 124)):
        paper.line(LEFT + start, SIGN_AT + 1, LEFT + stop, SIGN_AT + 1, HAIR)
    paper.line(LEFT + 28, SIGN_AT + 8.5, LEFT + 124, SIGN_AT + 8.5, HAIR)


def _known(sheet: VisitSheet, *, unmasked: bool) -> list[Row]:
    """The rows filled in beforehand."""

    def phones(numbers: tuple[str, ...]) -> str:
        text = tr("、").join(numbers)
        return text if unmasked else PHONES.mask(text)

    def free(text: str) -> str:
        return text if unmasked else masked(text)

    number = sheet.id_number
    if number and not unmasked:
        number = ID_NUMBER.mask(number)
    person = sheet.sex + (
        tr("\u3000{age} 岁", age=sheet.age) if sheet.age is not None else ""
    )
    contacts = tr("；").join(
        one.name
        + (tr("（{relation}）", relation=one.relation) if one.relation else " ")
        + phones(one.phones)
        for one in sheet.contacts
    )
    ask = _numbered([free(text) for text in sheet.ask])
    size = 12 if len(sheet.name) < 9 else 9.5  # a name is never cut short
    return [
        Row(
            (
                label(tr("姓名"), LABEL),
                Cell(sheet.name, 38, bold=True, size=size),
                label(tr("性别年龄"), SHORT),
                Cell(person, 26),
                label(tr("电话"), 16),
                Cell(phones(sheet.phones), 52, lines=2),
            )
        ),
        _pair((tr("住址"), sheet.door), (tr("证件号码"), number)),
        _pair(
            (tr("人员标签"), tr("、").join(sheet.tags)), (tr("关爱等级"), sheet.colour)
        ),
        _one(tr("紧急联系人"), contacts, 2),
        _one(tr("走访安排"), free(sheet.plan), 1),
        _one(tr("上次情况"), free(sheet.last_visit), 2),
        _one(tr("这次要问"), ask, ASK_LINES),
    ]


def _unknown() -> list[Row]:
    """The same rows to be filled in by hand."""
    boxed = tr("□男\u3000□女\u3000\u3000\u3000岁")
    rows = [
        Row(
            (
                label(tr("姓名"), LABEL),
                Cell("", 30),
                label(tr("性别年龄"), SHORT),
                Cell(boxed, 44),
                label(tr("电话"), 16),
                Cell("", 42),
            )
        ),
        _pair((tr("住址"), ""), (tr("证件号码"), "")),
        _pair((tr("人员标签"), ""), (tr("关爱等级"), boxes("care_colour"))),
        _one(
            tr("紧急联系人"),
            tr(
                "姓名：\u3000\u3000\u3000\u3000\u3000\u3000关系：\u3000\u3000\u3000\u3000\u3000\u3000电话："
            ),
            1,
        ),
        _one(tr("为什么走访"), boxes("source"), 1),
        _one(tr("要问的事"), "", 1),
    ]
    return [replace(row, height=BY_HAND) for row in rows]


def _numbered(questions: Sequence[str]) -> str:
    """A question a line where the lines hold them, else one after the other."""
    numbered = [f"{i}. {text}" for i, text in enumerate(questions, 1)]
    apart = "\n".join(numbered)
    fits = len(cell_lines(Cell(apart, WHOLE))) <= ASK_LINES
    return apart if fits else tr("\u3000").join(numbered)


def _one(name: str, text: str, lines: int) -> Row:
    return Row((label(name, LABEL), Cell(text, WHOLE, lines=lines)))


def _pair(left: tuple[str, str], right: tuple[str, str]) -> Row:
    return Row(
        (
            label(left[0], LABEL),
            Cell(left[1], WIDE, lines=2),
            label(right[0], SHORT),
            Cell(right[1], NARROW, lines=2),
        )
    )


def _meeting() -> list[Row]:
    when = tr(
        "\u3000\u3000月\u3000\u3000日\u3000\u3000时\u3000\u3000分\u3000至\u3000\u3000时\u3000\u3000分"
    )
    return [
        _pair((tr("走访时间"), when), (tr("方式"), boxes("visit_mode", MODES))),
        _pair((tr("见到谁"), boxes("met_whom")), (tr("探访意愿"), boxes("consent"))),
        _one(tr("没见到原因"), boxes("not_met_reason"), 2),
        _pair(
            (tr("身体状况"), boxes("condition")),
            (tr("血压"), tr("\u3000\u3000\u3000\u3000／\u3000\u3000\u3000\u3000 mmHg")),
        ),
    ]


def _checks() -> list[Row]:
    """A line for each block of the visit record: what to look at, and how it was."""
    items = codes.table("check_item").items
    words = codes.table("check_state")
    states = tr("\u3000").join(f"□{words.name(code)}" for code in STATES)
    rows = [
        Row(
            (
                label(tr("查看项目"), LABEL),
                label(tr("看什么（有问题的圈出来）"), LOOK),
                label(tr("情况"), STATE),
            ),
            height=6.3,
        )
    ]
    for field in fields_of(Visit):
        if field.codes != "check_state":
            continue
        look_at = tr("、").join(one.name for one in items if one.parent == field.name)
        rows.append(
            Row(
                (
                    label(field.label, LABEL),
                    Cell(look_at, LOOK, size=9),
                    Cell(states, STATE, align="center"),
                ),
                height=6.3,
            )
        )
    return rows


def _after() -> list[Row]:
    """Needs, what was done, the record in words, and the next visit."""
    needs = boxes("need") + tr("＿＿＿＿＿＿")
    done = tr(
        "□当场解决\u3000□转介到＿＿＿＿＿＿＿＿＿＿，＿＿月＿＿日前办"
        "好\u3000□上报\n□立即救援（120、110、119），＿＿时＿＿分\u3000□已告"
        "知家属＿＿＿＿＿＿"
    )
    return [
        Row((label(tr("情况记录"), LABEL), Cell("", WHOLE)), height=11, writing=True),
        _one(tr("需求"), needs, 2),
        _one(tr("处置"), done, 2),
        _one(
            tr("等级频次"),
            tr(
                "{boxes}\u3000走访改为每＿＿＿天 1 次，理由：",
                boxes=boxes("care_colour"),
            ),
            1,
        ),
        _one(
            tr("下次走访"),
            tr(
                "\u3000\u3000\u3000\u3000年\u3000\u3000月\u3000\u3000日\u3000\u3000\u3000要问："
            ),
            1,
        ),
    ]
