"""The whole window on a real vault: pages, keys, names for a screen reader."""

import datetime as dt
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from gridapp.models import Visit
from gridapp.store import records
from gridapp.ui.main_window import MainWindow
from gridapp.ui.places import PLACES
from gridapp.ui.tokens import Width
from gridapp.work import plans


@pytest.fixture
def window(session, people, qtbot, settle):
    with session.store.writing() as tx:
        since = dt.date.today() - dt.timedelta(days=30)
        for who, way, days in (
            (people.li, "visit", 7),
            (people.li, "call", 2),
            (people.chen, "visit", 30),
        ):
            plans.set_plan(tx, who, way, days, "测试", since)
    window = MainWindow(session, "周敏 和顺里第一网格")
    qtbot.addWidget(window)
    window.resize(1366, 728)
    window.show()
    settle()
    return window


def focusable(window):
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not widget.objectName().startswith("qt_")
        and widget.focusProxy() is None
    ]


def test_every_focusable_widget_has_a_name(window, people, settle):
    window.show_resident(people.li)
    settle()
    window.record_visit(people.li, "visit")
    settle()
    nameless = []
    for widget in focusable(window):
        face = QAccessible.queryAccessibleInterface(widget)
        name = face.text(QAccessible.Text.Name) if face else ""
        if not (name or widget.accessibleName()):
            nameless.append(f"{type(widget).__name__} in {widget.parent()}")
    assert nameless == []


@pytest.mark.parametrize("key", [place.key for place in PLACES])
def test_page_opens_and_reloads(window, settle, key):
    window.go(key)
    settle()
    window.reload()
    settle()
    assert window.pages[key].isVisible()


@pytest.mark.parametrize("size", [(910, 441), (1092, 614), (1366, 728)])
def test_pages_fit_the_window(window, people, qtbot, settle, size):
    window.resize(*size)
    settle()
    window.record_visit(people.li, "visit")
    settle()
    assert (window.width(), window.height()) == size

    def fits(key, page):
        hint = page.minimumSizeHint()
        assert hint.width() <= page.width(), (key, hint, page.size())
        assert hint.height() <= page.height(), (key, hint, page.size())

    for key, page in window.pages.items():
        window._stack.setCurrentWidget(page)
        QApplication.processEvents()
        settle()
        QApplication.processEvents()
        qtbot.waitUntil(partial(fits, key, page))
    assert window.pages["today"].layout_width is Width.of(size[0])


def test_today_lists_what_is_due_most_late_first(window, people):
    rows = window.today._list
    first = rows.current()
    assert first.resident_id == people.li
    assert first.late_days > 0
    assert "李桂英" in rows.model().index(1, 0).data()


def test_enter_opens_the_form_of_the_row(window, qtbot, settle):
    window.today._list.setFocus()
    qtbot.keyClick(window.today._list, Qt.Key.Key_Return)
    settle()
    assert window._stack.currentWidget() is window.pages["visit"]
    assert "李桂英" in window._header._subtitle.text()


def test_kpi_filters_the_list(window, qtbot):
    page = window.today
    page._tiles["call"].click()
    kinds = {item.kind for item in page._list._items.items if hasattr(item, "kind")}
    assert kinds == {"call"}
    page._tiles["call"].click()
    assert page._kind == "all"


def test_global_search_opens_the_file(window, people, qtbot, settle):
    window.focus_find()
    box = window._header.find_box
    qtbot.keyClicks(box, "lgy")
    settle()
    assert window._find.isVisible()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle()
    assert window.residents.chosen_resident() == people.li
    assert not window._find.isVisible()


def test_unsent_changes_are_counted_in_the_header(window, session, people, settle):
    before = window._header._unsent
    with session.store.writing() as tx:
        from gridapp.models import Resident

        records.save(tx, Resident, {"note": "耳背"}, people.li)
    settle()
    assert window._header._unsent == before + 1


def test_saving_elsewhere_reloads_the_page_that_shows_it(
    window, session, people, settle
):
    count = len(window.today._rows)
    values = {"mode": "home", "met_whom": "self", "condition": "good"}
    from gridapp.work import visits

    with session.store.writing() as tx:
        visits.log_visit(tx, people.li, values)
    settle()
    assert len(window.today._rows) < count
    with session.store.reading() as db:
        assert len(records.find(db, Visit)) == 1
