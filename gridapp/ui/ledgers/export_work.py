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
from gridapp.work.purpose import Signature, exporting, take

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

    UserError when it cannot be written or was stopped, NotAllowed when it is not this
    user's to take; then there is no file.
    """
    signature = take(store, exporting(order.listing, path), order.purpose)
    if order.kind != STANDARD:
        with store.writing() as tx:
            remember(tx, order.listing, order.keys)
    write = _standard if order.kind == STANDARD else _list
    with store.reading() as db:
        return Made(path, write(db, order, path, signature, progress))


def _list(
    db: Connection, order: Order, path: Path, signature: Signature, progress: Progress
) -> str:
    from gridapp.office.exporting.export import export

    count = export(
        db,
        order.listing,
        columns_for(order.listing, order.keys),
        path,
        signature,
        progress.step,
        progress.cancelled,
    )
    return tr("已导出{title} {count:,} 条", title=order.listing.title, count=count)


def _standard(
    db: Connection, order: Order, path: Path, signature: Signature, progress: Progress
) -> str:
    from gridapp.office.exporting.standard import export_standard

    listing = order.listing
    assert listing.model is not None
    made = export_standard(
        db,
        listing.model,
        listing.items,
        path,
        signature,
        listing.narrowed,
        progress.step,
        progress.cancelled,
    )
    return tr(
        "已按国标导出 {count:,} 条，其中 {lacking:,} 条待补",
        count=made.count,
        lacking=made.lacking,
    )
