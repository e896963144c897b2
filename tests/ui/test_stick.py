"""The way by stick from the window, with a real county that takes the package in."""

import datetime as dt
import shutil

import pytest
from PySide6.QtWidgets import QMenu

from gridapp.county import packages, upkeep
from gridapp.models import Resident
from gridapp.models.kinds import now, time_text
from gridapp.store import journal, records, state, sync_log
from gridapp.store.exchange import Exchange, Exported
from gridapp.sync import gridpkg
from gridapp.ui.sync.drives import SUFFIX, Drive, answers
from gridapp.ui.sync.stick_card import reminder
from gridapp.ui.sync.sync_page import SyncPage
from tests.ui.conftest import joined


@pytest.fixture
def folder(new_county, vault):
    """A county that has let this laptop in and synced with it once."""
    folder = new_county()
    with joined(folder, vault):
        pass
    return folder


@pytest.fixture
def page(folder, session, people, qtbot, settle):
    page = SyncPage(session)
    qtbot.addWidget(page)
    page.resize(1198, 668)
    page.show()
    settle()
    return page


@pytest.fixture
def stick(tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    return stick


def unsent(session):
    with session.store.reading() as db:
        return journal.unsent_count(db, state.pushed_seq(db))


def exported(page, stick, settle):
    [menu] = _offered(page, stick)
    menu.actions()[0].trigger()
    settle()
    [file] = stick.glob(f"*{gridpkg.SUFFIX}")
    return file


def _offered(page, stick):
    page.stick._offer_drives([Drive("KINGSTON", stick)])
    menus = [one for one in page.stick.findChildren(QMenu) if one.isVisible()]
    assert menus[0].actions()[0].text() == f"U 盘 KINGSTON（{stick}）"
    return menus


def test_the_ending_is_that_of_a_package():
    assert SUFFIX == gridpkg.SUFFIX


def test_out_to_a_stick_and_the_answer_back(page, stick, folder, session, settle):
    said = []
    page.said.connect(lambda words, undo: said.append(words))
    before = unsent(session)
    assert before > 0
    file = exported(page, stick, settle)
    assert file.name in said[-1]
    assert "还没有导回来" in page.stick._words.text()
    with upkeep.opened(folder) as county:
        [taken] = packages.take_in_all(county, [file], stick)
    assert (taken.taken, taken.sentence) == (before, "")
    here = [Drive("KINGSTON", stick)]
    [answer] = answers(here, session.store.device_id)
    assert answer != file
    page.take_package(answer)
    settle()
    assert unsent(session) == 0
    assert page.card.state.text() == "全部已同步"
    assert "导回来了" in page.stick._words.text()
    with session.store.reading() as db:
        back, out = sync_log.lines(db)
    assert (out.how, out.file) == ("stick", file.name)
    assert (back.how, back.pushed) == ("stick", before)
    page.take_package(answer)
    settle()
    assert "已经导入过" in page.stick.error.accessibleName()


@pytest.mark.parametrize("harm", ["cut", "other", "own"])
def test_what_cannot_be_taken_in_is_a_sentence_and_changes_nothing(
    page, stick, folder, session, settle, harm
):
    file = exported(page, stick, settle)
    if harm == "cut":
        with upkeep.opened(folder) as county:
            packages.take_in_all(county, [file], stick)
        [file] = answers([Drive("", stick)], session.store.device_id)
        file.write_bytes(file.read_bytes()[:-9])
    elif harm == "other":
        file.write_bytes(b"no package at all")
    before = unsent(session)
    page.take_package(file)
    settle()
    words = {"cut": "已损坏", "other": "不是网格日志的数据包", "own": "交给县里"}
    assert words[harm] in page.stick.error.accessibleName()
    assert unsent(session) == before


def test_a_stick_that_was_pulled_out_is_a_sentence(page, stick, settle, messages):
    messages.target = str(stick / "gone")
    page.stick._offer_drives([])
    settle()
    assert "插好 U 盘" in page.stick.error.accessibleName()
    assert page.stick.out.isEnabled()
    assert list(stick.iterdir()) == []


def test_answers_of_other_laptops_are_not_offered(page, stick, folder, session, settle):
    file = exported(page, stick, settle)
    with upkeep.opened(folder) as county:
        packages.take_in_all(county, [file], stick)
    (stick / "folder").mkdir()
    shutil.copy(file, stick / "folder" / f"again{SUFFIX}")
    assert answers([Drive("", stick)], folder_id := session.store.device_id)
    other = type(folder_id)(int=folder_id.int ^ 1)
    assert answers([Drive("", stick)], other) == []


def test_a_package_whose_answer_is_late_is_reminded_of():
    at = now()

    def made(days, *, answered=False):
        when = time_text(at - dt.timedelta(days=days))
        return Exchange(1, 0, (Exported("", 1, when, 1, "x", answered),))

    assert [late for _, late in (reminder(made(1), at), reminder(made(4), at))] == [
        False,
        True,
    ]
    assert "导回来了" in reminder(made(9, answered=True), at)[0]
    assert "还没有" not in reminder(Exchange(), at)[0]


def test_a_record_made_after_the_export_goes_with_the_next(
    page, stick, folder, session, settle
):
    file = exported(page, stick, settle)
    with session.store.writing() as tx:
        records.save(tx, Resident, {"name": "导出以后记的人"})
    with upkeep.opened(folder) as county:
        packages.take_in_all(county, [file], stick)
    [answer] = answers([Drive("", stick)], session.store.device_id)
    page.take_package(answer)
    settle()
    assert unsent(session) == 1
