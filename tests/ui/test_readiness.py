"""What the standard still asks of a file stands on it, with the way to write it."""

import pytest
from PySide6.QtWidgets import QLabel

from gridapp.models import Resident
from gridapp.store import records
from gridapp.ui.forms.record_form import RecordDialog
from gridapp.ui.residents.residents_page import ResidentsPage
from gridapp.ui.widgets.buttons import Button
from tests.work.test_readiness import WHOLE


@pytest.fixture
def page(session, people, qtbot, settle):
    page = ResidentsPage(session)
    qtbot.addWidget(page)
    page.resize(1300, 700)
    page.show()
    settle()
    return page


@pytest.fixture
def shown(page, qtbot, settle):
    """The words and the buttons to fill something in, of somebody's facts."""

    def look(resident_id):
        page.show_resident(resident_id)
        settle()
        facts = page._card._facts

        def said():
            labels = facts.findChildren(QLabel)
            return [one.text() for one in labels if one.isVisible()]

        qtbot.waitUntil(lambda: "健康与居家" in said())
        words = said()
        fills = [
            one
            for one in facts.findChildren(Button)
            if one.isVisible() and one.accessibleName() == "编辑档案，补上缺的资料"
        ]
        return words, fills

    return look


def test_the_file_says_what_is_lacking_and_opens_the_form(page, people, settle, shown):
    words, [fill] = shown(people.li)
    [figures] = [one for one in words if one.startswith("国标资料")]
    done, wanted = map(int, figures.split()[1].split("/"))
    assert done < wanted == 19
    assert any(one.startswith(f"缺 {wanted - done} 项：民族、") for one in words)
    fill.click()
    settle()
    [dialog] = [one for one in page.findChildren(RecordDialog) if one.isVisible()]
    dialog.reject()


def test_a_whole_file_says_so_and_who_left_is_not_asked(vault, people, shown):
    with vault.writing() as tx:
        records.save(tx, Resident, WHOLE, people.li)
    words, fills = shown(people.li)
    assert "国标资料 19/19" in words
    assert "齐全" in words
    assert fills == []
    words, _ = shown(people.gone)
    assert not any(one.startswith("国标资料") for one in words)
