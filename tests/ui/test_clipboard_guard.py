"""What is copied in the program does not stay on the clipboard."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLineEdit

from gridapp.ui.clipboard_guard import KEPT, ClipboardGuard, copy_openly

NAME = "李桂英"


@pytest.fixture
def board(qapp):
    board = qapp.clipboard()
    board.clear()
    yield board
    board.clear()


@pytest.fixture
def guard(qapp, board):
    made = []

    def make(kept=KEPT):
        made.append(ClipboardGuard(kept=kept))
        return made[-1]

    yield make
    for one in made:
        one._timer.stop()
        one.deleteLater()


def copy_from_field(qtbot):
    field = QLineEdit(NAME)
    qtbot.addWidget(field)
    field.show()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)


def test_what_was_copied_is_gone_after_its_time(guard, board, qtbot):
    one = guard()
    copy_from_field(qtbot)
    assert board.text() == NAME
    one._timer.setInterval(10)  # a minute in the program
    qtbot.waitUntil(lambda: board.text() == "")


def test_it_stays_a_minute(guard):
    assert guard()._timer.interval() == 60_000


def test_each_copy_has_its_whole_time(guard, board, qtbot):
    one = guard(kept=30_000)
    board.setText("3-2-501")
    one._timer.setInterval(60_000)
    board.setText(NAME)
    assert one._timer.remainingTime() > 40_000


def test_a_lock_or_a_close_takes_it_at_once(guard, board):
    one = guard()
    board.setText(NAME)
    one.clear()
    assert board.text() == ""
    assert not one._timer.isActive()


def test_a_copy_is_marked_so_that_no_history_and_no_cloud_takes_it(guard, board):
    guard()
    board.setText(NAME)
    content = board.mimeData()
    assert bytes(content.data("x-kde-passwordManagerHint")) == b"secret"
    assert any("ExcludeClipboardContent" in form for form in content.formats())
    assert content.text() == NAME


def test_a_copied_table_keeps_all_its_forms(guard, board):
    guard()
    rich = QMimeData()
    rich.setText(NAME)
    rich.setHtml(f"<b>{NAME}</b>")
    board.setMimeData(rich)
    assert board.mimeData().html() == f"<b>{NAME}</b>"


def test_a_copied_picture_stays_a_picture(guard, board):
    guard()
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("blue"))
    board.setImage(image)
    assert (board.image().width(), board.image().height()) == (30, 20)


def test_a_report_of_a_fault_stays_for_who_sends_it(guard, board):
    one = guard()
    copy_openly("网格日志 1.0\nValueError")
    assert not one._timer.isActive()
    one.clear()
    assert board.text() == "网格日志 1.0\nValueError"
