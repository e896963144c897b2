"""一户一档 on the page: who lives there, the dwelling, who came and who went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import Dwelling, Household
from gridapp.models.codes import table as code_table
from gridapp.models.record import Record, Values, field_of
from gridapp.store.residence import Change
from gridapp.ui.care.due_words import ICONS
from gridapp.ui.care.revealing import CALL, reveal
from gridapp.ui.menus import MenuButton
from gridapp.ui.session import Session
from gridapp.ui.tokens import ToneName, Width
from gridapp.ui.widgets.badge import Badge, BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, Lines, NoticeBar, column, line
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.text import Text
from gridapp.ui.widgets.timeline import Entry, Timeline
from gridapp.work.households import HouseholdFile, HouseMember

MOST_TAGS = 3
# Pixels of name, relation and age in a line of the members.
COLUMNS = {
    Width.WIDE: (124, 84, 76),
    Width.MID: (112, 72, 76),
    Width.NARROW: (112, 60, 76),
}
_CHANGES: dict[str, tuple[str, ToneName, str]] = {
    "came": (tr("住进来"), "green", "log-in"),
    "left": (tr("搬走"), "amber", "log-out"),
    "moved": (tr("迁出"), "amber", "log-out"),
    "away": (tr("外出"), "grey", "log-out"),
    "back": (tr("回来住"), "green", "log-in"),
    "died": (tr("去世"), "grey", "user-round"),
}


class HouseholdCard(Card):
    """The file of one household; `left` goes back to where one came from."""

    left = Signal()
    resident_asked = Signal(object)
    issue_asked = Signal(object)
    visit_asked = Signal(object, str)
    act_asked = Signal(str, object)  # what, and whom it is about (None: the household)
    household_asked = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__((1, 1, 1, 1), 0)
        self._session = session
        self._theme = theme = session.theme
        self._file: HouseholdFile | None = None
        self._width = Width.WIDE
        self._known: tuple[Change, ...] = ()  # who came and went
        self._back = Button(theme, tr("返回"), "quiet", icon="arrow-left")
        self._door = Text("", "title", shrinks=True)
        self._aside = Text("", "muted", shrinks=True)
        self._edit = Button(theme, tr("编辑户"), icon="pencil")
        self._move = Button(theme, tr("搬家"), icon="truck")
        self._more = MenuButton(theme, tr("更多"), icon="ellipsis")
        self._notice = NoticeBar(theme, "amber", "bell")
        self._members = Lines((18, 12, 12, 8), 4)
        self._changes = Timeline(theme, tr("户内变动"))
        self._changes_title = Text(tr("户内变动"), "section")
        self._right = QWidget()
        self._place()
        self._bind()

    def _place(self) -> None:
        head = self._head = line(margins=(10, 12, 14, 10), gap=10)
        head.addWidget(self._back)
        words = column(gap=4)
        words.addWidget(self._door)
        words.addWidget(self._aside)
        head.addLayout(words, 1)
        for button in (self._edit, self._move, self._more):
            head.addWidget(button)
        self.box.addLayout(head)
        notice = line(margins=(14, 0, 14, 10))
        notice.addWidget(self._notice)
        self.box.addLayout(notice)
        self.box.addWidget(Divider())
        scroll = Scrolled()
        scroll.setWidget(self._members)
        body = line(margins=(0, 0, 1, 1))
        body.addWidget(scroll, 3)
        self._divider = Divider(down=True)
        body.addWidget(self._divider)
        right = column(self._right, (16, 12, 8, 0), 6)
        right.addWidget(self._changes_title)
        right.addWidget(self._changes, 1)
        body.addWidget(self._right, 2)
        self._right.hide()
        self._divider.hide()
        self.box.addLayout(body, 1)

    def _bind(self) -> None:
        self._back.clicked.connect(self.left)
        self._edit.clicked.connect(partial(self.act_asked.emit, "edit_home", None))
        self._move.clicked.connect(partial(self.act_asked.emit, "move_home", None))
        self._more.picked.connect(self._on_more)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def household_id(self) -> UUID | None:
        """Return whose file is shown."""
        return self._file.id if self._file else None

    def head_id(self) -> UUID | None:
        """Return who heads the household that is shown."""
        heads = [one.id for one in self._file.here if one.head] if self._file else []
        return heads[0] if heads else None

    def focus_start(self) -> None:
        """Put the keyboard on the way back, from where Tab goes on to the members."""
        self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_file(self, file: HouseholdFile) -> None:
        """Show a household."""
        self._file = file
        living = tr("{count} 人在住", count=len(file.here))
        self._door.setText(f"{file.door}  {file.name}")
        self._aside.setText(tr("，").join(w for w in (living, *_facts(file)) if w))
        self._notice.say(_notice(file))
        self._more.set_choices(_more(file))
        self._move.setEnabled(bool(file.here))
        self._show_members(file)

    def show_changes(self, changes: Sequence[Change]) -> None:
        """Show who came into the household and who left it."""
        if tuple(changes) == self._known:
            return
        self._known = tuple(changes)
        self._changes.show_entries([_entry(one) for one in changes])
        self._show_right()
        if self._file is not None and self._width is not Width.WIDE:
            self._show_members(self._file)

    def _show_right(self) -> None:
        """Show the changes beside the members, or below them in a smaller window."""
        beside = bool(self._known) and self._width is Width.WIDE
        self._right.setVisible(beside)
        self._divider.setVisible(beside)

    def _show_members(self, file: HouseholdFile) -> None:
        parts: list[QWidget] = [_heading(tr("在住"))]
        parts += [self._member(one) for one in file.here]
        if not file.here:
            parts.append(Text(tr("没有人住在这里"), "muted"))
        if file.gone:
            parts.append(_heading(tr("已迁出、已故")))
            parts += [self._member(one) for one in file.gone]
        if file.issues:
            parts.append(_heading(tr("未办结的工单")))
            parts += [self._issue(row) for row in file.issues]
        parts.append(_heading(tr("房屋")))
        parts += [self._fact(fact) for fact in _dwelling(file)]
        if file.others:
            parts.append(_heading(tr("同一门牌的其他户")))
            parts += [
                self._other(key, number) for number, key in enumerate(file.others, 2)
            ]
        if file.values["note"]:
            parts.append(_heading(tr("备注")))
            parts.append(Text(file.values["note"], "note", wrap=True))
        if self._known and self._width is not Width.WIDE:
            parts.append(_heading(tr("户内变动")))
            entries = [_entry(one) for one in self._known]
            words = (f"{one.title}  {one.text}  {one.when}" for one in entries)
            parts += [Text(one, "note", wrap=True) for one in words]
        self._members.replace(parts)

    def _member(self, member: HouseMember) -> QWidget:
        holder = QWidget()
        row = line(holder, gap=8)
        open_file = Button(self._theme, member.name, "small", icon="user-round")
        said = (member.name, member.relation, member.aside, member.state)
        open_file.setAccessibleName(tr("，").join(word for word in said if word))
        open_file.clicked.connect(partial(self.resident_asked.emit, member.id))
        name, relation, aside = COLUMNS[self._width]
        open_file.setFixedWidth(name)
        row.addWidget(open_file)
        role = "muted" if member.here else "faint"
        for words, wide in ((member.relation, relation), (member.aside, aside)):
            text = Text(words, role)
            text.setFixedWidth(max(wide, text.sizeHint().width()))
            row.addWidget(text)
        for words in member.tag_words[:MOST_TAGS] if member.here else ():
            row.addWidget(BadgeView(self._theme, Badge(words, "purple", square=True)))
        if member.state:
            row.addWidget(
                BadgeView(self._theme, Badge(member.state, "grey", square=True))
            )
        row.addStretch()
        tip = tr("对{name}…", name=member.name)
        acts = MenuButton(self._theme, "", icon="ellipsis", tip=tip)
        acts.set_choices(_member_acts(member, alone=len(self._living()) < 2))
        acts.picked.connect(partial(self._on_member, member.id))
        row.addWidget(acts)
        return holder

    def _living(self) -> Sequence[HouseMember]:
        return self._file.here if self._file else ()

    def _on_member(self, member_id: UUID, act: str) -> None:
        if act in ("visit", "call"):
            self.visit_asked.emit(member_id, act)
        else:
            self.act_asked.emit(act, member_id)

    def _on_more(self, act: str) -> None:
        self.act_asked.emit(act, None)

    def _issue(self, row: dict[str, object]) -> QWidget:
        state = code_table("issue_state").name(str(row["state"]))
        words = tr("{title}（{state}）", title=row["title_text"], state=state)
        button = Button(self._theme, words, "small", icon=ICONS["issue"])
        button.clicked.connect(partial(self.issue_asked.emit, row["id"]))
        return _leftmost(button)

    def _other(self, household_id: UUID, number: int) -> QWidget:
        words = tr("第 {number} 户", number=number)
        button = Button(self._theme, words, "small", icon="house")
        button.clicked.connect(partial(self.household_asked.emit, household_id))
        return _leftmost(button)

    def _fact(self, fact: Fact) -> QWidget:
        holder = QWidget()
        row = line(holder, gap=8)
        name = Text(fact.label, "muted")
        name.setFixedWidth(76)
        row.addWidget(name, 0, Qt.AlignmentFlag.AlignVCenter)
        words = Text(fact.words, wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(words, 1)
        if fact.whole:
            tip = tr("显示完整的{label}（会记入日志）", label=fact.label)
            eye = Button(self._theme, "", "small", icon="eye", tip=tip)
            eye.setFixedSize(40, 34)
            eye.clicked.connect(partial(self._reveal, fact, words, eye))
            row.addWidget(eye)
        return holder

    def _reveal(self, fact: Fact, words: Text, eye: Button) -> None:
        """Show a private value once its showing stands in the journal."""
        file = self._file

        def shown(_: None) -> None:
            if self._file is file:
                words.setText(fact.whole)
                eye.hide()

        if fact.record_id is not None:
            work = partial(
                reveal,
                kind=fact.type,
                record_id=fact.record_id,
                label=fact.label,
                purpose=CALL,
            )
            self._session.write(work, shown)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        wide = width is Width.WIDE
        self._edit.setVisible(wide)
        self._back.setText(tr("返回") if wide else "")
        self._back.setToolTip(tr("返回"))
        self._back.setAccessibleName(tr("返回"))
        self._show_right()
        if self._file is not None:
            self._show_members(self._file)


def _heading(words: str) -> Text:
    heading = Text(words, "section")
    heading.setContentsMargins(0, 8, 0, 2)
    return heading


def _leftmost(button: Button) -> QWidget:
    holder = QWidget()
    row = line(holder)
    row.addWidget(button)
    row.addStretch()
    return holder


def _facts(file: HouseholdFile) -> list[str]:
    """Return what stands beside the door: its use, since when they live there."""
    tenure = field_of(Dwelling, "tenure").format(file.dwelling["tenure"])
    since = file.values["moved_in_on"]
    lived = tr("{day} 入住", day=since.isoformat()) if since else ""
    number = file.values["number"]
    return [tenure, lived, tr("户号 {number}", number=number) if number else ""]


def _notice(file: HouseholdFile) -> str:
    """Return what wants to be put right in this household."""
    gone = file.values["moved_out_on"]
    if gone is not None:
        return tr("这一户 {day} 起没有人住了，档案留着备查", day=gone.isoformat())
    if file.here and not any(one.head for one in file.here):
        return tr("还没有登记户主，可在“更多”里设置户主和关系")
    return ""


@dataclass(frozen=True)
class Fact:
    """One line of what is known; `whole` is a private value unmasked, or empty."""

    label: str
    words: str
    whole: str = ""
    type: str = ""
    record_id: UUID | None = None


def _dwelling(file: HouseholdFile) -> list[Fact]:
    """Return what is known of the dwelling and the household's telephone."""
    names = ("tenure", "area_m2", "owner_name", "owner_phones", "rent_use", "hazards")
    asked: list[tuple[type[Record], str, Values]] = [
        (Dwelling, name, file.dwelling) for name in names
    ]
    asked.append((Household, "phones", file.values))
    found: list[Fact] = []
    for model, name, row in asked:
        field = field_of(model, name)
        words = field.masked(row[name])
        whole = field.format(row[name]) if field.kind.private else ""
        if words:
            fact = Fact(field.label, words, whole, model.__tablename__, row["id"])
            found.append(fact)
    return found or [Fact(tr("情况"), tr("还没有登记房屋情况"))]


def _more(file: HouseholdFile) -> list[tuple[str, str]]:
    choices = [("relations", tr("户主和关系…"))] if file.here else []
    if len(file.here) > 1:
        choices.append(("split", tr("分户…")))
    choices += [
        ("new_member", tr("新增这户的居民…")),
        ("add_member", tr("把已有居民登记到这户…")),
        ("edit_dwelling", tr("编辑房屋…")),
        ("edit_home", tr("编辑户…")),
        ("print_home", tr("打印户档案…")),
    ]
    if not file.members:
        choices.append(("delete_home", tr("删除这户")))
    return choices


def _member_acts(member: HouseMember, *, alone: bool) -> list[tuple[str, str]]:
    if not member.here:
        if member.values["life_state"] == "deceased":
            return [("alive", tr("更正：并未去世…")), ("remove", tr("不登记在这户"))]
        return [("back", tr("迁回…")), ("remove", tr("不登记在这户"))]
    choices = [("visit", tr("记走访")), ("call", tr("记电话")), ("move", tr("搬家…"))]
    if not alone:
        choices.append(("split", tr("分户…")))
    return [
        *choices,
        ("leave", tr("迁出…")),
        ("died", tr("登记去世…")),
        ("remove", tr("不登记在这户")),
    ]


def _entry(change: Change) -> Entry:
    words, tone, icon = _CHANGES[change.kind]
    door = ""
    if change.door:
        came = change.kind == "came"
        door = (
            tr("从 {door} 搬来", door=change.door)
            if came
            else tr("搬到 {door}", door=change.door)
        )
    title = tr("{name} {words}", name=change.name, words=words)
    when = f"{change.at.astimezone():%Y-%m-%d}  {change.by}"
    return Entry(icon, tone, title, when, door)
