"""Checks 21 and 23: an issue from a patrol, and its end."""

import pytest

from gridapp.models import Issue, Patrol
from gridapp.store import records
from gridapp.ui.widgets.field_row import FieldRow


def newest(desk, model):
    """The record made last."""
    found = desk.read(lambda db: records.find(db, model))
    return max(found, key=lambda one: one["created_at"])


@pytest.mark.check(21)
def test_a_finding_on_the_way_becomes_an_issue(desk, check):
    before = desk.read(lambda db: records.count(db, Issue))
    with desk.hand.uncounted():
        desk.hand.press("F4")
        desk.hand.click(desk.button("显示:全部"))
        assert desk.focused().startswith("巡查路线")
    with check.measured():
        desk.hand.press("3")  # 有问题
        fields = desk.all(FieldRow)
        desk.hand.press("1", "Alt+1", "Ctrl+Enter", "Ctrl+S")
    issue = newest(desk, Issue)
    assert desk.read(lambda db: records.count(db, Issue)) == before + 1
    assert issue["deadline"] > issue["found_at"]
    assert issue["owner_name"]
    assert issue["place"]
    assert newest(desk, Patrol)["ended_at"] is not None
    check.notes.append(f"{len(fields)} fields")
    assert len(fields) <= 6


@pytest.mark.check(23)
def test_an_issue_is_closed_after_another_look(desk, check):
    with desk.hand.uncounted():
        desk.hand.click(desk.button("问题工单"))
    view = desk.view("问题工单列表")
    before = desk.rows("问题工单列表")
    first = before[0]
    with check.measured():
        desk.hand.click(desk.button("下一步:自办结案"))
        desk.hand.click(desk.phrase())  # 已处理好，现场看过
        desk.hand.click(desk.button("保存"))
    assert first not in desk.rows("问题工单列表")
    assert len(desk.rows("问题工单列表")) == len(before) - 1
    with desk.hand.uncounted():
        desk.hand.click(desk.tab("已办"))
    title = first.split("，")[0]
    assert any(row.startswith(title) for row in desk.rows("问题工单列表"))
    assert view.isVisible()
    assert check.clicks <= 3
