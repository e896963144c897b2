"""What else is open behind a door once one thing was done there."""

import datetime as dt

import pytest

from gridapp.models import Issue, Resident
from gridapp.store import records
from gridapp.work import flow, offers, plans, today
from gridapp.work.visits import log_visit
from tests.conftest import at

LONG_AGO = dt.date(2026, 1, 1)


@pytest.fixture
def home(vault, people):
    with vault.reading() as db:
        return records.get(db, Resident, people.zhang)["household_id"]


def open_items(vault, day, home, done, made=()):
    with vault.reading() as db:
        rows = today.due(db, day, now=at(day, 12))
        found = offers.of_household(db, rows, day, home, done, made)
    return [(one.who, one.kind) for one in found]


def plan(vault, who, way, days=7, since=LONG_AGO):
    with vault.writing() as tx:
        plans.set_plan(tx, who, way, days, "测试", since)


def test_others_of_the_house_and_its_issues_are_offered(vault, people, home, today):
    for who in (people.zhang, people.chen, people.li):
        plan(vault, who, "call")
    with vault.writing() as tx:
        issue = {"title_text": "漏水", "category": "0402", "resident_id": people.chen}
        key = flow.open_issue(tx, issue | {"found_at": at(today)})
        log_visit(tx, people.zhang, {"mode": "phone", "started_at": at(today)})
    rows = open_items(vault, today, home, people.zhang)
    assert rows == [("陈秀兰", "call"), ("陈秀兰", "issue")]
    assert ("陈秀兰", "issue") not in open_items(
        vault, today, home, people.zhang, [key]
    )


def test_issue_that_is_due_much_later_is_open_all_the_same(vault, people, home, today):
    with vault.writing() as tx:
        late = {"deadline": at(today + dt.timedelta(days=60))}
        issue = {"title_text": "漏水", "category": "0402", "resident_id": people.chen}
        records.save(
            tx,
            Issue,
            issue
            | late
            | {"found_at": at(today), "level": "normal", "source": "03"}
            | {"state": "reported"},
        )
    assert open_items(vault, today, home, people.zhang) == [("陈秀兰", "issue")]


def test_same_person_is_offered_only_what_is_due_by_today(vault, people, home, today):
    plan(vault, people.zhang, "visit", since=today - dt.timedelta(days=5))
    assert open_items(vault, today, home, people.zhang) == []  # in two days
    assert open_items(vault, today, home, people.chen) == [("张德福", "visit")]
    plan(vault, people.chen, "visit")
    assert open_items(vault, today, home, people.chen) == [
        ("陈秀兰", "visit"),
        ("张德福", "visit"),
    ]


def test_step_whose_time_has_not_come_is_not_offered(vault, people, home, today):
    plan(vault, people.chen, "call")
    with vault.writing() as tx:
        values = {"mode": "phone", "call_result": "no_answer"}
        log_visit(tx, people.chen, values | {"started_at": at(today, 11)})
    assert open_items(vault, today, home, people.zhang) == []
