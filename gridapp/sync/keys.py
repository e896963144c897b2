"""The keys of a laptop and of a county: one to sign with, one to be sealed to.

Each side has an Ed25519 pair (RFC 8032), with which it signs what it writes, and an
X25519 pair (RFC 7748), to which others seal what only it may read.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)

from gridapp.sync.sizes import HALF, PAIR

BYTES = PAIR
ID_BYTES = 8


def id_of_keys(public: bytes) -> bytes:
    """What tells one pair of public keys from another: 8 bytes of their SHA-256."""
    return hashlib.sha256(public).digest()[:ID_BYTES]


@dataclass(frozen=True)
class PrivateKeys:
    """What one side keeps to itself. `raw` is the Ed25519 seed, then the X25519 key;
    it is never shown."""

    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) != BYTES:
            raise ValueError(f"a pair of keys has {BYTES} bytes")

    @classmethod
    def new(cls) -> PrivateKeys:
        """A fresh pair of keys."""
        return cls(os.urandom(BYTES))

    @cached_property
    def public(self) -> bytes:
        """What the other side gets: the Ed25519 key, then the X25519 key."""
        return (
            self._signer.public_key().public_bytes_raw()
            + self._opener.public_key().public_bytes_raw()
        )

    @cached_property
    def id(self) -> bytes:
        """See id_of_keys."""
        return id_of_keys(self.public)

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature, 64 bytes."""
        return self._signer.sign(message)

    def shared_with(self, public: bytes) -> bytes:
        """The X25519 secret shared with the owner of that key (32 bytes).

        ValueError when the key is one that gives everybody the same secret.
        """
        return self._opener.exchange(X25519PublicKey.from_public_bytes(public))

    @property
    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.raw[:HALF])

    @property
    def _opener(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.raw[HALF:])


def verify_part(public: bytes) -> bytes:
    """The Ed25519 half of public keys."""
    return public[:HALF]


def seal_part(public: bytes) -> bytes:
    """The X25519 half of public keys."""
    return public[HALF:]


def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of these public keys signed `message`."""
    try:
        key = Ed25519PublicKey.from_public_bytes(verify_part(public))
        key.verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def are_public(raw: bytes) -> bool:
    """Whether these bytes can be public keys: their length, and an X25519 key that
    does not give everybody the same secret (RFC 7748 §6.1)."""
    if len(raw) != BYTES:
        return False
    try:
        PrivateKeys.new().shared_with(seal_part(raw))
    except ValueError:
        return False
    return True
