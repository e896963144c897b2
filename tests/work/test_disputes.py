"""Mediation: the limits that follow from registering, agreeing and failing."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields, UserError
from gridapp.models import (
    Dispute,
    DisputeItem,
    DisputeParty,
    DisputeSession,
)
from gridapp.models.codes import table
from gridapp.store import records
from gridapp.store.undo import noted, take_back
from gridapp.work import dispute_cases, dispute_parties, disputes
from gridapp.work.mediation_papers import PAPERS, paper

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


def act(vault, work, dispute_id, *given, **options):
    with vault.writing() as tx:
        return noted(tx, lambda tx: work(tx, dispute_id, *given, **options))


AGREED = {"effective_on": dt.date(2026, 11, 10), "agreement_text": "每月还 500 元"}


def test_follow_ups_stay_in_the_note_until_nothing_is_owed(vault):
    dispute_id = register(vault)
    act(vault, disputes.agree, dispute_id, AGREED)
    first, second = dt.date(2026, 12, 9), dt.date(2026, 12, 20)
    with pytest.raises(InvalidFields, match="之后"):
        act(
            vault,
            disputes.follow_up,
            dispute_id,
            "没还",
            first,
            performed=False,
            next_on=first,
        )
    act(
        vault,
        disputes.follow_up,
        dispute_id,
        "还了一半",
        first,
        performed=False,
        next_on=second,
    )
    assert disputes.follow_up_due(row(vault, dispute_id)) == second
    act(vault, disputes.follow_up, dispute_id, "还清了", second, performed=True)
    dispute = row(vault, dispute_id)
    assert disputes.follow_up_due(dispute) is None
    assert dispute["state"] == "performed"
    assert dispute["follow_up_note"] == "2026-12-09 还了一半\n2026-12-20 还清了"


def test_a_visit_before_its_day_settles_it(vault):
    dispute_id = register(vault)
    act(vault, disputes.agree, dispute_id, AGREED)
    early = dt.date(2026, 11, 20)
    act(vault, disputes.follow_up, dispute_id, "在履行", early, performed=False)
    assert disputes.follow_up_due(row(vault, dispute_id)) is None


def test_longer_time_needs_a_later_day_and_a_reason(vault):
    dispute_id = register(vault)
    with pytest.raises(InvalidFields) as refused:
        act(vault, disputes.extend, dispute_id, dt.date(2026, 12, 3), " ")
    assert set(refused.value.messages) == {"deadline", "reason"}
    act(vault, disputes.extend, dispute_id, dt.date(2026, 12, 20), "等房管局鉴定")
    dispute = row(vault, dispute_id)
    assert dispute["deadline"] == dt.date(2026, 12, 20)
    assert "等房管局鉴定" in dispute["outcome"]


def test_each_report_stays_with_its_day_and_reason(vault):
    dispute_id, day = register(vault), dt.date(2026, 11, 22)
    with pytest.raises(InvalidFields) as refused:
        act(vault, disputes.escalate, dispute_id, "", day, "")
    assert set(refused.value.messages) == {"escalated_to", "reason"}
    act(vault, disputes.escalate, dispute_id, "司法所", day, "不肯到场")
    act(vault, disputes.escalate, dispute_id, "派出所", day, "扬言打人", "已劝离现场")
    dispute = row(vault, dispute_id)
    assert (dispute["escalated_to"], dispute["state"]) == ("派出所", "registered")
    first, second = dispute["risk_note"].split("\n")
    assert first == "2026-11-22 上报司法所：不肯到场"
    assert second == "2026-11-22 上报派出所：扬言打人；已采取：已劝离现场"


def test_a_dispute_settled_by_the_parties_ends_well(vault):
    dispute_id = register(vault)
    act(vault, disputes.withdraw, dispute_id, "双方自行和解", settled=True)
    dispute = row(vault, dispute_id)
    assert (dispute["state"], dispute["succeeded"]) == ("closed", True)
    assert dispute["resolution_way"] == disputes.SETTLED


def test_mediating_again_begins_without_the_old_agreement(vault):
    dispute_id = register(vault)
    act(vault, disputes.agree, dispute_id, AGREED)
    until = dt.date(2026, 12, 31)
    act(vault, disputes.reopen, dispute_id, "一方反悔", until)
    dispute = row(vault, dispute_id)
    assert (dispute["state"], dispute["deadline"]) == ("mediating", until)
    assert dispute["agreement_text"] is dispute["follow_up_on"] is None
    assert "一方反悔" in dispute["outcome"]


def test_the_new_agreement_says_nothing_of_the_old_one(vault):
    dispute_id = register(vault)
    terms = {"perform_way": "现金", "copies": 3, "agreement_facts": "欠款"}
    act(vault, disputes.agree, dispute_id, AGREED | terms)
    told = {"performed": "none", "satisfaction": "bad", "risks": ("worse",)}
    on = dt.date(2026, 12, 9)
    given = {"performed": False, "answers": told}
    act(vault, disputes.follow_up, dispute_id, "反悔了", on, **given)
    assert row(vault, dispute_id) | told | terms == row(vault, dispute_id)
    act(vault, disputes.reopen, dispute_id, "一方反悔", dt.date(2026, 12, 31))
    dispute = row(vault, dispute_id)
    assert [dispute[name] for name in (*told, *terms)] == [None] * 6


def test_closing_keeps_how_the_file_is_bound(vault):
    dispute_id = register(vault)
    act(vault, disputes.agree, dispute_id, AGREED, performed=True)
    bound = {"number": "第1号", "filed_by": "赵立新", "kept_for": "long"}
    act(vault, disputes.close, dispute_id, bound | {"file_note": None}, "")
    dispute = row(vault, dispute_id)
    assert {name: dispute[name] for name in bound} == bound
    assert dispute["state"] == "closed"


def test_nobody_is_asked_about_a_dispute_that_is_over(vault):
    dispute_id = register(vault)
    asked = {"asked": "孙师傅", "investigators": "周敏"}
    act(vault, disputes.hold_inquiry, dispute_id, asked | {"talk": "问：在吗"})
    act(vault, disputes.agree, dispute_id, AGREED)
    with pytest.raises(UserError, match="已达成"):
        act(vault, disputes.hold_inquiry, dispute_id, asked)


def test_papers_refuse_ages_and_copies_that_cannot_be(vault):
    dispute_id = register(vault)
    asked = {"asked": "孙师傅", "investigators": "周敏", "age": 200}
    with pytest.raises(InvalidFields, match="0 到 150"):
        act(vault, disputes.hold_inquiry, dispute_id, asked)
    item = {"dispute_id": dispute_id, "kind": "evidence", "name": "照片"}
    with pytest.raises(InvalidFields, match="至少 1 份"), vault.writing() as tx:
        records.save(tx, DisputeItem, item | {"copies": 0})
    with pytest.raises(InvalidFields, match="至少 1 页"), vault.writing() as tx:
        records.save(tx, DisputeItem, item | {"copies": 1, "pages": 0})
    with pytest.raises(InvalidFields, match="协议份数"), vault.writing() as tx:
        records.save(tx, Dispute, {"copies": 0}, dispute_id)


def papered(vault, dispute_id):
    with vault.reading() as db:
        case = dispute_cases.case_file(db, dispute_id, dt.date(2026, 11, 20))
    return case.papered


def belonging(vault, dispute_id):
    found = papered(vault, dispute_id)
    return {one.key for one in PAPERS if found.belongs(one)}


def test_papers_belong_to_a_file_as_the_mediation_goes_on(vault):
    dispute_id = register(vault)
    begun = {"cover", "contents", "acceptance", "rights", "back"}
    assert belonging(vault, dispute_id) == begun
    with vault.writing() as tx:
        records.save(tx, Dispute, {"case_source": "applied"}, dispute_id)
        [party, *_] = records.filtered(tx.db, DisputeParty, {"dispute_id": dispute_id})
        records.save(tx, DisputeParty, {"deputy": "王建国"}, party["id"])
    begun = begun - {"acceptance"} | {"application", "delegation"}
    assert belonging(vault, dispute_id) == begun
    asked = {"asked": "孙师傅", "investigators": "周敏"}
    act(vault, disputes.hold_inquiry, dispute_id, asked)
    act(vault, disputes.hold_session, dispute_id, {"mediators": "周敏"})
    act(vault, disputes.agree, dispute_id, AGREED | {"agreement_form": "oral"})
    on = dt.date(2026, 12, 9)
    act(vault, disputes.follow_up, dispute_id, "好", on, performed=True)
    all_of_it = begun | {"inquiry", "session", "oral", "follow-up"}
    assert belonging(vault, dispute_id) == all_of_it


def test_a_paper_says_what_it_lacks_and_of_whom(vault):
    dispute_id = register(vault)
    act(vault, disputes.agree, dispute_id, AGREED | {"perform_way": "现金"})
    file = papered(vault, dispute_id)
    lacking = file.missing(paper("agreement"))
    assert "协议份数" in lacking
    assert "履行方式" not in lacking
    names = [one["name"] for one in file.parties]
    assert f"{names[0]}的年龄" in lacking
    assert file.file_lacks() == ["当事人身份证明", "人民调解记录"]
    assert file.missing(paper("rights")) == []


def test_court_cannot_confirm_before_the_agreement(vault):
    dispute_id = register(vault)
    act(vault, disputes.agree, dispute_id, AGREED)
    with pytest.raises(InvalidFields, match="不能早于"):
        act(vault, disputes.confirm, dispute_id, dt.date(2026, 11, 9))
    act(vault, disputes.confirm, dispute_id, dt.date(2026, 11, 30))
    assert row(vault, dispute_id)["judicial_confirmed_on"] == dt.date(2026, 11, 30)


def test_what_the_table_forbids_is_refused(vault):
    dispute_id = register(vault)
    with pytest.raises(UserError, match="已登记"):
        act(vault, disputes.close, dispute_id, {}, "")
    act(vault, disputes.agree, dispute_id, AGREED)
    closed = {"state": "closed"}
    with pytest.raises(InvalidFields, match="一步步"), vault.writing() as tx:
        records.save(tx, Dispute, closed, dispute_id)


ACTS = {
    "session": (disputes.hold_session, ({"mediators": "周敏"},), {}),
    "agree": (disputes.agree, (AGREED,), {"performed": True}),
    "fail": (disputes.fail, ("可以起诉", "谈不拢"), {}),
    "extend": (disputes.extend, (dt.date(2026, 12, 30), "等鉴定"), {}),
    "escalate": (disputes.escalate, ("司法所", dt.date(2026, 11, 22), "僵持"), {}),
    "withdraw": (disputes.withdraw, ("撤回",), {"settled": False}),
}


@pytest.mark.parametrize("name", ACTS)
def test_every_act_can_be_taken_back(vault, name):
    dispute_id = register(vault)
    before = row(vault, dispute_id)
    work, given, options = ACTS[name]
    done = act(vault, work, dispute_id, *given, **options)
    assert row(vault, dispute_id) != before
    with vault.writing() as tx:
        take_back(tx, done)
    after = row(vault, dispute_id)
    unstamped = {n: v for n, v in after.items() if not n.startswith("updated")}
    assert unstamped == {n: before[n] for n in unstamped}
    with vault.reading() as db:
        assert records.find(db, DisputeSession) == []


def test_registration_is_taken_back_with_its_parties(vault):
    with vault.writing() as tx:
        done = noted(tx, lambda tx: disputes.register_dispute(tx, LEAK, SIDES))
    with vault.writing() as tx:
        take_back(tx, done)
    with vault.reading() as db:
        assert records.find(db, Dispute) == records.find(db, DisputeParty) == []


def test_a_party_is_taken_over_from_the_file(vault, people, today):
    with vault.reading() as db:
        found = dispute_parties.from_residents(db, [people.li], today)[people.li]
    assert (found["name"], found["sex"], found["age"]) == ("李桂英", "2", 82)
    assert found["address"] == "3号楼2单元501"
    assert found["document_type"] == dispute_parties.ID_CARD
    assert found["phones"] == ("13800000001",)


def parties_of(vault, dispute_id):
    with vault.reading() as db:
        found = records.filtered(db, DisputeParty, {"dispute_id": dispute_id})
    return dispute_cases.by_side(found)


def test_parties_are_added_once_changed_and_dropped_down_to_two(vault, people, today):
    dispute_id = register(vault)
    with vault.reading() as db:
        li = dispute_parties.from_residents(db, [people.li], today)[people.li]
    third = li | {"side": "other", "main": True}
    with vault.writing() as tx:
        party = dispute_parties.add_party(tx, dispute_id, third)
    assert [one["main"] for one in parties_of(vault, dispute_id)].count(True) == 1
    assert row(vault, dispute_id)["people_count"] == 3
    with pytest.raises(InvalidFields, match="已经在"), vault.writing() as tx:
        dispute_parties.add_party(tx, dispute_id, third)
    with vault.writing() as tx:
        dispute_parties.change_party(tx, party, {"deputy": "李芳"})
    assert "李芳" in [one["deputy"] for one in parties_of(vault, dispute_id)]
    with vault.writing() as tx:
        dispute_parties.drop_party(tx, party)
    [first, _] = parties_of(vault, dispute_id)
    with pytest.raises(UserError, match="两方"), vault.writing() as tx:
        dispute_parties.drop_party(tx, first["id"])


def test_list_says_what_is_owed_next(vault):
    day = dt.date(2026, 12, 4)
    late = register(vault)
    agreed = register(vault)
    failed = register(vault)
    act(vault, disputes.agree, agreed, AGREED)
    act(vault, disputes.fail, failed, "可以起诉", "谈不拢")
    with vault.reading() as db:
        found = {one.id: one for one in dispute_cases.listed(db, day)}
    assert found[late].late(day)
    assert found[late].next.what == "mediate"
    assert found[agreed].next.day == dt.date(2026, 12, 10)
    assert not found[failed].open
    assert found[late].sides == (("李桂英",), ("张德福",), ())


def test_file_tells_what_was_changed_by_whom(vault):
    dispute_id = register(vault)
    act(vault, disputes.hold_session, dispute_id, {"mediators": "周敏"})
    act(vault, disputes.fail, dispute_id, "可以起诉", "谈不拢")
    day = dt.date(2026, 11, 23)
    with vault.reading() as db:
        case = dispute_cases.case_file(db, dispute_id, day)
    assert case.registered_by == case.worker == "周敏"
    told = [(line.field, line.new) for _, line in case.changes]
    assert ("state", "mediating") in told
    assert ("state", "failed") in told
    assert {one.act for one in case.steps} == {"close", "escalate", "reopen"}


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
