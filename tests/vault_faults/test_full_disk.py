"""The disk is full at any write, once: words, nothing half, and on it goes with room.

The process that was refused goes on: nobody starts the program again.
"""

import pytest

from tests.vault_faults.deeds_files import Begins, Choices, Exports, Photos
from tests.vault_faults.deeds_records import CatchesUp, Imports, Migrations, Saves
from tests.vault_faults.deeds_upkeep import Backups, Passwords, Restores
from tests.vault_faults.rules import FULL
from tests.vault_faults.table import SEED

DEEDS = [
    (Saves(), 24),
    (Imports(), 12),
    (CatchesUp(), 5),
    (Photos(), 12),
    (Choices(), 8),
    (Exports(), 4),
    (Begins(), 6),
    (Passwords(), 10),
    (Backups(), 10),
    (Restores(), 12),
    (Migrations("0004"), 5),
]


@pytest.mark.parametrize(("deed", "most"), DEEDS, ids=str)
def test_a_full_disk_says_so_and_leaves_nothing_half(bench, tried, deed, most):
    for where, found in bench(deed).refusals(FULL, most, SEED):
        tried(f"{FULL.name}: {deed.name}", found, where)
