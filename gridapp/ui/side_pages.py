"""The pages beside the day's work: settings and what one looks up from there."""

from __future__ import annotations

from gridapp.ui.about_page import AboutPage
from gridapp.ui.acts_page import ActsPage
from gridapp.ui.help_page import HelpPage
from gridapp.ui.keys_page import KeysPage
from gridapp.ui.page import Page
from gridapp.ui.recycle_page import RecyclePage
from gridapp.ui.rules_page import RulesPage
from gridapp.ui.session import Session
from gridapp.ui.settings_page import SettingsPage

BESIDE = ("acts", "keys", "rules", "about", "recycle")  # reached from the settings


def side_pages(session: Session) -> dict[str, Page]:
    """Each of them by its key."""
    return {
        "settings": SettingsPage(session),
        "help": HelpPage(session),
        "acts": ActsPage(session),
        "keys": KeysPage(session),
        "rules": RulesPage(session),
        "about": AboutPage(session),
        "recycle": RecyclePage(session),
    }
