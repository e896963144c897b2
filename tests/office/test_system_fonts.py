"""Characters that only a font of the machine has."""

import shutil
import subprocess

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from gridapp.office.paper import fonts, system_fonts
from gridapp.office.paper.paper import Paper

RAREST = "\U0003fff0"  # in no font of ours, and never will be


def write_font(path, char):
    """A TrueType font with one character: a square."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "square"])
    font.setupCharacterMap({ord(char): "square"})
    font.setupGlyf({".notdef": square, "square": square})
    font.setupHorizontalMetrics({".notdef": (1000, 100), "square": (1000, 100)})
    font.setupHorizontalHeader(ascent=880, descent=-120)
    font.setupNameTable({"familyName": "Rarest", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    path.parent.mkdir(parents=True, exist_ok=True)
    font.save(path)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose fonts are those in a folder."""

    def forget():
        for cached in (fonts._of_this_machine, fonts.drawn, fonts._widths):
            cached.cache_clear()
        fonts._as_is.clear()

    monkeypatch.setattr(system_fonts, "folders", lambda: [tmp_path / "fonts"])
    forget()
    yield tmp_path / "fonts"
    forget()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler-utils")
def test_what_our_fonts_lack_is_drawn_by_a_font_of_the_machine(machine, tmp_path):
    write_font(machine / "truetype" / "SimsunB.ttf", RAREST)
    assert fonts.missing_glyphs([("某人的姓名", f"王{RAREST}")]) == []
    paper = Paper("字")
    paper.text(20, 20, f"王{RAREST}芳", 20, fonts.BOLD)
    paper.end_page()
    out = tmp_path / "out.pdf"
    paper.save(out)
    done = subprocess.run(["pdftotext", str(out), "-"], capture_output=True, check=True)
    assert done.stdout.decode().split() == [f"王{RAREST}芳"]


def test_a_font_that_cannot_be_read_is_passed_over(machine):
    machine.mkdir()
    (machine / "simsunextg.ttf").write_bytes(b"no font")
    (machine / "unknown.ttf").write_bytes(b"nobody asks for it")
    write_font(machine / "simsunb.ttf", RAREST)
    assert [path.name for path, _ in system_fonts.candidates()] == [
        "simsunextg.ttf",
        "simsunb.ttf",
    ]
    assert fonts.drawable(RAREST) == RAREST


def test_without_one_the_character_is_named(machine):
    [missing] = fonts.missing_glyphs([("某人的姓名", f"王{RAREST}")])
    assert missing.code == "U+3FFF0"
