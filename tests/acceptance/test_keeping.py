"""Check 26: what was deleted is there the next day."""

import datetime as dt

import pytest
from PySide6.QtWidgets import QMenu

from gridapp.models import RECORDS, Contact, Resident, Visit
from gridapp.models.record import table_of
from gridapp.store import records


def pick(desk, words):
    """Click an entry of the menu that is open."""
    menu = desk.one(QMenu, "")
    [action] = [one for one in menu.actions() if one.text().startswith(words)]
    desk.hand.click(menu, menu.actionGeometry(action).center())


def overnight(desk):
    """Put back by a day when things were deleted, as if the night had gone by."""
    when = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    with desk.store.writing() as tx:
        for table in map(table_of, RECORDS):
            gone = table.c.deleted_at.is_not(None)
            tx.db.execute(table.update().where(gone).values(deleted_at=when))


def kept(desk, person):
    """What is on record of somebody, as numbers."""

    def work(db):
        about = {"resident_id": person}
        parts = {
            model.__tablename__: len(records.filtered(db, model, about))
            for model in (Contact, Visit)
        }
        return {"file": records.get(db, Resident, person) is not None} | parts

    return desk.read(work)


@pytest.mark.check(26)
def test_a_deleted_resident_comes_back_the_next_day(desk, check):
    person = desk.window.today.chosen_resident()
    before = kept(desk, person)
    assert before["file"]
    with desk.hand.uncounted():
        desk.hand.press("Right")  # opens the file of the first row
        desk.hand.settle()
    with check.measured():
        more = desk.buttons("更多操作")
        desk.hand.click(max(more, key=lambda one: one.mapToGlobal(one.pos()).x()))
        pick(desk, "删除档案")
    assert desk.says("已删除")
    assert not kept(desk, person)["file"]
    overnight(desk)
    with check.measured():
        desk.hand.click(desk.button("设置"))
        desk.hand.click(desk.in_sight("回收站"))
        desk.hand.click(desk.button("恢复"))
    assert kept(desk, person) == before
    assert check.clicks <= 3
