"""设置: each choice holds at once, is there the next time, and can be taken back."""

import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from gridapp import settings
from gridapp.errors import UserError
from gridapp.store import acts
from gridapp.store import vault as vaults
from gridapp.ui.care.visit_values import PHRASES, phrases
from gridapp.ui.preferences import TEXT_SCALES, Preferences
from gridapp.ui.settings import licences
from gridapp.ui.settings.about_page import AboutPage
from gridapp.ui.settings.password_dialog import PasswordDialog
from gridapp.ui.settings.phrases_dialog import PhrasesDialog
from gridapp.ui.settings.rules_page import (
    RulesPage,
    dispute_limits,
    issue_limits,
    visit_rules,
)
from gridapp.ui.settings.settings_page import SettingsPage
from gridapp.ui.widgets.text import Text
from gridapp.work import plans
from tests.conftest import PASSWORD

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page(session, qtbot):
    page = SettingsPage(session)
    qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show()
    return page


def kept(session):
    return settings.load(session.store.folder)


def click(qtbot, chips, key):
    qtbot.mouseClick(chips._chips[key], Qt.MouseButton.LeftButton)


def test_no_card_is_higher_than_what_stands_in_it(page, qtbot):
    page.resize(1366, 1400)
    cards = (page.accounts, page.backups, page.checkup)
    # A card asks the disk in the background, and grows when it is answered.
    qtbot.waitUntil(
        lambda: all(one.height() == one.heightForWidth(one.width()) for one in cards)
    )


def test_a_text_size_is_kept_and_the_window_asked_to_open_again(page, session, qtbot):
    with qtbot.waitSignal(session.preferences.reopen_asked):
        click(qtbot, page._sizes, "1.15")
    assert kept(session).text_scale == 1.15


def test_choosing_what_is_chosen_opens_nothing_again(page, session, qtbot):
    with qtbot.assertNotEmitted(session.preferences.reopen_asked):
        click(qtbot, page._sizes, "1.0")


def test_a_size_the_screen_has_no_room_for_is_refused_in_words(page, session, qtbot):
    page.resize(900, 430)
    with qtbot.assertNotEmitted(session.preferences.reopen_asked):
        click(qtbot, page._sizes, "1.3")
    assert kept(session).text_scale == 1.0
    assert page._sizes.chosen() == "1.0"
    assert "放不下" in page._size_hint.text()


def test_a_size_that_is_shown_already_always_fits(tmp_path, page):
    settings.save(tmp_path, settings.Settings(text_scale=1.3))
    preferences = Preferences(tmp_path)
    page.resize(900, 430)
    assert all(preferences.fits(scale, page) for scale, _ in TEXT_SCALES)


def test_a_language_is_kept_for_the_next_window(page, session, qtbot):
    with qtbot.waitSignal(session.preferences.reopen_asked):
        click(qtbot, page._languages, "en")
    assert kept(session).language == "en"


def test_the_lock_time_is_kept_and_told(page, session, qtbot):
    told = []
    session.preferences.changed.connect(told.append)
    with qtbot.waitSignal(page.said):
        click(qtbot, page._locks, "10")
    assert kept(session).lock_after == 10
    assert told[0].lock_after == 10


def test_the_look_changes_at_once_and_the_page_follows_the_menu(page, qtbot):
    click(qtbot, page._looks, "dark")
    assert page.theme.tokens.name == "dark"
    page.theme.choose("light")
    assert page._looks.chosen() == "light"


def test_a_photo_folder_can_be_taken_back(page, session):
    undos = []
    page.said.connect(lambda words, undo: undos.append(undo))
    page._keep_photos("/照片")
    assert kept(session).photo_folder == "/照片"
    assert "/照片" in page._photos.text()
    undos[0]()
    assert kept(session).photo_folder == ""


def test_other_settings_stay_when_one_is_changed(session):
    session.preferences.keep(scheme="dark")
    session.preferences.keep(text_scale=1.15)
    assert kept(session).scheme == "dark"


def test_a_folder_that_cannot_be_written_is_said_and_the_choice_holds(tmp_path):
    preferences = Preferences(tmp_path / "nowhere")
    with pytest.raises(UserError, match="写不进去"):
        preferences.keep(lock_after=1.0)
    assert preferences.now.lock_after == 1.0


def test_the_way_to_every_page_beside_is_there(page, qtbot):
    asked = []
    page.place_asked.connect(asked.append)
    for key in ("recycle", "acts", "rules", "keys", "help", "about"):
        page._ways[key].click()
    assert asked == ["recycle", "acts", "rules", "keys", "help", "about"]


def test_the_password_is_changed_after_the_old_one_proved_right(
    page, session, qtbot, settle
):
    dialog = PasswordDialog(session, page)
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.old.setText("不对的密码")
    dialog.new.first.setText("新的密码 123")
    dialog.new.again.setText("新的密码 12")
    dialog.submit()
    assert "不一样" in dialog.error.accessibleName()
    dialog.new.again.setText("新的密码 123")
    dialog.submit()
    settle()
    assert "密码不对" in dialog.error.accessibleName()
    assert dialog.isVisible()
    dialog.old.setText(PASSWORD)
    dialog.submit()
    settle()
    assert not dialog.isVisible()
    assert dialog.new.first.text() == ""
    with session.store.reading() as db:
        told = [(act.kind, act.by) for act in acts.acts(db)]
    assert told.count(("password", "周敏")) == 1  # not for the tries before
    vaults.open_store(session.store.folder, "新的密码 123").close()


def test_rules_are_told_with_their_sources(session, qtbot, settle):
    page = RulesPage(session)
    qtbot.addWidget(page)
    page.show()
    settle()
    shown = "\n".join(text.text() for text in page.findChildren(Text))
    for rule in plans.RULES:
        assert rule.reason in shown
        assert rule.source in shown
    with session.store.reading() as db:
        told = [*visit_rules(), *issue_limits(db), *dispute_limits(db)]
    assert all(one.what in shown and one.much in shown for one in told)
    assert "人民调解法" in shown


def test_the_licences_name_every_part_that_the_program_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {
        re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", line)[0]).lower()
        for line in project["dependencies"]
    }
    named = {re.sub(r"[-_.]+", "-", part.name).lower() for part in licences.parts()}
    assert wanted <= named
    assert {"python", "qt", "lucide", "sqlcipher", "openssl"} <= named


def test_every_part_has_a_licence_and_most_its_whole_text():
    for part in licences.parts():
        assert part.licence, part.name
        own = part.name.startswith(("PySide6", "shiboken6"))  # told under Qt
        assert len(part.text) > 300 or own, part.name
    [qt] = [part for part in licences.parts() if part.name == "Qt"]
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in qt.text


def test_the_page_of_licences_lists_and_searches_them(session, qtbot, settle):
    page = AboutPage(session)
    qtbot.addWidget(page)
    page.show()
    settle()
    assert len(page.names()) == len(licences.parts())
    qtbot.keyClicks(page._find, "lucide")
    assert len(page.names()) == 1
    assert "Permission to use" in page._text.toPlainText()


def test_quick_phrases_are_changed_and_changed_back(page, session, qtbot):
    undos = []
    page.said.connect(lambda words, undo: undos.append(undo))
    page._change_phrases()
    dialog = page.window().findChild(PhrasesDialog)
    qtbot.addWidget(dialog)
    for field in dialog._fields["visit"]:
        field.clear()
    dialog._fields["visit"][1].setText("家里都好")
    dialog.save()
    kept_phrases = session.preferences.now.phrases
    assert phrases("visit", kept_phrases) == ("家里都好",)
    assert phrases("call", kept_phrases) == PHRASES["call"][:4]
    assert "家里都好" in page._phrases.text()
    undos[0]()
    assert phrases("visit", kept(session).phrases) == PHRASES["visit"][:4]


def test_enter_walks_through_the_phrases_to_the_save_button(page, session, qtbot):
    dialog = PhrasesDialog(session, page)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog._fields["visit"][0].hasFocus)
    for _ in range(8):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert dialog._save.hasFocus()
