"""矛盾调解: registering, the acts by keys and chips, what is refused and undone."""

import datetime as dt
import shutil
import signal
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gridapp.models import Dispute, DisputeInquiry, DisputeParty, DisputeSession
from gridapp.store import records
from gridapp.store import vault as vaults
from gridapp.ui.disputes import dispute_drafts, dispute_words
from gridapp.ui.disputes.disputes_page import DisputesPage
from gridapp.ui.disputes.party_dialog import PartyDialog
from gridapp.ui.main_window import MainWindow
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.work import dispute_parties, disputes
from tests.ui.conftest import RESOURCES

ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape
SIZES = {"wide": (1198, 668), "mid": (882, 482), "narrow": (822, 391)}


def days(number):
    return dt.date.today() + dt.timedelta(days=number)


@pytest.fixture
def page(session, people, qtbot, settle):
    page = DisputesPage(session)
    qtbot.addWidget(page)
    page.resize(1198, 668)
    page.show()
    page.said.connect(lambda words, undo: page.told.append((words, undo)))
    page.told = []
    settle()
    return page


@pytest.fixture
def case(session, people, page, settle):
    """A dispute of two residents that is shown."""
    with session.store.writing() as tx:
        both = (people.li, people.zhang)
        known = dispute_parties.from_residents(tx.db, both, dt.date.today())
        about = {
            "name": "楼上漏水",
            "place": "3号楼",
            "dispute_kind": "0201",
            "summary": "卫生间漏水到楼下",
        }
        made = disputes.register_dispute(tx, about, [known[one] for one in both])
    settle()
    page.open_record(made)
    settle()
    return made


def row(session, dispute_id):
    with session.store.reading() as db:
        return records.get(db, Dispute, dispute_id)


def keys(settle, *pressed):
    for one in pressed:
        widget = QApplication.focusWidget()
        if isinstance(one, str):
            QTest.keyClicks(widget, one)
        else:
            QTest.keyClick(widget, one)
        settle()


def control(letter):
    QTest.keyClick(
        QApplication.focusWidget(), letter, Qt.KeyboardModifier.ControlModifier
    )


def form_of(page):
    return page._card._form


def begin(page, settle, act):
    page._card.start(act)
    settle()
    return form_of(page).form


def write(form, **values):
    for name, value in values.items():
        form.editor(name).set_value(value)


def save(page, settle):
    form_of(page).save()
    settle()


def test_dispute_is_registered_by_keys_alone(page, session, people, settle):
    page.open_record(None)
    settle()
    keys(settle, "lgy", ENTER, "zdf", ENTER, ENTER)  # two residents by their initials
    keys(settle, "1")  # the kind; the statistics kind, place and name follow
    form = page._register.form
    assert form.editor("mediation_kind").value() == "neighbour"
    assert form.editor("place").value() == "3号楼2单元"
    assert form.editor("name").value() == "李桂英与张德福邻里纠纷"
    form.focus("summary")
    keys(settle, "loushang loushui")
    control(Qt.Key.Key_S)
    settle()
    with session.store.reading() as db:
        [dispute] = records.find(db, Dispute)
        parties = records.filtered(db, DisputeParty, {"dispute_id": dispute["id"]})
    assert (dispute["state"], dispute["deadline"]) == ("registered", days(30))
    assert dispute["responsible"] == "周敏"
    assert [(one["name"], one["side"]) for one in parties] == [
        ("李桂英", "applicant"),
        ("张德福", "respondent"),
    ]
    assert parties[0]["phones"] == ("13800000001",)
    assert parties[0]["age"] is not None
    assert page._list.current().id == dispute["id"]
    page.told[-1][1]()
    settle()
    assert row(session, dispute["id"]) is None


def test_enter_before_the_list_has_come_takes_its_first(page, settle, people):
    page.open_record(None)
    settle()
    box = QApplication.focusWidget()
    QTest.keyClicks(box, "lgy")
    QTest.keyClick(box, ENTER)
    settle()
    [party] = page._register._parties.parties()
    assert party["resident_id"] == people.li


def test_outsider_is_added_by_name_while_an_input_method_composes(page, settle):
    page.open_record(None)
    settle()
    box = QApplication.focusWidget()
    QApplication.sendEvent(box, QInputMethodEvent("wang'wu", []))
    settle()
    keys(settle, ENTER)  # belongs to the input method
    assert page._register._parties.parties() == []
    done = QInputMethodEvent("", [])
    done.setCommitString("王小五")
    QApplication.sendEvent(box, done)
    settle()
    keys(settle, ENTER)
    [party] = page._register._parties.parties()
    assert (party["name"], party.get("resident_id")) == ("王小五", None)


def test_side_is_turned_and_the_keyboard_stays(page, settle, people):
    page.open_record(None)
    settle()
    keys(settle, "lgy", ENTER, "zdf", ENTER)
    strip = page._register._parties
    first = strip._rows[0].findChildren(Button)[0]
    first.setFocus()
    keys(settle, ENTER)
    assert strip.parties()[0]["side"] == "respondent"
    again = QApplication.focusWidget()
    assert again is strip._rows[0].findChildren(Button)[0]
    strip._rows[1].findChildren(Button)[1].click()  # 补充
    dialog = page.findChild(PartyDialog)
    write(dialog.form, deputy="刘律师", main=True)
    dialog.save()
    settle()
    assert [one.get("main") for one in strip.parties()] == [False, True]
    assert QApplication.focusWidget() is strip._rows[1].findChildren(Button)[1]
    strip._rows[0].findChildren(Button)[2].click()  # 去掉
    assert [one["deputy"] for one in strip.parties()] == ["刘律师"]


def test_one_party_alone_is_refused_beside_the_field(page, session, settle):
    page.open_record(None)
    settle()
    keys(settle, "lgy", ENTER)
    page._register.save()
    settle()
    form = page._register.form
    assert "两方" in form.row("parties").error()
    assert "选一下" in form.row("dispute_kind").error()
    assert form.row("summary").error()
    assert QApplication.focusWidget() is page._register._parties.finder.box
    with session.store.reading() as db:
        assert records.find(db, Dispute) == []


def test_half_written_registration_is_offered_again(
    page, session, qtbot, settle, people
):
    page.open_record(None)
    settle()
    keys(settle, "lgy", ENTER)
    write(page._register.form, summary="刚写了一半")
    page._register._timer.setInterval(10)  # 5 s in the program
    qtbot.waitUntil(lambda: "草稿" in page._register._kept.text())
    settle()
    after = DisputesPage(session)  # the program was killed and started again
    qtbot.addWidget(after)
    after.resize(1198, 668)
    after.show()
    settle()
    assert after._unfinished.isVisible()
    after._go_on.click()
    settle()
    form = after._register.form
    assert form.editor("summary").value() == "刚写了一半"
    [party] = after._register._parties.parties()
    assert (party["resident_id"], party["side"]) == (people.li, "applicant")


def test_sitting_that_ends_in_an_agreement_goes_on_to_it(page, session, case, settle):
    page._card.focus_start()
    keys(settle, "1")  # 记调解
    form = form_of(page).form
    assert form.editor("present").value()  # both are there
    write(form, statements="一方愿意修", outcome="下周修好", rights_told=True)
    form.focus("result")
    keys(settle, "2")
    save(page, settle)
    agreement = form_of(page).form
    assert agreement.editor("agreement_text").value() == "下周修好"
    assert page.told[-1][0] == "已记下这次调解：楼上漏水"
    save(page, settle)
    assert "最晚哪天" in agreement.row("perform_by").error()
    write(agreement, perform_by=days(7))
    save(page, settle)
    assert QApplication.focusWidget().text() == "1 记回访"
    told = [entry.title for entry, _ in dispute_words.entries(page._card._case)]
    assert told == ["已达成", "调解，达成协议", "登记纠纷"]
    dispute = row(session, case)
    assert (dispute["state"], dispute["follow_up_on"]) == ("agreed", days(30))
    assert dispute["outcome"] == "下周修好"
    with session.store.reading() as db:
        [sitting] = records.find(db, DisputeSession)
    assert (sitting["agreed"], sitting["present"]) == (True, "李桂英、张德福")
    page.told[-1][1]()
    settle()
    assert row(session, case)["state"] == "mediating"


def test_photos_go_with_a_sitting_and_come_back_with_a_draft(
    page, session, case, settle
):
    form = begin(page, settle, "mediate")
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkGreen)
    form.editor("photos").widget.strip.take([picture])
    settle()
    form_of(page).go_back()
    settle()
    form = begin(page, settle, "mediate")
    settle()
    write(form, result="more", rights_told=True)
    form.show_more()
    save(page, settle)
    settle()
    assert [len(page._card._case.photos), page._card._view._photos.isVisible()] == [
        1,
        True,
    ]
    page.told[-1][1]()
    settle()
    assert page._card._case.photos == ()


def test_done_on_the_spot_is_performed_at_once(page, session, case, settle):
    form = begin(page, settle, "agree")
    write(form, agreement_text="当场赔了 200 元", performed="now")
    save(page, settle)
    assert row(session, case)["state"] == "performed"


def test_failure_must_tell_of_other_ways(page, session, case, settle):
    form = begin(page, settle, "fail")
    write(form, reason="谈不拢")
    save(page, settle)
    assert "告知" in form.row("ways").error()
    form.focus("ways")
    keys(settle, "3")
    save(page, settle)
    dispute = row(session, case)
    assert dispute["other_ways_told"] == "可以向人民法院起诉"
    assert (dispute["state"], dispute["outcome"]) == ("failed", "谈不拢")


def test_risk_asks_for_measures_and_says_the_law(page, session, case, settle):
    form = begin(page, settle, "escalate")
    assert "公安机关" in form_of(page)._notice._words.text()
    write(form, risk=True, to="派出所", reason="扬言动手")
    save(page, settle)
    assert "措施" in form.row("measures").error()
    write(form, measures="已把两人劝开")
    save(page, settle)
    dispute = row(session, case)
    assert dispute["escalated_to"] == "派出所"
    assert "有激化苗头，扬言动手；已采取：已把两人劝开" in dispute["risk_note"]


def test_longer_time_needs_both_sides(page, session, case, settle):
    form = begin(page, settle, "extend")
    write(form, both=False, reason="等鉴定")
    save(page, settle)
    assert "双方都同意" in form.row("both").error()
    write(form, both=True)
    save(page, settle)
    assert row(session, case)["deadline"] == days(60)


def test_follow_up_of_todays_list_opens_its_form(page, session, case, settle):
    with session.store.writing() as tx:
        disputes.agree(tx, case, {"follow_up_on": days(-2)})
    settle()
    page.act_on(case, "follow_up")
    settle()
    form = form_of(page).form
    keys(settle, "2")  # 正在履行, and on to the next question
    save(page, settle)
    assert "下一步" in form.row("follow_up_note").error()
    write(form, follow_up_note="还差 200 元", follow_up_on=days(10))
    save(page, settle)
    dispute = row(session, case)
    assert dispute["follow_up_note"] == "正在履行；还差 200 元"
    assert disputes.follow_up_due(dispute) == days(10)


def test_court_row_of_todays_list_opens_the_confirmation(page, session, case, settle):
    with session.store.writing() as tx:
        disputes.agree(tx, case, {"effective_on": days(-25)})
    settle()
    page.act_on(case, "dispute")
    settle()
    assert "还有 5 天" in form_of(page)._notice._words.text()
    save(page, settle)
    assert row(session, case)["judicial_confirmed_on"] == days(0)


def test_escape_keeps_what_was_written(page, session, case, settle):
    form = begin(page, settle, "mediate")
    write(form, statements="说了一半")
    keys(settle, ESC)
    assert form_of(page) is None
    assert "记调解" in QApplication.focusWidget().text()
    again = begin(page, settle, "mediate")
    assert again.editor("statements").value() == "说了一半"
    form_of(page)._again.click()
    settle()
    assert again.editor("statements").value() is None
    with session.store.reading() as db:
        assert dispute_drafts.waiting(db) == []


def test_sitting_is_corrected_from_the_trace(page, session, case, settle):
    with session.store.writing() as tx:
        held = disputes.hold_session(tx, case, {"mediators": "周敏"})
    settle()
    page._card._view._timeline.clicked.emit(
        page._card._view._timeline.model().index(0, 0)
    )
    settle()
    write(form_of(page).form, mediators="周敏、王秀兰")
    save(page, settle)
    with session.store.reading() as db:
        assert records.get(db, DisputeSession, held)["mediators"] == "周敏、王秀兰"


def test_filters_count_what_is_late_and_what_is_done(page, session, case, settle):
    with session.store.writing() as tx:
        sides = [{"name": "甲某"}, {"name": "乙某"}]
        about = {"place": "5号楼", "dispute_kind": "0402", "summary": "物业费"}
        about |= {"happened_on": days(-50), "accepted_on": days(-50)}
        late = disputes.register_dispute(tx, about | {"name": "物业费"}, sides)
        done = disputes.register_dispute(tx, about | {"name": "停车"}, sides)
        disputes.withdraw(tx, done, "撤回", settled=False)
    settle()
    words = [chip.text() for chip in page._chips._chips.values()]
    assert words == ["待办 2", "超期 1", "要回访 0", "已办 1", "全部 3"]
    page._chips._chips["late"].click()
    [one] = page._list.rows()
    assert (one.id, one.badge.text, one.badge.tone) == (late, "超期 20 天", "red")
    assert "甲某 与 乙某" in one.detail
    page._box.setText("yimou")  # a party, by pinyin
    settle()
    assert [one.id for one in page._list.rows()] == [late]


def buttons(page, words):
    return [b for b in page._card.findChildren(Button) if words in b.toolTip()]


def test_revealing_a_party_is_journalled(page, session, case, settle):
    view = page._card._view
    assert not [t for t in view.findChildren(QWidget) if shows(t, "13800000001")]
    buttons(page, "显示李桂英")[0].click()
    settle()
    assert [t for t in view.findChildren(QWidget) if shows(t, "13800000001")]
    with session.store.reading() as db:
        [told] = db.exec_driver_sql("SELECT act, type FROM disclosure").all()
    assert tuple(told) == ("reveal", "dispute_party")


def shows(widget, words):
    text = getattr(widget, "text", None)
    return callable(text) and words in str(text())


def test_party_is_added_from_the_file_changed_and_taken_out(
    page, session, case, settle, people, qtbot
):
    buttons(page, "加当事人")[0].click()
    dialog = page.findChild(PartyDialog)
    dialog._take(people.chen)
    settle()
    write(dialog.form, side="other", deputy="刘律师")
    dialog.save()
    settle()
    assert page.told[-1][0] == "已加当事人：陈秀兰"
    with session.store.reading() as db:
        found = records.filtered(db, DisputeParty, {"dispute_id": case})
    assert {one["name"]: one["deputy"] for one in found}["陈秀兰"] == "刘律师"
    assert row(session, case)["people_count"] == 3
    buttons(page, "移出陈秀兰")[0].click()
    settle()
    page.told[-1][1]()
    settle()
    assert buttons(page, "移出陈秀兰")


def test_dispute_goes_to_the_recycle_bin_and_comes_back(page, session, case, settle):
    page._list.setFocus()
    keys(settle, Qt.Key.Key_Delete)
    assert row(session, case) is None
    assert page._card.dispute_id != case
    page.told[-1][1]()
    settle()
    assert row(session, case)["name"] == "楼上漏水"


def test_escape_leads_from_the_file_to_the_list_and_out(page, case, settle):
    left = []
    page.left.connect(lambda: left.append(True))
    page._list.setFocus()
    keys(settle, ENTER)
    assert "记调解" in QApplication.focusWidget().text()
    keys(settle, ESC)
    assert QApplication.focusWidget() is page._list
    assert left == []
    keys(settle, ESC)
    assert left == [True]


def test_change_from_elsewhere_takes_no_form_away(page, session, case, settle):
    with session.store.writing() as tx:
        sides = [{"name": "甲某"}, {"name": "乙某"}]
        about = {"place": "5号楼", "dispute_kind": "0402", "summary": "物业费"}
        other = disputes.register_dispute(tx, about | {"name": "物业费"}, sides)
    settle()
    page._chips._chips["open"].click()
    page.open_record(case)
    settle()
    page._chips.choose("open")
    form = begin(page, settle, "mediate")
    write(form, statements="正在写")
    with session.store.writing() as tx:  # as a sync would bring it
        disputes.withdraw(tx, case, "撤回", settled=False)
    settle()
    assert [one.id for one in page._list.rows()] == [other]
    assert form_of(page).form is form
    keys(settle, ESC)
    assert page._card.dispute_id == other


def test_last_two_parties_stay(page, case, settle, messages):
    buttons(page, "移出张德福")[0].click()
    settle()
    assert "两方" in messages.told[-1]


@pytest.mark.parametrize("sheet", ["dispute-file", "dispute-blank"])
def test_papers_that_were_chosen_are_asked_for(page, session, case, settle, sheet):
    wanted = []
    page.print_asked.connect(lambda *asked: wanted.append(asked))
    form = begin(page, settle, "print")
    assert form.editor("sheet").value() == "dispute-file"
    write(form, sheet=sheet)
    save(page, settle)
    assert wanted == [(sheet, () if sheet == "dispute-blank" else (case,))]
    assert form_of(page) is None


def test_what_a_paper_lacks_is_said_before_it_is_printed(page, session, case, settle):
    with session.store.writing() as tx:
        disputes.agree(tx, case, {"agreement_text": "修好", "copies": 3})
    settle()
    form = begin(page, settle, "print")
    notice = form_of(page)._notice._words
    assert "人民调解协议书还缺" in notice.text()
    assert "卷内还没有：当事人身份证明、人民调解记录" in notice.text()
    form.focus("sheet")
    keys(settle, "6")  # 协议书
    assert form.editor("sheet").value() == "dispute-agreement"
    assert notice.text().startswith("人民调解协议书还缺：")
    assert "履行方式" in notice.text()
    assert "协议份数" not in notice.text()
    assert "可以打印后手写" in notice.text()
    form.focus("sheet")
    keys(settle, "5")  # 告知书 lacks nothing
    assert not form_of(page)._notice.isVisible()


def test_inquiry_is_taken_down_as_questions_and_answers(
    page, session, case, settle, people
):
    page._card._view._inquire.click()
    settle()
    assert page._card._act == "inquire"
    keys(settle, "2")  # the second party: nothing of them is typed again
    talk = QApplication.focusWidget()
    assert talk.toPlainText() == "问："
    keys(settle, "lou shui ma", ENTER)
    assert talk.toPlainText() == "问：lou shui ma\n答："
    keys(settle, "lou", ENTER, ENTER)  # an empty question ends it
    assert QApplication.focusWidget() is not talk
    control(Qt.Key.Key_S)
    settle()
    with session.store.reading() as db:
        [inquiry] = records.find(db, DisputeInquiry)
    assert inquiry["asked"] == "张德福"
    assert inquiry["talk"] == "问：lou shui ma\n答：lou"
    assert inquiry["relation"] == "被申请人"
    assert inquiry["sex"] is not None
    assert inquiry["investigators"] == "周敏"
    told = [entry.title for entry, _ in dispute_words.entries(page._card._case)]
    assert "调查张德福" in told
    page._card._start_part(inquiry["id"])
    settle()
    write(form_of(page).form, present="楼长")
    save(page, settle)
    with session.store.reading() as db:
        assert records.get(db, DisputeInquiry, inquiry["id"])["present"] == "楼长"
    page.told[-1][1]()
    settle()
    assert page._card._case.inquiries[0]["present"] is None


def test_somebody_else_who_is_asked_is_named(page, session, case, settle):
    form = begin(page, settle, "inquire")
    assert not form.row("asked").isVisible()
    write(form, talk="问：看见了吗\n答：看见了")
    save(page, settle)
    assert "选一下问的是谁" in form.row("whom").error()
    form.focus("whom")
    keys(settle, "3")
    assert form.row("asked").isVisible()
    save(page, settle)
    assert "问的是谁" in form.row("asked").error()
    write(form, asked="孙师傅", relation="维修工")
    save(page, settle)
    with session.store.reading() as db:
        [inquiry] = records.find(db, DisputeInquiry)
    assert (inquiry["asked"], inquiry["relation"]) == ("孙师傅", "维修工")


def test_material_of_the_file_is_added_with_photos_and_taken_out(
    page, session, case, settle
):
    buttons(page, "加卷内材料")[0].click()
    settle()
    form = form_of(page).form
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkGreen)
    form.editor("photos").widget.strip.take([picture])
    settle()
    write(form, kind="evidence", name="漏水照片")
    save(page, settle)
    settle()
    [item] = page._card._case.items
    assert (item["name"], item["copies"], item["given_on"]) == ("漏水照片", 1, days(0))
    assert len(page._card._case.photos) == 1
    buttons(page, "改漏水照片")[0].click()
    settle()
    write(form_of(page).form, pages=2)
    save(page, settle)
    assert page._card._case.items[0]["pages"] == 2
    buttons(page, "移出漏水照片")[0].click()
    settle()
    assert page._card._case.items == ()
    page.told[-1][1]()
    settle()
    assert len(page._card._case.items) == 1


def test_visit_after_is_kept_by_choices(page, session, case, settle):
    with session.store.writing() as tx:
        disputes.agree(tx, case, {})
    settle()
    form = begin(page, settle, "follow_up")
    keys(settle, "1", "1")  # 已全部履行, 满意, each goes on by itself
    write(form, lawsuit="no", risks=("none", "left"), follow_up_way="call")
    save(page, settle)
    assert "没有发现" in form.row("risks").error()
    write(form, risks=("left",), measures="三个月后再看")
    save(page, settle)
    assert "下一步" in form.row("follow_up_note").error()
    write(form, follow_up_note="墙角还有潮印")
    save(page, settle)
    dispute = row(session, case)
    assert dispute["state"] == "performed"
    names = ("performed", "satisfaction", "lawsuit", "risks", "follow_up_way")
    assert [dispute[name] for name in names] == ["all", "good", "no", ("left",), "call"]
    assert dispute["followed_up_by"] == "周敏"
    assert dispute["measures"] == "三个月后再看"
    assert dispute["follow_up_note"] == "已全部履行，满意，遗留隐患；墙角还有潮印"


def test_file_is_bound_by_who_works_here_today(page, session, case, settle):
    buttons(page, "立卷")[0].click()
    settle()
    form = form_of(page).form
    assert form.editor("filed_by").value() == "周敏"
    write(form, number="光人调字第1号", kept_for="long")
    save(page, settle)
    dispute = row(session, case)
    assert (dispute["filed_by"], dispute["filed_on"]) == ("周敏", days(0))
    assert (dispute["number"], dispute["kept_for"]) == ("光人调字第1号", "long")
    assert dispute["state"] == "registered"


def test_delegate_is_asked_about_once_there_is_one(page, session, case, settle):
    buttons(page, "改李桂英")[0].click()
    dialog = page.findChild(PartyDialog)
    form = dialog.form
    assert not form.row("deputy_powers").isVisible()
    write(form, deputy="王建国")
    assert form.row("deputy_powers").isVisible()
    write(form, deputy_powers=("apply", "sign"), deputy_relation="母子")
    dialog.save()
    settle()
    [party] = [one for one in page._card._case.parties if one["deputy"]]
    assert party["deputy_powers"] == ("apply", "sign")
    assert any(shows(t, "代理人 王建国  母子") for t in page.findChildren(QWidget))


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_and_names_everything_one_can_reach(
    page, session, case, settle, theme, name, scheme
):
    theme.apply(scheme)
    page.set_width(Width(name))
    page.resize(*SIZES[name])
    acts = ("mediate", "inquire", "material", "file", "escalate", "edit", "print")
    for act in ("", *acts, "register"):
        if act == "register":
            page._card.close_form()
            page.open_record(None)
        elif act:
            page._card.start(act)
        settle()
        hint = page.minimumSizeHint()
        assert hint.width() <= SIZES[name][0], act
        assert hint.height() <= SIZES[name][1], act
        for widget in page.findChildren(QWidget):
            if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.focusProxy():
                continue
            if widget.objectName().startswith("qt_"):
                continue
            face = QAccessible.queryAccessibleInterface(widget)
            assert face.text(QAccessible.Text.Name), (act, widget)
    page.leave()
    settle()


def test_window_brings_today_row_to_its_act(session, people, qtbot, settle, case):
    with session.store.writing() as tx:
        disputes.agree(tx, case, {"follow_up_on": days(-1)})
    window = MainWindow(session, "周敏")
    qtbot.addWidget(window)
    window.resize(1366, 728)
    window.show()
    settle()
    window.today._filter("dispute")
    keys(settle, ENTER)
    assert window.here == "disputes"
    disputes_page = window.pages["disputes"]
    assert disputes_page._card._act == "follow_up"
    keys(settle, "2")
    form_of(disputes_page).form.editor("follow_up_note").set_value("还在还")
    control(Qt.Key.Key_S)
    settle()
    assert window.here == "today"
    assert row(session, case)["followed_up_on"] == days(0)
    with session.store.reading() as db:
        party = records.filtered(db, DisputeParty, {"dispute_id": case})[0]
    window.show_record("dispute_party", party["id"])  # found by Ctrl+K
    settle()
    assert disputes_page._card.dispute_id == case
    window.show_record("dispute", None)  # F7
    settle()
    assert disputes_page._register is not None


KILLED = """
import os, sys, signal, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from gridapp.store import vault
from gridapp.ui.disputes.disputes_page import DisputesPage
from gridapp.ui.jobs import Jobs
from gridapp.ui.messages import Messages
from gridapp.ui.session import Session
from gridapp.ui.theme import Theme

app = QApplication([])
messages = Messages(attended=False)
jobs = Jobs(messages.show_error)
store = vault.open_with_key(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
session = Session(store, jobs, Theme(app, Path(sys.argv[3])), messages)
page = DisputesPage(session)
page.show()
page.register()

def wait(done):
    while not done():
        app.processEvents()
        time.sleep(0.01)

wait(lambda: page._register is not None)
page._register.form.editor("summary").set_value("楼上漏水")
wait(lambda: page._register._kept.text() != "")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_draft_of_a_registration_survives_a_kill(vault_template, tmp_path):
    template, key = vault_template
    folder = tmp_path / "killed"
    shutil.copytree(template, folder)
    given = [sys.executable, "-c", KILLED, folder, key.hex(), RESOURCES]
    done = subprocess.run(given, timeout=300, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    store = vaults.open_with_key(folder, key)
    with store.reading() as db:
        draft = dispute_drafts.kept(db, dispute_drafts.NEW)
    store.close()
    assert draft["summary"] == "楼上漏水"
