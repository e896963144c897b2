"""A backup of a county in one file: made while it serves, checked, and restored.

A ZIP archive of `manifest.json` and the parts of the database (`snapshots.py`). Photos
stay in their folder: they never change, so they are copied once into a folder of the
backups' own. Keys go in only sealed with a passphrase. A restored county begins a new
epoch, by which laptops know that it may have lost something (`rejoin.py`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import delete, select

import gridapp
from gridapp import durable, migrations
from gridapp.county import keys, photo_copies, rejoin, sealed, snapshots, store
from gridapp.county.store import County
from gridapp.county.tables import attempt, meta, upload
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import now, time_text
from gridapp.parts import Damaged, Reader, Writer

FORMAT = 1
_MANIFEST, _KEYS = "manifest.json", "county-keys.sealed"
_LARGEST_MANIFEST = 1 << 20  # bytes
_SCRATCH = ".gridapp-backup-"
_LEFT_FOR = 24 * 60 * 60  # seconds; what is older was left by a killed process


class Manifest(msgspec.Struct):
    """What a backup holds. `rows` by table, `parts` with their SHA-256 and size."""

    format: int
    program: str
    schema: str
    database: str  # sqlite or postgresql
    server: str
    epoch: str
    made_at: str  # UTC
    rows: dict[str, int]
    photos: int  # that were whole at the county
    keys: bool
    parts: dict[str, tuple[str, int]]


def make(county: County, file: Path, passphrase: str | None = None) -> Manifest:
    """Write a backup of a county, also while it serves; wholly or not at all.

    passphrase: seals the county's keys into it; None leaves them out.
    """
    with _scratch(file) as scratch:
        part = scratch / "backup"
        part.touch(mode=0o600)
        with part.open("wb") as out:
            with zipfile.ZipFile(out, "w") as archive:
                manifest = _fill(county, Writer(archive), scratch, passphrase)
                archive.writestr(_MANIFEST, msgspec.json.encode(manifest))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    durable.sync_folder(file.parent)
    return manifest


def _fill(
    county: County, parts: Writer, scratch: Path, passphrase: str | None
) -> Manifest:
    with county.reading() as db:
        known = dict(db.execute(select(meta.c.key, meta.c.value)).all())
    moment = time_text(now())
    schema, rows = snapshots.write(county, parts, scratch)
    if passphrase is not None:
        with parts.part(_KEYS) as out:
            plain = (county.folder / keys.KEYS_FILE).read_bytes()
            out.write(sealed.seal(plain, passphrase))
    return Manifest(
        format=FORMAT,
        program=gridapp.__version__,
        schema=schema,
        database=snapshots.kind_of(county),
        server=known["server_id"],
        epoch=known["epoch"],
        made_at=moment,
        rows=rows,
        photos=rows.get("photo", 0),
        keys=passphrase is not None,
        parts=parts.written,
    )


class Backup:
    """A backup that was opened; UserError when the file is none, or is damaged."""

    def __init__(self, file: Path) -> None:
        try:
            self._archive = Reader(file)
            raw = self._archive.read(_MANIFEST, _LARGEST_MANIFEST)
            self.manifest = msgspec.json.decode(raw, type=Manifest)
        except FileNotFoundError as error:
            raise UserError(tr("没有 {file} 这个文件", file=file)) from error
        except (Damaged, msgspec.MsgspecError) as error:
            raise _damaged(file) from error
        self._file = file
        if self.manifest.format > FORMAT or self.manifest.schema > migrations.HEAD:
            raise UserError(
                tr("这份备份由更新版本的程序写成，请先升级服务器的程序再恢复")
            )

    def __enter__(self) -> Backup:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def open(self, name: str) -> BinaryIO:
        """A part, to be read; see snapshots.Source."""
        try:
            return self._archive.open(name)
        except Damaged as error:
            raise _damaged(self._file) from error

    def verify(self) -> None:
        """Read all of it: every hash, every row. UserError when anything differs."""
        try:
            self._archive.check(self.manifest.parts)
        except Damaged as error:
            raise _damaged(self._file) from error
        with _scratch(self._file) as scratch:
            rows = self.manifest.rows
            counted = snapshots.count(self.manifest.database, self, list(rows), scratch)
        if counted != rows:
            raise _damaged(self._file)


def _damaged(file: Path) -> UserError:
    return UserError(
        tr("{file} 不是县级服务器的备份，或者已损坏，请换一份备份", file=file.name)
    )


def restore(
    file: Path,
    folder: Path,
    database_url: str | None = None,
    passphrase: str | None = None,
    photos: Path | None = None,
) -> Manifest:
    """Make a county of a backup, in an empty folder and an empty database.

    The settings file is written last: a restore that was broken off leaves no county,
    and may be begun again in another place.

    Args:
        database_url: the empty PostgreSQL database; None for a backup of SQLite.
        passphrase: of the keys in the backup; without it the county gets new ones.
        photos: the folder that photos were copied to.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(
            tr("{folder} 里已经有文件，请恢复到一个空文件夹", folder=folder)
        )
    with Backup(file) as backup:
        backup.verify()
        manifest = backup.manifest
        _check_database(manifest, database_url)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if passphrase is not None and manifest.keys:
            with backup.open(_KEYS) as part:
                plain = sealed.unseal(part.read(), passphrase)
            path = folder / keys.KEYS_FILE
            path.touch(mode=0o600)
            path.write_bytes(plain)
        if photos is not None:
            photo_copies.copy(photos, folder / photo_copies.FOLDER)
        if manifest.database == snapshots.SQLITE:
            snapshots.unpack_file(backup, folder / store.DATABASE_FILE)
        store.restore(folder, database_url, _filler(backup))
    return manifest


def _filler(backup: Backup) -> store.Fill:
    """What turns the new database into the county of the backup, in one transaction."""

    def fill(db: Any) -> None:
        manifest = backup.manifest
        if manifest.database == snapshots.POSTGRESQL:
            migrations.upgrade(db, "county", manifest.schema)
            snapshots.copy_in(db, backup, list(manifest.rows))
        migrations.upgrade(db, "county")
        for table in (upload, attempt):  # of what was under way
            db.execute(delete(table))
        rejoin.new_epoch(db)

    return fill


def _check_database(manifest: Manifest, database_url: str | None) -> None:
    if manifest.database == snapshots.POSTGRESQL and not database_url:
        raise UserError(
            tr("这份备份来自 PostgreSQL，请用 --database 指明一个空的数据库")
        )
    if manifest.database == snapshots.SQLITE and database_url:
        raise UserError(tr("这份备份来自文件夹里的 SQLite，恢复时请不要写 --database"))


@contextmanager
def _scratch(file: Path) -> Generator[Path]:
    """A folder beside `file` for what is being made; gone afterwards, or, when this
    process is killed, with a backup of another day."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=file.parent))
    except FileNotFoundError as error:
        raise UserError(
            tr("没有 {folder} 这个文件夹，请先建立", folder=file.parent)
        ) from error
    for left in file.parent.glob(f"{_SCRATCH}*"):
        if left.stat().st_mtime < time.time() - _LEFT_FOR:
            shutil.rmtree(left, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
