"""The county takes an issue's step only as the one table of transitions has it."""

import pytest

from gridapp.county import access
from gridapp.models import Issue, IssueStep, Worker
from gridapp.models.record import table_of
from gridapp.store import records
from gridapp.sync.client import SyncClient
from gridapp.work import flow
from tests.county.conftest import GRID, Direct, Laptop

LAMP = {"title_text": "路灯不亮", "category": "0401"}


@pytest.fixture
def laptop_of(county, new_vault):
    """Makes a laptop whose worker has a role."""

    def make(name, role):
        opened = new_vault(name)
        transport = Direct(county)
        client = SyncClient(opened, transport)
        client.enrol(access.create_enrolment(county, [GRID], name, role))
        client.sync()
        return Laptop(opened, client, transport)

    return make


@pytest.fixture
def wang(laptop_of):
    return laptop_of("王秀兰", "worker")


def issue(laptop, action="work", **values):
    with laptop.store.writing() as tx:
        return flow.open_issue(tx, LAMP | values, action, "记一下")


def take(laptop, issue_id, action):
    with laptop.store.writing() as tx:
        return flow.step(tx, issue_id, action, "写明情况")


def force(laptop, issue_id, state):
    """A step past the table, as a program that was tampered with would write it."""
    table = table_of(Issue)
    with laptop.store.writing() as tx:
        tx.db.execute(table.update().where(table.c.id == issue_id).values(state=state))


def held(laptop):
    with laptop.store.reading() as db:
        return [(one.field, one.sentence) for one in SyncClient.waiting(db)]


def state_at(county, issue_id):
    table = table_of(Issue)
    with county.reading() as db:
        return db.scalar(
            table.select()
            .with_only_columns(table.c.state)
            .where(table.c.id == issue_id)
        )


def test_steps_of_the_table_are_taken_each_with_its_trace(wang, laptop_of, county):
    boss = laptop_of("陈主任", "community")
    one = issue(wang)
    take(wang, one, "check")
    wang.sync()
    boss.sync()
    take(boss, one, "close")
    boss.sync()
    wang.sync()
    assert state_at(county, one) == "closed"
    assert held(wang) == held(boss) == []
    with wang.store.reading() as db:
        actions = [step["action"] for step in flow.trace(db, one)]
    assert actions == ["close", "check", "work"]


def test_step_the_table_forbids_is_refused_in_words(wang, county):
    one = issue(wang)
    wang.sync()
    force(wang, one, "void")
    wang.sync()
    assert state_at(county, one) == "working"
    [(field, sentence)] = held(wang)
    assert field == "state"
    assert sentence == "“处置中”的工单不能直接改成“作废”，请按办理步骤一步步来"
    with wang.store.reading() as db:
        assert records.get(db, Issue, one)["state"] == "working"


def test_step_of_a_higher_role_is_refused(wang, county):
    one = issue(wang)
    take(wang, one, "check")
    wang.sync()
    force(wang, one, "closed")
    wang.sync()
    assert state_at(county, one) == "review"
    assert "“待核查”的工单不能直接改成“已结案”" in held(wang)[0][1]


def test_new_issue_may_not_begin_where_its_author_cannot_have_brought_it(wang, county):
    one = issue(wang)
    force(wang, one, "closed")  # not sent yet: the insert travels with its last state
    with wang.store.writing() as tx:
        whole = {**LAMP, "source": "02", "level": "normal", "state": "closed"}
        made = records.save(tx, Issue, whole | {"found_at": tx.at})
    wang.sync()
    assert state_at(county, made) is None
    sentences = [sentence for _, sentence in held(wang)]
    assert "您不能登记“已结案”的工单，请按办理步骤一步步来" in sentences


def test_several_steps_made_offline_and_one_taken_back_all_arrive(wang, county):
    one = issue(wang, "report")
    take(wang, one, "work")
    closed = take(wang, one, "self_close")
    with wang.store.writing() as tx:
        flow.undo(tx, closed)
    wang.sync()
    assert held(wang) == []
    assert state_at(county, one) == "working"


def test_step_taken_back_after_others_changed_the_issue_is_refused(
    wang, laptop_of, county
):
    boss = laptop_of("陈主任", "community")
    one = issue(wang, "report")
    voided = take(wang, one, "void")
    wang.sync()
    boss.sync()
    with boss.store.writing() as tx:
        records.save(tx, Issue, {"place": "东门"}, one)
    boss.sync()
    with wang.store.writing() as tx:
        flow.undo(tx, voided)
    wang.sync()
    assert state_at(county, one) == "void"
    assert held(wang)[0][0] == "state"


def test_nobody_in_a_grid_gives_themselves_a_higher_role(wang, county):
    with wang.store.writing() as tx:
        records.save(tx, Worker, {"role": "leader"}, wang.store.worker_id)
    wang.sync()
    assert held(wang) == [("role", "岗位由社区或县里改，请联系他们")]
    with wang.store.reading() as db:
        assert records.get(db, Worker, wang.store.worker_id)["role"] == "worker"


def test_trace_comes_with_the_issue(wang, laptop_of):
    boss = laptop_of("陈主任", "community")
    one = issue(wang, "report")
    wang.sync()
    boss.sync()
    with boss.store.reading() as db:
        assert len(records.filtered(db, IssueStep, {"issue_id": one})) == 1
