"""Beginning an extra round: for a cold wave, a festival, a cut of supply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import CareRound, codes
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.ui.care.due_words import day_words
from gridapp.ui.forms.act_dialog import ActDialog, Work
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.moments import DayField
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text
from gridapp.work import care_rounds
from gridapp.work.care_rounds import GROUPS, Whom

WAYS = (("visit", tr("入户")), ("call", tr("电话")))


class RoundDialog(ActDialog):
    """Why, whom, how and until when; everything is chosen already for the season."""

    stop_asked = Signal(object)  # id of a running round that is to be taken back

    def __init__(
        self, session: Session, running: Sequence[Values], parent: QWidget
    ) -> None:
        title = tr("加一轮专项走访")
        super().__init__(session, title, tr("开始 Ctrl+S"), parent)
        today = dt.date.today()
        reasons = [(one.code, one.name) for one in codes.table("round_reason").items]
        self._reason = OptionRow(self.theme, tr("事由"), reasons)
        self._name = LineField(tr("名称"))
        groups = [(one.key, one.words) for one in GROUPS]
        self._whom = OptionRow(self.theme, tr("走访谁"), groups)
        self._way = OptionRow(self.theme, tr("方式"), WAYS)
        self._due = DayField(tr("要求办完"))
        self._ends = DayField(tr("结束日期"))
        self._count = Text("", "faint")
        for part in self._running(running):
            self.form.addWidget(part)
        row = self.add_row("reason", tr("事由"), self._reason, self._reason.finished)
        self._source = Text("", "faint", wrap=True)
        row.add_below(self._source)
        self.add_row("name", tr("名称"), self._name, self._name.finished, required=True)
        row = self.add_row("tags", tr("走访谁"), self._whom, self._whom.finished)
        row.add_below(self._count)
        self.add_row("way", tr("方式"), self._way, self._way.finished)
        row = self.add_row("due_on", tr("要求办完"), self._due, self._due.finished)
        row.add_beside(Text(tr("过了这天还没见到的算逾期"), "faint"))
        row = self.add_row("ends_on", tr("结束日期"), self._ends, self._ends.finished)
        row.add_beside(Text(tr("过了这天自动结束"), "faint"))
        self.form.addStretch()
        self._reason.set_values([care_rounds.usual(today).reason])
        self._whom.set_values([GROUPS[0].key])
        self._way.set_values(["visit"])
        self._on_reason()
        self._reason.changed.connect(self._on_reason)
        self._whom.changed.connect(self._recount)
        self.fit(720, 560)
        self.save_button.setFocus()

    def _running(self, rounds: Sequence[Values]) -> list[QWidget]:
        """The rounds that run already, each with the way to take it back."""
        parts: list[QWidget] = []
        for one in rounds:
            holder = QWidget()
            row = line(holder, (10, 2, 10, 2), 8)
            words = tr(
                "正在进行：{name}，{day}结束",
                name=one["name"],
                day=day_words(one["ends_on"]),
            )
            row.addWidget(Text(words, "note"), 1)
            stop = Button(self.theme, tr("取消这一轮"), "quiet")
            stop.setAccessibleName(tr("取消{name}", name=one["name"]))
            stop.clicked.connect(partial(self._stop, one["id"]))
            row.addWidget(stop)
            parts.append(holder)
        return parts

    def _stop(self, round_id: UUID) -> None:
        self.stop_asked.emit(round_id)
        self.accept()

    def _group(self) -> Whom:
        chosen = self._whom.value()
        return next((one for one in GROUPS if one.key == chosen), GROUPS[0])

    def _on_reason(self) -> None:
        """Write what is usual for that reason."""
        one = care_rounds.occasion(self._reason.value() or "other")
        today = dt.date.today()
        self._name.setText(one.name)
        self._due.set_day(today + dt.timedelta(days=one.due_days))
        self._ends.set_day(today + dt.timedelta(days=one.days))
        self._source.setText(tr("依据：{source}", source=one.source))
        self._recount()

    def _recount(self) -> None:
        self._count.setText(tr("正在数有多少人…"))
        self.session.read(partial(_count, values=self._values()), self._show_count)

    def _show_count(self, count: int) -> None:
        if count:
            self._count.setText(tr("会列出 {count} 人", count=count))
        else:
            self._count.setText(tr("现在没有这样的人，换一类试试"))

    def _values(self) -> Values:
        one = care_rounds.occasion(self._reason.value() or "other")
        way = self._way.value() or "visit"
        values = care_rounds.drafted(one, self._group(), dt.date.today(), way)
        return values | {"name": self._name.text().strip()}

    def work(self) -> Work:
        wrong: dict[str, str] = {}
        due_on, ends_on = self._due.day(), self._ends.day()
        if not self._name.text().strip():
            wrong["name"] = tr("起个名字，如“寒潮走访”，会显示在待办里")
        for name, day in (("due_on", due_on), ("ends_on", ends_on)):
            if day is None:
                wrong[name] = tr("日期写成 年-月-日，或按 T 填今天")
        if wrong:
            raise InvalidFields(wrong)
        values = self._values() | {"due_on": due_on, "ends_on": ends_on}
        return partial(care_rounds.start, values=values)


def _count(db: Connection, values: Values) -> int:
    return len(care_rounds.named(db, values, dt.date.today()))


def take_away(tx: Writing, round_id: UUID) -> None:
    """Put a round into the recycle bin."""
    records.delete(tx, CareRound, round_id)
