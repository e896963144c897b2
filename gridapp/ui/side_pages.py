"""The pages beside the day's work: settings and what one looks up from there."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.ui.page import Page
from gridapp.ui.pages import Maker
from gridapp.ui.session import Session

BESIDE = ("acts", "keys", "rules", "about", "recycle")  # reached from the settings


def _settings(session: Session) -> Page:
    from gridapp.ui.settings.settings_page import SettingsPage

    return SettingsPage(session)


def _help(session: Session) -> Page:
    from gridapp.ui.help.help_page import HelpPage

    return HelpPage(session)


def _acts(session: Session) -> Page:
    from gridapp.ui.settings.acts_page import ActsPage

    return ActsPage(session)


def _keys(session: Session) -> Page:
    from gridapp.ui.settings.keys_page import KeysPage

    return KeysPage(session)


def _rules(session: Session) -> Page:
    from gridapp.ui.settings.rules_page import RulesPage

    return RulesPage(session)


def _about(session: Session) -> Page:
    from gridapp.ui.settings.about_page import AboutPage

    return AboutPage(session)


def _recycle(session: Session) -> Page:
    from gridapp.ui.settings.recycle_page import RecyclePage

    return RecyclePage(session)


SIDE_PAGES: Mapping[str, Maker] = {
    "settings": _settings,
    "help": _help,
    "acts": _acts,
    "keys": _keys,
    "rules": _rules,
    "about": _about,
    "recycle": _recycle,
}
