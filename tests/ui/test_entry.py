"""Text fields know when an input method is composing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from gridapp.ui.widgets.entry import FindField, LineField, NoteField, hint_room


def compose(widget, text):
    QApplication.sendEvent(widget, QInputMethodEvent(text, []))


def commit(widget, text):
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


@pytest.fixture(params=[LineField, NoteField])
def field(request, qtbot):
    widget = request.param("诉求")
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_enter_commits_the_composition_and_only_then_goes_on(field, qtbot):
    compose(field, "li")
    with qtbot.assertNotEmitted(field.finished):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    commit(field, "李")
    with qtbot.waitSignal(field.finished):
        qtbot.keyClick(field, Qt.Key.Key_Return)


def test_shift_enter_starts_a_new_line_in_notes(qtbot):
    notes = NoteField("情况记录")
    qtbot.addWidget(notes)
    notes.setPlainText("血压偏高")
    notes.moveCursor(notes.textCursor().MoveOperation.End)
    qtbot.keyClick(notes, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert notes.toPlainText().endswith("\n") or "\u2028" in notes.toPlainText()


def test_phrase_joins_what_is_written(qtbot):
    notes = NoteField("情况记录")
    qtbot.addWidget(notes)
    notes.add_phrase("精神尚可")
    notes.add_phrase("已联系家属")
    assert notes.toPlainText() == "精神尚可；已联系家属"


def test_a_hint_says_less_where_room_lacks_and_is_never_cut(theme, qtbot):
    whole = "名称、当事人、地点、卷号"
    find = FindField(theme, "查找", whole)
    qtbot.addWidget(find)
    find.resize(400, 40)
    find.show()
    assert find.placeholderText() == whole
    find.resize(160, 40)
    assert find.placeholderText() == "名称、当事人"
    assert find.fontMetrics().horizontalAdvance("名称、当事人") <= hint_room(find)
    find.resize(400, 40)
    assert find.placeholderText() == whole


def test_list_narrows_while_composing(theme, qtbot):
    find = FindField(theme, "查找", "姓名")
    qtbot.addWidget(find)
    asked = []
    find.searched.connect(asked.append)
    compose(find, "li'g")
    compose(find, "li'gui")
    commit(find, "李桂")
    assert asked == ["lig", "ligui", "李桂"]


def test_escape_clears_first_and_leaves_then(theme, qtbot):
    find = FindField(theme, "查找", "姓名")
    qtbot.addWidget(find)
    find.setText("lgy")
    with qtbot.assertNotEmitted(find.left):
        qtbot.keyClick(find, Qt.Key.Key_Escape)
    assert find.text() == ""
    with qtbot.waitSignal(find.left):
        qtbot.keyClick(find, Qt.Key.Key_Escape)
