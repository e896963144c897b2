"""操作记录: what was done, act by act, in the order a person remembers it."""

import datetime as dt
from uuid import uuid4

from gridapp.models import CarePlan, Resident
from gridapp.store import records, state
from gridapp.store.acts import MOST_ROWS, acts
from gridapp.work import visits


def read(store, *span):
    with store.reading() as db:
        return acts(db, *span)


def test_one_save_is_one_act_with_what_it_was_meant_for_first(vault, people):
    with vault.writing() as tx:
        values = {"mode": "home", "met_whom": "self", "condition": "good"}
        visits.log_visit(tx, people.li, values)
    newest = read(vault)[0]
    assert newest.kind == "change"
    assert newest.by == "周敏"
    first = newest.done[0]
    assert (first.action, first.type, first.count) == ("insert", "visit", 1)
    assert first.subject == "李桂英"
    assert first.opens == ("resident", people.li)


def test_a_change_tells_both_values_and_masks_private_ones(vault, people):
    with vault.writing() as tx:
        values = {"note": "耳背", "phones": ("13800009999",)}
        records.save(tx, Resident, values, people.li)
    [done] = read(vault)[0].done
    told = {change.label: change for change in done.changes}
    assert told["备注"].new == "耳背"
    assert "13800009999" not in str(told)
    assert any("9999" in change.new for change in done.changes)


def test_deleting_and_restoring_are_told_as_such(vault, people):
    with vault.writing() as tx:
        records.delete(tx, Resident, people.li)
    with vault.writing() as tx:
        records.undelete(tx, Resident, people.li)
    restored, deleted = read(vault)[:2]
    assert [one.action for one in restored.done if one.type == "resident"] == [
        "restore"
    ]
    assert [one.action for one in deleted.done if one.type == "resident"] == ["delete"]
    assert deleted.done[0].subject == "李桂英"


def test_an_import_is_one_act_however_many_rows_it_wrote(vault, people):
    batch = uuid4()
    for start in (0, 1):
        with vault.writing(batch=batch) as tx:
            for number in range(MOST_ROWS):
                name = "测试" + "一二三四五六七八九十"[number % 10]
                records.save(tx, Resident, {"name": name, "note": str(start)})
    newest = read(vault)[0]
    assert newest.kind == "import"
    [done] = newest.done
    assert (done.action, done.type, done.count) == ("insert", "resident", MOST_ROWS * 2)


def test_looking_at_private_values_is_told_among_the_changes(vault, people):
    with vault.writing() as tx:
        records.save(tx, Resident, {"note": "耳背"}, people.li)
    with vault.writing() as tx:
        state.disclose(tx, "reveal", "resident", people.li, "身份证号")
    newest, before = read(vault)[:2]
    assert newest.kind == "reveal"
    assert newest.detail == "身份证号"
    assert newest.done[0].subject == "李桂英"
    assert before.kind == "change"


def test_a_span_of_days_holds_what_was_done_in_it_only(vault, people):
    now = dt.datetime.now(dt.UTC)
    assert read(vault, now - dt.timedelta(hours=1)) == read(vault)
    assert read(vault, now + dt.timedelta(hours=1)) == []
    assert read(vault, None, now - dt.timedelta(hours=1)) == []


def test_what_came_from_the_county_is_not_ours(vault, people):
    before = len(read(vault))
    with vault.writing(remote=True) as tx:
        records.save(tx, Resident, {"note": "县里改的"}, people.li)
    assert len(read(vault)) == before


def test_an_act_names_the_whole_not_the_part(vault, people):
    with vault.writing() as tx:
        plan = {
            "resident_id": people.chen,
            "way": "visit",
            "interval_days": 30,
            "since": dt.date(2026, 1, 1),
        }
        records.save(tx, CarePlan, plan)
    [done] = read(vault)[0].done
    assert done.subject == "陈秀兰"
