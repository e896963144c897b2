"""Counties of any size, written straight into the database, and laptops let in there.

The records are as if laptops had sent them: they stand in the log too, so that its
indexes are as large as those of a county that grew.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, text
from uuid_utils.compat import uuid7

import gridapp
from bench import payload
from bench.wire import processor
from gridapp.county import access, log, org, rows
from gridapp.county.store import County
from gridapp.models import Building, Dwelling, Household, Resident, rules
from gridapp.models.kinds import now
from gridapp.models.record import Record, Values
from gridapp.sync.protocol import INSERT, VERSION, EnrolRequest
from gridapp.sync.wire import whole

AT_A_DOOR = 3
DOORS = 60  # of a building
_YEAR = dt.timedelta(days=365)


@dataclass(frozen=True)
class Enrolled:
    """A laptop that was let in: what its requests say of it."""

    device: bytes
    token: str
    worker: bytes
    epoch: str
    grid: UUID


def codes(count: int) -> list[str]:
    """Codes of so many grids, three to a community."""
    return [f"990101001{one // 3 + 1:03}{one % 3 + 1:03}" for one in range(count)]


def fill(county: County, grids: int, residents: int) -> list[UUID]:
    """Make the grids with so many residents together; their ids, in order.

    All grids grow at once, a building after the other, so that the records of one lie
    as scattered among those of the others as where many laptops sent them.
    """
    at = now() - _YEAR
    with county.writing() as db:
        made = [org.make_grid(db, code, at) for code in codes(grids)]
    people = payload.residents(residents)
    left = [residents // grids + (one < residents % grids) for one in range(grids)]
    building = 0
    while any(left):
        building += 1
        for number, grid in enumerate(made):
            here = list(islice(people, min(left[number], DOORS * AT_A_DOOR)))
            left[number] -= len(here)
            if here:
                with county.writing() as db:
                    _house(db, grid, f"{building}栋", here, at)
    if county.postgres:  # as it does by itself in time
        with county.engine.connect() as db:
            db.execution_options(isolation_level="AUTOCOMMIT")
            for command in ("VACUUM (ANALYZE)", "CHECKPOINT"):
                db.execute(text(command))
    return made


def _house(
    db: Connection, grid: UUID, number: str, people: Sequence[Values], at: dt.datetime
) -> None:
    """A building, its doors, and these people behind them."""
    building = _made(grid, at, {"number": number})
    dwellings = [
        _made(grid, at, {"building_id": building["id"], "room": f"{one:04}"})
        for one in range(-(-len(people) // AT_A_DOOR))
    ]
    homes = [_made(grid, at, {"dwelling_id": one["id"]}) for one in dwellings]
    residents = [
        _made(grid, at, {**one, "household_id": homes[place // AT_A_DOOR]["id"]})
        for place, one in enumerate(people)
    ]
    for model, made in (
        (Building, [building]),
        (Dwelling, dwellings),
        (Household, homes),
        (Resident, residents),
    ):
        _write(db, model, made, at)


def _made(grid: UUID, at: dt.datetime, values: Values) -> Values:
    own = {"id": uuid7(), "grid_id": grid, "created_at": at, "updated_at": at}
    return {**values, **own}


def _write(
    db: Connection, model: type[Record], made: Sequence[Values], at: dt.datetime
) -> None:
    fields = {n: v for n, v in made[-1].items() if n not in _OWN}
    if wrong := rules.problems(model, fields):
        raise RuntimeError(f"the bench invents a {model.__tablename__}: {wrong}")
    rows.insert(db, model, made)
    log.append(db, [_line(model, one, at) for one in made], at)


_OWN = frozenset({"id", "grid_id", "created_at", "updated_at"})


def _line(model: type[Record], values: Values, at: dt.datetime) -> log.Entry:
    names, sent = whole(model, {n: v for n, v in values.items() if n not in _OWN})
    return log.Entry(
        values["grid_id"],
        model.__tablename__,
        values["id"],
        INSERT,
        names,
        sent,
        at,
        None,
        None,
        at,
    )


def let_in(county: County, code: str, grid: UUID, name: str) -> Enrolled:
    """A new laptop of one grid, let in at the county itself: no brake on attempts."""
    invited = access.create_enrolment(county, [code], name)
    device = uuid7().bytes
    request = EnrolRequest(VERSION, invited, device, "bench", gridapp.__version__)
    reply = access.enrol(county, request)
    return Enrolled(device, reply.token, reply.worker, county.epoch, grid)


def processor_of(server: int, url: str | None) -> float:
    """Seconds of the processor that a county's server has taken, and its PostgreSQL."""
    if not url:
        return processor(server)
    data = Path(url.partition("?host=")[2]) / "data" / "postmaster.pid"
    database = int(data.read_text(encoding="ascii").split()[0])
    return processor(server) + processor(database)


def await_quiet(server: int) -> None:
    """Until all processes of a server have started: what that takes is not measured."""
    before = -1.0
    while (taken := processor(server)) > before:
        before = taken
        time.sleep(0.5)
