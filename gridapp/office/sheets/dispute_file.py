"""人民调解卷宗: the papers of one dispute bound in the order in which they are filed.

The order and the 卷内目录 of 13 lines are those that judicial offices use (domain.md
§2.8). The contents name the pages of the very file they are printed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gridapp.language import tr
from gridapp.models import (
    DisputeItem,
    codes,
)
from gridapp.models.record import field_of
from gridapp.office.paper.flow import Block, Placed, pages_of
from gridapp.office.paper.paper import (
    TEXT_WIDTH,
    Cell,
    Row,
    label,
)
from gridapp.office.sheets.dispute_data import DisputeFile, Words
from gridapp.office.sheets.dispute_forms import FORMS, Form, day_words, forms
from gridapp.office.sheets.dispute_page import (
    fields,
    line,
    paragraphs,
    signing,
    words,
)
from gridapp.office.sheets.form_rows import table
from gridapp.work.mediation_papers import PAPERS, paper

TOP, END = 38.0, 277.0
COVER_PITCH, COVER_GAP = 15.0, 72.0  # mm; over its first line
NUMBER = tr("（\u3000\u3000\u3000）人调字第\u3000\u3000\u3000号")
# 卷内目录: what a file holds, and whether it must.
CONTENTS = (
    (tr("人民调解申请书或者人民调解受理登记表"), True),
    (tr("人民调解当事人权利义务告知书"), True),
    (tr("当事人身份证明"), True),
    (tr("授权委托书"), False),
    (tr("人民调解调查记录"), False),
    (tr("人民调解证据材料"), False),
    (tr("人民调解记录"), True),
    (tr("人民调解协议书"), True),
    (tr("收条或汇款单等履行凭证"), False),
    (tr("人民调解回访记录"), False),
    (tr("司法确认有关材料"), False),
    (tr("卷宗情况说明"), False),
    (tr("封底"), True),
)
# Which line of the contents a material of that sort belongs to.
ITEMS: Mapping[str, int] = {
    "identity": 3,
    "evidence": 6,
    "other": 6,
    "voucher": 9,
    "judicial": 11,
}
COLUMNS = (12.0, 74.0, 16.0, 14.0, 18.0, TEXT_WIDTH - 134)


@dataclass(frozen=True)
class Bound:
    """A paper laid out: its place in the contents, its pages, its photos."""

    form: Form
    item: int
    pages: tuple[tuple[Placed, ...], ...]
    photos: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many pages it takes."""
        return len(self.pages) + (len(self.photos) + 1) // 2


@dataclass(frozen=True)
class Bundle:
    """Papers of one dispute that are numbered together."""

    file: DisputeFile
    papers: tuple[Bound, ...]

    @property
    def count(self) -> int:
        """How many pages they take."""
        return sum(one.count for one in self.papers)


def whole_file(
    file: DisputeFile, *, photos: bool = False, unmasked: bool = False
) -> Bundle:
    """Everything that belongs to the file by now, in its order.

    With `photos` those of its materials; those of identity papers, which show a whole
    number, only when `unmasked`.
    """
    inner = [
        bound
        for item in range(1, len(CONTENTS))
        for bound in _of_item(file, item, photos=photos, unmasked=unmasked)
    ]
    back = _laid(_back(file, 0), 13)
    front = [_laid(_cover(file), 0), _laid(_contents(file, {}), 0)]
    total = sum(one.count for one in (*front, *inner, back))
    starts = _places([*front, *inner, back])
    contents = _laid(_contents(file, starts), 0)
    papers = (front[0], contents, *inner, _laid(_back(file, total), 13))
    return Bundle(file, papers)


def single_paper(file: DisputeFile, key: str) -> Bundle:
    """The papers of one sort; the contents as of the whole file without photos."""
    if key in FORMS:
        item = paper(key).item
        return Bundle(file, tuple(_laid(one, item) for one in forms(file, key)))
    if file.record_id is None:
        made = {"cover": _cover(file), "contents": _contents(file, {})}
        return Bundle(file, (_laid(made.get(key) or _back(file, 0), 0),))
    whole = whole_file(file)
    return Bundle(file, tuple(one for one in whole.papers if one.form.key == key))


def _of_item(
    file: DisputeFile, item: int, *, photos: bool, unmasked: bool
) -> Iterator[Bound]:
    """What is printed under one line of the contents."""
    for one in PAPERS:
        if one.item == item and one.key in file.keys:
            yield from (_laid(form, item) for form in forms(file, one.key))
    mine = [
        (one, taken)
        for one, taken in zip(file.items, file.photos, strict=True)
        if _line_of(one) == item
    ]
    if mine:
        may = photos and (unmasked or item != ITEMS["identity"])
        taken = tuple(name for _, some in mine for name in some) if may else ()
        form = _materials(item, [one for one, _ in mine])
        yield replace(_laid(form, item), photos=taken)


def _line_of(material: Words) -> int:
    """The line of the contents a material belongs to."""
    code = codes.table("file_item").code(material["kind"])
    return ITEMS[code or "other"]


def _laid(form: Form, item: int) -> Bound:
    pages = pages_of(form.blocks or (Block(form.rows),), TOP, END)
    return Bound(form, item, tuple(tuple(one) for one in pages))


def _places(papers: Sequence[Bound]) -> dict[int, list[tuple[int, int]]]:
    """First and last page of each paper by its line of the contents."""
    found: dict[int, list[tuple[int, int]]] = {}
    page = 1
    for one in papers:
        found.setdefault(one.item, []).append((page, page + one.count - 1))
        page += one.count
    return found


def _cover(file: DisputeFile) -> Form:
    dispute = file.dispute
    days = (
        day_words(dispute["accepted_on"]),
        day_words(dispute["effective_on"] or _last_day(file)),
    )
    gap = line(words(""), height=COVER_GAP)
    found = [
        *fields((tr("卷\u3000\u3000名"), dispute["name"], 1)),
        *fields((tr("卷\u3000\u3000号"), dispute["number"] or NUMBER, 1)),
        *fields((tr("纠纷类型"), file.kind, 1)),
        *fields((tr("人民调解员"), file.mediators, 1)),
        *fields(
            (
                tr("调解日期"),
                tr("{begun}\u3000至\u3000{done}", begun=days[0], done=days[1]),
                1,
            )
        ),
        *fields((tr("立 卷 人"), dispute["filed_by"], 1)),
        *fields((tr("立卷日期"), day_words(dispute["filed_on"]), 1)),
        *fields((tr("保管期限"), dispute["kept_for"], 1)),
        *fields((tr("备\u3000\u3000注"), dispute["file_note"], 1)),
    ]
    rows = (gap, *(replace(one, height=COVER_PITCH) for one in found))
    return Form("cover", tr("人民调解卷宗"), rows)


def _last_day(file: DisputeFile) -> str:
    held = [one["held_at"][:10] for one in file.sessions]
    return held[-1] if held else ""


def _contents(
    file: DisputeFile, places: Mapping[int, Sequence[tuple[int, int]]]
) -> Form:
    head = Row(
        tuple(
            label(name, width)
            for name, width in zip(
                (
                    tr("序号"),
                    tr("文书名称"),
                    tr("应有"),
                    tr("份数"),
                    tr("页号"),
                    tr("备注"),
                ),
                COLUMNS,
                strict=True,
            )
        ),
        height=11,
    )
    rows = tuple(
        _contents_row(file, number, name, places.get(number, ()), needed=needed)
        for number, (name, needed) in enumerate(CONTENTS, 1)
    )
    form = Form("contents", paper("contents").title, ())
    return replace(form, blocks=(Block(rows, head=(head,)),))


def _contents_row(
    file: DisputeFile,
    number: int,
    name: str,
    places: Sequence[tuple[int, int]],
    *,
    needed: bool,
) -> Row:
    items = [one for one in file.items if _line_of(one) == number]
    copies = sum(int(one["copies"]) for one in items) or len(places)
    texts = (
        (str(number), "center"),
        (name, "left"),
        (tr("必须") if needed else tr("按需"), "center"),
        (str(copies) if copies else "", "center"),
        (_page_words(places), "center"),
        (tr("、").join(dict.fromkeys(one["name"] for one in items)), "left"),
    )
    return Row(
        tuple(
            Cell(text, width, align=align, size=11, official=True)
            for (text, align), width in zip(texts, COLUMNS, strict=True)
        ),
        height=13.5,
    )


def _page_words(places: Sequence[tuple[int, int]]) -> str:
    if not places:
        return ""
    first, last = places[0][0], places[-1][1]
    return str(first) if first == last else f"{first}–{last}"


def _materials(item: int, items: Sequence[Words]) -> Form:
    """The list of what was handed in under one line of the contents."""
    names = ("name", "copies", "pages", "given_by", "given_on", "note")
    columns = [field_of(DisputeItem, name).label for name in names]
    rows = [
        [str(number), *(one[name] for name in names)]
        for number, one in enumerate(items, 1)
    ]
    widths = (14.0, 60.0, 16.0, 16.0, 24.0, 24.0)
    block = table(
        tr("材料清单"),
        [tr("序号"), *columns],
        rows,
        (*widths, TEXT_WIDTH - sum(widths)),
    )
    after = Block(tuple(paragraphs(tr("材料的原件或者复印件附后。"))))
    return Form(f"item-{item}", CONTENTS[item - 1][0], (), blocks=(block, after))


def _back(file: DisputeFile, pages: int) -> Form:
    dispute = file.dispute
    count = pages or tr("\u3000\u3000\u3000")
    gap = line(words(""), height=120)
    rows = (
        gap,
        *paragraphs(tr("本卷宗共{count}页（含封面、目录和封底）。", count=count)),
        *fields(
            (tr("立卷人"), dispute["filed_by"], 1),
            (tr("立卷日期"), day_words(dispute["filed_on"]), 1),
        ),
        *signing((tr("立卷人（签名）："), tr("检查人（签名）："))),
    )
    return Form("back", paper("back").title, rows)
