"""gridapp backup, backups, restore."""

import json
import shutil

import pytest
from click.testing import CliRunner

from gridapp import settings
from gridapp.cli import main
from gridapp.models import Resident
from gridapp.store import backup, backup_places, records, restoring
from gridapp.store import vault as vaults
from tests.conftest import PASSWORD


@pytest.fixture
def run(vault):
    """Runs a command on the vault, which is closed; gives its result."""
    vault.close()

    def call(*words, data=vault.folder, password=PASSWORD):
        environment = {"GRIDAPP_PASSWORD": password}
        args = [*map(str, words), "--data", str(data)]
        return CliRunner().invoke(main, args, env=environment)

    call.folder, call.key = vault.folder, vault.key
    return call


def add(run, *names):
    store = vaults.open_with_key(run.folder, run.key)
    with store.writing() as tx:
        for name in names:
            records.save(tx, Resident, {"name": name})
    store.close()


def names(folder, key):
    store = vaults.open_with_key(folder, key)
    with store.reading() as db:
        found = sorted(one["name"] for one in records.find(db, Resident))
    store.close()
    return found


def test_it_is_made_listed_looked_at_and_put_back(run):
    add(run, "李桂英")
    made = run("backup")
    assert made.exit_code == 0, made.output
    assert "已备份并核对" in made.output
    add(run, "后来的")
    [file] = backup_places.local(run.folder).glob("*.gridbak")

    listed = run("backups", "--verify")
    assert listed.exit_code == 0, listed.output
    assert file.name in listed.output
    assert "都完好" in listed.output

    told = run("restore", file, "--preview")
    assert told.exit_code == 0, told.output
    assert "备份里 1 条" in told.output
    assert "现在 2 条" in told.output
    assert "会丢掉那以后的改动：居民 1 条" in told.output
    assert names(run.folder, run.key) == ["后来的", "李桂英"]

    done = run("restore", file, "--yes", "--purpose", "昨天导错了")
    assert done.exit_code == 0, done.output
    assert "已恢复到" in done.output
    assert names(run.folder, run.key) == ["李桂英"]


def test_without_yes_nothing_happens_where_nobody_can_be_asked(run):
    run("backup")
    [file] = backup_places.local(run.folder).glob("*.gridbak")

    refused = run("restore", file)

    assert refused.exit_code == 1
    assert "--yes" in refused.output
    assert not (run.folder / restoring.FOLDER).exists()


def test_what_is_here_is_not_replaced_without_saying_why(run):
    file = json.loads(run("backup", "--json").stdout)["file"]
    add(run, "后来的")

    silent = run("restore", file, "--yes")
    short = run("restore", file, "--yes", "--purpose", " 错 ")

    assert (silent.exit_code, short.exit_code) == (2, 1)
    assert "--purpose" in silent.output
    assert "请写明为什么恢复" in short.output
    assert names(run.folder, run.key) == ["后来的"]
    assert not (run.folder / restoring.FOLDER).exists()


def test_a_program_gets_one_value(run):
    made = json.loads(run("backup", "--json").stdout)
    listed = json.loads(run("backups", "--json").stdout)
    told = json.loads(run("restore", made["file"], "--preview", "--json").stdout)

    assert [one["file"] for one in listed["backups"]] == [made["file"]]
    assert (listed["due"], listed["late"], listed["wrong"]) == (False, False, [])
    assert told["then"] == told["now"]
    assert told["needs_code"] is False


def test_one_file_makes_the_vault_of_a_fresh_laptop(run, tmp_path):
    add(run, "李桂英")
    out = tmp_path / "全部.gridbak"
    assert run("backup", out, "--with-photos").exit_code == 0
    new = tmp_path / "new"

    wrong = run("restore", out, "--yes", data=new, password="不是这一句话")
    assert wrong.exit_code == 1
    assert "密码不对" in wrong.output
    done = run("restore", out, "--yes", data=new)

    assert done.exit_code == 0, done.output
    assert names(new, run.key) == ["李桂英"]


def test_over_other_data_it_is_looked_at_with_its_own_password_and_refused(
    run, tmp_path
):
    add(run, "李桂英")
    out, then = tmp_path / "全部.gridbak", tmp_path / "备份时的密码"
    assert run("backup", out).exit_code == 0
    vaults.create(tmp_path / "new", "新电脑的密码 2").close()
    words = ["restore", out, "--yes", "--purpose", "换了新电脑"]
    there = {"data": tmp_path / "new", "password": "新电脑的密码 2"}

    silent = run(*words, **there)
    assert silent.exit_code == 1
    assert "--backup-password-file" in silent.output
    then.write_text(PASSWORD, encoding="utf-8")
    other = run(*words, "--backup-password-file", then, **there)

    assert other.exit_code == 1
    assert "恢复到一个新文件夹里" in other.output


def test_damage_is_told_and_the_exit_code_says_so(run):
    file = json.loads(run("backup", "--json").stdout)["file"]
    with open(file, "r+b") as raw:
        raw.seek(20_000)
        raw.write(b"????")

    listed = run("backups", "--verify")
    assert listed.exit_code == 1
    assert "数据部分" in listed.output
    refused = run("restore", file, "--yes", "--purpose", "昨天导错了")
    assert refused.exit_code == 1
    assert "数据部分" in refused.output


def test_the_other_place_is_chosen_and_left(run, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()

    assert run("backups", "--second", stick).exit_code == 0
    assert run("backup").exit_code == 0
    assert len(list(stick.rglob("*.gridbak"))) == 1
    shutil.rmtree(stick)
    made = run("backup")
    assert made.exit_code == 0
    assert "另一个位置没有存成" in made.output
    assert run("backups", "--no-second").exit_code == 0
    assert settings.load(run.folder).backup_folder == ""


def test_while_a_window_is_open_the_restore_changes_nothing(run, monkeypatch):
    add(run, "李桂英")
    file = json.loads(run("backup", "--json").stdout)["file"]
    add(run, "后来的")

    def in_use(database):
        raise backup.UserError(restoring.IN_USE)

    monkeypatch.setattr(restoring, "see_that_nobody_has", in_use)
    refused = run("restore", file, "--yes", "--purpose", "昨天导错了")
    monkeypatch.undo()

    assert refused.exit_code == 1
    assert "另一个窗口正开着" in refused.output
    assert names(run.folder, run.key) == ["后来的", "李桂英"]


def test_a_file_that_is_none_says_so(run, tmp_path):
    file = tmp_path / "x.gridbak"
    for content in (b"", b"PK\x03\x04 nothing"):
        file.write_bytes(content)
        refused = run("restore", file, "--preview")
        assert refused.exit_code == 1
        assert "不是备份文件" in refused.output
    missing = run("restore", tmp_path / "没有.gridbak", "--preview")
    assert missing.exit_code == 1
    assert "没有" in missing.output
