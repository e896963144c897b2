"""Recording a visit with few keys; nothing typed is ever lost."""

import datetime as dt

import pytest
from PySide6.QtCore import Qt

from gridapp.models import Issue, Visit
from gridapp.store import records
from gridapp.ui.care import visit_drafts
from gridapp.ui.care.visit_values import VisitEntry, fresh
from gridapp.ui.visits.visit_form import VisitForm
from gridapp.work import plans


@pytest.fixture
def form(session, people, qtbot, settle):
    with session.store.writing() as tx:
        plans.set_plan(tx, people.li, "visit", 7, "测试", dt.date.today())
    form = VisitForm(session)
    qtbot.addWidget(form)
    form.resize(1198, 668)
    form.show()
    form.begin(people.li, "visit")
    settle()
    return form


def press(form, qtbot, *keys):
    for key in keys:
        qtbot.keyClick(form.focusWidget(), key)


def found(session, model):
    with session.store.reading() as db:
        return records.find(db, model)


def test_normal_visit_takes_six_keys(form, session, qtbot, settle, people):
    said = []
    form.said.connect(lambda words, undo: said.append((words, undo)))
    form._fields["visit"].focus("mode")
    keys = [Qt.Key.Key_1, Qt.Key.Key_1, Qt.Key.Key_1]  # 入户, 本人, 良好
    press(form, qtbot, *keys)
    form.save()
    settle()
    [visit] = found(session, Visit)
    assert visit["resident_id"] == people.li
    assert (visit["mode"], visit["met_whom"]) == ("home", "self")
    assert visit["condition"] == "good"
    assert visit["next_on"] is not None
    assert said[0][0].startswith("已保存：李桂英")


def test_undo_takes_the_visit_back(form, session, settle):
    said = []
    form.said.connect(lambda words, undo: said.append(undo))
    form._fields["visit"]._condition.set_values(["good"])
    form.save()
    settle()
    said[0]()
    settle()
    assert found(session, Visit) == []


def test_unwell_without_words_is_said_beside_the_note(form, session, settle):
    fields = form._fields["visit"]
    fields._condition.set_values(["unwell"])
    form.save()
    settle()
    row = fields._rows["note"]
    assert "身体状况选了“不适”" in row.error()
    assert row.editor.hasFocus() or form.focusWidget() is row.editor
    assert found(session, Visit) == []
    fields._note.setPlainText("头晕两天，已联系女儿")
    form.save()
    settle()
    assert len(found(session, Visit)) == 1


def test_nobody_home_needs_nothing_else(form, session, settle):
    form._fields["visit"]._mode.set_values(["nobody"])
    form._fields["visit"]._on_change()
    form.save()
    settle()
    [visit] = found(session, Visit)
    assert (visit["met_whom"], visit["not_met_reason"]) == ("nobody", "out")


def test_ticked_hazard_is_told_before_and_made_on_save(form, session, settle):
    fields = form._fields["visit"]
    fields._condition.set_values(["good"])
    fields._hazards.set_values(["power"])
    fields._on_change()
    assert "1 张问题工单" in fields._issues._head.text()
    form.save()
    settle()
    [issue] = found(session, Issue)
    assert issue["category"] == "0104"


def test_draft_survives_and_is_offered_again(form, session, settle, people):
    form._fields["visit"]._note.setPlainText("说到一半")
    form.leave()
    settle()
    with session.store.reading() as db:
        assert visit_drafts.waiting(db)[0].note == "说到一半"
    form.begin(people.li, "visit")
    settle()
    assert form._fields["visit"]._note.toPlainText() == "说到一半"
    form._fields["visit"]._condition.set_values(["good"])
    form.save()
    settle()
    with session.store.reading() as db:
        assert visit_drafts.waiting(db) == []


def test_call_that_nobody_took_is_an_attempt(form, session, settle, people):
    form.begin(people.li, "call")
    settle()
    assert form.title == "记电话"
    fields = form._fields["call"]
    fields._result.set_values(["no_answer"])
    fields._on_change()
    form.save()
    settle()
    [visit] = found(session, Visit)
    assert (visit["mode"], visit["call_result"]) == ("phone", "no_answer")
    assert visit["met_whom"] == "nobody"


def test_enter_walks_through_every_field(form, qtbot):
    fields = form._fields["visit"]
    fields.focus("started_at")
    walked = []
    shown = [row for row in fields._rows.values() if row.isVisible()]
    for _ in range(len(shown) - 1):
        walked.append(form.focusWidget().accessibleName().split(":")[0])
        press(form, qtbot, Qt.Key.Key_Return)
    assert walked[0] == "走访时间"
    assert walked[1:3] == ["方式", "见到谁"]
    assert form.focusWidget().accessibleName() == "下次要问"


def test_entry_and_its_draft_say_the_same(people, today):
    entry = fresh(people.li, "visit", dt.datetime(2026, 11, 23, 1, 40, tzinfo=dt.UTC))
    entry.note, entry.hazards, entry.next_on = "很好", ("gas", "co"), today
    assert VisitEntry.from_draft(entry.draft()) == entry


def test_two_half_filled_forms_do_not_overwrite_each_other(
    form, session, settle, people
):
    form._fields["visit"]._note.setPlainText("李家，说到一半")
    form.begin(people.chen, "visit")
    settle()
    assert form._fields["visit"]._note.toPlainText() == ""
    form._fields["visit"]._note.setPlainText("陈家，说到一半")
    form.begin(people.li, "visit")
    settle()
    assert form._fields["visit"]._note.toPlainText() == "李家，说到一半"
    with session.store.reading() as db:
        waiting = [entry.resident_id for entry in visit_drafts.waiting(db)]
    assert waiting == [people.chen, people.li]
