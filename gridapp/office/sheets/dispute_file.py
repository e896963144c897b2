"""人民调解卷宗: the papers of one dispute, in the order in which they are filed.

The papers and their fields are those that judicial offices use (卷内目录 of 13 items;
application, acceptance, rights, record, agreement, follow-up; domain.md §2.8). The
rights and duties are Arts 23 and 24 of the 人民调解法 (2010).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.fonts import require_glyphs
from gridapp.office.sheets.document import (
    Document,
    print_documents,
    prose,
    together,
)
from gridapp.office.sheets.flow import Block, split
from gridapp.office.sheets.paper import TEXT_WIDTH, Cell, Row, label
from gridapp.office.sheets.target import Target

LABEL = 30.0
WHOLE = TEXT_WIDTH - LABEL
HALF = TEXT_WIDTH / 2 - LABEL
DATE = tr("\u3000\u3000\u3000\u3000年\u3000\u3000月\u3000\u3000日")
SIGN = tr("＿＿＿＿＿＿＿＿＿＿")
WISH = tr(
    "人民调解委员会已将申请人民调解的相关规定告知我，现自愿申请人民调解委员会进行调解。"
)
RIGHTS = tr(
    "当事人在人民调解活动中享有下列权利：\n（一）选择或者接受人"
    "民调解员；\n（二）接受调解、拒绝调解或者要求终止调解；\n（三"
    "）要求调解公开进行或者不公开进行；\n（四）自主表达意愿、自"
    "愿达成调解协议。"
)
DUTIES = tr(
    "当事人在人民调解活动中履行下列义务：\n（一）如实陈述纠纷事"
    "实；\n（二）遵守调解现场秩序，尊重人民调解员；\n（三）尊重对"
    "方当事人行使权利。"
)
NO_FEE = tr("人民调解委员会调解民间纠纷，不收取任何费用。")
# 卷内目录: what a file holds, and whether it must.
CONTENTS = (
    (tr("人民调解申请书或受理登记表"), True),
    (tr("当事人权利义务告知书"), True),
    (tr("当事人身份证明"), True),
    (tr("授权委托书"), False),
    (tr("人民调解调查记录"), False),
    (tr("证据材料"), False),
    (tr("人民调解记录"), True),
    (tr("人民调解协议书"), True),
    (tr("履行凭证"), False),
    (tr("人民调解回访记录"), False),
    (tr("司法确认材料"), False),
    (tr("卷宗情况说明"), False),
    (tr("封底"), True),
)
PRINTED_AS = {  # papers that stand in the contents under another name
    tr("人民调解申请书"): tr("人民调解申请书或受理登记表"),
    tr("人民调解受理登记表"): tr("人民调解申请书或受理登记表"),
    tr("人民调解口头协议登记表"): tr("人民调解协议书"),
}
TALL = 28.0  # mm to write on where nothing is recorded yet
WRITTEN = (
    tr("双方陈述"),
    tr("调查核实"),
    tr("调解结果"),
    tr("回访情况"),
    tr("纠纷简要情况"),
)
Words = Mapping[str, str]  # values in words by field name; "" when empty


@dataclass(frozen=True)
class DisputeFile:
    """A dispute with its parties and sittings, in words, masked or not."""

    record_id: UUID
    grid: str
    dispute: Words
    parties: tuple[Words, ...]
    sessions: tuple[Words, ...]  # oldest first
    applied: bool  # the parties asked for mediation
    oral: bool  # the agreement is an oral one


def dispute_files(
    files: Sequence[DisputeFile],
    out: Target,
    *,
    unmasked: bool = False,
    leave_blanks: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> int:
    """Write the PDF of these files, one after the other; return its pages.

    `progress` and the errors are those of `visit_sheets`. `unmasked` is only what the
    foot says: the words come masked or not.
    """
    if not files:
        raise UserError(tr("没有要打印的纠纷，请先选纠纷。"))
    if not leave_blanks:
        require_glyphs(text for one in files for text in _texts(one))
    documents = [document for one in files for document in papers(one)]
    return print_documents(documents, out, unmasked=unmasked, progress=progress)


def _texts(file: DisputeFile) -> Iterator[tuple[str, str]]:
    for words in (file.dispute, *file.parties, *file.sessions):
        for text in words.values():
            yield tr("纠纷“{name}”", name=file.dispute["name"]), text


def papers(file: DisputeFile) -> list[Document]:
    """The papers that the records can fill; the others are filed by hand."""
    dispute = file.dispute
    found = [_acceptance(file), _rights(file)]
    found += [_session(file, one) for one in file.sessions]
    if dispute["agreement_text"]:
        found.append(_agreement(file))
    if dispute["followed_up_on"] or dispute["follow_up_note"]:
        found.append(_follow_up(file))
    printed = {PRINTED_AS.get(one.title, one.title) for one in found}
    return [_cover(file, printed), *found]


def day_words(day: str) -> str:
    """2026年11月5日 for 2026-11-05; room to write one for no day."""
    if not day:
        return DATE
    year, month, number = day.split("-")
    return tr(
        "{year}年{month}月{number}日", year=year, month=int(month), number=int(number)
    )


def _document(file: DisputeFile, title: str, *blocks: Block) -> Document:
    number = file.dispute["number"] or tr(
        "（\u3000\u3000\u3000\u3000）人调字第\u3000\u3000\u3000号"
    )
    return Document(
        title=title,
        line=tr("卷号：{number}", number=number),
        grid=file.grid,
        blocks=tuple(block for block in blocks if block.rows),
        record_id=file.record_id,
    )


def _rows(*fields: tuple[str, str]) -> Block:
    """A field a line; room to write in those that are written at length."""
    rows = (
        Row(
            (label(name, LABEL), Cell(text, WHOLE)),
            height=TALL if name in WRITTEN and not text else Row.height,
        )
        for name, text in fields
    )
    return Block(tuple(part for row in rows for part in split(row)))


def _cover(file: DisputeFile, printed: Collection[str]) -> Document:
    dispute = file.dispute
    mediators = dict.fromkeys(one["mediators"] for one in file.sessions)
    days = (day_words(dispute["accepted_on"]), day_words(dispute["effective_on"]))
    facts = _rows(
        (tr("卷名"), dispute["name"]),
        (tr("纠纷类型"), dispute["mediation_kind"] or dispute["dispute_kind"]),
        (tr("人民调解员"), tr("、").join(mediators) or dispute["responsible"]),
        (tr("调解日期"), tr(" 至 ").join(days)),
        (tr("立卷人"), ""),
        (tr("立卷日期"), DATE),
        (tr("保管期限"), ""),
        (tr("备注"), ""),
    )
    head = Row(
        (
            label(tr("序号"), 16),
            label(tr("文件名称"), 78),
            label(tr("应有"), 20),
            label(tr("本卷"), 34),
            label(tr("页号"), TEXT_WIDTH - 148),
        )
    )
    rows = (
        Row(
            (
                Cell(str(number), 16, align="center"),
                Cell(name, 78),
                Cell(tr("必须") if needed else tr("按需"), 20, align="center"),
                Cell(
                    tr("已打印") if name in printed else tr("\u3000\u3000\u3000份"), 34
                ),
                Cell("", TEXT_WIDTH - 148),
            )
        )
        for number, (name, needed) in enumerate(CONTENTS, 1)
    )
    title = Row((label(tr("卷内目录"), TEXT_WIDTH),))
    return _document(file, tr("人民调解卷宗"), facts, Block((title, head, *rows)))


def _acceptance(file: DisputeFile) -> Document:
    dispute = file.dispute
    if file.applied:
        return _document(
            file,
            tr("人民调解申请书"),
            *map(_party, file.parties),
            _rows(
                (tr("纠纷简要情况"), dispute["summary"]),
                (tr("申请事项"), "1.\n\n2.\n\n3."),
            ),
            prose(WISH),
            together(tr("申请人（签名、盖章或按指印）：{line}", line=SIGN), DATE),
        )
    names = tr("、").join(one["name"] for one in file.parties)
    day = day_words(dispute["accepted_on"])
    return _document(
        file,
        tr("人民调解受理登记表"),
        prose(
            tr(
                "{day}，本人民调解委员会经当事人同意，调解{names}之间的纠纷。",
                day=day,
                names=names,
            )
        ),
        *map(_party, file.parties),
        _rows(
            (tr("纠纷类型"), dispute["mediation_kind"] or dispute["dispute_kind"]),
            (tr("案件来源"), dispute["case_source"]),
            (tr("纠纷简要情况"), dispute["summary"]),
        ),
        together(
            tr("当事人（签名）：{line}\u3000{line}", line=SIGN),
            tr("登记人（签名）：{line}", line=SIGN),
            tr("人民调解委员会（印章）\u3000\u3000\u3000\u3000{date}", date=DATE),
            tr("备注：此表由人民调解委员会填写。"),
        ),
    )


def _party(party: Words) -> Block:
    """What the papers say of a party."""
    name = party["name"] + (
        tr("（代理人：{deputy}）", deputy=party["deputy"]) if party["deputy"] else ""
    )
    person = tr("\u3000").join(
        filter(None, (party["sex"], party["age"] and tr("{age} 岁", age=party["age"])))
    )
    pairs = (
        ((party["side"], name), (tr("性别年龄"), person)),
        ((tr("民族"), party["ethnicity"]), (tr("联系方式"), party["phones"])),
        ((tr("职业或职务"), party["occupation"]), (tr("单位或住址"), party["address"])),
    )
    return Block(
        tuple(
            Row(
                (
                    label(left[0], LABEL),
                    Cell(left[1], HALF),
                    label(right[0], LABEL),
                    Cell(right[1], HALF),
                )
            )
            for left, right in pairs
        )
    )


def _rights(file: DisputeFile) -> Document:
    names = tr("、").join(one["name"] for one in file.parties)
    return _document(
        file,
        tr("当事人权利义务告知书"),
        prose(
            tr(
                "{names}：\n根据《中华人民共和国人民调解法》，现将有关事项告知如下。",
                names=names,
            )
        ),
        prose(RIGHTS),
        prose(DUTIES),
        prose(NO_FEE),
        together(
            tr("以上内容已经看过（或者由他人读给我听），我已明白。"),
            tr("当事人（签名或按指印）：{line}\u3000{line}", line=SIGN),
            tr("人民调解员（签名）：{line}", line=SIGN),
            DATE,
        ),
    )


def _session(file: DisputeFile, session: Words) -> Document:
    told = {tr("是"): tr("已告知"), tr("否"): tr("没有告知")}.get(
        session["rights_told"], ""
    )
    result = session["outcome"] or {
        tr("是"): tr("达成协议"),
        tr("否"): tr("没有达成协议"),
    }.get(session["agreed"], "")
    return _document(
        file,
        tr("人民调解记录"),
        _rows(
            (tr("时间"), session["held_at"]),
            (tr("地点"), session["place"]),
            (tr("事由"), file.dispute["name"]),
            (tr("当事人"), session["present"]),
            (tr("参加人"), session["invited"]),
            (tr("人民调解员"), session["mediators"]),
            (tr("记录人"), session["recorder"]),
            (tr("权利义务告知"), told),
            (tr("双方陈述"), session["statements"]),
            (tr("调查核实"), session["facts"]),
            (tr("调解结果"), result),
        ),
        together(
            tr("当事人（签名）：{line}\u3000{line}", line=SIGN),
            tr("人民调解员（签名）：{line}\u3000记录人（签名）：{line}", line=SIGN),
        ),
    )


def _agreement(file: DisputeFile) -> Document:
    dispute = file.dispute
    title = tr("人民调解口头协议登记表") if file.oral else tr("人民调解协议书")
    number = dispute["agreement_number"] or tr("\u3000\u3000\u3000\u3000\u3000\u3000")
    copies = tr("本协议一式＿＿份，当事人、人民调解委员会各持一份。")
    return _document(
        file,
        title,
        _rows((tr("协议编号"), number)),
        *map(_party, file.parties),
        prose(tr("纠纷主要事实、争议事项："), bold=True),
        prose(dispute["summary"]),
        prose(tr("经调解，自愿达成如下协议："), bold=True),
        prose(dispute["agreement_text"]),
        prose(tr("履行方式、时限："), bold=True),
        prose(tr("{day}前履行。", day=day_words(dispute["perform_by"]))),
        prose("" if file.oral else copies),
        together(
            tr("当事人（签名、盖章或按指印）：{line}\u3000{line}", line=SIGN),
            tr("人民调解员（签名）：{line}\u3000记录人（签名）：{line}", line=SIGN),
            tr(
                "人民调解委员会（印章）\u3000\u3000\u3000\u3000{day}",
                day=day_words(dispute["effective_on"]),
            ),
        ),
    )


def _follow_up(file: DisputeFile) -> Document:
    dispute = file.dispute
    return _document(
        file,
        tr("人民调解回访记录"),
        _rows(
            (tr("当事人"), tr("、").join(one["name"] for one in file.parties)),
            (tr("协议编号"), dispute["agreement_number"]),
            (tr("回访事由"), dispute["name"]),
            (tr("回访时间"), day_words(dispute["followed_up_on"])),
            (tr("回访情况"), dispute["follow_up_note"]),
        ),
        together(tr("回访人（签名）：{line}", line=SIGN), DATE),
    )
