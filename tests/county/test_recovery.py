"""A forgotten password: the county lets its owner in, and nobody else."""

import json
import shutil
from dataclasses import replace

import msgspec
import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.county import access, acts, backup, keys, locks, recovery, upkeep
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import (
    accounts,
    asked,
    county_slot,
    members,
    records,
    rekeying,
    slot_file,
    slots,
    tries,
)
from gridapp.store import acts as laptop_acts
from gridapp.store import recovery as laptops
from gridapp.store import vault as vaults
from gridapp.sync import recovery as files
from gridapp.sync.keys import PrivateKeys
from tests.county.conftest import GRID

FIRST, NEW = "测试用的密码 1", "桂花树下三把椅子"
WHY = "本人到场，核对过工作证"
one_database = pytest.mark.parametrize("county_template", ["sqlite"], indirect=True)


@pytest.fixture
def cheap(monkeypatch):
    """A check code for next to nothing."""
    monkeypatch.setattr(files, "PASSES", 1)
    monkeypatch.setattr(files, "MEMORY_KIB", 64)


@pytest.fixture
def wang(laptop, cheap):
    """A laptop that is enrolled, closed, with a resident that was not sent."""
    found = laptop("王秀兰")
    with found.store.writing() as tx:
        records.save(tx, Resident, {"name": "李桂英"})
    user = replace(found.store.user, worker=None)
    members.replace_slot(found.store, slots.seal(found.store.key, FIRST, user))
    found.store.close()
    return found


def ask(one, stick, name=None):
    return laptops.ask(one.store.folder, stick, name)


def answered(county, written, stick):
    return recovery.answer(county, written.file, written.code, WHY, stick)


def opened(folder, password=NEW):
    store = vaults.open_store(folder, password)
    with store.reading() as db:
        names = [row["name"] for row in records.find(db, Resident)]
    store.close()
    assert names == ["李桂英"]
    return store


def test_the_county_lets_in_who_forgot_without_seeing_any_data(county, wang, stick):
    folder = wang.store.folder
    before = (folder / vaults.DATABASE_FILE).read_bytes()
    written = ask(wang, stick)
    assert written.file.stat().st_size < 1000
    assert "李桂英".encode() not in written.file.read_bytes()
    found = recovery.look(county, written.file)
    assert found.device["worker"] == "王秀兰"
    assert found.device["grids"] == [GRID]
    assert found.code == written.code
    file = answered(county, written, stick)
    assert (folder / vaults.DATABASE_FILE).read_bytes() == before
    for _ in range(6):
        tries.begin(folder) if not tries.wait_seconds(folder) else None
    user = laptops.take(folder, file, NEW)
    assert user.name == "王秀兰"
    assert tries.wait_seconds(folder) == 0
    store = opened(folder)
    assert store.user == user
    with pytest.raises(vaults.WrongPassword):
        vaults.open_store(folder, FIRST)
    again = vaults.open_store(folder, NEW)
    with again.reading() as db:
        kinds = [one.kind for one in laptop_acts.acts(db)]
    again.close()
    assert kinds[:3] == ["wrong_password", "wrong_password", "recover"]
    [act] = [one for one in acts.listed(county) if one["what"] == acts.RECOVER]
    assert act["subject"] == str(wang.store.device_id)
    assert act["detail"].endswith(WHY)


@one_database
class TestAnswer:
    def test_it_is_used_up_by_the_new_password(self, county, wang, stick):
        folder = wang.store.folder
        file = answered(county, ask(wang, stick), stick)
        laptops.take(folder, file, NEW)
        with pytest.raises(UserError, match="可能已经用过"):
            laptops.take(folder, file, "河边第二棵柳树下")
        opened(folder)

    def test_a_bad_password_uses_nothing_up(self, county, wang, stick):
        folder = wang.store.folder
        file = answered(county, ask(wang, stick), stick)
        for bad in ("短", "wangxiulan1", GRID, "12345678"):
            with pytest.raises(UserError):
                laptops.take(folder, file, bad)
        opened(folder, FIRST)  # it was remembered after all: the answer is void
        with pytest.raises(UserError, match="可能已经用过"):
            laptops.take(folder, file, NEW)

    def test_only_the_newest_request_is_answered(self, county, wang, stick):
        first = answered(county, ask(wang, stick), stick)
        second = answered(county, ask(wang, stick), stick)
        with pytest.raises(UserError, match="较早的申请"):
            laptops.take(wang.store.folder, first, NEW)
        laptops.take(wang.store.folder, second, NEW)
        opened(wang.store.folder)

    def test_one_for_another_laptop_opens_nothing(self, county, wang, laptop, stick):
        li = laptop("李主任")
        li.store.close()
        ask(wang, stick)
        theirs = answered(county, ask(li, stick), stick)
        with pytest.raises(UserError, match="另一台电脑"):
            laptops.take(wang.store.folder, theirs, NEW)
        answer = files.read_answer(theirs)
        mine = asked.kept(wang.store.folder)
        forged = msgspec.structs.replace(answer, request=mine.id, device=mine.device)
        theirs.write_bytes(files.packed(forged))
        with pytest.raises(UserError, match="打不开这份数据"):
            laptops.take(wang.store.folder, theirs, NEW)
        opened(wang.store.folder, FIRST)

    def test_a_password_that_was_changed_meanwhile_stays(self, county, wang, stick):
        folder = wang.store.folder
        file = answered(county, ask(wang, stick), stick)
        vaults.change_password(folder, FIRST, "河边第二棵柳树下")
        with pytest.raises(UserError, match="已经改过"):
            laptops.take(folder, file, NEW)
        opened(folder, "河边第二棵柳树下")

    def test_killed_before_the_request_is_dropped_it_still_opens_nothing_more(
        self, county, wang, stick, monkeypatch
    ):
        folder = wang.store.folder
        file = answered(county, ask(wang, stick), stick)
        kept = (folder / asked.FILE).read_bytes()
        laptops.take(folder, file, NEW)
        (folder / asked.FILE).write_bytes(kept)
        with pytest.raises(UserError, match="已经改过"):
            laptops.take(folder, file, "河边第二棵柳树下")
        assert asked.kept(folder) is None

    def test_a_damaged_one_says_so(self, county, wang, stick):
        file = answered(county, ask(wang, stick), stick)
        whole = file.read_bytes()
        for raw in (whole[:-1], whole[:20], b"", b"GRIDKEY\x02", b"x" * 70000):
            file.write_bytes(raw)
            with pytest.raises(UserError):
                laptops.take(wang.store.folder, file, NEW)
        for place in range(8, len(whole), 5):
            broken = bytearray(whole)
            broken[place] ^= 4
            file.write_bytes(broken)
            with pytest.raises(UserError):
                laptops.take(wang.store.folder, file, NEW)
        file.write_bytes(whole)
        laptops.take(wang.store.folder, file, NEW)


@one_database
class TestRequest:
    def test_the_one_time_key_is_the_owners_only_and_no_part_of_the_file(
        self, wang, stick
    ):
        written = ask(wang, stick)
        kept = wang.store.folder / asked.FILE
        assert kept.stat().st_mode & 0o77 == 0
        once = asked.kept(wang.store.folder).once
        assert once not in written.file.read_bytes()
        assert wang.store.key not in written.file.read_bytes()

    def test_it_is_answered_once(self, county, wang, stick):
        written = ask(wang, stick)
        answered(county, written, stick)
        with pytest.raises(UserError, match="已经答复过"):
            answered(county, written, stick)

    def test_an_answer_that_cannot_be_written_leaves_it_open(self, county, wang, stick):
        written = ask(wang, stick)
        with pytest.raises(UserError, match="没有写成"):
            answered(county, written, stick / "gone" / "a.gridkey")
        answered(county, written, stick)

    @pytest.mark.parametrize("typed", ["", "AAAA-AAAA", "核对码"])
    def test_without_the_code_from_the_phone_nothing_is_answered(
        self, county, wang, stick, typed
    ):
        written = ask(wang, stick)
        with pytest.raises(UserError, match="核对码对不上"):
            recovery.answer(county, written.file, typed, WHY, stick)
        with pytest.raises(UserError, match="写明原因"):
            recovery.answer(county, written.file, written.code, " ", stick)
        assert list(stick.glob("*.gridkey")) == []
        lower = written.code.lower().replace("-", " ")
        recovery.answer(county, written.file, lower, WHY, stick)

    def test_one_that_was_exchanged_on_the_way_has_another_code(
        self, county, wang, stick
    ):
        written = ask(wang, stick)
        request, code = files.read_request(written.file)
        thief = PrivateKeys.new()
        forged = msgspec.structs.replace(request, once=thief.public)
        written.file.write_bytes(files.packed(forged))
        assert files.read_request(written.file)[1] != code
        with pytest.raises(UserError, match="核对码对不上"):
            recovery.answer(county, written.file, code, WHY, stick)

    def test_stopped_locked_and_unknown_laptops_are_refused(
        self, county, wang, stick, tmp_path
    ):
        written = ask(wang, stick)
        device = wang.store.device_id
        locks.ask(county, device)
        with pytest.raises(UserError, match="要求锁定"):
            answered(county, written, stick)
        locks.lift(county, device)
        access.revoke(county, device)
        with pytest.raises(UserError, match="已停用"):
            answered(county, written, stick)
        upkeep.init(tmp_path / "other", None)
        with (
            upkeep.opened(tmp_path / "other") as other,
            pytest.raises(UserError, match="没有登记过"),
        ):
            answered(other, written, stick)
        assert list(stick.glob("*.gridkey")) == []

    def test_a_box_of_another_laptop_is_refused(self, county, wang, laptop, stick):
        li = laptop("李主任")
        li.store.close()
        theirs, _ = files.read_request(ask(li, stick).file)
        written = ask(wang, stick)
        mine, _ = files.read_request(written.file)
        mixed = msgspec.structs.replace(mine, boxes=theirs.boxes)
        written.file.write_bytes(files.packed(mixed))
        code = files.read_request(written.file)[1]
        with pytest.raises(UserError, match="改动过"):
            recovery.answer(county, written.file, code, WHY, stick)

    def test_a_damaged_one_says_so(self, county, wang, stick):
        written = ask(wang, stick)
        whole = written.file.read_bytes()
        for raw in (whole[:-1], b"", b"GRIDASK\x02", whole + b"x", b"\0" * 70000):
            written.file.write_bytes(raw)
            with pytest.raises(UserError):
                recovery.look(county, written.file)

    def test_a_laptop_that_stands_alone_or_is_shut_says_what_to_do(
        self, wang, new_vault, stick
    ):
        alone = new_vault("alone")
        alone.close()
        assert not laptops.possible(alone.folder)
        with pytest.raises(UserError, match="没有登记到县里"):
            laptops.ask(alone.folder, stick)
        assert asked.kept(alone.folder) is None

    def test_of_several_people_it_says_who(self, county, wang, stick):
        folder = wang.store.folder
        store = vaults.open_store(folder, FIRST)
        fang = members.add(store, "王芳", "worker", "河边第二棵柳树下")
        store.close()
        with pytest.raises(UserError, match="请说明是谁"):
            ask(wang, stick)
        written = ask(wang, stick, "王芳")
        assert recovery.look(county, written.file).request.name == "王芳"
        assert laptops.take(folder, answered(county, written, stick), NEW) == fang
        assert opened(folder, NEW).user == fang
        assert opened(folder, FIRST).user.role == "secretary"


@one_database
class TestCountySlot:
    def test_new_keys_of_the_county_are_sealed_to_when_they_are_heard(
        self, county, county_folder, wang, stick
    ):
        folder = wang.store.folder
        old = slots.read(folder / vaults.SLOT_FILE).county.keys
        county.keys = keys.rotate(county_folder)
        written = ask(wang, stick)  # to the old keys still
        laptops.take(folder, answered(county, written, stick), NEW)
        wang.client._store = store = vaults.open_store(folder, NEW)
        type(wang.client)(store, wang.transport).sync()
        store.close()
        assert slots.read(folder / vaults.SLOT_FILE).county.keys != old
        laptops.take(folder, answered(county, ask(wang, stick), stick), FIRST)
        opened(folder, FIRST)

    def test_a_county_restored_without_its_keys_says_what_is_missing(
        self, county, county_folder, wang, stick, tmp_path
    ):
        written = ask(wang, stick)
        for passphrase, name in ((None, "bare"), ("备份口令一二三四", "whole")):
            backup.make(county, tmp_path / f"{name}.backup", passphrase)
            backup.restore(
                tmp_path / f"{name}.backup",
                tmp_path / name,
                None,
                passphrase,
            )
        with (
            upkeep.opened(tmp_path / "bare") as bare,
            pytest.raises(UserError, match="带密钥的备份"),
        ):
            answered(bare, written, stick)
        with upkeep.opened(tmp_path / "whole") as whole:
            file = answered(whole, written, stick)
        laptops.take(wang.store.folder, file, NEW)

    def test_after_somebody_was_taken_off_it_holds_the_new_key(
        self, county, wang, stick
    ):
        folder = wang.store.folder
        store = vaults.open_store(folder, FIRST)
        fang = members.add(store, "王芳", "worker", "河边第二棵柳树下")
        members.remove(store, fang.id)
        store.close()
        store = vaults.open_store(folder, FIRST)
        assert store.key != wang.store.key
        store.close()
        laptops.take(folder, answered(county, ask(wang, stick), stick), NEW)
        assert opened(folder).key == store.key

    @pytest.mark.parametrize("committed", [False, True])
    def test_stopped_while_the_key_was_changed_it_still_helps(
        self, county, wang, stick, monkeypatch, committed
    ):
        folder = wang.store.folder
        store = vaults.open_store(folder, FIRST)
        with store.writing() as tx:
            rekeying.ask(tx.db)
        store.close()
        real = rekeying.change_key

        def stopped(*args):
            if committed:
                real(*args)
            raise KeyboardInterrupt

        monkeypatch.setattr(rekeying, "change_key", stopped)
        with pytest.raises(KeyboardInterrupt):
            vaults.open_store(folder, FIRST)
        monkeypatch.setattr(rekeying, "change_key", real)
        written = ask(wang, stick)
        assert len(files.read_request(written.file)[0].boxes) == 2
        laptops.take(folder, answered(county, written, stick), NEW)
        opened(folder)

    def test_it_is_renewed_by_nobody_whose_data_key_is_old(self, wang):
        path = wang.store.folder / vaults.SLOT_FILE
        store = vaults.open_store(wang.store.folder, FIRST)
        with slot_file.changing(path):
            kept = slots.read(path)
            slots.write(path, replace(kept, county=None))
        real, store.key = store.key, b"o" * 32
        county_slot.renew(store)
        assert slots.read(path).county is None
        store.key = real
        county_slot.renew(store)
        assert slots.read(path).county is not None
        store.close()


@one_database
def test_both_sides_by_the_command_line(county, county_folder, wang, stick):
    def run(*arguments, code=0, **said):
        done = CliRunner().invoke(main, list(map(str, arguments)), env=said)
        assert done.exit_code == code, done.output
        return done.output

    folder = wang.store.folder
    data = ("--data", folder)
    told = json.loads(run("recover", stick, *data, "--json"))
    server = ("county", "recover", told["file"], "--data", county_folder)
    shown = run(*server, code=2)
    assert "王秀兰" in shown
    assert GRID in shown
    assert told["code"] not in shown
    said = ("--code", told["code"], "--purpose", WHY, "--json")
    file = json.loads(run(*server, *said))["file"]
    new = stick / "new.txt"
    new.write_text(NEW, "utf-8")
    run("recover", file, *data, "--new-password-file", new)
    opened(folder)
    assert "负责人" in run("worker", "list", *data)
    other = stick / "other.txt"
    other.write_text("河边第二棵柳树下", "utf-8")
    run(
        *("worker", "add", "王芳", "--role", "it", *data),
        *("--new-password-file", other),
        GRIDAPP_PASSWORD=NEW,
    )
    names = json.loads(run("worker", "list", *data, "--json"))
    assert [one["role"] for one in names] == ["secretary", "it"]
    third = stick / "third.txt"
    third.write_text("红色雨伞挂门后面", "utf-8")
    run(
        *("worker", "change", "王芳", "--role", "worker", *data),
        *("--new-password-file", third),
        GRIDAPP_PASSWORD=NEW,
    )
    run(
        *("passwd", "--name", "王芳", *data, "--new-password-file", other),
        GRIDAPP_PASSWORD="红色雨伞挂门后面",
    )
    refused = run(
        *("worker", "remove", "王秀兰", *data),
        code=1,
        GRIDAPP_PASSWORD="河边第二棵柳树下",
    )
    assert "负责人或技术人员" in refused
    key = vaults.open_store(folder, NEW)
    key.close()
    run("worker", "remove", "王芳", *data, GRIDAPP_PASSWORD=NEW)
    assert opened(folder).key != key.key
    assert [one.role for one in vaults.accounts(folder)] == [accounts.SECRETARY]
    shutil.rmtree(folder)
