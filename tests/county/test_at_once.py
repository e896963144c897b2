"""Many laptops at the same moment: no gap in a log, no change lost, none twice."""

import threading
import time
from collections import Counter
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from gridapp.county import access, service
from gridapp.county.tables import change as change_log
from gridapp.county.tables import scope
from gridapp.models import Building, Contact, Resident
from gridapp.models.kinds import TIME, now
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.store import records
from gridapp.sync import protocol
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Change, Cursor, Pull, Push
from tests.county.conftest import GRID, Direct

HERE = grid_id(GRID)
WRITERS, BATCHES, PEOPLE = 6, 8, 5


class Sender:
    """A device that speaks the protocol without a vault behind it."""

    def __init__(self, county, name):
        self.county, self.id, self.seq = county, uuid7(), 0
        code = access.create_enrolment(county, [GRID], name)
        request = protocol.EnrolRequest(1, code, self.id.bytes, name, "test")
        reply = self._exchange(service.ENROL, "", request, protocol.EnrolReply)
        self.token, self.epoch = reply.token, reply.epoch

    def _exchange(self, path, token, message, kind):
        answer = service.answer(self.county, path, token, protocol.pack(message))
        assert answer.status == 200, protocol.unpack(answer.body, protocol.Refusal)
        return protocol.unpack(answer.body, kind)

    def sync(self, push=None, pull=None):
        request = protocol.SyncRequest(1, self.epoch, self.id.bytes, push, pull)
        return self._exchange(service.SYNC, self.token, request, protocol.SyncReply)

    def change(self, action, type_, record_id, **values):
        self.seq += 1
        return Change(
            self.seq,
            type_,
            record_id.bytes,
            HERE.bytes,
            action,
            TIME.to_wire(now()),
            None,
            None,
            ",".join(values),
            list(values.values()),
        )

    def push(self, changes):
        return self.sync(Push(changes[-1].seq, changes)).pushed


def test_writers_and_a_reader_at_once(county):
    """Writers edit the same people and add contacts to each other's: rows are locked
    in one order, a number is given only under the scope's lock."""
    first = Sender(county, "李主任")
    people = [uuid7() for _ in range(PEOPLE)]
    first.push([first.change("insert", "resident", one, name="居民") for one in people])
    senders = [Sender(county, f"网格员{at}") for at in range(WRITERS)]
    failures, held = [], Counter()

    def write(at, sender):
        try:
            for batch in range(BATCHES):
                order = people[at % PEOPLE :] + people[: at % PEOPLE]
                changes = [
                    sender.change(
                        "update", "resident", one, note=[None, f"{at}-{batch}"]
                    )
                    for one in order
                ]
                changes += [
                    sender.change(
                        "insert",
                        "contact",
                        uuid7(),
                        resident_id=one.bytes,
                        name="李",
                        rank=1,
                    )
                    for one in order
                ]
                held.update(one.reason for one in sender.push(changes).held)
        except Exception as error:  # noqa: BLE001 - shown by the main thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(senders)]
    reader, numbers = Sender(county, "书记"), []
    for thread in threads:
        thread.start()
    cursor = Cursor(HERE.bytes, 0, "log")
    deadline = time.monotonic() + 120
    while any(thread.is_alive() for thread in threads) or cursor.n < last(county):
        assert time.monotonic() < deadline
        page = reader.sync(pull=Pull([cursor])).pulled
        numbers += [
            msgspec.msgpack.decode(raw, type=Change).seq for raw in page.changes
        ]
        [cursor] = page.cursors or [cursor]

    assert failures == []
    assert numbers == list(range(1, last(county) + 1))
    edits, contacts = counted(county, people)
    assert contacts == WRITERS * BATCHES * PEOPLE
    assert edits + held["conflict"] == WRITERS * BATCHES * PEOPLE
    assert set(held) == {"conflict"}


def test_one_batch_sent_by_many_threads_is_taken_once(county):
    sender, person = Sender(county, "李主任"), uuid7()
    batch = [sender.change("insert", "resident", person, name="张德福")]
    batch.append(sender.change("update", "resident", person, sex=[None, "X"]))
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(sender.push(batch)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 6
    assert all(one.held == answers[0].held for one in answers)
    assert [one.reason for one in answers[0].held] == ["invalid"]
    with county.reading() as db:
        query = select(change_log.c.action).where(change_log.c.record_id == person)
        assert list(db.scalars(query)) == ["insert"]


def last(county):
    with county.reading() as db:
        return db.scalars(select(scope.c.last)).one()


def counted(county, people: list[UUID]):
    """Edits of the people in the log, and contacts in the table."""
    contacts = table_of(Contact)
    with county.reading() as db:
        edits = select(change_log.c.n).where(
            change_log.c.type == Resident.__tablename__, change_log.c.action == "update"
        )
        return (
            len(list(db.scalars(edits))),
            len(list(db.scalars(select(contacts.c.id)))),
        )


def test_a_sync_overtaken_by_another_of_the_same_vault_is_no_older_copy(county, laptop):
    """Two programs on one data folder: one sends more while the other's batch is under
    way, so that the county has newer rows than the slower one had read."""
    one = laptop("王秀兰")
    other = SyncClient(one.store, Direct(county))
    plain = one.transport.exchange

    def overtaken(path, token, body):
        one.transport.exchange = plain
        add(one.store, "二")
        assert other.sync().pushed == 2
        return plain(path, token, body)

    add(one.store, "一")
    one.transport.exchange = overtaken
    one.client.sync()
    assert one.client.sync().pushed == 0


def add(store, number):
    with store.writing() as tx:
        records.save(tx, Building, {"number": number})
