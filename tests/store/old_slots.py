"""A slot file as the first releases wrote it."""

import base64
import json

from gridapp.store import slot_file, slots
from gridapp.store.vault import SLOT_FILE


def write(folder, key, password):
    """Put it into `folder` in place of what is there; its path."""
    cheap = slots.Slot(_text(b"s" * 16), _text(b"n" * 12), "", 1, 64, 1)
    cipher = slots.AESGCM(slots._derived(cheap, password))  # noqa: SLF001
    old = {
        "salt": cheap.salt,
        "nonce": cheap.nonce,
        "sealed": _text(cipher.encrypt(b"n" * 12, key, None)),
        "passes": 1,
        "memory_kib": 64,
        "lanes": 1,
    }
    path = folder / SLOT_FILE
    slot_file.remove(path)
    path.write_text(json.dumps({"format": 1, "slots": [old]}), "utf-8")
    return path


def _text(raw):
    return base64.b64encode(raw).decode()
