"""What laptop and county say about photos beside tus 1.0 itself; docs/protocol.md.

A photo is named by the SHA-256 of its JPEG, which is `attachment.hash`. It has two
parts that travel on their own: the small picture, and the whole.
"""

from __future__ import annotations

import msgspec

KNOWN_PATH, PHOTOS_PATH, FILES_PATH = "/v1/photos/known", "/v1/photos", "/v1/files"
MAX_KNOWN = 1000  # hashes in one question
MAX_UPLOAD = 16 << 20  # bytes of a whole photo; a laptop makes them about 0.5 MiB
MAX_THUMB = 256 << 10  # bytes of a small picture

WHOLE, THUMB = "whole", "thumb"
TUS = "1.0.0"
OCTETS = "application/offset+octet-stream"
MISMATCH, EXPIRED, LOCKED, WRONG = 460, 410, 423, 422  # statuses; 460 is tus's own

# What the county knows of a photo, as bits of one number.
HAS_THUMB, HAS_WHOLE, MAY_SEND, MAY_SEE = 1, 2, 4, 8


class KnownRequest(msgspec.Struct, array_like=True):
    """Asks about photos by the 32 bytes of their hash, at most MAX_KNOWN."""

    version: int
    hashes: list[bytes]


class KnownReply(msgspec.Struct, array_like=True):
    """For each hash of the request, in its order, the bits above; 0 for a photo of
    which the device has no attachment, whether the county has it or not."""

    version: int
    states: list[int]
