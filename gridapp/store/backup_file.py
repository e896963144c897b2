"""One backup of a vault as a file: written, opened, checked part by part.

An archive (`gridapp.parts`) of the database as SQLCipher keeps it, the key slots of
that day, the names of its photos and, where asked, the photos themselves. Nothing in it
can be read without the key but the manifest, which has counts and no names. The
manifest carries a seal (HMAC-SHA256, RFC 2104) under the data key, and it tells the
hash of every part: so whoever has the key knows that nothing was changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

import gridapp
from gridapp import durable, migrations, parts
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.parts import Damaged
from gridapp.store import snapshot
from gridapp.store.restoring import DATABASE, SLOTS
from gridapp.store.snapshot import Facts

SUFFIX = ".gridbak"
FORMAT = 1
PHOTOS = "photos.txt"
_MANIFEST, _SEAL, _PHOTO = "manifest.json", "manifest.seal", "photos/"
_LARGEST_MANIFEST, _LARGEST_SLOTS = 256 << 20, 1 << 20  # bytes
_PHOTO_NAME = re.compile(r"[0-9a-f]{64}")
_WORDS = {
    "": tr("不是备份文件，或者没有写完整"),
    _MANIFEST: tr("备份说明"),
    _SEAL: tr("备份说明"),
    DATABASE: tr("数据部分"),
    SLOTS: tr("密钥部分"),
    PHOTOS: tr("照片清单"),
}

Step = Callable[[int, int, str], None]  # done, of how many, what


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds; `parts` with their SHA-256 and size, `rows` by table.

    vault: which vault, kept by all its copies. seq, pushed: the last journal number,
    and the last that the county had taken. number: counts the backups of a place up.
    key: tells whether a data key is the one, and nothing else of it. seal: number and
    hash of the last link of the audit chain, "" where there is none yet.
    """

    format: int
    program: str
    schema: str
    vault: str
    device: str
    made_at: str  # UTC, ISO
    reason: str  # one of backup_places.REASONS
    number: int
    seq: int
    pushed: int
    key: str
    rows: dict[str, int]
    photos: int
    photos_inside: bool
    parts: dict[str, tuple[str, int]]
    seal: str = ""

    @property
    def moment(self) -> dt.datetime:
        """When it was made; aware."""
        return dt.datetime.fromisoformat(self.made_at)


def mark_of_key(key: bytes) -> str:
    """What tells a data key from others; one cannot get back from it to the key."""
    return _derived(key, b"gridapp backup mark 1")[:8].hex()


def _derived(key: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=use).derive(key)


def _seal_of(raw: bytes, key: bytes) -> bytes:
    secret = _derived(key, b"gridapp backup manifest 1")
    return hmac.digest(secret, raw, hashlib.sha256)


def write(
    file: Path,
    copy: Path,
    slots: bytes,
    facts: Facts,
    key: bytes,
    *,
    reason: str,
    number: int,
    made_at: str,
    photos: list[str],
    photo_file: Callable[[str], Path] | None = None,
    step: Step | None = None,
) -> Manifest:
    """Put a backup into `file`, wholly or not at all, and see it onto the disk.

    copy: a copy of the database that was checked. photo_file: where a photo lies, when
    the photos are to go in. Raises OSError.
    """
    with durable.whole_file(file) as out, zipfile.ZipFile(out, "w") as archive:
        writer = parts.Writer(archive)
        _put(writer, DATABASE, copy)
        if photo_file is not None:
            _put_photos(writer, photos, photo_file, step)
        with writer.part(PHOTOS) as part:
            part.write("".join(f"{name}\n" for name in photos).encode())
        with writer.part(SLOTS) as part:
            part.write(slots)
        manifest = Manifest(
            format=FORMAT,
            program=gridapp.__version__,
            schema=facts.schema,
            vault=facts.vault,
            device=facts.device,
            made_at=made_at,
            reason=reason,
            number=number,
            seq=facts.seq,
            pushed=facts.pushed,
            key=mark_of_key(key),
            rows=facts.rows,
            photos=len(photos),
            photos_inside=photo_file is not None,
            parts=writer.written,
            seal=facts.seal,
        )
        raw = msgspec.json.encode(manifest)
        archive.writestr(_MANIFEST, raw)
        archive.writestr(_SEAL, _seal_of(raw, key).hex())
    return manifest


def _put_photos(
    writer: parts.Writer,
    photos: list[str],
    photo_file: Callable[[str], Path],
    step: Step | None,
) -> None:
    for done, name in enumerate(photos):
        path = photo_file(name)
        if path.exists():
            _put(writer, _PHOTO + name, path)
        if step:
            step(done + 1, len(photos), tr("放进照片"))


def _put(writer: parts.Writer, name: str, path: Path) -> None:
    with path.open("rb") as source, writer.part(name) as part:
        while piece := source.read(parts.PIECE):
            part.write(piece)


class Backup:
    """A backup that was opened; UserError when the file is none, damaged or newer."""

    def __init__(self, file: Path) -> None:
        if not file.is_file():
            raise UserError(tr("没有 {file} 这个文件，请核对位置", file=file))
        self.file = file
        try:
            self._archive = parts.Reader(file)
        except Damaged as error:
            raise self._damaged(error) from error
        try:
            self._raw = self._archive.read(_MANIFEST, _LARGEST_MANIFEST)
            self.manifest = _understood(self._raw)
        except Damaged as error:
            self.close()
            raise self._damaged(error) from error
        if self.manifest.format > FORMAT or self.manifest.schema > migrations.HEAD:
            self.close()
            raise UserError(tr("这份备份由更新版本的程序写成，请先升级程序再恢复"))

    def __enter__(self) -> Backup:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def is_under(self, key: bytes) -> bool:
        """Whether this data key is the backup's."""
        return self.manifest.key == mark_of_key(key)

    def prove(self, key: bytes) -> None:
        """UserError unless the manifest is what was written with this key."""
        try:
            told = self._archive.read(_SEAL, 128)
        except Damaged as error:
            raise self._damaged(error) from error
        if not hmac.compare_digest(told, _seal_of(self._raw, key).hex().encode()):
            raise self._damaged(Damaged(_SEAL))

    def slots(self) -> bytes | None:
        """The file of the key slots of that day; None when it was taken out."""
        try:
            start, size = self._archive.place(SLOTS)
            told = self.manifest.parts.get(SLOTS, ("", 0))
            if size != told[1] or size > _LARGEST_SLOTS:
                raise Damaged(SLOTS)
            with self.file.open("rb") as file:
                file.seek(start)
                raw = file.read(size)
            if not any(raw):
                return None
            if hashlib.sha256(raw).hexdigest() != told[0]:
                raise Damaged(SLOTS)
        except Damaged as error:
            raise self._damaged(error) from error
        return raw

    def check(self) -> None:
        """Read all of it; UserError names the part that is not what was written."""
        self.slots()
        told = {k: v for k, v in self.manifest.parts.items() if k != SLOTS}
        try:
            self._archive.check(told)
        except Damaged as error:
            raise self._damaged(error) from error

    def unpack(self, name: str, path: Path) -> None:
        """Write a part into a new file and see it onto the disk; UserError when it is
        damaged. Raises OSError."""
        try:
            with durable.whole_file(path) as out:
                for piece in self._archive.pieces(name, self.manifest.parts):
                    out.write(piece)
        except Damaged as error:
            raise self._damaged(error) from error

    def examine(self, copy: Path, key: bytes) -> None:
        """See that the database unpacked to `copy` opens and has the rows it had."""
        try:
            found = snapshot.examined(copy, key)
        except UserError as error:
            raise self._damaged(Damaged(DATABASE)) from error
        if found.rows != self.manifest.rows or found.schema != self.manifest.schema:
            raise self._damaged(Damaged(DATABASE))

    def photo_names(self) -> list[str]:
        """The names of the photos that the vault had."""
        try:
            pieces = self._archive.pieces(PHOTOS, self.manifest.parts)
            words = b"".join(pieces).decode("ascii", "replace").split()
        except Damaged as error:
            raise self._damaged(error) from error
        return [one for one in words if _PHOTO_NAME.fullmatch(one)]

    def photos_inside(self) -> Iterator[tuple[str, str]]:
        """The photos that are in the file itself: their names, and those of parts."""
        for name in self.manifest.parts:
            if name.startswith(_PHOTO) and _PHOTO_NAME.fullmatch(name[len(_PHOTO) :]):
                yield name[len(_PHOTO) :], name

    def _damaged(self, error: Damaged) -> UserError:
        part = tr("照片") if error.part.startswith(_PHOTO) else _WORDS.get(error.part)
        return UserError(
            tr(
                "备份 {name} 不能用，坏在：{part}。请换一份备份",
                name=self.file.name,
                part=part or error.part,
            )
        )


def _understood(raw: bytes) -> Manifest:
    """The manifest; Damaged when it is none, or nothing that we would have written."""
    try:
        kept: Any = msgspec.json.decode(raw)
        if isinstance(kept, dict) and int(kept.get("format", 0)) > FORMAT:  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
            raise UserError(tr("这份备份由更新版本的程序写成，请先升级程序再恢复"))
        manifest = msgspec.json.decode(raw, type=Manifest)
        if manifest.moment.tzinfo is None:
            raise ValueError("a time without a zone")
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise Damaged(_MANIFEST) from error
    return manifest


def forget_slots(file: Path) -> None:
    """Take the key slots out of a backup, so that no password opens it any more.

    The data key that is in use still does. The file stays as it is otherwise: zeros are
    written over the slots in place, and whoever is cut off begins again.
    """
    archive = parts.Reader(file)
    try:
        start, size = archive.place(SLOTS)
    finally:
        archive.close()
    with file.open("rb+") as out:
        out.seek(start)
        out.write(bytes(size))
        out.flush()
        os.fsync(out.fileno())
