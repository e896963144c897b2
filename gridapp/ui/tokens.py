"""Design tokens: colours of both schemes, and sizes.

Which colours meet, and how much they must differ, is in tests/ui/test_tokens.py. All
sizes are logical pixels at the size "标准". Tuples, for the login waits for them: a
dataclass takes ten times as long to be made.
"""

from __future__ import annotations

from enum import Enum
from operator import attrgetter
from typing import Literal, NamedTuple

ToneName = Literal["blue", "red", "amber", "green", "grey", "purple"]


class Tone(NamedTuple):
    """One meaning in colour: words on a tint with its line, and a solid with words."""

    text: str
    back: str
    line: str
    solid: str
    on_solid: str


class Tokens(NamedTuple):
    """Every colour of one scheme, as #RRGGBB."""

    name: str
    bg: str
    surface: str
    surface2: str
    nav: str
    border: str
    border_strong: str
    scroll: str
    divider: str
    text: str
    text2: str
    text3: str
    primary_hover: str
    primary_press: str
    focus: str
    selected: str
    hover: str
    toast: str
    on_toast: str
    toast_action: str
    blue: Tone
    red: Tone
    amber: Tone
    green: Tone
    grey: Tone
    purple: Tone

    def tone(self, name: ToneName) -> Tone:
        """Return a tone by its name."""
        tones: dict[ToneName, Tone] = {
            "blue": self.blue,
            "red": self.red,
            "amber": self.amber,
            "green": self.green,
            "grey": self.grey,
            "purple": self.purple,
        }
        return tones[name]

    def colour(self, path: str) -> str:
        """Return a colour by its dotted name, as `text2` or `red.back`."""
        return str(attrgetter(path)(self))


LIGHT = Tokens(
    name="light",
    bg="#F3F5F7",
    surface="#FFFFFF",
    surface2="#F8FAFB",
    nav="#FFFFFF",
    border="#DDE3EA",
    border_strong="#76828F",
    scroll="#8A96A3",
    divider="#E8ECF1",
    text="#17212E",
    text2="#475464",
    text3="#5F6C7B",
    primary_hover="#0E4A83",
    primary_press="#0B3C6B",
    focus="#0B66C3",
    selected="#DCEBF9",
    hover="#EFF4F9",
    toast="#1D2A3A",
    on_toast="#FFFFFF",
    toast_action="#8CC8FF",
    blue=Tone("#12599C", "#E7F1FA", "#9CC3E6", "#12599C", "#FFFFFF"),
    red=Tone("#B3261E", "#FDECEA", "#F1B5B0", "#C4291F", "#FFFFFF"),
    amber=Tone("#7F4D00", "#FFF3D6", "#E8C679", "#F5B83D", "#3A2600"),
    green=Tone("#1B6B3A", "#E7F4EB", "#A9D3B6", "#2E7D4A", "#FFFFFF"),
    grey=Tone("#566271", "#EEF1F4", "#D3DAE1", "#6B7785", "#FFFFFF"),
    purple=Tone("#5B3E96", "#F0EBFA", "#CDBEEA", "#5B3E96", "#FFFFFF"),
)
DARK = Tokens(
    name="dark",
    bg="#14191F",
    surface="#1D242C",
    surface2="#222A33",
    nav="#1A2028",
    border="#333E4A",
    border_strong="#8593A3",
    scroll="#6B7887",
    divider="#2B343E",
    text="#EDF1F5",
    text2="#BAC5D1",
    text3="#9AA8B7",
    primary_hover="#9CCBF6",
    primary_press="#5FA6E8",
    focus="#8FC6FA",
    selected="#24415F",
    hover="#26303A",
    toast="#E9EEF3",
    on_toast="#17212E",
    toast_action="#0B4F92",
    blue=Tone("#7DB9F2", "#1C3550", "#34658F", "#7DB9F2", "#0B2138"),
    red=Tone("#FF9F97", "#43201E", "#7A3834", "#CC3A31", "#FFFFFF"),
    amber=Tone("#F6C765", "#3C2F14", "#6E5724", "#E3A72F", "#231800"),
    green=Tone("#83D19C", "#19341F", "#35623F", "#2F7D4B", "#FFFFFF"),
    grey=Tone("#A9B5C2", "#2A323B", "#3A4551", "#5E6A77", "#FFFFFF"),
    purple=Tone("#C3AEF2", "#30274A", "#4F4276", "#6F55AE", "#FFFFFF"),
)


def high_contrast(tokens: Tokens) -> Tokens:
    """Return the scheme for people who asked their system for more contrast."""
    return tokens._replace(
        name=tokens.name + "-high",
        border=tokens.border_strong,
        divider=tokens.border_strong,
        text2=tokens.text,
        text3=tokens.text2,
    )


class Size:
    """Type sizes, spaces, radii and control heights, in logical pixels."""

    CAPTION = 14
    NOTE = 15
    BODY = 16
    SECTION = 18
    TITLE = 22
    KPI = 30
    RADIUS = 6
    CARD_RADIUS = 10
    CONTROL = 40
    CHIP = 34
    ROW = 62
    GROUP = 36


class Width(Enum):
    """How much room the window has; pages lay themselves out by it."""

    WIDE = "wide"
    MID = "mid"
    NARROW = "narrow"

    @classmethod
    def of(cls, logical: int) -> Width:
        """Return the mode for a window this many logical pixels wide."""
        if logical >= 1300:
            return cls.WIDE
        return cls.MID if logical >= 1040 else cls.NARROW

    @property
    def margin(self) -> int:
        """Return the space around a page."""
        return 10 if self is Width.NARROW else 16

    @property
    def gap(self) -> int:
        """Return the space between the cards of a page."""
        return 8 if self is Width.NARROW else 12
