"""Enrolment without any network: the county's file in, a request out, the answer in.

The request and the reply are those of `SyncClient.enrol`; only their way is another.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
from uuid_utils.compat import uuid7

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import TIME, now
from gridapp.models.permissions import Act, demand
from gridapp.store import invited, keyring, state
from gridapp.store.invited import Invited
from gridapp.store.vault import Store
from gridapp.sync import gridpkg
from gridapp.sync.client import SyncClient
from gridapp.sync.enrolment import PATH as ENROL_PATH
from gridapp.sync.gridpkg import BadPackage, Header
from gridapp.sync.invitation import Invitation, keys_of_code
from gridapp.sync.keys import id_of_keys
from gridapp.sync.line import TOKEN
from gridapp.sync.package_home import Nowhere
from gridapp.sync.protocol import unpack


def waiting(store: Store) -> Invited | None:
    """Who has invited this laptop and waits for its request."""
    with store.reading() as db:
        return invited.waiting(db)


def _keep(store: Store, one: Invited | None) -> None:
    with store.writing() as tx:
        invited.keep(tx.db, one)


def check_new(store: Store) -> None:
    """UserError when this laptop is at home at a county already, NotAllowed when
    whoever is signed in may not say where it is."""
    with store.reading() as db:
        if state.value(db, TOKEN):
            raise UserError(tr("这台电脑已经登记过，不用再登记"))
    demand(store.user.role, Act.ENROL)


def check(file: Path) -> None:
    """BadPackage when a file is none of the county's, which a code would not mend."""
    with _invitation(file):
        pass


def accept(store: Store, file: Path, code: str) -> None:
    """Take in the county's file; the next export asks to be let in.

    BadPackage when it is another file, or the code is not the one it was made with.
    """
    check_new(store)
    with _invitation(file) as (source, header):
        body = _opened(source, header, code)
    said = unpack(body, Invitation)
    one = Invited(code, said.server, said.epoch, said.keys.hex(), said.url)
    with store.writing(remote=True) as tx:
        invited.keep(tx.db, one)
        if said.ca:
            state.keep(tx.db, state.SERVER_CA, said.ca)


@contextmanager
def _invitation(file: Path) -> Generator[tuple[BinaryIO, Header]]:
    """A file that says of itself that the county invites with it, behind its header."""
    try:
        with file.open("rb") as source:
            header = gridpkg.read_header(source)
            if header.kind != gridpkg.INVITE:
                raise BadPackage(
                    "foreign", tr("这不是登记用的文件，请选县里给的登记文件")
                )
            yield source, header
    except OSError as error:
        raise UserError(
            tr("“{name}”读不出来，请检查 U 盘是否插好，再试一次", name=file.name)
        ) from error


def _opened(source: BinaryIO, header: Header, code: str) -> bytes:
    keys = keys_of_code(code, header.server)
    if keys.id != header.keys:
        raise BadPackage("code", tr("登记码不是这个文件的，请核对后重新输入"))
    for kind, body in gridpkg.Reader(source, keys.public, keys).parts():
        if kind == gridpkg.INVITATION:
            return body
    raise gridpkg.damaged()


class _Caught(Exception):
    """The request is made: it goes by stick."""


class _Outgoing(Nowhere):
    body = b""

    def exchange(self, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        self.body = body
        raise _Caught


class _Brought(Nowhere):
    """Has one answer: the one that came by stick."""

    def __init__(self, url: str, body: bytes) -> None:
        super().__init__(url)
        self._body = body

    def exchange(self, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        return (200, self._body) if path == ENROL_PATH else (404, b"")


def export_request(store: Store, file: Path, one: Invited) -> None:
    """Write the package that asks to be let in."""
    line = _Outgoing(one.url)
    with suppress(_Caught):
        SyncClient(store, line).enrol(one.code)
    keys = keyring.own(store)
    header = Header(
        kind=gridpkg.JOIN,
        server=one.server,
        epoch=one.epoch,
        device=store.device_id.bytes,
        package=uuid7().bytes,
        number=0,
        made_at=TIME.to_wire(now()),
        keys=id_of_keys(one.county),
        signer=keys.public,
    )
    with gridpkg.whole_file(file) as out:
        writer = gridpkg.Writer(out, header, keys, one.county)
        writer.add(gridpkg.ENROL, line.body)
        writer.close()
        _keep(store, msgspec.structs.replace(one, package=header.package.hex()))


def take_reply(store: Store, source: BinaryIO, header: Header, one: Invited) -> None:
    """Become a laptop of the county, as its answer says; BadPackage when the answer is
    to something else."""
    mine = header.device == store.device_id.bytes
    if header.kind != gridpkg.DOWN or not mine or header.answers.hex() != one.package:
        raise BadPackage(
            "foreign", tr("这不是对本机登记请求的答复，没有导入。请重新导出")
        )
    for kind, body in gridpkg.Reader(source, one.county, keyring.own(store)).parts():
        if kind == gridpkg.ENROLLED:
            SyncClient(store, _Brought(one.url, body)).enrol(one.code)
            _keep(store, None)
