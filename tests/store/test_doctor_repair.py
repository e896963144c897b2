"""What the doctor can mend is whole afterwards; what it did stands among the acts."""

import os
import shutil
import time

import pytest

from gridapp.durable import STALE
from gridapp.models import Attachment, Resident
from gridapp.models.permissions import WORKER, NotAllowed
from gridapp.store import (
    acts,
    backup,
    doctor,
    doctor_around,
    doctor_repair,
    photo_state,
    records,
    rescue_cells,
    rescue_pages,
    search,
    state,
)
from gridapp.store import vault as vaults
from tests.store.test_doctor import HARM, harm, run
from tests.store.test_photos import picture

NOT_MENDED = {"journal_numbers", "journal_replay", "outbox", "held", "chain"}


def faults(store):
    return {one.name for one in doctor_repair.checked(store) if one.faults}


@pytest.fixture
def used(vault, people):
    with vault.writing() as tx:
        records.save(tx, Resident, {"note": "耳背"}, people.li)
    return vault


@pytest.fixture
def photo(used, people):
    """A photo that was attached here, by its hash and file."""
    taken = used.photos.take(picture((80, 60)))
    about = {"owner_type": "resident", "owner_id": people.li, "kind": "photo"}
    with used.writing() as tx:
        records.save(tx, Attachment, taken.values() | about)
    return taken.hash, next(used.folder.glob(f"photos/*/{taken.hash}"))


@pytest.mark.parametrize("name", sorted(HARM.keys() - {"references"}))
def test_what_can_be_mended_is_and_the_rest_is_told(used, name):
    harm(used, HARM[name])
    mended = {one.name: one for one in doctor_repair.repair(used)}
    assert mended[name].words
    assert mended[name].done is (name not in NOT_MENDED)
    assert (name in faults(used)) is (name in NOT_MENDED)


def test_what_was_mended_stands_among_the_acts(used):
    harm(used, HARM["search"])
    list(doctor_repair.repair(used))
    with used.reading() as db:
        [told] = [one for one in acts.acts(db) if one.kind == "repair"]
    assert "搜索" in told.detail
    with used.reading() as db:
        assert search.search(db, "lgy")


def test_a_sound_vault_is_left_alone(used):
    with used.reading() as db:
        before = db.exec_driver_sql("SELECT count(*) FROM disclosure").scalar()
    assert list(doctor_repair.repair(used)) == []
    with used.reading() as db:
        after = db.exec_driver_sql("SELECT count(*) FROM disclosure").scalar()
    assert after == before


def test_a_worker_does_not_mend(used, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(used, "user", replace(used.user, role=WORKER))
    with pytest.raises(NotAllowed):
        list(doctor_repair.repair(used))


def test_a_missing_reference_is_asked_for_again_and_nothing_is_deleted(used):
    harm(used, "DELETE FROM dwelling")
    [mended] = [one for one in doctor_repair.repair(used) if one.name == "references"]
    assert not mended.done
    assert "重新选一次" in mended.words
    with used.writing() as tx:
        state.keep(tx.db, "token", "t")
        tx.db.exec_driver_sql(
            "INSERT INTO scope_cursor SELECT id, 7, NULL, 1 FROM grid"
        )
        before = records.count(tx.db, Resident)
    [mended] = [one for one in doctor_repair.repair(used) if one.name == "references"]
    assert mended.done
    with used.reading() as db:
        query = "SELECT bootstrap, complete FROM scope_cursor"
        assert db.exec_driver_sql(query).all() == [("", 0)]
        assert records.count(db, Resident) == before


def test_a_lost_photo_comes_back_from_a_backup(used, photo):
    name, path = photo
    backup.make(used)
    for damage in (path.unlink, lambda: path.write_bytes(path.read_bytes()[:-9])):
        damage()
        assert "photos" in faults(used)
        [mended] = list(doctor_repair.repair(used))
        assert mended.done
        assert used.photos.read(name)
        assert faults(used) == set()


def test_a_damaged_photo_that_the_county_has_is_asked_for_again(used, photo):
    name, path = photo
    with used.writing() as tx:
        row = {"hash": name, "thumb_up": True, "whole_up": True, "upload": None}
        tx.db.execute(photo_state.photo_state.insert().values(row))
    path.write_bytes(b"x")
    [mended] = list(doctor_repair.repair(used))
    assert mended.done
    assert not used.photos.has(name)  # the next sync sees that it is not here
    assert faults(used) == set()


def test_the_only_copy_of_a_damaged_photo_is_never_removed(used, photo):
    path = photo[1]
    path.write_bytes(path.read_bytes()[:-9])
    [mended] = list(doctor_repair.repair(used))
    assert not mended.done
    assert path.exists()


def test_a_damaged_copy_of_the_keys_is_made_from_the_other(used):
    for name in ("vault.json", "vault.json.bak"):
        (used.folder / name).write_text("{", encoding="utf-8")
        assert faults(used) == {"slots"}
        [mended] = list(doctor_repair.repair(used))
        assert mended.done
        assert faults(used) == set()


def test_what_was_left_unfinished_long_ago_is_removed_and_nothing_else(used):
    old, fresh = used.folder / ".grid-1.part", used.folder / ".grid-2.part"
    for path in (old, fresh):
        path.write_bytes(b"x")
    past = time.time() - STALE - 60
    os.utime(old, (past, past))
    assert faults(used) == {"leftovers"}
    list(doctor_repair.repair(used))
    assert (old.exists(), fresh.exists()) == (False, True)
    assert faults(used) == set()


def test_little_room_a_wrong_clock_and_no_backup_are_told_as_advice(used, monkeypatch):
    free = shutil.disk_usage(used.folder)._replace(free=100 << 20)
    monkeypatch.setattr(doctor_around.shutil, "disk_usage", lambda _: free)
    monkeypatch.setattr(backup, "LATE", -backup.LATE)
    with used.writing() as tx:
        state.keep(tx.db, state.CLOCK_OFF, "-7200")
    told = {one.name: one for one in doctor_around.around(used) if one.faults}
    assert told.keys() == {"room", "clock", "backups"}
    assert not any(one.unsound for one in told.values())
    assert "慢 120 分钟" in told["clock"].told[0]
    assert all(one.remedy for one in told.values())


def test_an_index_that_disagrees_with_its_table_is_made_anew(used):
    """As a page would that was damaged and rewritten by another program: rows are
    taken out of an index behind its table's back."""
    with used.writing(remote=True) as tx:
        db = tx.db
        query = "SELECT rootpage, sql FROM sqlite_master WHERE name = ?"
        [(_, made)] = db.exec_driver_sql(query, ("ix_journal_record_id",)).all()
        for _ in range(1):
            db.exec_driver_sql("PRAGMA writable_schema = ON")
            db.exec_driver_sql(
                "UPDATE sqlite_master SET sql = sql || ' WHERE seq > 3'"
                " WHERE name = 'ix_journal_record_id'"
            )
            db.exec_driver_sql("PRAGMA writable_schema = RESET")
            db.exec_driver_sql("REINDEX ix_journal_record_id")
            db.exec_driver_sql("PRAGMA writable_schema = ON")
            db.exec_driver_sql(
                "UPDATE sqlite_master SET sql = ? WHERE name = 'ix_journal_record_id'",
                (made,),
            )
            db.exec_driver_sql("PRAGMA writable_schema = RESET")
    assert "file" in faults(used)
    [mended] = [one for one in doctor_repair.repair(used) if one.name == "file"]
    assert mended.done
    assert faults(used) == set()


def test_the_command_mends_and_ends_with_0(used):
    harm(used, HARM["search"])
    used.close()
    done = run(used.folder, "--repair")
    assert done.exit_code == 0, done.output
    assert "已修复：已照记录重建搜索" in done.output
    assert doctor.CHECKS[0].sentence in done.output


def test_a_page_that_cannot_be_read_is_told_and_stops_no_other_check(
    used, vault_template
):
    with used.writing() as tx:
        people = [{"name": "王建国", "note": "耳背" * 300} for _ in range(200)]
        records.insert_many(tx, Resident, people)
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'resident'"
        page = tx.db.exec_driver_sql(root).scalar()
    used.close()
    path = used.folder / "grid.db"
    pages = rescue_pages.read(path, vault_template[1]).whole
    leaf = rescue_cells.walk(pages, page).leaves[-1]
    with path.open("r+b") as file:
        file.seek((leaf - 1) * rescue_pages.PAGE + 2000)
        file.write(b"\0\1\2\3")
    store = vaults.open_with_key(used.folder, vault_template[1])
    found = list(doctor_repair.checked(store))
    assert len(found) == doctor_repair.CHECKS
    told = {one.name: one for one in found if one.faults}
    assert "file" in told
    assert "已损坏" in "".join(told["search"].told)
    assert told["file"].told == ("数据文件里有 1 页损坏",)
    mended = list(doctor_repair.repair(store))
    store.close()
    [file] = [one for one in mended if one.name == "file"]
    assert not file.done
    assert "gridapp rescue" in file.words
    assert "gridapp restore" in file.words
    assert not [one.words for one in mended if "只读" in one.words]
