"""How a backup of a vault is made: one checked copy, then a file in each place.

What `backup.py` offers is made of these.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import now, time_text
from gridapp.store import backup_file, backup_places, slot_file, snapshot
from gridapp.store.backup_file import Backup, Manifest, Step, mark_of_key
from gridapp.store.backup_places import scratch_in
from gridapp.store.database import faults_in_words
from gridapp.store.photos import PhotoStore
from gridapp.store.restoring import DATABASE, SLOTS
from gridapp.store.snapshot import Facts

_NEW = "new" + backup_file.SUFFIX


@dataclass(frozen=True)
class Made:
    """A backup that was made and checked. `trouble` says why the other place has none
    of it, "" when it has, or when there is no other place."""

    file: Path
    manifest: Manifest
    trouble: str = ""


@dataclass(frozen=True)
class Source:
    """Of what a backup is made."""

    folder: Path
    key: bytes
    vault: str

    @property
    def database(self) -> Path:
        """Where its database lies."""
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


@dataclass(frozen=True)
class Making:
    """One copy of the database that becomes a backup in one place or two."""

    source: Source
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


def in_places(
    source: Source,
    reason: str,
    step: Step | None,
    cancelled: Callable[[], bool] | None,
    *,
    second: bool = True,
) -> Made:
    """A backup beside the data and, with `second`, in the other place if there is one.

    What was superfluous before goes. UserError, in words, OSError when the disk fails.
    """
    place = backup_places.local(source.folder)
    other = backup_places.second(source.folder) if second else None
    moment = now()
    listed = backup_places.read(place, source.ours).kept
    if other is not None:
        listed += backup_places.read(other, source.ours).kept
    number = backup_places.next_number(listed)
    backup_places.check_room(place, 2 * source.size())
    with scratch_in(place) as scratch:
        copy, facts = copied(source, scratch, step, cancelled)
        making = Making(source, copy, facts, reason, number, step, moment)
        _share(source, place, linked=True, step=step)
        file = backup_places.file_name(place, moment)
        manifest = making.put(file, scratch)
        backup_places.prune(place, source.ours)
        backup_places.forget_slots(source.folder, of_others_than=source.key)
        trouble = _into_second(making, other) if other else ""
    return Made(file, manifest, trouble)


def _into_second(making: Making, other: Path) -> str:
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


def _share(source: Source, place: Path, *, linked: bool, step: Step | None) -> None:
    names = list(PhotoStore(source.folder, source.key).names())
    target = backup_places.shared_photos(place, source.key)
    backup_places.share_photos(source.folder, target, names, linked=linked, step=step)


def copied(
    source: Source,
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
