"""Mediation: the limits that follow from registering, agreeing and failing."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields
from gridapp.models import Dispute, DisputeParty, DisputeSession
from gridapp.models.codes import table
from gridapp.store import records
from gridapp.work import disputes

SIDES = [{"name": "李桂英", "phones": ("13800000001",)}, {"name": "张德福"}]
LEAK = {
    "name": "楼上漏水",
    "place": "3号楼2单元",
    "dispute_kind": "0201",
    "summary": "卫生间漏水到楼下",
    "happened_on": dt.date(2026, 11, 1),
    "accepted_on": dt.date(2026, 11, 3),
}


def register(vault, sides=SIDES, **given):
    with vault.writing() as tx:
        return disputes.register_dispute(tx, LEAK | given, sides)


def row(vault, dispute_id):
    with vault.reading() as db:
        return records.get(db, Dispute, dispute_id)


def test_registered_dispute_has_a_limit_kind_and_parties(vault):
    dispute_id = register(vault)
    dispute = row(vault, dispute_id)
    assert dispute["deadline"] == dt.date(2026, 12, 3)
    assert (dispute["state"], dispute["mediation_kind"]) == ("registered", "neighbour")
    assert dispute["people_count"] == 2
    with vault.reading() as db:
        sides = records.filtered(db, DisputeParty, {"dispute_id": dispute_id})
    assert [(one["name"], one["side"], one["main"]) for one in sides] == [
        ("李桂英", "applicant", True),
        ("张德福", "respondent", False),
    ]


def test_given_limit_and_main_party_are_kept(vault):
    sides = [{"name": "甲方"}, {"name": "乙方", "main": True}]
    limit = dt.date(2026, 11, 20)
    dispute_id = register(vault, sides, deadline=limit)
    assert row(vault, dispute_id)["deadline"] == limit
    with vault.reading() as db:
        found = records.filtered(db, DisputeParty, {"dispute_id": dispute_id})
    assert [one["main"] for one in found] == [False, True]


def test_dispute_has_two_sides(vault):
    with pytest.raises(InvalidFields, match="两方"):
        register(vault, SIDES[:1])
    with vault.reading() as db:
        assert records.find(db, Dispute) == []


def test_session_starts_the_mediation(vault):
    dispute_id = register(vault)
    with vault.writing() as tx:
        disputes.hold_session(tx, dispute_id, {"mediators": "周敏"})
    assert row(vault, dispute_id)["state"] == "mediating"
    with vault.reading() as db:
        [session] = records.filtered(db, DisputeSession, {"dispute_id": dispute_id})
    assert session["mediators"] == "周敏"


def test_agreement_sets_the_follow_up_visit(vault):
    dispute_id = register(vault)
    effective = dt.date(2026, 11, 10)
    with vault.writing() as tx:
        disputes.agree(tx, dispute_id, {"effective_on": effective})
    dispute = row(vault, dispute_id)
    assert (dispute["state"], dispute["succeeded"]) == ("agreed", True)
    assert dispute["follow_up_on"] == dt.date(2026, 12, 10)
    assert disputes.judicial_deadline(effective) == dt.date(2026, 12, 10)


def test_failed_mediation_says_which_other_ways_were_told(vault):
    dispute_id = register(vault)
    with pytest.raises(InvalidFields, match="其他途径"), vault.writing() as tx:
        disputes.fail(tx, dispute_id, "", "谈不拢")
    with vault.writing() as tx:
        disputes.fail(tx, dispute_id, "可向法院起诉", "谈不拢")
    dispute = row(vault, dispute_id)
    assert (dispute["state"], dispute["succeeded"]) == ("failed", False)


@pytest.mark.parametrize(
    ("performed", "state"), [(True, "performed"), (False, "agreed")]
)
def test_follow_up_says_how_the_agreement_is_kept(vault, performed, state):
    dispute_id, on = register(vault), dt.date(2026, 12, 9)
    with vault.writing() as tx:
        disputes.agree(tx, dispute_id, {})
    with pytest.raises(InvalidFields, match="履行"), vault.writing() as tx:
        disputes.follow_up(tx, dispute_id, " ", on, performed=performed)
    with vault.writing() as tx:
        disputes.follow_up(tx, dispute_id, "按月付款", on, performed=performed)
    dispute = row(vault, dispute_id)
    assert (dispute["state"], dispute["followed_up_on"]) == (state, on)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("0101", "family"),
        ("0402", "property"),
        ("0502", "medical"),
        ("0507", "damages"),
        ("0604", "contract"),
        ("0601", "consumer"),
        ("1503", "other"),
        ("99", "other"),
    ],
)
def test_kind_of_the_judicial_statistics(kind, expected):
    assert disputes.mediation_kind(kind) == expected


def test_mapping_names_kinds_that_exist():
    assert set(disputes.MEDIATION_KINDS) <= set(table("dispute_kind").codes)
    known = set(table("mediation_kind").codes)
    assert set(disputes.MEDIATION_KINDS.values()) | {"other"} <= known
