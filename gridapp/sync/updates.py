"""Gets an update of the program from the county, piece by piece, beside all syncing.

The county is only believed to keep files: what counts is the release key's signature.
"""

from __future__ import annotations

import datetime as dt
import os

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import state
from gridapp.store.vault import Store
from gridapp.sync.client import transport_of
from gridapp.sync.line import TOKEN
from gridapp.sync.protocol import Refusal, Refused, unpack
from gridapp.sync.transport import Answer, HttpTransport
from gridapp.sync.update_messages import UPDATE_TYPE, UPDATES_PATH, UpdateReply
from gridapp.update.file import MOST_HEAD, BadUpdate, Head, parse_head
from gridapp.update.staged import Updates

PIECE = 512 << 10  # bytes of one request: a sync waits for one at most
_PARTIAL = 206  # HTTP: what was asked of the file (RFC 9110)
_NOTHING = {"path", "update"}  # refusals of a county that has none
_NOT_WANTED = {"same", "older", "lowest"}  # an update, but not for this version
_MORE = 64  # bytes of a reply around the head


class UpdateLine:
    """Asks one county for an update, and fetches it; one request at a time."""

    def __init__(
        self, updates: Updates, transport: HttpTransport, token: str, piece: int = PIECE
    ) -> None:
        self.updates = updates
        self._transport = transport
        self._token = token
        self._piece = piece

    @classmethod
    def of(cls, store: Store, updates: Updates) -> UpdateLine:
        """The line of a vault; UserError when it was never let in at a county."""
        with store.reading() as db:
            token = state.value(db, TOKEN)
        if not token:
            raise UserError(tr("这台电脑还没有登记到县级服务器，请先用登记码登记"))
        return cls(updates, transport_of(store), token)

    def ask(self) -> Head | None:
        """The update that the county has for this program; None when there is none.

        One that came from there before and is offered no more, is let go. UserError
        when the county cannot be reached, BadUpdate when what it offers is not signed
        or not for this system.
        """
        program = self.updates.program
        if program.refusal:
            raise UserError(program.refusal)
        path = f"{UPDATES_PATH}/{program.platform}"
        answer = self._get(path, {}, MOST_HEAD + _MORE, None)
        raw = unpack(answer.body, UpdateReply).head if answer else b""
        head = parse_head(raw) if raw else None
        wanted = head
        if head is not None:
            try:
                program.check(head)
            except BadUpdate as refused:
                if refused.code not in _NOT_WANTED:
                    raise
                wanted = None
        known = self.updates.state()
        known.asked_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        known.offered = head.manifest if head else None
        waits, offered = self.updates.ready(), head.id if head else ""
        if waits is not None and waits.id == known.fetched != offered:
            self.updates.drop()
        self.updates.forget_parts(but=wanted)
        self.updates.keep(known)
        return wanted

    def more(self, head: Head) -> int:
        """Fetch the next piece of that update; how many bytes of it are here now, all
        of them once it is taken. What came stays when the line is cut.

        UserError when the county cannot be reached, has withdrawn it, or sent another;
        OSError when the disk fails.
        """
        part = self.updates.part_of(head)
        if not part.exists():
            self.updates.check_room(head)
            durable.write_whole(part, head.raw)
        have = part.stat().st_size
        if have < head.whole:
            have = self._piece_of(head, have)
        if have >= head.whole:
            known = self.updates.state()
            known.fetched = head.id
            self.updates.keep(known)
            self.updates.finish_part(head)
        return have

    def _piece_of(self, head: Head, have: int) -> int:
        end = min(have + self._piece, head.whole) - 1
        headers = {"range": f"bytes={have}-{end}", "accept-encoding": "identity"}
        path = f"{UPDATES_PATH}/{head.manifest.platform}/{head.id}"
        received = bytearray()
        part = self.updates.part_of(head)
        try:
            answer = self._get(path, headers, end + 1 - have, received)
        finally:
            with part.open("ab") as out:
                out.write(received)
                out.flush()
                os.fsync(out.fileno())
        if answer is None or answer.status != _PARTIAL:
            part.unlink(missing_ok=True)
            words = tr("县里撤回了这个更新，或换了一个，过后再取")
            raise UserError(words)
        return have + len(received)

    def _get(
        self, path: str, headers: dict[str, str], most: int, into: bytearray | None
    ) -> Answer | None:
        """A good answer; None where the county has none. Refused in its words."""
        answer = self._transport.send(
            "GET", path, self._token, headers, most=most, also=UPDATE_TYPE, into=into
        )
        if 200 <= answer.status < 300:
            return answer
        refusal = unpack(answer.body, Refusal)
        if refusal.code in _NOTHING:
            return None
        raise Refused(refusal.code, refusal.sentence)

    def stop(self) -> None:
        """Break off from another thread; what came stays."""
        self._transport.stop()

    def close(self) -> None:
        """Let the connection go."""
        self._transport.close()
