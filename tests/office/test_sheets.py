"""Printed sheets, read back from the file."""

import dataclasses
import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
from uuid import UUID

import pytest
from PIL import Image

from gridapp.errors import UserError
from gridapp.models.free_text import masked
from gridapp.models.record_number import number_of
from gridapp.office.paper import paper
from gridapp.office.paper.qr_code import modules
from gridapp.office.sheets.visit_sheet import (
    SheetContact,
    VisitSheet,
    visit_sheets,
)
from gridapp.office.whole_file import write_whole
from tests.office.signing import SIGNED

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils is not installed"
)

SHEET = VisitSheet(
    record_id=UUID("01939f2e-7b1a-7c3d-8e4f-0123456789ab"),
    grid="和美社区 第3网格",
    worker="王秀兰",
    day=dt.date(2026, 11, 23),
    name="李桂英",
    sex="女",
    age=82,
    door="3号楼 2单元 501",
    tags=("独居", "慢病"),
    colour="红档",
    phones=("13800005521",),
    id_number="990101194403120021",
    contacts=(SheetContact("李建国", "长子", ("13800001234",)),),
    plan="入户走访每 7 天一次，应于 2026-11-19，已超 4 天",
    last_visit="2026-11-12 入户：血压偏高，女儿电话13800009999。",
    ask=("血压复查结果", "取暖与一氧化碳提醒"),
)
LONG = dataclasses.replace(
    SHEET,
    name="阿卜杜热西提·买买提艾力·阿布都克热木",
    door="幸福里小区东区（原机械厂家属院）第12号楼（红砖楼）13单元2701室后门" * 2,
    tags=("独居", "计生特殊家庭(失独)", "身边无子女照顾", "退役军人", "行动不便") * 3,
    phones=("13800005521", "0731-88886666", "13800005522"),
    contacts=SHEET.contacts * 9,
    plan=SHEET.plan * 6,
    last_visit=SHEET.last_visit * 20,
    ask=("燃气软管换了没有（工单还没办结，物业说等零件）",) * 12,
)


def named(name):
    return dataclasses.replace(SHEET, name=name)


def text_of(path, *options):
    """The text of a PDF as another program reads it."""
    command = ["pdftotext", *options, str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


@pytest.fixture
def printed(tmp_path):
    """Prints sheets and returns the file."""

    def write(*sheets, **options):
        out = tmp_path / "out.pdf"
        assert visit_sheets(sheets, out, **options) == len(sheets)
        return out

    return write


@needs_poppler
def test_titles_and_rare_names_read_back_exactly(printed):
    names = ["李桂英", "欧阳䶮娜", "张𬭎", "阿依古丽·买买提", "陳鱻", "﨑山"]
    text = text_of(printed(*map(named, names)))
    assert text.count("入户走访单") == len(names)
    for name in names:
        assert name in text
    assert not [char for char in text if 0x2E80 <= ord(char) < 0x2FE0]


@needs_poppler
def test_radicals_in_the_data_are_printed_as_characters(printed):
    assert "吕金户" in text_of(printed(named("吕⾦⼾")))


@needs_poppler
def test_numbers_are_hidden_unless_asked_for(printed):
    text = text_of(printed(SHEET))
    for number in ("990101194403120021", "13800005521", "13800001234", "13800009999"):
        assert number not in text
    assert "138****5521" in text
    assert "打印时已隐去证件和电话中间位" in text
    bare = text_of(printed(SHEET, signature=SIGNED))
    for number in ("990101194403120021", "13800005521", "13800001234", "13800009999"):
        assert number in bare
    assert "打印时已隐去证件和电话中间位" not in bare


@needs_poppler
def test_whole_numbers_say_on_every_page_who_printed_them_when_and_why(printed):
    said = "周敏 2026-11-22 14:05 打印，用途：报街道民政办摸底"
    out = printed(SHEET, SHEET, signature=SIGNED)
    assert [said in page for page in text_of(out, "-layout").split("\f")[:-1]] == [
        True,
        True,
    ]
    assert facts_of(out)["Author"] == "周敏 2026-11-22 14:05"
    masked = printed(SHEET)
    assert "用途" not in text_of(masked)
    assert "Author" not in facts_of(masked)


@needs_poppler
def test_a_long_purpose_is_cut_and_stays_on_the_paper(printed):
    signature = dataclasses.replace(SIGNED, purpose="按街道民政办的通知核对" * 15)
    text = text_of(printed(SHEET, signature=signature), "-layout")
    assert "周敏 2026-11-22 14:05 打印，用途：按街道民政办的通知核对" in text
    assert "…" in text


def facts_of(path):
    """What a PDF says of itself; without anybody's data."""
    command = ["pdfinfo", str(path)]
    told = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    facts = dict(line.split(":", 1) for line in told.splitlines())
    return {name: value.strip() for name, value in facts.items() if value.strip()}


@needs_poppler
def test_pages_are_numbered(printed):
    text = text_of(printed(SHEET, SHEET, SHEET))
    pages = text.split("\f")[:-1]
    numbers = [f"第{number}页，共3页" for number in (1, 2, 3)]
    assert [one in page for one, page in zip(numbers, pages, strict=True)] == [True] * 3


@needs_poppler
def test_the_longest_person_fits_one_page_and_the_cut_is_said(printed):
    out = printed(LONG)
    text = text_of(out)
    assert text.count("\f") == 1
    assert "（余见电子档案）" in text
    assert LONG.name in text.replace("\n", "")
    boxes = text_of(out, "-bbox")
    words = [line.split('"') for line in boxes.splitlines() if "<word" in line]
    bottoms = {word[8][1:].partition("<")[0]: float(word[7]) for word in words}
    assert bottoms["下次走访"] < bottoms["被访人或家属签名："]


@needs_poppler
def test_the_qr_code_shows_the_record(printed, tmp_path):
    out = printed(SHEET)
    page = tmp_path / "page"
    command = ["pdftoppm", "-gray", "-r", "254", "-singlefile", str(out), str(page)]
    subprocess.run(command, check=True)
    image = Image.open(page.with_suffix(".pgm")).point(lambda v: 255 * (v < 128))
    scale = 10  # pixels a millimetre at 254 dpi
    corner = [(v * scale) for v in (170, 8, 210 - paper.RIGHT + 0.2, 28)]
    left, top, right, _ = image.crop(tuple(map(int, corner))).getbbox()
    code = modules("01939F2E-7B1A-7C3D-8E4F-0123456789AB")
    unit = (right - left) / len(code)
    origin = (corner[0] + left, corner[1] + top)
    seen = [
        [
            image.getpixel(
                (int(origin[0] + (x + 0.5) * unit), int(origin[1] + (y + 0.5) * unit))
            )
            == 255
            for x in range(len(code))
        ]
        for y in range(len(code))
    ]
    assert seen == [[dark == "1" for dark in row] for row in code]
    assert number_of(SHEET.record_id) in text_of(out)


def test_a_character_the_font_lacks_stops_the_print_and_is_named(printed, tmp_path):
    with pytest.raises(
        UserError, match="“\U0003fff0”（U\\+3FFF0，王\U0003fff0的姓名）"
    ):
        printed(SHEET, named("王\U0003fff0"))
    assert list(tmp_path.iterdir()) == []


@needs_poppler
def test_with_blanks_it_is_left_to_the_pen(printed):
    assert "王〔" in text_of(printed(named("王\U0003fff0"), leave_blanks=True))


def test_a_print_that_is_stopped_leaves_the_old_file(printed, tmp_path):
    out = printed(SHEET)
    before = out.read_bytes()

    def stop(done, total):
        assert (done, total) == (1, 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        visit_sheets([SHEET, SHEET], out, progress=stop)
    assert out.read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]


KILLED = """
import os, signal, sys
from pathlib import Path
from gridapp import durable
from gridapp.office import whole_file
durable.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
whole_file.write_whole(b"half", Path(sys.argv[1]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_print_leaves_the_old_file_and_the_next_one_cleans_up(tmp_path):
    out = tmp_path / "out.pdf"
    write_whole(b"old", out)
    done = subprocess.run([sys.executable, "-c", KILLED, str(out)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert out.read_bytes() == b"old"
    (part,) = tmp_path.glob(".out-*.part")
    write_whole(b"new", out)
    assert part.exists()  # it may be another print's
    os.utime(part, (0, 0))
    write_whole(b"newer", out)
    assert [path.name for path in tmp_path.iterdir()] == ["out.pdf"]
    assert out.read_bytes() == b"newer"


def test_nothing_is_left_when_the_place_cannot_be_written(tmp_path):
    with pytest.raises(UserError, match="没有“.*”这个文件夹"):
        visit_sheets([SHEET], tmp_path / "none" / "out.pdf")
    folder = tmp_path / "out.pdf"
    folder.mkdir()
    with pytest.raises(UserError, match=r"out\.pdf"):
        visit_sheets([SHEET], folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_nobody_to_print_is_said(tmp_path):
    with pytest.raises(UserError, match="没有要打印的人"):
        visit_sheets([], tmp_path / "out.pdf")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("女儿13800009999", "女儿138****9999"),
        ("工单编号20261112", "工单编号20261112"),
        ("证件990101194403120021号", "证件990***********0021号"),
        ("血压138/86，3日", "血压138/86，3日"),
        ("长子139 0000 0099、0951-5010001", "长子139****0099、0951-***0001"),
        ("老证990101440312002", "老证990********2002"),
    ],
)
def test_numbers_in_free_text_are_hidden(text, shown):
    assert masked(text) == shown
