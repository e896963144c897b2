"""A backup is whole or not there at all, holds what the county held at one moment, and
makes a county that is the same."""

import json
import os
import secrets
import sqlite3
import struct
import threading
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from gridapp.cli import main
from gridapp.county import access, backup, doctor, photo_copies, upkeep
from gridapp.county.tables import change as change_log
from gridapp.county.tables import photo
from gridapp.errors import UserError
from gridapp.models import Grid, Resident
from gridapp.models.kinds import now
from gridapp.store import records
from tests.county.conftest import GRID

PASSPHRASE = "备份用的口令 1"


@pytest.fixture
def filled(county, laptop):
    """A county with a laptop that wrote some records; the laptop."""
    li = laptop("李主任")
    with li.store.writing() as tx:
        values = [{"name": f"张{n}", "note": "一\t行\\二\n行"} for n in range(20)]
        records.insert_many(tx, Resident, values)
    li.sync()
    return li


@pytest.fixture
def new_database(county, request):
    """Gives the address of an empty database, or None for a SQLite county."""

    def make():
        if not county.postgres:
            return None
        name = f"restored_{secrets.token_hex(4)}"
        return request.getfixturevalue("postgres")(name)

    return make


def everything(county):
    """All records of a county, and its log."""
    with county.reading() as db:
        log = db.execute(
            select(change_log).order_by(change_log.c.grid_id, change_log.c.n)
        )
        lines = [tuple(row) for row in log]
    return upkeep.list_records(county, Resident), lines


def test_a_restored_county_is_the_same_in_a_new_epoch(
    county, filled, tmp_path, new_database
):
    found = backup.make(county, tmp_path / "a.backup", PASSPHRASE)
    assert found.rows["resident"] == 20
    folder = tmp_path / "new"

    backup.restore(tmp_path / "a.backup", folder, new_database(), PASSPHRASE)

    with upkeep.opened(folder) as restored:
        assert everything(restored) == everything(county)
        assert restored.server_id == county.server_id
        assert restored.epoch != county.epoch
        assert restored.keys.current.id == county.keys.current.id
        assert not [one for one in doctor.examined(restored) if one.faults]


def test_it_holds_one_moment_while_others_write(county, laptop, tmp_path):
    """Log and records agree, whatever was being written meanwhile."""
    li = laptop("李主任")
    stopped, failures = threading.Event(), []

    def write():
        try:
            while not stopped.is_set():
                with li.store.writing() as tx:
                    records.insert_many(tx, Resident, [{"name": "张"}] * 20)
                li.sync()
        except Exception as error:  # noqa: BLE001  (told by the test's own thread)
            failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        made = [backup.make(county, tmp_path / f"{n}.backup") for n in range(4)]
    finally:
        stopped.set()
        thread.join()

    assert not failures
    for n, one in enumerate(made):
        assert one.rows["resident"] % 20 == 0
        assert one.rows["change"] == one.rows["resident"] + 2  # the grid, the worker
        with backup.Backup(tmp_path / f"{n}.backup") as found:
            found.verify()


def test_the_keys_are_left_out_or_sealed(county, filled, tmp_path, new_database):
    plain = (county.folder / backup.keys.KEYS_FILE).read_bytes()
    backup.make(county, tmp_path / "without.backup")
    backup.make(county, tmp_path / "with.backup", PASSPHRASE)

    for file in tmp_path.glob("*.backup"):
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                assert plain[20:60] not in archive.read(name)
    with pytest.raises(UserError, match="口令不对"):
        backup.restore(
            tmp_path / "with.backup", tmp_path / "b", new_database(), "别的口令 1"
        )
    backup.restore(tmp_path / "without.backup", tmp_path / "c", new_database())
    with upkeep.opened(tmp_path / "c") as restored:
        assert restored.keys.current.id != county.keys.current.id


@pytest.mark.parametrize("at", [0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_a_damaged_backup_is_refused_in_words(
    county, filled, tmp_path, new_database, at
):
    file = tmp_path / "a.backup"
    backup.make(county, file)
    whole = file.read_bytes()
    place = int(len(whole) * at)

    file.write_bytes(whole[:place])
    with pytest.raises(UserError, match="不是县级服务器的备份，或者已损坏"):
        backup.restore(file, tmp_path / "new", new_database())
    assert not (tmp_path / "new" / "county.json").exists()


def test_a_turned_bit_is_found(county, filled, tmp_path):
    file = tmp_path / "a.backup"
    backup.make(county, file)
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        middles = [middle_of(whole, one) for one in archive.infolist()]
    assert len(middles) > 1

    for place in middles:
        turned = bytearray(whole)
        turned[place] ^= 4
        file.write_bytes(turned)
        with pytest.raises(UserError, match="已损坏"), backup.Backup(file) as found:
            found.verify()


def middle_of(whole, part):
    """Where the middle of a part's bytes is in the file (APPNOTE.TXT 4.3.7)."""
    at = part.header_offset
    name, extra = struct.unpack_from("<HH", whole, at + 26)
    return at + 30 + name + extra + part.compress_size // 2


def test_one_that_is_broken_off_leaves_no_file(county, filled, tmp_path):
    """The old file of that name stays until the new one is whole."""
    target = tmp_path / "out"
    target.mkdir()
    (target / "a.backup").write_bytes(b"the older one")
    keys = county.folder / backup.keys.KEYS_FILE
    keys.unlink()  # it is read last

    with pytest.raises(FileNotFoundError):
        backup.make(county, target / "a.backup", PASSPHRASE)

    assert [one.name for one in target.iterdir()] == ["a.backup"]
    assert (target / "a.backup").read_bytes() == b"the older one"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_reads_it(county, filled, tmp_path):
    backup.make(county, tmp_path / "a.backup")

    assert (tmp_path / "a.backup").stat().st_mode & 0o077 == 0


def test_nothing_is_restored_over_what_is_there(county, filled, tmp_path, new_database):
    backup.make(county, tmp_path / "a.backup")

    with pytest.raises(UserError, match="空文件夹"):
        backup.restore(tmp_path / "a.backup", county.folder)
    assert len(upkeep.list_records(county, Resident)) == 20


def test_a_backup_of_the_other_database_is_refused_in_words(county, filled, tmp_path):
    backup.make(county, tmp_path / "a.backup")
    wrong = None if county.postgres else "postgresql://nobody@localhost/none"

    with pytest.raises(UserError, match="这份备份来自"):
        backup.restore(tmp_path / "a.backup", tmp_path / "new", wrong)


def test_a_laptop_of_before_goes_on_with_the_restored_county(
    county, filled, tmp_path, new_database
):
    backup.make(county, tmp_path / "a.backup")
    backup.restore(tmp_path / "a.backup", tmp_path / "new", new_database())

    with upkeep.opened(tmp_path / "new") as restored:
        filled.transport.county = restored
        with filled.store.writing() as tx:
            records.save(tx, Resident, {"name": "恢复后"})
        filled.sync()

        assert len(upkeep.list_records(restored, Resident)) == 21
        access.create_enrolment(restored, [GRID], "王秀兰")
        assert len(upkeep.list_records(restored, Grid)) == 1


def photo_file(folder, hash_, suffix=".jpg"):
    path = Path(folder) / photo_copies.FOLDER / hash_[:2] / f"{hash_}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(hash_.encode())
    return path


class TestPhotos:
    def test_each_is_copied_once(self, county, tmp_path):
        photo_file(county.folder, "a" * 64)
        photo_file(county.folder, "a" * 64, ".thumb.jpg")
        target = tmp_path / "photos"

        first = photo_copies.copy(county.folder / photo_copies.FOLDER, target)
        photo_file(county.folder, "b" * 64)
        second = photo_copies.copy(county.folder / photo_copies.FOLDER, target)

        assert (first.new, first.there) == (2, 0)
        assert (second.new, second.there) == (1, 2)
        assert (target / "aa" / f"{'a' * 64}.jpg").read_bytes() == b"a" * 64

    def test_one_that_was_not_restored_is_asked_for_again(self, county, tmp_path):
        photo_file(county.folder, "a" * 64)
        rows = [
            {"hash": one * 64, "size": 64, "received_at": now()} for one in ("a", "b")
        ]
        with county.writing() as db:
            db.execute(photo.insert(), rows)

        assert photo_copies.forget_lost(county) == 1

        with county.reading() as db:
            assert list(db.scalars(select(photo.c.hash))) == ["a" * 64]
            assert db.scalar(select(func.count()).select_from(photo)) == 1


def test_the_copy_of_sqlite_is_a_sound_file_of_its_own(tmp_path):
    upkeep.init(tmp_path / "county")
    with upkeep.opened(tmp_path / "county") as county:
        backup.make(county, tmp_path / "a.backup")
    with backup.Backup(tmp_path / "a.backup") as found:
        backup.snapshots.unpack_file(found, tmp_path / "copy.db")

    db = sqlite3.connect(tmp_path / "copy.db")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    db.close()


def test_what_a_killed_backup_left_goes_with_the_next(county, filled, tmp_path):
    target = tmp_path / "out"
    old, new = target / ".gridapp-backup-old", target / ".gridapp-backup-new"
    for one in (old, new):
        one.mkdir(parents=True)
        (one / "county.db").write_bytes(b"half")
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (long_ago, long_ago))

    backup.make(county, target / "a.backup")

    names = sorted(one.name for one in target.iterdir())
    assert names == [".gridapp-backup-new", "a.backup"]


class TestCommands:
    def run(self, *words, **more):
        done = CliRunner().invoke(main, ["county", *map(str, words)], **more)
        assert done.exit_code == 0, done.output
        return done.output

    def test_keys_go_in_with_a_passphrase_that_stands_in_no_command(self, tmp_path):
        folder, file = tmp_path / "county", tmp_path / "a.backup"
        self.run("init", "--data", folder)
        typed = f"{PASSPHRASE}\n{PASSPHRASE}\n"
        self.run("backup", "--data", folder, file, "--keys", input=typed)

        given = {"GRIDAPP_BACKUP_PASSWORD": PASSPHRASE}
        self.run("restore", "--data", tmp_path / "new", file, "--keys", env=given)

        name = backup.keys.KEYS_FILE
        assert (folder / name).read_bytes() == (tmp_path / "new" / name).read_bytes()

    def test_a_look_into_a_backup_changes_nothing(self, tmp_path):
        folder, file = tmp_path / "county", tmp_path / "a.backup"
        self.run("init", "--data", folder)
        self.run("backup", "--data", folder, file)
        before = sorted(tmp_path.iterdir())

        words = ("restore", "--data", tmp_path / "new", file, "--dry-run", "--json")
        found = json.loads(self.run(*words))

        assert (found["restored"], found["database"]) == (False, "sqlite")
        assert sorted(tmp_path.iterdir()) == before
