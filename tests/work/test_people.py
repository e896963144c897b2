"""A resident as of a day, many at once, and what happened with one."""

import datetime as dt

from sqlalchemy import event

from gridapp.models import Resident, ResidentTag
from gridapp.store import records
from gridapp.work import disputes, flow
from gridapp.work import people as work
from gridapp.work.visits import log_visit
from tests.conftest import at

NOVEMBER = dt.date(2026, 11, 1)


def test_person_as_of_a_day(vault, people, today):
    with vault.reading() as db:
        li = work.person(db, people.li, today)
        chen = work.person(db, people.chen, today)
    assert (li.name, li.aside, li.door) == ("李桂英", "女 82 岁", "3-2-501")
    assert li.address == "3号楼2单元501"
    assert li.tag_words == ("独居",)
    assert [one["name"] for one in li.contacts] == ["李芳", "李强"]
    assert li.household == ()
    [husband] = chen.household
    assert (husband.name, husband.relation, husband.age) == ("张德福", "户主", 75)


def test_tags_are_those_of_the_day(vault, people, today):
    with vault.writing() as tx:
        ended = {"tag": "chronic", "since": NOVEMBER, "until": today}
        records.save(tx, ResidentTag, ended | {"resident_id": people.li})
    with vault.reading() as db:
        before = work.person(db, people.li, today - dt.timedelta(days=1))
        after = work.person(db, people.li, today)
        long_ago = work.person(db, people.li, dt.date(2025, 1, 1))
    assert before.tags == ("alone", "chronic")
    assert after.tags == ("alone",)
    assert long_ago.tags == ()


def test_address_in_the_file_stands_in_for_an_unknown_door(vault, people, today):
    with vault.writing() as tx:
        records.save(tx, Resident, {"current_address": "东街 12 号"}, people.dead)
    with vault.reading() as db:
        found = work.person(db, people.dead, today)
    assert (found.door, found.address) == ("", "东街 12 号")


def test_nobody_is_found_in_the_recycle_bin(vault, people, today):
    with vault.reading() as db:
        assert work.person(db, people.bin, today) is None


def test_queries_do_not_grow_with_people(vault, people, today):
    def queries(ids):
        seen = []
        with vault.reading() as db:
            event.listen(db, "before_cursor_execute", lambda *a: seen.append(a[2]))
            found = work.people(db, ids, today)
        assert len(found) == len(ids)
        return len(seen)

    with vault.writing() as tx:
        names = [{"name": "王小明"}] * 200
        many = records.insert_many(tx, Resident, names)
    assert queries([people.li, *many]) == queries([people.li])


def test_timeline_is_newest_first_with_words_and_author(vault, people):
    def on(day):
        return at(dt.date(2026, 11, day))

    with vault.writing() as tx:
        visit = {"started_at": on(2), "condition": "good", "note": "一切正常"}
        log_visit(tx, people.li, visit | {"hazards": ("power",)})
        missed = {"mode": "phone", "call_result": "no_answer"}
        log_visit(tx, people.li, missed | {"started_at": on(5)})
        away = {"met_whom": "nobody", "not_met_reason": "out"}
        log_visit(tx, people.li, away | {"started_at": on(6)})
        lamp = {"title_text": "路灯不亮", "category": "0401", "found_at": on(9)}
        flow.open_issue(tx, lamp | {"resident_id": people.li}, "work")
        leak = {"name": "漏水纠纷", "place": "3号楼", "dispute_kind": "0201"}
        leak |= {"summary": "楼上漏水", "happened_on": dt.date(2026, 11, 12)}
        sides = [{"name": "李桂英", "resident_id": people.li}, {"name": "张德福"}]
        disputes.register_dispute(tx, leak, sides)
    with vault.reading() as db:
        events = work.timeline(db, people.li)
        assert work.timeline(db, people.zhang) == []
    assert [(one.kind, one.title) for one in events if one.title[:2] != "居家"] == [
        ("dispute", "漏水纠纷"),
        ("issue", "路灯不亮"),
        ("visit", "入户·没见到（不在家）"),
        ("call", "电话·未接"),
        ("visit", "入户"),
    ]
    assert events[-1].summary == "身体良好；隐患：用电；一切正常"
    assert events[0].summary == "已登记；楼上漏水"
    assert {one.who for one in events} == {"周敏"}
    assert ("issue", "居家隐患：用电") in [(one.kind, one.title) for one in events]
