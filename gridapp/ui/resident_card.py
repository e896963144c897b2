"""One resident's file on the page: who, what is owed, whom to call, what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.models.record import field_of
from gridapp.store import state
from gridapp.store.history import HistoryLine
from gridapp.store.vault import Writing
from gridapp.ui.resident_events import change_entries, event_entries
from gridapp.ui.resident_facts import AddButton, MemberLink, fact_parts
from gridapp.ui.resident_file import ResidentFile
from gridapp.ui.session import Session
from gridapp.ui.tokens import ToneName, Width
from gridapp.ui.visit_context import summary
from gridapp.ui.widgets.badge import Avatar, Badge, BadgeView
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, Lines, NoticeBar, column, line
from gridapp.ui.widgets.text import Text
from gridapp.ui.widgets.timeline import Timeline
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
    edit_asked = Signal(object)
    resident_asked = Signal(object)
    history_asked = Signal(object)
    part_asked = Signal(str)  # record type of a plan, a tag or a contact to add

    def __init__(self, session: Session) -> None:
        super().__init__((1, 1, 1, 1), 0)
        self._session = session
        self._theme = session.theme
        self._file: ResidentFile | None = None
        self._width = Width.WIDE
        theme = session.theme
        self._avatar = Avatar(theme)
        self._name = Text("", "title")
        self._aside = Text("", "muted")
        self._tags = line(gap=6)
        self._where = Text("", "muted")
        self._reveal_phone = _eye(session, tr("显示完整电话(会记入日志)"))
        self._edit = Button(theme, tr("编辑"), icon="pencil")
        self._call = Button(theme, tr("记电话 F3"), icon="phone")
        self._visit = Button(theme, tr("记走访 F2"), "primary", icon="footprints")
        self._reminder = NoticeBar(theme, "amber", "bell")
        self._tabs = ChipRow(
            theme, tr("显示"), (("events", tr("时间线")), ("facts", tr("档案")))
        )
        self._facts = Lines((0, 0, 8, 8), 8)
        self._facts_scroll = QScrollArea()
        self._divider = Divider(down=True)
        self._events_title = Text(tr("走访时间线"), "section")
        self._chips = ChipRow(theme, tr("时间线"), (("all", tr("全部")),), gap=6)
        self._timeline = Timeline(theme, tr("时间线"))
        self._right = QWidget()
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
        self._head = line(margins=(18, 14, 14, 12), gap=12)
        self._head.addWidget(self._avatar)
        words = column(gap=4)
        first = line(gap=8)
        for part in (self._name, self._aside):
            first.addWidget(part)
        first.addLayout(self._tags)
        first.addStretch()
        second = line(gap=6)
        second.addWidget(self._where)
        second.addWidget(self._reveal_phone)
        second.addStretch()
        words.addLayout(first)
        words.addLayout(second)
        self._head.addLayout(words, 1)
        for button in (self._edit, self._call, self._visit):
            self._head.addWidget(button)
        box.addLayout(self._head)
        notice = line(margins=(14, 0, 14, 12))
        notice.addWidget(self._reminder)
        box.addLayout(notice)
        box.addWidget(Divider())
        body = line(margins=(18, 12, 8, 1), gap=16)
        self._facts_scroll.setWidgetResizable(True)
        self._facts_scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._facts_scroll.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self._facts_scroll.setWidget(self._facts)
        right = column(self._right, gap=6)
        top = line(gap=8)
        top.addWidget(self._events_title)
        top.addStretch()
        top.addWidget(self._chips)
        right.addLayout(top)
        right.addWidget(self._timeline, 1)
        tabs = line(margins=(12, 8, 12, 0))
        tabs.addWidget(self._tabs)
        tabs.addStretch()
        box.addLayout(tabs)
        body.addWidget(self._facts_scroll)
        body.addWidget(self._divider)
        body.addWidget(self._right, 1)
        box.addLayout(body, 1)

    def _bind(self) -> None:
        self._visit.clicked.connect(partial(self._ask_visit, "visit"))
        self._call.clicked.connect(partial(self._ask_visit, "call"))
        self._edit.clicked.connect(self._ask_edit)
        self._reveal_phone.clicked.connect(partial(self._reveal, "phones"))
        self._chips.picked.connect(self._show_events)
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
        last = file.last_visit
        reminder = ""
        if last is not None:
            day = last["started_at"].astimezone().strftime("%m-%d")
            words = last["remind"] or summary(last)
            reminder = tr("上次 {day}：{words}", day=day, words=words)
        self._reminder.say(reminder)
        eye = _eye(self._session, tr("显示完整证件号(会记入日志)"))
        number = Text()
        eye.clicked.connect(partial(self._reveal, "id_number", number))
        parts = fact_parts(self._theme, file, owed, number, eye)
        for part in parts:
            self._listen(part)
        self._facts.replace(parts)
        self._show_chips(file)
        self._show_events(self._chips.chosen())

    def _listen(self, part: QWidget) -> None:
        for button in (part, *part.findChildren(QWidget)):
            if isinstance(button, MemberLink):
                asked = partial(self.resident_asked.emit, button.member_id)
                button.clicked.connect(asked)
            elif isinstance(button, AddButton):
                button.clicked.connect(partial(self.part_asked.emit, button.kind))

    def show_changes(self) -> None:
        """Choose 修改记录."""
        self._chips.choose("changes")
        self._show_events("changes")

    def show_history(self, lines: Sequence[HistoryLine]) -> None:
        """Show what was changed in the file, newest first."""
        if self._chips.chosen() == "changes":
            self._timeline.show_entries(change_entries(lines))

    def _show_tags(self, file: ResidentFile) -> None:
        while (item := self._tags.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        words = zip(file.person.tags, file.person.tag_words, strict=True)
        most = {Width.WIDE: 4, Width.MID: 2, Width.NARROW: 1}[self._width]
        for code, name in list(words)[:most]:
            badge = Badge(name, TAG_TONES.get(code, "blue"), square=True)
            self._tags.addWidget(BadgeView(self._theme, badge))

    def _show_chips(self, file: ResidentFile) -> None:
        kinds = Counter(event.kind for event in file.events)
        names = {
            "visit": tr("走访"),
            "call": tr("电话"),
            "issue": tr("工单"),
            "dispute": tr("纠纷"),
        }
        choices = [("all", tr("全部 {count}", count=len(file.events)))]
        choices += [
            (k, f"{words} {kinds[k]}") for k, words in names.items() if kinds[k]
        ]
        self._chips.set_choices([*choices, ("changes", tr("修改记录"))])

    def _show_events(self, key: str) -> None:
        if self._file is None:
            return
        if key == "changes":
            self.history_asked.emit(self._file.person.id)
        else:
            self._timeline.show_entries(event_entries(self._file.events, key))

    def _show_tab(self, key: str) -> None:
        narrow = self._width is Width.NARROW
        self._facts_scroll.setVisible(not narrow or key == "facts")
        self._right.setVisible(not narrow or key == "events")

    def _ask_visit(self, way: str) -> None:
        if self._file is not None:
            self.visit_asked.emit(self._file.person.id, way)

    def _ask_edit(self) -> None:
        if self._file is not None:
            self.edit_asked.emit(self._file.person.id)

    def _reveal(self, name: str, words: QLabel | None = None) -> None:
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

        work = partial(_disclose, resident_id=file.person.id, label=label)
        self._session.write(work, shown)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        wide, narrow = width is Width.WIDE, width is Width.NARROW
        self._edit.setVisible(not narrow)
        self._call.setText(tr("记电话 F3") if wide else tr("记电话"))
        self._visit.setText(tr("记走访 F2") if wide else tr("记走访"))
        self._head.setContentsMargins(*((12, 8, 8, 6) if narrow else (18, 14, 14, 12)))
        self._avatar.setVisible(not narrow)
        self._tabs.setVisible(narrow)
        self._divider.setVisible(not narrow)
        self._events_title.setVisible(wide)
        if narrow:
            self._facts_scroll.setMinimumWidth(0)
            self._facts_scroll.setMaximumWidth(16_777_215)
        else:
            self._facts_scroll.setFixedWidth(266 if wide else 236)
        self._show_tab(self._tabs.chosen())
        if self._file is not None:
            self._show_tags(self._file)


def _eye(session: Session, tip: str) -> Button:
    eye = Button(session.theme, "", "small", icon="eye", tip=tip)
    eye.setFixedSize(36, 34)
    return eye


def _where(file: ResidentFile, phones: tuple[str, ...] | None, *, masked: bool) -> str:
    field = field_of(Resident, "phones")
    words = field.masked(phones) if masked else field.format(phones)
    return "   ".join(word for word in (file.person.address, words) if word)


def _disclose(tx: Writing, resident_id: UUID, label: str) -> None:
    state.disclose(tx, "reveal", "resident", resident_id, label)
