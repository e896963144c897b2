"""The table view of one record type: its columns, its look, what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableView

from gridapp.models.record import Record
from gridapp.ui.forms.record_table import RecordTable
from gridapp.ui.session import Session
from gridapp.ui.widgets.table_look import row_table
from gridapp.work.ordering import ordered
from gridapp.work.record_columns import columns_of

_UP = Qt.SortOrder.AscendingOrder


class RecordList(QTableView):
    """Rows of records; Enter or a double click activates one.

    A click on a heading sorts by it, another one the other way round, a third as the
    rows were given.
    """

    sorted_by = Signal(str)  # key of the column it is sorted by; empty: as given

    def __init__(
        self,
        session: Session,
        model: type[Record],
        columns: Sequence[tuple[str, int]],
        name: str,
    ) -> None:
        """Show `columns`, pairs of a field and its width; 0 takes the room left."""
        super().__init__()
        self._table = RecordTable(session.store, model, [field for field, _ in columns])
        self._session, self._model = session, model
        self._given: list[UUID] = []
        self._order = ("", False)  # key of a column; whether from the greatest
        self.setModel(self._table)
        self.setAccessibleName(name)
        row_table(self, 44, 38, 70)
        across = self.horizontalHeader()
        across.setSectionsClickable(True)
        across.sectionClicked.connect(self._on_heading)
        for number, (_, width) in enumerate(columns):
            if width:
                self.setColumnWidth(number, width)
            else:
                mode = QHeaderView.ResizeMode.Stretch
                across.setSectionResizeMode(number, mode)

    def show_ids(self, ids: Sequence[UUID]) -> None:
        """Show these records, sorted if that was asked for; the chosen one stays
        chosen if it is among them."""
        self._given = list(ids)
        self._arrange()

    def sort_by(self, key: str, *, descending: bool = False) -> None:
        """Sort by a column of the table; an empty key: as the rows were given."""
        self._order = (key, descending)
        keys = [one.name for one in self._table.fields]
        order = Qt.SortOrder.DescendingOrder if descending else _UP
        across = self.horizontalHeader()
        across.setSortIndicatorShown(bool(key))
        across.setSortIndicator(keys.index(key) if key else -1, order)
        self._arrange(keep=False)
        self.sorted_by.emit(key)

    def _on_heading(self, section: int) -> None:
        key, (before, descending) = self._table.fields[section].name, self._order
        if key != before:
            self.sort_by(key)
        else:
            self.sort_by("" if descending else key, descending=True)

    def _arrange(self, *, keep: bool = True) -> None:
        key, descending = self._order
        columns = {one.key: one for one in columns_of(self._model)}
        column = columns.get(key)
        if column is None:
            self._show(self._given, keep=keep)
            return
        work = partial(
            ordered,
            model=self._model,
            ids=self._given,
            column=column,
            descending=descending,
        )
        asked = (self._given, self._order)
        self._session.read(work, partial(self._show_sorted, asked, keep))

    def _show_sorted(
        self, asked: tuple[list[UUID], tuple[str, bool]], keep: bool, ids: list[UUID]
    ) -> None:
        if asked == (self._given, self._order):
            self._show(ids, keep=keep)

    def _show(self, ids: Sequence[UUID], *, keep: bool) -> None:
        kept = self.chosen() if keep else None
        self._table.show_ids(ids)
        if ids:
            self.choose(kept if kept in ids and kept else ids[0])

    def ids(self) -> list[UUID]:
        """Return the ids of the rows in the order they are shown."""
        return self._table.ids()

    def chosen(self) -> UUID | None:
        """Return the id of the row the keyboard is on."""
        index = self.currentIndex()
        return self._table.id_at(index.row()) if index.isValid() else None

    def choose(self, record_id: UUID) -> None:
        """Put the keyboard on the row of a record, if it is shown."""
        row = self._table.row_of(record_id)
        if row is not None:
            self.selectRow(row)

    def id_at(self, row: int) -> UUID:
        """Return the id of the record in a row."""
        return self._table.id_at(row)
