"""Plans and rounds set in the window: with their source, their reason and undo."""

import datetime as dt

import pytest
from PySide6.QtWidgets import QWidget

from gridapp.models import CarePlan, CareRound, Resident, ResidentTag
from gridapp.store import records
from gridapp.ui.care.plan_dialog import PlanDialog, history_words, read_plans
from gridapp.ui.residents.residents_page import ResidentsPage
from gridapp.ui.today.adopt_dialog import AdoptDialog
from gridapp.ui.today.round_dialog import RoundDialog
from gridapp.ui.today.today_acts import TodayActs
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.text import Text
from gridapp.work import plans

TODAY = dt.date.today()


def found(session, model, **equal):
    with session.store.reading() as db:
        return records.filtered(db, model, equal)


def shown(dialog):
    """Every sentence of a dialog."""
    return "\n".join(one.text() for one in dialog.findChildren(Text))


@pytest.fixture
def owner(qtbot):
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.resize(1000, 700)
    owner.show()
    return owner


@pytest.fixture
def open_plans(session, owner, people):
    def make(who, begin=None):
        with session.store.reading() as db:
            file = read_plans(db, who, TODAY)
        dialog = PlanDialog(session, file, owner, begin=begin)
        dialog.open()
        return dialog

    return make


def test_rules_are_proposed_with_their_source(open_plans, people):
    words = shown(open_plans(people.chen))  # 失能
    assert "失能，每月至少走访 1 次" in words
    assert "依据：民政部等十部门" in words


def test_proposal_is_adopted_with_two_clicks(open_plans, people, session, settle):
    dialog = open_plans(people.chen)
    take = next(b for b in dialog.findChildren(Button) if b.text() == "采用")
    take.click()
    dialog.save_button.click()
    settle()
    [plan] = found(session, CarePlan, resident_id=people.chen)
    assert (plan["way"], plan["interval_days"]) == ("visit", 30)
    assert plan["reason"] == "失能，每月至少走访 1 次"
    again = open_plans(people.chen)
    assert "已按此执行" in shown(again)


def test_change_ends_the_plan_before_and_both_stay_in_the_history(
    open_plans, people, session, settle
):
    before = TODAY - dt.timedelta(days=40)
    with session.store.writing() as tx:
        plans.set_plan(tx, people.li, "visit", 30, "独居", before)
    done = []
    dialog = open_plans(people.li)
    dialog.acted.connect(done.append)
    assert dialog._interval.value() == "30"
    dialog._interval.set_values(["other"])
    dialog._on_interval()
    dialog._days.setText("5")
    dialog._reason.box.setText("刚出院")
    dialog.save()
    settle()
    words = shown(open_plans(people.li))
    assert "入户 每 5 天 1 次" in words
    assert f"{TODAY} 至 现在，刚出院" in words
    assert f"{before} 至 {TODAY}，独居，结束：刚出院" in words
    assert len(done) == 1  # one act, which can be taken back as a whole


@pytest.mark.parametrize("days", ["", "0", "367", "三"])
def test_interval_that_is_none_says_what_to_write(open_plans, people, settle, days):
    dialog = open_plans(people.li)
    dialog._interval.set_values(["other"])
    dialog._on_interval()
    dialog._days.setText(days)
    dialog.save()
    settle()
    assert "1 到 366 之间" in dialog._rows["days"].error()
    assert "为什么" in dialog._rows["reason"].error()
    assert dialog.isVisible()


def test_plan_cannot_begin_before_the_one_it_ends(open_plans, people, session, settle):
    with session.store.writing() as tx:
        plans.set_plan(tx, people.li, "visit", 30, "独居", TODAY)
    dialog = open_plans(people.li)
    dialog._interval.set_values(["7"])
    dialog._on_interval()
    dialog._reason.box.setText("刚出院")
    dialog._since.set_day(TODAY - dt.timedelta(days=3))
    dialog.save()
    settle()
    assert "不能早于" in dialog._rows["on"].error()


def test_history_says_when_and_why():
    plan = {"since": TODAY, "until": None, "reason": "独居", "end_reason": None}
    assert history_words(plan) == f"{TODAY} 至 现在，独居"


# For many at once


@pytest.fixture
def acts(session, owner, people):
    acts = TodayActs(session, owner)
    acts.words = []
    acts.said.connect(lambda words, undo: acts.words.append((words, undo)))
    return acts


def test_round_starts_with_two_clicks_and_can_be_taken_back(
    acts, owner, session, settle
):
    acts.start_round()
    settle()
    [dialog] = owner.findChildren(RoundDialog)
    settle()
    assert "会列出 1 人" in shown(dialog)  # 李桂英, 82, alone
    dialog.save_button.click()
    settle()
    [one] = found(session, CareRound)
    assert one["starts_on"] == TODAY
    assert one["tags"] == ("alone", "empty_nest", "left_behind")
    words, undo = acts.words[-1]
    assert "待办" in words
    undo()
    settle()
    assert found(session, CareRound) == []


def test_reason_writes_what_is_usual_for_it(acts, owner, settle):
    acts.start_round()
    settle()
    [dialog] = owner.findChildren(RoundDialog)
    dialog._reason.set_values(["festival"])
    dialog._on_reason()
    assert dialog._name.text() == "节日走访"
    assert dialog._due.day() == TODAY + dt.timedelta(days=7)
    assert "青海" in dialog._source.text()
    settle()


def test_running_round_is_cancelled_from_the_dialog(acts, owner, session, settle):
    acts.start_round()
    settle()
    owner.findChildren(RoundDialog)[-1].save()
    settle()
    acts.start_round()
    settle()
    dialog = owner.findChildren(RoundDialog)[-1]
    next(b for b in dialog.findChildren(Button) if b.text() == "取消这一轮").click()
    settle()
    assert found(session, CareRound) == []
    acts.words[-1][1]()
    settle()
    assert len(found(session, CareRound)) == 1


def test_empty_name_is_asked_for_beside_the_field(acts, owner, session, settle):
    acts.start_round()
    settle()
    [dialog] = owner.findChildren(RoundDialog)
    dialog._name.setText(" ")
    dialog.save()
    settle()
    assert "起个名字" in dialog._rows["name"].error()
    assert found(session, CareRound) == []


def test_missing_plans_are_shown_before_they_are_set(acts, owner, session, settle):
    acts.adopt_plans()
    settle()
    [dialog] = owner.findChildren(AdoptDialog)
    words = shown(dialog)
    assert "李桂英" in words
    assert "陈秀兰" in words
    assert dialog.save_button.text() == "补齐 3 个计划 Ctrl+S"
    assert found(session, CarePlan) == []
    dialog.save()
    settle()
    assert len(found(session, CarePlan)) == 3
    words, undo = acts.words[-1]
    assert words == "已补齐 3 个关爱计划"
    undo()
    settle()
    assert found(session, CarePlan) == []


def test_rule_may_be_left_out(acts, owner, session, people, settle):
    acts.adopt_plans()
    settle()
    [dialog] = owner.findChildren(AdoptDialog)
    rules = list(dialog._rules)
    kept = next(n for n, one in enumerate(rules, 1) if "失能" in one.reason)
    dialog._ticks.set_values([str(kept)])
    dialog._on_tick()
    dialog.save()
    settle()
    [plan] = found(session, CarePlan)
    assert plan["resident_id"] == people.chen


def test_nothing_is_adopted_where_nothing_is_left_out(acts, owner, session, settle):
    with session.store.writing() as tx:
        for row in records.find(tx.db, ResidentTag):
            records.delete(tx, ResidentTag, row["id"])
    acts.adopt_plans()
    settle()
    assert acts.words[-1][0] == "按规则该有的关爱计划都有了"
    assert owner.findChildren(AdoptDialog) == []


def test_coloured_people_are_among_those_who_lack_a_plan(acts, session, people, settle):
    counts = []
    acts.lacking.connect(counts.append)
    acts.count_missing()
    settle()
    with session.store.writing() as tx:
        records.save(tx, Resident, {"care_colour": "green"}, people.zhang)
    acts.count_missing()
    settle()
    assert counts == [2, 3]


def test_card_opens_the_plans_and_says_what_was_done(
    session, people, qtbot, settle, messages
):
    page = ResidentsPage(session)
    qtbot.addWidget(page)
    page.resize(1198, 668)
    page.show()
    said = []
    page.said.connect(lambda words, undo: said.append((words, undo)))
    page.show_resident(people.li)
    settle()
    page._card.part_asked.emit("add", "care_plan", None)
    settle()
    [dialog] = page.findChildren(PlanDialog)
    dialog._interval.set_values(["7"])
    dialog._on_interval()
    dialog._reason.box.setText("本人要求")
    dialog.save()
    settle()
    [plan] = found(session, CarePlan)
    assert said[-1][0] == "已定好李桂英的关爱计划"
    page._card.part_asked.emit("edit", "care_plan", plan["id"])
    settle()
    again = page.findChildren(PlanDialog)[-1]
    assert (again._way.value(), again._interval.value()) == ("visit", "7")
    again.reject()
    said[-1][1]()
    settle()
    assert found(session, CarePlan) == []
