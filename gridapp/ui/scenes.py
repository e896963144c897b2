"""What the window is shown doing: every page, and the dialogs a worker meets.

The pictures of the manual and the audits of the tests walk through the same scenes. A
page without a recipe of its own is shown as it opens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from uuid import UUID

from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Resident, Visit, record_named
from gridapp.paths import resources
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.pinyin import name_readings
from gridapp.ui.care.visit_values import Way
from gridapp.ui.ledgers.fill_dialog import PREVIEW, FillDialog
from gridapp.ui.ledgers.fill_opening import open_fill
from gridapp.ui.ledgers.import_dialog import ImportDialog
from gridapp.ui.ledgers.opening import open_import
from gridapp.ui.main_window import MainWindow
from gridapp.ui.patrols.patrol_finding import FindingForm
from gridapp.ui.patrols.patrol_route import RouteList
from gridapp.ui.patrols.patrol_values import WRONG
from gridapp.ui.printing.printing_page import PrintingPage
from gridapp.ui.settings.restore_dialog import LOOK, WHICH, RestoreDialog
from gridapp.ui.sync_scenes import SYNC_SCENES
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.toast import Toast

FORM = "高龄独居老人摸底表.xlsx"
LEDGER = "独居老人台账.xlsx"
MOST_TEXT = 2  # letters typed into the search box for its picture


class Stage:
    """The window a scene is played on."""

    def __init__(self, window: MainWindow, settle: Callable[[], None]) -> None:
        """`settle` waits until every answer has come and nothing moves."""
        self.window = window
        self.settle = settle

    @cached_property
    def person(self) -> tuple[UUID, str]:
        """Whom the pictures show, and the first letters that find them."""
        return self.read(most_visited)

    def read(self, work: Callable[[Connection], tuple[UUID, str]]) -> tuple[UUID, str]:
        """Return what `work` reads from the vault."""
        with self.window.session.store.reading() as db:
            return work(db)

    def name_of(self, person: UUID) -> str:
        """Return what somebody is called."""
        with self.window.session.store.reading() as db:
            return records.labels(db, Resident, [person])[person]

    def go(self, key: str) -> None:
        """Open a page."""
        self.window.go(key)
        self.settle()

    def press(self, words: str) -> None:
        """Press the button that begins with these words."""
        found = [
            one
            for one in self.top().findChildren(QAbstractButton)
            if one.isVisible() and words in (one.text(), one.accessibleName())
        ]
        if not found:
            raise UserError(tr("画面上没有“{words}”", words=words))
        found[0].click()
        self.settle()

    def _press_like(self, beginning: str) -> None:
        """Press the first button whose name begins so, if there is one."""
        for one in self.window.findChildren(QAbstractButton):
            if one.isVisible() and one.accessibleName().startswith(beginning):
                one.click()
                self.settle()
                return

    def show_all_events(self) -> None:
        """Choose every event in a timeline that stood on something else."""
        self._press_like(f"{tr('时间线')}:")

    def top(self) -> QWidget:
        """Return the dialog that is open, else the window."""
        return QApplication.activeModalWidget() or self.window

    def clear(self) -> None:
        """Close every dialog, so that the next scene begins on the window."""
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()
        self._press_like(tr("返回"))
        for box in self.window.findChildren(FindField):
            box.clear()
        for toast in self.window.findChildren(Toast):
            toast.clear()
        self.settle()
        self.go("today")


def scenes(window: MainWindow) -> dict[str, Callable[[Stage], None]]:
    """Return every scene by the name of its picture."""
    plain = {key: partial(_page, key) for key in window.pages if key not in RECIPES}
    return {**plain, **RECIPES}


def _page(key: str, stage: Stage) -> None:
    stage.go(key)


def _residents(stage: Stage) -> None:
    somebody, letters = stage.person
    stage.window.show_resident(somebody)
    stage.settle()
    stage.window.residents.search_for(letters)
    stage.settle()
    stage.window.residents.choose(somebody)
    stage.settle()
    stage.show_all_events()


def _history(stage: Stage) -> None:
    _residents(stage)
    stage.window.residents.show_changes()
    stage.settle()


def _act(act: str, stage: Stage) -> None:
    """A dialog about whoever was visited most."""
    _residents(stage)
    stage.window.residents.act(act)
    stage.settle()


def _form(way: Way, stage: Stage) -> None:
    stage.window.record_visit(stage.person[0], way)
    stage.settle()


def _new(kind: str, stage: Stage) -> None:
    stage.window.show_record(kind, None)
    stage.settle()


def _patrol(stage: Stage, words: str = "") -> None:
    """Today's round, and what the button of these words opens."""
    _new("patrol", stage)
    for form in stage.window.findChildren(FindingForm):
        if form.isVisible():
            form.left.emit()
    stage.settle()
    if words:
        stage.press(words)


def _finding(stage: Stage) -> None:
    _patrol(stage)
    for route in stage.window.findChildren(RouteList):
        route.mark(WRONG)
    stage.settle()


def _find(stage: Stage) -> None:
    stage.window.focus_find()
    for box in stage.window.findChildren(FindField):
        if box.accessibleName() == tr("全局查找"):
            box.setText(stage.person[1][:MOST_TEXT])
    stage.settle()


def _household(stage: Stage) -> None:
    with stage.window.session.store.reading() as db:
        person = records.get(db, Resident, stage.person[0])
    if person is not None:
        stage.window.show_record("household", person["household_id"])
    stage.settle()


def _open(kind: str, stage: Stage) -> None:
    with stage.window.session.store.reading() as db:
        found = records.find(db, record_named(kind))
    if not found:
        raise UserError(tr("还没有可以展示的记录"))
    stage.window.show_record(kind, found[-1]["id"])
    stage.settle()


def _of_dispute(words: str, stage: Stage) -> None:
    """A form of a dispute, opened by the button of these words."""
    _open("dispute", stage)
    stage.press(words)


def _printing(stage: Stage) -> None:
    """The sheets of today, drawn: not in the pause that several choices have."""
    stage.go("printing")
    page = stage.window.pages["printing"]
    assert isinstance(page, PrintingPage)
    page.draw()
    stage.settle()


def _signed(stage: Stage) -> None:
    _printing(stage)
    stage.press(tr("签好的单子归档…"))


def _fill(stage: Stage) -> None:
    """The rows of a form that is about to be filled in."""
    stage.go("residents")
    page = stage.window.residents
    open_fill(page.session, resources() / "samples" / FORM, page)
    stage.settle()
    [dialog] = [one for one in page.findChildren(FillDialog) if one.isVisible()]
    dialog.who.tags.set_values(["alone"])
    dialog.who.age_from.setText("80")
    dialog.who.changed.emit()
    stage.settle()
    dialog.show_step(PREVIEW)
    stage.settle()


def _import(step: str, stage: Stage) -> None:
    """The ledger of old people who live alone, as it comes in again."""
    page = stage.window.residents
    stage.go("residents")
    open_import(page.session, resources() / "samples" / LEDGER, page, page.said)
    stage.settle()
    dialog = stage.top()
    assert isinstance(dialog, ImportDialog)
    dialog.show_step(step)
    stage.settle()


def _export(stage: Stage) -> None:
    stage.go("residents")
    stage.window.export_list()
    stage.settle()


def _settings(words: str, stage: Stage) -> None:
    """A dialog of the settings, opened by the button of these words."""
    stage.go("settings")
    stage.press(words)


def _restore(step: str, stage: Stage) -> None:
    """How a backup is put back: which one, and what would change."""
    _settings(tr("立即备份"), stage)
    stage.settle()
    stage.press(tr("恢复备份…"))
    stage.settle()
    dialog = stage.top()
    assert isinstance(dialog, RestoreDialog)
    if step == LOOK:
        dialog.go_on()
        stage.settle()


RECIPES: Mapping[str, Callable[[Stage], None]] = {
    "residents": _residents,
    "history": _history,
    "move": partial(_act, "move"),
    "leave": partial(_act, "leave"),
    "merge": partial(_act, "merge"),
    "visit": partial(_form, "visit"),
    "call": partial(_form, "call"),
    "household": _household,
    "issue": partial(_open, "issue"),
    "dispute": partial(_open, "dispute"),
    "dispute-inquiry": partial(_of_dispute, tr("记调查")),
    "dispute-papers": partial(_of_dispute, tr("打印文书")),
    "patrols": _patrol,
    "patrol-finding": _finding,
    "patrol-log": partial(_patrol, words=tr("以前的巡查")),
    "patrol-points": partial(_patrol, words=tr("巡查点")),
    "issue-new": partial(_new, "issue"),
    "dispute-new": partial(_new, "dispute"),
    "printing": _printing,
    "printing-signed": _signed,
    "export": _export,
    "fill": _fill,
    "import-file": partial(_import, "file"),
    "import-columns": partial(_import, "columns"),
    "import": partial(_import, "preview"),
    "find": _find,
    "account-add": partial(_settings, tr("添加用户…")),
    "password": partial(_settings, tr("修改我的密码…")),
    "restore": partial(_restore, WHICH),
    "restore-look": partial(_restore, LOOK),
    **SYNC_SCENES,
}


def most_visited(db: Connection) -> tuple[UUID, str]:
    """Return who was visited most, and the first letters that find them."""
    visits = records.filtered(db, Visit, {})
    counts = Counter(row["resident_id"] for row in visits if row["resident_id"])
    if not counts:
        raise UserError(tr("还没有走访记录，没有可以展示的画面"))
    somebody: UUID = counts.most_common(1)[0][0]
    name = records.labels(db, Resident, [somebody])[somebody]
    return somebody, "".join(one[0][:1] for one in name_readings(name))
