"""Several people on one laptop: a password each, roles that are sealed in."""

import json
import os
import random
import shutil
import signal
import time
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from gridapp.errors import UserError
from gridapp.models import Resident, Worker
from gridapp.models.permissions import NotAllowed
from gridapp.store import (
    accounts,
    acts,
    database,
    members,
    records,
    rekeying,
    slot_file,
    slots,
)
from gridapp.store import vault as vaults
from gridapp.work import founding
from tests.store import old_slots

ZHOU, WANG, LI = "桂花树下三把椅子", "河边第二棵柳树下", "红色雨伞挂门后面"
CODE = "990101001001"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A closed vault of 周敏 with one resident and one photo."""
    folder = tmp_path_factory.mktemp("accounts") / "vault"
    store = vaults.create(folder, ZHOU, "周敏", CODE)
    founding.found(store, CODE, "和顺里第一网格", "周敏")
    with store.writing() as tx:
        records.save(tx, Resident, {"name": "李桂英"})
    store.photos.take(photo())
    store.close()
    return folder


@pytest.fixture
def folder(template, tmp_path):
    return shutil.copytree(template, tmp_path / "vault")


@pytest.fixture
def store(folder):
    opened = vaults.open_store(folder, ZHOU)
    yield opened
    opened.close()


def photo():
    out = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()


def open_as(folder, password, name=None):
    opened = vaults.open_store(folder, password, name)
    opened.close()
    return opened


def edited(folder, change):
    """The slot file changed by somebody who knows its format but no password."""
    path = folder / vaults.SLOT_FILE
    content = json.loads(path.read_text("utf-8"))
    content.pop("sum")
    change(content)
    with slot_file.changing(path):
        slot_file.write(path, content)


class TestAccount:
    def test_the_first_account_is_the_secretary_and_the_vaults_worker(self, store):
        assert (store.user.name, store.user.role) == ("周敏", "secretary")
        assert store.user.worker == store.worker_id
        assert vaults.accounts(store.folder) == [replace(store.user, worker=None)]

    @pytest.mark.parametrize("role", accounts.ROLES)
    def test_who_is_added_opens_it_with_their_own_password_as_themselves(
        self, store, folder, role
    ):
        made = members.add(store, "王芳", role, WANG)
        opened = open_as(folder, WANG)
        assert opened.user == made
        assert (opened.user.name, opened.user.role) == ("王芳", role)
        assert opened.worker_id != store.worker_id
        assert [one.name for one in vaults.accounts(folder)] == ["周敏", "王芳"]
        assert open_as(folder, ZHOU).user.name == "周敏"
        assert open_as(folder, WANG, "王芳").user == made
        assert open_as(folder, WANG, made.id).user == made
        with pytest.raises(vaults.WrongPassword):
            vaults.open_store(folder, WANG, "周敏")

    def test_what_they_write_is_theirs(self, store, folder):
        members.add(store, "王芳", "worker", WANG)
        other = vaults.open_store(folder, WANG)
        with other.writing() as tx:
            records.save(tx, Resident, {"name": "赵六"})
        with other.reading() as db:
            assert acts.acts(db)[0].by == "王芳"
        other.close()

    def test_a_worker_who_is_known_already_is_not_made_twice(self, store):
        with store.writing() as tx:
            known = records.save(tx, Worker, {"name": "王芳", "role": "worker"})
        assert members.add(store, "王芳", "worker", WANG).worker == known
        assert members.add(store, "王芳（二）", "worker", LI).worker != known

    @pytest.mark.parametrize(
        ("name", "password", "why"),
        [
            ("周敏", WANG, "已经有用户"),
            ("周 敏", WANG, ""),
            (" ", WANG, "姓名"),
            ("王\0芳", WANG, "姓名"),
            ("王" * 41, WANG, "最多 40"),
            ("王芳", "短", "至少 8 位"),
            ("王芳", "wangfang12", "姓名"),
            ("王芳", CODE, "网格编码"),
        ],
    )
    def test_a_name_that_is_taken_or_a_bad_password_changes_nothing(
        self, store, name, password, why
    ):
        if not why:
            members.add(store, name, "worker", password)
            return
        before = vaults.accounts(store.folder)
        with pytest.raises(UserError, match=why):
            members.add(store, name, "worker", password)
        assert vaults.accounts(store.folder) == before

    def test_only_the_secretary_and_it_staff_change_who_may_open_it(
        self, store, folder
    ):
        wang = members.add(store, "王芳", "worker", WANG)
        other = vaults.open_store(folder, WANG)
        for act in (
            lambda: members.add(other, "李强", "worker", LI),
            lambda: members.remove(other, wang.id),
            lambda: members.set_password(other, store.user.id, LI),
        ):
            with pytest.raises(NotAllowed):
                act()
        other.close()
        it = members.add(store, "吴工", "it", LI)
        assert it.role == "it"
        other = vaults.open_store(folder, LI)
        members.add(other, "李强", "worker", "窗台上的蓝色花盆")
        other.close()

    def test_each_act_stands_among_the_acts(self, store, folder):
        wang = members.add(store, "王芳", "worker", WANG)
        members.set_password(store, wang.id, LI, "secretary")
        members.remove(store, wang.id)
        with store.reading() as db:
            told = [one.detail for one in acts.acts(db) if one.kind == "account"]
        assert told == ["停用 王芳", "王芳 改为负责人，设新密码", "添加 王芳（网格员）"]

    def test_somebody_responsible_is_always_left(self, store):
        with pytest.raises(UserError, match="不能停用自己"):
            members.remove(store, store.user.id)
        with pytest.raises(UserError, match="至少要留一位负责人"):
            members.set_password(store, store.user.id, LI, "worker")
        li = members.add(store, "李强", "it", LI)
        other = vaults.open_store(store.folder, LI)
        with pytest.raises(UserError, match="至少要留一位负责人"):
            members.remove(other, store.user.id)
        other.close()
        assert li in vaults.accounts(store.folder)

    def test_who_forgot_a_password_gets_a_new_one_of_somebody_responsible(
        self, store, folder
    ):
        wang = members.add(store, "王芳", "worker", WANG)
        members.set_password(store, wang.id, LI)
        with pytest.raises(vaults.WrongPassword):
            vaults.open_store(folder, WANG)
        assert open_as(folder, LI).user == wang

    def test_a_password_is_the_same_in_full_width(self, store, folder):
        members.add(store, "王芳", "worker", "hebian liushu 2")
        assert open_as(folder, "ｈｅｂｉａｎ　ｌｉｕｓｈｕ　２").user.name == "王芳"


class TestSealed:
    """The slot file, changed by somebody without a password."""

    @pytest.mark.parametrize(
        "change",
        [
            {"role": "secretary"},
            {"name": "周敏"},
            {"worker": "0" * 32},
            {"id": "0" * 32},
        ],
    )
    def test_a_changed_role_or_name_opens_nothing_and_says_why(
        self, store, folder, change
    ):
        members.add(store, "王芳", "worker", WANG)
        edited(folder, lambda content: content["slots"][1].update(change))
        with pytest.raises(UserError, match="被人改动过"):
            vaults.open_store(folder, WANG)
        assert open_as(folder, ZHOU).user.name == "周敏"

    def test_a_public_key_that_was_put_in_gets_no_data_key(self, store, folder):
        members.add(store, "王芳", "worker", WANG)
        li = members.add(store, "李强", "worker", LI)
        forged = slots.seal(b"k" * 32, "骗子自己的密码", accounts.new("王芳", "worker"))

        def put_in(content):
            content["slots"][1]["public"] = forged.public

        edited(folder, put_in)
        with pytest.raises(UserError, match="被人改动过"):
            members.remove(store, li.id)
        with pytest.raises(UserError, match="被人改动过"):
            members.add(store, "赵六", "worker", "窗台上的蓝色花盆")
        vaults.change_password(folder, ZHOU, "另一个新密码 2")  # vouches for nobody
        with pytest.raises(UserError, match="被人改动过"):
            members.add(store, "赵六", "worker", "窗台上的蓝色花盆")

    def test_a_slot_file_of_another_program_version_still_opens(self, folder, store):
        store.close()
        path = old_slots.write(folder, store.key, "１２３ 旧密码")
        [before] = vaults.accounts(folder)
        user = open_as(folder, "１２３ 旧密码").user
        assert (user.id, user.name, user.role) == (before.id, "周敏", "secretary")
        assert json.loads(path.read_text("utf-8"))["format"] == slot_file.FORMAT
        assert vaults.accounts(folder) == [replace(user, worker=None)]
        assert open_as(folder, "123 旧密码").user == user


class TestTwoCopies:
    @pytest.mark.parametrize("raw", [b"", b"{", b"\0" * 500, None])
    def test_a_damaged_or_lost_slot_file_is_taken_from_its_copy(self, folder, raw):
        path = folder / vaults.SLOT_FILE
        whole = path.read_bytes()
        if raw is None:
            path.unlink()
        else:
            path.write_bytes(raw)
        assert vaults.exists(folder)
        store = vaults.open_store(folder, ZHOU)
        with store.reading() as db:
            [act] = [one for one in acts.acts(db) if one.kind == "mended"]
        store.close()
        assert act.detail.startswith(vaults.SLOT_FILE)
        assert path.read_bytes() == whole

    def test_any_flipped_bit_is_told_from_a_wrong_password(self, folder):
        path = folder / vaults.SLOT_FILE
        whole, chance = path.read_bytes(), random.Random(6)
        for _ in range(200):
            bit = chance.randrange(len(whole) * 8)
            broken = bytearray(whole)
            broken[bit // 8] ^= 1 << bit % 8
            path.write_bytes(broken)
            assert slots.unseal(slots.read(path).slots[0], ZHOU) is not None

    def test_a_password_that_was_changed_opens_no_copy(self, folder):
        vaults.change_password(folder, ZHOU, "另一个新密码 2")
        (folder / vaults.SLOT_FILE).unlink()
        with pytest.raises(vaults.WrongPassword):
            vaults.open_store(folder, ZHOU)
        open_as(folder, "另一个新密码 2")

    def test_who_is_killed_between_the_copies_keeps_the_old_password(
        self, folder, monkeypatch
    ):
        written = []

        def killed(path, content):
            if written:
                raise KeyboardInterrupt
            written.append(path)
            path.write_bytes(content)

        monkeypatch.setattr(slot_file, "write_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            vaults.change_password(folder, ZHOU, "另一个新密码 2")
        monkeypatch.undo()
        open_as(folder, ZHOU)
        (folder / vaults.SLOT_FILE).unlink()
        open_as(folder, ZHOU)


class TestRemove:
    def test_neither_their_password_nor_an_old_copy_of_their_slot_opens_it(
        self, store, folder, tmp_path
    ):
        wang = members.add(store, "王芳", "worker", WANG)
        copy = (folder / vaults.SLOT_FILE).read_bytes()
        old_key = store.key
        members.remove(store, wang.id)
        with pytest.raises(vaults.WrongPassword):
            vaults.open_store(folder, WANG)
        assert [one.name for one in vaults.accounts(folder)] == ["周敏"]
        store.close()
        again = vaults.open_store(folder, ZHOU)
        assert again.key != old_key
        assert rekeying.former_of(again) == [old_key]
        with again.reading() as db:
            assert [row["name"] for row in records.find(db, Resident)] == ["李桂英"]
        [name] = again.photos.names()
        assert again.photos.verify() == []
        with again.photos.path(name).open("rb") as sealed:
            before = sealed.read()
        assert rekeying.renew_photos(again, 1) == 1
        assert rekeying.renew_photos(again, 1) == 0  # and is done with it
        assert again.photos.path(name).read_bytes() != before
        assert rekeying.renew_photos(again) == 0
        again.close()
        assert vaults.PhotoStore(folder, again.key).read(name)
        assert not database.opens(folder / vaults.DATABASE_FILE, old_key)
        for one in (folder / vaults.SLOT_FILE, folder / f"{vaults.SLOT_FILE}.bak"):
            one.write_bytes(copy)
        with pytest.raises(UserError, match="密钥不符"):
            vaults.open_store(folder, WANG)

    def test_the_key_waits_while_another_program_has_it_open(self, store, folder):
        wang = members.add(store, "王芳", "worker", WANG)
        members.remove(store, wang.id)
        assert open_as(folder, ZHOU).key == store.key  # ours is open still
        with store.writing() as tx:
            records.save(tx, Resident, {"name": "赵六"})
        store.close()
        assert open_as(folder, ZHOU).key != store.key

    def test_killed_at_any_moment_it_opens_with_all_that_is_in_it(
        self, store, folder, tmp_path
    ):
        members.add(store, "李强", "worker", LI)
        wang = members.add(store, "王芳", "worker", WANG)
        with store.writing() as tx:
            records.insert_many(tx, Resident, [{"name": f"某{n}"} for n in range(300)])
        members.remove(store, wang.id)
        store.close()
        chance = random.Random(6)
        began = time.perf_counter()
        open_as(shutil.copytree(folder, tmp_path / "whole"), ZHOU)
        took = time.perf_counter() - began
        for number in range(8):
            copy = shutil.copytree(folder, tmp_path / str(number))
            child = os.fork()
            if not child:
                vaults.open_with_key(copy, store.key)
                os._exit(0)
            time.sleep(chance.random() * took)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            for password in (LI, ZHOU):
                found = vaults.open_store(copy, password)
                with found.reading() as db:
                    assert records.count(db, Resident) == 301
                assert found.key != store.key
                found.close()
            assert not slots.read(copy / vaults.SLOT_FILE).next_mac
            shutil.rmtree(copy)

    @pytest.mark.parametrize("committed", [False, True])
    def test_stopped_with_two_keys_in_the_slots_either_opens_it(
        self, store, folder, monkeypatch, committed
    ):
        members.add(store, "李强", "worker", LI)
        wang = members.add(store, "王芳", "worker", WANG)
        members.remove(store, wang.id)
        store.close()
        real = rekeying.change_key

        def stopped(path, key, new):
            if committed:
                real(path, key, new)
            raise KeyboardInterrupt

        monkeypatch.setattr(rekeying, "change_key", stopped)
        with pytest.raises(KeyboardInterrupt):
            vaults.open_store(folder, ZHOU)
        monkeypatch.undo()
        assert slots.read(folder / vaults.SLOT_FILE).next_mac
        vaults.change_password(folder, LI, "窗台上的蓝色花盆")  # in between
        assert open_as(folder, "窗台上的蓝色花盆").user.name == "李强"
        assert open_as(folder, ZHOU).key != store.key
        assert not slots.read(folder / vaults.SLOT_FILE).next_mac


def test_an_account_goes_whole_from_process_to_process():
    one = accounts.new("周敏", "it")
    assert accounts.Account.unpacked(one.packed()) == one
    with pytest.raises(ValueError, match="role"):
        accounts.Account.unpacked(b'["a", "b", "root", ""]')
    with pytest.raises(ValueError, match="role"):
        accounts.new("周敏", "root")
