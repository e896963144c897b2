"""A few bytes sealed with a passphrase: the keys of a county in its backup.

Argon2id (RFC 9106, the second recommended choice: 64 MiB, three passes) makes the key,
ChaCha20-Poly1305 (RFC 8439) seals. `GACK`, one byte of format, 16 of salt, 12 of nonce,
then what is sealed.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from gridapp.errors import UserError
from gridapp.language import tr

_HEAD = b"GACK\x01"
_SALT, _NONCE = 16, 12
SHORTEST = 8  # characters of a passphrase


def seal(plain: bytes, passphrase: str) -> bytes:
    """`plain`, readable only with the passphrase; UserError when that is too short."""
    if len(passphrase) < SHORTEST:
        raise UserError(tr("备份口令至少要 {most} 个字符", most=SHORTEST))
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    key = _key(passphrase, salt)
    return _HEAD + salt + nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, _HEAD)


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """What was sealed; UserError when the passphrase is another one."""
    at = len(_HEAD)
    salt, nonce = sealed[at : at + _SALT], sealed[at + _SALT : at + _SALT + _NONCE]
    try:
        cipher = ChaCha20Poly1305(_key(passphrase, salt))
        return cipher.decrypt(nonce, sealed[at + _SALT + _NONCE :], _HEAD)
    except (InvalidTag, ValueError) as error:
        raise UserError(tr("备份口令不对，请重新输入")) from error


def _key(passphrase: str, salt: bytes) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        passphrase.encode(),
        salt,
        time_cost=3,
        memory_cost=64 << 10,
        parallelism=4,
        hash_len=32,
        type=Type.ID,
    )
