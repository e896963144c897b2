"""Ending a plan or a tag: the day and the reason; its history stays readable."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.store.vault import Writing
from gridapp.ui.forms.act_dialog import ActDialog, Work
from gridapp.ui.forms.reason_field import ReasonField
from gridapp.ui.session import Session
from gridapp.work.plans import end_plan
from gridapp.work.tags import end_tag

REASONS = {
    "care_plan": (tr("本人不愿再走访"), tr("情况好转"), tr("子女搬来同住")),
    "resident_tag": (tr("情况有变"), tr("子女搬来同住"), tr("登记更正")),
}
TITLES = {
    "care_plan": tr("结束关爱计划"),
    "resident_tag": tr("结束人员标签"),
}


class EndDialog(ActDialog):
    """From which day it does not hold any more, and why."""

    def __init__(
        self, session: Session, kind: str, record_id: UUID, name: str, parent: QWidget
    ) -> None:
        super().__init__(session, TITLES[kind], tr("结束 Ctrl+S"), parent)
        self._kind = kind
        self._record_id = record_id
        self._reason = ReasonField(session, tr("理由"), REASONS[kind])
        self.say(tr("{name}：从这一天起不再算，以前的记录都留着。", name=name))
        self._day = self.add_day(tr("结束日期"))
        finished = self._reason.finished
        self.add_row("reason", tr("理由"), self._reason, finished, required=True)
        self.form.addStretch()
        self.fit(620, 340)
        self._reason.box.setFocus()

    def work(self) -> Work:
        day = self._day.day()
        if day is None:
            raise InvalidFields({"on": tr("日期写成 年-月-日，或按 T 填今天")})
        if not self._reason.text():
            raise InvalidFields({"reason": tr("写一下为什么结束，或点一个常用理由")})
        return partial(
            _ended,
            kind=self._kind,
            record_id=self._record_id,
            reason=self._reason.text(),
            on=day,
        )


def _ended(tx: Writing, kind: str, record_id: UUID, reason: str, on: dt.date) -> None:
    (end_plan if kind == "care_plan" else end_tag)(tx, record_id, reason, on)
