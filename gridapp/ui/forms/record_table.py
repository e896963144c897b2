"""A table for any record type: it keeps ids and reads rows as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, Qt

from gridapp.language import tr
from gridapp.models.record import Field, Record, fields_of
from gridapp.store import records
from gridapp.store.vault import Store
from gridapp.ui.widgets.items import NOWHERE, Index

PAGE = 200


class RecordTable(QAbstractTableModel):
    """Rows of one record type as a person reads them, masked."""

    def __init__(
        self, store: Store, model: type[Record], columns: Sequence[str]
    ) -> None:
        super().__init__()
        known = {field.name: field for field in fields_of(model)}
        self.fields: list[Field] = [known[name] for name in columns]
        self._store = store
        self._model = model
        self._ids: list[UUID] = []
        self._rows: dict[UUID, dict[str, str]] = {}

    def show_ids(self, ids: Sequence[UUID]) -> None:
        """Show these records in this order."""
        self.beginResetModel()
        self._ids, self._rows = list(ids), {}
        self.endResetModel()

    def ids(self) -> list[UUID]:
        """Return the ids of the records in the order they are shown."""
        return list(self._ids)

    def id_at(self, row: int) -> UUID:
        """Return the id of the record in a row."""
        return self._ids[row]

    def row_of(self, record_id: UUID) -> int | None:
        """Return the row of a record, None when it is not shown."""
        return self._ids.index(record_id) if record_id in self._ids else None

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.fields)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole and across:
            return self.fields[section].label
        if role == Qt.ItemDataRole.TextAlignmentRole and across:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        field = self.fields[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(self._row(index.row())[field.name].split())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tr(
                "{label}：{shown}",
                label=field.label,
                shown=self._row(index.row())[field.name] or tr("空"),
            )
        return None

    def _row(self, number: int) -> dict[str, str]:
        record_id = self._ids[number]
        if record_id not in self._rows:
            start = number - number % PAGE
            self._rows.update(self._read(self._ids[start : start + PAGE]))
        empty = {field.name: "" for field in self.fields}
        return self._rows.get(record_id, empty)

    def _read(self, ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
        with self._store.reading() as db:
            rows = records.by_id(db, self._model, ids)
            words = records.shown(db, self._model, rows.values())
        return dict(zip(rows, words, strict=True))
