"""A blank form is filled in step by step, by keys alone and by clicks."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import delete

from gridapp.models import Resident
from gridapp.store import records
from gridapp.store.acts import acts
from gridapp.ui.ledgers.field_chooser import FieldChooser
from gridapp.ui.ledgers.fill_dialog import COLUMNS, DONE, PREVIEW, WHO, FillDialog
from gridapp.ui.ledgers.fill_work import LISTED, NAMED
from gridapp.ui.ledgers.import_dialog import ImportDialog
from gridapp.ui.main_window import MainWindow
from tests.conftest import id_number
from tests.office import forms
from tests.ui.test_import_dialog import press

ENTER, CONTROL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
LI = id_number("1944-03-08", 122)


@pytest.fixture
def desk(qtbot):
    page = QWidget()
    page.resize(910, 441)
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def opened(desk, session, settle, people, tmp_path, messages):
    """Open the filling of a form; `messages` saves it beside the form."""

    def open_(path, listed=()):
        messages.target = str(tmp_path / "填好.xlsx")
        dialog = FillDialog(session, path, desk, listed)
        dialog.open()
        settle()
        return dialog

    return open_


def choose(dialog, row, *keys):
    row.set_values(keys)
    row.changed.emit()
    dialog.who.changed.emit()


def filled(path="填好.xlsx", folder=None):
    return [list(row) for row in openpyxl.load_workbook(folder / path).active.values]


def test_a_form_is_filled_by_keys_alone(opened, settle, qtbot, tmp_path, session):
    dialog = opened(forms.bare(tmp_path / "体检.xlsx"))
    assert dialog.here == COLUMNS  # one column is not known
    assert QApplication.focusWidget() is dialog.columns._list
    press(qtbot, ENTER)
    settle()
    chooser = dialog.findChild(FieldChooser)
    qtbot.keyClicks(QApplication.focusWidget(), "nl")  # 年龄
    press(qtbot, ENTER)
    settle()
    assert not chooser.isVisible()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    press(qtbot, ENTER, CONTROL)
    assert dialog.here == WHO
    qtbot.keyClicks(dialog.who.age_from, "80")
    qtbot.waitUntil(lambda: dialog._count == 1)
    settle()
    press(qtbot, ENTER, CONTROL)
    settle()
    assert dialog.here == PREVIEW
    press(qtbot, ENTER, CONTROL)
    settle()
    assert dialog.here == DONE
    row = filled(folder=tmp_path)[1]
    assert row == [1, "李桂英", "女", "138****0001", "和顺里第一网格", 82]
    again = opened(forms.bare(tmp_path / "体检2.xlsx"))
    assert again.here == WHO  # the column is not asked about again
    assert again._table.sources[5] == "age"


def test_whole_numbers_ask_for_a_purpose_and_are_journalled(
    opened, settle, qtbot, tmp_path, session
):
    dialog = opened(forms.elders(tmp_path / "摸底.xlsx"))
    assert dialog.here == WHO
    choose(dialog, dialog.who.tags, "alone")
    settle()
    dialog.go_on()
    settle()
    shown = dialog.preview._list.model()
    assert shown.index(0, 5).data() == "990" + "*" * 11 + LI[-4:]
    qtbot.keyClick(dialog.preview.numbers._options["whole"], Qt.Key.Key_Space)
    dialog.go_on()
    assert dialog.here == PREVIEW
    assert "请写明用途" in dialog._error.accessibleName()
    dialog.preview.purpose.setText("报街道民政办摸底")
    assert shown.index(0, 5).data().startswith("990*")  # never whole on the screen
    dialog.go_on()
    settle()
    assert filled(folder=tmp_path)[3][4] == LI
    with session.store.reading() as db:
        [act] = [one for one in acts(db) if "报街道民政办摸底" in str(one)]
    assert "填好.xlsx 1 人" in str(act)


def test_the_people_of_the_list_and_those_the_form_names(
    opened, settle, tmp_path, people
):
    dialog = opened(forms.elders(tmp_path / "摸底.xlsx"), [people.chen, people.zhang])
    choose(dialog, dialog.who.kind, LISTED)
    settle()
    dialog.go_on()
    settle()
    assert [row.name for row in dialog._plan.rows] == ["陈秀兰", "张德福"]
    named = opened(forms.named(tmp_path / "名单.xlsx"))
    assert named.who.kind.value() == NAMED
    settle()
    named.go_on()
    settle()
    assert [row.name for row in named._plan.rows] == ["陈秀兰", "李桂英"]


def test_who_lacks_something_is_opened_from_the_last_step(
    opened, settle, tmp_path, people, qtbot
):
    dialog = opened(forms.elders(tmp_path / "摸底.xlsx"), [people.chen])
    choose(dialog, dialog.who.kind, LISTED)
    settle()
    for _ in range(2):
        dialog.go_on()
        settle()
    table = dialog.done_step._list.model()
    assert (table.index(0, 0).data(), table.index(0, 1).data()) == (
        "陈秀兰",
        "联系电话、子女联系电话",
    )
    with qtbot.waitSignal(dialog.resident_asked) as asked:
        qtbot.keyClick(dialog.done_step._list, ENTER)
    assert asked.args == [people.chen]


def test_a_form_of_one_person_makes_a_file_for_each(
    opened, settle, tmp_path, people, messages
):
    dialog = opened(forms.card(tmp_path / "登记表.xlsx"), [people.chen, people.li])
    assert dialog.here == COLUMNS
    assert "一人一份的表" in dialog._notice.accessibleName()
    choose(dialog, dialog.who.kind, LISTED)
    settle()
    for step in (WHO, PREVIEW):
        dialog.show_step(step)
        settle()
    messages.target = str(tmp_path / "登记表（已填）")
    dialog.go_on()
    settle()
    assert dialog.here == DONE
    made = {one.name for one in (tmp_path / "登记表（已填）").iterdir()}
    assert made == {"登记表-陈秀兰.xlsx", "登记表-李桂英.xlsx"}


def test_a_count_that_ends_after_the_window_is_gone_harms_nothing(
    opened, settle, tmp_path, desk
):
    dialog = opened(forms.elders(tmp_path / "摸底.xlsx"))
    dialog.who.changed.emit()
    delete(dialog)
    settle()
    assert desk.isVisible()


def test_a_wrong_condition_says_what_to_write(opened, settle, tmp_path):
    dialog = opened(forms.elders(tmp_path / "摸底.xlsx"))
    dialog.who.age_from.setText("八十")
    dialog.who.changed.emit()
    settle()
    assert "年龄应填整数" in dialog.who._count.text()
    assert not dialog._go.isEnabled()
    dialog.who.age_from.setText("130")
    dialog.who.changed.emit()
    settle()
    assert dialog.who._count.text() == "没有符合条件的人，请换一换条件"


def test_a_file_that_is_no_form_says_so_and_can_be_left(opened, tmp_path, qtbot):
    path = tmp_path / "表.xls"
    path.write_text("姓名,性别,电话\n", encoding="utf-8")
    dialog = opened(path)
    assert "另存为“Excel 工作簿（.xlsx）”" in dialog._error.accessibleName()
    assert not dialog._go.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("size", [(910, 441), (1100, 620), (1366, 728)])
def test_every_step_fits_the_window(opened, settle, tmp_path, desk, size):
    desk.resize(*size)
    dialog = opened(forms.example(tmp_path / "例.xlsx"))
    choose(dialog, dialog.who.tags, "alone")
    settle()
    for step in (COLUMNS, WHO, PREVIEW):
        dialog.show_step(step)
        settle()
        assert dialog.minimumSizeHint().height() <= size[1]
        assert dialog.minimumSizeHint().width() <= size[0]
        focusable = [
            one
            for one in dialog.findChildren(QWidget)
            if one.isVisible() and one.focusPolicy() != Qt.FocusPolicy.NoFocus
        ]
        assert all(one.accessibleName() for one in focusable)
    assert dialog.width() <= size[0]
    assert dialog.height() <= size[1]


def drop(window, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    held = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(
        window.rect().center(), Qt.DropAction.CopyAction, data, *held
    )
    QApplication.sendEvent(window, enter)
    event = QDropEvent(
        QPointF(window.rect().center()),
        Qt.DropAction.CopyAction,
        data,
        *held,
        QEvent.Type.Drop,
    )
    QApplication.sendEvent(window, event)


def test_a_form_dropped_on_the_window_is_filled_and_a_ledger_imported(
    session, people, qtbot, settle, tmp_path, messages
):
    window = MainWindow(session, "周敏")
    qtbot.addWidget(window)
    window.show()
    settle()
    drop(window, forms.elders(tmp_path / "摸底.xlsx"))
    settle()
    [dialog] = window.findChildren(FillDialog)
    assert dialog.isVisible()
    dialog.reject()
    drop(window, forms.named(tmp_path / "台账.xlsx"))
    settle()
    [ledger] = window.findChildren(ImportDialog)
    assert ledger.isVisible()
    ledger.reject()


def test_the_residents_page_offers_it_with_whom_it_lists(
    session, people, qtbot, settle, tmp_path, messages, monkeypatch
):
    form = forms.elders(tmp_path / "摸底.xlsx")
    window = MainWindow(session, "周敏")
    qtbot.addWidget(window)
    window.show()
    window.go("residents")
    settle()
    monkeypatch.setattr(type(messages), "choose_file", lambda *_: str(form))
    window.residents._more.pick("填别人的表…")
    settle()
    [dialog] = window.findChildren(FillDialog)
    with session.store.reading() as db:
        here = [row["id"] for row in records.find(db, Resident)]
    assert set(dialog._listed) == {people.li, people.zhang, people.chen} & set(here)
    dialog.reject()
    assert Path(form).exists()
