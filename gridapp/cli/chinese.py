"""Has click speak the language of the program: its words come through gettext."""

from __future__ import annotations

import gettext
import os

from gridapp import paths
from gridapp.language import language

_DOMAIN = "messages"  # the one that click asks


def speak() -> None:
    """Have click's own words be in the program's language from now on."""
    said = "zh_CN" if language() == "zh" else "en"
    os.environ["LANGUAGE"] = said  # the first of the variables gettext looks at
    gettext.bindtextdomain(_DOMAIN, paths.resources() / "locale")
