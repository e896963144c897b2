"""What a page asks to print, and the PDF of it in memory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress
from gridapp.work.purpose import sign, take, write_down


@dataclass(frozen=True)
class Wanted:
    """A sheet of SHEETS, for whom and how."""

    sheet: str
    ids: tuple[UUID, ...]
    day: dt.date
    days: int = 1
    copies: int = 1  # of a blank form
    purpose: str = ""  # why numbers are shown in full; empty: they are hidden
    leave_blanks: bool = False
    photos: bool = False


@dataclass(frozen=True)
class Printed:
    """A PDF that lies in memory only."""

    wanted: Wanted
    content: bytes
    pages: int


class Stopped(UserError):
    """Somebody stopped the drawing."""

    def __init__(self) -> None:
        super().__init__(tr("已停下，没有生成"))


def drawn(store: Store, wanted: Wanted, progress: Progress) -> Printed:
    """Draw a sheet into memory; nothing private is written to the disk.

    Full numbers stand in the journal with their purpose before anybody sees them.
    Raises NotAllowed when they are not this user's to print,
    UserError when there is nothing to print, MissingGlyphs when the fonts lack a
    character and its place is not to be left empty, Stopped when it was cancelled.
    """
    from gridapp.office.sheets import SHEETS

    def stepped(done: int, total: int) -> None:
        if progress.cancelled():
            raise Stopped
        progress.step(done, total)

    sheet = SHEETS[wanted.sheet]
    taking = sheet.taking(wanted.ids, wanted.days)
    signature = sign(store, taking, wanted.purpose)
    out = BytesIO()
    with store.reading() as db:
        pages = sheet.draw(
            db,
            wanted.ids,
            wanted.day,
            out,
            days=wanted.days,
            copies=wanted.copies,
            signature=signature,
            leave_blanks=wanted.leave_blanks,
            photos=store.photos if wanted.photos else None,
            progress=stepped,
        )
    write_down(store, taking, wanted.purpose)
    return Printed(wanted, out.getvalue(), pages)


def is_tabulated(sheet: str) -> bool:
    """Whether what a sheet of SHEETS says can be kept as a workbook as well."""
    from gridapp.office.sheets import SHEETS

    return SHEETS[sheet].table is not None


def tabulated(store: Store, wanted: Wanted, path: Path) -> int:
    """Write what the sheet says as a workbook; how many rows. UserError when the file
    cannot be written."""
    from gridapp.office.sheets import SHEETS
    from gridapp.office.sheets.sheet import Order

    table = SHEETS[wanted.sheet].table
    assert table is not None  # as `is_tabulated` said
    take(store, SHEETS[wanted.sheet].taking(wanted.ids, wanted.days, path.name))
    with store.reading() as db:
        return table(db, Order(wanted.ids, wanted.day), path)


def kept(store: Store, printed: Printed, path: Path) -> None:
    """Write the PDF to a file, whole or not at all; where whole numbers are in it, the
    journal has the file's name first. UserError when it cannot be written."""
    from gridapp.office.sheets import SHEETS
    from gridapp.office.whole_file import write_whole

    wanted = printed.wanted
    taking = SHEETS[wanted.sheet].taking(wanted.ids, wanted.days, path.name)
    take(store, taking, wanted.purpose)
    write_whole(printed.content, path)
