"""A ledger is imported step by step by real keys and clicks, and can be taken back."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from gridapp.models import Resident
from gridapp.office.ledgers.ledger import Choices, plan_sheets
from gridapp.office.ledgers.problems import ASK, ERROR, NEW, SAME, UPDATE
from gridapp.office.tables.reader import RawSheet
from gridapp.store import records
from gridapp.ui.ledgers.field_chooser import FieldChooser
from gridapp.ui.ledgers.import_dialog import ImportDialog
from gridapp.ui.ledgers.import_preview import PreviewStep
from gridapp.ui.ledgers.import_steps import COLUMNS, DONE, FILE, PREVIEW
from gridapp.ui.ledgers.opening import LedgerDrop, open_import, undo_import
from gridapp.ui.page import Page
from gridapp.ui.widgets.options import OptionRow
from tests.conftest import id_number

HEAD = ["姓名", "性别", "身份证号", "楼栋", "单元", "房号", "联系电话", "摸底情况"]
SUN, QIAN = id_number("1950-01-02", 131), id_number("1951-01-02", 132)
LI = id_number("1944-03-08", 122)  # 李桂英 of the estate
ROWS = [
    ["孙国强", "男", SUN, "3", "1", "101", "13800000011", "见到本人"],
    ["李桂英", "女", LI, "3", "2", "501", "13800000012", ""],
    ["钱二", "女", QIAN, "3", "1", "102", "1380000", ""],
]
MOVED = ["李桂英", "女", LI, "12", "1", "101", "", ""]


@pytest.fixture
def ledger(tmp_path):
    """Write a ledger; its path."""

    def write(*lines, head=HEAD, title=(), name="民政办台账.csv"):
        path = tmp_path / name
        with path.open("w", encoding="gb18030", newline="") as out:
            csv.writer(out).writerows([*title, head, *lines])
        return path

    return write


@pytest.fixture
def desk(qtbot, session):
    page = Page(session)
    page.resize(910, 441)
    qtbot.addWidget(page)
    page.show()
    page.told = []
    page.said.connect(lambda words, undo: page.told.append((words, undo)))
    return page


@pytest.fixture
def opened(desk, session, settle, people):
    """Open the import of a file as the page does."""

    def open_(path):
        open_import(session, path, desk, desk.said)
        settle()
        return desk.findChildren(ImportDialog)[-1]

    return open_


def all_people(session):
    with session.store.reading() as db:
        return {row["name"]: row for row in records.find(db, Resident)}


def states(dialog):
    return [row.state for row in dialog._plan.rows]


def shown(table, row):
    model = table.model()
    return [model.index(row, column).data() for column in range(model.columnCount())]


def press(qtbot, key, modifier=Qt.KeyboardModifier.NoModifier):
    window = QApplication.activeWindow()
    widget = QApplication.focusWidget() or (window and window.focusWidget()) or window
    assert widget is not None
    qtbot.keyClick(widget, key, modifier)


def test_a_ledger_goes_in_by_keys_alone_and_out_again_by_one_click(
    opened, ledger, session, settle, qtbot, desk
):
    dialog = opened(ledger(*ROWS))
    assert dialog.here == COLUMNS  # one column is not known
    assert QApplication.focusWidget() is dialog.columns._table
    press(qtbot, Qt.Key.Key_Return)
    chooser = dialog.findChild(FieldChooser)
    settle()
    qtbot.keyClicks(QApplication.focusWidget(), "bz")  # 备注
    press(qtbot, Qt.Key.Key_Return)
    settle()
    assert not chooser.isVisible()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    assert dict(dialog._choices.columns) == {"摸底情况": "note"}
    press(qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.here == PREVIEW
    assert states(dialog) == [NEW, UPDATE, ERROR]
    assert "李桂英" in all_people(session)
    assert "孙国强" not in all_people(session)  # nothing is written yet
    press(qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert dialog.here == DONE
    found = all_people(session)
    assert found["孙国强"]["note"] == "见到本人"
    assert found["李桂英"]["phones"] == ("13800000001", "13800000012")
    assert "钱二" not in found
    assert dialog.done_step._returned.exists()
    assert "没导入的 1 行" in dialog.done_step._file.text()
    qtbot.mouseClick(dialog.done_step._undo, Qt.MouseButton.LeftButton)
    settle()
    found = all_people(session)
    assert "孙国强" not in found
    assert found["李桂英"]["phones"] == ("13800000001",)
    press(qtbot, Qt.Key.Key_Escape)
    assert desk.told == []  # nothing is left to tell


def test_the_page_tells_of_the_import_and_undoes_it(
    opened, ledger, session, settle, desk
):
    dialog = opened(ledger(*ROWS))
    dialog.show_step(PREVIEW)
    dialog.go_on()
    settle()
    dialog.go_on()  # 完成
    [(words, undo)] = desk.told
    assert "新增 1 人" in words
    undo()
    settle()
    assert "孙国强" not in all_people(session)
    assert "已撤销" in desk.told[-1][0]


def test_private_values_are_hidden_wherever_they_stand(opened, ledger, qtbot):
    dialog = opened(ledger([*ROWS[0][:7], f"身份证{SUN}"]))
    cells = [shown(dialog.columns._table, row) for row in range(len(HEAD))]
    cells += [shown(dialog.file._table, row) for row in range(2)]
    dialog.show_step(PREVIEW)
    dialog.preview._show_row()
    said = " ".join(text.text() for text in dialog.preview._panel.findChildren(QWidget)
                    if hasattr(text, "text"))  # fmt: skip
    assert SUN not in str(cells) + said
    assert "13800000011" not in str(cells) + said
    assert "990" in said


def test_digits_are_asked_about_once_and_remembered_with_the_sender(
    opened, ledger, session, settle, qtbot
):
    lines = [["孙国强", "1", SUN, "3", "1", "101", "", ""]]
    head = [*HEAD[:7], "备注"]
    dialog = opened(ledger(*lines, head=head))
    assert dialog.here == COLUMNS
    assert states(dialog) == [ERROR]
    row = QApplication.focusWidget().parent()
    assert isinstance(row, OptionRow)
    qtbot.keyClick(QApplication.focusWidget(), "1")
    settle()
    assert dict(dialog._choices.code_sets) == {"sex": "GB/T 2261.1"}
    assert states(dialog) == [NEW]
    assert not dialog.columns._questions.isVisible()
    dialog.file._sender.setText("民政办")
    dialog.file._sender.editingFinished.emit()
    settle()
    dialog.show_step(PREVIEW)
    dialog.go_on()
    settle()
    dialog.accept()
    again = opened(ledger(*lines, head=head, name="另一份.csv"))
    assert again.here == PREVIEW  # nothing is left to ask
    assert "民政办" in again._notice._words.text()
    assert states(again) == [SAME]
    assert not again._go.isEnabled()
    again.reject()


def test_a_question_is_answered_for_all_rows_of_its_kind(
    opened, ledger, session, settle, qtbot
):
    other = ["张德福", "男", id_number("1951-05-01", 121), "3", "2", "501", "", ""]
    dialog = opened(ledger(MOVED, other))
    dialog.show_step(PREVIEW)
    assert states(dialog) == [ASK, ASK]
    preview = dialog.preview
    preview._table.choose(0)
    preview._show_row()
    press(qtbot, Qt.Key.Key_Return)  # from the row to its question
    qtbot.keyClick(QApplication.focusWidget(), "2")  # has not moved
    settle()
    assert states(dialog) == [SAME, ASK]
    preview._chips.choose("all")
    preview._filter()
    preview._table.choose(0)
    preview._show_row()
    preview._panel.answered_all.emit("Q_MOVED", "yes")
    settle()
    assert states(dialog) == [UPDATE, UPDATE]
    before = all_people(session)["李桂英"]["household_id"]
    dialog.go_on()
    settle()
    assert all_people(session)["李桂英"]["household_id"] != before


def test_heading_rows_the_program_does_not_find_are_pointed_out(
    opened, ledger, settle, qtbot
):
    head = ["名儿", "证件", "电话", "楼", "门"]
    path = ledger(["孙国强", SUN, "13800000011", "3", "1-101"], head=head,
                  title=[["和顺里社区"]])  # fmt: skip
    dialog = opened(path)
    assert dialog.here == FILE
    assert not dialog._go.isEnabled()
    dialog.file._table.choose(1)
    qtbot.mouseClick(dialog.file._point, Qt.MouseButton.LeftButton)
    settle()
    dialog.go_on()
    assert dialog.here == COLUMNS
    assert not dialog._go.isEnabled()  # nobody has a name yet
    for heading, words in (("名儿", "name"), ("证件", "id_number"), ("门", "door")):
        dialog.columns.meant.emit(heading, words)
        settle()
    assert states(dialog) == [NEW]
    dialog.go_on()
    dialog.go_on()
    settle()
    dialog.accept()
    again = opened(path)
    assert again.here == PREVIEW
    assert states(again) == [SAME]


def test_blanks_mean_the_cell_above_only_when_the_user_says_so(opened, ledger, settle):
    lines = [ROWS[0], ["钱二", "女", QIAN, "", "", "", "", ""]]
    dialog = opened(ledger(*lines))
    row = dialog._plan.rows[1]
    assert "dwelling.room" not in row.values
    for heading in ("楼栋", "单元", "房号"):
        dialog.columns.repeats.emit(heading, True)
    settle()
    assert dialog._plan.rows[1].values["dwelling.room"] == "101"


@pytest.mark.parametrize("read", [False, True], ids=["being read", "read by then"])
def test_escape_while_it_is_read_leaves_and_changes_nothing(
    qtbot, desk, session, settle, ledger, people, read
):
    open_import(session, ledger(*ROWS), desk, desk.said)
    dialog = desk.findChildren(ImportDialog)[-1]
    if read:  # the window has not heard of it yet
        session.jobs._queue("store").submit(int).result(timeout=60)
    dialog.reject()
    settle()

    def gone():
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return not desk.findChildren(ImportDialog)

    qtbot.waitUntil(gone)
    assert "孙国强" not in all_people(session)


def test_escape_goes_a_step_back_and_the_columns_are_not_lost(
    opened, ledger, settle, qtbot
):
    path = ledger(ROWS[0])
    dialog = opened(path)
    dialog.columns.meant.emit("摸底情况", "note")
    settle()
    dialog.show_step(PREVIEW)
    for step in (COLUMNS, FILE):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialog.here == step
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    settle()
    again = opened(path)
    assert again.here == PREVIEW
    assert again._plan.rows[0].values["note"] == "见到本人"


def test_a_file_that_is_no_table_gets_a_sentence(opened, tmp_path):
    path = tmp_path / "空.csv"
    path.write_bytes(b"")
    dialog = opened(path)
    assert "空文件" in dialog._error._words.text()
    assert not dialog._go.isEnabled()
    dialog.reject()
    assert not dialog.isVisible()


def test_a_file_dropped_onto_the_window_is_taken_if_it_is_a_table(desk, ledger, qtbot):
    drop = LedgerDrop(desk)
    found = []
    drop.dropped.connect(found.append)
    for path in (ledger(*ROWS), ledger(*ROWS, name="照片.jpg")):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        how = (
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        for event in (QDragEnterEvent(QPoint(5, 5), *how), QDropEvent(QPointF(), *how)):
            QApplication.sendEvent(desk, event)
    assert [path.name for path in found] == ["民政办台账.csv"]


def test_an_import_is_undone_later_as_far_as_it_can(
    opened, ledger, session, settle, desk
):
    dialog = opened(ledger(*ROWS))
    dialog.show_step(PREVIEW)
    dialog.go_on()
    settle()
    batch = dialog._batch
    dialog.accept()
    person = all_people(session)["孙国强"]["id"]
    with session.store.writing() as tx:
        records.save(tx, Resident, {"mobility": "拄拐"}, person)
    undo_import(session, batch, desk.said)
    settle()
    assert "后来又改过，保留" in desk.told[-1][0]
    assert "孙国强" in all_people(session)


def test_a_ledger_of_hazards_is_told_by_its_headings_and_goes_in_the_same_way(
    opened, ledger, session, settle, desk
):
    head = ["序号", "隐患描述", "发现日期", "位置", "责任人", "整改情况"]
    path = ledger(
        ["1", "楼道堆放纸箱", "2026-11-02", "3栋2单元", "周敏", "已整改"],
        ["2", "灭火器过期", "2026-11-03", "12栋", "周敏", ""],
        head=head,
        name="隐患台账.csv",
    )
    dialog = opened(path)
    assert dialog._plan.kind == "issue"
    assert dialog.file._kinds.chosen() == "issue"
    dialog.show_step(PREVIEW)
    assert states(dialog) == [NEW, NEW]
    assert "楼道堆放纸箱" in shown(dialog.preview._table, 0)[2]
    dialog.preview._show_row()
    dialog.go_on()
    settle()
    assert "新增 2" in dialog.done_step._words.text()
    dialog.done_step._undo.click()
    settle()
    assert "已撤销" in dialog.done_step._words.text()


def test_columns_of_another_ledger_are_remembered_too(opened, ledger, settle):
    head = ["隐患描述", "发现日期", "位置", "谁管"]
    lines = ["楼道堆放纸箱", "2026-11-02", "3栋2单元", "周敏"]
    dialog = opened(ledger(lines, head=head))
    dialog.columns.meant.emit("谁管", "issue.owner_name")
    settle()
    dialog.show_step(PREVIEW)
    dialog.go_on()
    settle()
    dialog.accept()
    again = opened(ledger(lines, head=head, name="十二月.csv"))
    assert again.here == PREVIEW
    assert again._plan.sheets[0].columns["谁管"] == "issue.owner_name"
    assert states(again) == [SAME]


def test_the_problems_are_saved_from_the_preview_before_anything_is_written(
    opened, ledger, settle, messages, tmp_path, qtbot, session
):
    dialog = opened(ledger(*ROWS))
    dialog.show_step(PREVIEW)
    messages.target = str(tmp_path / "问题.xlsx")
    qtbot.mouseClick(dialog.preview._keep, Qt.MouseButton.LeftButton)
    settle()
    assert (tmp_path / "问题.xlsx").stat().st_size > 0
    assert "问题.xlsx" in dialog._notice._words.text()
    assert "孙国强" not in all_people(session)


@pytest.fixture
def large(vault):
    """The plan of a ledger of ten thousand people."""
    lines = [
        ["孙" + chr(0x4E00 + n % 5000), "男", "", "3", "1", str(101 + n), "", "已见"]
        for n in range(10_000)
    ]
    sheet = RawSheet("大台账", [HEAD, *lines])
    return plan_sheets(vault, "大台账.xlsx", [sheet], dt.date.today(), Choices())


def test_of_ten_thousand_rows_only_those_in_sight_are_asked(session, large, qtbot):
    preview = PreviewStep(session, Path("大台账.xlsx"))
    qtbot.addWidget(preview)
    preview.resize(1100, 500)
    preview.show()
    preview.show_plan(large)
    preview._chips.choose(NEW)
    preview._filter()
    new = large.count()[NEW]
    assert new > 9_000
    preview._table.choose(new - 1)
    preview.grab()
    assert preview._table.model().rowCount() == new
    asked = []
    ask = preview._cell
    preview._table.show_cells(new, lambda *at: asked.append(at) or ask(*at))
    preview.grab()
    assert len({row for row, _ in asked}) < 40  # only what can be seen
