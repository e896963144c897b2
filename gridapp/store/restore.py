"""Restores a vault from a backup: looked at first, prepared whole, then put in place.

What was saved since the backup is told before anything happens, and the present state
becomes a backup itself. Who may open the vault does not change with it: the accounts
and passwords of today stay, unless they cannot be opened; then those of the backup
come with it. `restoring.finish` puts it in place.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.deeds import Deed, Said
from gridapp.models.permissions import Act, demand
from gridapp.models.purposes import SHORTEST, purpose_of
from gridapp.store import (
    backup,
    backup_places,
    compared,
    keyholders,
    restoring,
    slot_file,
    slots,
    state,
    vault,
)
from gridapp.store.accounts import Account
from gridapp.store.backup_file import Backup, Manifest, Step
from gridapp.store.backup_places import RESTORE
from gridapp.store.compared import Difference
from gridapp.store.database import change_key, faults_in_words, keyed
from gridapp.store.faults import Damaged
from gridapp.store.photos import PhotoStore
from gridapp.store.restoring import DATABASE, SLOTS
from gridapp.store.vault import Store

_ASIDE = (
    "damaged-"  # how the folder's name begins in which a file stays that no key opens
)
NO_SLOTS = tr(
    "这份备份里的密钥按县里的要求取掉了，只能在原来那份数据里用现在的密码恢复"
)
FOREIGN = tr(
    "这份备份是另一份数据的，恢复了会盖掉现在的数据。请在命令行用 gridapp restore "
    "文件 --data 新文件夹，恢复到一个新文件夹里"
)


class NeedsPassword(UserError):
    """The backup is under another key than the vault that is open, if any is."""

    def __init__(self) -> None:
        super().__init__(tr("请输入做这份备份时用的密码"))


@dataclass
class Unpacked:
    """A backup that lies whole beside the data and may take its place.

    `user` is who restores it. `own_slots`: its accounts come with it, because those of
    today are not known. `difference` says what would change, and is None where there is
    no vault yet, or none that could be opened.
    """

    folder: Path
    file: Path
    manifest: Manifest
    lock: FileLock = field(repr=False)
    key: bytes = field(repr=False)
    user: Account
    own_slots: bool
    kinds: Mapping[str, int]
    difference: Difference | None = None
    photos: tuple[str, ...] = ()  # their names
    photos_lacking: int = 0  # that lie nowhere here; the county may have them

    @property
    def scratch(self) -> Path:
        """Where it lies."""
        return self.folder / restoring.FOLDER


def unpack(
    folder: Path,
    file: Path,
    store: Store | None = None,
    *,
    password: str | None = None,
    name: str | None = None,
    step: Step | None = None,
) -> Unpacked:
    """Unpack a backup beside the data in `folder`, check it whole, bring it up to date.

    store: the vault in `folder`, open; None when there is none, or it cannot be opened.
    password, name: of the backup, where the key of `store` is not its own.
    UserError names what is damaged, NeedsPassword asks. Nothing of the data changes.
    """
    if store is not None:
        demand(store.user.role, Act.RESTORE)
    if restoring.is_shut(folder):
        raise slots.Locked(slots.LOCKED)
    with faults_in_words(), Backup(file) as source:
        fresh = not folder.is_dir()
        durable.make_folder(folder)
        lock = restoring.hold(folder)
        try:
            if restoring.pending(folder):
                raise UserError(
                    tr("上一次恢复还没有做完，请关掉所有窗口，重新打开一次再恢复")
                )
            restoring.clear(folder)
            (folder / restoring.FOLDER).mkdir(mode=0o700)
            return _unpacked(folder, source, store, lock, (password, name), step)
        except BaseException:
            _let_go(folder, lock)
            if fresh:
                restoring.leave_no_trace(folder)
            raise


def drop(unpacked: Unpacked) -> None:
    """Remove what was unpacked: it is not wanted."""
    _let_go(unpacked.folder, unpacked.lock)


def _let_go(folder: Path, lock: FileLock) -> None:
    """Remove what was unpacked and let another restore begin, which removes first what
    cannot be removed now (a full disk, a folder turned read-only)."""
    try:
        if not restoring.pending(folder):
            with suppress(OSError):
                restoring.clear(folder)
    finally:
        lock.release()


def reason(text: str) -> str:
    """Why a backup takes the place of what is here; UserError when nothing is said."""
    words = tr(
        "请写明为什么恢复，至少 {count} 个字，如：昨天导错了一批人", count=SHORTEST
    )
    return purpose_of(text, words)


def prepare(
    unpacked: Unpacked, store: Store | None, purpose: str, step: Step | None = None
) -> None:
    """Back up the present state and declare the restore: `restoring.finish` does it.

    purpose: why, which must be said where an open vault is replaced. The caller closes
    `store` after this, which takes no write any more, and finishes.
    UserError when the present state cannot be kept; then nothing happens.
    """
    folder = unpacked.folder
    if store is not None:
        purpose = reason(purpose)
    with faults_in_words():
        if store is not None:
            store.retire(tr("正在恢复备份，请等窗口重新打开"))
        try:
            _bring_photos(unpacked, store, step)  # first: old ones may go now
            if store is not None:
                _back_up(store, step)
            elif (folder / DATABASE).exists():
                restoring.see_that_nobody_has(folder / DATABASE)
                _keep_aside(folder)
            _carry_over(unpacked, store, purpose)
            _declare(unpacked)
        except BaseException:
            if store is not None:
                store.retire("")
            raise
    unpacked.lock.release()


def _back_up(store: Store, step: Step | None) -> None:
    """A backup of the present state; of a damaged one its files as they are."""
    try:
        backup.make(store, RESTORE, step=step)
    except Damaged:
        _keep_aside(store.folder)


def _declare(unpacked: Unpacked) -> None:
    scratch = unpacked.scratch
    if not unpacked.own_slots:
        slot_file.remove(scratch / SLOTS)
    _see_onto_disk(scratch / DATABASE)
    restoring.declare(unpacked.folder)


def _unpacked(
    folder: Path,
    source: Backup,
    store: Store | None,
    lock: FileLock,
    told: tuple[str | None, str | None],
    step: Step | None,
) -> Unpacked:
    scratch, manifest = folder / restoring.FOLDER, source.manifest
    key, user, own_slots = _key_of(source, folder, store, *told)
    source.prove(key)
    if store is not None and not backup.is_of(store, manifest):
        raise UserError(FOREIGN)
    backup_places.check_room(folder, 2 * manifest.parts.get(DATABASE, ("", 0))[1])
    if step:
        step(0, 0, tr("核对备份"))
    source.check()
    source.unpack(DATABASE, scratch / DATABASE)
    source.examine(scratch / DATABASE, key)
    if store is not None and key != store.key:
        change_key(scratch / DATABASE, key, store.key)
    if not own_slots:
        shutil.copyfile(folder / SLOTS, scratch / SLOTS)
    opened = vault.open_with_key(scratch, store.key if store else key, user, kept=False)
    try:
        with opened.reading() as then:
            kinds = compared.counts(then)
            difference = None
            if store is not None:
                with suppress(Damaged), store.reading() as now:
                    difference = compared.difference(then, now)
    finally:
        opened.close()
    found = Unpacked(
        folder, source.file, manifest, lock, key, user, own_slots, kinds, difference
    )
    found.photos = tuple(source.photo_names())
    inside = {name for name, _ in source.photos_inside()}
    places = _photo_places(found)
    found.photos_lacking = sum(
        name not in inside and not any(place.has(name) for place in places)
        for name in _missing(found, store)
    )
    return found


def _key_of(
    source: Backup,
    folder: Path,
    store: Store | None,
    password: str | None,
    name: str | None,
) -> tuple[bytes, Account, bool]:
    """The backup's data key, who has it, and whether its accounts come with it."""
    if store is not None:
        for key in backup.keys_of(store):
            if source.is_under(key):
                return key, store.user, False
    elif password is not None and slot_file.exists(folder / SLOTS):
        with suppress(UserError):  # of a vault whose database cannot be opened
            today = keyholders.unsealed(folder, password, name)
            demand(today.slot.account.role, Act.RESTORE)
            for key in _keys(today):
                if source.is_under(key):
                    return key, today.slot.account, False
    raw = source.slots()
    if raw is None:
        raise UserError(NO_SLOTS)
    if password is None:
        raise NeedsPassword
    scratch = folder / restoring.FOLDER
    durable.write_whole(scratch / SLOTS, raw)
    opened = keyholders.unsealed(scratch, password, name)
    demand(opened.slot.account.role, Act.RESTORE)
    for key in _keys(opened):
        if source.is_under(key):
            return key, opened.slot.account, store is None
    raise UserError(
        tr("备份 {name} 里的密钥不是它自己的，请换一份备份", name=source.file.name)
    )


def _keys(opened: slots.Opened) -> list[bytes]:
    """The data key, and the one that was about to take its place."""
    return [opened.key, *([opened.next_key] if opened.next_key else [])]


def _carry_over(unpacked: Unpacked, store: Store | None, purpose: str) -> None:
    """Take along what a restore must not lose or undo, and write down who did it."""
    key = store.key if store else unpacked.key
    scratch = unpacked.scratch
    then = vault.open_with_key(scratch, key, unpacked.user, kept=False)
    try:
        with then.writing() as tx:
            if store is not None:
                with suppress(Damaged), store.reading() as now:
                    compared.carry_over(tx, now)
            made = unpacked.manifest.moment.astimezone()
            said, file = Said.RESTORED.of(made=made), unpacked.file.name
            deed = Deed.RESTORE
            state.disclose(tx, deed, None, None, said, purpose=purpose, file=file)
    finally:
        then.close()
    with closing(keyed(scratch / DATABASE, key)) as db:
        db.execute("PRAGMA journal_mode = DELETE")  # one file


def _missing(unpacked: Unpacked, store: Store | None) -> list[str]:
    """The photos of the backup that the vault does not have."""
    return [
        name for name in unpacked.photos if store is None or not store.photos.has(name)
    ]


def _photo_places(unpacked: Unpacked) -> list[PhotoStore]:
    """Where photos under the backup's key may lie: beside it, and here."""
    key = unpacked.key
    beside = (unpacked.file.parent, backup_places.local(unpacked.folder))
    return [
        PhotoStore(backup_places.shared_photos(one, key), key)
        for one in dict.fromkeys(beside)
    ]


def _bring_photos(unpacked: Unpacked, store: Store | None, step: Step | None) -> None:
    """Put the photos that the vault will lack where `restoring.finish` finds them."""
    after = PhotoStore(unpacked.scratch, store.key if store else unpacked.key)
    places = _photo_places(unpacked)
    missing = _missing(unpacked, store)
    with ExitStack() as opened:
        inside: dict[str, str] = {}
        source: Backup | None = None
        if unpacked.manifest.photos_inside:
            source = opened.enter_context(Backup(unpacked.file))
            inside = dict(source.photos_inside())
            places.insert(0, PhotoStore(unpacked.scratch / "inside", unpacked.key))
            parts = unpacked.manifest.parts
            size = sum(parts[inside[n]][1] for n in missing if n in inside)
            backup_places.check_room(unpacked.folder, size)
        for done, name in enumerate(missing):
            if source is not None and name in inside:
                target = places[0].path(name)
                durable.make_folder(target.parent)
                source.unpack(inside[name], target)
            for place in places:
                with suppress(UserError):  # it is not there, or damaged
                    after.put(name, place.read(name))
                    break
            if name in inside:
                places[0].drop(name)
            if step:
                step(done + 1, len(missing), tr("取回照片"))


def _keep_aside(folder: Path) -> None:
    """Keep files that nobody could open as they are, for whoever can."""
    moment = dt.datetime.now().astimezone()
    place = backup_places.local(folder)
    durable.make_folder(place)
    stem = f"{_ASIDE}{moment:%Y%m%d-%H%M%S}-"
    aside = Path(tempfile.mkdtemp(prefix=stem, dir=place))
    slots_here = folder / SLOTS
    database = folder / DATABASE
    for path in (
        database,
        database.with_name(f"{DATABASE}-wal"),
        slots_here,
        slot_file.copy_of(slots_here),
    ):
        if path.exists():
            try:
                os.link(path, aside / path.name)
            except OSError:
                backup_places.check_room(place, path.stat().st_size)
                shutil.copy2(path, aside / path.name)
                _see_onto_disk(aside / path.name)
    durable.sync_folder(aside)


def _see_onto_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
