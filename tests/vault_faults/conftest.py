"""A vault with people, visits and photos that every deed starts from."""

import shutil
import tempfile
from pathlib import Path

import pytest

from gridapp import garbage, settings
from gridapp.models import Building, Dwelling, Household, Resident
from gridapp.settings import Settings
from gridapp.store import drafts, records, search_words
from gridapp.store import vault as vaults
from gridapp.work import founding, visits
from tests.vault_faults import syscalls
from tests.vault_faults.deeds import Room
from tests.vault_faults.deeds_files import PASSWORD
from tests.vault_faults.deeds_records import picture
from tests.vault_faults.trials import Bench, small_place

PEOPLE = 24


@pytest.fixture(scope="session", autouse=True)
def ready():
    """What a process reads once is read before any is forked."""
    if not syscalls.NUMBERS:
        pytest.skip("这些故障要用 Linux 的系统调用通知")
    search_words.name_words("李")
    garbage.leave_out("forks")  # a fork copies less, and a collection looks at less
    yield
    garbage.take_in("forks")


@pytest.fixture(scope="session")
def base(ready):
    """A room with a closed vault: a small neighbourhood."""
    with tempfile.TemporaryDirectory(dir=small_place(), prefix="vault-faults-") as name:
        root = Path(name) / "base"
        root.mkdir()
        store = vaults.create(root / "vault", PASSWORD)
        founding.found(store, "990101001001", "和顺里第一网格", "周敏")
        with store.writing() as tx:
            for number in range(PEOPLE):
                _resident(tx, number)
            drafts.keep(tx, "visit:old", {"note": "没写完的话"})
        for number in (1000, 1001):
            store.photos.take(picture(number))
        settings.save(store.folder, Settings(text_scale=1.15))
        key = store.key
        store.close()
        yield Room(root, key)


def _resident(tx, number):
    building = records.save(tx, Building, {"number": str(number)})
    dwelling = {"building_id": building, "unit": "1", "room": "101"}
    home = {"dwelling_id": records.save(tx, Dwelling, dwelling)}
    household = records.save(tx, Household, home)
    values = {"name": "王建国", "note": "-1", "household_id": household}
    who = records.save(tx, Resident, values | {"phones": ("13800000001",)})
    visit = {"mode": "home", "started_at": tx.at, "met_whom": "self"}
    visits.log_visit(tx, who, visit)


@pytest.fixture
def bench(base):
    """Makes the bench of a deed; its rooms are gone after the test."""
    made = []

    def make(deed):
        place = Path(tempfile.mkdtemp(dir=base.root.parent))
        made.append(place)
        return Bench.of(deed, base, place)

    yield make
    for place in made:
        shutil.rmtree(place, ignore_errors=True)
