"""The order in which a vault is opened: what each place in the list is good for.

Each case opens a vault twice: by the steps as they are declared, which loses nothing,
and with one of them moved behind another, which must be noticed.
"""

import shutil
from contextlib import closing

import pytest

from gridapp import migrations
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import (
    acts,
    backup,
    county_seal,
    keyholders,
    members,
    opening,
    records,
    restoring,
    slots,
)
from gridapp.store import vault as vaults
from gridapp.store.database import make_engine
from tests.conftest import PASSWORD
from tests.store.test_restore import older_vault

NEW, WANG = "另一句很长的话 9", "王芳的密码 77"


@pytest.fixture
def folder(vault):
    vault.close()
    return vault.folder


def restored_slots_count(folder, key):
    """A restore was prepared, whose accounts come with it, and then the power went."""
    other = shutil.copytree(folder, folder.with_name("other"))
    keyholders.change_password(other, PASSWORD, NEW)
    scratch = folder / restoring.FOLDER
    scratch.mkdir()
    shutil.copyfile(other / vaults.SLOT_FILE, scratch / vaults.SLOT_FILE)
    restoring.declare(folder)
    vaults.open_store(folder, NEW).close()


def a_database_without_its_name_is_found(folder, key):
    """Whoever made the vault was killed when the keys were kept."""
    path = folder / vaults.DATABASE_FILE
    path.rename(path.with_name(path.name + ".new"))
    vaults.open_with_key(folder, key).close()


def a_shut_vault_is_left_alone(folder, key):
    """The county has shut it; the key is still known, and an upgrade is due."""
    with closing(vaults.open_with_key(folder, key)) as store:
        old, key = older_vault(folder.with_name("old"), store)
        note = slots.Shut("00" * 16, store.device_id.hex, "http://county.invalid")
    county_seal.shut(old / vaults.SLOT_FILE, note, bytes(32))
    with pytest.raises(slots.Locked):
        vaults.open_with_key(old, key, store.user)  # who is known as well
    engine = make_engine(old / vaults.DATABASE_FILE, key)
    with engine.connect() as db:
        assert migrations.version_of(db) == "0004"
    engine.dispose()


def an_older_file_is_kept_as_it_was(folder, key):
    with closing(vaults.open_with_key(folder, key)) as store:
        old = older_vault(folder.with_name("old"), store)
    with closing(vaults.open_with_key(*old)) as store, store.reading() as db:
        [kept] = backup.standing(store).listed.kept
        assert kept.manifest.schema == "0004"
        assert records.count(db, Resident) == 1


def a_changed_key_is_the_one_that_is_used(folder, key):
    """Somebody was taken off: the data get another key at this opening."""
    with closing(vaults.open_store(folder, PASSWORD)) as store:
        members.remove(store, members.add(store, "王芳", "worker", WANG).id)
    with closing(vaults.open_store(folder, PASSWORD)) as store:
        [slot] = slots.read(folder / vaults.SLOT_FILE).slots
        assert store.key == slots.unseal(slot, PASSWORD) != key
        with store.writing() as tx:
            records.save(tx, Resident, {"name": "李桂英"})


def a_damaged_slot_file_is_told(folder, key):
    """The first worker's name is still to be written into it."""
    (folder / vaults.SLOT_FILE).write_bytes(b"")
    with closing(vaults.open_store(folder, PASSWORD)) as store, store.reading() as db:
        assert "mended" in {one.kind for one in acts.acts(db)}


MOVED = [
    (restored_slots_count, "_finish_a_restore", "_unseal_the_key"),
    (a_database_without_its_name_is_found, "_finish_the_making", "_connect"),
    (a_shut_vault_is_left_alone, "_refuse_when_shut", "_bring_up_to_date"),
    (an_older_file_is_kept_as_it_was, "_back_up_an_older_file", "_bring_up_to_date"),
    (a_changed_key_is_the_one_that_is_used, "_change_the_key", "_open"),
    (a_damaged_slot_file_is_told, "_mend_the_slots", "_keep_the_label"),
]


def with_moved(name, behind):
    """The steps with one of them behind another."""
    by_name = {one.do.__name__: one for one in opening.STEPS}
    rest = [one for one in opening.STEPS if one.do.__name__ != name]
    rest.insert(rest.index(by_name[behind]) + 1, by_name[name])
    return tuple(rest)


@pytest.mark.parametrize(("case", "name", "behind"), MOVED)
def test_a_step_of_opening_stands_where_something_would_be_lost_otherwise(
    folder, vault_template, tmp_path, monkeypatch, case, name, behind
):
    steps = with_moved(name, behind)
    assert steps != opening.STEPS
    again = shutil.copytree(folder, tmp_path / "again" / "vault")

    case(folder, vault_template[1])

    monkeypatch.setattr(opening, "STEPS", steps)
    with pytest.raises((AssertionError, UserError, pytest.fail.Exception)):
        case(again, vault_template[1])


def test_each_step_stands_in_the_list_once_and_says_why_it_stands_there():
    names = [one.do.__name__ for one in opening.STEPS]
    assert len(names) == len(set(names)) > len(MOVED)
    assert all(one.why_here for one in opening.STEPS)
