"""Code tables: the national standards' and the county's own lists of words.

They are data: resources/codes.json, each table with the standard it is printed
in ("local" for lists of this program), whether that text was seen in print
(`confirmed`), and whether the county may replace the list (not `closed`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import MappingProxyType

import msgspec

from gridapp.language import tr
from gridapp.paths import resources


@dataclass(frozen=True)
class Code:
    """One line of a table; `parent` is the code it stands under, or ""."""

    code: str
    name: str
    parent: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeTable:
    """A list of codes and their words, in the order of the standard."""

    title: str
    standard: str
    confirmed: bool
    closed: bool
    items: tuple[Code, ...]
    note: str = ""
    key: str = ""

    @property
    def words(self) -> str:
        """The title in the language of the program."""
        return tr(self.title)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._names)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Each code with its words, to choose from."""
        return tuple(self._said.items())

    @cached_property
    def _names(self) -> Mapping[str, str]:
        by_code = {item.code: item.name for item in self.items}
        seen = [item.name for item in self.items]
        return MappingProxyType(
            {
                item.code: f"{by_code[item.parent]}-{item.name}"
                if item.parent and seen.count(item.name) > 1
                else item.name
                for item in self.items
            }
        )

    @cached_property
    def _said(self) -> Mapping[str, str]:
        by_code = {item.code: tr(item.name) for item in self.items}
        return {
            item.code: f"{by_code[item.parent]}-{by_code[item.code]}"
            if self._names[item.code] != item.name
            else by_code[item.code]
            for item in self.items
        }

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        said = {_plain(name): code for code, name in self._said.items()}
        return said | {_plain(name): code for code, name in self._names.items()}

    @cached_property
    def _by_alias(self) -> Mapping[str, str]:
        return {_plain(word): item.code for item in self.items for word in item.aliases}

    def name(self, code: str) -> str:
        """The words of a code in the language of the program, one text a code: a name
        that stands under several parents (其他) is shown with its parent. A code that
        is not in the list (one of a newer version) shows as itself."""
        return self._said.get(code, code)

    def heading(self, code: str) -> str:
        """The Chinese words of a code, as the standard and people's forms print them,
        whatever language the program speaks."""
        return self._names.get(code, code)

    def code(self, words: str) -> str | None:
        """The code whose name people wrote, else the one that has it as an alias.

        A code itself is not words: digits mean other things in other editions.
        """
        plain = _plain(words)
        return self._by_name.get(plain) or self._by_alias.get(plain)

    def ledger_code(self, words: str) -> str | None:
        """As `code`, for words out of someone's ledger: there an alias comes first,
        because 初中毕业 in a ledger says 初级中等教育 (70) and not how school ended."""
        plain = _plain(words)
        return self._by_alias.get(plain) or self._by_name.get(plain)


def _plain(words: str) -> str:
    """Words as they are compared: width, case and blanks do not count."""
    return "".join(unicodedata.normalize("NFKC", words).lower().split())


@cache
def tables() -> Mapping[str, CodeTable]:
    """Every table by its key."""
    raw = (resources() / "codes.json").read_bytes()
    found = msgspec.json.decode(raw, type=dict[str, CodeTable])
    return MappingProxyType({k: replace(t, key=k) for k, t in found.items()})


def table(key: str) -> CodeTable:
    """The table of that key; KeyError if there is none."""
    return tables()[key]
