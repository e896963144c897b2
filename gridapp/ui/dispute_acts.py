"""The acts on a dispute: what each asks, begins with, says, and writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Dispute, DisputeSession, dispute_flow
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.vault import Writing
from gridapp.ui import dispute_asks as asks
from gridapp.ui.ask_form import Ask
from gridapp.ui.session import Session
from gridapp.work import disputes
from gridapp.work.dispute_cases import CaseFile

EDIT, SITTING, PRINT = "edit", "sitting", "print"  # acts that move no state
Write = Callable[[Writing], Any]
# 人民调解法 Art 25, word for word.
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


def _nothing(_case: CaseFile, _day: dt.date) -> Values:
    return {}


def _sitting_begin(case: CaseFile, _day: dt.date) -> Values:
    told = any(one["rights_told"] for one in case.sessions)
    place = [one["place"] for one in case.sessions if one["place"]]
    return {
        "held_at": dt.datetime.now(dt.UTC).replace(second=0, microsecond=0),
        "place": (place[-1:] or [case.dispute["place"]])[0],
        "mediators": case.mediators,
        "present": tuple(one["id"].hex for one in case.parties),
        "rights_told": told or None,
        "result": None,
    }


def _sitting_write(case: CaseFile, values: Values) -> Write:
    names = {one["id"].hex: one["name"] for one in case.parties}
    agreed = {"agreed": True, "failed": False}.get(values["result"])
    kept = {name: value for name, value in values.items() if name != "result"}
    present = [names[key] for key in values["present"] or () if key in names]
    kept |= {"present": tr("、").join(present) or None, "agreed": agreed}
    return partial(_hold, dispute_id=case.dispute["id"], values=kept)


def _hold(tx: Writing, dispute_id: UUID, values: Values) -> UUID:
    return disputes.hold_session(tx, dispute_id, values)


def _agree_begin(case: CaseFile, day: dt.date) -> Values:
    last = [one["outcome"] for one in case.sessions if one["agreed"]]
    return {
        "agreement_form": "written",
        "agreement_text": (last[-1:] or [None])[0],
        "performed": "later",
        "effective_on": day,
        "follow_up_on": day + dt.timedelta(days=case.follow_up_days),
        "outcome": case.dispute["outcome"],
    }


def _agree_write(case: CaseFile, values: Values) -> Write:
    performed = values["performed"] == "now"
    kept = {name: value for name, value in values.items() if name != "performed"}
    if not performed and kept["perform_by"] is None:
        raise InvalidFields(
            {"perform_by": tr("写明最晚哪天履行完；当场办完的选“当场已履行”")}
        )
    kept["outcome"] = kept["outcome"] or kept["agreement_text"]
    return partial(
        disputes.agree,
        dispute_id=case.dispute["id"],
        values=kept,
        performed=performed,
    )


def _fail_write(case: CaseFile, values: Values) -> Write:
    told = [*(values["ways"] or ()), values["other_ways_told"] or ""]
    words = tr("；").join(word for word in told if word)
    if not words:
        raise InvalidFields({"ways": tr("选一下已经告知的途径，法律要求必须告知")})
    return partial(
        disputes.fail,
        dispute_id=case.dispute["id"],
        other_ways_told=words,
        outcome=values["reason"],
    )


def _fail_begin(case: CaseFile, _day: dt.date) -> Values:
    last = [one["outcome"] for one in case.sessions if one["agreed"] is False]
    return {"reason": (last[-1:] or [None])[0]}


def _visit_begin(kept: str | None, _case: CaseFile, day: dt.date) -> Values:
    return {"followed_up_on": day, "kept": kept}


def _visit_write(case: CaseFile, values: Values) -> Write:
    chosen = [dict(asks.KEPT)[values["kept"]]]
    if values["content"]:
        chosen.append(tr("当事人{words}", words=dict(asks.CONTENT)[values["content"]]))
    signs: Sequence[str] = values["signs"] or ()
    chosen += [dict(asks.SIGNS)[one] for one in signs]
    note = values["follow_up_note"] or ""
    done = values["kept"] == "all"
    if (signs or values["content"] == "bad" or not done) and not note:
        sentence = tr("写一下现在怎么样、下一步怎么办")
        raise InvalidFields({"follow_up_note": sentence})
    return partial(
        disputes.follow_up,
        dispute_id=case.dispute["id"],
        note=tr("；").join(filter(None, (tr("，").join(chosen), note))),
        on=values["followed_up_on"],
        performed=done,
        next_on=values["follow_up_on"],
    )


def _report_begin(_case: CaseFile, day: dt.date) -> Values:
    return {"on": day}


def _report_write(case: CaseFile, values: Values) -> Write:
    if values["risk"] and not values["measures"]:
        sentence = tr("有激化苗头的，写明先采取了什么措施，如劝离现场、有人看护")
        raise InvalidFields({"measures": sentence})
    to = values["escalated_to"] or values["to"]
    if not to:
        raise InvalidFields({"to": tr("选一下上报到哪里，或写在“其他单位”")})
    reason = values["reason"]
    if values["risk"]:
        reason = tr("有激化苗头，{reason}", reason=reason)
    return partial(
        disputes.escalate,
        dispute_id=case.dispute["id"],
        to=to,
        on=values["on"],
        reason=reason,
        measures=values["measures"] or "",
    )


def _extend_begin(case: CaseFile, day: dt.date) -> Values:
    start = max(case.dispute["deadline"], day)
    return {"deadline": start + dt.timedelta(days=case.mediation_days)}


def _extend_write(case: CaseFile, values: Values) -> Write:
    if not values["both"]:
        sentence = tr("要双方都同意才能延长；不同意的，到期按没有调成办理")
        raise InvalidFields({"both": sentence})
    return partial(
        disputes.extend,
        dispute_id=case.dispute["id"],
        until=values["deadline"],
        reason=values["reason"],
    )


def _end_write(case: CaseFile, values: Values) -> Write:
    end, more = dict(asks.ENDS)[values["end"]], values["reason"] or ""
    if values["end"] == "other" and not more:
        raise InvalidFields({"reason": tr("选了“其他原因”，请写明")})
    return partial(
        disputes.withdraw,
        dispute_id=case.dispute["id"],
        reason=tr("；").join(filter(None, (end, more))),
        settled=values["end"] == "settled",
    )


def _close_begin(case: CaseFile, _day: dt.date) -> Values:
    return {"number": case.dispute["number"]}


def _close_write(case: CaseFile, values: Values) -> Write:
    return partial(
        disputes.close,
        dispute_id=case.dispute["id"],
        number=values["number"],
        note=values["reason"] or "",
    )


def _again_begin(case: CaseFile, day: dt.date) -> Values:
    return {"deadline": day + dt.timedelta(days=case.mediation_days)}


def _again_write(case: CaseFile, values: Values) -> Write:
    return partial(
        disputes.reopen,
        dispute_id=case.dispute["id"],
        reason=values["reason"],
        deadline=values["deadline"],
    )


def _confirm_begin(_case: CaseFile, day: dt.date) -> Values:
    return {"judicial_confirmed_on": day}


def _confirm_write(case: CaseFile, values: Values) -> Write:
    on = values["judicial_confirmed_on"]
    return partial(disputes.confirm, dispute_id=case.dispute["id"], on=on)


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


def _edit_begin(case: CaseFile, _day: dt.date) -> Values:
    return case.dispute


def _edit_write(case: CaseFile, values: Values) -> Write:
    work = partial(records.save, model=Dispute, values=values)
    return partial(work, record_id=case.dispute["id"])


def _says(words: str) -> Callable[[CaseFile, dt.date], str]:
    return lambda _case, _day: words


def _edit_asks(session: Session, _case: CaseFile) -> list[Ask]:
    return asks.registration(session)


def _sitting_asks(session: Session, case: CaseFile) -> list[Ask]:
    return asks.sitting(session, case, new=True)


ACTS: Mapping[str, Act] = {
    "mediate": Act(
        tr("记调解"),
        _sitting_asks,
        _sitting_begin,
        _sitting_write,
        tr("已记下这次调解"),
        first="statements",
    ),
    "agree": Act(
        tr("达成协议"),
        asks.agreement,
        _agree_begin,
        _agree_write,
        tr("已记下协议"),
        first="agreement_text",
    ),
    "fail": Act(
        tr("没有调成"),
        asks.failure,
        _fail_begin,
        _fail_write,
        tr("已记下没有调成"),
        _says(ART_26),
    ),
    "follow_up": Act(
        tr("记回访"),
        asks.visit_after,
        partial(_visit_begin, None),
        _visit_write,
        tr("已记下回访"),
        _says(tr("；").join((ART_31, ART_32))),
        first="kept",
    ),
    "perform": Act(
        tr("已全部履行"),
        asks.visit_after,
        partial(_visit_begin, "all"),
        _visit_write,
        tr("已记下履行完毕"),
        first="content",
    ),
    "confirm": Act(
        tr("司法确认"),
        asks.confirmation,
        _confirm_begin,
        _confirm_write,
        tr("已记下司法确认"),
        _confirm_notice,
    ),
    "escalate": Act(
        tr("上报"),
        asks.report,
        _report_begin,
        _report_write,
        tr("已记下上报"),
        _says(ART_25),
    ),
    "extend": Act(
        tr("延长时限"),
        asks.more_time,
        _extend_begin,
        _extend_write,
        tr("已延长时限"),
    ),
    "withdraw": Act(
        tr("撤回或终止"), asks.ending, _nothing, _end_write, tr("已结束调解")
    ),
    "close": Act(
        tr("结案归档"), asks.closing, _close_begin, _close_write, tr("已结案")
    ),
    "reopen": Act(
        tr("重新调解"), asks.again, _again_begin, _again_write, tr("已重新开始调解")
    ),
    EDIT: Act(tr("修改登记内容"), _edit_asks, _edit_begin, _edit_write, tr("已改好")),
}


def _no_write(_case: CaseFile, _values: Values) -> Write:
    return lambda _tx: None  # papers change no record


PAPERS = Act(
    tr("打印文书"),
    asks.papers,
    lambda _case, _day: {"sheet": "dispute-file", "whole": False},
    _no_write,
    "",
)


def sitting_act(session_id: UUID) -> Act:
    """Return the act that corrects the record of one sitting."""

    def begin(case: CaseFile, _day: dt.date) -> Values:
        return next(one for one in case.sessions if one["id"] == session_id)

    def questions(session: Session, case: CaseFile) -> list[Ask]:
        return asks.sitting(session, case, new=False)

    def write(_case: CaseFile, values: Values) -> Write:
        work = partial(records.save, model=DisputeSession, values=values)
        return partial(work, record_id=session_id)

    return Act(tr("修改调解记录"), questions, begin, write, tr("已改好调解记录"))


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
