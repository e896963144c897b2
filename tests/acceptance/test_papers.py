"""Checks 24 and 25: today's visit sheets in the preview, and as a PDF."""

import re
import subprocess
import time
from pathlib import Path

import pytest

from gridapp.ui.printing.page_view import PageView
from tests.acceptance.desk import rows_of, words_of

PAGES = 20  # in three seconds
SECONDS = 3


@pytest.fixture
def previewed(desk):
    """Today's sheets in the preview: clicks and milliseconds until a page is seen."""
    begun = time.perf_counter()
    clicks = desk.hand.counter.clicks
    desk.hand.click(desk.button("打印"))
    desk.hand.until(lambda: desk.all(PageView, "打印预览 第 1"))
    view = desk.one(PageView, "打印预览")
    desk.hand.until(lambda: view.picture(0) is not None)
    took = (time.perf_counter() - begun) * 1000
    return view, took, desk.hand.counter.clicks - clicks


@pytest.fixture
def printed(previewed, desk, tmp_path):
    """The PDF that was looked at, kept where there is no printer."""
    desk.messages.target = str(tmp_path / "走访单.pdf")
    desk.hand.press("Ctrl+P")
    desk.hand.until(Path(desk.messages.target).exists)
    return desk.messages.target


def text_of(pdf):
    """What `pdftotext` reads."""
    return subprocess.run(
        ["pdftotext", "-layout", pdf, "-"],
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout


@pytest.mark.check(24)
def test_todays_sheets_are_seen_after_a_click(previewed, check):
    view, took, clicks = previewed
    pages = view.count()
    image = view.picture(0)
    check.clicks = clicks
    check.milliseconds = took
    check.notes.append(f"{pages} pages in the preview, no printer")
    assert f"第 1 / {pages} 页" in words_of(view)
    assert pages >= 1
    assert clicks <= 3
    assert took <= max(pages, PAGES) / PAGES * SECONDS * 1000
    lightness = {
        image.pixelColor(x, y).lightness() // 64
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    }
    assert {0, 3} <= lightness  # ink on paper


@pytest.mark.check(25)
def test_the_sheets_hold_the_words_and_names_and_mask_the_rest(printed, check, desk):
    text = text_of(printed)
    pages = text.count("\f")
    desk.hand.press("Esc")
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
