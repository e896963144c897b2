"""Which building, and which door of it, somebody means who types 3-2-501."""

from __future__ import annotations

from collections.abc import Sequence

from gridapp.store.search_words import Door, asked, door_of, fold
from gridapp.work.buildings import Outline


def fitting(outlines: Sequence[Outline], typed: str) -> list[Outline]:
    """The buildings that may be meant; all when none is, because then a door of the
    building that is shown is typed."""
    text = fold(typed)
    door = _door(typed)
    number = door.building or text
    if not number:
        return list(outlines)
    exact = [one for one in outlines if door.building and _number(one) == number]
    begun = [one for one in outlines if _number(one).startswith(number)]
    named = [one for one in outlines if text in fold(one.name)]
    return exact or begun or named or list(outlines)


def asked_for(outlines: Sequence[Outline], typed: str) -> tuple[Outline | None, str]:
    """The building that is meant and the door inside it, 2-501 or 501 or nothing;
    None when what was typed names no building."""
    door, text = _door(typed), fold(typed)
    number = door.building or text
    for one in outlines:
        if _number(one) == number:
            inside = "-".join(part for part in (door.unit, door.room) if part)
            return one, inside
    named = [one for one in outlines if text and text in fold(one.name)]
    return (named[0], "") if named and not text.isdecimal() else (None, "")


def _door(typed: str) -> Door:
    """The door that was typed; empty when the text is none."""
    words = asked(typed)
    return words[0].door or Door() if len(words) == 1 else Door()


def _number(one: Outline) -> str:
    return door_of(one.number, None, None).building or fold(one.number)
