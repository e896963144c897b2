"""Whatever three people do and in whatever order they sync: all end up with the same,
and nothing that anybody entered is lost."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from uuid_utils.compat import uuid7

from gridapp.county import access, store, upkeep
from gridapp.county.tables import change as change_log
from gridapp.county.tables import held
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.store import records
from gridapp.store import vault as vaults
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Change
from tests.county.conftest import GRID, OTHER, Direct

FIELDS = ("note", "mobility", "illness")
GRIDS = (grid_id(GRID), grid_id(OTHER))
PEOPLE = 3


@dataclass
class World:
    """A county and three laptops that live through every example."""

    county: store.County
    laptops: list[tuple[vaults.Store, SyncClient, Direct]]
    counter: int = 0
    entered: list[tuple[UUID, str]] = field(default_factory=list)

    def sync(self, who):
        self.laptops[who][1].sync()

    def settle(self):
        for _ in range(3):
            for who in range(PEOPLE):
                self.sync(who)

    def write(self, who, work: Callable):
        with self.laptops[who][0].writing() as tx:
            return work(tx)

    def word(self, record_id):
        self.counter += 1
        self.entered.append((record_id, word := f"词{self.counter}"))
        return word


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    upkeep.init(root / "county")
    vaults.create(root / "template", "测试用的密码 1").close()
    [slot] = vaults.slots.read(root / "template" / vaults.SLOT_FILE)
    key = vaults.slots.unseal(slot, "测试用的密码 1")
    with upkeep.opened(root / "county") as county:
        laptops = []
        for who in range(PEOPLE):
            shutil.copytree(root / "template", root / f"v{who}")
            vault = vaults.open_with_key(root / f"v{who}", key)
            vault.device_id = uuid7()
            with vault.writing(remote=True) as tx:
                statement = "UPDATE actor SET device = ?"
                tx.db.exec_driver_sql(statement, (vault.device_id.hex,))
            transport = Direct(county)
            client = SyncClient(vault, transport)
            code = access.create_enrolment(county, [GRID, OTHER], f"网格员{who}")
            client.enrol(code)
            laptops.append((vault, client, transport))
        world = World(county, laptops)
        world.settle()
        yield world
        for vault, _, _ in laptops:
            vault.close()


def edit(world, who, record_id, name):
    word = world.word(record_id)
    try:
        world.write(who, lambda tx: records.save(tx, Resident, {name: word}, record_id))
    except UserError:  # it lies in this laptop's recycle bin
        world.entered.pop()


def empty(world, who, record_id, name):
    try:
        world.write(who, lambda tx: records.save(tx, Resident, {name: None}, record_id))
    except UserError:
        return


def delete(world, who, record_id, _):
    world.write(who, lambda tx: records.delete(tx, Resident, record_id))


def undelete(world, who, record_id, _):
    world.write(who, lambda tx: records.undelete(tx, Resident, record_id))


def move(world, who, record_id, name):
    target = GRIDS[FIELDS.index(name) % 2]
    world.write(who, lambda tx: records.move(tx, Resident, record_id, target))


def sync(world, who, *_):
    world.sync(who)


def cut(world, who, *_):
    """The county does its part, the answer is lost."""
    transport = world.laptops[who][2]
    exchange = transport.exchange

    def lost(path, token, body):
        exchange(path, token, body)
        raise UserError("连不上县级服务器")

    transport.exchange = lost
    try:
        with pytest.raises(UserError):
            world.sync(who)
    finally:
        transport.exchange = exchange


def decide(world, who, _, name):
    choice = ("mine", "theirs", "both")[FIELDS.index(name)]
    with world.laptops[who][0].reading() as db:
        waiting = SyncClient.waiting(db)
    for one in waiting[:1]:
        try:
            world.write(who, lambda tx, one=one: SyncClient.decide(tx, one.id, choice))
        except UserError:
            return


STEPS = st.tuples(
    st.sampled_from(
        [edit, edit, edit, empty, delete, undelete, move, sync, sync, cut, decide]
    ),
    st.integers(0, PEOPLE - 1),
    st.integers(0, 1),
    st.sampled_from(FIELDS),
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(STEPS, min_size=4, max_size=40))
def test_all_end_up_with_the_same_and_nothing_is_lost(world, steps):
    world.entered.clear()
    made = [{"name": "张德福", "grid_id": GRIDS[0]}, {"name": "李桂英"}]
    people = world.write(0, lambda tx: records.insert_many(tx, Resident, made))
    world.settle()

    for act, who, which, name in steps:
        act(world, who, people[which], name)
    world.settle()

    states = [seen(vault, people) for vault, _, _ in world.laptops]
    assert states == [at_county(world.county, people)] * PEOPLE
    kept = kept_at(world.county, people)
    assert [one for one in world.entered if one not in kept] == []


def seen(vault, people):
    with vault.reading() as db:
        return records.by_id(db, Resident, people, deleted=True)


def at_county(county, people):
    table = table_of(Resident)
    with county.reading() as db:
        rows = db.execute(select(table).where(table.c.id.in_(people))).mappings()
        return {row["id"]: dict(row) for row in rows}


def kept_at(county, people):
    """Every word that the county has, in its log or among what it held."""
    with county.reading() as db:
        bodies = [
            *db.scalars(
                select(change_log.c.body).where(change_log.c.record_id.in_(people))
            ),
            *db.scalars(select(held.c.mine).where(held.c.record_id.in_(people))),
        ]
    found = set()
    for body in bodies:
        line = msgspec.msgpack.decode(body, type=Change)
        for value in line.values:
            for word in value if isinstance(value, list) else [value]:
                found.update((UUID(bytes=line.id), one) for one in str(word).split())
    return found
