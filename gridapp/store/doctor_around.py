"""What the doctor looks at beside the data: keys, room, clock, backups, leftovers."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from gridapp.checkup import Check, Result, examine
from gridapp.durable import STALE, UNFINISHED
from gridapp.language import tr
from gridapp.models.kinds import now, time_text
from gridapp.store import backup, slot_file, slots, state
from gridapp.store.keyholders import SLOT_FILE
from gridapp.store.vault import DATABASE_FILE, Store

LEAST_ROOM = 1 << 30  # bytes that stay free on a laptop in daily use
_MOST_OFF = 300  # seconds of a clock
_MINUTE = 60


def around(store: Store) -> Iterator[Result]:
    """What each check of the things around an open vault finds."""
    yield from examine(CHECKS, store)


def leftovers(folder: Path) -> list[Path]:
    """Files that a killed process left unfinished, long enough ago to be nobody's."""
    found: list[Path] = []
    for path in sorted(folder.rglob(f"*{UNFINISHED}")):
        if path.is_file() and time.time() - path.stat().st_mtime > STALE:
            found.append(path)
    return found


def _slots(store: Store) -> Iterator[str]:
    """Both files of keys are whole and alike, and whoever is signed in is in them."""
    path = store.folder / SLOT_FILE
    for one in (path, slot_file.copy_of(path)):
        try:
            content = json.loads(one.read_text(encoding="utf-8"))
            slots.parsed(content)
        except FileNotFoundError:
            yield tr("{name} 不见了", name=one.name)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield tr("{name} 已损坏", name=one.name)
    if store.user.id not in {one.account.id for one in slots.read(path).slots}:
        yield tr("密钥文件里没有现在登录的用户")


def _room(store: Store) -> Iterator[str]:
    """A save, a backup and an upgrade all need room for the database once more."""
    free = shutil.disk_usage(store.folder).free
    needed = max(LEAST_ROOM, 2 * (store.folder / DATABASE_FILE).stat().st_size)
    if free < needed:
        yield tr(
            "数据所在的磁盘只剩 {free:,} MB，至少要留 {needed:,} MB",
            free=free >> 20,
            needed=needed >> 20,
        )


def _clock(store: Store) -> Iterator[str]:
    """The county's clock at the last sync, and times here that have not come yet."""
    with store.reading() as db:
        off = int(state.value(db, state.CLOCK_OFF) or 0)
        newest = db.exec_driver_sql(
            "SELECT max(at) FROM journal WHERE origin = 'local'"
        ).scalar()
    if abs(off) > _MOST_OFF:
        words = {"minutes": abs(off) // _MINUTE}
        if off > 0:
            yield tr("上次同步时，这台电脑的时钟比县里快 {minutes} 分钟", **words)
        else:
            yield tr("上次同步时，这台电脑的时钟比县里慢 {minutes} 分钟", **words)
    if newest and newest > time_text(now()):
        yield tr("有些改动的时间还没有到，时钟可能往回调过")


def _backups(store: Store) -> Iterator[str]:
    found = backup.standing(store)
    if found.late:
        if found.last is None:
            yield tr("还没有一份好的备份")
        else:
            day = f"{found.last.astimezone():%Y-%m-%d %H:%M}"
            yield tr("最近一份好的备份是 {day} 的", day=day)
    for words in (found.trouble, found.second_trouble):
        if words:
            yield words


def _leftovers(store: Store) -> Iterator[str]:
    for path in leftovers(store.folder):
        yield tr("没写完的临时文件 {name}", name=path.name)


CHECKS: tuple[Check[Store], ...] = (
    Check(
        "slots",
        tr("密钥文件和它的副本都完好"),
        _slots,
    ),
    Check(
        "room",
        tr("磁盘空间够用"),
        _room,
        tr("请清理磁盘，或把不用的文件移走"),
        advice=True,
    ),
    Check(
        "clock",
        tr("时钟准确"),
        _clock,
        tr("请在系统设置里校准日期和时间"),
        advice=True,
    ),
    Check(
        "backups",
        tr("最近有好的备份"),
        _backups,
        tr("请在“设置”的“备份”里点“立即备份”"),
        advice=True,
    ),
    Check(
        "leftovers",
        tr("没有没写完的临时文件"),
        _leftovers,
        advice=True,
    ),
)
