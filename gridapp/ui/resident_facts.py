"""The facts of a resident's file: plans, contacts, health and home, the household."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from gridapp.language import tr
from gridapp.models import Contact, Resident, codes
from gridapp.models.record import Values, field_of
from gridapp.ui.due_words import due_badge
from gridapp.ui.menus import MenuButton
from gridapp.ui.resident_file import ResidentFile
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.badge import BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
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
    ("note", tr("备注")),
)
CALLS = frozenset({"call", "video", "remote"})
WAY_WORDS = {
    "visit": tr("入户"),
    "call": tr("电话"),
    "video": tr("视频"),
    "remote": tr("监测"),
}
# What is asked of the page: add, edit, end, delete or reveal; a record type; which one.
Ask = Callable[[str, str, "UUID | None"], object]


def fact_parts(
    theme: Theme,
    file: ResidentFile,
    owed: Sequence[Due],
    number: QLabel,
    eye: Button,
    ask: Ask,
) -> list[QWidget]:
    """Return the lines of the facts column.

    `number` is the label of the ID number, filled masked; `eye` the button that
    reveals it.
    """
    parts: list[QWidget] = [
        _headed(theme, tr("关爱计划"), "care_plan", tr("新增或调整关爱计划"), ask)
    ]
    parts += _plans(theme, file, owed, ask)
    parts.append(_headed(theme, tr("紧急联系人"), "contact", tr("新增紧急联系人"), ask))
    parts += [_contact(theme, one, ask) for one in file.person.contacts]
    parts.append(
        _headed(theme, tr("人员标签"), "resident_tag", tr("新增人员标签"), ask)
    )
    parts += [_tag(theme, row, ask) for row in file.tags]
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
        parts += [_mate(theme, one, ask) for one in file.person.household]
    if len(file.stays) > 1:
        parts.append(_heading(tr("住过的地方")))
        parts += _stays(file)
    return parts


def every_words(interval_days: int) -> str:
    """Return 每周 1 次."""
    return tr(
        "{every} 1 次",
        every=EVERY.get(
            interval_days, tr("每 {interval_days} 天", interval_days=interval_days)
        ),
    )


def _heading(words: str) -> Text:
    heading = Text(words, "section")
    heading.setContentsMargins(0, 8, 0, 0)
    return heading


def _headed(theme: Theme, words: str, kind: str, tip: str, ask: Ask) -> QWidget:
    holder = QWidget()
    row = line(holder)
    row.addWidget(Text(words, "section"))
    row.addStretch()
    add = Button(theme, "", "small", icon="plus", tip=tip)
    add.setFixedSize(40, 34)
    add.clicked.connect(partial(ask, "add", kind, None))
    row.addWidget(add)
    return holder


def _acts(
    theme: Theme, name: str, kind: str, record_id: UUID, ask: Ask, *, ends: bool
) -> MenuButton:
    """Return the button of what may be done with a plan, a tag or a contact."""
    button = MenuButton(theme, "", icon="ellipsis", tip=tr("对{name}…", name=name))
    choices = [("edit", tr("修改…"))]
    if ends:
        choices.append(("end", tr("结束…")))
    button.set_choices([*choices, ("delete", tr("删除"))])

    def asked(act: str) -> None:
        ask(act, kind, record_id)

    button.picked.connect(asked)
    return button


def _plans(
    theme: Theme, file: ResidentFile, owed: Sequence[Due], ask: Ask
) -> Iterator[QWidget]:
    if not file.stop.plans:
        yield Text(tr("没有定期走访计划"), "muted")
    today = dt.date.today()
    for plan in file.stop.plans:
        holder = QWidget()
        row = line(holder, gap=6)
        icon = "phone" if plan["way"] in CALLS else "footprints"
        row.addWidget(Glyph(theme, icon, "text2"))
        words = f"{WAY_WORDS.get(plan['way'], '')} {every_words(plan['interval_days'])}"
        row.addWidget(Text(words))
        row.addStretch()
        due = next((one for one in owed if one.plan_id == plan["id"]), None)
        if due is not None:
            row.addWidget(BadgeView(theme, due_badge(due, today)))
        row.addWidget(_acts(theme, words, "care_plan", plan["id"], ask, ends=True))
        yield holder


def _contact(theme: Theme, contact: Values, ask: Ask) -> QWidget:
    holder = QWidget()
    box = column(holder)
    name = " ".join(w for w in (contact["relation"], contact["name"]) if w)
    top = line(gap=4)
    top.addWidget(Text(name, wrap=True), 1)
    top.addWidget(_acts(theme, name, "contact", contact["id"], ask, ends=False))
    box.addLayout(top)
    masked = field_of(Contact, "phones").masked(contact["phones"])
    if masked:
        below = line(gap=4)
        phones = Text(masked, "muted", wrap=True)
        phones.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        below.addWidget(phones, 1)
        tip = tr("显示{name}的完整电话（会记入日志）", name=contact["name"])
        eye = Button(theme, "", "small", icon="eye", tip=tip)
        eye.setFixedSize(40, 34)
        eye.clicked.connect(partial(ask, "reveal", "contact", contact["id"]))
        eye.setObjectName(contact["id"].hex)
        phones.setObjectName(f"phones-{contact['id'].hex}")
        below.addWidget(eye)
        box.addLayout(below)
    return holder


def _tag(theme: Theme, tag: Values, ask: Ask) -> QWidget:
    holder = QWidget()
    row = line(holder, gap=4)
    name = codes.table("resident_tag").name(tag["tag"])
    words = column()
    words.addWidget(Text(name))
    since = tr("{day} 起", day=tag["since"].isoformat())
    words.addWidget(Text(since, "faint"))
    row.addLayout(words, 1)
    row.addWidget(_acts(theme, name, "resident_tag", tag["id"], ask, ends=True))
    return holder


def _health(file: ResidentFile) -> Iterator[QWidget]:
    for name, label in FACTS:
        words = field_of(Resident, name).format(file.person.values[name])
        if words:
            yield _fact(label, Text(words, wrap=True))


def _mate(theme: Theme, member: Member, ask: Ask) -> QWidget:
    age = "" if member.age is None else tr("{age} 岁", age=member.age)
    said = (member.name, member.relation, age, member.state)
    words = "  ".join(word for word in said if word)
    link = Button(theme, words, "small", icon="user-round")
    link.clicked.connect(partial(ask, "open", "resident", member.id))
    return link


def _stays(file: ResidentFile) -> Iterator[QWidget]:
    for stay in file.stays:
        if stay.until is None:
            yield _fact(tr("现在"), Text(stay.door))
        else:
            day = stay.until.astimezone().date().isoformat()
            yield _fact(
                tr("曾住"), Text(tr("{door}（至 {day}）", door=stay.door, day=day))
            )


def _fact(label: str, words: QLabel, *, middle: bool = False) -> QWidget:
    holder = QWidget()
    row = line(holder, gap=6)
    name = Text(label, "muted")
    name.setFixedWidth(38)
    beside = Qt.AlignmentFlag.AlignVCenter if middle else Qt.AlignmentFlag.AlignTop
    row.addWidget(name, 0, beside)
    row.addWidget(words, 1)
    return holder
