"""Counties full of records, and what is counted of them in plain Python."""

import datetime as dt
import random
from statistics import median

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from gridapp.county import org
from gridapp.county.web.figures import Figures, Period
from gridapp.models import (
    Building,
    CarePlan,
    Dispute,
    Dwelling,
    Household,
    Issue,
    Patrol,
    Resident,
    Visit,
    codes,
)
from gridapp.models.kinds import now
from gridapp.models.place import grid_id
from gridapp.models.record import fields_of, table_of
from gridapp.work.plans import next_due
from gridapp.work.ways import WAYS

MARK = "张德福李桂英"  # in every word of a record that is a person's
COUNTY, TOWN, OTHER_TOWN = "990101", "990101001", "990101002"
GRIDS = [f"{TOWN}001001", f"{TOWN}001002", f"{TOWN}002001", f"{OTHER_TOWN}001001"]
WORDS = {
    GRIDS[0]: {"name": "槐树格", "street": "金山街道", "community": "槐荫社区"},
    GRIDS[1]: {"name": "<script>alert(1)</script>", "street": "金山街道"},
    GRIDS[2]: {"name": "=1+1", "street": "金山街道", "community": "河湾社区"},
    GRIDS[3]: {"name": "柳条格", "street": "柳河镇", "community": "渡口社区"},
}
PHONE, NUMBER = "13800001234", "990101194001010011"


def put(db, model, rows):
    """Insert records as they would be after a sync."""
    at = now()
    every = {one.name: None for one in fields_of(model)}
    every |= {"created_at": at, "created_by": None, "updated_at": at}
    every |= {"updated_by": None, "deleted_at": None}
    if rows:
        db.execute(insert(table_of(model)), [every | row for row in rows])


class World:
    """Random records in some grids: `rows` by type, to be put into a county."""

    def __init__(self, grids, seed, people=40):
        self.random, self.grids = random.Random(seed), grids
        self.now = now()
        self.today = self.now.astimezone().date()
        self.rows = {
            model: []
            for model in (
                *(Building, Dwelling, Household, Resident, CarePlan, Visit, Patrol),
                *(Issue, Dispute),
            )
        }
        for code in grids:
            self.doors(grid_id(code), people)

    def row(self, model, grid, **values):
        deleted = self.now if self.random.random() < 0.1 else None
        values = {"id": uuid7(), "grid_id": grid, "deleted_at": deleted} | values
        self.rows[model].append(values)
        return values["id"]

    def some(self, *choices):
        return self.random.choice(choices)

    def moment(self, most=400):
        """Somewhere in the last days, or the coming ones; not within an hour of a
        midnight, which a test may cross."""
        day = self.today - dt.timedelta(days=self.random.randint(-20, most))
        at = dt.datetime.combine(day, dt.time(self.random.randint(1, 22), 7))
        return at.astimezone(dt.UTC)

    def day(self, most=400):
        return self.today - dt.timedelta(days=self.random.randint(-20, most))

    def doors(self, grid, people):
        kept = {"deleted_at": None}
        building = self.row(Building, grid, number="1", **kept)
        dwelling = self.row(Dwelling, grid, building_id=building, room="101", **kept)
        for _ in range(people // 2):
            self.row(
                Household,
                grid,
                dwelling_id=dwelling,
                head_name=MARK,
                moved_out_on=self.some(None, None, self.day()),
            )
        for _ in range(people):
            person = self.row(
                Resident,
                grid,
                name=MARK,
                id_number=NUMBER,
                phones=(PHONE,),
                presence=self.some(None, "here", "away", "moved"),
                life_state=self.some(None, "living", "living", "deceased"),
            )
            self.care(grid, person)
        for _ in range(people):
            self.work(grid)

    def care(self, grid, person):
        for _ in range(self.random.randint(0, 2)):
            since = self.day()
            self.row(
                CarePlan,
                grid,
                resident_id=person,
                way=self.some("visit", "call", "video", "remote"),
                interval_days=self.some(1, 7, 30, 180),
                since=since,
                until=self.some(None, None, max(since, self.day())),
            )
        modes = codes.table("visit_mode").codes
        for _ in range(self.random.randint(0, 4)):
            self.row(
                Visit,
                grid,
                resident_id=person,
                mode=self.some(*modes),
                started_at=self.moment(self.some(5, 60, 400)),
                met_whom=self.some(None, "self", "family", "nobody"),
                call_result=self.some(None, "answered", "no_answer", "off"),
                note=MARK,
            )

    def work(self, grid):
        found = self.moment()
        took = dt.timedelta(hours=self.random.randint(0, 900))
        state = self.some(*codes.table("issue_state").codes)
        self.row(
            Issue,
            grid,
            title_text=MARK,
            source=codes.table("source").codes[0],
            category=codes.table("issue_category").codes[0],
            level=codes.table("issue_level").codes[0],
            state=state,
            found_at=found,
            deadline=self.some(None, found + took),
            closed_at=self.some(None, found + took),
            reporter_name=MARK,
        )
        self.row(Patrol, grid, started_at=self.moment(), note=MARK)
        happened = self.day()
        self.row(
            Dispute,
            grid,
            name=MARK,
            happened_on=happened,
            place=MARK,
            scale=codes.table("event_scale").codes[0],
            dispute_kind=codes.table("dispute_kind").codes[0],
            people_count=2,
            summary=MARK,
            state=self.some(*codes.table("dispute_state").codes),
            deadline=happened,
            accepted_on=self.some(None, self.day()),
            succeeded=self.some(None, True, False),
        )

    def fill(self, county, **words):
        """Make the grids, with these words, and put the records in."""
        with county.writing() as db:
            for code in self.grids:
                org.make_grid(db, code, self.now, words.get(code) or {"name": code})
            for model, rows in self.rows.items():
                for names in {tuple(row) for row in rows}:
                    put(db, model, [row for row in rows if tuple(row) == names])

    def counted(self, code, period):
        """The figures of a grid as somebody would count them by hand."""
        first, after = period.days(self.today)
        here = {
            model: [
                row
                for row in rows
                if row["grid_id"] == grid_id(code) and row["deleted_at"] is None
            ]
            for model, rows in self.rows.items()
        }

        def in_period(moment):
            day = (
                moment.astimezone().date()
                if isinstance(moment, dt.datetime)
                else moment
            )
            return day is not None and first <= day < after

        living = {
            one["id"]
            for one in here[Resident]
            if one["presence"] != "moved" and one["life_state"] != "deceased"
        }
        plans = [
            one
            for one in here[CarePlan]
            if one["resident_id"] in living
            and one["since"] <= self.today
            and (one["until"] is None or one["until"] > self.today)
        ]
        met = [
            one
            for one in here[Visit]
            if one["met_whom"] != "nobody"
            and one["call_result"] not in ("no_answer", "off", "wrong")
        ]
        then = [one for one in met if in_period(one["started_at"])]
        issues, disputes = here[Issue], here[Dispute]
        ended = ("closed", "self_closed", "rated")
        still = [x for x in issues if x["state"] not in (*ended, "void", "draft")]
        done = [x for x in issues if x["state"] in ended and in_period(x["closed_at"])]
        days = [(x["closed_at"] - x["found_at"]).total_seconds() / 86400 for x in done]
        taken = [x for x in disputes if in_period(x["accepted_on"] or x["happened_on"])]
        return {
            "households": sum(x["moved_out_on"] is None for x in here[Household]),
            "residents": len(living),
            "owed": len({one["resident_id"] for one in plans}),
            "overdue": len({x["resident_id"] for x in plans if self.late(x, met)}),
            "visits": sum(x["mode"] in _IN_PERSON for x in then),
            "calls": sum(x["mode"] in ("phone", "video") for x in then),
            "patrols": sum(in_period(x["started_at"]) for x in here[Patrol]),
            "issues_open": len(still),
            "issues_late": sum(
                x["deadline"] is not None and x["deadline"] < self.now for x in still
            ),
            "issues_closed": len(done),
            "days": round(median(days), 1) if days else None,
            "disputes_open": sum(
                x["state"] in ("registered", "mediating") for x in disputes
            ),
            "disputes_taken": len(taken),
            "settled": sum(x["succeeded"] is True for x in taken),
            "failed": sum(x["succeeded"] is False for x in taken),
        }

    def late(self, plan, met):
        """As `gridapp.work.plans.next_due` has it."""
        days = [
            one["started_at"].astimezone().date()
            for one in met
            if one["resident_id"] == plan["resident_id"]
            and one["mode"] in WAYS[plan["way"]].settles
        ]
        due = next_due(plan["since"], plan["interval_days"], max(days, default=None))
        return due < self.today


_IN_PERSON = ("home", "doorstep", "third_party", "met_outside", "mobile_desk")


def plain(figures: Figures):
    """What `World.counted` says, of the program's own count."""
    names = World([], 0).counted("", Period.MONTH)
    return {name: getattr(figures, name) for name in names}
