"""The request of a laptop to its county that waits for an answer (`store.recovery`).

Its one-time private key lies beside the key slots, readable by its owner only. With it
and the county's answer, and nothing less, the vault opens; it is removed when the
answer was used, and when the password was remembered after all.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from gridapp.durable import write_whole
from gridapp.sync.keys import BYTES, PrivateKeys

FILE = "recovery.json"


class Asked(msgspec.Struct, frozen=True):
    """A request: `salt` is that of the slot whose password was forgotten."""

    id: bytes
    device: bytes
    account: str
    salt: str
    once: bytes

    @property
    def keys(self) -> PrivateKeys:
        """The keys that the answer is sealed to."""
        return PrivateKeys(self.once)


def keep(folder: Path, asked: Asked) -> None:
    """Keep a request in the place of any other. Raises OSError."""
    write_whole(folder / FILE, msgspec.json.encode(asked))


def kept(folder: Path) -> Asked | None:
    """The request that waits; None when there is none that can be read."""
    with suppress(OSError, msgspec.MsgspecError):
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=Asked)
        return found if len(found.once) == BYTES else None
    return None


def forget(folder: Path, account: str = "") -> None:
    """Drop the request, if it was made for that account; "": whoever's it was."""
    found = kept(folder) if account else None
    if not account or (found is not None and found.account == account):
        with suppress(OSError):
            (folder / FILE).unlink(missing_ok=True)
