"""The next page is asked for while one is applied, and counts only if it fits."""

import pytest

from gridapp.county import access
from gridapp.models import Building
from gridapp.models.place import grid_id
from gridapp.store import records
from gridapp.sync import protocol
from gridapp.sync.ahead import NextPage
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Change, Cursor, Pull, Pulled, SyncReply, SyncRequest
from tests.county.conftest import GRID, Direct

MANY = protocol.PAGE_ROWS + 100


@pytest.fixture
def many(laptop):
    """A laptop that has sent more buildings than one page holds."""
    one = laptop("王秀兰")
    with one.store.writing() as tx:
        rows = [{"number": f"{number}栋"} for number in range(MANY)]
        records.insert_many(tx, Building, rows)
    one.sync()
    return one


@pytest.fixture
def joining(county, new_vault, many):
    """A second laptop that has downloaded nothing yet."""
    store = new_vault("李主任")
    transport = Direct(county)
    client = SyncClient(store, transport)
    client.enrol(access.create_enrolment(county, [GRID], "李主任"))
    transport.requests.clear()
    return client, store, transport


def numbers(store):
    with store.reading() as db:
        return {row["number"] for row in records.find(db, Building)}


def test_each_page_is_asked_for_once_though_it_is_asked_ahead(joining):
    client, store, transport = joining
    client.sync()
    bodies = [body for _, _, body in transport.requests]
    assert len(numbers(store)) == MANY
    assert len(bodies) == len(set(bodies)) == 4  # two pages, the log, its end


def test_a_save_made_meanwhile_is_sent_and_no_page_is_missed(joining):
    client, store, transport = joining
    plain = transport.exchange

    def saves_while_a_page_is_under_way(path, token, body):
        answer = plain(path, token, body)
        if len(transport.requests) == 3:
            with store.writing() as tx:
                records.save(tx, Building, {"number": "新栋"})
        return answer

    transport.exchange = saves_while_a_page_is_under_way
    client.sync()
    assert len(numbers(store)) == MANY + 1
    assert client.report.pushed == 1
    assert client.sync().pushed == 0


def test_a_line_that_breaks_under_the_page_asked_ahead_loses_nothing(joining):
    client, store, transport = joining
    plain = transport.exchange

    def breaks(path, token, body):
        if len(transport.requests) == 1:
            transport.exchange = plain
            raise OSError("cut")
        return plain(path, token, body)

    transport.exchange = breaks
    with pytest.raises(OSError, match="cut"):
        client.sync()
    here = len(numbers(store))
    assert 0 < here < MANY  # what came before stays
    client.sync()
    assert len(numbers(store)) == MANY


def page_with(action):
    grid = grid_id(GRID).bytes
    change = Change(1, "building", b"\1" * 16, grid, action, 1, None, None, "", [])
    cursors = [Cursor(grid, 1, "log")]
    request = SyncRequest(1, "e", b"\2" * 16, None, Pull([Cursor(grid, 0, "log")]))
    reply = SyncReply(1, [grid], None, Pulled([], cursors, True, {}))
    return request, reply, [change]


@pytest.mark.parametrize("action", ["update", "leave"])
def test_nothing_is_asked_ahead_behind_a_record_that_leaves(laptop, action):
    one = laptop("王秀兰")
    request, reply, changes = page_with(action)
    one.transport.requests.clear()
    ahead = NextPage(one.client._line)
    ahead.follows("token", request, reply)
    ahead.begin(changes)
    ahead.close()
    assert len(one.transport.requests) == (1 if action == "update" else 0)
