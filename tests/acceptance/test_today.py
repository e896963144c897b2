"""Checks 1–3 and 9: the list of today, at once and in words."""

import datetime as dt

import pytest

from gridapp.work import today
from tests.acceptance.desk import rows_of

TODAY = "待办清单，"


@pytest.mark.check(2)
def test_the_first_row_says_who_is_most_overdue_and_by_how_long(desk, check):
    with check.measured():
        view = desk.view(TODAY)
    due = desk.read(lambda db: today.due(db, dt.date.today()))
    latest = max(due, key=lambda one: one.late_days)
    group, first = rows_of(view)[:2]
    assert group.startswith("已逾期")
    assert latest.who in first
    assert f"{latest.late_days} 天" in first
    assert view.visualRect(view.model().index(1, 0)).top() >= 0
    assert (check.keys, check.clicks) == (0, 0)


@pytest.mark.check(3)
def test_one_click_leaves_only_calls(desk, check):
    with check.measured():
        desk.hand.click(desk.button("要打电话"))
    rows = [row for row in rows_of(desk.view(TODAY)) if "，" in row]
    due = desk.read(lambda db: today.due(db, dt.date.today()))
    assert len(rows) == sum(one.kind == "call" for one in due) > 0
    assert all(row.startswith("电话问候，") for row in rows)
    assert check.clicks == 1


@pytest.mark.check(9)
def test_one_chord_takes_the_last_save_back(desk, check):
    before = rows_of(desk.view(TODAY))
    first = before[1].split("，")[1]
    desk.hand.press("F2", "1", "1", "Alt+1", "Ctrl+S")
    after = rows_of(desk.view(TODAY))
    assert before[1] not in after, first
    with check.measured():
        desk.hand.press("Ctrl+Z")
    assert rows_of(desk.view(TODAY)) == before
    assert check.keys == 1
