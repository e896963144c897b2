"""Relatives written into one cell: 长子王大 13800000003(兰州)；次女王二 138…4."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
