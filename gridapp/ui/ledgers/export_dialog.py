"""Writing a list to a file: which kind of file, which columns, whole numbers or not."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models.permissions import Act
from gridapp.models.purposes import purpose_of
from gridapp.ui.forms.act_dialog import ActDialog
from gridapp.ui.jobs import Progress
from gridapp.ui.ledgers.export_columns import ColumnChips
from gridapp.ui.ledgers.export_work import CSV, EXCEL, STANDARD, Made, Order, write_file
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text
from gridapp.work.export_choice import chosen_before, columns_for
from gridapp.work.gbt31000 import tables_for
from gridapp.work.listing import Listing

MASKED, WHOLE = "masked", "whole"
DONE_HEIGHT = 230  # pixels of what is said at the end
KINDS = {EXCEL: tr("Excel 文件 (*.xlsx)"), CSV: tr("CSV 文件 (*.csv)")}


class ExportDialog(ActDialog):
    """Asks what is needed, writes the file off the window, and says where it is."""

    exported = Signal(str)  # what was done, in words

    def __init__(self, session: Session, listing: Listing, parent: QWidget) -> None:
        title = tr("导出{title}", title=listing.title)
        super().__init__(session, title, tr("导出 Ctrl+S"), parent)
        self._listing = listing
        self._progress: Progress | None = None
        self._made: Path | None = None
        self._unmasks = False  # whether the file is to hold full numbers
        self._leave.setText(tr("返回"))
        kinds = [(EXCEL, tr("Excel 表格")), (CSV, tr("CSV 文本"))]
        if self._follows():
            kinds.append((STANDARD, tr("国标 GB/T 31000")))
        self._kind = OptionRow(self.theme, tr("格式"), kinds)
        self._about = Text(self._what(), "muted", wrap=True)
        self._hint = Text("", "faint", wrap=True)
        self._columns = ColumnChips(self.theme, listing.columns)
        ways = [(MASKED, tr("遮住中间几位")), (WHOLE, tr("写完整号码"))]
        self._numbers = OptionRow(self.theme, tr("号码"), ways)
        self._purpose = LineField(tr("用途"), tr("如：报街道民政办高龄补贴"))
        self._bar = Bar(self.theme)
        self._place()
        self._bind()
        self._show_needed()
        self.fit(760, 600)
        self.save_button.setFocus()
        session.read(partial(chosen_before, listing=listing), self._columns.take)

    def _place(self) -> None:
        self._about.setContentsMargins(10, 4, 10, 6)
        self.form.addWidget(self._about)
        row = self.add_row("kind", tr("格式"), self._kind, self._kind.finished)
        row.add_below(self._hint)
        row = self.add_row(
            "numbers", tr("证件和电话"), self._numbers, self._numbers.finished
        )
        refused = self.session.refusal(Act.EXPORT_FULL)
        self._numbers.refuse(WHOLE, refused)
        usual = tr("写完整号码要说明用途，会记入操作记录，文件里也写明")
        row.add_below(Text(refused or usual, "faint", wrap=True))
        self.add_row(
            "purpose",
            tr("用途"),
            self._purpose,
            self._purpose.finished,
            required=True,
        )
        self.add_row("columns", tr("列"), self._columns, self._columns.finished)
        self.form.addWidget(self._bar)
        self.form.addStretch()
        self._bar.hide()
        self._kind.set_values([EXCEL])
        self._numbers.set_values([MASKED])

    def _bind(self) -> None:
        for part in (self._kind, self._columns, self._numbers):
            part.changed.connect(self._show_needed)

    def _what(self) -> str:
        count, narrowed = len(self._listing.items), self._listing.narrowed
        words = tr("{count:,} 条，按页面上现在的顺序", count=count)
        if narrowed:
            shown = tr("、").join(narrowed)
            words = tr(
                "{count:,} 条（{shown}），按页面上现在的顺序", count=count, shown=shown
            )
        return words

    def _follows(self) -> bool:
        model = self._listing.model
        return model is not None and bool(tables_for(model))

    def _show_needed(self) -> None:
        """Ask only what the choices so far leave open."""
        kind, whole = self._kind.value(), self._numbers.value() == WHOLE
        chosen = columns_for(self._listing, self._columns.chosen())
        private = kind == STANDARD or any(one.private for one in chosen)
        self.show_row("columns", kind != STANDARD)
        self.show_row("numbers", private)
        self._unmasks = private and whole
        self.show_row("purpose", self._unmasks)
        self._hint.setText(self._hint_for(kind or EXCEL, whole=self._unmasks))
        self._hint.setVisible(bool(self._hint.text()))
        verb = tr("导出完整号码 Ctrl+S") if self._unmasks else tr("导出 Ctrl+S")
        self.save_button.setText(verb)
        self.save_button.setAccessibleName(verb)

    def _hint_for(self, kind: str, *, whole: bool) -> str:
        if kind == STANDARD and self._listing.model is not None:
            tables = tr("、").join(
                tr("表{number} {title}", number=one.number, title=tr(one.title))
                for one in tables_for(self._listing.model)
            )
            return tr(
                "按国标的列和代码各成一张表：{tables}。缺的格子标黄，另列“待补”",
                tables=tables,
            )
        if kind == CSV and whole:
            return tr(
                "CSV 用 Excel 打开时身份证号末几位会变成 0，要看号码请选 Excel；"
                "谁导出、什么用途，另存在旁边的“说明”里"
            )
        return tr("给别的软件用，只有文字") if kind == CSV else ""

    def _wanted(self) -> Order:
        """What is wanted; InvalidFields when something is lacking."""
        keys, purpose = self._columns.chosen(), ""
        if not keys:
            raise InvalidFields({"columns": tr("至少选一列")})
        if self._unmasks:
            try:
                purpose = purpose_of(self._purpose.text())
            except UserError as error:
                raise InvalidFields({"purpose": str(error)}) from None
        return Order(self._listing, self._kind.value() or EXCEL, tuple(keys), purpose)

    def save(self) -> None:
        """Ask where to write and do it, or show what is lacking."""
        if self._made is not None:
            self.accept()
            return
        if not self.save_button.isEnabled():
            return
        try:
            order = self._wanted()
        except InvalidFields as error:
            self.refuse(error)
            return
        self._error.setText("")
        ending = CSV if order.kind == CSV else EXCEL
        name = f"{_file_name(self._listing.title)} {dt.date.today():%Y-%m-%d}{ending}"
        choose = self.session.messages.choose_target
        target = choose(tr("导出存为"), name, KINDS[ending])
        if target:
            self._start(order, Path(target), ending)

    def _start(self, order: Order, path: Path, ending: str) -> None:
        if path.suffix.lower() != ending:
            path = path.with_name(path.name + ending)
        self._progress = Progress(self)
        self._progress.stepped.connect(self._on_step)
        self.save_button.setEnabled(False)
        self._leave.setText(tr("停止"))
        self._bar.fill(0)
        self._bar.show()
        work = partial(write_file, self.session.store, order, path, self._progress)
        self.session.jobs.run(work, self._done, self._failed)

    def _on_step(self, done: int, total: int, _words: str) -> None:
        self._bar.fill(done / total if total else 0.0)
        self._error.setText(
            tr("正在导出：{done:,} / {total:,}", done=done, total=total)
        )

    def _end(self) -> None:
        self._progress = None
        self._bar.hide()
        self._leave.setText(tr("返回"))
        self.save_button.setEnabled(True)

    def _failed(self, error: Exception) -> None:
        self._end()
        if isinstance(error, UserError):
            self._error.setText(str(error))
        else:
            self.session.messages.show_error(error)

    def _done(self, made: Made) -> None:
        """Say where the file is, and offer to open it."""
        self._end()
        self._made = made.path
        self.clear_rows()
        self._error.setText("")
        words = Text(made.words, "section", wrap=True)
        words.setContentsMargins(10, 8, 10, 4)
        self.form.insertWidget(0, words)
        self._about.setText(str(made.path))
        holder = QWidget()
        row = line(holder, (10, 0, 10, 0), 8)
        open_file = Button(self.theme, tr("打开文件"), icon="file-output")
        open_folder = Button(self.theme, tr("打开所在文件夹"), icon="folder")
        open_file.clicked.connect(partial(_open, made.path))
        open_folder.clicked.connect(partial(_open, made.path.parent))
        row.addWidget(open_file)
        row.addWidget(open_folder)
        row.addStretch()
        self.form.insertWidget(2, holder)
        self.resize(self.width(), DONE_HEIGHT)
        self._leave.hide()
        self.save_button.setText(tr("完成"))
        self.save_button.setAccessibleName(tr("完成"))
        self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.exported.emit(made.words)

    def reject(self) -> None:
        """Close; while the file is being written, stop that first."""
        if self._progress is not None:
            self._progress.cancel()
            self._error.setText(tr("正在停下来，不会留下半个文件"))
        else:
            super().reject()


def _file_name(words: str) -> str:
    """Words that may name a file on Windows."""
    return re.sub(r'[\\/:*?"<>|]', " ", words).strip()


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
