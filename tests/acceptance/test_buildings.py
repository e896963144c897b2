"""Checks 17–20: the matrix of a building."""

import datetime as dt

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from gridapp.models import Building, Dwelling
from gridapp.store import records
from gridapp.work import buildings
from tests.acceptance.audit import luminance
from tests.acceptance.desk import spoken

URGENT, NORMAL = "急办", "正常"


def cells(view):
    """Every cell of the matrix with what a screen reader says of it."""
    model = view.model()
    return {
        (row, column): spoken(model.index(row, column))
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    }


def outlines_of(desk):
    """The buildings as the list shows them."""
    return desk.read(lambda db: buildings.read_estate(db, dt.date.today())).outlines


def matrix(desk):
    """The matrix that is shown."""
    [view] = [one for one in desk.all_views("") if "楼栋图" in one.accessibleName()]
    return view


def chip(desk, words):
    """A chip of the legend and the number on it."""
    found = desk.button(f"筛选：{words}")
    return int(found.accessibleName().split()[-1])


@pytest.mark.check(17)
def test_two_clicks_show_the_urgent_doors_of_a_building(desk, check):
    outlines = outlines_of(desk)
    urgent = [one for one in outlines if one.counts["urgent"]]
    wanted = next((one for one in urgent if one.number == "3"), urgent[0])
    with check.measured():
        desk.hand.click(desk.button("楼栋图"))
        choose(desk, wanted)
    view = matrix(desk)
    found = {at: words for at, words in cells(view).items() if URGENT in words}
    assert len(found) == chip(desk, URGENT) == wanted.counts["urgent"]
    in_grey(view, next(iter(found)))
    check.notes.append(f"{wanted.name}: {len(found)}")
    assert check.clicks <= 2


def choose(desk, outline):
    """Click the building in the list, which is scrolled to it first."""
    view = desk.view("楼栋列表")
    for row in range(view.model().rowCount()):
        if view.model().index(row, 0).data().startswith(outline.name):
            view.scrollTo(view.model().index(row, 0))
            desk.hand.settle()
            desk.hand.click_row(view, row)
            return
    raise AssertionError(outline.name)


def in_grey(view, urgent):
    """In greyscale an urgent door is clearly darker than a quiet one."""
    quiet = next(at for at, words in cells(view).items() if NORMAL in words)
    assert ground(view, urgent) < ground(view, quiet) / 2


def ground(view, at):
    """The luminance of a cell's filling: its most frequent shade of grey."""
    rect = view.visualRect(view.model().index(*at))
    view.scrollTo(view.model().index(*at))
    rect = view.visualRect(view.model().index(*at))
    picture = view.viewport().grab(rect).toImage()
    grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    shades = [
        grey.pixelColor(QPoint(x, y)).red()
        for x in range(0, grey.width(), 2)
        for y in range(0, grey.height(), 2)
    ]
    shade = max(set(shades), key=shades.count)
    return luminance(shade * 0x010101)


@pytest.mark.check(18)
def test_arrows_move_enter_opens_and_a_reader_says_it_all(desk, check):
    desk.hand.click(desk.button("楼栋图"))
    view = matrix(desk)
    with check.measured():
        before = view.currentIndex()
        desk.hand.press("Down" if before.row() == 0 else "Up")
        assert view.currentIndex().row() != before.row()
        desk.hand.press("Right" if before.column() == 0 else "Left")
        assert view.currentIndex().column() != before.column()
        at = next(at for at, words in cells(view).items() if URGENT in words)
        walk(desk, view, at)
        words = spoken(view.currentIndex())
        door, name, *rest = words.split()
        desk.hand.press("Enter")
    assert URGENT in rest
    assert not view.isVisible()
    assert desk.window.here == "residents"
    assert any(name in label for label in desk.labels())
    assert check.clicks == 0


def walk(desk, view, at):
    """Go to a cell by the arrow keys."""
    for _ in range(200):
        here = (view.currentIndex().row(), view.currentIndex().column())
        if here == at:
            return
        if here[0] != at[0]:
            desk.hand.press("Down" if here[0] < at[0] else "Up")
        else:
            desk.hand.press("Right" if here[1] < at[1] else "Left")
    raise AssertionError(at)


@pytest.mark.check(19)
def test_a_tower_is_painted_and_its_headers_stay(desk, check):
    with desk.store.writing() as tx:
        tower = records.save(tx, Building, {"number": "99"})
        for floor in range(1, 34):
            for unit in range(1, 5):
                for door in (1, 2):
                    home = {"unit": str(unit), "room": f"{floor}{door:02}"}
                    records.save(tx, Dwelling, {"building_id": tower, **home})
    desk.hand.click(desk.button("楼栋图"))
    outlines = outlines_of(desk)
    choose(desk, next(one for one in outlines if one.number == "99"))
    view = matrix(desk)
    assert view.model().rowCount() == 33
    top, left = view.horizontalHeader(), view.verticalHeader()
    before = (top.geometry(), left.geometry())
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    with check.measured():
        view.viewport().repaint()
    assert (top.geometry(), left.geometry()) == before
    assert top.isVisible()
    assert left.isVisible()


@pytest.mark.check(20)
def test_one_click_colours_by_care_tier_and_the_legend_says_so(desk, check):
    desk.hand.click(desk.button("楼栋图"))
    assert chip(desk, URGENT) >= 0
    with check.measured():
        desk.hand.click(desk.button("着色依据:关爱等级"))
    legend = [one.accessibleName() for one in desk.buttons("筛选：")]
    assert any("红档" in words for words in legend)
    assert not any(URGENT in words for words in legend)
    assert check.clicks == 1
