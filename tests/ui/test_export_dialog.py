"""Any list goes into a file as the window shows it, by keys and by clicks."""

import datetime as dt

import openpyxl
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from gridapp.models import Dispute, Issue, Patrol, Resident, Visit
from gridapp.store import records
from gridapp.store.acts import acts
from gridapp.ui.ledgers.export_dialog import ExportDialog
from gridapp.ui.main_window import MainWindow
from gridapp.work.visits import log_visit
from tests.conftest import DISPUTE, at

PAGES = (
    "today",
    "buildings",
    "residents",
    "visits",
    "issues",
    "disputes",
    "acts",
    "recycle",
    "patrols",
)


@pytest.fixture
def window(session, people, vault, qtbot, settle):
    with vault.writing() as tx:
        for number, (who, mode) in enumerate(
            (("li", "home"), ("zhang", "phone"), ("chen", "home"), ("li", "phone")), 1
        ):
            when = at(dt.date(2026, 11, number))
            values = {"started_at": when, "mode": mode, "note": f"第{number}次"}
            log_visit(tx, getattr(people, who), values)
        found = {
            "title_text": "楼道堆物",
            "source": "02",
            "category": "01",
            "level": "normal",
            "state": "draft",
            "found_at": at(dt.date(2026, 11, 2)),
        }
        records.save(tx, Issue, found)
        records.save(tx, Dispute, DISPUTE)
        patrol = {"started_at": at(dt.date(2026, 11, 2)), "nothing_found": True}
        records.save(tx, Patrol, patrol)
    window = MainWindow(session, "周敏 和顺里第一网格")
    qtbot.addWidget(window)
    window.show()
    settle()
    return window


def go(window, key, settle):
    window.go(key)
    settle()
    page = window.pages[key]
    if key == "patrols":
        page.show_log()
        settle()
    return page


def dialog_of(window, settle):
    settle()
    return next(one for one in window.findChildren(ExportDialog) if one.isVisible())


def asked(window, qtbot, settle):
    """The dialog, after Ctrl+E."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    return dialog_of(window, settle)


def press(parent, words):
    found = [
        one
        for one in parent.findChildren(QAbstractButton)
        if one.isVisible() and words in (one.text(), one.accessibleName())
    ]
    QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)


def saved(dialog, messages, path, settle):
    messages.target = str(path)
    dialog.save_button.click()
    settle()
    return openpyxl.load_workbook(path)


def column(sheet, heading):
    at = next(one.column for one in sheet[1] if one.value == heading)
    return [sheet.cell(row, at).value for row in range(2, sheet.max_row + 1)]


def test_every_list_has_a_way_into_a_file(window, settle, messages, tmp_path):
    for key in PAGES:
        written_from(key, window, settle, messages, tmp_path)


def written_from(key, window, settle, messages, tmp_path):
    page = go(window, key, settle)
    listing = page.shown_list()
    assert listing is not None
    assert listing.items, key
    if key == "residents":
        page._more.pick("导出这份名单… Ctrl+E")
    else:
        tips = [
            one
            for one in page.findChildren(QAbstractButton)
            if one.isVisible() and "Ctrl+E" in one.toolTip()
        ]
        assert len(tips) == 1
        assert tips[0].accessibleName()
        QTest.mouseClick(tips[0], Qt.MouseButton.LeftButton)
    dialog = dialog_of(window, settle)
    book = saved(dialog, messages, tmp_path / "a.xlsx", settle)
    assert book.worksheets[0].max_row == len(listing.items) + 1
    dialog.accept()


def test_the_rows_of_the_file_stand_as_the_window_shows_them(
    window, qtbot, settle, messages, tmp_path
):
    """After a click on a heading and on a filter."""
    page = go(window, "visits", settle)
    heading = page._list.horizontalHeader()
    place = QPoint(heading.sectionPosition(1) + 20, 15)
    QTest.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle()
    shown = [page._list.model().index(row, 1).data() for row in range(4)]
    assert shown == ["陈秀兰", "李桂英", "李桂英", "张德福"]
    press(page, "走访")
    settle()
    page.focus_start()
    book = saved(asked(window, qtbot, settle), messages, tmp_path / "a.xlsx", settle)
    sheet = book["走访记录"]
    assert column(sheet, "居民") == ["陈秀兰", "李桂英"]
    assert column(sheet, "情况记录") == ["第3次", "第1次"]
    assert dict(book["说明"].iter_rows(values_only=True))["条件"] == "走访"


def test_a_heading_turns_the_order_round_and_then_gives_it_up(window, settle):
    page = go(window, "visits", settle)
    heading = page._list.horizontalHeader()
    first = page._list.ids()
    place = QPoint(heading.sectionPosition(1) + 20, 15)
    orders = []
    for _ in range(3):
        QTest.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=place)
        settle()
        orders.append(page._list.ids())
    assert orders[0] != orders[1]
    assert orders[2] == first
    page._sort.pick("居民")
    settle()
    assert page._list.ids() == orders[0]


def test_a_search_and_filters_narrow_the_file_and_are_said_in_it(
    window, qtbot, settle, messages, tmp_path
):
    page = go(window, "residents", settle)
    page.filters.toggle("disabled_care")
    settle()
    names = [row.title for row in page._list.rows()]
    page._list.setFocus()
    book = saved(asked(window, qtbot, settle), messages, tmp_path / "a.xlsx", settle)
    assert column(book["居民名单"], "姓名") == names == ["陈秀兰"]
    assert dict(book["说明"].iter_rows(values_only=True))["条件"] == "失能"


def test_full_numbers_ask_what_for_and_stand_among_the_acts(
    window, qtbot, settle, messages, tmp_path, vault
):
    go(window, "residents", settle)._list.setFocus()
    dialog = asked(window, qtbot, settle)
    assert not dialog._purpose.isVisible()
    press(dialog, "号码:写完整号码")
    assert dialog._purpose.isVisible()
    assert dialog.save_button.text() == "导出完整号码 Ctrl+S"
    messages.target = str(tmp_path / "a.xlsx")
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert dialog._rows["purpose"].error().startswith("请写明用途")
    assert list(tmp_path.glob("*.xlsx")) == []
    qtbot.keyClicks(dialog._purpose, "report to the street")
    book = saved(dialog, messages, tmp_path / "a.xlsx", settle)
    assert "13800000001" in column(book["居民名单"], "联系方式")
    with vault.reading() as db:
        [told] = [act for act in acts(db) if act.kind == "export"]
    count = book["居民名单"].max_row - 1
    assert told.detail == f"居民名单 {count} 条，存为 a.xlsx"
    assert (told.purpose, told.people) == ("report to the street", count)


def test_a_masked_export_needs_no_purpose_and_is_no_disclosure(
    window, qtbot, settle, messages, tmp_path, vault
):
    go(window, "residents", settle)._list.setFocus()
    dialog = asked(window, qtbot, settle)
    book = saved(dialog, messages, tmp_path / "a.xlsx", settle)
    assert "138****0001" in column(book["居民名单"], "联系方式")
    with vault.reading() as db:
        assert [act for act in acts(db) if act.kind == "export"] == []


def test_the_columns_chosen_are_there_the_next_time(
    window, qtbot, settle, messages, tmp_path
):
    page = go(window, "residents", settle)
    page._list.setFocus()
    dialog = asked(window, qtbot, settle)
    press(dialog, "列：年龄")  # off
    press(dialog, dialog._columns._more.text())
    press(dialog, "列：民族")  # on
    book = saved(dialog, messages, tmp_path / "a.xlsx", settle)
    head = [one.value for one in book["居民名单"][1]]
    assert "年龄" not in head
    assert "民族" in head
    press(dialog, "完成")
    settle()
    again = asked(window, qtbot, settle)
    assert "ethnicity" in again._columns.chosen()
    assert "age" not in again._columns.chosen()
    press(again, "只要常用的")
    assert "age" in again._columns.chosen()
    for chip in again._columns._chips.values():
        chip.setChecked(False)
    again.save_button.click()
    assert again._rows["columns"].error() == "至少选一列"


def test_who_lacks_something_is_a_filter_and_a_column(
    window, qtbot, settle, messages, tmp_path, vault, people
):
    page = go(window, "residents", settle)
    page.filters.toggle("unready")
    settle()
    assert len(page._list.rows()) == 3  # everybody who lives here
    page._list.setFocus()
    book = saved(asked(window, qtbot, settle), messages, tmp_path / "a.xlsx", settle)
    lacking = column(book["居民名单"], "国标资料")
    assert all(one.startswith("缺 ") for one in lacking)
    with vault.reading() as db:
        assert records.get(db, Resident, people.li)["ethnicity"] is None


def test_the_standard_is_offered_where_there_is_a_table_for_it(
    window, qtbot, settle, messages, tmp_path
):
    go(window, "visits", settle).focus_start()
    dialog = asked(window, qtbot, settle)
    assert "gbt31000" not in dialog._kind._options
    dialog.reject()
    go(window, "residents", settle)._list.setFocus()
    dialog = asked(window, qtbot, settle)
    press(dialog, "格式:国标 GB/T 31000")
    assert not dialog._columns.isVisible()
    book = saved(dialog, messages, tmp_path / "a.xlsx", settle)
    assert book.sheetnames[:2] == ["表12 户籍人口", "表13 流动人口"]
    words = {one.text() for one in dialog.findChildren(type(dialog._about))}
    assert "已按国标导出 3 条，其中 3 条待补" in words


def test_an_export_can_be_stopped_and_esc_leaves_no_half_file(
    window, qtbot, settle, messages, tmp_path
):
    go(window, "residents", settle)._list.setFocus()
    dialog = asked(window, qtbot, settle)
    messages.target = str(tmp_path / "a.xlsx")
    dialog.save_button.click()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)  # before the work has begun
    settle()
    assert dialog.isVisible()
    assert list(tmp_path.glob("*.xlsx")) == []
    assert dialog._error.text() == "已停止，没有生成文件"
    assert dialog.save_button.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_page_without_rows_says_so_instead_of_asking(window, qtbot, settle, vault):
    with vault.writing() as tx:
        for one in records.ids(tx.db, Visit):
            records.delete(tx, Visit, one)
    go(window, "visits", settle).focus_start()
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert window._toast._words.text() == "清单是空的，换个筛选再导出"
    go(window, "settings", settle)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert window._toast._words.text() == "这一页没有可以导出的清单"
