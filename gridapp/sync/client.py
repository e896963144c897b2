"""The laptop's side of sync: push what is unsent, then pull what is new.

Each round trip is answered for in one local transaction, so it may be cut anywhere and
is taken up at the next call. Nothing is removed here before the county has it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial

import msgspec

import gridapp
from gridapp import garbage
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.ids import id_of
from gridapp.models.kinds import now, time_text
from gridapp.store import (
    audit,
    conflicts,
    holding,
    invited,
    journal,
    keyring,
    leaving,
    outbox,
    page,
    rejoining,
    remote,
    search,
    state,
)
from gridapp.store.database import Connection
from gridapp.store.journal import JournalRow
from gridapp.store.outbox import Batch
from gridapp.store.vault import Store
from gridapp.sync import enrolment, rejoin
from gridapp.sync.ahead import Ahead, Asked, NextPage
from gridapp.sync.line import EPOCH, TOKEN, URL, Line
from gridapp.sync.protocol import (
    INSERT,
    MAX_ROWS,
    Change,
    Pull,
    Pulled,
    Push,
    Refused,
    SyncReply,
    SyncRequest,
    digest,
    unpack,
)
from gridapp.sync.report import UNKNOWN, Progress, Report
from gridapp.sync.transport import HttpTransport, Transport
from gridapp.sync.versions import SPOKEN
from gridapp.update import waiting

__all__ = ["HttpTransport", "SyncClient", "Transport"]

_ROUNDS_WITHOUT_PROGRESS = 5
_change_of = msgspec.msgpack.Decoder(Change).decode
_INDEXED_AT_ONCE = 200  # records: about 30 ms on a slow laptop


def transport_of(store: Store) -> HttpTransport:
    """What reaches the county of a vault; UserError when it was never let in at one."""
    with store.reading() as db:
        url, ca = state.value(db, URL), state.value(db, state.SERVER_CA)
        one = invited.waiting(db)
    url = url or (one.url if one else "")
    if not url:
        raise UserError(tr("这台电脑还没有登记到县级服务器，请先用登记码登记"))
    return HttpTransport(url, ca=ca or "")


class SyncClient:
    """Syncs one vault with one county server."""

    def __init__(
        self, store: Store, transport: Transport, speaks: Sequence[int] = SPOKEN
    ) -> None:
        self._store = store
        self._line = Line(store, transport, speaks)
        self._ahead = Ahead(self._line)
        self._next_page = NextPage(self._line)
        self.report = Report()  # of the last sync, or as far as it came
        self._clock: str | None = None  # how far off this laptop's was, if it is known

    @classmethod
    def of(cls, store: Store) -> SyncClient:
        """The client of a vault that is enrolled; UserError when it is not."""
        return cls(store, transport_of(store))

    waiting = staticmethod(conflicts.waiting)
    decide = staticmethod(conflicts.decide)

    def enrol(self, code: str) -> None:
        """Let this laptop into the county; `code` is used up by it.

        One that is in already is let in again only when the county refuses its token
        (it was stopped, or is not known); what it has not sent yet goes up at the next
        sync. UserError when it needs no code, or is at home at another county.
        """
        try:
            enrolment.enrol(self._store, self._line, code)
        finally:
            self._line.close()
        self.index()

    def stop(self) -> None:
        """Break off from another thread, at once; what went through before stays."""
        self._line.stop()

    def sync(
        self,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Report:
        """Push, then pull, until there is nothing left; what was done so far stays.

        Raises UserError when the county cannot be reached or refuses.
        """
        started = time.monotonic()
        report = self.report = Report()
        with self._store.reading() as db:
            token, epoch = state.value(db, TOKEN), state.value(db, EPOCH)
            total = journal.unsent_count(db, state.pushed_seq(db))
        if not token or epoch is None:
            raise UserError(tr("这台电脑还没有登记到县级服务器，请先用登记码登记"))
        if total:
            self._store.seal()  # the county is told of all that is here
        try:
            with garbage.sought_among_the_new():
                whole = self._rounds(token, epoch, report, total, progress, cancelled)
        finally:
            self._next_page.close()
            self._line.close()
            self._ahead.forget()
            report.seconds = time.monotonic() - started
            self.index(progress)
        if whole:
            with self._store.writing() as tx:
                state.keep(tx.db, state.LAST_SYNC, time_text(now()))
                if self._clock is not None:
                    state.keep(tx.db, state.CLOCK_OFF, self._clock)
        return report

    def index(self, progress: Progress | None = None) -> None:
        """Let the search find what came, in steps that keep no save waiting."""
        done = 0
        with self._store.reading() as db:
            left = search.behind(db)
        while left:
            with self._store.writing() as tx:
                count = search.catch_up(tx.db, _INDEXED_AT_ONCE)
            done, left = done + count, count == _INDEXED_AT_ONCE
            if progress:
                progress(done, UNKNOWN, tr("整理查找用的目录"))

    def _rounds(
        self,
        token: str,
        epoch: str,
        report: Report,
        total: int,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
    ) -> bool:
        """Rounds until nothing is left; whether that was reached."""
        idle, push_first = 0, False
        while not (cancelled and cancelled()):
            before = (report.pushed, report.pulled)
            try:
                more = self._round(token, epoch, report, push_first)
                push_first = False
            except page.UnsentFirst:
                more = push_first = True
            except Refused as refusal:
                if refusal.code == EPOCH:
                    epoch = self._rejoin(token, report)
                elif self._line.version in refusal.pushes and not push_first:
                    push_first = True  # too old to be sent anything, not to send
                else:
                    raise
                more = True
            if progress and report.pushed > before[0]:
                total = max(total, report.pushed)
                progress(report.pushed, total, tr("上报改动"))
            if progress and report.pulled > before[1]:
                progress(report.pulled, UNKNOWN, tr("下载改动"))
            if not more and not self.starts_over():
                return True
            idle = idle + 1 if before == (report.pushed, report.pulled) else 0
            if idle > _ROUNDS_WITHOUT_PROGRESS:
                raise UserError(tr("同步没有进展，请稍后再试；改动都在本机"))
        return False

    def _rejoin(self, token: str, report: Report) -> str:
        """Come back to a county that was restored; its new epoch."""
        rejoin.begin(self._store, partial(self._ask, token, report))
        with self._store.reading() as db:
            return state.value(db, EPOCH) or ""

    def _ask(self, token: str, report: Report, path: str, body: bytes) -> bytes:
        return self._line.exchange(path, token, body, report)

    def _round(self, token: str, epoch: str, report: Report, push_first: bool) -> bool:
        """One round trip and what follows from it; says whether to go on."""
        again, asked = None, self._ahead.ready()
        if asked is None:
            with self._store.reading() as db:
                again = rejoining.pending(db)
            asked = self._asked(epoch, again, push_first)
        if again is not None and asked.batch is None:
            ask = partial(self._ask, token, report)
            rejoin.finish(self._store, ask, again)
            return True
        self._ahead.begin(asked, partial(self._asked, epoch, None, False))
        body = self._next_page.say(token, asked, report)
        reply = self._heard(body, asked.request)
        self._next_page.follows(token, asked.request, reply)
        more = self.take(asked.batch, asked.request, reply, report)
        self._ahead.answered(asked, reply)
        return more or asked.fresh

    def _asked(
        self,
        epoch: str,
        again: rejoining.Again | None,
        push_first: bool,
        after: int | None = None,
    ) -> Asked:
        """What is to be said: changes that wait, behind the journal number `after`, or
        behind those that the county has; and from where to read on.

        A first download goes before the push, so that it does not bring back what was
        just sent; unless a record leaves that has changes of its own.
        """
        own = keyring.own(self._store)
        with self._store.reading() as db:
            cursors = remote.cursors(db)
            keys, county_keys = keyring.to_say(db, own)
            fresh = any(one.place != remote.DONE for one in cursors)
            if again is not None:
                batch = rejoining.next_batch(db, again)
            else:
                first = fresh and not push_first
                batch = None if first else outbox.next_batch(db, after)
            push = None
            if batch:
                mark = rejoining.mark(db, batch.last)
                seals = audit.claims(db) if batch.complete else []
                push = Push(batch.last, batch.changes, again is not None, mark, seals)
            request = SyncRequest(
                version=self._line.version,
                epoch=epoch,
                device=self._store.device_id.bytes,
                push=push,
                pull=Pull(cursors) if batch is None or batch.complete else None,
                open=conflicts.open_keys(db)[:MAX_ROWS],
                decided=conflicts.untold(db)[:MAX_ROWS],
                keys=keys,
                county_keys=county_keys,
                sent=state.sent_seq(db) if after is None else after,
                program=gridapp.__version__,
                failed=waiting.untold(self._store.folder),
            )
        return Asked(batch, request, frozenset(one.grid for one in cursors), fresh)

    def _heard(self, body: bytes, request: SyncRequest) -> SyncReply:
        """The answer to the newest request; UserError when it is one to another."""
        reply = unpack(body, SyncReply)
        if reply.answers not in (b"", digest(self._line.asked)):
            raise UserError(tr("收到的答复不是这次同步的，请再同步一次；改动都在本机"))
        waiting.told(self._store.folder, request.failed)
        if reply.known:
            self._clock = str(round(now().timestamp()) - reply.known[1])
        return reply

    def take(
        self,
        batch: Batch | None,
        request: SyncRequest,
        reply: SyncReply,
        report: Report,
    ) -> bool:
        """Apply what the county answered, however it came; says whether to go on."""
        more = rejoin.check_newest(self._store, reply) and batch is not None
        more = self._acknowledge(batch, request, reply, report) or more
        if reply.pulled is not None:
            more = self._apply(reply.pulled, report) or more
        elif request.pull is not None:
            more = True  # this version is only listened to: the next answer says so
        return self._let_go(reply.gone) or more

    def _let_go(self, taken: Collection[bytes]) -> bool:
        """Let the records of grids go that were taken away, once all is sent; says
        whether the county has yet to hear of it."""
        with self._store.reading() as db:
            gone = leaving.followed(db, taken)
            if not gone or leaving.waits(db):
                return bool(gone)
        with self._store.writing(remote=True) as tx:
            leaving.let_go(tx, gone)
        return True

    def _acknowledge(
        self,
        batch: Batch | None,
        request: SyncRequest,
        reply: SyncReply,
        report: Report,
    ) -> bool:
        """Write down what the county took and what it held; says whether to go on."""
        heard = bool(request.decided or reply.settled or reply.keys)
        with self._store.reading() as db:
            known = {one.grid for one in remote.cursors(db)}
        if batch is None and not heard and known == set(reply.grids):
            return False
        with self._store.writing(remote=True) as tx:
            conflicts.tell(tx.db, reply.settled, request.decided)
            keyring.heard(tx.db, reply.keys, told=bool(request.keys))
            new = remote.subscribe(tx.db, reply.grids, reply.gone)
            if batch is None or reply.pushed is None:
                return new
            if reply.pushed.last > journal.newest(tx.db):
                raise UserError(
                    tr(
                        "县级服务器收到过这台电脑更新的改动，这份数据像是旧的副本。"
                        "请联系县里的管理人员"
                    )
                )
            held = reply.pushed.held
            refused = {one.seq for one in held if one.field is None}
            whole_ones = (
                (one.type, id_of(one.id))
                for one in batch.changes
                if one.action == INSERT and one.seq not in refused
            )
            conflicts.taken(tx.db, whole_ones)
            rows = _rows_of(tx.db, batch.last) if held else {}
            again = request.push is not None and request.push.again
            for key, seq in (
                (state.PUSHED, state.pushed_seq),
                (state.SENT, state.sent_seq),
            ):
                before = 0 if again else seq(tx.db)  # another process may be ahead
                state.keep(tx.db, key, str(max(batch.last, before)))
            if reply.known:
                audit.heard(tx.db, reply.known[0])
            report.held += holding.keep(tx, rows, held)
            report.pushed += len(batch.changes)
            return new or not batch.complete

    def _apply(self, pulled: Pulled, report: Report) -> bool:
        """Apply a page and its cursors in one transaction; says whether more waits."""
        if not pulled.changes and not pulled.cursors:
            return pulled.more
        changes = [_change_of(raw) for raw in pulled.changes]
        self._next_page.begin(changes)
        with self._store.writing(remote=True) as tx:
            applied = page.apply(tx, changes)
            rejoining.note_whole(tx.db, pulled.cursors)
            remote.keep_cursors(tx.db, pulled.cursors)
            remote.keep_authors(tx.db, pulled.authors)
            remote.keep_unknown(tx.db, applied.unknown)
        report.pulled += applied.changes
        return pulled.more

    def starts_over(self) -> bool:
        """Read everything again when this version knows more than the last one did.

        A field that was unknown when it came is not lost: it is at the county.
        """
        with self._store.reading() as db:
            if not remote.knows_more(db):
                return False
        with self._store.writing(remote=True) as tx:
            remote.start_over(tx.db)
        return True


def _rows_of(db: Connection, last: int) -> dict[int, JournalRow]:
    """The journal rows of a batch that was just sent, by number."""
    rows = rejoining.sent_rows(db, rejoining.pending(db))
    return {row.seq: row for row in rows if row.seq <= last}
