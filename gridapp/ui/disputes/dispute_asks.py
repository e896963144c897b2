"""What each act on a dispute asks for, as questions of a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridapp.language import tr
from gridapp.models import Dispute, DisputeSession, codes
from gridapp.models.kinds import DATE, NOTE
from gridapp.models.record import Field, Record, field_of
from gridapp.ui.disputes.kind_field import KindEditor
from gridapp.ui.disputes.party_strip import PartiesEditor
from gridapp.ui.forms.ask_form import YES_NO, Ask, ChipEditor, yes_no
from gridapp.ui.forms.editors import ChoiceEditor, Editor, LineEditor, NoteEditor
from gridapp.ui.photos.photos_editor import PhotosEditor
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
KEPT = (
    ("all", tr("已全部履行")),
    ("part", tr("正在履行")),
    ("none", tr("没有履行")),
)
CONTENT = (
    ("good", tr("满意")),
    ("fair", tr("基本满意")),
    ("bad", tr("不满意")),
)
SIGNS = (
    ("sued", tr("有一方已起诉")),
    ("worse", tr("有激化苗头")),
    ("left", tr("还有遗留隐患")),
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


def _words(words: str) -> Field:
    """A question that is no field of a record; its words go into one that is."""
    return Field(words, NOTE)


def _ask(
    model: type[Record], name: str, editor: Editor | None = None, **options: Any
) -> Ask:
    field = field_of(model, name)
    options.setdefault("required", field.required)
    options.setdefault("label", field.label)
    return Ask(name, editor=editor or LineEditor(field), **options)


def _note(model: type[Record], name: str, height: int = 84, **options: Any) -> Ask:
    editor = NoteEditor(field_of(model, name))
    editor.widget.setFixedHeight(height)
    return _ask(model, name, editor, **options)


def _reason(label: str, *, required: bool = True, height: int = 72) -> Ask:
    editor = NoteEditor(_words(label))
    editor.widget.setFixedHeight(height)
    return Ask("reason", label, editor, required=required)


def _chips(session: Session, model: type[Record], name: str, **options: Any) -> Ask:
    field = field_of(model, name)
    table = codes.table(field.codes)
    choices = [(code, table.name(code)) for code in table.codes]
    return _ask(model, name, ChipEditor(session.theme, field.label, choices), **options)


def _combo(session: Session, model: type[Record], name: str, **options: Any) -> Ask:
    return _ask(model, name, ChoiceEditor(session, field_of(model, name)), **options)


def _photos(session: Session) -> Ask:
    return Ask("photos", tr("照片"), PhotosEditor(session), more=True)


def registration(session: Session, parties: PartiesEditor | None = None) -> list[Ask]:
    """What a dispute is about; `parties` asks for them in a new one."""
    first = [Ask("parties", tr("当事人"), parties, required=True)] if parties else []
    return [
        *first,
        _ask(Dispute, "dispute_kind", KindEditor(session.theme)),
        _ask(Dispute, "place"),
        _combo(session, Dispute, "mediation_kind", beside=True),
        _ask(Dispute, "name"),
        _note(Dispute, "summary", 64),
        _chips(session, Dispute, "case_source"),
        _ask(Dispute, "happened_on"),
        _ask(Dispute, "deadline", beside=True),
        _ask(Dispute, "responsible", more=True),
        _ask(Dispute, "responsible_phones", more=True, beside=True),
        _ask(Dispute, "organisation", more=True),
        _combo(session, Dispute, "resolution_way", more=True),
        _ask(Dispute, "accepted_on", more=True),
        _ask(Dispute, "people_count", more=True, beside=True),
        _chips(session, Dispute, "scale", more=True),
        _ask(Dispute, "units", more=True),
        _ask(Dispute, "number", more=True),
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
        _ask(DisputeSession, "held_at"),
        _ask(DisputeSession, "place"),
        _ask(DisputeSession, "mediators"),
        _ask(DisputeSession, "present", present),
        _ask(
            DisputeSession,
            "rights_told",
            yes_no(theme, told, tr("已告知"), tr("没有告知")),
        ),
        _note(DisputeSession, "statements", 84),
        *last,
        _note(DisputeSession, "outcome", 56, label=tr("结果说明")),
        _note(DisputeSession, "facts", 64, more=True),
        _ask(DisputeSession, "recorder", more=True),
        _ask(DisputeSession, "invited", more=True, beside=True),
        *([_photos(session)] if new else ()),
    ]


def agreement(session: Session, case: CaseFile) -> list[Ask]:
    """协议: what was agreed, in which form, until when."""
    options = ((("later"), tr("以后履行")), (("now"), tr("当场已履行")))
    performed = ChipEditor(session.theme, tr("履行"), options)
    return [
        _chips(session, Dispute, "agreement_form", required=True),
        _note(Dispute, "agreement_text", 108, required=True),
        Ask("performed", tr("履行"), performed, required=True),
        _ask(Dispute, "perform_by"),
        _ask(Dispute, "effective_on", beside=True),
        _ask(Dispute, "follow_up_on"),
        _ask(Dispute, "agreement_number", beside=True),
        _note(Dispute, "outcome", 64, more=True),
        _photos(session),
    ]


def failure(session: Session, case: CaseFile) -> list[Ask]:
    """没有调成: of which other ways the parties were told."""
    label = tr("已告知的途径")
    ways = ChipEditor(session.theme, label, WAYS, many=True)
    more = _words(tr("其他告知"))
    return [
        Ask("ways", label, ways),
        Ask("other_ways_told", more.label, LineEditor(more)),
        _reason(tr("为什么没成")),
    ]


def visit_after(session: Session, case: CaseFile) -> list[Ask]:
    """回访: how the agreement is kept."""
    theme = session.theme
    on = Field(tr("回访时间"), DATE, required=True)
    return [
        Ask("followed_up_on", on.label, LineEditor(on), required=True),
        Ask("kept", tr("履行情况"), ChipEditor(theme, tr("履行情况"), KEPT), True),
        Ask("content", tr("满意程度"), ChipEditor(theme, tr("满意程度"), CONTENT)),
        Ask("signs", tr("另外"), ChipEditor(theme, tr("另外"), SIGNS, many=True)),
        Ask(
            "follow_up_note",
            tr("回访情况"),
            NoteEditor(_words(tr("回访情况"))),
        ),
        Ask(
            "follow_up_on",
            tr("下次回访"),
            LineEditor(Field(tr("下次回访"), DATE)),
            hint=tr("不用再回访就空着"),
        ),
    ]


def confirmation(session: Session, case: CaseFile) -> list[Ask]:
    """司法确认: when the court confirmed the agreement."""
    return [_ask(Dispute, "judicial_confirmed_on", required=True)]


def report(session: Session, case: CaseFile) -> list[Ask]:
    """上报: to whom, why, and what was done against it growing worse."""
    label = tr("上报到")
    measures = tr("预防措施")
    editor = NoteEditor(_words(measures))
    editor.widget.setFixedHeight(64)
    on = Field(tr("上报日期"), DATE, required=True)
    return [
        Ask("risk", tr("有激化苗头"), yes_no(session.theme, tr("有激化苗头")), True),
        Ask("to", label, ChipEditor(session.theme, label, ABOVE)),
        Ask(
            "escalated_to",
            tr("其他单位"),
            LineEditor(_words(tr("其他单位"))),
        ),
        Ask("on", on.label, LineEditor(on), required=True),
        _reason(tr("上报理由"), height=64),
        Ask("measures", measures, editor),
    ]


def more_time(session: Session, case: CaseFile) -> list[Ask]:
    """延长时限: until when, and that both sides want it."""
    label = tr("双方都同意")
    return [
        _ask(Dispute, "deadline"),
        Ask("both", label, yes_no(session.theme, label), required=True),
        _reason(tr("延长理由")),
    ]


def ending(session: Session, case: CaseFile) -> list[Ask]:
    """撤回或终止: how it ended without an agreement here."""
    label = tr("怎样结束")
    return [
        Ask("end", label, ChipEditor(session.theme, label, ENDS), required=True),
        _reason(tr("说明"), required=False),
    ]


def closing(session: Session, case: CaseFile) -> list[Ask]:
    """结案归档: the number of the bound papers."""
    return [
        _ask(Dispute, "number"),
        _reason(tr("结案说明"), required=False),
    ]


def again(session: Session, case: CaseFile) -> list[Ask]:
    """重新调解: why, and until when."""
    return [_reason(tr("理由")), _ask(Dispute, "deadline")]


def papers(session: Session, case: CaseFile) -> list[Ask]:
    """打印: which papers, masked or whole."""
    sheets: Sequence[tuple[str, str]] = (
        ("dispute-file", tr("调解卷宗（全套文书）")),
        ("dispute-card", tr("矛盾纠纷登记表")),
    )
    what, hidden = tr("打印什么"), tr("证件和电话")
    wholes = (("no", tr("遮住中间几位")), ("yes", tr("完整（记入日志）")))
    return [
        Ask("sheet", what, ChipEditor(session.theme, what, sheets), required=True),
        Ask(
            "whole",
            hidden,
            ChipEditor(session.theme, hidden, wholes, means=YES_NO),
            required=True,
        ),
    ]
