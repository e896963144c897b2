"""Laptops and counties of other versions, made by hand: there is only one as yet."""

import shutil

import httpx
import msgspec
import pytest
import zstandard

from gridapp.county import access, app, service, upkeep
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import journal, records, remote, state
from gridapp.sync import protocol, versions
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import EnrolRequest, Refusal, pack
from gridapp.sync.versions import Served, pick
from tests.county.caller import Caller, direct
from tests.county.conftest import GRID, Direct

NEWER = Served(pushes=1, oldest=2, newest=3)  # of a county that is far ahead
OLDER = Served(pushes=1, oldest=1, newest=1)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """An empty county; which database it has makes no difference here."""
    folder = tmp_path_factory.mktemp("template") / "county"
    upkeep.init(folder)
    return folder


@pytest.fixture
def county_folder(template, tmp_path):
    return shutil.copytree(template, tmp_path / "county")


@pytest.mark.parametrize(
    ("spoken", "served", "picked"),
    [([1], [1], 1), ([1, 2, 3], [2, 3, 4], 3), ([1], [2, 3], None), ([2], [], None)],
)
def test_the_highest_version_that_both_know_is_picked(spoken, served, picked):
    assert pick(spoken, served) == picked


def test_a_county_tells_its_versions(county_folder):
    with app.running(county_folder, served=NEWER) as url:
        told = httpx.get(url + "/v1/versions").json()

    assert told == {"versions": [2, 3], "push_only": [1]}


@pytest.mark.parametrize(
    ("version", "words"), [(4, "升级服务器"), (0, "先升级程序"), (-1, "先升级程序")]
)
def test_another_version_is_told_which_are_served_and_who_has_to_upgrade(
    county, version, words
):
    caller = Caller.of(county)
    request = caller.request(caller.new(name="张德福"), version=version)

    status, body = direct(county, served=NEWER)("/v1/sync", caller.token, pack(request))

    refusal = protocol.unpack(body, Refusal)
    assert (status, refusal.code) == (426, "version")
    assert (refusal.versions, refusal.pushes) == ([2, 3], [1])
    assert words in refusal.sentence


def test_a_message_of_a_newer_version_need_not_be_readable_to_be_told(county):
    caller = Caller.of(county)
    strange = zstandard.compress(msgspec.msgpack.encode([9, {"all": "new"}]))

    for path in ("/v1/sync", "/v1/enrol"):
        status, body = caller.ask(path, strange)
        assert status == 426
        assert protocol.unpack(body, Refusal).versions == [1]


def test_what_a_newer_version_adds_behind_the_known_fields_is_passed_over(county):
    caller = Caller.of(county)
    request = msgspec.msgpack.decode(
        msgspec.msgpack.encode(caller.request(caller.new(name="张德福")))
    )
    longer = zstandard.compress(msgspec.msgpack.encode([*request, "added", [1]]))

    status, body = caller.ask("/v1/sync", longer)

    assert status == 200
    assert protocol.unpack(body, protocol.SyncReply).pushed.taken == 1


def test_a_program_too_old_to_be_sent_anything_can_still_send_what_it_has(county):
    caller = Caller.of(county)
    caller.send = direct(county, served=NEWER)

    status, body = caller.ask("/v1/sync", caller.request(caller.new(name="张德福")))
    reply = protocol.unpack(body, protocol.SyncReply)
    after, refusal = caller.push()

    assert (status, reply.pushed.taken, reply.pulled) == (200, 1, None)
    assert (after, refusal.code) == (426, "version")
    assert "改动可以上报" in refusal.sentence


def test_a_program_too_old_is_not_let_in(county):
    code = access.create_enrolment(county, [GRID], "李主任")
    request = EnrolRequest(1, code, b"d" * 16, "测试机", "0")

    answer = service.answer(county, service.ENROL, "", pack(request), served=NEWER)

    assert answer.status == 426
    assert service.answer(county, service.ENROL, "", pack(request)).status == 200


class Other(Direct):
    """A county that serves other versions."""

    served = OLDER

    def exchange(self, path, token, body):
        self.requests.append((path, token, body))
        answer = service.answer(self.county, path, token, body, served=self.served)
        return answer.status, answer.body


def test_a_newer_program_speaks_to_an_older_county_in_its_version(county, new_vault):
    """As a program that knows versions 1 and 2 does with a county that knows 1."""
    store, line = new_vault("a"), Other(county)
    client = SyncClient(store, line, speaks=range(1, 3))

    client.enrol(access.create_enrolment(county, [GRID], "李主任"))
    with store.writing() as tx:
        records.save(tx, Resident, {"name": "张德福"})
    report = client.sync()

    assert report.pushed > 0
    spoken = [
        protocol.unpack(body, versions.Versioned).version for *_, body in line.requests
    ]
    assert spoken[0] == 2
    assert set(spoken[1:]) == {1}


def test_a_laptop_too_old_for_its_county_sends_everything_and_says_what_to_do(
    county, laptop
):
    li = laptop("li")
    with li.store.writing() as tx:
        for number in range(3):
            records.save(tx, Resident, {"name": f"居民{number}"})
    li.client = SyncClient(li.store, Other(county))
    li.client._line._transport.served = NEWER

    with pytest.raises(UserError, match="先升级程序"):
        li.client.sync()

    with li.store.reading() as db:
        assert journal.unsent_count(db, state.pushed_seq(db)) == 0


def test_a_laptop_too_old_that_starts_anew_still_sends_what_it_has(county, laptop):
    """Its first download would go before its push, and is refused."""
    li = laptop("li")
    with li.store.writing() as tx:
        records.save(tx, Resident, {"name": "张德福"})
        remote.start_over(tx.db)
    li.client = SyncClient(li.store, Other(county))
    li.client._line._transport.served = NEWER

    with pytest.raises(UserError, match="先升级程序"):
        li.client.sync()

    with li.store.reading() as db:
        assert journal.unsent_count(db, state.pushed_seq(db)) == 0
