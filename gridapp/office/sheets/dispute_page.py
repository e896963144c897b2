"""The lines of which the papers of a mediation file are made.

They follow the format of official mediation papers (domain.md §2.8): letters of 14
points, 28 points from line to line, what is filled in on a rule, so that an empty
place is one to write on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from unicodedata import normalize

from gridapp.language import tr
from gridapp.office.paper.chinese_text import break_lines
from gridapp.office.paper.fonts import BODY, BOLD, drawable, width
from gridapp.office.paper.paper import MM, PAD, TEXT_WIDTH, Cell, Row

SIZE, PITCH = 14.0, 28 / MM  # points; mm from line to line
LEAST = 18.0  # mm of a place to write one word
ROOM = TEXT_WIDTH - 2 * PAD
SIGN_HIGH = 1.25  # of a line to sign on, in line pitches
Field = tuple[str, str, float]  # its label, its value, its share of the line
_NUMBERED = re.compile(
    r"\s*(?:[（(]?[0-9０-９一二三四五六七八九十]+[)）、.．，]|[①-⑳])"
)


def wide(text: str, name: str = BODY, size: float = SIZE) -> float:
    """The width of one line of text, mm."""
    return width(drawable(text), name, size) / MM


def line(*cells: Cell, height: float = PITCH, keep: bool = False) -> Row:
    """One line of a paper."""
    return Row(cells, height=height, ruled=False, keep=keep)


def words(text: str, room: float = TEXT_WIDTH, *, bold: bool = False) -> Cell:
    """Text as it stands."""
    return Cell(text, room, size=SIZE, bold=bold, official=True)


def filled(text: str, room: float) -> Cell:
    """A value on its rule; an empty one is a place to write."""
    return Cell(text, room, size=SIZE, under=True, official=True)


def _label_room(name: str, face: str = BODY) -> float:
    """The width of a cell that holds a label in one line, mm."""
    return wide(name, face) + 2 * PAD + 0.3


def fields(*parts: Field) -> list[Row]:
    """Labelled values side by side, as far as each has room; else one under another."""
    labels = [_label_room(name) for name, _, _ in parts]
    rest = TEXT_WIDTH - sum(labels)
    needed = [_needed(text) for _, text, _ in parts]
    rooms = _rooms(rest, needed, [share for _, _, share in parts])
    if rooms is not None and not any("\n" in text for _, text, _ in parts):
        cells = [
            cell
            for (name, text, _), label, room in zip(parts, labels, rooms, strict=True)
            for cell in (words(name, label), filled(text, room))
        ]
        return [line(*cells)]
    if len(parts) == 1:
        return _hanging(labels[0], *parts[0][:2])
    half = (len(parts) + 1) // 2
    return [*fields(*parts[:half]), *fields(*parts[half:])]


def _needed(text: str) -> float:
    return max(wide(text) + 2 * PAD, LEAST)


def _rooms(
    rest: float, needed: Sequence[float], shares: Sequence[float]
) -> list[float] | None:
    """A room for each value: its share of the line, or what it needs; None: no room."""
    total = sum(shares)
    even = [rest * share / total for share in shares]
    if all(room >= least for room, least in zip(even, needed, strict=True)):
        return even
    spare = rest - sum(needed)
    if spare < 0:
        return None
    return [
        least + spare * share / total
        for least, share in zip(needed, shares, strict=True)
    ]


def _hanging(label: float, name: str, text: str) -> list[Row]:
    """A label and the lines of its long value beside it."""
    room = TEXT_WIDTH - label
    found = _broken(text, room - 2 * PAD) or [""]
    return [
        line(words("" if number else name, label), filled(one, room))
        for number, one in enumerate(found)
    ]


def _broken(text: str, room: float, name: str = BODY) -> list[str]:
    """The lines of a text in a room in mm; empty lines are left out."""
    lines = break_lines(drawable(text), room * MM, lambda one: width(one, name, SIZE))
    return [one for one in lines if one.strip()]


def paragraphs(text: str, *, bold: bool = False) -> list[Row]:
    """Paragraphs, each indented by two characters, that break at any line."""
    name = BOLD if bold else BODY
    indent = tr("\u3000\u3000")
    rows: list[Row] = []
    for part in filter(None, map(str.strip, text.splitlines())):
        found = [words(one, bold=bold) for one in _broken(indent + part, ROOM, name)]
        rows += [line(replace(one, spread=True)) for one in found[:-1]]
        rows += map(line, found[-1:])
    return rows


def heading(text: str) -> list[Row]:
    """The name of what follows; it never stands alone at the foot of a page."""
    return [replace(one, keep=True) for one in paragraphs(text, bold=True)]


def told(name: str, text: str, room: int = 3) -> list[Row]:
    """A heading and the text under it; where there is none, lines to write on."""
    rows = paragraphs(text) or blank(room)
    return [*heading(name), *rows]


def numbered(name: str, text: str, room: int = 3) -> list[Row]:
    """A heading and points under it, numbered unless they are; else to write on."""
    parts = [one.strip() for one in text.splitlines() if one.strip()]
    if not parts:
        points = (
            line(
                words(point, _label_room(point)),
                filled("", TEXT_WIDTH - _label_room(point)),
            )
            for point in map(_point, range(1, room + 1))
        )
        return [*heading(name), *points]
    if not any(map(_NUMBERED.match, parts)) and len(parts) > 1:
        parts = [f"{_point(n)} {one}" for n, one in enumerate(parts, 1)]
    return told(name, "\n".join(parts))


def _point(number: int) -> str:
    return tr("{number}．", number=number)


def blank(count: int) -> list[Row]:
    """Lines to write on."""
    return [line(filled("", TEXT_WIDTH)) for _ in range(count)]


def choices(
    name: str, options: Iterable[tuple[str, bool]], *, bold: bool = False
) -> list[Row]:
    """What may be ticked, ticked where it was chosen: （√）满意 （　）不满意."""
    ticks = [tick(text, chosen=on) for text, on in options]
    shown = tr("\u3000\u3000{name}", name=name) if bold else name
    label = _label_room(shown, BOLD if bold else BODY)
    room = TEXT_WIDTH - label
    found = _ticked(ticks, room - 2 * PAD)
    return [
        line(words("" if number else shown, label, bold=bold), words(one, room))
        for number, one in enumerate(found)
    ]


def _ticked(ticks: Sequence[str], room: float) -> list[str]:
    """Lines of options, none of them parted from its bracket."""
    lines: list[str] = []
    for one in ticks:
        joined = tr("{line}\u3000{part}", line=lines[-1], part=one) if lines else one
        if lines and wide(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(one)
    return lines


def tick(text: str, *, chosen: bool) -> str:
    """An option with its bracket to tick."""
    return tr("（{mark}）{text}", mark="√" if chosen else "\u3000", text=text)


def signing(*lines: Sequence[str], day: str = "") -> list[Row]:
    """Places to sign, side by side in each line, and the day; on one page.

    `lines` are the labels of each line; one without a colon, such as that of a seal,
    has no rule to write on.
    """
    rows = [line(*_places(one), height=PITCH * SIGN_HIGH, keep=True) for one in lines]
    if day:
        room = wide(day) + 2 * PAD + SIZE / MM
        end = (words("", TEXT_WIDTH - room), words(day, room))
        rows.append(line(*end, height=PITCH * SIGN_HIGH))
    return [*rows[:-1], replace(rows[-1], keep=False)] if rows else []


def _places(labels: Sequence[str]) -> list[Cell]:
    room = TEXT_WIDTH / max(len(labels), 1)
    cells: list[Cell] = []
    for name in labels:
        taken = _label_room(name)
        signed = normalize("NFKC", name).rstrip().endswith(":")
        if not signed or taken > room - LEAST:
            cells.append(words(name, room))
        else:
            cells += [words(name, taken), filled("", room - taken - 4), words("", 4)]
    return cells


def closed_by(rows: Sequence[Row], signed: Sequence[Row]) -> tuple[Row, ...]:
    """Text and its signatures, which never stand on a page without a line of it."""
    kept = replace(rows[-1], keep=True) if rows else None
    return (*rows[:-1], *([kept] if kept else []), *signed)
