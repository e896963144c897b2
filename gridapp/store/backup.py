"""Backups of a vault: made while it is worked with, checked, and how they stand.

A backup is checked before it gets its name: the copy of the database is opened with the
key, every page's seal and every tree is looked at, the rows of all tables are counted
against those of the moment it was copied, and the finished file is read back against
the hashes of its parts.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import now, time_text
from gridapp.store import (
    backup_file,
    backup_places,
    rekeying,
    slot_file,
    snapshot,
    state,
)
from gridapp.store.backup_file import Backup, Manifest, Step, mark_of_key
from gridapp.store.backup_places import CHECKED, HAND, UPGRADE, Listed, scratch_in
from gridapp.store.database import faults_in_words
from gridapp.store.photos import PhotoStore
from gridapp.store.restoring import DATABASE, SLOTS
from gridapp.store.snapshot import Facts, Stopped

if TYPE_CHECKING:
    from gridapp.store.vault import Store

LATE = dt.timedelta(days=3)  # without a good backup: say so
_NOTE = "backup_note"  # of `sync_state`
_NEW = "new" + backup_file.SUFFIX


class _Note(msgspec.Struct, frozen=True):
    """What no list of files tells: when the other place had its last backup, and why
    the last try of a backup came to nothing, in either place."""

    second_at: str = ""
    trouble: str = ""
    second_trouble: str = ""


@dataclass(frozen=True)
class Made:
    """A backup that was made and checked. `trouble` says why the other place has none
    of it, "" when it has, or when there is no other place."""

    file: Path
    manifest: Manifest
    trouble: str = ""


@dataclass(frozen=True)
class Standing:
    """How it stands with the backups of a vault, for the window and the doctor.

    `last` is the moment of the newest good one, `late` whether that is too long ago.
    """

    place: Path
    listed: Listed
    last: dt.datetime | None
    late: bool
    due: bool  # there is none of today
    second: Path | None
    second_there: bool
    second_last: dt.datetime | None
    trouble: str
    second_trouble: str


@dataclass(frozen=True)
class _Source:
    """Of what a backup is made."""

    folder: Path
    key: bytes
    vault: str

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    def ours(self, manifest: Manifest) -> bool:
        """Whether a backup is of this vault: a place may be several laptops'."""
        same = manifest.vault == self.vault and bool(self.vault)
        return same or manifest.key == mark_of_key(self.key)

    def size(self) -> int:
        """Bytes that a copy of the database has at most."""
        wal = self.database.with_name(f"{self.database.name}-wal")
        more = wal.stat().st_size if wal.exists() else 0
        return self.database.stat().st_size + more


def make(
    store: Store,
    reason: str = HAND,
    *,
    step: Step | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Made:
    """A backup beside the data, and in the other place when that is there.

    UserError, in words, when there is no room or the disk fails; Stopped when somebody
    `cancelled` it. What the other place lacks stops nothing: see `Made.trouble`.
    """
    source = _source(store)
    try:
        with faults_in_words(), backup_places.alone(backup_places.local(store.folder)):
            made = _in_places(source, reason, step, cancelled)
    except Stopped:
        raise
    except UserError as error:
        _note(store, trouble=str(error))
        raise
    there = backup_places.second(store.folder) is not None and not made.trouble
    second_at = {"second_at": made.manifest.made_at} if there else {}
    _note(store, trouble="", second_trouble=made.trouble, **second_at)
    return made


def make_file(
    store: Store,
    file: Path,
    *,
    with_photos: bool = False,
    step: Step | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Made:
    """A backup as one file of somebody's choice; with the photos inside if wanted.

    Nothing is at `file` unless it was checked; one that was there is replaced.
    """
    source = _source(store)
    if not file.parent.is_dir():
        raise UserError(
            tr("没有 {folder} 这个文件夹，请换一个位置", folder=file.parent)
        )
    with faults_in_words(), scratch_in(file.parent) as scratch:
        extra = _photo_bytes(store.photos) if with_photos else 0
        backup_places.check_room(file.parent, 2 * source.size() + extra)
        copy, facts = _copied(source, scratch, step, cancelled)
        photo_file = store.photos.path if with_photos else None
        one = _Making(source, copy, facts, HAND, 0, step, now(), photo_file)
        manifest = one.put(file, scratch)
    return Made(file, manifest)


def before_upgrade(folder: Path, key: bytes) -> Made:
    """A backup of a vault whose database this program is about to bring up to date.

    UserError when it cannot be made; then nothing may be changed.
    """
    source = _Source(folder, key, "")
    with faults_in_words(), backup_places.alone(backup_places.local(folder)):
        return _in_places(source, UPGRADE, None, None, second=False)


def standing(store: Store, at: dt.datetime | None = None) -> Standing:
    """How it stands with the backups of an open vault; `at` is now unless given."""
    moment = at or now()
    source = _source(store)
    place = backup_places.local(store.folder)
    listed = backup_places.read(place, source.ours)
    with store.reading() as db:
        note = _read_note(state.value(db, _NOTE))
        begun = db.exec_driver_sql("SELECT min(at) FROM journal").scalar()
    moments = [one.manifest.moment for one in listed.kept]
    last = max((one for one in moments if one <= moment), default=None)
    last = last or next(iter(moments), None)  # all from the future: the clock was off
    since = last or (dt.datetime.fromisoformat(begun) if begun else moment)
    second = backup_places.second(store.folder)
    today = moment.astimezone().date()
    return Standing(
        place,
        listed,
        last,
        late=moment - since > LATE,
        due=all(one.astimezone().date() != today for one in moments),
        second=second,
        second_there=second is not None and second.is_dir(),
        second_last=_moment(note.second_at),
        trouble=note.trouble,
        second_trouble=note.second_trouble if second else "",
    )


def choose_second(chosen: Path) -> Path:
    """The folder for backups in a place that somebody has chosen, made there now.

    Only now: when it is missing later, another stick may have its letter, and that gets
    nothing. UserError when nothing can be written there.
    """
    folder = chosen / tr("网格日志备份")
    try:
        durable.make_folder(folder)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"?")
    except OSError as error:
        raise UserError(
            tr("{folder} 写不进去，请换一个位置，或检查 U 盘的写保护", folder=chosen)
        ) from error
    return folder


def verified(file: Path, key: bytes) -> Manifest:
    """Read all of a backup, open its database, count its rows; what it is.

    UserError names what is damaged. The key is the backup's own.
    """
    with (
        faults_in_words(),
        Backup(file) as backup,
        scratch_in(file.parent, CHECKED) as scratch,
    ):
        backup.prove(key)
        backup.check()
        copy = scratch / DATABASE
        backup.unpack(DATABASE, copy)
        backup.examine(copy, key)
        return backup.manifest


def keys_of(store: Store) -> list[bytes]:
    """The data key of a vault, and those it had before."""
    return [store.key, *rekeying.former_of(store)]


def faults(store: Store) -> list[tuple[Path, str]]:
    """Open every backup beside the data; those that are damaged, and what of them."""
    keys = keys_of(store)
    wrong: list[tuple[Path, str]] = []
    place = backup_places.local(store.folder)
    for one in backup_places.read(place, _source(store).ours).kept:
        for key in keys:
            if one.manifest.key == mark_of_key(key):
                try:
                    verified(one.file, key)
                except UserError as error:
                    wrong.append((one.file, str(error)))
    return wrong


def _source(store: Store) -> _Source:
    with store.reading() as db:
        vault = state.value(db, snapshot.VAULT)
    if vault is None:
        with store.writing() as tx:
            vault = state.value(tx.db, snapshot.VAULT) or uuid4().hex
            state.keep(tx.db, snapshot.VAULT, vault)
    return _Source(store.folder, store.key, vault)


@dataclass(frozen=True)
class _Making:
    """One copy of the database that becomes a backup in one place or two."""

    source: _Source
    copy: Path
    facts: Facts
    reason: str
    number: int
    step: Step | None
    made_at: dt.datetime
    photo_file: Callable[[str], Path] | None = None

    def put(self, file: Path, scratch: Path) -> Manifest:
        """Write it, read it back, and only then give it its name."""
        folder, key = self.source.folder, self.source.key
        new = scratch / _NEW
        manifest = backup_file.write(
            new,
            self.copy,
            _slots(folder),
            self.facts,
            key,
            reason=self.reason,
            number=self.number,
            made_at=time_text(self.made_at),
            photos=list(PhotoStore(folder, key).names()),
            photo_file=self.photo_file,
            step=self.step,
        )
        with Backup(new) as written:
            written.prove(key)
            written.check()
        durable.take_place(new, file)
        return manifest


def _in_places(
    source: _Source,
    reason: str,
    step: Step | None,
    cancelled: Callable[[], bool] | None,
    *,
    second: bool = True,
) -> Made:
    place = backup_places.local(source.folder)
    other = backup_places.second(source.folder) if second else None
    moment = now()
    listed = backup_places.read(place, source.ours).kept
    if other is not None:
        listed += backup_places.read(other, source.ours).kept
    number = backup_places.next_number(listed)
    backup_places.check_room(place, 2 * source.size())
    with scratch_in(place) as scratch:
        copy, facts = _copied(source, scratch, step, cancelled)
        making = _Making(source, copy, facts, reason, number, step, moment)
        _share(source, place, linked=True, step=step)
        file = backup_places.file_name(place, moment)
        manifest = making.put(file, scratch)
        backup_places.prune(place, source.ours)
        backup_places.forget_slots(source.folder, of_others_than=source.key)
        trouble = _into_second(making, other) if other else ""
    return Made(file, manifest, trouble)


def _into_second(making: _Making, other: Path) -> str:
    """Put the backup into the other place too; why not, or ""."""
    if not other.is_dir():
        return tr("{folder} 现在不在，接上以后会再存过去", folder=other)
    source = making.source
    try:
        with faults_in_words(), scratch_in(other) as scratch:
            backup_places.check_room(other, making.copy.stat().st_size)
            _share(source, other, linked=False, step=making.step)
            making.put(backup_places.file_name(other, making.made_at), scratch)
            backup_places.prune(other, source.ours)
    except UserError as error:
        return str(error)
    except OSError:
        return tr(
            "往 {folder} 存备份时断开了，接好以后会再存过去；本机上的备份完好",
            folder=other,
        )
    return ""


def _share(source: _Source, place: Path, *, linked: bool, step: Step | None) -> None:
    names = list(PhotoStore(source.folder, source.key).names())
    target = backup_places.shared_photos(place, source.key)
    backup_places.share_photos(source.folder, target, names, linked=linked, step=step)


def _copied(
    source: _Source,
    scratch: Path,
    step: Step | None,
    cancelled: Callable[[], bool] | None,
) -> tuple[Path, Facts]:
    """A checked copy of the database, and what it is."""
    copy = scratch / DATABASE

    def told(done: int, total: int) -> None:
        if step:
            step(done, total, tr("复制数据"))

    facts = snapshot.take(source.database, source.key, copy, told, cancelled)
    if step:
        step(0, 0, tr("核对备份"))
    found = snapshot.examined(copy, source.key)
    if found != facts:
        raise UserError(tr("备份和数据对不上，没有留下这份备份。请再备份一次"))
    return copy, facts


def _slots(folder: Path) -> bytes:
    """The file of the key slots as it is; empty when there is none that can be read."""
    path = folder / SLOTS
    for one in (path, slot_file.copy_of(path)):
        with suppress(OSError, ValueError):
            raw = one.read_bytes()
            json.loads(raw)
            return raw
    return b""


def _photo_bytes(store: PhotoStore) -> int:
    return sum(store.path(name).stat().st_size for name in store.names())


def is_of(store: Store, manifest: Manifest) -> bool:
    """Whether a backup is of this vault."""
    return _source(store).ours(manifest)


def _note(store: Store, **told: str) -> None:
    if store.retired:
        return  # what is written now goes with the state that is left behind
    with store.writing() as tx:
        before = _read_note(state.value(tx.db, _NOTE))
        after = msgspec.structs.replace(before, **told)
        if after != before:
            state.keep(tx.db, _NOTE, msgspec.json.encode(after).decode())


def _read_note(raw: str | None) -> _Note:
    return msgspec.json.decode(raw, type=_Note) if raw else _Note()


def _moment(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
