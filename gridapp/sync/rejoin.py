"""Comes back to a county that was restored from a backup, without a person's help.

What the county lost is sent once more: what this laptop wrote, and what it had received
of others; then what it read beyond the county's log is read again. Each step may be cut
anywhere and is taken up at the next sync (docs/protocol.md, "After a restored backup").
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from uuid_utils.compat import uuid7

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import record_named
from gridapp.store import rejoining, state
from gridapp.store.vault import Store, Writing
from gridapp.sync.protocol import (
    VERSION,
    Change,
    Refused,
    RejoinReply,
    RejoinRequest,
    SyncReply,
    pack,
    unpack,
)

PATH = "/v1/rejoin"
_SERVER, _EPOCH = "server_id", "epoch"
_OLDER_COPY = tr(
    "这份数据是从较早的备份恢复的。请向县里要一个新的登记码，重新登记后接着用；"
    "改动都在本机"
)
Ask = Callable[[str, bytes], bytes]  # path and body to the body of the answer


def begin(store: Store, ask: Ask) -> None:
    """Agree with the county on what both know; the next rounds send the rest again.

    UserError when it is another county than this laptop's.
    """
    reply = _ask(store, ask)
    with store.reading() as db:
        home = state.value(db, _SERVER)
    if reply.server != home:
        raise UserError(
            tr("这份数据登记在另一台县级服务器上，请核对服务器地址；改动都在本机")
        )
    _check_mark(store, reply.last, reply.mark)
    ends = dict(reply.ends)
    with store.reading() as db:
        chunks = list(rejoining.without_history(db, ends))
    for chunk in chunks:
        _ask(store, ask, records=chunk)
    with store.writing(remote=True) as tx:
        rejoining.begin(tx, reply.last, ends)
        state.keep(tx.db, _EPOCH, reply.epoch)


def finish(store: Store, ask: Ask, again: rejoining.Again) -> None:
    """All rows were sent again: see what the county still lacks, or has elsewhere."""
    with store.reading() as db:
        chunks = list(rejoining.holding(db, again))
    for chunk in chunks:
        reply = _ask(store, ask, holding=chunk)
        ids: dict[str, list[UUID]] = {}
        for type_, raw in reply.unknown:
            ids.setdefault(type_, []).append(UUID(bytes=raw))
        for type_, wanted in ids.items():
            with store.reading() as db:
                lost = rejoining.states(db, record_named(type_), wanted, now=True)
            _ask(store, ask, records=lost)
        if reply.elsewhere:
            with store.writing(remote=True) as tx:
                rejoining.let_go(tx, reply.elsewhere)
    with store.writing(remote=True) as tx:
        rejoining.end(tx, again)


def _ask(
    store: Store,
    ask: Ask,
    records: list[Change] | None = None,
    holding: list[tuple[str, bytes]] | None = None,
) -> RejoinReply:
    with store.reading() as db:
        epoch = state.value(db, _EPOCH) or ""
    device = store.device_id.bytes
    request = RejoinRequest(VERSION, epoch, device, records or [], holding or [])
    return unpack(ask(PATH, pack(request)), RejoinReply)


def check_newest(store: Store, reply: SyncReply) -> bool:
    """See whether what the county took last is in this journal too; says whether there
    was something to see: then a push has to come once more.

    Refused as "device" when it is not.
    """
    if reply.ahead is None:
        return False
    last, mark = reply.ahead
    _check_mark(store, last, mark)
    with store.writing() as tx:
        state.keep(tx.db, state.SENT, str(last))
    return reply.pushed is None


def _check_mark(store: Store, last: int, mark: bytes) -> None:
    """Refused when the county took a row that these data do not know.

    They are an older copy then: what the laptop writes now gets numbers that the county
    has seen already. Enrolling again, with a new code, makes it a device of its own.
    """
    with store.reading() as db:
        if not mark or rejoining.mark(db, last) == mark:
            return
    with store.writing() as tx:
        rejoining.note_older(tx)
    raise Refused("device", _OLDER_COPY)


def refuse_older_copy(store: Store) -> None:
    """Refused when the county said that these data are an older copy, and no code has
    made them a laptop of its own yet: it would not take what they send."""
    with store.reading() as db:
        if state.value(db, rejoining.OLDER) != rejoining.NOTICED:
            return
    raise Refused("device", _OLDER_COPY)


def as_new(store: Store) -> None:
    """Give an older copy a device id of its own before it enrols; once, so that a lost
    answer does not cost the code."""
    with store.reading() as db:
        noticed = state.value(db, rejoining.OLDER) == rejoining.NOTICED
    if noticed:
        device = uuid7()
        with store.writing() as tx:
            state.become(tx.db, device)
            state.keep(tx.db, rejoining.OLDER, rejoining.RENAMED)
        store.device_id = device


def joined(tx: Writing) -> None:
    """The county let this laptop in. What an older copy has not sent is measured
    against what it had sent as the device it was."""
    if state.value(tx.db, rejoining.OLDER) is not None:
        rejoining.begin_as_new(tx)
        state.keep(tx.db, rejoining.OLDER, None)
