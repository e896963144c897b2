"""Takes in the packages that laptops send on sticks, and makes the answers to them.

The requests of a package go the way of every request (`syncing.reply_to`): the device
ledger knows what came before, so a package may come twice, late, half taken in, or
after the laptop was online. Who sent it is proved by its signature, made with the key
that the device told over its own connection.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from uuid_utils.compat import uuid7

from gridapp.county import invitations, pages, rights, syncing
from gridapp.county.package_photos import Photos
from gridapp.county.store import County
from gridapp.county.tables import package
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.ids import id_of
from gridapp.models.kinds import TIME, now, time_text
from gridapp.sync import gridpkg
from gridapp.sync.gridpkg import Answered, BadPackage, Header
from gridapp.sync.keys import PrivateKeys, are_public
from gridapp.sync.photo_messages import WHOLE
from gridapp.sync.protocol import (
    MAX_ASKED,
    VERSION,
    Cursor,
    Pull,
    Refusal,
    Refused,
    SyncReply,
    SyncRequest,
    pack,
    unpack,
)

ANSWER_BYTES = 16 << 20  # of pages in one answer; the rest comes with the next one
_LENGTH = struct.Struct(">I")
Part = tuple[int, bytes]


@dataclass
class Taken:
    """What became of one file. `code` and `sentence` say why it was not taken in.

    `taken` and `held` are changes, `photos` whole ones that are here now; `sent` are
    the changes that the answer brings; `again`: it had been taken in before, and
    `answer` is what was answered then; `enrolled`: it let a laptop in.
    """

    file: str
    device: str = ""
    number: int = 0
    made_at: str = ""  # by the laptop's clock; UTC, ISO
    taken: int = 0
    held: int = 0
    photos: int = 0
    sent: int = 0
    again: bool = False
    enrolled: bool = False
    answer: str = ""
    code: str = ""
    sentence: str = ""


def in_each(paths: Iterable[Path]) -> list[Path]:
    """The files among `paths`, and what lies in its folders: every package but the
    answers to laptops, which stay on the stick for them."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.glob(f"*{gridpkg.SUFFIX}"))
            found += [one for one in inside if not _is_answer(one)]
        else:
            found.append(path)
    return found


def _is_answer(file: Path) -> bool:
    try:
        with file.open("rb") as source:
            kind = gridpkg.read_header(source).kind
            return kind in (gridpkg.DOWN, gridpkg.INVITE)
    except (OSError, BadPackage):
        return False


def take_in_all(county: County, files: Iterable[Path], out: Path) -> list[Taken]:
    """Take in each file and write its answer into the folder `out`.

    A file that is not taken in has its reason and stops no other.
    """
    found: list[Taken] = []
    for file in files:
        taken = Taken(file.name)
        try:
            _take_in(county, file, out, taken)
        except Refused as refused:
            taken.code, taken.sentence = refused.code, str(refused)
        except OperationalError:
            taken.code = "busy"
            taken.sentence = tr("数据库没有回答，请确认它正在运行，再导入一次")
        except UserError as error:
            taken.code, taken.sentence = "failed", str(error)
        found.append(taken)
    return found


def _take_in(county: County, file: Path, out: Path, taken: Taken) -> None:
    try:
        with file.open("rb") as source:
            header = gridpkg.read_header(source)
            taken.device, taken.number = str(id_of(header.device)), header.number
            own = _own_keys(county, header)
            if header.kind == gridpkg.JOIN:
                keys = header.signer
                parts = invitations.answer(county, source, header, own)
                taken.enrolled = True
            else:
                keys = _keys_of(county, header)
                reader = gridpkg.Reader(source, keys, own)
                parts = _answer(county, reader, taken)
            taken.made_at = time_text(TIME.from_wire(header.made_at))
    except OSError as error:
        raise UserError(
            tr("“{name}”读不出来，请检查 U 盘是否插好，再导入一次", name=file.name)
        ) from error
    path = out / tr("{name}-答复{suffix}", name=file.stem, suffix=gridpkg.SUFFIX)
    _write(county, path, header, own, keys, parts)
    taken.answer = str(path)


def _keys_of(county: County, header: Header) -> bytes:
    """The public keys of the device; Refused when it is not known, or has told none."""
    with county.reading() as db:
        keys = rights.keys_of(db, id_of(header.device))
        if not are_public(keys):
            rights.signer(db, id_of(header.device))
            raise BadPackage(
                "keys",
                tr("县里还没有这台电脑的公钥，请让它先联网同步一次，再重新导出"),
            )
    return keys


def _answer(county: County, reader: gridpkg.Reader, taken: Taken) -> Iterable[Part]:
    """Take in what a package brings; the parts of the answer.

    A laptop that may not sync is told why by its answer too, and with it gets the order
    to shut its data, if there is one.
    """
    header = reader.header
    try:
        with county.reading() as db:
            device = rights.signer(db, id_of(header.device))
    except Refused as refused:
        taken.code, taken.sentence = refused.code, str(refused)
        said = Refusal(refused.code, str(refused), order=refused.order)
        return [(gridpkg.REFUSED, pack(said))]
    replies = _kept(county, reader)
    if replies is None:
        _refuse_older(county, header, device)
        replies = _keep(county, reader, _replies(county, reader, device))
    else:
        taken.again = True
    photos = _photos(county, reader, device)
    _count(taken, replies)
    taken.photos = len(photos.kept[WHOLE])
    return chain(((gridpkg.ANSWER, one) for one in replies), photos.answer())


def _own_keys(county: County, header: Header) -> PrivateKeys:
    """The county's pair that the package was sealed to; BadPackage when it is not for
    this county as it is now."""
    if header.kind not in (gridpkg.UP, gridpkg.JOIN):
        raise BadPackage(
            "foreign", tr("这是县里给电脑的答复，请在那台电脑上导入；县里不用导入")
        )
    if header.server != county.server_id:
        raise BadPackage("foreign", tr("这是给另一个县的数据包，没有导入"))
    if header.epoch != county.epoch:
        raise BadPackage(
            "epoch",
            tr("县级服务器恢复过备份，请让这台电脑先联网同步一次，再重新导出"),
        )
    own = county.keys.find(header.keys)
    if own is None:
        raise BadPackage(
            "keys", tr("封这个数据包的密钥不在这台服务器上，请核对密钥文件后再导入")
        )
    return own


def _kept(county: County, reader: gridpkg.Reader) -> list[bytes] | None:
    """The replies of a package that was taken in before; None when it is new.

    BadPackage when what was answered then is gone, because a newer one came since.
    """
    key = id_of(reader.header.package)
    with county.reading() as db:
        row = db.execute(select(package).where(package.c.id == key)).one_or_none()
    if row is None:
        return None
    if row.hash != reader.hash or row.device_id != id_of(reader.header.device):
        raise gridpkg.damaged()
    if row.answer is None:
        raise _older()
    return list(_unrolled(row.answer))


def _older() -> BadPackage:
    return BadPackage(
        "older", tr("已经收过这台电脑更新的数据包，这一份的改动都在里面，不用再导入")
    )


def _refuse_older(county: County, header: Header, device: rights.Device) -> None:
    """BadPackage when a newer package brought all that is in this one."""
    key = id_of(header.device)
    query = select(func.max(package.c.number)).where(package.c.device_id == key)
    with county.reading() as db:
        newest: int | None = db.scalar(query)
    if header.number < (newest or 0) and header.last <= device.last_seq:
        raise _older()


def _replies(
    county: County, reader: gridpkg.Reader, device: rights.Device
) -> list[bytes]:
    """Answer each request of a package; then the pages behind the last one's."""
    who = partial(rights.signer, device_id=device.id)
    found: list[Answered] = []
    asked: list[Cursor] = []
    for kind, body in reader.parts():
        if kind != gridpkg.REQUEST:
            continue
        request = unpack(body, SyncRequest, MAX_ASKED)
        asked = request.pull.cursors if request.pull else asked
        last = request.push.last if request.push else 0
        reply = syncing.reply_to(county, who, request)
        found.append(Answered(last, [], request.decided, reply))
    for one in found:
        one.asked = asked
    packed = [pack(one) for one in found]
    if found and found[-1].reply.pulled is not None:
        packed += _more(county, who, found[-1])
    return packed


def _photos(county: County, reader: gridpkg.Reader, device: rights.Device) -> Photos:
    """Take the photos of a package in, once their records are here.

    Those of one that was answered before come again as well: it does no harm, and the
    ones that were asked for may be here by now.
    """
    with county.reading() as db:
        known = rights.signer(db, device.id)
    found = Photos(county, known)
    for kind, body in reader.parts():
        found.take(kind, body)
    return found


def _more(county: County, who: syncing.Who, first: Answered) -> Iterator[bytes]:
    """The pages that follow, as many as fit into an answer.

    They are read as they are, not asked for as a device does: it has not said yet that
    it read the page before.
    """
    asked, reply = first.asked, first.reply
    room = ANSWER_BYTES
    while reply.pulled is not None and reply.pulled.more and room > 0:
        at = {one.grid: one for one in (*asked, *reply.pulled.cursors)}
        asked = list(at.values())
        with county.reading() as db:
            device = who(db)
            page = pages.pull(db, device, Pull(asked))
        reply = SyncReply(
            VERSION, sorted(one.bytes for one in device.grids), None, page
        )
        body = pack(Answered(0, asked, [], reply))
        room -= len(body)
        yield body


def _keep(county: County, reader: gridpkg.Reader, replies: list[bytes]) -> list[bytes]:
    """Write down that the package was answered, and what; the device's older answers
    are needed no more. What another process answered in the same moment stands."""
    header = reader.header
    key, device_id = id_of(header.package), id_of(header.device)
    make = postgresql.insert if county.postgres else sqlite.insert
    values: dict[str, Any] = {
        "id": key,
        "device_id": device_id,
        "number": header.number,
        "hash": reader.hash,
        "received_at": now(),
        "answer": b"".join(_LENGTH.pack(len(one)) + one for one in replies),
    }
    with county.writing() as db:
        _forget_older(db, device_id, header.number)
        db.execute(make(package).values(values).on_conflict_do_nothing())
        kept = db.scalar(select(package.c.answer).where(package.c.id == key))
    return replies if kept is None else list(_unrolled(kept))


def _forget_older(db: Connection, device_id: UUID, number: int) -> None:
    older = update(package).where(
        package.c.device_id == device_id,
        package.c.number < number,
        package.c.answer.is_not(None),
    )
    db.execute(older.values(answer=None))


def _unrolled(kept: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(kept):
        (size,) = _LENGTH.unpack_from(kept, at)
        at += _LENGTH.size + size
        yield kept[at - size : at]


def _count(taken: Taken, replies: Iterable[bytes]) -> None:
    for body in replies:
        reply = unpack(body, Answered).reply
        if reply.pushed is not None:
            taken.taken += reply.pushed.taken
            taken.held += len(reply.pushed.held)
        if reply.pulled is not None:
            taken.sent += len(reply.pulled.changes)


def _write(
    county: County,
    path: Path,
    asked: Header,
    own: PrivateKeys,
    reader: bytes,
    parts: Iterable[Part],
) -> None:
    """The answer package: signed with the pair that the question was sealed to, so that
    a laptop which knows no newer one can check it."""
    header = Header(
        kind=gridpkg.DOWN,
        server=county.server_id,
        epoch=county.epoch,
        device=asked.device,
        package=uuid7().bytes,
        number=asked.number,
        made_at=TIME.to_wire(now()),
        keys=own.id,
        answers=asked.package,
    )
    with gridpkg.whole_file(path) as file:
        writer = gridpkg.Writer(file, header, own, reader)
        for kind, body in parts:
            if not writer.room_for(len(body)):
                break
            writer.add(kind, body)
        writer.close()
