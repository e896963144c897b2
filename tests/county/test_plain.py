"""What is taken by sets is what would have been decided one by one."""

import datetime as dt
import random
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gridapp.county import apply, parked, plain, rights
from gridapp.county.intake import read
from gridapp.county.tables import change as change_log
from gridapp.models import RECORDS, Building, Dwelling, Household, Resident
from gridapp.models.kinds import TIME, now
from gridapp.models.place import grid_id
from gridapp.models.record import fields_of, table_of
from gridapp.store import records, state
from gridapp.sync.protocol import INSERT, Change
from tests.county.conftest import GRID, OTHER

HERE, THERE, NOWHERE = grid_id(GRID).bytes, grid_id(OTHER).bytes, b"\7" * 16
MINUTE = 60_000


class TakenBack(Exception):
    """Ends a transaction without a trace."""


class World:
    """A county with a household in each of two grids, and residents in one of them."""

    def __init__(self, county, laptop):
        self.county = county
        one = laptop("王秀兰", GRID, OTHER)
        self.homes = []
        for where in (HERE, THERE):
            with one.store.writing() as tx:
                grid = {"grid_id": UUID(bytes=where)}
                building = records.save(tx, Building, {"number": "1栋"} | grid)
                flat = {"building_id": building, "room": "101"} | grid
                dwelling = records.save(tx, Dwelling, flat)
                self.homes.append(
                    records.save(tx, Household, {"dwelling_id": dwelling} | grid)
                )
        with one.store.writing() as tx:
            person = {"household_id": self.homes[0], "note": "旧"}
            self.people = [
                records.save(tx, Resident, person | {"name": f"张{word}"})
                for word in "一二三四五六七八"
            ]
            records.delete(tx, Resident, self.people[-1])
        one.sync()
        with one.store.reading() as db:
            token = state.value(db, "token")
        with county.reading() as db:
            self.device = rights.authenticate(db, token)
            table = table_of(Resident)
            self.stamps = dict(db.execute(select(table.c.id, table.c.updated_at)).all())
        self.base = TIME.to_wire(max(self.stamps.values()))
        self.moment = now()
        self.latest = TIME.to_wire(self.moment)

    def outcome(self, sent, *, by_sets):
        """Everything that these changes make of the county, which forgets them."""
        moment = self.moment
        try:
            with self.county.writing() as db:
                lines, left = [], sent
                if by_sets:
                    lines, left = plain.take(
                        db,
                        self.device,
                        sent,
                        parked.records(db, self.device.id),
                        moment,
                    )
                found = [read(raw) for raw in left]
                holds = apply.apply(db, self.device, found, moment, lines)
                told = {
                    (one.raw.seq, one.field, one.reason, one.sentence) for one in holds
                }
                raise TakenBack(
                    _rows(db), _log(db), told, len(lines), self._held(db, holds)
                )
        except TakenBack as done:
            return done.args

    def _held(self, db, holds):
        return sorted(
            (one.seq, str(one.field), repr(one.theirs), one.stamp)
            for one in parked.answers(db, holds, self.device.grids)
        )


def _rows(db):
    return {
        model.__tablename__: sorted(
            map(repr, db.execute(select(table_of(model))).mappings())
        )
        for model in RECORDS
    }


def _log(db):
    """Lines of the log without their numbers and the moment they came at."""
    query = select(change_log).order_by(change_log.c.grid_id, change_log.c.n)
    return sorted(map(_line, db.execute(query).mappings()))


def _line(row):
    body = msgspec.msgpack.decode(row["body"], type=Change)
    body.seq = 0
    kept = {k: v for k, v in row.items() if k not in ("n", "body", "received_at")}
    return repr((sorted(kept.items()), body))


@pytest.fixture
def world(county, laptop):
    return World(county, laptop)


# What a change says of one field: (name, new value as it travels).
SETS = st.sampled_from(
    [
        ("note", "新"),
        ("note", "两行\n第二行"),
        ("note", None),
        ("note", "LONG"),
        ("note", "断\0开"),
        ("note", 7),
        ("name", None),
        ("name", "张改"),
        ("sex", "1"),
        ("sex", "没有"),
        ("phones", ["13800000001"]),
        ("phones", "13800000001"),
        ("phones", []),
        ("phones", ["", "13800000001"]),
        ("phones", ["13800000001,13800000002"]),
        ("born_on", "1960-02"),
        ("born_on", "1960-02-30"),
        ("born_on", "昨天"),
        ("name", ""),
        ("died_on", "2026-01-02"),
        ("died_on", "昨天"),
        ("verified_on", "2026-01-02"),
        ("verified_on", "20260102"),
        ("id_number", "990101194403081229"),
        ("id_number", "990101194403081220"),
        ("height", 3),
    ]
)


@st.composite
def updates(draw):
    """Alike changes of several residents, some of them odd in one way."""
    name, new = draw(SETS)
    found = []
    for who in draw(st.lists(st.integers(0, 7), min_size=4, max_size=8, unique=True)):
        odd = draw(st.sampled_from(("",) * 6 + ODD))
        found.append((who, name, new, odd))
    return found


ODD = ("base", "old", "grid", "early", "late", "by", "twice", "move", "gone")


def _update(world, seq, who, name, new, odd):
    new = "长" * 4001 if new == "LONG" else new
    record_id = world.people[who]
    base = TIME.to_wire(world.stamps[record_id])
    old = {"note": "旧", "name": f"张{'一二三四五六七八'[who]}"}.get(name)
    at = {"early": base - MINUTE, "late": world.latest + 60 * MINUTE}
    change = Change(
        seq,
        "resident",
        b"\1" * 16 if odd == "gone" else record_id.bytes,
        NOWHERE if odd == "grid" else HERE,
        "update",
        at.get(odd, max(base, world.latest) + seq),
        b"short" if odd == "by" else b"\5" * 16,
        base - 1 if odd == "base" else base,
        name,
        [["别的" if odd == "old" else old, new]],
    )
    if odd == "move":
        change.names = f"{name},household_id"
        change.values.append([world.homes[0].bytes, world.homes[1].bytes])
    again = msgspec.structs.replace(change)
    return [change, again] if odd == "twice" else [change]


@st.composite
def inserts(draw):
    """Alike new residents, some of them odd in one way."""
    name, new = draw(SETS.filter(lambda one: one[0] != "name"))
    odd = st.sampled_from(("",) * 6 + ("home", "lost", "there", "grid", "late", "bare"))
    return [(name, new, draw(odd)) for _ in range(draw(st.integers(4, 7)))]


def _insert(world, seq, name, new, odd):
    new = "长" * 4001 if new == "LONG" else new
    chance = random.Random(seq)
    home = {"home": world.homes[1].bytes, "lost": b"\2" * 16}
    values = {
        "household_id": home.get(odd, world.homes[0].bytes),
        "name": "李新",
        name: new,
    }
    if odd == "bare":
        del values["name"]
    return Change(
        seq,
        "resident",
        world.people[0].bytes if odd == "there" else chance.randbytes(16),
        NOWHERE if odd == "grid" else HERE,
        INSERT,
        world.latest + (60 * MINUTE if odd == "late" else seq),
        b"\5" * 16,
        None,
        ",".join(values),
        list(values.values()),
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changed=st.lists(updates(), max_size=2), made=st.lists(inserts(), max_size=2))
def test_by_sets_and_one_by_one_a_batch_comes_to_the_same(world, changed, made):
    sent = []
    for group in changed:
        for one in group:
            sent += _update(world, len(sent) + 1000, *one)
    for group in made:
        for one in group:
            sent.append(_insert(world, len(sent) + 1000, *one))
    for seq, one in enumerate(sent, 1000):
        one.seq = seq
    *by_sets, taken, held = world.outcome(sent, by_sets=True)
    *singly, _, held_singly = world.outcome(sent, by_sets=False)
    event(f"{10 * taken // max(len(sent), 1)} tenths taken by sets")
    assert by_sets == singly
    assert held == held_singly


def test_a_plain_batch_leaves_nothing_to_be_decided_singly(world):
    sent = []
    for who in range(7):
        sent += _update(world, who + 1000, who, "note", "两行\n第二行", "")
    sent += [_insert(world, seq, "note", "新", "") for seq in range(2000, 2010)]
    *_, taken, held = world.outcome(sent, by_sets=True)
    assert (taken, held) == (17, [])


class Noting(dict):
    """Values that note which of them are looked at."""

    def __init__(self, values):
        super().__init__(values)
        self.seen = set()

    def __getitem__(self, name):
        self.seen.add(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        self.seen.add(name)
        return super().get(name, default)


RULED = [model for model in RECORDS if model.ruled]


@pytest.mark.parametrize("model", RULED, ids=lambda one: one.__tablename__)
def test_the_rules_across_fields_look_at_no_field_but_those_they_name(model):
    chance = random.Random(3)
    days = tuple(dt.date(2026, 1, day) for day in (1, 2, 3))
    pools = {"number": (0, 1, 500), "date": days, "yes_no": (True, False)}
    words = ("1", "living", "here", "rent", "990101194403081220")
    for _ in range(400):
        chosen = {
            one.name: chance.choice(
                pools.get(one.kind.name, words) + (() if one.required else (None,))
            )
            for one in fields_of(model)
        }
        values = Noting(chosen)
        model.check(values)
        model.check_change(values, Noting(chosen))
        assert values.seen <= model.ruled
