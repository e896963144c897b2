"""合并重复档案: two files side by side, and field by field which one is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Resident, record_named
from gridapp.ui.forms.act_dialog import ActDialog, Work
from gridapp.ui.forms.record_picker import RecordPicker
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text
from gridapp.work.merging import (
    Comparison,
    Difference,
    compare,
    keep_apart,
    merge,
    together,
)

COMPARING = (820, 640)
CHOOSING = (820, 380)  # four candidates fit
LONGEST = 22  # characters of a value on one option
Pair = tuple[UUID, UUID, str]


class MergeDialog(ActDialog):
    """Walks through likely pairs, or compares a chosen file with another."""

    kept_apart = Signal(object)  # the pair

    def __init__(
        self, session: Session, pairs: Sequence[Pair], first: UUID, parent: QWidget
    ) -> None:
        """`pairs` are proposed; without any, the other file of `first` is searched."""
        title = tr("合并重复档案")
        super().__init__(session, title, tr("合并 Ctrl+S"), parent)
        self._pairs = list(pairs)
        self._first = first
        self._at = 0
        self._found: Comparison | None = None
        self._options: dict[str, OptionRow] = {}
        self._head = Text("", "section", wrap=True)
        self._other = RecordPicker(session, Resident, tr("另一份档案"))
        self._sides = Text("", "note", wrap=True)
        self._next = Button(self.theme, tr("看下一对"), "quiet")
        self._apart = Button(self.theme, tr("不是同一人"), "quiet", icon="x")
        self._place()
        self._next.clicked.connect(self._show_next)
        self._apart.clicked.connect(self._keep_apart)
        self._other.finished.connect(self._compare_chosen)
        self.fit(*(COMPARING if self._pairs else CHOOSING))
        if self._pairs:
            self._show_pair()
        else:
            self._head.setText(tr("选出同一个人的另一份档案"))
            self._other.setFocus()
        self._show_state()

    def _place(self) -> None:
        top = column(margins=(10, 6, 10, 6), gap=6)
        head = line(gap=8)
        head.addWidget(self._head, 1)
        head.addWidget(self._next)
        head.addWidget(self._apart)
        top.addLayout(head)
        top.addWidget(self._other)
        top.addWidget(self._sides)
        self.form.addLayout(top)
        self.form.addStretch()

    def _show_state(self) -> None:
        self._next.setVisible(len(self._pairs) > 1)
        self._apart.setVisible(bool(self._pairs))
        self._other.setVisible(not self._pairs)
        self.save_button.setEnabled(self._found is not None)

    def _show_pair(self) -> None:
        first, second, why = self._pairs[self._at]
        place = tr("{at}/{count}", at=self._at + 1, count=len(self._pairs))
        one = tr("可能是同一人：{why}", why=why)
        self._head.setText(one if len(self._pairs) == 1 else f"{place}  {one}")
        self._compare(first, second)

    def _show_next(self) -> None:
        self._at = (self._at + 1) % len(self._pairs)
        self._show_pair()

    def _compare_chosen(self) -> None:
        other = self._other.value()
        if other is not None and other != self._first:
            self._compare(self._first, other)

    def _compare(self, first: UUID, second: UUID) -> None:
        work = partial(compare, first=first, second=second)
        self.session.read(work, self._show_comparison)

    def _show_comparison(self, found: Comparison | None) -> None:
        self.clear_rows()
        self._options = {}
        self._found = found
        self._show_state()
        if found is None:
            self._sides.setText(tr("其中一份已被删除，请看下一对或重新选择。"))
            return
        self.fit(*COMPARING)
        self._sides.setText(_sides(found))
        self.form.takeAt(self.form.count() - 1)  # the stretch goes below again
        for one in asked(found):
            self._add_choice(one)
        self.form.addStretch()
        first = next(iter(self._options.values()), None)
        if first is not None:
            first.focus_first()

    def _add_choice(self, one: Difference) -> None:
        empty = tr("（空）")
        choices = [("a", _short(one.a) or empty), ("b", _short(one.b) or empty)]
        row = OptionRow(self.theme, one.field.label, choices)
        row.set_values([one.kept])
        self._options[one.field.name] = row
        self.add_row(one.field.name, one.field.label, row, row.finished)

    def _keep_apart(self) -> None:
        first, second, _ = self._pairs.pop(self._at)
        work = partial(keep_apart, first=first, second=second)
        self.session.write(work, lambda _: self.kept_apart.emit((first, second)))
        if not self._pairs:
            self.reject()
            return
        self._at %= len(self._pairs)
        self._show_pair()

    def chosen(self) -> Mapping[str, Any]:
        """Return the fields in which the kept file takes the other's value."""
        found = self._found
        if found is None:
            return {}
        kept, other = sides(found)
        chosen: dict[str, Any] = {}
        for one in found.differences:
            row = self._options.get(one.field.name)
            side = row.value() if row is not None else one.kept
            name = one.field.name
            if side == "both":
                chosen[name] = together(one.field, kept[name], other[name])
            elif (found.a if side == "a" else found.b) is not kept:
                chosen[name] = other[name]
        return chosen

    def work(self) -> Work:
        if self._found is None:
            raise InvalidFields({"other": tr("先选出要合并的另一份档案")})
        kept, other = sides(self._found)
        return partial(
            merge, kept_id=kept["id"], other_id=other["id"], chosen=self.chosen()
        )

    def kept_id(self) -> UUID | None:
        """Return whose file is kept."""
        return sides(self._found)[0]["id"] if self._found else None


def sides(found: Comparison) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the file that is kept (more belongs to it), and the other."""
    a, b = sum(found.counts_a.values()), sum(found.counts_b.values())
    older = found.a["created_at"] <= found.b["created_at"]
    if a > b or (a == b and older):
        return found.a, found.b
    return found.b, found.a


def asked(found: Comparison) -> list[Difference]:
    """Return the fields in which both files say something else."""
    return [one for one in found.differences if one.a and one.b and one.kept != "both"]


def _sides(found: Comparison) -> str:
    one = _side(found.a["name"], found.door_a, found.counts_a)
    other = _side(found.b["name"], found.door_b, found.counts_b)
    told = tr("左边（1）：{one}\n右边（2）：{other}", one=one, other=other)
    if not found.differences:
        return tr("{told}\n两份档案内容相同，可以直接合并。", told=told)
    both = tr("两边的走访、计划、标签、联系人、工单都并到一份。")
    alone = [one.field.label for one in found.differences if not (one.a and one.b)]
    joined = [one.field.label for one in found.differences if one.kept == "both"]
    if joined:
        names = tr("、").join(joined)
        both = tr("{both}两边的{names}都保留。", both=both, names=names)
    if alone:
        names = tr("、").join(alone)
        both = tr("{both}只有一边填了的会自动补上：{names}。", both=both, names=names)
    if asked(found):
        both = tr("{both}下面几项两边不同，选对的一边。", both=both)
    return f"{told}\n{both}"


def _side(name: str, door: str, counts: Mapping[str, int]) -> str:
    words = [
        tr("{kind} {count} 条", kind=record_named(key).title, count=count)
        for key, count in counts.items()
    ]
    return " ".join(one for one in (name, door, tr("、").join(words)) if one)


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
