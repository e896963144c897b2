"""A laptop begins from the county's file, and is let in by whichever way there is."""

import datetime as dt
import os
from functools import partial

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from gridapp import paths
from gridapp.cli import main
from gridapp.county import attempts, packages, service, upkeep
from gridapp.county.tables import enrolment as codes
from gridapp.errors import UserError
from gridapp.models import Resident, Worker
from gridapp.models.kinds import now
from gridapp.store import door, invited, records, state, vault
from gridapp.sync import enrolment, enrolment_file, joining, package, pin, prepared
from gridapp.sync.attempt import Attempt
from gridapp.sync.client import SyncClient
from gridapp.sync.gridpkg import BadPackage
from gridapp.sync.protocol import (
    VERSION,
    EnrolRequest,
    Refusal,
    Refused,
    pack,
    unpack,
)
from gridapp.ui import entering
from tests.county.conftest import Direct
from tests.county.prepared.conftest import PASSWORD


@pytest.fixture
def begin(tmp_path):
    """Makes the vault of a file, as the first start does."""
    opened = []

    def make(file, number, name="laptop"):
        store = prepared.begin(tmp_path / name, PASSWORD, file, number)
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


def joined(store):
    with store.reading() as db:
        return state.value(db, state.TOKEN) is not None


def other_number(right):
    """A number without a slip that is not the right one."""
    found = pin.fresh()
    while found == right:
        found = pin.fresh()
    return found


def test_it_works_at_once_and_joins_with_the_first_sync(served, county, prepare, begin):
    file, _, number = prepare(served)
    store = begin(file, number)
    with store.writing() as tx:
        records.save(tx, Resident, {"name": "刘淑珍"})
    assert not joined(store)

    report = Attempt(store, "auto").run()

    assert joined(store)
    assert report.held == 0
    with store.reading() as db:
        assert invited.read(db) is None
    assert [one["name"] for one in upkeep.list_records(county, Worker)] == ["王秀兰"]
    assert [one["name"] for one in upkeep.list_records(county, Resident)] == ["刘淑珍"]


def test_without_any_network_it_joins_by_a_stick(county, prepare, begin, tmp_path):
    file, _, number = prepare()
    store = begin(file, number)
    stick = tmp_path / "stick"
    stick.mkdir()

    [taken] = packages.take_in_all(
        county, [package.export_package(store, stick)], stick
    )
    package.import_package(store, stick / taken.answer)

    assert taken.enrolled
    assert joined(store)


def test_the_second_laptop_of_a_file_is_told_that_it_is_used(county, prepare, begin):
    file, _, number = prepare()
    first, second = begin(file, number), begin(file, number, "second")
    joining.finish(first, SyncClient(first, Direct(county)))
    with pytest.raises(Refused, match="已经用过"):
        joining.finish(second, SyncClient(second, Direct(county)))
    assert not joined(second)


def test_a_wrong_number_can_be_mended_by_typing_the_right_one(
    served, county, prepare, begin
):
    file, _, number = prepare(served)
    store = begin(file, other_number(number))
    with pytest.raises(Refused, match="登记口令不对"):
        Attempt(store, "auto").run()
    with pytest.raises(UserError, match="还没有登记"):
        Attempt(store, "auto").run()  # not tried again by itself
    joining.join(store, served, pin.shown(number))
    assert joined(store)


def test_a_slip_of_the_finger_is_told_without_a_network(prepare):
    file, _, number = prepare()
    for wrong in (number[:-1], "", number[:-1] + str((int(number[-1]) + 1) % 10)):
        with pytest.raises(UserError):
            prepared.number_of(file, wrong)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in pin.shown(number))
    assert prepared.number_of(file, wide.replace(chr(0xFF00), " ")) == number


@given(st.text("0123456789", min_size=7, max_size=7), st.integers(0, 6), st.data())
def test_every_wrong_digit_and_nearly_every_exchange_is_a_slip(drawn, at, data):
    right = next(drawn + str(one) for one in range(10) if _is_number(drawn + str(one)))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != right[at]]))
    assert not _is_number(right[:at] + other + right[at + 1 :])


def _is_number(text):
    try:
        return pin.checked(text) == text
    except ValueError:
        return False


def test_who_has_the_file_and_guesses_is_braked_wherever_they_are(county, prepare):
    file, _, number = prepare()
    client = partial(_ask, county, file.said.code)
    wrong = other_number(number)
    for place in range(attempts.MOST[attempts.PIN]):
        assert client(wrong, f"10.0.0.{place}") == "code"
    assert client(number, "10.9.9.9") == "rate"


def _ask(county, part, number, place):
    """The code of the county's refusal to a laptop at an address."""
    request = EnrolRequest(VERSION, part + number, os.urandom(16), "pc", "1")
    answer = service.answer(county, enrolment.PATH, "", pack(request), source=place)
    return unpack(answer.body, Refusal).code


def test_a_file_whose_time_is_over_is_told_here_and_refused_there(
    county, prepare, begin
):
    file, path, number = prepare()
    assert enrolment_file.usable(path)
    with county.writing() as db:
        db.execute(update(codes).values(expires_at=now() - dt.timedelta(days=1)))
    store = begin(file, number)
    with pytest.raises(Refused, match="过期"):
        joining.finish(store, SyncClient(store, Direct(county)))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_file_that_was_changed_anywhere_is_not_taken(prepare, tmp_path, data):
    whole = tmp_path / "whole"
    if not whole.exists():
        whole.write_bytes(prepare()[1].read_bytes())
    raw = bytearray(whole.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    broken = tmp_path / "broken.gridpkg"
    broken.write_bytes(raw[: data.draw(st.sampled_from([len(raw), at]))])
    with pytest.raises(BadPackage):
        enrolment_file.read(broken)


def test_the_file_of_another_county_lets_in_nowhere_else(
    county, prepare, begin, tmp_path
):
    upkeep.init(tmp_path / "elsewhere")
    with upkeep.opened(tmp_path / "elsewhere") as elsewhere:
        file, _, number = prepare(of=elsewhere)
    store = begin(file, number)
    stick = package.export_package(store, tmp_path)
    [taken] = packages.take_in_all(county, [stick], tmp_path)
    assert "另一个县" in taken.sentence
    with pytest.raises(Refused, match="登记口令不对"):
        joining.finish(store, SyncClient(store, Direct(county)))


def test_who_is_killed_while_it_is_made_has_no_vault_and_begins_anew(
    prepare, begin, tmp_path
):
    file, _, number = prepare()
    code, _ = file.said.grids[0]
    child = os.fork()
    if not child:

        def first(store):
            prepared._begin(store, file, number)
            os._exit(9)  # the last moment before there is a vault

        vault.create(tmp_path / "laptop", PASSWORD, "王秀兰", code, first)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert not door.exists(tmp_path / "laptop")

    store = begin(file, number)
    with store.reading() as db:
        assert [one["name"] for one in records.filtered(db, Worker, {})] == ["王秀兰"]
        assert invited.waiting(db)


def test_who_is_killed_before_the_file_is_removed_loses_it_at_the_next_opening(
    prepare, begin, tmp_path
):
    file, path, number = prepare()
    begin(file, number).close()
    left = tmp_path / "laptop" / paths.ENROLMENT
    left.write_bytes(path.read_bytes())
    entering.opened(tmp_path / "laptop", PASSWORD, None).close()
    assert not left.exists()
    _, other, _ = prepare(worker="李主任")
    left.write_bytes(other.read_bytes())
    entering.opened(tmp_path / "laptop", PASSWORD, None).close()
    assert left.exists()  # it is not this vault's to remove


def test_the_county_that_a_laptop_has_is_not_exchanged_by_a_file(
    county, prepare, begin
):
    file, _, number = prepare()
    store = begin(file, number)
    joining.finish(store, SyncClient(store, Direct(county)))
    with pytest.raises(BadPackage, match="已经登记过"):
        prepared.accept(store, prepare(worker="李主任")[0], number)


def test_the_command_makes_a_laptop_ready_unattended(served, prepare, tmp_path):
    _, path, number = prepare(served)
    (tmp_path / "pw").write_text(PASSWORD, encoding="utf-8")
    place = ["--data", str(tmp_path / "new"), "--password-file", str(tmp_path / "pw")]
    command = ["init", "--enrol", str(path), *place]

    without = CliRunner().invoke(main, command)
    assert "GRIDAPP_PIN" in without.output
    wrong = CliRunner().invoke(main, command, env={"GRIDAPP_PIN": other_number(number)})
    assert "登记口令不对" in wrong.output
    assert not door.exists(tmp_path / "new")
    done = CliRunner().invoke(main, command, env={"GRIDAPP_PIN": number})
    assert done.exit_code == 0, done.output
    assert "已登记到县级服务器" in done.output


def test_a_file_that_works_alone_is_joined_by_without_a_code(prepare, tmp_path):
    store = vault.create(tmp_path / "old", PASSWORD)
    _, alone, _ = prepare(pins=False, days=1)
    _, with_number, number = prepare(worker="李主任")

    def join(path, typed=""):
        words = ["package", "join", str(path), "--data", str(store.folder)]
        environment = {"GRIDAPP_PASSWORD": PASSWORD}
        return CliRunner().invoke(main, words, input=typed, env=environment)

    unasked = join(with_number)
    assert unasked.exit_code == 1
    assert "这里不能输入登记口令，请写 --code" in unasked.output
    asked = join(with_number, number)
    assert asked.exit_code == 0, asked.output
    assert "登记口令" in asked.output
    done = join(alone)
    assert done.exit_code == 0, done.output
    assert "登记码" not in done.output
    with store.reading() as db:
        assert invited.waiting(db).part == ""
    store.close()
