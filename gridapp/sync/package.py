"""The way without a network: what is unsent goes to the county on a stick, the answer
comes back on it.

A package holds the same requests that a connection would carry, its answer the same
replies, applied by the same code. So it does no harm to export twice, to sync in
between, or to import an answer twice, late or never (docs/protocol.md, "Packages").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from uuid_utils.compat import uuid7

import gridapp
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid
from gridapp.models.kinds import TIME, now, time_text
from gridapp.store import (
    audit,
    conflicts,
    exchange,
    journal,
    keyring,
    outbox,
    records,
    rejoining,
    remote,
    state,
)
from gridapp.store.database import Connection
from gridapp.store.exchange import Exported
from gridapp.store.outbox import Batch
from gridapp.store.page import UnsentFirst
from gridapp.store.vault import Store
from gridapp.sync import gridpkg, locking, package_join, package_photos, rejoin
from gridapp.sync.client import SyncClient
from gridapp.sync.gridpkg import Answered, BadPackage, Header
from gridapp.sync.keys import PrivateKeys, id_of_keys
from gridapp.sync.package_home import Home, home_of, nowhere
from gridapp.sync.protocol import (
    MAX_ROWS,
    VERSION,
    Cursor,
    Pull,
    Push,
    Refusal,
    Refused,
    SyncReply,
    SyncRequest,
    pack,
    unpack,
)
from gridapp.sync.report import UNKNOWN, Progress, Report

Cancelled = Callable[[], bool]
PHOTOS = 512 << 20  # bytes of photos that one package takes along, unless told


@dataclass
class PackageReport(Report):
    """What the import of an answer did.

    `again`: changes made since the export stand in the way of some of the answer; the
    next package brings them to the county, and its answer the rest.
    let_in: it only let this laptop in; the next package brings what there is.
    """

    again: bool = False
    let_in: bool = False


def export_package(
    store: Store,
    target: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    photos: int = PHOTOS,
) -> Path:
    """Write what is unsent into a package for the county; the file that was made.

    target: a folder, where the file gets a name that says nothing of a person, or the
    file itself. It appears whole or not at all; nothing counts as sent by it. A laptop
    that was invited and not let in yet asks for that.
    photos: bytes of pictures that go along at most; small ones go first.
    Raises UserError; BadPackage "stopped" when `cancelled` said so.
    """
    invitation = package_join.waiting(store)
    if invitation is not None:
        file = _file(store, target, 0, now())
        package_join.export_request(store, file, invitation)
        return file
    home, keys = home_of(store), keyring.own(store)
    rejoin.refuse_older_copy(store)
    SyncClient(store, nowhere(store)).starts_over()
    header = _header(store, home)
    made_at = TIME.from_wire(header.made_at)
    file = _file(store, target, header.number, made_at)
    with gridpkg.whole_file(file) as out:
        writer = gridpkg.Writer(out, header, keys, home.county[0])
        for kind, body in _parts(store, home, keys, header.last, photos, progress):
            _go_on(cancelled, tr("已停止，没有导出"))
            if kind != gridpkg.REQUEST and not writer.room_for(len(body)):
                break
            writer.add(kind, body)
        writer.close()
        made = Exported(
            header.package.hex(),
            header.number,
            time_text(made_at),
            header.last,
            file.name,
        )
        with store.writing() as tx:
            exchange.made(tx.db, made)
    return file


def _header(store: Store, home: Home) -> Header:
    """Of the next package: it closes with the newest change that was made here."""
    with store.reading() as db:
        number = exchange.read(db).number + 1
        last = journal.newest(db, local=True)
    return Header(
        kind=gridpkg.UP,
        server=home.server,
        epoch=home.epoch,
        device=store.device_id.bytes,
        package=uuid7().bytes,
        number=number,
        made_at=TIME.to_wire(now()),
        keys=id_of_keys(home.county[0]),
        last=last,
    )


def _parts(
    store: Store,
    home: Home,
    keys: PrivateKeys,
    last: int,
    photos: int,
    progress: Progress | None,
) -> Iterator[tuple[int, bytes]]:
    """What is in a package: the requests, then the pictures."""
    with store.reading() as db:
        total = journal.unsent_count(db, state.pushed_seq(db))
    done = 0
    for request in _requests(store, home, keys, last):
        yield gridpkg.REQUEST, pack(request)
        done += len(request.push.changes) if request.push else 0
        if progress:
            progress(done, max(total, done), tr("正在导出改动"))
    planned = package_photos.plan(store, home.epoch)
    yield from package_photos.parts(store, planned, photos)


def _obey(store: Store, body: bytes) -> None:
    """Raise what the county refuses, and shut the data first if it orders so."""
    refusal = unpack(body, Refusal)
    if refusal.order:
        locking.obey(store, nowhere(store), "", refusal.order)
    raise Refused(refusal.code, refusal.sentence)


def _go_on(cancelled: Cancelled | None, sentence: str) -> None:
    if cancelled is not None and cancelled():
        raise BadPackage("stopped", sentence)


def _file(store: Store, target: Path, number: int, at: dt.datetime) -> Path:
    """Where to export to; UserError when a stick was pulled out."""
    if target.is_dir():
        return _named(store, target, number, at)
    if target.suffix == gridpkg.SUFFIX and target.parent.is_dir():
        return target
    raise UserError(tr("找不到 {folder}，请插好 U 盘再导出", folder=target))


def _named(store: Store, folder: Path, number: int, at: dt.datetime) -> Path:
    """A name of grid, day and number; never that of a file that is there, which may be
    another laptop's."""
    with store.reading() as db:
        main = state.default_grid(db)
        grid = records.get(db, Grid, main) if main else None
    code = grid["code"] if grid else store.device_id.hex[-6:]
    stem = f"{code}-{at.astimezone():%Y%m%d}-{number:04}"
    path, again = folder / f"{stem}{gridpkg.SUFFIX}", 1
    while path.exists():
        again += 1
        path = folder / f"{stem}-{again}{gridpkg.SUFFIX}"
    return path


def _requests(
    store: Store, home: Home, keys: PrivateKeys, until: int
) -> Iterator[SyncRequest]:
    """What a connection would carry: the batches up to that journal number, a pull."""
    with store.reading() as db:
        cursors = remote.cursors(db)
        told, county = keyring.to_say(db, keys)
        opened, decided = conflicts.open_keys(db), conflicts.untold(db)
        after, sent = state.pushed_seq(db), state.sent_seq(db)
        while True:
            batch = outbox.next_batch(db, after, until)
            last = batch is None or batch.complete
            yield SyncRequest(
                version=VERSION,
                epoch=home.epoch,
                device=store.device_id.bytes,
                push=_push(db, batch) if batch else None,
                pull=Pull(cursors) if last else None,
                open=opened[:MAX_ROWS] if last else [],
                decided=decided[:MAX_ROWS] if last else [],
                keys=told,
                county_keys=county,
                sent=sent,
                program=gridapp.__version__,
            )
            if batch is None or last:
                return
            after = batch.last
            sent = after if sent >= 0 else sent  # the county has read this one by then


def _push(db: Connection, batch: Batch) -> Push:
    mark = rejoining.mark(db, batch.last)
    seals = audit.claims(db) if batch.complete else []
    return Push(batch.last, batch.changes, mark=mark, seals=seals)


def import_package(
    store: Store,
    file: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> PackageReport:
    """Take in the county's answer to a package of this laptop.

    It may be broken off anywhere: what was taken in stays, and the same file goes on
    from there. Raises BadPackage with a sentence, and nothing changed, when it is not
    an answer for this laptop, was taken in before, or is damaged.
    """
    invitation = package_join.waiting(store)
    try:
        with file.open("rb") as source:
            header = gridpkg.read_header(source)
            if header.kind == gridpkg.INVITE:
                raise BadPackage(
                    "invite", tr("这是登记用的文件，要和县里给的登记码一起用")
                )
            if invitation is not None:
                package_join.take_reply(store, source, header, invitation)
                return PackageReport(let_in=True)
            home, keys = home_of(store), keyring.own(store)
            return _import(store, home, keys, header, source, progress, cancelled)
    except OSError as error:
        raise UserError(
            tr(
                "“{name}”读不出来，请检查 U 盘是否插好，再导入一次",
                name=file.name,
            )
        ) from error


def _import(
    store: Store,
    home: Home,
    keys: PrivateKeys,
    header: Header,
    source: BinaryIO,
    progress: Progress | None,
    cancelled: Cancelled | None,
) -> PackageReport:
    signer = _signer(store, home, header)
    reader = gridpkg.Reader(source, signer, keys)
    _check_new(store, header)
    report, client = PackageReport(), SyncClient(store, nowhere(store))
    try:
        for kind, body in reader.parts():
            _go_on(
                cancelled, tr("已停止，已经导入的都保留着，再导入同一个文件会接着做")
            )
            if kind == gridpkg.REFUSED:
                _obey(store, body)
            if kind == gridpkg.ANSWER and not report.again:
                _answer(store, client, keys, unpack(body, Answered), report)
            package_photos.take(store, kind, body, report)
            if progress:
                progress(report.pushed + report.pulled, UNKNOWN, tr("正在导入答复"))
    finally:
        client.index(progress)
    if not report.again:
        with store.writing() as tx:
            exchange.answered(tx.db, header.answers)
            _contact(tx.db, time_text(TIME.from_wire(header.made_at)))
    return report


def _contact(db: Connection, at: str) -> None:
    """The county said so at that time, by its own clock; LAST_SYNC never goes back."""
    state.keep(db, state.LAST_SYNC, max(at, state.value(db, state.LAST_SYNC) or at))


def _signer(store: Store, home: Home, header: Header) -> bytes:
    """The public keys that signed an answer for this laptop; BadPackage else."""
    if header.kind != gridpkg.DOWN:
        raise BadPackage(
            "foreign",
            tr("这是上报用的数据包，请交给县里导入；这里导入的是县里给的答复"),
        )
    if header.server != home.server:
        raise BadPackage("foreign", tr("这是另一个县的数据包，没有导入"))
    if header.device != store.device_id.bytes:
        raise BadPackage("foreign", tr("这是给另一台电脑的答复，请在那台电脑上导入"))
    if header.epoch != home.epoch:
        raise BadPackage(
            "epoch", tr("县级服务器恢复过备份，请先联网同步一次，再重新导出")
        )
    for known in home.county:
        if id_of_keys(known) == header.keys:
            return known
    raise BadPackage(
        "keys", tr("县级服务器换过密钥，这台电脑还不知道。请先联网同步一次")
    )


def _check_new(store: Store, header: Header) -> None:
    """BadPackage when there is nothing in an answer that this laptop still needs."""
    with store.reading() as db:
        known = exchange.read(db)
    asked = known.find(header.answers)
    if asked is None:
        raise BadPackage(
            "foreign", tr("这不是对本机导出的数据包的答复，没有导入。请重新导出")
        )
    if asked.answered:
        raise BadPackage("replayed", tr("这份答复已经导入过，不用再导入"))
    if asked.number < known.answered:
        raise BadPackage("older", tr("已经导入过更新的答复，这一份不用再导入"))


def _answer(
    store: Store,
    client: SyncClient,
    keys: PrivateKeys,
    answered: Answered,
    report: PackageReport,
) -> None:
    """Apply one reply, or as much of it as is still news here."""
    reply = answered.reply
    with store.reading() as db:
        here = remote.cursors(db)
        pushed = state.pushed_seq(db)
        batch = outbox.next_batch(db, until=answered.last)
    if batch is not None:
        batch.complete = False  # what the county took since is no sign of a copy
    if answered.last <= pushed:
        batch = None  # a sync in between told it all
    _leave_out_old(reply, answered.asked, here)
    request = SyncRequest(
        version=VERSION,
        epoch="",
        device=store.device_id.bytes,
        push=None,
        pull=None,
        decided=answered.decided,
        keys=keys.public,
    )
    try:
        client.take(batch, request, reply, report)
    except UnsentFirst:
        report.again = True


def _leave_out_old(reply: SyncReply, asked: list[Cursor], here: list[Cursor]) -> None:
    """Leave out of a reply what a sync in between has overtaken.

    A page goes on from the cursors that it was asked with: it fits only where this
    laptop still stands there. Else it would bring older values over newer ones.
    """
    at = {one.grid: (one.n, one.place) for one in here}
    from_ = {one.grid: (one.n, one.place) for one in asked}
    if at.keys() != from_.keys():  # which grids are its own, a sync has said since
        reply.grids, reply.gone = list(at), []
    page = reply.pulled
    if page is not None and any(
        at.get(one.grid, (0, "")) != from_.get(one.grid, (0, ""))
        for one in page.cursors
    ):
        reply.pulled = None
