"""回收站 in the window: found, told with what comes along, restored by one key."""

import datetime as dt

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gridapp.models import Contact, Resident, Visit
from gridapp.store import records
from gridapp.ui.main_window import MainWindow
from gridapp.ui.settings.recycle_page import RecyclePage
from gridapp.work import recycle
from gridapp.work.visits import log_visit
from tests.conftest import at


@pytest.fixture
def page(session, people, qtbot, settle):
    with session.store.writing() as tx:
        day = at(dt.date(2026, 11, 20))
        log_visit(tx, people.li, {"started_at": day, "note": "一切正常"})
        recycle.delete(tx, Resident, people.li)
    with session.store.writing() as tx:
        contact = {"resident_id": people.zhang, "name": "张强"}
        made = records.save(tx, Contact, contact | {"phones": ("13800000008",)})
        recycle.delete(tx, Contact, made)
    page = RecyclePage(session)
    qtbot.addWidget(page)
    page.resize(1198, 668)
    page.show()
    settle()
    page.heard = []
    page.said.connect(lambda words, undo: page.heard.append((words, undo)))
    return page


def titles(page):
    return [row.title for row in page._list.rows()]


def test_bin_says_who_deleted_what_and_what_comes_back_with_it(page):
    assert titles(page) == ["张德福", "李桂英", "赵六"]
    page._list.choose(page._lines[1].id)
    assert page._said.text() == (
        "居民“李桂英”，一起恢复：人员标签 1 条、紧急联系人 2 条、走访记录 1 条"
    )
    spoken = page._list.rows()[1].spoken()
    assert "周敏删除" in spoken
    assert "还列 30 天" in spoken
    assert "13800000008" not in " ".join(row.spoken() for row in page._list.rows())


def test_resident_comes_back_with_one_key_and_undo_puts_it_back(
    page, people, session, settle
):
    page._list.choose(page._lines[1].id)
    page._list.setFocus()
    QTest.keyClick(page._list, Qt.Key.Key_Return)
    settle()
    assert "李桂英" not in titles(page)
    words, undo = page.heard[-1]
    assert words == "已恢复居民：李桂英，连同 4 条"
    with session.store.reading() as db:
        assert len(records.filtered(db, Visit, {"resident_id": people.li})) == 1
    undo()
    settle()
    assert "李桂英" in titles(page)


def test_one_click_on_a_line_only_chooses_it(page, qtbot, settle):
    before = titles(page)
    index = page._list.model().index(2, 0)
    place = page._list.visualRect(index).center()
    qtbot.mouseClick(page._list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle()
    assert titles(page) == before
    assert "赵六" in page._said.text()
    page._restore.click()
    settle()
    assert "赵六" not in titles(page)


def test_bin_is_searched_and_narrowed_by_type(page, settle):
    page.box.setText("周敏 张强")
    assert titles(page) == ["张德福"]
    page.box.setText("没有这个")
    assert titles(page) == []
    assert "没有这个" in page._empty.text()
    assert not page._restore.isEnabled()
    page.box.clear()
    page._chips.choose("resident")
    page._show()
    assert titles(page) == ["李桂英", "赵六"]


def test_part_whose_owner_is_deleted_says_what_to_restore_first(
    page, people, session, messages, settle
):
    with session.store.writing() as tx:
        recycle.delete(tx, Resident, people.zhang)
    settle()
    part = next(one for one in page._lines if one.type == "contact")
    page._list.choose(part.id)
    page.restore()
    settle()
    assert "请先恢复那份居民" in messages.told[-1]
    assert part.id in {row.id for row in page._list.rows()}


def test_bin_is_opened_from_the_residents_and_left_by_escape(
    session, people, qtbot, settle
):
    window = MainWindow(session, "周敏")
    qtbot.addWidget(window)
    window.show()
    window.go("residents")
    settle()
    window.residents._more.pick("回收站")
    settle()
    page = window.pages["recycle"]
    assert window._stack.currentWidget() is page
    QTest.keyClick(page._list, Qt.Key.Key_Escape)
    assert window.here == "residents"
