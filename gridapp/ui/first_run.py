"""The fields of a vault that is to be made: by whoever starts it alone, or on a laptop
for which the county has prepared a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gridapp import paths
from gridapp.language import tr
from gridapp.ui.jobs import Jobs
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.password import NewPassword

if TYPE_CHECKING:
    from gridapp.store.vault import Store
    from gridapp.sync.enrolment_file import EnrolmentFile

_SUFFIX = Path(paths.ENROLMENT).suffix
Wrong = tuple[str, LineField | None]  # a sentence, and the field that it is about


class FirstRun:
    """Begins a vault that stands alone: its worker and grid are typed."""

    has_file = False  # of the county

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        self.password = NewPassword(theme, jobs, self.about, tr("密码"))
        self.more = self._more()

    def _more(self) -> list[LineField]:
        return [
            LineField(tr("您的姓名"), tr("写在走访记录上的名字")),
            LineField(tr("网格名称"), tr("如 第3网格")),
            LineField(tr("网格编码"), tr("社区给的 15 位编码")),
        ]

    @property
    def fields(self) -> list[LineField]:
        """All fields, in their order; the first is the password."""
        return [self.password.first, self.password.again, *self.more]

    @property
    def greeting(self) -> str:
        """What is said above them."""
        return tr(
            "这台电脑上还没有数据。先设一个密码，以后每次打开都要用它；"
            "忘了密码，别人也打不开，请记牢。"
        )

    def about(self) -> tuple[str, Sequence[str]]:
        """Whose new password it is, and the grid, so that it is neither of them."""
        name, _, code = self._told()
        return name, [code]

    def _told(self) -> list[str]:
        return [field.text().strip() for field in self.more]

    def problem(self) -> Wrong | None:
        """What must be typed first."""
        wrong = self.password.problem()
        if wrong is None and not all(self._told()):
            return tr("请把姓名、网格名称和网格编码都填上"), None
        return wrong

    def work(self, folder: Path) -> Callable[[], Store]:
        """What makes the vault, on a thread, with what is typed now."""
        password = self.password.text()
        name, grid, code = self._told()

        def make() -> Store:
            from gridapp.ui import entering

            return entering.created(folder, password, code, grid, name)

        return make


class PreparedRun(FirstRun):
    """Begins the vault that the county prepared: only a password is typed, and the
    number that goes with the file, if one does."""

    has_file = True

    def __init__(self, theme: Theme, jobs: Jobs, file: EnrolmentFile) -> None:
        self.file = file
        super().__init__(theme, jobs)

    def _more(self) -> list[LineField]:
        if not self.file.said.pin:
            return []
        return [LineField(tr("登记口令"), tr("县里告诉您的 8 位数字"))]

    @property
    def greeting(self) -> str:
        """Who it is for, and what to do."""
        said = self.file.said
        words = tr(
            "{name}，您好。这台电脑是给您准备的：{where}。"
            "请设一个密码，以后每次打开都要用它；忘了密码，别人也打不开，请记牢。",
            name=said.worker,
            where=self._where(),
        )
        if said.pin:
            words += tr("登记口令由县里打电话或当面告诉您。")
        return words + tr("登记到 {url}。", url=said.url)

    def _where(self) -> str:
        said = self.file.said
        if said.area:
            return tr("区划 {area} 的网格", area=said.area)
        (_, first), *others = said.grids
        if others:
            return tr("{first}等 {count} 个网格", first=first, count=len(said.grids))
        return first

    def about(self) -> tuple[str, Sequence[str]]:
        """Whom the county prepared it for."""
        return self.file.said.worker, [code for code, _ in self.file.said.grids]

    def problem(self) -> Wrong | None:
        """What must be typed first; a number with a slip in it is told here."""
        wrong = self.password.problem()
        if wrong is not None or not self.more:
            return wrong
        from gridapp.sync import pin

        [field] = self.more
        try:
            pin.checked(field.text())
        except ValueError as error:
            return str(error), field
        return None

    def work(self, folder: Path) -> Callable[[], Store]:
        """What makes the vault, on a thread, with what is typed now."""
        password, typed = self.password.text(), "".join(self._told())

        def make() -> Store:
            from gridapp.ui import entering

            return entering.begun(folder, password, self.file, typed)

        return make


def first_run(theme: Theme, jobs: Jobs, found: Path | None) -> tuple[FirstRun, str]:
    """The fields, with the file that was `found`, and what is wrong with that file."""
    if found is None or found.suffix.lower() != _SUFFIX:  # an update waits its turn
        return FirstRun(theme, jobs), ""
    from gridapp.errors import UserError
    from gridapp.sync import enrolment_file  # late: few laptops find one

    try:
        file = enrolment_file.usable(found)
    except UserError as error:
        return FirstRun(theme, jobs), str(error)
    return PreparedRun(theme, jobs, file), ""
