"""Lets in laptops that never had a network: a file out, their request, the answer.

Nothing here decides who may: that is the enrolment code, as over a connection
(`access.enrol`). The laptop's own public keys come inside what it signed with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from uuid_utils.compat import uuid7

from gridapp.county import access
from gridapp.county.codes import hashed_code
from gridapp.county.store import County
from gridapp.county.tables import enrolment
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import TIME, now
from gridapp.sync import address, gridpkg
from gridapp.sync.gridpkg import Header
from gridapp.sync.invitation import Invitation, keys_of_code
from gridapp.sync.keys import PrivateKeys, are_public
from gridapp.sync.protocol import EnrolRequest, pack, unpack

_MAX_REQUEST = 64 << 10  # bytes of an unpacked request; nobody is known yet


def invite(county: County, code: str, folder: Path, url: str, ca: str = "") -> Path:
    """Write the file that goes with an open code; UserError when there is no such.

    url: where the laptop finds the county once it has a network.
    ca: the county's own certificates in PEM, if it has any (`sync.trust.read`).
    """
    where, moment = address.checked(url), now()
    query = select(enrolment).where(enrolment.c.code_hash == hashed_code(code))
    with county.reading() as db:
        row = db.execute(query).one_or_none()
    if row is None or row.device_id is not None or row.expires_at < moment:
        raise UserError(tr("没有这个登记码，或者它用过、过期了，请先生成一个新的"))
    keys = keys_of_code(code, county.server_id)
    header = Header(
        kind=gridpkg.INVITE,
        server=county.server_id,
        epoch=county.epoch,
        device=bytes(16),
        package=uuid7().bytes,
        number=0,
        made_at=TIME.to_wire(moment),
        keys=keys.id,
    )
    public = county.keys.current.public
    said = Invitation(county.server_id, county.epoch, public, where, ca)
    name = tr("登记-{number}{suffix}", number=keys.id.hex(), suffix=gridpkg.SUFFIX)
    with gridpkg.whole_file(folder / name) as file:
        writer = gridpkg.Writer(file, header, keys, keys.public)
        writer.add(gridpkg.INVITATION, pack(said))
        writer.close()
    return folder / name


def answer(
    county: County, source: BinaryIO, header: Header, own: PrivateKeys
) -> Iterable[tuple[int, bytes]]:
    """Let in the laptop that asks in a package; the parts of its answer.

    Refused as `access.enrol` does. The answer is made anew each time and kept nowhere:
    the laptop's token is in it.
    """
    if not are_public(header.signer):
        raise gridpkg.damaged()
    parts = list(gridpkg.Reader(source, header.signer, own).parts())
    if len(parts) != 1 or parts[0][0] != gridpkg.ENROL:
        raise gridpkg.damaged()
    request = unpack(parts[0][1], EnrolRequest, _MAX_REQUEST)
    if (request.device, request.keys) != (header.device, header.signer):
        raise gridpkg.damaged()
    return [(gridpkg.ENROLLED, pack(access.enrol(county, request)))]
