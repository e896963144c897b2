"""The facts of a dispute in its file: who, what about, what was agreed, what is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import Dispute, DisputeItem, DisputeParty
from gridapp.models.record import Record, Values, field_of
from gridapp.ui.disputes.party_dialog import sides
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.badge import Badge, BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.text import Text
from gridapp.work.dispute_cases import CaseFile

ABOUT = (
    "dispute_kind",
    "mediation_kind",
    "case_source",
    "happened_on",
    "applied_on",
    "accepted_on",
    "registered_by",
    "people_count",
    "units",
    "responsible",
    "organisation",
    "resolution_way",
)
AGREEMENT = (
    "agreement_form",
    "agreement_number",
    "effective_on",
    "perform_way",
    "perform_by",
    "copies",
    "judicial_confirmed_on",
    "follow_up_on",
)
AFTER = (
    "followed_up_on",
    "followed_up_by",
    "follow_up_way",
    "performed",
    "satisfaction",
    "lawsuit",
    "risks",
    "measures",
)
FILED = ("number", "filed_by", "filed_on", "kept_for", "file_note", "file_account")
SIDE_TONES = {"applicant": "blue", "respondent": "purple", "other": "grey"}


@dataclass(frozen=True)
class Doings:
    """What the buttons among the facts do."""

    add: Callable[[], None]
    edit: Callable[[Values], None]
    drop: Callable[[Values], None]
    open: Callable[[Values], None]
    reveal: Callable[[Values, Text], None]
    change: Callable[[], None]
    file: Callable[[], None]
    add_paper: Callable[[], None]
    change_part: Callable[[UUID], None]
    drop_part: Callable[[type[Record], UUID, str], None]


def fact_parts(theme: Theme, case: CaseFile, doings: Doings) -> list[QWidget]:
    """Return the lines of the facts column; private values are masked."""
    add = _icon(theme, "plus", tr("加当事人"))
    add.clicked.connect(doings.add)
    parts: list[QWidget] = [_headed(tr("当事人"), add)]
    parts += [_party(theme, case, one, doings) for one in case.parties]
    parts += _outcome(case.dispute)
    edit = _icon(theme, "pencil", tr("修改登记内容"))
    edit.clicked.connect(doings.change)
    parts.append(_headed(tr("案情"), edit))
    parts.append(Text(case.dispute["summary"], "note", wrap=True))
    parts += _facts(case.dispute, ("requests", *ABOUT))
    more = _icon(theme, "plus", tr("加卷内材料"))
    more.clicked.connect(doings.add_paper)
    parts.append(_headed(tr("卷内材料"), more))
    parts += [_material(theme, one, doings) for one in case.items]
    if not case.items:
        parts.append(Text(tr("身份证明、证据、收条等，有就加上"), "faint", wrap=True))
    bind = _icon(theme, "pencil", tr("立卷"))
    bind.clicked.connect(doings.file)
    parts.append(_headed(tr("立卷"), bind))
    return parts + _facts(case.dispute, FILED)


def _material(theme: Theme, item: Values, doings: Doings) -> QWidget:
    row = QWidget()
    across = line(row, gap=2)
    kind = field_of(DisputeItem, "kind").format(item["kind"])
    said = tr("{name}  {copies} 份", name=item["name"], copies=item["copies"])
    words = column(gap=0)
    words.addWidget(Text(said, "note", wrap=True))
    words.addWidget(Text(kind, "faint"))
    across.addLayout(words, 1)
    name = item["name"]
    change = _icon(theme, "pencil", tr("改{name}的资料", name=name))
    change.clicked.connect(partial(doings.change_part, item["id"]))
    drop = _icon(theme, "x", tr("移出{name}", name=name))
    drop.clicked.connect(partial(doings.drop_part, DisputeItem, item["id"], name))
    across.addWidget(change)
    across.addWidget(drop)
    return row


def _outcome(dispute: Values) -> list[QWidget]:
    """What came of it so far."""
    agreed = _facts(dispute, AGREEMENT) if dispute["effective_on"] else []
    visited = _facts(dispute, AFTER) if dispute["followed_up_on"] else []
    outcome = dispute["outcome"]
    if outcome == dispute["agreement_text"]:
        outcome = None
    parts: list[QWidget] = []
    for title, words, more in (
        (tr("协议"), dispute["agreement_text"], agreed),
        (tr("回访情况"), dispute["follow_up_note"], visited),
        (tr("已告知的其他途径"), dispute["other_ways_told"], []),
        (tr("化解情况"), outcome, []),
        (tr("上报和激化风险"), dispute["risk_note"], []),
    ):
        if words or more:
            parts.append(_headed(title))
        if words:
            parts.append(Text(words, "note", wrap=True))
        parts += more
    return parts


def _party(theme: Theme, case: CaseFile, party: Values, doings: Doings) -> QWidget:
    row = QWidget()
    box = column(row, (0, 2, 0, 4), 2)
    first = line(gap=6)
    tone = SIDE_TONES[party["side"]]
    side = Badge(dict(sides())[party["side"]], tone, square=True, height=24)  # pyright: ignore[reportArgumentType]
    first.addWidget(BadgeView(theme, side))
    first.addWidget(Text(party["name"], "strong"))
    first.addWidget(Text(_person(party), "muted"))
    first.addStretch()
    deputy = _deputy(party)
    second = line(gap=2)
    second.addWidget(_contact(theme, party, doings), 1)
    for icon, words, act in (
        ("contact-round", tr("看{name}的档案", name=party["name"]), doings.open),
        ("pencil", tr("改{name}的资料", name=party["name"]), doings.edit),
        ("x", tr("移出{name}", name=party["name"]), doings.drop),
    ):
        if act is doings.open and party["resident_id"] is None:
            continue
        button = _icon(theme, icon, words)
        button.clicked.connect(partial(act, party))
        first.addWidget(button)
    box.addLayout(first)
    box.addLayout(second)
    if deputy:
        box.addWidget(Text(deputy, "muted", wrap=True))
    return row


def _contact(theme: Theme, party: Values, doings: Doings) -> QWidget:
    """The telephone and address, masked, with the button that reveals them."""
    holder = QWidget()
    across = line(holder, gap=4)
    words = Text(contact_words(party), "muted", wrap=True)
    across.addWidget(words, 1)
    if party["phones"] or party["address"] or party["document_number"]:
        told = tr("显示{name}的电话、住址和证件（会记入日志）", name=party["name"])
        eye = _icon(theme, "eye", told)
        eye.clicked.connect(partial(doings.reveal, party, words))
        across.addWidget(eye, 0, Qt.AlignmentFlag.AlignTop)
    else:
        words.setText(tr("还没有电话和住址"))
    return holder


def contact_words(party: Values, *, masked: bool = True) -> str:
    """Return telephone, address and document of a party, their middle hidden."""
    words: list[str] = []
    for name in ("phones", "address", "document_number"):
        field = field_of(DisputeParty, name)
        words.append(field.masked(party[name]) if masked else field.format(party[name]))
    return "  ".join(filter(None, words))


def _person(party: Values) -> str:
    parts: list[str] = []
    if party["sex"]:
        parts.append(field_of(DisputeParty, "sex").format(party["sex"])[:1])
    if party["age"] is not None:
        parts.append(tr("{age} 岁", age=party["age"]))
    return "  ".join(parts)


def _deputy(party: Values) -> str:
    """Who acts for a party, and how to reach them."""
    if not party["deputy"]:
        return ""
    phones = field_of(DisputeParty, "deputy_phones").masked(party["deputy_phones"])
    named = tr("代理人 {name}", name=party["deputy"])
    return "  ".join(filter(None, (named, party["deputy_relation"], phones)))


def _facts(values: Values, names: Sequence[str]) -> list[QWidget]:
    found: list[QWidget] = []
    for name in names:
        field = field_of(Dispute, name)
        words = field.masked(values[name])
        if words:
            found.append(_fact(field.label, words))
    return found


def _fact(label: str, words: str) -> QWidget:
    row = QWidget()
    across = line(row, gap=8)
    name = Text(label, "muted")
    name.setFixedWidth(100)
    across.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
    across.addWidget(Text(words, "note", wrap=True), 1)
    return row


def _headed(title: str, button: Button | None = None) -> QWidget:
    row = QWidget()
    across = line(row, (0, 8, 0, 0), 6)
    across.addWidget(Text(title, "section"))
    across.addStretch()
    if button is not None:
        across.addWidget(button)
    return row


def _icon(theme: Theme, icon: str, words: str) -> Button:
    button = Button(theme, "", "small", icon=icon, tip=words)
    button.setFixedSize(36, 34)
    return button
