"""What is no package for this county or this laptop is refused in words, and changes
nothing."""

import json
import shutil

import pytest
import zstandard
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridapp.cli import main
from gridapp.county import access, locks, packages, upkeep
from gridapp.county.tables import package as kept
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import keyring, records, slots, state
from gridapp.store.vault import SLOT_FILE
from gridapp.sync import gridpkg, package
from gridapp.sync.gridpkg import BadPackage, Header, Writer
from gridapp.sync.keys import PrivateKeys
from gridapp.sync.protocol import MAX_PLAIN, Refused
from tests.county.conftest import GRID


def write(store, name):
    with store.writing() as tx:
        return records.save(tx, Resident, {"name": name})


def header_of(file):
    with file.open("rb") as opened:
        return gridpkg.read_header(opened)


def forged(file, laptop, parts, **changed):
    """A package as the laptop itself would sign it, with another content."""
    header = header_of(file)
    for name, value in changed.items():
        setattr(header, name, value)
    with laptop.store.reading() as db:
        county = keyring.county(db)[0]
    with gridpkg.whole_file(file) as out:
        writer = Writer(out, header, keyring.own(laptop.store), county)
        for kind, body in parts:
            writer.add(kind, body)
        writer.close()
    return file


@pytest.fixture
def li(laptop):
    one = laptop("李主任")
    write(one.store, "张德福")
    return one


def nothing_came(county):
    return upkeep.list_records(county, Resident) == []


class TestAtTheCounty:
    def test_one_of_another_county(self, county, li, out, stick, tmp_path):
        file = out(li)
        upkeep.init(tmp_path / "elsewhere")

        with upkeep.opened(tmp_path / "elsewhere") as elsewhere:
            [taken] = packages.take_in_all(elsewhere, [file], stick)

        assert taken.code == "foreign"
        assert "另一个县" in taken.sentence

    def test_one_of_the_time_before_a_backup_was_restored(
        self, county, li, out, county_takes
    ):
        file = out(li)
        county.epoch = "another"

        taken = county_takes(file)

        assert taken.code == "epoch"
        assert "恢复过备份" in taken.sentence

    def test_one_of_a_laptop_that_was_stopped(
        self, county, li, out, county_takes, stick
    ):
        file = out(li)
        access.revoke(county, li.store.device_id)

        taken = county_takes(file)

        assert taken.code == "revoked"
        assert nothing_came(county)
        with pytest.raises(Refused, match="停用") as told:
            package.import_package(li.store, stick / taken.answer)
        assert told.value.code == "revoked"
        with li.store.reading() as db:
            assert records.count(db, Resident) == 1

    def test_one_of_a_laptop_that_shall_be_locked_brings_the_order_back(
        self, county, li, out, county_takes, stick
    ):
        file = out(li)
        locks.ask(county, li.store.device_id)

        taken = county_takes(file)
        with pytest.raises(Refused) as told:
            package.import_package(li.store, stick / taken.answer)

        assert (taken.code, told.value.code) == ("lock", "lock")
        assert slots.shut_note(li.store.folder / SLOT_FILE) is not None
        assert nothing_came(county)

    def test_one_of_a_laptop_that_is_not_known(self, county, li, out, county_takes):
        file = forged(out(li), li, [], device=b"x" * 16)
        assert county_takes(file).code == "token"

    def test_one_that_another_laptop_signed(
        self, county, laptop, li, out, county_takes
    ):
        wang = laptop("王秀兰")
        file = forged(out(li), wang, [], device=li.store.device_id.bytes)
        assert county_takes(file).code == "damaged"

    def test_one_in_the_name_of_another_laptop_inside(
        self, county, laptop, li, out, county_takes
    ):
        wang = laptop("王秀兰")
        with out(li).open("rb") as theirs:
            reader = gridpkg.Reader(
                theirs, keyring.own(li.store).public, county.keys.current
            )
            parts = list(reader.parts())
        file = forged(out(wang), wang, parts)

        assert county_takes(file).code == "device"
        assert nothing_came(county)

    def test_one_sealed_to_keys_that_are_not_here(self, county, li, out, county_takes):
        file = forged(out(li), li, [], keys=PrivateKeys.new().id)
        taken = county_takes(file)
        assert (taken.code, "密钥" in taken.sentence) == ("keys", True)

    def test_a_copy_of_its_number_with_another_content(
        self, county, li, out, county_takes
    ):
        file = out(li)
        assert county_takes(file).code == ""

        assert county_takes(forged(file, li, [])).code == "damaged"

    def test_a_bomb_inside(self, county, li, out, county_takes):
        bomb = zstandard.ZstdCompressor().compress(b"\0" * (MAX_PLAIN + 1))
        file = forged(out(li), li, [(gridpkg.REQUEST, bomb)])

        taken = county_takes(file)

        assert taken.code
        assert "数据过大" in taken.sentence
        assert nothing_came(county)

    def test_an_answer_that_was_put_in_by_mistake(self, county, li, out, back, stick):
        answer = back(out(li))
        [taken] = packages.take_in_all(county, [answer], stick)
        assert taken.code == "foreign"
        assert "在那台电脑上导入" in taken.sentence

    def test_one_that_came_before_is_answered_as_before(
        self, county, li, out, county_takes, back
    ):
        file = out(li)
        first = county_takes(file)
        write(li.store, "刘淑珍")

        again = county_takes(file)

        assert (first.again, again.again) == (False, True)
        assert (again.taken, again.sent) == (first.taken, first.sent)
        assert len(upkeep.list_records(county, Resident)) == 1
        assert package.import_package(li.store, back(file)).pushed == 1

    def test_one_whose_answer_is_forgotten_is_older(
        self, county, li, out, county_takes
    ):
        first = out(li)
        county_takes(first)
        write(li.store, "刘淑珍")
        county_takes(out(li))

        taken = county_takes(first)

        assert (taken.code, taken.answer) == ("older", "")
        with county.reading() as db:
            answers = db.scalars(kept.select().with_only_columns(kept.c.answer)).all()
        assert answers.count(None) == 1

    def test_a_file_that_is_gone(self, county, stick, county_takes):
        taken = county_takes(stick / "missing.gridpkg")
        assert "U 盘" in taken.sentence

    def test_one_bad_file_stops_no_other(self, county, laptop, li, out, stick):
        wang = laptop("王秀兰")
        write(wang.store, "刘淑珍")
        files = [out(li), out(wang)]
        bad = stick / "0.gridpkg"
        bad.write_bytes(files[0].read_bytes()[:-100])

        found = packages.take_in_all(county, [bad, *files], stick)

        assert [one.code for one in found] == ["damaged", "", ""]
        assert len(upkeep.list_records(county, Resident)) == 2

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(part=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
    def test_one_that_was_damaged_anywhere(
        self, county, li, out, county_takes, tmp_path, part, bit
    ):
        file = tmp_path / "damaged.gridpkg"
        source = tmp_path / "whole"
        if not source.exists():
            shutil.move(out(li), source)
        raw = bytearray(source.read_bytes())
        raw[int(part * len(raw))] ^= 1 << bit
        file.write_bytes(raw)

        taken = county_takes(file)

        assert taken.code
        assert taken.sentence
        assert nothing_came(county)


class TestOnTheLaptop:
    def refused(self, laptop, file):
        with laptop.store.reading() as db:
            before = state.pushed_seq(db)
        with pytest.raises(BadPackage) as error:
            package.import_package(laptop.store, file)
        with laptop.store.reading() as db:
            assert state.pushed_seq(db) == before
        return error.value.code

    def test_an_answer_for_another_laptop(self, laptop, li, out, back):
        assert self.refused(laptop("王秀兰"), back(out(li))) == "foreign"

    def test_its_own_package(self, li, out):
        assert self.refused(li, out(li)) == "foreign"

    def test_an_answer_of_another_county(self, county, li, out, back):
        answer = back(out(li))
        with li.store.writing() as tx:
            state.keep(tx.db, "server_id", "another")
        assert self.refused(li, answer) == "foreign"

    def test_an_answer_of_a_county_that_was_restored_since(self, county, li, out, back):
        answer = back(out(li))
        with li.store.writing() as tx:
            state.keep(tx.db, "epoch", "another")
        assert self.refused(li, answer) == "epoch"

    def test_an_answer_that_was_taken_in_before(self, li, out, back):
        answer = back(out(li))
        package.import_package(li.store, answer)
        assert self.refused(li, answer) == "replayed"

    def test_an_answer_to_a_package_that_these_data_never_made(self, li, out, back):
        answer = back(out(li))
        with li.store.writing() as tx:
            state.keep(tx.db, "exchange", None)
        assert self.refused(li, answer) == "foreign"

    def test_an_answer_that_was_cut_off_or_damaged(self, li, out, back):
        answer = back(out(li))
        whole = answer.read_bytes()
        for raw in (whole[:-1], whole[: len(whole) // 2], whole[:-70] + whole[-69:]):
            answer.write_bytes(raw)
            assert self.refused(li, answer) == "damaged"
        answer.write_bytes(whole)
        assert package.import_package(li.store, answer).pushed == 1

    def test_an_answer_that_somebody_else_signed(self, county, li, out, back):
        answer = back(out(li))
        header = header_of(answer)
        with gridpkg.whole_file(answer) as file:
            own = keyring.own(li.store)
            Writer(file, header, PrivateKeys.new(), own.public).close()
        assert self.refused(li, answer) == "damaged"

    def test_a_laptop_that_was_never_let_in(self, county, new_vault, stick):
        with pytest.raises(UserError, match="还没有登记"):
            package.export_package(new_vault("a"), stick)

    def test_a_stop_leaves_nothing_on_the_stick(self, li, stick):
        with pytest.raises(BadPackage) as error:
            package.export_package(li.store, stick, cancelled=lambda: True)
        assert error.value.code == "stopped"
        assert list(stick.iterdir()) == []

    def test_an_import_that_was_stopped_goes_on_later(self, county, li, out, back):
        answer = back(out(li))
        assert self.refused_with(li, answer, lambda: True) == "stopped"
        assert package.import_package(li.store, answer).pushed == 1

    def refused_with(self, laptop, file, cancelled):
        with pytest.raises(BadPackage) as error:
            package.import_package(laptop.store, file, cancelled=cancelled)
        return error.value.code


def test_a_stick_goes_round_by_commands(county, laptop, stick, monkeypatch):
    """What IT staff and a script do, with the program's own commands alone."""
    monkeypatch.setenv("GRIDAPP_PASSWORD", "测试用的密码 1")
    li = laptop("李主任")
    write(li.store, "张德福")

    def run(*words):
        return CliRunner().invoke(main, [*map(str, words)])

    def ok(*words):
        done = run(*words)
        assert done.exit_code == 0, done.output
        return done.stdout

    mine = ("--data", li.store.folder)
    theirs = ("--data", county.folder, "--out", stick)
    made = json.loads(ok("package", "export", stick, *mine, "--json"))
    (stick / "notes.gridpkg").write_text("购物清单")

    mixed = run("county", "package", stick, *theirs, "--json")
    found = {one["file"]: one for one in json.loads(mixed.stdout)}
    assert mixed.exit_code == 1
    assert found["notes.gridpkg"]["code"] == "not_package"
    (stick / "notes.gridpkg").unlink()
    told = ok("county", "package", stick, *theirs)
    assert "早已收下" in told

    answer = next(one for one in found.values() if one["answer"])["answer"]
    assert made["file"].startswith(str(stick))
    assert json.loads(ok("package", "import", answer, *mine, "--json"))["pushed"] == 1
    again = run("package", "import", answer, *mine)
    assert (again.exit_code, "已经导入过" in again.output) == (1, True)
    assert GRID in made["file"]


def test_no_name_of_a_person_is_outside_the_seal(county, laptop, out, back):
    li = laptop("李主任")
    write(li.store, "张德福")
    file = out(li)
    answer = back(file)
    for one in (file, answer):
        raw = one.read_bytes()
        for word in ("李主任", "张德福", "网格员"):
            assert word.encode() not in raw
            assert word not in one.name
    assert isinstance(header_of(file), Header)
