"""The clock of a laptop is years off, jumps back between sessions and runs backwards.

Order comes from numbers, never from a clock: nothing is lost, doubled or put aside.
"""

import datetime as dt
import random

import pytest

from gridapp.models import Resident
from gridapp.store import backup, backup_places, records
from gridapp.store import vault as vaults
from tests.faults.processes import Clock
from tests.vault_faults.deeds import do, judged
from tests.vault_faults.deeds_records import CatchesUp, Imports, Saves
from tests.vault_faults.deeds_upkeep import Backups, Passwords
from tests.vault_faults.table import SEED
from tests.vault_faults.watched import Outcome, Rule, watched

DAY = dt.timedelta(days=1)
SESSIONS = [  # days off, and how fast it runs
    (0, 1.0),
    (-3 * 365, 1.0),
    (400, -5000.0),
    (-10 * 365, 0.0),
]


def do_at(say, deed, room, seed, days, pace):
    """Do a deed while the clock of the process is off."""
    Clock(days * DAY, pace).rule()
    do(say, deed, room, seed)


@pytest.mark.parametrize("deed", [Saves(), CatchesUp(), Backups()], ids=str)
def test_sessions_with_clocks_that_jump_lose_nothing(bench, tried, deed):
    on = bench(deed)
    room = on.room()
    said = []
    for number, (days, pace) in enumerate(SESSIONS):
        seed = f"{SEED} {number}"
        outcome = watched(do_at, Rule(), room.root, deed, room, seed, days, pace)
        said += outcome.said
        whole = Outcome(said, outcome.ended, outcome.fault)
        tried("clock jumps between sessions", judged(deed, room, whole), f"{deed}")


@pytest.mark.parametrize("deed", [Imports(), Passwords()], ids=str)
@pytest.mark.parametrize(("days", "pace"), SESSIONS[1:])
def test_a_clock_that_is_off_changes_nothing(bench, tried, deed, days, pace):
    on = bench(deed)
    room = on.room()
    outcome = watched(do_at, Rule(), room.root, deed, room, SEED, days, pace)
    tried("clock off, still or backwards", judged(deed, room, outcome), f"{deed}")


def keep_many(say, room):
    """Backups over a month whose days come in any order; says the last one."""
    rng = random.Random(SEED)
    store = vaults.open_with_key(room.vault, room.key)
    for number in range(18):
        clock = Clock(rng.randint(-3000, 30) * DAY, 1.0)
        clock.rule()
        with store.writing() as tx:
            records.save(tx, Resident, {"name": "李桂英", "note": str(number)})
        made = backup.make(store)
    say(f"last {made.file.name}")
    store.close()


def test_the_last_backup_stays_whatever_the_clock_said(bench):
    on = bench(Saves())
    room = on.room()
    outcome = watched(keep_many, Rule(), room.root, room)
    assert outcome.said, outcome.fault
    listed = backup_places.read(backup_places.local(room.vault))
    assert listed.kept[0].file.name == outcome.said[-1].split()[1]
    assert 10 <= len(listed.kept) <= 14
    assert backup.verified(listed.kept[0].file, room.key).number == 18
