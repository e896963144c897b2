"""What is done with an export off the window's thread: journal, then the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridapp.language import tr
from gridapp.store.database import Connection
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress
from gridapp.work.export_choice import columns_for, remember
from gridapp.work.listing import Listing
from gridapp.work.purpose import journal, signed

EXCEL, CSV, STANDARD = ".xlsx", ".csv", "gbt31000"


@dataclass(frozen=True)
class Order:
    """What somebody wants: a list, as EXCEL, CSV or STANDARD, with these columns.

    purpose: why numbers are written in full, empty when they are masked.
    """

    listing: Listing
    kind: str
    keys: tuple[str, ...]
    purpose: str


@dataclass(frozen=True)
class Made:
    """The file that was written, and what is said of it."""

    path: Path
    words: str


def write_file(store: Store, order: Order, path: Path, progress: Progress) -> Made:
    """Write the file, after what is taken out of the vault stands in the journal.

    UserError when it cannot be written or was stopped; then there is no file.
    """
    _journal(store, order, path)
    with store.reading() as db:
        if order.kind == STANDARD:
            return Made(path, _standard(db, order, path, progress))
        return Made(path, _list(db, order, path, progress))


def _journal(store: Store, order: Order, path: Path) -> None:
    listing = order.listing
    with store.writing() as tx:
        if order.kind != STANDARD:
            remember(tx, listing, order.keys)
        if order.purpose:
            what = tr(
                "{title} {count:,} 条，存为 {name}",
                title=listing.title,
                count=len(listing.items),
                name=path.name,
            )
            kind = listing.model.__tablename__ if listing.model else None
            journal(tx, "export", kind, what, order.purpose)


def _list(db: Connection, order: Order, path: Path, progress: Progress) -> str:
    from gridapp.office.exporting.export import export

    count = export(
        db,
        order.listing,
        columns_for(order.listing, order.keys),
        path,
        signed(db, order.purpose),
        progress.step,
        progress.cancelled,
    )
    return tr("已导出{title} {count:,} 条", title=order.listing.title, count=count)


def _standard(db: Connection, order: Order, path: Path, progress: Progress) -> str:
    from gridapp.office.exporting.standard import export_standard

    listing = order.listing
    assert listing.model is not None
    made = export_standard(
        db,
        listing.model,
        listing.items,
        path,
        signed(db, order.purpose),
        listing.narrowed,
        progress.step,
        progress.cancelled,
    )
    return tr(
        "已按国标导出 {count:,} 条，其中 {lacking:,} 条待补",
        count=made.count,
        lacking=made.lacking,
    )
