"""A household's file and what is done with people: by dialog, said once, undone."""

import datetime as dt

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from sqlalchemy import text

from gridapp.models import Dwelling, Household, Resident, ResidentTag, Visit
from gridapp.store import records
from gridapp.ui.care.resident_file import read_history
from gridapp.ui.main_window import MainWindow
from gridapp.ui.menus import MenuButton
from gridapp.ui.residents.household_dialogs import MemberDialog, RelationsDialog
from gridapp.ui.residents.leave_dialog import LeaveDialog
from gridapp.ui.residents.merge_dialog import MergeDialog
from gridapp.ui.residents.move_dialog import MoveDialog
from gridapp.ui.residents.part_dialog import EndDialog
from gridapp.ui.residents.resident_events import change_entries
from gridapp.ui.residents.residents_page import ResidentsPage
from gridapp.ui.widgets.rows import Row
from gridapp.work.visits import log_visit
from tests.conftest import at, id_number


@pytest.fixture
def page(session, people, qtbot, settle):
    page = ResidentsPage(session)
    qtbot.addWidget(page)
    page.resize(1198, 668)
    page.show()
    settle()
    page.heard = []
    page.said.connect(lambda words, undo: page.heard.append((words, undo)))
    return page


def of(session, person):
    with session.store.reading() as db:
        return records.get(db, Resident, person)


def names(page):
    return [row.title for row in page._list.rows()]


def show(page, settle, person):
    page.show_resident(person)
    settle()


def opened(page, kind):
    """The dialog of that kind that is open."""
    [dialog] = [one for one in page.findChildren(kind) if one.isVisible()]
    return dialog


def menu(page, about):
    """The menu button of that name, on the card that is shown."""
    return next(
        one
        for one in page._cards.currentWidget().findChildren(MenuButton)
        if one.accessibleName() == about and one.isVisibleTo(page)
    )


def move_dialog(page, settle, person, act="搬家…"):
    show(page, settle, person)
    page._card.more.pick(act)
    settle()
    return opened(page, MoveDialog)


def test_household_opens_from_the_card_and_escape_goes_back(page, people, settle):
    show(page, settle, people.zhang)
    page._card._home.click()
    settle()
    card = page._household
    assert page._cards.currentWidget() is card
    assert card._door.text() == "12-1-101  张德福 户"
    said = [one.accessibleName() for one in card.findChildren(QWidget)]
    assert "张德福，户主，男 75 岁" in said
    assert "陈秀兰，配偶，女 73 岁" in said
    QTest.keyClick(card._back, Qt.Key.Key_Escape)
    assert page._cards.currentWidget() is page._card


def test_household_card_says_private_values_masked(page, people, session, settle):
    home = of(session, people.zhang)["household_id"]
    with session.store.writing() as tx:
        records.save(tx, Household, {"phones": ("13800000007",)}, home)
    page.show_household(home)
    settle()
    words = " ".join(
        one.text() for one in page._household.findChildren(QWidget) if _is_label(one)
    )
    assert "138****0007" in words
    assert "13800000007" not in words


def _is_label(widget):
    return hasattr(widget, "text") and hasattr(widget, "setWordWrap")


def test_moving_to_a_new_door_is_said_and_undone(page, people, session, settle):
    dialog = move_dialog(page, settle, people.li)
    dialog._door.box.setText("3-2-601")
    settle()
    assert "还没有登记" in dialog._door._said.text()
    dialog._reason.box.setText("换房")
    dialog.save()
    settle()
    assert not dialog.isVisible()
    assert page._card._where.text().startswith("3号楼2单元601")
    words, undo = page.heard[-1]
    assert words == "已搬家：李桂英"
    undo()
    settle()
    assert page._card._where.text().startswith("3号楼2单元501")
    with session.store.reading() as db:
        assert all(one["room"] != "601" for one in records.find(db, Dwelling))


def test_moving_keeps_what_was_typed_and_says_what_is_missing(page, people, settle):
    dialog = move_dialog(page, settle, people.li)
    dialog._door.box.setText("3-2-601")
    settle()
    dialog.save()
    assert "理由" in dialog._rows["reason"].editor.accessibleName()
    assert "常用理由" in dialog._rows["reason"].error()
    assert dialog._door.text() == "3-2-601"
    assert dialog.isVisible()


def test_one_who_moves_in_may_join_the_household_there(page, people, session, settle):
    dialog = move_dialog(page, settle, people.chen)
    dialog._door.box.setText("3-2-501")
    settle()
    assert dialog._join.isVisible()
    dialog._join.setCurrentIndex(1)
    dialog._reason.box.setText("投靠亲戚")
    dialog.save()
    settle()
    joined = of(session, people.li)["household_id"]
    assert of(session, people.chen)["household_id"] == joined
    assert of(session, people.zhang)["household_id"] != joined


def test_door_is_chosen_from_those_on_file_by_keys(page, people, settle):
    dialog = move_dialog(page, settle, people.li)
    QTest.keyClicks(dialog._door.box, "12-1-")
    settle()
    QTest.keyClick(dialog._door.box, Qt.Key.Key_Return)
    settle()
    assert dialog._door.door().words == "12-1-101"
    assert dialog._door.door().known
    dialog._door.box.clear()
    QTest.keyClicks(dialog._door.box, "12-1-10")  # a new door stays as it is typed
    settle()
    QTest.keyClick(dialog._door.box, Qt.Key.Key_Return)
    settle()
    assert dialog._door.door().words == "12-1-10"
    dialog._door.box.setText("12-1")
    settle()
    QTest.keyClick(dialog._door.box, Qt.Key.Key_Down)
    QTest.keyClick(dialog._door.box, Qt.Key.Key_Return)
    settle()
    assert dialog._door.door().words == "12-1-101"


def test_household_is_split_behind_its_door(page, people, session, settle):
    home = of(session, people.zhang)["household_id"]
    page.show_household(home)
    settle()
    page._household._more.pick("分户…")
    settle()
    dialog = opened(page, MoveDialog)
    assert dialog._door.text() == "12-1-101"
    dialog.save()
    assert dialog._rows["people"].error() == "勾选要搬的人"
    dialog._who.set_values([people.chen.hex])
    dialog._reason.box.setText("成家分户")
    dialog.save()
    settle()
    assert page._household._door.text() == "12-1-101  陈秀兰 户"
    page.heard[-1][1]()
    settle()
    assert of(session, people.chen)["household_id"] == home


def test_head_is_changed_with_relations_proposed(page, people, session, settle):
    page.show_household(of(session, people.zhang)["household_id"])
    settle()
    page._household._more.pick("户主和关系…")
    settle()
    dialog = opened(page, RelationsDialog)
    dialog._head.set_values([people.chen.hex])
    dialog._head.changed.emit()
    assert dialog._relations[people.zhang].value() == "10"
    dialog.save()
    settle()
    assert of(session, people.chen)["relation"] == "02"
    assert page._household._door.text().endswith("陈秀兰 户")


def test_member_is_entered_into_a_household(page, people, session, settle):
    home = of(session, people.zhang)["household_id"]
    page.show_household(home)
    settle()
    page._household._more.pick("把已有居民登记到这户…")
    settle()
    dialog = opened(page, MemberDialog)
    dialog.save()
    assert "选一位居民" in dialog._rows["who"].error()
    dialog._who.set_value(people.li)
    dialog._relation.set_value("52")
    settle()
    dialog.save()
    settle()
    assert of(session, people.li)["household_id"] == home


def test_death_fades_the_file_and_is_put_right(page, people, session, settle):
    page.show_household(of(session, people.zhang)["household_id"])
    settle()
    menu(page, "对陈秀兰…").pick("登记去世…")
    settle()
    opened(page, LeaveDialog).save()
    settle()
    assert of(session, people.chen)["died_on"] == dt.date.today()
    assert [one.name for one in page._household._file.gone] == ["陈秀兰"]
    show(page, settle, people.chen)
    assert "已去世" in page._card._reminder.accessibleName()
    assert not page._card._visit.isEnabled()
    assert "登记去世…" not in page._card.more.choices()
    page._card.more.pick("更正：并未去世…")
    settle()
    dialog = opened(page, LeaveDialog)
    dialog.save()
    settle()
    assert dialog._rows["reason"].error()
    dialog._reason.box.setText("家属误报")
    dialog.save()
    settle()
    assert of(session, people.chen)["life_state"] == "living"


def test_whoever_moved_out_is_found_by_filter_and_by_search(
    page, people, session, settle
):
    assert "吴小梅" not in names(page)
    page.filters.toggle("moved")
    assert names(page) == ["吴小梅"]
    assert page._list.rows()[0].faded
    assert page._list.rows()[0].badge.text == "已迁出"
    page.filters.toggle("deceased")
    assert set(names(page)) == {"吴小梅", "刘长林"}
    page.filters._clear_all()
    show(page, settle, people.li)
    assert "吴小梅" not in names(page)
    page.box.setText("wxm")
    settle()
    assert names(page) == ["吴小梅"]


def test_moving_out_with_the_household_and_coming_back(page, people, session, settle):
    show(page, settle, people.zhang)
    page._card.more.pick("迁出…")
    settle()
    dialog = opened(page, LeaveDialog)
    dialog._who.set_values([people.zhang.hex, people.chen.hex])
    dialog._to.setText("女儿家")
    dialog.save()
    settle()
    assert of(session, people.chen)["moved_to"] == "女儿家"
    assert page.chosen_resident() == people.zhang  # still shown, faded
    assert "已迁出" in page._card._reminder.accessibleName()
    page._card.more.pick("迁回…")
    settle()
    opened(page, LeaveDialog).save()
    settle()
    assert of(session, people.zhang)["presence"] == "here"
    page.heard[-1][1]()
    settle()
    assert of(session, people.zhang)["presence"] == "moved"


def test_filters_name_what_is_active_and_are_cleared_at_once(page, settle):
    page.filters.toggle("no_id")
    page.filters.toggle("migrant")
    assert page.filters.words() == "没有身份证号、流动人口"
    assert names(page) == []
    assert "没有身份证号、流动人口" in page._empty.text()
    page._clear.click()
    assert "李桂英" in names(page)
    assert page.filters.asked() == ("all",)


def test_resident_is_deleted_in_two_clicks_and_undone(page, people, session, settle):
    show(page, settle, people.li)
    page._card.more.pick("删除档案")
    settle()
    assert "李桂英" not in names(page)
    words, undo = page.heard[-1]
    assert "30 天内可在回收站恢复" in words
    undo()
    settle()
    assert "李桂英" in names(page)
    with session.store.reading() as db:
        mine = {"resident_id": people.li}
        assert len(records.filtered(db, ResidentTag, mine)) == 1


@pytest.fixture
def visited(session, people):
    with session.store.writing() as tx:
        for day in (3, 2):
            given = {"started_at": at(dt.date(2026, 11, day)), "note": f"{day} 日"}
            log_visit(tx, people.li, given)
    return people


def test_visit_is_deleted_from_the_timeline_and_comes_back(
    page, visited, session, settle
):
    def count():
        with session.store.reading() as db:
            return len(records.filtered(db, Visit, {"resident_id": visited.li}))

    show(page, settle, visited.li)
    timeline = page._card.timeline
    assert not timeline._bar.isVisible()
    timeline.list.setFocus()
    QTest.keyClick(timeline.list, Qt.Key.Key_Home)
    assert timeline._bar.isVisible()
    assert timeline.chosen().summary == "3 日"
    QTest.keyClick(timeline.list, Qt.Key.Key_Delete)
    settle()
    assert count() == 1
    page.heard[-1][1]()
    settle()
    assert count() == 2


def test_contact_telephone_is_shown_once_that_is_journalled(
    page, people, session, settle
):
    show(page, settle, people.li)
    eyes = [
        one
        for one in page._card.findChildren(QWidget)
        if one.accessibleName() == "显示李芳的完整电话（会记入日志）"
    ]
    eyes[0].click()
    settle()
    shown = [one.text() for one in page._card.findChildren(QWidget) if _is_label(one)]
    assert "13800000002" in shown
    assert "138****0002" in shown  # the other contact's stays masked
    with session.store.reading() as db:
        rows = db.execute(text("SELECT act, type, detail FROM disclosure")).all()
    assert [tuple(row) for row in rows] == [("reveal", "contact", "联系电话")]


def test_tag_ends_with_its_reason_and_comes_back(page, people, session, settle):
    show(page, settle, people.li)
    menu(page, "修改或结束人员标签").pick("结束 独居…")
    settle()
    dialog = opened(page, EndDialog)
    dialog.save()
    assert "理由" in dialog._rows["reason"].error()
    dialog._reason.box.setText("子女搬来同住")
    dialog.save()
    settle()
    with session.store.reading() as db:
        [tag] = records.filtered(db, ResidentTag, {"resident_id": people.li})
    assert (tag["until"], tag["end_reason"]) == (dt.date.today(), "子女搬来同住")
    page.heard[-1][1]()
    settle()
    with session.store.reading() as db:
        [tag] = records.filtered(db, ResidentTag, {"resident_id": people.li})
    assert tag["until"] is None


@pytest.fixture
def twice(session, people):
    with session.store.writing() as tx:
        values = {"name": "李桂英", "id_number": id_number("1944-03-08", 122)}
        values |= {"illness": "高血压", "mobility": "拄拐", "phones": ("13800000003",)}
        other = records.save(tx, Resident, values)
        records.save(tx, Resident, {"mobility": "能自理"}, people.li)
    return other


def test_two_files_of_one_person_are_merged_field_by_field(
    page, people, twice, session, settle
):
    page._more.pick("疑似重复的档案…")
    settle()
    dialog = opened(page, MergeDialog)
    assert "身份证号相同" in dialog._head.text()
    assert list(dialog._options) == ["mobility"]  # what only one says is not asked
    side = "a" if dialog._found.a["id"] == twice else "b"
    dialog._options["mobility"].set_values([side])
    dialog.save()
    settle()
    kept = of(session, people.li)
    assert (kept["illness"], kept["mobility"]) == ("高血压", "拄拐")
    assert kept["phones"] == ("13800000001", "13800000003")
    assert of(session, twice) is None
    page.heard[-1][1]()
    settle()
    assert of(session, twice)["illness"] == "高血压"
    assert of(session, people.li)["phones"] == ("13800000001",)


def test_two_people_kept_apart_are_not_proposed_again(page, twice, settle):
    page._more.pick("疑似重复的档案…")
    settle()
    opened(page, MergeDialog)._apart.click()
    settle()
    assert page.heard[-1][0] == "已记下：不是同一人"
    page._more.pick("疑似重复的档案…")
    settle()
    assert page.heard[-1][0] == "没有发现疑似重复的档案"


def test_another_file_is_searched_when_none_is_proposed(page, people, settle):
    show(page, settle, people.li)
    page._card.more.pick("合并重复档案…")
    settle()
    dialog = opened(page, MergeDialog)
    assert not dialog.save_button.isEnabled()
    dialog._other.set_value(people.gone)
    dialog._other.finished.emit()
    settle()
    assert dialog.save_button.isEnabled()
    assert "吴小梅" in dialog._sides.text()


def test_changes_say_from_which_door_to_which(page, people, session, settle):
    dialog = move_dialog(page, settle, people.chen)
    dialog._door.box.setText("3-2-601")
    settle()
    dialog._reason.box.setText("换房")
    dialog.save()
    settle()
    with session.store.reading() as db:
        entries = change_entries(read_history(db, people.chen))
    assert "家庭户：12-1-101 → 3-2-601" in entries[0].text


def test_window_opens_a_household_by_record_and_by_search(
    session, people, qtbot, settle
):
    window = MainWindow(session, "周敏")
    qtbot.addWidget(window)
    window.show()
    home = of(session, people.zhang)["household_id"]
    window.show_record("household", home)
    settle()
    page = window.residents
    assert page._cards.currentWidget() is page._household
    window.go("today")
    with session.store.reading() as db:
        dwelling = records.get(db, Household, home)["dwelling_id"]
    window._open_row(Row(dwelling, "12-1-101", type="dwelling"))
    settle()
    assert page._household.household_id() == home
    QTest.keyClicks(page.box, "lgy")
    settle()
    assert page._cards.currentWidget() is page._card


@pytest.mark.parametrize("act", ["搬家…", "迁出…", "登记去世…", "合并重复档案…"])
def test_every_control_of_a_dialog_has_a_name(page, people, settle, act):
    show(page, settle, people.zhang)
    page._card.more.pick(act)
    settle()
    [dialog] = [
        one
        for kind in (MoveDialog, LeaveDialog, MergeDialog)
        for one in page.findChildren(kind)
    ]
    unnamed = [
        type(one).__name__
        for one in dialog.findChildren(QWidget)
        if one.focusPolicy() != Qt.FocusPolicy.NoFocus
        and one.isVisibleTo(dialog)
        and not one.accessibleName()
    ]
    assert unnamed == []


def test_household_telephone_is_shown_once_that_is_journalled(
    page, people, session, settle
):
    home = of(session, people.zhang)["household_id"]
    with session.store.writing() as tx:
        records.save(tx, Household, {"phones": ("13800000007",)}, home)
    page.show_household(home)
    settle()
    [eye] = [
        one
        for one in page._household.findChildren(QWidget)
        if one.accessibleName() == "显示完整的家庭电话（会记入日志）"
        and one.isVisibleTo(page)
    ]
    eye.click()
    settle()
    words = [
        one.text() for one in page._household.findChildren(QWidget) if _is_label(one)
    ]
    assert "13800000007" in words
    with session.store.reading() as db:
        rows = db.execute(text("SELECT act, type, detail FROM disclosure")).all()
    assert [tuple(row) for row in rows] == [("reveal", "household", "家庭电话")]


def test_visit_from_a_household_is_with_its_head(page, people, session, settle):
    show(page, settle, people.li)
    page.show_household(of(session, people.chen)["household_id"])
    settle()
    assert page.chosen_resident() == people.zhang


def test_a_file_is_asked_for_on_paper(page, people, settle):
    wanted = []
    page.print_asked.connect(lambda *asked: wanted.append(asked))
    show(page, settle, people.li)
    page._card.more.pick("打印档案…")
    settle()
    assert wanted == [("resident-card", [people.li])]
