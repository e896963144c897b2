"""The county takes a dispute's next state only where the table has such a step."""

import datetime as dt

import pytest

from gridapp.models import Dispute
from gridapp.models.record import table_of
from gridapp.store.undo import noted, take_back
from gridapp.sync.client import SyncClient
from gridapp.work import disputes
from tests.county.test_contract import at_county

LEAK = {
    "name": "楼上漏水",
    "place": "3号楼2单元",
    "dispute_kind": "0201",
    "summary": "卫生间漏水到楼下",
}
SIDES = [{"name": "李桂英"}, {"name": "张德福"}]
AGREED = {"agreement_text": "每月还 500 元", "effective_on": dt.date(2026, 11, 10)}


@pytest.fixture
def wang(laptop):
    return laptop("王秀兰")


@pytest.fixture
def dispute_id(wang):
    with wang.store.writing() as tx:
        made = disputes.register_dispute(tx, LEAK, SIDES)
    wang.sync()
    return made


def force(laptop, dispute_id, **values):
    """A change past the table, as a program that was tampered with would write it."""
    table = table_of(Dispute)
    with laptop.store.writing() as tx:
        tx.db.execute(table.update().where(table.c.id == dispute_id).values(values))


def held(laptop):
    with laptop.store.reading() as db:
        return [(one.field, one.sentence) for one in SyncClient.waiting(db)]


def test_a_skipped_step_is_held_in_words(wang, county, dispute_id):
    with wang.store.writing() as tx:
        disputes.agree(tx, dispute_id, AGREED)
    wang.sync()
    assert at_county(county, dispute_id, Dispute)["state"] == "agreed"
    force(wang, dispute_id, state="closed")
    wang.sync()
    [(field, sentence)] = held(wang)
    assert field == "state"
    assert sentence == "“已达成”的纠纷不能直接改成“已结案”，请按办理步骤一步步来"
    assert at_county(county, dispute_id, Dispute)["state"] == "agreed"


def test_steps_and_what_takes_them_back_arrive(wang, county, dispute_id):
    with wang.store.writing() as tx:
        agree = noted(
            tx, lambda tx: disputes.agree(tx, dispute_id, AGREED, performed=True)
        )
    wang.sync()
    assert at_county(county, dispute_id, Dispute)["state"] == "performed"
    with wang.store.writing() as tx:
        take_back(tx, agree)
    wang.sync()
    assert at_county(county, dispute_id, Dispute)["state"] == "registered"
    assert held(wang) == []


def test_a_failure_without_other_ways_is_held(wang, county, dispute_id):
    force(wang, dispute_id, state="failed", succeeded=False)
    wang.sync()
    assert "其他途径" in held(wang)[0][1]
    assert at_county(county, dispute_id, Dispute)["state"] == "registered"
