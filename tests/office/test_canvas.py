"""Files that are written page by page."""

import gc
import random
import shutil
import subprocess
import tracemalloc
from io import BytesIO

import pytest
from PIL import Image

from gridapp.office.paper import canvas
from gridapp.office.paper.fonts import BOLD
from gridapp.office.paper.paper import Paper

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils is not installed"
)


def draw(count, out):
    """Pages of a form, a line of their own and a code."""
    chance = random.Random(1)
    paper = Paper("试印")
    for number in range(count):
        paper.repeated("form.甲", lambda: paper.text(30, 30, "每页都有", 12, BOLD))
        paper.text(30, 40, f"这是第{number}页")
        paper.qr(f"{chance.getrandbits(120):030X}", 20, 50, 18)
        paper.end_page()
    paper.save(out)
    return paper.pages


def read(content):
    command = ["pdftotext", "-", "-"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    return done.stdout.decode()


@needs_poppler
def test_a_form_is_written_once_and_stands_on_every_page(tmp_path):
    out = tmp_path / "out.pdf"
    assert draw(3, out) == 3
    pages = read(out.read_bytes()).split("\f")[:-1]
    assert [page.split() for page in pages] == [
        ["每页都有", f"这是第{number}页"] for number in range(3)
    ]
    assert out.read_bytes().count(b"/Subtype /Form") == 1


@needs_poppler
def test_what_outgrows_memory_is_the_same_file(monkeypatch):
    monkeypatch.setattr(canvas, "HELD", 2000)
    out = BytesIO()
    draw(40, out)
    gc.collect()  # a file left open would be a warning, and warnings fail
    text = read(out.getvalue())
    assert [f"这是第{number}页" in text for number in range(40)] == [True] * 40


def test_pages_that_are_finished_take_next_to_no_memory():
    def peak(count):
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        draw(count, BytesIO())
        return tracemalloc.get_traced_memory()[1] - before

    draw(1, BytesIO())
    tracemalloc.start()
    try:
        few, many = peak(10), peak(210)
    finally:
        tracemalloc.stop()
    assert (many - few) / 200 < 6_000  # bytes a page, of which half are the file's


@needs_poppler
def test_a_picture_is_drawn_as_it_is(tmp_path):
    picture = BytesIO()
    Image.new("RGB", (40, 20), (200, 30, 30)).save(picture, "JPEG", quality=95)
    paper = Paper("照片")
    paper.picture(picture.getvalue(), (10, 10, 100, 100))
    paper.end_page()
    out = tmp_path / "out.pdf"
    paper.save(out)
    command = ["pdftoppm", "-r", "25.4", "-singlefile", str(out)]
    seen = Image.open(
        BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)
    )
    assert seen.getpixel((60, 60)) == pytest.approx((200, 30, 30), abs=6)
    assert seen.getpixel((60, 30)) == (255, 255, 255)  # it keeps its shape


@needs_poppler
def test_the_outline_leads_to_its_pages(tmp_path):
    paper = Paper("卷宗")
    for title in ("封面", "申请书", "协议书"):
        paper.bookmark(title)
        paper.text(30, 30, title)
        paper.end_page()
    out = tmp_path / "out.pdf"
    paper.save(out)
    content = out.read_bytes()
    assert content.count(b"/Dest") == 3
    for title in ("封面", "申请书", "协议书"):
        assert title in read(content)
