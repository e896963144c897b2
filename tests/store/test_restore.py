"""Restores: told before, prepared whole, in place at once; kills leave old or new."""

import errno
import os
import random
import shutil
import signal
import time

import pytest

from gridapp import migrations
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.models.permissions import NotAllowed
from gridapp.store import (
    accounts,
    backup,
    backup_places,
    county_seal,
    keyholders,
    records,
    rekeying,
    rescue,
    rescue_pages,
    restore,
    restoring,
    slot_file,
    slots,
    state,
)
from gridapp.store import vault as vaults
from gridapp.store.backup_file import Backup
from gridapp.store.database import make_engine
from gridapp.store.doctor import examined
from gridapp.store.restoring import DATABASE
from tests.conftest import PASSWORD
from tests.store.test_faults import forked
from tests.store.test_photos import picture

PURPOSE = "昨天删错了一批人"


def add(store, *names):
    with store.writing() as tx:
        for name in names:
            records.save(tx, Resident, {"name": name})


def names(store):
    with store.reading() as db:
        return sorted(one["name"] for one in records.find(db, Resident))


def read_only(path):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))


def sound(store):
    return [one.name for one in examined(store) if one.faults]


def put_back(store, file, **given):
    """The whole way: look, prepare, close, finish, open."""
    unpacked = restore.unpack(store.folder, file, store, **given)
    restore.prepare(unpacked, store, PURPOSE)
    return again(store)


def again(store):
    store.close()
    return vaults.open_with_key(store.folder, store.key, store.user)


@pytest.fixture
def opened(vault):
    """What closes whatever vault is the open one at the end."""
    held = []
    yield held.append
    for one in held:
        one.close()


def older_vault(folder, vault):
    """The folder of a vault as a program before 0005 left it, and its data key."""
    at, one, grid = "2026-11-01T08:00:00.000Z", "1" * 32, "2" * 32
    folder.mkdir()
    shutil.copyfile(vault.folder / vaults.SLOT_FILE, folder / vaults.SLOT_FILE)
    engine = make_engine(folder / DATABASE, vault.key)
    with engine.begin() as db:
        migrations.upgrade(db, "client", "0004")
        state.begin(db, vault.device_id)
        for table, key, given in (
            ("grid", grid, {"code": "990101001001", "name": "和顺里第一网格"}),
            ("resident", one, {"name": "老程序存的"}),
        ):
            values = {"id": key, "grid_id": grid, "created_at": at, "updated_at": at}
            columns = db.exec_driver_sql(f"PRAGMA table_info({table})").all()
            needed = {name: "0" for _, name, _, needs, *_ in columns if needs}
            values = needed | values | given
            names = ", ".join(values)
            marks = ", ".join("?" * len(values))
            db.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
            db.exec_driver_sql(sql, tuple(values.values()))
            db.exec_driver_sql(
                "INSERT INTO journal (at, device, origin, type, record_id, grid_id,"
                " action) VALUES (?, ?, 'local', ?, ?, ?, 'insert')",
                (at, vault.device_id.hex, table, key, grid),
            )
    engine.dispose()
    return folder, vault.key


class TestPreview:
    def test_it_says_what_is_there_what_was_then_and_what_is_lost(self, vault):
        add(vault, "李桂英", "张德福")
        made = backup.make(vault)
        add(vault, "后来的")

        found = restore.unpack(vault.folder, made.file, vault)

        try:
            assert found.manifest == made.manifest
            assert found.kinds["resident"] == 2
            assert found.difference.now["resident"] == 3
            assert found.difference.lost == {"resident": 1}
            assert found.difference.unsent == {"resident": 1}
            assert found.difference.back == {}
            assert not found.difference.seen
        finally:
            restore.drop(found)
        assert names(vault) == ["后来的", "张德福", "李桂英"]
        assert not (vault.folder / restoring.FOLDER).exists()

    def test_forward_again_counts_from_where_both_were_the_same(self, vault, opened):
        add(vault, "李桂英")
        first = backup.make(vault)
        add(vault, "甲", "乙")
        vault = put_back(vault, first.file)
        opened(vault)
        add(vault, "丙")
        [before] = [
            one.file
            for one in backup.standing(vault).listed.kept
            if one.manifest.reason == backup_places.RESTORE
        ]

        found = restore.unpack(vault.folder, before, vault)
        restore.drop(found)

        assert found.kinds["resident"] == 3
        assert found.difference.lost == {"resident": 1}

    def test_only_one_window_looks_at_a_time(self, vault, monkeypatch):
        monkeypatch.setattr(restoring.hold, "__defaults__", (0.1,))
        made = backup.make(vault)
        found = restore.unpack(vault.folder, made.file, vault)

        with pytest.raises(UserError, match="另一个窗口正在恢复"):
            restore.unpack(vault.folder, made.file, vault)

        restore.drop(found)
        restore.drop(restore.unpack(vault.folder, made.file, vault))

    @pytest.mark.parametrize("whole", [True, False])
    def test_what_cannot_be_removed_again_does_not_stop_the_next_try(
        self, vault, tmp_path, monkeypatch, whole
    ):
        monkeypatch.setattr(restoring.hold, "__defaults__", (0.1,))
        made = backup.make(vault)
        damaged = tmp_path / "damaged.gridbak"
        raw = bytearray(made.file.read_bytes())
        raw[len(raw) // 2] ^= 1
        damaged.write_bytes(raw)
        with monkeypatch.context() as disk:
            disk.setattr(shutil, "rmtree", read_only)
            if whole:
                restore.drop(restore.unpack(vault.folder, made.file, vault))
            else:
                with pytest.raises(UserError, match="备份"):
                    restore.unpack(vault.folder, damaged, vault)
            assert (vault.folder / restoring.FOLDER).exists()

        restore.drop(restore.unpack(vault.folder, made.file, vault))

        assert not (vault.folder / restoring.FOLDER).exists()


class TestRestored:
    def test_the_records_are_those_of_the_backup_and_the_rest_is_sound(
        self, vault, opened
    ):
        add(vault, "李桂英")
        made = backup.make(vault)
        add(vault, "后来的")

        vault = put_back(vault, made.file)
        opened(vault)

        assert names(vault) == ["李桂英"]
        assert sound(vault) == []
        assert not (vault.folder / restoring.FOLDER).exists()
        assert not restoring.pending(vault.folder)

    def test_the_state_before_is_a_backup_itself(self, vault, opened):
        add(vault, "李桂英")
        made = backup.make(vault)
        add(vault, "后来的")
        vault = put_back(vault, made.file)
        [before] = [
            one.file
            for one in backup.standing(vault).listed.kept
            if one.manifest.reason == backup_places.RESTORE
        ]

        vault = put_back(vault, before)
        opened(vault)

        assert names(vault) == ["后来的", "李桂英"]
        assert sound(vault) == []

    def test_it_is_journalled_with_who_and_why_and_no_earlier_act_is_lost(
        self, vault, opened
    ):
        made = backup.make(vault)
        with vault.writing() as tx:
            state.disclose(tx, "reveal", "resident", None, "看了号码")

        vault = put_back(vault, made.file)
        opened(vault)

        with vault.reading() as db:
            query = "SELECT act, detail, who, purpose, file FROM disclosure"
            rows = db.exec_driver_sql(query).all()
        acts = {one.act: one for one in rows}
        assert acts["reveal"].detail == "看了号码"
        assert (acts["restore"].who, acts["restore"].purpose) == ("周敏", PURPOSE)
        assert acts["restore"].file == made.file.name

    def test_from_the_moment_it_is_prepared_nothing_more_is_saved(self, vault):
        made = backup.make(vault)
        unpacked = restore.unpack(vault.folder, made.file, vault)
        restore.prepare(unpacked, vault, PURPOSE)

        with pytest.raises(UserError, match="正在恢复备份"):
            add(vault, "会丢的")

    def test_when_it_cannot_be_prepared_one_goes_on_working(self, vault, monkeypatch):
        made = backup.make(vault)
        unpacked = restore.unpack(vault.folder, made.file, vault)
        monkeypatch.setattr(backup_places, "SPARE", 1 << 60)
        with pytest.raises(UserError, match="请清出空间"):
            restore.prepare(unpacked, vault, PURPOSE)
        restore.drop(unpacked)

        add(vault, "还能存")

        assert names(vault) == ["还能存"]
        assert not restoring.pending(vault.folder)

    def test_photos_that_are_gone_come_back(self, vault, opened):
        photo = vault.photos.take(picture())
        made = backup.make(vault)
        vault.photos.drop(photo.hash)

        vault = put_back(vault, made.file)
        opened(vault)

        assert vault.photos.read(photo.hash)

    def test_the_oldest_one_can_be_restored_though_it_goes_meanwhile(
        self, vault, opened, monkeypatch
    ):
        """The backup of the present state pushes out the very one that is restored."""
        monkeypatch.setattr(backup_places, "KEPT", 1)
        photo = vault.photos.take(picture())
        add(vault, "李桂英")
        made = backup.make(vault)
        vault.photos.drop(photo.hash)
        add(vault, "后来的")
        found = restore.unpack(vault.folder, made.file, vault)
        backup.make(vault)
        assert not made.file.exists()

        restore.prepare(found, vault, PURPOSE)
        vault = again(vault)
        opened(vault)

        assert names(vault) == ["李桂英"]

    def test_an_older_vault_is_backed_up_before_it_is_brought_up_to_date(
        self, vault, opened, tmp_path
    ):
        older = vaults.open_with_key(*older_vault(tmp_path / "old", vault))
        opened(older)

        assert names(older) == ["老程序存的"]
        [kept] = backup.standing(older).listed.kept
        assert (kept.manifest.reason, kept.manifest.schema) == ("upgrade", "0004")

    def test_a_worker_may_not(self, vault):
        made = backup.make(vault)
        vault.user = accounts.Account("a", "王秀兰", accounts.WORKER)

        with pytest.raises(NotAllowed, match="负责人或技术人员"):
            restore.unpack(vault.folder, made.file, vault)

    def test_a_backup_of_an_older_program_is_brought_up_to_date(
        self, vault, opened, tmp_path
    ):
        made = backup.before_upgrade(*older_vault(tmp_path / "old", vault))
        assert (made.manifest.schema, made.manifest.reason) == ("0004", "upgrade")

        vault = put_back(vault, made.file)
        opened(vault)

        assert names(vault) == ["老程序存的"]
        assert sound(vault) == []


class TestAccounts:
    def test_passwords_and_accounts_of_today_stay(self, vault, opened):
        made = backup.make(vault)
        keyholders.change_password(vault.folder, PASSWORD, "另一句很长的话 9")

        put_back(vault, made.file).close()

        opened(vaults.open_store(vault.folder, "另一句很长的话 9"))
        with pytest.raises(keyholders.WrongPassword):
            vaults.open_store(vault.folder, PASSWORD)

    def test_a_backup_under_a_data_key_of_before_comes_back_under_todays(
        self, vault, opened
    ):
        add(vault, "李桂英")
        photo = vault.photos.take(picture())
        made = backup.make(vault)
        before = vault.key
        vault.photos.drop(photo.hash)
        with vault.writing() as tx:
            rekeying.ask(tx.db)
        vault = again(vault)
        assert vault.key != before

        vault = put_back(vault, made.file)
        opened(vault)

        assert names(vault) == ["李桂英"]
        assert vault.photos.read(photo.hash)
        assert sound(vault) == []

    def test_once_one_is_made_under_a_new_key_older_ones_have_no_slots(
        self, vault, opened
    ):
        """Somebody who was taken off the vault has a slot in them."""
        made = backup.make(vault)
        with vault.writing() as tx:
            rekeying.ask(tx.db)
        vault = again(vault)
        opened(vault)
        with Backup(made.file) as one:
            assert one.slots()

        newer = backup.make(vault)

        with Backup(made.file) as one, Backup(newer.file) as two:
            assert one.slots() is None
            assert two.slots()
        assert backup.faults(vault) == []
        found = restore.unpack(vault.folder, made.file, vault)
        restore.drop(found)

    def test_a_backup_from_before_the_key_was_changed_changes_no_key(
        self, vault, opened
    ):
        """Made after somebody was taken off, before the next opening."""
        with vault.writing() as tx:
            rekeying.ask(tx.db)
        made = backup.make(vault)
        vault = again(vault)
        key = vault.key

        vault = put_back(vault, made.file)
        opened(vault)

        assert vault.key == key
        assert sound(vault) == []

    def test_who_has_forgotten_todays_password_comes_in_with_the_backups(
        self, vault, opened
    ):
        add(vault, "李桂英")
        made = backup.make(vault)
        keyholders.change_password(vault.folder, PASSWORD, "另一句很长的话 9")
        add(vault, "后来的")
        vault.close()
        folder = vault.folder

        unpacked = restore.unpack(folder, made.file, None, password=PASSWORD)
        restore.prepare(unpacked, None, PURPOSE)

        again = vaults.open_store(folder, PASSWORD)
        opened(again)
        assert names(again) == ["李桂英"]
        [aside] = backup_places.local(folder).glob("damaged-*")
        assert {one.name for one in aside.iterdir()} >= {"grid.db", "vault.json"}

    def test_a_damaged_database_is_kept_aside_and_todays_accounts_stay(
        self, vault, opened
    ):
        add(vault, "李桂英")
        made = backup.make(vault)
        vault.close()
        folder = vault.folder
        [before] = vaults.accounts(folder)
        (folder / DATABASE).write_bytes(b"?" * 8192)

        unpacked = restore.unpack(folder, made.file, None, password=PASSWORD)
        assert not unpacked.own_slots
        restore.prepare(unpacked, None, PURPOSE)

        again = vaults.open_store(folder, PASSWORD)
        opened(again)
        assert names(again) == ["李桂英"]
        assert [one.id for one in vaults.accounts(folder)] == [before.id]
        [aside] = backup_places.local(folder).glob("damaged-*/grid.db")
        assert aside.read_bytes() == b"?" * 8192

    def test_a_damaged_database_that_still_opens_is_restored(self, vault, opened):
        add(vault, *(f"王{n}" for n in range(300)))
        made = backup.make(vault)
        vault.close()
        path = vault.folder / DATABASE
        raw = bytearray(path.read_bytes())
        found = rescue._Reading(rescue_pages.read(path, vault.key))
        for number in found._trees["resident"].leaves:
            raw[number * rescue_pages.PAGE - 100] ^= 1
        path.write_bytes(raw)
        broken = vaults.open_with_key(vault.folder, vault.key, vault.user)

        after = put_back(broken, made.file)

        opened(after)
        assert len(names(after)) == 300
        assert sound(after) == []
        [aside] = backup_places.local(vault.folder).glob("damaged-*")
        assert (aside / DATABASE).stat().st_size == len(raw)

    def test_a_fresh_laptop_gets_the_vault_with_its_accounts_and_photos(
        self, vault, opened, tmp_path
    ):
        add(vault, "李桂英")
        photo = vault.photos.take(picture())
        out = tmp_path / "全部.gridbak"
        backup.make_file(vault, out, with_photos=True)
        new = tmp_path / "new"

        with pytest.raises(restore.NeedsPassword, match="那份备份|做这份备份"):
            restore.unpack(new, out)
        assert not new.exists()
        with pytest.raises(keyholders.WrongPassword):
            restore.unpack(new, out, password="不是这一句")
        assert not new.exists()

        restore.prepare(restore.unpack(new, out, password=PASSWORD), None, PURPOSE)
        fresh = vaults.open_store(new, PASSWORD)
        opened(fresh)
        assert names(fresh) == ["李桂英"]
        assert fresh.photos.read(photo.hash)
        assert sound(fresh) == []

    def test_photos_beside_the_backup_come_with_it(self, vault, opened, tmp_path):
        photo = vault.photos.take(picture())
        made = backup.make(vault)
        new = tmp_path / "new"

        unpacked = restore.unpack(new, made.file, password=PASSWORD)
        assert (unpacked.photos, unpacked.photos_lacking) == ((photo.hash,), 0)
        restore.prepare(unpacked, None, PURPOSE)

        fresh = vaults.open_store(new, PASSWORD)
        opened(fresh)
        assert fresh.photos.read(photo.hash)


class TestRefused:
    def test_a_backup_of_another_vault_takes_no_ones_place(self, vault, tmp_path):
        add(vault, "李桂英")
        other = vaults.create(tmp_path / "other", PASSWORD)
        made = backup.make(other)
        other.close()

        with pytest.raises(UserError, match="另一份数据"):
            restore.unpack(vault.folder, made.file, vault, password=PASSWORD)

        assert names(vault) == ["李桂英"]
        assert not (vault.folder / restoring.FOLDER).exists()

    def test_a_damaged_one_is_refused_and_named(self, vault):
        made = backup.make(vault)
        raw = bytearray(made.file.read_bytes())
        with Backup(made.file) as one:
            start, size = one._archive.place(DATABASE)  # noqa: SLF001
        raw[start + size // 2] ^= 1
        made.file.write_bytes(raw)

        with pytest.raises(UserError, match="数据部分"):
            restore.unpack(vault.folder, made.file, vault)

        assert not (vault.folder / restoring.FOLDER).exists()

    def test_another_window_must_be_shut_first(self, vault, opened):
        add(vault, "李桂英")
        made = backup.make(vault)
        add(vault, "后来的")
        vault.close()  # a child of an open file would think that it has its locks

        def hold_open(say):
            store = vaults.open_with_key(vault.folder, vault.key)
            names(store)
            say("open")
            signal.pause()

        with forked(hold_open) as (child, lines):
            try:
                lines.readline()
                vault = vaults.open_with_key(vault.folder, vault.key)
                unpacked = restore.unpack(vault.folder, made.file, vault)
                restore.prepare(unpacked, vault, PURPOSE)
                vault.close()
                with pytest.raises(UserError, match="另一个窗口正开着"):
                    vaults.open_with_key(vault.folder, vault.key)
            finally:
                os.kill(child, signal.SIGKILL)
        vault = vaults.open_with_key(vault.folder, vault.key)
        opened(vault)
        assert names(vault) == ["李桂英"]


class TestShut:
    def shut(self, store):
        note = slots.Shut("00" * 16, store.device_id.hex, "http://county.invalid")
        county_seal.shut(store.folder / vaults.SLOT_FILE, note, bytes(32))

    def test_a_shut_vault_is_not_restored(self, vault):
        made = backup.make(vault)
        self.shut(vault)

        for store in (vault, None):
            with pytest.raises(slots.Locked):
                restore.unpack(vault.folder, made.file, store, password=PASSWORD)

    def test_what_was_prepared_before_it_was_shut_is_dropped(self, vault):
        made = backup.make(vault)
        unpacked = restore.unpack(vault.folder, made.file, vault)
        restore.prepare(unpacked, vault, PURPOSE)
        vault.close()
        self.shut(vault)

        with pytest.raises(slots.Locked):
            vaults.open_with_key(vault.folder, vault.key)

        assert not (vault.folder / restoring.FOLDER).exists()

    def test_no_backup_beside_the_data_opens_with_a_password_any_more(
        self, vault, tmp_path
    ):
        made = backup.make(vault)

        backup_places.forget_slots(vault.folder)

        with pytest.raises(UserError, match="密钥按县里的要求取掉"):
            restore.unpack(tmp_path / "new", made.file, password=PASSWORD)


def restore_on(say, folder, key, file):
    store = vaults.open_with_key(folder, key)
    unpacked = restore.unpack(folder, file, store)
    say("unpacked")
    restore.prepare(unpacked, store, PURPOSE)
    say("prepared")
    store.close()
    vaults.open_with_key(folder, key).close()
    say("done")


def unpack_on(say, folder, key, file):
    """The beginning of `restore_on`, which then waits to be killed."""
    restore.unpack(folder, file, vaults.open_with_key(folder, key))
    say("unpacked")
    signal.pause()


def back_up_on(say, folder, key):
    store = vaults.open_with_key(folder, key)
    while True:
        say(backup.make(store).file.name)


def test_a_killed_restore_leaves_the_old_or_the_new_whole(vault, tmp_path):
    add(vault, "李桂英")
    made = backup.make(vault)
    add(vault, "后来的")
    vault.close()
    chance = random.Random(6)
    seen = set()
    for number in range(8):
        folder = shutil.copytree(vault.folder, tmp_path / f"copy-{number}")
        file = backup_places.local(folder) / made.file.name
        first, last = number == 0, number == 7  # surely before, surely after
        work = unpack_on if first else restore_on
        with forked(work, folder, vault.key, file) as (child, lines):
            for _ in range(1 if first else 3 if last else chance.randrange(3)):
                lines.readline()
            time.sleep(0 if first or last else chance.uniform(0, 0.15))
            os.kill(child, signal.SIGKILL)
            told = lines.read()
        store = vaults.open_with_key(folder, vault.key)
        found = names(store)
        assert found in (["李桂英"], ["后来的", "李桂英"]), number
        assert found == ["李桂英"] or "done" not in told
        assert sound(store) == []
        good = backup.standing(store).listed
        assert good.kept
        assert good.broken == ()
        seen.add(len(found))
        store.close()
        shutil.rmtree(folder)
    assert seen == {1, 2}, "kills both before and after the restore held"


def test_a_killed_backup_leaves_those_that_were_told(vault):
    add(vault, *(f"李{number}" for number in range(200)))
    vault.close()
    chance = random.Random(7)
    told = []
    for _ in range(8):
        with forked(back_up_on, vault.folder, vault.key) as (child, lines):
            for _ in range(chance.randint(0, 2)):
                told.append(lines.readline().strip())
            time.sleep(chance.uniform(0, 0.1))
            os.kill(child, signal.SIGKILL)
            told += lines.read().split("\n")[:-1]
    place = backup_places.local(vault.folder)
    listed = backup_places.read(place)
    kept = [one.file.name for one in listed.kept]
    assert listed.broken == ()
    assert set(told[-10:]) <= set(kept)
    for one in listed.kept:
        backup.verified(one.file, vault.key)
    store = vaults.open_with_key(vault.folder, vault.key)
    backup.make(store)
    store.close()
    assert not list(place.glob(".gridbak-*"))


def test_the_second_copy_of_the_slots_is_replaced_with_the_first(vault, opened):
    made = backup.make(vault)
    vault.close()
    folder = vault.folder
    slot_file.remove(folder / vaults.SLOT_FILE)
    (folder / "vault.json").write_text("{}")

    unpacked = restore.unpack(folder, made.file, None, password=PASSWORD)
    restore.prepare(unpacked, None, PURPOSE)

    opened(vaults.open_store(folder, PASSWORD))
    first = folder / vaults.SLOT_FILE
    assert first.read_bytes() == slot_file.copy_of(first).read_bytes()
