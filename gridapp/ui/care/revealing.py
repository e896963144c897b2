"""Showing somebody's whole number on the screen, and what it was wanted for.

A telephone number has one use, so its button asks nothing and says that use; an
identity number has several, and its button asks which (domain.md §2.11).
"""

from __future__ import annotations

from uuid import UUID

from gridapp.language import tr
from gridapp.models.deeds import Deed
from gridapp.store import state
from gridapp.store.vault import Writing
from gridapp.ui.menus import MenuButton
from gridapp.ui.theme import Theme

CALL = tr("电话联系本人或家属")
CASE = tr("办理这件纠纷")
PURPOSES = (
    tr("核对本人证件"),
    tr("办理补贴或业务"),
    tr("填报上级要的材料"),
    tr("更正登记的号码"),
)


class PurposeEye(MenuButton):
    """The button beside an identity number; `picked` tells what it is wanted for."""

    def __init__(self, theme: Theme, tip: str) -> None:
        super().__init__(theme, "", icon="eye", tip=tip)
        self.set_choices([(words, words) for words in PURPOSES])


def reveal(tx: Writing, kind: str, record_id: UUID, label: str, purpose: str) -> None:
    """Journal that this value of a record is shown; before it is."""
    state.disclose(tx, Deed.REVEAL, kind, record_id, label, purpose=purpose, people=1)
