"""Where one can go in the window: what the navigation shows and which page it is."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.language import tr
from gridapp.ui.buildings.buildings_page import BuildingsPage
from gridapp.ui.disputes.disputes_page import DisputesPage
from gridapp.ui.issues.issues_page import IssuesPage
from gridapp.ui.pages import Maker
from gridapp.ui.patrols.patrols_page import PatrolsPage
from gridapp.ui.printing.printing_page import PrintingPage
from gridapp.ui.residents.residents_page import ResidentsPage
from gridapp.ui.side_pages import BESIDE, SIDE_PAGES
from gridapp.ui.sync.sync_page import SyncPage
from gridapp.ui.today.today_page import TodayPage
from gridapp.ui.visits.visit_form import VisitForm
from gridapp.ui.visits.visits_page import VisitsPage
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
PAGES: Mapping[str, Maker] = {
    "today": TodayPage,
    "buildings": BuildingsPage,
    "residents": ResidentsPage,
    "visits": VisitsPage,
    "patrols": PatrolsPage,
    "issues": IssuesPage,
    "disputes": DisputesPage,
    "printing": PrintingPage,
    "sync": SyncPage,
    "visit": VisitForm,
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
