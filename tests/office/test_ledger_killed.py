"""An import that is killed half-way leaves the vault as it was."""

import datetime as dt
import shutil
import signal
import subprocess
import sys

import pytest

from gridapp.models import record_named
from gridapp.office.ledgers import ledger
from gridapp.paths import resources
from gridapp.store import records
from gridapp.store import vault as vaults
from gridapp.store.search import search

TODAY = dt.date(2026, 11, 23)
LEDGER = resources() / "samples" / "出租房屋登记表.csv"
CHILD = """
import datetime as dt, sys
from pathlib import Path
from gridapp.office.ledgers import ledger
from gridapp.store import vault

store = vault.open_with_key(Path(sys.argv[1]), bytes.fromhex(sys.stdin.readline()))
plan = ledger.plan_import(store, Path(sys.argv[2]), today=dt.date(2026, 11, 23))

def told(done, total):
    print(done, total, flush=True)
    if done >= total * float(sys.argv[3]):
        sys.stdin.readline()

ledger.apply(store, plan, told)
print("written", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("part", [0.3, 1.0, 2.0])
def test_killed_import_leaves_all_or_nothing(part, vault_template, tmp_path):
    template, key = vault_template
    folder = tmp_path / "vault"
    shutil.copytree(template, folder)
    kill_an_import(folder, key, part)
    store = vaults.open_with_key(folder, key)
    try:
        with store.reading() as db:
            people = records.count(db, record_named("resident"))
            buildings = records.count(db, record_named("building"))
            found = search(db, "王")
            check = db.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        assert check == "ok"
        if part <= 1:  # killed inside the transaction
            assert (people, buildings, found) == (0, 0, [])
        else:
            assert people > 300
            assert found
        plan = ledger.plan_import(store, LEDGER, today=TODAY)
        added = ledger.apply(store, plan).added
        assert (added == 0) == (people > 0)
    finally:
        store.close()


def kill_an_import(folder, key, part):
    """Run an import in another process and kill it when `part` of it is written."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(LEDGER), str(part)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        child.stdin.write(key.hex() + "\n")
        child.stdin.flush()
        for line in child.stdout:
            if line == "written\n":
                break
            done, total = map(int, line.split())
            if done >= total * part:
                break
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
