"""What is hidden in free text before it is printed."""

from __future__ import annotations

import re

from gridapp.models.kinds import ID_NUMBER, PHONES

_PHONE = re.compile(r"(?<![\d*])(?:1\d{10}|0\d{2,3}-?\d{7,8})(?!\d)")
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


def masked(text: str) -> str:
    """Free text with the middle of ID and telephone numbers hidden."""
    text = _ID_NUMBER.sub(lambda found: ID_NUMBER.mask(found[0]), text)
    return _PHONE.sub(lambda found: PHONES.mask(found[0]), text)
