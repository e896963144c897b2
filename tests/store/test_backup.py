"""Backups: whole or not at all, checked, of one moment, fourteen kept."""

import datetime as dt
import random
import shutil
import threading
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from gridapp import settings
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import backup, backup_places, records, snapshot
from gridapp.store import vault as vaults
from gridapp.store.backup_file import Backup
from gridapp.store.backup_places import DAILY, HAND, RESTORE, UPGRADE
from gridapp.store.database import keyed
from gridapp.store.restoring import DATABASE
from tests.conftest import PASSWORD
from tests.store.test_photos import picture

NOW = dt.datetime(2026, 11, 22, 10, 30, tzinfo=dt.UTC)


def add(store, *names):
    with store.writing() as tx:
        for name in names:
            records.save(tx, Resident, {"name": name})


def names_in(file, key, tmp_path):
    copy = tmp_path / "looked-at.db"
    copy.unlink(missing_ok=True)
    with Backup(file) as one:
        one.unpack(DATABASE, copy)
    with closing(keyed(copy, key)) as db:
        return {name for (name,) in db.execute("SELECT name FROM resident")}


def place_of(store):
    return backup_places.local(store.folder)


def left_over(folder):
    return [one.name for one in folder.iterdir() if one.name.startswith(".grid")]


class TestOne:
    def test_it_holds_the_records_and_opens_with_the_key(self, vault, tmp_path):
        add(vault, "李桂英", "张德福")

        made = backup.make(vault)

        assert names_in(made.file, vault.key, tmp_path) == {"李桂英", "张德福"}
        assert made.manifest.rows["resident"] == 2
        assert made.manifest.reason == HAND
        assert backup.verified(made.file, vault.key) == made.manifest
        assert left_over(place_of(vault)) == []

    def test_nothing_in_it_can_be_read_without_the_key(self, vault):
        add(vault, "李桂英")

        raw = backup.make(vault).file.read_bytes()

        assert "李桂英".encode() not in raw
        assert b"SQLite format 3" not in raw
        assert vault.key not in raw

    def test_only_its_owner_may_read_it(self, vault):
        assert backup.make(vault).file.stat().st_mode & 0o077 == 0

    def test_it_is_of_one_moment_while_others_write(self, vault, tmp_path, monkeypatch):
        monkeypatch.setattr(snapshot, "PAGES", 20)
        add(vault, "开始前")
        done = threading.Event()

        def write_on():
            while not done.is_set():
                add(vault, "同时")

        writer = threading.Thread(target=write_on)
        writer.start()
        try:
            made = [backup.make(vault) for _ in range(3)]
        finally:
            done.set()
            writer.join()

        for one in made:
            backup.verified(one.file, vault.key)
            assert "开始前" in names_in(one.file, vault.key, tmp_path)

    def test_who_saves_meanwhile_does_not_wait(self, vault, monkeypatch):
        """A save inside the copying goes through, and stands in the next backup."""
        monkeypatch.setattr(snapshot, "PAGES", 20)
        saved = []

        def step(done, total, words):
            if 0 < done < total and len(saved) < 3:
                add(vault, "同时")
                saved.append(done)

        first = backup.make(vault, step=step)
        second = backup.make(vault)

        assert first.manifest.rows["resident"] == 0
        assert second.manifest.rows["resident"] == len(saved) == 3

    def test_who_stops_it_leaves_nothing(self, vault):
        with pytest.raises(snapshot.Stopped, match="已停下"):
            backup.make(vault, cancelled=lambda: True)

        assert list(place_of(vault).glob("*.gridbak")) == []
        assert left_over(place_of(vault)) == []

    def test_two_in_one_second_are_two(self, vault):
        made = {backup.make(vault).file for _ in range(3)}

        assert len(made) == 3
        assert len(backup.standing(vault).listed.kept) == 3

    def test_a_file_of_ones_own_choice_may_hold_the_photos(self, vault, tmp_path):
        photo = vault.photos.take(picture())
        out = tmp_path / "我的备份.gridbak"

        bare = backup.make_file(vault, out)
        whole = backup.make_file(vault, out, with_photos=True)

        assert bare.manifest.photos == whole.manifest.photos == 1
        with Backup(out) as one:
            assert [name for name, _ in one.photos_inside()] == [photo.hash]
            assert one.photo_names() == [photo.hash]
        assert [one.name for one in tmp_path.iterdir()].count(".gridbak") == 0

    def test_a_folder_that_is_not_there_is_said(self, vault, tmp_path):
        with pytest.raises(UserError, match="没有.*这个文件夹"):
            backup.make_file(vault, tmp_path / "没有" / "x.gridbak")

    def test_when_its_place_vanishes_midway_it_is_said_in_words(self, vault, tmp_path):
        stick = tmp_path / "stick"
        stick.mkdir()

        def pull(done, total, words):
            shutil.rmtree(stick, ignore_errors=True)

        with pytest.raises(UserError, match="请检查磁盘"):
            backup.make_file(vault, stick / "x.gridbak", step=pull)


class TestDamage:
    @pytest.fixture
    def made(self, vault):
        add(vault, "李桂英")
        vault.photos.take(picture())
        return backup.make(vault)

    def test_any_flipped_byte_is_found(self, vault, made, tmp_path):
        raw = made.file.read_bytes()
        chance = random.Random(22)
        with Backup(made.file) as one:
            at = {
                name: one._archive.place(name)  # noqa: SLF001
                for name in ("manifest.json", "manifest.seal", *made.manifest.parts)
            }
        for name, (start, size) in at.items():
            for _ in range(4):
                place = start + chance.randrange(size)
                bad = bytearray(raw)
                bad[place] ^= 1 << chance.randrange(8)
                file = tmp_path / f"{name.replace('/', '-')}.gridbak"
                file.write_bytes(bad)
                with pytest.raises(UserError, match="坏在|更新版本"):
                    backup.verified(file, vault.key)

    def test_a_file_cut_short_is_none(self, vault, made, tmp_path):
        raw = made.file.read_bytes()
        file = tmp_path / "cut.gridbak"
        for share in (0, 0.01, 0.5, 0.99):
            file.write_bytes(raw[: int(len(raw) * share)])
            with pytest.raises(UserError, match="没有写完整"):
                Backup(file)

    def test_the_part_that_is_damaged_is_named(self, vault, made, tmp_path):
        raw = bytearray(made.file.read_bytes())
        with Backup(made.file) as one:
            start, size = one._archive.place(DATABASE)  # noqa: SLF001
        raw[start + size // 2] ^= 1
        file = tmp_path / "flipped.gridbak"
        file.write_bytes(raw)

        with pytest.raises(UserError, match="数据部分"):
            backup.verified(file, vault.key)

    def test_a_changed_count_in_the_manifest_is_found(self, vault, made, tmp_path):
        raw = made.file.read_bytes()
        told = b'"resident":1'
        assert raw.count(told) == 1
        file = tmp_path / "lying.gridbak"
        file.write_bytes(raw.replace(told, b'"resident":7'))

        with pytest.raises(UserError, match="备份说明"):
            backup.verified(file, vault.key)

    def test_another_key_proves_nothing(self, made):
        with pytest.raises(UserError, match="备份说明"):
            backup.verified(made.file, bytes(32))

    def test_a_backup_of_a_newer_program_says_so(self, vault, made, tmp_path):
        import zipfile

        file = tmp_path / "newer.gridbak"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("manifest.json", msgspec.json.encode({"format": 99}))

        with pytest.raises(UserError, match="先升级程序"):
            Backup(file)


class TestKept:
    def manifest(self, made, number, days, reason=DAILY):
        moment = (NOW + dt.timedelta(days=days)).isoformat()
        given = {"number": number, "made_at": moment, "reason": reason}
        return msgspec.structs.replace(made, **given)

    def kept(self, vault, rows):
        made = backup.make(vault).manifest
        found = [
            backup_places.Kept(vault.folder / str(one[0]), self.manifest(made, *one), 1)
            for one in rows
        ]
        found.sort(key=lambda one: one.manifest.number, reverse=True)
        gone = backup_places.superfluous(found)
        return [one.manifest.number for one in found if one not in gone]

    def test_fourteen_days_stay(self, vault):
        rows = [(number, number) for number in range(1, 21)]

        assert self.kept(vault, rows) == list(range(20, 6, -1))

    def test_many_of_one_day_push_no_other_day_out(self, vault):
        rows = [(number, number) for number in range(1, 11)]
        rows += [(10 + extra, 10, HAND) for extra in range(1, 11)]

        kept = self.kept(vault, rows)

        assert len(kept) == 14
        assert set(range(1, 10)) | {20} <= set(kept)

    def test_a_clock_that_was_years_ahead_or_goes_back_keeps_the_newest(self, vault):
        rows = [(1, 3650), *((number, -number) for number in range(2, 20))]

        assert 19 in self.kept(vault, rows)
        assert len(self.kept(vault, rows)) == 14

    def test_those_before_upgrades_and_restores_count_apart(self, vault):
        rows = [(number, number) for number in range(1, 15)]
        rows += [(number, number, UPGRADE) for number in range(15, 20)]
        rows += [(number, number, RESTORE) for number in range(20, 25)]

        kept = self.kept(vault, rows)

        assert set(range(1, 15)) <= set(kept)
        assert {17, 18, 19, 22, 23, 24} <= set(kept)
        assert len(kept) == 14 + 3 + 3

    def test_the_old_ones_are_removed_and_the_last_stays(self, vault, monkeypatch):
        monkeypatch.setattr(backup_places, "KEPT", 2)

        made = [backup.make(vault) for _ in range(4)]

        here = [one.file for one in backup.standing(vault).listed.kept]
        assert here == [made[3].file, made[2].file]

    def test_photos_lie_there_once_and_go_with_the_last_that_has_them(
        self, vault, monkeypatch
    ):
        monkeypatch.setattr(backup_places, "KEPT", 2)
        photo = vault.photos.take(picture())
        shared = backup_places.shared_photos(place_of(vault), vault.key)

        backup.make(vault)
        backup.make(vault)
        [there] = shared.glob("photos/??/*")
        assert there.samefile(vault.photos.path(photo.hash))

        vault.photos.drop(photo.hash)
        backup.make(vault)
        assert there.exists()
        backup.make(vault)
        assert not there.exists()


class TestSecondPlace:
    @pytest.fixture
    def stick(self, vault, tmp_path):
        (tmp_path / "stick").mkdir()
        folder = backup.choose_second(tmp_path / "stick", vault.folder)
        settings.save(vault.folder, settings.Settings(backup_folder=str(folder)))
        return folder

    def test_it_gets_the_same_and_the_photos(self, vault, stick, tmp_path):
        add(vault, "李桂英")
        photo = vault.photos.take(picture())

        made = backup.make(vault)

        assert made.trouble == ""
        [kept] = backup_places.read(stick).kept
        assert backup.verified(kept.file, vault.key).number == made.manifest.number
        shared = backup_places.shared_photos(stick, vault.key)
        copy = shared / "photos" / photo.hash[:2] / photo.hash
        assert copy.read_bytes() == vault.photos.path(photo.hash).read_bytes()
        assert not copy.samefile(vault.photos.path(photo.hash))
        assert backup.standing(vault).second_last is not None

    def test_when_it_is_missing_the_first_is_made_and_it_is_said(self, vault, stick):
        backup.make(vault)
        before = backup.standing(vault).second_last
        shutil.rmtree(stick)

        made = backup.make(vault)

        assert "现在不在" in made.trouble
        now = backup.standing(vault)
        assert (now.second_there, now.second_last) == (False, before)
        assert now.second_trouble == made.trouble
        assert len(now.listed.kept) == 2
        assert not stick.exists(), "another stick may have the same letter"

        stick.mkdir()
        assert backup.make(vault).trouble == ""
        assert backup.standing(vault).second_trouble == ""

    def test_what_was_stored_elsewhere_is_not_said_of_a_new_one(
        self, vault, stick, tmp_path
    ):
        backup.make(vault)
        shutil.rmtree(stick)
        backup.make(vault)
        (tmp_path / "another").mkdir()
        folder = backup.choose_second(tmp_path / "another", vault.folder)
        settings.save(vault.folder, settings.Settings(backup_folder=str(folder)))

        now = backup.standing(vault)

        assert (now.second_last, now.second_trouble) == (None, "")
        shutil.rmtree(folder)
        backup.make(vault)
        assert backup.standing(vault).second_last is None
        folder.mkdir()
        backup.make(vault)
        assert backup.standing(vault).second_last is not None

    def test_it_stays_where_it_is_wherever_the_program_is_started(
        self, tmp_path, monkeypatch
    ):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "stick").mkdir()
        assert backup.choose_second(Path("stick"), tmp_path / "vault").is_absolute()

    def test_when_it_vanishes_midway_the_first_stays(self, vault, stick):
        vault.photos.take(picture())

        def pull(done, total, words):
            if words == "备份照片" and stick.exists():
                shutil.rmtree(stick)

        made = backup.make(vault, step=pull)

        assert made.trouble
        assert backup.verified(made.file, vault.key)

    def test_other_laptops_files_there_are_left_alone(
        self, vault, stick, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(backup_places, "KEPT", 1)
        other = vaults.create(tmp_path / "other", PASSWORD)
        settings.save(other.folder, settings.Settings(backup_folder=str(stick)))
        backup.make(other)
        other.close()

        backup.make(vault)
        backup.make(vault)

        assert len(backup_places.read(stick).kept) == 2

    @pytest.mark.parametrize("where", ["", "backups", "photos/new"])
    def test_a_place_inside_the_data_is_none(self, vault, tmp_path, where):
        (tmp_path / "link").symlink_to(vault.folder)
        for folder in (vault.folder, tmp_path / "link"):
            with pytest.raises(UserError, match="就在数据文件夹里"):
                backup.choose_second(folder / where, vault.folder)
        assert not list(vault.folder.rglob("网格日志备份"))

    def test_a_folder_that_cannot_be_written_is_not_chosen(self, tmp_path):
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(UserError, match="写不进去"):
            backup.choose_second(tmp_path / "file", tmp_path / "vault")


class TestStanding:
    def test_a_new_vault_is_due_and_not_late(self, vault):
        now = backup.standing(vault)

        assert (now.last, now.due, now.late) == (None, True, False)

    def test_one_of_today_is_enough_for_today(self, vault):
        made = backup.make(vault)

        now = backup.standing(vault)
        assert (now.due, now.late) == (False, False)
        assert now.last == made.manifest.moment

    def test_after_three_days_it_is_late(self, vault):
        made = backup.make(vault).manifest.moment

        assert not backup.standing(vault, made + dt.timedelta(days=2)).late
        assert backup.standing(vault, made + dt.timedelta(days=4)).late

    def test_a_vault_without_any_is_late_three_days_after_it_was_begun(self, vault):
        later = dt.datetime.now(dt.UTC) + dt.timedelta(days=4)

        assert backup.standing(vault, later).late

    def test_a_clock_set_back_makes_one_more(self, vault):
        made = backup.make(vault).manifest.moment

        now = backup.standing(vault, made - dt.timedelta(days=400))
        assert (now.due, now.late) == (True, False)

    def test_a_broken_file_counts_for_nothing_and_is_named(self, vault):
        made = backup.make(vault)
        made.file.write_bytes(b"?")

        now = backup.standing(vault)
        assert (now.listed.kept, now.last) == ((), None)
        assert now.listed.broken == (made.file,)

    def test_what_went_wrong_is_kept_until_it_goes_well(self, vault, monkeypatch):
        monkeypatch.setattr(backup_places, "SPARE", 1 << 60)
        with pytest.raises(UserError, match="请清出空间"):
            backup.make(vault)
        assert "请清出空间" in backup.standing(vault).trouble
        monkeypatch.undo()

        backup.make(vault)

        assert backup.standing(vault).trouble == ""


class TestSlots:
    def test_the_slots_of_the_day_open_it(self, vault):
        made = backup.make(vault)

        with Backup(made.file) as one:
            assert one.slots() == (vault.folder / vaults.SLOT_FILE).read_bytes()

    def test_they_can_be_taken_out_of_all_that_lie_beside_the_data(self, vault):
        made = [backup.make(vault) for _ in range(2)]

        backup_places.forget_slots(vault.folder)

        for one in made:
            with Backup(one.file) as here:
                assert here.slots() is None
            assert backup.verified(one.file, vault.key) == one.manifest
