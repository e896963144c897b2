"""Walks through the window in English and prints every text that is still Chinese.

A program of its own, because a process has one language for its whole life. The people
of its vault have English names, so whatever is Chinese was said by the program.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QEvent, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextBrowser,
    QWidget,
)

from gridapp.app import App
from gridapp.models import (
    Building,
    CarePlan,
    Contact,
    Dwelling,
    Household,
    PatrolPoint,
    Resident,
    ResidentTag,
)
from gridapp.office.tables.reader import read_book
from gridapp.paths import resources
from gridapp.store import records, vault
from gridapp.store.vault import Store
from gridapp.ui.gallery import wait
from gridapp.ui.qt_start import qt_application
from gridapp.ui.scenes import Stage, scenes
from gridapp.work import disputes, flow, founding, patrols, plans, visits

HAN = re.compile(r"[\u4e00-\u9fff]")
FROM_FILES = ("fill", "import")  # scenes that show what somebody's file holds
ROWS = 60  # of each list
# The name of the other language in its own words, and words a user must type.
ALLOWED = re.compile(r"中文|网格日志: an offline|简体中文|3号楼2单元楼道|王大|王某")


def estate(store: Store) -> None:
    """A building, three people and a bit of everything."""
    founding.found(store, "990101001001", "Grid 1", "Alice")
    today = dt.date.today()
    with store.writing() as tx:
        building = records.save(tx, Building, {"number": "3", "floors": 6})
        for room in ("501", "502"):
            door = {"building_id": building, "unit": "2", "room": room}
            home = {"dwelling_id": records.save(tx, Dwelling, door)}
            home_id = records.save(tx, Household, home)
        base = {"presence": "here", "life_state": "living", "resident_kind": "local"}
        older = today.replace(year=today.year - 83, day=1)
        person = base | {"name": "Mary", "sex": "2", "born_on": older.isoformat()}
        mary = records.save(tx, Resident, person | {"household_id": home_id})
        records.save(tx, Resident, base | {"name": "John", "sex": "1"})
        tag = {"resident_id": mary, "tag": "alone", "since": today}
        records.save(tx, ResidentTag, tag)
        records.save(tx, Contact, {"resident_id": mary, "name": "Ann", "rank": 1})
        since = today - dt.timedelta(days=40)
        plan = {"resident_id": mary, "way": "visit", "interval_days": 7}
        records.save(tx, CarePlan, plan | {"reason": "weekly", "since": since})
        plans.set_plan(tx, mary, "call", 3, "often", since)
        late = tx.at - dt.timedelta(days=20)
        visit = {"started_at": late, "hazards": ("gas",), "note": "The pipe is old"}
        visits.log_visit(tx, mary, visit)
        records.save(
            tx, PatrolPoint, {"name": "Gate", "interval_days": 1, "look_at": "Lane"}
        )
        patrols.log_patrol(tx, {"note": "Round"})
        issue = {"title_text": "Lamp", "category": "0101", "place": "Gate"}
        flow.open_issue(tx, issue | {"found_at": late}, "work", "begun")
        parties = [{"name": "Bob"}, {"name": "Carl"}]
        dispute = {"name": "Noise", "place": "Gate", "dispute_kind": "0201"}
        disputes.register_dispute(tx, dispute | {"summary": "Loud"}, parties)


def words_of_samples() -> re.Pattern[str]:
    """What the sample ledgers and forms hold: a clerk's own words, in any language."""
    words: set[str] = set()
    for path in (resources() / "samples").glob("*.xlsx"):
        words.add(path.name)
        for sheet in read_book(path):
            cells = (cell for row in sheet.rows for cell in row if cell is not None)
            words |= {sheet.name, *map(str, cells)}
    written = {
        part for word in words for part in (word, *re.split(r"[\s()（）]+", word))
    }
    found = sorted((one for one in written if HAN.search(one)), key=len, reverse=True)
    doors, choices = r"\d+号楼\d+单元\d+室", "有"  # as they are filled in
    return re.compile("|".join((doors, *map(re.escape, found), choices)))


def texts(root: QWidget) -> Iterator[str]:
    """Everything a widget and what is in it shows or tells a screen reader."""
    for one in (root, *root.findChildren(QWidget)):
        yield from (one.toolTip(), one.accessibleName(), one.accessibleDescription())
        yield one.windowTitle()
        if isinstance(one, QLabel | QAbstractButton):
            yield one.text()
        elif isinstance(one, QLineEdit):
            yield from (one.text(), one.placeholderText())
        elif isinstance(one, QPlainTextEdit):
            yield one.placeholderText()
        elif isinstance(one, QTextBrowser):
            yield one.toPlainText()
        elif isinstance(one, QComboBox):
            yield from (one.itemText(row) for row in range(one.count()))
        elif isinstance(one, QAbstractItemView):
            yield from _rows(one)


def _rows(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    if model is None:
        return
    list_of_rows = isinstance(model, QAbstractListModel)  # hides its columns
    for column in range(1 if list_of_rows else model.columnCount()):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(min(model.rowCount(), ROWS)):
            index = model.index(row, column)
            for role in (
                Qt.ItemDataRole.DisplayRole,
                Qt.ItemDataRole.AccessibleTextRole,
                Qt.ItemDataRole.ToolTipRole,
            ):
                yield str(index.data(role) or "")


def main(folder: Path) -> None:
    """Print {scene: [texts that are still Chinese]} as JSON."""
    store = vault.create(folder, "a long password")
    estate(store)
    app = App(qt_application(), folder, attended=False)
    window = app.open_window(store)
    window.resize(1366, 697)

    def settle() -> None:
        for _ in range(3):
            wait(lambda: not app.jobs.busy)
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    stage = Stage(window, settle)
    left: dict[str, list[str]] = {}
    written = words_of_samples()
    for name, play in scenes(window).items():
        stage.clear()
        play(stage)
        said = {ALLOWED.sub("", text) for text in texts(stage.top())}
        if name.startswith(FROM_FILES):
            said = {written.sub("", text) for text in said}
        found = sorted(text[:60] for text in said if HAN.search(text))
        if found:
            left[name] = found
    stage.clear()
    if app.messages.failed is not None:
        raise app.messages.failed
    print(json.dumps(left, ensure_ascii=False, indent=1))
    window.close()
    app.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
