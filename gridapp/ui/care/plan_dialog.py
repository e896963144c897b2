"""One person's care plans: what the rules ask, a change with its reason, history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import CarePlan, Resident, identity
from gridapp.models.record import Values
from gridapp.store import agenda, records
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.ui.forms.act_dialog import ActDialog, Work
from gridapp.ui.forms.reason_field import ReasonField
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work import plans
from gridapp.work.plans import Proposal
from gridapp.work.ways import WAYS, every_words

WAY_CHOICES = (
    ("visit", tr("入户")),
    ("call", tr("电话")),
    ("video", tr("视频")),
    ("remote", tr("监测")),
)
OTHER = "other"  # days that are none of the usual intervals
INTERVALS = ((1, tr("每天")), (7, tr("每周")), (14, tr("每两周")), (30, tr("每月")))
REASONS = (tr("身体变差"), tr("刚出院"), tr("情况好转"), tr("家属常来"), tr("本人要求"))
ICONS = {"visit": "footprints"}


@dataclass(frozen=True)
class PlanFile:
    """What the dialog shows of one person."""

    resident_id: UUID
    name: str
    proposals: tuple[Proposal, ...]
    plans: tuple[Values, ...]  # also those that ended, the newest first


def read_plans(db: Connection, resident_id: UUID, day: dt.date) -> PlanFile | None:
    """Return somebody's plans; None when there is no such resident."""
    person = records.get(db, Resident, resident_id)
    if person is None:
        return None
    tags = agenda.tags_on(db, day, [resident_id]).get(resident_id, ())
    age = identity.age_on(person["born_on"], day)
    asked = plans.defaults_for(tags, age, person["care_colour"])
    mine = {"resident_id": resident_id}
    rows = records.filtered(db, CarePlan, mine, order="since", descending=True)
    return PlanFile(resident_id, person["name"], tuple(asked), tuple(rows))


def interval_words(way: str, interval_days: int) -> str:
    """Return 入户 每周 1 次."""
    every = every_words(interval_days)
    return tr("{way} {every} 1 次", way=WAYS[way].words, every=every)


def history_words(plan: Values) -> str:
    """Return from when to when a plan held, and why it began and ended."""
    since = f"{plan['since']:%Y-%m-%d}"
    until = f"{plan['until']:%Y-%m-%d}" if plan["until"] else tr("现在")
    words = [tr("{since} 至 {until}", since=since, until=until), plan["reason"] or ""]
    if plan["end_reason"]:
        words.append(tr("结束：{reason}", reason=plan["end_reason"]))
    return tr("，").join(word for word in words if word)


class PlanDialog(ActDialog):
    """Sets how often somebody is contacted; the plan of that way before it ends."""

    def __init__(
        self,
        session: Session,
        file: PlanFile,
        parent: QWidget,
        *,
        begin: Values | None = None,
    ) -> None:
        """Begin with the way and interval of `begin`, a plan that is to be changed."""
        title = tr("关爱计划：{name}", name=file.name)
        super().__init__(session, title, tr("保存 Ctrl+S"), parent)
        self._file = file
        self._way = OptionRow(self.theme, tr("方式"), WAY_CHOICES)
        choices = [(str(days), words) for days, words in INTERVALS]
        self._interval = OptionRow(
            self.theme, tr("多久一次"), [*choices, (OTHER, tr("其他"))]
        )
        self._days = LineField(tr("间隔天数"), tr("隔几天一次，如 3"))
        reasons = [one.reason for one in file.proposals]
        self._reason = ReasonField(session, tr("理由"), (*reasons, *REASONS))
        for part in self._proposed():
            self.form.addWidget(part)
        finished = self._way.finished
        self.add_row("way", tr("方式"), self._way, finished, required=True)
        finished = self._interval.finished
        self.add_row(
            "interval_days", tr("多久一次"), self._interval, finished, required=True
        )
        self.add_row("days", tr("间隔天数"), self._days, self._days.finished)
        finished = self._reason.finished
        self.add_row("reason", tr("理由"), self._reason, finished, required=True)
        self._since = self.add_day(tr("从哪天起"))
        for part in self._history():
            self.form.addWidget(part)
        self.form.addStretch()
        self._interval.changed.connect(self._on_interval)
        first = begin or next(iter(file.plans), None)
        self._choose(
            first["way"] if first else "visit", first["interval_days"] if first else 30
        )
        self.watch(self._held)
        self.fit(720, 640)
        self._interval.focus_first()

    def _held(self) -> object:
        way, interval = self._way.value(), self._interval.value()
        return way, interval, self._days.text(), self._reason.text()

    def _proposed(self) -> Iterator[QWidget]:
        """What the rules ask for, each with where that is written."""
        if not self._file.proposals:
            yield _indented(Text(tr("按现有规则不要求定期走访。"), "muted"))
            return
        yield _indented(Text(tr("规则建议"), "section"))
        held = {
            (one["way"], one["interval_days"])
            for one in self._file.plans
            if one["until"] is None
        }
        for one in self._file.proposals:
            holder = QWidget()
            row = line(holder, (10, 2, 10, 2), 8)
            icon = Glyph(self.theme, ICONS.get(one.way, "phone"), "text2")
            row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
            words = column(gap=2)
            first = interval_words(one.way, one.interval_days)
            words.addWidget(Text(f"{first}   {one.reason}", "note", wrap=True))
            source = tr("依据：{source}", source=one.source)
            words.addWidget(Text(source, "faint", wrap=True))
            row.addLayout(words, 1)
            if (one.way, one.interval_days) in held:
                row.addWidget(Text(tr("已按此执行"), "muted"))
            else:
                take = Button(self.theme, tr("采用"), "quiet")
                take.setAccessibleName(tr("采用：{words}", words=first))
                take.clicked.connect(partial(self._adopt, one))
                row.addWidget(take)
            yield holder

    def _history(self) -> Iterator[QWidget]:
        """Every plan there was, the newest first."""
        if not self._file.plans:
            return
        yield _indented(Text(tr("以前的安排"), "section"))
        for one in self._file.plans:
            words = interval_words(one["way"], one["interval_days"])
            yield _indented(Text(words, "note"))
            yield _indented(Text(history_words(one), "muted", wrap=True))

    def _adopt(self, one: Proposal) -> None:
        self._choose(one.way, one.interval_days)
        self._reason.box.setText(one.reason)
        self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, way: str, interval_days: int) -> None:
        usual = interval_days in dict(INTERVALS)
        self._way.set_values([way])
        self._interval.set_values([str(interval_days) if usual else OTHER])
        self._days.setText("" if usual else str(interval_days))
        self._on_interval()

    def _on_interval(self) -> None:
        self.show_row("days", self._interval.value() == OTHER)

    def work(self) -> Work:
        wrong: dict[str, str] = {}
        chosen, since = self._interval.value(), self._since.day()
        days = self._days.text() if chosen == OTHER else chosen or ""
        if not days.strip().isdecimal() or not 1 <= int(days) <= 366:
            name = "days" if chosen == OTHER else "interval_days"
            wrong[name] = tr("写一个 1 到 366 之间的天数，如 3")
        if not self._reason.text():
            wrong["reason"] = tr("写一下为什么这样安排，或点一个常用理由")
        if since is None:
            wrong["on"] = tr("日期写成 年-月-日，或按 T 填今天")
        if wrong or since is None:
            raise InvalidFields(wrong)
        return partial(
            _set,
            resident_id=self._file.resident_id,
            way=self._way.value() or "visit",
            interval_days=int(days),
            reason=self._reason.text(),
            since=since,
        )


def _set(
    tx: Writing,
    resident_id: UUID,
    way: str,
    interval_days: int,
    reason: str,
    since: dt.date,
) -> UUID:
    try:
        return plans.set_plan(tx, resident_id, way, interval_days, reason, since)
    except InvalidFields as error:
        messages = dict(error.messages)
        if "since" in messages:  # the form asks it under another name
            messages["on"] = messages.pop("since")
        raise InvalidFields(messages) from error


def _indented(words: Text) -> Text:
    words.setContentsMargins(10, 4, 10, 0)
    return words
