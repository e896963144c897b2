"""gridapp update and gridapp county update, and what whoever builds runs."""

import json

import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.county import upkeep
from gridapp.update.file import read_head
from gridapp.update.program import parse_keys
from installer import release

PASSWORD = "不是真的密码，只给测试用"


def run(*words, program=None, code=0):
    done = CliRunner().invoke(main, [str(one) for one in words], obj=program)
    assert done.exit_code == code, done.output
    return done.output


def build(*words, code=0):
    done = CliRunner().invoke(release.main, [str(one) for one in words])
    assert done.exit_code == code, done.output
    return done.output


def test_an_installer_is_signed_by_a_sealed_key_and_taken_by_a_program_that_knows_it(
    tmp_path, releases, monkeypatch
):
    monkeypatch.setattr(release, "MEMORY_KIB", 64)  # what it costs is no matter here
    secret, notes = tmp_path / "pw.txt", tmp_path / "notes.md"
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    notes.write_text("# zh\n修了\n两处\n# en\nTwo fixes\n", encoding="utf-8")
    key = tmp_path / "release.key"
    build("keys", "new", "--out", key, "--name", "county", "--password-file", secret)
    build("keys", "new", "--out", key, "--password-file", secret, code=1)
    [public] = parse_keys(key.with_name("release.key.pub").read_text())
    installer = tmp_path / "gridapp-1.1.0-setup.exe"
    installer.write_bytes(b"MZ")
    given = ("--key", key, "--notes", notes, "--out", tmp_path, "--version", "1.1.0")
    build("make", installer, *given, "--password-file", secret)
    made = tmp_path / "gridapp-1.1.0-windows-amd64.gridupdate"
    with made.open("rb") as opened:
        told = read_head(opened).manifest
    assert told.notes == {"zh": "修了\n两处", "en": "Two fixes"}
    assert told.data == upkeep.store.migrations.HEAD
    program = releases.program(tmp_path)
    program.keys[:] = [public]
    assert "已放好 1.1.0" in run(
        "update", "take", made, "--data", tmp_path / "data", program=program
    )
    secret.write_text("another password\n")
    said = build("make", installer, *given, "--password-file", secret, code=1)
    assert "password" in said


def test_what_waits_is_told_let_go_and_unpacked_for_a_helper(releases, tmp_path):
    program, data = releases.program(tmp_path), tmp_path / "data"
    made = releases.make(content=b"installer")
    run("update", "take", made, "--data", data, program=program)
    told = json.loads(
        run("update", "status", "--data", data, "--json", program=program)
    )
    assert (told["version"], told["ready"], told["off"]) == ("1.0.0", "1.1.0", "")
    run("update", "drop", "--data", data, program=program)
    assert "没有等着的更新" in run("update", "status", "--data", data, program=program)
    assert "没有等着" in run("update", "apply", "--data", data, program=program, code=1)
    to = tmp_path / "root's"
    to.mkdir()
    said = run("update", "unpack", made, "--to", to, program=program).strip()
    assert said == str(to / "gridapp-1.1.0-setup.exe")
    assert (to / "gridapp-1.1.0-setup.exe").read_bytes() == b"installer"
    made.write_bytes(made.read_bytes() + b"x")
    said = run("update", "unpack", made, "--to", to, program=program, code=1)
    assert "损坏" in said


def test_a_checkout_says_that_it_takes_no_updates(releases, tmp_path):
    made = releases.make()
    assert "公钥" in run("update", "take", made, "--data", tmp_path, code=1)
    assert "公钥" in run("update", "status", "--data", tmp_path)


def test_the_county_publishes_offers_lists_and_withdraws(releases, tmp_path):
    county = tmp_path / "county"
    run("county", "init", "--data", county)
    made, foreign = releases.make(), tmp_path / "照片.gridupdate"
    foreign.write_bytes(b"\xff\xd8\xff")
    refused = run(
        "county", "update", "publish", foreign, "--data", county, code=1
    ).splitlines()
    assert refused == ["这不是网格日志的更新文件"]
    grid = ("--grid", "990101001001", "--data", county)
    run("county", "enrol", "--worker", "李主任", *grid)
    said = run("county", "update", "publish", made, *grid)
    assert "没有核对签名" in said
    assert "给网格 990101001001" in said
    assert "给20% 的电脑" in run(
        "county", "update", "offer", "1.1.0", "--share", 20, "--data", county
    )
    assert "给所有电脑" in run("county", "update", "offer", "1.1.0", "--data", county)
    [told] = json.loads(run("county", "update", "list", "--json", "--data", county))
    assert (told["version"], told["share"], told["have"]) == ("1.1.0", 100, 0)
    run("county", "update", "offer", "1.1.0", "--share", 101, "--data", county, code=1)
    run("county", "update", "withdraw", "1.1.0", "--data", county)
    assert "没有" in run("county", "update", "offer", "1.1.0", "--data", county, code=1)


def test_only_what_is_called_as_its_version_is_signed(releases):
    other = releases.folder / "gridapp-2.0.0-setup.exe"
    other.write_bytes(b"MZ")
    with pytest.raises(release.Refused, match=r"gridapp-1\.1\.0-setup\.exe"):
        release.manifest_of(other, "1.1.0", {"zh": "x"}, "0.0")
    with pytest.raises(release.Refused, match="zh"):
        release.notes_of("no parts")
