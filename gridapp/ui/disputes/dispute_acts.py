"""The acts on a dispute: what each asks, begins with, says, and writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from gridapp.language import tr
from gridapp.models import DisputeInquiry, DisputeItem, DisputeSession, dispute_flow
from gridapp.models.record import Record, Values
from gridapp.store import records
from gridapp.ui.disputes import dispute_answers as does
from gridapp.ui.disputes import dispute_asks as asks
from gridapp.ui.disputes import paper_asks
from gridapp.ui.disputes.dispute_answers import Write
from gridapp.ui.forms.ask_form import Ask, AskForm
from gridapp.ui.session import Session
from gridapp.work.dispute_cases import CaseFile
from gridapp.work.mediation_papers import WHOLE

# Acts that move no state.
EDIT, PART, PRINT, FILE, ADD = "edit", "part", "print", "file", "material"
INQUIRE = "inquire"
# 人民调解法 Art 25 in our own words, from memory: a 司法所 should read it.
ART_25 = tr(
    "纠纷有可能激化的，先采取预防措施；可能引起治安、刑事案件的，"
    "马上报告公安机关或其他有关部门（人民调解法第二十五条）"
)
ART_26 = tr(
    "调解不成的要终止，并告知可以通过仲裁、行政、司法等途径维护权利"
    "（人民调解法第二十六条）"
)
ART_31 = tr("协议达成后要督促双方履行（人民调解法第三十一条）")
ART_32 = tr("一方不履行或又起争议的，可以向人民法院起诉（人民调解法第三十二条）")


@dataclass(frozen=True)
class Act:
    """One act: `begin` gives the first answers, `write` what the answers do."""

    title: str
    asks: Callable[[Session, CaseFile], list[Ask]]
    begin: Callable[[CaseFile, dt.date], Values]
    write: Callable[[CaseFile, Values], Write]
    said: str  # of the toast
    notice: Callable[[CaseFile, dt.date], str] = lambda _case, _day: ""
    first: str = ""  # the question one begins at, the first when empty
    follow: Callable[[AskForm], None] = lambda _form: None  # when an answer changes
    verb: str = tr("保存 Ctrl+S")


def _confirm_notice(case: CaseFile, day: dt.date) -> str:
    last = case.judicial
    if last is None:
        return ""
    left = (last - day).days
    begun = case.dispute["effective_on"]
    if left < 0:
        return tr(
            "协议 {begun} 生效，共同申请的 30 天到 {last} 已满（人民调解法第三十三条）",
            begun=begun,
            last=last,
        )
    return tr(
        "协议 {begun} 生效，双方最晚 {last} 共同向法院申请，还有 {left} 天"
        "（人民调解法第三十三条）",
        begun=begun,
        last=last,
        left=left,
    )


def _says(words: str) -> Callable[[CaseFile, dt.date], str]:
    return lambda _case, _day: words


def _edit_asks(session: Session, _case: CaseFile) -> list[Ask]:
    return asks.registration(session)


def _sitting_asks(session: Session, case: CaseFile) -> list[Ask]:
    return asks.sitting(session, case, new=True)


def _inquiry_asks(session: Session, case: CaseFile) -> list[Ask]:
    return paper_asks.inquiry(session, case, new=True)


def _material_asks(session: Session, _case: CaseFile) -> list[Ask]:
    return paper_asks.material(session, new=True)


ACTS: Mapping[str, Act] = {
    INQUIRE: Act(
        tr("记调查"),
        _inquiry_asks,
        does.inquiry_begin,
        does.inquiry_write,
        tr("已记下这次调查"),
        follow=paper_asks.ask_whom,
    ),
    ADD: Act(
        tr("加卷内材料"),
        _material_asks,
        does.material_begin,
        does.material_write,
        tr("已加进卷内材料"),
    ),
    FILE: Act(tr("立卷"), asks.filing, does.file_begin, does.file_write, tr("已记好")),
    "mediate": Act(
        tr("记调解"),
        _sitting_asks,
        does.sitting_begin,
        does.sitting_write,
        tr("已记下这次调解"),
        first="statements",
    ),
    "agree": Act(
        tr("达成协议"),
        asks.agreement,
        does.agree_begin,
        does.agree_write,
        tr("已记下协议"),
        first="agreement_text",
    ),
    "fail": Act(
        tr("没有调成"),
        asks.failure,
        does.fail_begin,
        does.fail_write,
        tr("已记下没有调成"),
        _says(ART_26),
    ),
    "follow_up": Act(
        tr("记回访"),
        asks.visit_after,
        partial(does.visit_begin, None),
        does.visit_write,
        tr("已记下回访"),
        _says(tr("；").join((ART_31, ART_32))),
        first="performed",
    ),
    "perform": Act(
        tr("已全部履行"),
        asks.visit_after,
        partial(does.visit_begin, "all"),
        does.visit_write,
        tr("已记下履行完毕"),
        first="satisfaction",
    ),
    "confirm": Act(
        tr("司法确认"),
        asks.confirmation,
        does.confirm_begin,
        does.confirm_write,
        tr("已记下司法确认"),
        _confirm_notice,
    ),
    "escalate": Act(
        tr("上报"),
        asks.report,
        does.report_begin,
        does.report_write,
        tr("已记下上报"),
        _says(ART_25),
    ),
    "extend": Act(
        tr("延长时限"),
        asks.more_time,
        does.extend_begin,
        does.extend_write,
        tr("已延长时限"),
    ),
    "withdraw": Act(
        tr("撤回或终止"), asks.ending, does.nothing, does.end_write, tr("已结束调解")
    ),
    "close": Act(
        tr("结案归档"), asks.closing, does.file_begin, does.close_write, tr("已结案")
    ),
    "reopen": Act(
        tr("重新调解"),
        asks.again,
        does.again_begin,
        does.again_write,
        tr("已重新开始调解"),
    ),
    EDIT: Act(
        tr("修改登记内容"), _edit_asks, does.edit_begin, does.edit_write, tr("已改好")
    ),
}


def _no_write(_case: CaseFile, _values: Values) -> Write:
    return lambda _tx: None  # papers change no record


PAPERS = Act(
    tr("打印文书"),
    paper_asks.papers,
    lambda _case, _day: {"sheet": WHOLE},
    _no_write,
    "",
    verb=tr("预览打印 Ctrl+S"),
)


def part_act(case: CaseFile, part_id: UUID) -> Act | None:
    """Return the act that corrects a sitting, an inquiry or a material of a case."""
    kinds: tuple[tuple[type[Record], Sequence[Values], str, str], ...] = (
        (DisputeSession, case.sessions, tr("修改调解记录"), tr("已改好调解记录")),
        (DisputeInquiry, case.inquiries, tr("修改调查记录"), tr("已改好调查记录")),
        (DisputeItem, case.items, tr("修改卷内材料"), tr("已改好卷内材料")),
    )
    for model, rows, title, said in kinds:
        for row in rows:
            if row["id"] == part_id:
                return _correcting(model, row, title, said)
    return None


def _correcting(model: type[Record], row: Values, title: str, said: str) -> Act:
    def questions(session: Session, case: CaseFile) -> list[Ask]:
        if model is DisputeSession:
            return asks.sitting(session, case, new=False)
        if model is DisputeInquiry:
            return paper_asks.inquiry(session, case, new=False)
        return paper_asks.material(session, new=False)

    def write(_case: CaseFile, values: Values) -> Write:
        work = partial(records.save, model=model, values=values)
        return partial(work, record_id=row["id"])

    return Act(title, questions, lambda _case, _day: row, write, said)


def next_act(act: str, values: Mapping[str, Any], case: CaseFile) -> str:
    """Return the act that follows at once: a sitting that ended in an agreement."""
    follows = {"agreed": "agree", "failed": "fail"}.get(values.get("result") or "", "")
    known = dispute_flow.step("mediating", follows) if act == "mediate" else None
    return follows if known else ""


def wanted_act(case: CaseFile, kind: str) -> str:
    """Return what a row of today's list asks for: `kind` is that of the row."""
    if kind == "follow_up":
        wanted = "follow_up"
    elif case.dispute["state"] in dispute_flow.MEDIATED:
        wanted = "mediate"
    else:
        wanted = "confirm"
    return wanted if any(one.act == wanted for one in case.steps) else ""
