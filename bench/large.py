"""A county of a million residents beside one of ten thousand: what a row costs."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from bench import counties, postgres, vaults
from bench.laptops import PATH, Day
from bench.rush import changes, known, log_ends
from bench.syncing import served
from bench.table import Line, Run
from bench.wire import Meter
from gridapp.county import access, upkeep
from gridapp.county.store import County
from gridapp.county.tables import device
from gridapp.store import vault
from gridapp.sync.client import HttpTransport, SyncClient
from gridapp.sync.protocol import Cursor, SyncReply, pack, unpack

SMALL = 10_000
OF_A_GRID = 3334  # residents, in both counties
VISITS, NOTES = 20, 20  # of a laptop's day
LINES = 3  # on which laptops follow each other, in both counties
_BAR = "≤ 1.2×"


@dataclass
class Served:
    """A county that runs, with one laptop let in for each of its grids."""

    folder: Path
    url: str
    server: int
    database: str
    grids: list[UUID]
    codes: list[str]
    laptops: list[counties.Enrolled]

    def processor(self) -> float:
        """Seconds that the server and its database have taken."""
        return counties.processor_of(self.server, self.database)


Cost = dict[str, float]


def large(run: Run) -> Iterator[Line]:
    """The cost of a row must not grow with the county."""
    where = postgres.programs()
    if not where:
        yield Line("large: county", None, against="PostgreSQL is not installed")
        return
    count = run.pick(1_000_000, 20_000)
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres.cluster(where))
        small, big = (
            stack.enter_context(_county(run, cluster, size)) for size in (SMALL, count)
        )
        for name, measure, rounds in (
            ("first sync of a community of three grids", _first, run.pick(3, 1)),
            ("a day's traffic", _day(run.pick(300, 60)), run.pick(3, 1)),
        ):
            found = _in_turns(run, measure, (small, big), rounds)
            yield from _lines(f"large: {name}", found, count)


def _in_turns(
    run: Run,
    measure: Callable[[Run, Served], Cost],
    both: Sequence[Served],
    rounds: int,
) -> list[Cost]:
    """The median costs at each county, taken in turns after one that warms them up."""
    taken: list[list[Cost]] = [[] for _ in both]
    for turn in range(rounds + 1):
        for costs, county in zip(taken, both, strict=True):
            cost = measure(run, county)
            if turn:
                costs.append(cost)
    return [
        {name: statistics.median(one[name] for one in costs) for name in costs[0]}
        for costs in taken
    ]


def _lines(title: str, found: list[Cost], count: int) -> Iterator[Line]:
    small, big = found
    for name, value in big.items():
        what, _, unit = name.rpartition(", ")
        line = f"{title}, {count:,} residents: {what}"
        if unit == "µs/row":
            ratio = value / small[name]
            yield Line(line, value, unit, ratio, f"{SMALL:,} residents", _BAR)
        else:
            yield Line(line, value, unit)


@contextmanager
def _county(run: Run, cluster: str, count: int) -> Generator[Served]:
    folder = run.folder / f"county-{count}"
    database = postgres.new_database(cluster, f"large_{count}")
    start = time.monotonic()
    upkeep.init(folder, database)
    grids = -(-count // OF_A_GRID)
    with upkeep.opened(folder) as county:
        made = counties.fill(county, grids, count)
        codes = counties.codes(grids)
        laptops = [
            counties.let_in(county, code, grid, "王秀兰")
            for code, grid in zip(codes, made, strict=True)
        ]
    took = time.monotonic() - start
    print(f"large: {count:,} residents made in {took:.0f} s", file=sys.stderr)
    with served(folder, "--workers", "2") as (url, server):
        counties.await_quiet(server)
        yield Served(folder, url, server, database, made, codes, laptops)


def _first(run: Run, county: Served) -> Cost:
    """A laptop of three grids gets all of them."""
    with upkeep.opened(county.folder) as opened:
        code = access.create_enrolment(opened, county.codes[:3], "李主任")
    meter = Meter(county.server, int(county.url.rsplit(":", 1)[1]))
    folder = run.folder / f"laptop-{time.monotonic_ns()}"
    store = vault.create(folder, vaults.PASSWORD)
    try:
        client = SyncClient(store, HttpTransport(meter.url))
        client.enrol(code)
        before = county.processor()
        size = meter.take(client.sync)[2]
        cost = county.processor() - before
        rows, seconds = client.report.pulled, client.report.seconds
    finally:
        store.close()
    return {
        "speed, rows/s": rows / seconds,
        "size, bytes/row": size / rows,
        "time, µs/row": seconds / rows * 1e6,
        "the county's processor, µs/row": cost / rows * 1e6,
    }


def _day(count: int) -> Callable[[Run, Served], Cost]:
    """So many laptops' days, of one laptop after the other on each line."""

    def measure(_: Run, county: Served) -> Cost:
        days = _days(county, count)
        taken = [0] * LINES

        def go(line: int) -> None:
            taken[line] = sum(_said(county.url, *one) for one in days[line::LINES])

        threads = [threading.Thread(target=go, args=(one,)) for one in range(LINES)]
        before, start = county.processor(), time.perf_counter()
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        took, rows = time.perf_counter() - start, count * (VISITS + NOTES)
        if sum(taken) != rows:
            raise RuntimeError(f"the county took {sum(taken)} of {rows} changes")
        return {
            "speed, changes/s": rows / took,
            "time, µs/row": took / rows * 1e6,
            "the county's processor, µs/row": (county.processor() - before)
            / rows
            * 1e6,
        }

    return measure


def _days(county: Served, count: int) -> list[tuple[str, bytes]]:
    """Tokens and requests of so many days. Where there are fewer laptops they have
    several days, in the order in which they go; all of one laptop are on one line."""
    found: list[tuple[str, bytes]] = []
    here = len(county.laptops) // LINES * LINES
    with upkeep.opened(county.folder) as opened:
        ends, said = log_ends(opened), _said_before(opened)
        for number in range(count):
            who = county.laptops[number % here]
            people = known(opened, who.grid, NOTES, number // here * NOTES)
            before = said[who.device]
            day = Day(who, changes(who, people, before, VISITS), 0, before)
            said[who.device] = day.changes[-1].seq
            cursor = Cursor(who.grid.bytes, ends[who.grid], "done")
            ends[who.grid] += len(day.changes)
            found.append((who.token, pack(day.request(cursor, push=True))))
    return found


def _said_before(county: County) -> dict[bytes, int]:
    with county.reading() as db:
        query = select(device.c.id, device.c.last_seq)
        return {key.bytes: last for key, last in db.execute(query)}


def _said(url: str, token: str, body: bytes) -> int:
    """Send one day; how many changes were taken."""
    line = HttpTransport(url)
    try:
        status, answer = line.exchange(PATH, token, body)
    finally:
        line.close()
    reply = unpack(answer, SyncReply) if status == 200 else None
    return reply.pushed.taken if reply and reply.pushed else 0
