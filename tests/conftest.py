"""What the tests share: a real encrypted vault, a fixed day, people of an estate."""

from __future__ import annotations

import datetime as dt
import gc
import os

from tests import midnight, orphans

midnight.keep_away()  # before anything asks what day it is
orphans.none()  # before anything is forked
os.environ.setdefault("GRIDAPP_LANGUAGE", "zh")  # before the first word is said

import functools
import shutil
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import hypothesis
import pytest
import sqlalchemy
from sqlalchemy.util import LRUCache
from stdnum.iso7064 import mod_11_2

from gridapp import garbage
from gridapp.county import store as county_store
from gridapp.models import (
    Building,
    Contact,
    Dwelling,
    Household,
    Resident,
    ResidentTag,
)
from gridapp.store import database, records, slots
from gridapp.store import vault as vaults
from gridapp.work import founding
from tests.steps_once import StepsOnce

# The program collects seldom, for it has one window; here each test leaves one behind.
# Python's own first number, 700, has it look for garbage an eighth of the time.
gc.set_threshold(7000, 10, 10)

pytest_plugins = [
    "tests.acceptance.table",
    "tests.faults.table",
    "tests.leaks.table",
    "tests.vault_faults.table",
]
PASSWORD = "测试用的密码 1"
ARGON2 = slots.PASSES, slots.MEMORY_KIB, slots.LANES  # of the program

DISPUTE = {  # what a dispute is at least
    "name": "漏水纠纷",
    "happened_on": dt.date(2026, 11, 1),
    "place": "3号楼",
    "scale": "01",
    "dispute_kind": "0201",
    "people_count": 2,
    "summary": "楼上漏水",
    "state": "registered",
    "deadline": dt.date(2026, 12, 1),
}

# A busy machine is no fault; in CI Hypothesis has such a profile of its own.
if "CI" not in os.environ:
    hypothesis.settings.register_profile("unhurried", deadline=None)
    hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def cheap_slots():
    """Argon2id for next to nothing in new slots: each command of a test opens one. What
    it costs people is told by tests/store/test_vault.py."""
    with pytest.MonkeyPatch.context() as cheap:
        for name, least in (("PASSES", 1), ("MEMORY_KIB", 8), ("LANES", 1)):
            cheap.setattr(slots, name, least)
        yield


class Compiled:
    """Statements that are compiled once for all databases of a driver.

    Each test opens databases of its own, whose engines know no statement yet: a third
    of what the tests did was to compile the same ones again.
    """

    def __init__(self):
        self._kept = LRUCache(2000)

    def get(self, key):
        return self._kept.get(self._of_driver(key))

    def __setitem__(self, key, statement):
        self._kept[self._of_driver(key)] = statement

    @staticmethod
    def _of_driver(key):
        dialect, *rest = key
        return dialect.name, dialect.dbapi.__name__, *rest


@pytest.fixture(scope="session", autouse=True)
def compiled_once():
    """No statement is compiled for each database anew."""
    create = functools.partial(
        sqlalchemy.create_engine, execution_options={"compiled_cache": Compiled()}
    )
    with pytest.MonkeyPatch.context() as once:
        for module in (database, county_store):
            once.setattr(module, "create_engine", create)
        yield


@pytest.fixture(scope="session", autouse=True)
def steps_once():
    """Not every new vault and county goes through all steps of Alembic anew."""
    with pytest.MonkeyPatch.context() as once:
        for module in (vaults, county_store):
            once.setattr(module, "migrations", StepsOnce())
        yield


@pytest.fixture(scope="session")
def vault_template(tmp_path_factory, cheap_slots):
    """A closed vault with a grid and a worker, and its data key."""
    folder = tmp_path_factory.mktemp("template") / "vault"
    store = vaults.create(folder, PASSWORD)
    founding.found(store, "990101001001", "和顺里第一网格", "周敏")
    store.close()
    [slot] = slots.read(folder / vaults.SLOT_FILE).slots
    return folder, slots.unseal(slot, PASSWORD)


@pytest.fixture
def vault(vault_template, tmp_path):
    """An open, encrypted vault with a grid and a worker; Argon2 ran once a session."""
    template, key = vault_template
    folder = tmp_path / "vault"
    shutil.copytree(template, folder)
    store = vaults.open_with_key(folder, key)
    yield store
    store.close()


@pytest.fixture
def today():
    """A Monday."""
    return dt.date(2026, 11, 23)


def at(day, hour=9, minute=0):
    """A local time of that day as the program keeps it."""
    return dt.datetime.combine(day, dt.time(hour, minute)).astimezone(dt.UTC)


def id_number(birth, order=121):
    """A valid number of an area that does not exist (9901xx)."""
    body = f"990101{birth.replace('-', '')}{order:03}"
    return body + mod_11_2.calc_check_digit(body)


def journal_rows(db):
    """How many changes the journal holds."""
    return db.exec_driver_sql("SELECT count(*) FROM journal").scalar_one()


@dataclass(frozen=True)
class People:
    """Six residents: who is owed care, and who is not here any more."""

    li: UUID  # 李桂英, 女 82 岁, 独居, 3-2-501
    zhang: UUID  # 张德福, 男 75 岁, 12-1-101, with 陈秀兰
    chen: UUID  # 陈秀兰, his wife, 失能
    dead: UUID  # 刘长林, died
    gone: UUID  # 吴小梅, moved out
    bin: UUID  # 赵六, in the recycle bin
    building: UUID  # 3号楼


@pytest.fixture
def people(vault):
    with vault.writing() as tx:

        def door(number, unit, room):
            building = records.save(tx, Building, {"number": number})
            dwelling = {"building_id": building, "unit": unit, "room": room}
            home = {"dwelling_id": records.save(tx, Dwelling, dwelling)}
            return building, records.save(tx, Household, home)

        def resident(name, sex, birth, **given):
            values = {"name": name, "sex": sex, "born_on": birth}
            values["id_number"] = id_number(birth, 120 + int(sex))
            return records.save(tx, Resident, values | given)

        third, li_home = door("3", "2", "501")
        _, zhang_home = door("12", "1", "101")
        found = People(
            li=resident(
                "李桂英",
                "2",
                "1944-03-08",
                household_id=li_home,
                phones=("13800000001",),
            ),
            zhang=resident(
                "张德福", "1", "1951-05-01", household_id=zhang_home, relation="02"
            ),
            chen=resident(
                "陈秀兰", "2", "1953-07-15", household_id=zhang_home, relation="10"
            ),
            dead=resident("刘长林", "1", "1940-01-02", life_state="deceased"),
            gone=resident("吴小梅", "2", "1946-02-03", presence="moved"),
            bin=resident("赵六", "1", "1947-04-05"),
            building=third,
        )
        begun = dt.date(2026, 1, 1)
        for who, tag in ((found.li, "alone"), (found.chen, "disabled_care")):
            records.save(
                tx, ResidentTag, {"resident_id": who, "tag": tag, "since": begun}
            )
        for rank, name in ((2, "李强"), (1, "李芳")):
            contact = {"resident_id": found.li, "name": name, "rank": rank}
            records.save(tx, Contact, contact | {"phones": ("13800000002",)})
        records.delete(tx, Resident, found.bin)
    return found


# What PostgreSQL could do otherwise than SQLite; the rest of the county's tests run on
# it only when GRIDAPP_EVERYTHING is set (make test-all): CI has fifteen minutes.
BOTH_DATABASES = {
    "test_any_life",
    "test_at_once",
    "test_backup",
    "test_coming_back",
    "test_contract",
    "test_contract_scopes",
    "test_converging",
    "test_county_figures",
    "test_doctor",
    "test_packages",
    "test_photos",
    "test_restored_laptop",
    "test_upgrades",
}

# Whole processes, for what has tests of its own in every part.
LONG = {
    "test_a_vault_of_another_grid_is_refused_and_stays_as_it_was",
    "test_two_laptops_meet_on_postgresql",
    "test_who_is_not_let_in_is_told_why_and_can_try_again",
}


GROUP = "xdist_group"  # tests of a group run in one process, one after another

# What forks often goes first, while its process is small: a fork of one that has drawn
# windows takes five times as long. Then what takes a minute, so that it is not last.
EARLY = ("vault_faults", "faults", "e2e", "leaks", "acceptance", "stick", "bad_input")


def pytest_collection_finish():
    """What was imported stays: a collection after a test need not walk through it."""
    gc.collect()
    garbage.leave_out("tests")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Once there were widgets garbage is sought by the main thread alone, as in the
    program (gridapp.ui.collector): servers of other tests run in threads."""
    if "qapp" in item.fixturenames:
        gc.disable()
    try:
        return (yield)
    finally:
        if not gc.isenabled():
            garbage.search_when_due()


def pytest_collection_modifyitems(config, items):
    for item in items:
        if _shares_a_module_fixture(item) and not item.get_closest_marker(GROUP):
            item.add_marker(pytest.mark.xdist_group(item.path.as_posix()))
    everything = os.environ.get("GRIDAPP_EVERYTHING")
    left = [] if everything else [one for one in items if _is_spared(one)]
    config.hook.pytest_deselected(items=left)
    out = set(left)
    items[:] = _in_order([one for one in items if one not in out])


def _in_order(items):
    """Early ones, then the largest groups, then what runs wherever there is room."""
    sizes = Counter(filter(None, map(_group, items)))

    def place(item):
        folder = item.path.parent.name
        early = EARLY.index(folder) if folder in EARLY else len(EARLY)
        return early, -sizes[_group(item)]

    return sorted(items, key=place)


def _group(item):
    mark = item.get_closest_marker(GROUP)
    return mark and mark.args[0]


def _shares_a_module_fixture(item):
    """Then another process would make it again."""
    fixtures = item._fixtureinfo.name2fixturedefs.values()
    return any(one.scope == "module" for several in fixtures for one in several)


def _is_spared(item):
    if item.name in LONG:
        return True
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return (
        "county" in item.path.parts
        and item.path.stem not in BOTH_DATABASES
        and any(one == "postgresql" for one in given if isinstance(one, str))
    )
