"""统计打印: what is seen is what is printed; papers come back to their records."""

import datetime as dt
import os
import stat
import subprocess
import tempfile

import openpyxl
import pytest
from PIL import Image, ImageFilter
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid
from sqlalchemy import text

from gridapp.errors import UserError
from gridapp.models import Attachment, Resident, Visit
from gridapp.models.deeds import Said
from gridapp.models.record_number import number_of
from gridapp.office.paper.preview import Pages
from gridapp.store import records
from gridapp.ui.jobs import Progress
from gridapp.ui.main_window import MainWindow
from gridapp.ui.papers import Printed, Wanted, drawn
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.printing.printing_out import PrintingOut
from gridapp.ui.printing.printing_page import PrintingPage
from gridapp.ui.printing.signed_dialog import SignedDialog
from gridapp.ui.residents.residents_page import ResidentsPage
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.work import plans

TODAY = dt.date.today()
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def planned(session, people):
    with session.store.writing() as tx:
        since = TODAY - dt.timedelta(days=30)
        plans.set_plan(tx, people.li, "visit", 7, "测试", since)
        plans.set_plan(tx, people.chen, "visit", 7, "测试", since)
    return people


@pytest.fixture
def page(session, planned, qtbot):
    """The page as a person opens it, with what it said and the way out heard."""
    page = PrintingPage(session)
    qtbot.addWidget(page)
    page.resize(1190, 660)
    page.heard = []
    page.said.connect(lambda *told: page.heard.append(told))
    page.show()
    seen(page, qtbot)
    yield page
    page.leave()


def seen(page, qtbot, count=None):
    """Wait until the preview shows what is chosen."""

    def there():
        assert not page.session.jobs.busy
        assert not page._timer.isActive()
        if page._drawn is not None:
            assert page._preview.view.count() == page._drawn.pages
        assert page._drawn is not None or page._preview._words.text()

    qtbot.waitUntil(there)
    if count is not None:
        assert page._preview.view.count() == count


def words_of(content, tmp_path):
    path = tmp_path / "out.pdf"
    path.write_bytes(content)
    command = ["pdftotext", "-layout", str(path), "-"]
    return subprocess.run(
        command, check=True, capture_output=True, encoding="utf-8"
    ).stdout


def soft(picture):
    """A page in grey without the sharpness of its hair lines."""
    return picture.convert("L").filter(ImageFilter.GaussianBlur(2))


def ink(image):
    """How many of some pixels are dark."""
    small = image.scaled(60, 85).convertToFormat(QImage.Format.Format_Grayscale8)
    grey = [small.pixelColor(x, y).lightness() for x in range(60) for y in range(85)]
    return sum(one < 160 for one in grey)


def test_the_page_opens_on_the_sheets_of_today(page, qtbot, tmp_path):
    seen(page, qtbot, 2)
    text = words_of(page._drawn.content, tmp_path)
    assert "李桂英" in text
    assert "陈秀兰" in text
    assert "13800000001" not in text
    qtbot.waitUntil(lambda: page._preview.view.picture(0) is not None)
    assert ink(page._preview.view.picture(0)) > 200
    assert "第 1 / 2 页" in page._preview.view.accessibleName()


def test_pages_are_turned_and_grow_crisp_by_keys(page, qtbot):
    view = page._preview.view
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.page() == 2
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert view.page() == 1
    view.fit("width")
    while view.scale() < 2:
        qtbot.keyClick(view, Qt.Key.Key_Plus, CONTROL)
    wide = 210 / 25.4 * 96 * 2 * view.devicePixelRatioF()  # A4 at 200 %

    def crisp():
        image = view.picture(0)
        assert image is not None
        assert abs(image.width() - wide) < 4

    qtbot.waitUntil(crisp)
    qtbot.keyClick(view, Qt.Key.Key_Minus, CONTROL)
    assert view.scale() == 1.5


def test_nothing_private_is_left_on_the_disk(
    page, people, qtbot, tmp_path, monkeypatch
):
    empty = tmp_path / "temporary"
    empty.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(empty))
    page._panel.scopes.choose("week")
    seen(page, qtbot, 2)
    page._pick_sheet("resident-card")
    page.show_sheet("resident-card", [people.li])  # before the other was there
    seen(page, qtbot)
    assert page._drawn.wanted.ids == (people.li,)
    assert list(empty.iterdir()) == []


def test_a_building_and_one_person_are_chosen(page, qtbot, people):
    page._panel.scopes.choose("building")
    seen(page, qtbot, 1)
    picker = page._panel.scopes
    assert picker._batch.itemText(1) == "3号楼：1 人"
    picker._batch.set_value("1")
    seen(page, qtbot, 1)
    assert page._drawn.wanted.ids == (people.chen,)
    picker.choose("one")
    seen(page, qtbot)
    assert page._drawn is None
    assert "选好人就能看到" in page._preview._words.text()
    assert not page._panel.print_button.isEnabled()
    qtbot.keyClicks(picker._person.box, "lgy")
    qtbot.waitUntil(lambda: picker._person._list.isVisible())
    qtbot.keyClick(picker._person.box, Qt.Key.Key_Return)
    seen(page, qtbot, 1)
    assert page._drawn.wanted.ids == (people.li,)


def test_a_page_that_asked_is_answered_first(page, qtbot, people):
    page.show_sheet("resident-card", [people.li])
    seen(page, qtbot)
    assert page._drawn.wanted.ids == (people.li,)
    assert page._panel.scopes.scope().words == "只打 李桂英"
    page._pick_sheet("visit-sheet")  # about the same person
    seen(page, qtbot, 1)
    page._pick_sheet("visit-blank")
    seen(page, qtbot, 1)
    page._panel.scopes._copies.setText("3")
    qtbot.waitUntil(lambda: page._drawn and page._drawn.pages == 3)


def test_every_sheet_there_is_says_what_it_can_be_printed_for(page, qtbot):
    for name in page._sheets:
        page._pick_sheet(name)
        seen(page, qtbot)
        assert page._panel._sheets.value() == name
        assert page._panel.scopes.scope() is not None, name
        assert page._drawn or page._preview._words.text(), name


def test_full_numbers_need_a_purpose_that_is_kept(page, qtbot, session, tmp_path):
    page._panel._numbers.set_values(["whole"])
    page._panel._numbers.changed.emit()
    seen(page, qtbot)
    assert page._drawn.wanted.purpose == ""  # still hidden
    page._panel._purpose.setText("不说")
    qtbot.keyClick(page._panel._purpose, Qt.Key.Key_Return)
    assert "请写明用途" in page._panel._why.text()
    page._panel._purpose.setText("报街道民政办摸底")
    qtbot.keyClick(page._panel._purpose, Qt.Key.Key_Return)
    seen(page, qtbot, 2)
    assert "13800000001" in words_of(page._drawn.content, tmp_path)
    with session.store.reading() as db:
        rows = db.execute(
            text("SELECT act, type, detail, purpose, people FROM disclosure")
        ).all()
    said = Said.PRINTED.of(sheet="入户走访单", count=2)
    assert [tuple(row) for row in rows] == [
        ("print", "resident", said.kept, "报街道民政办摸底", 2)
    ]
    page._panel._numbers.set_values(["masked"])
    page._panel._numbers.changed.emit()
    seen(page, qtbot, 2)
    assert "13800000001" not in words_of(page._drawn.content, tmp_path)


def test_a_purpose_holds_for_what_it_was_given_for(page, qtbot, people, tmp_path):
    page._panel._numbers.set_values(["whole"])
    page._panel._purpose.setText("报街道民政办摸底")
    page._panel._purpose.finished.emit()
    seen(page, qtbot, 2)
    assert page._drawn.wanted.purpose
    page.show_sheet("visit-sheet", [people.li])
    seen(page, qtbot, 1)
    assert "13800000001" not in words_of(page._drawn.content, tmp_path)


def test_a_long_print_can_be_stopped(session, planned):
    progress = Progress()
    progress.cancel()
    wanted = Wanted("visit-sheet", (planned.li, planned.chen), TODAY)
    with pytest.raises(UserError, match="已停下"):
        drawn(session.store, wanted, progress)


def test_a_character_without_a_font_is_named_and_may_be_left_empty(
    page, qtbot, session, people
):
    with session.store.writing() as tx:
        records.save(tx, Resident, {"name": "李\U000fff80英"}, people.li)
    page.reload()
    qtbot.waitUntil(lambda: page._preview._blanks.isVisible())
    assert page._drawn is None
    page._preview._blanks.click()
    seen(page, qtbot, 2)


def test_the_pdf_that_was_seen_is_the_one_that_is_kept(
    page, qtbot, settle, messages, tmp_path
):
    messages.target = str(tmp_path / "走访单")
    assert "存成 PDF" in page._panel.print_button.text()  # there is no printer here
    page._panel.print_button.click()
    settle()
    assert (tmp_path / "走访单.pdf").read_bytes() == page._drawn.content
    assert page.heard[-1][0] == "已存 2 页：走访单.pdf"
    messages.target = str(tmp_path / "没有" / "走访单.pdf")
    page._panel.print_button.click()
    qtbot.waitUntil(lambda: not page.session.jobs.busy)
    assert "请换一个保存位置" in messages.told.pop()


def test_the_month_is_kept_as_a_workbook_where_one_is_named(
    page, qtbot, messages, tmp_path, settle
):
    page.show_sheet("month-ledger", [])
    seen(page, qtbot)
    messages.target = str(tmp_path / "月度台账.xlsx")
    page._save()
    settle()
    book = openpyxl.load_workbook(tmp_path / "月度台账.xlsx")
    assert book.sheetnames[:3] == ["汇总", "分楼栋", "按人"]
    assert page.heard[-1][0] == "已存 Excel：月度台账.xlsx"


def test_pages_are_painted_on_a_printer_as_they_were_seen(
    page, session, qtbot, tmp_path
):
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    printer.setResolution(300)
    out, told, steps = PrintingOut(session, page), [], []
    out.said.connect(lambda *said: told.append(said[0]))
    out.stepped.connect(lambda *step: steps.append(step))
    out.paint(printer, page._drawn)
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["已送去打印 2 页"]
    assert steps == [(1, 2), (2, 2)]
    ours, theirs = (
        Pages(page._drawn.content),
        Pages((tmp_path / "printed.pdf").read_bytes()),
    )
    assert [tuple(map(round, size)) for size in theirs.sizes()] == [(595, 842)] * 2
    for number in range(2):
        one, other = (soft(each.picture(number, 60)) for each in (ours, theirs))
        other = other.resize(one.size)
        far = sum(
            abs(a - b) > 60 for a, b in zip(one.tobytes(), other.tobytes(), strict=True)
        )
        assert far / (one.width * one.height) < 0.01
    ours.close()
    theirs.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no CUPS")
@pytest.mark.parametrize("refuses", [False, True])
def test_a_pdf_is_handed_to_cups_as_it_is(
    session, qtbot, tmp_path, monkeypatch, messages, settle, refuses
):
    lp = tmp_path / "lp"
    end = 'echo "没有纸" >&2; exit 1' if refuses else ""
    lp.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat > {tmp_path}/pdf\n{end}'
    )
    lp.chmod(lp.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    owner = QWidget()
    qtbot.addWidget(owner)
    out, told = PrintingOut(session, owner), []
    out.said.connect(lambda *said: told.append(said[0]))
    printed = Printed(Wanted("visit-sheet", (), TODAY), b"%PDF-1.4 x", 4)
    out.print_on("二楼打印机", 2, printed, "走访单")
    qtbot.waitUntil(lambda: not session.jobs.busy)
    assert (tmp_path / "pdf").read_bytes() == b"%PDF-1.4 x"
    asked = (tmp_path / "asked").read_text().split()
    assert asked == ["-d", "二楼打印机", "-n", "2", "-t", "走访单", "-"]
    if refuses:
        assert "没有收下：没有纸" in messages.told.pop()
    else:
        assert told == ["已送去打印 8 页"]


@pytest.mark.parametrize("width", list(Width))
def test_it_fits_every_window_and_has_names(page, qtbot, width):
    sizes = {Width.WIDE: (1190, 660), Width.MID: (924, 560), Width.NARROW: (822, 391)}
    page.set_width(width)
    page.resize(*sizes[width])
    seen(page, qtbot)
    hint = page.minimumSizeHint()
    assert (hint.width(), hint.height()) <= sizes[width]
    for one in page.findChildren(QWidget):
        named = one.focusPolicy() == Qt.FocusPolicy.NoFocus or one.focusProxy()
        if not named and not one.objectName().startswith("qt_"):
            face = QAccessible.queryAccessibleInterface(one)
            assert face.text(QAccessible.Text.Name) or one.accessibleName(), one


@pytest.fixture
def window(session, planned, qtbot, settle):
    window = MainWindow(session, "周敏 和顺里第一网格")
    qtbot.addWidget(window)
    window.show()
    settle()
    yield window
    window.leave()
    settle()


def test_one_click_leads_from_today_to_the_preview_and_keys_to_the_pdf_and_back(
    window, qtbot, settle, messages, tmp_path
):
    window.today._print.click()
    page = window.pages["printing"]
    assert window.here == "printing"
    qtbot.waitUntil(lambda: page._drawn is not None)
    seen(page, qtbot, 2)
    assert page._panel.scopes.scope().words == "今天要走访的 2 人"
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    messages.target = str(tmp_path / "走访单.pdf")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_P, CONTROL)
    qtbot.waitUntil((tmp_path / "走访单.pdf").exists)
    settle()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert window.here == "today"


@pytest.fixture
def signed(page, session, qtbot, tmp_path):
    """The dialog with photos of the two sheets, and of no paper at all."""
    pages = Pages(page._drawn.content)
    files = []
    for number in range(2):
        picture = pages.picture(number, 110).rotate(4, expand=True, fillcolor="grey")
        files.append(tmp_path / f"单子{number}.jpg")
        picture.save(files[-1], quality=70)
    nothing = tmp_path / "猫.jpg"
    picture.resize((90, 120)).save(nothing)
    pages.close()
    dialog = SignedDialog(session, page)
    dialog.heard, dialog.visits = page.heard, []
    page.visit_asked.connect(lambda *asked: dialog.visits.append(asked))
    dialog.open()
    dialog.take([*files, nothing])
    qtbot.waitUntil(lambda: len(dialog._rows) == 3)
    yield dialog
    dialog.close()


def test_who_leaves_while_signed_papers_are_read_is_told_of_no_fault(
    page, qtbot, tmp_path, settle
):
    picture = Image.new("RGB", (90, 120))
    picture.save(tmp_path / "猫.jpg")
    page.take_signed([tmp_path / "猫.jpg"])
    [dialog] = page.findChildren(SignedDialog)
    dialog.reject()
    QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
    assert not isValid(dialog)
    settle()


def kept(session):
    with session.store.reading() as db:
        rows = records.find(db, Attachment)
    return {(row["owner_type"], row["owner_id"], row["kind"]) for row in rows}


def test_signed_papers_go_to_their_records_and_can_be_taken_back(
    signed, session, people, settle
):
    assert "1 张没认出来" in signed._hint.text()
    assert kept(session) == set()  # nothing before 归档
    signed._save.click()
    settle()
    assert kept(session) == {
        ("resident", people.li, "signed"),
        ("resident", people.chen, "signed"),
    }
    words, undo = signed.heard[-1]
    assert words == "已归档 2 张签好的单子"
    assert len(signed._rows) == 1  # the cat waits for its number
    undo()
    settle()
    assert kept(session) == set()


def test_a_signed_paper_is_seen_in_the_file_of_its_person(
    signed, session, people, qtbot, settle
):
    signed._save.click()
    settle()
    residents = ResidentsPage(session)
    qtbot.addWidget(residents)
    residents.resize(1190, 660)
    residents.show()
    residents.show_resident(people.li)
    settle()
    timeline = residents._card.timeline
    assert "签字单 1" in [one.text() for one in timeline.findChildren(Button)]
    timeline.list.setCurrentIndex(timeline.list.model().index(0, 0))
    timeline.open_button.click()
    settle()
    views = residents.findChildren(PhotoView)
    assert [one.isVisible() for one in views] == [True]
    views[0].close()


def test_a_paper_that_was_not_read_asks_for_its_number(
    signed, session, people, qtbot, settle
):
    row = signed._rows[2]
    number = number_of(people.zhang)
    wrong = number[:-1] + ("2" if number[-1] != "2" else "3")
    for typed, said in ((wrong, "对不上"), (number.lower(), "")):
        row._number.setText(typed)
        qtbot.keyClick(row._number, Qt.Key.Key_Return)
        settle()
        assert said in row._error.text()
    assert row.place().owner_id == people.zhang
    signed._save.click()
    settle()
    assert ("resident", people.zhang, "signed") in kept(session)
    assert not signed.isVisible()


def test_a_visit_recorded_today_gets_the_paper_and_without_one_it_is_offered(
    signed, session, people, settle, messages
):
    by_owner = {row.place().owner_id: row for row in signed._rows if row.place()}
    by_owner[people.li]._visit.click()
    settle()
    assert ("resident", people.li, "signed") in kept(session)
    assert signed.visits == []  # one paper still lies here
    moment = dt.datetime.now(dt.UTC)
    with session.store.writing() as tx:
        values = {"resident_id": people.chen, "mode": "home", "started_at": moment}
        visit = records.save(tx, Visit, values | {"met_whom": "self"})
    row = signed._rows[0]
    row._number.setText(number_of(people.chen))
    row._number.finished.emit()
    settle()
    assert (row.place().owner_type, row.place().owner_id) == ("visit", visit)
    signed._save.click()
    settle()
    assert ("visit", visit, "signed") in kept(session)
    assert signed.visits == [(people.li, "visit")]


def test_what_is_no_picture_is_told(signed, tmp_path, settle, qtbot):
    other = tmp_path / "表.jpg"
    other.write_text("不是照片")
    signed.take([other])
    settle()
    assert "不是照片或 PDF" in signed._trouble.accessibleName()
