"""The end of a day: every laptop of a county sends its changes and asks for others'."""

from __future__ import annotations

import shutil
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from uuid import UUID

from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from bench import counties, postgres
from bench.laptops import Day, Told, rush
from bench.syncing import served
from bench.table import Line, Run
from gridapp.county import rows, upkeep
from gridapp.county.store import County
from gridapp.county.tables import change, held, scope
from gridapp.models import Resident, Visit
from gridapp.models.kinds import TIME, now
from gridapp.models.record import table_of
from gridapp.sync.protocol import INSERT, UPDATE, Change
from gridapp.sync.wire import pairs, whole

WITHIN = 10.0  # seconds in which all begin
OF_A_GRID = 5  # laptops
VISITS, NOTES = 15, 15  # of a laptop's day
_WORKERS = "2"


def end_of_day(run: Run) -> Iterator[Line]:
    """Until all are through, what a request takes, and whether anything was lost."""
    where = postgres.programs()
    if where:
        with postgres.cluster(where) as cluster:
            for count in (200,) if run.quick else (200, 1000):
                url = postgres.new_database(cluster, f"rush_{count}")
                yield from _rush(run, count, url)
    yield from _rush(run, run.pick(200, 50), None)


def _rush(run: Run, count: int, database: str | None) -> Iterator[Line]:
    kind = "PostgreSQL" if database else "SQLite"
    folder = run.folder / f"rush-{kind}-{count}"
    upkeep.init(folder, database)
    with upkeep.opened(folder) as county:
        days = _days(county, count)
    with ExitStack() as stack:
        options = ("--workers", _WORKERS) if database else ()
        url, pid = stack.enter_context(served(folder, *options))
        counties.await_quiet(pid)
        before = counties.processor_of(pid, database)
        told, took = rush(url, days, WITHIN)
        cost = counties.processor_of(pid, database) - before
    with upkeep.opened(folder) as county:
        lost = _lost(county, days)
    shutil.rmtree(folder)
    title, sent = f"rush: {count:,} laptops, {kind}", sum(len(d.changes) for d in days)
    yield from _lines(title, told, took)
    yield Line(f"{title}: the county's processor", cost / sent * 1e6, "µs/change")
    name = f"{title}: lost or doubled of {sent:,} changes"
    yield Line(name, lost, "changes", None, "", "0")


def _lines(title: str, told: Told, took: float) -> Iterator[Line]:
    requests = len(told.seconds)
    yield Line(f"{title}: until all are through", took, "s")
    yield Line(f"{title}: requests", requests / took, "a second")
    cuts = statistics.quantiles(told.seconds, n=100)
    for name, seconds in (
        ("half of the requests", cuts[49]),
        ("95 % of the requests", cuts[94]),
        ("the longest request", max(told.seconds)),
    ):
        yield Line(f"{title}: {name}", seconds * 1000, "ms")
    busy = Counter(told.statuses)
    busy.pop(200, None)
    yield Line(f"{title}: busy answers, asked again", sum(busy.values()), "requests")
    yield Line(
        f"{title}: laptops that gave up", len(told.failed), "laptops", None, "", "0"
    )
    share = told.processor / took
    yield Line(f"{title}: the laptops' own processor", share, "cores")


def _days(county: County, count: int) -> list[Day]:
    """Laptops with a day's work each, five to a grid."""
    grids = -(-count // OF_A_GRID)
    made = counties.fill(county, grids, grids * OF_A_GRID * NOTES)
    codes = counties.codes(grids)
    days: list[Day] = []
    for number in range(count):
        grid = made[number // OF_A_GRID]
        who = counties.let_in(county, codes[number // OF_A_GRID], grid, f"第{number}人")
        people = known(county, grid, NOTES, number % OF_A_GRID * NOTES)
        days.append(Day(who, changes(who, people, 0, VISITS), 0))
    ends = log_ends(county)
    for one in days:
        one.read = ends[one.who.grid]
    # Neighbours in the list begin one after the other: not all of one grid together.
    return [one for first in range(OF_A_GRID) for one in days[first::OF_A_GRID]]


def log_ends(county: County) -> dict[UUID, int]:
    """The number of the last line of each grid's log."""
    with county.reading() as db:
        return {key: n for key, n in db.execute(select(scope.c.grid_id, scope.c.last))}


def known(county: County, grid: UUID, count: int, offset: int = 0) -> list[rows.Row]:
    """Some residents of a grid as the county has them."""
    table = table_of(Resident)
    query = select(table.c.id).where(table.c.grid_id == grid).order_by(table.c.id)
    with county.reading() as db:
        ids = list(db.scalars(query.offset(offset).limit(count)))
        return list(rows.load(db, Resident, ids).values())


def changes(
    who: counties.Enrolled, people: Sequence[rows.Row], last: int, visits: int
) -> list[Change]:
    """A note of each of these residents, and so many visits; after `last`."""
    at = now()
    sent: list[tuple[str, bytes, str, int | None, tuple[str, list[object]]]] = []
    for number in range(visits):
        person = people[number % len(people)]
        visit = {
            "resident_id": person["id"],
            "mode": "home",
            "started_at": at,
            "condition": "good",
            "note": f"在家，一切正常，第{last + number}次走访",
        }
        sent.append(("visit", uuid7().bytes, INSERT, None, whole(Visit, visit)))
    for one in people:
        note = (one["note"], f"{now():%H%M%S}看过，第{last}次")
        base = TIME.to_wire(one["updated_at"])
        told = pairs(Resident, {"note": note})
        sent.append(("resident", one["id"].bytes, UPDATE, base, told))
    return [
        Change(
            last + place,
            type_,
            record_id,
            who.grid.bytes,
            action,
            TIME.to_wire(at),
            who.worker,
            base,
            names,
            values,
        )
        for place, (type_, record_id, action, base, (names, values)) in enumerate(
            sent, 1
        )
    ]


def _lost(county: County, days: Sequence[Day]) -> int:
    """Changes that are not at the county as they were sent, or are there twice."""
    lost = 0
    logged = select(change.c.device_id, func.count()).group_by(change.c.device_id)
    with county.reading() as db:
        lines = {key: count for key, count in db.execute(logged)}
        lost += db.scalar(select(func.count()).select_from(held)) or 0
        for day in days:
            lost += abs(lines.get(_id(day.who.device), 0) - len(day.changes))
            for model in (Visit, Resident):
                sent = {
                    _id(one.id): dict(
                        zip(one.names.split(","), one.values, strict=True)
                    )
                    for one in day.changes
                    if one.type == model.__tablename__
                }
                found = rows.load(db, model, list(sent))
                for key, values in sent.items():
                    note = values["note"] if model is Visit else values["note"][1]
                    lost += key not in found or found[key]["note"] != note
    return lost


def _id(raw: bytes) -> UUID:
    return UUID(bytes=raw)
