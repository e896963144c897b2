"""The laptop's doctor: does everything that is kept agree with everything else?

Each check reads one unchanging view of the file, row by row, and changes nothing. What
it tells are types, ids and numbers, never what a record says. What the journal must
keep to (no gap, no break from one value to the next) is docs/protocol.md's promise
that nothing is ever lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gridapp.checkup import Check, Result, examine, lines_of_harm
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import RECORDS, record_named
from gridapp.models.record import fields_of
from gridapp.store import (
    audit,
    doctor_journal,
    doctor_search,
    journal,
    rescue_pages,
    saved,
    state,
)
from gridapp.store.conflicts import BOTH, MINE, PARKED, TAKEN, THEIRS
from gridapp.store.database import faults_in_words, sqlcipher
from gridapp.store.photos import PhotoStore
from gridapp.store.vault import DATABASE_FILE, Store

_DECIDED = (MINE, THEIRS, BOTH, TAKEN, PARKED)
_DRAFTS = "SELECT key, content FROM draft ORDER BY at, key"
_RESCUE = tr(
    "先修复；修不好的，请技术人员用 gridapp rescue 取出还能读的资料，再恢复最近一次"
    "好的备份"
)
_OPEN_IT = tr("先修复，再同步一次；还不对的，请打开这条记录重新选一次")
_FILL_IN = tr(
    "核对最近填的几笔，缺的补上，或恢复更新的备份；补好后点“修复”（或 gridapp doctor "
    "--repair），就不再提醒"
)
_ASK = tr("请不要改动数据文件夹，先做一份备份，再联系县里的技术人员")


@dataclass(frozen=True)
class Vault:
    """What is examined: one view of the database, and the photos beside it."""

    db: Connection
    photos: PhotoStore
    device: UUID
    damaged_pages: Callable[[], int] = lambda: 0


def damaged_pages(store: Store) -> int:
    """How many pages of the file no longer have what was written; reads all of it."""
    path = store.folder / DATABASE_FILE
    with faults_in_words():
        return len(rescue_pages.read(path, store.key).damaged)


def examined(store: Store) -> Iterator[Result]:
    """What each check finds in an open vault, one after another."""
    seen = [
        Check(
            one.name,
            one.sentence,
            partial(_seen, one.faults),
            one.remedy,
            advice=one.advice,
        )
        for one in CHECKS
    ]
    yield from examine(seen, store)


def _seen(faults: Callable[[Vault], Iterable[str]], store: Store) -> Iterator[str]:
    """What a check finds in a view of its own; what it cannot read is a fault, too.

    SQLCipher refuses everything on a connection that has met a damaged page: the next
    check gets another.
    """
    try:
        with store.reading() as db:
            try:
                seen = Vault(
                    db,
                    store.photos,
                    store.device_id,
                    partial(damaged_pages, store),
                )
                yield from faults(seen)
            except (DBAPIError, sqlcipher.Error):
                db.invalidate()
                raise
    except UserError as error:
        yield str(error)


def told(type_: str, record_id: Any) -> str:
    """A record as a fault names it."""
    key = record_id if isinstance(record_id, UUID) else UUID(str(record_id))
    return tr("{title} {id}", title=record_named(type_).title, id=key)


def _file(vault: Vault) -> Iterator[str]:
    """The trees are whole; SQLCipher checks the seal of each page as it is read.

    Its own `cipher_integrity_check` reads past the write-ahead log and calls a page
    damaged that a full disk cut short while the log still has it.

    FTS5 looks again at what another process wrote when it is asked, but not when it is
    examined: without the question it calls pages damaged that are not there any more.
    """
    vault.db.exec_driver_sql("SELECT rowid FROM search LIMIT 1").all()
    found = vault.db.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    lines = lines_of_harm(found)
    if not lines:
        return
    if pages := vault.damaged_pages():
        yield tr("数据文件里有 {count:,} 页损坏", count=pages)
    else:
        yield tr("数据文件里有 {count:,} 处前后对不上", count=len(lines))


def _triggers(vault: Vault) -> Iterator[str]:
    """Nothing is written past the journal."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    found = dict(vault.db.exec_driver_sql(query).all())
    for name, sql in journal.triggers().items():
        if found.get(name) != sql:
            yield tr("缺少触发器 {name}", name=name)
    query = "SELECT count(*) FROM actor WHERE origin = 'local' AND batch IS NULL"
    if vault.db.exec_driver_sql(query).scalar() != 1:
        yield tr("写入的来源没有复原")


def _references(vault: Vault) -> Iterator[str]:
    """What a record points to is here, unless it lies in a grid not held here.

    A laptop that is enrolled may hold a record that points into another grid
    (docs/decisions/0001-sync.md, 9). What was here once and left no `leave` line is
    missed in any case.
    """
    alone = state.value(vault.db, "token") is None
    last = (
        "SELECT action FROM journal WHERE record_id = t.{name} AND type = '{target}'"
        " ORDER BY seq DESC LIMIT 1"
    )
    for model in RECORDS:
        table = model.__tablename__
        pointers = [(one.name, one.target) for one in fields_of(model) if one.target]
        for name, target in (("grid_id", "grid"), *pointers):
            query = (
                f"SELECT t.id, ({last.format(name=name, target=target)}) FROM {table} t"
                f" LEFT JOIN {target} p ON p.id = t.{name}"
                f" WHERE t.{name} IS NOT NULL AND p.id IS NULL"
            )
            for record_id, action in vault.db.exec_driver_sql(query):
                if alone or action not in (None, "leave"):
                    yield tr(
                        "{record} 的 {name} 指向不在本机的记录",
                        record=told(table, record_id),
                        name=name,
                    )


def _outbox(vault: Vault) -> Iterator[str]:
    """Nothing is marked as sent that was never written; what waits can be sent."""
    pushed = state.pushed_seq(vault.db)
    last = vault.db.exec_driver_sql("SELECT max(seq) FROM journal").scalar() or 0
    if pushed > last:
        yield tr(
            "已上传到第 {pushed} 号，流水只到第 {last} 号", pushed=pushed, last=last
        )
    for model in RECORDS:
        table = model.__tablename__
        query = (
            "SELECT j.seq, j.record_id FROM journal j"
            f" LEFT JOIN {table} t ON t.id = j.record_id WHERE j.type = ?"
            " AND j.origin = 'local' AND j.seq > ? AND t.id IS NULL"
        )
        for seq, record_id in vault.db.exec_driver_sql(query, (table, pushed)):
            yield tr(
                "第 {seq} 号流水待上传，但{record} 不在了",
                seq=seq,
                record=told(table, record_id),
            )


def _cursors(vault: Vault) -> Iterator[str]:
    """A laptop that is enrolled knows by whom, and how far it has read."""
    home = ("token", "server_url", "server_id", "epoch", state.WORKER)
    known = [name for name in home if state.value(vault.db, name)]
    if "token" in known:
        for name in home:
            if name not in known:
                yield tr("登记信息里缺少 {name}", name=name)
    if state.device(vault.db) != vault.device:
        yield tr("电脑的编号变了")
    for grid_id in broken_cursors(vault.db):
        yield tr("网格 {id} 的同步位置读不懂", id=UUID(grid_id))


def broken_cursors(db: Connection) -> list[str]:
    """Grids, as hex, of which nobody can say how far they were read."""
    names = {model.__tablename__ for model in RECORDS}
    query = "SELECT grid_id, cursor, bootstrap, complete FROM scope_cursor"
    found: list[str] = []
    for grid_id, cursor, place, complete in db.exec_driver_sql(query):
        type_, _, last = (place or "").partition(":")
        good = place in (None, "", "log") or (type_ in names and _is_id(last))
        if cursor < 0 or not good or (complete and place):
            found.append(grid_id)
    return found


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _held(vault: Vault) -> Iterator[str]:
    """What waits for a decision belongs to a line of the journal and can be read."""
    query = (
        "SELECT h.id, h.type, h.record_id, h.mine, h.theirs, h.decided, j.record_id"
        " FROM held h LEFT JOIN journal j ON j.seq = h.seq"
    )
    for key, type_, record_id, mine, theirs, decided, line in vault.db.exec_driver_sql(
        query
    ):
        try:
            record_named(type_)
            for one in (mine, theirs):
                json.loads(one or "null")
            good = line == record_id and decided in (None, *_DECIDED)
        except (KeyError, ValueError):
            good = False
        if not good:
            yield tr("待决定的修改 {id} 读不懂", id=UUID(key))


def _photos(vault: Vault) -> Iterator[str]:
    """Each photo opens, or the county has it: it came from there, or was sent."""
    damaged = set(vault.photos.verify())
    here = set(vault.photos.names())
    query = (
        "SELECT a.id, a.hash, j.seq, p.whole_up FROM attachment a"
        " LEFT JOIN photo_state p ON p.hash = a.hash"
        " LEFT JOIN journal j ON j.record_id = a.id AND j.type = 'attachment'"
        " AND j.action = 'insert' AND j.origin = 'local'"
        " WHERE a.deleted_at IS NULL AND a.hash IS NOT NULL"
    )
    for record_id, name, made_here, sent in vault.db.exec_driver_sql(query):
        if name in damaged:
            yield tr("{record} 的文件已损坏", record=told("attachment", record_id))
        elif made_here and not sent and name not in here:
            yield tr("{record} 的文件不见了", record=told("attachment", record_id))


def drafts_of(db: Connection) -> list[tuple[str, str]]:
    """(key, content) of every half-filled form."""
    return [(key, content) for key, content in db.exec_driver_sql(_DRAFTS)]


def is_draft(content: str) -> bool:
    """Whether a form can be filled with it."""
    try:
        return isinstance(json.loads(content), dict)
    except (ValueError, TypeError, RecursionError):
        return False


def _drafts(vault: Vault) -> Iterator[str]:
    for number, (_, content) in enumerate(drafts_of(vault.db), start=1):
        if not is_draft(content):
            yield tr("第 {number} 份草稿读不懂", number=number)


def _chain(vault: Vault) -> Iterator[str]:
    """What was sealed is as it was; the newest rows may not be sealed yet."""
    for found in audit.breaks(vault.db):
        yield audit.in_words(vault.db, found)


def _saved(vault: Vault) -> Iterator[str]:
    """What was confirmed is there; what once was not stays told until it is settled."""
    for one in saved.missing(vault.db):
        yield tr(
            "第 {first} 到 {last} 号流水保存过，却不在了",
            first=one.first,
            last=one.last,
        )


CHECKS: tuple[Check[Vault], ...] = (
    Check("file", tr("数据文件完整"), _file, _RESCUE),
    Check("saved", tr("保存过的改动都在"), _saved, _FILL_IN),
    Check("triggers", tr("每次改动都会记入流水"), _triggers),
    Check("references", tr("记录指向的记录都在"), _references, _OPEN_IT),
    Check(
        "journal_numbers",
        tr("流水号从 1 起不缺不重"),
        lambda vault: doctor_journal.numbers(vault.db),
        _ASK,
    ),
    Check(
        "journal_origins",
        tr("每条记录都有来历，流水里的记录都在"),
        lambda vault: doctor_journal.origins(vault.db),
        _ASK,
    ),
    Check(
        "journal_replay",
        tr("照流水重做一遍，正是现在的内容"),
        lambda vault: doctor_journal.replay(vault.db),
        _ASK,
    ),
    Check("chain", tr("流水和留痕封存后没有人动过"), _chain, _ASK),
    Check("outbox", tr("待上传的改动都能上传"), _outbox, _ASK),
    Check("cursors", tr("登记和同步的位置都对"), _cursors),
    Check("held", tr("等您决定的修改都读得懂"), _held, _ASK),
    Check("drafts", tr("草稿都读得懂"), _drafts),
    Check(
        "search",
        tr("搜索到的和记录一致"),
        lambda vault: doctor_search.differences(vault.db),
    ),
    Check("photos", tr("照片都打得开，或县里有"), _photos),
)
