"""备份 in the settings: made beside the window, looked at before, put back."""

import datetime as dt
import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridapp import settings
from gridapp.app import App
from gridapp.models import Resident
from gridapp.store import accounts, backup, backup_places, records, restore, restoring
from gridapp.store import vault as vaults
from gridapp.ui import backing_up
from gridapp.ui.main_window import MainWindow
from gridapp.ui.settings.backup_card import BackupCard
from gridapp.ui.settings.restore_dialog import DONE, LOOK, WHICH, RestoreDialog
from gridapp.work import backup_words
from tests.conftest import PASSWORD


def add(store, *names):
    with store.writing() as tx:
        for name in names:
            records.save(tx, Resident, {"name": name})


def names(store):
    with store.reading() as db:
        return sorted(one["name"] for one in records.find(db, Resident))


@pytest.fixture
def card(session, qtbot, settle):
    card = BackupCard(session)
    qtbot.addWidget(card)
    card.show()
    settle()
    return card


def test_where_nothing_is_backed_up_no_copies_are_counted(card):
    assert card._last.text() == "还没有备份过"
    assert card._kept.isHidden()


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def later(days):
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=days)


class TestCard:
    def test_it_says_that_there_is_none_and_makes_one(
        self, card, session, qtbot, settle
    ):
        said = []
        session.backups.said.connect(said.append)
        assert "还没有备份过" in card._last.text()

        click(qtbot, card.now)
        assert session.backups.running
        assert not card.now.isEnabled()
        settle()

        assert "已核对" in card._last.text()
        assert "本机留着 1 份" in card._kept.text()
        assert said
        assert said[0].startswith("已备份并核对")

    def test_a_backup_is_stopped_and_leaves_nothing(self, card, session, qtbot, settle):
        click(qtbot, card.now)
        click(qtbot, card.halt)
        settle()

        assert backup.standing(session.store).listed.kept == ()
        assert "已停下" in card._error.accessibleName()

    def test_one_may_go_into_a_file_with_the_photos(
        self, card, session, qtbot, settle, messages, tmp_path
    ):
        messages.target = str(tmp_path / "我的备份")
        click(qtbot, card.file)
        settle()

        assert (tmp_path / "我的备份.gridbak").exists()

    def test_the_other_place_is_chosen_used_and_left(
        self, card, session, qtbot, settle, messages, tmp_path
    ):
        stick = tmp_path / "stick"
        stick.mkdir()
        messages.target = str(stick)
        assert "请再选一个 U 盘" in card._second.text()

        click(qtbot, card.place)
        settle()
        settle()

        assert len(list(stick.rglob("*.gridbak"))) == 1
        assert "上次存到那里" in card._second.text()
        shutil.rmtree(stick)
        card.reload()
        settle()
        assert "现在不在" in card._second.text()
        click(qtbot, card.only_here)
        settle()
        assert settings.load(session.store.folder).backup_folder == ""

    def test_who_may_not_restore_reads_who_may(self, session, qtbot, settle):
        session.store.user = accounts.Account("a", "王秀兰", accounts.WORKER)
        card = BackupCard(session)
        qtbot.addWidget(card)

        assert not card.back.isEnabled()
        assert "负责人或技术人员" in card.back.accessibleDescription()


class TestByItself:
    @pytest.fixture(autouse=True)
    def at_rest(self, session):
        """No timer runs on when the window is gone."""
        yield
        session.backups.close()

    def test_the_first_quiet_minute_of_a_day_makes_one(
        self, session, qtbot, settle, monkeypatch
    ):
        monkeypatch.setattr(backing_up, "FIRST", 0.01)
        session.backups.begin()
        place = backup_places.local(session.store.folder)
        qtbot.waitUntil(lambda: bool(backup_places.read(place).kept))
        settle()
        session.backups._on_time()
        settle()
        assert len(backup.standing(session.store).listed.kept) == 1

    def test_who_closes_before_that_gets_it_afterwards(
        self, session, settle, monkeypatch
    ):
        session.backups.begin()
        session.backups.after_close()
        assert backup.standing(session.store).due, "somebody only looked in"

        monkeypatch.setattr(backing_up, "SHORT", 0.0)
        session.backups.close()
        session.backups.after_close()

        assert not backup.standing(session.store).due
        [kept] = backup.standing(session.store).listed.kept
        assert kept.manifest.reason == backup_places.DAILY

    def test_a_stick_that_comes_back_gets_todays(
        self, session, qtbot, settle, tmp_path
    ):
        (tmp_path / "stick").mkdir()
        folder = backup.choose_second(tmp_path / "stick", session.store.folder)
        shutil.rmtree(folder)
        session.preferences.keep(backup_folder=str(folder))
        backup.make(session.store)
        session.backups._on_time()
        settle()
        assert len(backup.standing(session.store).listed.kept) == 1

        folder.mkdir()
        session.backups._on_time()
        settle()
        settle()

        assert len(backup_places.read(folder).kept) == 1

    def test_the_header_says_it_only_after_three_days(self, session, qtbot, settle):
        backup.make(session.store)
        now = backup.standing(session.store)
        assert backup_words.late_words(now, later(0)) == ""
        late = backup.standing(session.store, later(5))

        window = MainWindow(session, "周敏")
        qtbot.addWidget(window)
        window.show()
        settle()
        session.backups._know(now)
        assert not window._header._backup.isVisible()
        session.backups._know(late)
        assert window._header._backup.isVisible()
        assert "没有备份" in window._header._backup.accessibleName()


class TestRestore:
    @pytest.fixture
    def over(self, qtbot):
        widget = QWidget()
        widget.resize(1200, 760)
        qtbot.addWidget(widget)
        widget.show()
        return widget

    @pytest.fixture
    def dialog(self, session, over, settle):
        add(session.store, "李桂英")
        backup.make(session.store)
        add(session.store, "后来的")
        dialog = RestoreDialog(session, over)
        dialog.open()
        settle()
        yield dialog
        dialog._let_go()
        settle()

    def test_it_looks_first_and_changes_nothing(self, dialog, session, qtbot, settle):
        assert dialog.here == WHICH
        click(qtbot, dialog._go)
        settle()

        assert dialog.here == LOOK
        assert "居民 1 条" in dialog.look.losses.accessibleName()
        click(qtbot, dialog._back)
        settle()
        assert dialog.here == WHICH
        dialog.reject()
        settle()
        assert names(session.store) == ["后来的", "李桂英"]
        assert not (session.store.folder / restoring.FOLDER).exists()

    def test_where_nothing_would_be_lost_nothing_warns(
        self, dialog, session, qtbot, settle, messages
    ):
        made = backup.make(session.store)
        messages.choose_file = lambda title, kinds: str(made.file)
        click(qtbot, dialog.which.other)
        click(qtbot, dialog._go)
        settle()

        assert dialog.here == LOOK
        assert "什么都不会丢" in dialog.look.facts.text()
        assert dialog.look.losses.isHidden()

    def test_then_the_window_is_asked_to_open_anew_on_it(
        self, dialog, session, qtbot, settle
    ):
        click(qtbot, dialog._go)
        settle()
        click(qtbot, dialog._go)
        assert "为什么恢复" in dialog._error.accessibleName()
        assert dialog.here == LOOK
        assert not session.store.retired
        dialog.look.purpose.setText("昨天导错了")
        with qtbot.waitSignal(session.preferences.reopen_asked):
            click(qtbot, dialog._go)

        assert dialog.here == DONE
        store = session.store
        store.close()
        again = vaults.open_with_key(store.folder, store.key, store.user)
        assert names(again) == ["李桂英"]
        again.close()

    def test_a_damaged_file_is_named_and_another_may_be_chosen(
        self, dialog, session, qtbot, settle, messages, tmp_path
    ):
        bad = tmp_path / "坏的.gridbak"
        bad.write_bytes(b"?")
        messages.choose_file = lambda title, kinds: str(bad)
        click(qtbot, dialog.which.other)
        click(qtbot, dialog._go)
        settle()

        assert dialog.here == WHICH
        assert "不是备份文件" in dialog._error.accessibleName()
        dialog.which.table.choose(0)
        dialog._on_row(0)
        click(qtbot, dialog._go)
        settle()
        assert dialog.here == LOOK


def test_a_process_that_takes_over_while_another_has_the_data_open_asks_to_shut_it(
    vault, qtbot, qapp, monkeypatch
):
    from gridapp.ui.reopen import Start

    made = backup.make(vault)
    found = restore.unpack(vault.folder, made.file, vault)
    restore.prepare(found, vault, "昨天导错了")
    vault.close()

    def in_use(database):
        raise vaults.UserError(restoring.IN_USE)

    monkeypatch.setattr(restoring, "see_that_nobody_has", in_use)
    app = App(qapp, vault.folder, attended=False)
    told = []
    app._at_door.tell = told.append
    app.take_over(Start({}, vault.key, "today", vault.user))
    qtbot.waitUntil(lambda: bool(told))
    monkeypatch.undo()

    assert "另一个窗口正开着" in told[0]
    assert app.window is None
    app.login.close()
    app.close()
    vaults.open_store(vault.folder, PASSWORD).close()
