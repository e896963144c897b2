"""What a sheet can be printed for just now, counted from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Building, Household, Resident
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.work import print_rounds
from gridapp.work.print_choice import week_of
from gridapp.work.print_rounds import Batch

if TYPE_CHECKING:
    from gridapp.office.sheets.sheet import Sheet

GIVEN, TODAY, WEEK, BUILDING, GRID, ONE, RECENT, ALL, DAY, MONTH, COPIES = (
    "given",
    "today",
    "week",
    "building",
    "grid",
    "one",
    "recent",
    "all",
    "day",
    "month",
    "copies",
)
FREE = ("copies", "month")  # what such sheets are printed for is no record
BY_NAME = (Resident, Household, Building)  # chosen by typing a name


@dataclass(frozen=True)
class Scope:
    """One choice of 打印什么."""

    key: str
    words: str
    ids: tuple[UUID, ...] = ()
    batches: tuple[Batch, ...] = ()  # to choose one of
    day: dt.date | None = None
    days: int = 1


@dataclass(frozen=True)
class Offer:
    """What a sheet is offered for."""

    sheet: str
    scopes: tuple[Scope, ...]
    given: tuple[UUID, ...] = ()  # what a page asked to print

    def scope(self, key: str) -> Scope | None:
        """Return the choice of that key."""
        return next((one for one in self.scopes if one.key == key), None)


def read_offer(db: Connection, name: str, given: Sequence[UUID], day: dt.date) -> Offer:
    """Return what the sheet can be printed for; what was `given` comes first."""
    from gridapp.office.sheets import SHEETS

    sheet = SHEETS[name]
    scopes = [_given(db, sheet, given)] if given and sheet.takes not in FREE else []
    ways = {
        "residents": _of_people,
        "record": _of_records,
        "building": _of_buildings,
        "grid": _of_grid,
        "day": _of_days,
        "month": _of_months,
        "copies": _of_copies,
    }
    return Offer(name, tuple(scopes + ways[sheet.takes](db, sheet, day)), tuple(given))


def _given(db: Connection, sheet: Sheet, given: Sequence[UUID]) -> Scope:
    """What the page one comes from asked to print."""
    if len(given) == 1:
        names = records.labels(db, sheet.model, given)
        words = tr("只打 {name}", name=names.get(given[0]) or sheet.model.title)
    else:
        words = tr("刚才选的 {count:,} 份", count=len(given))
    return Scope(GIVEN, words, tuple(given))


def _of_people(db: Connection, sheet: Sheet, day: dt.date) -> list[Scope]:
    found = print_rounds.rounds(db, sheet.due or "visit", day)
    now, week = len(found.today), len(found.week)
    words = tr("今天要走访的 {count} 人", count=now)
    later = tr("本周要走访的 {count} 人", count=week)
    if sheet.due == "call":
        words = tr("今天要打的 {count} 人", count=now)
        later = tr("本周要打的 {count} 人", count=week)
    scopes = [
        Scope(TODAY, words, found.today),
        Scope(WEEK, later, found.week),
        Scope(BUILDING, tr("一栋楼…"), batches=found.buildings),
    ]
    if found.grids:
        scopes.append(Scope(GRID, tr("一位网格员…"), batches=found.grids))
    return [*scopes, Scope(ONE, tr("一个人…"))]


def _of_records(db: Connection, sheet: Sheet, day: dt.date) -> list[Scope]:
    if sheet.model in BY_NAME:
        return [Scope(ONE, tr("选一份…"))]
    found = print_rounds.recent(db, sheet.model, day)
    return [Scope(RECENT, tr("最近的…"), batches=found)]


def _of_buildings(db: Connection, sheet: Sheet, day: dt.date) -> list[Scope]:
    houses = print_rounds.buildings(db)
    every = tuple(one for house in houses for one in house.ids)
    return [
        Scope(BUILDING, tr("一栋楼…"), batches=houses),
        Scope(ALL, tr("全部 {count} 栋", count=len(houses)), every),
    ]


def _of_grid(db: Connection, sheet: Sheet, day: dt.date) -> list[Scope]:
    houses = print_rounds.buildings(db)
    return [
        Scope(ALL, tr("整个网格")),
        Scope(BUILDING, tr("一栋楼…"), batches=houses),
    ]


def _of_days(db: Connection, sheet: Sheet, day: dt.date) -> list[Scope]:
    monday = week_of(day)[0]
    return [
        Scope(TODAY, tr("今天"), day=day),
        Scope(WEEK, tr("本周"), day=monday, days=7),
        Scope(DAY, tr("哪一天…"), day=day),
    ]


def _of_months(db: Connection, sheet: Sheet, day: dt.date) -> list[Scope]:
    last = day.replace(day=1) - dt.timedelta(days=1)
    return [
        Scope(TODAY, tr("本月（{day.month}月）", day=day), day=day),
        Scope(WEEK, tr("上月（{day.month}月）", day=last), day=last),
        Scope(MONTH, tr("哪个月…"), day=day),
    ]


def _of_copies(db: Connection, sheet: Sheet, day: dt.date) -> list[Scope]:
    return [Scope(COPIES, tr("空白的，要几张"))]
