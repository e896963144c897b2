"""Codes that the county gives out by word of mouth: 60 bits in twelve letters."""

from __future__ import annotations

import hashlib
import secrets

from gridapp.sync.invitation import plain_code

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread
_LENGTH = 12


def fresh_code() -> str:
    """A new code, without the hyphens it is shown with."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def shown(code: str) -> str:
    """The code as people read it aloud: three groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, _LENGTH, 4))


def hashed_code(typed: str) -> str:
    """How a code is kept; blanks, hyphens and small letters do not count."""
    return hashlib.sha256(plain_code(typed).encode()).hexdigest()
