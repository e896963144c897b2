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
from gridapp.ui.care.due_words import due_badge
from gridapp.ui.care.resident_file import ResidentFile, state_of
from gridapp.ui.menus import MenuButton
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.badge import BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.due import Due
from gridapp.work.people import Member
from gridapp.work.readiness import Ready
from gridapp.work.ways import every_words

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
# By record type: its heading, what + and the pencil do, and whether one can end.
HEADS = {
    "care_plan": (
        tr("关爱计划"),
        tr("新增或调整关爱计划"),
        tr("修改或结束关爱计划"),
        True,
    ),
    "contact": (
        tr("紧急联系人"),
        tr("新增紧急联系人"),
        tr("修改紧急联系人"),
        False,
    ),
    "resident_tag": (
        tr("人员标签"),
        tr("新增人员标签"),
        tr("修改或结束人员标签"),
        True,
    ),
}
# What is asked of the page: add, edit, end, delete, reveal, or fill what is lacking;
# a record type; which one.
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
    plans = [(one["id"], plan_words(one)) for one in file.stop.plans]
    parts: list[QWidget] = [_headed(theme, "care_plan", plans, ask)]
    parts += _plans(theme, file, owed)
    people = [(one["id"], _contact_name(one)) for one in file.person.contacts]
    parts.append(_headed(theme, "contact", people, ask))
    parts += [_contact(theme, one, ask) for one in file.person.contacts]
    table = codes.table("resident_tag")
    tags = [(one["id"], table.name(one["tag"])) for one in file.tags]
    parts.append(_headed(theme, "resident_tag", tags, ask))
    if tags:
        words = tr("、").join(name for _, name in tags)
        parts.append(Text(words, "note", wrap=True))
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
    if file.ready is not None and not state_of(file.person.values):
        parts += _readiness(theme, file.ready, ask)
    return parts


def times_words(interval_days: int) -> str:
    """Return 每周 1 次."""
    return tr("{every} 1 次", every=every_words(interval_days))


def _heading(words: str) -> Text:
    heading = Text(words, "section")
    heading.setContentsMargins(0, 8, 0, 0)
    return heading


def _headed(
    theme: Theme, kind: str, have: Sequence[tuple[UUID, str]], ask: Ask
) -> QWidget:
    """Return a heading with what may be done with the records below it."""
    words, add_words, change_words, ends = HEADS[kind]
    holder = QWidget()
    row = line(holder)
    row.addWidget(Text(words, "section"))
    row.addStretch()
    if have:
        row.addWidget(_changes(theme, change_words, kind, have, ask, ends=ends))
    add = Button(theme, "", "small", icon="plus", tip=add_words)
    add.setFixedSize(40, 34)
    add.clicked.connect(partial(ask, "add", kind, None))
    row.addWidget(add)
    return holder


def _changes(
    theme: Theme,
    tip: str,
    kind: str,
    have: Sequence[tuple[UUID, str]],
    ask: Ask,
    *,
    ends: bool,
) -> MenuButton:
    """Return the button of what may be done with each plan, tag or contact."""
    button = MenuButton(theme, "", icon="pencil", tip=tip)
    choices: list[tuple[str, str]] = []
    for number, (key, name) in enumerate(have):
        if number:
            choices.append(("", ""))
        choices.append((f"edit {key}", tr("修改 {name}…", name=name)))
        if ends:
            choices.append((f"end {key}", tr("结束 {name}…", name=name)))
        choices.append((f"delete {key}", tr("删除 {name}", name=name)))
    button.set_choices(choices)

    def asked(key: str) -> None:
        act, _, record_id = key.partition(" ")
        ask(act, kind, UUID(record_id))

    button.picked.connect(asked)
    return button


def plan_words(plan: Values) -> str:
    """Return 入户 每周 1 次."""
    way = WAY_WORDS.get(plan["way"], "")
    return f"{way} {times_words(plan['interval_days'])}"


def _plans(theme: Theme, file: ResidentFile, owed: Sequence[Due]) -> Iterator[QWidget]:
    if not file.stop.plans:
        yield Text(tr("没有定期走访计划"), "muted")
    today = dt.date.today()
    for plan in file.stop.plans:
        holder = QWidget()
        row = line(holder, gap=6)
        icon = "phone" if plan["way"] in CALLS else "footprints"
        row.addWidget(Glyph(theme, icon, "text2"))
        words = Text(plan_words(plan), wrap=True)
        row.addWidget(words, 1, Qt.AlignmentFlag.AlignVCenter)
        due = next((one for one in owed if one.plan_id == plan["id"]), None)
        if due is not None:
            row.addWidget(BadgeView(theme, due_badge(due, today)))
        yield holder


def _contact_name(contact: Values) -> str:
    return " ".join(word for word in (contact["relation"], contact["name"]) if word)


def _contact(theme: Theme, contact: Values, ask: Ask) -> QWidget:
    holder = QWidget()
    row = line(holder, gap=4)
    name = Text(_contact_name(contact), wrap=True)
    row.addWidget(name, 1, Qt.AlignmentFlag.AlignVCenter)
    masked = field_of(Contact, "phones").masked(contact["phones"])
    if masked:
        phones = Text(masked, "muted")
        phones.setObjectName(f"phones-{contact['id'].hex}")
        row.addWidget(phones)
        tip = tr("显示{name}的完整电话（会记入日志）", name=contact["name"])
        eye = Button(theme, "", "small", icon="eye", tip=tip)
        eye.setFixedSize(40, 34)
        eye.setObjectName(contact["id"].hex)
        eye.clicked.connect(partial(ask, "reveal", "contact", contact["id"]))
        row.addWidget(eye)
    return holder


def _health(file: ResidentFile) -> Iterator[QWidget]:
    for name, label in FACTS:
        words = field_of(Resident, name).format(file.person.values[name])
        if words:
            yield _fact(label, Text(words, wrap=True))


def _mate(theme: Theme, member: Member, ask: Ask) -> QWidget:
    age = "" if member.age is None else tr("{age} 岁", age=member.age)
    said = [word for word in (member.relation, age, member.state) if word]
    holder = QWidget()
    row = line(holder, gap=4)
    link = Button(theme, member.name, "small", icon="user-round")
    link.setAccessibleName(tr("，").join((member.name, *said)))
    link.clicked.connect(partial(ask, "open", "resident", member.id))
    row.addWidget(link)
    words = Text("  ".join(said), "muted", wrap=True)
    row.addWidget(words, 1, Qt.AlignmentFlag.AlignVCenter)
    return holder


def _stays(file: ResidentFile) -> Iterator[QWidget]:
    for stay in file.stays:
        if stay.until is None:
            yield _fact(tr("现在"), Text(stay.door))
        else:
            day = stay.until.astimezone().date().isoformat()
            yield _fact(
                tr("曾住"), Text(tr("{door}（至 {day}）", door=stay.door, day=day))
            )


def _readiness(theme: Theme, ready: Ready, ask: Ask) -> Iterator[QWidget]:
    """What GB/T 31000 still asks of the file, and the way to write it down."""
    holder = QWidget()
    row = line(holder)
    figures = tr("国标资料 {done}/{wanted}", done=ready.done, wanted=ready.wanted)
    row.addWidget(Text(figures, "section"))
    row.addStretch()
    if not ready.whole:
        tip = tr("编辑档案，补上缺的资料")
        fill = Button(theme, "", "small", icon="pencil", tip=tip)
        fill.setFixedSize(40, 34)
        fill.clicked.connect(partial(ask, "fill", "resident", None))
        row.addWidget(fill)
    yield holder
    yield Text(ready.words, "note", wrap=True)


def _fact(label: str, words: QLabel, *, middle: bool = False) -> QWidget:
    holder = QWidget()
    row = line(holder, gap=6)
    name = Text(label, "muted")
    name.setFixedWidth(38)
    beside = Qt.AlignmentFlag.AlignVCenter if middle else Qt.AlignmentFlag.AlignTop
    row.addWidget(name, 0, beside)
    row.addWidget(words, 1)
    return holder
