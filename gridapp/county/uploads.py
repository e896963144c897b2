"""Uploads of photos that may be cut anywhere: the resources of tus 1.0.

An unfinished upload is a file whose size is its offset; the table `upload` says what
it is for. Its bytes are on the disk before an offset is told. Whoever writes to it
holds a lock on a file beside it, which counts for all processes of the server.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from filelock import FileLock, Timeout
from sqlalchemy import delete, func, insert, select, update
from uuid_utils.compat import uuid4

from gridapp.county import photos
from gridapp.county.rights import Device
from gridapp.county.store import County
from gridapp.county.tables import upload as uploads
from gridapp.county.upload_writer import Writer
from gridapp.language import tr
from gridapp.models.kinds import now
from gridapp.sync.photo_messages import MAX_THUMB, MAX_UPLOAD, THUMB, WHOLE
from gridapp.sync.protocol import Refused

UNFINISHED = "uploads"  # folder beside the photos'
EXPIRES = dt.timedelta(days=7)  # after an upload has begun
MOST_UNFINISHED = 20  # of one device
MAX_SAID = 1024  # bytes of Upload-Metadata
_SWEEP_EVERY = 3600.0  # seconds, of all processes together
_SWEPT = "swept"  # file that tells when that was last
_EXPIRED = tr("这次上传隔得太久，已经过期，请重新上传")


@dataclass(frozen=True)
class Upload:
    """An upload that a device has begun: a photo's hash, which part, how many bytes."""

    id: UUID
    hash: str
    part: str
    size: int
    made_at: dt.datetime
    said: str  # its Upload-Metadata as it came
    done: bool

    @property
    def expires_at(self) -> dt.datetime:
        """When it is given up unless it is finished."""
        return self.made_at + EXPIRES


def metadata(said: str) -> dict[str, str]:
    """What an Upload-Metadata header says (tus 1.0, Creation); Refused when broken."""
    found: dict[str, str] = {}
    if len(said) > MAX_SAID:
        raise Refused("unreadable", tr("照片的说明太长，请升级程序"))
    try:
        for pair in filter(None, said.split(",")):
            key, _, value = pair.strip().partition(" ")
            if key in found:
                raise ValueError(f"{key} is said twice")
            found[key] = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Refused("unreadable", tr("照片的说明读不懂，请升级程序")) from error
    return found


class Uploads:
    """The uploads of one county."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._folder = county.folder / UNFINISHED

    def create(self, device: Device, size: int, said: str) -> Upload:
        """Begin an upload; an older one of the same file is given up.

        Raises Refused: unreadable metadata, a size that is not possible, a photo that
        is no attachment of this device, too many unfinished uploads.
        """
        self._sweep_now_and_then()
        told = metadata(said)
        name, part = told.get("hash", ""), told.get("part", WHOLE)
        if not photos.is_hash(name) or part not in (WHOLE, THUMB) or size < 1:
            raise Refused("unreadable", tr("照片的说明读不懂，请升级程序"))
        if size > (MAX_THUMB if part == THUMB else MAX_UPLOAD):
            raise Refused("size", tr("照片文件过大，请先缩小再添加"))
        made = Upload(uuid4(), name, part, size, now(), said, done=False)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._county.reading() as db:
            if name not in photos.may_send(db, device, [name]):
                words = tr("县里还没有这张照片所属的记录，请先同步记录")
                raise Refused("scope", words)
        os.close(os.open(self.file(made.id), os.O_CREAT | os.O_EXCL, 0o600))
        photos.sync_folder(self._folder)
        older = self._begin(device, made)
        for one in older:
            self.file(one).unlink(missing_ok=True)
        return made

    def _begin(self, device: Device, made: Upload) -> list[UUID]:
        """Note an upload; returns the older ones of the same file, given up."""
        c = uploads.c
        mine = (c.device_id == device.id, ~c.done, c.made_at > made.made_at - EXPIRES)
        same = (c.device_id == device.id, ~c.done, c.hash == made.hash)
        try:
            with self._county.writing() as db:
                query = select(c.id).where(*same, c.part == made.part)
                older = list(db.scalars(query))
                db.execute(delete(uploads).where(c.id.in_(older)))
                count = select(func.count()).select_from(uploads).where(*mine)
                if (db.scalar(count) or 0) >= MOST_UNFINISHED:
                    words = tr("没传完的照片太多，请先把它们传完，或过几天再试")
                    raise Refused("many", words)
                row = {"id": made.id, "device_id": device.id, "hash": made.hash}
                row |= {"part": made.part, "size": made.size, "done": False}
                row |= {"made_at": made.made_at, "said": made.said}
                db.execute(insert(uploads).values(row))
        except BaseException:
            self.file(made.id).unlink(missing_ok=True)
            raise
        return older

    def find(self, device: Device, upload_id: UUID) -> Upload:
        """An upload of this device; Refused when there is none or it has expired."""
        c = uploads.c
        query = select(uploads).where(c.id == upload_id, c.device_id == device.id)
        with self._county.reading() as db:
            row = db.execute(query).one_or_none()
        if row is None:
            raise Refused("photo", photos.ABSENT)
        found = Upload(
            row.id, row.hash, row.part, row.size, row.made_at, row.said, row.done
        )
        if not found.done and found.expires_at < now():
            self.file(found.id).unlink(missing_ok=True)
            raise Refused("expired", _EXPIRED)
        return found

    def offset(self, upload: Upload) -> int:
        """How many of its bytes are safe here."""
        if upload.done:
            return upload.size
        try:
            with self.file(upload.id).open("rb") as file:
                os.fsync(file.fileno())
                return os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            # Between its last two steps: in its place, and not noted yet.
            if photos.place(self._county, upload.hash, upload.part).exists():
                return upload.size
            raise Refused("photo", photos.ABSENT) from None

    def standing(self, device: Device, upload_id: UUID) -> tuple[Upload, int]:
        """An upload and its offset. One that has all its bytes and was cut before it
        was put in its place is finished first."""
        found = self.find(device, upload_id)
        offset = self.offset(found)
        if offset == found.size and not found.done:
            writer = self.writing(device, upload_id, offset)
            try:
                writer.keep(whole=True)
            finally:
                writer.release()
        return found, offset

    def writing(
        self, device: Device, upload_id: UUID, offset: int, checksum: str = ""
    ) -> Writer:
        """Lock an upload to add bytes at `offset`, which must be where it stands.

        checksum: an Upload-Checksum of what will come, "" for none. Raises Refused; the
        caller must `release` what it gets.
        """
        lock = FileLock(
            self._folder / f"{upload_id.hex}.lock",
            mode=0o600,
            blocking=False,
            thread_local=False,
        )
        try:
            lock.acquire()
        except Timeout as error:
            words = tr("这张照片正由另一个连接上传，请过一会儿再试")
            raise Refused("in_use", words) from error
        try:
            upload = self.find(device, upload_id)
            here = self.offset(upload)
            if here != offset:
                raise Refused("offset", tr("县里收到的长度与这里的不同，请接着传"))
            return Writer(self, upload, lock, here, checksum)
        except BaseException:
            self.let_go(upload_id, lock)
            raise

    def let_go(self, upload_id: UUID, lock: FileLock) -> None:
        """Give a lock back; with nothing left to write, its file goes too. Whoever gets
        hold of that one yet finds an upload that is over."""
        if not self.file(upload_id).exists():
            with suppress(OSError):  # Windows removes no file that is open
                Path(lock.lock_file).unlink()
        lock.release()

    def terminate(self, device: Device, upload_id: UUID) -> None:
        """Give an upload up. A photo that is in its place stays: others have it too."""
        writer = self.writing(
            device, upload_id, self.offset(self.find(device, upload_id))
        )
        try:
            self._forget([upload_id])
        finally:
            writer.release()

    def finish(self, upload: Upload) -> None:
        """Verify a file that has all its bytes and put it in its place.

        Refused, and the file removed, when it is not what it was said to be.
        """
        path = self.file(upload.id)
        if not path.exists():  # it was put in its place and not noted
            self._settle(upload)
            return
        try:
            if upload.part == WHOLE and _hash_of(path) != upload.hash:
                words = tr("传到县里的照片与原来的不一样，县里没有收下，请重新上传")
                raise Refused("content", words)
            photos.check_picture(path, upload.part)
        except Refused:
            self._forget([upload.id])
            raise
        if (
            upload.part == THUMB
            and photos.place(self._county, upload.hash, THUMB).exists()
        ):
            path.unlink()  # the first stays: nothing tells which is the better one
        else:
            photos.put_in_place(self._county, path, upload.hash, upload.part)
        self._settle(upload)

    def _settle(self, upload: Upload) -> None:
        """Note that a file is in its place."""
        with self._county.writing() as db:
            db.execute(
                update(uploads).where(uploads.c.id == upload.id).values(done=True)
            )
            if upload.part == WHOLE:
                photos.note(db, upload.hash, upload.size)

    def _forget(self, ids: list[UUID]) -> None:
        with self._county.writing() as db:
            db.execute(delete(uploads).where(uploads.c.id.in_(ids)))
        for one in ids:
            self.file(one).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove unfinished files that have expired; how many.

        Their rows stay as long again, so that 410 can be answered and not 404.
        """
        old = (now() - EXPIRES).timestamp()
        removed = 0
        for path in self._folder.glob("*"):
            try:
                if path.stat().st_mtime < old:
                    path.unlink()
                    removed += path.suffix != ".lock"
            except FileNotFoundError:
                continue
        with self._county.writing() as db:
            db.execute(delete(uploads).where(uploads.c.made_at < now() - 2 * EXPIRES))
        return removed

    def _sweep_now_and_then(self) -> None:
        mark = self._folder / _SWEPT
        try:
            fresh = time.time() - mark.stat().st_mtime < _SWEEP_EVERY
        except FileNotFoundError:
            fresh = False
        if not fresh:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            mark.touch(mode=0o600)
            self.sweep()

    def file(self, upload_id: UUID) -> Path:
        """Where the bytes of an unfinished upload lie."""
        return self._folder / upload_id.hex


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
