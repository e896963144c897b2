"""What each act on a dispute asks for, as questions of a form."""

from __future__ import annotations

from gridapp.language import tr
from gridapp.models import Dispute, DisputeSession
from gridapp.models.kinds import DATE
from gridapp.models.record import Field, field_of
from gridapp.ui.disputes.field_asks import (
    ask,
    chips,
    combo,
    note,
    photos,
    reason,
    words,
)
from gridapp.ui.disputes.kind_field import KindEditor
from gridapp.ui.disputes.party_strip import PartiesEditor
from gridapp.ui.forms.ask_form import Ask, ChipEditor, yes_no
from gridapp.ui.forms.editors import Editor, LineEditor, NoteEditor
from gridapp.ui.session import Session
from gridapp.work.dispute_cases import CaseFile

# Where a dispute is reported to: above in mediation, and to the police (Art 25).
ABOVE = tuple(
    (words, words)
    for words in (
        tr("社区调委会"),
        tr("街道（乡镇）调委会"),
        tr("司法所"),
        tr("派出所"),
        tr("县级矛调中心"),
    )
)
# Art 26: by law the parties are told of arbitration, administration and the court.
WAYS = tuple(
    (words, words)
    for words in (
        tr("可以依法申请仲裁"),
        tr("可以请行政机关处理"),
        tr("可以向人民法院起诉"),
    )
)
RESULTS = (
    ("more", tr("还要继续调")),
    ("agreed", tr("达成协议")),
    ("failed", tr("没有调成")),
)
ENDS = (
    ("withdrawn", tr("申请人撤回")),
    ("settled", tr("双方自行和解")),
    ("elsewhere", tr("已由法院、公安或行政机关受理")),
    ("other", tr("其他原因")),
)


def registration(session: Session, parties: PartiesEditor | None = None) -> list[Ask]:
    """What a dispute is about; `parties` asks for them in a new one."""
    first = [Ask("parties", tr("当事人"), parties, required=True)] if parties else []
    return [
        *first,
        ask(Dispute, "dispute_kind", KindEditor(session.theme)),
        ask(Dispute, "place"),
        combo(session, Dispute, "mediation_kind", beside=True),
        ask(Dispute, "name"),
        note(Dispute, "summary", 64),
        note(Dispute, "requests", 56, says=tr("一行写一项，Shift+Enter 换行")),
        chips(session, Dispute, "case_source"),
        ask(Dispute, "happened_on"),
        ask(Dispute, "deadline", beside=True),
        ask(Dispute, "responsible", more=True),
        ask(Dispute, "responsible_phones", more=True, beside=True),
        ask(Dispute, "organisation", more=True),
        combo(session, Dispute, "resolution_way", more=True),
        ask(Dispute, "applied_on", more=True),
        ask(Dispute, "registered_by", more=True, beside=True),
        ask(Dispute, "accepted_on", more=True),
        ask(Dispute, "people_count", more=True, beside=True),
        chips(session, Dispute, "scale", more=True),
        ask(Dispute, "units", more=True),
        ask(Dispute, "number", more=True),
    ]


def sitting(session: Session, case: CaseFile, *, new: bool) -> list[Ask]:
    """One 调解记录; a new one also says how it goes on."""
    theme = session.theme
    field = field_of(DisputeSession, "present")
    people = [(one["id"].hex, one["name"]) for one in case.parties]
    present: Editor = LineEditor(field)
    if new:
        present = ChipEditor(theme, field.label, people, many=True)
    told = field_of(DisputeSession, "rights_told").label
    result = ChipEditor(theme, tr("结果"), RESULTS)
    last = [Ask("result", tr("结果"), result, required=True)] if new else []
    return [
        ask(DisputeSession, "held_at"),
        ask(DisputeSession, "place"),
        ask(DisputeSession, "mediators"),
        ask(DisputeSession, "present", present),
        ask(
            DisputeSession,
            "rights_told",
            yes_no(theme, told, tr("已告知"), tr("没有告知")),
        ),
        note(DisputeSession, "statements", 84),
        *last,
        note(DisputeSession, "outcome", 56, label=tr("结果说明")),
        note(DisputeSession, "facts", 64, more=True),
        ask(DisputeSession, "recorder", more=True),
        ask(DisputeSession, "invited", more=True, beside=True),
        *([photos(session)] if new else ()),
    ]


def agreement(session: Session, case: CaseFile) -> list[Ask]:
    """协议: what was agreed, in which form, until when."""
    options = ((("later"), tr("以后履行")), (("now"), tr("当场已履行")))
    performed = ChipEditor(session.theme, tr("履行"), options)
    return [
        chips(session, Dispute, "agreement_form", required=True),
        note(Dispute, "agreement_text", 108, required=True),
        Ask("performed", tr("履行"), performed, required=True),
        ask(Dispute, "perform_by"),
        ask(Dispute, "effective_on", beside=True, label=tr("生效日期")),
        note(Dispute, "perform_way", 48),
        ask(Dispute, "follow_up_on"),
        ask(Dispute, "copies", beside=True),
        ask(Dispute, "agreement_number"),
        note(Dispute, "agreement_facts", 64, more=True),
        note(Dispute, "outcome", 64, more=True),
        photos(session),
    ]


def failure(session: Session, case: CaseFile) -> list[Ask]:
    """没有调成: of which other ways the parties were told."""
    label = tr("已告知的途径")
    ways = ChipEditor(session.theme, label, WAYS, many=True)
    more = words(tr("其他告知"))
    return [
        Ask("ways", label, ways),
        Ask("other_ways_told", more.label, LineEditor(more)),
        reason(tr("为什么没成")),
    ]


def visit_after(session: Session, case: CaseFile) -> list[Ask]:
    """回访: how the agreement is kept, what the parties say, what is left to fear."""
    on = Field(tr("回访时间"), DATE, required=True)
    return [
        Ask("followed_up_on", on.label, LineEditor(on), required=True),
        ask(Dispute, "followed_up_by", beside=True),
        chips(session, Dispute, "follow_up_way"),
        chips(session, Dispute, "performed", required=True),
        chips(session, Dispute, "satisfaction"),
        chips(session, Dispute, "lawsuit"),
        chips(session, Dispute, "risks"),
        note(Dispute, "follow_up_note"),
        note(Dispute, "measures", 56),
        Ask(
            "follow_up_on",
            tr("下次回访"),
            LineEditor(Field(tr("下次回访"), DATE)),
            hint=tr("不用再回访就空着"),
        ),
    ]


def confirmation(session: Session, case: CaseFile) -> list[Ask]:
    """司法确认: when the court confirmed the agreement."""
    return [ask(Dispute, "judicial_confirmed_on", required=True)]


def report(session: Session, case: CaseFile) -> list[Ask]:
    """上报: to whom, why, and what was done against it growing worse."""
    label = tr("上报到")
    measures = tr("预防措施")
    editor = NoteEditor(words(measures))
    editor.widget.setFixedHeight(64)
    on = Field(tr("上报日期"), DATE, required=True)
    return [
        Ask("risk", tr("有激化苗头"), yes_no(session.theme, tr("有激化苗头")), True),
        Ask("to", label, ChipEditor(session.theme, label, ABOVE)),
        Ask(
            "escalated_to",
            tr("其他单位"),
            LineEditor(words(tr("其他单位"))),
        ),
        Ask("on", on.label, LineEditor(on), required=True),
        reason(tr("上报理由"), height=64),
        Ask("measures", measures, editor),
    ]


def more_time(session: Session, case: CaseFile) -> list[Ask]:
    """延长时限: until when, and that both sides want it."""
    label = tr("双方都同意")
    return [
        ask(Dispute, "deadline"),
        Ask("both", label, yes_no(session.theme, label), required=True),
        reason(tr("延长理由")),
    ]


def ending(session: Session, case: CaseFile) -> list[Ask]:
    """撤回或终止: how it ended without an agreement here."""
    label = tr("怎样结束")
    return [
        Ask("end", label, ChipEditor(session.theme, label, ENDS), required=True),
        reason(tr("说明"), required=False),
    ]


def closing(session: Session, case: CaseFile) -> list[Ask]:
    """结案归档: the number of the bound papers, and who bound them."""
    return [*filing(session, case), reason(tr("结案说明"), required=False)]


def filing(session: Session, case: CaseFile) -> list[Ask]:
    """立卷: what the cover of the file says."""
    return [
        ask(Dispute, "number"),
        ask(Dispute, "filed_by"),
        ask(Dispute, "filed_on", beside=True),
        chips(session, Dispute, "kept_for"),
        ask(Dispute, "file_note"),
        note(Dispute, "file_account", 72),
    ]


def again(session: Session, case: CaseFile) -> list[Ask]:
    """重新调解: why, and until when."""
    return [reason(tr("理由")), ask(Dispute, "deadline")]
