"""The next push is made ready while one is taken, and counts only if it still fits."""

import pytest
from msgspec import structs

from gridapp.models import Building
from gridapp.models.place import grid_id
from gridapp.store import records
from gridapp.store.outbox import Batch
from gridapp.sync.ahead import Ahead, Asked
from gridapp.sync.protocol import (
    MAX_ROWS,
    Held,
    Push,
    Pushed,
    SyncReply,
    SyncRequest,
    unpack,
)
from tests.county.conftest import GRID

GRID_ID = grid_id(GRID).bytes
MANY = 2 * MAX_ROWS + 100
TOOK = SyncReply(1, [GRID_ID], Pushed(1, 1, []), None)
HELD = Held(1, None, "invalid", "请核对")


def fill(store, count):
    with store.writing() as tx:
        rows = [{"number": f"{number}栋"} for number in range(count)]
        records.insert_many(tx, Building, rows)


def pushes(transport):
    sent = [unpack(body, SyncRequest) for _, _, body in transport.requests]
    return [one.push for one in sent if one.push]


def test_what_waits_is_sent_once_in_order_and_each_push_says_how_far_it_came(laptop):
    one = laptop("王秀兰")
    fill(one.store, MANY)
    one.transport.requests.clear()
    one.sync()
    requests = [unpack(body, SyncRequest) for _, _, body in one.transport.requests]
    sent = [change.seq for push in pushes(one.transport) for change in push.changes]
    assert len(sent) >= MANY
    assert sent == sorted(set(sent))
    for before, after in zip(requests, requests[1:], strict=False):
        if before.push:
            assert after.sent == before.push.last
    assert one.sync().pushed == 0


def test_a_save_made_while_a_push_was_ready_is_sent_too(laptop):
    one = laptop("王秀兰")
    fill(one.store, MANY)
    plain = one.transport.exchange

    def saves(path, token, body):
        one.transport.exchange = plain
        answer = plain(path, token, body)
        fill(one.store, 1)
        return answer

    one.transport.exchange = saves
    with one.store.reading() as db:
        before = len(list(records.find(db, Building)))
    assert one.sync().pushed >= before + 1
    assert one.sync().pushed == 0


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        pytest.param(TOOK, True, id="took it"),
        pytest.param(structs.replace(TOOK, pushed=None), False, id="did not look"),
        pytest.param(structs.replace(TOOK, pushed=Pushed(1, 0, [HELD])), False),
        pytest.param(structs.replace(TOOK, settled=[(1, "")]), False, id="settled"),
        pytest.param(structs.replace(TOOK, keys=b"k"), False, id="keys"),
        pytest.param(structs.replace(TOOK, ahead=(9, b"m")), False, id="ahead"),
        pytest.param(structs.replace(TOOK, gone=[GRID_ID]), False, id="taken away"),
        pytest.param(structs.replace(TOOK, grids=[b"g" * 16]), False, id="new grid"),
    ],
)
def test_what_was_made_ready_counts_only_if_the_county_says_nothing_else(
    laptop, reply, counts
):
    one = laptop("王秀兰")
    line, transport = one.client._line, one.transport
    batch = Batch(1, [], complete=False)
    request = SyncRequest(1, "e", b"\2" * 16, Push(1, []), None)
    asked = Asked(batch, request, frozenset({GRID_ID}), fresh=False)
    ahead = Ahead(line)
    ahead.begin(asked, lambda after: asked if after == 1 else None)
    line.carry("/v1/versions", "", b"")
    assert transport.meanwhile is None
    ahead.answered(asked, reply)
    assert (ahead.ready() is not None) == counts
    assert ahead.ready() is None


@pytest.mark.parametrize("why", ["the last", "sent again", "first download"])
def test_nothing_is_made_ready_behind(laptop, why):
    one = laptop("王秀兰")
    batch = Batch(1, [], complete=why == "the last")
    request = SyncRequest(1, "e", b"\2" * 16, Push(1, [], why == "sent again"), None)
    asked = Asked(batch, request, frozenset(), fresh=why == "first download")
    Ahead(one.client._line).begin(asked, lambda after: asked)
    assert one.transport.meanwhile is None
