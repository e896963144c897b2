"""What is hidden in free text before it leaves the program: numbers of people."""

from __future__ import annotations

import re

from gridapp.models.identity import mask_id, mask_phone

_PHONE = re.compile(
    r"(?<![\d*])(?:1\d\d([ -]?)\d{4}\1\d{4}|0\d{2,3}-?\d{7,8})(?!\d)", re.ASCII
)
_ID_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)", re.ASCII)


def masked(text: str) -> str:
    """Free text with the middle of ID and telephone numbers hidden."""
    text = _ID_NUMBER.sub(lambda found: mask_id(found[0]), text)
    return _PHONE.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    whole = found[0]
    return mask_phone(whole if whole[0] == "0" else re.sub("[ -]", "", whole))
