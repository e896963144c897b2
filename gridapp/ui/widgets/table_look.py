"""How a table of rows looks and behaves, whatever it lists."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView


def row_table(view: QTableView, row: int, head: int, narrowest: int) -> None:
    """Make a table a list of whole rows without a grid, one chosen at a time.

    row, head: heights of a row and of the headings; narrowest: width a column keeps;
    all in pixels.
    """
    view.setShowGrid(False)
    view.setTabKeyNavigation(False)
    view.setWordWrap(False)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
    view.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
    view.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(row)
    across = view.horizontalHeader()
    across.setHighlightSections(False)
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    across.setDefaultAlignment(left)
    across.setFixedHeight(head)
    across.setMinimumSectionSize(narrowest)
