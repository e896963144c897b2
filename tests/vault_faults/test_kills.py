"""A process is killed at any moment of what it does: nothing that it confirmed is lost.

Three of four kills hit a counted call on the disk, or the middle of a write, and can be
done again; the fourth hits whatever the process is at.
"""

import pytest

from gridapp import migrations
from tests.vault_faults.deeds_access import Members, Rekeys, Repairs
from tests.vault_faults.deeds_files import Begins, Choices, Exports, Photos
from tests.vault_faults.deeds_records import CatchesUp, Imports, Migrations, Saves
from tests.vault_faults.deeds_upkeep import Backups, Passwords, Restores
from tests.vault_faults.table import SEED, many

OLD = [f"{number:04}" for number in range(1, int(migrations.HEAD))]
DEEDS = [
    (Saves(), 80),
    (Imports(), 45),
    (CatchesUp(), 30),
    (Photos(), 40),
    (Choices(), 30),
    (Exports(), 20),
    (Begins(), 20),
    (Passwords(), 30),
    (Members(), 40),
    (Rekeys(), 40),
    (Repairs(), 25),
    (Backups(), 35),
    (Restores(), 50),
    *((Migrations(version), 8) for version in OLD),
]


@pytest.mark.parametrize(("deed", "kills"), DEEDS, ids=str)
def test_a_kill_loses_nothing_that_was_confirmed(bench, tried, deed, kills):
    on = bench(deed)
    rounds = -(-many(kills) // kills)
    for number in range(rounds):
        for where, found in on.kills(kills, f"{SEED} {number}"):
            tried(f"killed: {deed.name}", found, where)
