"""What is asked for the papers of a file: inquiries, materials, what to print."""

from __future__ import annotations

from dataclasses import replace

from gridapp.language import tr
from gridapp.models import DisputeInquiry, DisputeItem
from gridapp.models.record import field_of
from gridapp.ui.disputes.field_asks import ask, chips, note, photos
from gridapp.ui.disputes.talk_field import TalkEditor
from gridapp.ui.forms.ask_form import Ask, AskForm, ChipEditor
from gridapp.ui.forms.editors import LineEditor
from gridapp.ui.session import Session
from gridapp.work.dispute_cases import CaseFile
from gridapp.work.mediation_papers import BLANK, CARD, PAPERS, WHOLE

OTHER = "other"  # somebody who is no party


def inquiry(session: Session, case: CaseFile, *, new: bool) -> list[Ask]:
    """One 调查记录; in a new one a party is chosen and not written again."""
    talk = TalkEditor(field_of(DisputeInquiry, "talk"), 150)
    whom = tr("问谁")
    people = [(one["id"].hex, one["name"]) for one in case.parties]
    choice = ChipEditor(session.theme, whom, [*people, (OTHER, tr("其他人"))])
    return [
        *(
            (Ask("whom", whom, choice), _somebody_else())
            if new
            else (ask(DisputeInquiry, "asked"),)
        ),
        ask(DisputeInquiry, "relation", beside=True),
        ask(DisputeInquiry, "talk", talk, required=True),
        ask(DisputeInquiry, "held_at"),
        ask(DisputeInquiry, "place"),
        ask(DisputeInquiry, "investigators"),
        ask(DisputeInquiry, "recorder", beside=True),
        ask(DisputeInquiry, "present"),
        chips(session, DisputeInquiry, "sex", more=True),
        ask(DisputeInquiry, "age", more=True),
        ask(DisputeInquiry, "phones", more=True, beside=True),
        ask(DisputeInquiry, "address", more=True),
        *([photos(session)] if new else ()),
    ]


def _somebody_else() -> Ask:
    """The name of who is no party; of a party it is known."""
    field = replace(field_of(DisputeInquiry, "asked"), required=False)
    return Ask(field.name, tr("其他人姓名"), LineEditor(field))


def ask_whom(form: AskForm) -> None:
    """Ask for a name and a relation only of somebody who is no party."""
    other = form.editor("whom").value() == OTHER
    for name in ("asked", "relation"):
        form.ask_for(name, wanted=other)


def material(session: Session, *, new: bool) -> list[Ask]:
    """卷内材料: what somebody handed in, with photos of it."""
    return [
        chips(session, DisputeItem, "kind"),
        ask(DisputeItem, "name"),
        ask(DisputeItem, "copies"),
        ask(DisputeItem, "pages", beside=True),
        ask(DisputeItem, "given_by"),
        ask(DisputeItem, "given_on", beside=True),
        note(DisputeItem, "note", 56),
        *([photos(session)] if new else ()),
    ]


def papers(session: Session, case: CaseFile) -> list[Ask]:
    """打印: which papers, those of this file first."""
    papered = case.papered
    mine = [one for one in PAPERS if papered.belongs(one)]
    rest = [one for one in PAPERS if one not in mine]
    sheets = [
        (WHOLE, tr("整卷")),
        *((one.sheet, one.title) for one in mine),
        *((one.sheet, one.title) for one in rest),
        (CARD, tr("矛盾纠纷登记表")),
        (BLANK, tr("空白文书（整套）")),
    ]
    what = tr("打印什么")
    choice = ChipEditor(session.theme, what, sheets, first=len(mine) + 1)
    return [Ask("sheet", what, choice, required=True)]
