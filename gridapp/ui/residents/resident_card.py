"""One resident's file on the page: who, what is owed, whom to call, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from gridapp.language import tr
from gridapp.models import Contact, Resident
from gridapp.models.record import field_of
from gridapp.store.history import HistoryLine
from gridapp.ui.care.resident_facts import fact_parts
from gridapp.ui.care.resident_file import STATE_WORDS, ResidentFile, state_of
from gridapp.ui.care.revealing import CALL, PurposeEye, reveal
from gridapp.ui.care.visit_context import summary
from gridapp.ui.menus import MenuButton
from gridapp.ui.residents.resident_timeline import ResidentTimeline
from gridapp.ui.session import Session
from gridapp.ui.tokens import ToneName, Width
from gridapp.ui.widgets.badge import Avatar, Badge, BadgeView
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, Lines, NoticeBar, column, line
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.text import Text
from gridapp.work.due import Due

TAG_TONES: dict[str, ToneName] = {
    "alone": "purple",
    "empty_nest": "purple",
    "disabled_care": "purple",
    "half_disabled": "purple",
    "dementia": "purple",
    "pregnant": "purple",
}


class ResidentCard(Card):
    """The file of the resident that is chosen in the list."""

    visit_asked = Signal(object, str)
    resident_asked = Signal(object)
    household_asked = Signal(object)
    history_asked = Signal(object)
    act_asked = Signal(str, object)  # edit, move, leave, died, merge…; whom
    # add, edit, end or delete; record type of a plan, a tag or a contact; which one
    part_asked = Signal(str, str, object)
    event_opened = Signal(object)
    event_deleted = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__((1, 1, 1, 1), 0)
        self._session = session
        self._theme = session.theme
        self._file: ResidentFile | None = None
        self._width = Width.WIDE
        theme = session.theme
        self._avatar = Avatar(theme)
        self._name = Text("", "title")
        self._aside = Text("", "muted", shrinks=True)
        self._tags = line(gap=6)
        self._where = Text("", "muted", shrinks=True)
        self._reveal_phone = _eye(session, tr("显示完整电话(会记入日志)"))
        self._home = Button(theme, tr("户档案"), "small", icon="house")
        self.more = MenuButton(theme, tr("更多"), icon="ellipsis", tip=tr("更多操作"))
        self._call = Button(theme, tr("记电话 F3"), icon="phone")
        self._visit = Button(theme, tr("记走访 F2"), "primary", icon="footprints")
        self._reminder = NoticeBar(theme, "amber", "bell")
        self._tabs = ChipRow(
            theme, tr("显示"), (("events", tr("时间线")), ("facts", tr("档案")))
        )
        self._facts = Lines((0, 0, 8, 8), 8)
        self._facts_scroll = Scrolled()
        self._divider = Divider(down=True)
        self.timeline = ResidentTimeline(theme)
        self._empty = Text(tr("在左边选一位居民，或按 Ctrl+K 查找。"), "muted")
        self._inside = QWidget()
        self._place()
        self._bind()
        self.set_width(Width.WIDE)

    def _place(self) -> None:
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.box.addWidget(self._empty, 1)
        self.box.addWidget(self._inside, 1)
        self._inside.hide()
        box = column(self._inside)
        self._head = line(margins=(18, 12, 14, 8), gap=12)
        self._head.addWidget(self._avatar)
        words = column(gap=2)
        first = line(gap=8)
        for part in (self._name, self._aside):
            first.addWidget(part)
        first.addLayout(self._tags)
        first.addStretch()
        for button in (self._call, self._visit, self.more):
            first.addWidget(button)
        second = line(gap=6)
        second.addWidget(self._where)
        second.addWidget(self._reveal_phone)
        second.addWidget(self._home)
        second.addStretch()
        words.addLayout(first)
        words.addLayout(second)
        self._head.addLayout(words, 1)
        box.addLayout(self._head)
        notice = line(margins=(14, 0, 14, 12))
        notice.addWidget(self._reminder)
        box.addLayout(notice)
        box.addWidget(Divider())
        body = line(margins=(18, 12, 8, 1), gap=16)
        self._facts_scroll.setWidget(self._facts)
        tabs = line(margins=(12, 8, 12, 0))
        tabs.addWidget(self._tabs)
        tabs.addStretch()
        box.addLayout(tabs)
        body.addWidget(self._facts_scroll)
        body.addWidget(self._divider)
        body.addWidget(self.timeline, 1)
        box.addLayout(body, 1)

    def _bind(self) -> None:
        self._visit.clicked.connect(partial(self._ask_visit, "visit"))
        self._call.clicked.connect(partial(self._ask_visit, "call"))
        self._reveal_phone.clicked.connect(lambda: self._reveal("phones"))
        self._home.clicked.connect(self._ask_household)
        self.more.picked.connect(self._ask_act)
        self.timeline.changes_asked.connect(self._ask_history)
        self.timeline.open_asked.connect(self.event_opened)
        self.timeline.delete_asked.connect(self.event_deleted)
        self._tabs.picked.connect(self._show_tab)

    def show_file(self, file: ResidentFile | None, owed: Sequence[Due]) -> None:
        """Show a file and what is owed to its person; None shows how to begin."""
        self._file = file
        self._inside.setVisible(file is not None)
        self._empty.setVisible(file is None)
        if file is None:
            return
        person = file.person
        self._avatar.show_name(person.name)
        self._name.setText(person.name)
        self._aside.setText(person.aside)
        self._show_tags(file)
        self._where.setText(_where(file, file.person.values["phones"], masked=True))
        self._reveal_phone.setVisible(bool(file.person.values["phones"]))
        self._home.setVisible(person.values["household_id"] is not None)
        self._reminder.say(_reminder(file))
        state = state_of(person.values)
        self.more.set_choices(_acts(state))
        for button in (self._call, self._visit):
            button.setEnabled(state != "deceased")
        eye = PurposeEye(self._theme, tr("显示完整证件号(选用途，会记入日志)"))
        number = Text()
        eye.picked.connect(partial(self._reveal, "id_number", number))
        parts = fact_parts(self._theme, file, owed, number, eye, self._ask_part)
        self._facts.replace(parts)
        self.timeline.show_events(file.events)

    def _ask_part(self, act: str, kind: str, record_id: UUID | None) -> None:
        if act == "open":
            self.resident_asked.emit(record_id)
        elif act == "reveal" and record_id is not None:
            self._reveal_contact(record_id)
        elif act == "fill":
            self._ask_act("edit")
        else:
            self.part_asked.emit(act, kind, record_id)

    def show_changes(self) -> None:
        """Choose 修改记录."""
        self.timeline.show_changes()

    def show_history(self, lines: Sequence[HistoryLine]) -> None:
        """Show what was changed in the file, newest first."""
        self.timeline.show_history(lines)

    def _show_tags(self, file: ResidentFile) -> None:
        while (item := self._tags.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        gone = STATE_WORDS.get(state_of(file.person.values))
        if gone:
            badge = Badge(gone, "grey", square=True)
            self._tags.addWidget(BadgeView(self._theme, badge))
        words = zip(file.person.tags, file.person.tag_words, strict=True)
        most = {Width.WIDE: 3, Width.MID: 1, Width.NARROW: 1}[self._width] - bool(gone)
        for code, name in list(words)[:most]:
            badge = Badge(name, TAG_TONES.get(code, "blue"), square=True)
            self._tags.addWidget(BadgeView(self._theme, badge))

    def _ask_history(self) -> None:
        if self._file is not None:
            self.history_asked.emit(self._file.person.id)

    def _ask_household(self) -> None:
        if self._file is not None:
            self.household_asked.emit(self._file.person.values["household_id"])

    def _ask_act(self, act: str) -> None:
        if self._file is not None:
            self.act_asked.emit(act, self._file.person.id)

    def _show_tab(self, key: str) -> None:
        narrow = self._width is Width.NARROW
        self._facts_scroll.setVisible(not narrow or key == "facts")
        self.timeline.setVisible(not narrow or key == "events")

    def _ask_visit(self, way: str) -> None:
        if self._file is not None:
            self.visit_asked.emit(self._file.person.id, way)

    def _reveal(
        self, name: str, words: QLabel | None = None, purpose: str = CALL
    ) -> None:
        """Show a private value once its showing stands in the journal."""
        file = self._file
        if file is None:
            return
        label = field_of(Resident, name).label

        def shown(_: None) -> None:
            if self._file is not file:
                return  # somebody else was chosen meanwhile
            if words is None:
                self._where.setText(
                    _where(file, file.person.values[name], masked=False)
                )
                self._reveal_phone.hide()
            else:
                words.setText(field_of(Resident, name).format(file.person.values[name]))

        work = partial(
            reveal,
            kind="resident",
            record_id=file.person.id,
            label=label,
            purpose=purpose,
        )
        self._session.write(work, shown)

    def _reveal_contact(self, contact_id: UUID) -> None:
        """Show a contact's telephone once its showing stands in the journal."""
        file = self._file
        if file is None:
            return
        field = field_of(Contact, "phones")

        def shown(_: None) -> None:
            words = self._facts.findChild(QLabel, f"phones-{contact_id.hex}")
            eye = self._facts.findChild(Button, contact_id.hex)
            mine = [one for one in file.person.contacts if one["id"] == contact_id]
            if self._file is file and mine and words is not None and eye is not None:
                words.setText(field.format(mine[0]["phones"]))
                eye.hide()

        work = partial(
            reveal,
            kind="contact",
            record_id=contact_id,
            label=field.label,
            purpose=CALL,
        )
        self._session.write(work, shown)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        wide, narrow = width is Width.WIDE, width is Width.NARROW
        self.more.setText("" if narrow else tr("更多"))
        self._call.setText(tr("记电话 F3") if wide else tr("记电话"))
        self._visit.setText(tr("记走访 F2") if wide else tr("记走访"))
        self._head.setContentsMargins(*((12, 6, 8, 4) if narrow else (18, 12, 14, 8)))
        self._avatar.setVisible(wide)
        self._tabs.setVisible(narrow)
        self._divider.setVisible(not narrow)
        self.timeline.set_width(width)
        if narrow:
            self._facts_scroll.setMinimumWidth(0)
            self._facts_scroll.setMaximumWidth(16_777_215)
        else:
            self._facts_scroll.setFixedWidth(266 if wide else 258)
        self._show_tab(self._tabs.chosen())
        if self._file is not None:
            self._show_tags(self._file)


def _eye(session: Session, tip: str) -> Button:
    eye = Button(session.theme, "", "small", icon="eye", tip=tip)
    eye.setFixedSize(40, 34)
    return eye


def _where(file: ResidentFile, phones: tuple[str, ...] | None, *, masked: bool) -> str:
    field = field_of(Resident, "phones")
    words = field.masked(phones) if masked else field.format(phones)
    return "   ".join(word for word in (file.person.address, words) if word)


def _reminder(file: ResidentFile) -> str:
    """Return what must be seen before anything else of the file."""
    values, state = file.person.values, state_of(file.person.values)
    if state == "deceased":
        day = values["died_on"]
        on = day.isoformat() if day else tr("日期没有登记")
        return tr("已去世（{day}），不再安排走访，档案和记录都留着", day=on)
    if state == "moved":
        day = values["moved_on"]
        on = day.isoformat() if day else tr("日期没有登记")
        to = tr("，去{to}", to=values["moved_to"]) if values["moved_to"] else ""
        return tr("已迁出（{day}{to}），不再安排走访，档案和记录都留着", day=on, to=to)
    last = file.last_visit
    if last is None:
        return ""
    day = last["started_at"].astimezone().strftime("%m-%d")
    words = last["remind"] or summary(last)
    return tr("上次 {day}：{words}", day=day, words=words)


def _acts(state: str) -> list[tuple[str, str]]:
    """Return what may be done with a file, by what has become of its person."""
    choices = [("edit", tr("编辑档案…"))]
    if state == "deceased":
        choices.append(("alive", tr("更正：并未去世…")))
    elif state == "moved":
        choices += [
            ("back", tr("迁回…")),
            ("move", tr("搬到本网格的门牌…")),
            ("died", tr("登记去世…")),
        ]
    else:
        choices += [
            ("move", tr("搬家…")),
            ("leave", tr("迁出…")),
            ("died", tr("登记去世…")),
        ]
    return [
        *choices,
        ("print", tr("打印档案…")),
        ("merge", tr("合并重复档案…")),
        ("delete", tr("删除档案")),
    ]
