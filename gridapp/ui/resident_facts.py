"""The facts of a resident's file: plans, contacts, health and home, the household."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.models.record import field_of
from gridapp.ui.due_words import due_badge
from gridapp.ui.resident_file import ResidentFile
from gridapp.ui.theme import Theme
from gridapp.ui.visit_context import contact_line
from gridapp.ui.widgets.badge import BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.due import Due
from gridapp.work.owed import EVERY
from gridapp.work.people import Member

FACTS = (
    ("illness", tr("病史")),
    ("mobility", tr("行动")),
    ("home_safety", tr("居家")),
    ("income_note", tr("待遇")),
    ("difficulty", tr("困难")),
)
CALLS = frozenset({"call", "video", "remote"})
WAY_WORDS = {
    "visit": tr("入户"),
    "call": tr("电话"),
    "video": tr("视频"),
    "remote": tr("监测"),
}


class AddButton(Button):
    """Adds a plan, a tag or a contact to the file."""

    def __init__(self, theme: Theme, kind: str, words: str) -> None:
        super().__init__(theme, "", "small", icon="plus", tip=words)
        self.kind = kind
        self.setFixedSize(36, 34)


class MemberLink(Button):
    """Somebody of the same household; a click opens their file."""

    def __init__(self, theme: Theme, member: Member) -> None:
        age = "" if member.age is None else tr("{age} 岁", age=member.age)
        words = "  ".join(w for w in (member.name, member.relation, age) if w)
        super().__init__(theme, words, "small", icon="user-round")
        self.member_id = member.id


def fact_parts(
    theme: Theme,
    file: ResidentFile,
    owed: Sequence[Due],
    number: QLabel,
    eye: Button,
) -> list[QWidget]:
    """Return the lines of the facts column.

    `number` is the label of the ID number, filled masked; `eye` the button that
    reveals it.
    """
    add = AddButton(theme, "care_plan", tr("新增或调整关爱计划"))
    parts: list[QWidget] = [_headed(tr("关爱计划"), add)]
    parts += _plans(theme, file, owed)
    parts.append(
        _headed(tr("紧急联系人"), AddButton(theme, "contact", tr("新增紧急联系人")))
    )
    parts += [contact_line(one) for one in file.person.contacts]
    parts.append(
        _headed(tr("人员标签"), AddButton(theme, "resident_tag", tr("新增人员标签")))
    )
    if file.person.tags:
        parts.append(Text(tr("、").join(file.person.tag_words), "note", wrap=True))
    parts.append(_heading(tr("健康与居家")))
    parts += _health(file)
    masked = field_of(Resident, "id_number").masked(file.person.values["id_number"])
    number.setText(masked or tr("未登记"))
    row = _fact(tr("证件"), number, middle=True)
    if masked:
        layout = row.layout()
        assert layout is not None
        layout.addWidget(eye)
    else:
        eye.deleteLater()
    parts.append(row)
    if file.person.household:
        parts.append(_heading(tr("同户")))
        parts += [MemberLink(theme, member) for member in file.person.household]
    return parts


def every_words(interval_days: int) -> str:
    """Return 每周 1 次."""
    return tr(
        "{get} 1 次",
        get=EVERY.get(
            interval_days, tr("每 {interval_days} 天", interval_days=interval_days)
        ),
    )


def _heading(words: str) -> Text:
    heading = Text(words, "section")
    heading.setContentsMargins(0, 8, 0, 0)
    return heading


def _headed(words: str, add: AddButton) -> QWidget:
    holder = QWidget()
    row = line(holder)
    row.addWidget(Text(words, "section"))
    row.addStretch()
    row.addWidget(add)
    return holder


def _plans(theme: Theme, file: ResidentFile, owed: Sequence[Due]) -> Iterator[QWidget]:
    if not file.stop.plans:
        yield Text(tr("没有定期走访计划"), "muted")
    today = dt.date.today()
    for plan in file.stop.plans:
        holder = QWidget()
        row = line(holder, gap=6)
        icon = "phone" if plan["way"] in CALLS else "footprints"
        row.addWidget(Glyph(theme, icon, "text2"))
        way = WAY_WORDS.get(plan["way"], "")
        row.addWidget(Text(f"{way} {every_words(plan['interval_days'])}"))
        row.addStretch()
        due = next((one for one in owed if one.plan_id == plan["id"]), None)
        if due is not None:
            row.addWidget(BadgeView(theme, due_badge(due, today)))
        yield holder


def _health(file: ResidentFile) -> Iterator[QWidget]:
    for name, label in FACTS:
        words = field_of(Resident, name).format(file.person.values[name])
        if words:
            yield _fact(label, Text(words, wrap=True))


def _fact(label: str, words: QLabel, *, middle: bool = False) -> QWidget:
    holder = QWidget()
    row = line(holder, gap=6)
    name = Text(label, "muted")
    name.setFixedWidth(38)
    beside = Qt.AlignmentFlag.AlignVCenter if middle else Qt.AlignmentFlag.AlignTop
    row.addWidget(name, 0, beside)
    row.addWidget(words, 1)
    return holder
