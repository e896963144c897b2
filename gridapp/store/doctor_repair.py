"""What the doctor can mend by itself; each thing in words, and among the acts.

Nothing is deleted that anybody wrote. What cannot be mended from what is here is left
as it is, with what a person does about it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gridapp.checkup import Result
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.deeds import Deed, Detail, Said
from gridapp.models.permissions import Act, demand
from gridapp.store import (
    backup_places,
    doctor,
    doctor_around,
    journal,
    remote,
    saved,
    search,
    slots,
    state,
)
from gridapp.store.keyholders import SLOT_FILE
from gridapp.store.photos import PhotoStore
from gridapp.store.vault import Store

_INDEX = ("index", "fts5")  # what SQLite says of a damaged index, and of no table
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Mended:
    """What became of one check that had found something: `words` say what was done, or
    what a person does now."""

    name: str
    done: bool
    words: str


CHECKS = len(doctor.CHECKS) + len(doctor_around.CHECKS)  # how many `checked` makes


def checked(store: Store) -> Iterator[Result]:
    """What every check finds, of the data and of what is around them."""
    yield from doctor.examined(store)
    yield from doctor_around.around(store)


def repair(store: Store, progress: Progress | None = None) -> Iterator[Mended]:
    """Mend what can be mended, one check after another.

    progress: is told the sentence of what is looked at. NotAllowed when whoever is
    signed in may not do it.
    """
    demand(store.user.role, Act.REPAIR)
    for found in list(checked(store)):
        if progress:
            progress(found.sentence)
        if not found.faults:
            continue
        left = _LEFT.get(found.name, found.remedy)
        try:
            words = _mend(store, found.name)
        except UserError as error:
            broken = doctor.damaged_pages(store) > 0  # then nothing can be written
            said = tr("{why}。{left}", why=error, left=left)
            words, left = "", _DAMAGED if broken else said
        yield Mended(found.name, bool(words), words or left)


def _mend(store: Store, name: str) -> str:
    """What was done, written down among the acts; "" when nothing could be done."""
    mend = _MENDS.get(name)
    done = mend(store) if mend else None
    if done is None:
        return ""
    with store.writing() as tx:
        state.disclose(tx, Deed.REPAIR, None, None, done)
    return done.words


def _triggers(store: Store) -> Detail | None:
    with store.writing() as tx:
        journal.ensure_triggers(tx.db)
        state.set_actor(tx.db, "local", None)
    return Said.TRIGGERS.of()


def _search(store: Store) -> Detail | None:
    with store.writing() as tx:
        search.rebuild(tx.db)
    return Said.SEARCH.of()


def _file(store: Store) -> Detail | None:
    """Indexes are made anew from their tables; a table is not."""
    with store.reading() as db:
        lines = list(db.exec_driver_sql("PRAGMA integrity_check").scalars())
    bad = [one for one in lines if one != "ok"]
    if not bad or not all(any(sign in one.lower() for sign in _INDEX) for one in bad):
        return None
    with store.writing() as tx:
        search.rebuild(tx.db)
        tx.db.exec_driver_sql("REINDEX")
    with store.reading() as db:
        again = list(db.exec_driver_sql("PRAGMA integrity_check").scalars())
    return Said.INDEXES.of() if again == ["ok"] else None


def _references(store: Store) -> Detail | None:
    """A laptop of a county asks for everything it has there once more."""
    with store.reading() as db:
        if state.value(db, "token") is None:
            return None
    with store.writing(remote=True) as tx:
        remote.start_over(tx.db)
    return Said.ASKED_AGAIN.of()


def _cursors(store: Store) -> Detail | None:
    """A place that cannot be read is read again from its beginning."""
    with store.writing(remote=True) as tx:
        bad = doctor.broken_cursors(tx.db)
        for grid_id in bad:
            tx.db.exec_driver_sql(
                "UPDATE scope_cursor SET cursor = 0, bootstrap = '', complete = 0"
                " WHERE grid_id = ?",
                (grid_id,),
            )
    if not bad:
        return None
    return Said.CURSORS.of(count=len(bad))


def _photos(store: Store) -> Detail | None:
    """Lost photos come back from the backups, and otherwise from the county."""
    with store.reading() as db:
        query = "SELECT DISTINCT hash FROM attachment WHERE hash IS NOT NULL"
        wanted = set(db.exec_driver_sql(query).scalars())
        sent = "SELECT hash FROM photo_state WHERE whole_up"
        there = set(db.exec_driver_sql(sent).scalars())
        query = (
            "SELECT a.hash FROM attachment a JOIN journal j ON j.record_id = a.id"
            " WHERE j.type = 'attachment' AND j.action = 'insert'"
            " AND j.origin = 'local'"
        )
        there |= wanted - set(db.exec_driver_sql(query).scalars())
    damaged = set(store.photos.verify())
    lost = damaged | (wanted - set(store.photos.names()))
    back = {name for name in sorted(lost & wanted) if _from_backup(store, name)}
    asked = (damaged - back) & there
    for name in asked:
        store.photos.drop(name)  # a sync brings what is not here
    if not back and not asked:
        return None
    return Said.PHOTOS.of(back=len(back), asked=len(asked))


def _from_backup(store: Store, name: str) -> bool:
    places = (backup_places.local(store.folder), backup_places.second(store.folder))
    for place in places:
        if place is None:
            continue
        kept = PhotoStore(backup_places.shared_photos(place, store.key), store.key)
        try:
            plain = kept.read(name)
        except UserError:
            continue
        store.photos.put(name, plain)
        return True
    return False


def _drafts(store: Store) -> Detail | None:
    with store.writing() as tx:
        kept = doctor.drafts_of(tx.db)
        bad = [key for key, content in kept if not doctor.is_draft(content)]
        tx.db.exec_driver_sql(
            "DELETE FROM draft WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(bad),),
        )
    return Said.DRAFTS.of(count=len(bad)) if bad else None


def _saved(store: Store) -> Detail | None:
    with store.writing() as tx:
        saved.settle(tx.db)
    return Said.MISSING_KNOWN.of()


def _slots(store: Store) -> Detail | None:
    slots.mend(store.folder / SLOT_FILE)
    return Said.SLOTS_COPIED.of()


def _leftovers(store: Store) -> Detail | None:
    found = doctor_around.leftovers(store.folder)
    for path in found:
        path.unlink(missing_ok=True)
    return Said.LEFTOVERS.of(count=len(found)) if found else None


_DAMAGED = tr(
    "数据文件已损坏，修不了。请用 gridapp rescue 取出还能读的资料，再用 gridapp "
    "restore 恢复最近一次好的备份，把备份之后的内容补录"
)
_LEFT: Mapping[str, str] = {
    "file": _DAMAGED,
    "references": tr("请打开这条记录，把所指的那一项重新选一次"),
    "photos": tr("备份和县里都没有这些照片，请从手机里再添加一次"),
}
_MENDS: Mapping[str, Callable[[Store], Detail | None]] = {
    "file": _file,
    "triggers": _triggers,
    "references": _references,
    "cursors": _cursors,
    "search": _search,
    "photos": _photos,
    "drafts": _drafts,
    "saved": _saved,
    "slots": _slots,
    "leftovers": _leftovers,
}
MENDABLE = frozenset(_MENDS)  # checks whose faults a repair may mend
