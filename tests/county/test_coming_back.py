"""A laptop that was cut off while joining, or shut out, comes back as it was."""

import os
import stat

import pytest
from sqlalchemy import select

from gridapp.county import access, upkeep
from gridapp.county.tables import enrolment
from gridapp.errors import UserError
from gridapp.models import Grid, Resident, Worker
from gridapp.store import outbox, records, state
from gridapp.store import vault as vaults
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import VERSION, Push, Refused, SyncRequest, pack
from tests.county.conftest import GRID, OTHER, Direct


class Cut(Direct):
    """A line that is cut before the first answer arrives."""

    cut = False

    def exchange(self, path, token, body):
        found = super().exchange(path, token, body)
        if not self.cut:
            self.cut = True
            raise UserError("连接中断")
        return found


def write(store, name):
    with store.writing() as tx:
        return records.save(tx, Resident, {"name": name})


def names(county):
    return {one["name"] for one in upkeep.list_records(county, Resident)}


def device_of(county, laptop):
    [found] = [
        one
        for one in upkeep.status(county)["devices"]
        if one["id"] == str(laptop.store.device_id)
    ]
    return found


def shut_out(county, laptop):
    access.revoke(county, laptop.store.device_id)
    with pytest.raises(Refused, match="已被停用"):
        laptop.sync()


class TestLostAnswer:
    def test_the_same_laptop_may_use_its_code_again(self, county, vault):
        person = write(vault, "张德福")
        code = access.create_enrolment(county, [GRID], "王秀兰")
        client = SyncClient(vault, Cut(county))
        with pytest.raises(UserError, match="中断"):
            client.enrol(code)

        client.enrol(code)
        client.sync()

        assert names(county) == {"张德福"}
        with vault.reading() as db:
            assert records.get(db, Resident, person)
        workers = [one["name"] for one in upkeep.list_records(county, Worker)]
        assert workers == ["王秀兰"]
        assert len(upkeep.status(county)["devices"]) == 1

    def test_the_token_that_was_lost_is_void(self, county, new_vault):
        store = new_vault("王秀兰")
        code = access.create_enrolment(county, [GRID], "王秀兰")
        client = SyncClient(store, Direct(county))
        client.enrol(code)
        with store.writing() as tx:
            first = state.value(tx.db, "token")
            state.keep(tx.db, "token", None)

        client.enrol(code)

        with county.reading() as db:
            with pytest.raises(Refused, match="不认识"):
                access.authenticate(db, first)
            with store.reading() as kept:
                now = access.authenticate(db, state.value(kept, "token"))
        assert now.id == store.device_id

    def test_another_laptop_may_not(self, county, new_vault):
        code = access.create_enrolment(county, [GRID], "王秀兰")
        with pytest.raises(UserError, match="中断"):
            SyncClient(new_vault("a"), Cut(county)).enrol(code)

        with pytest.raises(Refused, match="已经用过"):
            SyncClient(new_vault("b"), Direct(county)).enrol(code)

    def test_nor_the_same_one_once_it_has_pushed(self, county, vault):
        code = access.create_enrolment(county, [GRID], "王秀兰")
        client = SyncClient(vault, Direct(county))
        client.enrol(code)
        client.sync()
        with vault.writing() as tx:
            state.keep(tx.db, "token", None)

        with pytest.raises(Refused, match="已经用过"):
            client.enrol(code)

    def test_nor_one_that_was_stopped_since(self, county, new_vault):
        store = new_vault("a")
        code = access.create_enrolment(county, [GRID], "王秀兰")
        client = SyncClient(store, Cut(county))
        with pytest.raises(UserError, match="中断"):
            client.enrol(code)
        access.revoke(county, store.device_id)

        with pytest.raises(Refused, match="已经用过"):
            client.enrol(code)


class TestShutOut:
    def test_a_new_code_brings_it_back_with_what_it_had_not_sent(self, county, laptop):
        li, wang = laptop("李主任"), laptop("王秀兰")
        write(li.store, "已上传")
        li.sync()
        write(li.store, "没上传")
        shut_out(county, li)
        write(wang.store, "别人的")
        wang.sync()

        li.client.enrol(access.create_enrolment(county, [GRID], "李主任"))
        report = li.sync()

        assert report.pushed == 1
        assert names(county) == {"已上传", "没上传", "别人的"}
        with li.store.reading() as db:
            assert records.count(db, Resident) == 3
        found = device_of(county, li)
        assert (found["revoked"], found["behind"]) == (False, 0)
        workers = [one["name"] for one in upkeep.list_records(county, Worker)]
        assert sorted(workers) == ["李主任", "王秀兰"]

    def test_one_that_the_county_does_not_know_comes_back_too(self, county, laptop):
        li = laptop("李主任")
        write(li.store, "没上传")
        with li.store.writing() as tx:
            state.keep(tx.db, "token", "wrong")

        li.client.enrol(access.create_enrolment(county, [GRID], "李主任"))
        li.sync()

        assert names(county) == {"没上传"}

    def test_a_copy_becomes_a_device_of_its_own(self, county, laptop):
        li = laptop("李主任")
        write(li.store, "没上传")
        li.store.device_id = vaults.uuid7()

        li.client.enrol(access.create_enrolment(county, [GRID], "李主任"))
        li.sync()

        assert names(county) == {"没上传"}
        assert len(upkeep.status(county)["devices"]) == 2

    def test_the_colleague_who_takes_it_over_deletes_nobody(self, county, laptop):
        li = laptop("李主任")
        before = li.store.worker_id
        shut_out(county, li)

        li.client.enrol(access.create_enrolment(county, [GRID], "王秀兰"))
        li.sync()

        assert li.store.worker_id != before
        workers = [one["name"] for one in upkeep.list_records(county, Worker)]
        assert sorted(workers) == ["李主任", "王秀兰"]

    def test_its_new_code_may_name_more_grids_but_not_fewer(self, county, laptop):
        li = laptop("李主任")
        shut_out(county, li)
        with pytest.raises(Refused, match="网格编码"):
            li.client.enrol(access.create_enrolment(county, [OTHER], "李主任"))

        li.client.enrol(access.create_enrolment(county, [GRID, OTHER], "李主任"))
        li.sync()

        with li.store.reading() as db:
            codes = {one["code"] for one in records.find(db, Grid)}
        assert codes == {GRID, OTHER}

    def test_one_that_is_in_needs_no_code_and_uses_none_up(self, county, laptop):
        li = laptop("李主任")
        code = access.create_enrolment(county, [GRID], "王秀兰")

        with pytest.raises(UserError, match="已经登记过"):
            li.client.enrol(code)
        laptop("周敏").sync()

        with county.reading() as db:
            used = db.scalars(select(enrolment.c.device_id)).all()
        assert used.count(None) == 1

    def test_another_county_does_not_get_it(self, county, laptop, tmp_path):
        li = laptop("李主任")
        upkeep.init(tmp_path / "elsewhere")
        with upkeep.opened(tmp_path / "elsewhere") as elsewhere:
            client = SyncClient(li.store, Direct(elsewhere))
            with pytest.raises(UserError, match="另一台县级服务器"):
                client.enrol(access.create_enrolment(elsewhere, [GRID], "李主任"))
        write(li.store, "留在本县")
        li.sync()

        assert names(county) == {"留在本县"}


@pytest.mark.parametrize("wrong", ["", "9901 01", "9" * 33, "第3网格", "９" * 12])
def test_a_grid_code_is_digits_letters_and_hyphens(county, wrong):
    with pytest.raises(UserError, match="只能是数字、字母和连字符"):
        access.create_enrolment(county, [GRID, wrong], "王秀兰")

    assert upkeep.status(county)["grids"] == []
    with county.reading() as db:
        assert db.execute(select(enrolment)).all() == []


def test_a_grid_named_twice_counts_once(county, new_vault):
    code = access.create_enrolment(county, [GRID, f" {GRID} "], "王秀兰")

    SyncClient(new_vault("a"), Direct(county)).enrol(code)

    assert [one["code"] for one in upkeep.status(county)["grids"]] == [GRID]


class TestBehind:
    def test_nothing_is_missing_right_after_a_full_sync(self, county, laptop):
        li, wang = laptop("李主任"), laptop("王秀兰")
        write(li.store, "张德福")
        li.sync()
        wang.sync()

        assert device_of(county, li)["behind"] == 0
        assert device_of(county, wang)["behind"] == 0

    def test_its_own_changes_are_not_missing_others_are(self, county, laptop):
        li, wang = laptop("李主任"), laptop("王秀兰")
        li.sync()
        write(wang.store, "张德福")
        write(wang.store, "李桂英")
        wang.sync()
        write(li.store, "王大爷")
        push_only(li)

        assert names(county) == {"张德福", "李桂英", "王大爷"}
        assert device_of(county, li)["behind"] == 2

    def test_a_leaving_that_got_lost_on_its_way_is_not_taken_as_read(
        self, county, laptop
    ):
        """What the laptop wrote about the record, not knowing that it left, counts."""
        both, li = laptop("周敏", GRID, OTHER), laptop("李主任")
        person = write(both.store, "张德福")
        both.sync()
        li.sync()
        with both.store.reading() as db:
            there = {one["code"]: one["id"] for one in records.find(db, Grid)}
        with both.store.reading() as db:
            here = records.get(db, Resident, person)["grid_id"]
        away = there[OTHER if here == there[GRID] else GRID]
        with both.store.writing() as tx:
            records.move(tx, Resident, person, away)
        both.sync()
        cut = SyncClient(li.store, Cut(county))
        with pytest.raises(UserError, match="中断"):
            cut.sync()
        with li.store.writing() as tx:
            records.save(tx, Resident, {"note": "耳背"}, person)
        report = li.sync()

        assert report.held == 0
        [found] = upkeep.list_records(county, Resident)
        assert found["note"] == "耳背"


def push_only(laptop):
    """Push what is unsent and ask for nothing, as in the middle of a long upload."""
    with laptop.store.reading() as db:
        batch = outbox.next_batch(db)
        token, epoch = state.value(db, "token"), state.value(db, "epoch")
    push = Push(batch.last, batch.changes)
    device = laptop.store.device_id.bytes
    request = SyncRequest(VERSION, epoch, device, push=push, pull=None)
    status, _ = laptop.transport.exchange("/v1/sync", token, pack(request))
    assert status == 200


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder):
    return {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (folder, *folder.iterdir())
        if path.is_file() or path == folder
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.usefixtures("open_umask")
class TestNobodyElseReads:
    def test_the_county_s_files(self, tmp_path):
        folder = tmp_path / "county"
        upkeep.init(folder)
        with upkeep.opened(folder) as county:
            access.create_enrolment(county, [GRID], "王秀兰")
            found = modes(folder)

        assert found.pop("county") == 0o700
        assert {"county.db", "county.db-wal", "county.json"} <= found.keys()
        assert set(found.values()) == {0o600}

    def test_the_laptop_s_files(self, tmp_path):
        folder = tmp_path / "vault"
        store = vaults.create(folder, "测试用的密码 1")
        with store.reading():
            found = modes(folder)
        store.close()

        assert found.pop("vault") == 0o700
        assert {"grid.db", "grid.db-wal", "vault.json"} <= found.keys()
        assert set(found.values()) == {0o600}
