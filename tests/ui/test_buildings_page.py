"""The 楼栋图: by arrows and by mouse, in words, in every layout, in black and white."""

import datetime as dt

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QApplication, QLabel

from gridapp.models import Building, Dwelling, Household, Resident, ResidentTag
from gridapp.store import records
from gridapp.ui.buildings.buildings_page import BuildingsPage
from gridapp.ui.main_window import MainWindow
from gridapp.ui.tokens import Width
from gridapp.work import plans
from gridapp.work.buildings import read_block

SIZES = {
    Width.WIDE: (1198, 668),
    Width.MID: (924, 560),
    Width.NARROW: (822, 391),
}


@pytest.fixture
def estate(vault, people):
    """Every state behind the doors of 3号楼; 李桂英 in 2-501 is late by 4 days."""
    day = dt.date.today()
    with vault.writing() as tx:

        def door(unit, room, **values):
            given = {"building_id": people.building, "unit": unit, "room": room}
            return records.save(tx, Dwelling, given | values)

        def family(dwelling, *names, **values):
            home = records.save(tx, Household, {"dwelling_id": dwelling})
            return [
                records.save(
                    tx, Resident, {"name": name, "household_id": home} | values
                )
                for name in names
            ]

        plans.set_plan(tx, people.li, "visit", 7, "测试", day - dt.timedelta(days=11))
        [near] = family(door("1", "301"), "陈玉兰")
        plans.set_plan(tx, near, "visit", 7, "测试", day - dt.timedelta(days=7))
        family(door("1", "101", tenure="rent"), "王强", "赵敏")
        family(door("2", "502"), "周海", care_colour="red")
        door("1", "201", tenure="vacant")
        door("2", "402")
        records.save(
            tx,
            ResidentTag,
            {"resident_id": near, "tag": "chronic", "since": dt.date(2026, 1, 1)},
        )
        records.save(tx, Building, {"number": "空楼"})
    return people


@pytest.fixture
def page(session, estate, qtbot, settle):
    page = BuildingsPage(session)
    qtbot.addWidget(page)
    page.set_width(Width.WIDE)
    page.resize(*SIZES[Width.WIDE])
    page.show()
    page.focus_start()
    settle()
    page.show_building(estate.building)
    settle()
    return page


def go(page, text):
    assert page._view.find_door(text)


def asked(signal):
    """What a signal of the page told, as it comes."""
    found = []
    signal.connect(lambda *values: found.append(values))
    return found


def labels(widget):
    QApplication.processEvents()  # what was just made is shown a moment later
    return [
        one.text() for one in widget.findChildren(QLabel) if one.isVisibleTo(widget)
    ]


def test_it_opens_on_what_is_most_urgent(page):
    door = page._view.current()
    assert (door.room, door.words) == ("501", "逾期 4 天")
    assert page._panel._title.text() == "3-2-501"


def test_arrows_move_and_a_screen_reader_hears_door_name_and_state(page, qtbot):
    view = page._view
    face = QAccessible.queryAccessibleInterface(view)
    assert "3号楼楼栋图" in face.text(QAccessible.Text.Name)
    here = view.currentIndex()
    across = view.matrix.across + 1  # the floors are cells of the table too
    cell = face.child((here.row() + 1) * across + here.column() + 1)
    assert cell.text(QAccessible.Text.Name).startswith("2-501 李桂英 急办 逾期 4 天")
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.current().room == "502"
    assert page._panel._title.text() == "3-2-502"
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current().room == "402"
    assert "还没有采集住户" in " ".join(labels(page._panel))


def test_a_place_without_a_door_says_so(page, qtbot):
    go(page, "2-501")
    qtbot.keyClick(page._view, Qt.Key.Key_Down)
    assert page._view.current() is None
    assert page._panel._title.text() == "3-2-401"
    assert "还没有登记" in page._panel._about.text()
    assert page.chosen_resident() is None
    assert page._view.currentIndex().data() == "2-401 没有登记"


@pytest.mark.parametrize("door", ["2-402", "1-201", "missing"])
def test_a_household_is_opened_behind_an_empty_door_and_undone(
    page, session, estate, qtbot, settle, door
):
    told, said = asked(page.record_asked), asked(page.said)
    with session.store.reading() as db:
        before = read_block(db, estate.building, dt.date.today())
    go(page, "2-501" if door == "missing" else door)
    if door == "missing":
        qtbot.keyClick(page._view, Qt.Key.Key_Down)
    page._panel._new_home.click()
    settle()
    [(kind, home_id)] = told
    assert kind == "household"
    room = {"2-402": "402", "1-201": "201", "missing": "401"}[door]
    with session.store.reading() as db:
        home = records.get(db, Household, home_id)
        dwelling = records.get(db, Dwelling, home["dwelling_id"])
    assert (dwelling["room"], dwelling["tenure"]) == (room, None)
    assert dwelling["building_id"] == estate.building
    [(words, undo)] = said
    assert room in words
    undo()
    settle()
    with session.store.reading() as db:
        assert read_block(db, estate.building, dt.date.today()) == before


def test_enter_opens_the_household(page, qtbot):
    told = asked(page.record_asked)
    qtbot.keyClick(page._view, Qt.Key.Key_Return)
    [home] = page._view.current().homes
    assert told == [("household", home.id)]


def test_enter_on_an_empty_door_says_what_to_do(page, qtbot):
    said = asked(page.said)
    go(page, "2-402")
    qtbot.keyClick(page._view, Qt.Key.Key_Return)
    assert "登记住户" in said[0][0]


def test_in_the_window_enter_and_f2_go_on_with_whoever_is_chosen(
    session, estate, qtbot, settle
):
    window = MainWindow(session, "周敏 和顺里第一网格")
    qtbot.addWidget(window)
    window.show()
    settle()
    window.go("buildings")
    settle()
    view = window.pages["buildings"]._view
    assert view.hasFocus()
    assert view.current().name == "李桂英"
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(view, Qt.Key.Key_F2)
    settle()
    assert window.here == "visit"
    window.go_back()
    settle()
    assert window.here == "buildings"
    qtbot.keyClick(view, Qt.Key.Key_Return)
    settle()
    assert window.here == "residents"
    assert "3-2-501" in " ".join(labels(window))


def test_digits_find_a_door(page, qtbot):
    qtbot.keyClicks(page._view, "1101")
    assert (page._view.current().unit, page._view.current().room) == ("1", "101")


def test_the_next_visit_is_of_whoever_is_owed_it(page, estate, qtbot):
    told = asked(page.visit_asked)
    assert page.chosen_resident() == estate.li
    page._panel._visit.click()
    page._panel._call.click()
    assert told == [(estate.li, "visit"), (estate.li, "call")]


def test_another_of_the_household_can_be_chosen(page):
    go(page, "1-101")
    first = page.chosen_resident()
    other = next(
        one
        for one in page._panel.findChildren(type(page._print))
        if "赵敏" in one.text()
    )
    other.click()
    assert page.chosen_resident() != first
    assert "赵敏" in [one.text() for one in page._panel.findChildren(type(page._print))]


def test_the_panel_says_who_what_is_due_and_whom_to_call(page):
    words = "\n".join(labels(page._panel))
    for said in ("户主 李桂英", "82 岁", "独居", "每周 1 次，应", "没有未办结的"):
        assert said in words
    assert words.index("李芳") < words.index("李强")
    assert "138****0002" in words
    assert "13800000002" not in words


def test_a_mouse_alone_reaches_the_file(page, qtbot):
    told = asked(page.record_asked)
    view = page._view
    go(page, "1-101")
    place = view.matrix.find("2-501")
    rect = view.visualRect(view.model().index(*place))
    qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center() + QPoint(2, 2)
    )
    assert view.current().room == "501"
    page._panel._file.click()
    assert len(told) == 1


def test_the_list_and_the_legend_count_the_same(page):
    [outline] = [one for one in page._list.outlines() if one.name == "3号楼"]
    assert outline.counts == {
        "urgent": 1,
        "soon": 1,
        "normal": 2,
        "vacant": 1,
        "unknown": 1,
    }
    words = [chip.text() for chip in page._legend._chips.values()]
    assert words == ["急办 1", "快到期 1", "正常 2", "空置 1", "未采集 1"]
    spoken = page._list.model().index(0, 0).data()
    assert spoken == "3号楼，急办 1，快到期 1，4 户 5 人"


def test_a_filter_dims_the_rest_and_is_cleared_at_once(page, qtbot):
    def kept():
        doors = [d for line in page._view.matrix.lines for d in line.doors if d]
        return [door.room for door in doors if page._view.fits(door)]

    everything = kept()
    page._legend.toggle("urgent")
    assert kept() == ["501"]
    page._legend.toggle("soon")
    assert kept() == ["501", "301"]
    page._legend.toggle_tag("chronic")
    assert kept() == ["301"]
    assert page._legend._clear.isVisible()
    page._legend._clear.click()
    assert kept() == everything
    assert not page._legend._clear.isVisible()
    page._legend.toggle("vacant")
    qtbot.keyClick(page._view, Qt.Key.Key_Escape)
    assert kept() == everything


def picture(page, text):
    """A cell as it looks on the page."""
    view = page._view
    index = view.model().index(*view.matrix.find(text))
    rect = view.visualRect(index).adjusted(14, 5, -14, -5)
    corner = view.viewport().mapTo(page, rect.topLeft())
    return page.grab(QRect(corner, rect.size())).toImage()


def test_a_filter_dims_what_does_not_fit(page):
    go(page, "2-402")
    before = darkness(picture(page, "1-101"))
    page._legend.toggle("urgent")
    assert darkness(picture(page, "1-101")) < before / 2
    assert darkness(picture(page, "2-501")) > before


def darkness(image):
    """How much ink there is: 0 for white paper, 1 for black."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    values = [
        grey.pixelColor(x, y).lightness()
        for x in range(0, grey.width(), 2)
        for y in range(0, grey.height(), 2)
    ]
    return 1 - sum(values) / len(values) / 255


def test_a_filter_goes_to_the_first_that_fits_it(page):
    go(page, "1-101")
    page._legend.toggle("soon")
    assert page._view.current().room == "301"
    assert page._panel._title.text() == "3-1-301"
    page._legend.clear()
    assert page._view.current().room == "301"


def test_a_filter_stays_when_another_building_is_chosen(page, settle):
    page._legend.toggle("urgent")
    page._list.move_current(1)
    settle()
    assert page._block.name == "12号楼"
    assert page._legend.keys() == {"urgent"}
    assert page._view.current() is None
    assert page.chosen_resident() is None
    assert "没有符合筛选的住户" in page._panel._about.text()


def test_urgency_shows_without_colour(page):
    go(page, "2-402")
    late, near, normal = (
        darkness(picture(page, door)) for door in ("2-501", "1-301", "1-101")
    )
    assert late > near + 0.2
    assert near > normal


def test_colouring_is_switched_by_one_click_and_the_legend_says_it(page):
    page._basis._chips["care"].click()
    words = [chip.text() for chip in page._legend._chips.values()]
    assert words[:4] == ["红档 1", "黄档 0", "绿档 0", "未定级 3"]
    place = page._view.matrix.find("2-502")
    assert page._view.model().index(*place).data().startswith("2-502 周海 红档")
    page._basis._chips["status"].click()
    words = [chip.text() for chip in page._legend._chips.values()]
    assert words[0] == "急办 1"


@pytest.mark.parametrize(
    ("typed", "building", "room"),
    [
        ("1-101", "3号楼", "101"),
        ("12-1-101", "12号楼", "101"),
        ("12号楼", "12号楼", "101"),
        ("3-2-502", "3号楼", "502"),
        ("301", "3号楼", "301"),
    ],
)
def test_typing_goes_to_the_building_and_the_door(
    page, qtbot, settle, typed, building, room
):
    page.box.setText(typed)
    qtbot.keyClick(page.box, Qt.Key.Key_Return)
    settle()
    assert page._block.name == building
    assert page._view.current().room == room
    assert page._view.hasFocus()


def test_a_door_that_is_not_there_is_said(page, qtbot):
    said = asked(page.said)
    page.box.setText("777")
    qtbot.keyClick(page.box, Qt.Key.Key_Return)
    assert "777" in said[0][0]


def test_choosing_a_building_in_the_list_shows_it(page, settle):
    page._list.move_current(1)
    settle()
    assert page._block.name == "12号楼"
    assert page._panel._title.text() == "12-1-101"
    page._list.move_current(1)
    settle()
    assert page._empty.isVisible()
    assert "空楼还没有登记房屋" in page._empty.text()
    page._list.move_current(-1)
    settle()
    assert page._view.isVisible()


def test_a_change_elsewhere_is_shown_and_the_place_is_kept(page, session, settle):
    go(page, "1-101")
    with session.store.writing() as tx:
        [person] = records.filtered(tx.db, Resident, {"name": "王强"})
        records.save(tx, Resident, {"name": "王建强"}, person["id"])
    settle()
    assert page._view.current().name == "王建强"
    assert page._view.current().room == "101"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", list(Width))
def test_every_layout_fits_and_says_whom_it_is_about(
    page, session, settle, qtbot, width, scheme
):
    session.theme.apply(scheme)
    page.set_width(width)
    page.resize(*SIZES[width])
    settle()
    QApplication.processEvents()
    shown = page._strip if width is Width.NARROW else page._panel

    def fits_and_says_it():
        hint = page.minimumSizeHint()
        assert hint.width() <= SIZES[width][0]
        assert hint.height() <= SIZES[width][1]
        assert page._panel.isVisible() != page._strip.isVisible()
        assert "3-2-501" in " ".join(labels(shown))

    qtbot.waitUntil(fits_and_says_it)
    rows = page._view.verticalHeader().defaultSectionSize()
    assert rows >= 58
    session.theme.apply("light")


def test_what_a_narrow_window_has_no_room_for_ends_in_a_mark_and_stands_in_the_tip(
    page, session, settle
):
    page.set_width(Width.NARROW)
    page.resize(*SIZES[Width.NARROW])
    settle()
    for words in (page._strip._about, page._strip._title):
        words.setText("Last 11-02 The pipe is old; Hazards: Gas " * 4)
        page._strip.grab()  # it is painted
        assert words.width() < words.sizeHint().width()
        assert words.toolTip() == words.text()


def test_shared_flats_let_one_choose_the_household(page, session, estate, settle):
    with session.store.writing() as tx:
        dwelling = records.save(
            tx, Dwelling, {"building_id": estate.building, "unit": "2", "room": "101"}
        )
        for name in ("孙国强", "吴晓"):
            home = records.save(tx, Household, {"dwelling_id": dwelling})
            records.save(tx, Resident, {"name": name, "household_id": home})
    settle()
    go(page, "2-101")
    assert page._view.current().name == "孙国强等 2 户"
    chips = page._panel._homes._chips
    assert [chip.text() for chip in chips.values()] == ["孙国强", "吴晓"]
    list(chips.values())[1].click()
    assert "户主 吴晓" in page._panel._about.text()


def test_a_family_that_left_makes_room_for_the_next(page, session, qtbot, settle):
    told = asked(page.record_asked)
    go(page, "2-502")
    with session.store.writing() as tx:
        records.save(tx, Resident, {"presence": "moved"}, page.chosen_resident())
    settle()
    assert page._view.current().state == "vacant"
    assert "都已搬走或去世" in " ".join(labels(page._panel))
    page._panel._new_home.click()
    settle()
    [(_, home_id)] = told
    with session.store.writing() as tx:
        records.save(tx, Resident, {"name": "新来的", "household_id": home_id})
    settle()
    assert page._view.current().name == "新来的"
    assert not page._panel._homes.isVisible()


@pytest.mark.parametrize(
    ("basis", "sheet"),
    [("status", "building-matrix"), ("care", "building-matrix-care")],
)
def test_ctrl_p_asks_for_the_sheet_of_the_building_as_it_is_coloured(
    page, people, qtbot, settle, basis, sheet
):
    wanted = []
    page.print_asked.connect(lambda *asked: wanted.append(asked))
    page.show_building(people.building)
    settle()
    page._basis.choose(basis)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(wanted))
    assert wanted == [(sheet, [people.building])]


def test_without_any_building_it_says_how_they_come(session, vault, qtbot, settle):
    page = BuildingsPage(session)
    qtbot.addWidget(page)
    page.show()
    settle()
    assert "导入居民台账" in page._empty.text()
    assert not page._view.isVisible()
