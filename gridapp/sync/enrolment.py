"""How a laptop is let into its county."""

from __future__ import annotations

import platform

import gridapp
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid, Worker, record_named
from gridapp.models.ids import id_of
from gridapp.store import keyring, page, records, remote, state
from gridapp.store.vault import Store
from gridapp.sync import rejoin
from gridapp.sync.line import EPOCH, SERVER, SHUT_OUT, SYNC_PATH, TOKEN, URL, Line
from gridapp.sync.protocol import (
    EnrolReply,
    EnrolRequest,
    Refused,
    SyncRequest,
    unpack,
)
from gridapp.sync.report import Report

PATH = "/v1/enrol"


def enrol(store: Store, line: Line, code: str) -> None:
    """See SyncClient.enrol."""
    rejoin.as_new(store)
    with store.reading() as db:
        token, epoch = state.value(db, TOKEN), state.value(db, EPOCH)
        home = state.value(db, SERVER)
        worker = state.worker(db)
        me = records.get(db, Worker, worker) if worker else None
        grids = [row["id"].bytes for row in records.find(db, Grid)]
    request = EnrolRequest(
        version=line.version,
        code=code,
        device=store.device_id.bytes,
        device_name=platform.node(),
        program=gridapp.__version__,
        worker=me["id"].bytes if me else None,
        worker_name=me["name"] if me else "",
        grids=grids,
        keys=keyring.own(store).public,
    )
    if token and epoch is not None:
        _check_shut_out(store, line, token, epoch)
    body = line.say(PATH, "", request, Report())
    reply = unpack(body, EnrolReply)
    if token and home != reply.server:
        raise UserError(
            tr(
                "这份数据原来登记在另一台县级服务器上，请联系县里的管理人员；"
                "改动都在本机"
            )
        )
    _join(store, line, reply)
    if not token and me is not None and me["id"].bytes != reply.worker:
        with store.writing() as tx:  # who stood in until there was a name
            records.delete(tx, Worker, me["id"])


def _check_shut_out(store: Store, line: Line, token: str, epoch: str) -> None:
    """Ask the county; UserError when it still takes the token."""
    device = store.device_id.bytes
    request = SyncRequest(
        version=line.version, epoch=epoch, device=device, push=None, pull=None
    )
    try:
        line.say(SYNC_PATH, token, request, Report())
    except Refused as refusal:
        if refusal.code in SHUT_OUT:
            return
        if refusal.code != EPOCH:  # of a county that was restored: a sync mends it
            raise
    raise UserError(tr("这台电脑已经登记过，不用再登记"))


def _join(store: Store, line: Line, reply: EnrolReply) -> None:
    worker = id_of(reply.worker)
    grids = [one.id for one in reply.records if one.type == Grid.__tablename__]
    with store.writing(remote=True) as tx:
        new = [
            one
            for one in reply.records
            if not records.by_id(
                tx.db, record_named(one.type), [id_of(one.id)], deleted=True
            )
        ]
        page.apply(tx, new)
        remote.subscribe(tx.db, grids)
        for key, content in (
            (URL, line.url),
            (TOKEN, reply.token),
            (SERVER, reply.server),
            (EPOCH, state.value(tx.db, EPOCH) or reply.epoch),
            (state.WORKER, worker.hex),
        ):
            state.keep(tx.db, key, content)
        keyring.heard(tx.db, reply.keys, told=True)
        rejoin.joined(tx)
        if state.default_grid(tx.db) is None:
            state.keep(tx.db, state.DEFAULT_GRID, id_of(grids[0]).hex)
    store.worker_id = worker
