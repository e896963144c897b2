"""A small county that lives through anything: several laptops, what people do on them,
a line that loses and repeats, and an oracle that was told every word anyone entered."""

import datetime as dt
import re
import shutil
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from gridapp.county import access, acts
from gridapp.county.tables import change as change_log
from gridapp.county.tables import held as held_at_county
from gridapp.county.tables import scope
from gridapp.errors import UserError
from gridapp.models import RECORDS, Grid, record_named
from gridapp.models.kinds import now
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.store import audit, conflicts, records
from gridapp.store import journal as journals
from gridapp.store import vault as vaults
from gridapp.store.tables import journal
from gridapp.sync import protocol
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Change, Refused, SyncReply
from tests.county.conftest import Direct

WORD = re.compile(r"词\d+")
ROUNDS = 12  # of everybody's syncs until nobody has anything
OK, LOST_REQUEST, LOST_REPLY = "ok", "lost request", "lost reply"
TWICE, STRAY, OLD_REPLY = "twice", "an older request again", "an older reply"
KILLED, MEANWHILE = "killed before the page", "work while it travels"
FAULTS = (LOST_REQUEST, LOST_REPLY, TWICE, STRAY, OLD_REPLY, KILLED, MEANWHILE)


class Line(Direct):
    """A line to the county on which each exchange goes as `plan` says, then well."""

    def __init__(self, county):
        super().__init__(county)
        self.plan = []
        self.replies = []
        self.meanwhile = None

    def exchange(self, path, token, body):
        fault = self.plan.pop(0) if self.plan else OK
        if fault == LOST_REQUEST:
            raise UserError("连不上县级服务器")
        earlier = [one for one in self.requests if one[0] == "/v1/sync"]
        if fault == STRAY and earlier:
            super().exchange(*earlier[len(earlier) // 2])
        status, answer = super().exchange(path, token, body)
        if fault == TWICE:
            status, answer = super().exchange(path, token, body)
        self.replies.append((status, answer))
        if fault == LOST_REPLY:
            raise UserError("连不上县级服务器")
        if fault == OLD_REPLY and path == "/v1/sync":
            return self.replies[len(self.replies) // 2]
        if fault == KILLED and status == 200 and path == "/v1/sync":
            reply = protocol.unpack(answer, SyncReply)
            reply.pulled = None
            self.plan.insert(0, LOST_REQUEST)
            return status, protocol.pack(reply)
        if fault == MEANWHILE and self.meanwhile:
            self.meanwhile()
        return status, answer


@dataclass
class Person:
    """Somebody with a laptop. `skew` is how wrong its clock goes."""

    name: str
    vault: vaults.Store
    client: SyncClient
    line: Line
    grids: tuple[str, ...]
    skew: dt.timedelta
    out: bool = False  # the county has shut it out
    aside: int | None = None  # words entered when a copy of its folder was made
    read_to: int = 0  # of its own journal, for the list of what was made


@dataclass
class World:
    """A county server, and what a new laptop is copied from."""

    county: object
    template: object
    key: bytes
    root: object
    lives: int = 0
    acts: int = 0
    syncs: int = 0


@dataclass
class Life:
    """One story of a county's two grids."""

    world: World
    people: list[Person] = field(default_factory=list)
    made: list[tuple[type, UUID]] = field(default_factory=list)
    entered: list[tuple[UUID, str]] = field(default_factory=list)
    by: dict[str, str] = field(default_factory=dict)  # who entered a word
    words: int = 0
    ticks: int = 0
    story: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.world.lives += 1
        number = self.world.lives
        self.codes = (f"9901{number:06}01", f"9901{number:06}02")
        self.grids = tuple(map(grid_id, self.codes))
        self.folder = self.world.root / f"life{number}"
        self.begun = now() - dt.timedelta(minutes=10)

    # People come, go and come back.

    def join(self, grids, skew):
        """Another laptop, let in for these grids."""
        name = f"网格员{len(self.people)}"
        folder = self.folder / name
        shutil.copytree(self.world.template, folder)
        vault = vaults.open_with_key(folder, self.world.key)
        device = vaults.uuid7()
        with vault.writing(remote=True) as tx:
            tx.db.exec_driver_sql("UPDATE actor SET device = ?", (device.hex,))
        vault.device_id = device
        line = Line(self.world.county)
        person = Person(name, vault, SyncClient(vault, line), line, grids, skew)
        person.client.enrol(self.code(person))
        self.people.append(person)
        return person

    def code(self, person):
        return access.create_enrolment(self.world.county, person.grids, person.name)

    def shut_out(self, person):
        access.revoke(self.world.county, person.vault.device_id)
        person.out = True

    def let_in_again(self, person, grids):
        """With a new code, which may name more grids."""
        person.grids = tuple(sorted({*person.grids, *grids}))
        person.client.enrol(self.code(person))
        person.out = False

    def lay_a_copy_aside(self, person):
        """Copy the folder, as somebody does with a file manager."""
        folder = person.vault.folder
        person.vault.close()
        shutil.rmtree(folder.with_suffix(".copy"), ignore_errors=True)
        shutil.copytree(folder, folder.with_suffix(".copy"))
        person.aside = self.words
        self._open(person, folder)

    def bring_the_copy_back(self, person):
        """The folder as it was: what was entered since and not sent is gone with it."""
        folder = person.vault.folder
        person.vault.close()
        shutil.rmtree(folder)
        shutil.copytree(folder.with_suffix(".copy"), folder)
        self._open(person, folder)
        kept = self._kept()
        self.entered = [
            one
            for one in self.entered
            if one in kept
            or self.by[one[1]] != person.name
            or int(one[1][1:]) <= person.aside
        ]
        with person.vault.reading() as db:
            person.read_to = db.scalar(select(func.max(journal.c.seq))) or 0

    def _open(self, person, folder):
        person.vault = vaults.open_with_key(folder, self.world.key)
        person.client = SyncClient(person.vault, person.line)

    def end(self):
        for person in self.people:
            person.vault.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What they do.

    def work(self, person, act, batch=None):
        """One write of somebody; whether it went through. `act` gets a tool box."""
        hand = Hand(self, person)
        self.ticks += 1
        self.world.acts += 1
        try:
            with person.vault.writing(batch=batch) as tx:
                tx.at = self.begun + person.skew + dt.timedelta(milliseconds=self.ticks)
                hand.tx = tx
                act(hand)
        except UserError:
            return False
        self.entered += hand.entered
        self.by |= {word: person.name for _, word in hand.entered}
        self._note_new(person)
        return True

    def _note_new(self, person):
        query = select(journal.c.seq, journal.c.type, journal.c.record_id).where(
            journal.c.seq > person.read_to,
            journal.c.origin == "local",
            journal.c.action == "insert",
        )
        with person.vault.reading() as db:
            for seq, type_, record_id in db.execute(query.order_by(journal.c.seq)):
                person.read_to = seq
                self.made.append((record_named(type_), UUID(record_id)))

    def sync(self, person, plan=()):
        """A sync on a line as planned; whether it went through."""
        person.line.plan = list(plan)
        self.world.syncs += 1
        try:
            return person.client.sync()
        except Refused as refusal:
            older = refusal.code == "device" and person.aside is not None
            person.out = person.out or older
            if not (plan or person.out):
                raise
        except UserError:
            if not plan:
                raise
        finally:
            person.line.plan = []
            person.line.meanwhile = None
        return None

    def settle(self):
        """Everybody syncs until nobody has anything."""
        for _ in range(ROUNDS):
            for person in self.people:
                if person.out:
                    self.let_in_again(person, ())
            reports = [self.sync(person) for person in self.people]
            if all(reports) and not any(one.pushed or one.pulled for one in reports):
                return
        raise AssertionError("they never come to rest")

    # What must hold once all is quiet.

    def check(self):
        there = self._at_county()
        for person in self.people:
            scopes = {grid_id(code) for code in person.grids}
            here = rows_of(person.vault)
            missing = {key for key, row in there.items() if row["grid_id"] in scopes}
            beyond = set(here) - missing - absent(person.vault)
            assert beyond == set(), (person.name, "beyond its scope")
            assert missing - set(here) == set(), (person.name, "not all arrived")
            for key in missing:
                apart = differing(here[key], there[key])
                assert apart == {}, (person.name, key, apart)
            self._check_journal(person, here)
            with person.vault.reading() as db:
                assert list(audit.breaks(db)) == []
        known = {one["what"] for one in acts.listed(self.world.county)}
        assert acts.ALTERED not in known
        self._check_log()
        kept = self._kept()
        lost = [one for one in self.entered if one not in kept]
        assert lost == []

    def _at_county(self):
        found = {}
        with self.world.county.reading() as db:
            for model in RECORDS:
                table = table_of(model)
                query = select(table).where(table.c.grid_id.in_(self.grids))
                for row in db.execute(query).mappings():
                    found[model.__tablename__, row["id"]] = dict(row)
        return found

    def _check_journal(self, person, here):
        """Read backwards, each line's new value is what came out of it."""
        with person.vault.reading() as db:
            rows = db.execute(select(journal).order_by(journal.c.seq.desc())).all()
            left = set()
            for row in rows:
                key = row.type, UUID(row.record_id)
                if row.action == "leave":
                    left.add(key)
                if key not in here or key in left:
                    continue
                for name, (old, new) in journals.changes_of(row).items():
                    assert here[key][name] == new, (person.name, key, name)
                    here[key][name] = old

    def _check_log(self):
        with self.world.county.reading() as db:
            for one in self.grids:
                c = change_log.c
                query = select(func.count(), func.max(c.n)).where(c.grid_id == one)
                last = select(scope.c.last).where(scope.c.grid_id == one)
                count, newest = db.execute(query).one()
                assert count == (newest or 0) == (db.scalar(last) or 0)

    def _kept(self):
        """Every word that the county has, in its log or among what it held."""
        with self.world.county.reading() as db:
            mine = change_log.c.grid_id.in_(self.grids)
            bodies = [*db.scalars(select(change_log.c.body).where(mine))]
            bodies += db.scalars(
                select(held_at_county.c.mine).where(
                    held_at_county.c.device_id.in_(
                        [one.vault.device_id for one in self.people]
                    )
                )
            )
        found = set()
        for body in bodies:
            line = msgspec.msgpack.decode(body, type=Change)
            key = UUID(bytes=line.id)
            found.update((key, word) for word in WORD.findall(repr(line.values)))
        return found


def rows_of(vault):
    """Everything in a vault, by type and id."""
    with vault.reading() as db:
        return {
            (model.__tablename__, row["id"]): row
            for model in RECORDS
            for row in records.find(db, model, deleted=True)
        }


def absent(vault):
    """Records of a vault that the county would not take."""
    with vault.reading() as db:
        return conflicts.absent(db)


def differing(here, there):
    return {
        name: (here[name], there[name]) for name in here if here[name] != there[name]
    }


class Hand:
    """What an act has in hand: a transaction, words to enter, records to take up."""

    def __init__(self, life, person):
        self.life, self.person = life, person
        self.tx = None
        self.entered = []

    def word(self, record_id):
        self.life.words += 1
        word = f"词{self.life.words}"
        self.entered.append((record_id, word))
        return word

    def new(self, model, said, /, **values):
        """A new record with a word of its own in the field `said`."""
        key = vaults.uuid7()
        given = {"id": key, said: self.word(key), **values}
        return records.insert_many(self.tx, model, [given])[0]

    def pick(self, model, which, *, deleted=False):
        """One of the records of that type that stand here; UserError when none does."""
        made = [key for type_, key in self.life.made if type_ is model]
        if model is Grid:
            made = list(self.life.grids)
        there = records.by_id(self.tx.db, model, made, deleted=deleted)
        if deleted:
            there = {key: row for key, row in there.items() if row["deleted_at"]}
        found = [key for key in made if key in there]
        if not found:
            raise UserError("没有这样的记录")
        return there[found[which % len(found)]]
