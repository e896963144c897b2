"""Moving to another door, alone or together, and splitting a household."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import codes
from gridapp.ui.forms.act_dialog import ActDialog, Work
from gridapp.ui.forms.reason_field import ReasonField
from gridapp.ui.residents.door_picker import DoorPicker, Found
from gridapp.ui.session import Session
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.options import OptionRow
from gridapp.work.households import HouseholdFile
from gridapp.work.moving import Move, move

REASONS = (tr("换房"), tr("租约到期"), tr("投靠子女"), tr("婚嫁"), tr("登记更正"))
SPLIT_REASONS = (tr("成家分户"), tr("合租各自成户"), tr("登记更正"))
VACANT = "vacant"


class MoveDialog(ActDialog):
    """Who, where to, when and why; what becomes of both dwellings."""

    def __init__(
        self,
        session: Session,
        file: HouseholdFile | None,
        people: Sequence[tuple[UUID, str]],
        chosen: Sequence[UUID],
        parent: QWidget,
        *,
        split: bool = False,
    ) -> None:
        """`people` may move, `chosen` are ticked; `file` is their household, if any.

        With `split` the door is that of the household itself until another is written.
        """
        title = tr("分户") if split else tr("搬家")
        verb = tr("分户 Ctrl+S") if split else tr("搬家 Ctrl+S")
        super().__init__(session, title, verb, parent)
        self._file = file
        self._split = split
        self._people = tuple(people)
        theme = session.theme
        self._who = OptionRow(
            theme, tr("谁"), [(key.hex, name) for key, name in people], many=True
        )
        self._who.set_values(key.hex for key in chosen)
        near = file.building["id"] if file else None
        self._door = DoorPicker(session, tr("门牌"), near)
        self._join = Combo(theme, tr("住进去以后"), ())
        self._join.setItemText(0, tr("单独成户"))
        reasons = SPLIT_REASONS if split else REASONS
        self._reason = ReasonField(session, tr("理由"), reasons)
        table = codes.table("tenure")
        kinds = [(one, table.name(one)) for one in table.codes if one != VACANT]
        self._tenure = OptionRow(theme, tr("新房屋使用情况"), kinds)
        left = tr("搬走后空置")
        self._vacant = OptionRow(theme, tr("原来的房屋"), [(VACANT, left)], many=True)
        self._lay_out()
        if split and file is not None:
            self._door.set_text(file.door)
        self.watch(self._held)
        self.fit(720, 500)
        if len(self._people) > 1:
            self._who.focus_first()
        else:
            self._door.box.setFocus()

    def _lay_out(self) -> None:
        if self._split:
            self.say(tr("勾选要单独成户的人。门牌不变就是同住一处、分成两户。"))
        self.add_row("people", tr("谁"), self._who, self._who.finished, required=True)
        self.add_row("door", tr("搬到"), self._door, self._door.finished, required=True)
        self.add_row("household", tr("住进去以后"), self._join, self._join.finished)
        self._day = self.add_day(tr("日期"))
        self.add_row(
            "reason", tr("理由"), self._reason, self._reason.finished, required=True
        )
        self.add_row("tenure", tr("新房屋"), self._tenure, self._tenure.finished)
        self.add_row("vacant", tr("原来的房屋"), self._vacant, self._vacant.finished)
        self.form.addStretch()
        self.show_row("people", len(self._people) > 1)
        self.show_row("household", False)
        self.show_row("tenure", False)
        self._door.changed.connect(self._on_door)
        self._who.changed.connect(self._ask_about_old)
        self._ask_about_old()

    def _on_door(self, found: Found | None) -> None:
        homes = self._others(found)
        self._join.clear()
        self._join.addItem(tr("单独成户"), "")
        for home_id, name in homes:
            self._join.addItem(tr("并入 {name}", name=name), home_id.hex)
        self.show_row("household", bool(homes))
        free = found is not None and not found.homes
        unused = found is None or found.tenure in (None, VACANT)
        self.show_row("tenure", free and unused)
        self._ask_about_old()

    def _others(self, found: Found | None) -> list[tuple[UUID, str]]:
        """Return the households behind the new door that one may join."""
        if found is None:
            return []
        mine = self._file.id if self._file else None
        return [(key, name) for key, name in found.homes if key != mine]

    def _chosen(self) -> tuple[UUID, ...]:
        if len(self._people) == 1:
            return (self._people[0][0],)
        return tuple(UUID(hex=one) for one in self._who.values())

    def _ask_about_old(self) -> None:
        """Whether the old dwelling stands empty is asked only when all leave it."""
        here = {one.id for one in self._file.here} if self._file else set[UUID]()
        door = self._door.door()
        stays = (
            self._file is not None
            and door is not None
            and door.dwelling_id == self._file.dwelling["id"]
        )
        alone = self._file is not None and not self._file.others
        all_leave = bool(here) and here <= set(self._chosen())
        self.show_row("vacant", all_leave and alone and not stays)

    def _held(self) -> object:
        return self._chosen(), self._door.text(), self._reason.text(), self._day.text()

    def work(self) -> Work:
        wrong: dict[str, str] = {}
        people, door, day = self._chosen(), self._door.door(), self._day.day()
        if not people:
            wrong["people"] = tr("勾选要搬的人")
        if door is None:
            wrong["door"] = tr("写上要搬去的门牌，如 3-2-501")
        if day is None:
            wrong["on"] = tr("日期写成 年-月-日，或按 T 填今天")
        if not self._reason.text():
            wrong["reason"] = tr("写一下为什么，或点一个常用理由")
        if wrong or door is None or day is None:
            raise InvalidFields(wrong)
        joined = self._join.value() if self._join.isVisibleTo(self) else None
        asked = self._tenure.isVisibleTo(self)
        left = self._vacant.isVisibleTo(self) and VACANT in self._vacant.values()
        wanted = Move(
            people=people,
            door=door,
            on=day,
            reason=self._reason.text(),
            household_id=UUID(hex=joined) if joined else None,
            tenure=self._tenure.value() if asked else None,
            vacant=left,
        )
        return partial(move, wanted=wanted)
