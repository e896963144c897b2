"""迁出, 迁回, 去世 and its correction: a day, a few words, and the file stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal
from uuid import UUID

from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.store.vault import Writing
from gridapp.ui.forms.act_dialog import ActDialog, Work
from gridapp.ui.forms.reason_field import ReasonField
from gridapp.ui.session import Session
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.options import OptionRow
from gridapp.work import leaving

Leave = Literal["leave", "back", "died", "alive"]
TITLES: dict[Leave, str] = {
    "leave": tr("迁出"),
    "back": tr("迁回"),
    "died": tr("登记去世"),
    "alive": tr("更正：并未去世"),
}
WORDS: dict[Leave, str] = {
    "leave": tr("迁出后不再安排走访，档案和记录都留着，在“更多”里选“已迁出”能查到。"),
    "back": tr("迁回后恢复在住，以前的计划继续有效。"),
    "died": tr("登记后不再安排走访，档案和记录都留着，在“更多”里选“已故”能查到。"),
    "alive": tr("更正后恢复为在世，以前的计划继续有效。"),
}
REASONS: dict[Leave, Sequence[str]] = {
    "leave": (tr("搬到外地"), tr("租约到期"), tr("投靠子女"), tr("住养老院")),
    "back": (tr("回来住"), tr("登记更正")),
    "died": (tr("因病"), tr("高龄自然离世"), tr("意外")),
    "alive": (tr("登记时认错了人"), tr("家属误报")),
}


class LeaveDialog(ActDialog):
    """One of the four acts for somebody, or with their household."""

    def __init__(
        self,
        session: Session,
        act: Leave,
        person: tuple[UUID, str],
        mates: Sequence[tuple[UUID, str]],
        parent: QWidget,
    ) -> None:
        """`mates` are those of the household who may go or come back as well."""
        title = TITLES[act]
        super().__init__(session, title, tr("{title} Ctrl+S", title=title), parent)
        self._act: Leave = act
        self._person = person[0]
        everybody = [person, *mates]
        self._who = OptionRow(
            session.theme,
            tr("谁"),
            [(key.hex, name) for key, name in everybody],
            many=True,
        )
        self._who.set_values([self._person.hex])
        self._to = LineField(tr("去哪里"), tr("如：本市某区，或女儿家"))
        self._reason = ReasonField(session, tr("理由"), REASONS[act])
        self.say(tr("{name}：{words}", name=person[1], words=WORDS[act]))
        together = act in ("leave", "back") and bool(mates)
        self.add_row("people", tr("谁"), self._who, self._who.finished, required=True)
        self._day = self.add_day(tr("日期"))
        self.add_row("to", tr("去哪里"), self._to, self._to.finished)
        label = tr("说明") if act == "died" else tr("理由")
        must = act == "alive"
        self.add_row(
            "reason", label, self._reason, self._reason.finished, required=must
        )
        self.form.addStretch()
        self.show_row("people", together)
        self.show_row("to", act == "leave")
        self.show_row("on", act != "alive")
        self.watch(lambda: (self._to.text(), self._reason.text(), self._day.text()))
        self.fit(640, 420)
        first = self._day if act != "alive" else self._reason.box
        first.setFocus()

    def _people(self) -> list[UUID]:
        return [UUID(hex=one) for one in self._who.values()]

    def work(self) -> Work:
        day = self._day.day()
        if day is None:
            raise InvalidFields({"on": tr("日期写成 年-月-日，或按 T 填今天")})
        people, reason = self._people(), self._reason.text()
        if not people:
            raise InvalidFields({"people": tr("勾选是谁")})
        acts: dict[Leave, Callable[[Writing], Any]] = {
            "leave": partial(
                leaving.move_out,
                ids=people,
                on=day,
                to=self._to.text(),
                reason=reason,
            ),
            "back": partial(leaving.come_back, ids=people, on=day, reason=reason),
            "died": partial(
                leaving.die, resident_id=self._person, on=day, words=reason
            ),
            "alive": partial(
                leaving.not_dead, resident_id=self._person, on=day, reason=reason
            ),
        }
        return acts[self._act]
