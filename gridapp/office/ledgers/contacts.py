"""Relatives written into one cell: 长子王大 13800000003(兰州)；次女王二 138…4."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from gridapp.language import tr
from gridapp.models import identity
from gridapp.models.cell import Cell, cell_text, empty_or_broken, plain

_RELATION = re.compile(
    r"(?:长|次|大|二|三|四|小|老大|老二|养|继|独生)?(?:儿子|女儿|儿媳|女婿|子|女)|孙[子女]|"
    r"外孙女?|老伴|配偶|妻子?|丈夫|父亲?|母亲?|哥哥?|姐姐?|弟弟?|妹妹?|侄[子女]|外甥女?|邻居|朋友|保姆"
)
_PHONE = re.compile(r"1[3-9][\d -]{9,12}|0\d{2,3}-?\d{7,8}")
_NAME = re.compile(
    r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}(?:·[\u3400-\u9fff]{2,6})*"
)
_BETWEEN = re.compile(r"[、,，/;；\s]+")
_WITH_PHONES = ("dwelling.owner", "household.head")  # names beside telephones
_ONE_EACH = tr(
    "一格里有几位联系人，和电话对不上，请写成“长子 王大 13800000003”的样子，"
    "多人用分号隔开"
)


@dataclass(frozen=True)
class ContactWords:
    """One relative as far as the cell tells."""

    name: str
    relation: str | None = None
    phones: tuple[str, ...] = ()
    address: str | None = None

    def values(self) -> dict[str, Any]:
        """Fields of the record `contact` that are known."""
        found = {
            "name": self.name,
            "relation": self.relation,
            "phones": self.phones or None,
            "address": self.address,
        }
        return {field: value for field, value in found.items() if value}


def read_contacts(raw: object) -> Cell[tuple[ContactWords, ...]]:
    """Every relative a cell names; E_VALUE when a part of it cannot be told apart."""
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return Cell(None, error=nothing.error)
    parts = re.split(r"[;；\n/、]+|(?<=\d)[,，](?=\D)", plain(cell_text(raw) or ""))
    found = [_contact(part.strip()) for part in parts if part.strip()]
    known = tuple(one for one in found if one is not None)
    if len(known) < len(found):
        words = tr(
            "分不清姓名和电话，请写成“长子 王大 13800000003”的样子，多人用分号隔开"
        )
        return Cell(None, error="E_VALUE", note=words)
    return Cell(known or None)


def _contact(text: str) -> ContactWords | None:
    match = _PHONE.search(text)
    phones = identity.read_phones(match.group()).value if match else ()
    rest = text.replace(match.group(), " ") if match else text
    place = re.search(r"\(([^()]*)\)", rest)
    rest = re.sub(r"\([^()]*\)|(?:电话|手机|联系方式)[:：]?|[:：]", " ", rest).strip()
    relation = _RELATION.match(rest)
    if relation is not None:
        rest = rest[relation.end() :].strip()
    name = re.sub(r"\s+", "", rest)
    if not _NAME.fullmatch(name):
        if name or relation is None:
            return None
        name = relation.group()
    return ContactWords(
        name,
        relation.group() if relation else None,
        tuple(phone.num for phone in phones or ()),
        place[1] if place and place[1] else None,
    )


def read_people(read: dict[str, Cell[Any]], raw: Callable[[str], object]) -> None:
    """Take apart what stands in columns of other people's names and is more than one
    name: a name with its telephone, 李强/李红 beside 儿子/女儿.

    read: the cells of a row as they were read, by path, changed in place. raw: gives
    a cell as it stands.
    """
    for path in [one for one, cell in read.items() if cell.error]:
        record, _, name = path.rpartition(".")
        error = read[path].error
        if record.startswith("contact.") and name == "name":
            if error in ("E_NAME_FORMAT", "E_NAME_MULTIPLE"):
                _take_apart(record, read, raw)
        elif error == "E_NAME_FORMAT" and path.removesuffix("_name") in _WITH_PHONES:
            found = read_contacts(raw(path)).value or ()
            if len(found) == 1 and found[0].phones:
                read[path] = Cell(found[0].name)
                _add(read, _phones_of(record, path), found[0].phones)


def _phones_of(record: str, path: str) -> str:
    return (
        "dwelling.owner_phones" if path.endswith("owner_name") else f"{record}.phones"
    )


def _add(read: dict[str, Cell[Any]], path: str, values: tuple[object, ...]) -> None:
    """Put values behind those that a column of their own gave; an error stays one."""
    known = read.get(path, Cell[Any](None))
    if not known.error:
        together = tuple(dict.fromkeys((*(known.value or ()), *values)))
        read[path] = known._replace(value=together)


def _take_apart(
    record: str, read: dict[str, Cell[Any]], raw: Callable[[str], object]
) -> None:
    """The people of one group of columns; each has what stands at the same place in the
    others, or what stands there alone."""
    cells = {
        name: plain(cell_text(raw(f"{record}.{name}")) or "").strip()
        for name in ("name", "relation", "phones")
    }
    found = read_contacts(cells["name"])
    if found.error or not found.value:
        read[f"{record}.name"] = found
        return
    count = len(found.value)
    relations = [one for one in _BETWEEN.split(cells["relation"]) if one]
    phones = read.get(f"{record}.phones", Cell[Any](None)).value or ()
    if len(phones) > 1 and count not in (1, len(phones)):
        read[f"{record}.name"] = Cell(None, error="E_VALUE", note=_ONE_EACH)
        return
    people = tuple(
        replace(
            one,
            relation=one.relation or _at(relations, number, count, cells["relation"]),
            phones=(*one.phones, *_phones_at(phones, number, count)),
        )
        for number, one in enumerate(found.value)
    )
    for name in ("name", "relation", "phones"):
        if not read.get(f"{record}.{name}", Cell[Any](None)).error or name == "name":
            read.pop(f"{record}.{name}", None)
    _add(read, "contacts", people)


def _at(words: list[str], number: int, count: int, whole: str) -> str | None:
    return (words[number] if len(words) == count else whole) or None


def _phones_at(phones: tuple[str, ...], number: int, count: int) -> tuple[str, ...]:
    return phones if count == 1 or len(phones) == 1 else phones[number : number + 1]
