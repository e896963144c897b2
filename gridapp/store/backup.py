"""Backups of a vault: made while it is worked with, checked, and how they stand.

A backup is checked before it gets its name: the copy of the database is opened with the
key, every page's seal and every tree is looked at, the rows of all tables are counted
against those of the moment it was copied, and the finished file is read back against
the hashes of its parts.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import now
from gridapp.store import (
    backup_places,
    rekeying,
    snapshot,
    state,
)
from gridapp.store.backup_file import Backup, Manifest, Step, mark_of_key
from gridapp.store.backup_making import Made, Making, Source, copied, in_places
from gridapp.store.backup_places import CHECKED, HAND, UPGRADE, Listed, scratch_in
from gridapp.store.database import faults_in_words
from gridapp.store.photos import PhotoStore
from gridapp.store.restoring import DATABASE
from gridapp.store.snapshot import Stopped

if TYPE_CHECKING:
    from gridapp.store.vault import Store

LATE = dt.timedelta(days=3)  # without a good backup: say so
_NOTE = "backup_note"  # of `sync_state`


class _Note(msgspec.Struct, frozen=True):
    """What no list of files tells: when the other place had its last backup, and why
    the last try of a backup came to nothing, in either place."""

    second_at: str = ""
    trouble: str = ""
    second_trouble: str = ""
    second: str = ""  # the other place that these words are about


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
        with _in_words(), backup_places.alone(backup_places.local(store.folder)):
            made = in_places(source, reason, step, cancelled)
    except Stopped:
        raise
    except UserError as error:
        _note(store, trouble=str(error))
        raise
    place = str(backup_places.second(store.folder) or "")
    told = {"second": place, "second_trouble": made.trouble}
    with store.reading() as db:
        before = _read_note(state.value(db, _NOTE))
    if place and not made.trouble:
        told["second_at"] = made.manifest.made_at
    elif place != before.second:
        told["second_at"] = ""
    _note(store, trouble="", **told)
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
    with _in_words(), scratch_in(file.parent) as scratch:
        extra = _photo_bytes(store.photos) if with_photos else 0
        backup_places.check_room(file.parent, 2 * source.size() + extra)
        copy, facts = copied(source, scratch, step, cancelled)
        photo_file = store.photos.path if with_photos else None
        one = Making(source, copy, facts, HAND, 0, step, now(), photo_file)
        manifest = one.put(file, scratch)
    return Made(file, manifest)


def before_upgrade(folder: Path, key: bytes) -> Made:
    """A backup of a vault whose database this program is about to bring up to date.

    UserError when it cannot be made; then nothing may be changed.
    """
    source = Source(folder, key, "")
    with _in_words(), backup_places.alone(backup_places.local(folder)):
        return in_places(source, UPGRADE, None, None, second=False)


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
    there = note if note.second == str(second or "") else _Note()  # another was chosen
    today = moment.astimezone().date()
    return Standing(
        place,
        listed,
        last,
        late=moment - since > LATE,
        due=all(one.astimezone().date() != today for one in moments),
        second=second,
        second_there=second is not None and second.is_dir(),
        second_last=_moment(there.second_at),
        trouble=note.trouble,
        second_trouble=there.second_trouble if second else "",
    )


@contextmanager
def _in_words() -> Generator[None]:
    """What a disk may do meanwhile as a UserError; a stick may be pulled out."""
    try:
        with faults_in_words():
            yield
    except OSError as error:
        raise UserError(
            tr(
                "备份没有写成（{why}），没有留下半份。请检查磁盘或 U 盘，再备份一次",
                why=error.strerror or type(error).__name__,
            )
        ) from error


def choose_second(chosen: Path, data: Path) -> Path:
    """The folder for backups in a place that somebody has chosen, made there now.

    Only now: when it is missing later, another stick may have its letter, and that gets
    nothing. UserError when nothing can be written there, and when it is inside the
    folder `data` of the vault: what takes one would take both.
    """
    if chosen.resolve().is_relative_to(data.resolve()):
        raise UserError(
            tr(
                "{folder} 就在数据文件夹里，数据没了它也没了：请选 U 盘、网络文件夹"
                "或别的磁盘",
                folder=chosen,
            )
        )
    folder = chosen.absolute() / tr("网格日志备份")
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


def _source(store: Store) -> Source:
    with store.reading() as db:
        vault = state.value(db, snapshot.VAULT)
    if vault is None:
        with store.writing() as tx:
            vault = state.value(tx.db, snapshot.VAULT) or uuid4().hex
            state.keep(tx.db, snapshot.VAULT, vault)
    return Source(store.folder, store.key, vault)


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
