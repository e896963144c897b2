"""What is due, in which order and why; how the month stands."""

import datetime as dt

import pytest
from sqlalchemy import event

from gridapp.models import CarePlan, Dispute, Issue, PatrolPoint, Resident, Visit
from gridapp.store import records
from gridapp.work import disputes, flow, patrols, plans
from gridapp.work import today as agenda
from gridapp.work.visits import log_visit
from tests.conftest import at

JANUARY = dt.date(2026, 1, 1)


def day(text):
    return dt.date.fromisoformat(f"2026-{text}")


def plan(vault, who, way, interval, since=JANUARY):
    with vault.writing() as tx:
        return plans.set_plan(tx, who, way, interval, "独居", since)


def log(vault, who, on, **values):
    with vault.writing() as tx:
        return log_visit(tx, who, {"started_at": at(day(on)), **values})


def due(vault, on, horizon=3):
    with vault.reading() as db:
        return agenda.due(db, on, horizon)


def visit_row(vault, on):
    [row] = [row for row in due(vault, on, 400) if row.kind == "visit"]
    return row


def test_row_says_who_where_why_and_how_late(vault, people, today):
    plan_id = plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-12")
    [row] = due(vault, today)
    assert (row.kind, row.id, row.plan_id) == ("visit", plan_id, plan_id)
    assert (row.who, row.where, row.action) == ("李桂英", "3-2-501", "记走访")
    assert (row.due, row.late_days) == (day("11-19"), 4)
    assert row.why == "独居、每周入户 1 次、上次 11-12"
    assert row.resident_id == people.li


def test_overdue_comes_first_and_the_far_future_not_at_all(vault, people, today):
    plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-19")  # due 11-26, in three days
    plan(vault, people.zhang, "visit", 30)
    log(vault, people.zhang, "10-24")  # due 11-23, today
    plan(vault, people.chen, "visit", 30)
    log(vault, people.chen, "10-20")  # due 11-19
    plan(vault, people.chen, "call", 7)
    log(vault, people.chen, "11-01", mode="phone")  # due 11-08
    rows = due(vault, today)
    assert [(row.who, row.kind, row.late_days) for row in rows] == [
        ("陈秀兰", "call", 15),
        ("陈秀兰", "visit", 4),
        ("张德福", "visit", 0),
        ("李桂英", "visit", 0),
    ]
    assert [row.who for row in due(vault, today, horizon=2)][-1] == "张德福"


def test_same_day_is_in_walking_order(vault, people, today):
    for who in (people.zhang, people.li):
        plan(vault, who, "visit", 7)
        log(vault, who, "11-16")
    assert [row.where for row in due(vault, today)] == ["3-2-501", "12-1-101"]


def test_visit_satisfies_a_call_but_a_call_no_visit(vault, people, today):
    plan(vault, people.li, "visit", 7)
    plan(vault, people.li, "call", 7)
    log(vault, people.li, "11-10", mode="phone")
    log(vault, people.li, "11-15", mode="home")
    log(vault, people.li, "11-20", mode="phone")
    found = {row.kind: row.due for row in due(vault, today, 30)}
    assert found == {"visit": day("11-22"), "call": day("11-27")}
    log(vault, people.li, "11-22", mode="home")
    found = {row.kind: row.due for row in due(vault, today, 30)}
    assert found == {"visit": day("11-29"), "call": day("11-29")}


@pytest.mark.parametrize(
    ("mode", "counts"),
    [
        ("home", True),
        ("doorstep", True),
        ("third_party", True),
        ("met_outside", False),
        ("message", False),
        ("mobile_desk", False),
        ("video", False),
    ],
)
def test_only_contact_at_home_is_a_home_visit(vault, people, today, mode, counts):
    plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-10")
    log(vault, people.li, "11-15", mode=mode)
    assert visit_row(vault, today).due == day("11-22" if counts else "11-17")


def test_failed_attempt_puts_off_but_does_not_start_the_interval_anew(
    vault, people, today
):
    plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-10")  # due 11-17
    log(vault, people.li, "11-23", met_whom="nobody", not_met_reason="out")
    [row] = due(vault, today)
    assert row.due == day("11-24")
    [tomorrow] = due(vault, day("11-24"))
    assert (tomorrow.due, tomorrow.late_days) == (day("11-17"), 7)
    assert tomorrow.why == (
        "昨天 09:00 没见到人，先打电话问一下、独居、每周入户 1 次、上次 11-10"
    )


def test_failed_attempt_is_forgotten_after_the_next_that_reached(vault, people, today):
    plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-20", met_whom="nobody", not_met_reason="out")
    log(vault, people.li, "11-21")
    row = visit_row(vault, today)
    assert row.due == day("11-28")
    assert "没见到" not in row.why


@pytest.mark.parametrize("result", ["no_answer", "off", "wrong"])
def test_unanswered_call_is_due_again(vault, people, today, result):
    plan(vault, people.li, "call", 7)
    log(vault, people.li, "11-20", mode="phone", call_result=result)
    [row] = due(vault, today)
    assert row.late_days > 0
    assert "还没有通过话" in row.why
    assert "11-20 09:00 没打通，先再打一次" in row.why


def test_date_written_at_the_last_visit_wins(vault, people, today):
    plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-20", next_on=day("11-24"))
    assert visit_row(vault, today).due == day("11-24")
    log(vault, people.li, "11-21")  # a later visit says nothing of its own
    assert visit_row(vault, today).due == day("11-28")


def test_date_of_an_ended_plan_does_not_bind_the_next_one(vault, people, today):
    plan(vault, people.li, "visit", 90)
    log(vault, people.li, "11-01")  # writes 2027-01-30 as the next date
    plan(vault, people.li, "visit", 7, since=day("11-20"))
    assert visit_row(vault, today).due == day("11-20")


def test_promise_from_before_a_plan_does_not_bind_it(vault, people, today):
    log(vault, people.li, "11-01", next_on=day("12-20"))
    plan(vault, people.li, "visit", 7, since=day("11-10"))
    assert visit_row(vault, today).due == day("11-10")


def test_date_of_an_ended_plan_is_not_owed_any_more(vault, people, today):
    ended = plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-12")
    assert len(due(vault, today)) == 1
    with vault.writing() as tx:
        plans.end_plan(tx, ended, "与女儿同住", today)
    assert due(vault, today, 400) == []


def test_past_day_is_told_as_it_was(vault, people, today):
    plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-10")
    log(vault, people.li, "11-22")
    assert visit_row(vault, day("11-21")).due == day("11-17")
    assert visit_row(vault, today).due == day("11-29")


def test_promise_without_a_plan_is_due(vault, people, today):
    logged = log(vault, people.zhang, "11-20", next_on=day("11-23"))
    [row] = due(vault, today)
    assert (row.id, row.plan_id, row.kind) == (logged.visit_id, None, "visit")
    assert row.why == "11-20 约好再联系"
    log(vault, people.zhang, "11-22")
    assert due(vault, today) == []


def test_missed_call_without_a_plan_is_due(vault, people, today):
    log(vault, people.zhang, "11-22", mode="phone", call_result="no_answer")
    [row] = due(vault, today)
    assert (row.kind, row.action, row.why) == ("call", "记电话", "11-22 没打通")


def test_never_visited_is_due_one_interval_after_the_plan_began(vault, people, today):
    plan(vault, people.li, "visit", 30, since=day("11-01"))
    row = visit_row(vault, today)
    assert row.due == day("12-01")
    assert row.why == "独居、每月入户 1 次、还没有走访过"


def test_people_who_are_not_here_are_owed_nothing(vault, people, today):
    with vault.writing() as tx:
        for who in (people.dead, people.gone, people.bin):
            owed = {"way": "visit", "interval_days": 7, "since": JANUARY}
            records.save(tx, CarePlan, owed | {"resident_id": who})
            values = {"mode": "home", "started_at": at(day("11-10"))}
            promise = {"resident_id": who, "next_on": day("11-20")}
            records.save(tx, Visit, values | promise)
    assert due(vault, today, 400) == []
    with vault.writing() as tx:
        records.save(tx, Resident, {"life_state": "living"}, people.dead)
    assert [row.who for row in due(vault, today)] == ["刘长林"]


def test_ended_and_deleted_plans_and_deleted_visits_count_for_nothing(
    vault, people, today
):
    ended = plan(vault, people.li, "visit", 7)
    deleted = plan(vault, people.zhang, "visit", 7)
    logged = log(vault, people.chen, "11-20")
    plan(vault, people.chen, "visit", 7)
    with vault.writing() as tx:
        plans.end_plan(tx, ended, "与女儿同住", today)
        records.delete(tx, CarePlan, deleted)
        records.delete(tx, Visit, logged.visit_id)
    assert [(row.who, row.due) for row in due(vault, today)] == [
        ("陈秀兰", day("01-08"))
    ]


def test_refusing_for_good_is_said_and_not_hidden(vault, people, today):
    plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-10", consent="refused_always")
    assert "本人长期拒绝探访" in visit_row(vault, today).why


def test_issue_is_due_by_its_deadline_until_it_is_closed(vault, people, today):
    issue = {"title_text": "楼道堆物", "category": "0101", "place": "3号楼2单元"}
    with vault.writing() as tx:
        found = {**issue, "found_at": at(day("11-20")), "resident_id": people.li}
        issue_id = flow.open_issue(tx, found, "work")
    [row] = due(vault, today)
    assert (row.kind, row.due, row.late_days) == ("issue", day("11-21"), 2)
    assert (row.who, row.where, row.action) == ("李桂英", "3号楼2单元", "处理")
    assert row.why == "楼道堆物、处置中"
    with vault.writing() as tx:
        flow.step(tx, issue_id, "self_close", "已清走")
    assert due(vault, today) == []


def test_what_a_resident_sent_is_due_at_once_until_somebody_begins(vault, today):
    sent = {"title_text": "想装健身器材", "category": "0603", "source": "03"}
    with vault.writing(remote=True) as tx:  # the county wrote it, on nobody's account
        sent |= {"level": "normal", "state": "pending", "found_at": at(day("11-22"))}
        issue_id = records.save(tx, Issue, sent)
        tx.db.exec_driver_sql("UPDATE issue SET created_by = NULL")
    [row] = due(vault, today)
    assert (row.due, row.late_days) == (today, 0)
    assert row.why == "想装健身器材、待上报、居民新报来的，请先看一看"
    with vault.writing() as tx:
        flow.step(tx, issue_id, "work")
    assert due(vault, today) == []


def test_issue_without_a_deadline_gets_that_of_its_category(vault, people, today):
    with vault.writing() as tx:
        imported = {"title_text": "路灯不亮", "category": "0401", "level": "normal"}
        imported |= {"source": "03", "state": "reported", "found_at": at(day("11-10"))}
        records.save(tx, Issue, imported)
    assert [row.due for row in due(vault, today)] == [day("11-17")]


def register(vault, **given):
    values = {
        "name": "漏水纠纷",
        "place": "3号楼",
        "dispute_kind": "0201",
        "summary": "楼上漏水",
        "happened_on": day("11-01"),
        "accepted_on": day("11-02"),
    }
    with vault.writing() as tx:
        sides = [{"name": "李桂英"}, {"name": "张德福"}]
        return disputes.register_dispute(tx, values | given, sides)


def test_dispute_is_due_by_its_limit_then_by_its_follow_up(vault, today):
    dispute_id = register(vault)
    [row] = due(vault, day("12-01"))
    assert (row.kind, row.due, row.action) == ("dispute", day("12-02"), "调解")
    with vault.writing() as tx:
        agreed = {"effective_on": day("11-05"), "agreement_text": "赔偿 500 元"}
        disputes.agree(tx, dispute_id, agreed)
    rows = due(vault, day("12-03"))
    assert [(row.kind, row.due, row.action) for row in rows] == [
        ("dispute", day("12-05"), "司法确认"),
        ("follow_up", day("12-05"), "回访"),
    ]
    assert "司法确认" in rows[0].why
    late = due(vault, day("12-06"))  # the court may not be asked any more
    assert [(row.kind, row.late_days) for row in late] == [("follow_up", 1)]
    with vault.writing() as tx:
        disputes.follow_up(tx, dispute_id, "已履行", day("12-06"), performed=True)
    assert due(vault, day("12-06")) == []


def test_confirmed_agreement_asks_the_court_no_more(vault):
    dispute_id = register(vault)
    with vault.writing() as tx:
        disputes.agree(tx, dispute_id, {"effective_on": day("11-05")})
        confirmed = {"judicial_confirmed_on": day("11-20")}
        records.save(tx, Dispute, confirmed, dispute_id)
    assert [row.kind for row in due(vault, day("12-03"))] == ["follow_up"]


def test_figures_of_the_day_count_the_rows(vault, people, today):
    plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-12")
    plan(vault, people.zhang, "visit", 7)
    log(vault, people.zhang, "11-16")
    plan(vault, people.chen, "call", 7)
    log(vault, people.chen, "11-18", mode="phone")
    log(vault, people.dead, "11-23", mode="phone")
    with vault.writing() as tx:
        records.save(tx, PatrolPoint, {"name": "配电房", "interval_days": 1})
    with vault.reading() as db:
        head = agenda.summary(db, today)
    assert (head.overdue, head.today, head.soon) == (1, 1, 1)
    tiles = {tile.kind: (tile.count, tile.overdue) for tile in head.tiles}
    assert tiles["visit"] == (2, 1)
    assert tiles["call"] == tiles["issue"] == (0, 0)
    assert head.met_today == 1
    assert head.patrol_points == 1


def progress(vault, on):
    with vault.reading() as db:
        lines = agenda.month_progress(db, on)
    return {line.label: (line.done, line.total) for line in lines}


def test_month_counts_only_what_was_recorded(vault, people, today):
    plan(vault, people.li, "visit", 7)
    plan(vault, people.li, "call", 7)
    plan(vault, people.zhang, "visit", 30)
    plan(vault, people.chen, "visit", 90)  # 每季度: not 重点
    assert progress(vault, today) == {
        "月探访率": (0, 3),
        "重点户入户": (0, 2),
        "独居老人通话": (0, 1),
        "网格巡查": (0, 0),
        "问题按期办结": (0, 0),
    }
    log(vault, people.li, "10-31")  # last month
    log(vault, people.zhang, "11-02", met_whom="nobody", not_met_reason="out")
    log(vault, people.chen, "11-02")
    log(vault, people.li, "11-03", mode="phone", call_result="no_answer")
    assert progress(vault, today)["重点户入户"] == (0, 2)
    assert progress(vault, today)["独居老人通话"] == (0, 1)
    assert progress(vault, today)["月探访率"] == (1, 3)  # 陈秀兰, once a quarter
    log(vault, people.zhang, "11-05")
    log(vault, people.zhang, "11-15")
    log(vault, people.li, "11-06", mode="phone")
    assert progress(vault, today)["月探访率"] == (3, 3)  # a call is 探访 as well
    assert progress(vault, today)["重点户入户"] == (1, 2)
    assert progress(vault, today)["独居老人通话"] == (1, 1)


def test_month_asks_only_for_those_whose_day_lies_in_it(vault, people, today):
    plan(vault, people.zhang, "visit", 90)
    log(vault, people.zhang, "09-20")  # due 12-19
    plan(vault, people.li, "visit", 30, since=day("11-20"))  # first due 12-20
    assert progress(vault, today)["月探访率"] == (0, 0)
    log(vault, people.zhang, "11-20")  # more than was asked for
    assert progress(vault, today)["月探访率"] == (0, 0)
    assert progress(vault, day("12-10"))["月探访率"] == (0, 1)


def test_month_counts_issues_closed_in_time(vault, today):
    with vault.writing() as tx:
        for found, closed in (("11-02", "11-03"), ("11-02", "11-20"), ("11-21", None)):
            issue = {"title_text": "垃圾", "category": "0301"}
            one = flow.open_issue(tx, issue | {"found_at": at(day(found))}, "work")
            if closed:
                flow.step(tx, one, "self_close", "已清运", at(day(closed)))
    assert progress(vault, today)["问题按期办结"] == (1, 3)


def test_month_counts_each_point_as_often_as_it_is_asked_for(vault, today):
    with vault.writing() as tx:
        weekly = {"name": "配电房", "interval_days": 7}
        point = records.save(tx, PatrolPoint, weekly)
        stop = {"point_id": point}
        for on, hour in (("12-02", 9), ("12-02", 15), ("12-09", 9)):
            patrol = {"started_at": at(day(on), hour)}
            patrols.log_patrol(tx, patrol, [stop])
    assert progress(vault, day("12-15"))["网格巡查"] == (2, 5)


def test_number_of_queries_does_not_grow_with_people(vault, people, today):
    def queries():
        seen = []
        with vault.reading() as db:
            event.listen(db, "before_cursor_execute", lambda *a: seen.append(a[2]))
            rows = agenda.due(db, today)
        return len(seen), len(rows)

    plan(vault, people.li, "visit", 7)
    log(vault, people.li, "11-01")
    few, one = queries()
    with vault.writing() as tx:
        names = [{"name": f"王小{chr(0x4E00 + n)}"} for n in range(120)]
        ids = records.insert_many(tx, Resident, names)
        owed = {"way": "visit", "interval_days": 7, "since": JANUARY}
        records.insert_many(tx, CarePlan, [owed | {"resident_id": i} for i in ids])
        met = {"mode": "home", "started_at": at(day("11-02"))}
        records.insert_many(tx, Visit, [met | {"resident_id": i} for i in ids])
    assert queries() == (few, one + 120)
