"""What laptops do in the tests of the county, and what is seen of it afterwards."""

from sqlalchemy import select

from gridapp.county.tables import change as change_log
from gridapp.models import Resident, codes
from gridapp.models.kinds import TIME
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.store import records, state
from gridapp.sync import protocol
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Change, Push, SyncReply, SyncRequest
from tests.county.conftest import GRID, OTHER
from tests.county.whole_records import MOMENT

HERE, THERE = grid_id(GRID), grid_id(OTHER)


def add(laptop, model=Resident, record_id=None, **values):
    with laptop.store.writing() as tx:
        return records.save(tx, model, values, record_id)


def edit(laptop, record_id, model=Resident, **values):
    add(laptop, model, record_id, **values)


def remove(laptop, record_id, model=Resident):
    with laptop.store.writing() as tx:
        records.delete(tx, model, record_id)


def seen(laptop, record_id, model=Resident):
    with laptop.store.reading() as db:
        return records.get(db, model, record_id, deleted=True)


def waiting(laptop):
    with laptop.store.reading() as db:
        return SyncClient.waiting(db)


def decide(laptop, choice):
    [one] = waiting(laptop)
    with laptop.store.writing() as tx:
        SyncClient.decide(tx, one.id, choice)


def at_county(county, record_id, model=Resident):
    with county.reading() as db:
        table = table_of(model)
        row = db.execute(select(table).where(table.c.id == record_id)).mappings()
        found = row.one_or_none()
        return dict(found) if found else None


def log_of(county, record_id):
    with county.reading() as db:
        query = select(change_log.c.action).where(change_log.c.record_id == record_id)
        return list(db.scalars(query.order_by(change_log.c.grid_id, change_log.c.n)))


def send(laptop, *changes, last=None, cursor=None):
    """One push made by hand, past the client."""
    with laptop.store.reading() as db:
        token, epoch = state.value(db, "token"), state.value(db, "epoch")
    request = SyncRequest(
        protocol.VERSION,
        epoch,
        laptop.store.device_id.bytes,
        Push(last or changes[-1].seq, list(changes)),
        None,
    )
    status, body = laptop.transport.exchange("/v1/sync", token, protocol.pack(request))
    assert status == 200, protocol.unpack(body, protocol.Refusal)
    return protocol.unpack(body, SyncReply).pushed


def made_by_hand(
    seq, record_id, grid=HERE, action="insert", type_="resident", **values
):
    return Change(
        seq,
        type_,
        record_id.bytes,
        grid.bytes,
        action,
        TIME.to_wire(MOMENT),
        None,
        None,
        ",".join(values),
        list(values.values()),
    )


def first_of(table):
    """A code of a table, whichever."""
    return codes.table(table).codes[0]
