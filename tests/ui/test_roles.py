"""The window of somebody who may not do everything."""

import pytest
from PySide6.QtCore import Qt

from gridapp.models import Resident
from gridapp.store import accounts, state, vault
from gridapp.ui.ledgers.export_dialog import WHOLE, ExportDialog
from gridapp.ui.main_window import MainWindow
from gridapp.ui.session import Session
from gridapp.ui.settings.acts_page import ActsPage
from gridapp.work.listing import of_records


@pytest.fixture
def window_of(session, people, qtbot, settle):
    """Makes the window of an account of that role on the same vault."""
    opened = []

    def make(role):
        store = session.store
        account = accounts.new("赵工", role)
        other = vault.open_with_key(store.folder, store.key, account)
        theirs = Session(other, session.jobs, session.theme, session.messages)
        opened.append((other, theirs))
        window = MainWindow(theirs, "赵工")
        qtbot.addWidget(window)
        window.resize(1366, 728)
        window.show()
        settle()
        return window

    yield make
    settle()
    for store, theirs in opened:
        theirs.deleteLater()
        store.close()


def places(window):
    return set(window._nav._items)


def test_who_keeps_the_computer_finds_only_pages_without_people(window_of):
    window = window_of("it")
    assert places(window) == {"sync", "settings", "help"}
    assert window.here == "settings"
    assert not window._header.find_box.isVisible()
    tile = window.pages["settings"]._ways["recycle"]
    assert not tile.isEnabled()
    assert "负责人登录" in tile.toolTip()
    assert tile.accessibleDescription() == tile.toolTip()


def test_no_key_and_no_signal_leads_them_to_a_record(window_of, people, qtbot, settle):
    window = window_of("it")
    for key in ("today", "residents", "visits", "printing", "recycle"):
        window.go(key)
    window.show_resident(people.li)
    window.record_visit(people.li, "visit")
    window.show_record("household", None)
    window.show_print("resident-card", [people.li])
    window.export_list()
    for key in (Qt.Key.Key_F2, Qt.Key.Key_F4):
        qtbot.keyClick(window, key)
    settle()
    assert window.here == "settings"
    made = {type(page).__name__ for page in window.pages.made()}
    assert made <= {"SettingsPage", "SyncPage", "HelpPage"}
    assert "请网格员或负责人登录" in window._toast.accessibleName()


def test_they_read_what_was_done_without_names(window_of, session, people, settle):
    with session.store.writing() as tx:
        state.disclose(tx, "reveal", "resident", people.li, "联系方式")
    window = window_of("it")
    window.go("acts")
    settle()
    page = window.pages["acts"]
    assert isinstance(page, ActsPage)
    model = page._list.model()
    lines = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert lines
    assert not any("李桂英" in str(line) for line in lines)


def test_a_worker_sees_why_a_list_with_whole_numbers_is_not_theirs(
    window_of, people, qtbot, settle
):
    window = window_of("worker")
    assert "residents" in places(window)
    listing = of_records(Resident, [people.li])
    dialog = ExportDialog(window.session, listing, window)
    qtbot.addWidget(dialog)
    dialog.open()
    settle()
    option = dialog._numbers._options[WHOLE]
    assert not option.isEnabled()
    assert "由负责人导出" in option.accessibleDescription()
    qtbot.keyClick(dialog._numbers._options["masked"], Qt.Key.Key_2)
    assert dialog._numbers.value() == "masked"


def test_who_is_responsible_finds_everything_open(window_of, qtbot, people, settle):
    window = window_of("secretary")
    assert {"today", "residents", "printing", "settings"} <= places(window)
    dialog = ExportDialog(window.session, of_records(Resident, [people.li]), window)
    qtbot.addWidget(dialog)
    assert dialog._numbers._options[WHOLE].isEnabled()
