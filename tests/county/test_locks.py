"""A lost laptop: stopped at once, locked at its next request, opened by the county."""

import json

import httpx
import msgspec
import pytest

from gridapp.cli.county_access import told
from gridapp.county import access, attempts, locks, service, upkeep
from gridapp.county.store import open_county
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import county_seal, records, slots, state
from gridapp.store import vault as vaults
from gridapp.sync import locking, protocol
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Refused
from tests.county.conftest import GRID, Direct

PASSWORD = "测试用的密码 1"
SLOTS = vaults.SLOT_FILE

# What the database has no part in is tried on one of them.
one_database = pytest.mark.parametrize("county_template", ["sqlite"], indirect=True)


class Cut(Direct):
    """A line on which the answers from some path on get lost."""

    lost = ""

    def exchange(self, path, token, body):
        found = super().exchange(path, token, body)
        if self.lost == path:
            raise UserError("连接中断")
        return found


@pytest.fixture
def lost(county, laptop):
    """A laptop with changes that were not sent, which the county wants locked."""
    found = laptop("王秀兰")
    found.client._line._transport = found.transport = Cut(county)
    with found.store.writing() as tx:
        records.save(tx, Resident, {"name": "没上传"})
    locks.ask(county, found.store.device_id)
    return found


def device_of(county, laptop):
    wanted = str(laptop.store.device_id)
    [found] = [one for one in upkeep.status(county)["devices"] if one["id"] == wanted]
    return found


def refused(laptop):
    with pytest.raises(Refused) as caught:
        laptop.sync()
    return caught.value.code


def names(county):
    return {one["name"] for one in upkeep.list_records(county, Resident)}


class TestLock:
    def test_the_password_opens_nothing_until_the_county_gives_a_code(
        self, county, lost
    ):
        folder = lost.store.folder
        assert device_of(county, lost)["lock_done_at"] == ""

        assert refused(lost) == "lock"

        assert device_of(county, lost)["lock_done_at"]
        lost.store.close()
        with pytest.raises(slots.Locked, match="解锁码"):
            vaults.open_store(folder, PASSWORD)
        assert "已锁定" in told(device_of(county, lost))
        code = locks.lift(county, lost.store.device_id)
        assert "已撤回锁定" in told(device_of(county, lost))
        locking.unlock(folder, code.lower(), lost.transport)
        again = vaults.open_store(folder, PASSWORD)
        try:
            SyncClient(again, lost.transport).sync()
        finally:
            again.close()
        assert "锁定" not in told(device_of(county, lost))
        assert names(county) == {"没上传"}

    @one_database
    def test_nothing_that_is_left_opens_it_with_the_password(self, lost):
        """The old seal is no part of the new file; without the county's key the rest
        is noise, also for who knows the format."""
        before = (lost.store.folder / SLOTS).read_text("utf-8")
        [slot] = slots.read(lost.store.folder / SLOTS).slots
        refused(lost)

        after = json.loads((lost.store.folder / SLOTS).read_text("utf-8"))
        assert slot.sealed not in str(after)
        beside = {one.name: one for one in lost.store.folder.glob("*.json*")}
        assert set(beside) == {SLOTS, f"{SLOTS}.bak", f"{SLOTS}.lock"}
        assert slot.sealed not in beside[f"{SLOTS}.bak"].read_text("utf-8")
        assert beside[f"{SLOTS}.lock"].read_bytes() == b""
        assert before != after
        with pytest.raises(UserError, match="打不开"):
            county_seal.open_again(lost.store.folder / SLOTS, b"k" * 32)

    @one_database
    def test_a_data_key_that_is_still_known_does_not_open_it(self, lost):
        """As for the new process of another text size or language."""
        refused(lost)

        with pytest.raises(slots.Locked):
            vaults.open_with_key(lost.store.folder, lost.store.key)

    @one_database
    def test_its_password_is_not_changed_meanwhile(self, lost):
        refused(lost)

        with pytest.raises(slots.Locked):
            vaults.change_password(lost.store.folder, PASSWORD, "另外一个密码 2")

    @one_database
    def test_an_order_that_comes_twice_or_whose_answers_get_lost_does_no_harm(
        self, county, lost
    ):
        lost.transport.lost = service.SYNC
        with pytest.raises(UserError, match="中断"):
            lost.sync()
        assert slots.shut_note(lost.store.folder / SLOTS) is None
        lost.transport.lost = service.LOCKED
        assert refused(lost) == "lock"
        kept = (lost.store.folder / SLOTS).read_bytes()
        lost.transport.lost = ""
        assert refused(lost) == "lock"
        assert (lost.store.folder / SLOTS).read_bytes() == kept

        code = locks.lift(county, lost.store.device_id)
        lost.transport.lost = service.UNLOCK
        with pytest.raises(UserError, match="中断"):
            locking.unlock(lost.store.folder, code, lost.transport)
        lost.transport.lost = ""
        locking.unlock(lost.store.folder, code, lost.transport)

        assert slots.read(lost.store.folder / SLOTS)
        lost.sync()
        assert names(county) == {"没上传"}

    @one_database
    def test_the_code_is_used_up_once_the_laptop_has_synced(self, county, lost):
        refused(lost)
        kept = (lost.store.folder / SLOTS).read_bytes()
        code = locks.lift(county, lost.store.device_id)
        locking.unlock(lost.store.folder, code, lost.transport)
        lost.sync()
        (lost.store.folder / SLOTS).write_bytes(kept)

        with pytest.raises(Refused, match="解锁码不对"):
            locking.unlock(lost.store.folder, code, lost.transport)

    @one_database
    def test_only_its_own_code_and_only_while_the_order_is_lifted(
        self, county, lost, laptop
    ):
        other = laptop("李主任")
        refused(lost)
        theirs = locks.lift(county, other.store.device_id)
        folder = lost.store.folder
        for wrong in (theirs, "2345-6789-ABCD", ""):
            with pytest.raises(Refused, match="解锁码不对"):
                locking.unlock(folder, wrong, lost.transport)
        mine = locks.lift(county, lost.store.device_id)
        locks.ask(county, lost.store.device_id)
        with pytest.raises(Refused, match="解锁码不对"):
            locking.unlock(folder, mine, lost.transport)

    @one_database
    def test_a_second_order_after_the_way_back_locks_again(self, county, lost):
        for _ in range(2):
            assert refused(lost) == "lock"
            code = locks.lift(county, lost.store.device_id)
            locking.unlock(lost.store.folder, code, lost.transport)
            lost.sync()
            locks.ask(county, lost.store.device_id)
        assert refused(lost) == "lock"

    @one_database
    def test_a_laptop_that_was_stopped_is_locked_all_the_same(self, county, lost):
        access.revoke(county, lost.store.device_id)

        assert refused(lost) == "lock"

    @one_database
    def test_a_new_code_does_not_go_around_the_order(self, county, lost):
        with lost.store.writing() as tx:
            state.keep(tx.db, "token", None)
        code = access.create_enrolment(county, [GRID], "王秀兰")

        with pytest.raises(Refused) as caught:
            lost.client.enrol(code)

        assert caught.value.code == "lock"
        assert slots.shut_note(lost.store.folder / SLOTS)

    @one_database
    def test_nothing_it_wrote_is_taken_and_nothing_is_sent_to_it(self, county, lost):
        refused(lost)

        assert names(county) == set()

    @one_database
    def test_the_county_s_other_laptops_go_on(self, lost, laptop):
        assert laptop("李主任").sync().held == 0
        assert lost.store.worker_id

    @one_database
    def test_no_such_laptop_and_no_such_lock_are_said(self, county, laptop):
        with pytest.raises(UserError, match="没有这台电脑"):
            locks.ask(county, vaults.uuid7())
        with pytest.raises(UserError, match="没有这台电脑"):
            locks.lift(county, vaults.uuid7())
        one = laptop("王秀兰")
        with pytest.raises(UserError, match="没有锁定"):
            locking.unlock(one.store.folder, "2345-6789-ABCD", one.transport)

    @one_database
    def test_an_order_that_cannot_be_read_changes_nothing(self, lost):
        before = (lost.store.folder / SLOTS).read_bytes()
        with pytest.raises(UserError, match="读不懂"):
            locking.obey(lost.store, lost.transport, "", b"\xc1")

        assert (lost.store.folder / SLOTS).read_bytes() == before


def ask(county, path, message, token="", source=None):
    answer = service.answer(county, path, token, protocol.pack(message), source=source)
    if answer.status == 200:
        return None, answer
    return protocol.unpack(answer.body, protocol.Refusal), answer


def knock(county, code, source, device=b"d" * 16):
    request = protocol.EnrolRequest(1, code, device, "电脑", "test")
    return ask(county, service.ENROL, request, source=source)


class TestBrake:
    """Whoever guesses waits; everybody else does not notice."""

    def flood(self, county, source):
        return [
            knock(county, "2345-6789-ABCD", source)[0].code
            for _ in range(attempts.MOST[attempts.ENROL] + 3)
        ]

    def test_codes_cannot_be_tried_for_ever(self, county):
        codes = self.flood(county, "203.0.113.7")

        most = attempts.MOST[attempts.ENROL]
        assert codes == ["code"] * most + ["rate"] * 3
        refusal, answer = knock(county, "2345-6789-ABCD", "203.0.113.7")
        assert answer.status == 429
        assert 0 < answer.wait <= attempts.SPAN * attempts.SPANS
        assert "一刻钟" in refusal.sentence

    @one_database
    def test_other_places_and_laptops_that_are_in_are_not_shut_out(
        self, county, laptop
    ):
        li = laptop("李主任")
        self.flood(county, "203.0.113.7")
        code = access.create_enrolment(county, [GRID], "王秀兰")

        refusal, _ = knock(county, code, "203.0.113.7")
        assert refusal.code == "rate"
        refusal, _ = knock(county, code, "203.0.113.8")
        assert refusal is None
        with li.store.reading() as db:
            token, epoch = state.value(db, "token"), state.value(db, "epoch")
        request = protocol.SyncRequest(
            1, epoch, li.store.device_id.bytes, None, None, sent=-1
        )
        for _ in range(attempts.MOST[attempts.TOKEN] + 1):
            wrong, _ = ask(county, service.SYNC, request, "wrong", "203.0.113.7")
        assert wrong.code == "rate"
        refusal, _ = ask(county, service.SYNC, request, token, "203.0.113.7")
        assert refusal is None

    def test_all_processes_count_together_and_a_restart_forgets_nothing(
        self, county, county_folder
    ):
        self.flood(county, "203.0.113.7")
        other = open_county(county_folder)
        try:
            refusal, _ = knock(other, "2345-6789-ABCD", "203.0.113.7")
        finally:
            other.close()

        assert refusal.code == "rate"

    @one_database
    def test_it_ends_by_itself(self, county, monkeypatch):
        self.flood(county, "203.0.113.7")
        later = attempts.time.time() + attempts.SPAN * attempts.SPANS
        monkeypatch.setattr(attempts.time, "time", lambda: later)

        refusal, _ = knock(county, "2345-6789-ABCD", "203.0.113.7")

        assert refusal.code == "code"

    @one_database
    def test_a_house_has_one_ipv6_network(self, county):
        for at in range(attempts.MOST[attempts.ENROL]):
            knock(county, "2345-6789-ABCD", f"2001:db8:0:7::{at:x}")

        near, _ = knock(county, "2345-6789-ABCD", "2001:db8:0:7:ffff::1")
        far, _ = knock(county, "2345-6789-ABCD", "2001:db8:0:8::1")

        assert (near.code, far.code) == ("rate", "code")

    @one_database
    def test_no_address_is_kept(self, county):
        self.flood(county, "203.0.113.7")

        with county.reading() as db:
            rows = str(db.execute(attempts.attempt.select()).all())
        assert rows != "[]"
        assert "203.0.113" not in rows

    @one_database
    def test_codes_that_open_a_locked_laptop_are_no_easier_to_guess(self, county, lost):
        refused(lost)
        note = slots.shut_note(lost.store.folder / SLOTS)
        request = protocol.UnlockRequest(
            1,
            "2345-6789-ABCD",
            bytes.fromhex(note.device),
            bytes.fromhex(note.order),
        )
        for _ in range(attempts.MOST[attempts.UNLOCK] + 1):
            refusal, _ = ask(county, service.UNLOCK, request, source="203.0.113.7")

        assert refusal.code == "rate"


@one_database
def test_a_real_server_knows_where_a_request_comes_from(county, served):
    body = protocol.pack(
        protocol.EnrolRequest(1, "2345-6789-ABCD", b"d" * 16, "电脑", "test")
    )
    headers = {"content-type": "application/vnd.gridapp.sync"}
    answers = [
        httpx.post(served + service.ENROL, content=body, headers=headers)
        for _ in range(attempts.MOST[attempts.ENROL] + 1)
    ]

    assert {one.status_code for one in answers[:-1]} == {400}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


@one_database
@pytest.mark.parametrize("raw", [b"", b"d" * 15, b"d" * 17])
def test_a_device_that_cannot_be_one_is_refused(county, raw):
    refusal, _ = knock(county, "2345-6789-ABCD", None, raw)
    assert refusal.code == "device"
    lock = protocol.UnlockRequest(1, "", raw, b"")
    assert ask(county, service.UNLOCK, lock)[0].code == "device"
    done = protocol.LockDone(1, raw, b"")
    assert ask(county, service.LOCKED, done)[0].code == "device"


@one_database
def test_an_order_is_a_struct_that_older_programs_pass_over(county, lost):
    """A program that knows nothing of orders reads the refusal and shows its words."""
    with lost.store.reading() as db:
        token = state.value(db, "token")
    request = protocol.SyncRequest(1, "e", b"d" * 16, None, None)
    answer = service.answer(county, service.SYNC, token, protocol.pack(request))

    code, sentence, *_ = msgspec.msgpack.decode(
        protocol.zstandard.decompress(answer.body)
    )

    assert (answer.status, code) == (423, "lock")
    assert "解锁码" in sentence


@one_database
def test_another_password_for_a_locked_vault_says_that_it_is_locked(lost):
    assert refused(lost) == "lock"
    folder = lost.store.folder
    with pytest.raises(slots.Locked):
        vaults.change_password(folder, PASSWORD, "另一个测试密码 2")
