"""What the shipped fonts hold."""

from pathlib import Path

import pytest
import zstandard

from gridapp import font_files, paths
from gridapp.errors import UserError
from gridapp.office.paper import fonts
from gridapp.office.paper.fonts import BLANK, BOLD, LATIN, REGULAR, Missing

STANDARD = Path(__file__).parents[2] / "scripts" / "standard_characters.txt"


@pytest.mark.parametrize("name", [REGULAR, BOLD])
def test_every_character_of_the_standard_table_can_be_printed(name):
    standard = "".join(STANDARD.read_text("utf-8").split())
    assert len(standard) == 8105
    known = fonts.font(name).face.charToGlyph
    assert not [char for char in standard if ord(char) not in known]
    assert not [char for char in "□√①⑩㎡℃“”《》—…＿／" if ord(char) not in known]


def test_regular_has_all_of_gbk():
    known = fonts.font(REGULAR).face.charToGlyph
    han = [chr(code) for code in range(0x4E00, 0x9FA6)]
    assert not [char for char in han if ord(char) not in known]


@pytest.mark.parametrize("name", [REGULAR, BOLD])
def test_no_character_has_a_double_among_the_radicals(name):
    known = fonts.font(name).face.charToGlyph
    assert not [code for code in known if 0x2E80 <= code < 0x2FE0]


def test_bold_borrows_from_regular_what_it_lacks():
    assert list(fonts.runs("王䶮", BOLD)) == [(BOLD, "王䶮")]
    assert list(fonts.runs("陳鱻", BOLD)) != [(BOLD, "陳鱻")]
    assert "".join(text for _, text in fonts.runs("陳鱻芳", BOLD)) == "陳鱻芳"
    assert {name for name, _ in fonts.runs("陳", BOLD)} == {REGULAR}


def test_width_is_that_of_the_page():
    assert fonts.width("走访", REGULAR, 10) == pytest.approx(20)


def test_a_missing_character_is_named_with_its_place():
    found = fonts.missing_glyphs(
        [("王某的姓名", "王\U0003fff0"), ("李某的姓名", "李桂英")]
    )
    assert found == [Missing("\U0003fff0", "王某的姓名")]
    with pytest.raises(UserError, match="“\U0003fff0”（U\\+3FFF0，王某的姓名）"):
        fonts.require_glyphs([("王某的姓名", "王\U0003fff0")])


def test_a_missing_character_is_printed_as_a_place_to_write():
    assert fonts.drawable("王\U0003fff0") == f"王{BLANK}"
    assert fonts.drawable("⼊⼾") == "入户"


def _flipped(packed, place):
    return packed[:place] + bytes([packed[place] ^ 1]) + packed[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: None,
        lambda _: b"",
        lambda _: zstandard.compress(b"no font"),
        lambda packed: packed[:-1],
        lambda packed: packed[: len(packed) // 2],
        *(
            lambda packed, part=part: _flipped(packed, int(part * (len(packed) - 1)))
            for part in (0, 0.25, 0.5, 0.75, 1)
        ),
    ],
)
def test_a_font_that_is_missing_or_damaged_anywhere_is_told(
    damage, tmp_path, monkeypatch
):
    damaged = damage(font_files.file(LATIN).read_bytes())
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    file = font_files.file("Damaged")
    if damaged is not None:
        file.parent.mkdir()
        file.write_bytes(damaged)
    with pytest.raises(UserError, match=f"“{file.name}”缺失或已损坏，请重新安装"):
        fonts.font("Damaged")
