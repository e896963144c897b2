"""The pages beside the day's work: settings and what one looks up from there."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.ui.help.help_page import HelpPage
from gridapp.ui.pages import Maker
from gridapp.ui.settings.about_page import AboutPage
from gridapp.ui.settings.acts_page import ActsPage
from gridapp.ui.settings.keys_page import KeysPage
from gridapp.ui.settings.recycle_page import RecyclePage
from gridapp.ui.settings.rules_page import RulesPage
from gridapp.ui.settings.settings_page import SettingsPage

BESIDE = ("acts", "keys", "rules", "about", "recycle")  # reached from the settings


SIDE_PAGES: Mapping[str, Maker] = {
    "settings": SettingsPage,
    "help": HelpPage,
    "acts": ActsPage,
    "keys": KeysPage,
    "rules": RulesPage,
    "about": AboutPage,
    "recycle": RecyclePage,
}
