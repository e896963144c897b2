"""What other programs read in the PDF files we write, and what they see."""

import random
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from gridapp.office.paper import fonts
from gridapp.office.paper.fonts import BODY, BOLD, RARE, REGULAR
from gridapp.office.paper.paper import (
    LEFT,
    MM,
    PAD,
    TEXT_WIDTH,
    Cell,
    Paper,
    Row,
    cell_lines,
)

pytestmark = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils is not installed"
)
STANDARD = "".join(
    (Path(__file__).parents[2] / "scripts" / "standard_characters.txt")
    .read_text("utf-8")
    .split()
)
# The Han of GB 18030-2022, level 3: 12 more stand among the compatibility ideographs.
GB18030 = (
    range(0x3400, 0x4DB6),
    range(0x4E00, 0x9FF0),
    range(0x20000, 0x2A6D7),
    range(0x2A700, 0x2B735),
    range(0x2B740, 0x2B81E),
    range(0x2B820, 0x2CEA2),
    range(0x2CEB0, 0x2EBE1),
)


def drawn(tmp_path, lines, name=REGULAR, size=10.0):
    """A file with these lines, fifty a page."""
    paper = Paper("字")
    for start in range(0, len(lines), 50):
        for number, line in enumerate(lines[start : start + 50]):
            paper.text(LEFT, 20 + 5 * number, line, size, name)
        paper.end_page()
    out = tmp_path / "out.pdf"
    paper.save(out)
    return out


def read(path, *options):
    command = ["pdftotext", *options, str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("name", [REGULAR, BOLD, BODY])
@pytest.mark.parametrize("how", ["-layout", "-raw"])
def test_all_8105_standard_characters_read_back_exactly(tmp_path, name, how):
    lines = [STANDARD[i : i + 40] for i in range(0, len(STANDARD), 40)]
    assert read(drawn(tmp_path, lines, name), how).split() == lines


def test_every_han_character_of_gb_18030_is_in_a_font():
    has = {
        code for name in (REGULAR, RARE) for code in fonts.font(name).face.charToGlyph
    }
    lacking = [chr(code) for block in GB18030 for code in block if code not in has]
    assert not lacking
    assert not [char for char in "﨎﨏﨑﨓﨔﨟﨡﨣﨤﨧﨨﨩" if ord(char) not in has]


def test_rare_characters_read_back_exactly(tmp_path):
    chance = random.Random(1)
    chars = [chr(chance.choice(chance.choice(GB18030))) for _ in range(600)]
    lines = ["".join(chars[i : i + 20]) for i in range(0, len(chars), 20)]
    assert read(drawn(tmp_path, lines, BOLD), "-raw").split() == lines


def test_a_rare_character_is_seen_on_the_page(tmp_path):
    out = drawn(tmp_path, ["𠀀"], BODY, size=40)
    command = ["pdftoppm", "-gray", "-r", "50", "-singlefile", str(out)]
    page = Image.open(BytesIO(subprocess.run(command, capture_output=True).stdout))
    box = ImageChops.invert(page).getbbox()
    assert box is not None
    wide, high = (box[2] - box[0]) * 72 / 50, (box[3] - box[1]) * 72 / 50
    assert 25 < wide < 45
    assert 20 < high < 45


MIXED = "阿依古丽·买买提（José）：血压138/86，℃％“好”——张𬭎、王䶮𪻐……共12.5元"


@pytest.mark.parametrize("name", [REGULAR, BOLD, BODY])
def test_a_text_of_many_fonts_is_one_line(tmp_path, name):
    out = drawn(tmp_path, [MIXED, "第二行"], name)
    assert read(out, "-layout").split("\n")[0].strip() == MIXED
    assert read(out, "-raw").split() == [MIXED, "第二行"]


def test_foreign_names_are_printed_with_their_own_letters(tmp_path):
    names = ["Nguyễn", "Ağaoğlu", "Łukasz", "Әлихан", "Қасымов", "Ýmir", "Żółć"]
    out = drawn(tmp_path, names, BODY)
    assert read(out, "-raw").split() == names


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("张\u00ad伟\u200b强", "张伟强"),  # a soft hyphen, a zero-width space
        ("Jose\u0301", "José"),
        ("买买提\u00a0艾力", "买买提 艾力"),
        ("李\ufe00\U000e0100明", "李明"),  # variation selectors
        ("第一行\u2028第二行", "第一行\n第二行"),
    ],
)
def test_what_nobody_sees_is_not_in_the_file(typed, printed):
    assert fonts.drawable(typed) == printed
    assert not fonts.missing_glyphs([("某处", typed)])


@pytest.mark.parametrize("letter", ["ئ", "བ", "ᠮ", "🙂", "가", "\ue863"])
def test_letters_that_no_font_has_are_named_with_their_code_point(letter):
    [missing] = fonts.missing_glyphs([("某人的姓名", f"张{letter}")])
    assert missing.char == letter
    assert missing.code == f"U+{ord(letter):04X}"


def test_prose_fills_the_line_and_reads_back_exactly(tmp_path):
    text = (
        "\u3000\u3000"
        + "经调解，双方自愿达成协议：一、甲方于2026年11月30日前修复。" * 9
    )
    cell = Cell(text, TEXT_WIDTH, size=14, official=True, spread=True)
    paper = Paper("字")
    paper.table([Row((cell,), ruled=False)], 20)
    paper.end_page()
    out = tmp_path / "out.pdf"
    paper.save(out)
    lines = cell_lines(cell)
    assert "".join(lines) == text
    shown = read(out, "-layout").strip("\n\f").split("\n")
    assert [one.strip() for one in shown] == [one.strip() for one in lines]
    right = (LEFT + TEXT_WIDTH - PAD) * MM
    for line in read(out, "-bbox-layout").splitlines():
        if "<line" in line:
            edges = [float(one) for one in line.split('"')[1::2]]
            assert edges[2] == pytest.approx(right, abs=2) or edges[2] < right - 60
