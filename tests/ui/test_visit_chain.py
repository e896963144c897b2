"""The visit form knows what went before: the chain, what to ask, whom to ring."""

import datetime as dt

import pytest
from PySide6.QtCore import Qt

from gridapp.models import Building, Issue, Visit
from gridapp.store import records
from gridapp.ui.visits.visit_form import VisitForm
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.text import Text
from gridapp.work import flow, plans
from gridapp.work.visits import log_visit

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def form(session, people, qtbot, settle):
    with session.store.writing() as tx:
        since = dt.date.today() - dt.timedelta(days=60)
        plans.set_plan(tx, people.li, "call", 7, "测试", since)
    form = VisitForm(session)
    qtbot.addWidget(form)
    form.resize(1198, 668)
    form.show()
    return form


@pytest.fixture
def log(session, people):
    def make(hours_ago, **values):
        with session.store.writing() as tx:
            at = NOW - hours_ago * HOUR
            return log_visit(tx, people.li, {"started_at": at, **values})

    return make


@pytest.fixture
def begin(form, people, settle):
    def start(way="call", who=None):
        form.begin(who or people.li, way)
        settle()
        return form._fields[way]

    return start


MISSED = {"mode": "phone", "call_result": "no_answer"}
ASKED = {
    "mode": "phone",
    "call_result": "other_answered",
    "met_whom": "nobody",
    "not_met_reason": "unreachable",
    "disposal": ("asked",),
}
AWAY = {"mode": "home", "met_whom": "nobody", "not_met_reason": "out"}


def last(session):
    with session.store.reading() as db:
        return records.filtered(db, Visit, {}, order="started_at")[-1]


def reminder(form):
    return form._reminder._words.text()


def test_second_call_is_told_why(form, begin, log):
    log(30, **MISSED)
    fields = begin()
    assert "没打通，先再打一次" in reminder(form)
    assert fields._mode.value() == "phone"


def test_after_two_calls_the_form_begins_with_asking_around(
    form, begin, log, session, settle
):
    log(8, **MISSED)
    log(5, **MISSED)
    fields = begin()
    assert fields._mode.value() == "asked"
    assert fields._rows["answer"].isVisible()
    assert not fields._rows["condition"].isVisible()
    assert "请问邻居、楼栋长或紧急联系人" in reminder(form)
    fields._answer.set_values(["nobody"])
    fields._on_change()
    assert "请上门" in fields._outcome._words.text()
    form.save()
    settle()
    visit = last(session)
    assert visit["disposal"] == ("asked",)
    assert (visit["mode"], visit["met_whom"]) == ("phone", "nobody")
    begin("visit")
    assert "仍没有消息，请上门" in reminder(form)


def test_neighbour_who_knows_ends_the_chain(form, begin, log, session, settle):
    log(8, **MISSED)
    log(5, **MISSED)
    fields = begin()
    fields._answer.set_values(["neighbour"])
    fields._on_change()
    form.save()
    settle()
    visit = last(session)
    assert (visit["met_whom"], visit["call_result"]) == ("neighbour", "other_answered")
    assert visit["next_on"] is not None
    fields = begin()
    assert fields._mode.value() == "phone"
    assert not form._reminder.isVisible()


def test_asking_without_an_answer_says_what_to_choose(form, begin, log, settle):
    log(8, **MISSED)
    log(5, **MISSED)
    fields = begin()
    form.save()
    settle()
    assert "没有消息" in fields._rows["answer"].error()


def test_call_for_help_needs_words_and_keeps_its_time(
    form, begin, log, session, settle
):
    for hours, values in ((8, MISSED), (6, MISSED), (5, ASKED), (3, AWAY)):
        log(hours, **values)
    fields = begin()
    assert fields._mode.value() == "rescue"
    assert "请报 110 或 120" in reminder(form)
    form.save()
    settle()
    assert "110 还是 120" in fields._rows["note"].error()
    fields._note.setPlainText("打了 110，民警在路上，已告知女儿")
    form.save()
    settle()
    visit = last(session)
    assert visit["disposal"] == ("rescue",)
    assert visit["rescue_at"] == visit["started_at"]
    assert visit["met_whom"] == "nobody"
    begin()
    assert "已报 110 或 120" in reminder(form)


def test_help_can_be_called_from_any_visit(form, begin, session, settle, people):
    fields = begin("visit", people.zhang)
    fields._mode.set_values(["rescue"])
    fields._on_change()
    fields._note.setPlainText("摔倒，已打 120")
    form.save()
    settle()
    assert last(session)["mode"] == "home"
    assert last(session)["disposal"] == ("rescue",)


# What to ask


def asks(form):
    return [one.ask.words for one in form._context._ask_lines]


def test_what_was_left_open_is_asked_and_what_was_not_asked_is_carried_on(
    form, begin, log, session, settle
):
    log(
        48,
        remind="血压复查结果；取暖费交了没有",
        condition="unwell",
        note="头晕",
        needs=("meal",),
        need_note="想换个电视",
        hazards=("gas",),
    )
    fields = begin()
    assert asks(form) == [
        "血压复查结果",
        "取暖费交了没有",
        "上次身体不适，问一下好些没有",
        "上次要助餐，落实了没有",
        "上次诉求：想换个电视",
        "居家隐患：燃气（工单未办结）",
    ]
    for one in form._context._ask_lines[:4]:
        one._tick.click()
    fields._condition.set_values(["good"])
    fields._remind.setText("新助听器")
    form.save()
    settle()
    assert last(session)["remind"] == "新助听器；上次诉求：想换个电视"
    begin()
    assert asks(form) == [
        "新助听器",
        "上次诉求：想换个电视",
        "居家隐患：燃气（工单未办结）",
    ]


def test_ticks_survive_in_the_draft(form, begin, log, settle):
    log(48, remind="血压复查结果")
    begin()
    form._context._ask_lines[0]._tick.click()
    form.leave()
    settle()
    begin()
    assert form._context.asked() == ("血压复查结果",)


def test_closed_issue_is_not_asked_after(form, begin, log, session):
    logged = log(48, hazards=("gas",))
    with session.store.writing() as tx:
        flow.step(tx, logged.issue_ids[0], "self_close", "换好了")
    begin()
    assert asks(form) == []


# Telephones


def test_numbers_are_masked_and_showing_one_is_journalled(
    form, begin, session, settle, people
):
    head = {"head_name": "王楼长", "head_phones": ("13800000003",)}
    with session.store.writing() as tx:
        records.save(tx, Building, head, people.building)
    begin()
    book = form._context._phones
    words = [one.text() for one in book.findChildren(Text)]
    assert [w for w in words if w.startswith("138")] == [
        "138****0001",
        "138****0002",
        "138****0002",
        "138****0003",
    ]
    assert "楼栋长 王楼长" in words
    eyes = book.findChildren(Button)
    assert all(eye.accessibleName() for eye in eyes)
    eyes[-1].click()
    settle()
    assert "13800000003" in [one.text() for one in book.findChildren(Text)]
    with session.store.reading() as db:
        row = db.exec_driver_sql("SELECT act, type, detail FROM disclosure").one()
    assert tuple(row) == ("reveal", "building", "楼栋长电话")


# What is kept for the next household


def test_pinned_value_comes_again_and_an_unpinned_does_not(
    form, begin, session, settle, people
):
    fields = begin("visit", people.chen)
    fields._mode.set_values(["doorstep"])
    fields._note.setPlainText("发放取暖告知书")
    fields._condition.set_values(["good"])
    fields._pins["note"].click()
    form.save()
    settle()
    fields = begin("visit", people.zhang)
    assert fields._note.toPlainText() == "发放取暖告知书"
    assert fields._mode.value() == "home"
    assert fields._condition.value() is None
    fields._pins["note"].click()
    fields._condition.set_values(["good"])
    form.save()
    settle()
    assert begin("visit", people.li)._note.toPlainText() == ""


def test_state_of_a_person_is_never_kept_for_another(form):
    for fields in form._fields.values():
        assert not {"condition", "hazards", "call_result"} & fields._pins.keys()


def test_quick_phrases_are_those_of_the_settings(form, begin, session):
    session.preferences.keep(phrases={"call": ("已提醒关窗", "一切都好")})
    fields = begin()
    assert fields._phrases._phrases == ("已提醒关窗", "一切都好")
    fields._phrases.choose(2)
    fields._phrases.choose(4)  # there is none
    assert fields._note.toPlainText() == "一切都好"


def test_hazard_shows_its_deadline_and_one_that_is_open_makes_no_other(
    form, begin, log, session, settle
):
    log(48, hazards=("gas",))
    fields = begin("visit")
    fields._hazards.set_values(["gas", "power"])
    fields._on_change()
    words = [one.text() for one in fields._issues.findChildren(Text)]
    assert any("居家隐患：用电，限 " in one and "前办结" in one for one in words)
    assert "居家隐患：燃气，已有工单没有办结" in words
    fields._condition.set_values(["good"])
    form.save()
    settle()
    with session.store.reading() as db:
        titles = sorted(one["title_text"] for one in records.find(db, Issue))
    assert titles == ["居家隐患：燃气", "居家隐患：用电"]


def test_why_nobody_was_met_is_asked_only_then(form, begin, session, settle, people):
    fields = begin("visit", people.li)
    assert not fields._rows["reason"].isVisible()
    fields._mode.set_values(["nobody"])
    fields._on_change()
    assert fields._reason.value() == "out"
    assert "下一步" in fields._outcome._words.text()
    fields._reason.set_values(["refused"])
    fields._on_change()
    assert fields._outcome._words.text() == "记下原因，保存后明天再排"
    form.save()
    settle()
    assert last(session)["not_met_reason"] == "refused"


def test_f9_writes_what_was_written_last_time(form, begin, log, qtbot):
    log(48, mode="home", note="精神很好", condition="fair")
    fields = begin("visit")
    qtbot.keyClick(form.focusWidget(), Qt.Key.Key_F9)
    assert fields._note.toPlainText() == "精神很好"
    assert fields._condition.value() == "fair"
    assert fields._note.hasFocus() or form.focusWidget() is fields._note
