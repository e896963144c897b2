"""Where one can go in the window: what the navigation shows and which page it is.

A page is imported when it is made: all of them take longer than the window itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.language import tr
from gridapp.ui.page import Page
from gridapp.ui.pages import Maker
from gridapp.ui.session import Session
from gridapp.ui.side_pages import BESIDE, SIDE_PAGES
from gridapp.ui.widgets.nav import Place

PLACES = (
    Place("today", tr("今日待办"), tr("今日"), "calendar-check"),
    Place("buildings", tr("楼栋图"), tr("楼栋"), "building-2"),
    Place("residents", tr("居民档案"), tr("居民"), "contact-round"),
    Place("visits", tr("走访记录"), tr("走访"), "footprints"),
    Place("patrols", tr("巡查日志"), tr("巡查"), "route"),
    Place("issues", tr("问题工单"), tr("问题"), "triangle-alert"),
    Place("disputes", tr("矛盾调解"), tr("调解"), "handshake"),
    Place("printing", tr("统计打印"), tr("打印"), "printer"),
    Place("sync", tr("数据同步"), tr("同步"), "refresh-cw"),
)
FOOT = (
    Place("settings", tr("设置"), tr("设置"), "settings"),
    Place("help", tr("帮助 F1"), tr("帮助"), "circle-help"),
)


def _today(session: Session) -> Page:
    from gridapp.ui.today.today_page import TodayPage

    return TodayPage(session)


def _buildings(session: Session) -> Page:
    from gridapp.ui.buildings.buildings_page import BuildingsPage

    return BuildingsPage(session)


def _residents(session: Session) -> Page:
    from gridapp.ui.residents.residents_page import ResidentsPage

    return ResidentsPage(session)


def _visits(session: Session) -> Page:
    from gridapp.ui.visits.visits_page import VisitsPage

    return VisitsPage(session)


def _patrols(session: Session) -> Page:
    from gridapp.ui.patrols.patrols_page import PatrolsPage

    return PatrolsPage(session)


def _issues(session: Session) -> Page:
    from gridapp.ui.issues.issues_page import IssuesPage

    return IssuesPage(session)


def _disputes(session: Session) -> Page:
    from gridapp.ui.disputes.disputes_page import DisputesPage

    return DisputesPage(session)


def _printing(session: Session) -> Page:
    from gridapp.ui.printing.printing_page import PrintingPage

    return PrintingPage(session)


def _sync(session: Session) -> Page:
    from gridapp.ui.sync.sync_page import SyncPage

    return SyncPage(session)


def _visit(session: Session) -> Page:
    from gridapp.ui.visits.visit_form import VisitForm

    return VisitForm(session)


PAGES: Mapping[str, Maker] = {
    "today": _today,
    "buildings": _buildings,
    "residents": _residents,
    "visits": _visits,
    "patrols": _patrols,
    "issues": _issues,
    "disputes": _disputes,
    "printing": _printing,
    "sync": _sync,
    "visit": _visit,
    **SIDE_PAGES,
}
OPEN = frozenset(
    {"sync", "settings", "help", "acts", "keys", "rules", "about"}
)  # pages that show nobody's records: the rest is not for who keeps the computer
SOON = ("visit", "issues", "disputes", "printing")  # made soon: not to be waited for
RECORD_PAGES = {
    "issue": "issues",
    "dispute": "disputes",
    "dispute_party": "disputes",
    "dispute_inquiry": "disputes",
    "dispute_session": "disputes",
    "dispute_item": "disputes",
    "patrol": "patrols",
    "household": "residents",
    "building": "buildings",
}
MARKED = {"visit": "visits"} | dict.fromkeys(BESIDE, "settings")  # in the navigation
