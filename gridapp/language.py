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
import sys
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
    placeholder is the word for one or for several.
    """
    said = _catalogue().gettext(words) if words else words
    return _FORMATTER.vformat(said, (), values) if values else said


def mark(words: str) -> str:
    """`words` as they are: a key of the catalogue that is said later by `tr`."""
    return words


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


class _Numbers(Formatter):
    """str.format, and {count:one|several}."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, several = format_spec.partition("|")
        if not bar:
            return super().format_field(value, format_spec)
        return one if value == 1 else several


_FORMATTER = _Numbers()
