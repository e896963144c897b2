"""操作记录 on the screen: in words, by day, searched, leading to what it was about."""

import datetime as dt
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt

from gridapp.models import Resident
from gridapp.store import records, state
from gridapp.store.acts import acts
from gridapp.ui.settings.act_words import entry_of
from gridapp.ui.settings.acts_page import ActsPage
from gridapp.work import visits


@pytest.fixture
def page(session, people, qtbot, settle):
    with session.store.writing() as tx:
        values = {"mode": "home", "met_whom": "self", "condition": "good"}
        visits.log_visit(tx, people.li, values)
    with session.store.writing() as tx:
        records.save(tx, Resident, {"phones": ("13800007777",)}, people.chen)
    with session.store.writing() as tx:
        state.disclose(tx, "reveal", "resident", people.li, "身份证号")
    page = ActsPage(session)
    qtbot.addWidget(page)
    page.resize(1100, 640)
    page.show()
    settle()
    return page


def said(page):
    model = page._list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_the_newest_act_comes_first_and_says_who_what_and_about_whom(page):
    newest, changed, visited = said(page)[:3]
    assert "查看私密信息：李桂英" in newest
    assert "身份证号" in newest
    assert "修改居民：陈秀兰" in changed
    assert "登记走访记录：李桂英" in visited
    assert "周敏" in visited


def test_private_values_are_masked(page):
    everything = "\n".join(said(page))
    assert "13800007777" not in everything
    assert "7777" in everything


def test_yesterday_is_empty_and_says_so_and_all_is_one_click_away(page, qtbot, settle):
    count = len(said(page))
    qtbot.mouseClick(page._days._chips["yesterday"], Qt.MouseButton.LeftButton)
    settle()
    assert said(page) == []
    assert "没有登记或修改" in page._empty.text()
    qtbot.mouseClick(page._clear, Qt.MouseButton.LeftButton)
    settle()
    assert len(said(page)) == count


def test_a_search_keeps_what_holds_the_words_and_names_them_when_nothing_does(
    page, settle
):
    page._find.setText("陈秀兰")
    assert all("陈秀兰" in one for one in said(page))
    page._find.setText("没有这个人")
    assert said(page) == []
    assert "没有这个人" in page._empty.text()


def test_enter_opens_the_person_it_was_about(page, people, qtbot):
    asked = []
    page.resident_asked.connect(asked.append)
    page._list.setFocus()
    page._list.setCurrentIndex(page._list.model().index(2, 0))
    qtbot.keyClick(page._list, Qt.Key.Key_Return)
    assert asked == [people.li]


def test_what_is_done_meanwhile_appears(page, session, people, settle):
    before = len(said(page))
    with session.store.writing() as tx:
        records.delete(tx, Resident, people.gone)
    settle()
    assert len(said(page)) == before + 1
    assert "删除居民：吴小梅" in said(page)[0]


def test_every_kind_of_act_has_words(session, people):
    with session.store.writing() as tx:
        records.delete(tx, Resident, people.li)
    with session.store.writing() as tx:
        records.undelete(tx, Resident, people.li)
    with session.store.writing() as tx:
        state.disclose(tx, "print", None, None, "走访单 12 份")
    with session.store.reading() as db:
        told = [entry_of(act) for act in acts(db)]
    titles = [entry.title for entry in told]
    assert titles[0] == "打印完整号码"
    assert told[0].text == "走访单 12 份"
    assert titles[1].startswith("恢复")
    assert titles[2].startswith("删除")
    assert all(entry.icon and entry.when for entry in told)
    today = dt.date.today()
    assert all(f"{today:%m-%d}" in entry.when for entry in told)


def test_an_import_is_taken_back_from_here_on_a_later_day(
    page, session, people, settle, qtbot, messages
):
    said_by_page = []
    page.said.connect(lambda words, _undo: said_by_page.append(words))
    with session.store.writing(batch=uuid4()) as tx:
        records.save(tx, Resident, {"mobility": "拄拐"}, people.li)
        new = records.save(tx, Resident, {"name": "王小明"})
    settle()
    assert "导入台账" in said(page)[0]
    assert not page._undo.isVisible()  # nothing is chosen yet
    page._list.setCurrentIndex(page._list.model().index(0, 0))
    assert page._undo.isVisible()
    with session.store.writing() as tx:
        records.save(tx, Resident, {"phones": ("13800008888",)}, new)
    settle()
    place = next(n for n, words in enumerate(said(page)) if "导入台账" in words)
    page._list.setCurrentIndex(page._list.model().index(place, 0))
    qtbot.mouseClick(page._undo, Qt.MouseButton.LeftButton)
    settle()
    assert said_by_page == ["已撤销 1 条记录，1 条后来又改过，保留"]
    assert "居民 王小明" in messages.told[-1]
    with session.store.reading() as db:
        assert records.get(db, Resident, people.li)["mobility"] is None
