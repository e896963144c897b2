"""A few bytes sealed to the owner of a public key, for one purpose only.

A fresh X25519 pair (RFC 7748) for each box, HKDF-SHA256 (RFC 5869) over both public
keys and what the box is for, ChaCha20-Poly1305 (RFC 8439). A key is used once, so the
nonce is zero: the construction of HPKE's base mode (RFC 9180 §5.1.1) without its
encodings. Whoever sealed it is not proved by it.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridapp.sync.keys import PrivateKeys, seal_part
from gridapp.sync.sizes import HALF

_LABEL = b"gridapp box 1 "
_NONCE = bytes(12)


def seal(public: bytes, plain: bytes, purpose: bytes) -> bytes:
    """`plain`, readable only by the owner of these public keys (both halves).

    ValueError when they are none. `purpose` must be the same when it is opened.
    """
    once = PrivateKeys.new()
    ours = seal_part(once.public)
    cipher = _cipher(once.shared_with(seal_part(public)), ours, public, purpose)
    return ours + cipher.encrypt(_NONCE, plain, None)


def unseal(own: PrivateKeys, sealed: bytes, purpose: bytes) -> bytes | None:
    """What was sealed; None when it was for another key or purpose, or is damaged."""
    theirs, body = sealed[:HALF], sealed[HALF:]
    try:
        cipher = _cipher(own.shared_with(theirs), theirs, own.public, purpose)
        return cipher.decrypt(_NONCE, body, None)
    except (InvalidTag, ValueError):
        return None


def _cipher(
    secret: bytes, once: bytes, public: bytes, purpose: bytes
) -> ChaCha20Poly1305:
    info = _LABEL + once + seal_part(public) + purpose
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=None, info=info).derive(secret))
