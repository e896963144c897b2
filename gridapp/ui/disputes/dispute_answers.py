"""What the forms of a dispute begin with, and what their answers do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Dispute, DisputeItem, DisputeParty
from gridapp.models.record import Values, field_of
from gridapp.store import records
from gridapp.store.vault import Writing
from gridapp.ui.disputes import dispute_asks as asks
from gridapp.ui.disputes.paper_asks import OTHER
from gridapp.work import attachments, disputes
from gridapp.work.attachments import PendingPhoto
from gridapp.work.dispute_cases import CaseFile

Write = Callable[[Writing], Any]  # what is done in one transaction


def nothing(_case: CaseFile, _day: dt.date) -> Values:
    """Return no first answers."""
    return {}


def sitting_begin(case: CaseFile, _day: dt.date) -> Values:
    """Return now, the place and mediators of the last time, everybody present."""
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


def sitting_write(case: CaseFile, values: Values) -> Write:
    """Return what keeps the record of a sitting."""
    names = {one["id"].hex: one["name"] for one in case.parties}
    agreed = {"agreed": True, "failed": False}.get(values["result"])
    kept = _but(values, "result", "photos")
    present = [names[key] for key in values["present"] or () if key in names]
    kept |= {"present": tr("、").join(present) or None, "agreed": agreed}
    work = partial(disputes.hold_session, dispute_id=case.dispute["id"], values=kept)
    return partial(_with_photos, work=work, photos=values["photos"])


def _but(values: Values, *names: str) -> Values:
    return {name: value for name, value in values.items() if name not in names}


def _with_photos(
    tx: Writing,
    work: Write,
    photos: Sequence[PendingPhoto],
    owner: str = "dispute_session",
    dispute_id: UUID | None = None,
) -> Any:
    """Do the work, then attach photos to the dispute, else to what it made."""
    made = work(tx)
    if photos and dispute_id:
        attachments.attach(tx, "dispute", dispute_id, photos)
    elif photos:
        attachments.attach(tx, owner, made, photos)
    return made


def inquiry_begin(case: CaseFile, _day: dt.date) -> Values:
    """Return now, at the place of the dispute, by who mediates."""
    last = [one["recorder"] for one in (*case.inquiries, *case.sessions)]
    return {
        "held_at": dt.datetime.now(dt.UTC).replace(second=0, microsecond=0),
        "place": case.dispute["place"],
        "investigators": case.mediators,
        "recorder": (last[-1:] or [None])[0],
    }


def inquiry_write(case: CaseFile, values: Values) -> Write:
    """Return what keeps an inquiry; what is known of a party is taken over."""
    kept = _but(values, "whom", "photos")
    party = {one["id"].hex: one for one in case.parties}.get(values["whom"] or "")
    if party is not None:
        known = {
            "asked": party["name"],
            "relation": field_of(DisputeParty, "side").format(party["side"]),
            **{name: party[name] for name in ("sex", "age", "phones", "address")},
        }
        kept |= {name: kept[name] or value for name, value in known.items()}
    elif not kept["asked"]:
        if values["whom"] == OTHER:
            raise InvalidFields({"asked": tr("写一下问的是谁")})
        raise InvalidFields({"whom": tr("选一下问的是谁，不是当事人的选“其他人”")})
    work = partial(disputes.hold_inquiry, dispute_id=case.dispute["id"], values=kept)
    return partial(
        _with_photos, work=work, photos=values["photos"], owner="dispute_inquiry"
    )


def material_begin(_case: CaseFile, day: dt.date) -> Values:
    """Return one copy, handed in today."""
    return {"copies": 1, "given_on": day}


def material_write(case: CaseFile, values: Values) -> Write:
    """Return what adds a material to the file."""
    kept = {**_but(values, "photos"), "dispute_id": case.dispute["id"]}
    work = partial(records.save, model=DisputeItem, values=kept)
    return partial(
        _with_photos, work=work, photos=values["photos"], owner="dispute_item"
    )


def agree_begin(case: CaseFile, day: dt.date) -> Values:
    """Return a written agreement of today in the words of the last sitting."""
    last = [one["outcome"] for one in case.sessions if one["agreed"]]
    return {
        "agreement_form": "written",
        "agreement_text": (last[-1:] or [None])[0],
        "performed": "later",
        "effective_on": day,
        "copies": len(case.parties) + 1,  # one each, one for the committee
        "follow_up_on": day + dt.timedelta(days=case.follow_up_days),
        "outcome": case.dispute["outcome"],
    }


def agree_write(case: CaseFile, values: Values) -> Write:
    """Return what keeps an agreement; by when it is done is a must unless it is."""
    performed = values["performed"] == "now"
    kept = _but(values, "performed", "photos")
    if not performed and kept["perform_by"] is None:
        raise InvalidFields(
            {"perform_by": tr("写明最晚哪天履行完；当场办完的选“当场已履行”")}
        )
    kept["outcome"] = kept["outcome"] or kept["agreement_text"]
    dispute_id = case.dispute["id"]
    work = partial(
        disputes.agree, dispute_id=dispute_id, values=kept, performed=performed
    )
    photos = values["photos"]
    return partial(_with_photos, work=work, photos=photos, dispute_id=dispute_id)


def fail_write(case: CaseFile, values: Values) -> Write:
    """Return what keeps a failure; the other ways told are a must (Art 26)."""
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


def fail_begin(case: CaseFile, _day: dt.date) -> Values:
    """Return why it failed in the words of the last sitting."""
    last = [one["outcome"] for one in case.sessions if one["agreed"] is False]
    return {"reason": (last[-1:] or [None])[0]}


def visit_begin(performed: str | None, case: CaseFile, day: dt.date) -> Values:
    """Return a visit of today by who mediated; `performed` if that is known."""
    return {
        "followed_up_on": day,
        "followed_up_by": case.mediators,
        "performed": performed,
    }


VISIT_FIELDS = (
    "followed_up_by",
    "follow_up_way",
    "performed",
    "satisfaction",
    "lawsuit",
    "risks",
    "measures",
)
_SAID = ("performed", "satisfaction", "lawsuit", "risks")  # told in the trace as well
_WELL = frozenset({"no", "none"})  # nothing that needs words


def visit_write(case: CaseFile, values: Values) -> Write:
    """Return what keeps a follow-up visit, its chips also put into words."""
    chosen = [
        field_of(Dispute, name).format(values[name])
        for name in _SAID
        if values[name] and not _WELL.issuperset(_each(values[name]))
    ]
    done = values["performed"] == "all"
    risks: Sequence[str] = values["risks"] or ()
    if "none" in risks and len(risks) > 1:
        sentence = tr("选了“没有发现”，就不用再选别的；有发现的去掉这一项")
        raise InvalidFields({"risks": sentence})
    trouble = len(chosen) > 1 + bool(values["satisfaction"])
    note = values["follow_up_note"] or ""
    if (trouble or values["satisfaction"] == "bad" or not done) and not note:
        sentence = tr("写一下现在怎么样、下一步怎么办")
        raise InvalidFields({"follow_up_note": sentence})
    return partial(
        disputes.follow_up,
        dispute_id=case.dispute["id"],
        note=tr("；").join(filter(None, (tr("，").join(chosen), note))),
        on=values["followed_up_on"],
        performed=done,
        next_on=values["follow_up_on"],
        answers={name: values[name] for name in VISIT_FIELDS},
    )


def _each(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def report_begin(_case: CaseFile, day: dt.date) -> Values:
    """Return a report of today."""
    return {"on": day}


def report_write(case: CaseFile, values: Values) -> Write:
    """Return what keeps a report; with a risk the measures are a must (Art 25)."""
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


def extend_begin(case: CaseFile, day: dt.date) -> Values:
    """Return one more term of mediation."""
    start = max(case.dispute["deadline"], day)
    return {"deadline": start + dt.timedelta(days=case.mediation_days)}


def extend_write(case: CaseFile, values: Values) -> Write:
    """Return what keeps a longer term; both sides must want it."""
    if not values["both"]:
        sentence = tr("要双方都同意才能延长；不同意的，到期按没有调成办理")
        raise InvalidFields({"both": sentence})
    return partial(
        disputes.extend,
        dispute_id=case.dispute["id"],
        until=values["deadline"],
        reason=values["reason"],
    )


def end_write(case: CaseFile, values: Values) -> Write:
    """Return what ends a mediation without an agreement here."""
    end, more = dict(asks.ENDS)[values["end"]], values["reason"] or ""
    if values["end"] == "other" and not more:
        raise InvalidFields({"reason": tr("选了“其他原因”，请写明")})
    return partial(
        disputes.withdraw,
        dispute_id=case.dispute["id"],
        reason=tr("；").join(filter(None, (end, more))),
        settled=values["end"] == "settled",
    )


FILE_FIELDS = (
    "number",
    "filed_by",
    "filed_on",
    "kept_for",
    "file_note",
    "file_account",
)


def file_begin(case: CaseFile, day: dt.date) -> Values:
    """Return what the cover says, bound today by who works here unless it says else."""
    known = {name: case.dispute[name] for name in FILE_FIELDS}
    proposed = {"filed_by": case.worker or None, "filed_on": day}
    return known | {name: known[name] or new for name, new in proposed.items()}


def file_write(case: CaseFile, values: Values) -> Write:
    """Return what keeps how the file is bound."""
    return edit_write(case, values)


def close_write(case: CaseFile, values: Values) -> Write:
    """Return what closes the file."""
    kept = {name: values[name] for name in FILE_FIELDS}
    return partial(
        disputes.close,
        dispute_id=case.dispute["id"],
        values=kept,
        note=values["reason"] or "",
    )


def again_begin(case: CaseFile, day: dt.date) -> Values:
    """Return a whole term of mediation from today."""
    return {"deadline": day + dt.timedelta(days=case.mediation_days)}


def again_write(case: CaseFile, values: Values) -> Write:
    """Return what begins the mediation again."""
    return partial(
        disputes.reopen,
        dispute_id=case.dispute["id"],
        reason=values["reason"],
        deadline=values["deadline"],
    )


def confirm_begin(_case: CaseFile, day: dt.date) -> Values:
    """Return today."""
    return {"judicial_confirmed_on": day}


def confirm_write(case: CaseFile, values: Values) -> Write:
    """Return what keeps the court's confirmation."""
    on = values["judicial_confirmed_on"]
    return partial(disputes.confirm, dispute_id=case.dispute["id"], on=on)


def edit_begin(case: CaseFile, _day: dt.date) -> Values:
    """Return what was registered."""
    return case.dispute


def edit_write(case: CaseFile, values: Values) -> Write:
    """Return what changes what was registered."""
    work = partial(records.save, model=Dispute, values=values)
    return partial(work, record_id=case.dispute["id"])
