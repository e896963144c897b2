"""按规则补齐计划: who lacks which plan, rule by rule, before anything is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.ui.care.plan_dialog import interval_words
from gridapp.ui.forms.act_dialog import ActDialog, Work
from gridapp.ui.session import Session
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text
from gridapp.work import proposals
from gridapp.work.plans import Proposal

MOST_NAMED = 12  # names shown under a rule


class AdoptDialog(ActDialog):
    """Each rule with the people it asks a plan for; a rule may be left out."""

    def __init__(
        self,
        session: Session,
        missing: Mapping[UUID, list[Proposal]],
        names: Mapping[UUID, str],
        parent: QWidget,
    ) -> None:
        super().__init__(session, tr("按规则补齐关爱计划"), tr("补齐 Ctrl+S"), parent)
        self._missing = missing
        self._rules = proposals.by_rule(missing)
        choices = [(str(number), self._short(one)) for number, one in self._numbered()]
        self._ticks = OptionRow(self.theme, tr("补齐哪些"), choices, many=True)
        self._ticks.set_values([number for number, _ in choices])
        self.say(
            tr(
                "下面这些人按规则该有关爱计划，现在还没有。"
                "从今天起算，补上以后可以撤销，也可以再一个一个调整。"
            )
        )
        self.add_row("rules", tr("补齐哪些"), self._ticks, self._ticks.finished)
        for number, one in self._numbered():
            self._explain(number, one, names)
        self.form.addStretch()
        self._ticks.changed.connect(self._on_tick)
        self.fit(720, 600)
        self._on_tick()
        self.save_button.setFocus()

    def _numbered(self) -> list[tuple[int, Proposal]]:
        return list(enumerate(self._rules, 1))

    def _short(self, one: Proposal) -> str:
        words = interval_words(one.way, one.interval_days)
        count = len(self._rules[one])
        return tr("{plan}（{count} 人）", plan=words, count=count)

    def _explain(self, number: int, one: Proposal, names: Mapping[UUID, str]) -> None:
        """Say what a rule asks, where that is written, and for whom."""
        people = self._rules[one]
        head = tr("{number}. {reason}", number=number, reason=one.reason)
        named = tr("、").join(names[key] for key in people[:MOST_NAMED])
        if len(people) > MOST_NAMED:
            named = tr("{named}等 {count} 人", named=named, count=len(people))
        source = tr("依据：{source}", source=one.source)
        self.form.addWidget(_indented(Text(head, "strong", wrap=True), 10))
        self.form.addWidget(_indented(Text(source, "faint", wrap=True), 2))
        self.form.addWidget(_indented(Text(named, "muted", wrap=True), 2))

    def _chosen(self) -> dict[UUID, list[Proposal]]:
        ticked = self._ticks.values()
        kept = {one for number, one in self._numbered() if str(number) in ticked}
        found = {
            key: [one for one in asked if one in kept]
            for key, asked in self._missing.items()
        }
        return {key: asked for key, asked in found.items() if asked}

    def _on_tick(self) -> None:
        count = sum(len(asked) for asked in self._chosen().values())
        self.save_button.setText(tr("补齐 {count} 个计划 Ctrl+S", count=count))
        self.save_button.setAccessibleName(self.save_button.text())
        self.save_button.setEnabled(count > 0)

    def work(self) -> Work:
        chosen = self._chosen()
        if not chosen:
            raise InvalidFields({"rules": tr("至少勾选一条规则")})
        return partial(proposals.adopt, day=dt.date.today(), chosen=chosen)


def _indented(part: QWidget, above: int) -> QWidget:
    part.setContentsMargins(10, above, 10, 0)
    return part
