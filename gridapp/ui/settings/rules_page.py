"""时限和走访规则: by which days the program reminds, and where each is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import codes
from gridapp.models.issue_limits import ISSUE_DAYS, URGENT
from gridapp.store.database import Connection
from gridapp.ui.session import Session
from gridapp.ui.side_page import SidePage
from gridapp.ui.widgets.card import Card, Divider, Lines, column, line
from gridapp.ui.widgets.text import Text
from gridapp.work import limits, plans

_ORDINARY = "normal"  # any level but urgent: see limits.issue_allowance


@dataclass(frozen=True)
class Told:
    """One line: what is asked, how much, and where that is written."""

    what: str
    much: str
    source: str


class RulesPage(SidePage):
    """Three cards to read; the county changes limits, nobody here."""

    title = tr("时限和走访规则")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        hint = tr("这里只能看。时限由县里下发；每个人多久走访一次，在他的档案里改。")
        self.add_hint(hint)
        inside = QWidget()
        box = column(inside, gap=12)
        self._visits = Lines(gap=4)
        self._issues = Lines(gap=4)
        self._disputes = Lines(gap=4)
        for words, lines in (
            (tr("走访和电话"), self._visits),
            (tr("问题办结"), self._issues),
            (tr("矛盾调解"), self._disputes),
        ):
            card = Card((18, 12, 18, 14), 8)
            card.box.addWidget(Text(words, "section"))
            card.box.addWidget(Divider())
            card.box.addWidget(lines)
            box.addWidget(card)
        box.addStretch()
        self.add_scrolled(inside)
        self._visits.replace([_line(one) for one in visit_rules()])

    def reload(self) -> None:
        self.session.read(_read, self._show)

    def _show(self, told: tuple[Sequence[Told], Sequence[Told]]) -> None:
        issues, disputes = told
        self._issues.replace([_line(one) for one in issues])
        self._disputes.replace([_line(one) for one in disputes])


def visit_rules() -> list[Told]:
    """The rules by which plans are proposed."""
    ways = {"visit": tr("走访"), "call": tr("电话")}
    return [
        Told(
            rule.reason,
            tr("{way} 每 {days} 天", way=ways[rule.way], days=rule.interval_days),
            rule.source,
        )
        for rule in plans.RULES
    ]


def issue_limits(db: Connection) -> list[Told]:
    """How long each category of issues may take in this vault."""
    table = codes.table("issue_category")
    source = tr("全国没有统一时限，这是程序的建议，县里可以改")
    told = [
        Told(
            table.name(code) if code else tr("其他问题"),
            limits.issue_allowance(db, code, _ORDINARY).words,
            source if not code else "",
        )
        for code in ISSUE_DAYS
        if not code or code in table.codes
    ]
    return [*told, Told(tr("紧急的问题，不分类别"), URGENT.words, "")]


def dispute_limits(db: Connection) -> list[Told]:
    """The days of mediation in this vault, and the one that is a law."""
    return [
        Told(
            tr("从受理到调解完"),
            _days(limits.days(db, limits.MEDIATION)),
            limits.MEDIATION.source,
        ),
        Told(
            tr("达成协议后回访"),
            _days(limits.days(db, limits.FOLLOW_UP)),
            limits.FOLLOW_UP.source,
        ),
        Told(
            tr("双方共同申请司法确认"),
            _days(limits.JUDICIAL_DAYS),
            tr("人民调解法第三十三条，法律规定，不能改"),
        ),
    ]


def _days(count: int) -> str:
    return tr("{count} 天", count=count)


def _read(db: Connection) -> tuple[list[Told], list[Told]]:
    return issue_limits(db), dispute_limits(db)


def _line(one: Told) -> QWidget:
    holder = QWidget()
    row = line(holder, (0, 4, 0, 4), 12)
    words = column(gap=1)
    words.addWidget(Text(one.what, wrap=True))
    if one.source:
        words.addWidget(
            Text(tr("依据：{source}", source=one.source), "faint", wrap=True)
        )
    row.addLayout(words, 1)
    row.addWidget(Text(one.much, "strong"))
    return holder
