"""Two windows on one folder: both work, and nothing that either confirmed is lost.

There is no lock on the folder: a second window is allowed, as when somebody starts the
program again while the first is hidden. What cannot be shared says so (restores, the
change of the data key), which tests/store shows.
"""

import pytest

from tests.vault_faults.deeds import Found, do_stubbornly, judged
from tests.vault_faults.deeds_files import Choices, Photos
from tests.vault_faults.deeds_records import CatchesUp, Imports, Migrations, Saves
from tests.vault_faults.deeds_upkeep import Backups, Passwords
from tests.vault_faults.table import SEED
from tests.vault_faults.watched import side_by_side

PAIRS = [
    (Saves(), Saves()),
    (Saves(), Imports()),
    (Saves(), Backups()),
    (Imports(), CatchesUp()),
    (Photos(), Photos()),
    (Saves(), Choices()),
    (Backups(), Passwords()),
    (Migrations("0004"), Migrations("0004")),
]


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda deed: f"{deed}")
def test_two_windows_lose_nothing_of_each_other(bench, tried, one, other):
    on = bench(one)
    if type(other) is not type(one):
        other.prepare(on.start)
    else:
        other = one
    for number in range(3):
        room = on.room()
        works = [
            (do_stubbornly, deed, room, f"{SEED} {number} {at}")
            for at, deed in enumerate((one, other))
        ]
        outcomes = side_by_side(*works)
        whole = Found(room, [])
        for deed, outcome in zip((one, other), outcomes, strict=True):
            found = judged(deed, room, outcome)
            if "end" not in found.said:
                found.unopened.append(f"it did not end: {found.said}")
            whole.lost += found.lost
            whole.half += found.half
            whole.unopened += found.unopened
        tried("two windows on one folder", whole, f"{one} beside {other}")
