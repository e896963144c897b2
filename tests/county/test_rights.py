"""Areas, roles, closed grids: what a laptop gets, keeps and may write."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from gridapp.county import access, acts, codes, org, upkeep, workers
from gridapp.county.tables import device_scope
from gridapp.errors import UserError
from gridapp.models import Grid, Issue, Resident, Worker
from gridapp.models.place import grid_id
from gridapp.store import records, state
from gridapp.store.tables import journal
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Refused
from gridapp.work import flow
from tests.county.conftest import Direct, Laptop
from tests.county.test_contract import made_by_hand, send

COMMUNITY, NEXT, TOWN = "990101001001", "990101001002", "990101001"
ONE, TWO, FAR = f"{COMMUNITY}001", f"{COMMUNITY}002", f"{NEXT}001"
LATER = f"{COMMUNITY}003"

# What the database has no part in is tried on one of them.
one_database = pytest.mark.parametrize("county_template", ["sqlite"], indirect=True)


@pytest.fixture
def enrolled(county, new_vault):
    """Makes a laptop with a code that says grids, a role and an area."""

    def make(name, *grids, role=None, area=None):
        store = new_vault(f"{name}{len(upkeep.status(county)['devices'])}")
        client = SyncClient(store, Direct(county))
        code = access.create_enrolment(county, grids, name, role, area=area)
        client.enrol(code)
        client.sync()
        return Laptop(store, client, client._line._transport)

    return make


def add(laptop, name, grid=None, record_id=None, **values):
    with laptop.store.writing() as tx:
        given = {"grid_id": grid_id(grid)} if grid else {}
        return records.save(tx, Resident, {"name": name} | given | values, record_id)


def people(laptop):
    with laptop.store.reading() as db:
        return {one["name"] for one in records.filtered(db, Resident, {})}


def grids(laptop):
    with laptop.store.reading() as db:
        return {one["code"] for one in records.find(db, Grid)}


def waiting(laptop):
    with laptop.store.reading() as db:
        return [(one.reason, one.sentence) for one in SyncClient.waiting(db)]


def at_county(county):
    return {one["name"] for one in upkeep.list_records(county, Resident)}


def lines(laptop, action):
    with laptop.store.reading() as db:
        query = select(journal.c.type).where(journal.c.action == action)
        return list(db.scalars(query))


class TestArea:
    def test_a_community_has_every_grid_of_its_code_and_no_other(self, enrolled):
        one, far = enrolled("王秀兰", ONE), enrolled("赵强", FAR)
        add(one, "张德福")
        add(far, "李桂英")
        one.sync()
        far.sync()

        secretary = enrolled("李书记", role="community", area=COMMUNITY)

        assert grids(secretary) == {ONE}
        assert people(secretary) == {"张德福"}

    def test_a_grid_that_is_opened_later_comes_by_itself(self, county, enrolled):
        enrolled("王秀兰", ONE)
        secretary = enrolled("李书记", role="community", area=COMMUNITY)
        town = enrolled("陈镇长", role="town", area=TOWN)
        new, far = enrolled("周敏", LATER), enrolled("赵强", FAR)
        add(new, "张德福")
        add(far, "李桂英")
        new.sync()
        far.sync()

        secretary.sync()
        town.sync()

        assert grids(secretary) == {ONE, LATER}
        assert people(secretary) == {"张德福"}
        assert grids(town) == {ONE, LATER, FAR}
        assert people(town) == {"张德福", "李桂英"}
        assert secretary.sync().pulled == 0  # and once is enough

    @one_database
    def test_it_may_write_in_its_whole_area(self, county, enrolled):
        enrolled("王秀兰", ONE)
        secretary = enrolled("李书记", role="community", area=COMMUNITY)
        enrolled("周敏", LATER)
        secretary.sync()

        add(secretary, "张德福", LATER)

        assert secretary.sync().held == 0
        assert at_county(county) == {"张德福"}

    @one_database
    @pytest.mark.parametrize(
        ("role", "area"),
        [
            ("community", TOWN),
            ("town", COMMUNITY),
            ("county", "99010"),
            ("community", "99010100100%"),
            ("community", "９９０１０１００１００１"),
            ("worker", COMMUNITY),
            ("leader", "990101"),
            ("it", "990101"),
        ],
    )
    def test_an_area_is_the_whole_code_of_the_role_s_own_level(
        self, county, role, area
    ):
        with pytest.raises(UserError):
            access.create_enrolment(county, [ONE], "王秀兰", role, area=area)

        assert upkeep.status(county)["grids"] == []

    @one_database
    def test_an_area_without_a_grid_is_said(self, county):
        with pytest.raises(UserError, match="还没有网格"):
            access.create_enrolment(county, [], "李书记", "community", area=COMMUNITY)

    def test_a_usual_sync_of_an_area_writes_nothing(self, county, enrolled):
        enrolled("王秀兰", ONE)
        secretary = enrolled("李书记", role="community", area=COMMUNITY)
        with county.reading() as db:
            before = db.execute(select(device_scope)).all()
            device = access.authenticate(db, _token(secretary))
        assert not device.unsettled

        secretary.sync()

        with county.reading() as db:
            assert db.execute(select(device_scope)).all() == before


def _token(laptop):
    with laptop.store.reading() as db:
        return state.value(db, "token")


class TestTakenAway:
    """A grid that is a laptop's no more: first what was not sent, then the records."""

    @pytest.fixture
    def two(self, county, enrolled):
        laptop = enrolled("王秀兰", ONE, TWO)
        self.here = add(laptop, "张德福", ONE)
        self.there = add(laptop, "李桂英", TWO)
        laptop.sync()
        return laptop

    def take(self, county, laptop, *codes):
        access.change_grids(county, laptop.store.device_id, remove=codes)

    def test_what_was_not_sent_goes_first_then_the_records_leave(self, county, two):
        add(two, "王大爷", ONE)
        add(two, "张德福", record_id=self.here, note="耳背")
        self.take(county, two, ONE)

        report = two.sync()

        assert (report.pushed, report.held) == (2, 0)
        assert at_county(county) == {"张德福", "李桂英", "王大爷"}
        assert people(two) == {"李桂英"}
        assert grids(two) == {TWO}
        with two.store.reading() as db:
            assert state.default_grid(db) == grid_id(TWO)
        assert lines(two, "leave").count("resident") == 2

    def test_it_writes_there_no_more_once_it_has_let_go(self, county, two):
        self.take(county, two, ONE)
        two.sync()
        two.sync()

        with two.store.reading() as db:
            seq = state.pushed_seq(db)
        new = made_by_hand(seq + 1, UUID(int=7), grid=grid_id(ONE), name="王大爷")
        pushed = send(two, new)

        assert [one.reason for one in pushed.held] == ["out_of_scope"]
        with county.reading() as db:
            device = access.authenticate(db, _token(two))
        assert not device.gone
        assert list(device.grids) == [grid_id(TWO)]

    @one_database
    def test_a_cut_anywhere_on_the_way_changes_nothing_of_it(self, county, two):
        add(two, "王大爷", ONE)
        self.take(county, two, ONE)
        line = two.transport
        for cut in range(1, 6):
            with pytest.raises(UserError, match="中断"):
                SyncClient(two.store, Cut(line, cut % 2)).sync()

        two.sync()

        assert at_county(county) == {"张德福", "李桂英", "王大爷"}
        assert people(two) == {"李桂英"}

    @one_database
    def test_a_grid_that_comes_back_is_there_again(self, county, two):
        self.take(county, two, ONE)
        two.sync()
        access.change_grids(county, two.store.device_id, add=[ONE])

        two.sync()

        assert people(two) == {"张德福", "李桂英"}

    @one_database
    def test_back_before_the_laptop_knew_costs_nothing(self, county, two):
        self.take(county, two, ONE)
        access.change_grids(county, two.store.device_id, add=[ONE])

        two.sync()

        assert people(two) == {"张德福", "李桂英"}
        assert "resident" not in lines(two, "leave")

    @one_database
    def test_a_record_the_county_never_took_stays_with_its_author(self, county, two):
        key = add(two, "王大爷", ONE)
        with two.store.writing(remote=True) as tx:  # as a newer program's rules allow
            tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            wrong = ("王" * 90, key.hex)
            tx.db.exec_driver_sql("UPDATE resident SET name = ? WHERE id = ?", wrong)
            tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
        assert two.sync().held == 1
        self.take(county, two, ONE)

        two.sync()

        assert people(two) == {"李桂英", "王" * 90}
        assert [reason for reason, _ in waiting(two)] == ["invalid"]

    @one_database
    def test_a_county_that_does_not_know_a_grid_takes_nothing_away(self, county, two):
        """As after a restore of a backup from before the grid was there."""
        with county.writing() as db:
            mine = device_scope.c.grid_id == grid_id(ONE)
            db.execute(device_scope.delete().where(mine))

        two.sync()

        assert people(two) == {"张德福", "李桂英"}

    def test_the_person_s_own_record_moves_along(self, county, two):
        self.take(county, two, ONE)
        two.sync()

        with two.store.reading() as db:
            me = records.get(db, Worker, two.store.worker_id)
        assert me["grid_id"] == grid_id(TWO)
        workers.change_role(county, two.store.worker_id, "leader")
        two.sync()
        with two.store.reading() as db:
            assert records.get(db, Worker, two.store.worker_id)["role"] == "leader"

    @one_database
    def test_a_worker_without_any_grid_left_keeps_the_program_going(self, county, two):
        self.take(county, two, ONE, TWO)

        two.sync()

        assert people(two) == set()
        assert two.sync().held == 0


class Cut(Direct):
    """A line that is cut, with the answer lost or before the request arrives."""

    def __init__(self, line, after):
        super().__init__(line.county)
        self.after = after

    def exchange(self, path, token, body):
        if self.after:
            super().exchange(path, token, body)
        raise UserError("连接中断")


class TestClosed:
    def test_a_closed_grid_leaves_every_laptop_after_its_last_changes(
        self, county, enrolled
    ):
        one, secretary = (
            enrolled("王秀兰", ONE, TWO),
            enrolled("李书记", TWO, role="community", area=COMMUNITY),
        )
        add(one, "张德福", ONE)
        one.sync()
        secretary.sync()
        with pytest.raises(UserError, match="还有 1 条记录"):
            org.close_grid(county, ONE)
        add(one, "王大爷", ONE)
        add(secretary, "李桂英", ONE)

        org.close_grid(county, ONE, anyhow=True)
        assert one.sync().held == secretary.sync().held == 0

        assert at_county(county) == {"张德福", "王大爷", "李桂英"}
        assert people(one) == people(secretary) == set()
        assert grids(one) == grids(secretary) == {TWO}
        with pytest.raises(UserError, match="已停用"):
            access.create_enrolment(county, [ONE], "周敏")

        org.open_grid(county, ONE)
        secretary.sync()
        assert people(secretary) == {"张德福", "王大爷", "李桂英"}

    @one_database
    def test_a_list_of_grids_makes_and_changes_them(self, county, enrolled):
        rows = [{"code": ONE, "name": "第1网格"}, {"code": TWO, "name": "第2网格"}]
        assert org.import_grids(county, rows) == (2, 0)
        secretary = enrolled("李书记", role="community", area=COMMUNITY)
        rows = [{"code": ONE, "name": "东网格"}, {"code": TWO, "name": "第2网格"}]
        assert org.import_grids(county, rows) == (0, 1)
        secretary.sync()

        with secretary.store.reading() as db:
            names = {one["code"]: one["name"] for one in records.find(db, Grid)}
        assert names == {ONE: "东网格", TWO: "第2网格"}
        with pytest.raises(UserError, match="网格编码"):
            org.import_grids(county, [{"code": LATER}, {"code": "第3网格"}])
        assert len(upkeep.status(county)["grids"]) == 2


@one_database
class TestRoles:
    @pytest.mark.parametrize(("role", "area"), [("town", TOWN), ("county", "990101")])
    def test_a_town_and_the_county_read_residents_and_handle_issues(
        self, county, enrolled, role, area
    ):
        one = enrolled("王秀兰", ONE)
        person = add(one, "张德福")
        with one.store.writing() as tx:
            lamp = flow.open_issue(
                tx, {"title_text": "路灯不亮", "category": "0401"}, "report", "上报"
            )
        one.sync()
        above = enrolled("陈主任", role=role, area=area)
        assert people(above) == {"张德福"}

        add(above, "张德福", record_id=person, note="耳背")
        add(above, "李桂英", ONE)
        with above.store.writing() as tx:
            flow.step(tx, lamp, "accept", "受理")
        above.sync()

        assert {reason for reason, _ in waiting(above)} == {"out_of_scope"}
        assert all("只能查看" in sentence for _, sentence in waiting(above))
        [found] = upkeep.list_records(county, Resident)
        assert (found["name"], found["note"]) == ("张德福", None)
        [issue] = upkeep.list_records(county, Issue)
        assert issue["state"] == "accepted"

    def test_it_staff_get_no_code_and_no_records(self, county, enrolled):
        with pytest.raises(UserError, match="不收发"):
            access.create_enrolment(county, [ONE], "小张", "it")
        one = enrolled("王秀兰", ONE)
        add(one, "张德福")

        workers.change_role(county, one.store.worker_id, "it")

        with pytest.raises(Refused) as caught:
            one.sync()
        assert caught.value.code == "role"
        assert people(one) == {"张德福"}

    def test_a_role_with_an_area_is_not_changed_into_one_without(
        self, county, enrolled
    ):
        enrolled("王秀兰", ONE)
        secretary = enrolled("李书记", role="community", area=COMMUNITY)

        with pytest.raises(UserError, match="网格员按网格登记") as told:
            workers.change_role(county, secretary.store.worker_id, "worker")

        [device] = re.findall("county grids ([0-9a-f-]+) --add", str(told.value))
        access.change_grids(county, UUID(device), add=[ONE], area="")
        workers.change_role(county, secretary.store.worker_id, "worker")

    @pytest.mark.parametrize("raised", ["community", "county", "it"])
    def test_nobody_raises_anybody_to_their_own_rank(self, county, enrolled, raised):
        enrolled("王秀兰", ONE)
        secretary = enrolled("李书记", role="community", area=COMMUNITY)
        with secretary.store.writing() as tx:
            [wang] = [
                one["id"]
                for one in records.filtered(tx.db, Worker, {})
                if one["name"] == "王秀兰"
            ]
            records.save(tx, Worker, {"role": raised}, wang)
        secretary.sync()

        roles = {one["name"]: one["role"] for one in workers.listed(county)}
        assert roles["王秀兰"] == "worker"
        assert [reason for reason, _ in waiting(secretary)] == ["invalid"]


@one_database
class TestGrids:
    """Who sees a grid follows from its code: no laptop makes, recodes, ends one."""

    @pytest.fixture(autouse=True)
    def one(self, enrolled):
        self.laptop = enrolled("王秀兰", ONE)

    def change(self, **values):
        with self.laptop.store.writing() as tx:
            records.save(tx, Grid, values, grid_id(ONE))
        self.laptop.sync()

    def test_its_words_may_be_changed_its_code_not(self, county):
        self.change(name="东网格", code=FAR)

        [found] = upkeep.status(county)["grids"]
        assert (found["name"], found["code"]) == ("东网格", ONE)
        assert [reason for reason, _ in waiting(self.laptop)] == ["invalid"]

    def test_it_is_not_deleted(self, county):
        with self.laptop.store.writing() as tx:
            records.delete(tx, Grid, grid_id(ONE))
        self.laptop.sync()

        [found] = upkeep.status(county)["grids"]
        assert not found["closed"]
        [(_, sentence)] = waiting(self.laptop)
        assert "由县里建立" in sentence

    def test_a_code_is_not_taken_before_the_county_gives_it(self, county, enrolled):
        with self.laptop.store.writing() as tx:
            [_] = records.insert_many(
                tx,
                Grid,
                [
                    {
                        "id": grid_id(FAR),
                        "grid_id": grid_id(ONE),
                        "code": FAR,
                        "name": "占",
                    }
                ],
            )
        self.laptop.sync()
        assert [one["code"] for one in upkeep.status(county)["grids"]] == [ONE]

        far = enrolled("赵强", FAR)
        add(far, "李桂英")
        far.sync()
        self.laptop.sync()

        assert people(self.laptop) == set()
        assert at_county(county) == {"李桂英"}


@one_database
class TestOnePersonTwoLaptops:
    def names(self, county):
        return sorted(one["name"] for one in workers.listed(county))

    def test_a_second_laptop_is_of_the_same_worker(self, county, enrolled):
        first, second = enrolled("王秀兰", ONE), enrolled("王秀兰", ONE, TWO)

        assert first.store.worker_id == second.store.worker_id
        assert self.names(county) == ["王秀兰"]
        [worker] = workers.listed(county)
        assert worker["devices"] == 2

    def test_two_codes_before_either_is_used_too(self, county, new_vault):
        one, two = (access.invite(county, [ONE], "王秀兰") for _ in range(2))
        for name, made in (("a", one), ("b", two)):
            SyncClient(new_vault(name), Direct(county)).enrol(made.code)

        assert (one.known, two.known) == (False, True)
        assert self.names(county) == ["王秀兰"]

    def test_the_same_name_elsewhere_is_another_person(self, county, enrolled):
        first, far = enrolled("王秀兰", ONE), enrolled("王秀兰", FAR)

        assert first.store.worker_id != far.store.worker_id

    def test_who_is_meant_is_asked_and_an_id_says_it(self, county, enrolled, new_vault):
        enrolled("王秀兰", ONE)
        made = access.invite(county, [ONE], "王秀兰", new_worker=True)
        SyncClient(new_vault("b"), Direct(county)).enrol(made.code)
        with pytest.raises(UserError, match="有 2 位“王秀兰”"):
            access.invite(county, [ONE], "王秀兰")

        again = access.invite(county, [TWO], str(made.worker_id))

        assert (again.worker_id, again.worker) == (made.worker_id, "王秀兰")
        with pytest.raises(UserError, match="没有编号为"):
            access.invite(county, [ONE], str(grid_id(ONE)))

    def test_a_code_changes_no_role_by_the_way(self, county, enrolled):
        enrolled("王秀兰", ONE)

        with pytest.raises(UserError, match="已登记为"):
            access.create_enrolment(county, [ONE], "王秀兰", "community")

    def test_a_laptop_does_not_become_somebody_by_naming_their_id(
        self, county, enrolled, new_vault
    ):
        """A code of one's own, the leader's id, a vault that says it is theirs."""
        enrolled("王秀兰", FAR)
        boss = enrolled("陈主任", role="county", area="990101")
        code = access.invite(county, [ONE], "陈主任", "worker", new_worker=True).code
        store = new_vault("thief")
        with store.writing(remote=True) as tx:
            records.insert_many(
                tx,
                Worker,
                [
                    {
                        "id": boss.store.worker_id,
                        "grid_id": grid_id(ONE),
                        "name": "陈主任",
                        "role": "county",
                    }
                ],
            )
            state.keep(tx.db, state.WORKER, boss.store.worker_id.hex)
        client = SyncClient(store, Direct(county))
        client.enrol(code)

        with county.reading() as db, store.reading() as kept:
            device = access.authenticate(db, state.value(kept, "token"))
        assert device.worker_id != boss.store.worker_id
        assert device.role == "worker"


def test_open_codes_are_listed_and_cancelled(county, new_vault):
    code = access.create_enrolment(county, [ONE], "王秀兰")
    used = access.create_enrolment(county, [TWO], "周敏")
    SyncClient(new_vault("a"), Direct(county)).enrol(used)

    [found] = codes.open_codes(county)
    assert (found["worker"], found["grids"]) == ("王秀兰", [ONE])
    assert code not in str(found)
    with pytest.raises(UserError, match="没有这个登记码"):
        codes.cancel_code(county, "")
    codes.cancel_code(county, found["id"])

    assert codes.open_codes(county) == []
    with pytest.raises(Refused, match="登记码不对"):
        SyncClient(new_vault("b"), Direct(county)).enrol(code)


def test_what_was_done_is_written_down_without_secrets_or_names(county, enrolled):
    laptop = enrolled("王秀兰", ONE)
    code = access.create_enrolment(county, [ONE], "王秀兰")
    [waits] = codes.open_codes(county)
    codes.cancel_code(county, waits["id"])
    access.change_grids(county, laptop.store.device_id, add=[TWO], remove=[ONE])
    workers.change_role(county, laptop.store.worker_id, "leader")
    org.close_grid(county, TWO)
    org.open_grid(county, TWO)
    access.revoke(county, laptop.store.device_id)

    found = acts.listed(county)

    assert [one["what"] for one in found] == [
        "revoke",
        "open",
        "close",
        "role",
        "scope",
        "cancel",
        "enrol",
        "enrol",
    ]
    assert "王秀兰" not in str(found)
    assert code not in str(found)
    assert all(one["by"] and one["at"] for one in found)
