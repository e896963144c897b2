"""No word of a grid reaches a laptop that has no right to it, whatever it asks for.

Every value that is written is a word of its own. The model knows which words a laptop
may ever have seen: those it wrote, and those of records while they lay in its grids.
"""

from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from uuid_utils.compat import uuid7

from gridapp.county import access, org, service
from gridapp.county.tables import scope
from gridapp.models import Contact, Grid, Resident, Worker
from gridapp.models.kinds import TIME, now
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.sync import protocol
from gridapp.sync.protocol import Change, Cursor, Pull, Push

_world = count(1)  # each example has a town of its own in one county
WATCHED = (Grid, Worker, Resident, Contact)
ROLES = ("worker", "leader", "community", "town", "county")
DIGITS = {"community": 12, "town": 9}
small = st.integers(0, 11)


@dataclass
class Device:
    """A laptop that says what it likes."""

    county: object
    code: str
    seen: set[UUID] = field(default_factory=set)  # grids that were ever its own
    said: set[str] = field(default_factory=set)  # words that it wrote itself
    seq: int = 0

    def __post_init__(self):
        self.id = uuid7()
        request = protocol.EnrolRequest(1, self.code, self.id.bytes, "电脑", "test")
        reply, _ = self.ask(service.ENROL, request, protocol.EnrolReply)
        self.token, self.epoch, self.worker = reply.token, reply.epoch, reply.worker

    token = ""

    def ask(self, path, message, kind):
        body = protocol.pack(message)
        answer = service.answer(self.county, path, self.token, body)
        plain = zstandard.ZstdDecompressor().decompressobj().decompress(answer.body)
        return (protocol.unpack(answer.body, kind) if answer.status == 200 else None), (
            plain
        )

    def sync(self, push=None, pull=None, opened=(), decided=()):
        request = protocol.SyncRequest(
            1, self.epoch, self.id.bytes, push, pull, list(opened), list(decided)
        )
        return self.ask(service.SYNC, request, protocol.SyncReply)


class World:
    """A town with two communities of two grids each, some records, some laptops."""

    def __init__(self, county, plans):
        self.county = county
        number = next(_world)
        self.town = f"990101{number:03}"
        self.codes = [f"{self.town}{c:03}{g:03}" for c in (1, 2) for g in (1, 2)]
        self.grids = [grid_id(one) for one in self.codes]
        self.words = count(1)
        self.where = {}  # word: the grids that its record lay in
        self.records = []  # (type, id), words of it by field
        self.values = {}
        self.owners = [self.enrol("worker", [at]) for at in range(4)]
        self.settle(self.owners)
        for at, owner in enumerate(self.owners):
            for _ in range(2):
                self.make(owner, at)
        self.devices = [
            self.enrol(ROLES[role % 5], sorted({one % 4 for one in grids}))
            for role, grids in plans
        ]
        self.everybody = self.owners + self.devices
        self.settle(self.everybody)

    def enrol(self, role, grids):
        """A laptop with these grids; half of those above a grid have an area too."""
        codes = [self.codes[at] for at in grids]
        area = None
        if role in DIGITS and len(grids) % 2:
            area = codes[0][: DIGITS[role]]
        name = f"人{next(self.words)}号"
        code = access.create_enrolment(self.county, codes, name, role, area=area)
        return Device(self.county, code)

    def settle(self, devices):
        """Learn which grids each laptop has by now; they are its own for ever."""
        for one in devices:
            with self.county.reading() as db:
                one.seen |= set(access.authenticate(db, one.token).grids)

    def word(self, device, *grids):
        made = f"密{next(self.words)}语"
        self.where[made] = set(grids)
        device.said.add(made)
        return made

    def make(self, owner, at):
        """A resident with a contact in a grid."""
        person, contact, grid = uuid7(), uuid7(), self.grids[at]
        name, note, friend = (self.word(owner, grid) for _ in range(3))
        changes = [
            self.change(
                owner, "insert", "resident", person, grid, name=name, note=note
            ),
            self.change(
                owner,
                "insert",
                "contact",
                contact,
                grid,
                resident_id=person.bytes,
                name=friend,
                rank=1,
            ),
        ]
        reply, _ = owner.sync(Push(owner.seq, changes))
        assert reply.pushed.held == []
        self.records += [("resident", person), ("contact", contact)]

    def change(self, device, action, type_, key, grid, **values):
        device.seq += 1
        return Change(
            device.seq,
            type_,
            key.bytes,
            grid.bytes,
            action,
            TIME.to_wire(now()),
            None,
            None,
            ",".join(values),
            list(values.values()),
        )

    def record(self, at):
        return self.records[at % len(self.records)]

    def state(self):
        """{(type, id): (grid, everything)} of what is at the county."""
        found = {}
        with self.county.reading() as db:
            for model in WATCHED:
                table = table_of(model)
                query = select(table).where(table.c.grid_id.in_(self.grids))
                for row in db.execute(query):
                    found[model.__tablename__, row.id] = (row.grid_id, tuple(row))
            query = select(scope).where(scope.c.grid_id.in_(self.grids))
            ends = dict(db.execute(query).all())
        return found, ends

    def told(self, device, plain):
        """No word in an answer that the laptop may not have seen."""
        text = plain.decode("utf-8", "ignore")
        for word, grids in self.where.items():
            if word in text and word not in device.said:
                assert grids & device.seen, (word, text)

    def lay(self):
        """Note for every word in which grids its record lies now; the state."""
        found, ends = self.state()
        for grid, row in found.values():
            for value in row:
                if isinstance(value, str) and value in self.where:
                    self.where[value].add(grid)
        return found, ends


def foreign_push(world, device, a, b, c):
    """One change of any kind, to any record, by a laptop that need not see it."""
    type_, key = world.record(a)
    _, parent = world.record(b)
    grid, target = world.grids[b % 4], world.grids[c % 4]
    word = world.word(device)
    guess = f"密{c}语"
    kinds = [
        ("update", {"note": [None, word]}),
        ("update", {"name": [guess, word]}),
        ("update", {"grid_id": [grid.bytes, target.bytes]}),
        ("update", {"note": [guess, word], "grid_id": [None, target.bytes]}),
        ("update", {"resident_id": [None, parent.bytes]}),
        ("delete", {"deleted_at": [None, TIME.to_wire(now())]}),
        ("restore", {"deleted_at": [1, None]}),
        ("insert", {"name": word, "note": word}),
        ("insert", {"name": word, "resident_id": parent.bytes, "rank": 1}),
        ("update", {"sex": ["1", "9"]}),
        ("state", {"name": word}),
        ("enter", {"name": word, "grid_id": target.bytes}),
    ]
    action, values = kinds[c % len(kinds)]
    if action == "insert" and b % 3:
        key = uuid7()  # a new record rather than one that is there
        type_ = "contact" if "resident_id" in values else "resident"
    one = world.change(device, action, type_, key, grid, **values)
    device.sync(Push(device.seq, [one]))  # the answer, once more:
    return device.sync(Push(device.seq, [one]))[1]


def foreign_frame(world, device, a, b, c):
    """A change of a grid's or a person's own record."""
    owner = world.everybody[a % len(world.everybody)]
    grid, word = world.grids[b % 4], world.word(device)
    changes = [
        world.change(device, "update", "grid", grid, grid, name=["x", word]),
        world.change(
            device,
            "update",
            "grid",
            grid,
            world.grids[c % 4],
            code=[world.codes[b % 4], world.codes[c % 4]],
        ),
        world.change(
            device, "update", "worker", UUID(bytes=owner.worker), grid, name=["x", word]
        ),
        world.change(
            device, "insert", "grid", uuid7(), grid, code=f"{world.town}9", name=word
        ),
    ]
    return device.sync(Push(device.seq, changes))[1]


def foreign_pull(world, device, a, b, c):
    """From any place of any grid's state or log."""
    type_, key = world.record(c)
    places = ["", "log", "done", f"{type_}:{key.hex}", f"{type_}:{UUID(int=0).hex}"]
    cursors = [Cursor(one.bytes, a, places[b % 5]) for one in world.grids]
    cursors.append(Cursor(b"x" * (c % 20), 0))
    return device.sync(pull=Pull(cursors, 1 + c * 40))[1]


def first_pull(world, device, a, b, c):
    """Everything from the start, naming no grid, as long as there is more."""
    plain, cursors = b"", {}
    for _ in range(12):
        reply, part = device.sync(pull=Pull(list(cursors.values()), 1 + a * 7))
        plain += part
        cursors.update({one.grid: one for one in reply.pulled.cursors})
        if not reply.pulled.more:
            break
    return plain


def foreign_keys(world, device, a, b, c):
    """Held changes of others: are they settled, and may one settle them?"""
    keys = [(at, name) for at in range(1, 12) for name in ("", "name", "note")]
    return device.sync(opened=keys, decided=keys[a:] if b % 2 else [])[1]


def foreign_rejoin(world, device, a, b, c):
    """As after a restore of the county: what of these records is where?"""
    holding = [(type_, key.bytes) for type_, key in world.records]
    type_, key = world.record(b)
    word = world.word(device)
    state = world.change(
        device, "state", type_, key, world.grids[c % 4], name=word, note=word
    )
    epoch = device.epoch if a % 2 else "another"
    request = protocol.RejoinRequest(1, epoch, device.id.bytes, [state], holding)
    return device.ask(service.REJOIN, request, protocol.RejoinReply)[1]


def foreign_again(world, device, a, b, c):
    """A push as after a restore of the county, with lines of others and of nobody."""
    type_, key = world.record(a)
    word, grid = world.word(device), world.grids[b % 4]
    action, values = [
        ("update", {"note": [f"密{c}语", word]}),
        ("update", {"grid_id": [grid.bytes, world.grids[c % 4].bytes]}),
        ("insert", {"name": word, "note": word}),
        ("leave", {}),
        ("enter", {"name": word}),
        ("delete", {"deleted_at": [None, TIME.to_wire(now())]}),
    ][c % 6]
    one = world.change(device, action, type_, key, grid, **values)
    other = world.everybody[b % len(world.everybody)]
    one.device, one.by, one.stamp = other.id.bytes, other.worker, one.at
    return device.sync(Push(device.seq, [one], True))[1]


def other_rights(world, device, a, b, c):
    """The county gives or takes a grid, or closes and opens it."""
    code = world.codes[b % 4]
    if c % 4 == 0:
        org.close_grid(world.county, code, anyhow=True)
        org.open_grid(world.county, code)
    elif c % 4 == 1:
        access.change_grids(world.county, device.id, add=[code])
    else:
        access.change_grids(world.county, device.id, remove=[code])
    return b""


def owner_moves(world, device, a, b, c):
    """Somebody with the right moves a record and writes into it where it is now; the
    worker of the grid that it left writes, too."""
    type_, key = world.record(a)
    found, _ = world.state()
    here, row = found.get((type_, key), (None, ()))
    there = world.grids[b % 4]
    if here is None or type_ != "resident" or here == there:
        return b""
    with world.county.writing() as db:
        org.change(db, Resident, key, {"grid_id": there}, now())
    world.lay()
    writer = world.owners[b % 4]
    if there in writer.seen:
        word = world.word(writer, there)
        at = [one.name for one in table_of(Resident).columns].index("note")
        one = world.change(
            writer, "update", "resident", key, there, note=[row[at], word]
        )
        writer.sync(Push(writer.seq, [one]))
    # who does not know yet that it left may still write, and meets what stands there
    late = world.owners[world.grids.index(here)]
    values = {name: ["x", world.word(late)] for name in ("name", "note")}
    one = world.change(late, "update", "resident", key, here, **values)
    plain = late.sync(Push(late.seq, [one]))[1]
    world.settle(world.everybody)
    world.lay()
    world.told(late, plain)
    return b""


ACTS = (
    foreign_push,
    foreign_push,
    foreign_push,
    foreign_frame,
    foreign_pull,
    foreign_pull,
    first_pull,
    foreign_keys,
    foreign_rejoin,
    foreign_again,
    other_rights,
    owner_moves,
    owner_moves,
)
LOCAL = {other_rights, owner_moves}


def untouched(world, device, before, after):
    """What never lay in the laptop's grids is as it was, and nothing new is there."""
    (old, ends), (new, later) = before, after
    for key, (grid, row) in old.items():
        if grid not in device.seen and key not in world.known[id(device)]:
            assert new.get(key) == (grid, row), key
    for key, (grid, _) in new.items():
        if key not in old and grid not in device.seen:
            assert key[0] == "contact", key  # a part of a record that left unread
    theirs = {grid for grid, _ in old.values() if grid not in device.seen}
    grown = {grid for grid in theirs if later[grid] != ends[grid]}
    assert not grown or world.known[id(device)], grown


@pytest.fixture
def one_county(county):
    return county


@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    plans=st.lists(
        st.tuples(small, st.lists(small, min_size=1, max_size=3)),
        min_size=2,
        max_size=3,
    ),
    acts=st.lists(
        st.tuples(st.sampled_from(ACTS), small, small, small, small),
        min_size=5,
        max_size=20,
    ),
)
def test_no_word_of_another_scope_in_any_answer_and_no_trace_in_it(
    one_county, plans, acts
):
    world = World(one_county, plans)
    world.known = {id(one): set() for one in world.everybody}
    before = world.lay()
    for act, who, a, b, c in acts:
        device = world.everybody[who % len(world.everybody)]
        for one in world.everybody:
            mine = {key for key, (grid, _) in before[0].items() if grid in one.seen}
            world.known[id(one)] |= mine
        plain = act(world, device, a, b, c)
        if act in LOCAL:
            world.settle(world.everybody)
        after = world.lay()
        if act not in LOCAL:
            untouched(world, device, before, after)
        world.told(device, plain)
        before = after
    for device in world.everybody:
        world.told(device, first_pull(world, device, 9, 0, 0))
