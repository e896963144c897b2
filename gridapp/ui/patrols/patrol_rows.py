"""The rows of the route: which there are, and what can be pressed in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetricsF

from gridapp.language import tr
from gridapp.ui.patrols.patrol_values import FINE, WATCH, WRONG, RoundEntry
from gridapp.ui.patrols.patrol_words import STATE_WORDS
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size
from gridapp.work.patrol_round import Leg, Spot

CHIPS = ((FINE, "1"), (WATCH, "2"), (WRONG, "3"))
_CHIP = 36  # height of what is pressed, in logical pixels


@dataclass(frozen=True)
class LegItem:
    """A building's line above its places."""

    leg: Leg
    spots: tuple[Spot, ...]  # those shown


Item = LegItem | Spot


def route_items(
    legs: Sequence[Leg], entry: RoundEntry, day: dt.date, *, only_due: bool
) -> list[Item]:
    """Return the rows; a building without points is one row, not a line and a row."""
    items: list[Item] = []
    for leg in legs:
        spots = leg.spots
        if only_due:
            spots = tuple(
                one for one in spots if one.is_due(day) or entry.state_of(one.key)
            )
        if spots and spots[0].point_id is not None:
            items.append(LegItem(leg, spots))
        items += spots
    return items


def unmarked(spots: Sequence[Spot], entry: RoundEntry) -> tuple[Spot, ...]:
    """Return those nobody has marked on this round."""
    return tuple(one for one in spots if not entry.state_of(one.key))


def bulk_words(item: LegItem, entry: RoundEntry) -> str:
    """Return what the button of a building says; nothing when all is marked."""
    if not unmarked(item.spots, entry):
        return ""
    return tr("1 整栋正常") if item.leg.building_id else tr("1 都正常")


def bulk_area(theme: Theme, row: QRect, words: str) -> QRect:
    """Return where the button of a building lies."""
    width = _chip_width(theme, words)
    return QRect(row.right() - 14 - width, row.top() + 4, width, _CHIP)


def chip_areas(theme: Theme, row: QRect) -> dict[str, QRect]:
    """Return where the three answers lie in a row, by their code."""
    areas: dict[str, QRect] = {}
    right = row.right() - 14
    for state, digit in reversed(CHIPS):
        width = _chip_width(theme, f"{digit} {STATE_WORDS[state]}")
        top = row.top() + (row.height() - _CHIP) // 2
        areas[state] = QRect(right - width, top, width, _CHIP)
        right -= width + 6
    return areas


def _chip_width(theme: Theme, words: str) -> int:
    return round(QFontMetricsF(theme.font(Size.NOTE)).horizontalAdvance(words)) + 22


def same(item: Item, other: Item | None) -> bool:
    """Return whether a row is the one that another was before the list changed."""
    if isinstance(item, Spot) and isinstance(other, Spot):
        return item.key == other.key
    if isinstance(item, LegItem) and isinstance(other, LegItem):
        return item.leg.building_id == other.leg.building_id
    return False
