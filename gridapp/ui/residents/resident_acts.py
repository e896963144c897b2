"""What is done with a file: its dialogs, what is said afterwards, and the way back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import Dwelling, Household, Resident, record_named
from gridapp.models.record import Record, Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.undo import Done, Span, noted, take_back
from gridapp.store.vault import Writing
from gridapp.ui.forms.record_form import RecordDialog
from gridapp.ui.residents.household_dialogs import MemberDialog, RelationsDialog
from gridapp.ui.residents.leave_dialog import Leave, LeaveDialog
from gridapp.ui.residents.merge_dialog import MergeDialog, Pair
from gridapp.ui.residents.move_dialog import MoveDialog
from gridapp.ui.session import Session
from gridapp.work import recycle
from gridapp.work.households import HouseholdFile, household, remove_member
from gridapp.work.leaving import lives_here
from gridapp.work.merging import proposals, propose_again

LEAVES: dict[str, str] = {
    "leave": tr("已登记迁出"),
    "back": tr("已登记迁回"),
    "died": tr("已登记去世"),
    "alive": tr("已更正，并未去世"),
}
NEWCOMER = {"presence": "here", "life_state": "living", "resident_kind": "local"}
UNASKED = frozenset({"moved_on", "moved_to", "died_on"})  # of a newcomer


@dataclass(frozen=True)
class About:
    """Somebody, and the household they are written down in."""

    values: Values
    home: HouseholdFile | None

    @property
    def one(self) -> tuple[UUID, str]:
        """Return the id and the name."""
        return self.values["id"], self.values["name"]

    @property
    def mates(self) -> list[tuple[UUID, str]]:
        """Return the others of the household who are as this one: here, or moved."""
        if self.home is None:
            return []
        here = lives_here(self.values)
        return [
            (one.id, one.name)
            for one in self.home.members
            if one.id != self.values["id"]
            and one.values["life_state"] != "deceased"
            and one.here == here
        ]


class ResidentActs(QObject):
    """Moves, merges, leaves, deletes; each said once with its undo."""

    said = Signal(str, object)
    resident_shown = Signal(object)
    household_shown = Signal(object)
    print_asked = Signal(str, object)  # name of a sheet, ids of its records
    gone = Signal()  # what was shown is not there any more

    def __init__(self, session: Session, owner: QWidget) -> None:
        super().__init__(owner)
        self._session = session
        self._owner = owner

    def act(self, act: str, resident_id: UUID) -> None:
        """Do something with somebody: a dialog first, where there is one."""
        if act == "merge":
            work = partial(_pairs_of, resident_id=resident_id)
            self._session.read(work, partial(self._merge, resident_id))
        else:
            work = partial(_about, resident_id=resident_id)
            self._session.read(work, partial(self._on_about, act))

    def _on_about(self, act: str, about: About | None) -> None:
        if about is None:
            self.said.emit(tr("这份居民档案已被删除，可以到回收站恢复"), None)
        elif act in ("move", "split"):
            self._move(about, split=act == "split")
        elif act in LEAVES:
            self._leave(act, about)
        elif act == "remove":
            name = about.values["name"]
            words = tr("{name} 不再登记在这户", name=name)
            self._do(partial(remove_member, resident_id=about.values["id"]), words)
        elif act == "print":
            self.print_asked.emit("resident-card", [about.values["id"]])
        elif act == "edit":
            self.edit(Resident, about.values, about.values["name"])
        elif act == "delete":
            self._delete(Resident, about.values["id"], about.values["name"])

    def _move(self, about: About, *, split: bool) -> None:
        people = [about.one, *about.mates]
        dialog = MoveDialog(
            self._session, about.home, people, [about.one[0]], self._owner, split=split
        )
        name = about.values["name"]
        words = (
            tr("已分户：{name}", name=name)
            if split
            else tr("已搬家：{name}", name=name)
        )
        dialog.acted.connect(partial(self._on_done, words))
        dialog.open()

    def _leave(self, act: str, about: About) -> None:
        kind = cast("Leave", act)
        mates = about.mates
        dialog = LeaveDialog(self._session, kind, about.one, mates, self._owner)
        name = about.values["name"]
        words = tr("{what}：{name}", what=LEAVES[act], name=name)
        dialog.acted.connect(partial(self._on_done, words))
        dialog.open()

    def duplicates(self) -> None:
        """Walk through the files that may be of one person."""
        self._session.read(proposals, self._merge_any)

    def _merge_any(self, pairs: Sequence[Pair]) -> None:
        if pairs:
            self._merge(pairs[0][0], pairs)
        else:
            self.said.emit(tr("没有发现疑似重复的档案"), None)

    def _merge(self, resident_id: UUID, pairs: Sequence[Pair]) -> None:
        dialog = MergeDialog(self._session, pairs, resident_id, self._owner)

        def merged(done: Done) -> None:
            left = len(pairs) - 1
            words = tr("已合并，另一份在回收站")
            if left > 0:
                words = tr("{words}；还有 {count} 对疑似重复", words=words, count=left)
            self._on_done(words, done)
            if (kept := dialog.kept_id()) is not None:
                self.resident_shown.emit(kept)

        def kept_apart(pair: tuple[UUID, UUID]) -> None:
            undo = partial(self._propose_again, pair)
            self.said.emit(tr("已记下：不是同一人"), undo)

        dialog.acted.connect(merged)
        dialog.kept_apart.connect(kept_apart)
        dialog.open()

    def _propose_again(self, pair: tuple[UUID, UUID]) -> None:
        work = partial(propose_again, first=pair[0], second=pair[1])
        self._session.write(work, lambda _: self.said.emit(tr("已撤销"), None))

    def home_act(self, act: str, household_id: UUID) -> None:
        """Do something with a household."""
        work = partial(_home, household_id=household_id)
        self._session.read(work, partial(self._on_home, act))

    def _on_home(self, act: str, home: HouseholdFile | None) -> None:
        if home is None:
            self.said.emit(tr("这一户已被删除，可以到回收站恢复"), None)
            return
        acts: dict[str, Callable[[HouseholdFile], None]] = {
            "move_home": partial(self._move_home, split=False),
            "split": partial(self._move_home, split=True),
            "relations": self._set_relations,
            "add_member": self._add_member,
            "new_member": self._new_member,
            "edit_home": self._edit_home,
            "edit_dwelling": self._edit_dwelling,
            "print_home": self._print_home,
            "delete_home": self._delete_home,
        }
        acts[act](home)

    def _move_home(self, home: HouseholdFile, *, split: bool) -> None:
        people = [(one.id, one.name) for one in home.here]
        chosen = [] if split else [one for one, _ in people]
        dialog = MoveDialog(
            self._session, home, people, chosen, self._owner, split=split
        )
        name = home.name
        words = (
            tr("已分户：{name}", name=name)
            if split
            else tr("已搬家：{name}", name=name)
        )
        dialog.acted.connect(partial(self._on_moved, words))
        dialog.open()

    def _on_moved(self, words: str, done: Done) -> None:
        self._on_done(words, done)
        self.household_shown.emit(done.result)

    def _set_relations(self, home: HouseholdFile) -> None:
        dialog = RelationsDialog(self._session, home, self._owner)
        dialog.acted.connect(partial(self._on_done, tr("已保存户主和关系")))
        dialog.open()

    def _add_member(self, home: HouseholdFile) -> None:
        dialog = MemberDialog(self._session, home, self._owner)
        dialog.acted.connect(partial(self._on_done, tr("已登记到这户")))
        dialog.open()

    def _new_member(self, home: HouseholdFile) -> None:
        self.new_resident(home.id)

    def new_resident(self, household_id: UUID | None = None) -> None:
        """Open an empty file, of this household if one is given."""
        given = NEWCOMER | {"household_id": household_id}
        dialog = RecordDialog(
            self._session, Resident, None, given, self._owner, UNASKED
        )
        show = household_id is None
        dialog.saved.connect(partial(self._on_made, show))
        dialog.open()

    def _on_made(self, show: bool, record_id: UUID, _before: object) -> None:
        if show:
            self.resident_shown.emit(record_id)
        work = partial(recycle.delete, model=Resident, record_id=record_id)
        said = tr("已撤销")

        def undo() -> None:
            self._session.write(work, lambda _: self.said.emit(said, None))

        self.said.emit(tr("已新增居民"), undo)

    def _edit_home(self, home: HouseholdFile) -> None:
        self.edit(Household, home.values, home.door)

    def _edit_dwelling(self, home: HouseholdFile) -> None:
        self.edit(Dwelling, home.dwelling, home.door)

    def _print_home(self, home: HouseholdFile) -> None:
        self.print_asked.emit("household-card", [home.id])

    def _delete_home(self, home: HouseholdFile) -> None:
        self._delete(Household, home.id, home.door)
        self.gone.emit()

    def edit(self, model: type[Record], record: Values, name: str) -> None:
        """Open the form of a record; its old values come back by undo."""
        dialog = RecordDialog(self._session, model, record, {}, self._owner)
        dialog.saved.connect(partial(self._on_saved, model, name))
        dialog.open()

    def _on_saved(
        self, model: type[Record], name: str, record_id: UUID, before: Values
    ) -> None:
        def undo() -> None:
            work = partial(_put_back, model=model, record_id=record_id, values=before)
            said = tr("已撤销修改")
            self._session.write(work, lambda _: self.said.emit(said, None))

        title = tr("档案") if model is Resident else model.title
        words = tr("已保存：{name} 的{title}", name=name, title=title)
        self.said.emit(words, undo)

    def delete(self, kind: str, record_id: UUID, name: str) -> None:
        """Put a record into the recycle bin."""
        self._delete(record_named(kind), record_id, name)

    def _delete(self, model: type[Record], record_id: UUID, name: str) -> None:
        words = tr(
            "已删除{title}：{name}，30 天内可在回收站恢复", title=model.title, name=name
        )
        self._do(partial(recycle.delete, model=model, record_id=record_id), words)

    def _do(self, work: Callable[[Writing], Any], words: str) -> None:
        self._session.write(lambda tx: noted(tx, work), partial(self._on_done, words))

    def _on_done(self, words: str, done: Span) -> None:
        self.said.emit(words, partial(self._undo, done))

    def _undo(self, done: Span) -> None:
        work = partial(take_back, span=done)
        self._session.write(work, lambda _: self.said.emit(tr("已撤销"), None))


def _about(db: Connection, resident_id: UUID) -> About | None:
    values = records.get(db, Resident, resident_id)
    if values is None:
        return None
    home = values["household_id"]
    return About(values, _home(db, home) if home else None)


def _home(db: Connection, household_id: UUID) -> HouseholdFile | None:
    return household(db, household_id, dt.date.today())


def _pairs_of(db: Connection, resident_id: UUID) -> list[Pair]:
    return [pair for pair in proposals(db) if resident_id in pair[:2]]


def _put_back(
    tx: Writing, model: type[Record], record_id: UUID, values: Values
) -> None:
    records.save(tx, model, values, record_id)
