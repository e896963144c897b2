"""Every pair of colours that meets keeps its contrast, in every scheme."""

from typing import NamedTuple

import pytest

from gridapp.ui.tokens import DARK, LIGHT, Width, high_contrast


class Pair(NamedTuple):
    """Two colours that meet, and the least contrast ratio between them (WCAG 2)."""

    front: str
    back: str
    least: float


_BODY, _WORDS, _SHAPE = 7.0, 4.5, 3.0
_TONES = ("blue", "red", "amber", "green", "grey", "purple")
PAIRS = (
    *(Pair("text", back, _BODY) for back in ("surface", "bg", "selected", "hover")),
    *(
        Pair("text2", back, _WORDS)
        for back in ("surface", "surface2", "bg", "nav", "selected", "hover")
    ),
    *(Pair("text3", back, _WORDS) for back in ("surface", "surface2", "bg")),
    *(Pair(f"{tone}.text", f"{tone}.back", _WORDS) for tone in _TONES),
    *(Pair(f"{tone}.text", "surface", _WORDS) for tone in _TONES),
    *(Pair(f"{tone}.on_solid", f"{tone}.solid", _WORDS) for tone in _TONES),
    Pair("blue.text", "bg", _WORDS),
    Pair("blue.text", "surface2", _WORDS),
    Pair("blue.text", "selected", _WORDS),
    Pair("blue.on_solid", "primary_hover", _WORDS),
    Pair("blue.on_solid", "primary_press", _WORDS),
    Pair("text2", "grey.back", _WORDS),
    Pair("text", "blue.back", _BODY),
    Pair("text2", "blue.back", _WORDS),
    Pair("on_toast", "toast", _BODY),
    Pair("toast_action", "toast", _WORDS),
    *(
        Pair(front, back, _SHAPE)
        for front in ("border_strong", "focus")
        for back in ("surface", "bg")
    ),
    Pair("scroll", "surface", _SHAPE),
)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_formula_gives_the_known_extremes():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


SCHEMES = (LIGHT, DARK, high_contrast(LIGHT), high_contrast(DARK))


@pytest.mark.parametrize("tokens", SCHEMES, ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.front}/{pair.back}")
def test_pair_keeps_its_contrast(tokens, pair):
    found = contrast(tokens.colour(pair.front), tokens.colour(pair.back))
    assert found >= pair.least, f"{found:.2f}"


@pytest.mark.parametrize(
    ("logical", "width"),
    [(1366, Width.WIDE), (1300, Width.WIDE), (1299, Width.MID), (1040, Width.MID)]
    + [(1039, Width.NARROW), (910, Width.NARROW)],
)
def test_width_follows_the_logical_size(logical, width):
    assert Width.of(logical) is width
