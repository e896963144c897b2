"""A round of patrol with few keys; nothing marked is lost; findings become issues."""

import datetime as dt

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gridapp.models import Attachment, Finding, Issue, Patrol, PatrolPoint, PatrolStop
from gridapp.models.kinds import now
from gridapp.store import drafts, records
from gridapp.ui.patrols.patrol_points import PointsDialog
from gridapp.ui.patrols.patrol_rows import LegItem, bulk_area, bulk_words, chip_areas
from gridapp.ui.patrols.patrol_values import KEY, RoundEntry
from gridapp.ui.patrols.patrols_page import PatrolsPage
from gridapp.ui.tokens import Width
from gridapp.work import patrol_points, patrols
from gridapp.work.attachments import photos_of

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def points(session, people):
    """Two points in 3号楼 and one elsewhere, all due today."""
    with session.store.writing() as tx:
        inside = {"interval_days": 7, "building_id": people.building}
        return [
            records.save(tx, PatrolPoint, {"name": "消防通道", **inside}),
            records.save(tx, PatrolPoint, {"name": "楼道堆物", **inside}),
            records.save(tx, PatrolPoint, {"name": "水泵房", "interval_days": 3}),
        ]


def opened(session, qtbot, settle, size=(1198, 668), width=Width.WIDE):
    page = PatrolsPage(session)
    qtbot.addWidget(page)
    page.resize(*size)
    page.set_width(width)
    page.show()
    page.words = []
    page.said.connect(lambda words, undo: page.words.append((words, undo)))
    settle()
    return page


@pytest.fixture
def page(session, points, qtbot, settle):
    page = opened(session, qtbot, settle)
    page.open_record(None)
    settle()
    return page


def board(page):
    return page._round._board


def route(page):
    return board(page)._list


def form(page):
    return page._round._form


def press(page, *keys, modifier=Qt.KeyboardModifier.NoModifier):
    for key in keys:
        QTest.keyClick(page.window().focusWidget(), key, modifier)


def found(session, model):
    with session.store.reading() as db:
        return records.find(db, model)


def test_the_whole_round_is_one_key_and_one_undo(page, session, settle, points):
    assert route(page).hasFocus()
    press(page, Qt.Key.Key_Return, modifier=CONTROL)
    settle()
    [patrol] = found(session, Patrol)
    assert patrol["nothing_found"] is True
    assert patrol["ended_at"] is not None
    stops = found(session, PatrolStop)
    assert {stop["point_id"] for stop in stops} == set(points)
    assert {stop["state"] for stop in stops} == {"0"}
    words, undo = page.words[-1]
    assert words == "已保存巡查：看了 3 处，未发现问题"
    assert route(page).spots() == []
    undo()
    settle()
    assert found(session, Patrol) == found(session, PatrolStop) == []
    assert len(route(page).spots()) == 3


def test_the_keyboard_waits_on_the_route_when_it_comes_late(
    session, points, qtbot, settle
):
    page = PatrolsPage(session)
    qtbot.addWidget(page)
    page.resize(1198, 668)
    page.show()
    page.open_record(None)  # F4 as the first thing: nothing is read yet
    settle()
    assert route(page).hasFocus()


def test_the_whole_round_is_one_click(page, session, settle):
    board(page)._whole.click()
    settle()
    assert len(found(session, PatrolStop)) == 3


def test_one_key_marks_a_place_and_goes_to_the_next(page, session, settle, points):
    seen = []
    for key in (Qt.Key.Key_1, Qt.Key.Key_Space):
        seen.append(route(page).current_spot().point_id)
        press(page, key)
    press(page, Qt.Key.Key_S, modifier=CONTROL)
    settle()
    assert {stop["point_id"] for stop in found(session, PatrolStop)} == set(seen)
    left = [spot.point_id for spot in route(page).spots()]
    assert left == [one for one in points if one not in seen]  # a skipped one is due


def test_one_key_on_a_building_marks_all_its_places(page, session, settle, people):
    press(page, Qt.Key.Key_Home)
    assert isinstance(route(page).current(), LegItem)
    press(page, Qt.Key.Key_1, Qt.Key.Key_S)
    assert len(page._round._entry.marks) == 2
    press(page, Qt.Key.Key_S, modifier=CONTROL)
    settle()
    stops = found(session, PatrolStop)
    assert {stop["building_id"] for stop in stops} == {people.building}
    assert len(stops) == 2


def test_the_mouse_alone_does_it(page, session, settle):
    view = route(page)
    building = view._items.items[0]
    rect = view.visualRect(view._items.index(0))
    whole = bulk_area(view._theme, rect, bulk_words(building, view.entry)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=whole)
    rect = view.visualRect(view._items.index(len(view._items.items) - 1))
    fine = chip_areas(view._theme, rect)["0"].center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=fine)
    assert len(page._round._entry.marks) == 3
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=fine)
    assert len(page._round._entry.marks) == 2  # pressed again: not seen after all


def test_what_is_to_be_watched_takes_a_word(page, session, settle):
    press(page, Qt.Key.Key_2)
    assert board(page)._watch_note.hasFocus()
    board(page)._watch_note.insert("灯不亮")
    board(page)._watch_note.textEdited.emit("灯不亮")
    press(page, Qt.Key.Key_Return)
    assert route(page).hasFocus()
    press(page, Qt.Key.Key_S, modifier=CONTROL)
    settle()
    [stop] = found(session, PatrolStop)
    assert (stop["state"], stop["note"]) == ("1", "灯不亮")


def test_a_problem_becomes_an_issue_in_six_fields(page, session, settle, people):
    press(page, Qt.Key.Key_3)
    settle()
    rows = form(page)._rows
    assert len(rows) == 6  # 类别 地点 说明 等级 时限 处理
    assert form(page)._chosen() == "0302"  # 楼道堆物 tells what it is
    assert form(page)._place.text() == "3号楼 楼道堆物"
    assert form(page)._owner.text() == "周敏"
    tomorrow = dt.date.today() + dt.timedelta(days=3)
    assert form(page)._until.day() == tomorrow  # 乱堆乱放: 3 days
    press(page, Qt.Key.Key_1)  # 消防通道堵塞 after all: one day
    settle()
    assert form(page)._until.day() == dt.date.today() + dt.timedelta(days=1)
    form(page)._add_phrase_of(0)
    press(page, Qt.Key.Key_Return)
    assert page.window().focusWidget().accessibleName().startswith("等级")
    press(page, Qt.Key.Key_2, Qt.Key.Key_Return, Qt.Key.Key_1)
    assert form(page)._keep.hasFocus()
    press(page, Qt.Key.Key_Return)
    settle()
    assert found(session, Issue) == []  # only with the round
    assert board(page)._whole.text().startswith("其余正常")
    press(page, Qt.Key.Key_Return, modifier=CONTROL)
    settle()
    [issue] = found(session, Issue)
    [finding] = found(session, Finding)
    [patrol] = found(session, Patrol)
    assert patrol["nothing_found"] is False
    assert (issue["category"], issue["level"]) == ("0101", "important")
    assert (issue["state"], issue["source"]) == ("pending", "02")
    assert issue["title_text"] == "杂物堵住消防通道"
    assert issue["building_id"] == people.building
    assert issue["owner_name"] == "周敏"
    assert issue["deadline"].astimezone().date() == dt.date.today() + dt.timedelta(1)
    assert finding["issue_id"] == issue["id"]
    states = sorted(stop["state"] for stop in found(session, PatrolStop))
    assert states == ["0", "0", "2"]
    assert "生成 1 张问题工单" in page.words[-1][0]


def test_undo_of_a_round_takes_its_issue_back_and_keeps_what_was_written(
    page, session, settle
):
    press(page, Qt.Key.Key_3)
    settle()
    form(page)._note.setPlainText("堆了纸箱")
    press(page, Qt.Key.Key_Return, modifier=CONTROL)
    press(page, Qt.Key.Key_Return, modifier=CONTROL)
    settle()
    page.words[-1][1]()
    settle()
    assert found(session, Issue) == found(session, Patrol) == []
    [kept] = page._round._entry.findings
    assert kept.note == "堆了纸箱"


def test_a_problem_without_category_or_place_says_what_to_do(page, settle):
    board(page).panel._add.click()
    settle()
    form(page).keep()
    rows = form(page)._rows
    assert rows["category"].error() == "选一下是哪一类问题"
    assert "写一下在哪里" in rows["place"].error()
    assert page.window().focusWidget().accessibleName().startswith("类别")
    form(page)._category.set_values(["0301"])
    form(page)._place.setText("南门")
    form(page)._action.set_values(["self_close"])
    form(page).keep()
    assert "怎么处理" in rows["note"].error()
    form(page)._note.setPlainText("已清走")
    form(page).keep()
    assert len(page._round._entry.findings) == 1


def test_a_problem_on_the_way_closed_on_the_spot(page, session, settle):
    board(page).panel._add.click()
    settle()
    form(page)._other.set_value("0402")
    form(page)._other.activated.emit(1)
    settle()
    form(page)._place.setText("南门外")
    form(page)._note.setPlainText("水管漏水，已关阀")
    form(page)._action.set_values(["self_close"])
    press(page, Qt.Key.Key_Return, modifier=CONTROL)
    press(page, Qt.Key.Key_S, modifier=CONTROL)
    settle()
    [issue] = found(session, Issue)
    assert (issue["state"], issue["result"]) == ("self_closed", "水管漏水，已关阀")
    assert issue["category"] == "0402"
    assert found(session, PatrolStop) == []


def test_another_deadline_is_kept_and_an_impossible_one_is_said(page, session, settle):
    press(page, Qt.Key.Key_3)
    settle()
    form(page)._until.setText("昨天")
    form(page).keep()
    assert "写一个日期" in form(page)._rows["until"].error()
    form(page)._until.set_day(dt.date.today() - dt.timedelta(days=1))
    form(page).keep()
    assert "时限最早是发现那天" in form(page)._rows["until"].error()
    wanted = dt.date.today() + dt.timedelta(days=10)
    form(page)._until.set_day(wanted)
    form(page).keep()
    page._round.save(whole=False)
    settle()
    [issue] = found(session, Issue)
    assert issue["deadline"].astimezone().date() == wanted


def test_a_photo_of_a_problem_goes_with_its_issue(page, session, settle, tmp_path):
    path = tmp_path / "楼道.jpg"
    Image.new("RGB", (300, 200), "red").save(path)
    press(page, Qt.Key.Key_3)
    settle()
    form(page)._photos.take([path])
    form(page).keep()  # it waits for the photo
    settle()
    page._round.save(whole=True)
    settle()
    [issue] = found(session, Issue)
    with session.store.reading() as db:
        [row] = photos_of(db, "issue", [issue["id"]])
    assert row["name"] == "楼道.jpg"
    page.show_log()
    settle()
    names = [one.accessibleName() for one in _buttons(page._log._reader)]
    assert "照片 1 乱堆乱放 3号楼 楼道堆物" in names
    assert len(found(session, Attachment)) == 1


def _buttons(widget):
    from PySide6.QtWidgets import QAbstractButton

    return widget.findChildren(QAbstractButton)


def test_a_round_survives_a_kill(page, session, qtbot, settle, points):
    press(page, Qt.Key.Key_1, Qt.Key.Key_3)
    settle()
    form(page)._note.setPlainText("写到一半")
    page._round.keep()  # what the timer does every 5 s
    settle()
    again = opened(session, qtbot, settle)  # a new window finds the draft
    assert len(again._round._entry.marks) == 1
    assert again._round._stack.currentWidget() is form(again)
    assert form(again)._note.toPlainText() == "写到一半"
    form(again).keep()
    again._round.save(whole=True)
    settle()
    assert len(found(session, PatrolStop)) == 3
    with session.store.reading() as db:
        assert drafts.kept(db, KEY) is None


def test_escape_in_the_form_loses_nothing(page, settle):
    press(page, Qt.Key.Key_3)
    settle()
    form(page)._note.setPlainText("电动车堵门")
    press(page, Qt.Key.Key_Escape)
    assert route(page).hasFocus()
    [kept] = page._round._entry.findings
    assert kept.note == "电动车堵门"


def test_a_problem_that_is_not_finished_is_kept_and_asked_for(page, session, settle):
    board(page).panel._add.click()
    settle()
    form(page)._place.setText("东门")
    press(page, Qt.Key.Key_Escape)
    assert "没选类别  东门" in page.words[-1][0]
    page._round.save(whole=True)
    settle()
    assert found(session, Patrol) == []
    assert form(page)._rows["category"].error() == "选一下是哪一类问题"
    press(page, Qt.Key.Key_4)
    form(page).keep()
    page._round.save(whole=True)
    settle()
    assert [one["place"] for one in found(session, Issue)] == ["东门"]


def test_an_untouched_form_leaves_no_problem_behind(page, settle):
    press(page, Qt.Key.Key_3)
    settle()
    press(page, Qt.Key.Key_Escape)
    assert page._round._entry.findings == []
    assert page._round._entry.marks == {}


def test_a_problem_can_be_changed_and_deleted_with_undo(page, settle):
    press(page, Qt.Key.Key_3)
    settle()
    form(page).keep()
    board(page).panel._findings.findChildren(type(board(page)._whole))[0].click()
    settle()
    assert form(page)._remove.isVisible()
    form(page)._remove.click()
    assert page._round._entry.findings == []
    assert page._round._entry.marks == {}
    page.words[-1][1]()
    assert len(page._round._entry.findings) == 1
    assert len(page._round._entry.marks) == 1


def test_giving_a_round_up_can_be_undone(page, session, settle):
    press(page, Qt.Key.Key_1)
    board(page).panel._drop.click()
    settle()
    assert page._round._entry.empty
    page.words[-1][1]()
    assert len(page._round._entry.marks) == 1


def test_nothing_seen_saves_nothing_and_says_what_to_do(page, session, settle):
    press(page, Qt.Key.Key_S, modifier=CONTROL)
    settle()
    assert "看过的按 1" in board(page)._error.text()
    assert found(session, Patrol) == []


def test_a_round_written_in_the_evening_keeps_its_time(page, session, settle):
    morning = (now() - dt.timedelta(hours=9)).replace(second=0, microsecond=0)
    board(page).panel._start.set_moment(morning)
    page._round.save(whole=True)
    settle()
    [patrol] = found(session, Patrol)
    assert (patrol["started_at"], patrol["ended_at"]) == (morning, None)
    assert {stop["at"] for stop in found(session, PatrolStop)} == {morning}


def test_a_time_that_is_none_is_said(page, session, settle):
    board(page).panel._start.setText("上午")
    page._round.save(whole=True)
    settle()
    assert "按 T 取现在" in board(page)._error.text()
    board(page).panel._start.set_moment(now() + dt.timedelta(days=1))
    page._round.save(whole=True)
    assert "还没到" in board(page)._error.text()
    assert found(session, Patrol) == []


def test_an_input_method_in_the_note_picks_nothing(page, settle):
    press(page, Qt.Key.Key_3)
    settle()
    note = form(page)._note
    note.setFocus()
    QApplication.sendEvent(note, QInputMethodEvent("xiaofang", []))
    press(page, Qt.Key.Key_Return)
    assert note.hasFocus()  # Enter chose a candidate
    commit = QInputMethodEvent()
    commit.setCommitString("消防")
    QApplication.sendEvent(note, commit)
    press(page, Qt.Key.Key_2)
    assert note.toPlainText() == "消防2"
    assert form(page)._level.value() == "normal"


def test_all_buildings_can_be_ticked_without_any_point(
    session, people, qtbot, settle, messages
):
    page = opened(session, qtbot, settle)
    assert board(page)._propose.isVisible()
    assert "不设也可以" in board(page)._empty_words.text()
    board(page)._chips._chips["all"].click()
    route(page).setFocus()
    press(page, Qt.Key.Key_1)
    press(page, Qt.Key.Key_S, modifier=CONTROL)
    settle()
    [stop] = found(session, PatrolStop)
    assert (stop["building_id"], stop["point_id"]) == (people.building, None)


def test_the_screen_reader_hears_place_lateness_and_state(page, settle):
    view = route(page)
    texts = [view._items.index(i).data() for i in range(view._items.rowCount())]
    assert texts[0] == "3号楼，2 个点，2 个没看"
    assert any("3号楼，消防通道，还没看过，没看，每周看" in one for one in texts), texts
    press(page, Qt.Key.Key_1)
    assert any("正常" in view._items.index(i).data() for i in range(4))


@pytest.mark.parametrize(
    ("size", "width"),
    [
        ((1198, 600), Width.WIDE),
        ((924, 500), Width.MID),
        ((822, 360), Width.NARROW),
    ],
)
def test_every_part_fits_the_window(
    session, points, qtbot, settle, size, width, tmp_path
):
    page = opened(session, qtbot, settle, size, width)
    page.open_record(None)
    settle()
    hint = page.minimumSizeHint()
    assert hint.width() <= size[0]
    assert hint.height() <= size[1]
    press(page, Qt.Key.Key_3)
    settle()
    assert form(page)._keep.isVisible()
    form(page)._photos.unfold()
    settle()
    press(page, Qt.Key.Key_Escape)
    if width is Width.NARROW:
        assert not board(page).panel.isVisible()
        board(page)._toggle.click()
        assert board(page).panel.isVisible()
        press(page, Qt.Key.Key_Escape)
        assert route(page).isVisible()


def test_the_log_is_read_corrected_and_a_round_deleted_with_undo(
    page, session, settle, qtbot, points
):
    with session.store.writing() as tx:
        logged = patrols.log_patrol(
            tx,
            {"started_at": now() - dt.timedelta(days=2), "note": "雨后"},
            [{"point_id": points[0], "state": "1", "note": "灯暗"}],
        )
        patrols.log_patrol(tx, {}, findings=[{"category": "0301", "place": "南门"}])
    page.open_record(logged.patrol_id)
    settle()
    log = page._log
    assert log._list.current().id == logged.patrol_id
    assert log._reader._file.values["note"] == "雨后"
    assert "2 轮" in log._count.text()
    log._chips._chips["found"].click()
    settle()
    assert [row.id for row in log._list.rows()] != [logged.patrol_id]
    assert len(log._list.rows()) == 1
    log.show_round(logged.patrol_id)
    settle()
    log._reader._delete.click()
    settle()
    assert [row.id for row in log._list.rows()].count(logged.patrol_id) == 0
    page.words[-1][1]()
    settle()
    assert logged.patrol_id in [row.id for row in log._list.rows()]
    with session.store.reading() as db:
        assert records.filtered(db, PatrolStop, {"patrol_id": logged.patrol_id})


def test_the_log_can_be_asked_for_some_days(page, session, settle):
    today = dt.date.today()
    with session.store.writing() as tx:
        for days in (0, 3):
            patrols.log_patrol(tx, {"started_at": now() - dt.timedelta(days=days)})
    page.show_log()
    settle()
    log = page._log
    assert len(log._list.rows()) == 2
    log._first.set_day(today)
    settle()
    assert len(log._list.rows()) == 1
    log._clear.click()
    settle()
    assert len(log._list.rows()) == 2


def test_points_are_proposed_and_never_forced(session, people, qtbot, settle):
    page = opened(session, qtbot, settle)
    dialog = PointsDialog(session, page)
    said = []
    dialog.said.connect(lambda words, undo: said.append((words, undo)))
    dialog.open()
    settle()
    assert dialog._proposal.isVisible()
    assert found(session, PatrolPoint) == []
    dialog._ticks.set_values(["消防通道"])
    dialog._count_proposal()
    assert dialog._adopt.text() == "采用 2 个点"
    dialog._adopt.click()
    settle()
    assert len(found(session, PatrolPoint)) == 2
    assert len(route(page).spots()) == 2
    said[-1][1]()
    settle()
    assert found(session, PatrolPoint) == []


def test_a_point_is_added_and_its_interval_changed_with_a_reason(
    page, session, settle, points
):
    dialog = PointsDialog(session, page)
    dialog.open()
    settle()
    dialog._begin()
    dialog._form._name.setText("地下车库")
    dialog._form._days.setText("10")
    dialog._form._days.textEdited.emit("10")
    dialog.save()
    settle()
    [point] = [p for p in found(session, PatrolPoint) if p["name"] == "地下车库"]
    assert point["interval_days"] == 10
    reason = dialog._form._rows["reason"]
    assert not reason.isVisible()
    dialog._form._often.set_values(["30"])
    dialog._form._on_often()
    assert reason.isVisible()
    dialog.save()
    settle()
    assert "写一句为什么改" in reason.error()
    dialog._form._reason.setText("车位都登记了")
    dialog.save()
    settle()
    with session.store.reading() as db:
        words = [one.words for one in patrol_points.changes(db, point["id"])]
    assert any("车位都登记了" in one for one in words)
    assert dialog._form._look_at.toPlainText().count("车位都登记了") == 1
    dialog._stop.click()
    settle()
    assert dialog._stop.text() == "恢复这个点"
    assert len(route(page).spots()) == 3


def test_a_point_without_name_or_interval_says_what_to_do(page, settle):
    dialog = PointsDialog(page.session, page)
    dialog.open()
    settle()
    dialog._begin()
    dialog._form._often.set_values([])
    dialog._form._days.setText("400")
    dialog.save()
    rows = dialog._form._rows
    assert "写一下看哪里" in rows["name"].error()
    assert "1 到 366" in rows["interval_days"].error()
    dialog._form.touched = False
    dialog.reject()


def test_a_draft_holds_the_whole_round():
    entry = RoundEntry()
    entry.begin()
    assert entry.empty
    entry.note = "下雨"
    assert not entry.empty
    assert RoundEntry.from_draft(entry.draft()) == entry
