"""The table view of one record type: its columns, its look, what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from gridapp.models.record import Record
from gridapp.ui.forms.record_table import RecordTable
from gridapp.ui.session import Session


class RecordList(QTableView):
    """Rows of records; Enter or a double click activates one."""

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
        self.setModel(self._table)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(44)
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        across.setFixedHeight(38)
        across.setMinimumSectionSize(70)
        for number, (_, width) in enumerate(columns):
            if width:
                self.setColumnWidth(number, width)
            else:
                mode = QHeaderView.ResizeMode.Stretch
                across.setSectionResizeMode(number, mode)

    def show_ids(self, ids: Sequence[UUID]) -> None:
        """Show these records; the chosen one stays chosen if it is among them."""
        kept = self.chosen()
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
