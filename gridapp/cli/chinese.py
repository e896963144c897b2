"""Has click speak Chinese: its own words come through gettext."""

from __future__ import annotations

import gettext
import os

from gridapp import paths

_DOMAIN = "messages"  # the one that click asks


def speak() -> None:
    """From now on, whatever the machine's language, what click says is Chinese."""
    os.environ["LANGUAGE"] = "zh_CN"  # the first of the variables gettext looks at
    gettext.bindtextdomain(_DOMAIN, paths.resources() / "locale")
