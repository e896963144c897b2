"""What a laptop says to its county: versions, refusals and bytes in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from gridapp.store import state
from gridapp.store.vault import Store
from gridapp.sync import locking
from gridapp.sync.protocol import Refusal, Refused, pack_small, unpack
from gridapp.sync.report import Report
from gridapp.sync.transport import Transport
from gridapp.sync.versions import SPOKEN, pick

URL, TOKEN = state.SERVER_URL, state.TOKEN
SERVER, EPOCH = "server_id", "epoch"  # keys of the vault's state
SYNC_PATH = "/v1/sync"
SHUT_OUT = {"token", "revoked", "device", "role"}  # refusals that a new code mends


Carried = tuple[int, bytes]  # an answer: its HTTP status and its body


class Line:
    """The way to one county. `asked` is the newest request, as it was sent."""

    def __init__(
        self, store: Store, transport: Transport, speaks: Sequence[int] = SPOKEN
    ) -> None:
        self._store = store
        self._transport = transport
        self._speaks = speaks
        self.asked = b""
        self.version = max(speaks)  # until the county names those it serves

    @property
    def url(self) -> str:
        """The county's address."""
        return self._transport.url

    def stop(self) -> None:
        """Break off from another thread, at once."""
        self._transport.stop()

    def meanwhile(self, work: Callable[[], None] | None) -> None:
        """Do this while the next answer is waited for, if it has to be."""
        self._transport.meanwhile = work

    def close(self) -> None:
        """Let the connection go; the next message makes a new one."""
        self._transport.close()

    def say(
        self,
        path: str,
        token: str,
        message: msgspec.Struct,
        report: Report,
        packed: bytes = b"",
    ) -> bytes:
        """Send a message that has a version, in the highest that both sides know;
        `packed` is what `pack_small` made of it, if that was done."""
        try:
            body = packed or pack_small(message)
            return self.exchange(path, token, body, report)
        except Refused as refusal:
            version = pick(self._speaks, refusal.versions)
            if version is None or version == self.version:
                raise
            self.version = version
        again = msgspec.structs.replace(message, version=version)
        return self.exchange(path, token, pack_small(again), report)

    def exchange(self, path: str, token: str, body: bytes, report: Report) -> bytes:
        """Send bytes; the body of the answer. Refused when the county says no."""
        return self.heard(token, body, self.carry(path, token, body), report)

    def carry(self, path: str, token: str, body: bytes) -> Carried:
        """Send bytes and bring the answer, whatever it says; any thread may do it."""
        return self._transport.exchange(path, token, body)

    def heard(self, token: str, body: bytes, carried: Carried, report: Report) -> bytes:
        """The body of the answer to `body`; Refused when the county says no."""
        status, answer = carried
        self.asked = body
        report.bytes_up += len(body)
        report.bytes_down += len(answer)
        if status != 200:
            refusal = unpack(answer, Refusal)
            if refusal.order:
                locking.obey(self._store, self._transport, token, refusal.order)
            raise Refused(
                refusal.code,
                refusal.sentence,
                versions=refusal.versions,
                pushes=refusal.pushes,
            )
        return answer
