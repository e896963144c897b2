"""Enrolment files for many laptops at once, so that each is ready at its first log-in.

All or nothing: the codes are made in one transaction, and the files get their folder
once it is through. Who is killed between the two has codes that nobody knows; they run
out, and the same list may be prepared again.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import unicodedata
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select
from uuid_utils.compat import uuid7

from gridapp import durable
from gridapp.county import access, org
from gridapp.county.codes import fresh_code
from gridapp.county.computers import check_name
from gridapp.county.store import County
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid
from gridapp.models.kinds import TIME, now
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.sync import address, enrolment_file, pin
from gridapp.sync.enrolment_file import Prepared
from gridapp.sync.gridpkg import SUFFIX, Header

DAYS, MOST_DAYS = 14, 30  # that a file works
MOST_DAYS_ALONE = 7  # when whoever has it needs nothing else
_UNFINISHED = ".part"  # after the name of the folder
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


@dataclass(frozen=True)
class Wanted:
    """A laptop that is to be prepared: one row of the list, with its number in it."""

    row: int
    worker: str  # a name, or the id of somebody who is known
    grids: Sequence[str] = ()
    grid_name: str = ""  # of the first grid, where it is not there yet
    area: str | None = None
    role: str | None = None
    phones: str = ""
    computer: str = ""  # names the file, for a roll-out by the names of computers
    faults: Sequence[str] = ()  # what whoever read the row found wrong about it


@dataclass(frozen=True)
class Made:
    """The file of one row, and the number that goes with it ("" for none).

    new_grid: the code of the grid that was not there yet. known: who it is for has a
    laptop, or a file or code for one, already.
    """

    row: int
    worker: str
    grid: str
    phones: str
    file: str
    pin: str
    new_grid: str = ""
    known: bool = False


class _Wrong(Exception):
    """What is wrong about one row, a sentence each."""


def prepare(
    county: County,
    people: Sequence[Wanted],
    url: str,
    out: Path,
    *,
    ca: str = "",
    days: int = DAYS,
    pins: bool = True,
) -> list[Made]:
    """Write a file for each of `people` into the new folder `out`.

    url: where laptops reach the county. ca: certificates they are to believe, as PEM.
    pins: each file works only together with a number that is told.
    UserError, with a line for each row that is wrong, and nothing is made.
    """
    url = address.checked(url)
    _check(out, days, pins=pins)
    unfinished = _new_folder(out)
    try:
        with county.writing() as db:
            found = _Preparing(county, db, url, ca, days, unfinished, pins=pins)
            made = found.all_of(people)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    if out.exists():
        out.rmdir()
    unfinished.rename(out)
    durable.sync_folder(out.parent)
    return made


def _new_folder(out: Path) -> Path:
    """A folder that becomes `out` once all is in it; UserError when there is none."""
    unfinished = out.with_name(out.name + _UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        durable.make_folder(unfinished)
    except OSError as error:
        raise UserError(
            tr("文件夹 {out} 建不了，请换一个能写的地方", out=out)
        ) from error
    return unfinished


def _check(out: Path, days: int, *, pins: bool) -> None:
    most = MOST_DAYS if pins else MOST_DAYS_ALONE
    if not 1 <= days <= most:
        raise UserError(tr("有效天数最少 1 天，最多 {most} 天", most=most))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(tr("{out} 里已经有东西，请换一个新的文件夹", out=out))


class _Preparing:
    """One run, inside its transaction."""

    def __init__(
        self,
        county: County,
        db: Connection,
        url: str,
        ca: str,
        days: int,
        folder: Path,
        *,
        pins: bool,
    ) -> None:
        self._county, self._db = county, db
        self._url, self._ca, self._days = url, ca, days
        self._folder, self._pins = folder, pins
        self._names: set[str] = set()  # of the files, as Windows compares them
        self._computers: dict[str, int] = {}  # the row of each, compared likewise

    def all_of(self, people: Sequence[Wanted]) -> list[Made]:
        made: list[Made] = []
        wrong: list[str] = []
        for one in people:
            try:
                made.append(self._one(one))
            except _Wrong as error:
                wrong += [
                    tr("第 {row} 行：{fault}", row=one.row, fault=fault)
                    for fault in error.args
                ]
        if wrong:
            raise UserError(
                "\n".join([tr("没有生成任何文件，请先改好这些行："), *wrong])
            )
        return made

    def _one(self, one: Wanted) -> Made:
        """The file of one row; _Wrong with all that is wrong about it, so that nobody
        mends it fault by fault."""
        code, number = fresh_code(), pin.fresh() if self._pins else ""
        faults, new = list(one.faults), ""
        with _noting(faults):
            self._check_computer(one)
        with _noting(faults):
            new = self._first_grid(one)
        with _noting(faults):
            invited = access.invite_in(
                self._db,
                code + number,
                one.grids,
                one.worker,
                one.role,
                self._days,
                one.area,
            )
        if faults:
            raise _Wrong(*dict.fromkeys(faults))
        file = self._written(one, invited, code)
        grid = tr("、").join(name for _, name in self._grids(one))
        return Made(
            one.row,
            invited.worker,
            grid,
            one.phones,
            file,
            number,
            new,
            invited.known,
        )

    def _written(self, one: Wanted, invited: access.Invitation, code: str) -> str:
        """Write the file of a row; its name."""
        grids = self._grids(one)
        expires = now() + dt.timedelta(days=self._days)
        said = Prepared(
            code,
            self._pins,
            TIME.to_wire(expires),
            self._url,
            invited.worker,
            invited.role,
            grids,
            one.area or "",
            self._ca,
        )
        path = self._named(one.computer or f"{grids[0][0]}-{invited.worker}")
        header = Header(
            kind=enrolment_file.READY,
            server=self._county.server_id,
            epoch=self._county.epoch,
            device=bytes(16),
            package=uuid7().bytes,
            number=0,
            made_at=TIME.to_wire(now()),
            keys=b"",
        )
        enrolment_file.write(path, header, said, self._county.keys.current)
        return path.name

    def _check_computer(self, one: Wanted) -> None:
        """UserError when no computer is called so, or another row is for the same: a
        roll-out by names would give it to either of two people."""
        if not one.computer:
            return
        check_name(one.computer)
        row = self._computers.setdefault(one.computer.casefold(), one.row)
        if row != one.row:
            words = tr(
                "计算机名 {name} 和第 {row} 行相同，请一台电脑写一行",
                name=one.computer,
                row=row,
            )
            raise UserError(words)

    def _first_grid(self, one: Wanted) -> str:
        """Its code when it is made now, else "". UserError when the list calls it
        otherwise than the county: the row may have slipped."""
        for code in org.checked_codes(one.grids[:1]):
            name, told = self._name_of(code), one.grid_name
            org.make_grid(self._db, code, now(), {"name": told} if told else {})
            if name is None:
                return code
            if told and name != code and _compared(told) != _compared(name):
                words = tr(
                    "网格 {code} 在县里叫“{known}”，名单里写的是“{name}”，请核对",
                    code=code,
                    known=name,
                    name=told,
                )
                raise UserError(words)
        return ""

    def _name_of(self, code: str) -> str | None:
        table = table_of(Grid)
        query = select(table.c.name).where(table.c.id == grid_id(code))
        return self._db.execute(query).scalar_one_or_none()

    def _grids(self, one: Wanted) -> list[tuple[str, str]]:
        """(code, name) of the grids that were named; of an area alone its first."""
        keys = [grid_id(code) for code in org.checked_codes(one.grids)]
        if not keys and one.area:
            keys = sorted(org.in_area(self._db, one.area))[:1]
        table = table_of(Grid)
        query = select(table.c.id, table.c.code, table.c.name)
        rows = self._db.execute(query.where(table.c.id.in_(keys)))
        found = {row.id: (row.code, row.name) for row in rows}
        return [found[key] for key in keys]

    def _named(self, name: str) -> Path:
        """A file that says for whom or for what it is, and is not there yet."""
        stem = _NOT_IN_NAMES.sub("_", name)
        path, again = self._folder / f"{stem}{SUFFIX}", 1
        while path.name.casefold() in self._names:
            again += 1
            path = self._folder / f"{stem}-{again}{SUFFIX}"
        self._names.add(path.name.casefold())
        return path


@contextmanager
def _noting(faults: list[str]) -> Generator[None]:
    """Let the faults of a row be told together."""
    try:
        yield
    except UserError as error:
        faults.append(str(error))


def _compared(name: str) -> str:
    """A name without blanks and widths of letters (UAX #15)."""
    return "".join(unicodedata.normalize("NFKC", name).split())
