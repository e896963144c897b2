"""The month's numbers, counted by hand on a small estate."""

import datetime as dt

import pytest

from gridapp.models import Resident, Visit
from gridapp.store import records
from gridapp.work.month_ledger import Figure, month_ledger
from tests.conftest import at
from tests.office.grid_estate import DAY, settle

# What the estate's November comes to on the 23rd: (section, name) → the figure.
COUNTED = {
    # Li (twice over) and Zhang are owed a contact; Chen's falls into January.
    ("探访关爱", "月探访率"): "1 / 2（50.0%）",
    ("探访关爱", "入户走访"): "2",
    ("探访关爱", "走访到的人"): "1",
    ("探访关爱", "上门没见到"): "1",
    ("探访关爱", "电话问候接通"): "1 / 2（50.0%）",
    ("探访关爱", "移动办公桌"): "0",
    ("没联系上的", "后来联系上了"): "1 / 2（50.0%）",
    ("没联系上的", "还没有联系上"): "1",
    ("没联系上的", "立即救援"): "0",
    ("需求和居家隐患", "助餐"): "1",
    ("需求和居家隐患", "隐患：燃气"): "1",
    ("问题工单", "按期办结"): "1 / 2（50.0%）",
    ("问题工单", "平均办结用时"): "54 小时",
    ("问题工单", "发现问题"): "2",
    ("问题工单", "其中巡查发现"): "1",
    ("问题工单", "其中居民反馈"): "1",
    ("问题工单", "办结问题"): "1",
    ("问题工单", "还没办结"): "1",
    ("问题工单", "其中已超时"): "1",
    ("问题工单", "退回补充"): "0",
    ("问题工单", "居民满意"): "没有",
    ("矛盾调解", "达成协议"): "0",
    ("矛盾调解", "受理纠纷"): "1",
    ("矛盾调解", "调解场次"): "1",
    ("矛盾调解", "正在调解"): "1",
    ("矛盾调解", "其中已超时"): "1",
    ("网格巡查", "巡查"): "1",
    ("网格巡查", "到点"): "1",
    ("网格巡查", "巡查发现"): "1",
    ("人口和资料", "在住户数"): "3",
    ("人口和资料", "在住人数"): "4",
    ("人口和资料", "其中流动人口"): "1",
    ("人口和资料", "去世"): "0",
    ("人口和资料", "近半年核实过"): "1 / 4（25.0%）",
}


@pytest.fixture
def estate(vault):
    return settle(vault)


def ledger_of(vault, estate, day=DAY, today=DAY):
    with vault.reading() as db:
        return month_ledger(db, estate.grid, day, today)


def figures(ledger):
    return {
        (section.title, one.name): one.words
        for section in ledger.sections
        for one in section.figures
    }


def test_every_number_is_what_the_records_come_to(vault, estate):
    ledger = ledger_of(vault, estate)
    found = figures(ledger)
    assert {key: found.get(key) for key in COUNTED} == COUNTED
    assert ledger.until == DAY


def test_every_number_says_how_it_is_counted(vault, estate):
    for section in ledger_of(vault, estate).sections:
        for one in section.figures:
            assert len(one.how) >= 6, one.name
            for word in ("排名", "名次", "在线", "时长", "积分"):
                assert word not in one.name + one.how


def test_a_month_is_counted_by_building_and_by_person(vault, estate):
    ledger = ledger_of(vault, estate)
    third, twelfth = ledger.buildings
    assert (third.name, third.homes, third.people) == ("3号楼", 2, 2)
    assert (third.owed, third.seen, third.visits, third.calls) == (1, 1, 2, 1)
    assert (third.found, third.closed) == (2, 1)
    assert (twelfth.name, twelfth.people, twelfth.owed, twelfth.seen) == (
        "12号楼",
        2,
        1,
        0,
    )
    li, zhang, chen = sorted(ledger.people, key=lambda one: one.age or 0, reverse=True)
    assert (li.name, li.door, li.plan) == ("李桂英", "3-2-501", "每周入户、每 3 天通话")
    assert [day.day for day in li.visited] == [3, 10]
    assert [day.day for day in li.called] == [7]
    assert (li.missed, li.owed, li.seen) == (1, True, True)
    assert (zhang.name, zhang.missed, zhang.owed, zhang.seen) == (
        "张德福",
        1,
        True,
        False,
    )
    assert (chen.name, chen.owed) == ("陈秀兰", False)
    # In walking order: building 3 before 12.
    assert [one.door for one in ledger.people][0] == "3-2-501"


def test_another_month_knows_nothing_of_this_one(vault, estate):
    october = ledger_of(vault, estate, dt.date(2026, 10, 5))
    found = figures(october)
    assert october.until == dt.date(2026, 10, 31)
    assert found["探访关爱", "入户走访"] == "1"
    assert found["问题工单", "发现问题"] == "0"
    assert found["网格巡查", "巡查"] == "0"


def test_what_comes_after_the_day_of_counting_is_not_counted(vault, estate):
    early = figures(ledger_of(vault, estate, DAY, dt.date(2026, 11, 8)))
    assert early["探访关爱", "入户走访"] == "1"
    assert early["问题工单", "发现问题"] == "0"


def test_who_died_or_moved_is_counted_once_and_owed_nothing(vault, estate):
    with vault.writing() as tx:
        gone = {"life_state": "deceased", "died_on": dt.date(2026, 11, 15)}
        records.save(tx, Resident, gone, estate.zhang)
    found = figures(ledger_of(vault, estate))
    assert found["人口和资料", "去世"] == "1"
    assert found["人口和资料", "在住人数"] == "3"
    assert found["探访关爱", "月探访率"] == "1 / 1（100.0%）"


def test_whoever_is_known_to_be_away_is_not_looked_for(vault, estate):
    with vault.writing() as tx:
        said = {"resident_id": estate.zhang, "mode": "home", "met_whom": "nobody"}
        said |= {"not_met_reason": "hospital", "started_at": at(dt.date(2026, 11, 14))}
        records.save(tx, Visit, said)
    found = figures(ledger_of(vault, estate))
    assert found["没联系上的", "还没有联系上"] == "0"
    assert found["没联系上的", "后来联系上了"] == "2 / 2（100.0%）"


def test_a_month_without_a_grid_is_nothing(vault, estate):
    with vault.reading() as db:
        assert month_ledger(db, estate.li, DAY, DAY) is None


def test_a_share_of_nothing_is_no_share():
    assert Figure("月探访率", 0, "按计划", 0).words == "没有"
    assert Figure("入户", 1234, "按次数").words == "1,234"
