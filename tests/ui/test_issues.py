"""问题工单: the list in words, steps with few keys, what is undone, the new issue."""

import datetime as dt

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtWidgets import QAbstractButton, QApplication

from gridapp.models import Attachment, Issue, Worker
from gridapp.store import drafts, records, state
from gridapp.ui.issues.issue_adding import DRAFT
from gridapp.ui.issues.issue_words import late_text, late_tone
from gridapp.ui.issues.issues_page import IssuesPage
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.text import Text
from gridapp.work import flow, issues, limits
from tests.conftest import at

LAMP = {"title_text": "楼道灯不亮", "category": "0401"}


def ago(days):
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=days)


def opened(session, action="work", note="记一下", **values):
    with session.store.writing() as tx:
        return flow.open_issue(tx, LAMP | values, action, note)


def kept(session, issue_id):
    with session.store.reading() as db:
        return records.get(db, Issue, issue_id)


def acting_as(session, role):
    with session.store.writing() as tx:
        records.save(tx, Worker, {"role": role}, session.store.worker_id)


@pytest.fixture
def page(session, people, qtbot, settle):
    page = IssuesPage(session)
    page.heard = []
    page.said.connect(lambda words, undo: page.heard.append((words, undo)))
    qtbot.addWidget(page)
    page.resize(1198, 668)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    settle()
    return page


def titles(page):
    return [row.title for row in page._list.rows()]


def click_row(page, qtbot, number):
    index = page._list.model().index(number, 0)
    place = page._list.visualRect(index).center()
    qtbot.mouseClick(page._list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def click_text(page, qtbot, words):
    """Click the button or chip that says this."""
    button = next(
        one
        for one in page.findChildren(QAbstractButton)
        if one.isVisible() and one.text().lstrip("123456789 ") == words
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def keys(qtbot, *pressed):
    """Press keys where the keyboard is; Chinese words are put there as by an IME."""
    for key in pressed:
        target = QApplication.focusWidget()
        if isinstance(key, str) and not key.isascii():
            said = QInputMethodEvent()
            said.setCommitString(key)
            QApplication.sendEvent(target, said)
        elif isinstance(key, str):
            qtbot.keyClicks(target, key)
        else:
            qtbot.keyClick(target, key)


@pytest.mark.parametrize(
    ("due", "words", "tone"),
    [
        ((11, 20, 9), "超期 3 天", "red"),
        ((11, 23, 7), "超期 3 小时", "red"),
        ((11, 23, 10), "刚刚超期", "red"),
        ((11, 23, 18), "今天 18:00 前", "amber"),
        ((11, 24, 9), "明天到期", "amber"),
        ((11, 25, 9), "还有 2 天", "grey"),
    ],
)
def test_how_late_is_said_in_words(due, words, tone):
    now = at(dt.date(2026, 11, 23), 10, 30)
    month, day, hour = due
    deadline = at(dt.date(2026, month, day), hour)
    assert (late_text(deadline, now), late_tone(deadline, now)) == (words, tone)


def test_list_says_what_where_who_how_late_and_how_often_urged(
    page, session, people, settle
):
    issue_id = opened(
        session,
        found_at=ago(9.5),
        resident_id=people.li,
        owner_name="物业",
        source="03",
    )
    with session.store.writing() as tx:
        flow.step(tx, issue_id, "urge")
        taken_back = flow.step(tx, issue_id, "urge")
        flow.undo(tx, taken_back)
    settle()
    [row] = page._list.rows()
    assert (row.title, row.aside) == ("楼道灯不亮", "3-2-501")
    assert row.badge.text.startswith("超期 ")
    assert row.tag.text == "处置中"
    assert row.detail == "路灯  居民反馈  已催办 1 次  李桂英·物业"
    assert row.spoken().startswith("楼道灯不亮，3-2-501，处置中，路灯")


def test_tabs_count_and_filters_narrow(page, session, people, qtbot, settle):
    opened(session, found_at=ago(20), title_text="超期的")
    opened(session, title_text="我的", owner_name="周敏", category="0301")
    opened(session, title_text="楼里的", building_id=people.building, owner_name="物业")
    opened(session, "self_close", title_text="办好的")
    settle()
    tabs = page._filters._tabs
    assert [chip.text() for chip in tabs._chips.values()] == [
        "待办 3",
        "超期 1",
        "已办 1",
        "全部 4",
    ]
    assert titles(page)[0] == "超期的"  # the most overdue first
    page.choose_tab("late")
    assert titles(page) == ["超期的"]
    page.choose_tab("all")
    qtbot.mouseClick(page._filters._mine, Qt.MouseButton.LeftButton)
    assert set(titles(page)) == {"超期的", "我的", "办好的"}
    page._filters._kind.set_value("03")
    page._show()
    assert titles(page) == ["我的"]
    page._filters._building.set_value(str(people.building))
    page._show()
    assert titles(page) == []
    assert "“全部”里没有符合 我的、环境卫生、3号楼 的工单" in page._empty.text()
    qtbot.mouseClick(page._clear, Qt.MouseButton.LeftButton)
    assert len(titles(page)) == 4
    page._filters._building.set_value(str(people.building))
    page._show()
    assert titles(page) == ["楼里的"]


def test_search_finds_by_title_place_and_name(page, session, people, settle):
    opened(session, title_text="消防通道堆物", place="北门")
    opened(session, title_text="灯不亮", resident_id=people.li)
    settle()
    for typed, found in (
        ("消防", "消防通道堆物"),
        ("北门", "消防通道堆物"),
        ("李桂英", "灯不亮"),
    ):
        page.box.setText(typed)
        settle()
        assert titles(page) == [found]
    page.box.setText("不存在")
    settle()
    assert "“不存在”" in page._empty.text()
    page._clear_filters()
    settle()
    assert len(titles(page)) == 2


def test_closing_with_recheck_takes_three_clicks_and_stays_in_done(
    page, session, qtbot, settle
):
    acting_as(session, "leader")
    other = opened(session, title_text="另一件", found_at=ago(9))
    issue_id = opened(session)
    with session.store.writing() as tx:
        flow.step(tx, issue_id, "check", "办好了")
    settle()
    click_row(page, qtbot, titles(page).index("楼道灯不亮"))
    settle()
    click_text(page, qtbot, "核查通过，结案")
    qtbot.mouseClick(page._card.form._save, Qt.MouseButton.LeftButton)
    settle()
    issue = kept(session, issue_id)
    assert (issue["state"], issue["result"]) == ("closed", "已到现场复查，问题解决了")
    assert titles(page) == ["另一件"]
    assert page._list.current().id == other
    assert page._list.hasFocus()
    page.choose_tab("done")
    assert titles(page) == ["楼道灯不亮"]
    words, undo = page.heard[-1]
    assert words == "楼道灯不亮：核查通过，结案，现在是“已结案”"
    undo()
    settle()
    assert kept(session, issue_id)["state"] == "review"
    assert "楼道灯不亮" in titles(page)  # back where it was, and chosen
    assert page._list.current().id == issue_id
    with session.store.reading() as db:
        assert len(flow.trace(db, issue_id)) == 4


def test_sent_here_for_one_step_one_goes_back_when_it_is_done(
    page, session, qtbot, settle
):
    went = []
    page.left.connect(lambda: went.append(True))
    issue_id = opened(session)
    settle()
    page.act_on(issue_id, "issue")
    settle()
    assert page._card.form._move.isAncestorOf(QApplication.focusWidget())
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert went == [True]
    page.act_on(issue_id, "issue")
    settle()
    keys(qtbot, "2")
    page._card.form.save()
    settle()
    assert went == [True, True]
    page.open_record(issue_id)
    settle()
    click_text(page, qtbot, "重新处置")
    page._card.form._note.setPlainText("又坏了")
    page._card.form.save()
    settle()
    assert went == [True, True]  # opened on the page itself one stays


def test_own_issue_is_closed_by_keyboard_alone(page, session, qtbot, settle):
    issue_id = opened(session)
    settle()
    page.focus_start()
    keys(qtbot, Qt.Key.Key_Return)
    settle()
    keys(qtbot, "2")  # 自办结案: the digit picks and goes on
    assert page._card.form._note.hasFocus()
    keys(qtbot, "换了灯泡")  # what the form wrote is selected and typed over
    qtbot.keyClick(
        page._card.form._note, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier
    )
    settle()
    issue = kept(session, issue_id)
    assert (issue["state"], issue["result"]) == ("self_closed", "换了灯泡")


def test_digits_while_composing_stay_with_the_input_method(
    page, session, qtbot, settle
):
    opened(session)
    settle()
    page.focus_start()
    keys(qtbot, Qt.Key.Key_Return)
    settle()
    chip = QApplication.focusWidget()
    QApplication.sendEvent(chip, QInputMethodEvent("ni", []))
    keys(qtbot, "2")
    assert page._card.form._move.value() is None
    note = page._card.form._note
    QApplication.sendEvent(chip, QInputMethodEvent("", []))
    keys(qtbot, "1")
    QApplication.sendEvent(note, QInputMethodEvent("ni", []))
    keys(qtbot, Qt.Key.Key_Return)
    assert note.hasFocus()


def test_what_is_missing_is_said_beside_its_field(page, session, qtbot, settle):
    issue_id = opened(session)
    settle()
    page.open_record(issue_id)
    settle()
    form = page._card.form
    form.save()
    assert form._move_row.error() == "选一下接下来怎么办"
    click_text(page, qtbot, "延期")
    form._until.set_day(dt.date.today())
    form._note.setPlainText("")
    form.save()
    settle()
    assert form._rows["note"].error() == "“延期”要写一句说明"
    form._note.setPlainText("等配件")
    form.save()
    settle()
    assert "往后选" in form._rows["deadline"].error()
    assert form._until.hasFocus()
    assert form._note.toPlainText() == "等配件"


def test_more_time_is_asked_by_the_worker_and_granted_by_the_leader(
    page, session, qtbot, settle
):
    issue_id = opened(session, "report")
    with session.store.writing() as tx:
        me = tx.by
        tx.by = records.save(tx, Worker, {"name": "陈主任", "role": "county"})
        for action in ("report", "accept", "assign"):
            flow.step(tx, issue_id, action)
        tx.by = me
        flow.step(tx, issue_id, "work")
    before = kept(session, issue_id)["deadline"]
    settle()
    page.open_record(issue_id)
    settle()
    click_text(page, qtbot, "申请延期")
    assert "上级同意后才改" in page._card.form._until_words.text()
    click_text(page, qtbot, "等配件到货")
    page._card.form.save()
    settle()
    assert kept(session, issue_id)["deadline"] == before
    assert "等批延期" in page._list.current().detail
    with session.store.writing() as tx:
        boss = records.save(tx, Worker, {"name": "李组长", "role": "leader"})
    with session.store.writing() as tx:
        state.keep(tx.db, state.WORKER, str(boss))
    session.store.worker_id = boss
    page.open_record(issue_id)
    settle()
    click_text(page, qtbot, "同意延期")
    page._card.form.save()
    settle()
    assert kept(session, issue_id)["deadline"] > before


def test_rating_needs_the_answer_and_shows_in_the_list(page, session, qtbot, settle):
    issue_id = opened(session, "self_close")
    settle()
    page.open_record(issue_id)
    settle()
    assert page._filters.tab() == "done"  # opened from elsewhere: its own tab
    click_text(page, qtbot, "记居民评价")
    page._card.form.save()
    settle()
    assert page._card.form._rows["satisfied"].error() == "选一下居民是否满意"
    page._card.form._satisfied.set_values(["yes"])
    page._card.form.save()
    settle()
    assert kept(session, issue_id)["satisfied"] is True
    assert "居民满意" in page._list.current().detail


def test_half_written_step_waits_for_its_issue(page, session, qtbot, settle):
    issue_id = opened(session)
    opened(session, title_text="另一件")
    settle()
    page.open_record(issue_id)
    settle()
    click_text(page, qtbot, "记处置经过")
    page._card.form._note.setPlainText("物业说明天来")
    qtbot.keyClick(page._card.form._note, Qt.Key.Key_Escape)
    settle()
    assert page._list.hasFocus()
    click_row(page, qtbot, titles(page).index("另一件"))
    settle()
    assert page._card.form._note.toPlainText() == ""
    click_row(page, qtbot, titles(page).index("楼道灯不亮"))
    settle()
    assert page._card.form._note.toPlainText() == "物业说明天来"
    page._card.form.save()
    settle()
    with session.store.reading() as db:
        assert flow.trace(db, issue_id)[0]["note"] == "物业说明天来"
        assert drafts.kept(db, f"issue:{issue_id.hex}") is None


def test_number_is_masked_and_showing_it_is_journalled(page, session, qtbot, settle):
    opened(session, owner_name="物业", owner_phones=("13800000001",))
    settle()

    def facts():
        labels = page._card._facts.findChildren(Text)
        return [label.text() for label in labels]

    assert "物业 138****0001" in facts()
    qtbot.mouseClick(page._card._phones, Qt.MouseButton.LeftButton)
    settle()
    assert "物业 13800000001" in facts()
    with session.store.reading() as db:
        acts = db.exec_driver_sql("SELECT act, type FROM disclosure").all()
    assert acts == [("reveal", "issue")]
    page._card._hide.timeout.emit()
    assert "物业 138****0001" in facts()


def test_outside_task_shows_who_approved_it_and_until_when(page, session, settle):
    until = dt.date.today() - dt.timedelta(days=1)
    opened(session, outside_list=True, approved_by="陈主任", approved_until=until)
    settle()
    assert "清单外" in page._list.current().detail
    words = [label.text() for label in page._card._facts.findChildren(Text)]
    assert f"陈主任批准，到 {until:%m-%d} 为止（已过期）" in words


@pytest.fixture
def form(page, settle):
    page.open_record(None)
    settle()
    return page._form


def test_new_issue_in_six_answers_by_keyboard(
    page, form, session, people, qtbot, settle
):
    keys(qtbot, "5")  # 路灯
    settle()
    assert form.form.editor("place").widget.box.hasFocus()
    keys(qtbot, "lgy")
    settle()
    keys(qtbot, Qt.Key.Key_Down, Qt.Key.Key_Return)
    settle()
    keys(qtbot, "单元门口的灯不亮", Qt.Key.Key_Return)
    keys(qtbot, "2")  # 重大
    keys(qtbot, Qt.Key.Key_Return)  # the time that is proposed
    keys(qtbot, "2")  # 自己处理
    keys(qtbot, "物业", Qt.Key.Key_Return)
    assert form._save.hasFocus()
    keys(qtbot, Qt.Key.Key_Return)
    settle()
    with session.store.reading() as db:
        [issue] = records.find(db, Issue)
        due = limits.issue_deadline(db, "0401", "important", issue["found_at"])
        assert drafts.kept(db, DRAFT) is None
    assert issue["title_text"] == "单元门口的灯不亮"
    assert (issue["resident_id"], issue["building_id"], issue["place"]) == (
        people.li,
        people.building,
        "3-2-501",
    )
    assert (issue["state"], issue["level"]) == ("working", "important")
    assert (issue["deadline"], issue["owner_name"]) == (due, "物业")
    assert page._list.current().id == issue["id"]
    words, undo = page.heard[-1]
    assert words == "已登记：单元门口的灯不亮"
    undo()
    settle()
    assert titles(page) == []
    with session.store.reading() as db:
        assert len(flow.trace(db, issue["id"])) == 1
        assert records.get(db, Issue, issue["id"], deleted=True)["deleted_at"]


def test_place_in_free_words_keeps_its_building(form, session, people, settle):
    form.form.editor("category").set_value("0401")
    form.form.editor("place").widget.box.setText("3号楼西侧")
    settle()
    form.save()
    settle()
    with session.store.reading() as db:
        [issue] = records.find(db, Issue)
    assert (issue["place"], issue["building_id"]) == ("3号楼西侧", people.building)
    assert issue["title_text"] == "3号楼西侧：路灯"


def test_building_is_offered_before_the_people_in_it(form, people, qtbot, settle):
    place = form.form.editor("place")
    place.widget.box.setFocus()
    place.widget.box.setText("3号楼")
    settle()
    found = [row.type for row in place.widget._list.rows()]
    assert found[0] == "building"
    assert "resident" in found
    keys(qtbot, Qt.Key.Key_Down, Qt.Key.Key_Return)
    settle()
    assert place.value().building_id == people.building
    assert place.value().place == "3号楼"


def test_time_follows_category_and_level_until_it_is_chosen(form, settle):
    answers = form.form
    answers.editor("category").restore("0401")
    form._propose()
    settle()
    day = answers.editor("deadline").value()
    assert day == dt.date.today() + dt.timedelta(days=7)
    answers.editor("level").set_value("urgent")
    form._propose()
    settle()
    assert answers.editor("deadline").value() == dt.date.today() + dt.timedelta(days=1)
    assert "这一类一般 1 天" in form._until_words.text()
    chosen = dt.date.today() + dt.timedelta(days=3)
    answers.editor("deadline").set_value(chosen)
    answers.editor("level").set_value("normal")
    form._propose()
    settle()
    assert answers.editor("deadline").value() == chosen


def test_done_on_the_spot_asks_how(form, session, settle):
    answers = form.form
    answers.editor("category").set_value("0302")
    answers.editor("action").set_value("self_close")
    form._on_change()
    assert answers.row("result").isVisibleTo(form)
    form.save()
    settle()
    assert answers.row("result").error() == "当场办结的，写一句怎么办好的"
    answers.editor("result").set_value("已清走")
    form.save()
    settle()
    with session.store.reading() as db:
        [issue] = records.find(db, Issue)
    assert (issue["state"], issue["result"]) == ("self_closed", "已清走")


def test_missing_category_gets_its_sentence_and_the_keyboard(form, settle):
    form.form.editor("description").set_value("写了一些")
    form.save()
    settle()
    assert "类别" in form.form.row("category").error()
    assert form.form.editor("category").widget.isAncestorOf(QApplication.focusWidget())
    assert form.form.editor("description").value() == "写了一些"


def test_outside_task_needs_who_approved_it(form, session, settle):
    answers = form.form
    answers.editor("category").set_value("99")
    answers.show_more()
    answers.editor("outside_list").set_value(value=True)
    form._on_change()
    form.save()
    settle()
    assert answers.row("approved_by").error() == "清单外任务要填批准人和截止日期"
    answers.editor("approved_by").set_value("陈主任")
    answers.editor("approved_until").set_value(dt.date.today())
    form.save()
    settle()
    with session.store.reading() as db:
        [issue] = records.find(db, Issue)
    assert issue["outside_list"] is True


def test_half_written_issue_is_there_again(page, form, session, people, qtbot, settle):
    form.form.editor("category").set_value("0401")
    form.form.editor("place").widget.box.setText("北门外")
    form.form.editor("description").widget.setPlainText("灯坏了")
    qtbot.keyClick(form.form.editor("description").widget, Qt.Key.Key_Escape)
    settle()
    assert page._left.isVisible()
    assert page.heard[-1][0] == "没写完的已替您存好，按 F6 接着写"
    page.open_record(None)
    settle()
    assert form.form.editor("description").value() == "灯坏了"
    assert form.form.editor("place").value().words == "北门外"
    assert form._kept.text() == "接着上次没写完的"
    qtbot.mouseClick(form._again, Qt.MouseButton.LeftButton)
    settle()
    assert form.form.editor("description").value() is None
    with session.store.reading() as db:
        assert drafts.kept(db, DRAFT) is None


def test_half_written_issue_is_kept_every_few_seconds(form, session, settle):
    form.form.editor("description").widget.setPlainText("灯坏了")
    form._timer.timeout.emit()
    settle()
    with session.store.reading() as db:
        assert drafts.kept(db, DRAFT)["form"]["description"] == "灯坏了"
    assert form._kept.text().startswith("草稿已自动存")


def test_who_was_asked_before_is_one_key_away(page, session, qtbot, settle):
    opened(session, owner_name="物业")
    page.open_record(None)
    settle()
    form = page._form
    qtbot.keyClick(
        QApplication.focusWidget(), Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier
    )
    assert form.form.editor("owner_name").value() == "物业"


def picture(colour):
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(colour)
    return image


def test_photos_of_an_issue_and_of_its_steps_are_seen_together(
    page, form, session, qtbot, settle
):
    form.form.editor("category").set_value("0401")
    form._photos.take([picture(Qt.GlobalColor.red)])
    form.save()
    settle()
    issue_id = page._list.current().id
    page.open_record(issue_id)
    settle()
    click_text(page, qtbot, "作废")
    page._card.form._photos.take([picture(Qt.GlobalColor.blue)])
    click_text(page, qtbot, "重复登记")
    page._card.form.save()
    settle()
    with session.store.reading() as db:
        step = flow.trace(db, issue_id)[0]
        kinds = {a["owner_type"]: a["owner_id"] for a in records.find(db, Attachment)}
    assert kinds == {"issue": issue_id, "issue_step": step["id"]}
    page.open_record(issue_id)
    settle()
    assert page._card._photos.text() == "照片 2"
    qtbot.mouseClick(page._card._photos, Qt.MouseButton.LeftButton)
    settle()
    view = page._card.findChild(PhotoView)
    assert view.isVisible()
    view.reject()


def test_quarrel_is_sent_to_mediation(page, form, qtbot, settle):
    asked = []
    page.record_asked.connect(lambda *what: asked.append(what))
    form.form.editor("category").restore("02")
    form._on_change()
    assert "矛盾调解" in form._dispute.accessibleName()
    qtbot.mouseClick(form._to_dispute, Qt.MouseButton.LeftButton)
    assert asked == [("dispute", None)]


@pytest.mark.parametrize("width", Width)
def test_everything_fits_in_each_layout(page, session, qtbot, settle, width):
    opened(
        session,
        found_at=ago(3),
        owner_phones=("13800000001",),
        outside_list=True,
        approved_by="陈主任",
        approved_until=dt.date.today(),
        description="很长" * 60,
    )
    room = {Width.WIDE: (1198, 668), Width.MID: (872, 560), Width.NARROW: (822, 391)}
    page.set_width(width)
    settle()
    page.resize(*room[width])
    least = page.minimumSizeHint()
    assert (least.width(), least.height()) <= room[width]
    assert least.height() <= room[width][1]
    click_row(page, qtbot, 0)
    settle()
    assert page._card.isVisible()
    assert page._left.isVisible() == (width is not Width.NARROW)
    if width is Width.NARROW:
        qtbot.mouseClick(page._card._back, Qt.MouseButton.LeftButton)
        assert page._left.isVisible()
    page.open_record(None)
    settle()
    least = page._form.minimumSizeHint()
    assert least.width() <= room[width][0]
    assert least.height() <= room[width][1]
    bottom = page._form._save.mapTo(page, QPoint(0, page._form._save.height()))
    assert bottom.y() <= room[width][1]


def test_title_is_the_first_line_and_never_too_long():
    assert issues.title_from("\n 灯坏了 \n第二行", "0401") == "灯坏了"
    assert issues.title_from("字" * 60, "0401") == "字" * 39 + "…"
    assert issues.title_from(" ", "0401", "北门") == "北门：路灯"
    assert issues.title_from("", "0199") == "安全隐患-其他"
