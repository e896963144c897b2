"""The vault: encrypted, opened by its password only, whole transactions or none."""

from __future__ import annotations

import json
import sqlite3
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gridapp import migrations
from gridapp.errors import InvalidFields, UserError
from gridapp.models import Building, Grid, Resident, Worker
from gridapp.store import accounts, database, records, search, slot_file, slots
from gridapp.store import vault as vaults
from tests.conftest import ARGON2, PASSWORD, journal_rows

THIRD = {"number": "3"}


@pytest.fixture
def folder(vault_template, tmp_path):
    """The folder of a closed vault."""
    import shutil

    template, _ = vault_template
    return shutil.copytree(template, tmp_path / "closed")


def test_new_vault_has_its_grid_and_its_worker(vault):
    with vault.reading() as db:
        [grid] = records.find(db, Grid)
        [worker] = records.find(db, Worker)
    assert vault.grids() == [grid["id"]]
    assert vault.worker_id == worker["id"]
    assert grid["grid_id"] == grid["id"]


def test_password_opens_it_and_a_wrong_one_does_not(folder):
    with pytest.raises(UserError, match="密码不对"):
        vaults.open_store(folder, PASSWORD + "x")
    store = vaults.open_store(folder, PASSWORD)
    assert store.grids()
    store.close()


def test_a_new_slot_costs_whoever_guesses_what_rfc_9106_recommends(monkeypatch):
    """§4, for machines with little memory: 64 MiB, 3 passes, 4 lanes."""
    for name, value in zip(("PASSES", "MEMORY_KIB", "LANES"), ARGON2, strict=True):
        monkeypatch.setattr(slots, name, value)
    slot = slots.seal(slots.new_key(), PASSWORD, accounts.new("周敏", "secretary"))
    assert (slot.passes, slot.memory_kib, slot.lanes) == (3, 64 << 10, 4)


def test_short_password_is_refused(tmp_path):
    with pytest.raises(UserError, match="至少 8 位"):
        vaults.create(tmp_path / "new", "1234567")
    assert not vaults.exists(tmp_path / "new")


def test_vault_is_not_made_over_another(folder):
    before = (folder / vaults.DATABASE_FILE).read_bytes()
    with pytest.raises(UserError, match="已经有一份数据"):
        vaults.create(folder, PASSWORD)
    assert (folder / vaults.DATABASE_FILE).read_bytes() == before


def test_a_new_vault_that_cannot_be_opened_at_once_can_be_made_again(
    tmp_path, monkeypatch
):
    folder = tmp_path / "new"
    connect = database.sqlcipher.connect

    def full(path, **given):
        if path.endswith(vaults.DATABASE_FILE):  # by its name; it was made without
            raise database.sqlcipher.OperationalError("unable to open database file")
        return connect(path, **given)

    with monkeypatch.context() as disk:
        disk.setattr(database.sqlcipher, "connect", full)
        with pytest.raises(UserError, match="磁盘是否已满"):
            vaults.create(folder, PASSWORD)
    assert not vaults.exists(folder)

    vaults.create(folder, PASSWORD).close()
    vaults.open_store(folder, PASSWORD).close()


def test_folder_without_a_vault_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match="gridapp init"):
        vaults.open_store(tmp_path, PASSWORD)


def test_nothing_in_the_folder_can_be_read(vault, people):
    folder = vault.folder
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert "李桂英".encode() not in content
            assert b"13800000001" not in content
            assert b"CREATE TABLE" not in content
    plain = sqlite3.connect(folder / vaults.DATABASE_FILE)
    with pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM sqlite_master")
    plain.close()


def test_key_of_another_vault_does_not_open_it(folder):
    with pytest.raises(UserError, match="密钥不符"):
        vaults.open_with_key(folder, slots.new_key())


def test_damaged_key_file_says_what_to_do(folder):
    for end in ("", slot_file.COPY):
        (folder / f"{vaults.SLOT_FILE}{end}").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="备份"):
        vaults.open_store(folder, PASSWORD)


def test_key_file_of_a_newer_program_is_refused(folder):
    path = folder / vaults.SLOT_FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {"format": 99}), encoding="utf-8")
    with pytest.raises(UserError, match="请先升级程序"):
        vaults.open_store(folder, PASSWORD)


def test_missing_database_says_what_to_do(folder):
    (folder / vaults.DATABASE_FILE).unlink()
    with pytest.raises(UserError, match="请从备份恢复"):
        vaults.open_store(folder, PASSWORD)


def test_file_of_a_newer_program_is_refused_and_left_alone(vault, vault_template):
    with vault.writing() as tx:
        tx.db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    vault.close()
    with pytest.raises(UserError, match="请先升级程序"):
        vaults.open_with_key(vault.folder, vault_template[1])
    assert not list(vault.folder.glob("*.before-*"))


def test_stays_as_it_was_when_reopened(vault, people, vault_template):
    device = vault.device_id
    with vault.reading() as db:
        before = records.find(db, Resident, deleted=True)
    vault.close()
    again = vaults.open_with_key(vault.folder, vault_template[1])
    with again.reading() as db:
        assert records.find(db, Resident, deleted=True) == before
        assert migrations.version_of(db) == migrations.HEAD
    assert again.device_id == device
    again.close()


def counts(store):
    with store.reading() as db:
        journal = journal_rows(db)
        return journal, records.count(db, Building), search.search(db, "九十九栋")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, UserError])
def test_failing_transaction_leaves_nothing(vault, error):
    before = counts(vault)
    told = []
    vault.on_changed(told.append)
    with pytest.raises(error), vault.writing() as tx:  # noqa: PT012
        records.save(tx, Building, {"number": "九十九栋"})
        raise error
    assert counts(vault) == before
    assert told == []


def test_second_row_that_breaks_a_rule_takes_the_first_with_it(vault):
    before = counts(vault)
    with pytest.raises(InvalidFields), vault.writing() as tx:
        records.insert_many(tx, Building, [{"number": "九十九栋"}, {}])
    assert counts(vault) == before


def test_listeners_hear_which_records_changed_after_the_commit(vault):
    heard = []

    def listen(changes):
        with vault.reading() as db:  # what was written can be read by now
            heard.append((changes.records, records.count(db, Building)))

    vault.on_changed(listen)
    with vault.writing() as tx:
        records.save(tx, Building, THIRD)
    with vault.writing() as tx:
        pass
    assert heard == [(frozenset({"building"}), 1)]


def test_writers_of_several_threads_take_turns(vault):
    def write(number):
        for _ in range(5):
            with vault.writing() as tx:
                found = records.find(tx.db, Building)
                records.save(tx, Building, {"number": f"{number}-{len(found)}"})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with vault.reading() as db:
        numbers = [row["number"].split("-")[1] for row in records.find(db, Building)]
    assert sorted(map(int, numbers)) == list(range(20))


def test_reader_sees_one_unchanging_view(vault):
    with vault.reading() as db:
        before = records.count(db, Building)
        with vault.writing() as tx:
            records.save(tx, Building, THIRD)
        assert records.count(db, Building) == before
    with vault.reading() as db:
        assert records.count(db, Building) == before + 1


def test_reference_to_nothing_is_refused(vault, people):
    refused = pytest.raises(UserError, match="所指的记录")
    with refused, vault.writing() as tx:
        records.save(tx, Resident, {"name": "王五", "household_id": people.li})


def test_error_shows_no_values(vault, people):
    with pytest.raises(IntegrityError) as caught, vault.writing() as tx:
        tx.db.execute(
            text("UPDATE resident SET name = :name, sex = '男'"), {"name": "王五"}
        )
    assert "王五" not in str(caught.value)


def test_a_changed_password_opens_and_the_old_one_does_not(folder):
    with pytest.raises(UserError, match="密码不对"):
        vaults.change_password(folder, "不对的密码", "另一个新密码")
    with pytest.raises(UserError, match="至少 8 位"):
        vaults.change_password(folder, PASSWORD, "短")
    vaults.change_password(folder, PASSWORD, "另一个新密码 2")
    with pytest.raises(UserError, match="密码不对"):
        vaults.open_store(folder, PASSWORD)
    store = vaults.open_store(folder, "另一个新密码 2")
    with store.reading() as db:
        assert records.count(db, Worker) == 1
    store.close()
