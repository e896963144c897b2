"""Where lines break, what is rewritten, and the map a PDF is read back by."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gridapp.office.paper.chinese_text import (
    NOT_FIRST,
    NOT_LAST,
    break_lines,
    pieces,
    plain,
    to_unicode_cmap,
)

REPORT = (
    "老人反映：楼道灯损坏（已三个月），夜间出行不便；希望尽快维修。网格员联系物业"
    "“阳光服务中心”，预计3日内完成！《健康随访记录》编号2026-0312，血压138/86mmHg。"
    "电话：138****5678（长子），备用：0731-****6666……占比12.5%——已报"
)


def em(text: str) -> float:
    """Widths as in a Chinese font: half a square for ASCII, a square for the rest."""
    return sum(0.5 if char.isascii() else 1.0 for char in text)


@pytest.mark.parametrize("width", range(10, 60))
def test_a_report_breaks_by_the_rules_at_every_width(width):
    lines = break_lines(REPORT, width, em)
    assert "".join(lines) == REPORT
    assert max(map(em, lines)) <= width
    for line in lines[1:]:
        assert line[0] not in NOT_FIRST, lines
    for line, after in zip(lines, lines[1:], strict=False):
        assert line[-1] not in NOT_LAST, lines
        inside = line[-1].isascii() and after[0].isascii()
        assert not (inside and line[-1].isalnum() and after[0].isalnum()), lines


# Text as people write it: marks never stand in runs wider than a line.
sentences = st.lists(
    st.tuples(
        st.sampled_from(["", "“", "（", "《", "「（"]),
        st.text(alphabet="走访老人血压䶮𬭎的了", min_size=1, max_size=6),
        st.sampled_from(["", "。", "，", "；", "”。", "）、", "……", "——", " "]),
        st.sampled_from(["", "12", "138****5521", "2026-11-23", "95.5%", "mmHg"]),
        st.sampled_from(["", "，", "。", "："]),
    ),
    min_size=1,
    max_size=12,
).map(lambda parts: "".join("".join(part) for part in parts))


@given(sentences, st.integers(10, 40))
def test_no_line_begins_or_ends_with_the_wrong_mark(text, width):
    lines = break_lines(text, width, em)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(em(line) <= width for line in lines)
    assert not [line for line in lines[1:] if line[0] in NOT_FIRST]
    assert not [line for line in lines[:-1] if line[-1] in NOT_LAST]


@given(st.text(), st.integers(1, 30))
def test_any_text_keeps_its_characters_and_fits(text, width):
    lines = break_lines(text, width, em)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(em(line) <= width or len(line) == 1 for line in lines)


@pytest.mark.parametrize(
    "whole",
    [
        "138/86 mmHg，",
        "36.5 ℃。",
        "89.5㎡",
        "12 kg、",
        "95.5%）",
        "2026年",
        "138****5678，",
        "O'Brien：",
        "No.5",
        "……",
        "——",
    ],
)
def test_a_number_keeps_its_unit_and_a_word_its_letters(whole):
    assert list(pieces(f"前{whole}后"))[1:-1] == [whole] or whole[0] in NOT_FIRST
    for width in range(12, 20):
        lines = break_lines(f"{'字' * 10}{whole}{'字' * 10}", width, em)
        assert [line for line in lines if whole in line]


# The marks of GB/T 15834-2011 as one would list them by hand.
BEGINS = "、，。：；？！）》」』】”’%℃"
ENDS = "（《「『【“‘"


@given(st.text("字文12a ，。）“（《》：；、％", max_size=80), st.integers(12, 30))
def test_no_mark_stands_where_it_may_not_unless_marks_fill_the_line(text, width):
    assume(all(em(piece) <= width for piece in pieces(text)))
    lines = [line for line in break_lines(text, width, em) if line]
    assert not [line for line in lines[1:] if line[0] in BEGINS]
    assert not [line for line in lines[:-1] if line[-1] in ENDS]


@pytest.mark.parametrize("endless", ["a" * 20_000, "。" * 20_000, "1," * 10_000])
def test_a_text_without_any_break_is_cut_without_measuring_it_over_and_over(endless):
    measured = 0

    def measure(text: str) -> float:
        nonlocal measured
        measured += len(text)
        return em(text)

    lines = break_lines(endless, 40, measure)
    assert "".join(lines) == endless
    assert max(map(em, lines)) <= 40
    assert measured < 40 * len(endless)


def test_a_box_keeps_its_words():
    assert "□不在家" in list(pieces("□拒访　□不在家"))


def test_radicals_and_invisible_characters_become_plain_text():
    assert plain("⼊⼾⾛访单") == "入户走访单"
    assert plain("⻓⻢\u200b⻰\ufe00") == "长马龙"
    assert plain("﨑龥") == "﨑龥"  # a character of its own stays


def test_characters_past_the_basic_plane_are_written_as_pairs():
    lines = to_unicode_cmap("F", [0x20, 0x4E00, ord("𬭎")]).splitlines()
    assert "<01> <4E00>" in lines
    assert "<02> <D872DF4E>" in lines


def test_a_block_of_the_map_has_at_most_a_hundred_entries():
    lines = to_unicode_cmap("F", list(range(0x4E00, 0x4E00 + 255))).splitlines()
    counts = [line.split()[0] for line in lines if line.endswith("beginbfchar")]
    assert counts == ["100", "100", "55"]
