"""What is counted of the grids, held against a count by hand, on both databases."""

import datetime as dt
from uuid import UUID

from sqlalchemy import update

from gridapp.county import access, browsers
from gridapp.county.tables import device
from gridapp.county.web import figures
from gridapp.county.web.figures import Period
from gridapp.models.kinds import now
from gridapp.models.place import grid_id
from tests.county.caller import Caller, direct
from tests.county.web.filled import COUNTY, GRIDS, WORDS, World, plain


def test_figures_are_what_a_plain_count_says_on_both_databases(county):
    world = World(GRIDS, seed=7, people=12)
    world.fill(county, **WORDS)
    for period in Period:
        with county.reading() as db:
            found = figures.count(db, period, world.now)

        told = {place.code: plain(each) for place, each in found.grids.values()}

        assert told == {code: world.counted(code, period) for code in GRIDS}
        assert any(one["overdue"] for one in told.values())
        assert any(one["owed"] > one["overdue"] for one in told.values())
        everything = figures.together(each for _, each in found.grids.values())
        assert everything.residents == sum(one["residents"] for one in told.values())
        assert everything.issues_closed == len(everything.days_to_close)


def test_a_laptop_that_was_silent_for_a_week_is_told_with_its_grid(county):
    callers = [Caller.of(county, one) for one in GRIDS[:2]]
    code = browsers.invite(county, [], "赵主任", "county", area=COUNTY).code
    browsers.enter(county, code, None)
    at = now()
    with county.writing() as db:
        for one, days in zip(callers, (6, 8), strict=True):
            seen = update(device).where(device.c.id == UUID(bytes=one.device))
            db.execute(seen.values(seen_at=at - dt.timedelta(days=days)))

    Caller(direct(county), access.create_enrolment(county, GRIDS[1:3], "钱多多"))
    with county.reading() as db:
        found = figures.count(db, Period.MONTH, at).grids

    silent = [found[grid_id(one)][1].silent for one in GRIDS[:3]]
    assert silent == [0, 1, 0]
    first, second = (found[grid_id(one)][1].synced_at for one in GRIDS[:2])
    assert at - first == dt.timedelta(days=6)
    assert abs(at - second) < dt.timedelta(hours=1)
