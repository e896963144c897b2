"""The language the program speaks: the Chinese it is written in, or English.

Every text a person reads goes through `tr`: windows, commands and papers alike. The
Chinese words are the key of the catalogue, so that the code reads as the user does.
What people write into ledgers and records is data and is never translated.

The language is chosen once for the life of the process, before the first word is
said: GRIDAPP_LANGUAGE (zh or en), else what the settings beside the vault say.
"""

from __future__ import annotations

import datetime as dt
import gettext
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from gridapp import paths, settings
from gridapp.settings import LANGUAGES, Language

DOMAIN = "gridapp"
VARIABLE = "GRIDAPP_LANGUAGE"


def tr(words: str, /, **values: Any) -> str:
    """`words` in the chosen language, its {placeholders} filled with `values`.

    A catalogue may choose by number: in `{count} {count:day|days}` the second
    placeholder is the word for one or for several. How many of something (COUNTS) is
    said with a comma at the thousands.
    """
    said = _catalogue().gettext(words) if words else words
    return _FORMATTER.vformat(said, (), values) if values else said


def mark(words: str) -> str:
    """`words` as they are: a key of the catalogue that is said later by `tr`."""
    return words


def said_again(kept: str, forms: Iterable[str]) -> str:
    """What was said in Chinese once and kept, in the language of now; as it stands when
    it is nobody's of `forms` (keys with placeholders, the closest first) and no text of
    the program either."""
    if language() == "zh":
        return kept
    for form in forms:
        found = _pattern(form).fullmatch(kept)
        if found is not None:
            values = {
                name: _value(form, name, found[name]) for name in found.groupdict()
            }
            return tr(form, **values)
    return tr(kept)


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """What finds the values in a sentence of that form."""
    parts = [
        re.escape(words)
        + (f"(?P<{name}>{'[0-9,]+' if name in COUNTS else '.+'})" if name else "")
        for words, name, _, _ in _FORMATTER.parse(form)
    ]
    return re.compile("".join(parts))


def _value(form: str, name: str, said: str) -> Any:
    """A value as it was before it was said: a number, a moment, or words."""
    specs = {field: spec for _, field, spec, _ in _FORMATTER.parse(form)}
    if name in COUNTS:
        return int(said.replace(",", ""))
    if (specs[name] or "").startswith("%"):
        return dt.datetime.strptime(said, specs[name] or "")
    return said_again(said, ())


def weekday(day: dt.date) -> str:
    """周一 to 周日."""
    return tr("周一 周二 周三 周四 周五 周六 周日").split()[day.weekday()]


@cache
def language() -> Language:
    """The language of this process."""
    asked = os.environ.get(VARIABLE)
    for one in LANGUAGES:
        if one == asked:
            return one
    return settings.load(_data_folder(sys.argv)).language


def _data_folder(arguments: list[str]) -> Path:
    """The folder --data names, wherever it stands among the arguments."""
    for number, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name == "--data":
            following = arguments[number + 1 : number + 2]
            return Path(value if equals else following[0] if following else "")
    return paths.data_home()


@cache
def _catalogue() -> gettext.NullTranslations:
    if language() == "zh":
        return gettext.NullTranslations()
    folder = paths.resources() / "locale"
    return gettext.translation(DOMAIN, folder, [language()])


# What a placeholder is called that says how many; a number by which something is called
# (a year, a row, a change of the journal) has other names and no comma.
COUNTS = frozenset(
    {
        "asked",
        "back",
        "count",
        "done",
        "held",
        "lacking",
        "lost",
        "many",
        "now",
        "pages",
        "people",
        "read",
        "rows",
        "then",
        "total",
        "unsent",
    }
)


class _Count(int):
    """How many: 12,345 wherever nothing else is asked for."""

    def __format__(self, format_spec: str) -> str:
        return super().__format__(format_spec or ",")


class _Numbers(Formatter):
    """str.format, with counts by COUNTS and {count:one|several}."""

    def get_value(
        self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        value = super().get_value(key, args, kwargs)
        return _Count(value) if key in COUNTS and type(value) is int else value

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, several = format_spec.partition("|")
        if not bar:
            return super().format_field(value, format_spec)
        return one if value == 1 else several


_FORMATTER = _Numbers()
