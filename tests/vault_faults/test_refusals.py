"""Others are in the way: a disk that turned read-only, a scanner, another program.

The user is told in words, nothing is lost or half, and once nothing is in the way any
more the same window goes on. Who only waits for a moment is not even told.
"""

import errno
import random

import pytest

from tests.vault_faults.deeds import do_stubbornly, judged
from tests.vault_faults.deeds_files import Begins, Choices, Exports, Photos
from tests.vault_faults.deeds_records import CatchesUp, Imports, Saves
from tests.vault_faults.deeds_upkeep import Backups, Passwords, Restores
from tests.vault_faults.rules import (
    BAD_SYNC,
    LOCKED,
    READ_ONLY,
    SCANNED,
    BrieflyHeld,
)
from tests.vault_faults.table import SEED

WRITES = (Saves(), Imports(), Photos(), Choices(), Passwords(), Backups(), Restores())
FAULTS = [
    *((READ_ONLY, deed, 5) for deed in (*WRITES, Exports(), Begins())),
    *((BAD_SYNC, deed, 4) for deed in WRITES),
    *((SCANNED, deed, 4) for deed in (*WRITES, Exports(), Begins())),
    *((LOCKED, deed, 4) for deed in (Saves(), Imports(), CatchesUp(), Backups())),
]


@pytest.mark.parametrize(
    ("fault", "deed", "most"), FAULTS, ids=lambda one: getattr(one, "name", None)
)
def test_what_is_refused_is_said_and_nothing_is_half(bench, tried, fault, deed, most):
    for where, found in bench(deed).refusals(fault, most, SEED):
        tried(f"{fault.name}", found, f"{deed.name}, {where}")


@pytest.mark.parametrize(
    "deed", [Choices(), Photos(), Passwords(), Exports(), Backups()], ids=str
)
def test_a_scanner_that_lets_go_soon_is_waited_for(bench, tried, deed):
    on = bench(deed)
    for nth in (1, random.Random(f"{deed} {SEED}").randint(2, 4)):
        room = on.room()
        rule = BrieflyHeld(SCANNED.which, nth, errno.EACCES, times=3)
        rule.locks = True
        found = judged(deed, room, on.run(rule, room, SEED, do_stubbornly))
        if found.words or "end" not in found.said:
            found.unopened.append(f"the user was told: {found.words}")
        tried("file held by a scanner for a moment", found, f"{deed.name}, {nth}")
