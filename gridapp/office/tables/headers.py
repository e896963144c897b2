"""Finds the heading rows of a ledger and what its columns mean.

Ledgers begin with titles; headings stand in one to three rows with merged groups, so
each of the first rows is scored by the headings it knows (domain.md §5.1).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from gridapp.office.ledgers.columns import (
    ABOUT_CONTACTING,
    AGES,
    CONTACTS,
    IGNORED,
    NUMBERS,
    PLACE,
    RELATION,
    group_kind,
    joined_plain,
    joins,
    own_path,
    path_of,
    plain_heading,
)
from gridapp.office.tables.reader import RawSheet

NAME = "name"
SEARCHED_ROWS = 15
DEEPEST = 3
FEWEST = 3  # known headings, the one that names the row among them
# whose a second column of telephones is when it stands behind somebody's name
_PHONES_AFTER: Mapping[str, str] = {
    "household.head_name": "household.phones",
    "dwelling.owner_name": "dwelling.owner_phones",
    **{
        f"contact.{slot}.{field}": f"contact.{slot}.phones"
        for slot in range(1, 10)
        for field in ("name", "relation")
    },
}
# whose 关系 is not the resident's to the head of the household
_RELATION_AFTER = {
    f"contact.{slot}.{field}": f"contact.{slot}.relation"
    for slot in range(1, 10)
    for field in ("name", "phones")
}


@dataclass(frozen=True)
class Column:
    """One column of the ledger. `path` is "" when nobody knows what it means; `ditto`
    when the user says that an empty cell means 同上."""

    index: int
    heading: str  # levels joined with "/"
    path: str
    ditto: bool = False


@dataclass(frozen=True)
class Header:
    """Where the headings of a sheet stand (rows from 0) and its columns."""

    first: int
    last: int
    columns: tuple[Column, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns as they are called, by which their sender is known again."""
        return tuple(one.heading for one in self.columns)

    @property
    def known(self) -> tuple[Column, ...]:
        """Columns that hold something to keep."""
        return tuple(one for one in self.columns if one.path not in ("", IGNORED))

    @cached_property
    def ages(self) -> tuple[Column, ...]:
        """Columns of ages, which are not kept where a birth is."""
        return tuple(
            one
            for one in self.columns
            if one.path == IGNORED
            and plain_heading(one.heading.rpartition("/")[2]) in AGES
        )

    @cached_property
    def repeated(self) -> frozenset[str]:
        """Paths that several columns hold."""
        paths = [one.path for one in self.known]
        return frozenset(one for one in paths if paths.count(one) > 1)


def find_header(
    sheet: RawSheet,
    chosen: Mapping[str, str] | None = None,
    named: Collection[str] = (NAME,),
) -> Header | None:
    """The best heading rows of a sheet, None when it has none.

    chosen: paths the user gave to headings; they win over what is known.
    named: the paths of which a ledger has at least one; it says what a row is about.
    """
    found: dict[Header, tuple[int, bool, int]] = {}
    wanted = _plain(chosen or {})
    names = _naming_rows(sheet, wanted, named)
    for first in range(min(SEARCHED_ROWS, len(sheet.rows))):
        for depth in range(1, DEEPEST + 1):
            if first + depth > len(sheet.rows):
                break
            if names.isdisjoint(range(first, first + depth)):
                continue
            header = _header(sheet, first, first + depth - 1, wanted)
            paths = {column.path for column in header.known}
            grouped = depth > 1 and _is_group_row(sheet, first)
            if len(paths) >= FEWEST and not paths.isdisjoint(named):
                found[header] = (len(paths), grouped, -depth)
    best = max(found, key=found.__getitem__, default=None)
    if best is None or not _names_two(best):
        return best
    groups = [one for one in found if one.last == best.last and found[one][1]]
    return max(groups, key=found.__getitem__, default=best)


def _names_two(header: Header) -> bool:
    """Whether there are two columns of names that only a group could tell apart."""
    labels = [one.heading for one in header.columns]
    return sum(path_of(label) == NAME for label in labels) > 1


def _is_group_row(sheet: RawSheet, row: int) -> bool:
    """Whether a row holds group headings: short words, some merged over columns."""
    texts = {_text(sheet.cell(row, column)) for column in range(sheet.width)} - {""}
    merged = any(
        at[0] == row == anchor[0] and at[1] != anchor[1]
        for at, anchor in sheet.anchors.items()
        if at[0] == row
    )
    return merged and len(texts) > 1 and all(":" not in text for text in texts)


def header_at(
    sheet: RawSheet, first: int, last: int, chosen: Mapping[str, str]
) -> Header:
    """The columns when these are the heading rows, whatever they are known to mean."""
    return _header(sheet, first, last, _plain(chosen))


def _plain(chosen: Mapping[str, str]) -> dict[str, str]:
    """What was chosen, by headings as they are compared."""
    return {joined_plain(heading): path for heading, path in chosen.items()}


def _naming_rows(
    sheet: RawSheet, wanted: Mapping[str, str], named: Collection[str]
) -> set[int]:
    """The first rows with a heading that says what a row is about; no other can be the
    headings, and most files have thousands of cells in these rows."""
    words = {key.rpartition("/")[2] for key, path in wanted.items() if path in named}
    found: set[int] = set()
    for row in range(min(SEARCHED_ROWS + DEEPEST, len(sheet.rows))):
        cells = sheet.rows[row]
        if sheet.anchors:
            cells = [sheet.cell(row, column) for column in range(sheet.width)]
        texts = {_text(cell) for cell in cells}
        parts = {part for text in texts for part in text.split("/")}
        if any(plain_heading(p) in words or path_of(p) in named for p in parts):
            found.add(row)
    return found


def _header(
    sheet: RawSheet, first: int, last: int, wanted: Mapping[str, str]
) -> Header:
    levels: list[list[str]] = []
    for row in range(last, first - 1, -1):
        levels.insert(0, _level(sheet, row, levels[0] if levels else None))
    titles = {level[0] for level in levels[:-1] if len(set(level)) == 1}
    columns = _columns(levels, wanted, titles)
    if all(one.path != NAME for one in columns):  # then the head is who a row is about
        groups = {part for one in columns for part in one.heading.split("/")[:-1]}
        heads = {group for group in groups if group_kind(group) == "head"}
        of_heads = _columns(levels, wanted, titles | heads)
        if any(one.path == NAME for one in of_heads):
            columns = of_heads
    return Header(first, last, _with_own(_with_door(columns), wanted))


def _columns(
    levels: Sequence[Sequence[str]], wanted: Mapping[str, str], idle: Collection[str]
) -> tuple[Column, ...]:
    """The columns under these headings; `idle` groups do not say whose column it is."""
    columns: list[Column] = []
    slots: dict[str, int] = {}
    taken: set[str] = set()
    named: list[str] = []  # groups with a name; the first is the row's own
    numbered: dict[str, str] = {}  # contact by the number behind its heading
    for index in range(len(levels[0])):
        parts = _parts([level[index] for level in levels])
        if not parts:
            continue
        heading, group = "/".join(parts), "/".join(parts[:-1])
        groups = (part for part in parts[:-1] if part not in idle)
        chosen = wanted.get(joined_plain(heading))
        path = chosen or path_of(parts[-1], *groups) or ""
        if path.startswith("contact."):
            path = _slotted(path, _whose(parts), slots, taken)
        if not chosen:
            path = _of_numbered(parts[-1], path, numbered)
            if plain_heading(heading) == RELATION and columns:
                path = _RELATION_AFTER.get(columns[-1].path, path)
        if path == "phones" and path in taken and not chosen and columns:
            path = _PHONES_AFTER.get(columns[-1].path, path)
        if path == NAME:
            named.append(group)
        elsewhere = group in named[1:] and not chosen
        if path in taken and path != IGNORED:
            path = path if joins(path) and not elsewhere else ""
        elif elsewhere and group != named[0] and "." not in path and path != IGNORED:
            path = ""
        taken.add(path)
        columns.append(Column(index, heading, path))
    return tuple(columns)


def _of_numbered(label: str, path: str, contacts: dict[str, str]) -> str:
    """The path of a heading with a number behind it: 联系人1, 关系1, 电话1 are one
    person's."""
    number = label[-1]
    if number not in NUMBERS:
        return path
    if path.startswith("contact."):
        contacts[number] = path.rpartition(".")[0]
    elif number in contacts:
        known = path_of(label[:-1], CONTACTS) or ""
        record, _, field = known.rpartition(".")
        return f"{contacts[number]}.{field}" if record == "contact" else path
    return path


def _with_door(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The address of the head is the household's, when no other column has one."""
    if any(one.path in PLACE for one in columns):
        return columns
    for at, one in enumerate(columns):
        *groups, label = one.heading.split("/")
        of_head = any(group_kind(group) == "head" for group in groups)
        if of_head and not one.path and path_of(label) == "door":
            return (*columns[:at], replace(one, path="door"), *columns[at + 1 :])
    return columns


def _with_own(
    columns: tuple[Column, ...], wanted: Mapping[str, str]
) -> tuple[Column, ...]:
    """Headings of the national standard mean their own field where the list has
    another column for what people usually mean by them: 户籍地 beside 户籍门（楼）详址,
    现住门（楼）详址 beside 楼栋 and 房号."""
    own = {
        one: path
        for one in columns
        if (path := own_path(one.heading)) and joined_plain(one.heading) not in wanted
    }
    told, paths = set(own.values()), {one.path for one in columns}
    if paths.issuperset(PLACE[::2]):  # building and room
        told.add("door")
    moved = [one for one, path in own.items() if one.path in told - {path}]
    left = {one.path: one for one in moved}  # what they meant is another column's now
    left |= {path: one for one, path in own.items() if not one.path and path in left}
    free = [one for one, path in own.items() if not one.path and path not in paths]
    new = {one: own[one] for one in (*moved, *left.values(), *free)}
    return tuple(replace(one, path=new.get(one, one.path)) for one in columns)


def _whose(parts: Sequence[str]) -> str:
    """What tells one contact from another: 子女情况/长子, but not 监护人/基本."""
    groups = [
        part
        for part in parts[:-1]
        if group_kind(part) != "resident" and part not in ABOUT_CONTACTING
    ]
    return "/".join(groups or parts[:-1]) or parts[-1][:2]


def _level(sheet: RawSheet, row: int, below: list[str] | None) -> list[str]:
    """The texts of one heading row, groups spread over the columns of those below."""
    texts = [_text(sheet.cell(row, column)) for column in range(sheet.width)]
    if below is None or sheet.anchors:
        return texts
    for column in range(1, len(texts)):  # a CSV has no merges: the group stands first
        if not texts[column] and below[column] and below[column - 1]:
            texts[column] = texts[column - 1]
    return texts


def _text(cell: object) -> str:
    if cell is None or isinstance(cell, int | float):
        return ""
    return _plain_text(cell if isinstance(cell, str) else str(cell))


@lru_cache(maxsize=1 << 12)
def _plain_text(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _parts(texts: list[str]) -> list[str]:
    parts: list[str] = []
    for text in texts:
        for part in text.split("/") if len(texts) == 1 else [text]:
            if part and (not parts or parts[-1] != part):
                parts.append(part)
    return parts


def _slotted(path: str, group: str, slots: dict[str, int], taken: set[str]) -> str:
    """`contact.2.name`: contacts are told apart by their group heading, or by the
    second column of the same name; two columns of telephones are one's."""
    slot = slots.setdefault(group, len(set(slots.values())) + 1)
    name = path.rpartition(".")[2]
    while name != "phones" and f"contact.{slot}.{name}" in taken:
        slot += 1
        slots[group] = slot
    return f"contact.{slot}.{name}"
