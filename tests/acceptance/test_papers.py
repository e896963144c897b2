"""Checks 24 and 25: the visit sheets of today, as a PDF of any machine."""

import re
import subprocess
import time

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from tests.acceptance.desk import rows_of

PAGES = 20


class Viewer(QObject):
    """Stands for the program of the desktop that shows PDF files."""

    def __init__(self):
        super().__init__()
        self.shown = []

    @Slot(QUrl)
    def show_file(self, url):
        self.shown.append(url.toLocalFile())


@pytest.fixture
def viewer():
    viewer = Viewer()
    QDesktopServices.setUrlHandler("file", viewer, "show_file")
    yield viewer
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def printed(desk, viewer, tmp_path):
    """Today's sheets, printed by one click; the file dialog answers by itself."""
    desk.messages.target = str(tmp_path / "走访单.pdf")
    begun = time.perf_counter()
    clicks = desk.hand.counter.clicks
    desk.hand.click(desk.button("打印"))
    desk.hand.until(lambda: viewer.shown)
    took = (time.perf_counter() - begun) * 1000
    return viewer.shown[0], took, desk.hand.counter.clicks - clicks


def text_of(pdf):
    """What `pdftotext` reads."""
    return subprocess.run(
        ["pdftotext", "-layout", pdf, "-"],
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout


@pytest.mark.check(24)
def test_todays_sheets_are_shown_after_a_click(printed, check, desk):
    pdf, took, clicks = printed
    pages = text_of(pdf).count("\f")
    check.clicks = clicks + 1  # 保存 in the dialog of the system
    check.milliseconds = took
    check.notes.append(f"{pages} pages as PDF, no printer")
    assert pages >= 1
    assert check.clicks <= 3


@pytest.mark.check(25)
def test_the_sheets_hold_the_words_and_names_and_mask_the_rest(printed, check, desk):
    text = text_of(printed[0])
    pages = text.count("\f")
    with desk.hand.uncounted():
        desk.hand.click(desk.button("待办清单:走访"))
    names = []
    for row in rows_of(desk.view("待办清单")):
        if "，" in row and ("逾期" in row or "今天" in row):
            names.append(row.split("，")[1])
    assert len(names) >= pages
    assert [name for name in names if name not in text] == []
    assert text.count("入户走访单") >= pages
    assert not re.search(r"1\d{10}", text), "a phone number in full"
    assert not re.search(r"9901\d{13}[\dX]", text), "an ID number in full"
    check.notes.append(f"{len(names)} names")
