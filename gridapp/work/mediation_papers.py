"""The papers of a mediation file: which there are, when each belongs, what it lacks.

The list and its order are those of the 卷内目录 that judicial offices use, and what
each asks for is the field list of domain.md §2.8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridapp.language import tr
from gridapp.models import Dispute, DisputeInquiry, DisputeParty, DisputeSession
from gridapp.models.codes import table as code_table
from gridapp.models.record import Record, Values, field_of

SHEET = "dispute-{key}"
# Sheets of the whole file, of blank papers, and of the record itself.
WHOLE, BLANK, CARD = (SHEET.format(key=key) for key in ("file", "blank", "card"))
IDENTITY = "identity"  # file_item: 当事人身份证明
# What the papers say of each party.
PERSON = ("sex", "ethnicity", "age", "occupation", "phones", "address")
_TERMS = ("agreement_number", "agreement_text", "perform_way", "perform_by")


@dataclass(frozen=True)
class Paper:
    """One sort of paper; `needs` are fields of the dispute, `each` of its parts."""

    key: str
    title: str
    item: int = 0  # its line of the 卷内目录, 0 when it stands before them
    needs: tuple[str, ...] = ()
    people: bool = False  # whether it says who the parties are
    of: type[Record] = Dispute  # one paper for each of these
    each: tuple[str, ...] = ()

    @property
    def sheet(self) -> str:
        """The name of its sheet."""
        return SHEET.format(key=self.key)


PAPERS = (
    Paper(
        "cover",
        tr("卷宗封面"),
        needs=("number", "filed_by", "filed_on", "kept_for"),
    ),
    Paper("contents", tr("卷内目录")),
    Paper(
        "application",
        tr("人民调解申请书"),
        1,
        ("summary", "requests", "applied_on"),
        people=True,
    ),
    Paper(
        "acceptance",
        tr("人民调解受理登记表"),
        1,
        ("accepted_on", "mediation_kind", "case_source", "summary", "registered_by"),
        people=True,
    ),
    Paper("rights", tr("人民调解当事人权利义务告知书"), 2),
    Paper(
        "delegation",
        tr("授权委托书"),
        4,
        of=DisputeParty,
        each=(
            "deputy_sex",
            "deputy_relation",
            "deputy_document",
            "deputy_phones",
            "deputy_address",
            "deputy_powers",
            "deputy_until",
        ),
    ),
    Paper(
        "inquiry",
        tr("人民调解调查记录"),
        5,
        of=DisputeInquiry,
        each=("place", "present", "sex", "age", "relation", "recorder", "talk"),
    ),
    Paper(
        "session",
        tr("人民调解记录"),
        7,
        of=DisputeSession,
        each=(
            "place",
            "present",
            "recorder",
            "rights_told",
            "statements",
            "facts",
            "outcome",
        ),
    ),
    Paper(
        "agreement",
        tr("人民调解协议书"),
        8,
        (*_TERMS, "copies", "effective_on"),
        people=True,
    ),
    Paper(
        "oral", tr("人民调解口头协议登记表"), 8, (*_TERMS, "effective_on"), people=True
    ),
    Paper(
        "follow-up",
        tr("人民调解回访记录"),
        10,
        (
            "agreement_number",
            "followed_up_on",
            "followed_up_by",
            "follow_up_way",
            "performed",
            "satisfaction",
            "lawsuit",
            "risks",
        ),
    ),
    Paper("account", tr("卷宗情况说明"), 12, ("file_account",)),
    Paper("back", tr("卷宗封底"), 13, ("filed_by", "filed_on")),
)


def paper(key: str) -> Paper:
    """The paper of that key; KeyError when there is none."""
    for one in PAPERS:
        if one.key == key:
            return one
    raise KeyError(key)


@dataclass(frozen=True)
class Papered:
    """What the papers of one dispute are made of."""

    dispute: Values
    parties: Sequence[Values]
    inquiries: Sequence[Values]
    sessions: Sequence[Values]
    items: Sequence[Values]  # what was handed in for the file

    def parts(self, one: Paper) -> Sequence[Values]:
        """The records of which each has a paper of that sort."""
        by_type: Mapping[type[Record], Sequence[Values]] = {
            Dispute: (self.dispute,),
            DisputeParty: [party for party in self.parties if party["deputy"]],
            DisputeInquiry: self.inquiries,
            DisputeSession: self.sessions,
        }
        return by_type[one.of]

    def belongs(self, one: Paper) -> bool:
        """Whether the file of this dispute has a paper of that sort by now.

        A file has an application or an acceptance form, and an agreement or the form
        of an oral one.
        """
        dispute = self.dispute
        applied = dispute["case_source"] == "applied"
        agreed = dispute["effective_on"] is not None
        oral = dispute["agreement_form"] == "oral"
        has = {
            "application": applied,
            "acceptance": not applied,
            "agreement": agreed and not oral,
            "oral": agreed and oral,
            "follow-up": dispute["followed_up_on"] is not None,
            "account": bool(dispute["file_account"]),
        }
        return has.get(one.key, bool(self.parts(one)))

    def missing(self, one: Paper) -> list[str]:
        """What is still to be filled in on a paper of that sort, in words."""
        found = _empty(Dispute, self.dispute, one.needs)
        if one.people:
            for party in self.parties:
                found += _of(party["name"], _empty(DisputeParty, party, PERSON))
        if one.each:
            parts = self.parts(one)
            for part in parts:
                name = field_of(one.of, one.of.shown_by).format(part[one.of.shown_by])
                empty = _empty(one.of, part, one.each)
                found += _of(name, empty) if len(parts) > 1 else empty
        return found

    def file_lacks(self) -> list[str]:
        """What every file must have by its end and this one has not, by its title."""
        if self.dispute["state"] not in ("agreed", "performed", "closed"):
            return []
        wanted = [] if self.sessions else [paper("session").title]
        if not any(one["kind"] == IDENTITY for one in self.items):
            wanted.insert(0, code_table("file_item").name(IDENTITY))
        if self.dispute["succeeded"] and not self.dispute["effective_on"]:
            wanted.append(paper("agreement").title)
        return wanted


def _empty(
    model: type[Record], values: Mapping[str, Any], names: Iterable[str]
) -> list[str]:
    """The labels of the fields without a value."""
    return [
        field_of(model, name).label
        for name in names
        if values.get(name) in (None, "", ())
    ]


def _of(name: str, labels: Iterable[str]) -> list[str]:
    return [tr("{name}的{label}", name=name, label=label) for label in labels]
