"""The power goes: what was not synced is lost, in part or in another order.

Nothing that was confirmed may be among it. `power` says what such a disk keeps.
"""

import random

import pytest
from sqlalchemy import event

from gridapp import durable, settings
from gridapp.settings import Settings
from tests.vault_faults.deeds import Deed
from tests.vault_faults.deeds_access import Members, Rekeys
from tests.vault_faults.deeds_files import CHOSEN, Begins, Choices, Exports, Photos
from tests.vault_faults.deeds_records import CatchesUp, Imports, Migrations, Saves
from tests.vault_faults.deeds_upkeep import Backups, Passwords, Restores
from tests.vault_faults.power import Disk
from tests.vault_faults.table import SEED, many

DEEDS = [
    (Saves(), 30),
    (Imports(), 12),
    (CatchesUp(), 8),
    (Photos(), 15),
    (Choices(), 12),
    (Exports(), 6),
    (Begins(), 10),
    (Passwords(), 10),
    (Members(), 10),
    (Rekeys(), 10),
    (Backups(), 8),
    (Restores(), 12),
    (Migrations("0004"), 6),
]


@pytest.mark.parametrize(("deed", "cuts"), DEEDS, ids=str)
def test_a_power_cut_loses_nothing_that_was_confirmed(bench, tried, deed, cuts):
    for where, found in bench(deed).power_cuts(many(cuts), SEED):
        tried(f"power cut: {deed.name}", found, where)


class Careless(Deed):
    """Writes a file as one does who forgets that disks have a memory of their own."""

    def begin(self, room):
        return None

    def acts(self, room, subject, rng):
        path = room.vault / settings.FILE

        def keep(number):
            path.with_suffix(".new").write_text(f'{{"lock_after": {number}.0}}')
            path.with_suffix(".new").replace(path)
            return (f"setting {number}",)

        for number in CHOSEN:
            yield lambda n=number: keep(n)

    def check(self, found, store):
        kept = settings.load(found.room.vault).lock_after
        for (number,) in found.facts("setting"):
            found.expect(number, there=kept >= int(number))


class Hurried(Saves):
    """Saves as a database does that does not wait for the disk."""

    def begin(self, room):
        store = room.opened()
        event.listen(store._engine, "checkout", self._hurry)
        return store

    @staticmethod
    def _hurry(db, *_):
        db.execute("PRAGMA synchronous = OFF")


@pytest.mark.parametrize("deed", [Careless(), Hurried()], ids=str)
def test_a_program_that_does_not_sync_is_found_out(bench, deed):
    """The suite can fail: without a sync what was confirmed is lost."""
    cuts = list(bench(deed).power_cuts(12, SEED))
    assert any(found.lost or found.unopened for _, found in cuts)


def test_a_disk_keeps_what_was_synced_and_loses_what_was_not(tmp_path, bench):
    on = bench(Choices())
    steps, root = on.recorded(SEED)
    disk = Disk(on.start.root)
    disk.move(str(root))
    for step in steps:
        disk.do(step)
    out = tmp_path / "out"
    disk.after_cut(out, random.Random(1))
    assert settings.load(out / "vault") == Settings(
        text_scale=1.15, lock_after=float(CHOSEN[-1])
    )
    assert not list((out / "vault").glob(f"*{durable.UNFINISHED}"))
