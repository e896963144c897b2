"""How long the matrix of a tower takes to paint."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from uuid import UUID

from bench import vaults
from bench.table import Line, Run, medians
from gridapp import paths
from gridapp.models import Building, Dwelling, Household, Resident
from gridapp.store import records
from gridapp.store.vault import Store
from gridapp.work import plans

FLOORS, UNITS, DOORS = 33, 4, 4
ROOM = (676, 524)  # pixels the matrix has in a window of 1366×728
BAR = "50 ms"


def matrix(run: Run) -> Iterator[Line]:
    """The doors in sight of a tower, against a plain table of the same words."""
    from PySide6.QtWidgets import QTableView

    from gridapp.ui.buildings.matrix_view import MatrixView
    from gridapp.ui.qt_start import PLATFORM, qt_application
    from gridapp.ui.theme import Theme
    from gridapp.work.buildings import read_block
    from gridapp.work.matrix import arrange

    if not os.environ.get("DISPLAY"):
        os.environ.setdefault(PLATFORM, "offscreen")
    theme = Theme(qt_application(), paths.resources())
    store = vaults.new(run.folder / "tower")
    try:
        tower = _tower(store)
        with store.reading() as db:
            block = read_block(db, tower, dt.date.today())
    finally:
        store.close()
    assert block is not None  # it was made above
    view, plain = MatrixView(theme), QTableView()
    for one in (view, plain):
        one.resize(*ROOM)
    view.show_matrix(block.name, arrange(block), None)
    plain.setModel(view.model())
    view.grab()  # lays it out
    plain.grab()
    ours, bare = medians(run.pick(30, 5), view.viewport().grab, plain.viewport().grab)
    against = "a plain QTableView"
    yield Line("repaint of a tower", ours * 1000, "ms", ours / bare, against, BAR)


def _tower(store: Store) -> UUID:
    """A building whose every seventh household is owed a visit."""
    day = dt.date.today()
    with store.writing() as tx:
        tower = records.save(tx, Building, {"number": "1", "floors": FLOORS})
        for number in range(FLOORS * UNITS * DOORS):
            unit, rest = divmod(number, FLOORS * DOORS)
            floor, place = divmod(rest, DOORS)
            door = {"unit": str(unit + 1), "room": f"{floor + 1}{place + 1:02}"}
            dwelling = records.save(tx, Dwelling, {"building_id": tower, **door})
            home = records.save(tx, Household, {"dwelling_id": dwelling})
            who = {"name": f"住户{number}", "household_id": home}
            resident = records.save(tx, Resident, who)
            if number % 7 == 0:
                since = day - dt.timedelta(days=number % 12)
                plans.set_plan(tx, resident, "visit", 7, "走访", since)
    return tower
