"""What was read of a damaged file as one workbook: a sheet for each kind of record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridapp.language import tr
from gridapp.models import RECORDS, Grid, Resident, Worker
from gridapp.models.kinds import now
from gridapp.models.permissions import Act, demand
from gridapp.models.record import Record
from gridapp.office.exporting.book import Book
from gridapp.office.exporting.export import look
from gridapp.office.whole_file import write_whole
from gridapp.store import backup_places
from gridapp.store.rescue import Count, Salvage, ids_of, salvage
from gridapp.store.slots import Opened
from gridapp.work.listing import of_records
from gridapp.work.purpose import Signature

if TYPE_CHECKING:
    from gridapp.office.steps import Cancelled, Progress
    from gridapp.store.database import Connection

# Grids and workers are at the county, and a ledger of workers would be one of people.
_KINDS = (
    Resident,
    *(one for one in RECORDS if one not in (Resident, Grid, Worker)),
)
_EVERY = 200  # rows between two looks at progress and cancel


def write_rescued(
    found: Salvage,
    out: Path,
    signature: Signature,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Write the records that were read, residents first; how many. Whole, or not at
    all.

    Each sheet has the columns of an export with whole numbers, so that it can be
    imported again by kind. UserError when the file cannot be written or the work was
    stopped.
    """
    title, done = tr("从损坏的数据文件里取出的资料"), 0
    with found.reading() as db, Book(title, signature) as book:
        for model in _KINDS:
            done += _sheet(book, db, model, signature, progress, cancelled)
        book.say(title, (), done, *said(found.counts))
    write_whole(book.data, out)
    return done


@dataclass(frozen=True)
class Rescued:
    """What became of it: `records` in the file, and `damaged` of `pages` pages."""

    records: int
    pages: int
    damaged: int
    counts: tuple[Count, ...]

    @property
    def words(self) -> list[str]:
        """How much of each kind was read and is lost."""
        return said(self.counts)


def rescue(
    folder: Path,
    opened: Opened,
    out: Path,
    purpose: str,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Rescued:
    """Write what can be read of the damaged database in `folder` into a workbook, for
    whoever opened its keys; nothing in the folder is changed.

    NotAllowed when that person may not do it; UserError when nothing can be read, the
    file cannot be written, or the work was stopped.
    """
    demand(opened.slot.account.role, Act.RESCUE)
    found = salvage(folder, opened.key, progress)
    try:
        who = opened.slot.name  # a damaged file takes nothing down
        signature = Signature(who, "", now(), purpose, journalled=False)
        count = write_rescued(found, out, signature, progress, cancelled)
        return Rescued(count, found.pages, found.damaged, found.counts)
    finally:
        found.close()


def next_words(folder: Path) -> str:
    """What to do after a rescue, with the last good backup there is."""
    kept = backup_places.read(backup_places.local(folder)).kept
    last = max((one.manifest.moment for one in kept), default=None)
    if last is None:
        return tr(
            "这台电脑上没有好的备份。请县里的技术人员重新建立数据：登记过的，同步后县里"
            "有的都会回来，再把这份表里的导入"
        )
    return tr(
        "接着请恢复备份：最近一份好的是 {day:%Y-%m-%d %H:%M} 的，恢复后先同步，再把"
        "这份表里备份之后的内容导入或补录",
        day=last.astimezone(),
    )


def said(counts: Iterable[Count]) -> list[str]:
    """How much of each kind was read and is lost, in words."""
    found: list[str] = []
    for one in counts:
        words = {"title": one.model.title, "read": one.read, "lost": one.lost}
        if one.lost and one.exact:
            found.append(tr("{title}：读出 {read:,} 条，丢失 {lost:,} 条", **words))
        elif one.lost or not one.exact:
            found.append(tr("{title}：读出 {read:,} 条，丢失至少 {lost:,} 条", **words))
        elif one.read:
            found.append(tr("{title}：读出 {read:,} 条，没有丢失", **words))
    return found


def _sheet(
    book: Book,
    db: Connection,
    model: type[Record],
    signature: Signature,
    progress: Progress | None,
    cancelled: Cancelled | None,
) -> int:
    ids = ids_of(db, model)
    if not ids:
        return 0
    listing = of_records(model, ids)
    columns = listing.columns
    sheet, count = book.sheet(listing.title), 0
    for at, column in enumerate(columns):
        sheet.head(at, column.label, text=column.digits)
    for row in listing.rows(db, frozenset(one.key for one in columns)):
        if count % _EVERY == 0:
            look(count, len(ids), progress, cancelled)
        count += 1
        for at, column in enumerate(columns):
            cell = column.cell(row.get(column.key), unmasked=signature.unmasked)
            sheet.put(count, at, cell, long=column.long, text=column.digits)
    sheet.finish(count)
    return count
