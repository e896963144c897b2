"""Where backups lie: which there are, which stay, and the photos they share.

One place is the folder `backups` beside the data, the other, if somebody has chosen
one, a folder on a stick or in the network, which may be missing at times. In a place,
a file that has its name was checked before it got it. Photos never change, so that each
lies there once for all backups: in the first place as a second name of the file (it
takes no room), in the other as a copy.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from gridapp import durable, settings
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import backup_file, photos
from gridapp.store.backup_file import SUFFIX, Backup, Manifest, mark_of_key

FOLDER = "backups"
DAILY, HAND, UPGRADE, RESTORE = "daily", "hand", "upgrade", "restore"
REASONS = {
    DAILY: tr("每天自动"),
    HAND: tr("手工"),
    UPGRADE: tr("升级前"),
    RESTORE: tr("恢复前"),
}
KEPT = 14  # of each day's and those made by hand
KEPT_BEFORE = 3  # of those before an upgrade, and of those before a restore
SPARE = 4 << 20  # bytes that must stay free beside what is written
SCRATCH = ".gridbak-"  # how the name of a folder begins in which one is being made
CHECKED = ".gridchk-"  # or in which one is being looked at
_LEFT_FOR = 24 * 3600.0  # seconds; what is older was left by a killed process
SHARED = "photos-"  # and the mark of a key: the photos sealed with it
_LOCK = ".lock"
_PATIENCE = 60.0  # seconds to wait for another program's backup
_PHOTO = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """A backup that lies in a place."""

    file: Path
    manifest: Manifest
    size: int


@dataclass(frozen=True)
class Listed:
    """What lies in a place: backups, the newest first; and files that are none any
    more."""

    kept: tuple[Kept, ...] = ()
    broken: tuple[Path, ...] = ()


def local(folder: Path) -> Path:
    """The place beside the data in `folder`."""
    return folder / FOLDER


def second(folder: Path) -> Path | None:
    """The other place that was chosen for the data in `folder`, there or not."""
    chosen = settings.load(folder).backup_folder
    return Path(chosen) if chosen else None


def read(place: Path, ours: Callable[[Manifest], bool] | None = None) -> Listed:
    """The backups in a place, `ours` alone if given; nothing when it is missing.

    Only their manifests are read. The order is that of their numbers, which no clock
    puts wrong.
    """
    kept: list[Kept] = []
    broken: list[Path] = []
    for file in sorted(place.glob(f"*{SUFFIX}")):
        try:
            size = file.stat().st_size
            with Backup(file) as backup:
                if ours is None or ours(backup.manifest):
                    kept.append(Kept(file, backup.manifest, size))
        except UserError:
            broken.append(file)
        except OSError:
            continue  # the stick is being pulled out
    kept.sort(key=lambda one: (one.manifest.number, one.manifest.made_at), reverse=True)
    return Listed(tuple(kept), tuple(broken))


def next_number(listed: Iterable[Kept]) -> int:
    """The number after all of these."""
    return max((one.manifest.number for one in listed), default=0) + 1


def file_name(place: Path, moment: dt.datetime) -> Path:
    """A name that no file has there yet, by the local time."""
    stem = tr("网格日志备份-{moment:%Y%m%d-%H%M%S}", moment=moment.astimezone())
    path, count = place / (stem + SUFFIX), 1
    while path.exists():
        count += 1
        path = place / f"{stem}-{count}{SUFFIX}"
    return path


def superfluous(kept: Sequence[Kept]) -> list[Kept]:
    """Which of them go, newest first: the last one of each of the last days stays, then
    the newest of the others, KEPT in all; of those before something KEPT_BEFORE."""
    usual = [one for one in kept if one.manifest.reason not in (UPGRADE, RESTORE)]
    days = set[dt.date]()
    first: list[Kept] = []
    for one in usual:
        day = one.manifest.moment.astimezone().date()
        if day not in days:
            days.add(day)
            first.append(one)
    others = [one for one in usual if one not in first]
    gone = (first + others)[KEPT:]
    for reason in (UPGRADE, RESTORE):
        before = [one for one in kept if one.manifest.reason == reason]
        gone += before[KEPT_BEFORE:]
    return gone


def prune(place: Path, ours: Callable[[Manifest], bool]) -> None:
    """Remove what need not stay, and the photos that none of the rest has.

    Called after a backup was checked, so a good one is always left.
    """
    listed = read(place, ours)
    gone = superfluous(listed.kept)
    for one in gone:
        one.file.unlink(missing_ok=True)
    left = [one for one in listed.kept if one not in gone]
    wanted: dict[str, set[str]] = {}
    for one in left:
        with Backup(one.file) as backup:
            wanted.setdefault(one.manifest.key, set()).update(backup.photo_names())
    for mark in {one.manifest.key for one in listed.kept}:
        _prune_photos(place / (SHARED + mark), wanted.get(mark, set()))


def _prune_photos(folder: Path, wanted: set[str]) -> None:
    for path in folder.glob(f"{photos.FOLDER}/??/*"):
        if path.name not in wanted and _PHOTO.fullmatch(path.name):
            path.unlink(missing_ok=True)


def shared_photos(place: Path, key: bytes) -> Path:
    """The folder of the photos of a place that this data key opens."""
    return place / (SHARED + mark_of_key(key))


def share_photos(
    source: Path,
    target: Path,
    names: Sequence[str],
    *,
    linked: bool,
    step: Callable[[int, int, str], None] | None = None,
) -> None:
    """Put the photos that `target` lacks there; both are folders that hold `photos`.

    linked: as second names of the files; where the disk knows none, not at all: copies
    beside the files themselves would help little and take much room. Raises OSError.
    """
    for done, name in enumerate(names):
        there = target / photos.FOLDER / name[:2] / name
        here = source / photos.FOLDER / name[:2] / name
        if there.exists() or not here.exists():
            continue
        durable.make_folder(there.parent)
        if linked:
            try:
                os.link(here, there)
            except OSError:
                return
        else:
            check_room(target, here.stat().st_size)
            with here.open("rb") as photo, durable.whole_file(there) as out:
                shutil.copyfileobj(photo, out)
        if step:
            step(done + 1, len(names), tr("备份照片"))


def check_room(folder: Path, needed: int) -> None:
    """UserError, in words, when the disk of `folder` has less free than needed."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        raise UserError(
            tr(
                "备份要 {needed:.0f} MB 空间，{folder} 所在的磁盘只剩 {free:.0f} MB，"
                "请清出空间后再备份",
                needed=(needed + SPARE) / 1e6,
                folder=folder,
                free=free / 1e6,
            )
        )


@contextmanager
def alone(place: Path) -> Generator[None]:
    """The only program that makes backups in a place; what one that was killed left
    unfinished is removed. Raises OSError."""
    durable.make_folder(place)
    lock = FileLock(place / _LOCK, timeout=_PATIENCE, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise UserError(tr("另一个窗口正在备份，请等它做完再试")) from error
    try:
        for left in place.glob(f"{SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        lock.release()


@contextmanager
def scratch_in(place: Path, prefix: str = SCRATCH) -> Generator[Path]:
    """A folder in `place` for what is being made; gone afterwards. Raises OSError."""
    for left in place.glob(f"{prefix}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_FOR:
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def forget_slots(folder: Path, of_others_than: bytes | None = None) -> None:
    """Take the key slots out of every backup beside the data in `folder`.

    The county has shut this laptop: no backup that lies on it may be the way around.
    Those in another place are not reached by it. What is no backup is left alone.

    of_others_than: only of backups under other data keys than this one. Somebody whose
    slot is in them may have been taken off the vault; who has the data key reads them
    all the same, because the vault keeps its former keys.
    """
    mark = mark_of_key(of_others_than) if of_others_than else ""
    for one in read(local(folder)).kept:
        if one.manifest.key != mark:
            with suppress(backup_file.Damaged):
                backup_file.forget_slots(one.file)
