"""What a laptop that never had a network is let in with: a file, opened by its code.

The file is a package like any other (`gridpkg`), sealed to keys that follow from the
enrolment code and signed with them. So only who has the code can read it, and only who
had the code can have written it: a laptop that was told the code over the telephone
knows that the county's keys inside are the county's.
"""

from __future__ import annotations

import hashlib

import msgspec
from argon2.low_level import Type, hash_secret_raw

from gridapp.sync.keys import BYTES, PrivateKeys

_SALT = b"gridapp invitation 1"
_PASSES, _MEMORY_KIB, _LANES = 3, 64 << 10, 4  # as for a vault's password


class Invitation(msgspec.Struct, array_like=True):
    """The county that invites: its ids, its public keys, where it may be reached, and
    whose certificates to believe there besides the usual (PEM; "" for none)."""

    server: str
    epoch: str
    keys: bytes
    url: str
    ca: str = ""


def plain_code(typed: str) -> str:
    """A code without what does not count: blanks, hyphens, small letters."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def keys_of_code(code: str, server: str) -> PrivateKeys:
    """The keys that follow from a code for that county (Argon2id, RFC 9106; 60 bits of
    the code are far beyond trying them all)."""
    raw = hash_secret_raw(
        plain_code(code).encode(),
        hashlib.sha256(_SALT + server.encode()).digest()[:16],
        time_cost=_PASSES,
        memory_cost=_MEMORY_KIB,
        parallelism=_LANES,
        hash_len=BYTES,
        type=Type.ID,
    )
    return PrivateKeys(raw)
