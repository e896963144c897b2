"""A laptop that never had a network is let in by files, and by its code alone."""

import json

import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.county import access, invitations, upkeep
from gridapp.errors import UserError
from gridapp.models import Resident, Worker
from gridapp.store import records, state
from gridapp.sync import gridpkg, package, package_join, trust
from gridapp.sync.client import SyncClient
from gridapp.sync.gridpkg import BadPackage
from gridapp.sync.keys import PrivateKeys
from tests.county.certificates import Authority
from tests.county.conftest import GRID, Direct
from tests.county.test_packages import names, people, write

URL = "https://county.invalid"


@pytest.fixture
def invited(county, new_vault, stick):
    """A vault that took in the county's file."""
    code = access.create_enrolment(county, [GRID], "李主任")
    store = new_vault("li")
    package_join.accept(store, invitations.invite(county, code, stick, URL), code)
    return store


def exchange(store, stick, back):
    return package.import_package(store, back(package.export_package(store, stick)))


def test_it_is_let_in_and_syncs_without_ever_having_a_network(
    county, invited, laptop, stick, back
):
    wang = laptop("王秀兰")
    write(wang.store, "刘淑珍")
    wang.sync()

    exchange(invited, stick, back)
    write(invited, "张德福")
    exchange(invited, stick, back)

    assert names(county) == people(invited) == {"张德福", "刘淑珍"}
    workers = {one["name"] for one in upkeep.list_records(county, Worker)}
    assert workers == {"李主任", "王秀兰"}
    with invited.reading() as db:
        assert state.value(db, state.SERVER_URL) == URL
    assert package_join.waiting(invited) is None


def test_the_county_s_own_certificates_come_with_the_file(
    county, new_vault, stick, tmp_path
):
    """Believed from then on; a file without any leaves those that were given."""
    code = access.create_enrolment(county, [GRID], "李主任")
    store = new_vault("li")

    def known():
        with store.reading() as db:
            return state.value(db, state.SERVER_CA)

    ca = trust.read(Authority(tmp_path).file)
    package_join.accept(store, invitations.invite(county, code, stick, URL, ca), code)
    assert known() == ca
    package_join.accept(store, invitations.invite(county, code, stick, URL), code)
    assert known() == ca


def test_a_request_that_comes_twice_makes_one_laptop(county, invited, stick, back):
    file = package.export_package(invited, stick)
    back(file)

    package.import_package(invited, back(file))

    assert len(upkeep.status(county)["devices"]) == 1
    write(invited, "张德福")
    assert exchange(invited, stick, back).pushed == 1


def test_the_token_of_an_answer_is_kept_nowhere(county, invited, stick, back):
    exchange(invited, stick, back)
    with invited.reading() as db:
        token = state.value(db, "token")
    for file in county.folder.rglob("*"):
        if file.is_file():
            assert token.encode() not in file.read_bytes()


def test_another_code_does_not_open_the_file(county, new_vault, stick):
    code = access.create_enrolment(county, [GRID], "李主任")
    other = access.create_enrolment(county, [GRID], "王秀兰")
    file = invitations.invite(county, code, stick, URL)

    with pytest.raises(BadPackage, match="登记码不是这个文件的"):
        package_join.accept(new_vault("li"), file, other)
    assert code.replace("-", "").encode() not in file.read_bytes()


def test_a_file_with_another_county_in_it_is_not_believed(county, new_vault, stick):
    """Who does not have the code cannot put keys of their own into the file."""
    code = access.create_enrolment(county, [GRID], "李主任")
    file = invitations.invite(county, code, stick, URL)
    with file.open("rb") as source:
        header = gridpkg.read_header(source)
    thief = PrivateKeys.new()
    with gridpkg.whole_file(file) as out:
        writer = gridpkg.Writer(out, header, thief, thief.public)
        writer.add(gridpkg.INVITATION, b"")
        writer.close()

    store = new_vault("li")
    with pytest.raises(BadPackage) as refused:
        package_join.accept(store, file, code)
    assert refused.value.code == "damaged"
    assert package_join.waiting(store) is None


def test_a_code_that_was_used_since_is_refused(
    county, invited, new_vault, stick, county_takes
):
    with invited.reading() as db:
        code = json.loads(state.value(db, "invited"))["code"]
    other = new_vault("other")
    package_join.accept(other, next(stick.glob("*.gridpkg")), code)
    assert county_takes(package.export_package(other, stick)).code == ""

    late = county_takes(package.export_package(invited, stick))

    assert (late.code, "已经用过" in late.sentence) == ("code", True)


def test_a_request_with_keys_of_somebody_else_inside_is_refused(
    county, invited, new_vault, stick, county_takes
):
    file = package.export_package(invited, stick)
    with file.open("rb") as source:
        reader = gridpkg.Reader(
            source,
            package_join.keyring.own(invited).public,
            county.keys.current,
        )
        header, parts = reader.header, list(reader.parts())
    thief = PrivateKeys.new()
    header.signer = thief.public
    with gridpkg.whole_file(file) as out:
        writer = gridpkg.Writer(out, header, thief, county.keys.current.public)
        for kind, body in parts:
            writer.add(kind, body)
        writer.close()

    assert county_takes(file).code == "damaged"
    assert upkeep.status(county)["devices"] == []


def test_no_code_no_file(county, stick):
    with pytest.raises(UserError, match="先生成一个新的"):
        invitations.invite(county, "ABCD-EFGH-JKMN", stick, URL)
    assert list(stick.iterdir()) == []


def test_the_file_alone_is_not_taken_for_an_answer(county, new_vault, stick):
    code = access.create_enrolment(county, [GRID], "李主任")
    file = invitations.invite(county, code, stick, URL)
    with pytest.raises(BadPackage, match="登记码一起用"):
        package.import_package(new_vault("li"), file)


def test_a_laptop_that_is_in_needs_no_file(county, laptop, stick):
    code = access.create_enrolment(county, [GRID], "王秀兰")
    file = invitations.invite(county, code, stick, URL)
    with pytest.raises(UserError, match="已经登记过"):
        package_join.accept(laptop("李主任").store, file, code)


def test_by_commands(county, new_vault, stick, monkeypatch):
    store = new_vault("li")
    with store.writing() as tx:
        assert records.count(tx.db, Resident) == 0
    monkeypatch.setenv("GRIDAPP_PASSWORD", "测试用的密码 1")
    monkeypatch.setenv("GRIDAPP_CODE", access.create_enrolment(county, [GRID], "李"))

    def ok(*words):
        done = CliRunner().invoke(main, [*map(str, words)])
        assert done.exit_code == 0, done.output
        return done.stdout

    mine, theirs = ("--data", store.folder), ("--data", county.folder)
    ok("county", "invite", "--url", URL, "--out", stick, *theirs)
    [file] = stick.iterdir()
    ok("package", "join", file, *mine)
    ok("package", "export", stick, *mine)
    assert "登记好了" in ok("county", "package", stick, "--out", stick, *theirs)
    told = ok("county", "package", stick, "--out", stick, *theirs, "--json")
    assert "再导出" in ok("package", "import", json.loads(told)[0]["answer"], *mine)

    [device] = upkeep.status(county)["devices"]
    assert device["id"] == str(store.device_id)


def test_a_file_is_looked_at_before_anything_is_asked(county, new_vault, stick):
    """Neither the password nor the code is there to be given."""
    store = new_vault("li")

    def said(file):
        words = ["package", "join", str(file), "--data", str(store.folder)]
        done = CliRunner().invoke(main, words, input="")
        assert done.exit_code != 0
        return done.output

    foreign = stick / "照片.gridpkg"
    foreign.write_bytes(b"\xff\xd8\xff")
    assert "不是网格日志的数据包" in said(foreign)
    assert "找不到" in said(stick / "没有.gridpkg")
    code = access.create_enrolment(county, [GRID], "李主任")
    assert "密码" in said(invitations.invite(county, code, stick, URL))
    with pytest.raises(BadPackage, match="县里给的登记文件"):
        package_join.check(package.export_package(joined_by(store, county), stick))


def joined_by(store, county):
    """That vault as a laptop of the county."""
    code = access.create_enrolment(county, [GRID], "王秀兰")
    SyncClient(store, Direct(county)).enrol(code)
    return store
