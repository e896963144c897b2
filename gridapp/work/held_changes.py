"""What a person may do about a change that the county did not take as it was.

The window and the command line both offer what stands here; what each choice does is
`store.conflicts.decide`. The reasons are those of docs/protocol.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.kinds import PHONES
from gridapp.models.record import fields_of
from gridapp.store.conflicts import BOTH, MINE, THEIRS, Waiting

_SEEN = ((THEIRS, tr("知道了")),)
_AGAIN = ((MINE, tr("再报一次")),)


@dataclass(frozen=True)
class Question:
    """One held change as it is put to its author.

    `choices` are pairs of a choice and the words of its button; `advice` says what to
    do where no choice mends it.
    """

    held: Waiting
    advice: str
    choices: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> str:
        """What it has in common with others that can be answered together."""
        model = record_named(self.held.type)
        if not self.held.field:
            return model.title
        return tr("{title}的{label}", title=model.title, label=self.held.label)

    @property
    def subject(self) -> str:
        """The record and the field, as 居民：李桂英·行动能力."""
        held, model = self.held, record_named(self.held.type)
        about = model.title
        if held.title != model.title:
            about = tr("{title}：{about}", title=model.title, about=held.title)
        return f"{about}·{held.label}" if held.field else about


def question_of(held: Waiting) -> Question:
    """What to ask about a held change."""
    asks = _ASKS.get(held.reason, _otherwise)
    advice, choices = asks(held)
    return Question(held, advice, choices)


def in_order(found: Sequence[Waiting]) -> list[Question]:
    """Those that need a person first, those that come right by themselves last."""
    asked = [question_of(one) for one in found]
    return sorted(asked, key=lambda one: one.held.reason in _BY_ITSELF)


def needs_person(reason: str) -> bool:
    """Whether what is held for it waits for somebody here, not only for the county."""
    return reason not in _BY_ITSELF


_Asked = tuple[str, tuple[tuple[str, str], ...]]
_BY_ITSELF = frozenset({"missing_parent", "missing_record"})


def _conflict(held: Waiting) -> _Asked:
    choices = [(MINE, tr("用我的")), (THEIRS, tr("用县里的"))]
    fields = {one.name: one for one in fields_of(record_named(held.type))}
    field = fields.get(held.field or "")
    if field is not None and field.kind is PHONES:
        choices.append((BOTH, tr("两个都留")))
    elif field is not None and "note" in fields and not field.kind.private:
        choices.append((BOTH, tr("都留，写进备注")))
    return "", tuple(choices)


def _edited(_: Waiting) -> _Asked:
    return "", ((THEIRS, tr("不删了")), (MINE, tr("仍然删除")))


def _came_back(_: Waiting) -> _Asked:
    return "", _SEEN


def _invalid(held: Waiting) -> _Asked:
    if held.field:
        return tr("请打开这条记录把这一项改好，保存后自动上报。"), _SEEN
    return tr("请打开这条记录改好，保存后会整条自动上报。"), _whole(held)


def _missing(held: Waiting) -> _Asked:
    advice = tr("不用管它：县里收到它所属的记录后，会自动收下。")
    return advice, () if held.field else _AGAIN


def _out_of_scope(held: Waiting) -> _Asked:
    advice = tr("记录还在本机。请核对所属网格；该归您管的，请县里给这台电脑加上网格。")
    return advice, _SEEN if held.field else _whole(held)


def _otherwise(held: Waiting) -> _Asked:
    return "", _SEEN if held.field or record_named(held.type).insert_only else _AGAIN


def _whole(held: Waiting) -> tuple[tuple[str, str], ...]:
    if record_named(held.type).insert_only:
        return (*_AGAIN, *_SEEN)
    return (*_AGAIN, (THEIRS, tr("不要了，放进回收站")))


_ASKS: Mapping[str, Callable[[Waiting], _Asked]] = {
    "conflict": _conflict,
    "edited": _edited,
    "came_back": _came_back,
    "invalid": _invalid,
    "missing_parent": _missing,
    "missing_record": _missing,
    "out_of_scope": _out_of_scope,
    "insert_only": lambda _: ("", _SEEN),
}
