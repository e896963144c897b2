"""What a printed sheet is: its name, what it is printed for, and who draws it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict
from uuid import UUID

from gridapp.models.deeds import Deed, Said
from gridapp.models.permissions import Act
from gridapp.models.record import Record
from gridapp.office.paper.target import Target
from gridapp.store.database import Connection
from gridapp.store.photos import PhotoStore
from gridapp.work.purpose import Signature, Taking, in_full

Progress = Callable[[int, int], object]

Takes = Literal["residents", "record", "building", "day", "month", "grid", "copies"]
"""What a sheet is printed for.

residents: people, in walking order; without any, those who are due.
record: records of the sheet's own type.
building: buildings.
day: a day, or several from one day on; no record need be chosen.
month: the month of a day, of this grid or of those that are chosen.
grid: this whole grid, or the grids or buildings that are chosen.
copies: nothing but a number of blank forms.
"""


class Options(TypedDict):
    """How any sheet is drawn."""

    signature: Signature | None
    leave_blanks: bool
    progress: Progress | None


@dataclass(frozen=True)
class Order:
    """What is to be printed of a sheet, and how."""

    ids: tuple[UUID, ...]
    day: dt.date
    days: int = 1  # that a daily sheet covers, `day` the first of them
    copies: int = 1  # of a blank form
    signature: Signature | None = None  # of whoever has whole numbers; None: masked
    leave_blanks: bool = False
    photos: PhotoStore | None = None  # to print photos from; None: none are printed
    progress: Progress | None = None

    @property
    def unmasked(self) -> bool:
        """Return whether numbers stand in full: somebody has signed for that."""
        return in_full(self.signature)

    @property
    def options(self) -> Options:
        """Return how it is drawn, whatever the sheet is."""
        return {
            "signature": self.signature,
            "leave_blanks": self.leave_blanks,
            "progress": self.progress,
        }


Table = Callable[[Connection, Order, Path], int]
"""Writes what a sheet says as a workbook; returns its number of rows."""
Drawing = Callable[[Connection, Order, Target], int]
"""Writes a sheet to a file or into memory; returns its number of pages."""


@dataclass(frozen=True)
class Sheet:
    """One sort of printed sheet."""

    title: str
    about: str  # what it is for, in one sentence
    model: type[Record]  # whose fields choose, and whose disclosure is journalled
    drawing: Drawing
    takes: Takes
    due: str = ""  # kind of due work it is for when nothing is chosen
    table: Table | None = None  # the same as an Excel workbook, where there is one
    photos: bool = False  # whether it can be printed with the photos of its records
    phones: bool = False  # a list to call from: of no use with hidden numbers

    def taking(self, ids: Collection[UUID], days: int = 1, file: str = "") -> Taking:
        """Return what leaves the vault with it, into a file of that name or on paper.

        The papers of one record, and lists to call from, need less permission than
        those of many people.
        """
        count = len(ids) or 1
        one = len(ids) == 1 or self.phones or self.takes == "copies"
        one = one or (self.takes == "day" and days == 1)
        return Taking(
            Deed.PRINT,
            self.model.__tablename__,
            Said.PRINTED.of(sheet=self.title, count=count),
            count,
            file,
            needs=Act.PRINT_ONE_FULL if one else Act.PRINT_FULL,
        )

    def draw(
        self,
        db: Connection,
        ids: Iterable[UUID],
        day: dt.date,
        out: Target,
        *,
        days: int = 1,
        copies: int = 1,
        signature: Signature | None = None,
        leave_blanks: bool = False,
        photos: PhotoStore | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Write the sheet of these records to a file or into memory; its pages.

        `progress(done, total)` is called after each page; raising in it stops the
        print and leaves no file. Raises UserError when there is nothing to print, the
        file cannot be written, or the font lacks a character and `leave_blanks` does
        not leave its place to the pen. `signature` is that of whoever takes whole
        numbers, as `work.purpose.take` gives it; without one they are masked.
        """
        order = Order(
            tuple(ids), day, days, copies, signature, leave_blanks, photos, progress
        )
        return self.drawing(db, order, out)
