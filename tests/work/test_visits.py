"""Logging a visit or a call, with everything that follows from it, and undoing it."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields
from gridapp.models import Issue, IssueStep, Resident, Visit
from gridapp.models.codes import table
from gridapp.store import records
from gridapp.work import plans, visits
from gridapp.work.visits import HAZARD_CATEGORY, log_visit
from tests.conftest import at

JANUARY = dt.date(2026, 1, 1)


@pytest.fixture
def weekly(vault, people):
    """李桂英 is owed a visit a week and a call a day."""
    with vault.writing() as tx:
        call = plans.set_plan(tx, people.li, "call", 1, "红档", JANUARY)
        visit = plans.set_plan(tx, people.li, "visit", 7, "80 岁以上独居", JANUARY)
    return {"visit": visit, "call": call}


def log(vault, who, **values):
    with vault.writing() as tx:
        return log_visit(tx, who, values)


def kept(vault, model, record_id):
    with vault.reading() as db:
        return records.get(db, model, record_id)


def test_plain_visit_is_of_the_plan_and_says_the_next_date(
    vault, people, weekly, today
):
    logged = log(vault, people.li, started_at=at(today), condition="good")
    visit = kept(vault, Visit, logged.visit_id)
    assert visit["mode"] == "home"
    assert visit["met_whom"] == "self"
    assert visit["plan_id"] == weekly["visit"]
    assert visit["source"] == "01"
    assert visit["next_on"] == logged.next_on == dt.date(2026, 11, 30)


def test_given_values_are_kept(vault, people, weekly, today):
    chosen = dt.date(2026, 11, 25)
    logged = log(
        vault,
        people.li,
        started_at=at(today),
        met_whom="family",
        next_on=chosen,
        source="03",
    )
    visit = kept(vault, Visit, logged.visit_id)
    assert (visit["met_whom"], visit["next_on"]) == ("family", chosen)
    assert visit["source"] == "03"


def test_nobody_at_home_is_planned_again_for_tomorrow(vault, people, weekly, today):
    logged = log(
        vault, people.li, started_at=at(today), met_whom="nobody", not_met_reason="out"
    )
    assert logged.next_on == dt.date(2026, 11, 24)


def test_nobody_at_home_without_a_plan_is_planned_again_too(vault, people, today):
    logged = log(
        vault,
        people.zhang,
        started_at=at(today),
        met_whom="nobody",
        not_met_reason="out",
    )
    assert logged.next_on == dt.date(2026, 11, 24)
    assert kept(vault, Visit, logged.visit_id)["plan_id"] is None


def test_reason_for_not_meeting_says_that_nobody_was_met(vault, people, today):
    logged = log(vault, people.zhang, started_at=at(today), not_met_reason="hospital")
    assert kept(vault, Visit, logged.visit_id)["met_whom"] == "nobody"
    assert logged.next_on == dt.date(2026, 11, 24)


def test_visit_without_a_plan_promises_nothing(vault, people, today):
    assert log(vault, people.zhang, started_at=at(today)).next_on is None


@pytest.mark.parametrize(
    ("result", "met", "next_on"),
    [
        ("answered", "self", "2026-11-24"),
        ("other_answered", "family", "2026-11-24"),
        ("no_answer", "nobody", "2026-11-23"),
    ],
)
def test_call_says_whom_it_reached(vault, people, weekly, today, result, met, next_on):
    logged = log(
        vault, people.li, mode="phone", started_at=at(today), call_result=result
    )
    visit = kept(vault, Visit, logged.visit_id)
    assert visit["met_whom"] == met
    assert visit["plan_id"] == weekly["call"]
    assert (visit["not_met_reason"] == "unreachable") == (met == "nobody")
    assert visit["next_on"] == dt.date.fromisoformat(next_on)
    assert visits.reached(visit) == (met != "nobody")


def test_call_without_a_result_was_answered(vault, people, today):
    logged = log(vault, people.zhang, mode="phone", started_at=at(today))
    assert kept(vault, Visit, logged.visit_id)["call_result"] == "answered"


def test_each_hazard_makes_an_issue_with_deadline_and_trace(vault, people, today):
    logged = log(
        vault,
        people.li,
        started_at=at(today),
        hazards=("gas", "slip"),
        note="软管老化",
    )
    gas, slip = (kept(vault, Issue, one) for one in logged.issue_ids)
    assert (gas["title_text"], gas["category"]) == ("居家隐患：燃气", "0103")
    assert slip["category"] == "0199"
    assert (gas["state"], gas["source"], gas["place"]) == ("pending", "02", "3-2-501")
    assert gas["building_id"] == people.building
    assert gas["visit_id"] == logged.visit_id
    assert gas["deadline"] - gas["found_at"] == dt.timedelta(days=1)
    assert slip["deadline"] - slip["found_at"] == dt.timedelta(days=3)
    with vault.reading() as db:
        [step] = records.filtered(db, IssueStep, {"issue_id": gas["id"]})
    assert (step["from_state"], step["to_state"]) == (None, "pending")


def test_open_hazard_is_not_reported_twice(vault, people, today):
    log(vault, people.li, started_at=at(today), hazards=("gas",))
    again = log(vault, people.li, started_at=at(today, 15), hazards=("gas", "power"))
    assert [kept(vault, Issue, one)["category"] for one in again.issue_ids] == ["0104"]


def test_hazard_told_on_the_telephone_comes_from_the_resident(vault, people, today):
    logged = log(
        vault, people.li, mode="phone", started_at=at(today), hazards=("smoke",)
    )
    assert kept(vault, Issue, logged.issue_ids[0])["source"] == "03"


def test_every_hazard_leads_to_a_category_that_exists():
    assert set(HAZARD_CATEGORY) < set(table("home_hazard").codes)
    categories = set(table("issue_category").codes)
    assert {*HAZARD_CATEGORY.values(), visits.OTHER_HAZARD} <= categories


def test_colour_and_refusal_go_into_the_file(vault, people, today):
    log(
        vault,
        people.li,
        started_at=at(today),
        care_colour="red",
        interval_reason="近期跌倒",
        consent="refused_always",
    )
    file = kept(vault, Resident, people.li)
    assert (file["care_colour"], file["care_colour_reason"]) == ("red", "近期跌倒")
    assert file["care_consent"] == "refused_always"


def test_refusing_once_does_not_change_the_file(vault, people, today):
    logged = log(
        vault,
        people.li,
        started_at=at(today),
        met_whom="nobody",
        not_met_reason="refused",
        consent="refused_once",
    )
    assert logged.resident_before == {}
    assert kept(vault, Resident, people.li)["care_consent"] is None


def test_undo_takes_everything_back(vault, people, weekly, today):
    before = kept(vault, Resident, people.li)
    logged = log(
        vault,
        people.li,
        started_at=at(today),
        hazards=("gas",),
        care_colour="yellow",
        consent="willing",
    )
    with vault.writing() as tx:
        visits.undo(tx, logged)
    assert kept(vault, Visit, logged.visit_id) is None
    assert kept(vault, Issue, logged.issue_ids[0]) is None
    after = kept(vault, Resident, people.li)
    stamps = ("updated_at", "updated_by")
    assert {k: v for k, v in after.items() if k not in stamps} == {
        k: v for k, v in before.items() if k not in stamps
    }


def test_undo_leaves_an_issue_that_was_already_taken_up(vault, people, today):
    logged = log(vault, people.li, started_at=at(today), hazards=("gas",))
    from gridapp.work import flow

    with vault.writing() as tx:
        flow.step(tx, logged.issue_ids[0], "work", "已关阀")
    with vault.writing() as tx:
        visits.undo(tx, logged)
    assert kept(vault, Issue, logged.issue_ids[0])["state"] == "working"


def test_visit_that_breaks_a_rule_leaves_nothing(vault, people, today):
    with pytest.raises(InvalidFields, match="哪里不舒服"), vault.writing() as tx:
        log_visit(
            tx,
            people.li,
            {"started_at": at(today), "condition": "unwell", "hazards": ("gas",)},
        )
    with vault.reading() as db:
        assert records.find(db, Visit) == records.find(db, Issue) == []


def test_mobile_desk_needs_nobody_in_particular(vault, today):
    logged = log(
        vault,
        None,
        mode="mobile_desk",
        started_at=at(today),
        desk_services=("policy",),
    )
    assert kept(vault, Visit, logged.visit_id)["resident_id"] is None
