"""A list of rows keeps in sight what the keyboard is on."""

from uuid import UUID

import pytest
from PySide6.QtCore import QPoint

from gridapp.ui.widgets.rows import Row, RowList


@pytest.fixture
def rows(theme, qtbot):
    rows = RowList(theme, "问题工单列表")
    qtbot.addWidget(rows)
    rows.resize(400, 130)  # two rows and a bit
    rows.show_rows([Row(UUID(int=n), f"第 {n} 条") for n in range(12)])
    return rows


def test_a_list_laid_out_after_it_was_filled_begins_with_its_first_row(rows):
    rows.choose(UUID(int=1))
    rows.verticalScrollBar().setValue(30)  # as a lower list had to be
    rows.show()
    rows.resize(400, 260)
    assert rows.verticalScrollBar().value() == 0


def test_a_message_below_the_list_leaves_its_current_row_in_sight(rows):
    rows.show()
    rows.resize(400, 260)
    rows.choose(UUID(int=6))
    rows.resize(400, 200)
    place = rows.visualRect(rows.currentIndex())
    assert place.top() >= 0
    assert place.bottom() < rows.viewport().height()
    first = rows.visualRect(rows.indexAt(QPoint(0, 0)))
    assert first.top() == 0  # a whole row


def test_who_has_scrolled_away_from_the_current_row_stays_there(rows):
    rows.show()
    rows.resize(400, 260)
    rows.verticalScrollBar().setValue(300)
    rows.resize(400, 200)
    assert rows.verticalScrollBar().value() == 300
