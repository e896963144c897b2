"""楼栋图: where the problems are: a building, its doors, and who lives behind one."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from gridapp.language import tr
from gridapp.models import Building
from gridapp.store.search_rows import door_text
from gridapp.ui.buildings.building_acts import BuildingActs
from gridapp.ui.buildings.building_list import BuildingList
from gridapp.ui.buildings.buildings_read import (
    Shown,
    combo_words,
    read_all,
    read_building,
)
from gridapp.ui.buildings.door_said import first_member, home_of
from gridapp.ui.buildings.door_strip import DoorStrip
from gridapp.ui.buildings.household_panel import DoorPanel
from gridapp.ui.buildings.legend_row import LegendRow, tag_counts
from gridapp.ui.buildings.matrix_view import EMPTY, MatrixView
from gridapp.ui.page import Page
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.text import Text
from gridapp.work.buildings import Block, Door, Estate, Member, Outline
from gridapp.work.colouring import BASES, SHORT_BASES, Basis, counted, shades
from gridapp.work.finding import asked_for, fitting
from gridapp.work.listing import Listing, of_records


class BuildingsPage(Page):
    """The list of buildings, the matrix and the household."""

    title = tr("楼栋图")
    shows = frozenset(
        {
            "building",
            "dwelling",
            "household",
            "resident",
            "resident_tag",
            "contact",
            "care_plan",
            "care_round",
            "visit",
            "issue",
        }
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._estate = Estate((), 0)
        self._block: Block | None = None
        self._matrix = EMPTY
        self._wanted: UUID | None = None  # the building that is, or will be, shown
        self._wanted_door = ""  # to be found once the building is shown
        self._door: Door | None = None
        self._member: Member | None = None
        theme = self.theme
        self.box = FindField(theme, tr("找楼栋或门牌"), tr("楼栋、门牌"))
        self._list = BuildingList(theme)
        self._elsewhere = Text("", "faint", wrap=True)
        self._left = Card((1, 8, 1, 1), 6)
        self._name = Text("", "section")
        self._count = Text("", "muted")
        self._combo = Combo(theme, tr("选择楼栋"), ())
        self._basis = ChipRow(theme, tr("着色依据"), BASES, gap=6)
        self._common = Button(theme, tr("公共问题"), "quiet", icon="triangle-alert")
        self._print = Button(
            theme, "", "quiet", icon="printer", tip=tr("打印本楼栋图 Ctrl+P")
        )
        self._legend = LegendRow(theme)
        self._view = MatrixView(theme)
        self._empty = Text("", "muted", wrap=True)
        self._acts = BuildingActs(session, self)
        self._panel = DoorPanel(theme)
        self._strip = DoorStrip(theme)
        self._place()
        self._bind()
        self.set_width(Width.WIDE)

    def _place(self) -> None:
        self._outer = column(self, (16, 14, 16, 14), 12)
        self._row = line(gap=12)
        find = line(margins=(8, 0, 8, 0))
        find.addWidget(self.box)
        self._left.box.addLayout(find)
        self._left.box.addWidget(self._list, 1)
        foot = line(margins=(10, 0, 8, 8))
        foot.addWidget(self._elsewhere)
        self._left.box.addLayout(foot)
        self._left.setFixedWidth(172)
        self._row.addWidget(self._left)
        self._middle = Card((14, 10, 12, 10), 8)
        top = self._top = line(gap=8)
        self._combo.clear()
        for part in (self._name, self._combo, self._count):
            top.addWidget(part)
        top.addStretch()
        top.addWidget(self._common)
        self._basis_words = Text(tr("着色依据"), "muted")
        top.addWidget(self._basis_words)
        top.addWidget(self._basis)
        top.addWidget(self._print)
        top.addWidget(self.export_button())
        self._middle.box.addLayout(top)
        self._middle.box.addWidget(self._legend)
        self._middle.box.addWidget(self._view, 1)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._middle.box.addWidget(self._empty, 1)
        self._row.addWidget(self._middle, 1)
        self._row.addWidget(self._panel)
        self._outer.addLayout(self._row, 1)
        self._outer.addWidget(self._strip)

    def _bind(self) -> None:
        self.box.searched.connect(self._filter_list)
        self.box.moved.connect(self._list.move_current)
        self.box.finished.connect(self._go_to_typed)
        self._list.picked.connect(self._pick)
        self._list.opened.connect(self._view.setFocus)
        self._combo.activated.connect(self._pick_number)
        self._combo.finished.connect(self._view.setFocus)
        self._basis.picked.connect(self._colour)
        self._legend.changed.connect(self._filter)
        self._common.clicked.connect(self._show_common)
        self._print.clicked.connect(self._print_matrix)
        self._print.setShortcut("Ctrl+P")
        self._acts.said.connect(self.said)
        self._acts.opened.connect(partial(self.record_asked.emit, "household"))
        self._acts.issue_asked.connect(partial(self.record_asked.emit, "issue"))
        self._acts.print_asked.connect(self.print_asked)
        self._view.picked.connect(self._show_door)
        self._view.opened.connect(self._open)
        for part in (self._panel, self._strip):
            part.visit_asked.connect(self._ask_visit)
            part.file_asked.connect(self._ask_file)
            part.home_asked.connect(self._open_home)
        self._panel.member_picked.connect(self._pick_member)
        self._panel.person_asked.connect(self.resident_asked)
        self._panel.issue_asked.connect(partial(self.record_asked.emit, "issue"))

    def reload(self) -> None:
        work = partial(read_all, day=dt.date.today(), wanted=self._wanted)
        self.session.read(work, self._show)

    def focus_start(self) -> None:
        self._view.setFocus()

    def chosen_resident(self) -> UUID | None:
        return self._member.id if self._member else None

    def open_record(self, record_id: UUID | None) -> None:
        """Show a building."""
        if record_id is not None:
            self.show_building(record_id)

    def show_building(self, building_id: UUID, door: str = "") -> None:
        """Show a building, and the door of it that begins with these words."""
        self._wanted_door = door
        self._wanted = building_id
        work = partial(read_building, building_id=building_id, day=dt.date.today())
        self.session.read(work, partial(self._show_block, building_id))

    def _show(self, found: tuple[Estate, Shown | None]) -> None:
        self._estate, shown = found
        if shown is not None and self._wanted in (None, shown.block.id):
            self._wanted = shown.block.id
            self._show_block(shown.block.id, shown)
        self._filter_list(self.box.query())
        self._fill_combo()
        self._elsewhere.setVisible(self._estate.elsewhere > 0)
        self._elsewhere.setText(
            tr("另有 {count:,} 人没有登记门牌", count=self._estate.elsewhere)
        )
        if not self._estate.outlines:
            self._show_empty(tr("还没有楼栋。导入居民台账后，楼栋和门牌会出现在这里。"))

    def _show_block(self, building_id: UUID, shown: Shown | None) -> None:
        if building_id != self._wanted or shown is None:
            return  # another one was chosen meanwhile, or it is in the recycle bin
        block, self._matrix = shown.block, shown.matrix
        kept = self._door.id if self._door and self._same(block) else None
        self._block = block
        self._name.setText(block.name)
        words = tr("{homes} 户 {people} 人", homes=block.homes, people=block.people)
        self._count.setText(words)
        self._common.setVisible(bool(block.issues))
        self._common.setText(tr("公共问题 {count}", count=len(block.issues)))
        self._show_legend()
        self._empty.setVisible(not block.doors)
        self._view.setVisible(bool(block.doors))
        if block.doors:
            self._view.show_matrix(block.name, self._matrix, kept)
            if self._wanted_door and not self._view.find_door(self._wanted_door):
                self._say_no_door(self._wanted_door)
        else:
            self._show_empty(tr("{name}还没有登记房屋。", name=block.name))
        self._wanted_door = ""
        self._list.show_outlines(self._list.outlines(), building_id)
        self._combo.set_value(str(building_id))

    def _same(self, block: Block) -> bool:
        return self._block is not None and self._block.id == block.id

    def _show_empty(self, words: str) -> None:
        self._view.hide()
        self._empty.show()
        self._empty.setText(words)
        self._door = self._member = None
        self._panel.show_nothing("")
        self._strip.show_nothing("")

    def _show_legend(self) -> None:
        assert self._block is not None
        basis = self._basis_now()
        doors = self._block.doors
        tags = tag_counts([door.tags for door in doors])
        self._legend.show_counts(shades(basis), counted(doors, basis), tags)
        self._view.colour_by(basis)
        self._keep()

    def _basis_now(self) -> Basis:
        return "care" if self._basis.chosen() == "care" else "status"

    def _colour(self, _key: str) -> None:
        if self._block is not None:
            self._show_legend()
            self._view.setFocus()

    def _filter(self) -> None:
        self._keep()
        self._view.go_to_kept()

    def _keep(self) -> None:
        self._view.keep(self._legend.keys(), self._legend.tags())

    def shown_list(self) -> Listing:
        text = self.box.query().strip()
        ids = [one.id for one in self._list.outlines()]
        narrowed = [f"“{text}”"] if text else []
        return of_records(Building, ids, title=tr("楼栋清单"), narrowed=narrowed)

    def _filter_list(self, text: str) -> None:
        shown = fitting(self._estate.outlines, text)
        self._list.show_outlines(shown, self._wanted)

    def _fill_combo(self) -> None:
        self._combo.clear()
        for one in self._estate.outlines:
            self._combo.add(str(one.id), combo_words(one), one.name)
        self._combo.set_value(str(self._wanted))

    def _pick(self, outline: Outline) -> None:
        if outline.id != self._wanted:
            self.show_building(outline.id)

    def _pick_number(self, number: int) -> None:
        self._pick(self._estate.outlines[number])

    def _go_to_typed(self) -> None:
        """Enter in the box: the door of this building, or the building or its door."""
        text = self.box.query().strip()
        if not text:
            self._view.setFocus()
            return
        outline, door = asked_for(self._estate.outlines, text)
        self._view.setFocus()
        if (outline is None or door) and self._view.find_door(text):
            return
        if outline is None:
            self._say_no_door(text)
        elif outline.id != self._wanted:
            self.show_building(outline.id, door)
        elif door and not self._view.find_door(door):
            self._say_no_door(text)

    def _say_no_door(self, text: str) -> None:
        self.tell(
            tr("没有找到“{text}”，可以输楼栋号，或 3-2-501 这样的门牌", text=text)
        )

    def _show_door(self, door: Door | None) -> None:
        block = self._block
        self._door = door
        if block is None:
            return
        if door is None:
            self._member = None
            self._show_nobody(block)
            return
        kept = self._member.id if self._member else None
        members = [one for home in door.homes for one in home.members]
        same = next((one for one in members if one.id == kept), None)
        self._show_member(door, same or first_member(door))

    def _show_nobody(self, block: Block) -> None:
        """Say why there is no door here: it is not on file, or none fits a filter."""
        missing = self._view.current_missing()
        words = tr("这栋楼没有符合筛选的住户，可以点“清除全部”。")
        title = door_text(block.number, *missing) if missing else ""
        if missing:
            words = tr("这个门牌还没有登记。有人住的，点“登记住户”。")
        for part in (self._panel, self._strip):
            part.show_nothing(words, title)

    def _show_member(self, door: Door, member: Member | None) -> None:
        assert self._block is not None
        self._member = member
        self._panel.show_door(self._block, door, member)
        self._strip.show_door(self._block, door, member)

    def _pick_member(self, resident_id: UUID) -> None:
        door = self._door
        if door is None:
            return
        for home in door.homes:
            for member in home.members:
                if member.id == resident_id:
                    self._show_member(door, member)

    def _ask_visit(self, way: str) -> None:
        if self._member is not None:
            self.visit_asked.emit(self._member.id, way)

    def _open(self, door: Door) -> None:
        if door.homes:
            self._ask_file()
        else:
            self.tell(tr("这一户还没有登记住户，有人住的，点“登记住户”"))

    def _ask_file(self) -> None:
        if self._door is None:
            return
        home = home_of(self._door, self._member)
        if home is not None:
            self.record_asked.emit("household", home.id)

    def _show_common(self) -> None:
        self._acts.open_issue(self._block.issues if self._block else (), self._common)

    def _print_matrix(self) -> None:
        self._acts.print_block(self._block, self._basis_now())

    def _open_home(self) -> None:
        """Open a household behind the empty door one stands on."""
        block, door = self._block, self._door
        if block is None:
            return
        if door is not None:
            self._acts.open_home(block, door.unit or "", door.room, door.id)
        elif (missing := self._view.current_missing()) is not None:
            self._acts.open_home(block, *missing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        filtered = self._legend.keys() or self._legend.tags()
        if event.key() == Qt.Key.Key_Escape and filtered:
            self._legend.clear()
        else:
            super().keyPressEvent(event)

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        wide, narrow = width is Width.WIDE, width is Width.NARROW
        top = 8 if narrow else 14
        self._outer.setContentsMargins(width.margin, top, width.margin, top)
        self._outer.setSpacing(width.gap)
        self._row.setSpacing(width.gap)
        self._left.setVisible(wide)
        self._name.setVisible(wide)
        self._combo.setVisible(not wide)
        self._combo.setFixedWidth(112 if narrow else 160)
        self._count.setVisible(not narrow)
        self._basis.set_choices(SHORT_BASES if narrow else BASES)
        if narrow:
            self._top.insertWidget(2, self._legend, 1)
        else:
            self._middle.box.insertWidget(1, self._legend)
        self._basis_words.setVisible(wide)
        self._panel.setVisible(not narrow)
        self._strip.setVisible(narrow)
        self._panel.set_width(width)
        self._middle.box.setContentsMargins(
            *((8, 6, 6, 4) if narrow else (14, 10, 12, 10))
        )
        self._middle.box.setSpacing(4 if narrow else 8)
