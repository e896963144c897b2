"""Registering a dispute: who with whom about what; the rest is proposed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from gridapp.language import tr
from gridapp.models import codes
from gridapp.models.record import Values
from gridapp.ui.disputes import dispute_asks, dispute_drafts
from gridapp.ui.disputes.case_form import CaseForm
from gridapp.ui.disputes.party_strip import PartiesEditor
from gridapp.ui.forms.ask_form import AskForm
from gridapp.ui.session import Session
from gridapp.work.dispute_cases import Start
from gridapp.work.disputes import BY_PEOPLE, mediation_kind

PROPOSED = ("mediation_kind", "place", "name", "people_count")
_HOUSE = re.compile(r".*(单元|号楼|栋|幢)")  # a place without the door of the family


class RegisterForm(CaseForm):
    """The form for a new dispute."""

    def __init__(self, session: Session, start: Start) -> None:
        parties = PartiesEditor(session)
        form = AskForm(session.theme, dispute_asks.registration(session, parties))
        super().__init__(session, form, tr("登记纠纷"), dispute_drafts.NEW)
        self._parties = parties.widget
        self._kind = form.editor("dispute_kind")
        self._proposed: Values = dict.fromkeys(PROPOSED)
        self.about.setText(
            tr("先找当事人，地点和名称会自动写好；已由法院、公安等受理的不能调解")
        )
        self._start: Values = {
            "happened_on": start.day,
            "accepted_on": start.day,
            "deadline": start.deadline,
            "scale": "01",
            "resolution_way": BY_PEOPLE,
            "applied_on": start.day,
            "registered_by": start.responsible or None,
            "responsible": start.responsible or None,
            "responsible_phones": start.responsible_phones,
            "organisation": start.organisation,
            "case_source": "applied",
        }

    def open(self) -> None:
        """Begin, with what was left half-written if there is something."""
        self.begin(self._start)
        self.form.changed.connect(self._propose)

    def _propose(self) -> None:
        """Write what follows from the answers where nobody has written else."""
        parties = self._parties.parties()
        kind = self._kind.value()
        following = mediation_kind(kind) if kind else None
        proposals: Values = {
            "mediation_kind": following,
            "place": place_of(parties),
            "name": name_of(parties, following),
            "people_count": max(len(parties), 2),
        }
        for name, new in proposals.items():
            editor = self.form.editor(name)
            if self._proposed[name] == new:
                continue
            if _written(editor) in (None, self._proposed[name]):
                editor.set_value(new)
                self._proposed[name] = new


def place_of(parties: Sequence[Values]) -> str | None:
    """Return the building of the first party whose address is known."""
    for party in parties:
        address = party.get("address")
        if address:
            house = _HOUSE.match(address)
            return house.group() if house else address
    return None


def name_of(parties: Sequence[Values], kind: str | None) -> str | None:
    """Return a name for the dispute: 李桂英与张德福邻里纠纷."""
    first = [one["name"] for one in parties if one["side"] == "applicant"]
    others = [one["name"] for one in parties if one["side"] != "applicant"]
    if not first or not others or kind is None:
        return None
    words = codes.table("mediation_kind").name(kind)
    if len(parties) > 2:
        return tr(
            "{first}与{second}等 {count} 人{kind}纠纷",
            first=first[0],
            second=others[0],
            count=len(parties),
            kind=words,
        )
    return tr(
        "{first}与{second}{kind}纠纷", first=first[0], second=others[0], kind=words
    )


def _written(editor: Any) -> Any:
    try:
        return editor.value()
    except ValueError:
        return None if not editor.widget.text().strip() else editor.widget.text()
