"""What laptop and county say about updates of the program; docs/protocol.md."""

from __future__ import annotations

import msgspec

UPDATES_PATH = "/v1/updates"
UPDATE_TYPE = "application/octet-stream"
MAX_PROGRAM = 40  # characters of a version, or of what is said of one


class UpdateReply(msgspec.Struct, array_like=True):
    """The newest update that the county has for a laptop and its system: the head of
    the file (gridapp/update/file.py), empty when there is none."""

    version: int
    head: bytes = b""
