"""Checks 4–8, 10, 12, 13 and 22: the forms of a visit and a call."""

import datetime as dt

import pytest
from PySide6.QtWidgets import QAbstractButton

from gridapp.models import Issue, Visit
from gridapp.store import records
from tests.acceptance.desk import rows_of

TODAY = "待办清单"


def visits(desk):
    """What was recorded today, the newest first."""
    found = desk.read(lambda db: records.find(db, Visit))
    return sorted(found, key=lambda one: one["created_at"], reverse=True)


def only(desk, kind):
    """Leave one kind of work in the list; choosing it is not counted."""
    with desk.hand.uncounted():
        desk.hand.click(desk.button(f"{TODAY}:{kind}"))
    return rows_of(desk.view(TODAY))


@pytest.mark.check(4)
def test_a_normal_call(desk, check):
    rows, before = only(desk, "电话"), len(visits(desk))
    with check.measured():
        desk.hand.press("F3", "1", "1", "Ctrl+Enter")  # 接通, 良好
    newest = visits(desk)[0]
    assert len(visits(desk)) == before + 1
    assert (newest["mode"], newest["call_result"]) == ("phone", "answered")
    assert (newest["met_whom"], newest["condition"]) == ("self", "good")
    assert len(rows) > 1
    assert check.keys <= 4


@pytest.mark.check(5)
def test_a_normal_visit(desk, check):
    only(desk, "走访")
    before = len(visits(desk))
    with check.measured():
        desk.hand.press("F2", "1", "1", "Alt+1", "Ctrl+Enter")  # 入户, 良好
    newest = visits(desk)[0]
    assert len(visits(desk)) == before + 1
    assert (newest["mode"], newest["met_whom"]) == ("home", "self")
    assert newest["condition"] == "good"
    assert newest["note"]
    assert check.keys <= 6


@pytest.mark.check(6)
def test_a_normal_visit_by_touch_pad(desk, check):
    only(desk, "走访")
    before = len(visits(desk))
    view = desk.view(TODAY)
    with check.measured():
        desk.click_in(view, 1, right=60)  # the button of the first row
        desk.hand.click(desk.button("身体状况:良好"))
        desk.hand.click(desk.phrase())
        desk.hand.click(desk.button("保存，下一户"))
    assert len(visits(desk)) == before + 1
    assert visits(desk)[0]["note"]
    assert (check.keys, check.clicks <= 5) == (0, True)


@pytest.mark.check(7)
def test_ten_visits_in_a_row_without_the_mouse(desk, check):
    only(desk, "走访")
    before = len(visits(desk))
    with check.measured():
        desk.hand.press("F2")
    for _ in range(10):
        with check.measured():
            assert desk.focused() == "方式:入户"
            desk.hand.press("1", "1", "Alt+1", "Ctrl+Enter")
            if desk.buttons("下一户"):  # the household has other open items
                desk.hand.press("Ctrl+Enter")
    assert len(visits(desk)) == before + 10
    assert {one["condition"] for one in visits(desk)[:10]} == {"good"}
    assert len({one["resident_id"] for one in visits(desk)[:10]}) == 10
    assert (check.keys <= 6, check.clicks) == (True, 0)


@pytest.mark.check(8)
def test_nobody_at_home_is_planned_again(desk, check):
    first = only(desk, "走访")[1]
    with check.measured():
        desk.hand.press("F2", "4", "Ctrl+S")
    newest = visits(desk)[0]
    assert newest["met_whom"] == "nobody"
    only(desk, "全部")
    name = first.split("，")[1]
    assert any(name in row for row in rows_of(desk.view(TODAY)))
    assert check.keys <= 3


@pytest.mark.check(10)
def test_an_empty_field_keeps_everything_and_takes_the_keyboard(desk, check):
    only(desk, "走访")
    before = len(visits(desk))
    with desk.hand.uncounted():
        desk.hand.press("F2", "Alt+1")
        desk.hand.write("，腿脚不便")
    with check.measured():
        desk.hand.press("Ctrl+S")
    assert len(visits(desk)) == before
    assert desk.note().toPlainText().endswith("，腿脚不便")
    assert desk.focused().startswith("身体状况:")
    assert desk.says("选一下身体状况")


@pytest.mark.check(12)
def test_enter_while_composing_commits_and_the_next_goes_on(desk, check):
    with desk.hand.uncounted():
        desk.hand.press("F2")
        desk.hand.click(desk.note())
    desk.hand.compose("li")
    with check.measured():
        desk.hand.press("Enter")  # it may reach the field while one composes
        assert desk.note().hasFocus()
        desk.hand.commit("李")
        assert desk.note().hasFocus()
        desk.hand.press("Enter")
    assert not desk.note().hasFocus()
    assert desk.note().toPlainText() == "李"


@pytest.mark.check(13)
def test_digits_while_composing_never_choose_a_chip(desk, check):
    def chosen():
        return [
            one.accessibleName()
            for one in desk.all(QAbstractButton)
            if one.isCheckable() and one.isChecked()
        ]

    with desk.hand.uncounted():
        desk.hand.press("F2")
    before = chosen()
    desk.hand.compose("li")
    with check.measured():
        desk.hand.press("2")
    assert chosen() == before
    desk.hand.commit("")
    with desk.hand.uncounted():
        desk.hand.click(desk.note())
    desk.hand.compose("li")
    desk.hand.press("2")
    desk.hand.commit("里")
    assert chosen() == before
    assert "里" in desk.note().toPlainText()


@pytest.mark.check(22)
def test_a_ticked_hazard_becomes_an_issue_that_is_shown_first(desk, check):
    only(desk, "走访")
    before = desk.read(lambda db: records.count(db, Issue))
    with desk.hand.uncounted():
        desk.hand.press("F2", "1", "1", "Alt+1")
        desk.hand.click(desk.button("居家隐患:"))
    assert desk.says("保存时会自动生成 1 张问题工单")
    with check.measured():
        desk.hand.press("Ctrl+S")
    assert desk.read(lambda db: records.count(db, Issue)) == before + 1
    issues = desk.read(lambda db: records.find(db, Issue))
    newest = max(issues, key=lambda one: one["created_at"])
    assert newest["deadline"] > dt.datetime.now(dt.UTC)
    assert (check.keys, check.clicks) == (1, 0)
